"""Programs: what is right compiles, what is wrong is said at its place."""

from __future__ import annotations

import pytest

from specc.pipeline import compile_text
from specc.program import BranchPlan, LoopPlan

HEAD = """specc 1

encoder Encoder {
    in x: vector[64]
    h = x -> linear(16) -> relu
    out mu = h -> linear(4)
    out logvar = h -> linear(4)
}
decoder Decoder {
    in z: vector[4]
    z -> linear(64) -> sigmoid
}
train AE {
    data digits(flat=true) as x, label
    mu, logvar = Encoder(x)
    minimize mse(Decoder(mu), x) + 1e-3 * mean(logvar^2)
    optimizer adam(lr=1e-3)
}
"""


def compiled(body: str, head: str = "p()"):  # type: ignore[no-untyped-def]
    return compile_text(f"{HEAD}\nprogram {head} {{\n{body}\n}}\n", "model.spec")


def said(body: str, head: str = "p()") -> list[tuple[str, str, str]]:
    """Code, message and the words it stands at."""
    return [(d.code, d.message, d.span.text) for d in compiled(body, head).diagnostics]


GOOD = {
    "draw": "z ~ normal[4]\nshow grid(Decoder(z))",
    "rows": "x = rows(test.x, first=8)\ne = Encoder(x)\nshow grid(x, Decoder(e.mu))",
    "where": "t = rows(train.x, where=train.label == 3)\nm = mean(t, axis=batch)\nshow m",
    "named": "show mean(AE.test.x)",
    "loop": "s = 0\nfor t in range(5) {\n s = s + t\n}\nshow s",
    "promoted": "s = 0\nrepeat 3 {\n s = s + mean(test.x)\n}\nshow mean(s, axis=batch)",
    "grown": "a = rows(test.x, at=0)\nb = a\nfor k in range(3) {\n b = append(b, a)\n}\nshow grid(b)",
    "branch": "s = 0\nif mean(test.x, axis=batch)[0] > 0.5 {\n s = 1\n} else {\n s = 2\n}\nshow s",
    "known": "n = 3\nif n > 2 {\n show n\n}",
    "ascent": "p ~ normal[64]\nrepeat 4 {\n p = p + gradient(sum(Encoder(p).mu), p)\n}\nshow grid(p)",
    "nearest": "c = Encoder(train.x).mu\nat = nearest(Encoder(test.x).mu, among=c)\n"
    "show grid(test.x, rows(train.x, at=at))",
    "planes": "c = Encoder(test.x).mu\nshow scatter(pca(c), test.label)\nshow scatter(tsne(c), test.label)",
    "export": "export Encoder",
    "count in loops": "repeat 2 {\n repeat 2 {\n  count 3\n  show 1\n }\n}",
    "borrowed": "show mean(Decoder.linear1(Encoder(test.x).mu))",
    "returned": "return mean(mean(test.x), axis=batch)",
}  # fmt: skip


@pytest.mark.parametrize("body", GOOD.values(), ids=GOOD)
def test_it_compiles(body: str) -> None:
    assert said(body) == []


