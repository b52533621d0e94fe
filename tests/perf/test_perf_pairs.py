"""The guard of the speed table: no ratio gets worse than what was reached by more than a quarter."""

from __future__ import annotations

from typing import Any

import pytest
from pairs import PAIRS, Pair

SLACK = 1.25


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_the_ratio_is_held(pair: Pair, benchmark: Any) -> None:
    theirs = pair.theirs()
    ours = pair.ours()
    benchmark.extra_info |= {"ours": ours, "theirs": theirs, "ratio": ours / theirs, "wanted": pair.wanted}
    benchmark.pedantic(lambda: None, rounds=1)
    print(f"{pair.name}: {ours:.1f} s, {pair.other}: {theirs:.1f} s, ratio {ours / theirs:.2f}, goal {pair.wanted:.2f}")
    assert ours <= SLACK * pair.reached * theirs
