"""Where frameworks, text books and papers count or compute a layer otherwise, each with its source."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class Apart(Struct, frozen=True):
    """One sentence on how a layer differs, and where that is written."""

    text: str
    source: str

    def __str__(self) -> str:
        return f"{self.text} ({self.source})"


_POOLS = (
    Apart(
        "an odd rest is cut off; ceil_mode=true keeps a last window over the end, as Caffe does",
        "PyTorch, nn.MaxPool2d; Caffe, pooling_layer",
    ),
    Apart(
        "LeNet-5 scales and shifts every pooled map, 2 numbers each; frameworks learn nothing here",
        "LeCun et al. 1998, section II.B",
    ),
)
_BIASES = Apart(
    "two offsets for each gate in PyTorch, kept for cuDNN; one in the textbook and in Keras",
    "PyTorch, nn.LSTM; Hochreiter and Schmidhuber 1997",
)
_POSITIONS = Apart(
    "a learnt table has length·features parameters, sinusoids none",
    "Vaswani et al. 2017, section 3.5",
)

APART: Mapping[str, tuple[Apart, ...]] = {
    "conv": (
        Apart(
            "the kernel is not turned round: mathematics calls this a cross-correlation",
            "Goodfellow, Bengio and Courville 2016, section 9.1",
        ),
        Apart(
            "padding=same at stride 2 pads the end more, as (0, 1); padding=1 pads (1, 1): one size, "
            "other values",
            "TensorFlow, tf.nn, Notes on padding",
        ),
        Apart(
            "a filter of a grouped convolution has c_in/groups channels; Keras' DepthwiseConv2D is "
            "groups=c_in",
            "Krizhevsky et al. 2012; Keras, DepthwiseConv2D",
        ),
        Apart(
            "papers often print MACs as FLOPs; here a FLOP is half a MAC, and adding offsets counts none",
            "He et al. 2016, table 1",
        ),
    ),
    "conv_transpose": (
        Apart(
            "at stride 2 two output sizes are legal; output_padding=1 takes the larger one",
            "Dumoulin and Visin 2016, relationship 14",
        ),
        Apart(
            "padding=same gives size·stride, as in Keras, whatever the kernel",
            "Keras, Conv2DTranspose",
        ),
        Apart(
            "each weight is used once for each input position; at output positions the work would be "
            "stride² times as much",
            "Dumoulin and Visin 2016, chapter 4",
        ),
    ),
    "max_pool": _POOLS,
    "avg_pool": _POOLS,
    "batch_norm": (
        Apart(
            "2 numbers for each channel are learnt; Keras counts the 2 moving averages as parameters that "
            "are not trained, PyTorch keeps them as buffers",
            "Keras, BatchNormalization; PyTorch, nn.BatchNorm2d",
        ),
        Apart(
            "Keras' momentum is one minus PyTorch's: 0.99 and 0.1; its epsilon 0.001, PyTorch's 0.00001",
            "Keras, BatchNormalization; PyTorch, nn.BatchNorm2d",
        ),
    ),
    "layer_norm": (
        Apart("Keras' epsilon is 0.001, PyTorch's 0.00001", "Keras, LayerNormalization"),
    ),
    "multiply": (
        Apart(
            "a product without a sum is no multiply-accumulate: gates and scalings count none, as in "
            "the recurrent layers; sum(a * b) counts one for each product, on the edges of a graph too",
            "PyTorch, torch.utils.flop_counter",
        ),
    ),
    "attention": (
        Apart(
            "the paper's projections have no offsets, 4·d² numbers; PyTorch's and Keras' have, 4·d² + 4·d",
            "Vaswani et al. 2017, section 3.2.2; PyTorch, nn.MultiheadAttention",
        ),
        Apart(
            "heads share the features; Keras gives each head key_dim numbers of its own choice",
            "Keras, MultiHeadAttention",
        ),
        Apart(
            "a mask is true where a key counts, as in Keras and in scaled_dot_product_attention; PyTorch's "
            "key_padding_mask is true where it does not",
            "PyTorch, nn.MultiheadAttention; Keras, MultiHeadAttention",
        ),
    ),
    "learned_positions": (_POSITIONS,),
    "sinusoidal_positions": (_POSITIONS,),
    "rnn": (_BIASES,),
    "lstm": (
        _BIASES,
        Apart(
            "peepholes add 3·h numbers where each gate reads its own cell, 3·h² where it reads all",
            "Gers and Schmidhuber 2000",
        ),
    ),
    "gru": (
        Apart(
            "two offsets for each gate in PyTorch and in Keras with reset_after=true, one in the textbook",
            "Cho et al. 2014; Keras, GRU; PyTorch, nn.GRU",
        ),
        Apart(
            "the reset gate acts behind the product with the old state, not before it as in the paper",
            "Cho et al. 2014, equation 8; PyTorch, nn.GRU",
        ),
    ),
    "weight_norm": (
        Apart(
            "a length for each output is learnt beside the directions, so it has more parameters than "
            "its layer",
            "Salimans and Kingma 2016",
        ),
    ),
    "leaky_relu": (
        Apart("the slope is 0.01 in PyTorch, 0.3 in Keras, 0.2 in DCGAN", "Radford et al. 2016"),
    ),
    "prelu": (
        Apart(
            "one slope for all or for each channel; Keras has one for each position unless they are shared",
            "He et al. 2015; Keras, PReLU",
        ),
    ),
    "flatten": (
        Apart(
            "channels come first here and last in Keras: as many numbers in another order",
            "Keras, Flatten",
        ),
    ),
}
"""By the word of the layer."""
