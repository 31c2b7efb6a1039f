"""Every hyperparameter of PyTorch's classes is a field here, under this name or another, or left out for a
reason that is written down.
"""

from __future__ import annotations

import inspect

import pytest
from torch import nn
from torch.optim import lr_scheduler

from specc.layers.registry import LAYERS
from specc.optim import SCHEDULES

FROM_THE_INPUT = set(
    "self args kwargs device dtype inplace in_features out_features in_channels out_channels num_features "
    "num_channels num_embeddings embedding_dim normalized_shape embed_dim input_size hidden_size "
    "in1_features in2_features kdim vdim batch_first return_indices size_average reduce "
    "_weight _freeze".split()
)
"""What follows from the input, is the first argument here, or says how and not what."""

OTHERWISE = {
    "dim": "axis", "kernel_size": "kernel", "output_size": "size", "num_groups": "groups",
    "num_heads": "heads",
    "scale_factor": "scale", "upscale_factor": "factor", "downscale_factor": "factor", "min_value": "min_val",
    "max_value": "max_val", "elementwise_affine": "affine", "start_dim": "start", "end_dim": "end",
    "num_layers": "layers", "proj_size": "projection", "norm_type": "p", "padding": "margin",
}  # fmt: skip
"""PyTorch's names beside the names here."""

LEFT_OUT = {
    ("conv_transpose", "padding_mode"): "PyTorch takes zeros and nothing else",
    ("unpool", "kernel_size"): "the indices say where the values go",
    ("unpool", "stride"): "the indices say where the values go",
    ("unpool", "padding"): "the indices say where the values go",
    ("distance", "keepdim"): "each item has one distance",
    ("cosine_similarity", "dim"): "it compares whole items",
    ("triplet", "reduction"): "each item has one loss",
    ("cosine_embedding", "reduction"): "each item has one loss",
}

CLASSES = {
    "conv": "Conv1d Conv2d Conv3d", "conv_transpose": "ConvTranspose1d ConvTranspose2d ConvTranspose3d",
    "max_pool": "MaxPool1d MaxPool2d MaxPool3d", "avg_pool": "AvgPool1d AvgPool2d AvgPool3d",
    "lp_pool": "LPPool1d LPPool2d LPPool3d", "unpool": "MaxUnpool1d MaxUnpool2d MaxUnpool3d",
    "adaptive_avg_pool": "AdaptiveAvgPool2d", "adaptive_max_pool": "AdaptiveMaxPool2d",
    "batch_norm": "BatchNorm1d BatchNorm2d BatchNorm3d", "instance_norm": "InstanceNorm1d InstanceNorm2d",
    "channel_dropout": "Dropout1d Dropout2d Dropout3d", "attention": "MultiheadAttention",
    "pad": "ConstantPad1d ConstantPad2d ReflectionPad2d ReplicationPad2d ZeroPad2d CircularPad2d",
    "mse": "MSELoss", "l1": "L1Loss", "triplet": "TripletMarginLoss", "distance": "PairwiseDistance",
    "hinge_embedding": "HingeEmbeddingLoss", "cosine_embedding": "CosineEmbeddingLoss",
    "nll": "NLLLoss", "unfold": "Unfold", "fold": "Fold", "silu": "SiLU",
    "rnn": "RNN", "lstm": "LSTM", "gru": "GRU", "rms_norm": "RMSNorm",
}  # fmt: skip
"""Where the class has another name than the word."""


def squeezed(name: str) -> str:
    return name.replace("_", "").lower()


MODULES = {
    squeezed(name): name
    for name, kind in vars(nn).items()
    if inspect.isclass(kind) and issubclass(kind, nn.Module)
}


def peers(word: str) -> list[str]:
    """PyTorch's classes for a word."""
    if word in CLASSES:
        return CLASSES[word].split()
    plain = squeezed(word)
    return [MODULES[n] for n in (plain, f"{plain}loss") if n in MODULES]


PAIRS = [(word, name) for word in LAYERS for name in peers(word)]


@pytest.mark.parametrize(("word", "name"), PAIRS)
def test_every_hyperparameter_of_pytorch_is_there(word: str, name: str) -> None:
    written = inspect.signature(getattr(nn, name).__init__).parameters.keys() - FROM_THE_INPUT
    fields = LAYERS[word].model_fields.keys()
    lacking = {
        n for n in written
        if n not in fields and OTHERWISE.get(n) not in fields and (word, n) not in LEFT_OUT
    }  # fmt: skip
    assert lacking == set()


