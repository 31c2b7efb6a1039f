"""`specc explain MODEL [NAME]`: the working of a model's figures, or what a step or program does."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Literal

from msgspec.structs import replace

from specc.claims.figures import FIGURES
from specc.cli.options import Common
from specc.cli.outcome import UsageError
from specc.cli.speak import CLAIMS, Work, refused
from specc.count.machine import number
from specc.explain import Explained, ExplainedModel, explain, folded, opened
from specc.nearest import nearest
from specc.program import Program
from specc.report import explained as shown
from specc.turn import Turn, turns


def run(
    common: Common, model: Path, layer: str | None, form: str = "text", *, every: bool = False
) -> int:
    """Explain one layer, one step of a training, one program, or all layers.

    The operations inside of a cell stand below it where `every` one is asked for.
    """
    work = Work(replace(common, paths=(model,)), passed=CLAIMS)
    programs = list(work.programs())
    models = [explain(program, common.convention) for program in programs]
    if models:
        layers = [e for m in models for e in m.layers]
        steps = [t for program in programs for t in turns(program)]
        if layer is not None and not any(_reach(e, layer) == "here" for e in layers):
            found = [t for t in steps if layer in _called(t)]
            if found:
                _print_steps(common, found, form)
                return work.end()
            if _print_programs(common, programs, layer, form):
                return work.end()
        named = [plan.name for program in programs for plan in program.programs]
        chosen = layers if layer is None else opened(layers, _chosen(layers, layer, steps, named))
        whole = layer is None
        told = chosen if every else folded(chosen)
        if form in {"latex", "markdown"}:
            from specc.report import worked

            writer = worked.latex if form == "latex" else worked.markdown
            print(writer(told, models if whole else (), layer or "", chosen))
        else:
            _print(common, models, told, layer, chosen)
    return work.end() if models else refused(work)


def _called(turn: Turn) -> tuple[str, ...]:
    """`generator`, `GAN.generator`, and `GAN` for all its steps."""
    return turn.name, f"{turn.train}.{turn.name}", turn.train


def _print_steps(common: Common, found: list[Turn], form: str) -> None:
    from specc.report import turns as told

    if common.json:
        document = {"steps": [told.document(t) for t in found]}
        print(json.dumps(document, ensure_ascii=False, indent=2))
        return
    if form in {"latex", "markdown"}:
        writer = told.latex if form == "latex" else told.markdown
        print("\n\n".join(writer(t) for t in found))
        return
    print("\n\n".join("\n".join(told.lines(t, common.palette())) for t in found))


def _print_programs(common: Common, programs: list[Program], name: str, form: str) -> bool:
    """Print the programs of that name; whether there are any."""
    from specc.report import programs as told

    found = [(p, plan) for p in programs for plan in p.programs if plan.name == name]
    if found and form in {"latex", "markdown"}:
        raise UsageError(f"--{form} shows layers and steps; {name} is a program")
    if found and common.json:
        document = {"programs": [told.document(*each) for each in found]}
        print(json.dumps(document, ensure_ascii=False, indent=2))
    elif found:
        print("\n\n".join("\n".join(told.lines(*each, common.palette())) for each in found))
    return bool(found)


def _chosen(
    layers: list[Explained], wanted: str, steps: list[Turn], programs: list[str]
) -> list[Explained]:
    """The layers of a name: `C1`, `LeNet.C1`, `residual1` for all below it."""
    reached = [(e, _reach(e, wanted)) for e in layers]
    found = [e for e, r in reached if r == "here"] or [e for e, r in reached if r == "below"]
    if found := found or _of_cell(layers, wanted) or _of_equation(layers, wanted):
        return found
    layer, _, figure = wanted.rpartition(".")
    if layer and figure in FIGURES:  # C1.params, as answers write it
        return _chosen(layers, layer, steps, programs)
    named = [name for t in steps for name in _called(t)]
    near = nearest(wanted, [*(name for e in layers for name in _names(e)), *named, *programs])
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(_first(layers))}"
    kinds = "layer" + ", step" * bool(steps) + " or program" * bool(programs)
    kinds = kinds if programs else kinds.replace(", ", " or ")
    raise UsageError(f"no {kinds} is named {wanted!r}; {hint}")


def _names(e: Explained) -> tuple[str, ...]:
    return e.name, f"{e.network}.{e.name}"


def _reach(e: Explained, wanted: str) -> Literal["here", "below", ""]:
    """Whether a name leads to a layer, or to something around it.

    The round of a repetition may be left out, or be any of those that the layer stands for.
    """
    for name in _names(e):
        left = wanted.split(".")
        for part in name.split("."):
            if left and _same(part, left[0]):
                del left[0]
            elif not left:
                return "here" if _rounds(part) and part == name.split(".")[-1] else "below"
            elif not _rounds(part):
                break
        else:
            if not left:
                return "here"
    return ""


def _rounds(part: str) -> bool:
    return part == "*" or part[0].isdigit()


def _same(part: str, wanted: str) -> bool:
    """`*` is any round, `1-3` each of these."""
    if part == wanted or not (_rounds(part) and wanted.isdigit()):
        return part == wanted
    first, _, last = part.partition("-")
    return part == "*" or int(first) <= int(wanted) <= int(last or first)


def _of_cell(layers: list[Explained], wanted: str) -> list[Explained]:
    """All that moves a cell of that name, or passes its messages, with what is inside."""
    words = ("scan", "fold", "message_passing")
    scans = [e for e in layers if e.op in [f"{word} {wanted}" for word in words]]
    return [
        e
        for e in layers
        if any(e is s or (e.network == s.network and _reach(e, _names(s)[1])) for s in scans)
    ]


def _of_equation(layers: list[Explained], wanted: str) -> list[Explained]:
    """The cells and message-passing layers that compute a value of that name: `r` for a gate."""
    return [e for e in layers if any(s.title.strip().startswith(f"{wanted}[") for s in e.steps)]


def _first(layers: Sequence[Explained]) -> Iterator[str]:
    """Names to choose from, those of several networks with their network."""
    paths = Counter(_names(e)[0] for e in layers)
    shown = (_names(e)[paths[_names(e)[0]] > 1] for e in layers)
    return islice(shown, 12)


def _print(
    common: Common,
    models: list[ExplainedModel],
    layers: Sequence[Explained],
    name: str | None,
    summed: list[Explained],
) -> None:
    if common.json:
        document = {"layers": [shown.document(e) for e in layers], "totals": shown.sums(summed)}
        if name is None:
            document["totals"] = {
                n.name: {"params": number(n.totals.params), "macs": number(n.totals.macs)}
                for m in models
                for n in m.report.networks
            }
        print(json.dumps(document, ensure_ascii=False, indent=2))
        return
    lines = [line for e in layers for line in (*shown.lines(e, common.palette()), "")]
    if name is None:
        lines += [line for m in models for line in shown.settings(m, common.palette())]
        lines += [line for m in models for line in shown.totals(m)]
    elif len(layers) > 1:
        lines += shown.part(name, summed)
    print("\n".join(lines).rstrip())
