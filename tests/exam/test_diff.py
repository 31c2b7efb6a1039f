"""What changed between two specs is said once, with its numbers."""

from __future__ import annotations

from specc.exam.diff import Change, Comparison, Fact, compare
from specc.pipeline import compile_text
from specc.program import Program
from specc.report.changes import lines
from specc.report.colour import PLAIN

OLD = """specc 1
param width = 16
network N {
    in x: image[1, 28, 28]
    x -> conv(6, 5x5) as C1 -> relu -> max_pool(2x2) as S2
      -> flatten -> linear(width) as F -> relu -> linear(10)
}
"""


def program(text: str) -> Program:
    compiled = compile_text(text)
    assert compiled.program is not None, [d.message for d in compiled.diagnostics]
    return compiled.program


def compared(*changes: tuple[str, str]) -> Comparison:
    new = OLD
    for before, after in changes:
        assert before in new
        new = new.replace(before, after)
    return compare(program(OLD), program(new))


def change(comparison: Comparison, path: str) -> Change:
    return next(c for p in comparison.parts for c in p.changes if c.path == path)


def test_a_spec_is_the_same_as_itself() -> None:
    assert compared().same


def test_white_space_and_comments_change_nothing() -> None:
    assert compared(("param width = 16", "param width  =  16   # units")).same


def test_a_hyperparameter_with_its_consequences() -> None:
    found = compared(("5x5", "3x3"))
    facts = {f.name: (f.before, f.after) for f in change(found, "C1").facts}
    assert facts["kernel"] == ("5×5", "3×3")
    assert facts["output"] == ("6×24×24", "6×26×26")
    assert change(found, "C1").by == 60 - 156
    assert next(s.after - s.before for s in found.sums) == -96 + (13**2 - 12**2) * 6 * 16


def test_a_layer_put_between_moves_no_other() -> None:
    found = compared(("-> relu -> max_pool", "-> batch_norm -> relu -> max_pool"))
    (part,) = found.parts
    assert [(c.kind, c.path, c.by) for c in part.changes] == [("added", "batch_norm1", 12)]


def test_a_layer_that_is_gone() -> None:
    found = compared(("-> relu -> linear(10)", "-> linear(10)"))
    assert [(c.kind, c.what) for p in found.parts for c in p.changes] == [("removed", "relu")]


def test_a_parameter_and_what_follows_from_it() -> None:
    found = compared(("width = 16", "width = 32"))
    assert [p.name for p in found.parts] == ["parameters", "N"]
    assert change(found, "width").facts[0].after == "32"


def test_another_name_of_the_only_network() -> None:
    found = compared(("network N", "network M"))
    assert [(p.name, p.changes) for p in found.parts] == [("N → M", ())]


TRAIN = """
train T {
    data digits as x, label
    minimize cross_entropy(N(x), label)
    optimizer adam(lr=1e-3)
}
"""


def test_training() -> None:
    old = OLD.replace("28, 28", "8, 8").replace("5x5", "3x3") + TRAIN
    found = compare(program(old), program(old.replace("1e-3", "1e-2") + "\n"))
    (part,) = found.parts
    assert part.name == "train T"
    (fact,) = part.changes[0].facts
    assert "lr=0.001" in str(fact.before)
    assert "lr=0.01" in str(fact.after)


def test_layers_without_names_meet_their_own_kind() -> None:
    found = compared(("-> relu -> max_pool", "-> max_pool"))
    assert [(c.kind, c.path) for p in found.parts for c in p.changes] == [("removed", "relu1")]


def test_a_layer_in_the_place_of_another_is_one_change() -> None:
    found = compared(("as C1 -> relu", "as C1 -> gelu"))
    assert [(c.kind, c.what) for p in found.parts for c in p.changes] == [
        ("changed", "relu → gelu")
    ]


def test_another_name_of_a_layer() -> None:
    found = compared(("as F", "as Hidden"))
    (one,) = (c for p in found.parts for c in p.changes)
    assert (one.kind, one.path, one.facts[0].before, one.facts[0].after) == (
        "changed", "Hidden", "F", "Hidden",
    )  # fmt: skip


CLAIMS = OLD + 'answers "Q1" {\n C1.params = 156\n}\nexpect N.params <= 20_000\n'


def test_answers_and_promises() -> None:
    new = CLAIMS.replace("= 156", "= 150").replace("20_000", "30_000")
    found = compare(program(CLAIMS), program(new))
    assert [p.name for p in found.parts] == ['answers "Q1"', "expect"]
    assert change(found, "C1.params").facts[0].after == "150"
    assert {c.kind for c in found.parts[1].changes} == {"added", "removed"}
    (gone,) = (p for p in compare(program(CLAIMS), program(OLD)).parts if "Q1" in p.name)
    assert gone.kind == "removed"


def test_a_network_more_is_told_with_its_layers() -> None:
    more = OLD + "network M {\n in x: vector[3]\n x -> linear(7) as only\n}\n"
    (part,) = compare(program(OLD), program(more)).parts
    assert (part.kind, [c.path for c in part.changes]) == ("added", ["only"])


def test_a_line_says_its_name_and_only_what_is_no_default() -> None:
    old = OLD.replace("28, 28", "8, 8").replace("5x5", "3x3") + TRAIN
    new = old.replace("lr=1e-3", "lr=1e-2").replace("width = 16", "width = 8")
    text = "\n".join(lines(compare(program(old), program(new)), PLAIN))
    assert "~ width  param  16 → 8" in text
    assert "~ optimizer  setting  adam(lr=0.001) → adam(lr=0.01)" in text


def test_a_layer_that_moves_is_told_with_where_it_was() -> None:
    found = compared(("conv(6, 5x5) as C1 -> relu", "relu -> conv(6, 5x5) as C1"))
    (one,) = (c for p in found.parts for c in p.changes)
    assert (one.kind, one.path, one.facts[0]) == (
        "changed",
        "relu1",
        Fact("moved", "behind C1", "first"),
    )


def test_rounds_of_a_repetition_are_counted_on_both_sides() -> None:
    old = OLD.replace("-> flatten", "-> repeat 2 { conv(6, 3x3, padding=1) } -> flatten")
    for new, after in (
        (old.replace("repeat 2", "repeat 3"), "3"),
        (old.replace("repeat 2", "repeat 1"), "1"),
    ):
        (row,) = (c for p in compare(program(old), program(new)).parts for c in p.changes)
        assert Fact("times", "2", after) in row.facts


def test_a_train_block_of_another_name_is_the_same_block() -> None:
    old = OLD.replace("28, 28", "8, 8").replace("5x5", "3x3") + TRAIN
    (part,) = compare(program(old), program(old.replace("train T", "train U"))).parts
    assert (part.name, part.kind) == ("train T → U", "changed")


def test_sums_stand_once_where_there_is_one_network() -> None:
    text = list(lines(compared(("5x5", "3x3")), PLAIN))
    assert sum("macs" in line and "%" in line for line in text) == 1
    assert "file" not in text
