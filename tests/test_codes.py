"""The pages of the codes: there is one for each, and their specs are wrong and right as they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import specc
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


ASKED = {"W515"}
"""Said only where an option asks for it; `tests/check/test_profile.py` reads its page."""


@pytest.mark.parametrize("code", [c for c in all_codes() if c not in ASKED])
def test_the_wrong_spec_of_a_page_is_wrong(code: str) -> None:
    shown = page(code)
    assert shown is not None
    found = {d.code for d in compile_text(shown.snippet("Wrong")).diagnostics}
    assert found == {code}


@pytest.mark.parametrize("code", all_codes())
def test_the_right_spec_of_a_page_is_right(code: str) -> None:
    shown = page(code)
    assert shown is not None
    assert shown.snippet("Right")
    assert [d.code for d in compile_text(shown.snippet("Right")).diagnostics] == []
