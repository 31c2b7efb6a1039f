"""Checks that know the subject: ranges, weights of terms, learning rates, critics and twins."""

from __future__ import annotations

from pathlib import Path

import pytest

from specc.diagnostics import Diagnostic
from specc.pipeline import compile_file, compile_text

ROOT = Path(__file__).parents[2]
VAE = """specc 1

param beta = {beta}

encoder Encoder {{
    in x: vector[64]
    h = x -> linear(32) -> relu
    out mu = h -> linear(8)
    out logvar = h -> linear(8)
}}
decoder Decoder {{
    in z: vector[8]
    z -> linear(64) -> {last}
}}
train VAE {{
    data digits(flat=true{data}) as x, label
    mu, logvar = Encoder(x)
    z ~ normal(mu, logvar=logvar)
    minimize {terms}
    optimizer {optimizer}
}}
"""
KL = "kl(normal(mu, logvar=logvar), normal(0, 1))"


def remarks(
    terms: str = f"mse(Decoder(z), x, reduction=sum) + {KL}",
    beta: float = 1.0,
    last: str = "sigmoid",
    data: str = "",
    optimizer: str = "adam(lr=1e-3)",
) -> list[Diagnostic]:
    text = VAE.format(terms=terms, beta=beta, last=last, data=data, optimizer=optimizer)
    if "beta" not in terms:
        text = text.replace(f"param beta = {beta}\n\n", "")
    return list(compile_text(text).diagnostics)


# --------------------------------------------------------------------- weights


def test_a_sum_beside_a_mean_says_the_factor() -> None:
    [found] = remarks(f"mse(Decoder(z), x) + {KL}")
    assert found.code == "W514"
    assert "weighs 64 times what it weighs in the bound" in found.message
    assert found.labels[0].text == "the mean over 64 numbers: 1/64 of their sum"


@pytest.mark.parametrize(
    ("terms", "beta"),
    [
        (f"mse(Decoder(z), x, reduction=sum) + beta * {KL}", 100),  # a weight that is written
        (f"mse(Decoder(z), x) + beta * {KL}", 1 / 64),  # the same bound, divided by 64
        (f"mse(Decoder(z), x) + beta * {KL} / 16", 1.0),  # four times: somebody may mean it
        (f"64 * mse(Decoder(z), x) + beta * {KL}", 1.0),
    ],
)
def test_a_weight_that_is_meant_is_not_remarked_on(terms: str, beta: float) -> None:
    assert remarks(terms, beta) == []


@pytest.mark.parametrize("term", [f"-(beta * -{KL}) / 2", f"beta * {KL} / 2"])
def test_the_weight_is_read_through_signs_and_quotients(term: str) -> None:
    [found] = remarks(f"mse(Decoder(z), x) + {term}", 1.0)
    assert "weighs 32 times" in found.message


def test_a_mean_of_the_divergence_makes_it_light() -> None:
    mean = KL.replace("normal(0, 1))", "normal(0, 1), reduction=mean)")
    [found] = remarks(f"mse(Decoder(z), x, reduction=sum) + beta * {mean}", 0.5)
    assert "weighs 1/16 of what it weighs in the bound" in found.message


# ---------------------------------------------------------------------- ranges


def test_a_tanh_for_data_from_0_to_1() -> None:
    [found] = remarks(last="tanh")
    assert (found.code, found.text) == ("W516", "targets lie in 0 … 1")
    assert remarks(last="tanh", data=", range=[-1, 1]") == []


GAN = """specc 1

generator G {{
    in z: vector[8]
    z -> linear(64){g}
}}
discriminator D {{
    in x: vector[64]
    x -> linear(16) -> relu -> linear(1){d}
}}
train GAN {{
    data digits(flat=true{data}) as x, label
    z ~ normal[8]
    fake = G(z)
    step d {{
        minimize {first}
        update D with adam(lr=1e-3)
    }}
    step g {{
        minimize {second}
        update G with adam(lr=1e-3)
    }}
}}
"""
LOGITS = ("bce_with_logits(D(x), 1) + bce_with_logits(D(fake), 0)", "bce_with_logits(D(fake), 1)")
SCORES = ("mean(D(fake)) - mean(D(x))", "-mean(D(fake))")


def adversarial(
    losses: tuple[str, str] = LOGITS, g: str = "", d: str = "", data: str = ""
) -> list[Diagnostic]:
    first, second = losses
    text = GAN.format(g=g, d=d, data=data, first=first, second=second)
    return list(compile_text(text).diagnostics)


@pytest.mark.parametrize(("g", "data"), [(" -> tanh", ""), (" -> sigmoid", ", range=[-1, 1]")])
def test_a_discriminator_that_tells_the_ranges_apart(g: str, data: str) -> None:
    [found] = adversarial(g=g, data=data)
    assert found.code == "W516"
    assert "D can tell generated values by their range" in found.message


@pytest.mark.parametrize(
    ("g", "data"), [("", ""), (" -> tanh", ", range=[-1, 1]"), (" -> sigmoid", "")]
)
def test_ranges_that_fit_or_are_not_known(g: str, data: str) -> None:
    assert adversarial(g=g, data=data) == []


# --------------------------------------------------------------------- critics


def test_a_bounded_critic_is_remarked_on_once() -> None:
    [found] = adversarial(SCORES, d=" -> sigmoid")
    assert found.code == "W518"
    assert "D ends in sigmoid" in found.message
    assert adversarial(SCORES) == []


TWINS = """specc 1

network One {{
    in x: vector[64]
    x -> linear(8)
}}
network Two {{
    in x: vector[64]
    x -> linear({width})
}}
train Siamese {{
    data pairs(digits(flat=true)) as left, right, same
    minimize contrastive(distance({first}(left), {second}(right)), same) + {rest}
    optimizer adam(lr=1e-3)
}}
"""


def test_twins_are_one_network() -> None:
    rest = "mean(square(One(left)))"
    text = TWINS.format(width=8, first="One", second="Two", rest=rest)
    [found] = compile_text(text).diagnostics
    assert found.code == "W519"
    assert found.helps == ("One(right)",)
    text = TWINS.format(width=8, first="One", second="One", rest="mean(square(Two(left)))")
    assert list(compile_text(text).diagnostics) == []


# -------------------------------------------------------------------- the rest


def test_a_logarithm_of_what_may_be_negative() -> None:
    [found] = remarks(f"msle(Decoder(z), x) + beta * {KL}", 1 / 64, last="identity")
    assert found.code == "W517"
    assert remarks(f"msle(Decoder(z), x) + beta * {KL}", 1 / 64, last="softplus") == []


@pytest.mark.parametrize(
    "path", sorted(ROOT.joinpath("specs").rglob("*.spec")), ids=lambda p: p.stem
)
def test_no_false_alarm_on_the_specs(path: Path) -> None:
    assert [d.message for d in compile_file(str(path)).diagnostics] == []
