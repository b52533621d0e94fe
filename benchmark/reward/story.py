"""One held-out article in one target language, with the ways to write it right and wrong."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from benchmark.reward.phrases import phrases
from benchmark.reward.worlds import ChallengeWorld
from benchmark.tasks.newswire.articles import DENIED, Article, Line, body, fill
from benchmark.tasks.newswire.frames import SLOT, Slot
from benchmark.tasks.newswire.gold import facts
from benchmark.tasks.newswire.values import Value
from metrics.records import Example


@dataclass(frozen=True, slots=True)
class Draft:
    """A minimal pair for the story's source."""

    better: str
    worse: str
    severity: str
    fact_type: str | None = None
    changed: str = ""


@dataclass(frozen=True)
class Story:
    """An article as damage.py sees it. Everything random comes from `rng`."""

    article: Article
    lang: str
    world: ChallengeWorld
    core: bool
    """The core inventory alone, or the whole world."""
    others: tuple[Article, ...]
    """Further held-out articles, for texts that are about something else."""
    rng: random.Random

    @cached_property
    def source(self) -> str:
        """The Chinese article."""
        return body(self.article, "zh")

    @cached_property
    def title_form(self) -> str:
        """The form of every right title of this story. The reference has another one, so that no metric wins by a
        verbatim match."""
        return self.article.frame.title[self.lang][self.article.title_form[self.lang]]

    @cached_property
    def title(self) -> str:
        """The right title."""
        return self.write(self.title_form, self.article.values)

    @cached_property
    def reference(self) -> str:
        """A right title of another form."""
        forms = self.article.frame.title[self.lang]
        return self.write(forms[(self.article.title_form[self.lang] + 1) % len(forms)], self.article.values)

    @cached_property
    def plain_lines(self) -> list[Line]:
        """Sentences that state nothing but what is the article's own: nobody's words, nothing denied."""
        own = self.article.values
        return [x for x in self.article.lines if all(n in own and not n.startswith(DENIED) for n in x.values)]

    @cached_property
    def salient(self) -> dict[str, Value]:
        """Slots of the title."""
        return {name: self.article.values[name] for name in self.article.frame.salient}

    def example(self, identity: str) -> Example:
        """What metrics may know."""
        return Example(
            identity, self.source, (self.reference,), tuple(facts(self.article, self.lang)), "zh", self.lang, identity
        )

    def write(self, form: str, values: Mapping[str, Value]) -> str:
        """A form filled in the target language; deleted values leave no double spaces or tshegs behind."""
        text = fill(form, dict(values), self.lang, self.article.surface_form[self.lang])[0]
        while "་་" in text:
            text = text.replace("་་", "་")
        return " ".join(text.split())

    def retitled(self, changes: Mapping[str, Value]) -> str:
        """The title with some values changed."""
        return self.write(self.title_form, {**self.article.values, **changes})

    def slot(self, name: str) -> Slot | None:
        """The slot's definition."""
        return self.world.slot(self.article, name)

    def surface(self, value: Value) -> str:
        """The usual surface in the target language."""
        return value.surfaces[self.lang][0]

    def wrong(self, name: str, near: float = 0.5) -> Value | None:
        """A value that the source does not hold, for one slot; None where none turns up."""
        slot = self.slot(name)
        for _ in range(8):
            value = self.world.replaced(self.article, name, slot, self.core, self.rng, near) if slot else None
            if value is not None and not any(s in self.source for s in value.surfaces["zh"]):
                return value
        return None

    def vague(self, value: Value) -> Value:
        """What stands in the text when the value is left out: a word that says nothing, in Thai at times no word at
        all."""
        word = phrases()["vague"][self.lang][value.type]
        if self.lang == "th" and self.rng.random() < 0.5:
            word = ""
        return Value(value.type, "left out", {self.lang: (word,)}, {self.lang: 1})

    def line_with(self, types: tuple[str, ...]) -> tuple[str, str] | None:
        """(form of a sentence, slot) for a slot of one of these fact types that is the article's own; None where no
        sentence has one."""
        found = []
        for line in self.plain_lines:
            for name, value in line.values.items():
                if value.type in types and self.article.values.get(name) == value and self.slot(name) is not None:
                    found.append((line.sentence.forms[self.lang][line.forms[self.lang]], name))
        return self.rng.choice(found) if found else None

    def change(self, types: tuple[str, ...]) -> tuple[str, str] | None:
        """(form, slot) to be changed: in the title where it states such a fact, else in a title followed by a sentence
        that does."""
        names = [n for n, v in self.salient.items() if v.type in types]
        if names:
            return self.title_form, self.rng.choice(names)
        line = self.line_with(types)
        return None if line is None else (f"{self.title_form} {line[0]}", line[1])

    def swap(self, form: str, name: str, value: Value, severity: str) -> Draft:
        """The pair in which one slot of a form is changed."""
        old = self.article.values[name]
        better = self.write(form, self.article.values)
        return Draft(
            better,
            self.write(form, {**self.article.values, name: value}),
            severity,
            old.type,
            f"{self.surface(old)} → {self.surface(value)}",
        )

    @staticmethod
    def slots(form: str) -> set[str]:
        """Names of the slots of a form."""
        return {m[1] for m in SLOT.finditer(form)}
