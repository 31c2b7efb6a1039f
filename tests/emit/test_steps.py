"""Several steps: who learns, who does not, and what is computed once."""

from __future__ import annotations

import copy
import sys
import types
from functools import partial
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from specc.emit.package import package
from specc.pipeline import compile_text

MODULES = ("model", "data", "trainer", "train", "pictures")
HEAD = """specc 1

generator G {
    in z: vector[4]
    z -> linear(16) -> tanh -> linear(64) -> tanh
}
discriminator D {
    in x: vector[64]
    x -> linear(8) as hidden -> leaky_relu(0.2) -> linear(1)
}
"""
SHARED = """
train GAN {
    data digits(flat=true, range=[-1, 1]) as real, label
    z ~ normal[4]
    fake = G(z)
    step discriminator {
        minimize bce_with_logits(D(real), 1) + bce_with_logits(D(fake), 0)
        update D with sgd(lr=0.1)
    }
    step generator {
        minimize bce_with_logits(D(fake), 1)
        update G with sgd(lr=0.1)
    }
    epochs 1
}
"""


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Builds a spec and gives its training, ready to run its steps."""

    def build(text: str, batch: int = 8) -> types.SimpleNamespace:
        made = compile_text(HEAD + text)
        assert [d.message for d in made.diagnostics] == []
        assert made.program is not None
        for name, content in package(made.program).items():
            (tmp_path / name).write_text(content, encoding="utf-8")
        for name in MODULES:
            sys.modules.pop(name, None)
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.setattr(
            sys, "argv", ["train.py", "--out", str(tmp_path / "run"), "--batch", str(batch)]
        )
        import train  # type: ignore[import-not-found]
        import trainer  # type: ignore[import-not-found]

        args = trainer.parse_arguments(train.Training)
        run = train.Training(args, trainer.Console(quiet=True))
        run.shuffle(0)
        return run  # type: ignore[no-any-return]

    yield build
    for name in MODULES:
        sys.modules.pop(name, None)


def weights(module: nn.Module) -> list[Tensor]:
    return [p.detach().clone() for p in module.parameters()]


def moved(module: nn.Module, before: list[Tensor]) -> bool:
    return any(not torch.equal(p, b) for p, b in zip(module.parameters(), before, strict=True))


def batch_of(run: types.SimpleNamespace) -> list[Tensor]:
    return list(run.train.rows(0, 8).fields()[:1])


def test_each_step_moves_only_what_it_updates(built) -> None:  # type: ignore[no-untyped-def]
    run = built(SHARED)
    [real] = batch_of(run)
    d, g = weights(run.model.d), weights(run.model.g)
    run.discriminator_step(real, run.model.shared(real).detach())
    assert moved(run.model.d, d)
    assert not moved(run.model.g, g)
    d = weights(run.model.d)
    run.generator_step(run.model.shared(real))
    assert moved(run.model.g, g)
    assert not moved(run.model.d, d)
    assert all(p.grad is None for p in run.model.parameters())


def test_an_iteration_is_the_algorithm_by_hand(built) -> None:  # type: ignore[no-untyped-def]
    run = built(SHARED)
    [real] = batch_of(run)
    g, d = copy.deepcopy(run.model.g), copy.deepcopy(run.model.d)
    torch.manual_seed(3)
    run.iteration(real)
    torch.manual_seed(3)
    fake = g(torch.randn(8, 4))
    loss = functional.binary_cross_entropy_with_logits(d(real), torch.ones(8, 1))
    loss = loss + functional.binary_cross_entropy_with_logits(d(fake.detach()), torch.zeros(8, 1))
    for p, grad in zip(
        d.parameters(), torch.autograd.grad(loss, list(d.parameters())), strict=True
    ):
        p.data -= 0.1 * grad
    loss = functional.binary_cross_entropy_with_logits(d(fake), torch.ones(8, 1))
    for p, grad in zip(
        g.parameters(), torch.autograd.grad(loss, list(g.parameters())), strict=True
    ):
        p.data -= 0.1 * grad
    for ours, theirs in ((run.model.g, g), (run.model.d, d)):
        for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
            torch.testing.assert_close(a, b)


def test_two_players_of_one_value_move_from_one_forward_pass(built) -> None:  # type: ignore[no-untyped-def]
    run = built("""
