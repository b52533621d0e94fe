"""The guard of the speed table: no ratio misses its goal by a quarter, nor, where today's value misses the goal, what
was reached."""

from __future__ import annotations

from typing import Any

import pytest
from beside import BESIDE
from pairs import PAIRS, Pair
from starting import STARTS


@pytest.mark.parametrize("pair", [*PAIRS, *BESIDE, *STARTS], ids=lambda pair: pair.name)
def test_the_ratio_is_held(pair: Pair, benchmark: Any) -> None:
    if pair.lacking:
        pytest.skip(pair.lacking)
    theirs = pair.theirs()
    ours = pair.ours()
    benchmark.extra_info |= {"ours": ours, "theirs": theirs, "ratio": ours / theirs, "wanted": pair.wanted}
    benchmark.pedantic(lambda: None, rounds=1)
    print(
        f"{pair.name}: {ours:.1f} s, {pair.other}: {theirs:.1f} s, ratio {ours / theirs:.2f}, "
        f"goal {pair.wanted:.2f}, reached {pair.reached:.2f}, fails from {pair.limit:.2f}"
    )
    assert ours <= pair.limit * theirs
