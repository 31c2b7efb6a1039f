"""`specc explain MODEL [NAME]`: the working of a model's figures, or what a step or program does."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from msgspec.structs import replace

from specc.cli.options import Common
from specc.cli.outcome import UsageError
from specc.cli.speak import Work
from specc.explain import Explained, ExplainedModel, explain
from specc.nearest import nearest
from specc.program import Program
from specc.report import explained as shown
from specc.turn import Turn, turns


def run(common: Common, model: Path, layer: str | None, form: str = "text") -> int:
    """Explain one layer, one step of a training, one program, or all layers."""
    work = Work(replace(common, paths=(model,)), claims=False)
    programs = list(work.programs())
    models = [explain(program, common.convention) for program in programs]
    if models:
        layers = [e for m in models for e in m.layers]
        steps = [t for program in programs for t in turns(program)]
        if layer is not None and not any(layer in _names(e) for e in layers):
            found = [t for t in steps if layer in _called(t)]
            if found:
                _print_steps(common, found, form)
                return work.end()
            if _print_programs(common, programs, layer, form):
                return work.end()
        named = [plan.name for program in programs for plan in program.programs]
        chosen = layers if layer is None else _chosen(layers, layer, steps, named)
        whole = layer is None
        if form in {"latex", "markdown"}:
            from specc.report import worked

            writer = worked.latex if form == "latex" else worked.markdown
            print(writer(chosen, models if whole else ()))
        else:
            _print(common, models, chosen, whole=whole)
    return work.end()


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
    found = [e for e in layers if wanted in _names(e)] or [e for e in layers if _below(e, wanted)]
    if found:
        return found
    named = [name for t in steps for name in _called(t)]
    near = nearest(wanted, [*(name for e in layers for name in _names(e)), *named, *programs])
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(_first(layers))}"
    kinds = "layer" + ", step" * bool(steps) + " or program" * bool(programs)
    kinds = kinds if programs else kinds.replace(", ", " or ")
    raise UsageError(f"no {kinds} is named {wanted!r}; {hint}")


def _names(e: Explained) -> tuple[str, ...]:
    path = e.path.partition(" ")[0]
    return path, f"{e.network}.{path}"


def _below(e: Explained, wanted: str) -> bool:
    return any(name.startswith(f"{wanted}.") for name in _names(e))


def _first(layers: Sequence[Explained]) -> Iterator[str]:
    """Names to choose from, those of several networks with their network."""
    paths = Counter(_names(e)[0] for e in layers)
    shown = (_names(e)[paths[_names(e)[0]] > 1] for e in layers)
    return islice(shown, 12)


def _print(
    common: Common, models: list[ExplainedModel], layers: list[Explained], *, whole: bool
) -> None:
    if common.json:
        document = {"layers": [shown.document(e) for e in layers]}
        print(json.dumps(document, ensure_ascii=False, indent=2))
        return
    lines = [line for e in layers for line in (*shown.lines(e, common.palette()), "")]
    if whole:
        lines += [line for m in models for line in shown.settings(m, common.palette())]
        lines += [line for m in models for line in shown.totals(m)]
    print("\n".join(lines).rstrip())
