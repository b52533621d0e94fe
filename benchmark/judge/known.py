"""A judge held against pairs with known answers before its verdicts count: the challenge set, and the references
with one known fault each.

Pairs are shown in both orders; a pair counts as the mean of its two verdicts (1, .5 for a tie, 0). Where grades are
asked for, the better text must have the higher sum of grades, too.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from benchmark.judge import JudgeLike
from benchmark.judge.asking import ask
from benchmark.reward.measures import wilson
from benchmark.reward.nulls import NULLS
from benchmark.reward.pairs import Pair
from metrics.errors import UserError
from metrics.judge.agreement import order_effects
from metrics.judge.points import won
from metrics.judge.records import DIMENSIONS, FORM_DIMENSIONS, PAIRWISE, Question, Verdict
from metrics.records import Example

PER_CATEGORY = {"oracle": 20}
"""Pairs per category where judge.known is null; 2 for all others: each costs two calls."""
FEW = 2
BETTER, WORSE = "better", "worse"
CHANCE = 0.5
Set = tuple[str, list[Pair], list[Example]]
"""(name, pairs, examples that the oracle knows)."""


def known_sets(examples: Sequence[Example], n: int, seed: int) -> list[Set]:
    """The challenge set of the embedded world, where the texts are of its languages and have gold facts; the run's
    own references, damaged."""
    from benchmark.reward.challenge import FIRST, build
    from benchmark.reward.realpairs import build as damaged
    from benchmark.reward.validate import supports

    first, found = examples[0], list[Set]()
    if supports(first.source_lang, first.target_lang) is None and all(e.facts for e in examples):
        challenge = build((first.target_lang,), n, seed, version=str(first.meta.get("world", FIRST)))
        found.append(("challenge", challenge.pairs, list(challenge.examples.values())))
    if sum(bool(e.reference) for e in examples) > 1:
        found.append(("damaged references", damaged(examples, n, seed, "run").pairs, list(examples)))
    return found


def held_against(judge: JudgeLike, examples: Sequence[Example], n: int, seed: int, form: str | None) -> dict[str, Any]:
    """{"sets": {name: figures}, "trusted", "warning", "verdicts"}. form: of the grades, or None where none are asked
    for. verdicts: rows for KNOWN, one a question, with both texts."""
    if n == 0:
        return untested("it was held against no pairs with known answers (judge.known = 0)")
    sets = known_sets(examples, n, seed)
    if not sets:
        return untested("there are no pairs with known answers for these texts: no references, no challenge set")
    told, rows = {}, []
    for name, pairs, known in sets:
        told[name], verdicts = figures(judge.knowing(known), pairs, seed, form)
        rows += [{"set": name, **row} for row in _rows(pairs, verdicts)]
    return {"sets": told, **trust(told), "verdicts": rows}


def untested(reason: str) -> dict[str, Any]:
    """What is said of a judge that nobody has held against anything."""
    return {"sets": {}, "trusted": False, "warning": reason, "verdicts": []}


def _rows(pairs: Sequence[Pair], verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    """The verdicts as whoever wants to read them needs them."""
    of = {pair.id: pair for pair in pairs}
    out = []
    for v in verdicts:
        pair = of[v.question.example_id]
        right = won(v)[BETTER] if v.answer is not None and v.question.kind == PAIRWISE else None
        texts = {"source": pair.source, BETTER: pair.better, WORSE: pair.worse}
        out.append({"category": pair.category, **v.as_dict(), "right": right, **texts})
    return out


def figures(
    judge: JudgeLike, pairs: Sequence[Pair], seed: int, form: str | None
) -> tuple[dict[str, Any], list[Verdict]]:
    """(accuracy by category and over all, of pairwise verdicts and of grades; position bias; what null baselines
    reach on the same pairs; the verdicts)."""
    if not pairs:
        raise UserError("judge: no pair with a known answer could be made")
    draw = random.Random(f"judge-known:{seed}")
    questions: list[Question] = []
    for pair in pairs:
        orders = [(BETTER, WORSE), (WORSE, BETTER)]
        draw.shuffle(orders)
        questions += [_question(pair, PAIRWISE, order) for order in orders]
    n_pairwise = len(questions)
    if form is not None:
        questions += [_question(pair, DIMENSIONS, (name,), form) for pair in pairs for name in (BETTER, WORSE)]
    verdicts = ask(judge, questions)
    both = list(zip(verdicts[:n_pairwise:2], verdicts[1:n_pairwise:2], strict=True))
    scores = [_pair_score(a, b) for a, b in both]
    told = {
        **_table(pairs, scores),
        "order": order_effects([_by_place(a, b) for a, b in both if a.answer and b.answer]),
    }
    told["nulls"] = {name: _macro(_table(pairs, _null(function, pairs))) for name, function in NULLS.items()}
    if form is not None:
        grades = verdicts[n_pairwise:]
        by_grades = [_by_grades(a, b, form) for a, b in zip(grades[::2], grades[1::2], strict=True)]
        told["grades"] = _table(pairs, by_grades)
    told["unscored"], told["unscored_pairs"] = _reasons(verdicts), scores.count(None)
    return told, verdicts


def _question(pair: Pair, kind: str, order: Sequence[str], form: str = "title") -> Question:
    texts = tuple(pair.better if name == BETTER else pair.worse for name in order)
    name = f"known|{pair.id}|{kind}|{'>'.join(order)}"
    return Question(name, kind, pair.id, pair.source, pair.source_lang, pair.target_lang, texts, tuple(order), form)


def _pair_score(a: Verdict, b: Verdict) -> float | None:
    """1 where the better text won in both orders; None where one of the two has no answer."""
    return None if a.answer is None or b.answer is None else (won(a)[BETTER] + won(b)[BETTER]) / 2


def _by_place(a: Verdict, b: Verdict) -> tuple[str, str]:
    places = {"A": "first", "B": "second", "tie": "tie"}
    assert a.answer is not None
    assert b.answer is not None
    return places[a.answer["better"]], places[b.answer["better"]]


def _by_grades(a: Verdict, b: Verdict, form: str) -> float | None:
    if a.answer is None or b.answer is None:
        return None
    better, worse = (sum(v.answer[d] for d in FORM_DIMENSIONS[form]) for v in (a, b) if v.answer is not None)
    return 1.0 if better > worse else 0.5 if better == worse else 0.0


def _null(function: Any, pairs: Sequence[Pair]) -> list[float | None]:
    sources = [p.source for p in pairs]
    better, worse = (function(sources, [getattr(p, name) for p in pairs]) for name in (BETTER, WORSE))
    return [1.0 if b > w else 0.5 if b == w else 0.0 for b, w in zip(better, worse, strict=True)]


def _table(pairs: Sequence[Pair], scores: Sequence[float | None]) -> dict[str, Any]:
    rows = {
        slug: _row([s for p, s in zip(pairs, scores, strict=True) if p.category == slug])
        for slug in dict.fromkeys(p.category for p in pairs)
    }
    return {**_row(scores), "macro": _macro({"by_category": rows}), "by_category": rows}


def _row(scores: Sequence[float | None]) -> dict[str, Any]:
    known = [s for s in scores if s is not None]
    low, high = wilson(sum(known), len(known)) if known else (None, None)
    accuracy = sum(known) / len(known) if known else None
    return {"accuracy": accuracy, "ci_low": low, "ci_high": high, "n": len(known), "unscored": len(scores) - len(known)}


def _macro(table: Mapping[str, Any]) -> float | None:
    known = [row["accuracy"] for row in table["by_category"].values() if row["accuracy"] is not None]
    return sum(known) / len(known) if known else None


def _reasons(verdicts: Sequence[Verdict]) -> dict[str, int]:
    found: dict[str, int] = {}
    for v in verdicts:
        if v.answer is None:
            found[str(v.reason)] = found.get(str(v.reason), 0) + 1
    return found


def trust(sets: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """{"trusted", "warning"}: a judge is not trusted that is no better than a rule which knows nothing, or cannot be
    told from chance."""
    for name, told in sets.items():
        macro, low = told["macro"], told["ci_low"]
        if macro is None:
            return {"trusted": False, "warning": f"it gave no usable answer on the {name}"}
        best = max(told["nulls"], key=lambda n: told["nulls"][n] or 0.0)
        null = told["nulls"][best] or 0.0
        if macro <= null:
            rule = f'the null baseline "{best}", which knows nothing, has {null:.3f}'
            text = f"macro accuracy {macro:.3f} on the {name}; {rule}"
            return {"trusted": False, "warning": text}
        if low is not None and low <= CHANCE:
            text = f"accuracy {told['accuracy']:.3f} on the {name} cannot be told from chance (interval from {low:.3f})"
            return {"trusted": False, "warning": text}
    return {"trusted": True, "warning": None}


def loud(judge: str, text: str) -> list[str]:
    """The warning in a frame that cannot be overlooked, line by line."""
    line = "!" * 78
    told = f"!! THIS JUDGE CANNOT BE TRUSTED ({judge}): {text}"
    return [line, told, "!! Its verdicts below are shown, and say nothing.", line]
