"""Edited runs, made from gold texts and scored by the real metrics, with the headline that a careful reader would
write."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import pytest
from report_run import COMPANIES, world

from benchmark.report.data import RunData
from benchmark.report.headline import headline
from benchmark.report.verdict import verdict
from benchmark.scoring.families import Means, Scoring
from metrics.catalog import score_families
from metrics.draws import Draws
from metrics.inventory import Inventory
from metrics.records import Example, Generation
from metrics.segment import SegmentStats, from_values
from metrics.summary import summarise

DRAWS = 200
TESTS = 10_000


@dataclass(frozen=True)
class Text:
    """How a stage writes: what share of the facts it states, how often each kind is wrong, and its form."""

    states: float = 0.6
    """Chance of each of the title's four facts."""
    wrong: Mapping[str, float] = field(default_factory=dict)
    """Fact type -> chance that what is stated is wrong."""
    background: int = 0
    """Background facts that are added."""
    filler: int = 0
    """Times that a sentence without facts follows."""
    half: bool = False
    """Half of the outputs are cut at 12 characters, the others repeat themselves to three times their length."""
    empty: bool = False
    reward: float = 0.5
    """Mean of the reward."""

    def of(self, example: Example, seed: int) -> str:
        """The output for one example; chances are drawn per example and fact, alike for all stages."""
        if self.empty:
            return ""
        rng = random.Random(f"{example.id}{seed}")
        facts = example.facts or ()
        said = []
        for i in (0, 1, 2, 3):
            state, err, other = rng.random(), rng.random(), rng.randrange(len(COMPANIES))
            if state < self.states:
                kind, surface = facts[i].type, facts[i].target[0]
                if err < self.wrong.get(kind, 0.0):
                    names = [th for _, th in COMPANIES if all(th not in f.target for f in facts)]
                    surface = (
                        names[other % len(names)]
                        if kind == "organisation"
                        else surface.replace("00 ", "07 ")
                        if kind == "money"
                        else "ลาออก"
                    )
                said.append(surface if kind != "money" else f" มูลค่า {surface}")
        said += [f" {facts[i].target[0]}" for i in (5, 6, 7, 9)[: self.background]]
        text = "".join(said).strip() + " ซึ่งเป็นเรื่องที่หลายฝ่ายกำลังจับตามอง" * self.filler
        if self.half:
            return text[:12] if int(example.id[-2:]) % 4 < 2 else (text + " ") * 3
        return text


def summary_of(stages: Mapping[str, Text], n: int, facts: bool, seed: int = 0) -> tuple[dict[str, Any], RunData]:
    """The summary of a run whose stages write like that, and the data that the report reads."""
    known, shown = world(n), world(n, facts)
    means = Means(Inventory(shown), None, {}, None)
    table: dict[str, Sequence[SegmentStats]] = {}
    texts = {}
    for stage, how in stages.items():
        made = [Generation(e.id, "s", stage, how.of(e, seed), 9, "stop", None) for e in known]
        texts[stage] = {g.example_id: g for g in made}
        rng = random.Random(stage)
        reward = from_values(
            "reward.mean",
            [e.id for e in shown],
            [min(max(rng.gauss(how.reward, 0.05), 0), 1) for _ in shown],
            "reward.mean|x",
            True,
        )
        table[stage] = [*score_families(Scoring(shown, made, means), ["facts", "open", "verbosity", "overlap"]), reward]
    told = summarise(table, [e.doc_id for e in shown], {}, {}, draws=Draws(seed=1, bootstrap=DRAWS, permutation=TESTS))
    return told, RunData(told, examples={e.id: e for e in shown}, texts=texts)


@lru_cache(maxsize=64)
def told(name: str) -> str:
    """The headline of a row of RUNS."""
    run = RUNS[name]
    stages = {"post-sft": run.sft, "post-rl": run.rl}
    stages |= {"post-sft-continued": run.control} if run.control else {}
    stages |= {"post-recovery": run.recovery} if run.recovery else {}
    return headline(verdict(summary_of(stages, run.n, run.facts)[1]))


@dataclass(frozen=True)
class Row:
    """A run and what its headline must and must not say (regular expressions)."""

    rl: Text
    says: tuple[str, ...]
    never: tuple[str, ...] = ()
    sft: Text = Text(0.6, {"organisation": 0.3, "money": 0.3})
    recovery: Text | None = None
    control: Text | None = Text(0.6, {"organisation": 0.3, "money": 0.3})
    n: int = 60
    facts: bool = True


