"""The derivative by every value on the way is autograd's, also where a layer only passes numbers on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from hypothesis import given, settings
from hypothesis import strategies as st

from specc.byhand.example import Worked, work
from specc.pipeline import compile_text
from tests.byhand.test_example import close, slope, text_of, worked

Rule = Callable[..., torch.Tensor]
IMAGE: dict[str, Rule] = {
    "relu({})": torch.relu,
    "leaky_relu({})": F.leaky_relu,
    "upsample(2)({})": lambda a: F.interpolate(a[None], scale_factor=2)[0],
    "max_pool(2x2)({})": lambda a: F.max_pool2d(a, 2),
    "{} + {}": torch.add,
    "{} * {}": torch.mul,
}
VECTOR: dict[str, Rule] = {
    "relu({})": torch.relu,
    "clamp({}, low=0)": lambda a: a.clamp(0),
    "dropout(0.5)({})": lambda a: a,
    "[{}, {}]": lambda a, b: torch.cat([a, b]),
    "{} + {}": torch.add,
    "{} * {}": torch.mul,
    "reshape({}, [-1])": lambda a: a,
    "cumsum({})": lambda a: a.cumsum(0),
}
NUMBERS = st.sampled_from([-2.0, -0.5, 0.5, 1.0, 3.0])


class Graph:
    """A random graph, in the language and in torch: every value by its name."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data
        self.values: dict[str, torch.Tensor] = {}
        items = data.draw(st.lists(NUMBERS, min_size=4, max_size=4))
        self.start = torch.tensor(items, dtype=torch.float64).reshape(1, 2, 2).requires_grad_()
        self.images = {"x": self.start}
        self.vectors: dict[str, torch.Tensor] = {}
        self.lines = [f"given x: image = {text_of(self.start[0])}"]

    def grow(self, pool: dict[str, torch.Tensor], rules: dict[str, Rule]) -> None:
        """One more value, of values of a kind."""
        text = self.data.draw(st.sampled_from(sorted(rules)))
        first = self.data.draw(st.sampled_from(sorted(pool)))
        fits = [n for n, v in pool.items() if v.shape == pool[first].shape]
        names = [first, self.data.draw(st.sampled_from(sorted(fits)))][: text.count("{}")]
        size = max(pool[first].shape[-1], 1)
        if ("pool" in text and size < 2) or (("up" in text or "[" in text) and size > 4):
            return
        self.keep(pool, text.format(*names), rules[text](*(pool[n] for n in names)))

    def keep(self, pool: dict[str, torch.Tensor], text: str, value: torch.Tensor) -> None:
        """The value under a name of its own."""
        name = f"v{len(self.values)}"
        value = value.clone()
        value.retain_grad()
        self.values[name] = pool[name] = value
        self.lines.append(f"{name} = {text}")


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_a_slope_counts_what_reads_that_value_alone(data: st.DataObject) -> None:
    graph = Graph(data)
    for _ in range(data.draw(st.integers(1, 4))):
        graph.grow(graph.images, IMAGE)
    for name, image in [*graph.images.items()][-2:]:
        graph.keep(graph.vectors, f"flatten({name})", image.flatten())
    for _ in range(data.draw(st.integers(1, 5))):
        graph.grow(graph.vectors, VECTOR)
    parts = [(n, (k + 2.0) * v.square().sum()) for k, (n, v) in enumerate(graph.vectors.items())]
    sums = " + ".join(f"{k + 2} * sum({n}^2)" for k, (n, _) in enumerate(parts))
    done = worked("\n".join([*graph.lines, f"loss = {sums}", "minimize loss"]))
    torch.stack([part for _, part in parts]).sum().backward()
    for name, value in {"x": graph.start, **graph.values}.items():
        if value.grad is not None:
            close(slope(done, name), value.grad)
    adds_up(done)


def adds_up(done: Worked) -> None:
    """The chain rule as it is written out makes the slope."""
    for found in done.rounds[0].slopes:
        for value, terms in zip(found.values.values, found.terms, strict=True):
            if terms:
                assert float(sum(a * b for a, b in terms)) == pytest.approx(float(value))


STACKED = """specc 1
network N {
    in x: sequence[3, 1]
    x -> KIND(2) as r
}
example "e" {
    given x = [[1], [-1], [0.5]]
WEIGHTS
    y = N(x)
    minimize sum(sum(y, axis=features), axis=time)
}
"""


@pytest.mark.parametrize(("kind", "gates"), [("rnn", 1), ("gru", 3), ("lstm", 4)])
def test_stacked_outputs_have_slopes_of_their_own(kind: str, gates: int) -> None:
    torch.manual_seed(0)
    sizes = {"weight_ih_l0": (2 * gates, 1), "weight_hh_l0": (2 * gates, 2),
             "bias_ih_l0": (2 * gates,), "bias_hh_l0": (2 * gates,)}  # fmt: skip
    weights = {n: torch.rand(s, dtype=torch.float64) - 0.5 for n, s in sizes.items()}
    lines = "\n".join(f"    given N.r.{n} = {text_of(w)}" for n, w in weights.items())
    program = compile_text(STACKED.replace("KIND", kind).replace("WEIGHTS", lines)).program
    assert program is not None
    done = work(program.examples[0])
    cell = getattr(torch.nn, kind.upper())(1, 2, batch_first=True).double()
    cell.load_state_dict(weights)
    cell(torch.tensor([[[1.0], [-1], [0.5]]], dtype=torch.float64))[0].sum().backward()
    assert slope(done, "N.r") == [1.0] * 6
    assert slope(done, "N.r.h[0]") != [1.0, 1.0]
    for name, parameter in cell.named_parameters():
        close(slope(done, f"N.r.{name}"), parameter.grad)
    adds_up(done)
