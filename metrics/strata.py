"""Facts that D_para shows and facts that it never shows: RL on source-only text can teach the second kind, SFT cannot (formats: "Metrics").

A fact is seen when one of its target surfaces stands in a reference of D_para; what an output states is seen when its surface does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property

from metrics.alignment import Alignment, Item
from metrics.files import sha256_json
from metrics.normalise import normalise
from metrics.records import Example

STRATA = ("seen", "unseen")


class Shown:
    """The target texts of D_para, asked for surfaces."""

    def __init__(self, texts: Iterable[str]) -> None:
        """texts: all references of D_para."""
        self._text = "\n".join(normalise(t) for t in texts)
        self._known: dict[str, bool] = {}

    @cached_property
    def fingerprint(self) -> str:
        """For signatures."""
        return sha256_json(self._text)[:12]

    def has(self, surface: str) -> bool:
        """Whether D_para's references hold this surface."""
        if surface not in self._known:
            self._known[surface] = normalise(surface) in self._text
        return self._known[surface]

    def shows(self, surfaces: Sequence[str]) -> bool:
        """Whether one of a fact's surfaces is held."""
        return any(self.has(s) for s in surfaces)


def of_stratum(example: Example, alignment: Alignment | None, shown: Shown, seen: bool) -> tuple[Example, Alignment | None]:
    """The example and its alignment with the facts and items of one stratum alone."""
    if alignment is None:
        return example, None
    keep = [shown.shows(fact.target) == seen for fact in example.facts or ()]
    facts = tuple(f for f, k in zip(example.facts or (), keep, strict=True) if k)
    stated = tuple(s for s, k in zip(alignment.stated, keep, strict=True) if k)

    def mine(items: tuple[Item, ...]) -> tuple[Item, ...]:
        return tuple(item for item in items if shown.has(item.surface) == seen)

    part = replace(alignment, stated=stated, supported=mine(alignment.supported), unsupported=mine(alignment.unsupported))
    return replace(example, facts=facts), part
