"""No fault hides another one, and none is told twice."""

from __future__ import annotations

import pytest

from specc.pipeline import compile_text

BROKEN = "network A {\n    in x: vector[64]\n    x -> linear(0)\n}\n"
NET = "network N {\n    in x: vector[64]\n    x -> linear(10) -> softmax\n}\n"
CRITIC = "discriminator D {\n    in x: image[1, 8, 8]\n    x -> conv(3, 3x3)\n}\n"
TRAIN = """train T {
    data digits(flat=true) as x, label
    minimize cross_entropy(N(x), label)
    optimizer adam()
}
"""


def codes(*parts: str) -> list[str]:
    return [d.code for d in compile_text("specc 1\n\n" + "\n".join(parts)).diagnostics]


def test_checks_go_on_behind_an_error() -> None:
    found = codes(BROKEN, NET, "param unused = 3", CRITIC, TRAIN, "expect N.params == 3")
    assert found == ["E204", "W405", "E502", "E503", "E601"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("metric acuracy(N(x), label)", "E206"),
        ("epohcs 3", "E102"),
        ("batch -1", "E204"),
        ("show grid(N(y))", "E402"),
    ],
)
def test_a_wrong_line_hides_no_wrong_objective(line: str, code: str) -> None:
    spoilt = TRAIN.replace("optimizer adam()", f"optimizer adam()\n    {line}")
    assert codes(NET, spoilt) == ["E503", code]


def test_a_wrong_optimizer_hides_no_wrong_objective() -> None:
    assert codes(NET, TRAIN.replace("adam", "adma")) == ["E503", "E206"]


def test_what_reads_the_broken_is_left_alone() -> None:
    claims = ['answers "Q" { A.params = 3  N.params = 3 }', "expect A.params == 3"]
    spoilt = TRAIN.replace("N(x)", "A(x)")
    assert codes(BROKEN, NET, spoilt, *claims, "expect test.mse <= 1") == ["E204", "E602"]


def test_a_circle_hides_nothing_else() -> None:
    circle = "block a(n) {\n    x -> b(n)\n}\nblock b(n) {\n    x -> a(n)\n}\n"
    user = "network M {\n    in x: vector[3]\n    x -> a(3)\n}\n"
    assert codes(circle, user, CRITIC) == ["E406", "E502"]


def test_a_step_is_judged_beside_a_wrong_one() -> None:
    steps = """train T {
    data digits(flat=true) as x, label
    step one {
        minimize mse(x, x)
        update N with adam()
    }
    step two {
        minimize cross_entropy(N(x), lable)
        update N with adam()
    }
}
"""
    assert codes(NET, steps) == ["E510", "E402"]


def test_what_only_the_broken_reads_is_not_called_unused() -> None:
    block = "block tower(n) {\n    x -> linear(n)\n}\nparam width = 3\n"
    spoilt = "network A {\n    in x: vector[4]\n    x -> tower(width) -> linaer(3)\n}\n"
    assert codes(block, spoilt, CRITIC) == ["E201", "E502"]


@pytest.mark.parametrize(
    "header", ["network N\n{\n    in x: vector[4]", "network N\n    in x: vector[4]"]
)
@pytest.mark.parametrize("end", ["}\n", ""])
def test_a_header_without_a_brace_is_one_error(header: str, end: str) -> None:
    text = f"{header}\n    x -> linear(3)\n{end}\n"
    found = codes(text, CRITIC)
    assert found == (["E101", "E502"] if end or "{" not in header else ["E101", "E101", "E502"])


def test_two_trainings_of_one_name() -> None:
    assert codes(NET.replace(" -> softmax", ""), TRAIN, TRAIN) == ["E403"]


def test_epochs_or_steps() -> None:
    both = TRAIN.replace("optimizer adam()", "optimizer adam()\n    epochs 3\n    steps 4")
    assert codes(NET.replace(" -> softmax", ""), both) == ["E403"]


