"""Did you mean."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specc.nearest import cutoff, nearest, price

LAYERS = """linear conv relu max_pool flatten dropout batch_norm softmax sigmoid tanh conv_transpose
avg_pool embedding attention layer_norm concat reshape gelu leaky_relu upsample global_avg_pool add
multiply identity bilinear lp_pool adaptive_avg_pool adaptive_max_pool global_max_pool unpool group_norm
instance_norm rms_norm local_response_norm pixel_shuffle pixel_unshuffle elu selu celu silu mish softplus
softsign logsigmoid hardsigmoid hardtanh hardswish relu6 prelu rrelu glu log_softmax permute transpose
split chunk stack pad crop squeeze mean sum max min mse l1 smooth_l1 huber bce bce_with_logits
cross_entropy nll gaussian_nll kl_div kl_sparsity triplet""".split()
ARGUMENTS = ["channels", "kernel", "stride", "padding", "dilation", "groups", "bias"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("maxpol", "max_pool"),
        ("MaxPool2d", "max_pool"),
        ("conv2d", "conv"),
        ("Conv2dTranspose", "conv_transpose"),
        ("ConvTranspose2d", "conv_transpose"),
        ("Dense", "linear"),
        ("batchnorm", "batch_norm"),
        ("BatchNorm1d", "batch_norm"),
        ("AdaptiveAvgPool2d", "adaptive_avg_pool"),
        ("LeakyReLU", "leaky_relu"),
        ("relo", "relu"),
        ("sofmtax", "softmax"),
        ("sig", "sigmoid"),
        ("averagepooling", "avg_pool"),
        ("cat", "concat"),
    ],
)
def test_layers(written, meant):
    assert nearest(written, LAYERS)[0] == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("strides", "stride"),
        ("kernel_size", "kernel"),
        ("filters", "channels"),
        ("use_bias", "bias"),
        ("pading", "padding"),
    ],
)
def test_arguments(written, meant):
    assert nearest(written, ARGUMENTS)[0] == meant


@pytest.mark.parametrize(
    ("written", "contrary"),
    [
        ("argmin", "argmax"),
        ("MinPool2d", "max_pool"),
        ("min", "max"),
        ("decode", "encode"),
        ("decoder", "encoder"),
        ("downsample", "upsample"),
        ("up2", "down2"),
        ("x_train", "x_test"),
    ],
)
def test_a_word_is_never_its_contrary(written, contrary):
    assert nearest(written, [contrary]) == nearest(contrary, [written]) == []


@pytest.mark.parametrize("word", ["", "xyzzy", "quaternion", "x" * 100_000])
def test_nothing_near_is_nothing(word):
    assert nearest(word, LAYERS) == []


def test_nine_of_ten_misspellings_have_the_right_name_first():
    rng = random.Random(1)
    tried = [(w, _misspell(w, rng)) for w in rng.choices(LAYERS, k=3000)]
    fair = [(w, m) for w, m in tried if m and m not in LAYERS]
    right = sum(nearest(m, LAYERS)[:1] == [w] for w, m in fair)
    assert right / len(fair) > 0.95


def _misspell(word, rng):
    i, letter = rng.randrange(len(word)), rng.choice("abcdefghijklmnopqrstuvwxyz")
    swapped = word[:i] + word[i + 1 : i + 2] + word[i] + word[i + 2 :]
    return rng.choice(
        [
            word[:i] + word[i + 1 :],
            word[:i] + letter + word[i:],
            word[:i] + letter + word[i + 1 :],
            swapped,
        ]
    )


@given(st.text(), st.lists(st.text(), max_size=5))
def test_gives_only_other_candidates_each_once(word, candidates):
    found = nearest(word, candidates)
    assert len(found) == len(set(found)) <= 3
    assert set(found) <= set(candidates) - {word}


def test_a_letter_is_not_another_letter() -> None:
    assert nearest("B", ["A", "b"]) == ["b"]


def test_words_that_share_too_few_letters_are_not_compared_and_none_is_lost() -> None:
    words = ["max_pool", "maxpol", "linear", "lienar", "conv2d", "dropuot", "attn", "soft", "reul"]
    layers = ["max_pool", "avg_pool", "linear", "conv", "dropout", "attention", "softmax", "relu"]
    for word in words:
        every = sorted((price(word, c), i, c) for i, c in enumerate(layers) if c != word)
        assert nearest(word, layers) == [c for p, _, c in every if p <= cutoff(word)][:3]
