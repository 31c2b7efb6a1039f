"""The verbs of the exam desk: examples by hand, questions asked back, comparisons, quizzes."""

from pathlib import Path
from typing import Annotated

import typer

from specc.cli import options as opt
from specc.cli.files import one
from specc.cli.options import Part, QuizForm, QuizKind, common_of
from specc.cli.outcome import finish

desk = typer.Typer()


@desk.command("run")
def run_(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH [NAME]", help="A spec, and one of its programs or examples."),
    ] = None,
    only: Annotated[
        str | None, typer.Option("--only", metavar="TITLE", help="Examples with this in the title.")
    ] = None,
    places: Annotated[
        int | None, typer.Option("--places", min=0, max=15, help="Decimals of rounded numbers.")
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="Every working, and all of its terms.")
    ] = False,
    given: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="NAME=NUMBER", help="An argument of the program."),
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="Where the run went.")] = Path("runs"),
    seed: opt.Seed = None,
    device: opt.Device = None,
    settings: opt.Set = None,
    json: opt.Json = False,
    quiet: opt.Quiet = False,
    color: opt.Color = "auto",
) -> None:
    """Run a program with trained networks, or work examples by hand with every value on the way."""
    from specc.cli import run as verb
    from specc.cli.train import Choices

    def run() -> int:
        common = common_of(paths or [Path()], settings, json, quiet, color)
        more = tuple(part for text in given or () for part in ("--with", text))
        chosen = Choices(seed=seed, device=device, more=more)
        return verb.run(common, verb.Shown(only, places, full), out, chosen)

    finish(run)


@desk.command()
def solve(
    what: Annotated[
        str, typer.Argument(metavar="WHAT", help="A spec, a layer such as `conv`, or `mlp`.")
    ],
    conditions: Annotated[
        list[str] | None,
        typer.Argument(metavar="CONDITION…", help='Such as "output == [6, 14, 14]".'),
    ] = None,
    vary: Annotated[
        list[str] | None,
        typer.Option(
            "--vary", metavar="NAME=1..9", help="What may change, and within which bounds."
        ),
    ] = None,
    on: Annotated[
        str | None, typer.Option("--input", metavar="3x32x32", help="With a layer: its input.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Solutions to print.")] = 40,
    settings: opt.Set = None,
    convention: opt.Count = "pytorch",
    json: opt.Json = False,
    quiet: opt.Quiet = False,
    color: opt.Color = "auto",
) -> None:
    """Find the hyperparameters that give a figure."""
    from specc.cli import solve as verb

    def run() -> int:
        common = common_of([], settings, json, quiet, color, convention)
        return verb.run(common, what, tuple(conditions or ()), vary or [], on, limit)

    finish(run)


@desk.command()
def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="A spec.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The spec to compare it with.")],
    settings: opt.Set = None,
    convention: opt.Count = "pytorch",
    json: opt.Json = False,
    quiet: opt.Quiet = False,
    color: opt.Color = "auto",
) -> None:
    """Compare two specs: layers, sizes, counts, training."""
    from specc.cli import diff as verb

    def run() -> int:
        return verb.run(common_of([], settings, json, quiet, color, convention), one(old), one(new))

    finish(run)


@desk.command()
def quiz(
    file: opt.OneFile,
    form: Annotated[QuizForm, typer.Option("--format", help="How to print.")] = "markdown",
    part: Annotated[
        Part, typer.Option("--part", help="Of Markdown and LaTeX: papers or solutions alone.")
    ] = "all",
    kind: Annotated[
        QuizKind, typer.Option("--kind", help="Multiple choice, numbers, or both.")
    ] = "both",
    questions: Annotated[int, typer.Option("--questions", min=1, max=200)] = 8,
    variants: Annotated[int, typer.Option("--variants", min=1, max=100)] = 1,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Another seed, another quiz.")] = 0,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write it there.")
    ] = None,
    settings: opt.Set = None,
    convention: opt.Count = "pytorch",
    json: opt.Json = False,
    quiet: opt.Quiet = False,
    color: opt.Color = "auto",
) -> None:
    """Make a quiz of a spec, with solutions and a mark scheme."""
    from specc.cli import quiz as verb

    def run() -> int:
        wish = verb.Wish(form, part, kind, questions, variants, seed)
        return verb.run(common_of([one(file)], settings, json, quiet, color, convention), wish, out)

    finish(run)
