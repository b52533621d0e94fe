"""The oracle: verdicts from the gold facts and the form of a text. It knows the answers, so it is no independent
judge, and is labelled so.

A text gets a value in 0..1 on each dimension: entity and event are F1 of what it states of those facts, factual is the
share of what it states that the source bears out, completeness the share of all facts, fluency what the form measures
say, conciseness length against the reference without repetition. A grade is five times that, rounded down where facts
are meant (5: nothing is wrong), else rounded. A ranking goes by the mean of the five; a tie is an equal mean. What a
text asks for changes nothing: no text is ever read as an instruction.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metrics.errors import UserError
from metrics.form.known import Known
from metrics.form.scores import fluency as sounding
from metrics.form.scores import model_for, read_texts
from metrics.inventory import Alignment, Inventory
from metrics.judge.form_checks import conciseness, fluency
from metrics.judge.records import (
    ABSENT,
    CHECK,
    CONTRADICTED,
    DIMENSIONS,
    ENTAILED,
    EXTRACT,
    FORM_DIMENSIONS,
    MOST_CLAIMS,
    PAIRWISE,
    RANKING,
    TIE,
    TITLE,
    TOP,
    Question,
    Verdict,
)
from metrics.languages import code
from metrics.normalise import equal_form
from metrics.records import ENTITY_TYPES, QUANTITY_TYPES, Example, Fact
from metrics.version import V

if TYPE_CHECKING:
    from benchmark.settings.schema import Judge as Settings

VERSION = 2
NO_FACTS, NO_REFERENCE = (
    "the oracle needs gold facts, and this example has none",
    "no reference to hold the length against",
)
UNKNOWN = "the oracle does not know this source"
NAMED = frozenset({*ENTITY_TYPES, *QUANTITY_TYPES})
HAPPENED = frozenset({"event", "relation", "cause"})
SAME = 1e-9
"""Values that differ by no more are equal."""


@dataclass
class Oracle:
    """See `benchmark.judge.JudgeLike`."""

    examples: Sequence[Example] = ()
    name: str = "oracle"
    label: str = "oracle (from the gold facts: it knows the answers)"
    _known: dict[tuple[str, str], Example] = field(default_factory=dict, repr=False)
    _values: dict[tuple[str, str], dict[str, float]] = field(default_factory=dict, repr=False)
    _fluency: dict[tuple[str, str], float] = field(default_factory=dict, repr=False)
    modelled: dict[str, Known] = field(default_factory=dict)
    """Language -> the shipped language model that knows texts like these examples' (metrics.form)."""

    def __post_init__(self) -> None:
        """Reads the facts of the examples."""
        self.inventory = Inventory(self.examples)
        self._known = {(e.source, e.target_lang): e for e in self.examples}
        by_lang: dict[str, list[Example]] = {}
        for example in self.examples:
            by_lang.setdefault(code(example.target_lang), []).append(example)
        found = {lang: model_for(own, lang) for lang, own in by_lang.items()}
        self.modelled = {lang: model for lang, model in found.items() if model is not None}

    @property
    def id(self) -> str:
        """Rules, version of the metrics, the facts, and what fluency rests on."""
        sounds = "+".join(f"{lang}:{m.sha256[:12]}" for lang, m in sorted(self.modelled.items())) or "rules"
        return f"oracle:{VERSION}|{V}|facts:{self.inventory.fingerprint}|fluency:{sounds}"

    def knowing(self, examples: Sequence[Example]) -> Oracle:
        """The oracle of other examples."""
        return Oracle(examples)

    def verdicts(self, questions: Sequence[Question]) -> list[Verdict]:
        """Computed, not asked."""
        self._listen(q for q in questions if q.kind in (RANKING, PAIRWISE, DIMENSIONS))
        return [self._verdict(q) for q in questions]

    def _listen(self, questions: Iterable[Question]) -> None:
        """Fluency of all texts that are asked about, in one pass of each language's model."""
        new: dict[str, dict[str, None]] = {}
        for q in questions:
            if (lang := code(q.target_lang)) in self.modelled:
                new.setdefault(lang, {}).update((t, None) for t in q.texts if (lang, t) not in self._fluency)
        for lang, texts in new.items():
            model = self.modelled[lang]
            if texts:
                gold = [model.gold(len(equal_form(t))) for t in texts]
                for text, value in zip(texts, sounding(read_texts(list(texts), model), gold).tolist(), strict=True):
                    self._fluency[lang, text] = value if any(map(str.isalpha, text)) else 0.0

    def price(self, questions: Sequence[Question]) -> dict[str, Any]:
        """Nothing is called."""
        return {"calls": 0, "cached": 0, "prompt_tokens": 0, "completion_tokens": 0, "cost": 0.0}

    def usage(self) -> dict[str, Any]:
        """Nothing is called."""
        return self.price([])

    # ---- one verdict -------------------------------------------------------------------------------------------

    def _verdict(self, q: Question) -> Verdict:
        example = self._known.get((q.source, q.target_lang))
        if example is None:
            return Verdict(q, None, UNKNOWN)
        if example.facts is None:
            return Verdict(q, None, NO_FACTS)
        if q.kind == EXTRACT:
            return Verdict(q, {"claims": [_said(f) for f in claimed(example)], "reason": ""})
        if q.kind in (RANKING, PAIRWISE, DIMENSIONS) and example.reference is None:
            return Verdict(q, None, NO_REFERENCE)
        if q.kind == DIMENSIONS:
            return Verdict(q, self._grades(example, q))
        if q.kind in (RANKING, PAIRWISE):
            worth = {label: self.worth(example, t, q.form) for label, t in zip(q.labels, q.texts, strict=True)}
            return Verdict(q, _ranked(worth) if q.kind == RANKING else _better(worth))
        found = self.inventory.align(example, q.texts[0])
        return Verdict(q, _checked(example, found) if q.kind == CHECK else _stated(example, found))

    def _grades(self, example: Example, q: Question) -> Mapping[str, Any]:
        values = self.values(example, q.texts[0])
        return {
            **{d: grade(values[d], exact=d not in ("fluency", "conciseness")) for d in FORM_DIMENSIONS[q.form]},
            "reason": "",
        }

    def worth(self, example: Example, text: str, form: str = TITLE) -> float:
        """Mean of the five dimensions, 0..1."""
        values = self.values(example, text)
        return sum(values[d] for d in FORM_DIMENSIONS[form]) / len(FORM_DIMENSIONS[form])

    def values(self, example: Example, text: str) -> dict[str, float]:
        """Every dimension in 0..1, of a text about an example with facts and a reference."""
        key = (example.id, text)
        if key not in self._values:
            self._values[key] = self._measured(example, text)
        return self._values[key]

    def _measured(self, example: Example, text: str) -> dict[str, float]:
        if not any(map(str.isalnum, text)):
            # Where a source has no fact of a kind, saying nothing is right about it; a text that says nothing is not.
            return dict.fromkeys(("entity", "event", "factual", "completeness", "fluency", "conciseness"), 0.0)
        found = self.inventory.align(example, text)
        right, wrong = len(found.supported), len(found.unsupported)
        facts = example.facts or ()
        return {
            "entity": _f1(facts, found, NAMED),
            "event": _f1(facts, found, HAPPENED),
            "factual": right / (right + wrong) if right else 0.0,
            "completeness": sum(found.stated) / len(facts) if facts else 0.0,
            "fluency": self._sound(example, text),
            "conciseness": conciseness(example, text),
        }

    def _sound(self, example: Example, text: str) -> float:
        """form.fluency where a language model knows texts of this kind, else what rules see."""
        lang = code(example.target_lang)
        if lang not in self.modelled:
            return fluency(example, text)
        if (lang, text) not in self._fluency:
            q = Question("", DIMENSIONS, example.id, example.source, example.source_lang, lang, (text,))
            self._listen([q])
        return self._fluency[lang, text]


