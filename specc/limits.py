"""Every limit in one table. What exceeds one gets a message; nothing hangs or fills the memory."""

MAX_FILE_BYTES = 4_000_000
"""Bytes of a spec."""
MAX_NESTING = 100
"""Brackets inside brackets."""
MAX_NUMBER_DIGITS = 400
"""Digits of a number, written or computed."""
MAX_EXPANDED_NODES = 100_000
"""Nodes that blocks and repetitions unfold to."""
MAX_SYNTAX_ERRORS = 200
"""Syntax errors after which reading a file ends."""
MAX_REREAD_TOKENS = 500_000
"""Tokens read anew after syntax errors: every error of a file costs a reading of it."""
MAX_ELEMENTS = 2**63 - 1
"""Numbers of one tensor: what an index of 64 bits counts."""
MOST_SEARCHES = 200
"""Unknown names of a file that are compared with all its names."""
