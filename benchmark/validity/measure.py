"""References, shuffled references and damaged references held against their sources: rates with intervals, misses,
speed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmark.validity.damage import DAMAGES, Damaged, damage
from metrics.draws import Draws
from metrics.open.bounds import counts, shuffled
from metrics.open.comparison import HARD, VERIFIED, Comparison
from metrics.open.facts import hold
from metrics.open.lists import name_list
from metrics.open.names import NameList
from metrics.open.scores import WHOLE, compare_all, score_open
from metrics.records import Example
from metrics.segment import SegmentStats, unscorable
from metrics.summary import summarise

RATES = (
    "open.number.recall",
    "open.number.precision",
    "open.latin.recall",
    "open.name.recall",
    "open.name.contradicted",
    "open.soft.recall",
    "open.answer.recall",
    "open.f1",
)
"""The columns of the table."""
MISSES = 200
"""Misses and inventions that are listed, for a person to look at."""
AROUND = 40
SPEED_TEXTS = 2000
"""Segments that are timed; fewer are timed again until there are so many."""


def noticed(before: Comparison, after: Comparison, made: Damaged) -> bool:
    """Whether damage shows: the fact is no longer verified, more is unsupported, or less is recalled."""
    if made.fact is not None:
        now = [
            fact.outcome
            for fact in after.facts
            if (fact.tier, fact.kind, fact.surface, fact.span)
            == (made.fact.tier, made.fact.kind, made.fact.surface, made.fact.span)
        ]
        if now != [VERIFIED]:
            return True
    wrong = [sum(one.stated(tier)[1] for tier in HARD) for one in (before, after)]
    right = [sum(one.recalled(tier)[0] for tier in HARD) for one in (before, after)]
    return wrong[1] > wrong[0] or (made.fact is None and right[1] < right[0])


Listed = list[dict[str, str]]


def _damaged(
    examples: Sequence[Example], found: Sequence[Comparison], own: Path | None, seed: int
) -> tuple[list[SegmentStats], dict[str, Listed]]:
    """For each kind of damage the share noticed, and what was not."""
    ids = tuple(example.id for example in examples)
    stats, unnoticed = [], {}
    for name in DAMAGES:
        rows = np.zeros((len(examples), 2))
        missed: Listed = []
        for i, (example, before) in enumerate(zip(examples, found, strict=True)):
            known = name_list(example.source_lang, example.target_lang, own)
            for made in damage(name, example.id, before, known, (example.source_lang, example.target_lang), seed):
                seen = noticed(before, hold(example, made.text, known), made)
                rows[i] += (seen, 1)
                if not seen and len(missed) < MISSES:
                    missed.append({"id": example.id, "before": made.before, "after": made.after, "text": made.text})
        unnoticed[name] = missed
        reasons = tuple(None if row[1] else "nothing to damage" for row in rows)
        signature = f"damage.{name}|seed:{seed}"
        if rows[:, 1].sum():
            stats.append(SegmentStats(f"noticed.{name}", ids, rows, "ratio", reasons, signature, True))
        else:
            stats.append(unscorable(f"noticed.{name}", ids, "nothing to damage", signature, True, "ratio"))
    return stats, unnoticed


def _misses(examples: Sequence[Example], found: Sequence[Comparison]) -> tuple[Listed, Listed]:
    """(hard facts that the reference does not say, numbers of the reference that the source does not bear out), with
    their surroundings."""
    missed, invented = [], []
    for example, one in zip(examples, found, strict=True):
        for fact in one.facts:
            if fact.outcome != VERIFIED and fact.tier != "soft" and fact.span:
                missed.append(
                    {
                        "id": example.id,
                        "tier": fact.tier,
                        "kind": fact.kind,
                        "surface": fact.surface,
                        "outcome": fact.outcome,
                        "source": _around(one.source, fact.span),
                        "reference": one.text,
                    }
                )
        for said in one.statements:
            if not said.supported and said.tier == "number":
                invented.append(
                    {
                        "id": example.id,
                        "kind": said.kind,
                        "surface": said.surface,
                        "reference": _around(one.text, said.span),
                        "source": one.source,
                    }
                )
    return missed[:MISSES], invented[:MISSES]


def _around(text: str, span: tuple[int, int]) -> str:
    return text[max(0, span[0] - AROUND) : span[1] + AROUND]


def _rate(work: Callable[[Sequence[Example], list[str]], object], examples: Sequence[Example]) -> float:
    """Segments a minute on one core of what `work` does; the first pass over a few loads lists and dictionaries and is
    not counted."""
    texts = [(example.reference or ("",))[0] for example in examples]
    work(examples[:3], texts[:3])
    wanted = min(len(examples), SPEED_TEXTS)
    start = time.process_time()
    work(examples[:wanted], texts[:wanted])
    return 60 * wanted / max(time.process_time() - start, 1e-9)


def speed(examples: Sequence[Example], own: Path | None) -> dict[str, float]:
    """Segments a minute and core, by family; `together` is all three after one another. Processor time, so other work
    does not count."""
    from metrics.open import facts
    from metrics.overlap import score_overlap
    from metrics.verbosity import score_verbosity

    def read(some: Sequence[Example], texts: list[str]) -> None:
        facts.forget()
        score_open(some, texts, own)

    rates = {
        "open": _rate(read, examples),
        "verbosity": _rate(lambda some, texts: score_verbosity(some, texts, None, None), examples),
        "overlap": _rate(lambda some, texts: score_overlap(some, texts), examples),
    }
    return {**rates, "together": 1 / sum(1 / rate for rate in rates.values())}


def validate(
    examples: Sequence[Example], own: Path | None, seed: int, say: Callable[[str], None], timed: bool = True
) -> dict[str, Any]:
    """The whole result, as it stands in metrics.json. Every example needs a reference; gold facts are put aside.

    timed: measure the speed too (the only part that differs between equal calls).
    """
    examples = [replace(example, facts=None) for example in examples]
    references = [(example.reference or ("",))[0] for example in examples]
    docs = [e.doc_id for e in examples] if any(e.doc_id is not None for e in examples) else None

    def cells(stats: Sequence[SegmentStats]) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = summarise({"x": stats}, docs, {}, {}, draws=Draws(seed=seed))["systems"]["x"]
        wanted = ("value", "ci_low", "ci_high", "n_scored", "n_total", "reason")
        return {name: {key: cell[key] for key in wanted if key in cell} for name, cell in found.items()}

    say("references")
    found = [one for one in compare_all(examples, references, own) if one is not None]
    gold = score_open(examples, references, own, found)
    say("shuffled references")
    order = shuffled(examples)
    low = score_open(examples, [references[i] for i in order], own) if order else None
    say("damaged references")
    harmed, unnoticed = _damaged(examples, found, own, seed)
    missed, invented = _misses(examples, found)
    names: list[NameList] = [
        known for pair in sorted({(e.source_lang, e.target_lang) for e in examples}) if (known := name_list(*pair, own))
    ]
    result: dict[str, Any] = {
        "n": len(examples),
        "languages": sorted({f"{e.source_lang}-{e.target_lang}" for e in examples}),
        "read": counts(found),
        "names": [
            {"languages": f"{k.source_lang}-{k.target_lang}", "n": len(k), "fingerprint": k.fingerprint} for k in names
        ],
        "reference": {
            m: c
            for m, c in cells(gold).items()
            if m in WHOLE or m.startswith(("open.number.recall.", "open.name.recall."))
        },
        "shuffled": {m: c for m, c in cells(low).items() if m in WHOLE} if low else None,
        "noticed": {m.removeprefix("noticed."): c for m, c in cells(harmed).items()},
        "n_damaged": {m.metric.removeprefix("noticed."): int(m.stats[:, 1].sum()) for m in harmed},
        "misses": missed,
        "inventions": invented,
        "unnoticed": unnoticed,
        "seed": seed,
        "signature": gold[0].signature,
    }
    if timed:
        say("speed")
        result["speed"] = speed(examples, own)
    return result
