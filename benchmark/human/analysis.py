"""From answers of people to numbers: completeness, attention checks, agreement, the bias of each rater, the judges'
tables and tests, and how well every metric, reward and judge of the run agrees with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmark.human.campaign import ESA, Campaign, grade_of, passed
from benchmark.judge import results
from benchmark.judge.asking import EQUAL
from benchmark.judge.questions import Plan
from benchmark.judge.texts import Outputs
from benchmark.settings.schema import Judge as Settings
from metrics.draws import Draws
from metrics.judge.agreement import INTERVAL, NOMINAL, krippendorff_alpha, order_effects
from metrics.judge.points import of_ranking, won
from metrics.judge.records import DIMENSIONS, FORM_DIMENSIONS, PAIRWISE, RANKING, TIE, Verdict
from metrics.judgements import Judgements
from metrics.meta import meta_evaluate
from metrics.scores import read_scores
from metrics.segment import SegmentStats, from_values
from metrics.summary import summarise, system_keys

Answers = Mapping[str, Mapping[str, Any]]
"""Screen id -> answer."""
PASSED = 0.7
"""Share of attention checks that a rater must pass; whoever passes fewer is left out of all tables, which is said."""
FEW = 2


def completeness(campaign: Campaign, answers: Answers) -> dict[str, dict[str, Any]]:
    """Rater -> {"answered", "asked", "share"}."""
    out = {}
    for rater in campaign.raters:
        own = campaign.of(rater)
        n = sum(s.id in answers for s in own)
        out[rater] = {"answered": n, "asked": len(own), "share": n / len(own)}
    return out


def checks(campaign: Campaign, answers: Answers) -> dict[str, dict[str, Any]]:
    """Rater -> {"passed", "n", "excluded"} of the attention checks."""
    found = passed(campaign.by_id(), answers, campaign.protocol)
    return {
        r: {"passed": sum(ok), "n": len(ok), "excluded": bool(ok) and sum(ok) / len(ok) < PASSED}
        for r, ok in ((r, found.get(r, [])) for r in campaign.raters)
    }


def usable(campaign: Campaign, answers: Answers) -> dict[str, Mapping[str, Any]]:
    """Answers to what was really asked, of the raters who passed."""
    out = {r for r, row in checks(campaign, answers).items() if row["excluded"]}
    known = campaign.by_id()
    return {n: a for n, a in answers.items() if not known[n].check and known[n].rater not in out}


def values(campaign: Campaign, answers: Answers) -> dict[str, dict[tuple[str, str], dict[str, float]]]:
    """What was rated -> (example, system or pair) -> rater -> number: grades, scores, points, or +1 / 0 / -1 of a
    pair."""
    out: dict[str, dict[tuple[str, str], dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    known = campaign.by_id()
    for name, answer in answers.items():
        screen = known[name]
        verdict = Verdict(screen.question(campaign.protocol, campaign.form), answer)
        if campaign.protocol == PAIRWISE:
            a, b = sorted(screen.systems)
            out[PAIRWISE][screen.example_id, f"{a}:{b}"][screen.rater] = won(verdict)[a] - won(verdict)[b]
        elif campaign.protocol == RANKING:
            for system, (points, _) in of_ranking(verdict).items():
                out["points"][screen.example_id, system][screen.rater] = points
        else:
            key = (screen.example_id, screen.systems[0])
            for part in FORM_DIMENSIONS[campaign.form] if campaign.protocol == DIMENSIONS else ("score",):
                out[part][key][screen.rater] = float(answer[part])
    return out


def alphas(campaign: Campaign, answers: Answers) -> dict[str, float | None]:
    """Krippendorff's alpha of what was rated: nominal for pairs, interval for numbers."""
    level = NOMINAL if campaign.protocol == PAIRWISE else INTERVAL
    return {part: krippendorff_alpha(list(rows.values()), level) for part, rows in values(campaign, answers).items()}


