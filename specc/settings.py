"""The settings of a `train` block: one field each, with its default and its bounds."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """Settings that are written one a line. Field names are the words of the language."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class StepSettings(Settings):
    """What a step may set for its own updates."""

    clip_grad_norm: float | None = Field(
        None, gt=0, description="largest norm of all gradients together"
    )
    clip_grad_value: float | None = Field(None, gt=0, description="largest entry of a gradient")


class TrainSettings(StepSettings):
    """What a run needs besides data, objective and optimizer."""

    batch: int = Field(64, ge=1, le=1_000_000, description="items in a batch")
    epochs: int = Field(10, ge=1, le=1_000_000, description="passes over the training rows")
    steps: int | None = Field(None, ge=1, description="optimizer steps, instead of epochs")
    seed: int = Field(0, ge=0, lt=2**63, description="seed of every random stream")
    accumulate: int = Field(1, ge=1, le=65_536, description="batches for each optimizer step")
    ema: float | None = Field(
        None, gt=0, lt=1, description="decay of an exponential moving average of the weights"
    )
    checkpoint: int = Field(1, ge=1, description="save every so many epochs (or steps)")
    checkpoint_unit: Literal["steps", "epochs"] = Field(
        "epochs", description="what checkpoints are counted in"
    )
    early_stopping: int | None = Field(
        None,
        ge=1,
        description="stop after so many epochs without a better value on the validation rows",
    )
    watch: str | None = Field(
        None, min_length=1, description="loss, term or metric that early stopping judges by"
    )
    validation: float | None = Field(
        None, gt=0, lt=1, description="share of the training rows kept for validation"
    )
    precision: Literal["float32", "bfloat16"] | None = Field(
        None, description="of the forward pass; by default bfloat16 on CUDA, float32 on CPU"
    )


class SampleSettings(Settings):
    """The settings of a `sample` block."""

    count: int = Field(64, ge=1, le=1_000_000, description="items to sample")
    seed: int = Field(0, ge=0, lt=2**63, description="seed of the draws")
