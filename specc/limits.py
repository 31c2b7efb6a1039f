"""Temporary limits until the syntax helper's table arrives; overwrite freely."""

MAX_EXPANDED_NODES = 100_000
MAX_NUMBER_DIGITS = 400
