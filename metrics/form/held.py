"""What the references of an examples file are like in form, and whether the shipped language model knows such texts:
asked of the whole file, never of a block of it, and never of the outputs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from metrics.form import grams
from metrics.form.known import Known, languages, models
from metrics.languages import code
from metrics.normalise import tidy
from metrics.records import Example

STRANGE = 0.2
"""References with more unseen pieces than this are from elsewhere: nothing is said of texts about them. Held-out gold
has at most .02, real news .44 (Tibetan), .78 (Thai) and .97 (Chinese; docs/metrics.md)."""
HOW = "name a language model (--set score.fluency=HUB_ID_OR_FOLDER)"


class _Unseen:
    """Pieces of texts that each of a language's models never saw."""

    def __init__(self, lang: str) -> None:
        self.models = models(lang)
        self.never = [0] * len(self.models)
        self.pieces = [0] * len(self.models)

    def add(self, texts: Sequence[str]) -> None:
        for first, end in grams.portions(texts):
            made = grams.block([grams.read(text) for text in texts[first:end]])
            for i, model in enumerate(self.models):
                never, pieces = grams.strange(made, model.grams, model.piece)
                self.never[i], self.pieces[i] = self.never[i] + never, self.pieces[i] + pieces

    def best(self) -> tuple[float, int] | None:
        """(share never seen, place in `models`) of the model that knows the texts best, the first of equals; None where
        there is none."""
        rates = [(n / p if p else 0.0, i) for i, (n, p) in enumerate(zip(self.never, self.pieces, strict=True))]
        return min(rates, default=None)


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
    _sources: dict[str, _Unseen] = field(default_factory=dict)
    """Source language -> its texts; of use only where there are no references."""

    def __post_init__(self) -> None:
        self._unseen = _Unseen(self.lang)

    @property
    def model(self) -> Known | None:
        """The shipped model of the world that the references, or where there are none the sources, are of; None where
        the language has none."""
        best = self._best()
        return None if best is None else self._unseen.models[best[1]]

    def _best(self) -> tuple[float, int] | None:
        if self.references or not self._unseen.models:
            return self._unseen.best()
        best = next(iter(self._sources.values())).best() if len(self._sources) == 1 else None
        return best if best is None or best[1] < len(self._unseen.models) else None

    def add(self, examples: Sequence[Example]) -> None:
        """Looks at more of them."""
        if not self._unseen.models:
            return
        held = [r for e in examples for r in e.reference or ()]
        self.references += len(held)
        if held:
            self._unseen.add(held)
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
            self._sources.setdefault(lang, _Unseen(lang)).add(texts)

    def why_not(self) -> str | None:
        """Why the shipped model says nothing of texts about these examples; None where it does.

        Decided by the references, or where there are none by the sources.
        """
        lang, best = self.lang, self._best()
        if not self._unseen.models:
            return f"unsupported: no language model of {lang} is shipped (there are {', '.join(languages())}); {HOW}"
        if best is None:
            return (
                f"unsupported: without references nothing tells whether the shipped model of {lang} knows them; {HOW}"
            )
        rate, at = best
        own = self._unseen if self.references else next(iter(self._sources.values()))
        what, model = "references" if self.references else "sources", own.models[at]
        if rate <= STRANGE:
            return None
        return (
            f"unsupported: the shipped model of {model.lang} knows generated news alone; it never saw "
            f"{rate:.0%} of the {what}' pieces of {model.piece} characters (at most {STRANGE:.0%}); {HOW}"
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
