"""Many entries measured at once, many boards verified at once: the same as one by one."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import fields
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from board_world import EXAMPLES, chatter, first, gold, new_board, submit, two, write_outputs

from benchmark.leaderboard import abreast, bench
from benchmark.leaderboard import board as boards
from benchmark.leaderboard.lies import Lie, Report
from benchmark.leaderboard.scoring import DETERMINISTIC, known_means, measure
from benchmark.leaderboard.verify import verify, verify_entries, verify_validations
from metrics.progress import listen
from metrics.records import Example, Generation


def outputs(text: Callable[[int], str], ended: Callable[[int], str] = lambda i: "stop") -> list[Generation]:
    return [Generation(e.id, "s", "user", text(i), 5 + i % 2, ended(i), None) for i, e in enumerate(EXAMPLES)]


MIXED: Callable[[int], str] = lambda i: (gold, first, two, chatter)[i % 4](i)  # noqa: E731
NOTHING: Callable[[int], str] = lambda i: "" if i % 3 else gold(i)  # noqa: E731
SOME_CUT: Callable[[int], str] = lambda i: "length" if i % 5 == 0 else "stop"  # noqa: E731


@pytest.mark.parametrize("facts", ["all", "none", "half"])
def test_entries_measured_together_are_what_each_is_alone(monkeypatch: pytest.MonkeyPatch, facts: str) -> None:
    """To the bit, reasons and signatures included; pairs of example, text and ending are looked at once."""
    held = {"all": lambda i: True, "none": lambda i: False, "half": lambda i: i % 2 == 0}[facts]
    examples = [
        e if held(i) else Example(e.id, e.source, e.reference, None, "zh", "th", e.doc_id)
        for i, e in enumerate(EXAMPLES)
    ]
    told = [outputs(gold), outputs(first), outputs(MIXED), outputs(MIXED, SOME_CUT), outputs(NOTHING), outputs(first)]
    looked: list[int] = []

    def columns(rows: list[Example], *rest: object) -> object:
        looked.append(len(rows))
        return real(rows, *rest)

    real = bench.columns
    monkeypatch.setattr(bench, "columns", columns)
    monkeypatch.setattr(bench, "BLOCK", 7)
    monkeypatch.setattr(bench, "processors", lambda: 1)
    with bench.measured(examples, [bench.Wanted(g, (), None) for g in told], "tiny") as found:
        together = [one.metrics for one in found]
    distinct = {(m.example_id, m.text, m.finish_reason) for made in told for m in made}
    assert sum(looked) == len(distinct) < sum(map(len, told)) and max(looked) == 7
    means = known_means(examples, (), "tiny")
    for metrics, made in zip(together, told, strict=True):
        alone = measure(examples, made, means, DETERMINISTIC)
        assert [m.metric for m in metrics] == [m.metric for m in alone]
        for a, b in zip(metrics, alone, strict=True):
            for name in (f.name for f in fields(a)):
                x, y = getattr(a, name), getattr(b, name)
                assert np.array_equal(x, y) if isinstance(x, np.ndarray) else x == y, (a.metric, name)


@pytest.fixture
def several(tmp_path: Path) -> list[Path]:
    """Four boards: a whole one, one with a changed value, one with another one's outputs, an empty one."""
    path = new_board(tmp_path / "whole")
    submit(path, write_outputs(tmp_path / "a.jsonl", gold), "one")
    submit(path, write_outputs(tmp_path / "b.jsonl", two), "two")
    for name in ("value", "outputs"):
        shutil.copytree(tmp_path / "whole", tmp_path / name)
    value, texts = (tmp_path / name / path.name for name in ("value", "outputs"))
    value.write_text(value.read_text("utf-8").replace('"value":0.8', '"value":0.9', 1), "utf-8")
    one, other = (e["outputs"]["sha256"] for e in boards.read_board(texts)["entries"])
    shutil.copy(boards.outputs_path(texts, one), boards.outputs_path(texts, other))
    return [path, value, texts, new_board(tmp_path / "empty")]


def test_boards_verified_side_by_side_are_told_as_one_after_the_other(
    several: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    check, parts = partial(verify, foreign=True), [partial(verify_entries, foreign=True), verify_validations]
    monkeypatch.setattr(bench, "processors", lambda: 2)
    heard: set[tuple[str, int, int]] = set()
    with (
        listen(lambda work: heard.add((work.title, work.done, work.total))),
        abreast.outcomes(several, parts, quick=False) as found,
    ):
        together = list(found)
    one_by_one = [abreast.outcome(check, path) for path in several]
    assert [type(o) for o in together] == [Report, Lie, Lie, Report]
    assert [o if isinstance(o, Report) else str(o) for o in together] == [
        o if isinstance(o, Report) else str(o) for o in one_by_one
    ]
    assert ("verify toy", 2, 2) in heard


def test_a_users_mistake_in_another_process_is_told_as_such(
    several: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = several[0].with_name("gone.json")
    monkeypatch.setattr(bench, "processors", lambda: 2)
    with abreast.outcomes([several[3], gone], [partial(verify, foreign=True)], quick=False) as found:
        assert next(found) == abreast.outcome(partial(verify, foreign=True), several[3])
        assert "no such board" in str(next(found))


def test_parts_of_a_board_are_told_as_one_and_the_first_falsehood_is_enough() -> None:
    """What comes behind it is not waited for."""

    def told() -> Iterator[abreast.Outcome]:
        yield Lie("the board", "tip", "not in its chain")
        raise AssertionError("waited for")

    found = abreast.joined(told())
    assert isinstance(found, Lie) and found.field == "tip"
    assert abreast.joined([Report(2, notes=["a"]), Report(notes=["b"])]) == Report(2, notes=["a", "b"])
    assert abreast.joined([Report(2), "no such board"]) == "no such board"
