"""Examples worked by hand: small tensors of exact numbers, each with the step that made it."""