@pytest.mark.parametrize(
    "layer", ['dropout("0.5")', "linear(2, bias=1)", 'linear(2, bias="true")', "linear(3.0)"]
)
def test_kinds_of_values_are_not_mixed(layer: str) -> None:
    assert codes(NET.replace("softmax", layer)) == ["E203"]


def test_every_wrong_argument_is_named() -> None:
    layer = 'conv(strides=2, padding=full, bias="a", channels=4, kernel=0)'
    data = TRAIN.replace("flat=true", "flat=3, sise=3, range=[1, 0]").replace(
        "adam()", 'adam(lr="a", betas=[0.9], foo=1)'
    )
    assert codes(NET.replace("softmax", layer)) == ["E202", "E203", "E203", "E204"]
    assert codes(NET, data) == ["E203", "E202", "E204", "E203", "E203", "E202"]


def test_a_name_that_nothing_has_beside_a_broken_value() -> None:
    body = "network A {\n    in x: vector[4]\n    f = x -> linear(0)\n    out y = f - gone + [f, lost]\n}\n"
    assert codes(body) == ["E204", "E402", "E402"]


def test_the_number_of_features_is_no_epsilon() -> None:
    assert codes(NET.replace("softmax", "batch_norm(64)")) == ["E204"]
    assert codes(NET.replace("softmax", "layer_norm(64)")) == ["E301"]


def test_values_of_different_shapes_share_no_grid() -> None:
    shown = TRAIN.replace("optimizer adam()", "optimizer adam()\n    show grid(x, N(x))")
    assert codes(NET.replace(" -> softmax", ""), shown) == ["E203"]


def test_a_promise_names_a_training_and_a_claim_a_figure() -> None:
    net = NET.replace(" -> softmax", "")
    found = compile_text(
        f"specc 1\n\n{net}\n{TRAIN}\nexpect Z.test.mse <= 1\nexpect N\n"
    ).diagnostics
    assert [d.message for d in found] == [
        'there is no training named "Z"',
        "N is a network; a claim is about one of its figures",
    ]


def test_parameters_of_a_draw_stand_before_its_shape() -> None:
    drawn = TRAIN.replace("    minimize", "    z ~ normal[6](seed=3)\n    minimize").replace(
        "N(x)", "N(x + sum(z))"
    )
    found = list(compile_text(f"specc 1\n\n{NET}\n{drawn}").diagnostics)
    assert [(d.code, d.helps) for d in found] == [("E202", ("normal(seed=3)[6]",))]


def test_a_parameter_without_a_value_is_one_error() -> None:
    parameters = "param w = 3 / 0\nparam d = w + 1\nparam s = range(10 ^ 12)\n"
    body = "x -> linear(w) -> repeat d { linear(w) } -> for c in s { linear(c) } -> linear(len(s))"
    net = f"network N {{\n    in x: vector[w]\n    {body}\n}}\n"
    assert codes(parameters, net, "expect N.params == w") == ["E203", "E203"]


def test_every_wrong_number_of_rounds_is_named() -> None:
    rounds = "repeat -1 { linear(3) } -> repeat 2.5 { linear(3) } -> for c in 5 { linear(c) }"
    assert codes(NET.replace("softmax", rounds)) == ["E204", "E203", "E203"]


def test_a_block_without_its_argument_is_marked_where_it_is_used() -> None:
    text = "specc 1\n\nblock b(n) {\n    x -> linear(n)\n}\n" + NET.replace("softmax", "b")
    [found] = compile_text(text).diagnostics
    assert (found.code, found.span.line) == ("E202", 8)


def network(name: str, width: int) -> str:
    return f"network {name} {{\n    in x: vector[64]\n    x -> linear({width})\n}}\n"


MEETING = """train T {
    data digits(flat=true) as x, label
    step one {
        minimize mse(A(x), B(x)) + l1(A(x), B(x))
        update A, B with adam()
    }
    step two {
        minimize mse(C(x), D(x))
        update C, D with adam()
    }
    metric mse(B(x), A(x))
}
"""


