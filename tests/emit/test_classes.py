"""What a reader sees of the classes of a generated model: one for a block, tables, counts, letters."""

from __future__ import annotations

import re

from specc.emit.package import package
from specc.pipeline import compile_text


def model_of(text: str) -> str:
    program = compile_text(f"specc 1\n{text}", "m.spec").program
    assert program is not None
    return package(program)["model.py"]


def classes(model: str) -> list[str]:
    return re.findall(r"^class (\w+)", model, re.MULTILINE)


DOUBLE = """
block double(channels) {
    x -> conv(channels, 3x3, padding=1) -> relu
}
"""


def test_uses_of_a_block_on_free_sizes_share_one_class() -> None:
    model = model_of(
        DOUBLE + "network Net {\n    in x: image[1, H, W]\n"
        "    x -> double(8) -> max_pool(2x2) -> double(16) -> max_pool(2x2) -> double(32)\n}\n"
    )
    assert classes(model) == ["Double", "Net"]
    assert "Block: [B, in_channels, H, W] -> [B, channels, H, W]." in model
    assert "self.double2 = Double(8, 16)  # [B, 16, H//2, W//2], 1,168 parameters" in model


def test_a_switch_names_another_class_of_a_block() -> None:
    model = model_of(
        "block layer(width, causal=false, norm=true) {\n    in x\n"
        "    y = x -> attention(heads=2, causal=causal)\n"
        "    out z = (y -> layer_norm) if norm else y\n}\n"
        "network Net {\n    in x: sequence[T, 8]\n"
        "    x -> layer(8) -> layer(8, causal=true) -> layer(8, norm=false)\n}\n"
    )
    assert {"Layer", "CausalLayer", "LayerWithoutNorm"} <= set(classes(model))


def test_a_block_has_a_table_and_counts_in_its_own_sizes() -> None:
    model = model_of(
        "block twice(n) {\n    x -> linear(n) -> relu -> linear(n)\n}\n"
        "network Net {\n    in x: vector[4]\n    x -> twice(8) -> twice(16)\n}\n"
    )
    assert re.search(r"^    linear2  n +n² \+ n$", model, re.MULTILINE)


def test_every_line_of_a_constructor_says_as_much_as_all_have_room_for() -> None:
    text = "network Net {\n    in x: vector[4]\n    x -> linear(8) -> linear(16)\n}\n"
    assert "nn.Linear(4, 8)  # [B, 8], 40 parameters" in model_of(text)
    assert "nn.Linear(8, 16)  # [B, 16], 144 parameters" in model_of(text)
    long = text.replace("linear(8)", "linear(8) as a_name_that_leaves_no_room_for_a_count")
    assert "nn.Linear(8, 16)  # [B, 16]\n" in model_of(long)


def test_a_cell_has_a_table_with_the_weights_of_its_own() -> None:
    model = model_of(
        "cell leaky(units) {\n    in x\n    state h[units]\n    weight rate[units]\n"
        "    next h = rate * h + (x -> linear(units))\n    out next h\n}\n"
        "network Net {\n    in x: sequence[T, 3]\n    x -> scan(leaky(5))\n}\n"
    )
    assert "Cell: x [B, in_features], h [B, units] -> [B, units]." in model
    assert re.search(r"^    rate +units +units$", model, re.MULTILINE)


def test_counts_that_are_too_wide_for_a_table_stand_below_their_layers() -> None:
    model = model_of(
        "block far(a_long_name, another_name, one_more_name) {\n    x -> linear(a_long_name) as a_layer\n"
        "      -> linear(another_name * one_more_name + a_long_name) as another_layer\n}\n"
        "network Net {\n    in x: vector[4]\n    x -> far(8, 2, 3) -> far(9, 2, 4)\n}\n"
    )
    assert re.search(r"^    another_layer +…$\n^ +\S.*a_long_name² \+ ", model, re.MULTILINE)


def test_rounds_that_read_a_value_are_a_loop_over_one_class() -> None:
    model = model_of(
        "block film(width) {\n    in x, c\n    out y = x + (c -> linear(width))\n}\n"
        "network Net {\n    in x: vector[8]\n    in c: vector[4]\n"
        "    x -> repeat 6 { film(8, c=c) } as body\n}\n"
    )
    assert "self.body = nn.ModuleList(Film(4, 8) for _ in range(6))" in model
    assert "for layer in self.body:\n            x = layer(x, c)" in model


def test_what_is_repeated_and_read_beside_keeps_its_name() -> None:
    model = model_of(
        "block film(width) {\n    in x, c\n    out y = x + (c -> linear(width))\n}\n"
        "network Net {\n    in x: vector[8]\n    x -> repeat 6 { film(8, c=x) }\n}\n"
    )
    assert "h = layer(h, x)" in model


def test_the_letters_of_shapes_are_explained_once() -> None:
    model = model_of(
        "network Net {\n    in source: sequence[S, 8]\n    in target: sequence[T, 8]\n"
        "    out y = target -> attention(heads=2, memory=source)\n}\n"
    )
    assert model.count("Shapes: ") == 1
    assert re.search(r"^Shapes: .*S and T time|T and S time", model, re.MULTILINE)


def test_words_about_the_whole_are_said_once() -> None:
    model = model_of(
        "## A small net.\nblock twice(units) {\n    x -> linear(units) -> linear(units)\n}\n"
        "network Net {\n    in x: vector[4]\n    x -> twice(8)\n}\n"
    )
    assert model.count("A small net.") == 1
    assert model.index("A small net.") < model.index("class Twice")


def test_defaults_of_pytorch_are_not_said() -> None:
    model = model_of(
        "network Net {\n    in x: vector[4]\n    x -> batch_norm -> layer_norm(eps=1e-6)\n}\n"
    )
    assert "nn.BatchNorm1d(4)" in model
    assert "nn.LayerNorm(4, eps=1e-06)" in model


RESIDUAL = """
block residual(channels, stride=1) {
    in x
    main = x -> conv(channels, 3x3, stride=stride, padding=1)
    skip = x if stride == 1 and x.channels == channels else (x -> conv(channels, 1x1, stride=stride))
    out y = main + skip
}
network Net {
    in x: image[8, 16, 16]
    x -> residual(8) -> residual(16, stride=2) -> residual(16)
}
"""


def test_an_argument_that_no_use_gives_is_none_of_the_class() -> None:
    model = model_of(RESIDUAL)
    assert classes(model) == ["Residual", "ResidualWithStride", "Net"]
    assert "def __init__(self, channels: int) -> None:" in model
    assert "self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)" in model
    assert "ResidualWithStride(8, 16, stride=2)" in model


def test_classes_of_other_sizes_are_called_after_what_differs() -> None:
    block = RESIDUAL[: RESIDUAL.index("network")].replace("stride == 1 and ", "")
    uses = "residual(8) -> residual(16) -> residual(16)"
    model = model_of(block + f"network Net {{\n    in x: image[8, 16, 16]\n    x -> {uses}\n}}\n")
    assert classes(model) == ["Residual", "ResidualChangingChannels", "Net"]
    uses = "residual(16) -> residual(16)"
    model = model_of(block + f"network Net {{\n    in x: image[8, 16, 16]\n    x -> {uses}\n}}\n")
    assert classes(model) == ["Residual", "ResidualKeepingChannels", "Net"]
