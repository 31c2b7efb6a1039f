"""What the resolver refuses: the code, and the text that the caret stands under."""

from __future__ import annotations

import pytest

from specc.pipeline import compile_text

NET = "network Net {{\n    in x: {type}\n    {body}\n}}\n"


def found(text: str) -> list[tuple[str, str]]:
    return [(d.code, d.span.text) for d in compile_text("specc 1\n\n" + text).diagnostics]


def in_net(body: str, type: str = "image[3, 32, 32]") -> list[tuple[str, str]]:
    return found(NET.format(type=type, body=body.replace("\n", "\n    ")))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("x -> convv(6, 3x3)", [("E201", "convv")]),
        ("x -> conv(6, 3x3, strid=2)", [("E202", "strid")]),
        ("x -> conv(6)", [("E202", "conv(6)")]),
        ("x -> conv(6, 3x3, 1, 0, 1, 1, true, zeros, 9)", [("E202", "9")]),
        ("x -> conv(6, 3x3, kernel=5)", [("E202", "kernel")]),
        ('x -> conv("6", 3x3)', [("E203", '"6"')]),
        ("x -> conv(6, 3x3, padding=sam)", [("E203", "sam")]),
        ("x -> conv(-6, 3x3)", [("E204", "-6")]),
        ("x -> dropout(50) -> conv(6, 3x3)", [("E204", "50")]),
        ("x -> conv(10^500, 3x3)", [("E203", "10^500")]),
        ("x -> conv(6, 99x99)", [("E301", "conv(6, 99x99)")]),
        ("out y = x + (x -> conv(6, 3x3))", [("E302", "x")]),
        ("x -> conv(6, 3x3, groups=2)", [("E303", "2")]),
        ("x -> conv(size, 3x3)", [("E402", "size")]),
        ("out y = z -> relu", [("E402", "z")]),
        ("h = x -> relu\nh = x -> tanh\nout y = h", [("E403", "h")]),
        ("a = relu(b)\nb = tanh(a)\nout y = b", [("E404", "b")]),
        ("h = x -> relu\nout y = x", [("W405", "h")]),
        ("h = x -> relu\ng = x -> tanh", [("E505", "Net")]),
        ("x -> relu as r -> conv(r, 3x3)", [("E203", "r")]),
        ("z ~ nromal[3]\nout y = z", [("E206", "nromal")]),
        ("epochs 5\nout y = x -> relu", [("E103", "epochs 5")]),
        ("x -> repeat -1 { relu }", [("E204", "-1")]),
        ("x -> conv(6, 3x3, stride=1/0)", [("E203", "1/0")]),
        ("let f = conv(3, 3x3, padding=1)\nout y = x -> f -> conv(6, 3x3) -> f", [("E305", "f")]),
    ],
)
def test_a_fault_in_a_network(body: str, expected: list[tuple[str, str]]) -> None:
    assert in_net(body) == expected


def test_the_nearest_name_is_a_fix() -> None:
    compiled = compile_text(
        "specc 1\n\nnetwork Net {\n    in x: vector[4]\n    x -> linaer(3)\n}\n"
    )
    [diagnostic] = compiled.diagnostics
    assert diagnostic.fix is not None
    assert diagnostic.fix.edits[0].replacement == "linear"


