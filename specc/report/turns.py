"""A step of a training in words: for people as text, Markdown and LaTeX, and for other programs."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import to_builtins

from specc.report.colour import PLAIN, Palette
from specc.report.export import tex
from specc.report.machine import Json
from specc.report.markdown import escape
from specc.turn import Aim, Player, Turn, Value

FREEZING = {
    "used": "learns",
    "through": "fixed weights",
    "stopped": "no gradient",
    "none": "not in this optimizer",
}
"""What happens to a network in a step, in the words that all reports use."""


def title(turn: Turn) -> str:
    """`step generator of GAN, line 27: 2nd of 3 steps, in iterations 0, 2, 4, …`."""
    if turn.count == 1 and turn.name == "train":
        return f"train {turn.train}, line {turn.line}: one step, {rhythm(turn)}"
    place = f"step {turn.position} of {turn.count}"
    return f"step {turn.name} of {turn.train}, line {turn.line}: {place}, {rhythm(turn)}"


def rhythm(turn: Turn) -> str:
    """When the step runs."""
    k = turn.every
    when = "in every iteration" if k == 1 else f"in iterations 0, {k}, {2 * k}, …"
    return when if turn.repeat == 1 else f"{when}, {turn.repeat} times in a row on the same batch"


def rows(turn: Turn) -> Iterator[tuple[str, str]]:
    """Everything that is said of the step, each with its title."""
    for aim in turn.aims:
        yield from _aim(aim, several=len(turn.aims) > 1)
    if len(turn.aims) > 1:
        yield "order", "all gradients from one forward pass, then all updates"
    for player in turn.players:
        yield player.name, player_words(player)
    for value in turn.values:
        yield value.name, value_words(value)
    yield from _bounds(turn)


def _aim(aim: Aim, *, several: bool) -> Iterator[tuple[str, str]]:
    yield aim.sense, aim.text
    names = ", ".join(aim.terms)
    yield "logged as", names if len(aim.terms) == 1 else f"{names}, and their sum"
    if several:
        yield "for", ", ".join(path for path, _ in aim.updates)


def player_words(player: Player) -> str:
    """What happens to a network: its gradient and its weights, and where else it learns."""
    words = FREEZING[player.gradient]
    match player.gradient:
        case "used":
            return f"{words} {_learning(player)}"
        case "through":
            words += (
                f": they stay, and the gradient flows through to {', '.join(player.through_to)}"
            )
        case "stopped":
            at = f" in line {player.stopped_at}" if player.stopped_at else ""
            words += f": stop{at} ends it; runs without a graph"
        case _:
            words += ": nobody behind it learns here; runs without a graph"
    return f"{words}; {_elsewhere(player)}"


def _learning(player: Player) -> str:
    if len(player.learns) == 1 and not player.partly:
        return f"with {player.learns[0][1]}"
    parts = ", ".join(f"in {path} with {optimizer}" for path, optimizer in player.learns)
    return f"{parts}; the rest of it is not in this optimizer" if player.partly else parts


def _elsewhere(player: Player) -> str:
    if player.elsewhere:
        return f"it learns in {', '.join(player.elsewhere)}"
    return "no step of this training updates it"


def value_words(value: Value) -> str:
    """How a value comes to the step."""
    mark = "~" if value.draw else "="
    what = f"{mark} {value.text} (line {value.line}): "
    others = ", ".join(value.others)
    match value.kind:
        case "shared":
            back = ", without a gradient back" if value.detached else ""
            return f"{what}computed once in an iteration, shared with {others}{back}"
        case "anew":
            cause = f", as {', '.join(value.changed)} changes between" if value.changed else ""
            return f"{what}computed anew, also in {others}{cause}"
        case _:
            return f"{what}drawn at each run of this step"


def _bounds(turn: Turn) -> Iterator[tuple[str, str]]:
    if turn.clip_norm is not None:
        yield "clipped", f"norm of all gradients together at most {turn.clip_norm:g}"
    if turn.clip_value is not None:
        yield "clipped", f"every entry of a gradient at most {turn.clip_value:g}"
    if turn.schedule:
        yield "schedule", turn.schedule


def lines(turn: Turn, palette: Palette = PLAIN) -> Iterator[str]:
    """The step as text."""
    head, _, rest = title(turn).partition(":")
    yield f"{palette.paint(head, 'bold')}:{rest}"
    found = list(rows(turn))
    width = max(len(name) for name, _ in found)
    for name, text in found:
        yield f"  {palette.paint(f'{name:{width}}', 'help')}  {text}"


def markdown(turn: Turn) -> str:
    """The step as a table."""
    head = f"### {escape(title(turn))}\n\n| | |\n| --- | --- |\n"
    return head + "\n".join(f"| {escape(name)} | {escape(text)} |" for name, text in rows(turn))


def latex(turn: Turn) -> str:
    r"""The step as a `description` list."""
    items = [rf"  \item[{tex(name)}] {tex(text)}" for name, text in rows(turn)]
    head = rf"\paragraph{{{tex(title(turn))}}}"
    return "\n".join([head, r"\begin{description}", *items, r"\end{description}"])


def document(turn: Turn) -> dict[str, Json]:
    """The step as JSON; `freezing` of a network is in the words of the text."""
    made: dict[str, Json] = to_builtins(turn)
    made["rhythm"] = rhythm(turn)
    made["players"] = [
        {**to_builtins(p), "freezing": FREEZING[p.gradient], "words": player_words(p)}
        for p in turn.players
    ]
    made["values"] = [{**to_builtins(v), "words": value_words(v)} for v in turn.values]
    return made
