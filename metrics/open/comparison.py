"""What was read of one output held against its source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

VERIFIED, CONTRADICTED, UNVERIFIED = "verified", "contradicted", "unverified"
Span = tuple[int, int]


TIERS = ("number", "latin", "soft", "name", "answer")
HARD = ("number", "latin", "name")
"""What open.f1 pools."""


class Fact(NamedTuple):
    """One thing read in the source."""

    tier: str
    """One of TIERS."""
    kind: str
    """Kind of a reading, type of a name, or "answer"."""
    surface: str
    span: Span | None
    """Where it stands in the normalised source; None for an answer that is not found there."""
    outcome: str
    """verified | contradicted | unverified"""
    at: Span | None = None
    """Where the normalised output says it, or what stands there in its place (contradicted)."""


class Statement(NamedTuple):
    """One thing said in the output that is true or false of the source."""

    tier: str
    """number | latin | name"""
    kind: str
    surface: str
    span: Span
    supported: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Source and output, read and held against each other."""

    source: str
    text: str
    """Both normalised; spans are measured on them."""
    facts: tuple[Fact, ...]
    statements: tuple[Statement, ...]
    foreign: bool = False
    """The output is not written in the target language, and states nothing (`own_language`)."""

    def recalled(self, tier: str, kind: str | None = None) -> tuple[int, int]:
        """(verified, read) of a tier, or of one kind in it."""
        found = [fact for fact in self.facts if fact.tier == tier and kind in (None, fact.kind)]
        return sum(fact.outcome == VERIFIED for fact in found), len(found)

    def contradicted(self, tier: str) -> tuple[int, int]:
        """(contradicted, read) of a tier."""
        found = [fact for fact in self.facts if fact.tier == tier]
        return sum(fact.outcome == CONTRADICTED for fact in found), len(found)

    def stated(self, tier: str) -> tuple[int, int]:
        """(supported, unsupported) of what the output states."""
        found = [one.supported for one in self.statements if one.tier == tier]
        return sum(found), len(found) - sum(found)
