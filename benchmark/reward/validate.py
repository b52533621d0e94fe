"""One reward or metric against a challenge set: the content of reward.json, and the digest that `run` keeps of its own
reward."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmark.reward import measures
from benchmark.reward.challenge import FIRST, TARGETS, build, padding_series
from benchmark.reward.damage import FACT_TYPES
from benchmark.reward.judge import Item, Judge, judge_of
from benchmark.reward.nulls import NULLS
from benchmark.reward.pairs import ChallengeSet, Pair
from benchmark.reward.template import sensitivity
from metrics.errors import UserError
from metrics.files import sha256_json

VERSION = 1
N_MISSES = 3
"""Worst misses shown per category."""
CHANCE = 0.5
NOT_ASKED = "not measured (--no-length-probe)"
"""Why a report has no figures of length where none were wanted."""


def validate(
    judge: Judge, challenge: ChallengeSet, seed: int = 0, template: bool = True, length: bool = True
) -> dict[str, Any]:
    """The content of reward.json (contract: formats, `validate-reward`). Every unique text is scored once, in one call.

    template: whether a generative reranker is asked in other words, too. length: whether it is asked about texts that
    grow by filler; else the figures of length are null, with the reason.
    """
    pairs, series = challenge.pairs, padding_series(challenge.pairs) if length else None
    items: list[Item] = [(p.source, t, p.target_lang) for p in pairs for t in (p.better, p.worse)]
    items += [(q.source, t, q.target_lang) for q in challenge.queries for t in q.candidates]
    items += [(source, text, lang) for source, lang, texts in series or () for text in texts]
    scores = judge.score(items)
    better = [scores[p.source, p.better, p.target_lang] for p in pairs]
    worse = [scores[p.source, p.worse, p.target_lang] for p in pairs]
    right, wrong = ([s for s in column if s is not None] for column in (better, worse))
    if not right or not wrong:
        raise UserError(
            f"{judge.name}: could score no pair of the set; choose a reward or metric that fits these "
            "languages and fields"
        )
    table = by_category(pairs, better, worse)
    nulls = {name: _null(function, pairs) for name, function in NULLS.items()}
    overall = measures.tally(better, worse).as_dict()
    macro = _macro(table)
    probability = judge.probability and all(0 <= s <= 1 for s in right + wrong)
    ece, bins = (
        measures.calibration(right + wrong, [True] * len(right) + [False] * len(wrong)) if probability else (None, [])
    )
    langs = sorted({p.target_lang for p in pairs})
    digest = sha256_json([p.as_dict() for p in pairs])[:16]
    return {
        "reward": judge.name,
        "n": len(pairs),
        "accuracy": {"value": overall["accuracy"], "ci_low": overall["ci_low"], "ci_high": overall["ci_high"]},
        "macro_accuracy": macro,
        "by_category": table,
        "null_baselines": nulls,
        "retrieval": _retrieval(challenge, scores),
        "auc": measures.auc(right, wrong),
        "ece": ece,
        "length": _length(series, scores),
        "latency": {
            "seconds": judge.seconds,
            "n_scored": judge.n_scored,
            "ms_per_text": 1000 * judge.seconds / judge.n_scored,
            "texts_per_second": judge.n_scored / judge.seconds if judge.seconds else None,
        },
        "signature": f"validate-reward|v:{VERSION}|set:{challenge.name}|pairs:{digest}"
        f"|ties:half|ci:wilson95|reward:{judge.id}",
        "kind": judge.kind,
        "descriptive": judge.descriptive,
        "flags": flags(table, macro, nulls),
        "by_language": {lang: _part(pairs, better, worse, "target_lang", lang) for lang in langs}
        if len(langs) > 1
        else {},
        "by_severity": {s: _part(pairs, better, worse, "severity", s) for s in sorted({p.severity for p in pairs})},
        "by_fact_type": {
            t: _part(pairs, better, worse, "fact_type", t) for t in sorted({p.fact_type for p in pairs if p.fact_type})
        },
        "distribution": measures.spread(right, wrong),
        "reliability": bins,
        "template": sensitivity(judge.reward, pairs, seed) if template else None,
        "worst_misses": misses(pairs, better, worse),
    }


def by_category(
    pairs: Sequence[Pair], better: Sequence[float | None], worse: Sequence[float | None]
) -> dict[str, dict[str, Any]]:
    """slug -> accuracy with its interval, n and ties, in the order in which the categories appear."""
    table = {}
    for slug in dict.fromkeys(p.category for p in pairs):
        table[slug] = _part(pairs, better, worse, "category", slug)
        types = {p.fact_type for p in pairs if p.category == slug}
        fact_type = FACT_TYPES.get(slug) or (types.pop() if len(types) == 1 else None)
        if fact_type:
            table[slug]["fact_type"] = fact_type
    return table


def _part(
    pairs: Sequence[Pair], better: Sequence[float | None], worse: Sequence[float | None], key: str, value: str
) -> dict[str, Any]:
    chosen = [i for i, p in enumerate(pairs) if getattr(p, key) == value]
    return measures.tally([better[i] for i in chosen], [worse[i] for i in chosen]).as_dict()


def _macro(table: Mapping[str, Mapping[str, Any]]) -> float | None:
    known = [row["accuracy"] for row in table.values() if row["accuracy"] is not None]
    return sum(known) / len(known) if known else None


def _null(function: Any, pairs: Sequence[Pair]) -> dict[str, Any]:
    sources = [p.source for p in pairs]
    table = by_category(
        pairs, function(sources, [p.better for p in pairs]), function(sources, [p.worse for p in pairs])
    )
    return {"macro_accuracy": _macro(table), "by_category": table}


def flags(
    table: Mapping[str, Mapping[str, Any]], macro: float | None, nulls: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """misled: categories whose upper bound is under 0.5. blind: those not told from chance. beats_nulls: macro above
    the best null's."""
    best = max(nulls, key=lambda name: nulls[name]["macro_accuracy"])
    known = {slug: row for slug, row in table.items() if row["accuracy"] is not None}
    return {
        "misled": [slug for slug, row in known.items() if row["ci_high"] < CHANCE],
        "blind": [slug for slug, row in known.items() if row["ci_low"] <= CHANCE <= row["ci_high"]],
        "unscored": [slug for slug in table if slug not in known],
        "best_null": best,
        "beats_nulls": macro is not None and macro > nulls[best]["macro_accuracy"],
    }


