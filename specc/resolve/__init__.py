"""From the syntax tree to the typed program: names are bound, blocks made and shapes inferred together."""
