"""What the role words promise: decoders mirror their encoders, discriminators give scores."""

from __future__ import annotations

from collections.abc import Iterator

from specc.check.trace import ancestors, maker, place
from specc.diagnostics import Diagnostic, Diagnostics, Label
from specc.program import Apply, Body, Invoke, Program, Ref
from specc.sizes import Size, render
from specc.source import Span
from specc.types import Tensor


def check_roles(program: Program, diagnostics: Diagnostics) -> None:
    """Report decoders that do not give back their encoder's input (E501) and discriminators that
    do not end in scores (E502)."""
    for encoder, decoder in dict.fromkeys(_pairs(program)):
        _mirror(program, encoder, decoder, diagnostics)
    for network in program.networks:
        if network.role == "discriminator":
            _scores(network, diagnostics)


def _pairs(program: Program) -> Iterator[tuple[Body, Body]]:
    """Every decoder with the encoder whose value it is called with."""
    found = False
    for body in (p.body for p in program.trains):
        for number, node in enumerate(body.nodes):
            operation = node.operation
            if not isinstance(operation, Invoke) or operation.body.role != "decoder":
                continue
            for operand in body.nodes[number].operands:
                encoder = None if operand is None else _nearest_encoder(body, operand)
                if encoder is not None:
                    found = True
                    yield encoder, operation.body
    if not found:
        yield from _only_pair(program)


def _nearest_encoder(body: Body, ref: Ref) -> Body | None:
    for node in ancestors(body, ref):
        operation = node.operation
        if isinstance(operation, Invoke) and operation.body.role == "encoder":
            return operation.body
        if isinstance(operation, Invoke) and operation.body.role in ("decoder", "generator"):
            return None
    return None


def _only_pair(program: Program) -> Iterator[tuple[Body, Body]]:
    """Without a `train` that joins them: the one encoder and the one decoder of the file."""
    by_role = {r: [n for n in program.networks if n.role == r] for r in ("encoder", "decoder")}
    if len(by_role["encoder"]) == len(by_role["decoder"]) == 1 and not program.trains:
        yield by_role["encoder"][0], by_role["decoder"][0]


def _mirror(program: Program, encoder: Body, decoder: Body, diagnostics: Diagnostics) -> None:
    wanted = encoder.inputs[0][1]
    name, ref = decoder.outputs[0]
    given = decoder.nodes[ref.node].type(ref.port)
    if not isinstance(wanted, Tensor) or not isinstance(given, Tensor):
        return
    if given.sizes == wanted.sizes or _may_agree(given.sizes, wanted.sizes):
        return
    if wanted.dtype == "int" and wanted.classes in given.sizes:
        return  # scores over a vocabulary answer for tokens
    from specc.check.mirroring import fitting_change  # it compiles anew, so only after an error

    last, labels = _last_sizes(decoder)
    diagnostics.add(
        Diagnostic(
            "E501",
            f"decoder {decoder.name} gives {given}, its encoder takes {wanted}",
            last,
            text=_formula(decoder) or str(given),
            labels=labels,
            notes=(f"encoder {encoder.name}: {encoder.inputs[0][0]} is {wanted}",)
            if len(decoder.outputs) == 1
            else (f"compared: its first output, {name}",),
            helps=fitting_change(program, decoder, wanted),
            origins=(
                decoder.name,
                *(f"{body.name}({port})" for body in (decoder, encoder) for port, _ in body.inputs),
            ),
        )
    )


def _may_agree(left: tuple[Size, ...], right: tuple[Size, ...]) -> bool:
    if len(left) != len(right):
        return False
    pairs = list(zip(left, right, strict=True))
    return all(a == b or not (isinstance(a, int) and isinstance(b, int)) for a, b in pairs)


def _sized(body: Body) -> list[tuple[Span, str]]:
    """The layers that change a spatial size, with the working of the last axis."""
    found = []
    for node in body.nodes:
        operation = node.operation
        if isinstance(operation, Apply) and operation.inference.sizes:
            rule = operation.inference.sizes[-1]
            found.append((node.span, f"{rule.formula.working()}"))
    return found


def _last_sizes(body: Body) -> tuple[Span, tuple[Label, ...]]:
    sized = _sized(body)
    ref = body.outputs[0][1]
    last = maker(place(body, ref)).node.span
    labels = tuple(Label(span, text) for span, text in sized[:-1] if span != last)[-2:]
    return (sized[-1][0] if sized else last), labels


def _formula(body: Body) -> str:
    sized = _sized(body)
    return sized[-1][1] if sized else ""


def _scores(network: Body, diagnostics: Diagnostics) -> None:
    for name, type in network.output_types():
        if not isinstance(type, Tensor) or _is_score(type):
            continue
        ref = dict(network.outputs)[name]
        span = network.nodes[ref.node].span
        diagnostics.add(
            Diagnostic(
                "E502",
                f"discriminator {network.name} ends in {type}; it must give one score per item "
                "or a 1-channel map of scores",
                span,
                text=str(type),
                helps=(_score_help(type),),
                origins=(network.name,),
            )
        )
        return


def _is_score(type: Tensor) -> bool:
    return type.rank == 0 or not isinstance(type.sizes[0], int) or type.sizes[0] == 1


def _score_help(type: Tensor) -> str:
    total: Size = 1
    for size in type.sizes:
        total = total * size
    if type.rank == 1:
        return f"add  -> linear(1)   ({render(total)} + 1 = {render(total + 1)} parameters)"
    if type.rank == 3 and type.axes[0] == "channels":
        _, height, width = map(render, type.sizes)
        working = "·".join(map(render, type.sizes))
        cost = f"{working} + 1 = {render(total + 1)} parameters"
        return f"add  -> conv(1, {height}x{width}) -> flatten   ({cost})"
    return f"add  -> flatten -> linear(1)   ({render(total)} + 1 = {render(total + 1)} parameters)"
