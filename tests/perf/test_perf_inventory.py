"""Speed of fact alignment and of number extraction (run with `tox -e perf`)."""

from __future__ import annotations

import random
import time
from typing import Any

import pytest
from syllables import SYLLABLES

from metrics.coverage import score_facts
from metrics.inventory import Inventory
from metrics.numbers import extract_numbers
from metrics.records import Example, Fact

N_TITLES = 2000


def _world(rng: random.Random) -> tuple[list[Example], list[str]]:
    names = ["".join(rng.choices(SYLLABLES, k=rng.randint(2, 5))) for _ in range(1500)]
    examples, texts = [], []
    for i in range(N_TITLES):
        facts = [
            Fact(
                rng.choice(("person", "organisation", "place", "event")),
                ("名",),
                tuple(rng.sample(names, 2)),
                rng.random(),
            )
            for _ in range(8)
        ]
        n = rng.randint(11, 99)
        facts += [
            Fact("quantity", (f"{n}项",), (f"{n} รายการ",)),
            Fact("money", (f"{n}亿元",), (f"{n}00 ล้านหยวน",)),
            Fact("percentage", ("7%",), ("ร้อยละ 7",)),
        ]
        title = " ".join(rng.choice(fact.target) for fact in rng.sample(facts, 4)) + f" ปี {rng.randint(2550, 2569)}"
        examples.append(Example(str(i), "源", (title,), tuple(facts), "zh", "th"))
        texts.append(" ".join((title, rng.choice(names), f"{rng.randint(2, 99)} คน")))
    return examples, texts


@pytest.mark.benchmark(timer=time.process_time)  # the machine may be shared
def test_align_2000_titles(benchmark: Any) -> None:
    examples, texts = _world(random.Random(0))
    inventory = Inventory(examples)
    benchmark.pedantic(
        lambda: [inventory.align(one, text) for one, text in zip(examples, texts, strict=True)],
        rounds=3,
        warmup_rounds=1,
    )
    assert benchmark.stats.stats.min < N_TITLES / 2000, "at least 2,000 titles a second"


def test_build_inventory_and_score_2000_titles(benchmark: Any) -> None:
    examples, texts = _world(random.Random(0))
    benchmark.pedantic(lambda: score_facts(examples, texts, Inventory(examples)), rounds=2)


def test_extract_numbers(benchmark: Any) -> None:
    text = "เมื่อวันที่ 15 มีนาคม 2567 เวลา 9.30 น. มูลค่า 3700 ล้านหยวน ร้อยละ 37"
    assert len(benchmark(extract_numbers, text, "th")) == 5
