"""Numbers of real text, the human references against their sources: the table in docs/numbers.md.

    PYTHONPATH=. BENCH_DATA_DIR=DIR python tests/simulations/real_numbers.py [--write docs/numbers.md]

DIR holds NTREX and XQuAD where the tasks look for them. A changed digit: of each hard number that is written in digits
and that the source bears out, one digit becomes another, and the reference with it is held against the source again.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence

from into_page import command

from benchmark.tasks import load_task
from metrics.open.bounds import derangement
from metrics.open.comparison import Comparison, Statement
from metrics.open.facts import forget, hold
from metrics.records import Example

TASKS = {"NTREX zh-th": "ntrex-zh-th", "NTREX zh-bo": "ntrex-zh-bo", "XQuAD zh-th": "xquad-zh-th"}
TIER, SHUFFLES, SEED = "number", 10, 1
START, END = "<!-- table: tests/simulations/real_numbers.py -->", "<!-- end of the table of real numbers -->"


def reference(example: Example) -> str:
    """The first reference."""
    return (example.reference or ("",))[0]


def recall(found: Sequence[Comparison]) -> tuple[int, int]:
    """(verified, read) of hard numbers of the sources."""
    pairs = [one.recalled(TIER) for one in found]
    return sum(said for said, _ in pairs), sum(read for _, read in pairs)


def noticed(example: Example, held: Comparison, rng: random.Random) -> list[bool]:
    """For each number of the reference that a digit can be changed in: whether the other number is not borne out."""
    found = []
    for one in held.statements:
        digits = [i for i in range(*one.span) if held.text[i].isascii() and held.text[i].isdigit()]
        if one.tier != TIER or not one.supported or not digits:
            continue
        at = rng.choice(digits)
        other = rng.choice([d for d in "123456789" if d != held.text[at]])
        changed = hold(example, held.text[:at] + other + held.text[at + 1 :], None)
        found.append(not any(_covers(said, at) and said.supported for said in changed.statements))
    return found


def _covers(said: Statement, at: int) -> bool:
    return said.tier == TIER and said.span[0] <= at < said.span[1]


def row(name: str, examples: Sequence[Example]) -> str:
    """One line of the table."""
    forget()
    before = time.process_time()
    held = [hold(example, reference(example), None) for example in examples]
    a_minute = 60 * len(examples) / (time.process_time() - before)
    verified, read = recall(held)
    stated = [one.stated(TIER) for one in held]
    supported, wrong = sum(good for good, _ in stated), sum(bad for _, bad in stated)
    shuffled = 0
    for seed in range(SHUFFLES):
        order = derangement([example.doc_id for example in examples], seed) or ()
        elsewhere = [hold(e, reference(examples[i]), None) for e, i in zip(examples, order, strict=True)]
        shuffled += recall(elsewhere)[0]
    rng = random.Random(SEED)
    seen = [one for example, was in zip(examples, held, strict=True) for one in noticed(example, was, rng)]
    return (
        f"| {name} | {verified / read:.3f} of {read} | {supported / (supported + wrong):.3f} of {supported + wrong} | "
        f"{shuffled / SHUFFLES / read:.3f} | {sum(seen) / len(seen):.3f} of {len(seen)} | {round(a_minute, -3):,.0f} |"
    )


def table() -> str:
    """The whole table."""
    return "\n".join(
        [
            "| | recall | precision | shuffled recall | changed digit noticed | texts a minute |",
            "| --- | --- | --- | --- | --- | --- |",
            *(row(name, load_task(task).load("test")) for name, task in TASKS.items()),
        ]
    )


if __name__ == "__main__":
    command(__doc__, table, START, END)
