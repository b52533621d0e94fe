"""The challenge set of world 2: the right texts are right, the wrong ones wrong, and world 1's set is untouched."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmark.reward.challenge import build
from benchmark.reward.damage import CATEGORIES, FALSE
from benchmark.reward.pairs import ChallengeSet
from metrics.coverage import score_facts
from metrics.inventory import Inventory

BETTER, WORSE = "better", "worse"


@pytest.fixture(scope="module")
def challenge() -> ChallengeSet:
    return build(("th",), 6, version="2")


def test_every_category_has_its_pairs_and_its_name_says_the_world(challenge: ChallengeSet) -> None:
    assert challenge.name.startswith("newswire2-core-")
    counts = {slug: sum(p.category == slug for p in challenge.pairs) for slug in CATEGORIES}
    assert counts == dict.fromkeys(CATEGORIES, 6)
    assert len(challenge.queries) == 6


def test_what_is_false_states_less_of_the_article_than_the_right_text(challenge: ChallengeSet) -> None:
    pairs = [p for p in challenge.pairs if p.category in FALSE and p.category not in ("negation", "role_swap")]
    examples = [replace(challenge.examples[p.source, p.target_lang], id=p.id) for p in pairs]
    scored = [score_facts(examples, [getattr(p, side) for p in pairs], Inventory(examples)) for side in (BETTER, WORSE)]
    better, worse = (
        next(m for m in found if m.metric == "coverage.recall_source").sentence_values().tolist() for found in scored
    )
    told = [w < b for b, w in zip(better, worse, strict=True)]
    assert sum(told) == len(told)


def test_an_amount_is_off_by_a_power_of_ten_and_can_still_be_written(challenge: ChallengeSet) -> None:
    numbers = [p for p in build(("th",), 40, version="2").pairs if p.category == "number" and p.severity == "critical"]
    assert numbers
    for pair in numbers:
        assert pair.better != pair.worse
        assert pair.fact_type == "money"


def test_the_other_language_has_one_too() -> None:
    assert {p.target_lang for p in build(("bo",), 2, version="2").pairs} == {"bo"}
