"""JSON, GitHub commands and SARIF."""

import json

from specc.diagnostics import Diagnostic, Edit, Fix, Label
from specc.report.machine import as_json, github, sarif
from specc.source import Source, Span

SOURCE = Source("a b,c.spec", "x -> relo\ny = 1\n")
WARNING = Diagnostic("W405", '"y" is never used', Span(SOURCE, 10, 11))
ERROR = Diagnostic(
    "E201",
    'there is no layer "relo": 100 %',
    Span(SOURCE, 5, 9),
    'did you mean "relu"?',
    labels=(Label(Span(SOURCE, 0, 1), "piped"),),
    notes=("one",),
    helps=("two",),
    fix=Fix("relo → relu", (Edit(Span(SOURCE, 5, 9), "relu"),)),
)


def test_json_holds_everything():
    document = json.loads(as_json([WARNING, ERROR]))
    assert (document["errors"], document["warnings"], document["fixable"]) == (1, 1, 1)
    first = document["diagnostics"][0]
    start, end = {"line": 1, "column": 6, "offset": 5}, {"line": 1, "column": 10, "offset": 9}
    assert first == {
        "code": "E201",
        "severity": "error",
        "message": ERROR.message,
        "file": "a b,c.spec",
        "range": {"start": start, "end": end},
        "text": ERROR.text,
        "labels": [
            {
                "file": "a b,c.spec",
                "range": {
                    "start": {"line": 1, "column": 1, "offset": 0},
                    "end": {"line": 1, "column": 2, "offset": 1},
                },
                "text": "piped",
            }
        ],
        "notes": ["one"],
        "helps": ["two"],
        "fix": {
            "text": "relo → relu",
            "edits": [
                {
                    "file": "a b,c.spec",
                    "range": {"start": start, "end": end},
                    "replacement": "relu",
                }
            ],
        },
        "table": [],
    }


def test_github_escapes_and_prints_errors_first():
    early = Diagnostic("W405", "early", Span(SOURCE, 0, 1))
    rows = github([early, ERROR]).splitlines()
    assert rows[0] == (
        "::error file=a b%2Cc.spec,line=1,endLine=1,col=6,endColumn=9,title=specc E201::"
        'there is no layer "relo": 100 %25%0Adid you mean "relu"?%0Aone%0Ahelp: two'
        "%0Afix: relo → relu"
    )
    assert rows[1].startswith("::warning file=")


def test_sarif_has_one_run_with_rules_and_fixes():
    log = json.loads(sarif([WARNING, ERROR]))
    (run,) = log["runs"]
    assert log["version"] == "2.1.0"
    assert [r["id"] for r in run["tool"]["driver"]["rules"]] == ["E201", "W405"]
    first, second = run["results"]
    assert (first["ruleId"], first["level"], first["ruleIndex"]) == ("E201", "error", 0)
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "a%20b%2Cc.spec"
    assert place["region"] == {"startLine": 1, "startColumn": 6, "endLine": 1, "endColumn": 10}
    change = first["fixes"][0]["artifactChanges"][0]["replacements"][0]
    assert change["insertedContent"] == {"text": "relu"}
    assert "fixes" not in second


def test_nothing_found_is_still_valid():
    assert json.loads(as_json([]))["diagnostics"] == []
    assert json.loads(sarif([]))["runs"][0]["results"] == []
    assert github([]) == ""
