"""Pictures for gaussians_three_steps.spec, written by specc 0.1.0.

A generative adversarial network on a ring of eight clouds, with three steps of the
discriminator for one of the generator.
"""

from __future__ import annotations

from pathlib import Path

from torch import Tensor


def save_scatter(rows: tuple[Tensor, ...], path: Path) -> Path:
    """Save the first two features of points, coloured by the labels or the set they belong to."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(5, 5), layout="constrained")
    sets = [row.detach().cpu() for row in rows]
    labels = [s for s in sets if not s.is_floating_point()]
    for number, points in enumerate(s for s in sets if s.is_floating_point()):
        x, y = points[:, 0].numpy(), points[:, 1].numpy()
        colour = labels[0].numpy() if labels else f"C{number}"
        axes.scatter(x, y, c=colour, s=6, cmap="tab10" if labels else None)
    figure.savefig(path, dpi=120)
    plt.close(figure)
    return path
