"""What is refused of steps, updates, derivatives and train blocks: the code, the place, and what helps."""

from __future__ import annotations

import pytest

from specc.diagnostics import Diagnostic
from specc.pipeline import compile_text

HEAD = """specc 1

generator G {
    in z: vector[4]
    z -> linear(64) -> batch_norm as norm
}
discriminator D {
    in x: vector[64]
    x -> linear(8) as body -> leaky_relu(0.2) -> linear(1) as head
}
train GAN {
    data digits(flat=true) as real, label
    z ~ normal[4]
    fake = G(z)
"""
REAL = "minimize mean(D(real))"
FAKE = "minimize mean(D(fake))"
BY_D = "update D with adam(lr=1e-3)"
BY_G = "update G with adam(lr=1e-3)"


def step(*statements: str, name: str = "d") -> str:
    return f"step {name} {{\n" + "".join(f"    {s}\n" for s in statements) + "}"


def compiled(*statements: str) -> list[Diagnostic]:
    body = "\n".join(statements).replace("\n", "\n    ")
    found = compile_text(f"{HEAD}    {body}\n}}\n").diagnostics
    return [d for d in found if d.code != "W405"]


def refused(*statements: str) -> Diagnostic:
    [found] = compiled(*statements)
    return found


def test_what_is_right_is_not_remarked_on() -> None:
    assert compiled(step(REAL, BY_D), step(FAKE, BY_G, name="g")) == []


# ---------------------------------------------------------------------- a step


def test_a_step_without_an_objective() -> None:
    for statements in ((), ("y = D(real)",)):
        found = refused(step(*statements))
        assert (found.code, found.message) == ("E507", "step d minimizes nothing")
        assert found.span.text == "d"


def test_a_step_without_an_update_names_who_could_learn() -> None:
    found = refused(step(REAL))
    assert (found.code, found.message) == ("E507", "step d updates nothing")
    assert found.helps == ("add behind it: update D with adam(lr=1e-3)",)
    assert "update G, D with" in refused(step(FAKE)).helps[0]


def test_one_of_two_objectives_without_an_update() -> None:
    found = refused(step(REAL, BY_D, f"maximize {FAKE.split(None, 1)[1]}"))
    assert (found.code, found.span.first_word) == ("E507", "maximize")


@pytest.mark.parametrize("statements", [(BY_D,), (BY_D, REAL)])
def test_an_update_before_its_objective(statements: tuple[str, ...]) -> None:
    found = refused(step(*statements))
    assert found.code == "E507"
    assert "follows the objective whose gradient it takes" in found.message
    assert found.span.text == BY_D


def test_statements_of_the_whole_training() -> None:
    found = refused(step("data digits as x, y", REAL, BY_D))
    assert (found.code, found.helps) == (
        "E103",
        ("data stands in the train block, for all its steps",),
    )
    found = refused(step(REAL, BY_D, "batch 32"))
    assert (found.code, found.helps) == ("E103", ("write it in the train block",))
    assert "belongs to the whole training" in found.message


def test_an_optimizer_in_a_step_is_an_update() -> None:
    found = refused(step(REAL, "optimizer adam(lr=5e-4)"))
    assert (found.code, found.helps) == ("E103", ("update NET with adam(lr=5e-4)",))


def test_what_could_not_be_read_is_not_missing() -> None:
    found = refused(step(REAL, "update D adam(lr=1e-3)"))
    assert (found.code, found.span.text) == ("E101", "adam")
    assert found.text == "expected with, and an optimizer"


def test_two_steps_of_one_name() -> None:
    found = refused(step(REAL, BY_D), step(FAKE, BY_G))
    assert (found.code, found.message) == ("E403", "step d is written twice")
    assert found.labels[0].text == "first here"


