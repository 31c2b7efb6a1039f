"""Names of a spec as Python names: words that Python or PyTorch need get an underscore.

`attribute` also says what a stage is called in the state dict. Each function is injective: a name that
already ends in an underscore gets one more where the name without it would.
"""

from __future__ import annotations

import keyword
from collections.abc import Callable, Iterable

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

HELPERS = frozenset(
    (
        "CrossAttention Graph SelfAttention SplitAttention TransposedLinear WideCrossAttention "
        "WideSelfAttention add_positions all_but_matrices embed_number gradient matrices "
        "hold_outputs info_nce jacobian kl_bernoulli kl_sparsity kl_standard_normal laplace_noise "
        "last_outputs masked max_at mean_at min_at neighbour_sum one_bias pad_same run_lstm run_packed "
        "run_recurrent run_states run_carried run_windows softmax_at spread_valid std_at sum_at "
        "tree_levels pca_plane tsne_plane unpool valid_first"
    ).split()
)
"""The classes and functions that a model may bring along. A test compares."""

_OWN = frozenset({"carried"})
"""What the class of a cell may have besides."""

_USED = frozenset(
    "torch nn F Tensor math self super int float bool str tuple list dict range len slice zip"
    " dataclass replace batch_size device reversed enumerate min max sum print object isinstance"
    " annotations".split()
)
_AMBIGUOUS = frozenset({"l", "O", "I"})
"""Names that a linter refuses because they look like digits."""


def variable(name: str) -> str:
    """The name as a local variable or argument."""
    return _escaped(name, lambda n: keyword.iskeyword(n) or n in _USED | _AMBIGUOUS | HELPERS)


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
    return _escaped(made, lambda n: keyword.iskeyword(n) or n in _USED | _AMBIGUOUS | HELPERS)


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
