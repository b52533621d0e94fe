"""What a dictionary says of a source, word for word: that of the task's parallel data, or on a real corpus the list
of names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from metrics.inventory import CLAUSE_TYPES
from metrics.normalise import normalise
from metrics.records import Example

_DIGITS = re.compile(r"[0-9]+")
_NUMERAL = re.compile(r"[0-9][0-9,.]*[0-9]%?|[0-9]%?")


class Dictionary:
    """Source surface -> (type, target surface); numbers that both have are slots."""

    def __init__(self, pairs: Sequence[Example]) -> None:
        counted: dict[str, Counter[tuple[str, str]]] = {}
        for fact in (f for e in pairs for f in e.facts or () if f.type not in CLAUSE_TYPES):
            for surface in fact.source:
                made = _slotted(surface, fact.target[0])
                if made is not None:
                    counted.setdefault(made[0], Counter())[fact.type, made[1]] += 1
        self.of = {s: min(c.items(), key=lambda item: (-item[1], item[0]))[0] for s, c in counted.items()}
        ordered = sorted(self.of, key=lambda s: (-len(s), s))
        self._found = re.compile("|".join("[0-9]+".join(map(re.escape, s.split("\0"))) for s in ordered) or r"(?!)")

    def read(self, text: str) -> list[tuple[str, str]]:
        """(type, target surface) of what it knows in a text, leftmost and longest first, each once."""
        return list(dict.fromkeys((kind, target) for kind, target, _, _ in self.located(text)))

    def located(self, text: str) -> list[tuple[str, str, int, int]]:
        """(type, target surface, start, end) of what it knows in a text, leftmost and longest first."""
        out = []
        for match in self._found.finditer(text):
            for surface, numbers in _slottings(match.group()):
                if surface in self.of:
                    kind, target = self.of[surface]
                    for number in numbers:
                        target = target.replace("\0", number, 1)
                    out.append((kind, target, match.start(), match.end()))
                    break
        return out


def named_in(examples: Sequence[Example]) -> list[str] | None:
    """The names of the source that the list knows, in the target language, and the Arabic numerals, in their order;
    None without a list."""
    from metrics.open.lists import name_list

    known = name_list(examples[0].source_lang, examples[0].target_lang, None)
    if known is None:
        return None
    texts = []
    for example in examples:
        source = normalise(example.source)
        said = [(hit.start, hit.name.target[0]) for hit in known.read(source)]
        said += [(match.start(), match.group()) for match in _NUMERAL.finditer(source)]
        texts.append(" ".join(text for _, text in sorted(said)))
    return texts


def _slotted(source: str, target: str) -> tuple[str, str] | None:
    """Both with their one common number as a slot; as they are without numbers; None where the numbers are not the
    same in both."""
    ours, theirs = _DIGITS.findall(source), _DIGITS.findall(target)
    common = [n for n in ours if n in theirs]
    if not ours and not theirs:
        return source, target
    if len(common) != 1 or ours.count(common[0]) > 1 or theirs != common:
        return None
    slot = re.compile(rf"(?<![0-9]){common[0]}(?![0-9])")
    return slot.sub("\0", source), slot.sub("\0", target)


def _slottings(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """A matched text as it stands, and with each of its numbers as the slot."""
    return [(text, ()), *((text[: m.start()] + "\0" + text[m.end() :], (m.group(),)) for m in _DIGITS.finditer(text))]
