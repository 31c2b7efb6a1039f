"""The options of the verbs, written once, and the value that carries the shared ones."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import typer
from msgspec import Struct, field

from specc.cli.settings import Value, read_settings
from specc.report.colour import Palette, When, wanted

Convention: TypeAlias = Literal["pytorch", "keras", "textbook"]
QuizForm: TypeAlias = Literal["markdown", "latex", "moodle", "gift", "csv"]
QuizKind: TypeAlias = Literal["both", "choice", "number"]
Part: TypeAlias = Literal["all", "paper", "solutions"]
Format: TypeAlias = Literal["full", "concise", "json", "github", "sarif"]


class Common(Struct, frozen=True):
    """What every verb is told: where to look, the settings, and how to speak."""

    paths: tuple[Path, ...]
    settings: Mapping[str, Value] = field(default_factory=dict)
    json: bool = False
    quiet: bool = False
    colour: When = "auto"
    convention: Convention = "pytorch"

    def palette(self, *, error: bool = False) -> Palette:
        """Colours for stdout, or for stderr."""
        return Palette(wanted(self.colour, sys.stderr if error else sys.stdout))


Paths = Annotated[
    list[Path] | None,
    typer.Argument(metavar="PATH…", help="Specs or folders of specs; `-` reads standard input."),
]
OneFile = Annotated[Path, typer.Argument(metavar="FILE", help="A spec.")]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Give a parameter of the spec another value."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else, on stdout.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print only what was asked for.")]
Color = Annotated[When, typer.Option("--color", help="When to use colours.")]
Count = Annotated[Convention, typer.Option("--convention", help="Whose way of counting.")]
CountAll = Annotated[
    Literal["pytorch", "keras", "textbook", "all"],
    typer.Option("--convention", help="Whose way of counting; `all` shows them side by side."),
]
Profile = Annotated[
    str | None,
    typer.Option("--profile", metavar="NAME", help="Guidelines to hold the spec against: dcgan."),
]
Seed = Annotated[int | None, typer.Option("--seed", min=0, help="Of every random stream.")]
Device = Annotated[
    str | None, typer.Option("--device", help="cpu or cuda; CUDA is used where there is one.")
]


def common_of(
    paths: list[Path],
    settings: list[str] | None,
    json: bool,
    quiet: bool,
    colour: When,
    convention: Convention = "pytorch",
) -> Common:
    """The shared options as one value. Raises UsageError for a setting that is none."""
    return Common(tuple(paths), read_settings(settings or ()), json, quiet, colour, convention)
