"""Counting what a typed program owns and computes, with the working. Knows nothing of how it is shown."""
