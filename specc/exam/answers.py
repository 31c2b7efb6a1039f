"""Files of answers: CSV with a column or a row for each question, JSON, and YAML.

What cannot be read is listed with its line, and the rest is read all the same.
"""

from __future__ import annotations

from codecs import BOM_UTF16_BE, BOM_UTF16_LE

from specc.exam.given import AnswerFile
from specc.exam.tables import read_table
from specc.exam.trees import read_json, read_yaml


def read_answers(path: str, text: str) -> AnswerFile:
    """The answers of a file; its name says the format, CSV when it says none."""
    found = AnswerFile(path)
    suffix = path.rpartition(".")[2].lower()
    readers = {"json": read_json, "yaml": read_yaml, "yml": read_yaml}
    readers.get(suffix, read_table)(text.removeprefix("\ufeff"), found)
    if not found.given and not found.problems:
        found.wrong(1, "there is no answer in this file")
    return found


def decoded(data: bytes) -> str:
    """The text of a file as spreadsheets write it: UTF-8, UTF-16 with its mark, or Windows-1252."""
    if data[:2] in {BOM_UTF16_LE, BOM_UTF16_BE}:
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252")
