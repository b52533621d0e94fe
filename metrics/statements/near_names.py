"""Names that are almost a known one: within two edits (on written characters) of a surface, and no alias of it.

A system that misspells a wrong name says a wrong name. Names of 8 characters and more count within two edits, of 5 to 7
within one (Tibetan: 10, 5); shorter ones never, for too much is like them. Known names are cut into pieces of which at
least one stays whole under so few edits (pigeonhole), so that the time per text does not depend on how many names there
are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import regex
from rapidfuzz.distance import Levenshtein

from metrics.matching import may_begin, may_end

LONG, SHORT = 8, 5
"""Written characters from which two edits, and one edit, are looked for."""
SYLLABIC_LONG, SYLLABIC_SHORT = 10, 5
"""The same for Tibetan, whose short syllables are alike in many words."""
_GRAPHEME = regex.compile(r"\X")
_LETTER = regex.compile(r"[\p{L}\p{M}]")
_SEPARATORS = regex.compile(r"[\s་\p{P}ฯ]+")


@dataclass(frozen=True, slots=True)
class NearName:
    """A stretch of text that is almost a known name."""

    start: int
    end: int
    type: str
    known: str
    """The name that it is like."""


@dataclass(frozen=True, slots=True)
class _Name:
    surface: str
    type: str
    units: tuple[str, ...]
    edits: int


def _units(text: str) -> tuple[str, ...]:
    return tuple(_GRAPHEME.findall(text))


def _same_syllables(said: str, known: str) -> bool:
    """Are two Tibetan names alike syllable by syllable? A short one with another syllable is another word, however few
    letters that is."""
    one, other = said.strip("་").split("་"), known.strip("་").split("་")
    if len(one) != len(other):
        return False
    pairs = [(_units(a), _units(b)) for a, b in zip(one, other, strict=True) if a != b]
    return len(one) >= 4 or all(Levenshtein.distance(a, b) < max(len(a), len(b)) for a, b in pairs)


class NearNames:
    """An index of known names."""

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        """names: (surface, fact type), normalised; short ones are left out."""
        self._names: list[_Name] = []
        self._pieces: dict[str, list[tuple[int, int, int]]] = {}
        self._known: set[str] = set()
        for surface, kind in sorted(set(names)):
            units = _units(surface)
            self._known.add(_SEPARATORS.sub("", surface))
            long, short = (SYLLABIC_LONG, SYLLABIC_SHORT) if "་" in surface else (LONG, SHORT)
            if len(units) < short:
                continue
            edits = 2 if len(units) >= long else 1
            at = len(self._names)
            self._names.append(_Name(surface, kind, units, edits))
            parts = edits + 1
            cuts = [len(units) * i // parts for i in range(parts + 1)]
            for low, high in pairwise(cuts):
                self._pieces.setdefault("".join(units[low:high]), []).append((at, low, high))
        lengths: dict[str, set[int]] = {}
        for piece in self._pieces:
            lengths.setdefault(piece[:2], set()).add(len(piece))
        self._lengths = {head: tuple(sorted(found, reverse=True)) for head, found in lengths.items()}

    def find(self, text: str, gaps: Sequence[tuple[int, int]]) -> list[NearName]:
        """Near names that have a whole piece in one of the gaps (stretches of text that no known item covers); none
        overlap.

        They may reach over what lies beside a gap: the place in a misspelt university's name is no place.
        """
        hits: dict[tuple[int, int], tuple[int, int, int]] = {}
        for low, high in gaps:
            for at in range(low, high - 1):
                for length in self._lengths.get(text[at : at + 2], ()):
                    if at + length <= high:
                        for name, first, last in self._pieces.get(text[at : at + length], ()):
                            hits.setdefault((name, at - first), (at, first, last))
        if not hits:
            return []
        starts = [m.start() for m in _GRAPHEME.finditer(text)]
        place = {start: i for i, start in enumerate(starts)}
        units = [text[a:b] for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]
        starts.append(len(text))
        found = []
        for (name, _), (at, first, last) in hits.items():
            if at in place:
                match = self._verify(text, units, starts, place[at], self._names[name], first, last)
                if match is not None:
                    found.append(match)
        # The closest first, then the longest: what overlaps a better one is dropped.
        found.sort(key=lambda pair: (pair[0], pair[1].start - pair[1].end, pair[1].start, pair[1].known))
        kept: list[NearName] = []
        for _, near in found:
            if all(near.end <= other.start or near.start >= other.end for other in kept):
                kept.append(near)
        return sorted(kept, key=lambda near: near.start)

    def _verify(
        self, text: str, units: list[str], starts: list[int], at: int, name: _Name, first: int, last: int
    ) -> tuple[int, NearName] | None:
        """The best stretch around a whole piece that stands at unit `at`, as (edits, near name); None where it is too
        far or the name itself."""
        left = self._side(name.units[:first][::-1], units[max(0, at - first - name.edits) : at][::-1], name.edits)
        if left is None:
            return None
        after = at + last - first
        right = self._side(
            name.units[last:], units[after : after + len(name.units) - last + name.edits], name.edits - left[0]
        )
        if right is None:
            return None
        low, high = starts[at - left[1]], starts[after + right[1]]
        surface = text[low:high]
        if _SEPARATORS.sub("", surface) in self._known or not (may_begin(text, low) and may_end(text, low, high)):
            return None
        # Within a longer word only the ends of the name tell that it is one: พาทแรงงาน in ข้อพิพาทแรงงาน is no
        # กรมแรงงาน.
        if (units[at - left[1]] != name.units[0] and low and _LETTER.match(text, low - 1)) or (
            units[after + right[1] - 1] != name.units[-1] and high < len(text) and _LETTER.match(text, high)
        ):
            return None
        if "་" in surface and not _same_syllables(surface, name.surface):
            return None
        return left[0] + right[0], NearName(low, high, name.type, name.surface)

    @staticmethod
    def _side(known: Sequence[str], said: Sequence[str], edits: int) -> tuple[int, int] | None:
        """(edits, length) of the prefix of `said`, ending in a letter, that is closest to `known`; None above
        `edits`."""
        best: tuple[int, int] | None = None
        # The same length first: among equals a replaced character is likelier than two that moved.
        for more in sorted(range(-edits, edits + 1), key=abs):
            length = len(known) + more
            if 0 <= length <= len(said) and not (length and _SEPARATORS.fullmatch(said[length - 1])):
                distance = Levenshtein.distance(known, said[:length], score_cutoff=edits)
                if distance <= edits and (best is None or distance < best[0]):
                    best = (distance, length)
        return best
