"""What the references of an examples file are like in form, and whether the shipped language model knows such texts:
asked of the whole file, never of a block of it, and never of the outputs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from metrics.form import grams
from metrics.form.known import Known, known, languages
from metrics.languages import code
from metrics.normalise import tidy
from metrics.records import Example

STRANGE = 0.2
"""References with more unseen pieces than this are from elsewhere: nothing is said of texts about them. Held-out gold
has at most .02, real news .44 (Tibetan), .78 (Thai) and .97 (Chinese; docs/metrics.md)."""
HOW = "name a language model (--set score.fluency=HUB_ID_OR_FOLDER)"


@dataclass
class _Unseen:
    """Pieces of texts that a model never saw."""

    never: int = 0
    pieces: int = 0

    def add(self, texts: Sequence[str], model: Known) -> None:
        for first, end in grams.portions(texts):
            made = grams.block([grams.read(text) for text in texts[first:end]])
            never, pieces = grams.strange(made, model.grams, model.piece)
            self.never, self.pieces = self.never + never, self.pieces + pieces

    @property
    def rate(self) -> float:
        return self.never / self.pieces if self.pieces else 0.0


@dataclass
class Held:
    """The examples of one target language."""

    lang: str
    """`metrics.languages.code`."""
    references: int = 0
    firsts: list[int] = field(default_factory=list)
    """Code points of each first reference."""
    shortest: int | None = None
    longest: int | None = None
    """Code points of references."""
    _unseen: _Unseen = field(default_factory=_Unseen)
    _sources: dict[str, _Unseen] = field(default_factory=dict)
    """Source language -> its texts; of use only where there are no references."""

    def add(self, examples: Sequence[Example]) -> None:
        """Looks at more of them."""
        model = known(self.lang)
        if model is None:
            return
        held = [r for e in examples for r in e.reference or ()]
        self.references += len(held)
        if held:
            self._unseen.add(held, model)
            sizes = [len(tidy(r)) for r in held]
            self.shortest = min(sizes) if self.shortest is None else min(self.shortest, *sizes)
            self.longest = max(sizes) if self.longest is None else max(self.longest, *sizes)
            self.firsts += [len(tidy(e.reference[0])) for e in examples if e.reference]
        if self.references:
            return
        by_lang: dict[str, list[str]] = {}
        for example in examples:
            by_lang.setdefault(code(example.source_lang), []).append(example.source)
        for lang, texts in by_lang.items():
            counts, model = self._sources.setdefault(lang, _Unseen()), known(lang)
            if model is not None:
                counts.add(texts, model)

    def why_not(self) -> str | None:
        """Why the shipped model says nothing of texts about these examples; None where it does.

        Decided by the references, or where there are none by the sources.
        """
        lang, model = self.lang, known(self.lang)
        if model is None:
            return f"unsupported: no language model of {lang} is shipped (there are {', '.join(languages())}); {HOW}"
        what, unseen = "references", self._unseen
        if not self.references:
            what = "sources"
            source = next(iter(self._sources)) if len(self._sources) == 1 else None
            model = None if source is None else known(source)
            if source is None or model is None:
                return (
                    f"unsupported: without references nothing tells whether the shipped model of {lang} knows them; "
                    f"{HOW}"
                )
            unseen = self._sources[source]
        if unseen.rate <= STRANGE:
            return None
        return (
            f"unsupported: the shipped model of {model.lang} knows generated news alone; it never saw "
            f"{unseen.rate:.0%} of the {what}' pieces of {model.piece} characters (at most {STRANGE:.0%}); {HOW}"
        )

    def passages(self, model: Known) -> bool:
        """Whether references are too long for titles."""
        return bool(self.firsts) and float(np.median(self.firsts)) > model.limits[0]

    def lengths(self, model: Known) -> tuple[int, int]:
        """Code points of gold titles: of the model's own and of the references."""
        low, high = model.lengths
        if self.shortest is None or self.longest is None:
            return low, high
        return min(low, self.shortest), max(high, self.longest)


def held_of(examples: Iterable[Example]) -> dict[str, Held]:
    """Target language -> what its examples are like."""
    by_lang: dict[str, list[Example]] = {}
    for example in examples:
        by_lang.setdefault(code(example.target_lang), []).append(example)
    found = {lang: Held(lang) for lang in sorted(by_lang)}
    for lang, own in by_lang.items():
        found[lang].add(own)
    return found
