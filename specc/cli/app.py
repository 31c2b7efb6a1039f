"""The verbs and their options. Nothing is imported here that a verb may not need."""

import gc
import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from typer.models import CommandInfo

from specc import __version__
from specc.cli import options as opt
from specc.cli.desk import desk
from specc.cli.files import one
from specc.cli.options import Format, common_of
from specc.cli.outcome import BROKEN, complain, finish

app = typer.Typer(
    name="specc",
    help="One .spec file becomes shapes, counts, code and a trained model.",
    epilog="Exit status: 0 fine, 1 the spec or the answers are wrong, 2 the command is.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(desk)

HERE = [Path()]


def main() -> None:
    """The entry point: the verb's status becomes the process's, and a defect of specc says so."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        _build_only(sys.argv[1:2])
        app()
    except Exception as error:
        if os.environ.get("SPECC_DEBUG"):
            raise
        complain(f"internal error, not your mistake: {type(error).__name__}: {error}")
        complain("SPECC_DEBUG=1 shows the traceback; please report it with the spec")
        sys.exit(BROKEN)
    finally:
        gc.freeze()  # the process ends: the last search for cycles would only cost time


def _build_only(first: list[str]) -> None:
    """Drop the verbs that are not called: to build the options of all takes 10 ms."""
    called = {
        id(group): [c for c in group.registered_commands if [_word(c)] == first]
        for group in (app, desk)
    }
    if any(called.values()):
        for group in (app, desk):
            group.registered_commands[:] = called[id(group)]


def _word(command: CommandInfo) -> str:
    return command.name or (command.callback.__name__ if command.callback else "")


def _version(asked: bool) -> None:
    if asked:
        print(f"specc {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """One .spec file becomes shapes, counts, code and a trained model."""
    del version


@app.command()
def check(
    paths: opt.Paths = None,
    fmt: Annotated[Format, typer.Option("--format", help="How to print.")] = "full",
    fix: Annotated[bool, typer.Option("--fix", help="Apply the safe fixes.")] = False,
    profile: opt.Profile = None,
    settings: opt.Set = None,
    convention: opt.Count = "pytorch",
    json: opt.Json = False,
    quiet: opt.Quiet = False,
    color: opt.Color = "auto",
) -> None:
    """Find every mistake, and mend the simple ones."""
    from specc.cli import check as verb

    def run() -> int:
        common = common_of(paths or HERE, settings, json, quiet, color, convention)
        return verb.run(common, "json" if json else fmt, fix=fix, profile=profile)

    finish(run)


@app.command()
def count(
    paths: opt.Paths = None,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    latex: Annotated[bool, typer.Option("--latex", help="Print LaTeX (booktabs).")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown.")] = False,
    batch: Annotated[
        int | None, typer.Option("--batch", min=1, metavar="N", help="Memory for N items at once.")
    ] = None,
    settings: opt.Set = None,
    convention: opt.CountAll = "pytorch",
    json: opt.Json = False,
    quiet: opt.Quiet = False,
    color: opt.Color = "auto",
) -> None:
    """Count parameters, MACs, receptive fields, memory."""
    from specc.cli import count as verb

    def run() -> int:
        form = verb.form(json=json, csv=csv, latex=latex, markdown=markdown)
        if convention == "all":
            common = common_of(paths or HERE, settings, json, quiet, color)
            return verb.side_by_side(common, form, batch)
        common = common_of(paths or HERE, settings, json, quiet, color, convention)
        return verb.run(common, form, batch)

    finish(run)


@app.command()
def explain(
    topic: Annotated[
        str, typer.Argument(help="A spec, a code such as E302, a layer's word, or `layers`.")
    ],
    layer: Annotated[
        str | None,
        typer.Argument(help="With a spec: a layer, as `count` calls it, a step or a program."),
    ] = None,
    latex: Annotated[bool, typer.Option("--latex", help="Print LaTeX (amsmath).")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown.")] = False,
    every: Annotated[
        bool, typer.Option("--all", help="The operations inside of cells too.")
    ] = False,
    settings: opt.Set = None,
    convention: opt.Count = "pytorch",
    json: opt.Json = False,
    quiet: opt.Quiet = False,
    color: opt.Color = "auto",
) -> None:
    """Show the working of figures, a code or a layer."""
    from specc.cli import explain as verb

    def run() -> int:
        form = verb.form(json=json, latex=latex, markdown=markdown)
        common = common_of([], settings, json, quiet, color, convention)
        return verb.run(common, topic, layer, form, every=every)

    finish(run)


@app.command()
def grade(
    paper: Annotated[Path, typer.Argument(metavar="PAPER", help="A spec with `answers` blocks.")],
    answers: Annotated[
        Path | None,
        typer.Argument(metavar="ANSWERS", help="CSV, YAML or JSON; without it, the spec's own."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write the marks as CSV.")
    ] = None,
    follow: Annotated[
        float,
        typer.Option("--follow-through", help="Share of the marks for what follows from a slip."),
    ] = 1.0,
    settings: opt.Set = None,
    convention: opt.Count = "pytorch",
    json: opt.Json = False,
    quiet: opt.Quiet = False,
    color: opt.Color = "auto",
) -> None:
    """Mark a class's answers, and explain the wrong ones."""
    from specc.cli import grade as verb

    def run() -> int:
        common = common_of([one(paper)], settings, json, quiet, color, convention)
        return verb.run(common, paper, answers, out, follow)

    finish(run)


@app.command()
def build(
    paths: opt.Paths = None,
    out: Annotated[Path, typer.Option("--out", help="Where the packages go.")] = Path("generated"),
    settings: opt.Set = None,
    json: opt.Json = False,
    quiet: opt.Quiet = False,
    color: opt.Color = "auto",
) -> None:
    """Write a standalone PyTorch package for each spec."""
    from specc.cli import build as verb

    def run() -> int:
        return verb.run(common_of(paths or HERE, settings, json, quiet, color), out)

    finish(run)


@app.command(context_settings={"allow_extra_args": True})
def train(
    context: typer.Context,
    file: opt.OneFile,
    out: Annotated[Path, typer.Option("--out", help="Where the run goes.")] = Path("runs"),
    epochs: Annotated[
        int | None, typer.Option("--epochs", min=1, help="Instead of the spec's.")
    ] = None,
    seed: opt.Seed = None,
    device: opt.Device = None,
    threads: Annotated[int | None, typer.Option("--threads", min=1, help="CPU threads.")] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from the last checkpoint.")
    ] = False,
    settings: opt.Set = None,
    json: opt.Json = False,
    quiet: opt.Quiet = False,
    color: opt.Color = "auto",
) -> None:
    """Build a spec and train it; what follows `--` goes on to train.py."""
    from specc.cli import train as verb

    def run() -> int:
        common = common_of([one(file)], settings, json, quiet, color)
        chosen = verb.Choices(
            epochs, seed, device, threads, resume, quiet, verb.handed_on(context.args)
        )
        return verb.run(common, out, chosen)

    finish(run)


