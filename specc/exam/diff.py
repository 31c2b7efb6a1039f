"""What changed between two specs: networks, layers with their hyperparameters, sizes and counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Literal

from msgspec import Struct
from pydantic import BaseModel

from specc.claims.subjects import Tables
from specc.count import CountReport, count
from specc.count.report import NetworkCount
from specc.count.rows import Entry
from specc.layers.base import Convention
from specc.program import Apply, Program, TrainPlan
from specc.resolve.static import show
from specc.sizes import Size
from specc.syntax import tree

Kind = Literal["added", "removed", "changed"]


class Fact(Struct, frozen=True):
    """One thing that differs: its name, before and after; None where it was not there."""

    name: str
    before: str | None
    after: str | None


class Change(Struct, frozen=True):
    """A layer, a parameter or a block that differs. `by` is how many learnable parameters more it has."""

    kind: Kind
    path: str
    what: str
    facts: tuple[Fact, ...] = ()
    by: Size = 0


class Sum(Struct, frozen=True):
    """A sum before and after."""

    name: str
    before: Size
    after: Size


class Part(Struct, frozen=True):
    """A network, a train block or the parameters of the file, with what changed in it."""

    name: str
    kind: Kind
    changes: tuple[Change, ...] = ()
    sums: tuple[Sum, ...] = ()


class Comparison(Struct, frozen=True):
    """Two specs; `parts` holds only what differs, `sums` those of the files."""

    parts: tuple[Part, ...]
    sums: tuple[Sum, ...]

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not self.parts


def compare(old: Program, new: Program, convention: Convention = "pytorch") -> Comparison:
    """Everything that differs from the old program to the new one."""
    reports = count(old, convention), count(new, convention)
    tables = Tables(old, convention), Tables(new, convention)
    parts = [*_parameters(old, new), *_networks(reports, tables), *_trains(old, new)]
    parts += _claims(old, new)
    return Comparison(tuple(parts), _sums(reports[0], reports[1]))


def _sums(old: CountReport | NetworkCount, new: CountReport | NetworkCount) -> tuple[Sum, ...]:
    names = ("params", "macs")
    return tuple(Sum(n, getattr(old.totals, n), getattr(new.totals, n)) for n in names)


# -------------------------------------------------------------------- parameters


def _parameters(old: Program, new: Program) -> Iterator[Part]:
    before = {p.name: show(p.value) for p in old.parameters}
    after = {p.name: show(p.value) for p in new.parameters}
    changes = [_change(f.name, "param", (f,)) for f in facts(before, after)]
    if changes:
        yield Part("parameters", "changed", tuple(changes))


def _change(path: str, what: str, found: tuple[Fact, ...]) -> Change:
    first = found[0]
    kind: Kind = (
        "added" if first.before is None else "removed" if first.after is None else "changed"
    )
    return Change(kind, path, what, found)


def facts(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Fact]:
    """The entries that differ, in the order of the old and then the new."""
    for name in dict.fromkeys((*before, *after)):
        if before.get(name) != after.get(name):
            yield Fact(name, before.get(name), after.get(name))


# ---------------------------------------------------------------------- networks


def _networks(
    reports: tuple[CountReport, CountReport], tables: tuple[Tables, Tables]
) -> Iterator[Part]:
    old, new = (list(r.networks) for r in reports)
    for left, right in _pairs(old, new):
        if left is None and right is not None:
            layers = _alone(tables[1], right.name, new=True)
            yield Part(right.name, "added", layers, (Sum("params", 0, right.totals.params),))
        elif right is None and left is not None:
            layers = _alone(tables[0], left.name, new=False)
            yield Part(left.name, "removed", layers, (Sum("params", left.totals.params, 0),))
        elif left is not None and right is not None:
            changes = tuple(_changes(left, right, tables))
            name = left.name if left.name == right.name else f"{left.name} → {right.name}"
            if changes or left.name != right.name:
                yield Part(name, "changed", changes, _sums(left, right))


def _alone(tables: Tables, name: str, *, new: bool) -> tuple[Change, ...]:
    """The layers of a network that is on one side only."""
    entries = tables.entries(tables.program.network(name))
    rows = (_row(None, e) if new else _row(e, None) for e in entries)
    return tuple(r for r in rows if r is not None)


def _pairs(
    old: list[NetworkCount], new: list[NetworkCount]
) -> Iterator[tuple[NetworkCount | None, NetworkCount | None]]:
    """Networks of one name; two single ones belong together whatever they are called."""
    if len(old) == len(new) == 1:
        yield old[0], new[0]
        return
    names = dict.fromkeys((*(n.name for n in old), *(n.name for n in new)))
    before, after = ({n.name: n for n in side} for side in (old, new))
    yield from ((before.get(name), after.get(name)) for name in names)


def _changes(
    left: NetworkCount, right: NetworkCount, tables: tuple[Tables, Tables]
) -> Iterator[Change]:
    ports = facts({n: str(t) for n, t in left.inputs}, {n: str(t) for n, t in right.inputs})
    yield from (_change(f.name, "input", (f,)) for f in ports)
    old = tables[0].entries(tables[0].program.network(left.name))
    new = tables[1].entries(tables[1].program.network(right.name))
    pairs = list(_aligned(old, new))
    moved = _moved(
        [b for b, a in pairs if a is None and b], [a for b, a in pairs if b is None and a]
    )
    for before, after in pairs:
        if after is None and before is not None and id(before) in map(id, moved.values()):
            continue
        there = moved.get(after.row.path) if before is None and after is not None else None
        if there is not None and after is not None:
            yield _replaced(there, after, (_behind(old, there), _behind(new, after)))
        elif (found := _row(before, after)) is not None:
            yield found


def _moved(gone: list[Entry], come: list[Entry]) -> dict[str, Entry]:
    """For the paths of rows that stand elsewhere now what they were before: those that are like no other."""
    found: dict[str, Entry] = {}
    for after in come:
        alike = [e for e in gone if _same_layer(e, after)]
        if len(alike) == 1 and sum(_same_layer(alike[0], e) for e in come) == 1:
            found[after.row.path] = alike[0]
    return found


def _same_layer(one: Entry, other: Entry) -> bool:
    if one.row.op != other.row.op or _named(one) != _named(other):
        return False
    if _named(one):
        return one.row.path == other.row.path
    return one.row.params == other.row.params and _settings(one) == _settings(other)


def _behind(rows: Sequence[Entry], entry: Entry) -> str:
    """What stands in front of a row."""
    at = next(i for i, e in enumerate(rows) if e is entry)
    return f"behind {rows[at - 1].row.label}" if at else "first"


def _replaced(before: Entry, after: Entry, places: tuple[str, str]) -> Change:
    """A row that stands elsewhere."""
    found = _row(before, after)
    facts_ = found.facts if found is not None else ()
    by = found.by if found is not None else 0
    return Change("changed", after.row.path, after.row.op, (Fact("moved", *places), *facts_), by)


def _aligned(
    old: Sequence[Entry], new: Sequence[Entry]
) -> Iterator[tuple[Entry | None, Entry | None]]:
    """Rows that belong together: of one name, of one kind in their order, or in one another's place."""
    matcher = SequenceMatcher(None, [*map(_key, old)], [*map(_key, new)], autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        left, right = list(old[a:b]), list(new[c:d])
        if tag == "equal":
            yield from zip(left, right, strict=True)
            continue
        partners = _partners(left, right)
        yield from ((before, partners.get(before.row.path)) for before in left)
        taken = {after.row.path for after in partners.values()}
        yield from ((None, after) for after in right if after.row.path not in taken)


def _partners(left: list[Entry], right: list[Entry]) -> dict[str, Entry]:
    """For the paths of rows on the left their partners: a name first, then the kind, then the place."""
    named = {r.row.path: r for r in right if _named(r)}
    found = {e.row.path: named[e.row.path] for e in left if _named(e) and e.row.path in named}
    taken = {r.row.path for r in found.values()}
    old = [e for e in left if e.row.path not in found]
    new = [e for e in right if e.row.path not in taken]
    before, after = ([e.row.op for e in side] for side in (old, new))
    for _, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if b - a == d - c:  # equal, or as many in the place of as many
            found |= {e.row.path: r for e, r in zip(old[a:b], new[c:d], strict=True)}
    return found


def _named(entry: Entry) -> bool:
    node = entry.node
    return (entry.stage is not None and entry.stage.named) or (node is not None and node.named)


def _key(entry: Entry) -> tuple[str, str]:
    """The name where the user gave one, else the kind."""
    path = entry.row.path
    return (path, "") if _named(entry) else (path.rpartition(".")[0], entry.row.op)


def _row(before: Entry | None, after: Entry | None) -> Change | None:
    if before is None and after is not None:
        found = (*_told(after, new=True),)
        return Change("added", after.row.path, after.row.op, found, after.row.params)
    if after is None and before is not None:
        found = (*_told(before, new=False),)
        return Change("removed", before.row.path, before.row.op, found, 0 - before.row.params)
    assert before is not None
    assert after is not None
    found = tuple(facts(_facts_of(before), _facts_of(after)))
    if before.row.path != after.row.path and (_named(before) or _named(after)):
        found = (Fact("name", before.row.path, after.row.path), *found)
    what = after.row.op if before.row.op == after.row.op else f"{before.row.op} → {after.row.op}"
    by = after.row.params - before.row.params
    same = not found and before.row.op == after.row.op
    return None if same else Change("changed", after.row.path, what, found, by)


def _told(entry: Entry, *, new: bool) -> Iterator[Fact]:
    """What a table says of a row that is on one side only."""
    for name in ("output", "params"):
        value = _facts_of(entry).get(name)
        if value is not None:
            yield Fact(name, None if new else value, value if new else None)


def _facts_of(entry: Entry) -> dict[str, str]:
    """Hyperparameters, output, parameters and MACs of a row as text."""
    row, found = entry.row, _settings(entry)
    found["output"] = row.output_text
    for name, value in (("times", row.times), ("params", row.params), ("macs", row.macs)):
        if value not in (0, 1) or name != "macs":
            found[name] = f"{value:,}" if isinstance(value, int) else str(value)
    if row.note:
        found["note"] = row.note
    return {k: v for k, v in found.items() if v and not (k == "params" and v == "0")}


def _settings(entry: Entry) -> dict[str, str]:
    """The hyperparameters of a row's layer."""
    layer = entry.stage.layer if entry.stage is not None else None
    operation = entry.node.operation if entry.node is not None else None
    layer = layer or (operation.layer if isinstance(operation, Apply) else None)
    return {} if layer is None else settings_of(layer)


def settings_of(model: BaseModel) -> dict[str, str]:
    """The fields of a layer, an optimizer or a data source as text."""
    found: dict[str, str] = {}
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            found[name] = getattr(value, "word", type(value).__name__)
        elif isinstance(value, tuple) and value and all(isinstance(v, int) for v in value):
            found[name] = "×".join(map(str, value))
        else:
            found[name] = "none" if value is None else show(value)
    return found


# ------------------------------------------------------------------------ training


def _trains(old: Program, new: Program) -> Iterator[Part]:
    for left, right in _trained(old.trains, new.trains):
        if left is None or right is None:
            name = (left or right).name  # type: ignore[union-attr]
            yield Part(f"train {name}", "added" if left is None else "removed")
            continue
        found = tuple(facts(_training(left), _training(right)))
        name = left.name if left.name == right.name else f"{left.name} → {right.name}"
        if found or left.name != right.name:
            changes = tuple(_change(f.name, "setting", (f,)) for f in found)
            yield Part(f"train {name}", "changed", changes)


def _trained(
    old: Sequence[TrainPlan], new: Sequence[TrainPlan]
) -> Iterator[tuple[TrainPlan | None, TrainPlan | None]]:
    """Blocks of one name; two single ones belong together whatever they are called."""
    if len(old) == len(new) == 1:
        yield old[0], new[0]
        return
    before, after = ({t.name: t for t in side} for side in (old, new))
    yield from ((before.get(name), after.get(name)) for name in dict.fromkeys((*before, *after)))


def _training(plan: TrainPlan) -> dict[str, str]:
    """Data, settings, optimizers and terms of a train block as text."""
    found = {"data": _described(plan.data), **settings_of(plan.settings)}
    for step in plan.steps:
        key = "" if len(plan.steps) == 1 else f"{step.name}: "
        if step.schedule is not None:
            found[f"{key}schedule"] = _described(step.schedule)
        for name in ("every", "repeat", "clip_norm", "clip_value"):
            found[f"{key}{name}"] = str(getattr(step, name))
        for objective in step.objectives:
            found[f"{key}{objective.sense}"] = " + ".join(t.span.text for t in objective.terms)
            for update in objective.updates:
                who = ", ".join(".".join(t) for t in update.targets)
                of = f" of {who}" if len(step.updates) > 1 else ""
                found[f"{key}optimizer{of}"] = _described(update.optimizer)
                found |= {} if of else {f"{key}learns": who}
    return found


def _described(model: BaseModel) -> str:
    """The word with its rate and what is not by default: `adam(lr=0.001)`."""
    word = getattr(model, "word", type(model).__name__)
    fields = type(model).model_fields
    told = [
        f"{name}={value}"
        for name, value in settings_of(model).items()
        if name == "lr"
        or fields[name].is_required()
        or getattr(model, name) != fields[name].get_default(call_default_factory=True)
    ]
    return f"{word}({', '.join(told)})" if told else word


# ------------------------------------------------------------------------- claims


def _claims(old: Program, new: Program) -> Iterator[Part]:
    """What is claimed in `answers`, block by block, and what is expected."""
    before, after = ({a.title.value: a for a in p.answers} for p in (old, new))
    for title in dict.fromkeys((*before, *after)):
        left, right = _answers(before.get(title)), _answers(after.get(title))
        changes = tuple(_change(f.name, "answer", (f,)) for f in facts(left, right))
        kind: Kind = (
            "added" if title not in before else "removed" if title not in after else "changed"
        )
        if changes or kind != "changed":
            yield Part(f'answers "{title}"', kind, changes)
    found = [{_spaced(e.condition): "" for e in p.expects} for p in (old, new)]
    promised = tuple(_change(f.name, "expect", (f,)) for f in facts(found[0], found[1]))
    if promised:
        yield Part("expect", "changed", promised)


def _answers(block: tree.Answers | None) -> dict[str, str]:
    claims = block.claims if block is not None else ()
    return {_spaced(c.subject): _spaced(c.value) for c in claims}


def _spaced(expr: tree.Expr) -> str:
    """The text of an expression, however its white space is written."""
    return " ".join(expr.span.text.split())
