"""Names of a spec as Python names: words that Python or PyTorch need get an underscore.

`attribute` also says what a stage is called in the state dict. Each function is injective: a name that
already ends in an underscore gets one more where the name without it would.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Callable, Iterable
from functools import cache
from importlib.resources import files

from specc.numbered import numbered

MODULE_ATTRIBUTES = frozenset(
    (
        "T_destination add_module apply bfloat16 buffers call_super_init children compile cpu cuda "
        "double dump_patches eval extra_repr float forward get_buffer get_extra_state get_parameter "
        "get_submodule half ipu load_state_dict modules mtia named_buffers named_children "
        "named_modules named_parameters parameters register_backward_hook register_buffer "
        "register_forward_hook register_forward_pre_hook register_full_backward_hook "
        "register_full_backward_pre_hook register_load_state_dict_post_hook "
        "register_load_state_dict_pre_hook register_module register_parameter "
        "register_state_dict_post_hook register_state_dict_pre_hook requires_grad_ set_extra_state "
        "set_submodule share_memory state_dict to to_empty train training type xpu zero_grad "
    ).split()
)
"""What every nn.Module has already; a stage of that name would hide it. A test compares."""

_OWN = frozenset({"carried"})
"""What the class of a cell may have besides."""

_USED = frozenset(
    "torch nn F Tensor math self super int float bool str tuple list dict range len slice zip"
    " dataclass replace Any batch_size device reversed enumerate min max sum print object isinstance"
    " annotations".split()
)
_BOUND = re.compile(
    r"^(?:from \S+ )?import \(?([^#)]+?)\)?$|^(?:class|def) (\w+)|^(\w+)(?:: [^=\n]+)? = ", re.M
)
_TAG = re.compile(r"\{[{%].*?[%}]\}")
_WITH_NETWORKS = ("model.py.j2", "train.py.j2", "sample.py.j2")
"""Templates of the modules that hold networks; what the others import does not meet theirs."""
_AMBIGUOUS = frozenset({"l", "O", "I"})
"""Names that a linter refuses because they look like digits."""


def variable(name: str) -> str:
    """The name as a local variable or argument."""
    return _escaped(name, _is_taken)


def attribute(name: str) -> str:
    """The name as an attribute of a module, and so in the state dict."""
    if name.startswith("__"):
        return f"{name}_"
    return _escaped(name, lambda n: keyword.iskeyword(n) or n in MODULE_ATTRIBUTES | _OWN)


def class_name(name: str) -> str:
    """`residual_block` as `ResidualBlock`; a name with a capital stays."""
    if any(c.isupper() for c in name):
        made = name
    else:
        made = "".join(part[:1].upper() + part[1:] for part in name.split("_") if part)
    made = made or "Block"
    if not made.isidentifier():
        made = f"Block{made}"
    return _escaped(made, lambda n: _is_taken(n) or n in bound())


def _is_taken(name: str) -> bool:
    return keyword.iskeyword(name) or name in _USED | _AMBIGUOUS | helper_names()


@cache
def helper_names() -> frozenset[str]:
    """The classes and functions that a module may bring along."""
    folder = files("specc.emit").joinpath("helpers")
    found = (file.name.partition(".") for file in folder.iterdir())
    return frozenset(name for name, _, ending in found if ending == "py.j2")


@cache
def bound() -> frozenset[str]:
    """What a class of a spec may not be called: Python's own names, what the modules with networks import,
    and what any module defines, as far as it has a capital."""
    folder = files("specc.emit").joinpath("templates")
    found = set(dir(builtins))
    for file in folder.iterdir():
        if file.name.endswith(".j2"):
            text = _TAG.sub(" ", file.read_text(encoding="utf-8"))
            whole = file.name in _WITH_NETWORKS
            found |= {n for m in _BOUND.finditer(text) for n in _names_of(m, whole)}
    return frozenset(name for name in found if name.lower() != name)


def _names_of(line: re.Match[str], whole: bool) -> list[str]:
    imported, defined, assigned = line.groups()
    return [defined or "", assigned or "", *(re.findall(r"\w+", imported or "") if whole else ())]


def _escaped(name: str, taken: Callable[[str], bool]) -> str:
    """The name with an underscore if it, or what it is without its underscores, is taken."""
    bare = name.rstrip("_") or name
    return f"{name}_" if taken(name) or taken(bare) else name


def snake(name: str) -> str:
    """`VariationalEncoder` as `variational_encoder`, `GPT2` as `gpt2`."""
    out = ""
    for i, c in enumerate(name):
        before = name[i - 1] if i else ""
        after = name[i + 1] if i + 1 < len(name) else ""
        starts = before.islower() or (after.islower() and before.isupper())
        out += "_" + c.lower() if i and c.isupper() and starts and before != "_" else c.lower()
    return out


def fresh(base: str, taken: Iterable[str]) -> str:
    """`base`, or `base2`, `base3`, … where it is taken; `l1_2` behind a digit."""
    used = set(taken)
    return free(base, used.__contains__)


def free(base: str, taken: Callable[[str], bool]) -> str:
    """`base`, or `base2`, `base3`, … where it is taken; `l1_2` behind a digit."""
    name, number = base, 2
    while taken(name):
        name, number = numbered(base, number), number + 1
    return name
