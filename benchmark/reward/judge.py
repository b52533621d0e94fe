"""What is validated, under one face: a reward (the very object that RL uses), a user's function, or a metric of the
suite."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmark.registry import nearest
from benchmark.reward.challenge import FIRST, NEWEST
from benchmark.settings.assets import ASSETS, resolve
from benchmark.settings.embedded_rewards import REWARD_ASSETS
from benchmark.settings.models import inner_reward
from metrics import catalog
from metrics.errors import UserError
from metrics.records import Example, sha256_json
from metrics.segment import SegmentStats

Item = tuple[str, str, str]
"""(source, text, target language)."""
PREFIX = "metric:"
PROBABILITIES = ("reranker-generative", "reranker-encoder", "ensemble")
"""Rewards whose raw score is meant as a probability, so that calibration can be asked for."""
DEFAULT_ASSETS = {**REWARD_ASSETS, "scorer.comet_qe": "comet", "grounding.retrieval": "encoder"}
"""Embedded model that is taken where no path is given, that of the pairs' world."""


@dataclass
class Judge:
    """Scores items; every unique item once, and everything that comes back is checked."""

    name: str
    id: str
    kind: str
    """Name in REWARDS, or "metric"."""
    function: Callable[[list[str], list[str], list[str]], Sequence[float | None]]
    """(sources, texts, target languages) -> scores, higher is better; None where a text cannot be scored."""
    probability: bool = False
    descriptive: bool = False
    """A metric that is neither better when high nor when low (lengths)."""
    reward: Any = None
    """The reward object, where it is one."""
    seconds: float = 0.0
    n_scored: int = 0

    def score(self, items: Sequence[Item]) -> dict[Item, float | None]:
        """The score of each unique item. UserError, naming the scorer, for a wrong count, NaN, what is no number, and a
        reward outside of 0..1."""
        unique = sorted(set(items))  # candidates of one source stand together, whatever order the pairs had
        start = time.perf_counter()
        found = list(
            self.function([s for s, _, _ in unique], [t for _, t, _ in unique], [lang for _, _, lang in unique])
        )
        self.seconds += time.perf_counter() - start
        self.n_scored += len(unique)
        if len(found) != len(unique):
            raise UserError(
                f"{self.name}: returned {len(found)} scores for {len(unique)} candidates; a scorer returns one for each"
            )
        return {item: self._number(value, item) for item, value in zip(unique, found, strict=True)}

    def _number(self, value: Any, item: Item) -> float | None:
        if value is None and self.kind == "metric":
            return None
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = math.nan
        if not math.isfinite(number):
            raise UserError(
                f"{self.name}: returned {value!r} for the candidate {item[1][:40]!r}; a scorer returns finite numbers"
            )
        if self.kind != "metric" and not 0 <= number <= 1:
            raise UserError(
                f"reward {self.name}: returned {number:g} for the candidate {item[1][:40]!r}; a reward returns numbers "
                "from 0 to 1 (eq. 6), so scale them"
            )
        return number