def test_independent_faults_are_all_found_and_nothing_else() -> None:
    text = """
network A {
    in x: vector[4]
    h = x -> linaer(3)
    g = h -> linear(5) -> relu
    out y = g + h
}
network B {
    in x: image[1, 8, 8]
    x -> conv(8, 9x9) -> relu -> flatten -> linear("10")
}
network C {
    in x: vector[4]
    x -> linear(unknown_size) -> linear(3, bais=false)
}
"""
    assert [code for code, _ in found(text)] == [
        *("E201", "E302"),  # read as linear(3), whose 3 features meet 5
        *("E301", "E203", "E402", "E202"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("block a(c) { x -> b(c) }\nblock b(c) { x -> a(c) }\n", [("E406", "b")]),
        ("param n = 3\nparam n = 4\n", [("E403", "n")]),
        ("param unused = 3\n", [("W405", "unused")]),
        ("network N {\n    x -> relu\n}\n", [("E505", "N")]),
        ("network N {\n    in x: imag[3]\n    x -> relu\n}\n", [("E206", "imag")]),
        ("network N {\n    in x: image[3]\n    x -> relu\n}\n", [("E203", "image[3]")]),
        ("network N {\n    in x: vector[0]\n    x -> relu\n}\n", [("E204", "0")]),
        ("block relu(c) { x -> tanh }\n", [("E403", "relu")]),
    ],
)
def test_a_fault_in_declarations(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


def test_a_value_called_as_a_definition_is_no_recursion() -> None:
    local = """
network A {
    in x: sequence[T, 3]
    x -> scan(c(3))
}
cell c(units) {
    in x
    state A[units]
    next A = tanh(linear(units)([A, x]))
    out next A
}
message_passing m(f) {
    in x
    message m = x.source
    aggregate a = sum(m)
    update y = linear(f)([x, a])
    out y
}
network G {
    in g: graph[node=4]
    g -> m(3)
}
"""
    assert found(local) == []
    own = "block m() {\n    in x: vector[3]\n    m = m()(x)\n    out y = m\n}\n"
    assert found(own) == [("E406", "m")]


def test_an_input_that_nothing_reads_is_not_computed() -> None:
    text = "specc 1\n\nnetwork N {\n    in x, y: vector[3]\n    x -> linear(2)\n}\n"
    [one] = compile_text(text).diagnostics
    assert (one.code, one.message) == ("W405", 'nothing reads the input "y"')
    assert one.helps == ("delete it, or name it _y",)


TRAIN = """
network Net {{
    in x: vector[64]
    x -> linear(10)
}}
train T {{
    {body}
}}
"""
WHOLE = [
    "data digits(flat=true) as x, label",
    "minimize cross_entropy(Net(x), label)",
    "optimizer adam(lr=1e-3)",
]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({0: "data digts as x, label"}, [("E206", "digts")]),
        ({0: "data digits(flt=true) as x, label"}, [("E202", "flt")]),
        ({0: "data digits as x, label"}, [("E302", "x")]),
        ({0: "data pairs as x, label"}, [("E202", "pairs")]),
        ({0: "data pairs(digts) as x, label"}, [("E206", "digts")]),
        ({0: "data pairs(digits(flt=true)) as x, label"}, [("E202", "flt")]),
        ({0: "data pairs(diabetes) as x, label"}, [("E202", "diabetes")]),
        ({0: "data pairs(edges(digits)) as x, label"}, [("E202", "edges(digits)")]),
        ({0: 'data pairs(npy("x.npy")) as x, label'}, [("E202", 'npy("x.npy")')]),
        ({0: "data edges(digits(flat=true)) as x, label"}, [("E202", "digits(flat=true)")]),
        ({0: "data pairs(digits, of=digits) as x, label"}, [("E202", "of")]),
        ({1: "minimize cross_entropy(Net(x), lable)"}, [("E402", "lable")]),
        ({1: "minimize square(Net(x))"}, [("E508", "square(Net(x))")]),
        ({1: "minimize mse(x, x)"}, [("E510", "minimize mse(x, x)")]),
        ({2: "optimizer adam(learning_rate=1)"}, [("E202", "learning_rate")]),
        ({2: "optimizer adma(lr=1)"}, [("E206", "adma")]),
        ({2: "optimizer adam(lr=1e-3)\n    epochs 0"}, [("E204", "0")]),
        ({2: "optimizer adam(lr=1e-3)\n    epochs 3 and 2"}, [("E203", "3 and 2")]),
        ({2: "optimizer adam(lr=1e-3)\n    epchs 3"}, [("E102", "epchs")]),
        (
            {2: "optimizer adam(lr=1e-3)\n    metric accuracy(Net(x))"},
            [("E202", "accuracy(Net(x))")],
        ),
        ({2: "optimizer adam(lr=1e-3)\n    show gird(x)"}, [("E206", "gird")]),
        ({2: ""}, [("E507", "T")]),
        ({1: ""}, [("E507", "T")]),
        ({0: ""}, [("E506", "T")]),
    ],
)
def test_a_fault_in_training(change: dict[int, str], expected: list[tuple[str, str]]) -> None:
    body = "\n    ".join(change.get(i, line) for i, line in enumerate(WHOLE))
    assert found(TRAIN.format(body=body)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "network Net {\n    in x: vector[2]\n    xvector[2]\n    xvector is for the reader\n}",
        "train T {\n    data digits as x, label\n    minimizes(x)\n    (batch  8\n    batch 64",
        "sample S {\n    ) z\n    z -\n    y z z\n}",
    ],
)
def test_what_is_left_of_a_broken_statement_breaks_nothing(text: str) -> None:
    assert {code for code, _ in found(text)} >= {"E101"}


def test_a_wrong_claim_about_a_graph_layer_is_an_answer_like_any_other() -> None:
    text = "network Net {\n    in g: graph[node=1433]\n    g -> gcn(16) as hidden\n}\n"
    assert found(text + 'answers "a" {\n    hidden.params = 22_943\n}')[0][0][:2] == "E6"


def test_a_label_inside_of_rounds_may_stay_unread() -> None:
    text = (
        "specc 1\n\nblock part(c, s=1) {\n    x -> conv(c, 3x3, stride=s, padding=1)\n}\n\n"
        "network Net {\n    in x: image[3, 32, 32]\n"
        "    x -> for c in [16, 32] { part(c, s=2) as stage } -> flatten -> linear(2)\n}\n"
    )
    assert list(compile_text(text).diagnostics) == []


def test_networks_of_one_class_are_refused() -> None:
    network = "network {} {{\n    in x: vector[4]\n    x -> linear(4)\n}}\n"
    for names, codes in (
        (("net", "Net"), ["E403"]),
        (("My_net", "MyNet"), ["E403"]),
        (("A", "B"), []),
    ):
        text = "specc 1\n" + "".join(network.format(n) for n in names)
        assert [d.code for d in compile_text(text).diagnostics] == codes