SFT = Text(0.6, {"organisation": 0.3, "money": 0.3})
BETTER = Text(0.95, {"organisation": 0.05, "money": 0.05}, reward=0.8)
GOOD_END = Text(0.95, {"organisation": 0.05, "money": 0.05}, reward=0.75)
IMPROVED, KEPT = r"^RL improved grounding", r"kept \d+% of the gain"
RUNS = {
    "all goes well": Row(
        BETTER, (IMPROVED, KEPT, "more than the same extra epoch"), ("not established",), recovery=GOOD_END
    ),
    "gain and length, both kept in order": Row(
        Text(0.95, {}, 3), ("made outputs longer", "brought the length back"), recovery=GOOD_END
    ),
    "nothing changes": Row(
        SFT, (r"^RL did not change grounding measurably",), ("improved", "lowered", "kept"), recovery=SFT
    ),
    "RL destroys": Row(
        Text(0.15, {"organisation": 0.6}), (r"^RL lowered grounding",), ("improved", "kept"), recovery=SFT
    ),
    "RL gains, recovery destroys": Row(
        BETTER, (IMPROVED, "lost all of the gain, falling below SFT"), (r"-\d+ ?%", "kept"), recovery=Text(0.1)
    ),
    "RL gains, recovery goes back": Row(BETTER, (IMPROVED,), ("falling below SFT", "more than the same"), recovery=SFT),
    "numbers get wrong, names right": Row(
        Text(0.95, {"money": 1.0}),
        (r"^Mixed: RL raised .*lowered quantities",),
        (r"^RL improved grounding", "did not change"),
        recovery=Text(0.95, {"money": 1.0}),
    ),
    "names get wrong, numbers right": Row(
        Text(0.95, {"organisation": 0.95}),
        ("Mixed|lowered",),
        (r"^RL improved grounding", "did not change"),
        recovery=Text(0.95, {"organisation": 0.95}),
    ),
    "one group up, one down, primary still": Row(
        Text(0.75, {"money": 0.0, "organisation": 0.75}), ("lowered",), ("did not change grounding",), recovery=SFT
    ),
    "more facts, more inventions": Row(
        Text(1.0, {"organisation": 0.75, "event": 0.6, "money": 0.6}),
        ("Mixed|lowered|gamed",),
        (IMPROVED,),
        recovery=SFT,
    ),
    "reward up, facts down": Row(
        Text(0.3, {"organisation": 0.6}, filler=3, reward=0.95), ("gamed its reward",), ("improved",), recovery=SFT
    ),
    "reward up, nothing else": Row(
        Text(0.6, {"organisation": 0.3, "money": 0.3}, reward=0.95),
        ("did not change grounding",),
        ("gamed",),
        recovery=SFT,
    ),
    "filler only": Row(
        Text(0.6, {"organisation": 0.3, "money": 0.3}, filler=3), ("made outputs longer",), (IMPROVED,), recovery=SFT
    ),
    "shorter and worse": Row(
        Text(0.25, {"organisation": 0.3, "money": 0.3}), ("lowered grounding", "shorter"), (IMPROVED,), recovery=SFT
    ),
    "silent after RL": Row(Text(empty=True), ("lowered grounding|gamed", "shorter"), ("improved",), recovery=SFT),
    "silent all along": Row(
        Text(empty=True), ("nothing to judge",), ("did not change", "kept"), sft=Text(empty=True), recovery=SFT
    ),
    "silent after recovery": Row(BETTER, (IMPROVED, "falling below SFT"), ("kept",), recovery=Text(empty=True)),
    "lengths uneven after recovery": Row(
        BETTER,
        ("right only on average|left a length that is off",),
        ("brought the length back", "near the references"),
        recovery=Text(0.95, half=True),
    ),
    "lengths uneven after RL": Row(
        Text(0.95, half=True), ("uneven|longer",), ("left the length of outputs as it was",), recovery=GOOD_END
    ),
    "length never comes back": Row(
        Text(0.95, filler=3),
        ("left a length that is off",),
        ("brought the length back",),
        recovery=Text(0.95, filler=3),
    ),
    "control does as well": Row(
        BETTER,
        ("no advantage over the same epoch|does better",),
        ("more than the same",),
        recovery=GOOD_END,
        control=GOOD_END,
    ),
    "control does better": Row(
        BETTER,
        ("the same extra epoch without RL does better",),
        ("more than",),
        recovery=Text(0.75, {"organisation": 0.2}),
        control=Text(1.0),
    ),
    "no control arm": Row(
        BETTER, ("there is no comparison with a control arm",), ("more than the same",), recovery=GOOD_END, control=None
    ),
    "no recovery": Row(BETTER, (IMPROVED,), ("recovery", "kept"), recovery=None, control=None),
    "too few to tell": Row(
        Text(0.72, {"organisation": 0.25, "money": 0.25}),
        ("not established|may or may not have changed grounding",),
        (IMPROVED, "lowered", KEPT, "did not change"),
        recovery=Text(0.72, {"organisation": 0.25, "money": 0.25}),
        n=16,
    ),
    "a few, and much better": Row(BETTER, (), ("lowered",), recovery=GOOD_END, n=16),
    "no gold facts, all well": Row(
        Text(1.0),
        ("as far as numbers and names show it",),
        ("lowered", "cannot be answered"),
        recovery=Text(1.0),
        facts=False,
    ),
    "no gold facts, numbers wrong": Row(
        Text(0.95, {"money": 1.0}), ("numbers",), (r"^RL improved",), recovery=SFT, facts=False
    ),
    "recovery mends what RL broke": Row(
        Text(0.3, {"organisation": 0.6}), ("lowered grounding",), ("improved grounding", "kept"), recovery=GOOD_END
    ),
}


@pytest.mark.parametrize("name", list(RUNS))
def test_the_headline_says_what_a_careful_reader_would(name: str) -> None:
    """Nothing in it is the opposite of a number below it."""
    text = told(name)
    for pattern in RUNS[name].says:
        assert re.search(pattern, text), text
    for pattern in RUNS[name].never:
        assert not re.search(pattern, text), text


def test_there_are_enough_runs_and_they_differ() -> None:
    """At least 25, and the headlines are not one sentence."""
    assert len(RUNS) >= 25
    assert len({told(name) for name in RUNS}) >= 15