def load_judge(
    spec: str,
    kind: str | None,
    path: str | None,
    known: Mapping[tuple[str, str], Example],
    options: Mapping[str, Any] | None = None,
    langs: Sequence[str] = (),
    world: str = NEWEST,
) -> Judge:
    """NAME | FOLDER | module:function | metric:NAME. kind: reads a FOLDER as this reward. path: what a NAME or a model
    metric loads, asset:NAME for an embedded model.

    langs: the target languages of the pairs, told to a reward that works for one language at a time. UserError when
    those are several. world: version of the world whose embedded model is taken where no path is given.
    """
    path = None if path is None else resolve(path, "--path")
    if spec.startswith(PREFIX):
        return _metric(spec.removeprefix(PREFIX), path, known, world)
    from training.rewards import REWARDS, load_reward, load_reward_for

    shown = spec
    if kind is not None:
        if kind not in REWARDS:
            raise UserError(f"--kind {kind!r} is no kind of reward; {nearest(kind, REWARDS)}")
        spec, path = kind, path or spec
    named = inner_reward(spec)
    if path is None and named in DEFAULT_ASSETS:
        path = _asset(named, world)
    if (
        spec in REWARDS
        and spec != "callable"
        and path is not None
        and not Path(path).exists()
        and path.startswith((".", "/", "~"))
    ):
        raise UserError(f"reward {spec}: {path} does not exist; give the folder of a saved model")
    options = dict(options or {})
    # As RL does for its task. Of several languages none can be named: the default stays, and --instruct is there.
    load = partial(load_reward_for, langs[0]) if len(set(langs)) == 1 else load_reward
    try:
        reward = load(spec, path, **options)
    except TypeError as err:
        if not options or "unexpected keyword" not in str(err):
            raise
        raise UserError(
            f"reward {shown}: does not take {', '.join(options)}; only a generative reranker has an instruction"
        ) from err
    if len(set(langs)) > 1 and getattr(reward, "target_lang", None) is not None:
        raise UserError(
            f"reward {shown}: works for one target language at a time, the pairs have {', '.join(sorted(set(langs)))}"
        )
    return judge_of(reward, shown)


def judge_of(reward: Any, name: str | None = None) -> Judge:
    """The judge around a loaded reward."""
    inner = getattr(reward, "call", None) if reward.name == "callable" else None
    # A user's function is called as it is: what it returns is held against the contract here, with the candidate.
    call = inner if inner is not None else reward.score
    shown = name or (getattr(reward, "where", None) if reward.name == "callable" else None) or reward.name
    return Judge(shown, reward.id, reward.name, lambda s, t, _: call(s, t), reward.name in PROBABILITIES, False, reward)


def _asset(name: str, world: str) -> str:
    folder = ASSETS / (DEFAULT_ASSETS[name] + ("" if world == FIRST else f"@{world}"))
    if not folder.is_dir():
        raise UserError(
            f"{name}: no model comes with this installation ({folder} is missing); give one by --path FOLDER"
        )
    return str(folder)


def need_metric(name: str) -> None:
    """UserError unless metric:NAME can be a reward."""
    if name == "reward.mean":
        raise UserError(
            "metric:reward.mean is the training reward behind the language gate; validate the reward itself: "
            "--reward NAME"
        )
    if catalog.metric(name) is None and not name.startswith("scorer."):  # a profile may name further ones
        raise UserError(f"unknown metric {name!r}; {nearest(name, catalog.metrics())}")
    if catalog.family_of(name) == catalog.JUDGES:
        raise UserError(f"metric {name}: comes from a judge, who is asked about a run: `judge RUN_DIR --judge NAME`")


def _metric(name: str, path: str | None, known: Mapping[tuple[str, str], Example], world: str) -> Judge:
    """A metric as a reward: the candidate against the facts and the reference of its example."""
    need_metric(name)
    family = next((f for prefix, f in _FAMILIES.items() if name.startswith(prefix)), _declared)
    if path is None and (asset := next((n for n in DEFAULT_ASSETS if name.startswith(n)), None)) is not None:
        path = _asset(asset, world)

    def call(sources: list[str], texts: list[str], langs: list[str]) -> list[float | None]:
        examples = [
            known.get((s, lang)) or Example(f"user-{sha256_json([s, lang])[:12]}", s, None, None, "zh", lang)
            for s, lang in zip(sources, langs, strict=True)
        ]
        found = {m.metric: m for m in family(name, path, list(known.values()), examples, texts)}
        if name not in found:
            raise UserError(f"unknown metric {name!r}; {nearest(name, found)}")
        stats = found[name]
        if stats.reason is not None:
            raise UserError(
                f"metric {name}: cannot be computed on these pairs ({stats.reason}); choose another metric, "
                "or add what it lacks"
            )
        judge.descriptive = stats.higher_is_better is None
        judge.id = stats.signature
        sign = -1.0 if stats.higher_is_better is False else 1.0
        return [None if math.isnan(v) else sign * float(v) for v in stats.sentence_values()]

    judge = Judge(f"{PREFIX}{name}", name, "metric", call)
    return judge


