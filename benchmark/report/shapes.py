"""Markers of a figure, and about how wide its texts are."""

from __future__ import annotations

import math
import unicodedata

from benchmark.report.axes import Point

_STAR = [(math.sin(i * math.pi / 5), -math.cos(i * math.pi / 5)) for i in range(10)]
SHAPES: dict[str, list[Point]] = {
    "s": [(-1, -1), (1, -1), (1, 1), (-1, 1)],
    "^": [(0, -1), (1, 1), (-1, 1)],
    "v": [(0, 1), (1, -1), (-1, -1)],
    "D": [(0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)],
    "X": [(-1, -0.5), (-0.5, -1), (0, -0.5), (0.5, -1), (1, -0.5), (0.5, 0), (1, 0.5), (0.5, 1), (0, 0.5), (-0.5, 1),
          (-1, 0.5), (-0.5, 0)],
    "P": [(-0.35, -1), (0.35, -1), (0.35, -0.35), (1, -0.35), (1, 0.35), (0.35, 0.35), (0.35, 1), (-0.35, 1),
          (-0.35, 0.35), (-1, 0.35), (-1, -0.35), (-0.35, -0.35)],
    "h": [(math.cos(i * math.pi / 3), math.sin(i * math.pi / 3)) for i in range(6)],
    "*": [(x, y) if i % 2 == 0 else (0.42 * x, 0.42 * y) for i, (x, y) in enumerate(_STAR)],
}  # fmt: skip
"""Marker -> its corners, in half of its size."""


def width_of(text: str, size: float) -> float:
    """About how wide a text is in the page's font, in points: nothing for marks, a full square for Chinese."""
    wide = 0.0
    for char in text:
        if not unicodedata.category(char).startswith("M"):
            wide += 1.0 if unicodedata.east_asian_width(char) in "WF" else 0.56
    return wide * size
