"""What JSON is taken for a row or a config: the hooks of `json.loads` that refuse the rest."""

from __future__ import annotations

import math
from typing import Any


def refuse_constant(name: str) -> float:
    """For `parse_constant`: NaN and Infinity are no JSON."""
    raise ValueError(f"{name} is not a number JSON knows")


def finite(digits: str) -> float:
    """For `parse_float`: no number beyond a double."""
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(f"{digits[:40]} is too large a number")
    return value


def whole(digits: str) -> int:
    """For `parse_int`: no whole number of more than 40 digits."""
    # The interpreter turns 4,300 digits at most into a number. Tokenizers' configs hold one of 31.
    if len(digits) > 40:
        raise ValueError(f"{digits[:20]}... is too large a whole number")
    return int(digits)


def whole64(digits: str) -> int:
    """For `parse_int`: a whole number of 64 bits."""
    if not -(2**63) <= (value := whole(digits)) < 2**63:
        raise ValueError(f"{digits} is too large a whole number")
    return value


def distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """For `object_pairs_hook`: no key twice, of whose values json keeps the last without a word."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for i, name in enumerate(names) if name in names[:i])
        raise ValueError(f"the key {twice[:40]!r} stands twice in an object: keep one of its values")
    return found
