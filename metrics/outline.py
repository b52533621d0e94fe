"""What an examples file is like as a whole: everything that a block of its segments cannot tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from metrics.form.held import Held
from metrics.languages import code
from metrics.records import FACT_TYPES, Example

BLOCK = 2000
"""Segments that are looked at together."""
PASSAGE = 10
"""Salient facts that make a text a passage, of which placement.* is measured."""


def is_passage(example: Example) -> bool:
    """Whether an example has so many salient facts that their places tell something."""
    return sum(fact.salient for fact in example.facts or ()) >= PASSAGE


@dataclass
class Outline:
    """Counts over all examples of a file; made once, for all systems."""

    n: int = 0
    pairs: set[tuple[str, str]] = field(default_factory=set)
    """(source, target language) as the file names them."""
    fact_types: set[str] = field(default_factory=set)
    with_facts: int = 0
    """Examples whose facts are known."""
    passages: int = 0
    """Examples with so many salient facts that placement.* looks at them."""
    with_reference: int = 0
    depths: set[int] = field(default_factory=set)
    """Numbers of references that examples have, none apart."""
    form: dict[str, Held] = field(default_factory=dict)
    """Target language -> what its references are like, in alphabetical order."""

    @classmethod
    def of(cls, examples: Iterable[Example]) -> Outline:
        """Of a whole file, read block by block."""
        found, rest = cls(), iter(examples)
        while block := list(islice(rest, BLOCK)):
            found.add(block)
        return found

    def add(self, examples: Sequence[Example]) -> None:
        """Looks at more examples."""
        by_lang: dict[str, list[Example]] = {}
        for example in examples:
            self.n += 1
            self.pairs.add((example.source_lang, example.target_lang))
            self.with_facts += example.facts is not None
            self.passages += is_passage(example)
            self.fact_types.update(fact.type for fact in example.facts or ())
            if example.reference:
                self.with_reference += 1
                self.depths.add(len(example.reference))
            by_lang.setdefault(code(example.target_lang), []).append(example)
        for lang, own in by_lang.items():
            if lang not in self.form:
                self.form[lang] = Held(lang)
                self.form = dict(sorted(self.form.items()))
            self.form[lang].add(own)

    @property
    def types(self) -> list[str]:
        """Fact types that occur, in the order of the suite."""
        return [kind for kind in FACT_TYPES if kind in self.fact_types]

    @property
    def targets(self) -> list[str]:
        """Target languages as the file names them, in alphabetical order."""
        return sorted({target for _, target in self.pairs})