@pytest.mark.parametrize(
    "used", ["minimize mean(y)", "minimize mean(square(y))", "minimize mean(2 * y)"]
)
def test_a_name_of_another_step(used: str) -> None:
    found = refused(step("y = D(real)", "minimize mean(y)", BY_D), step(used, BY_D, name="g"))
    assert (found.code, found.span.text) == ("E402", "y")
    assert "it is named in step d, which keeps it" in found.notes[0]


def test_settings_of_a_step_are_set_once() -> None:
    found = refused(step(REAL, BY_D, "clip_grad_norm 1", "clip_grad_norm 2"))
    assert found.code == "E403"
    assert refused(step(REAL, BY_D, "clip_grad_norm -1")).code == "E204"
    assert refused(step(REAL, BY_D, "clip_grad_nrom 1")).code == "E102"


def test_an_objective_is_one_number() -> None:
    found = refused(step("minimize mean(D(real)) + real", BY_D))
    assert (found.code, found.span.text) == ("E508", "real")


# --------------------------------------------------------------------- updates


def test_a_name_that_nothing_has() -> None:
    found = refused(step(REAL, "update DD with adam(lr=1e-3)"))
    assert (found.code, found.span.text) == ("E402", "DD")


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("fake", "it is a value of G"),
        ("G.norm.running_mean", "a buffer is not learnt"),
        ("b", "a buffer is not learnt"),
        ("4", "it has no weights"),
        ("real", "it has no weights"),
    ],
)
def test_what_cannot_be_updated(target: str, words: str) -> None:
    own = "buffer b[64] = 0\n" if target == "b" else ""
    found = refused(own + step(FAKE, f"update {target} with adam(lr=1e-3)"))
    assert (found.code, found.span.text) == ("E511", target)
    assert words in found.message


@pytest.mark.parametrize("target", ["D", "D.head", "D.head.weight", "D.body, D.head"])
def test_what_can_be_updated(target: str) -> None:
    assert compiled(step(REAL, f"update {target} with adam(lr=1e-3)")) == []


@pytest.mark.parametrize(("second", "named"), [("D.head", "D.head"), ("D", "D"), ("G, D", "D")])
def test_weights_that_two_updates_change(second: str, named: str) -> None:
    found = refused(step(FAKE, BY_D, FAKE, f"update {second} with sgd(lr=0.1)"))
    assert (found.code, found.message) == ("E511", f"step d updates {named} twice")
    assert found.labels[0].span.text == BY_D


def test_updates_keep_the_same_time() -> None:
    found = refused(step(FAKE, BY_D, f"{BY_G} every 3"))
    assert found.code == "E511"
    assert "this one runs in every 3rd iteration, the first in every iteration" in found.message
    found = refused(step(FAKE, f"{BY_D} every 12 repeat 5", f"{BY_G} every 2"))
    assert "every 2nd iteration, the first in every 12th iteration 5 times" in found.message
    assert compiled(step(FAKE, f"{BY_D} every 3", f"{BY_G} every 3")) == []


@pytest.mark.parametrize("rhythm", ["every 0", "every 1.5", "repeat 0", "repeat true"])
def test_a_rhythm_is_a_whole_number(rhythm: str) -> None:
    found = refused(step(REAL, f"{BY_D} {rhythm}"))
    assert (found.code, found.span.text) == ("E204", rhythm.split()[1])


@pytest.mark.parametrize("order", [("lbfgs()", "adam(lr=1e-3)"), ("adam(lr=1e-3)", "lbfgs()")])
def test_lbfgs_has_a_step_of_its_own(order: tuple[str, str]) -> None:
    first, second = order
    found = refused(step(FAKE, f"update D with {first}", f"update G with {second}"))
    assert found.code == "E511"
    assert "lbfgs evaluates its objective several times" in found.message
    assert compiled(step(REAL, "update D with lbfgs()")) == []


def test_an_optimizer_that_there_is_not() -> None:
    assert refused(step(REAL, "update D with adamm(lr=1e-3)")).code == "E206"


# ---------------------------------------------------------------- derivatives


