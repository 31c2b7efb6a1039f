"""How results are shown: diagnostics and tables, in the terminal and for other tools."""
