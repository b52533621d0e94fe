"""From outputs to questions: orders drawn by seed, every pair in both orders, some of them asked twice."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from benchmark.judge.texts import Outputs, chosen_pairs, chosen_systems
from benchmark.settings.schema import Judge as Settings
from metrics.judge.records import CHECK, CLAIMS, DIMENSIONS, EXTRACT, PAIRWISE, RANKING, STATEMENTS, Question, Verdict
from metrics.records import Example


@dataclass(frozen=True)
class Plan:
    """What is asked of one run directory."""

    outputs: Outputs
    settings: Settings
    seed: int
    """Of orders, and of what is drawn."""
    ranked: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    graded: tuple[str, ...]
    """Systems that get grades and claims: all of them."""
    form: str
    items: frozenset[str]
    """Ids of the examples that are judged."""

    @property
    def judged(self) -> list[tuple[int, Example]]:
        """(place, example) of what is judged."""
        return [(i, e) for i, e in enumerate(self.outputs.examples) if e.id in self.items]


def make_plan(outputs: Outputs, settings: Settings, seed: int) -> Plan:
    """Raises UserError for systems or pairs that are not there."""
    ids = outputs.ids
    n = settings.items
    items = ids if n is None or n >= len(ids) else random.Random(f"judge-items:{seed}").sample(sorted(ids), n)
    wanted = settings.protocols
    ranked = chosen_systems(outputs, settings.systems, settings.group) if RANKING in wanted else []
    pairs = chosen_pairs(outputs, settings.pairs) if PAIRWISE in wanted else []
    form = settings.form or outputs.form
    return Plan(outputs, settings, seed, tuple(ranked), tuple(pairs), tuple(outputs.systems), form, frozenset(items))


def _question(plan: Plan, at: int, example: Example, kind: str, systems: Sequence[str]) -> Question:
    texts = tuple(plan.outputs.systems[s][at] for s in systems)
    name = f"{kind}|{example.id}|{'>'.join(systems)}"
    return Question(
        name,
        kind,
        example.id,
        example.source,
        example.source_lang,
        example.target_lang,
        texts,
        tuple(systems),
        plan.form,
    )


def ranking(plan: Plan) -> list[Question]:
    """One question per example, the systems in an order drawn for it."""
    out = []
    for at, example in plan.judged if plan.ranked else ():
        order = list(plan.ranked)
        random.Random(f"{plan.seed}\0{example.id}\0ranking").shuffle(order)
        out.append(_question(plan, at, example, RANKING, order))
    return out


def pairwise(plan: Plan) -> list[Question]:
    """Two questions per example and pair: both orders."""
    return [
        _question(plan, at, example, PAIRWISE, order)
        for a, b in plan.pairs
        for at, example in plan.judged
        for order in ((a, b), (b, a))
    ]


def dimensions(plan: Plan) -> list[Question]:
    """One question per example and system."""
    return [_question(plan, at, e, DIMENSIONS, (key,)) for key in plan.graded for at, e in plan.judged]


def extraction(plan: Plan) -> list[Question]:
    """One question per example: the facts of its source."""
    return [_question(plan, at, e, EXTRACT, ()) for at, e in plan.judged]


def of_claims(plan: Plan, extracted: Iterable[Verdict]) -> list[Question]:
    """Per example with claims and per system: each claim in the output, and the output's statements in the source."""
    claims = {v.question.example_id: tuple(v.answer["claims"]) for v in extracted if v.answer is not None}
    out = []
    for key in plan.graded:
        for at, e in plan.judged:
            if e.id in claims:
                out.append(replace(_question(plan, at, e, CHECK, (key,)), claims=claims[e.id]))
            out.append(_question(plan, at, e, STATEMENTS, (key,)))
    return out


def retests(plan: Plan, questions: Sequence[Question]) -> list[Question]:
    """The same questions once more, of a few that are drawn by the seed."""
    n = min(plan.settings.retest, len(questions))
    drawn = random.Random(f"judge-retest:{plan.seed}").sample(range(len(questions)), n)
    return [replace(questions[i], id=f"{questions[i].id}|again", turn=1) for i in sorted(drawn)]


MAKERS = {RANKING: ranking, PAIRWISE: pairwise, DIMENSIONS: dimensions, CLAIMS: extraction}
"""protocol -> its first questions."""


def first_questions(plan: Plan) -> list[Question]:
    """All questions that can be asked at once, retests among them; of claims those that depend on the first answers
    are missing."""
    out: list[Question] = []
    for protocol in plan.settings.protocols:
        made = MAKERS[protocol](plan)
        out += [*made, *(retests(plan, made) if protocol != CLAIMS else ())]
    return out
