"""Asking back: which hyperparameters give a figure. Every solution within bounds, the smallest first."""
