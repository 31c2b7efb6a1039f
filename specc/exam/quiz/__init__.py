"""Quizzes made from a spec: questions, model solutions, mark schemes; each wrong option is a named slip."""
