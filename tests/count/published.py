"""Networks of papers and tutorials with the counts that were published for them.

Each has its source, and the sums by network in the convention of that source.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from specc.layers.base import Convention


@dataclass(frozen=True)
class Published:
    """A spec with the published parameters of its networks; `N` where there is one."""

    source: str
    text: str
    params: dict[str, int]
    convention: Convention = "pytorch"
    trainable: dict[str, int] = field(default_factory=dict)


def mlp(*sizes: int, name: str = "N") -> str:
    """Fully connected layers with ReLU between them."""
    layers = " -> relu -> ".join(f"linear({n})" for n in sizes[1:])
    return f"network {name} {{\n    in x: vector[{sizes[0]}]\n    x -> {layers}\n}}\n"


def one(source: str, text: str, params: int, convention: Convention = "pytorch") -> Published:
    """A file with one network."""
    return Published(source, text, {"N": params}, convention)


def image(shape: str, *layers: str, name: str = "N") -> str:
    """A pipe of layers behind an image."""
    return f"network {name} {{\n    in x: image[{shape}]\n    x -> {' -> '.join(layers)}\n}}\n"


def sequence(shape: str, layer: str) -> str:
    """A layer on a sequence."""
    return f"network N {{\n    in x: sequence[{shape}]\n    x -> {layer}\n}}\n"


PEEPHOLE = """cell peephole(units) {
    in x
    state h[units], c[units]
    weight p_f[units], p_i[units], p_o[units]
    gate f = sigmoid(linear(units)([h, x]) + p_f * c)
    gate i = sigmoid(linear(units)([h, x]) + p_i * c)
    g = tanh(linear(units)([h, x]))
    next c = f * c + i * g
    gate o = sigmoid(linear(units)([h, x]) + p_o * next c)
    next h = o * tanh(next c)
    out next h
}

"""
FULL_PEEPHOLE = """cell peephole(units) {
    in x
    state h[units], c[units]
    gate f = sigmoid(linear(units)([h, x]) + linear(units, bias=false)(c))
    gate i = sigmoid(linear(units)([h, x]) + linear(units, bias=false)(c))
    g = tanh(linear(units)([h, x]))
    next c = f * c + i * g
    gate o = sigmoid(linear(units)([h, x]) + linear(units, bias=false)(next c))
    next h = o * tanh(next c)
    out next h
}

"""
ENCODER_LAYER = """block encoder_layer(d, wide, heads) {
    in x
    h = (x + (x -> attention(heads=heads))) -> layer_norm
    out y = (h + (h -> linear(wide) -> relu -> linear(d))) -> layer_norm
}

"""
DECODER_LAYER = """block decoder_layer(d, wide, heads) {
    in x
    in memory
    h = (x + (x -> attention(heads=heads, causal=true))) -> layer_norm
    g = (h + (h -> attention(heads=heads, memory=memory))) -> layer_norm
    out y = (g + (g -> linear(wide) -> relu -> linear(d))) -> layer_norm
}

"""
CLIP = """block layer(width, heads) {
    in x
    h = x + (x -> layer_norm -> attention(heads=heads))
    out y = h + (h -> layer_norm -> linear(4 * width) -> gelu -> linear(width))
}

network Image {
    in x: image[3, 224, 224]
    weight class_[1, 768]
    patches = x -> conv(768, 32x32, stride=32, bias=false)
      -> flatten(height, width) -> permute(length, channels)
    weight positions[50, 768]
    tokens = concat(class_, patches, axis=0)
    out y = (tokens + positions) -> layer_norm -> repeat 12 { layer(768, 12) } -> select(0, 0)
      -> layer_norm -> linear(512, bias=false)
}
"""
PIX2PIX = """block down(c, normed=true) {
    in x
    out y = x -> leaky_relu(0.2) -> conv(c, 4x4, stride=2, padding=1, bias=false) -> batch_norm
}

block up(c) {
    in x
    out y = x -> relu -> conv_transpose(c, 4x4, stride=2, padding=1, bias=false) -> batch_norm
}