train Game {
    data digits(flat=true, range=[-1, 1]) as real, label
    z ~ normal[4]
    v = mean(logsigmoid(D(real))) + mean(logsigmoid(-D(G(z))))
    step both {
        maximize v
        update D with sgd(lr=0.1)
        minimize v
        update G with sgd(lr=0.1)
    }
    epochs 1
}
""")
    [real] = batch_of(run)
    g, d = copy.deepcopy(run.model.g), copy.deepcopy(run.model.d)
    torch.manual_seed(3)
    run.iteration(real)
    torch.manual_seed(3)
    value = (
        functional.logsigmoid(d(real)).mean()
        + functional.logsigmoid(-d(g(torch.randn(8, 4)))).mean()
    )
    players = [*d.parameters(), *g.parameters()]
    gradients = torch.autograd.grad(value, players)
    for p, grad, sign in zip(players, gradients, [1] * 4 + [-1] * 4, strict=True):
        p.data += sign * 0.1 * grad
    for a, b in zip([*run.model.d.parameters(), *run.model.g.parameters()], players, strict=True):
        torch.testing.assert_close(a, b)


def test_every_and_repeat(built) -> None:  # type: ignore[no-untyped-def]
    run = built(
        SHARED.replace("update D with sgd(lr=0.1)", "update D with sgd(lr=0.1) repeat 3").replace(
            "update G with sgd(lr=0.1)", "update G with sgd(lr=0.1) every 2"
        )
    )
    calls: list[str] = []
    for name, step in run.updates.items():
        step.descend = partial(calls.append, name)
        step.__class__ = type("Heard", (type(step),), {"__call__": lambda self, *_: self.descend()})
        step.values = torch.zeros(len(run.losses[name]))
    for _ in range(3):
        run.advance()
    d = ["discriminator"] * 3
    assert calls == [*d, "generator", *d, *d, "generator"]


def test_a_draw_in_a_step_is_its_own_and_takes_no_graph(built) -> None:  # type: ignore[no-untyped-def]
    run = built("""
train GAN {
    data digits(flat=true, range=[-1, 1]) as real, label
    step discriminator {
        z ~ normal[4]
        minimize bce_with_logits(D(real), 1) + bce_with_logits(D(G(z)), 0)
        update D with adam(lr=1e-3)
    }
    step generator {
        z ~ normal[4]
        minimize bce_with_logits(D(G(z)), 1)
        update G with adam(lr=1e-3)
    }
    epochs 1
}
""")
    assert not hasattr(run.model, "shared")
    terms = run.model.discriminator_loss(batch_of(run)[0])
    sum(terms.values()).backward()  # type: ignore[union-attr]
    assert all(p.grad is None for p in run.model.g.parameters())


def test_a_value_behind_weights_that_changed_is_computed_anew(built) -> None:  # type: ignore[no-untyped-def]
    run = built(
        """
train Twice {
    data digits(flat=true, range=[-1, 1]) as real, label
    h = D(real)
    step up {
        minimize mean(square(h))
        update D with sgd(lr=0.1)
    }
    step down {
        minimize mean(square(h - 1))
        update D.hidden with sgd(lr=0.1)
    }
    epochs 1
}
""".replace(
            "train Twice {",
            "train Twice {\n    show scatter(G(real -> linear(4))) every 100 epochs",
        )
    )
    assert not hasattr(run.model, "shared")
    run.iteration(*batch_of(run))


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "identity"])
def test_the_closed_form_of_a_jacobian_is_autograds(built, activation: str) -> None:  # type: ignore[no-untyped-def]
    layer = "" if activation == "identity" else f" -> {activation}"
    run = built(
        f"""
