"""Data that is drawn from a seed: points in plane and space, images with masks, heart beats."""

from typing import Literal

from pydantic import Field

from specc.data.base import DataField, Fitting, Share, Splitting, image_field, label_field


class Points(Fitting):
    """Points in the plane, of some classes."""

    examples: int = Field(2000, ge=10, le=10_000_000, description="Number of points.")
    noise: float = Field(0.05, ge=0, description="Deviation of the noise.")
    seed: int = Field(0, ge=0, lt=2**32, description="Seed of the points.")

    def fields(self) -> tuple[DataField, ...]:
        """The point and its class."""
        return DataField("point", (2,), ("features",)), label_field(self.groups())

    def groups(self) -> int:
        """Number of classes."""
        return 2


class Moons(Points):
    """Two half circles in the plane."""

    word, kind = "moons", "moons"
    summary = "Two half circles in the plane with noise: point, label."


class Circles(Points):
    """A circle in another."""

    word, kind = "circles", "circles"
    summary = "A circle within a circle in the plane, with noise: point, label."
    factor: Share = Field(0.5, description="Radius of the inner circle as a share of the outer.")


class Blobs(Points):
    """Round clouds around random centres."""

    word, kind = "blobs", "blobs"
    summary = "Round clouds of points around random centres: point, label."
    noise: float = Field(1.0, gt=0, description="Deviation of a cloud.")
    centers: int = Field(3, ge=1, le=1000, description="Number of clouds.")

    def groups(self) -> int:
        """One class for each cloud."""
        return self.centers


class Gaussians(Points):
    """Round clouds at equal distances on a ring."""

    word, kind = "gaussians", "gaussians"
    summary = "A mixture of round clouds at equal distances on a ring: point, label."
    modes: int = Field(8, ge=1, le=1000, description="Number of clouds.")
    radius: float = Field(2.0, gt=0, description="Radius of the ring.")

    def groups(self) -> int:
        """One class for each cloud."""
        return self.modes


class Spirals(Points):
    """Arms that wind around one centre."""

    word, kind = "spirals", "spirals"
    summary = "Arms that wind around one centre, with noise: point, label."
    arms: int = Field(2, ge=1, le=100, description="Number of arms.")
    turns: float = Field(1.5, gt=0, le=100, description="Turns of an arm.")

    def groups(self) -> int:
        """One class for each arm."""
        return self.arms


class SwissRoll(Points):
    """A rolled sheet."""

    word, kind = "swiss_roll", "swiss_roll"
    summary = "Points on a rolled sheet with noise: point, position along the roll."

    def fields(self) -> tuple[DataField, ...]:
        """The point and where it is on the sheet."""
        return DataField("point", (3,), ("features",)), DataField("position")


class Helix(Splitting):
    """A curve that winds upwards, with noise around it."""

    word, kind = "helix", "helix"
    summary = "Points around a helix: t (0 … 1 along it), point, centre (the point without noise)."
    examples: int = Field(2000, ge=10, le=10_000_000, description="Number of points.")
    noise: float = Field(0.1, ge=0, description="Deviation of the noise along each axis.")
    turns: float = Field(2.0, gt=0, le=100, description="Turns around the axis.")
    seed: int = Field(0, ge=0, lt=2**32, description="Seed of the points.")

    def fields(self) -> tuple[DataField, ...]:
        """Where on the curve, the point, and the curve itself."""
        space = ((3,), ("features",))
        t = DataField("t", (1,), ("features",), low=0.0, high=1.0)
        return t, DataField("point", *space), DataField("centre", *space, low=-1.0, high=1.0)


class Sinusoids(Splitting):
    """Tasks of few points each: sine curves of random amplitude and phase."""

    word, kind = "sinusoids", "sinusoids"
    summary = (
        "Sine curves to learn from few points (Finn et al. 2017, section 5.1): x and y to learn from, "
        "x and y to be asked."
    )
    examples: int = Field(10_000, ge=10, le=10_000_000, description="Number of curves.")
    shots: int = Field(10, ge=1, le=10_000, description="Points of a curve, of either kind.")
    seed: int = Field(0, ge=0, lt=2**32, description="Seed of the curves.")

    def fields(self) -> tuple[DataField, ...]:
        """Support and query points."""
        shape = ((self.shots, 1), ("time", "features"))
        support = DataField("x", *shape, low=-5.0, high=5.0), DataField("y", *shape)
        return *support, DataField("query", *shape, low=-5.0, high=5.0), DataField("answer", *shape)


class Shapes(Splitting):
    """Discs and squares on noise, with a mask that says where they are."""

    word, kind = "shapes", "shapes"
    summary = "Discs and squares on a noisy ground: image, mask (0 ground, 1 disc, 2 square)."
    size: int = Field(32, ge=16, le=512, description="Height and width.")
    examples: int = Field(600, ge=10, le=1_000_000, description="Number of images.")
    seed: int = Field(0, ge=0, lt=2**32, description="Seed of the images.")
    channels: Literal[1, 3] = Field(1, description="1 for grey, 3 for colour.")

    def fields(self) -> tuple[DataField, ...]:
        """The image and the class of each pixel."""
        mask = DataField("mask", (self.size, self.size), ("height", "width"), "int", 3, 0, 2)
        return image_field(self.channels, self.size, (0.0, 1.0)), mask


class Ecg(Splitting):
    """Single heart beats, some of them ill."""

    word, kind = "ecg", "ecg"
    summary = "Synthetic heart beats, some with an inverted or missing wave: signal, label (1 ill)."
    length: int = Field(140, ge=32, le=10_000, description="Samples of a beat.")
    examples: int = Field(2000, ge=10, le=1_000_000, description="Number of beats.")
    ill: Share = Field(0.1, description="Share of ill beats.")
    seed: int = Field(0, ge=0, lt=2**32, description="Seed of the beats.")

    def fields(self) -> tuple[DataField, ...]:
        """The beat and whether it is ill."""
        return DataField("signal", (self.length,), ("features",)), label_field(2)
