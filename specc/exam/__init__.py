"""The exam desk: written answers read, marked against the program, and a wrong one traced to its slip.

`read_answers` reads a file of answers, `grade` marks it, and `specc.report.marks` shows what came of it.
"""

from specc.exam.answers import decoded, read_answers
from specc.exam.given import AnswerFile
from specc.exam.grade import grade
from specc.exam.result import Graded

__all__ = ["AnswerFile", "Graded", "decoded", "grade", "read_answers"]
