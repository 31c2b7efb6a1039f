"""A network that adapts to each item of the batch, as a method of the training's module."""

from __future__ import annotations

from collections.abc import Callable

from specc.emit.layout import statement
from specc.emit.lines import function_head, laid_out
from specc.emit.names import fresh, snake, variable
from specc.emit.naming import Naming
from specc.emit.terms import TermPrinter, bound
from specc.program import Adapted, Body, Path

_CALL = "torch.func.functional_call"
_MAP = 'torch.func.vmap(one, randomness="different")'


def adapted_names(body: Body, taken: list[str]) -> dict[Adapted, str]:
    """A method's name for each adapted network that a body calls."""
    names: dict[Adapted, str] = {}
    for node in body.nodes:
        if isinstance(node.operation, Adapted) and node.operation not in names:
            base = f"adapted_{snake(node.operation.stage[0])}"
            names[node.operation] = fresh(base, [*taken, *names.values()])
    return names


def adapted_method(operation: Adapted, name: str, network: str, naming: Naming) -> list[str]:
    """The method's lines, indented as a member; `network` is the attribute of the network."""
    support = [variable(n) for n, _ in operation.objective.inputs]
    queries: list[str] = []
    for port, _ in operation.body.inputs:
        queries.append(fresh(variable(port), [*support, *queries]))
    names = [*support, *queries]
    ports = [f"{n}: Tensor" for n in names]
    batched = ", ".join(f"{n}.unsqueeze(0)" for n in support)
    asked = ", ".join(f"{n}.unsqueeze(0)" for n in queries)
    times = "one step" if operation.steps == 1 else f"{operation.steps} steps"
    detached = ["slopes = {n: s.detach() for n, s in slopes.items()}"] * operation.first_order
    step = [
        "slopes = torch.func.grad(loss)(weights, *task)",
        *detached,
        f"weights = {{n: w - {operation.lr} * slopes[n] for n, w in weights.items()}}",
    ]
    if operation.steps > 1:
        step = [f"for _ in range({operation.steps}):", *(f"    {line}" for line in step)]
    lines = [
        *function_head(name, ["self", *ports], "Tensor", 4),
        f'    """{operation.stage[0]} with weights of its own for each item, {times} of descent away."""',
        "",
        *_loss(operation, network, naming, support),
        "",
        *(f"    {line}" for line in function_head("one", ports, "Tensor", 8)),
        f"        weights: dict[str, Tensor] = dict({network}.named_parameters())",
        f"        task = ({batched}{',' if len(support) == 1 else ''})",
        *_indented(step),
        *_indented(statement(f"found: Tensor = {_CALL}({network}, weights, ({asked},))", 12)),
        "        return found.squeeze(0)",
        "",
        *(f"    {line}" for line in statement(f"each: Tensor = {_MAP}({', '.join(names)})", 8)),
        "    return each",
    ]  # fmt: skip
    return [f"    {line}" if line else "" for line in lines]


def _loss(operation: Adapted, network: str, naming: Naming, support: list[str]) -> list[str]:
    """The inner objective as a function of the weights."""
    body = operation.objective
    inner = _renamed(naming, operation.stage, "net")
    [(_, ref)] = body.outputs
    printer = TermPrinter(body, inner, (ref,), given={}, without_graph=frozenset())
    lines = bound(body, printer.run())
    line, text = printer.entry("loss", ref)
    lines += [line] if line is not None else []
    ports = ["weights: dict[str, Tensor]", *(f"{n}: Tensor" for n in support)]
    return [
        *(f"    {line}" for line in function_head("loss", ports, "Tensor", 8)),
        "        def net(*inputs: Tensor) -> Tensor:",
        f"            found: Tensor = torch.func.functional_call({network}, weights, inputs)",
        "            return found",
        "",
        *(f"        {line}" for line in laid_out(lines, 12)),
        *_indented(statement(f"return {text}", 12)),
    ]


def _indented(lines: list[str]) -> list[str]:
    return [f"        {line}" for line in lines]


def _renamed(naming: Naming, stage: Path, name: str) -> Naming:
    """The same names, but another for one network."""
    before: Callable[[Path], str] = naming.module
    return Naming(
        lambda path: name if path == stage else before(path),
        naming.tensor, naming.symbols, naming.ports, naming.constant, naming.taps,
    )  # fmt: skip
