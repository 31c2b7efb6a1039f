"""`specc explain`: the working of a model's figures, a code's page, or the reference of a layer."""

from __future__ import annotations

import json
from pathlib import Path

from specc.cli.options import Common
from specc.cli.outcome import FINE, UsageError


def run(common: Common, topic: str, layer: str | None) -> int:
    """Find out what the topic is, and explain it."""
    from specc import codes

    if codes.is_code(topic):
        return _code(common, topic)
    if topic == "layers":
        return _layers(common)
    if Path(topic).exists() or topic.endswith(".spec") or "/" in topic:
        from specc.cli import working

        return working.run(common, Path(topic), layer)
    return _word(common, topic)


def _code(common: Common, code: str) -> int:
    from specc import codes

    page = codes.page(code)
    if page is None:
        raise UsageError(f"there is no code {code}; there are {', '.join(codes.all_codes())}")
    if common.json:
        document = {"code": page.code, "title": page.title, "text": page.text}
        print(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        print(page.text.rstrip())
    return FINE


def _layers(common: Common) -> int:
    from specc.report import reference

    if common.json:
        document = {"layers": [reference.document(word) for word in reference.words()]}
        print(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        print("\n".join(reference.overview()))
    return FINE


def _word(common: Common, word: str) -> int:
    from specc.nearest import nearest
    from specc.report import reference

    if word not in reference.words():
        near = nearest(word, reference.words())
        hint = f"did you mean {near[0]}?" if near else "see: specc explain layers"
        raise UsageError(f"{word!r} is no spec, code or layer; {hint}")
    if common.json:
        print(json.dumps(reference.document(word), ensure_ascii=False, indent=2))
    else:
        print("\n".join(reference.page(word)))
    return FINE
