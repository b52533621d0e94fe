"""The known surfaces of an examples file, in the layers in which texts are searched for them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from metrics.alignment import CLAUSE_TYPES
from metrics.matching import SurfaceMatcher, Whole
from metrics.records import ENTITY_TYPES
from metrics.statements.near_names import NearNames
from metrics.words import whole_word


@dataclass(slots=True)
class Layer:
    """The surfaces of one matching pass."""

    identities: dict[str, set[int]] = field(default_factory=dict)
    """Surface -> the things it may name (a thing is one type with one set of surfaces, in whatever example)."""
    types: dict[str, Counter[str]] = field(default_factory=dict)
    sources: dict[str, set[tuple[str, ...]]] = field(default_factory=dict)
    """Surface -> how its facts are written in their sources."""
    matcher: SurfaceMatcher = field(default_factory=lambda: SurfaceMatcher(()))

    def whole(self, lang: str) -> Whole | None:
        """Whether a match is a whole word; what some fact of the file has as a name is held to it strictly."""
        judge = whole_word(lang)
        if judge is None:
            return None
        return lambda text, start, end: judge(
            text, start, end, not self.types[text[start:end]].keys().isdisjoint(ENTITY_TYPES)
        )

    def type_of(self, surface: str) -> str:
        """The type this surface has most often in the file (ties: alphabetical, so that order of examples is
        nothing)."""
        return min(self.types[surface].items(), key=lambda item: (-item[1], item[0]))[0]


@dataclass(slots=True)
class Layers:
    """Atomic surfaces, the clauses around them, and names that are almost known."""

    atoms: Layer = field(default_factory=Layer)
    clauses: Layer = field(default_factory=Layer)
    near: NearNames = field(default_factory=lambda: NearNames(()))

    def of(self, fact_type: str) -> Layer:
        """The matching pass of a fact type."""
        return self.clauses if fact_type in CLAUSE_TYPES else self.atoms
