"""Laws for message-passing layers that nobody wrote: counts, shapes, and no numbers of nodes."""

from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.laws.conformity import conforms
from tests.laws.symmetry import (
    assert_equivariant,
    joined,
    network_of,
    program_of,
    random_graph,
    results,
)

SOURCES = ("x.source", "x.target", "e", "u", "degree.source", "degree.target", "out_degree.target")


@st.composite
def mixtures(draw: st.DrawFn, sources: tuple[str, ...]) -> str:
    """A linear map of some values beside each other, through a function or none."""
    chosen = draw(st.lists(st.sampled_from(sources), min_size=1, max_size=4))
    columns = [f"unsqueeze({c}, axis=0)" if "degree" in c else c for c in chosen]
    mixed = f"linear(features)([{', '.join(columns)}])"
    return draw(st.sampled_from(("{}", "tanh({})", "relu({})", "sigmoid({}) / 2"))).format(mixed)


@st.composite
def layers(draw: st.DrawFn) -> str:
    """The body of a layer that reads nodes, edges and the whole, and gives values on all three."""
    edges = mixtures(SOURCES)
    message = draw(
        st.sampled_from(("{}", "{} * {}", "{} + {}", "x.source * sum(e) / degree.target"))
    )
    message = message.format(*(draw(edges) for _ in range(message.count("{}"))))
    ways = ("sum(m)", "mean(m)", "max(m)", "min(m)", "std(m)", "sum(softmax(m) * m)", "sum(m) + max(m)",
            "[mean(m), std(m)]")  # fmt: skip
    around = draw(st.sampled_from(ways))
    update = draw(mixtures(("x", "a", "u")))
    readout = draw(st.sampled_from(("sum(m)", "mean(y)", "max(y)", "[u, std(y), min(m)]")))
    return f"""specc 1

message_passing layer(features) {{
    in x
    in e: edge
    in u: global
    message m = {message}
    aggregate a = {around}
    update y = {update}
    readout r = linear(features)({readout})
    out m
    out y
    out r
}}

network Net {{
    in g: graph[node=4, edge=3, global=2]
    h = g -> layer(3) -> layer(5)
    out y = h
    out m = h.edge
    out r = h.global
}}
"""


@settings(max_examples=25, deadline=None)
@given(text=layers())
def test_what_is_counted_is_made(text: str) -> None:
    conforms(program_of(text))


@settings(max_examples=25, deadline=None)
@given(text=layers(), seed=st.integers(0, 1000))
def test_nodes_have_no_numbers_and_graphs_do_not_touch(text: str, seed: int) -> None:
    program = program_of(text)
    network, made = network_of(program)
    torch.manual_seed(seed)
    first, second = (random_graph(made, seed + i, 7 + i, 12) for i in range(2))
    assert_equivariant(program, network, first)
    with torch.no_grad():
        alone = [results(network(g)) for g in (first, second)]
        for a, b, both in zip(*alone, results(network(joined(first, second))), strict=True):
            assert torch.allclose(torch.cat((a, b)), both, atol=1e-4, rtol=1e-4)