WRONG = {
    "unknown": ("show grid(y)", "E402", 'nothing is named "y"', "y"),
    "later": ("show grid(y)\ny = test.x", "E402", 'nothing is named "y"', "y"),
    "shape": (
        "show grid(Decoder(test.x))",
        "E302", "decoder Decoder takes z: 4, and gets 64", "test.x",
    ),
    "field": ("show grid(test.y)", "E401", 'this value has no part "y"', "y"),
    "two row sets": (
        "show mean(mean(test.x - train.x), axis=batch)",
        "E302", "this joins values of different rows: the test rows of AE with the train rows of AE",
        "test.x - train.x",
    ),
    "loop shape": (
        "a = rows(test.x, first=2)\nrepeat 2 {\n a = Encoder(rows(test.x, first=2)).mu\n}\nshow a",
        "E302", "a is 64 for each row before, and 4 for each row after a round of the loop", "a",
    ),
    "inside only": (
        "repeat 2 {\n a = mean(test.x)\n show mean(a, axis=batch)\n}\nshow a",
        "E402", 'nothing is named "a"', "a",
    ),
    "counter": (
        "for t in range(3) {\n t = 2\n show t\n}",
        "E403", "t is given by the loop or the call, and keeps its value", "t",
    ),
    "condition": (
        "if test.label == 3 {\n show 1\n}",
        "E203", "a condition is one truth value, and this is one number for each row", "test.label == 3",
    ),
    "picture": ("show gird(test.x)", "E206", 'there is no picture "gird"', "gird"),
    "loop over": (
        "for t in test.x {\n show t\n}",
        "E203", "a loop goes over a list of numbers or a range", "test.x",
    ),
    "statement": ("minimize mean(test.x)", "E103", '"minimize" does not belong in program', None),
    "setting": ("epochs 3", "E103", '"epochs" does not belong in program', None),
    "unused": ("a = test.x\nshow 1", "W405", '"a" is computed and never used', "a"),
    "apart": (
        "p ~ normal[64]\ns = sum(p)\nshow grid(gradient(s, p))",
        "E512", "s is not computed from p", "gradient(s, p)",
    ),
    "one way": (
        "x = rows(test.x)\nshow grid(x)",
        "E202", "rows takes one of first=, where= and at=", "rows(test.x)",
    ),
    "weights": (
        "show mean(test.x -> linear(3))",
        "E507", "linear has weights, and nothing trains them here: a program only calls what was trained",
        "linear(3)",
    ),
    "module": (
        "show mean(test.x -> dropout(0.5))",
        "E507", "dropout belongs in a network: a program only calls what was trained", "dropout(0.5)",
    ),
    "count twice": ("count 3\nrepeat 2 {\n count 4\n}\nshow 1", "E403", "count is set twice", None),
    "behind return": ("return 1\nshow 2", "W405", "nothing behind return is done", "show 2"),
    "nothing": ("", "W405", "program p does nothing", "p"),
    "scatter": (
        "show scatter(rows(Encoder(test.x).mu, first=3), rows(test.label, first=2))",
        "E302",
        (
            "this joins values of different rows: first=2 of the test rows of AE"
            " with first=3 of the test rows of AE"
        ),
        "scatter(rows(Encoder(test.x).mu, first=3), rows(test.label, first=2))",
    ),
    "no validation": (
        "show mean(validation.x)", "E402", "no rows are kept for validation", "validation",
    ),
    "export": ("export test", "E203", "export takes the name of a network", "test"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "code", "message", "words"), WRONG.values(), ids=WRONG)
def test_it_is_refused(body: str, code: str, message: str, words: str | None) -> None:
    [(found, text, place)] = said(body)
    assert (found, text) == (code, message)
    assert words is None or place == words


def test_arguments_need_a_number_and_are_no_sizes() -> None:
    assert said("show steps", "p(steps)")[0][0] == "E202"
    assert said("z ~ normal[n]\nshow grid(z)", "p(n=4)")[0][0] == "E203"
    assert said("for t in range(n) {\n show t\n}", "p(n=4)") == []
    [(code, message, _)] = said("for t in range(n) {\n show t\n}", "p(n=0.5)")
    assert (code, message[:28]) == ("E203", "a range takes whole numbers:")


def test_a_network_must_have_been_trained() -> None:
    text = (
        HEAD
        + "network Other {\n in x: vector[64]\n x -> linear(2)\n}\nprogram p() { show Other(test.x) }\n"
    )
    [problem] = compile_text(text).diagnostics
    assert (problem.code, problem.message) == ("E507", "program p uses Other, which nothing trains")


def test_an_argument_that_nothing_reads_is_warned_of() -> None:
    assert said("show 1", "p(n=4)") == [("W405", '"n" is an argument, and never used', "n")]


def test_a_value_inside_of_a_network_is_asked_of_the_call() -> None:
    [problem] = compiled("show mean(Encoder.h)").diagnostics
    assert (problem.code, problem.helps) == ("E402", ("Encoder(…).h",))
    assert said("show mean(Encoder(test.x).h)") == []


def test_a_sample_reads_no_rows_and_trains_nothing() -> None:
    def sampled(value: str) -> list[tuple[str, str]]:
        text = f"{HEAD}sample S {{\n    show grid({value})\n}}\n"
        return [(d.code, d.span.text) for d in compile_text(text).diagnostics]

    assert sampled("Decoder(test.x)") == [("E402", "test")]
    assert sampled("foo.x") == [("E402", "foo")]
    text = f"{HEAD}sample S {{\n    z ~ normal[8]\n    show grid(Decoder(linear(4)(z)))\n}}\n"
    assert [(d.code, d.span.text) for d in compile_text(text).diagnostics] == [
        ("E507", "linear(4)(z)")
    ]


