"""From verdicts to judge.json: the paper's tables, intervals and tests of the suite's own statistics, how steady the
judge is, what is missing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from benchmark.judge.asking import equal_pair
from benchmark.judge.questions import Plan
from metrics.contrast import level_of
from metrics.draws import Draws
from metrics.judge.agreement import agreement, order_effects
from metrics.judge.fence import attempt
from metrics.judge.points import (
    claim_scores,
    dimension_grades,
    of_kind,
    of_ranking,
    ranking_points,
    win_points,
)
from metrics.judge.records import CLAIMS, DIMENSIONS, FORM_DIMENSIONS, PAIRWISE, POINTS, RANKING, TOP, Verdict
from metrics.judge.winrate import length_controlled
from metrics.normalise import tidy
from metrics.segment import SegmentStats
from metrics.stats import Resampler, compare, holm
from metrics.summary import summarise

GRADES = (0.0, float(TOP))
LIMITS = {"judge.rank_points": (POINTS[-1], POINTS[0])}
"""Metric -> its scale, where it is not that of grades; shares lie within that one, too."""


def signature(judge_id: str, plan: Plan) -> str:
    """What can change a verdict besides the texts."""
    systems = f"|systems:{'+'.join(plan.ranked)}" if plan.ranked else ""
    return f"judge:{judge_id}|order:{plan.seed}{systems}"


def metrics_of(verdicts: Sequence[Verdict], plan: Plan, judge_id: str) -> dict[str, list[SegmentStats]]:
    """System -> its judge.* metrics, one row for every example of the task (those that were not drawn carry the
    reason)."""
    ids, protocols, out = plan.outputs.ids, plan.settings.protocols, dict[str, list[SegmentStats]]()
    # The systems that were ranked together belong to a rank alone: grades and claims of two runs stay comparable.
    base = f"judge:{judge_id}|order:{plan.seed}"
    for key in plan.outputs.systems:
        own: list[SegmentStats] = []
        if RANKING in protocols and key in plan.ranked:
            own.append(ranking_points(verdicts, key, ids, signature(judge_id, plan)))
        if DIMENSIONS in protocols:
            own += dimension_grades(verdicts, key, ids, plan.form, base)
        if CLAIMS in protocols:
            own += claim_scores(verdicts, key, ids, base)
        out[key] = own
    return out


def summary_of(metrics: Mapping[str, Sequence[SegmentStats]], plan: Plan, draws: Draws) -> dict[str, Any]:
    """{"systems", "transitions", "preservation"} in the form of summary.json; the judge's metrics are a family of
    tests of their own."""
    own = {key: rows for key, rows in metrics.items() if rows}
    if not own:  # pairs alone: they have a table of their own, and no metric of a system
        return {"systems": {}, "transitions": {}, "preservation": {}}
    found = summarise(own, plan.outputs.docs, {}, {}, draws)
    for row in found["systems"].values():
        for metric, cell in row.items():
            low, high = LIMITS.get(metric, GRADES)
            if cell["ci_low"] is not None:  # no grade lies beyond the scale, whatever the bootstrap draws
                cell |= {"ci_low": max(low, cell["ci_low"]), "ci_high": min(high, cell["ci_high"])}
    return {name: found[name] for name in ("systems", "transitions", "preservation")}


def measured(stats: SegmentStats, plan: Plan, draws: Draws) -> dict[str, float | None]:
    """{"value", "ci_low", "ci_high"} of one metric over documents."""
    docs = plan.outputs.docs
    sampler = Resampler(
        stats.example_ids, None if docs is None else tuple(docs), draws_boot=draws.bootstrap, seed=draws.seed
    )
    found = sampler.measured([stats])
    if found is None:
        return {"value": None, "ci_low": None, "ci_high": None}
    limits = sampler.limits(level_of(found))
    return {"value": stats.value(), "ci_low": limits.low, "ci_high": limits.high}


def ranking_table(verdicts: Sequence[Verdict], plan: Plan, draws: Draws) -> dict[str, Any] | None:
    """Table 1a: per system total and average of the points with interval, and how often it has each rank (tied texts
    share theirs)."""
    own = of_kind(verdicts, RANKING)
    if not own:
        return None
    rows, ids = {}, plan.outputs.ids
    usable = [v for v in own if v.answer is not None]
    found = [of_ranking(v) for v in usable]
    for key in plan.ranked:
        points = measured(ranking_points(own, key, ids, "table"), plan, draws)
        shares = [sum(f[key][1][place] for f in found) for place in range(len(plan.ranked))]
        rows[key] = {
            "total": sum(f[key][0] for f in found),
            "average": points["value"],
            "ci_low": points["ci_low"],
            "ci_high": points["ci_high"],
            "ranks": shares,
        }
    ties = sum(len(set(v.answer["ranks"].values())) < len(plan.ranked) for v in usable if v.answer)
    return {"systems": rows, "n": len(usable), "n_total": len(own), "with_ties": ties}


def pairwise_tables(verdicts: Sequence[Verdict], plan: Plan, draws: Draws) -> list[dict[str, Any]]:
    """Table 1b for each pair: wins, ties (both orders together), raw and length-controlled win rate, test, order
    effects."""
    out, pvalues = [], {}
    for a, b in plan.pairs:
        own = [v for v in of_kind(verdicts, PAIRWISE) if set(v.question.systems) == {a, b}]
        table = _pair(own, a, b, plan, draws)
        pvalues[f"{a}:{b}"] = table["p"]
        out.append(table)
    corrected = holm(pvalues)
    return [{**table, "p_holm": corrected[f"{table['a']}:{table['b']}"]} for table in out]


def _pair(own: Sequence[Verdict], a: str, b: str, plan: Plan, draws: Draws) -> dict[str, Any]:
    ids, docs = plan.outputs.ids, plan.outputs.docs
    mine, other = (win_points(own, key, ids, "pair") for key in (a, b))
    rate = measured(mine, plan, draws)
    test = compare(other, mine, docs, draws.bootstrap, draws.permutation, draws.seed)
    wins = {i: float(v) for i, v in zip(ids, mine.sentence_values().tolist(), strict=True) if v == v}
    text = {key: dict(zip(ids, plan.outputs.systems[key], strict=True)) for key in (a, b)}
    lengths = {key: {i: len(tidy(text[key][i])) for i in wins} for key in (a, b)}
    by_doc = None if docs is None else dict(zip(ids, docs, strict=True))
    by_item: dict[str, dict[str, str]] = defaultdict(dict)
    for v in own:
        if v.answer is not None and not equal_pair(v.question):  # nobody was asked which of two equal texts is better
            place = {"A": "first", "B": "second", "tie": "tie"}[v.answer["better"]]
            by_item[v.question.example_id][v.question.systems[0]] = place
    both = [(found[a], found[b]) for _, found in sorted(by_item.items()) if len(found) == 2]
    return {
        "a": a,
        "b": b,
        "wins_a": sum(v > 0.5 for v in wins.values()),
        "wins_b": sum(v < 0.5 for v in wins.values()),
        "ties": sum(v == 0.5 for v in wins.values()),
        "n": len(wins),
        "n_total": len(plan.items),
        "win_rate": rate,
        "win_rate_length_controlled": length_controlled(wins, lengths[a], lengths[b], by_doc),
        "delta": test.delta,
        "p": test.p,
        "order": order_effects(both),
    }


def dimension_table(metrics: Mapping[str, Sequence[SegmentStats]], plan: Plan) -> dict[str, Any] | None:
    """Tables 2 and 3: per system the mean grade of each dimension, their average, the mean length in code points, and
    how many of the examples have no grades."""
    if DIMENSIONS not in plan.settings.protocols:
        return None
    names = (*FORM_DIMENSIONS[plan.form], "average")
    rows = {}
    for key, own in metrics.items():
        by_name = {m.metric: m.value() for m in own}
        lengths = [
            len(tidy(t)) for i, t in zip(plan.outputs.ids, plan.outputs.systems[key], strict=True) if i in plan.items
        ]
        rows[key] = {n: by_name.get(f"judge.{n}") for n in names} | {"length": sum(lengths) / len(lengths)}
        scored = next((m.n_scored for m in own if m.metric == "judge.average"), 0)
        rows[key]["unscored"] = len(plan.items) - scored
    return {"form": plan.form, "dimensions": list(names), "systems": rows}


def retest(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """kind -> {"n", "share", "kappa"}: whether the judge says the same of the same question when it is asked again."""
    first = {v.question.id: v for v in verdicts if v.question.turn == 0}
    pairs: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for v in verdicts:
        asked = v.question.turn and not equal_pair(v.question)
        before = first.get(v.question.id.removesuffix("|again")) if asked else None
        if before is not None and before.answer is not None and v.answer is not None:
            pairs[v.question.kind].append((_said(before), _said(v)))
    return {kind: agreement([a for a, _ in found], [b for _, b in found]) for kind, found in sorted(pairs.items())}


def _said(verdict: Verdict) -> str:
    return str(sorted((k, str(v)) for k, v in (verdict.answer or {}).items() if k != "reason"))


def missing(verdicts: Sequence[Verdict]) -> dict[str, dict[str, Any]]:
    """System -> {"asked", "unscored", "reasons"}: verdicts that could not be used, by reason, never counted as
    anything else."""
    asked: Counter[str] = Counter()
    why: dict[str, Counter[str]] = defaultdict(Counter)
    for v in verdicts:
        for key in v.question.systems or ("(sources)",):
            asked[key] += 1
            if v.answer is None:
                why[key][v.reason or "no answer"] += 1
    return {
        key: {"asked": n, "unscored": why[key].total(), "reasons": dict(why[key].most_common())}
        for key, n in asked.items()
    }


def attempts(plan: Plan) -> dict[str, dict[str, Any]]:
    """System -> {"n", "examples"} of outputs that hold an order to the judge. They are reported; no verdict is
    changed."""
    out = {}
    for key, texts in plan.outputs.systems.items():
        found = [(i, a) for i, t in zip(plan.outputs.ids, texts, strict=True) if i in plan.items and (a := attempt(t))]
        out[key] = {"n": len(found), "examples": [{"example_id": i, "found": a} for i, a in found[:3]]}
    return out
