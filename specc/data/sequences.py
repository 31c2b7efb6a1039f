"""Sequences drawn from a seed, each with a rule that must be found: sums, counts, order, parity.

The tasks are those of Hochreiter and Schmidhuber (1997, adding), Gers and Schmidhuber (2001, aⁿbⁿ) and
the usual ones of reversal and parity. Where sequences differ in length, `mask` is true up to the end of
each and 0 stands for padding. With `test_length` the sequences for testing are longer than all others.
"""

from typing import Self

from pydantic import Field, model_validator

from specc.data.base import DataField, Splitting, image_field


class Sequences(Splitting):
    """What all made sequences have."""

    examples: int = Field(10_000, ge=10, le=10_000_000, description="Number of sequences.")
    seed: int = Field(0, ge=0, lt=2**32, description="Seed of the sequences.")


class Longer(Sequences):
    """Sequences that can be longer in the test."""

    test_length: int | None = Field(
        None,
        ge=2,
        le=10_000,
        description="Longest sequence for testing; all are longer than length.",
    )

    @property
    def longest(self) -> int:
        """The length of the longest sequence of all."""
        length: int = getattr(self, "length", 1)
        return length if self.test_length is None else self.test_length

    @model_validator(mode="after")
    def _longer(self) -> Self:
        if self.test_length is None:
            return self
        if self.test_length <= getattr(self, "length", 1):
            raise ValueError("test_length is above length")
        if self.test is not None:
            raise ValueError(
                "with test_length every fifth sequence is for testing; leave test= out"
            )
        return self


class Adding(Sequences):
    """Two marked numbers among many."""

    word, kind = "adding", "adding"
    summary = "Numbers of which two are marked: sequence (number, mark), their sum."
    length: int = Field(50, ge=2, le=10_000, description="Length of a sequence.")

    def fields(self) -> tuple[DataField, ...]:
        """The sequence and the sum."""
        sequence = DataField("sequence", (self.length, 2), ("time", "features"), low=0, high=1)
        return sequence, DataField("sum", (1,), ("features",), low=0, high=2)


class Anbn(Longer):
    """As many b as a."""

    word, kind = "anbn", "anbn"
    summary = (
        "Words aⁿbⁿ: symbols (1 a, 2 b, 3 start and end), the next ones, mask of those that follow."
    )
    length: int = Field(10, ge=1, le=1000, description="Largest n.")

    def fields(self) -> tuple[DataField, ...]:
        """The symbols, what follows each, and where that is determined: from the first b on."""
        steps = 2 * self.longest + 1
        return tokens("symbols", steps, 4), tokens("following", steps, 4), mask(steps)


class Parity(Longer):
    """Whether the number of ones so far is odd."""

    word, kind = "parity", "parity"
    summary = "Bits, whether their sum so far is odd, and the mask of each length."
    length: int = Field(12, ge=1, le=10_000, description="Length of the longest sequence.")

    def fields(self) -> tuple[DataField, ...]:
        """The bits, a class for every position, and the mask."""
        steps = self.longest
        bits = DataField("bits", (steps, 1), ("time", "features"), low=0, high=1)
        return bits, tokens("odd", steps, 2), mask(steps)


class Echo(Sequences):
    """Bits that come back later."""

    word, kind = "echo", "echo"
    summary = "Long streams of bits, the same bits some steps later, and the mask of those."
    lag: int = Field(8, ge=1, le=10_000, description="Steps after which a bit comes back.")
    length: int = Field(120, ge=2, le=100_000, description="Length of a stream.")
    examples: int = Field(2_000, ge=10, le=10_000_000, description="Number of streams.")

    @model_validator(mode="after")
    def _comes_back(self) -> Self:
        if self.lag >= self.length:
            raise ValueError("lag is below length")
        return self

    def fields(self) -> tuple[DataField, ...]:
        """The bits, a class for every position, and the positions that have one."""
        bits = DataField("bits", (self.length, 1), ("time", "features"), low=0, high=1)
        return bits, tokens("echo", self.length, 2), mask(self.length)


class DigitNames(Splitting):
    """Handwritten digits with their English names, letter by letter."""

    word, kind = "digit_names", "digit_names"
    summary = (
        "Handwritten digits, their names letter by letter (0 behind the end), and these one later."
    )

    def fields(self) -> tuple[DataField, ...]:
        """The image, its name, and what a decoder reads: the name behind the start symbol 16."""
        return image_field(1, 8, (0.0, 1.0)), tokens("name", 6, 17), tokens("before", 6, 17)


class Reversal(Longer):
    """A sequence backwards."""

    word, kind = "reversal", "reversal"
    summary = "Symbols, the same backwards, these one later behind a start symbol, and the mask."
    length: int = Field(8, ge=1, le=10_000, description="Length of the longest sequence.")
    shortest: int | None = Field(
        None, ge=1, description="Length of the shortest; all have one length by default."
    )
    symbols: int = Field(10, ge=1, le=100_000, description="Number of different symbols.")

    @model_validator(mode="after")
    def _shortest_first(self) -> Self:
        if self.shortest is not None and self.shortest > self.length:
            raise ValueError("shortest is at most length")
        return self

    def fields(self) -> tuple[DataField, ...]:
        """The symbols, their reversal, what a decoder reads, and the mask."""
        steps, vocab = self.longest, self.symbols + 2
        names = ("symbols", "reversed", "before")
        return (*(tokens(n, steps, vocab) for n in names), mask(steps))


def tokens(name: str, steps: int, vocab: int) -> DataField:
    """A class id at every position."""
    return DataField(name, (steps,), ("time",), dtype="int", classes=vocab, low=0, high=vocab - 1)


def mask(steps: int) -> DataField:
    """Which positions count."""
    return DataField("mask", (steps,), ("time",), dtype="bool")