def test_what_is_exported_has_sizes() -> None:
    free = "network Free {\n in x: sequence[T, 3]\n x -> linear(2)\n}\n"
    text = f"{HEAD}{free}program p() {{ export Free }}\n"
    [one] = compile_text(text).diagnostics
    assert (one.code, one.message) == ("E203", "export needs every size of Free, and T may be any")
    assert one.helps == ("param T = 12 gives T a value",)


def test_a_program_needs_a_training_and_says_nothing_after_its_errors() -> None:
    alone = "specc 1\nprogram p { show test.x }\n"
    assert [d.code for d in compile_text(alone).diagnostics] == ["E507"]
    broken = (
        HEAD.replace("mse(Decoder", "mse(Decodr") + "program p { show grid(AE.test.x, test.x) }\n"
    )
    assert [d.code for d in compile_text(broken).diagnostics] == ["E201"]


def test_names_of_outputs_and_names_of_the_spec_stay_apart() -> None:
    body = "e = Encoder(test.x)\ne_mu = mean(test.x)\nshow e_mu\nshow grid(Decoder(e.mu))"
    assert said(body) == []


def test_a_number_of_a_block_is_known_there_only() -> None:
    [(code, message, _)] = said("repeat 2 {\n n = 3\n show n\n}\nshow n")
    assert (code, message) == ("E402", 'nothing is named "n"')


def test_what_counts_a_loop_counts_nothing_else() -> None:
    body = "t = mean(test.x)\nshow mean(t, axis=batch)\nfor t in range(3) {\n show t\n}"
    assert [code for code, _, _ in said(body)] == ["E403"]


def test_an_unknown_operand_of_a_call_with_two_outputs_is_said_once() -> None:
    [(code, message, _)] = said("e = Encoder(nothing)\nshow grid(Decoder(e.mu))")
    assert (code, message) == ("E402", 'nothing is named "nothing"')


def test_what_a_loop_spoils_is_not_spoken_of_again() -> None:
    body = "s = 0\nrepeat 2 {\n s = s + nothing\n}\nshow mean(s, axis=batch)"
    assert [code for code, _, _ in said(body)] == ["E402"]


def test_what_a_loop_spoils_for_its_next_round_is_said_once() -> None:
    body = (
        "x = test.x\nrepeat 2 {\n x = Decoder(x)\n}\nshow grid(x)\nshow mean(mean(x), axis=batch)"
    )
    assert [code for code, _, _ in said(body)] == ["E302"]


def test_a_figure_that_could_not_be_read_is_shown_all_the_same() -> None:
    text = HEAD + "program p() {\n error = mean(nothing)\n show error\n}\nexpect p.error <= 1\n"
    assert [d.code for d in compile_text(text).diagnostics] == ["E402"]


def test_two_programs_of_one_name() -> None:
    text = HEAD + "program p() { show 1 }\nprogram P() { show 2 }\n"
    assert [d.code for d in compile_text(text).diagnostics] == ["E403"]


def test_promises_read_figures() -> None:
    text = HEAD + "program p() {\n error = mean(mean(test.x), axis=batch)\n show error\n}\n"
    assert compile_text(text + "expect p.error <= 0.5\n").program is not None
    [problem] = compile_text(text + "expect p.eror <= 0.5\n").diagnostics
    assert (problem.code, problem.text) == ("E401", 'did you mean "error"?')


def test_the_plan_keeps_loops_and_branches() -> None:
    body = "s = 0\nfor t in range(3) {\n if t > 1 {\n  s = s + 1\n }\n}\nshow s"
    program = compiled(body).program
    assert program is not None
    [plan] = program.programs
    loop = plan.actions[1]
    assert isinstance(loop, LoopPlan)
    assert loop.items == (0, 1, 2)
    assert isinstance(loop.actions[0], BranchPlan)
    assert plan.numbers == {"t"}


def test_deep_loops_end_with_a_message() -> None:
    body = "repeat 2 {\n" * 40 + "show 1\n" + "}\n" * 40
    assert [code for code, _, _ in said(body)] == ["E207"]
