"""A declarative model-spec compiler: one `.spec` file becomes shapes, counts, code, a trained model."""

__version__ = "0.1.0"
