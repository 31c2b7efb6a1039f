"""Blocks that random programs use."""

BLOCKS = {
    "residual": """block residual(channels, stride=1) {
    in x
    main = x -> conv(channels, 3x3, stride=stride, padding=1, bias=false) -> batch_norm -> relu
      -> conv(channels, 3x3, padding=1)
    skip = x if stride == 1 and x.channels == channels else (x -> conv(channels, 1x1, stride=stride))
    out y = relu(main + skip)
}""",
    "stage": """block stage(channels, depth=2) {
    x -> conv(2 * channels, 3x3, padding=1) -> repeat depth - 1 { residual(2 * channels) }
      -> conv(channels, 1x1, groups=channels // 2 if channels % 2 == 0 and x.rank == 3 else 1)
}""",
    "layer": """block layer(width, heads=1) {
    in x
    h = x + (x -> layer_norm -> attention(heads=heads) -> dropout(0.1))
    out y = h + (h -> layer_norm -> linear(4 * width) -> gelu -> linear(width))
}""",
    "mixed": """block mixed(units) {
    in x
    out y = [x, x -> linear(units) -> relu] -> linear(units)
}""",
}
