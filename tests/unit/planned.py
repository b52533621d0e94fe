"""Shapes to plan with."""

from __future__ import annotations

ON_80 = ("--gpus", "8", "--gpu-memory", "80")
