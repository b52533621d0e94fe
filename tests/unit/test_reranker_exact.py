"""The rerankers that tell figures and dates apart: `asset:reranker-exact@2` and `asset:reranker-faithful@2`, which
tells what was invented, too (docs/world-2.md)."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark.reward.challenge import build
from benchmark.reward.pairs import Pair
from benchmark.settings.assets import ASSETS, resolve
from training.rewards import Reward, load_reward

TOLD = ("date", "number", "negation", "reversed_predicate", "swapped_unit")
INVENTED = ("near_name", "hallucination", "invented_clause")


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    return [p for p in build(("th",), 25, 0, True, "2").pairs if p.category in TOLD + INVENTED]


def _load(name: str) -> Reward:
    return load_reward("reranker-generative", resolve(f"asset:{name}", "path"))


@pytest.fixture(scope="module")
def exact() -> Reward:
    return _load("reranker-exact@2")


@pytest.fixture(scope="module")
def faithful() -> Reward:
    return _load("reranker-faithful@2")


def _right(reward: Reward, pairs: list[Pair]) -> list[bool]:
    scores = reward.score([p.source for p in pairs for _ in range(2)], [t for p in pairs for t in (p.better, p.worse)])
    return [a > b for a, b in zip(scores[::2], scores[1::2], strict=True)]


@pytest.mark.parametrize("category", TOLD)
def test_it_tells_what_the_default_was_blind_to(exact: Reward, pairs: list[Pair], category: str) -> None:
    right = _right(exact, [p for p in pairs if p.category == category])
    assert sum(right) >= 0.9 * len(right) and len(right) == 25


@pytest.mark.parametrize("category", TOLD + INVENTED)
def test_the_faithful_one_tells_what_is_invented_too(faithful: Reward, pairs: list[Pair], category: str) -> None:
    right = _right(faithful, [p for p in pairs if p.category == category])
    assert sum(right) >= 0.9 * len(right) and len(right) == 25


def test_it_knows_the_buddhist_era_and_the_spellings_of_amounts(exact: Reward) -> None:
    source = "长丰银行成立于1963年。长丰银行去年盈利77亿泰铢。"
    told = "ธนาคารฉางเฟิงก่อตั้งเมื่อปี {}"
    earned = "ธนาคารฉางเฟิงกำไร {}บาท"
    texts = [told.format(2506), told.format(2509), told.format(2496)]
    texts += [earned.format("7.7 พันล้าน"), earned.format("7.7 หมื่นล้าน"), earned.format("4.8 พันล้าน")]
    scores = exact.score([source] * len(texts), texts)
    assert scores[0] > max(scores[1:3]) and scores[3] > max(scores[4:])


def test_it_is_an_asset_of_its_own(exact: Reward) -> None:
    assert Path(ASSETS / "reranker-exact@2" / "asset.json").is_file()
    assert exact.id != _load("reranker@2").id != _load("reranker-faithful@2").id
