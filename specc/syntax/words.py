"""The words that mean something at the beginning of a declaration or statement."""

from __future__ import annotations

NETWORKS = (
    "network", "encoder", "bottleneck", "decoder", "generator", "discriminator", "block", "cell",
    "message_passing",
)  # fmt: skip

DECLARATIONS: dict[str, str] = {
    "use": "DECL_USE",
    "param": "DECL_PARAM",
    **dict.fromkeys(NETWORKS, "DECL_NETWORK"),
    "train": "DECL_TRAIN",
    "sample": "DECL_SAMPLE",
    "program": "DECL_PROGRAM",
    "answers": "DECL_ANSWERS",
    "expect": "DECL_EXPECT",
    "example": "DECL_EXAMPLE",
}

# Before a name these begin a statement; elsewhere they are names like any other.
STATEMENTS: dict[str, str] = {
    "in": "KW_IN",
    "out": "KW_OUT",
    "let": "KW_LET",
    **dict.fromkeys(("weight", "buffer", "state"), "KW_TENSOR"),
    **dict.fromkeys(("gate", "next", "message", "aggregate", "readout"), "KW_ROLE"),
    "data": "KW_DATA",
    **dict.fromkeys(("minimize", "maximize"), "KW_OBJECTIVE"),
    "update": "KW_UPDATE",
    "step": "KW_STEP",
    "given": "KW_GIVEN",
    "for": "KW_FOR",
    "repeat": "KW_REPEAT",
    "if": "KW_IF",
    "return": "KW_RETURN",
}

SETTINGS = (
    "batch", "epochs", "steps", "seed", "clip_grad_norm", "clip_grad_value", "accumulate", "ema",
    "checkpoint", "early_stopping", "watch", "validation", "precision", "optimizer", "schedule", "init",
    "metric", "show", "count", "places", "export",
)  # fmt: skip

RESERVED: dict[str, str] = {
    "as": "KW_AS",
    "if": "KW_IF",
    "else": "KW_ELSE",
    "and": "KW_AND",
    "or": "KW_OR",
    "not": "KW_NOT",
    "true": "KW_TRUE",
    "false": "KW_FALSE",
}
"""Words that are never names."""

SIGNS: dict[str, str] = {
    "->": "ARROW", "(": "LPAR", ")": "RPAR", "[": "LSQB", "]": "RSQB", "{": "LBRACE", "}": "RBRACE",
    ",": "COMMA", ":": "COLON", ".": "DOT", "=": "EQUAL", "~": "TILDE", "+": "PLUS", "-": "MINUS",
    "*": "STAR", "/": "SLASH", "//": "FLOOR", "%": "PERCENT", "^": "POWER",
    **dict.fromkeys(("==", "!=", "<=", ">=", "<", ">"), "COMPARE"),
}  # fmt: skip

DISTRIBUTIONS = frozenset(
    {"normal", "laplace", "uniform", "exponential", "integers", "bernoulli", "categorical"}
)
"""What is drawn from."""

AMOUNTS = frozenset({"k", "m", "g", "b", "t", "kb", "mb", "gb", "kib", "mib", "gib"})
"""What may stand right behind a number of an `answers` block, in small or capital letters."""

CONTINUES = frozenset({"->", "+", "-", "*", "/", "//", "%", "^", "==", "!=", "<=", ">=", "<", ">"})
"""A line that begins with one of these, or with `else`, goes on with the line before."""
