"""The templates of generated code: undefined names are errors, and literals go through `repr`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound


class _Packaged(BaseLoader):
    """Templates that ship with specc."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, None]:
        """The text of a template."""
        del environment
        file = files("specc.emit").joinpath("templates", template)
        if not file.is_file():
            raise TemplateNotFound(template)
        return file.read_text(encoding="utf-8"), template, None


@cache
def _environment() -> Environment:
    made = Environment(
        loader=_Packaged(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    made.filters["literal"] = literal
    return made


def literal(value: object) -> str:
    """A value as a Python literal with the formatter's double quotes."""
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, tuple):
        comma = "," if len(value) == 1 else ""
        return f"({', '.join(map(literal, value))}{comma})"
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    return repr(value)


def _quoted(text: str) -> str:
    """In double quotes, unless single ones need fewer escapes."""
    if text.count('"') > text.count("'"):
        return repr(text)
    # With both quotes before it, `repr` escapes the single ones only.
    inside = repr("'\"" + text)[4:-1].replace("\\'", "'").replace('"', '\\"')
    return f'"{inside}"'


def render(template: str, **values: object) -> str:
    """A template with its values."""
    return _environment().get_template(template).render(**values)


def render_text(text: str, **values: object) -> str:
    """A template that is given as its text."""
    return _environment().from_string(text).render(**values)