@app.command(context_settings={"allow_extra_args": True})
def sample(
    context: typer.Context,
    file: opt.OneFile,
    out: Annotated[Path, typer.Option("--out", help="Where the run went.")] = Path("runs"),
    seed: opt.Seed = None,
    device: opt.Device = None,
    settings: opt.Set = None,
    json: opt.Json = False,
    quiet: opt.Quiet = False,
    color: opt.Color = "auto",
) -> None:
    """Sample from a trained run; `--` as with train."""
    from specc.cli import train as verb

    def run() -> int:
        common = common_of([one(file)], settings, json, quiet, color)
        chosen = verb.Choices(seed=seed, device=device, more=verb.handed_on(context.args))
        return verb.sample(common, out, chosen)

    finish(run)


@app.command()
def graph(
    paths: opt.Paths = None,
    svg: Annotated[
        Path | None, typer.Option("--svg", metavar="FILE", help="Write this SVG; `-` prints it.")
    ] = None,
    mermaid: Annotated[bool, typer.Option("--mermaid", help="Print a Mermaid flowchart.")] = False,
    out: Annotated[
        Path, typer.Option("--out", help="The folder of the SVGs, or FILE.svg.")
    ] = Path(),
    settings: opt.Set = None,
    json: opt.Json = False,
    quiet: opt.Quiet = False,
    color: opt.Color = "auto",
) -> None:
    """Draw the architecture as SVG or Mermaid, with shapes."""
    from specc.cli import graph as verb

    def run() -> int:
        common = common_of(paths or HERE, settings, json, quiet, color)
        return verb.run(common, svg, out, mermaid=mermaid)

    finish(run)


@app.command("fmt")
def format_(
    paths: opt.Paths = None,
    check_only: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit 1 if something would change.")
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Change nothing; print what would change.")
    ] = False,
    json: opt.Json = False,
    quiet: opt.Quiet = False,
    color: opt.Color = "auto",
) -> None:
    """Lay specs out as usual; only white space moves."""
    from specc.cli import fmt as verb

    def run() -> int:
        common = common_of(paths or HERE, None, json, quiet, color)
        return verb.run(common, check=check_only, diff=diff)

    finish(run)


@app.command()
def new(
    name: Annotated[
        Path | None, typer.Argument(metavar="NAME", help="The spec to write: NAME.spec.")
    ] = None,
    template: Annotated[
        str, typer.Option("--template", help="What to start from; `list` shows all.")
    ] = "mlp",
    json: opt.Json = False,
    quiet: opt.Quiet = False,
    color: opt.Color = "auto",
) -> None:
    """Start a spec from a small model that works."""
    from specc.cli import new as verb

    def run() -> int:
        return verb.run(common_of([name] if name else [], None, json, quiet, color), template)

    finish(run)


if __name__ == "__main__":
    main()
