"""What the verbs share: compile the specs, show what is wrong with them, and set the status."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from msgspec import Struct, field

from specc.cli.files import sources
from specc.cli.options import Common, Format
from specc.cli.outcome import FINE, USAGE, WRONG, complain
from specc.diagnostics import Diagnostic, Severity
from specc.pipeline import Compiled, compile_text
from specc.program import Program
from specc.report import render
from specc.report.colour import PLAIN, Palette

CLAIMS = ("E6",)
"""What is said of claims and promises."""


class Work(Struct):
    """The specs of a command, compiled one after the other, and what was found in them.

    What has a code of `passed` is none of the verb's business: it works on the spec all the same.
    """

    common: Common
    passed: tuple[str, ...] = ()
    diagnostics: list[Diagnostic] = field(default_factory=list)
    complete: bool = True

    def compiled(self) -> Iterator[Compiled]:
        """Every spec, compiled; its diagnostics are kept. Raises UsageError for a wrong path."""
        found, self.complete = sources(self.common.paths)
        for source in found:
            common = self.common
            compiled = compile_text(source.text, source.path, common.settings, common.convention)
            self.diagnostics += [d for d in compiled.diagnostics if self._counts(d)]
            yield compiled

    def programs(self) -> Iterator[Program]:
        """The programs of the specs without errors."""
        for compiled in self.compiled():
            wrong = any(
                d.severity is Severity.ERROR and self._counts(d) for d in compiled.diagnostics
            )
            if compiled.program is not None and not wrong:
                self._say_whose(compiled.program)
                yield compiled.program

    def _say_whose(self, program: Program) -> None:
        """Say of a size that `--set` has given to several networks that it may be given to one."""
        apart = {name for body in program.networks for name in body.uses}
        apart |= {name.partition(".")[0] for name in program.settings if "." in name}
        for name in () if self.common.quiet else program.settings:
            owners = [n for n, letter, _ in program.sizes if letter == name and n not in apart]
            if len(owners) > 1:
                said = f"{', '.join(owners[:-1])} and {owners[-1]}"
                complain(f"--set {name} is for {said}; {owners[0]}.{name} is that of one")

    def _counts(self, diagnostic: Diagnostic) -> bool:
        return not diagnostic.code.startswith(self.passed)

    @property
    def errors(self) -> list[Diagnostic]:
        """The diagnostics that stop a verb; warnings are for `check`."""
        return [d for d in self.diagnostics if d.severity is Severity.ERROR]

    @property
    def status(self) -> int:
        """2 when a file could not be read or `--set` names no parameter, 1 when one is wrong, else 0."""
        errors = self.errors
        if not self.complete or (errors and all(map(of_the_call, errors))):
            return USAGE
        return WRONG if self.errors else FINE

    def end(self) -> int:
        """Show the errors on stderr, and the status."""
        if self.errors:
            palette = self.common.palette(error=True)
            print(as_text(self.errors, "full", palette), file=sys.stderr)
        return self.status


def refused(*works: Work) -> int:
    """The status of a verb that its specs give nothing to do; JSON is then what stands against them."""
    if any(work.common.json for work in works):
        print(as_text([d for work in works for d in work.errors], "json"))
    return max(work.end() for work in works)


def of_the_call(diagnostic: Diagnostic) -> bool:
    """Whether it is about the command line, and not about what stands in a file."""
    return diagnostic.code == "E402" and diagnostic.message.startswith("--set ")


def as_text(diagnostics: Iterable[Diagnostic], fmt: Format, palette: Palette = PLAIN) -> str:
    """Diagnostics in one of the formats; those for people end with the line that counts."""
    found = list(diagnostics)
    if fmt == "full":
        return _counted(render.full(found, palette, tables=True), found)
    if fmt == "concise":
        return _counted(render.concise(found, palette), found)
    from specc.report import machine

    forms = {"json": machine.as_json, "github": machine.github, "sarif": machine.sarif}
    return forms[fmt](found)


def _counted(text: str, found: list[Diagnostic]) -> str:
    return f"{text}\n{render.summary(found)}" if found else ""
