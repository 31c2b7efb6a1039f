"""The layers: one class each, one file per family, one row each in `registry.LAYERS`."""
