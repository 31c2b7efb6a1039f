"""What the resolver says of cells that cannot be: the code, and the text that the caret stands under."""

from __future__ import annotations

import re

import pytest

from specc.pipeline import compile_text

SUMS = "in x\nstate h[units]\nnext h = tanh(linear(units)([h, x]))\nout next h"


def found(
    cell: str, use: str = "x -> scan(made(4))", type: str = "sequence[8, 3]"
) -> list[tuple[str, str]]:
    body = cell.replace("\n", "\n    ")
    net = f"network Net {{\n    in x: {type}\n    {use}\n}}\n"
    text = f"specc 1\ncell made(units) {{\n    {body}\n}}\n{net}"
    return [(d.code, d.span.text) for d in compile_text(text).diagnostics]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (SUMS, []),
        ("in x\nstate h[units]\nout tanh(h)", [("E408", "h")]),
        (SUMS.replace("state h[units]\n", ""), [("E408", "h")]),
        (SUMS.replace("state h[units]", "next c = c + next h"), [("E408", "c")]),
        (SUMS.replace("next h =", "next k =", 1), [("E408", "k")]),
        (SUMS.replace("[h, x]", "[hh, x]"), [("E402", "hh")]),
        (SUMS.replace("linear(units)", "linear(3)"), [("E302", "h")]),
        (SUMS + "\nnext h = h", [("E403", "h")]),
        (SUMS + "\nout g = h", [("E505", "out g = h")]),
        (SUMS + "\nout h", [("E505", "out h")]),
        (SUMS.replace("[units]", "[units] = true"), [("E203", "h[units] = true")]),
        (
            "in x\nstate mask[3]\nnext mask = mask + x\nout next mask",
            [("E403", "mask"), ("W405", "units")],
        ),
        (SUMS.replace("h =", "h = next h +", 1), [("E404", "h")]),
        ("in x\nout linear(units)(x)", [("E408", "made")]),
        (SUMS + "\nmessage m = x", [("E103", "message m = x")]),
    ],
)
def test_equations_that_cannot_be(cell: str, expected: list[tuple[str, str]]) -> None:
    assert sorted(set(found(cell))) == sorted(expected)


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        ("x -> scan", [("E202", "scan")]),
        ("x -> scan(lstm)", [("E202", "lstm")]),
        ("x -> scan(relu)", [("E203", "scan(relu)")]),
        ("x -> scan(maid(4))", [("E201", "maid")]),
        ("x -> scan(made(4), 3)", [("E202", "3")]),
        ("x -> scan(made(4), keep=first)", [("E203", "first")]),
        ("x -> scan(made(4), g=x)", [("E202", "g")]),
        ("x -> scan(made(4), h=x)", [("E302", "h")]),
        ("x -> scan(made(4), mask=x)", [("E203", "mask")]),
        ("x -> scan(made(4), keep=all, keep=last)", [("E202", "keep")]),
        ("x -> scan(made(4), mask=x, mask=x)", [("E203", "mask"), ("E202", "mask")]),
        (
            "x -> scan(made(3), bidirectional=true, free_running=always)",
            [("E203", "scan(made(3), bidirectional=true, free_running=always)")],
        ),
        ("x -> scan(gru(4), mask=x)", [("E203", "scan(gru(4), mask=x)")]),
        ("x -> made(4)", [("E203", "made(4)")]),
        ("x -> scan(lstm(4), g=x)", [("E202", "g")]),
        ("x -> scan(gru(4, h=x))", [("E302", "x")]),
        ("out y = next x", [("E103", "next x")]),
    ],
)
def test_scans_that_cannot_be(use: str, expected: list[tuple[str, str]]) -> None:
    assert [f for f in found(SUMS, use) if f[0] != "W405"] == expected


def test_an_image_is_read_row_by_row() -> None:
    [(code, place)] = found(SUMS, type="image[1, 8, 8]")
    assert (code, place) == ("E301", "scan(made(4))")


def test_the_spec_may_write_a_standard_cell_itself() -> None:
    net = "network N {\n    in x: sequence[T, 3]\n    x -> scan(lstm(4))\n}\n"
    text = f"specc 1\ncell lstm(units) {{\n    {SUMS}\n}}\n{net}"
    compiled = compile_text(text)
    assert [d.code for d in compiled.diagnostics] == []
    assert compiled.program is not None
    assert compiled.program.networks[0].stages[0].layer is None


MASKED = (
    "specc 1\ncell made(units) {\n    in x\n    state h[units]\n"
    "    next h = tanh(linear(units)([h, x]))\n    out next h\n}\n"
    "network Net {\n    in x: sequence[T, 3]\n    in v: tensor[S]\n    x -> CELL\n}\n"
)


@pytest.mark.parametrize("cell", ["scan(made(4), mask=v > 0)", "lstm(4, mask=v > 0)"])
def test_a_mask_has_as_many_positions_as_the_sequence(cell: str) -> None:
    text = MASKED.replace("CELL", cell)
    program = compile_text(text).program
    assert program is not None
    [condition] = program.network("Net").constraints
    assert {"S", "T"} == set(re.findall(r"\b[ST]\b", str(condition)))
    found = compile_text(text.replace("[T, 3]", "[6, 3]").replace("[S]", "[5]")).diagnostics
    problem = next(d for d in found if d.code[0] == "E")
    assert problem.code == "E302"
    assert problem.message.endswith("the mask has 5 positions, and the sequence 6")


def test_a_state_that_no_step_reads_is_named() -> None:
    text = MASKED.replace("state h[units]", "state h[units], c[units]").replace(
        "next h =", "next c = linear(units)(x)\n    next h = next c +"
    )
    found = compile_text(text.replace("CELL", "scan(made(4), mask=v > 0)")).diagnostics
    assert [(d.code, d.message) for d in found] == [
        ("W405", "no step reads the state c that the one before has left")
    ]


@pytest.mark.parametrize(("layers", "codes"), [(1, ["W308"]), (2, [])])
def test_dropout_is_between_layers(layers: int, codes: list[str]) -> None:
    use = f"gru(4, layers={layers}, dropout=0.3)"
    text = f"specc 1\nnetwork Net {{\n    in x: sequence[T, 3]\n    x -> {use}\n}}\n"
    assert [d.code for d in compile_text(text).diagnostics] == codes


def test_a_graph_is_no_sequence() -> None:
    text = MASKED.replace("sequence[T, 3]", "graph[node=3]").replace("CELL", "scan(made(4))")
    assert [d.text for d in compile_text(text).diagnostics if d.code == "E301"] == ["a graph"]


@pytest.mark.parametrize(
    ("use", "said"),
    [
        ("lstm(4, biases=3)", "lstm needs one of 1, 2 for its biases, not the number 3"),
        ("rnn(4, activation=relu)", "the bound of the state: nonlinearity=relu"),
    ],
)
def test_arguments_of_standard_cells(use: str, said: str) -> None:
    text = f"specc 1\nnetwork Net {{\n    in x: sequence[T, 3]\n    x -> {use}\n}}\n"
    [problem] = compile_text(text).diagnostics
    assert said in (problem.message, *problem.helps)
