"""The command line. Each verb lives in its own module and is imported when it is used."""

import gc

gc.set_threshold(100_000, 50, 100)  # a command is short; looking for cycles took a tenth of it