def biases(campaign: Campaign, answers: Answers) -> dict[str, dict[str, Any]]:
    """Rater -> {"bias", "z", "n"}: mean difference from the other raters' mean of the same text, and its standard
    score; of pairs the share of decided answers that went to the first text, less a half."""
    known = campaign.by_id()
    gaps: dict[str, list[float]] = defaultdict(list)
    if campaign.protocol == PAIRWISE:
        for name, answer in answers.items():
            if answer["better"] != "tie":
                gaps[known[name].rater].append(float(answer["better"] == "A") - 0.5)
    elif campaign.protocol != RANKING:  # ranks have one mean, whoever gives them
        by_text: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
        for name, answer in answers.items():
            screen = known[name]
            by_text[screen.example_id, screen.systems[0]][screen.rater] = grade_of(answer)
        for row in by_text.values():
            for rater, own in row.items():
                if others := [v for r, v in row.items() if r != rater]:
                    gaps[rater].append(own - float(np.mean(others)))
    out = {}
    for rater, found in sorted(gaps.items()):
        mean, spread = float(np.mean(found)), float(np.std(found, ddof=1)) if len(found) > 1 else 0.0
        z = mean / (spread / len(found) ** 0.5) if spread > 0 else None
        out[rater] = {"bias": mean, "z": z, "n": len(found)}
    return out


def as_verdicts(campaign: Campaign, answers: Answers) -> list[Verdict]:
    """Answers as verdicts, so that tables, intervals and tests are those of the judges; the raters of a text are
    averaged. Pairs of equal texts are ties, as they are without a question to a judge."""
    known = campaign.by_id()
    said = [Verdict(known[n].question(campaign.protocol, campaign.form), a) for n, a in answers.items()]
    tie = {"better": TIE, "reason": EQUAL}
    ties = campaign.ties if said else ()  # where nobody has answered, there is no table
    return said + [Verdict(s.question(campaign.protocol, campaign.form), tie) for s in ties]


def plan_of(campaign: Campaign, outputs: Outputs) -> Plan:
    """The campaign as a plan of the judges."""
    pairs: dict[tuple[str, str], None] = {}
    for s in (*campaign.screens, *campaign.ties):
        if campaign.protocol == PAIRWISE and not s.check:
            a, b = sorted(s.systems, key=campaign.systems.index)
            pairs[a, b] = None
    protocols: Any = [] if campaign.protocol == ESA else [campaign.protocol]
    items = frozenset(s.example_id for s in (*campaign.screens, *campaign.ties))
    settings = Settings(protocols=protocols)
    ranked = campaign.systems if campaign.protocol == RANKING else ()
    return Plan(outputs, settings, campaign.seed, ranked, tuple(pairs), campaign.systems, campaign.form, items)


def esa_scores(campaign: Campaign, answers: Answers, outputs: Outputs) -> dict[str, list[SegmentStats]]:
    """System -> [human.esa]: mean score of its raters."""
    found = values(campaign, answers).get("score", {})
    out = {}
    for system in campaign.systems:
        rows = [list(found.get((i, system), {}).values()) for i in outputs.ids]
        column = [float(np.mean(r)) if r else None for r in rows]
        reasons = [None if r else "not rated" for r in rows]
        out[system] = [from_values("judge.esa", outputs.ids, column, "judge.esa|human", True, reasons)]
    return out