def _retrieval(challenge: ChallengeSet, scores: Mapping[Item, float | None]) -> dict[str, Any]:
    lists = []
    for q in challenge.queries:
        found = [scores[q.source, t, q.target_lang] for t in q.candidates]
        known = [s for s in found if s is not None]
        if len(known) == len(found):
            lists.append((known, q.relevance))
    if lists:
        return measures.retrieval(lists)
    keys = ("p_at_1", "hit_at_3", "hit_at_10", "mrr", "ndcg_at_10")
    reason = "no retrieval lists given (--candidates)" if not challenge.queries else "no list could be scored"
    return {**dict.fromkeys(keys), "n_candidates": 0, "n_relevant": 0, "n_queries": 0, "reason": reason}


def _length(series: Sequence[tuple[str, str, list[str]]] | None, scores: Mapping[Item, float | None]) -> dict[str, Any]:
    rows = []
    for source, lang, texts in series or ():
        found = [scores[source, text, lang] for text in texts]
        known = [s for s in found if s is not None]
        if len(known) == len(found):
            rows.append(([len(t) for t in texts], known))
    if rows:
        return measures.length_slope(rows)
    reason = (
        NOT_ASKED
        if series is None
        else "no series could be scored"
        if series
        else f"no fact-free sentences for these languages; there are some for {' and '.join(TARGETS)}"
    )
    return {
        "slope_per_100_chars": None,
        "ci_low": None,
        "ci_high": None,
        "padding_gain": None,
        "n_sources": 0,
        "reason": reason,
    }


def misses(
    pairs: Sequence[Pair], better: Sequence[float | None], worse: Sequence[float | None]
) -> list[dict[str, Any]]:
    """The pairs that the reward got most wrong, at most N_MISSES per category, worst first."""
    lost = [
        (w - b, i)
        for i, (b, w) in enumerate(zip(better, worse, strict=True))
        if b is not None and w is not None and w > b
    ]
    taken: dict[str, int] = {}
    out = []
    for margin, i in sorted(lost, key=lambda x: (-x[0], x[1])):
        p = pairs[i]
        if taken.setdefault(p.category, 0) < N_MISSES:
            taken[p.category] += 1
            out.append({**p.as_dict(), "score_better": better[i], "score_worse": worse[i], "margin": margin})
    return out