def test_two_pairs_that_do_not_fit_are_two_messages() -> None:
    networks = [network(n, w) for n, w in zip("ABCD", (4, 5, 4, 5), strict=True)]
    found = compile_text("specc 1\n\n" + "\n".join([*networks, MEETING])).diagnostics
    assert [(d.code, d.span.text) for d in found] == [
        ("E302", "A(x)"),
        ("E302", "C(x)"),
    ]


def test_a_decoder_that_gives_another_shape_is_one_message() -> None:
    text = """encoder E {
    in x: image[1, 8, 8]
    x -> conv(4, 4x4, stride=2, padding=1)
}
decoder D {
    in h: image[4, 4, 4]
    h -> conv_transpose(1, 3x3, stride=2, padding=1)
}
train T {
    data digits as x, label
    xh = D(E(x))
    minimize mse(xh, x) + mse(flatten(xh), flatten(x))
    optimizer adam()
    metric mse(xh, x)
    show grid(x, xh)
    show grid(label)
}
"""
    assert codes(text) == ["E501", "E203"]


def test_a_lost_name_is_said_once() -> None:
    nets = [network(n, 4).replace("(4)", "(width)") for n in "AB"]
    assert codes(*nets) == ["E402"]
    train = TRAIN.replace("N(x)", "M(x)").replace(
        "optimizer", "metric accuracy(M(x), label)\n    optimizer"
    )
    assert codes(NET.replace(" -> softmax", ""), train) == ["E201"]


def test_a_name_of_a_body_is_missed_in_each_body() -> None:
    nets = [network(n, 4).replace("x ->", "h ->") for n in "AB"]
    local = network("C", 4).replace("    x ->", "    h = x -> relu\n    h ->")
    assert codes(*nets, local) == ["E402", "E402"]


def test_an_encoder_that_takes_another_shape_is_one_message() -> None:
    text = """encoder E {
    in x: vector[65]
    x -> linear(4)
}
decoder D {
    in h: vector[4]
    h -> linear(64)
}
train T {
    data digits(flat=true) as x, label
    minimize mse(D(E(x)), x)
    optimizer adam()
}
"""
    assert codes(text) == ["E302"]


def test_a_sequence_where_a_vector_is_wanted_is_said_once() -> None:
    net = "network N {\n    in x: image[1, 8, 8]\n    x -> linear(10)\n}\n"
    train = TRAIN.replace("(flat=true)", "").replace(
        "optimizer", "metric accuracy(N(x), label)\n    optimizer"
    )
    assert codes(net, train) == ["W306", "E302"]


def test_what_stands_behind_a_brace_is_not_missing_before_it() -> None:
    assert codes("network N {\n    in x: vector[64]\n}\nx -> linear(10)\n") == ["E102"]


def test_figures_of_a_refused_network_are_not_judged() -> None:
    claims = ['answers "Q" { D.params = 3  N.params = 3 }', "expect D.params == 3"]
    assert codes(CRITIC, NET, *claims) == ["E502", "E602"]


def test_a_block_without_its_second_input_is_one_message() -> None:
    block = "block up(c) {\n    x -> linear(c)\n}\n"
    net = NET.replace("softmax", "up(4, skip=x) -> up(3, skip=x)")
    assert codes(block, net) == ["E202"]


def test_a_size_of_tokens_that_cannot_be() -> None:
    assert codes("network N {\n    in x: tokens[T, vocab=-4]\n    x -> embedding(4)\n}\n") == [
        "E204"
    ]


BEHIND = """network A {
    in x: vector[3]
    x -> linear(4) as L -> dropout(2) -> linear(6)
}
"""


def told(*parts: str) -> list[tuple[str, str]]:
    found = compile_text("specc 1\n\n" + "\n".join(parts)).diagnostics
    return [(d.code, d.span.text) for d in found if d.code[0] == "E"]


def test_an_error_in_a_network_hides_no_word_that_is_no_figure() -> None:
    answers = (
        'answers "A" {\n    L.params = 16\n    L.foo = 3\n    A.bar = 2\n    Z.params = zz\n}\n'
    )
    found = told(BEHIND, answers, "expect A.parms <= limit")
    words = [("E603", "foo"), ("E603", "bar"), ("E402", "Z"), ("E402", "zz")]
    assert found == [("E204", "2"), *words, ("E603", "parms"), ("E402", "limit")]


