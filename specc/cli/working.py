"""`specc explain MODEL [LAYER]`: the working of a model's figures."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from specc.cli.options import Common
from specc.cli.outcome import UsageError
from specc.cli.speak import Work
from specc.explain import Explained, ExplainedModel, explain
from specc.nearest import nearest
from specc.report import explained as shown


def run(common: Common, model: Path, layer: str | None, form: str = "text") -> int:
    """Explain one layer, or all of them."""
    work = Work(replace(common, paths=(model,)), claims=False)
    models = [explain(program, common.convention) for program in work.programs()]
    if models:
        layers = [e for m in models for e in m.layers]
        chosen = layers if layer is None else _chosen(layers, layer)
        whole = layer is None
        if form in {"latex", "markdown"}:
            from specc.report import worked

            writer = worked.latex if form == "latex" else worked.markdown
            print(writer(chosen, models if whole else ()))
        else:
            _print(common, models, chosen, whole=whole)
    return work.end()


def _chosen(layers: list[Explained], wanted: str) -> list[Explained]:
    """The layers of a name: `C1`, `LeNet.C1`, `residual1` for all below it."""
    found = [e for e in layers if wanted in _names(e)] or [e for e in layers if _below(e, wanted)]
    if found:
        return found
    names = [name for e in layers for name in _names(e)]
    near = nearest(wanted, names)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(_first(layers))}"
    raise UsageError(f"no layer is named {wanted!r}; {hint}")


def _names(e: Explained) -> tuple[str, ...]:
    path = e.path.partition(" ")[0]
    return path, f"{e.network}.{path}"


def _below(e: Explained, wanted: str) -> bool:
    return any(name.startswith(f"{wanted}.") for name in _names(e))


def _first(layers: Iterable[Explained]) -> Iterator[str]:
    return (_names(e)[0] for _, e in zip(range(12), layers, strict=False))


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
