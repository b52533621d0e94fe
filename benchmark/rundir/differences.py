"""Which settings of a run directory differ from those that are asked for now."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmark.rundir.manifest import read_manifest
from metrics.errors import UserError

SHOWN_KEYS = 6
"""Differing keys that a message names."""


def differing(run_dir: Path, config: Mapping[str, Any] | None) -> str:
    """ ": rl.beta 0.04 there, 0.02 now" of the keys that differ from those of the manifest; "" where that cannot be
    told."""
    if config is None:
        return ""
    try:
        before = _flat(read_manifest(run_dir).config)
    except UserError:
        return ""  # the hash alone tells that it is another one
    now = _flat(config)
    keys = sorted(k for k in before.keys() | now.keys() if before.get(k) != now.get(k))
    if not keys:
        return " (the settings are equal: the data files, the models or the version differ)"
    told = [f"{k} {_value(before, k)} there, {_value(now, k)} now" for k in keys[:SHOWN_KEYS]]
    return ": " + "; ".join(told) + (f"; and {len(keys) - SHOWN_KEYS} more" if len(keys) > SHOWN_KEYS else "")


def _flat(values: Mapping[str, Any], head: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in values.items():
        flat |= _flat(value, f"{head}{key}.") if isinstance(value, Mapping) else {f"{head}{key}": value}
    return flat


def _value(values: Mapping[str, Any], key: str) -> str:
    return json.dumps(values[key], ensure_ascii=False)[:60] if key in values else "absent"