def test_a_figure_in_front_of_an_error_is_judged() -> None:
    answers = 'answers "A" {\n    L.params = 15\n    linear1.params = 5\n    L.output = 4\n}\n'
    assert told(BEHIND, answers) == [("E204", "2"), ("E602", "15")]
    unnamed = BEHIND.replace(" as L", "")
    assert told(unnamed, answers.replace("L.", "linear1.")) == [
        ("E204", "2"),
        ("E602", "15"),
        ("E602", "5"),
    ]


@pytest.mark.parametrize(
    "claim", ["A.params = 3", "linear2.params = 3", "dropout1.p = 3", "A.output = 9"]
)
def test_what_hangs_on_an_error_is_left_alone(claim: str) -> None:
    assert told(BEHIND, f'answers "A" {{\n    {claim}\n}}\n') == [("E204", "2")]


def test_a_block_with_an_error_is_not_counted() -> None:
    block = "block b(n) {\n    x -> linear(n) -> dropout(2)\n}\n"
    body = "in x: vector[3]\n    x -> repeat 2 { linear(3) -> gone(3) } -> b(3)"
    answers = 'answers "A" {\n    repeat1.params = 3\n    b1.params = 3\n}\n'
    assert told(block, f"network A {{\n    {body}\n}}\n", answers) == [
        ("E204", "2"),
        ("E201", "gone"),
    ]


def test_a_promise_that_breaks_off_hides_no_other() -> None:
    found = told(NET, "expect Z.params >= 3\nexpect test.mse <= 3\nexpect N.macs <=")
    assert found == [("E402", "Z"), ("E506", "expect test.mse <= 3"), ("E101", "<=")]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (
            "network N {\n    in x: vector[3]\n    out y = x\n    out y = linear(3)(x)\n}\n",
            ("E403", "y"),
        ),
        ("network 😀 {\n    in x: vector[3]\n    x -> linear(3)\n}\n", ("E101", "😀")),
        (
            f"network N {{\n    in x: vector[3]\n    out y = {'(' * 200}x{')' * 200}\n}}\n",
            ("E101", "("),
        ),
        (
            f"network N {{\n    in x: vector[3]\n    x -> {'repeat 2 { ' * 200}relu{' }' * 200}\n}}\n",
            ("E101", "{"),
        ),
    ],
)
def test_one_fault_is_one_message(text: str, error: tuple[str, str]) -> None:
    assert told(text) == [error]


def test_a_layer_that_is_surely_meant_is_read_as_that() -> None:
    net = NET.replace("linear(10)", "lienar(10, bais=true) -> dropout(2)")
    assert told(net, TRAIN) == [("E201", "lienar"), ("E202", "bais"), ("E204", "2")]
    assert told(NET.replace("linear", "lienar"), TRAIN) == [
        ("E201", "lienar"),
        ("E503", "cross_entropy"),
    ]


def test_a_word_that_may_be_many_layers_is_read_as_none() -> None:
    assert told(NET.replace("linear(10)", "frobnicate(10, bais=true)"), TRAIN) == [
        ("E201", "frobnicate")
    ]


def test_an_unread_statement_excuses_only_the_words_in_it() -> None:
    net = "network N {\n    in x: vector[64]\n    foo bar\n    x -> linear(width)\n}\n"
    assert told(net) == [("E102", "foo"), ("E402", "width")]
    bound = net.replace("foo bar", "width = )4")
    assert [code for code, _ in told(bound)] == ["E101"]


def test_a_claim_that_cannot_be_read_hides_no_network() -> None:
    net = NET.replace("linear", "lienar")
    found = told(net, 'answers "Q" {\n    N.output  [10]\n    N.parms = 650\n}\n')
    assert found == [("E201", "lienar"), ("E101", "]"), ("E603", "parms")]
