"""The distributions that weights are drawn from."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from specc.initialization.base import Initialization
from specc.layers.common import positive

Above0 = Annotated[float, AfterValidator(positive)]
Gain = Annotated[Above0, Field(description="Factor of the deviation.")]
Mode = Annotated[
    Literal["fan_in", "fan_out"], Field(description="Which side's width the deviation follows.")
]
Nonlinearity = Annotated[
    Literal["relu", "leaky_relu", "linear", "tanh", "sigmoid", "selu"],
    Field(description="The activation that follows."),
]
Slope = Annotated[float, Field(ge=0, description="Slope of a leaky ReLU below 0.")]


class Normal(Initialization):
    """A normal distribution."""

    word, torch_name = "normal", "normal_"
    mean: float = Field(0.0, description="Mean.")
    std: Above0 = Field(0.02, description="Deviation.")


class TruncatedNormal(Initialization):
    """A normal distribution cut off at a and b."""

    word, torch_name = "trunc_normal", "trunc_normal_"
    mean: float = Field(0.0, description="Mean.")
    std: Above0 = Field(0.02, description="Deviation.")
    a: float = Field(-2.0, description="Smallest value.")
    b: float = Field(2.0, description="Largest value.")


class Uniform(Initialization):
    """A uniform distribution."""

    word, torch_name = "uniform", "uniform_"
    a: float = Field(-0.05, description="Smallest value.")
    b: float = Field(0.05, description="Largest value.")


class XavierUniform(Initialization):
    """Glorot & Bengio (2010), uniform."""

    word, torch_name = "xavier_uniform", "xavier_uniform_"
    gain: Gain = 1.0


class XavierNormal(Initialization):
    """Glorot & Bengio (2010), normal."""

    word, torch_name = "xavier_normal", "xavier_normal_"
    gain: Gain = 1.0


class KaimingUniform(Initialization):
    """He et al. (2015), uniform."""

    word, torch_name = "kaiming_uniform", "kaiming_uniform_"
    a: Slope = 0.0
    mode: Mode = "fan_in"
    nonlinearity: Nonlinearity = "relu"


class KaimingNormal(Initialization):
    """He et al. (2015), normal."""

    word, torch_name = "kaiming_normal", "kaiming_normal_"
    a: Slope = 0.0
    mode: Mode = "fan_in"
    nonlinearity: Nonlinearity = "relu"


class Orthogonal(Initialization):
    """Saxe et al. (2014): rows or columns at right angles."""

    word, torch_name = "orthogonal", "orthogonal_"
    gain: Gain = 1.0
