"""`specc check`: every mistake of every file, in each format, and fixes."""

from __future__ import annotations

import json
import os
from pathlib import Path

from tests.cli.conftest import Run

WRONG = """specc 1

network Net {
    in x: image[1, 28, 28]
    x -> conv(6, 5x5) as C1 -> rellu -> flatten -> linear(10)
}
"""

TOO_SMALL = """specc 1

network LeNet {
    in x: image[1, 28, 28]
    x -> conv(6, 5x5) as C1 -> tanh
      -> avg_pool(2x2) as S2
      -> conv(16, 5x5) as C3 -> tanh
      -> avg_pool(2x2) as S4
      -> conv(120, 5x5) as C5 -> tanh
}
"""


def test_nothing_to_say(specc: Run, lenet: Path) -> None:
    ended = specc("check", "lenet.spec")
    assert (ended.status, ended.out, ended.err) == (0, "1 spec, no mistakes\n", "")
    assert specc("check", "--quiet").out == ""
    assert lenet.exists()


def test_all_files_at_once(specc: Run, lenet: Path) -> None:
    Path("b").mkdir()
    Path("b/wrong.spec").write_text(WRONG, encoding="utf-8")
    Path("small.spec").write_text(TOO_SMALL, encoding="utf-8")
    ended = specc("check", ".", "--format", "concise")
    assert ended.status == 1
    assert ended.out == (
        'b/wrong.spec:5:32: error[E201]: there is no layer "rellu"\n'
        "small.spec:9:10: error[E301]: C5: a 5×5 kernel does not fit a 4×4 feature map\n"
        "2 errors; 1 fixable\n"
    )
    assert lenet.exists()


def test_the_table_up_to_the_layer_that_fails(specc: Run) -> None:
    Path("small.spec").write_text(TOO_SMALL, encoding="utf-8")
    assert specc("check", "small.spec").out.splitlines()[-10:] == [
        "    layer                  output        parameters",
        "    x      input           1×28×28",
        "    C1     conv(6, 5x5)    6×24×24              156",
        "    tanh1  tanh            6×24×24",
        "    S2     avg_pool(2x2)   6×12×12",
        "    C3     conv(16, 5x5)   16×8×8             2,416",
        "    tanh2  tanh            16×8×8",
        "    S4     avg_pool(2x2)   16×4×4",
        "    C5     conv(120, 5x5)  does not fit",
        "1 error",
    ]


def test_fix_mends_the_file(specc: Run) -> None:
    Path("wrong.spec").write_text(WRONG, encoding="utf-8")
    ended = specc("check", "--fix")
    assert (ended.status, ended.out) == (0, "1 spec, no mistakes\n")
    assert ended.err == "specc: 1 fixed in 1 file\n"
    assert "-> relu ->" in Path("wrong.spec").read_text(encoding="utf-8")
    assert specc("check", "--fix").err == "specc: nothing to fix\n"


def test_machine_formats(specc: Run) -> None:
    Path("wrong.spec").write_text(WRONG, encoding="utf-8")
    document = json.loads(specc("check", "--json").out)
    assert document["errors"] == 1
    assert document["diagnostics"][0]["code"] == "E201"
    assert specc("check", "--format", "github").out.startswith("::error file=wrong.spec,line=5,")
    sarif = json.loads(specc("check", "--format", "sarif").out)
    assert sarif["runs"][0]["results"][0]["ruleId"] == "E201"


def test_machine_formats_of_nothing(specc: Run, lenet: Path) -> None:
    assert json.loads(specc("check", str(lenet), "--json").out)["diagnostics"] == []
    assert specc("check", str(lenet), "--format", "github").out == ""


def test_stdin(specc: Run) -> None:
    ended = specc("check", "-", "--format", "concise", stdin=WRONG)
    assert ended.out.startswith("<stdin>:5:32: error[E201]")
    assert specc("check", "-", "--fix", stdin=WRONG).status == 2


def test_a_parameter_from_outside(specc: Run) -> None:
    text = (
        "specc 1\n\nparam k = 3\n\nnetwork N {\n    in x: image[1, 4, 4]\n    x -> conv(2, k)\n}\n"
    )
    Path("n.spec").write_text(text, encoding="utf-8")
    assert specc("check").status == 0
    assert specc("check", "--set", "k=5").status == 1
    assert specc("check", "--set", "k").status == 2


def test_what_cannot_be_read(specc: Run, lenet: Path) -> None:
    Path("binary.spec").write_bytes(b"\xff\xfe\x00")
    ended = specc("check", "binary.spec", str(lenet), "--format", "concise")
    assert ended.status == 2
    assert "binary.spec is not UTF-8 text (line 1)" in ended.err
    ended = specc("check", "lent.spec")
    assert (ended.status, ended.out) == (2, "")
    assert ended.err == "specc: there is no lent.spec; did you mean lenet.spec?\n"
    assert "did you mean lenet.spec?" in specc("check", "lenet").err
    assert specc("check", "a/b/c.spec").err == (
        "specc: there is no a/b/c.spec: there is no a/b: there is no a\n"
    )
    Path("empty").mkdir()
    assert "there is no .spec file in empty" in specc("check", "empty").err


def test_claims_are_checked(specc: Run, lenet: Path) -> None:
    lenet.write_text(lenet.read_text(encoding="utf-8").replace("156", "150"), encoding="utf-8")
    ended = specc("check")
    assert ended.status == 1
    assert ended.out == (
        "lenet.spec:17:17: error[E602]: C1.params is 156, not 150\n"
        "17 |     C1.params = 150\n"
        "   |                 ^^^ (5·5·1 + 1)·6 = 156\n"
        "   = 150 = 5·5·1·6: the 6 biases are missing\n"
        "1 error\n"
    )


def test_a_convention_for_claims_that_name_none(specc: Run) -> None:
    text = "specc 1\n\nnetwork N {\n    in x: image[1, 8, 8]\n    x -> batch_norm as B\n}\n"
    text += 'answers "a" {\n    B.params = 4\n}\n'
    Path("n.spec").write_text(text, encoding="utf-8")
    assert specc("check").status == 1
    assert specc("check", "--convention", "keras").status == 0


def test_a_pipe_in_a_folder_is_no_spec(specc: Run) -> None:
    os.mkfifo("endless.spec")
    Path("net.spec").write_text(WRONG.replace("rellu", "relu"), encoding="utf-8")
    assert specc("check", ".").status == 0


def test_a_parameter_that_no_file_has_is_a_wrong_call(specc: Run) -> None:
    Path("net.spec").write_text(WRONG.replace("rellu", "relu"), encoding="utf-8")
    assert specc("check", "net.spec", "--set", "nosuch=3").status == 2
