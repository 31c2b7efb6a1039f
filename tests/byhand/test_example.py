"""Examples from text to numbers: what is refused, what is exact, and torch's figures everywhere."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from hypothesis import given, settings
from hypothesis import strategies as st

from specc.byhand.example import Worked, work
from specc.byhand.show import as_text
from specc.byhand.work import WorkError
from specc.optim import OPTIMIZERS
from specc.pipeline import compile_text

NUMBERS = st.fractions(-3, 3, max_denominator=4)


def worked(body: str, before: str = "") -> Worked:
    compiled = compile_text(f'specc 1\n{before}\nexample "e" {{\n{body}\n}}\n')
    assert [d.message for d in compiled.diagnostics] == []
    assert compiled.program is not None
    return work(compiled.program.examples[0])


def value(done: Worked, name: str) -> list[float]:
    step = next(s for s in done.rounds[-1].steps if s.name == name)
    return [float(v) for v in step.value.values]


def slope(done: Worked, name: str) -> list[float]:
    found = next(s for s in done.rounds[0].slopes if s.name == name)
    return [float(v) for v in found.values.values]


def written(rows: object) -> str:
    return str(rows).replace("Fraction(", "").replace("'", "")


def tensor(data: st.DataObject, *sizes: int) -> torch.Tensor:
    total = 1
    for size in sizes:
        total *= size
    items = data.draw(st.lists(NUMBERS, min_size=total, max_size=total))
    return torch.tensor([float(i) for i in items], dtype=torch.float64).reshape(sizes)


def text_of(x: torch.Tensor) -> str:
    return str(x.tolist())


def close(have: list[float], want: torch.Tensor) -> None:
    found = torch.tensor(have, dtype=torch.float64)
    torch.testing.assert_close(found, want.detach().flatten(), rtol=1e-6, atol=1e-6)


# ------------------------------------------------------------------------ figures


@settings(max_examples=25, deadline=None)
@given(
    data=st.data(), stride=st.integers(1, 3), padding=st.integers(0, 2), dilation=st.integers(1, 2)
)
def test_convolution_is_torch(
    data: st.DataObject, stride: int, padding: int, dilation: int
) -> None:
    x, k, b = tensor(data, 2, 5, 6), tensor(data, 2, 2, 2, 3), tensor(data, 2)
    done = worked(
        f"given x = {text_of(x)}\ngiven K = {text_of(k)}\ngiven b = {text_of(b)}\n"
        f"y = x -> conv(weight=K, bias=b, stride={stride}, padding={padding}, dilation={dilation})"
    )
    close(value(done, "y"), F.conv2d(x, k, b, stride, padding, dilation))


@settings(max_examples=15, deadline=None)
@given(data=st.data(), stride=st.integers(1, 3), padding=st.integers(0, 1))
def test_transposed_convolution_is_torch(data: st.DataObject, stride: int, padding: int) -> None:
    x, k = tensor(data, 1, 3, 3), tensor(data, 1, 2, 3, 3)
    done = worked(
        f"given x = {text_of(x)}\ngiven K = {text_of(k)}\n"
        f"y = x -> conv_transpose(weight=K, stride={stride}, padding={padding})"
    )
    close(value(done, "y"), F.conv_transpose2d(x, k, None, stride, padding))


NET = """
network Net {
    in x: vector[3]
    x -> linear(4) as hidden -> HIDDEN -> linear(2) as score
}
"""


@settings(max_examples=25, deadline=None)
@given(data=st.data(), hidden=st.sampled_from(["sigmoid", "tanh", "silu", "gelu", "softplus"]))
def test_backpropagation_is_torch(data: st.DataObject, hidden: str) -> None:
    sizes = {
        "hidden.weight": (4, 3),
        "hidden.bias": (4,),
        "score.weight": (2, 4),
        "score.bias": (2,),
    }
    weights = {n: tensor(data, *s).requires_grad_() for n, s in sizes.items()}
    x = tensor(data, 2, 3).requires_grad_()
    done = worked(
        f"given x: vector = {text_of(x)}\ngiven t: category[2] = [0, 1]\n"
        + "\n".join(f"given Net.{n} = {text_of(w)}" for n, w in weights.items())
        + "\nminimize cross_entropy(Net(x), t)",
        NET.replace("HIDDEN", hidden),
    )
    functions = {"sigmoid": torch.sigmoid, "tanh": torch.tanh}
    act = functions.get(hidden) or getattr(F, hidden)
    h = act(F.linear(x, weights["hidden.weight"], weights["hidden.bias"]))
    logits = F.linear(h, weights["score.weight"], weights["score.bias"])
    loss = F.cross_entropy(logits, torch.tensor([0, 1]))
    loss.backward()
    assert done.rounds[0].objective is not None
    close([float(done.rounds[0].objective.value)], loss)
    for name, weight in weights.items():
        assert weight.grad is not None
        close(slope(done, f"Net.{name}"), weight.grad)
    assert x.grad is not None
    close(slope(done, "x"), x.grad)


OPTIMIZER_CASES = [
    "sgd(lr=0.1)", "sgd(lr=0.1, momentum=0.9, nesterov=true, weight_decay=0.01)", "adam(lr=0.1)",
    "sgd(lr=0.1, momentum=0.9, dampening=0.5)", "adam(lr=0.1, amsgrad=true, weight_decay=0.1)",
    "adamw(lr=0.05, weight_decay=0.1)", "adamax(lr=0.1)", "nadam(lr=0.1)",
    "rmsprop(lr=0.05, momentum=0.9, centered=true)", "adagrad(lr=0.5, lr_decay=0.1)", "adadelta()",
    "asgd(lr=0.1, weight_decay=0.1)", "asgd(lr=0.1, lambd=0.2)", "rprop(lr=0.3)",
    "rprop(lr=2, step_sizes=[0.001, 3])", "radam(lr=0.1)", "radam(lr=0.1, betas=[0.9, 0.6])",
    "radam(lr=0.1, betas=[0.8, 0.7], weight_decay=0.1, decoupled_weight_decay=true)",
]  # fmt: skip


@pytest.mark.parametrize("optimizer", OPTIMIZER_CASES)
def test_an_optimizer_is_torch(optimizer: str) -> None:
    done = worked(
        "given w = [1.5, -2]\nloss = sum((w - 1) ^ 2 * 3 + w)\nminimize loss\n"
        f"optimizer {optimizer}\nsteps 7"
    )
    program = compile_text(
        f'specc 1\nexample "e" {{ given w = 1\n minimize w ^ 2\n optimizer {optimizer} }}'
    ).program
    assert program is not None
    configured = program.examples[0].optimizer
    w = torch.nn.Parameter(torch.tensor([1.5, -2.0], dtype=torch.float64))
    kind = getattr(torch.optim, OPTIMIZERS[optimizer.partition("(")[0]].torch_name)
    assert configured is not None
    stepper = kind([w], **configured.model_dump())
    for one in done.rounds:
        stepper.zero_grad()
        loss = ((w - 1) ** 2 * 3 + w).sum()
        loss.backward()
        stepper.step()
        close([float(v) for v in one.moved[0].after.values], w)


def test_attention_on_a_tiny_matrix_is_torch() -> None:
    q = torch.tensor([[1.0, 0], [0, 2], [1, 1]], dtype=torch.float64)
    done = worked(
        f"given x = {text_of(q)}\nscores = matmul(x, transpose(x, time, features)) / 2 ^ 0.5\n"
        "weights = softmax(scores)\ny = matmul(weights, x)"
    )
    close(value(done, "y"), F.scaled_dot_product_attention(q[None], q[None], q[None]))


CELL = """
cell lstm_by_hand(units) {
    in x
    state h[units], c[units]
    gate i = sigmoid(linear(units)([x, h]))
    gate f = sigmoid(linear(units)([x, h]))
    gate g = tanh(linear(units)([x, h]))
    gate o = sigmoid(linear(units)([x, h]))
    next c = f * c + i * g
    next h = o * tanh(next c)
    out next h
}
network N {
    in x: sequence[3, 1]
    x -> scan(lstm_by_hand(1)) as S
}
"""


@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_a_cell_step_by_step_is_torch(data: st.DataObject) -> None:
    x, w, b = tensor(data, 3, 1), tensor(data, 4, 2), tensor(data, 4)
    weights = "\n".join(
        f"given N.S.linear{k + 1}.weight = {text_of(w[k : k + 1])}\n"
        f"given N.S.linear{k + 1}.bias = {text_of(b[k : k + 1])}"
        for k in range(4)
    )
    done = worked(f"given x = {text_of(x)}\n{weights}\ny = N(x)\nshow y", CELL)
    module = torch.nn.LSTM(1, 1, batch_first=True).double()
    with torch.no_grad():
        module.weight_ih_l0.copy_(w[:, :1])
        module.weight_hh_l0.copy_(w[:, 1:])
        module.bias_ih_l0.copy_(b)
        module.bias_hh_l0.zero_()
    close([float(v) for v in done.shown[0][1].values], module(x[None])[0])


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_message_passing_is_the_matrix_formula(data: st.DataObject) -> None:
    pairs = st.tuples(st.integers(0, 3), st.integers(0, 3)).filter(lambda p: p[0] != p[1])
    edges = data.draw(st.lists(pairs, min_size=1, max_size=6, unique=True))
    x, w = tensor(data, 4, 2), tensor(data, 3, 2)
    done = worked(
        f"given g: graph[edges={[list(e) for e in edges]}] = {text_of(x)}\n"
        f"given C.linear1.weight = {text_of(w)}\ngiven C.b = [0, 0, 0]\n"
        "g -> self_loops -> gcn(3) as C"
    )
    a = torch.eye(4, dtype=torch.float64)
    for source, target in edges:
        a[target, source] += 1
    scale = a.sum(1) ** -0.5
    close(value(done, "C.y"), (scale[:, None] * a * scale) @ x @ w.T)


# -------------------------------------------------------------------------- exact


def test_rational_inputs_stay_rational() -> None:
    done = worked(
        "given x = [1/3, 1/7]\ngiven W = [[3, 7], [1, 1]]\ny = x -> linear(weight=W)\nz = y / 3"
    )
    assert done.rounds[0].steps[-1].value.values == (Fraction(2, 3), Fraction(10, 63))
    assert "z[0] = 2/3 = 2/3" not in as_text(done)
    assert "y[0] = 3·(1/3) + 7·(1/7) = 2" in as_text(done)


def test_a_decimal_is_the_fraction_that_it_says() -> None:
    done = worked("given a = 0.1\ngiven b = 0.2\nc = a + b")
    assert done.rounds[0].steps[-1].value.values == (Fraction(3, 10),)
    assert "c = 0.1 + 0.2 = 0.3" in as_text(done)


def test_a_certain_target_has_a_derivative() -> None:
    done = worked("given p = [1/4]\ngiven t = [1]\nminimize bce(p, t)")
    p, t = (torch.tensor([v], dtype=torch.float64, requires_grad=True) for v in (0.25, 1.0))
    F.binary_cross_entropy(p, t).backward()
    assert p.grad is not None
    close(slope(done, "p"), p.grad)
    assert slope(done, "t") == pytest.approx([math.log(3)])


def test_derivatives_are_values() -> None:
    done = worked("given x = [1, 2]\ny = x ^ 2\ng = gradient(sum(y), x)\nj = jacobian(y, x)")
    assert value(done, "g") == [2, 4]
    assert value(done, "j") == [2, 0, 0, 4]


def test_a_flipped_kernel_is_the_convolution_of_mathematics() -> None:
    done = worked(
        "given x = [1, 2, 3]\ngiven k = [0, 1, 1/2]\ngiven f = flip(k)\n"
        "y = x -> conv(weight=f, padding=2)"
    )
    assert value(done, "y") == [0, 1, 2.5, 4, 1.5]


def test_a_second_call_is_told_apart_and_shares_its_weights() -> None:
    net = "network N {\n in x: vector[2]\n x -> linear(2) as f\n}"
    done = worked(
        "given x = [1, 2]\ngiven N.f.weight = eye(2) * 2\ngiven N.f.bias = [0, 1]\n"
        "y = N(x)\nz = N(y)\nminimize sum(z)", net,
    )  # fmt: skip
    assert value(done, "N.f") == [2, 5]
    assert value(done, "N(2).f") == [4, 11]
    assert slope(done, "N.f.bias") == [3, 3]


def test_free_sizes_are_those_of_what_comes_in() -> None:
    net = "network N {\n in x: image[1, H, W]\n x -> conv(1, 2x2, bias=false) as C -> flatten\n}"
    done = worked(
        "given x = [[1, 2, 3], [4, 5, 6]]\ngiven N.C.weight = [1, 0, 0, -1]\ny = N(x)", net
    )
    assert value(done, "N.flatten1") == [-4, -4]


def test_an_attention_shows_its_scores() -> None:
    done = worked(
        "given x = [[1, 0], [0, 1]]\ngiven A.in_proj.weight = ones(6, 2)\ngiven A.in_proj.bias = zeros(6)\n"
        "given A.out_proj.weight = eye(2)\ngiven A.out_proj.bias = [0, 0]\nx -> attention(heads=1) as A"
    )
    names = [s.name for s in done.rounds[0].steps]
    assert names == [*(f"A.{n}" for n in ("q", "k", "v", "scores", "weights", "heads")), "A"]
    assert value(done, "A.weights") == pytest.approx([0.5] * 4)


def test_weights_of_a_network_are_needed() -> None:
    text = (
        "specc 1\nnetwork N {\n in x: vector[2]\n x -> linear(1) as f\n}\n"
        'example "e" {\n given x = [1, 2]\n y = N(x)\n}\n'
    )
    (problem,) = compile_text(text).diagnostics
    assert problem.code == "E701"
    assert problem.helps == ("given N.f.weight = [[0, 0]]", "given N.f.bias = [0]")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("given x = [1, [2]]", "the rows of this tensor differ"),
        ("given x: vector[3] = [1, 2]\ny = x + 1", "this tensor is 2, and its type is 3"),
        ("given x: category[3] = 3\ny = one_hot(x)", "a class id is a whole number from 0 to 2"),
        ("z ~ normal[2]\ny = z + 1", "an example draws nothing at random"),
        ("given x = 1 / 0\ny = x + 1", "this arithmetic has no result"),
        ("given x = [1]\ny = x -> gaussian_noise(0.1)", "y is random: give its value instead"),
        ("given x = 1e400\ny = x", "this number is too large"),
        ("given x = 1\nminimize x\nmaximize x", "an example has one objective"),
        ("given x = 1\noptimizer adam()", "this example has an optimizer and minimizes nothing"),
        ("given x = 1\ny = x\nsteps 3", "this example takes steps without an optimizer"),
        ("given x = [1]\nplaces 99", "places is a whole number from 0 to 15"),
        ("given x = [1]\nminimize sum(x)\noptimizer lbfgs()", "lbfgs has no working by hand"),
        (
            "given g: graph[edges=[[0, 5]]] = [[1], [2]]\nh = g -> self_loops",
            "edges are pairs of nodes, each from 0 to 1: from, to",
        ),
        (
            "given x = zeros(100, 100)\ny = x + 1",
            "an example takes tensors of at most 4096 numbers",
        ),
    ],
)
def test_what_cannot_be_worked_is_said(body: str, message: str) -> None:
    compiled = compile_text(f'specc 1\nexample "e" {{\n{body}\n}}\n')
    assert [d.message for d in compiled.diagnostics] == [message]


def test_an_interpolation_without_a_working_is_refused_at_its_place() -> None:
    call = "upsample(2, mode=bicubic, antialias=true)"
    with pytest.raises(WorkError) as problem:
        worked(f"given x: image = [[1, 2], [3, 4]]\ny = x -> {call}\nshow y")
    assert problem.value.diagnostic.span.text == call
    assert "no working by hand" in problem.value.diagnostic.message
