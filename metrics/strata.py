"""Facts that D_para shows and facts that it never shows: RL on source-only text can teach the second kind, SFT cannot
(formats: "Metrics").

A fact is seen when one of its target surfaces stands in a reference of D_para, and what an output states of it with it;
what nothing in the source bears out is seen when its own surface stands there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property

from metrics.alignment import Alignment, Item
from metrics.files import sha256_json
from metrics.matching import may_begin, may_end
from metrics.normalise import normalise, normalise_surface
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
        """Whether D_para's references hold this surface, as words: 9 is not in 29, as everywhere."""
        if surface not in self._known:
            self._known[surface] = self._holds(normalise_surface(surface))
        return self._known[surface]

    def _holds(self, surface: str) -> bool:
        at = self._text.find(surface) if surface else -1
        while at >= 0:
            if may_begin(self._text, at) and may_end(self._text, at, at + len(surface)):
                return True
            at = self._text.find(surface, at + 1)
        return False

    def shows(self, surfaces: Sequence[str]) -> bool:
        """Whether one of a fact's surfaces is held."""
        return any(self.has(s) for s in surfaces)


def of_stratum(
    example: Example, alignment: Alignment | None, shown: Shown, seen: bool
) -> tuple[Example, Alignment | None]:
    """The example and its alignment with the facts and items of one stratum alone."""
    if alignment is None:
        return example, None
    keep = [shown.shows(fact.target) == seen for fact in example.facts or ()]
    facts = tuple(f for f, k in zip(example.facts or (), keep, strict=True) if k)
    stated = tuple(s for s, k in zip(alignment.stated, keep, strict=True) if k)

    kept = {i for i, k in enumerate(keep) if k}

    def mine(items: tuple[Item, ...]) -> tuple[Item, ...]:
        # What is supported goes with its fact, whatever alias states it; what is not, by its own surface.
        return tuple(
            item for item in items if (bool(item.facts & kept) if item.facts else shown.has(item.surface) == seen)
        )

    part = replace(
        alignment, stated=stated, supported=mine(alignment.supported), unsupported=mine(alignment.unsupported)
    )
    return replace(example, facts=facts), part
