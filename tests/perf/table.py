"""Prints the speed table: `python tests/perf/table.py [ROUNDS]`; medians of processor seconds and of the ratios, pair
by pair. Takes some minutes a round."""

from __future__ import annotations

import platform
import statistics
import sys
import time

from beside import BESIDE
from pairs import PAIRS
from starting import STARTS

from metrics.cores import usable


def main(rounds: int) -> None:
    """Each pair in turn, ours and the other, `rounds` times."""
    cores = usable()
    print(f"{platform.machine()}, {cores} cores, Python {platform.python_version()}, {time.strftime('%Y-%m-%d')}\n")
    print("| ours | beside | ours, s | the other, s | ratio | least-most | goal |\n|---|---|---|---|---|---|---|")
    for pair in [*PAIRS, *BESIDE, *STARTS]:
        if pair.lacking:
            print(f"| {pair.name} | {pair.other} | {pair.lacking} | | | | {pair.wanted:.2f} |", flush=True)
            continue
        found = [(pair.ours(), pair.theirs()) for _ in range(rounds)]
        ratios = [mine / other for mine, other in found]
        mine, other = (statistics.median(column) for column in zip(*found, strict=True))
        spread = f"{min(ratios):.2f}-{max(ratios):.2f}"
        told = (pair.name, pair.other, f"{mine:.1f}", f"{other:.1f}", f"{statistics.median(ratios):.2f}", spread)
        print("| " + " | ".join([*told, f"{pair.wanted:.2f}"]) + " |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
