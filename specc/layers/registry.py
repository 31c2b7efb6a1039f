"""Every layer's word and where its class stands. A family is imported when one of its words is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from specc.vocabulary import Vocabulary

if TYPE_CHECKING:
    from specc.layers.base import Layer

LAYERS: Vocabulary[Layer] = Vocabulary(
    "specc.layers",
    {
        "dense": "linear:Linear bilinear:Bilinear",
        "conv": "conv:Conv conv_transpose:ConvTranspose",
        "pool": "max_pool:MaxPool avg_pool:AvgPool lp_pool:LpPool adaptive_avg_pool:AdaptiveAvgPool"
        " adaptive_max_pool:AdaptiveMaxPool global_avg_pool:GlobalAvgPool"
        " global_max_pool:GlobalMaxPool unpool:Unpool",
        "resample": "upsample:Upsample pixel_shuffle:PixelShuffle pixel_unshuffle:PixelUnshuffle",
        "patches": "unfold:Unfold fold:Fold channel_shuffle:ChannelShuffle",
        "norm": "batch_norm:BatchNorm layer_norm:LayerNorm group_norm:GroupNorm"
        " instance_norm:InstanceNorm rms_norm:RMSNorm local_response_norm:LocalResponseNorm",
        "reparametrised": "weight_norm:WeightNorm spectral_norm:SpectralNorm masked:Masked",
        "activation": "identity:Identity gelu:GELU silu:SiLU mish:Mish softplus:Softplus"
        " softsign:Softsign sigmoid:Sigmoid logsigmoid:LogSigmoid hardsigmoid:HardSigmoid tanh:Tanh"
        " hardtanh:HardTanh hardswish:HardSwish tanhshrink:TanhShrink softshrink:SoftShrink"
        " hardshrink:HardShrink",
        "rectifier": "relu:ReLU relu6:ReLU6 leaky_relu:LeakyReLU prelu:PReLU rrelu:RReLU elu:ELU"
        " selu:SELU celu:CELU threshold:Threshold",
        "softmax": "softmax:Softmax log_softmax:LogSoftmax softmin:Softmin glu:GLU maxout:Maxout",
        "dropout": "dropout:Dropout channel_dropout:ChannelDropout alpha_dropout:AlphaDropout"
        " feature_alpha_dropout:FeatureAlphaDropout gaussian_noise:GaussianNoise",
        "embedding": "embedding:Embedding learned_positions:LearnedPositions"
        " sinusoidal_positions:SinusoidalPositions sinusoidal_embedding:SinusoidalEmbedding"
        " one_hot:OneHot",
        "attention": "attention:Attention",
        "recurrent": "rnn:RNN lstm:LSTM gru:GRU",
        "shape": "flatten:Flatten reshape:Reshape permute:Permute transpose:Transpose squeeze:Squeeze"
        " unsqueeze:Unsqueeze expand:Expand tile:Tile flip:Flip stop:Stop",
        "indexing": "select:Select slice:Slice index:Index",
        "graphs": "self_loops:SelfLoops undirected:Undirected at:At",
        "joining": "concat:Concat stack:Stack split:Split chunk:Chunk",
        "framing": "pad:Pad crop:Crop",
        "arithmetic": "add:Add subtract:Subtract multiply:Multiply divide:Divide"
        " floor_divide:FloorDivide remainder:Remainder power:Power matmul:Matmul",
        "comparison": "equal:Equal not_equal:NotEqual less:Less less_equal:LessEqual greater:Greater"
        " greater_equal:GreaterEqual logical_and:LogicalAnd logical_or:LogicalOr where:Where",
        "elementwise": "negate:Negate abs:Abs sign:Sign square:Square sqrt:Sqrt exp:Exp log:Log"
        " log1p:Log1p sin:Sin cos:Cos floor:Floor round:Round clamp:Clamp float:Float"
        " logical_not:LogicalNot",
        "reduce": "mean:Mean sum:Sum max:Max min:Min std:Std var:Var norm:Norm logsumexp:LogSumExp"
        " product:Product argmax:ArgMax argmin:ArgMin cumsum:CumSum",
        "loss": "mse:MSE l1:L1 smooth_l1:SmoothL1 huber:Huber msle:MSLE bce:BCE"
        " bce_with_logits:BCEWithLogits poisson_nll:PoissonNLL gaussian_nll:GaussianNLL kl_div:KLDiv"
        " hinge:Hinge cross_entropy:CrossEntropy nll:NLL kl_sparsity:KLSparsity",
        "margin": "soft_margin:SoftMargin hinge_embedding:HingeEmbedding margin_ranking:MarginRanking"
        " multi_margin:MultiMargin multilabel_soft_margin:MultilabelSoftMargin",
        "similarity": "distance:Distance cosine_similarity:CosineSimilarity"
        " cosine_embedding:CosineEmbedding triplet:Triplet contrastive:Contrastive"
        " info_nce:InfoNCE",
        "divergence": "kl:KL log_prob:LogProb entropy:Entropy",
        "derivative": "gradient:Gradient jacobian:Jacobian",
    },
)
"""Every layer by its word, in the order of the layer reference."""

OPERATORS: dict[str, str] = {
    "+": "add",
    "-": "subtract",
    "*": "multiply",
    "/": "divide",
    "//": "floor_divide",
    "%": "remainder",
    "^": "power",
    "==": "equal",
    "!=": "not_equal",
    "<": "less",
    "<=": "less_equal",
    ">": "greater",
    ">=": "greater_equal",
    "and": "logical_and",
    "or": "logical_or",
}
"""The layer behind each infix operator; the prefixes are `negate` and `logical_not`."""


def words() -> tuple[str, ...]:
    """Every word, in the order of the reference."""
    return tuple(LAYERS)


def families() -> dict[str, tuple[str, ...]]:
    """The words of each family."""
    return LAYERS.families()


def get(word: str) -> type[Layer] | None:
    """The class of a word, None for a word that is no layer."""
    return LAYERS.get(word)
