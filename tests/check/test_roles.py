"""Role words keep what they promise."""

from __future__ import annotations

from specc.pipeline import compile_text


def messages(text: str) -> list[tuple[str, str]]:
    return [(d.code, d.span.text) for d in compile_text("specc 1\n\n" + text).diagnostics]


AUTOENCODER = """
encoder Encoder {{
    in x: image[1, 28, 28]
    x -> conv(16, 3x3, stride=2, padding=1) -> relu -> conv(32, 3x3, stride=2, padding=1)
}}

decoder Decoder {{
    in h: image[32, 7, 7]
    h -> conv_transpose(16, {kernel}, stride=2, padding=1) -> relu
      -> conv_transpose(1, 4x4, stride=2, padding=1)
}}
"""


def test_a_decoder_gives_back_the_encoders_input() -> None:
    assert messages(AUTOENCODER.format(kernel="4x4")) == []
    assert messages(AUTOENCODER.format(kernel="3x3")) == [
        ("E501", "conv_transpose(1, 4x4, stride=2, padding=1)")
    ]


def test_a_discriminator_ends_in_scores() -> None:
    text = "discriminator D {{\n    in x: image[1, 8, 8]\n    x -> conv(8, 3x3){tail}\n}}\n"
    assert messages(text.format(tail="")) == [("E502", "conv(8, 3x3)")]
    assert messages(text.format(tail=" -> conv(1, 3x3)")) == []
    assert messages(text.format(tail=" -> flatten -> linear(1)")) == []
    [found] = compile_text("specc 1\n" + text.format(tail="")).diagnostics
    assert found.helps == ("add  -> conv(1, 6x6) -> flatten   (8·6·6 + 1 = 289 parameters)",)
