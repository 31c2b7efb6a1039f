"""The command line. Each verb lives in its own module and is imported when it is used."""

import gc
import os

gc.set_threshold(100_000, 50, 100)  # a command is short; looking for cycles took a tenth of it
os.environ.setdefault(
    "PYDANTIC_DISABLE_PLUGINS", "1"
)  # to look for some reads every package's data