OF_SOURCE = ("other_article", "other_article_hard")
"""Categories in which both texts are flawless: nothing but the source tells which one is right."""
PASSING = 0.75
"""An interval that reaches from chance up to here tells neither that a reward fails nor that it passes."""
SAID = 20
"""Pairs from which on that is said: a reward that is right in three of four is told from chance."""


def reads_no_source(report: Mapping[str, Any]) -> bool:
    """Whether the reward does not tell the right title from another article's, however well it tells damaged texts: it
    goes by a text's form alone. False where too few pairs were asked."""
    rows = [row for slug in OF_SOURCE if (row := report["by_category"].get(slug)) and row["n"] >= SAID]
    return bool(rows) and all(row["ci_low"] <= CHANCE and row["ci_high"] < PASSING for row in rows)


def warning(report: Mapping[str, Any]) -> str | None:
    """What has to be said loudly: the reward does no better than a rule that knows nothing, or does not read the
    source. None where it does."""
    found = report["flags"]
    if found["beats_nulls"]:
        if reads_no_source(report):
            return f"{report['reward']} does not tell a title from another article's: it does not read the source"
        return None
    null = report["null_baselines"][found["best_null"]]["macro_accuracy"]
    macro = report["macro_accuracy"]
    shown = "none" if macro is None else f"{macro:.3f}"
    name = found["best_null"]
    return (
        f'{report["reward"]} has macro accuracy {shown}; the null baseline "{name}", which knows nothing, '
        f"has {null:.3f}"
    )


def supports(source_lang: str, target_lang: str) -> str | None:
    """None where a challenge set can be generated for these languages, else the reason why not."""
    if source_lang == "zh" and target_lang in TARGETS:
        return None
    return f"no challenge set for {source_lang} -> {target_lang}; give pairs of your own to `validate-reward --pairs`"


DIGEST = (
    "macro_accuracy", "accuracy", "by_category", "best_null", "best_null_macro_accuracy", "beats_nulls", "misled",
    "blind",
    "slope_per_100_chars", "n", "signature", "warning",
)  # fmt: skip
"""Keys of the digest in the manifest."""


def no_digest(reason: str) -> dict[str, Any]:
    """The digest of a reward that was not validated."""
    return {**dict.fromkeys(DIGEST), "reason": reason}


def reward_digest(
    reward: Any, n_per_category: int = 24, seed: int = 0, target_lang: str = "th", version: str = FIRST
) -> dict[str, Any]:
    """The short validation that `run` does before RL: what goes into the manifest. `reward` is the loaded object that
    RL will use.

    version: of the world whose articles it is held against. Keys: DIGEST; by_category is slug -> accuracy, warning a
    text or None. No times in it. UserError for a language without a challenge set.
    """
    report = validate(
        judge_of(reward), build((target_lang,), n_per_category, seed, version=version), seed, template=False
    )
    found = report["flags"]
    digest = {key: report[key] for key in ("macro_accuracy", "accuracy", "n", "signature")}
    digest |= {key: found[key] for key in ("best_null", "beats_nulls", "misled", "blind")}
    digest["by_category"] = {slug: row["accuracy"] for slug, row in report["by_category"].items()}
    digest["best_null_macro_accuracy"] = report["null_baselines"][found["best_null"]]["macro_accuracy"]
    digest["slope_per_100_chars"] = report["length"]["slope_per_100_chars"]
    return {key: digest.get(key) for key in DIGEST} | {"warning": warning(report)}


def weakness(digest: Mapping[str, Any]) -> str | None:
    """One line on what RL will be paid for by mistake: the categories in which the reward prefers the error. None where
    there is none."""
    if not digest["misled"]:
        return None
    slope = digest["slope_per_100_chars"]
    filler = f"; {slope:+.3f} for 100 characters of filler" if slope is not None and slope > 0 else ""
    return (
        f"this reward prefers the error in {', '.join(digest['misled'])}{filler}: expect the policy to find that "
        "(see validate-reward)"
    )


def loud(text: str) -> list[str]:
    """The lines of a warning in a frame that cannot be overlooked."""
    line = "!" * 78
    told = f"!! THIS REWARD CANNOT BE TRUSTED: {text}"
    return [line, told, "!! Training on it rewards something else than what is meant.", line]