def analyse(campaign: Campaign, answers: Answers, outputs: Outputs, run_dir: Path, draws: Draws) -> dict[str, Any]:
    """The content of human.json."""
    kept = usable(campaign, answers)
    plan, verdicts = plan_of(campaign, outputs), as_verdicts(campaign, kept)
    metrics = (
        esa_scores(campaign, kept, outputs)
        if campaign.protocol == ESA
        else {k: own for k, own in results.metrics_of(verdicts, plan, "human").items() if k in campaign.systems}
    )
    renamed = {key: [_human(m) for m in own] for key, own in metrics.items() if own}
    summary = summarise(renamed, outputs.docs, {}, {}, draws) if renamed else {"systems": {}, "transitions": {}}
    return {
        "schema_version": 1,
        "campaign": campaign.id,
        "task": campaign.task,
        "protocol": campaign.protocol,
        "raters": completeness(campaign, answers),
        "checks": checks(campaign, answers),
        "alpha": alphas(campaign, kept),
        "bias": biases(campaign, kept),
        "systems": summary["systems"],
        "transitions": summary["transitions"],
        "tables": {
            "ranking": results.ranking_table(verdicts, plan, draws) if campaign.protocol == RANKING else None,
            "pairwise": _pairs(verdicts, plan, draws) if campaign.protocol == PAIRWISE else [],
            "dimensions": results.dimension_table(metrics, plan) if campaign.protocol == DIMENSIONS else None,
        },
        "meta_evaluation": meta(campaign, kept, outputs, run_dir, draws.seed),
    }


def _pairs(verdicts: Sequence[Verdict], plan: Plan, draws: Draws) -> list[dict[str, Any]]:
    """Table 1b. Nobody saw a pair in both orders, so nothing is said of that; see the bias of each rater."""
    return [{**table, "order": order_effects([])} for table in results.pairwise_tables(verdicts, plan, draws)]


def _human(m: SegmentStats) -> SegmentStats:
    name = m.metric.replace("judge.", "human.", 1)
    sign = m.signature.replace("judge.", "human.", 1)
    return SegmentStats(name, m.example_ids, m.stats, m.combiner, m.reasons, sign, m.higher_is_better, m.reason)


def human_scores(campaign: Campaign, answers: Answers) -> dict[tuple[str, str], float]:
    """(system, example) -> mean over raters of grade, score, points or wins."""
    known, found = campaign.by_id(), defaultdict[tuple[str, str], list[float]](list)
    for name, answer in answers.items():
        screen = known[name]
        verdict = Verdict(screen.question(campaign.protocol, campaign.form), answer)
        if campaign.protocol == PAIRWISE:
            given = won(verdict)
        elif campaign.protocol == RANKING:
            given = {system: points for system, (points, _) in of_ranking(verdict).items()}
        else:
            given = {screen.systems[0]: grade_of(answer)}
        for system, value in given.items():
            found[system, screen.example_id].append(value)
    return {key: float(np.mean(v)) for key, v in found.items()}


def meta(campaign: Campaign, answers: Answers, outputs: Outputs, run_dir: Path, seed: int) -> dict[str, Any]:
    """Metric -> agreement with the raters (`metrics.meta`), on the segments that both scored; {} without
    scores.parquet."""
    human, path = human_scores(campaign, answers), run_dir / "scores.parquet"
    if not human or not path.is_file():
        return {}
    scored = {(s, st): own for (s, st, task), own in read_scores(path).items() if task == campaign.task}
    table = dict(zip(system_keys(list(scored)), scored.values(), strict=True))
    by_metric: dict[str, list[tuple[str, str, float, float]]] = defaultdict(list)
    for system in campaign.systems:
        for m in table.get(system, ()):
            sign = -1.0 if m.higher_is_better is False else 1.0
            for example, value in zip(m.example_ids, m.sentence_values().tolist(), strict=True):
                if (system, example) in human and np.isfinite(value):
                    by_metric[m.metric].append((system, example, sign * value, human[system, example]))
    return {name: _agreement(rows, seed) for name, rows in by_metric.items() if len(rows) > FEW}


def _agreement(rows: Sequence[tuple[str, str, float, float]], seed: int) -> dict[str, Any]:
    systems = {n: i for i, n in enumerate(dict.fromkeys(r[0] for r in rows))}
    items = {n: i for i, n in enumerate(dict.fromkeys(r[1] for r in rows))}
    judgements = Judgements(
        np.array([systems[r[0]] for r in rows]),
        np.array([items[r[1]] for r in rows]),
        np.array([r[2] for r in rows]),
        np.array([r[3] for r in rows]),
        None,
        tuple(systems),
        tuple(items),
    )
    return meta_evaluate(judgements, seed)