network N {
    in x: image[3, 256, 256]
    d1 = x -> conv(64, 4x4, stride=2, padding=1, bias=false)
    d2 = d1 -> down(128)
    d3 = d2 -> down(256)
    d4 = d3 -> down(512)
    d5 = d4 -> down(512)
    d6 = d5 -> down(512)
    d7 = d6 -> down(512)
    d8 = d7 -> leaky_relu(0.2) -> conv(512, 4x4, stride=2, padding=1, bias=false) -> relu
    u7 = concat(d8 -> up(512), d7)
    u6 = concat(u7 -> up(512), d6)
    u5 = concat(u6 -> up(512), d5)
    u4 = concat(u5 -> up(512), d4)
    u3 = concat(u4 -> up(256), d3)
    u2 = concat(u3 -> up(128), d2)
    u1 = concat(u2 -> up(64), d1)
    out y = u1 -> relu -> conv_transpose(3, 4x4, stride=2, padding=1) -> tanh
}
"""
TIED = """network N {
    in x: vector[784]
    h = x -> linear(1000) as code -> sigmoid
    out y = h -> linear(784, weight=transpose(code.weight)) -> sigmoid
}
"""
RNTN = """network N {{
    in a: vector[{d}]
    in b: vector[{d}]
    pair = concat(a, b)
    h = tanh(bilinear({d}, bias=false)(pair, pair) + (pair -> linear({d}, bias=false)))
    out y = h -> linear(5, bias=false)
}}
"""
GRAPH_NETWORK = """network N {
    in e: vector[16]
    in sender: vector[16]
    in receiver: vector[16]
    in u: vector[16]
    edge = concat(e, sender, receiver, u) -> linear(16) -> relu
    node = concat(edge, receiver, u) -> linear(16) -> relu
    out y = concat(edge, node, u) -> linear(16)
}
"""
BASE = ENCODER_LAYER + DECODER_LAYER
CLIP_TEXT = """network N {
    in ids: tokens[77, vocab=49_408]
    weight scale[1]
    ids -> embedding(512) -> learned_positions(77) -> repeat 12 { layer(512, 8) } -> layer_norm
      -> select(time, 76) -> linear(512, bias=false) -> multiply(scale)
}
"""


def dcgan(name: str, start: str, *layers: str) -> str:
    """A pipe of layers behind a vector or an image."""
    return f"network {name} {{\n    in x: {start}\n    x -> {' -> '.join(layers)}\n}}\n"


UPSAMPLED = "conv_transpose({}, 4x4, stride=2, padding=1, bias=false)"
HALVED = "conv({}, 4x4, stride=2, padding=1, bias=false)"

PUBLISHED = (
    one("the lecture's 2-3-1", mlp(2, 3, 1), 13),
    one("the lecture's 3-5-2", mlp(3, 5, 2), 32),
    one("the lecture's 3-5-2-1", mlp(3, 5, 2, 1), 35),
    one("the lecture's 10-10-10-1", mlp(10, 10, 10, 1), 231),
    one("MLPNS autoencoder notebook", mlp(784, 128, 64, 128, 784), 218_192),
    one("MLPNS, 16 numbers in the middle", mlp(784, 128, 64, 32, 16, 32, 64, 128, 784), 223_456),
    one("TensorFlow autoencoder tutorial, basic", mlp(784, 64, 784), 101_200),
    one("TensorFlow autoencoder tutorial, ECG", mlp(140, 32, 16, 8, 16, 32, 140), 10_484),
    one(
        "TensorFlow autoencoder tutorial, denoising",
        image("1, 28, 28", "conv(16, 3x3, stride=2, padding=same)", "conv(8, 3x3, stride=2, padding=same)",
              "conv_transpose(8, 3x3, stride=2, padding=same)",
              "conv_transpose(16, 3x3, stride=2, padding=same)", "conv(1, 3x3, padding=same)"),
        3_217,
    ),
    one(
        "AlexNet without groups",
        image("3, 227, 227", "conv(96, 11x11, stride=4)", "max_pool(3x3, stride=2)",
              "conv(256, 5x5, padding=2)",
              "max_pool(3x3, stride=2)", "conv(384, 3x3, padding=1)", "conv(384, 3x3, padding=1)",
              "conv(256, 3x3, padding=1)", "max_pool(3x3, stride=2)", "flatten", "linear(4096)", "relu",
              "linear(4096)", "relu", "linear(1000)"),
        62_378_344,
    ),
    one(
        "TensorFlow CNN tutorial",
        image("3, 32, 32", "conv(32, 3x3)", "max_pool(2x2)", "conv(64, 3x3)", "max_pool(2x2)",
              "conv(64, 3x3)", "flatten", "linear(64)", "relu", "linear(10)"),
        122_570,
    ),
    one("Keras blog on autoencoders", mlp(784, 32, 784), 50_992),
    one("Rifai et al. 2011, tied", TIED, 785_784),
    one("Rifai et al. 2011, untied", mlp(784, 1_000, 784), 1_569_784),
    one("Ng, CS294A notes", mlp(64, 25, 64), 3_289),
    one("Hinton and Salakhutdinov 2006", mlp(784, 1_000, 500, 250, 30, 250, 500, 1_000, 784), 2_837_314),
    one(
        "PyTorch's VAE example",
        "network N {\n    in x: vector[784]\n    h = x -> linear(400) -> relu\n    mu = h -> linear(20)\n"
        "    logvar = h -> linear(20)\n    out y = (mu + logvar) -> linear(400) -> relu -> linear(784)\n}\n",
        652_824,
    ),
    Published(
        "TensorFlow CVAE tutorial",
        image("1, 28, 28", "conv(32, 3x3, stride=2)", "relu", "conv(64, 3x3, stride=2)", "relu", "flatten",
              "linear(4)", name="E")
        + dcgan("D", "vector[2]", "linear(1568)", "relu", "reshape[32, 7, 7]",
                "conv_transpose(64, 3x3, stride=2, padding=same)", "relu",
                "conv_transpose(32, 3x3, stride=2, padding=same)", "relu",
                "conv_transpose(1, 3x3, padding=same)"),
        {"E": 28_036, "D": 41_953},
    ),
    Published(
        "Makhzani et al. 2015",
        mlp(784, 1_000, 1_000, 8, name="E") + mlp(8, 1_000, 1_000, 784, name="D")
        + mlp(8, 1_000, 1_000, 1, name="C"),
        {"E": 1_794_008, "D": 1_794_784, "C": 1_011_001},
    ),
    Published(
        "the smallest common GAN of fully connected layers",
        mlp(100, 128, 784, name="G") + mlp(784, 128, 1, name="D"), {"G": 114_064, "D": 100_609},
    ),
    Published(
        "TensorFlow DCGAN tutorial, as Keras counts it",
        dcgan("G", "vector[100]", "linear(12544, bias=false)", "batch_norm", "leaky_relu(0.3)",
              "reshape[256, 7, 7]", "conv_transpose(128, 5x5, padding=same, bias=false)", "batch_norm",
              "leaky_relu(0.3)", "conv_transpose(64, 5x5, stride=2, padding=same, bias=false)", "batch_norm",
              "leaky_relu(0.3)", "conv_transpose(1, 5x5, stride=2, padding=same, bias=false)", "tanh")
        + image("1, 28, 28", "conv(64, 5x5, stride=2, padding=same)", "leaky_relu(0.3)",
                "conv(128, 5x5, stride=2, padding=same)", "leaky_relu(0.3)", "flatten", "linear(1)",
                name="D"),
        {"G": 2_330_944, "D": 212_865}, "keras", {"G": 2_305_472, "D": 212_865},
    ),
    Published(
        "Radford et al. 2016, PyTorch's tutorial",
        dcgan("G", "image[100, 1, 1]", "conv_transpose(512, 4x4, bias=false)", "batch_norm", "relu",
              *(x for c in (256, 128, 64) for x in (UPSAMPLED.format(c), "batch_norm", "relu")),
              UPSAMPLED.format(3), "tanh")
        + image("3, 64, 64", HALVED.format(64), "leaky_relu(0.2)",
                *(x for c in (128, 256, 512) for x in (HALVED.format(c), "batch_norm", "leaky_relu(0.2)")),
                "conv(1, 4x4, bias=false)", name="D"),
        {"G": 3_576_704, "D": 2_765_568},
    ),
    one("pix2pix, unet_256", PIX2PIX, 54_413_955),
    one(
        "pix2pix, PatchGAN of 70 pixels",
        image("6, 256, 256", "conv(64, 4x4, stride=2, padding=1)", "leaky_relu(0.2)", HALVED.format(128),
              "batch_norm", "leaky_relu(0.2)", HALVED.format(256), "batch_norm", "leaky_relu(0.2)",
              "conv(512, 4x4, padding=1, bias=false)", "batch_norm", "leaky_relu(0.2)",
              "conv(1, 4x4, padding=1)"),
        2_768_705,
    ),
    one("DDPM on points, stand-in", mlp(34, 128, 128, 128, 2), 37_762),
    one(
        "RealNVP of eight couplings",
        "block coupling(width) {\n    in x\n    out y = x -> linear(width) -> relu -> linear(width)"
        " -> relu -> linear(2)\n}\n"
        "network N {\n    in x: vector[1]\n    out y = "
        + " + ".join("(x -> coupling(64))" for _ in range(8)) + "\n}\n",
        35_344,
    ),
    one("RNN, one bias", sequence("5, 10", "rnn(20)"), 620, "textbook"),
    one("GRU, one bias", sequence("5, 10", "gru(20)"), 1_860, "textbook"),
    one("LSTM, one bias", sequence("5, 10", "lstm(20)"), 2_480, "textbook"),
    one("torch.nn.RNN", sequence("5, 10", "rnn(20)"), 640),
    one("torch.nn.GRU", sequence("5, 10", "gru(20)"), 1_920),
    one("torch.nn.LSTM", sequence("5, 10", "lstm(20)"), 2_560),
    one("Keras' GRU with reset_after", sequence("5, 10", "gru(20)"), 1_920, "keras"),
    one("peephole LSTM, diagonal", PEEPHOLE + sequence("5, 10", "scan(peephole(20))"), 2_540),
    one("peephole LSTM, full", FULL_PEEPHOLE + sequence("5, 10", "scan(peephole(20))"), 3_680),
    one("Sutskever et al. 2014, one side", sequence("5, 1000", "lstm(1000, layers=4)"), 32_032_000),
    one("Socher et al. 2013, d = 25", RNTN.format(d=25), 63_875),
    one("Socher et al. 2013, d = 30", RNTN.format(d=30), 109_950),
    Published(
        "Koch et al. 2015",
        image("1, 105, 105", "conv(64, 10x10)", "relu", "max_pool(2x2)", "conv(128, 7x7)", "relu",
              "max_pool(2x2)", "conv(128, 4x4)", "relu", "max_pool(2x2)", "conv(256, 4x4)", "relu", "flatten",
              "linear(4096)", name="T")
        + mlp(4_096, 1, name="S"),
        {"T": 38_947_648, "S": 4_097},
    ),
    one("MAML's sinusoid", mlp(1, 40, 40, 1), 1_761),
    one("Battaglia et al. 2018, one block", GRAPH_NETWORK, 2_608),
    one("Kipf and Welling on Cora, no biases",
        sequence("2708, 1433", "linear(16, bias=false) -> relu -> linear(7, bias=false)"), 23_040),
    one("Kipf and Welling on Cora, biases",
        sequence("2708, 1433", "linear(16) -> relu -> linear(7)"), 23_063),
    one("PyTorch Geometric's karate notebook",
        sequence("34, 34", "linear(4) -> tanh -> linear(4) -> tanh -> linear(2) -> tanh -> linear(4)"), 182),
    one("Vaswani et al. 2017, encoder layer",
        ENCODER_LAYER + sequence("10, 512", "encoder_layer(512, 2048, 8)"), 3_152_384),
    one("Vaswani et al. 2017, decoder layer",
        DECODER_LAYER + "network N {\n    in x: sequence[9, 512]\n    in m: sequence[10, 512]\n"
        "    out y = decoder_layer(512, 2048, 8)(x, m)\n}\n", 4_204_032),
    Published("CLIP ViT-B/32: 151,277,313 in all", CLIP + CLIP_TEXT,
              {"Image": 87_849_216, "N": 151_277_313 - 87_849_216}),
)  # fmt: skip