encoder Encoder {{
    in x: vector[64]
    x -> linear(5) as code{layer}
}}
train Contract {{
    data digits(flat=true) as x, label
    h = Encoder(x)
    near = x * 1
    step closed {{
        minimize mean(sum(jacobian(h, x)^2))
        update Encoder with sgd(lr=0.1)
    }}
    step general {{
        minimize mean(sum(jacobian(Encoder(near) * 1, near)^2))
        update Encoder with sgd(lr=0.1)
    }}
    minimise = 1
}}
""".replace("    minimise = 1\n", "    show scatter(G(D(x) -> linear(4))) every 100 epochs\n")
    )
    [x] = batch_of(run)
    [closed] = run.model.closed_loss(x).values()
    [general] = run.model.general_loss(x).values()
    torch.testing.assert_close(closed, general)


def test_a_gradient_penalty_is_differentiated_twice(built) -> None:  # type: ignore[no-untyped-def]
    run = built("""
train Critic {
    data digits(flat=true, range=[-1, 1]) as real, label
    z ~ normal[4]
    fake = G(z)
    step critic {
        u ~ uniform(0, 1)[1]
        mixed = u * real + (1 - u) * fake
        norm = sqrt(sum(gradient(D(mixed), mixed)^2) + 1e-12)
        minimize mean(D(fake)) - mean(D(real)) + 10 * mean((norm - 1)^2)
        update D with adam(lr=1e-3)
    }
    step generator {
        minimize -mean(D(fake))
        update G with adam(lr=1e-3)
    }
    epochs 1
}
""")
    before = weights(run.model.d)
    run.iteration(*batch_of(run))
    assert moved(run.model.d, before)
    assert run.evaluate("test")["critic"] == pytest.approx(10, rel=0.5)


def test_both_players_and_optimizers_are_in_a_checkpoint(built) -> None:  # type: ignore[no-untyped-def]
    run = built(SHARED)
    run.advance()
    state = run.state()
    assert len(state["optimizers"]) == 2
    assert {k.split(".")[0] for k in state["model"]} == {"g", "d"}


MOVING = """
train GAN {
    data digits(flat=true, range=[-1, 1]) as real, label
    z ~ normal[4]
    step discriminator {
        minimize bce_with_logits(D(real), 1) + bce_with_logits(D(G(z)), 0)
        update D with sgd(lr=0.1, momentum=0.9)
        schedule one_cycle(momentum=[0.95, 0.85])
    }
    step generator {
        minimize bce_with_logits(D(G(z)), 1)
        update G with adam(lr=0.1)
        schedule cyclic(rise=2, momentum=[0.9, 0.5])
    }
    epochs 1
}
"""


def test_a_schedule_moves_momentum_and_first_beta(built) -> None:  # type: ignore[no-untyped-def]
    run = built(MOVING)
    momenta, betas = [], []
    for _ in range(4):
        run.advance()
        momenta.append(run.updates["discriminator"].optimizers[0].param_groups[0]["momentum"])
        betas.append(run.updates["generator"].optimizers[0].param_groups[0]["betas"])
    assert betas == [(pytest.approx(b), 0.999) for b in (0.9, 0.7, 0.5, 0.7)]
    assert momenta[0] == pytest.approx(0.95)
    assert momenta == sorted(momenta, reverse=True)
    assert momenta[-1] < 0.95


CONDITIONAL = SHARED.replace("G(z)", "C(z, label)").replace("update G", "update C")


def test_a_shared_draw_takes_its_batch_from_a_field_that_it_is_given(built) -> None:  # type: ignore[no-untyped-def]
    """The classes come second in the batch, and what the steps share reads nothing else."""
    run = built(f"""
generator C {{
    in z: vector[4]
    in c: category[10]
    [z, c -> embedding(8)] -> linear(64)
}}
{CONDITIONAL}""")
    real, label = list(run.train.rows(0, 8).fields())[:2]
    before = weights(run.model.c)
    run.iteration(real, label)
    assert moved(run.model.c, before)