def grade(value: float, exact: bool) -> int:
    """0..1 -> 0..TOP. exact: rounded down, so that TOP means that nothing is wrong."""
    return math.floor(TOP * value + SAME) if exact else round(TOP * value)


def need_facts(name: str, examples: Iterable[Example], where: str) -> None:
    """UserError where the oracle is asked about examples none of which has gold facts: it could say nothing."""
    if name == "oracle" and all(example.facts is None for example in examples):
        raise UserError(
            f"--judge oracle: {where} has no gold facts, which are all that the oracle knows; "
            "give examples with facts, or ask another judge"
        )


def _f1(facts: Sequence[Fact], found: Alignment, types: frozenset[str]) -> float:
    """F1 of what is stated of some types of facts; of recall alone where nothing of them is stated wrongly or
    rightly. No such fact: 1 if none is made up."""
    wanted = [s for fact, s in zip(facts, found.stated, strict=True) if fact.salient and fact.type in types]
    right = sum(item.type in types for item in found.supported)
    wrong = sum(item.type in types for item in found.unsupported)
    if not wanted:
        return 0.0 if wrong else 1.0
    recall = sum(wanted) / len(wanted)
    precision = right / (right + wrong) if right + wrong else 0.0
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _ranked(worth: Mapping[str, float]) -> dict[str, Any]:
    """Competition ranks: 1, 2, 2, 4."""
    ranks = {a: 1 + sum(other > own + SAME for other in worth.values()) for a, own in worth.items()}
    return {"ranks": ranks, "reason": ""}


def _better(worth: Mapping[str, float]) -> dict[str, Any]:
    (a, first), (b, second) = worth.items()
    return {"better": TIE if abs(first - second) <= SAME else a if first > second else b, "reason": ""}


def claimed(example: Example) -> list[Fact]:
    """The facts that the claims protocol asks for: the salient ones."""
    return [f for f in example.facts or () if f.salient][:MOST_CLAIMS]


def _said(fact: Fact) -> str:
    return fact.source[0] if fact.source else fact.target[0]


def _checked(example: Example, found: Alignment) -> dict[str, Any]:
    """Contradicted: denied, or another one of its kind stands in its place."""
    wrong = {item.type for item in found.unsupported}
    labels: list[str] = []
    for i, fact in enumerate(example.facts or ()):
        if fact.salient and len(labels) < MOST_CLAIMS:
            stated, other = found.stated[i], i in found.denied or fact.type in wrong
            labels.append(ENTAILED if stated else CONTRADICTED if other else ABSENT)
    return {"labels": labels, "reason": ""}


def _stated(example: Example, found: Alignment) -> dict[str, Any]:
    kinds = {f.type for f in example.facts or ()}
    said = [(i.surface, ENTAILED) for i in found.supported]
    said += [(i.surface, CONTRADICTED if i.type in kinds else ABSENT) for i in found.unsupported]
    return {"statements": [{"statement": s, "label": label} for s, label in said[: 2 * MOST_CLAIMS]], "reason": ""}


def load_oracle(settings: Settings, ledger: Path | None) -> Oracle:
    """The oracle; it is told its examples by `knowing`."""
    return Oracle()
