"""Names of points in a figure, placed so that none covers another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchmark.report.svg import INK
from benchmark.report.words import prefix_of, stage_of
from metrics.stages import GOLD

SHORT = {
    "base": "base",
    "post-sft": "SFT",
    "post-sft-continued": "SFT+1",
    "post-rl": "RL",
    "post-recovery": "recovery",
    GOLD: "gold",
}


Point = tuple[float, float]


def _padded(limits: Sequence[float]) -> tuple[float, float]:
    low, high = float(limits[0]), float(limits[1])
    pad = (high - low) * 0.1 or 0.05
    return low - pad, high + pad


def short(key: str) -> str:
    """A stage's name where there is little room."""
    return prefix_of(key) + SHORT.get(stage_of(key), stage_of(key))


def _name_points(ax: Any, points: dict[str, Point], lines: list[tuple[Point, Point]]) -> None:
    """Writes each stage's name beside its point, at the side that is freest of points, lines and other names."""
    (x0, x1), (y0, y1) = _padded(ax.dataLim.intervalx), _padded(ax.dataLim.intervaly)
    ax.set_xlim(x0, x1)
    ax.set_ylim(y0, y1)
    scaled = {k: ((x - x0) / (x1 - x0), (y - y0) / (y1 - y0)) for k, (x, y) in points.items()}
    taken: list[tuple[float, float, float, float]] = [
        (x - 0.02, y - 0.03, x + 0.02, y + 0.03) for x, y in scaled.values()
    ]
    for (ax_, ay), (bx, by) in lines:
        # Arrows are bent a little (rad = 0.08), to the right of their way; for the short bars that makes no difference.
        a, b = ((ax_ - x0) / (x1 - x0), (ay - y0) / (y1 - y0)), ((bx - x0) / (x1 - x0), (by - y0) / (y1 - y0))
        for t in (i / 24 for i in range(1, 24)):
            bend = 0.16 * t * (1 - t)
            x, y = a[0] + t * (b[0] - a[0]) + bend * (b[1] - a[1]), a[1] + t * (b[1] - a[1]) - bend * (b[0] - a[0])
            taken.append((x - 0.012, y - 0.02, x + 0.012, y + 0.02))
    for key, (x, y) in scaled.items():
        wide, high = 0.021 * len(short(key)) + 0.02, 0.07
        boxes = {
            (9, 0, "left", "center"): (x + 0.025, y - high / 2),
            (-9, 0, "right", "center"): (x - 0.025 - wide, y - high / 2),
            (0, 10, "center", "bottom"): (x - wide / 2, y + 0.04),
            (0, -10, "center", "top"): (x - wide / 2, y - 0.04 - high),
            (8, 9, "left", "bottom"): (x + 0.02, y + 0.03),
            (-8, -9, "right", "top"): (x - 0.02 - wide, y - 0.03 - high),
            (8, -9, "left", "top"): (x + 0.02, y - 0.03 - high),
            (-8, 9, "right", "bottom"): (x - 0.02 - wide, y + 0.03),
        }
        # Further away, for stages that stand on one spot; near ones come first in a tie.
        for away in (24, 38, 52):
            for sign in (1, -1):
                level = y - high / 2 + sign * 0.0042 * away
                boxes[9, sign * away, "left", "center"] = (x + 0.025, level)
                boxes[-9, sign * away, "right", "center"] = (x - 0.025 - wide, level)

        def cost(left: float, low: float, wide: float = wide, high: float = high) -> float:
            outside = max(0, -left) + max(0, left + wide - 1) + max(0, -low) + max(0, low + high - 1)
            overlap = sum(
                max(0, min(left + wide, r) - max(left, le)) * max(0, min(low + high, t) - max(low, b))
                for le, b, r, t in taken
            )
            return outside + 50 * overlap

        (dx, dy, ha, va), (left, low) = min(boxes.items(), key=lambda item: cost(*item[1]))
        taken.append((left, low, left + wide, low + high))
        ax.annotate(short(key), points[key], (dx, dy), textcoords="offset points", ha=ha, va=va, fontsize=9, color=INK)
