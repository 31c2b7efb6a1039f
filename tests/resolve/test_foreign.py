"""Calls as PyTorch and Keras write them: a fix that is offered leaves nothing wrong in its place."""

from __future__ import annotations

import pytest

from specc.pipeline import compile_text
from specc.report.fixes import apply_fixes

IMAGES = [
    ("Conv2d(3, 32, kernel_size=3, padding=1)", "conv(32, kernel=3, padding=1)"),
    ("Conv2d(3, 32, 3, padding=1)", "conv(32, 3, padding=1)"),
    ("Conv2d(in_channels=3, out_channels=32, kernel_size=3)", "conv(channels=32, kernel=3)"),
    ("Conv2d(3, out_channels=32, kernel_size=3)", "conv(channels=32, kernel=3)"),
    ("Conv2D(filters=32, kernel_size=3, strides=2)", "conv(channels=32, kernel=3, stride=2)"),
    ("conv(filters=64, 3x3, padding=same)", "conv(64, 3x3, padding=same)"),
    ("conv(out_channels=64, kernel_size=3)", "conv(channels=64, kernel=3)"),
    ("conv(64, 3x3, use_bias=false)", "conv(64, 3x3, bias=false)"),
    ("conv(64, 3x3, in_channels=3)", "conv(64, 3x3)"),
    ("conv(64, 3x3, dilation_rate=2)", "conv(64, 3x3, dilation=2)"),
    ("ConvTranspose2d(3, 8, kernel_size=2, stride=2)", "conv_transpose(8, kernel=2, stride=2)"),
    ("Conv2DTranspose(8, 2, strides=2)", "conv_transpose(8, 2, stride=2)"),
    ("MaxPool2d(kernel_size=2)", "max_pool(kernel=2)"),
    ("MaxPooling2D(pool_size=2)", "max_pool(kernel=2)"),
    ("max_pool(pool_size=2, strides=2)", "max_pool(kernel=2, stride=2)"),
    ("AvgPool2d(2, 2)", "avg_pool(2, 2)"),
    ("BatchNorm2d(3)", "batch_norm()"),
    ("BatchNorm2d(num_features=3)", "batch_norm()"),
    ("GroupNorm(num_groups=3, num_channels=3)", "group_norm(groups=3)"),
    ("Conv2d(3, 32, kernel_size=3, activation=relu)", None),
    ("conv(filters=64)", None),
    ("conv2d(3, 6, 3)", None),
    ("batchnorm(3)", None),
]
VECTORS = [
    ("Linear(in_features=8, out_features=10)", "linear(features=10)"),
    ("Linear(8, 10)", "linear(10)"),
    ("Linear(8, 10, bias=false)", "linear(10, bias=false)"),
    ("Dense(units=10)", "linear(features=10)"),
    ("Dense(10, use_bias=false)", "linear(10, bias=false)"),
    ("linear(in_features=8, out_features=10)", "linear(features=10)"),
    ("linear(10, in_features=8)", "linear(10)"),
    ("linear(in_features=8)", None),
    ("Dropout(rate=0.5)", "dropout(p=0.5)"),
    ("dropout(rate=50)", None),
    ("softmax(dim=-1)", "softmax(axis=-1)"),
    ("softmax(dim=1)", None),
    ("linear(10, bias=yes)", "linear(10, bias=true)"),
    ("LeakyReLU(negative_slope=0.1)", "leaky_relu(negative_slope=0.1)"),
    ("Linear", None),
    ("ReLU", "relu"),
]
SEQUENCES = [
    ("LSTM(input_size=8, hidden_size=16)", "lstm(units=16)"),
    ("LSTM(8, 16, num_layers=2)", "lstm(16, layers=2)"),
    ("GRU(units=16)", "gru(units=16)"),
    ("lstm(16, return_sequences=true)", None),
    ("MultiheadAttention(embed_dim=8, num_heads=2)", "attention(heads=2)"),
    ("LayerNorm(normalized_shape=8)", "layer_norm()"),
]


@pytest.mark.parametrize(
    ("given", "written", "mended"),
    [
        (given, *case)
        for given, cases in [
            ("image[3, 8, 8]", IMAGES),
            ("vector[8]", VECTORS),
            ("sequence[5, 8]", SEQUENCES),
        ]
        for case in cases
    ],
)
def test_a_fix_leaves_nothing_wrong(given: str, written: str, mended: str | None) -> None:
    text = f"specc 1\nnetwork N {{\n    in x: {given}\n    out y = x -> {written}\n}}\n"
    found = compile_text(text, "n.spec").diagnostics
    fixes = [d.fix for d in found if d.fix is not None]
    assert [d.code[0] for d in found] == ["E"] * len(found) != []
    if mended is None:
        assert fixes == []
        return
    text = apply_fixes(text, fixes)
    assert f"x -> {mended}\n" in text
    assert list(compile_text(text, "n.spec").diagnostics) == []


@pytest.mark.parametrize(
    ("written", "help"),
    [
        ("Bidirectional(lstm(64))", "lstm(64, bidirectional=true)"),
        ("lstm(64, return_sequences=true)", "keep=all"),
        ("softmax(dim=1)", "PyTorch's dim=1 is axis=0"),
        ("dropout(50)", "50 % is dropout(p=0.5)"),
        ("dropout(1.5)", ""),
    ],
)
def test_what_is_said_otherwise_here(written: str, help: str) -> None:
    text = f"specc 1\nnetwork N {{\n    in x: sequence[5, 8]\n    out y = x -> {written}\n}}\n"
    [problem] = compile_text(text, "n.spec").diagnostics
    assert help in " ".join(problem.helps)
    assert bool(help) == bool(problem.helps)
