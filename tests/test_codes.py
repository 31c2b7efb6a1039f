"""The pages of the codes: there is one for each, and their specs are wrong and right as they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import specc
from specc.check.profiles import PROFILES
from specc.codes import all_codes, page
from specc.pipeline import compile_text

_CODE = re.compile(r'"([EW]\d{3})"')


def used() -> set[str]:
    files = Path(specc.__file__).parent.rglob("*.py")
    return {code for f in files for code in _CODE.findall(f.read_text(encoding="utf-8"))}


def test_every_code_has_a_page() -> None:
    assert [code for code in sorted(used()) if page(code) is None] == []


def test_warnings_and_errors_share_a_page() -> None:
    shown = page("W302")
    assert shown is not None
    assert shown.code == "E302"


PROFILED = {"W515": "dcgan"}  # what is remarked on only when asked for


def found(code: str, text: str) -> set[str]:
    compiled = compile_text(text)
    codes = {d.code for d in compiled.diagnostics}
    if code in PROFILED and compiled.program is not None:
        codes |= {d.code for d in PROFILES[PROFILED[code]].remarks(compiled.program)}
    return codes


@pytest.mark.parametrize("code", all_codes())
def test_the_wrong_spec_of_a_page_is_wrong(code: str) -> None:
    shown = page(code)
    assert shown is not None
    assert found(code, shown.snippet("Wrong")) == {code}


@pytest.mark.parametrize("code", all_codes())
def test_the_right_spec_of_a_page_is_right(code: str) -> None:
    shown = page(code)
    assert shown is not None
    assert shown.snippet("Right")
    assert found(code, shown.snippet("Right")) == set()
