"""What a text states of what its source holds: facts covered, items supported, items made up.

Known items are all target surfaces of the examples file plus the numbers and dates that the extractor finds. Matching
is leftmost-longest without overlap over the atomic surfaces (a place inside a university's name is no place mention);
relation and cause surfaces, which are clauses around them, are matched in a second pass of their own. A surface states
its fact only in its place (`metrics.statements`): not where it is denied, not with another unit or predicate, not in
another role.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from metrics.aligner import Aligner
from metrics.alignment import CLAUSE_TYPES, Alignment, Item, Span
from metrics.companions import Companions, companions
from metrics.files import sha256_json
from metrics.known import Known
from metrics.layers import Layers
from metrics.matching import SurfaceMatcher
from metrics.mentions import Mentions
from metrics.normalise import joined, normalise, normalise_surface
from metrics.numbers import base_language
from metrics.records import ENTITY_TYPES, Example
from metrics.spellings import spellings
from metrics.statements.near_names import NearNames
from metrics.statements.units import Units, unit_word

__all__ = ["CLAUSE_TYPES", "Alignment", "Inventory", "Item", "Span"]


class Inventory:
    """All known items of an examples file; `align` holds a text against one of the examples."""

    def __init__(self, examples: Sequence[Example]) -> None:
        """Reads the facts of all examples (those without facts add nothing). Raises ValueError for a doubled id."""
        self.layers = Layers()
        self._examples: dict[str, Example] = {}
        self._surfaces: dict[str, dict[str, list[int]]] = {}
        self._known: dict[str, Known] = {}
        self._companions: dict[str, Companions] = {}
        counted: dict[str, set[str]] = {}
        numbering: dict[tuple[str, tuple[str, ...]], int] = {}
        seen: set[str] = set()
        listed: set[tuple[str, str]] = set()
        for example in examples:
            if example.id in seen:
                raise ValueError(f"example {example.id} is in the list twice")
            seen.add(example.id)
            if example.facts is None:
                continue
            self._examples[example.id] = example
            own = self._surfaces[example.id] = {}
            lang = base_language(example.target_lang)
            for index, fact in enumerate(example.facts or ()):
                layer = self.layers.of(fact.type)
                targets = sorted({joined(normalise_surface(surface)) for surface in fact.target})
                thing = numbering.setdefault((fact.type, tuple(targets)), len(numbering))
                listed.update((fact.type, surface) for surface in targets)
                for surface in dict.fromkeys(way for one in targets for way in spellings(fact.type, one, lang)):
                    layer.identities.setdefault(surface, set()).add(thing)
                    layer.types.setdefault(surface, Counter())[fact.type] += 1
                    layer.sources.setdefault(surface, set()).add(tuple(fact.source))
                    own.setdefault(surface, []).append(index)
                if fact.type == "quantity":
                    counted.setdefault(lang, set()).update(targets)
        for layer in (self.layers.atoms, self.layers.clauses):
            layer.matcher = SurfaceMatcher(layer.identities)
        self._units = {lang: Units(lang, _unit_words(surfaces, lang)) for lang, surfaces in counted.items()}
        self.layers.near = NearNames((surface, kind) for kind, surface in sorted(listed) if kind in ENTITY_TYPES)
        # Known items decide precision: scores of different inventories are not comparable, so the hash goes into
        # signatures.
        self.fingerprint: str = sha256_json(sorted(listed))[:12]

    def align(self, example: Example, text: str, whole: Alignment | None = None) -> Alignment:
        """Holds one output against one example of this inventory.

        whole: the alignment of the output that `text` is the beginning of; what is a list of keywords there stays one.

        A surface is supported when a fact of the example lists it. A number that no surface covers is supported when
        its value is among those of the example's fact surfaces, target or source (in the same currency, where both name
        one); so is a known percentage, sum, date, time or year of another example. What is supported in this way but
        denied, or stands with another unit or predicate than in the source, is false: unsupported, and not stated.
        Unsupported too: names that are almost a known one, names that nobody knows, roles exchanged or doubled. Raises
        ValueError for an example that is not part of the inventory or has no facts.
        """
        if example.facts is None:
            raise ValueError(f"example {example.id} has no gold facts to align with")
        known = self._examples.get(example.id)
        if known is None or known.facts != example.facts:
            raise ValueError(f"example {example.id} is not the one this inventory was built with")
        mentions = Mentions(self.layers, self.known(example), joined(normalise(text)))
        return Aligner(mentions, whole.lists if whole else ()).align()

    def companions(self, example: Example) -> Companions:
        """Beside which other facts each fact of an example of this inventory may stand (`metrics.placement`)."""
        found = self._companions.get(example.id)
        if found is None:
            told = [self.align(example, reference) for reference in example.reference or ()]
            found = self._companions[example.id] = companions(example, told)
        return found

    def known(self, example: Example) -> Known:
        """What an example of this inventory bears out."""
        found = self._known.get(example.id)
        if found is None:
            lang = base_language(example.target_lang)
            if lang not in self._units:
                self._units[lang] = Units(lang)
            units = self._units[lang]
            found = self._known[example.id] = Known(
                self._examples[example.id], self._surfaces[example.id], self.layers.atoms.matcher, units
            )
        return found


_DIGITS = re.compile(r"[0-9]+(?:\.[0-9]+)?")


def _unit_words(surfaces: Iterable[str], lang: str) -> set[str]:
    """The words that stand at the numbers of these surfaces, numbers in figures alone."""
    found = set()
    for surface in surfaces:
        match = _DIGITS.search(surface)
        if match:
            found.add(unit_word(surface, *match.span(), lang))
    return found - {""}
