"""How much work symbolic sizes may cause. Beyond it, `SizeLimit` is raised."""

TERMS = 1_000  # of one polynomial
DEGREE = 64  # of one monomial, and the largest exponent
BITS = 4_096  # of a coefficient or a divisor
KEY = 20_000  # characters of a canonical form: bounds nesting and total size
NESTING = 100  # floors and maxima inside each other
PERIOD = 1 << 13  # residues that `solve` enumerates
SEARCH = 10_000  # candidates that `nearest_valid` tries on each side
