from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from specc.data import SOURCES
from specc.initialization import INITIALIZATIONS
from specc.layers.registry import LAYERS
from specc.metrics import METRICS
from specc.optim import OPTIMIZERS, SCHEDULES
from specc.vocabulary import Vocabulary

ALL: list[Mapping[str, Any]] = [LAYERS, SOURCES, METRICS, OPTIMIZERS, SCHEDULES, INITIALIZATIONS]


@pytest.mark.parametrize("vocabulary", ALL, ids=lambda v: v._package)
def test_every_word_is_its_classes_own(vocabulary: Vocabulary[Any]) -> None:
    assert {word: vocabulary[word].word for word in vocabulary} == {w: w for w in vocabulary}


def test_what_is_unknown_is_no_import_error() -> None:
    assert "convv" not in LAYERS
    assert LAYERS.get("convv") is None
    with pytest.raises(KeyError):
        LAYERS["convv"]


def test_a_family_is_loaded_when_one_of_its_words_is_used() -> None:
    program = (
        "import sys; from specc.optim import OPTIMIZERS; assert 'lbfgs' in OPTIMIZERS;"
        "assert 'specc.optim.newton' not in sys.modules; OPTIMIZERS['lbfgs'];"
        "assert 'specc.optim.newton' in sys.modules; assert 'specc.optim.adam' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize("vocabulary", ALL, ids=lambda v: v._package)
def test_annotations_are_objects(vocabulary: Vocabulary[Any]) -> None:
    """Pydantic would compile each text again for every class that inherits it."""
    modules = {m.__module__ for word in vocabulary for m in vocabulary[word].__mro__}
    ours = [sys.modules[name] for name in modules if name.startswith("specc.")]
    assert not [m.__name__ for m in ours if hasattr(m, "annotations")]
