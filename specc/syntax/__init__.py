"""From text to syntax tree and back: the tree, the parser and the formatter."""