def _facts(
    name: str, path: str | None, known: list[Example], examples: list[Example], texts: list[str]
) -> list[SegmentStats]:
    from metrics.coverage import align_all, facts_stated, score_facts
    from metrics.inventory import Inventory
    from metrics.verbosity import score_verbosity

    if name.startswith("grounding.retrieval"):
        return _retrieval(name, path, known, examples, texts)
    inventory = Inventory(known)
    # What the file knows nothing about has no facts: it is scored as "no gold facts", not left out.
    alignments = align_all(examples, texts, inventory)
    if name.startswith("verbosity."):
        return score_verbosity(examples, texts, None, facts_stated(alignments))
    return score_facts(examples, texts, inventory, alignments)


def _open(
    name: str, path: str | None, known: list[Example], examples: list[Example], texts: list[str]
) -> list[SegmentStats]:
    """Numbers, names and answers read from the texts; gold facts of the pairs are put aside."""
    from dataclasses import replace

    from metrics.open.scores import score_open

    return score_open([replace(example, facts=None) for example in examples], texts)


def _overlap(
    name: str, path: str | None, known: list[Example], examples: list[Example], texts: list[str]
) -> list[SegmentStats]:
    from metrics.overlap import score_overlap

    return score_overlap(examples, texts)


def _scorer(
    name: str, path: str | None, known: list[Example], examples: list[Example], texts: list[str]
) -> list[SegmentStats]:
    from metrics.scorers import load_scorer

    scorer = load_scorer(name.removeprefix("scorer."))
    if path is None:
        raise UserError(f"metric {name}: no model of it comes with this installation; give one by --path FOLDER")
    return [scorer(examples, texts, path)]


def _retrieval(
    name: str, path: str | None, known: list[Example], examples: list[Example], texts: list[str]
) -> list[SegmentStats]:
    """Every text against the sources of the set, as `metrics.retrieval` does it for one text per source."""
    from metrics.retrieval import MRR, P1, distractors, load_encoder, ranks, weights_hash
    from metrics.segment import from_values

    folder = str(path)  # the embedded encoder where none is given
    unique = list(dict.fromkeys(e.source for e in examples))
    if len(unique) < 2:
        raise UserError(f"metric {name}: needs at least two sources to tell apart")
    embed, place = load_encoder(folder), {source: i for i, source in enumerate(unique)}
    pools, rows = distractors(tuple(unique), tuple(unique)), embed(unique)
    found = ranks(embed(texts), rows, [place[e.source] for e in examples], pools)
    values = [
        0.0 if not text.strip() else float(rank == 1) if name == P1 else 1 / rank
        for text, rank in zip(texts, found, strict=True)
    ]
    if name not in (P1, MRR):
        return []
    signature = f"{name}|encoder:{weights_hash(folder)[:12]}|sources:{len(unique)}"
    return [from_values(name, [e.id for e in examples], values, signature, True)]


def _declared(
    name: str, path: str | None, known: list[Example], examples: list[Example], texts: list[str]
) -> list[SegmentStats]:
    """Any other family of the catalog, scored as a system's outputs are."""
    from metrics.inventory import Inventory
    from metrics.records import Generation
    from metrics.scoring import Means, Scoring

    made = [
        Generation(e.id, "metric", "model", text, None, None, None) for e, text in zip(examples, texts, strict=True)
    ]
    means = Means(Inventory(known), None, {}, None)
    return catalog.score_families(Scoring(examples, made, means), [catalog.family_of(name)])


_FAMILIES: dict[str, Callable[..., list[SegmentStats]]] = {
    "coverage.": _facts,
    "grounding.": _facts,
    "verbosity.": _facts,
    "open.": _open,
    "overlap.": _overlap,
    "scorer.": _scorer,
}
