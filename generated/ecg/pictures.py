"""Pictures for ecg.spec, written by specc 0.1.0.

Anomalies: the autoencoder learns healthy heart beats only, so ill ones are rebuilt
badly.
"""

from __future__ import annotations

from pathlib import Path

from torch import Tensor


def save_curve(rows: tuple[Tensor, ...], path: Path) -> Path:
    """Save rows of numbers as lines, the values of an item in one panel."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    count = min(8, len(rows[0]))
    figure, panels = plt.subplots(
        count, 1, figsize=(7, 1.5 * count), layout="constrained", squeeze=False
    )
    for item, panel in enumerate(panels[:, 0]):
        for row in rows:
            panel.plot(row[item].detach().cpu().flatten().numpy(), linewidth=0.8)
    figure.savefig(path, dpi=120)
    plt.close(figure)
    return path