def test_recurrent_layers_have_all_that_their_base_takes() -> None:
    written = inspect.signature(nn.RNNBase.__init__).parameters.keys() - FROM_THE_INPUT
    fields = LAYERS["lstm"].model_fields.keys()
    assert {n for n in written if n not in fields and OTHERWISE.get(n) not in fields} == {"mode"}


NO_LAYER = {
    "written with others": "EmbeddingBag Unflatten Softmax2d UpsamplingBilinear2d UpsamplingNearest2d "
    "CrossMapLRN2d NLLLoss2d TripletMarginWithDistanceLoss Transformer TransformerEncoder TransformerDecoder "
    "TransformerEncoderLayer TransformerDecoderLayer RNNCell LSTMCell GRUCell RNNCellBase RNNBase",
    "no layers": "Module Container Sequential ModuleList ModuleDict ParameterList ParameterDict DataParallel "
    "SyncBatchNorm",
    "targets of several lengths in one batch": "CTCLoss MultiLabelMarginLoss",
    "a loss and its last layer in one": "AdaptiveLogSoftmaxWithLoss LinearCrossEntropyLoss",
    "windows at random places": "FractionalMaxPool2d FractionalMaxPool3d",
}
"""Classes of torch.nn without a word here, and why."""


def test_a_class_without_a_word_is_left_out_on_purpose() -> None:
    known = {name for _, name in PAIRS} | {n for names in NO_LAYER.values() for n in names.split()}
    lazy = {n for n in MODULES.values() if n.startswith("Lazy")}
    ranks = {
        f"{n[:-2]}{r}d" for n in known if n.endswith("d") and n[-2:-1].isdigit() for r in (1, 2, 3)
    }
    assert set(MODULES.values()) - known - lazy - ranks == set()


SCHEDULERS = {
    "constant": "ConstantLR", "cosine": "CosineAnnealingLR", "linear": "LinearLR",
    "polynomial": "PolynomialLR",
    "step": "StepLR", "multi_step": "MultiStepLR", "exponential": "ExponentialLR", "cyclic": "CyclicLR",
    "cosine_restarts": "CosineAnnealingWarmRestarts", "one_cycle": "OneCycleLR",
    "reduce_on_plateau": "ReduceLROnPlateau",
}  # fmt: skip
OTHER_SCHEDULERS = {
    "any function": {"LambdaLR", "MultiplicativeLR"},
    "several schedules; warmup= and over= are here instead": {"SequentialLR", "ChainedScheduler"},
    "a base": {"LRScheduler", "_LRScheduler"},
}
NAMES = {
    "factor": "share", "total_iters": "until over", "T_max": "over", "eta_min": "final",
    "start_factor": "start",
    "end_factor": "final", "step_size": "every", "milestones": "at", "base_lr": "low", "step_size_up": "rise",
    "step_size_down": "fall", "mode": "shrink", "cycle_momentum": "momentum", "base_momentum": "momentum",
    "max_momentum": "momentum", "T_0": "every", "T_mult": "growth", "pct_start": "rise",
    "anneal_strategy": "anneal", "div_factor": "start", "final_div_factor": "final",
}  # fmt: skip
OF_THE_RUN = {"optimizer", "last_epoch", "max_lr", "total_steps", "epochs", "steps_per_epoch"}
FUNCTIONS = {"scale_fn", "scale_mode"}
"""A function of one's own in the place of `shrink` and `gamma`."""


@pytest.mark.parametrize("word", SCHEDULERS)
def test_every_setting_of_a_scheduler_is_there(word: str) -> None:
    written = inspect.signature(getattr(lr_scheduler, SCHEDULERS[word])).parameters.keys()
    fields = SCHEDULES[word].model_fields.keys()
    rest = written - OF_THE_RUN - FUNCTIONS - fields
    assert {n for n in rest if not fields & set(NAMES.get(n, "").split())} == set()


def test_a_scheduler_without_a_word_is_left_out_on_purpose() -> None:
    kinds = {
        n for n, k in vars(lr_scheduler).items()
        if inspect.isclass(k) and issubclass(k, lr_scheduler.LRScheduler)
    }  # fmt: skip
    assert kinds == set(SCHEDULERS.values()).union(*OTHER_SCHEDULERS.values())