def test_a_derivative_by_what_was_not_read() -> None:
    found = refused(step("minimize mean(sum(gradient(D(real), fake)^2))", BY_D))
    assert (found.code, found.text) == ("E512", "this derivative is 0")
    assert found.helps == ("derive by a value that D(real) reads, under its name",)


@pytest.mark.parametrize("word", ["gradient", "jacobian"])
def test_a_derivative_by_what_is_computed_a_second_time(word: str) -> None:
    found = refused(step(f"minimize mean(sum({word}(D(real + fake), real + fake)^2))", BY_D))
    assert found.code == "E512"
    assert found.helps == (f"name it before it is used: m = real + fake, then {word}(D(m), m)",)


def test_a_network_has_no_gradients() -> None:
    body = "in x: vector[2]\n    y = x -> linear(1)\n    out g = gradient(y, x)"
    text = f"specc 1\n\nnetwork N {{\n    {body}\n}}\n"
    [found] = compile_text(text).diagnostics
    assert (found.code, found.span.text) == ("E103", "gradient(y, x)")


def test_a_gradient_is_one_of_one_number() -> None:
    found = refused(step("minimize mean(sum(gradient(G(z), z)^2))", BY_G))
    assert (found.code, found.helps) == ("E301", ("jacobian gives the derivatives of all of them",))


# ------------------------------------------------------------- who learns nothing


def test_a_gradient_that_is_stopped_on_its_way() -> None:
    found = refused(step("minimize mean(D(stop(fake)))", BY_G))
    assert (found.code, found.text) == ("E510", "its gradient does not reach G")
    assert found.labels[0].span.text == "stop(fake)"
    assert found.helps == ("its gradient reaches D: update what is to learn from it",)


def test_an_objective_that_another_network_has_no_part_in() -> None:
    found = refused(step(REAL, BY_G))
    assert (found.code, found.message) == ("E510", "step d: this objective updates nothing")
    assert found.helps == ("its gradient reaches D: update what is to learn from it",)
    found = refused(step(REAL, "update D, G with adam(lr=1e-3)"))
    assert found.message == "step d: G learns nothing from this objective"
    assert found.helps[0].startswith("leave G out")


# -------------------------------------------------------------- the train block


def test_a_train_block_without_steps() -> None:
    assert refused("optimizer adam(lr=1e-3)").message == "train GAN minimizes nothing"
    assert refused(REAL).message == "train GAN has no optimizer"
    found = refused(REAL, "maximize mean(D(fake))", "optimizer adam(lr=1e-3)")
    assert (found.code, found.span.first_word) == ("E511", "maximize")
    found = refused(REAL, BY_D, "optimizer adam(lr=1e-3)")
    assert found.message == "optimizer has no effect here: each update says with which one"
    assert compiled(REAL, BY_D) == []


def test_objectives_and_optimizers_beside_steps() -> None:
    found = compiled(FAKE, "optimizer adam(lr=1e-3)", step(REAL, BY_D))
    assert [d.code for d in found] == ["E103", "E103"]
    assert found[0].message == "minimize stands outside of the steps"


def test_a_train_block_without_data() -> None:
    text = HEAD.replace("    data digits(flat=true) as real, label\n", "")
    [found] = compile_text(f"{text}    {FAKE}\n    optimizer adam(lr=1e-3)\n}}\n").diagnostics
    assert (found.code, found.helps) == ("E506", ("data digits as x, label",))


def test_a_statement_of_a_network() -> None:
    found = refused("in y: vector[3]", REAL, "optimizer adam(lr=1e-3)")
    assert (found.code, found.message) == ("E103", '"in" does not belong in train')


def test_a_draw_of_what_is_computed() -> None:
    found = refused(step("e ~ linear(4)(real)", "minimize mean(D(real)) + mean(e)", BY_D))
    assert found.code == "E509"
    assert (
        "e = … for a computed value" in found.helps[0] or "z = … for a computed" in found.helps[0]
    )
