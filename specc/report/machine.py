"""Diagnostics for other programs: JSON, GitHub's workflow commands and SARIF 2.1.0.

Lines and columns count from 1, columns in characters; offsets count characters from 0.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TypeAlias
from urllib.parse import quote

from specc import __version__, codes
from specc.diagnostics import Diagnostic, Edit, Fix, Label, Severity
from specc.report.render import ordered
from specc.source import Span

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

MOST_SARIF = 25_000  # what code scanning accepts in one run


def as_json(diagnostics: Iterable[Diagnostic]) -> str:
    """`{"diagnostics": […], "errors": n, "warnings": n, "fixable": n}`; see docs/json.md."""
    return json.dumps(document(diagnostics), ensure_ascii=False, indent=2)


def document(diagnostics: Iterable[Diagnostic]) -> dict[str, Json]:
    """The value that `as_json` prints."""
    found = ordered(diagnostics)
    errors = sum(d.severity is Severity.ERROR for d in found)
    return {
        "diagnostics": [_diagnostic(d) for d in found],
        "errors": errors,
        "warnings": len(found) - errors,
        "fixable": sum(d.fix is not None for d in found),
    }


def _diagnostic(d: Diagnostic) -> Json:
    return {
        "code": d.code,
        "severity": d.severity.value,
        "message": d.message,
        "file": d.span.source.path,
        "range": _range(d.span),
        "text": d.text,
        "labels": [_label(label) for label in d.labels],
        "notes": list(d.notes),
        "helps": list(d.helps),
        "fix": _fix(d.fix) if d.fix else None,
        "table": [
            dict(zip(("layer", "op", "output", "params"), row, strict=True)) for row in d.table
        ],
    }


def _label(label: Label) -> Json:
    return {
        "file": label.span.source.path,
        "range": _range(label.span),
        "text": label.text,
    }


def _fix(fix: Fix) -> Json:
    return {"text": fix.text, "edits": [_edit(edit) for edit in fix.edits]}


def _edit(edit: Edit) -> Json:
    return {
        "file": edit.span.source.path,
        "range": _range(edit.span),
        "replacement": edit.replacement,
    }


def _range(span: Span) -> Json:
    return {"start": _point(span, span.start), "end": _point(span, span.end)}


def _point(span: Span, offset: int) -> Json:
    line, column = span.source.position(offset)
    return {"line": line, "column": column, "offset": offset}


# --------------------------------------------------------------------- GitHub


def github(diagnostics: Iterable[Diagnostic]) -> str:
    """Workflow commands, errors first: a step shows only its first ten of each."""
    found = sorted(ordered(diagnostics), key=lambda d: d.severity is not Severity.ERROR)
    return "\n".join(_command(d) for d in found)


def _command(d: Diagnostic) -> str:
    line, column = d.span.source.position(d.span.start)
    end_line, end_column = d.span.source.position(d.span.end)
    fields = {
        "file": d.span.source.path,
        "line": line,
        "endLine": end_line,
        "col": column,
        "endColumn": max(end_column - 1, column) if end_line == line else end_column,
        "title": f"specc {d.code}",
    }
    written = ",".join(f"{key}={_property(str(value))}" for key, value in fields.items())
    return f"::{d.severity} {written}::{_data(prose(d))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def prose(d: Diagnostic) -> str:
    """The message with all that explains it, without an excerpt."""
    parts = [d.message, *([d.text] if d.text else []), *d.notes]
    parts += [f"help: {help_}" for help_ in d.helps]
    return "\n".join([*parts, f"fix: {d.fix.text}"] if d.fix else parts)


# ---------------------------------------------------------------------- SARIF


def sarif(diagnostics: Iterable[Diagnostic]) -> str:
    """One run with all files, errors first."""
    found = sorted(ordered(diagnostics), key=lambda d: d.severity is not Severity.ERROR)
    rules = sorted({d.code for d in found})
    run: Json = {
        "tool": {"driver": _driver(rules)},
        "columnKind": "unicodeCodePoints",
        "results": [_result(d, rules.index(d.code)) for d in found[:MOST_SARIF]],
    }
    log: Json = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return json.dumps(log, ensure_ascii=False, indent=2)


def _driver(rules: list[str]) -> Json:
    return {"name": "specc", "version": __version__, "rules": [_rule(code) for code in rules]}


def _rule(code: str) -> Json:
    page = codes.page(code)
    if page is None:
        return {"id": code}
    return {
        "id": code,
        "shortDescription": {"text": page.title},
        "help": {"text": page.text, "markdown": page.text},
    }


def _result(d: Diagnostic, rule: int) -> Json:
    result: dict[str, Json] = {
        "ruleId": d.code,
        "ruleIndex": rule,
        "level": d.severity.value,
        "message": {"text": prose(d)},
        "locations": [_location(d.span)],
    }
    if d.labels:
        result["relatedLocations"] = [_related(label) for label in d.labels]
    if d.fix and d.fix.edits:
        result["fixes"] = [_sarif_fix(d.fix)]
    return result


def _location(span: Span) -> dict[str, Json]:
    return {"physicalLocation": {"artifactLocation": _artifact(span), "region": _region(span)}}


def _related(label: Label) -> Json:
    place = _location(label.span)
    return {**place, "message": {"text": label.text}} if label.text else place


def _artifact(span: Span) -> Json:
    return {"uri": quote(span.source.path.replace("\\", "/"))}


def _region(span: Span) -> Json:
    line, column = span.source.position(span.start)
    end_line, end_column = span.source.position(span.end)
    return {
        "startLine": line,
        "startColumn": column,
        "endLine": end_line,
        "endColumn": end_column,
    }


def _sarif_fix(fix: Fix) -> Json:
    by_file: dict[str, list[Edit]] = {}
    for edit in fix.edits:
        by_file.setdefault(edit.span.source.path, []).append(edit)
    changes: list[Json] = [
        {
            "artifactLocation": _artifact(edits[0].span),
            "replacements": [_replacement(edit) for edit in edits],
        }
        for edits in by_file.values()
    ]
    return {"description": {"text": fix.text}, "artifactChanges": changes}


def _replacement(edit: Edit) -> Json:
    return {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.replacement}}
