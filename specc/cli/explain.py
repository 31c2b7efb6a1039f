"""`specc explain`: the working of a model's figures, a code's page, or the reference of a layer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, TypeAlias

from specc.cli.files import nearby
from specc.cli.options import Common
from specc.cli.outcome import FINE, UsageError
from specc.report.machine import Json
from specc.words import Meaning

Form: TypeAlias = Literal["text", "json", "latex", "markdown"]
LISTS = (
    "layers",
    "losses",
    "activations",
    "definitions",
    "optimizers",
    "schedules",
    "initializations",
    "metrics",
    "data",
    "distributions",
)


def form(*, json: bool, latex: bool, markdown: bool) -> Form:
    """The one form that was asked for. Raises UsageError for several."""
    asked: dict[Form, bool] = {"json": json, "latex": latex, "markdown": markdown}
    chosen = [name for name, wanted in asked.items() if wanted]
    if len(chosen) > 1:
        raise UsageError(f"--{chosen[0]} and --{chosen[1]} cannot both be printed")
    return chosen[0] if chosen else "text"


def run(
    common: Common, topic: str, layer: str | None, form: Form = "text", *, every: bool = False
) -> int:
    """Find out what the topic is, and explain it."""
    from specc import codes

    spec = Path(topic).exists() or topic.endswith(".spec") or "/" in topic
    if form in {"latex", "markdown"} and not spec:
        raise UsageError(f"--{form} shows the working of a spec; {topic} is none")
    if codes.is_code(topic):
        return _code(common, topic)
    if topic in LISTS:
        return _list(common, topic)
    if spec:
        from specc.cli import working

        return working.run(common, Path(topic), layer, form, every=every)
    return _word(common, topic)


def _code(common: Common, code: str) -> int:
    from specc import codes

    page = codes.page(code)
    if page is None:
        every = codes.all_codes()
        near = [c for c in every if c[1:2] == code[1:2]]
        raise UsageError(f"there is no code {code}; there are {', '.join(near or every)}")
    if common.json:
        document = {"code": page.code, "title": page.title, "text": page.text}
        print(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        print(page.text.rstrip())
    return FINE


def _list(common: Common, topic: str) -> int:
    from specc.report import reference

    if common.json:
        if topic == "layers":
            words = [w for family in reference.families().values() for w in family]
        else:
            words = [e.word for e in reference.group_of(topic)]
        document = {topic: [meaning for word in words for meaning in reference.document(word)]}
        print(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        print("\n".join(reference.overview(topic)))
    return FINE


def _word(common: Common, word: str) -> int:
    from specc import words
    from specc.report import reference

    said = words.meaning(word)
    known = reference.words()
    if word not in known and said is None:
        found = [] if common.json or f"{word}s" in LISTS else reference.settings(word)
        if found:
            print("\n".join(found))
            return FINE
        raise UsageError(_unknown(word, [*LISTS, *known, *words.meanings()]))
    if common.json:
        document = {
            "meanings": _language(said) + (reference.document(word) if word in known else [])
        }
        print(json.dumps(document, ensure_ascii=False, indent=2))
        return FINE
    lines = [] if said is None else list(_said(said))
    lines += ["", *reference.page(word)] if said and word in known else []
    print("\n".join(lines or reference.page(word)))
    return FINE


def _unknown(word: str, known: list[str]) -> str:
    """What was looked for, with the nearest of the words and of the specs here."""
    from specc.nearest import nearest

    specs = sorted(path.name for path in Path().glob("*.spec"))
    file = nearby(Path(word))
    near = [*nearest(word, known)[:1], *([str(file)] if file else [])]
    looked = f"{word!r} is no file, no code, no layer and no other word"
    if near:
        return f"{looked}; did you mean {' or '.join(near)}?"
    of_spec = (
        f"one of a spec is named after it: specc explain {specs[0] if specs else 'FILE'} {word}"
    )
    return f"{looked}; see: specc explain layers; {of_spec}"


def _language(said: Meaning | None) -> list[Json]:
    """A word of the language as `--json` has it."""
    if said is None:
        return []
    parts: list[Json] = [{"written": written, "meaning": text} for written, text in _parts(said)]
    document: dict[str, Json] = {"kind": "word", "word": said.word, "summary": said.text}
    return [{**document, "parts": parts, "spec": said.spec}]


def _said(said: Meaning) -> Iterator[str]:
    yield f"{said.word} (the language): {said.text}"
    parts = _parts(said)
    width = max((len(written) for written, _ in parts), default=0)
    yield from (f"  {written:{width}}  {text}" for written, text in parts)
    yield from ("", said.spec.rstrip())


def _parts(said: Meaning) -> list[tuple[str, str]]:
    """What is written with a word, its hyperparameters at the end."""
    from specc.report.reference import arguments
    from specc.resolve.scanned import OPTIONS

    options = OPTIONS.get(said.word)
    return [*said.parts, *(arguments(options) if options is not None else ())]
