"""Everything that the report reads from a run directory. Only the summary is required; what else is absent or
unreadable becomes a note."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from benchmark.report.judged import sections
from benchmark.report.words import (
    ordered,
    stage_of,
)
from benchmark.rundir.intact import check_output
from benchmark.rundir.summaries import read_summary
from metrics.arrays import codes, filled, present
from metrics.errors import UserError
from metrics.files import inside, read_object
from metrics.parquet import read_parquet
from metrics.records import (
    Example,
    Generation,
    parse_example,
    parse_generation,
    read_examples,
    read_generations,
    read_jsonl,
)
from metrics.stages import GOLD
from metrics.summary import system_keys

if TYPE_CHECKING:
    import pyarrow as pa

SEGMENT_METRICS = (
    "coverage.recall",
    "coverage.recall.length_controlled",
    "coverage.f1",
    "open.f1",
    "verbosity.chars",
    "reward.mean",
)
"""Metrics whose sentence values the figures and the choice of examples need."""

MOST = 5_000
"""Segments that the page looks at one by one: of a longer file the first ones, so that memory does not grow with it."""

T = TypeVar("T")
AtHand = Mapping[Path, Sequence[Any]]
"""File of a run directory -> the records that whoever has just written it still has."""


@dataclass
class RunData:
    """A run directory, as far as it could be read."""

    summary: dict[str, Any]
    manifest: dict[str, Any] | None = None
    """manifest.json as it stands; None when absent."""
    examples: dict[str, Example] = field(default_factory=dict)
    """Test examples of the primary task by id."""
    texts: dict[str, dict[str, Generation]] = field(default_factory=dict)
    """Key of the summary -> example id -> generation; `gold` is made of the first references."""
    segments: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)
    """Key -> metric of SEGMENT_METRICS -> example id -> sentence value (unscored segments are left out)."""
    rewards: list[dict[str, Any]] = field(default_factory=list)
    """One row per completion of the RL run."""
    steps: list[dict[str, Any]] = field(default_factory=list)
    """One row per logged step of the RL run."""
    probe: list[dict[str, Any]] = field(default_factory=list)
    """One row per measurement of the independent probe during RL."""
    judges: list[dict[str, Any]] = field(default_factory=list)
    """What the page shows of each judge (`benchmark.report.judged`)."""
    notes: list[str] = field(default_factory=list)
    """What is missing, in words for the page."""

    @property
    def keys(self) -> list[str]:
        """Systems of the summary in the order of training, the references last."""
        return ordered(self.summary["systems"])

    @property
    def task(self) -> str | None:
        """The primary task."""
        return self.run.get("task")

    @property
    def run(self) -> dict[str, Any]:
        """What the summary says about the run."""
        run = self.summary.get("run")
        return run if isinstance(run, dict) else {}

    @property
    def has_facts(self) -> bool:
        """Whether any example of the primary task carries gold facts."""
        return any(e.facts is not None for e in self.examples.values())

    @property
    def n(self) -> int:
        """Segments of the primary task, as the summary counts them."""
        cells = (cell for row in self.summary["systems"].values() for cell in row.values() if isinstance(cell, dict))
        return max((n for cell in cells if isinstance(n := cell.get("n_total"), int)), default=0)

    def cell(self, key: str, metric: str) -> dict[str, Any]:
        """One cell of the summary; empty when it is not there."""
        found = self.summary["systems"].get(key, {}).get(metric)
        return found if isinstance(found, dict) else {}

    def transition(self, before: str, after: str) -> dict[str, Any]:
        """metric -> change, of one transition; empty when it was not tested."""
        found = self.summary.get("transitions", {}).get(f"{before}->{after}")
        return found if isinstance(found, dict) else {}


def load(run_dir: Path, scores: bool = True, at_hand: AtHand | None = None) -> RunData:
    """Reads a run directory; without the scores of single segments where these are not wanted. Raises UserError only
    when its summary is missing or malformed."""
    data = RunData(read_summary(run_dir))
    data.manifest = _try(data, lambda: _manifest(run_dir / "manifest.json"), None)
    _texts(run_dir, data, at_hand or {})
    shown = None
    if data.n > MOST:
        shown = set(data.examples)
        data.notes.append(
            f"examples, distributions of lengths and what is counted in texts are those of the first {MOST:,} of "
            f"{data.n:,} segments; all values and intervals are of all of them"
        )
    if scores:
        place = run_dir / "scores.parquet"
        data.segments = _try(data, lambda: _segments(check_output(run_dir, place), data.task, shown), {})
    data.rewards = _log(data, run_dir / "logs" / "rl_rewards.jsonl", "the reward's components")
    data.steps = _log(data, run_dir / "logs" / "rl_steps.jsonl", "KL, entropy and group statistics")
    data.probe = _log(data, run_dir / "logs" / "rl_probe.jsonl", "the independent probe")
    no_judges: list[dict[str, Any]] = []
    data.judges = _try(data, partial(sections, run_dir, data.summary), no_judges)
    return data


def _try(data: RunData, read: Callable[[], T], otherwise: T) -> T:
    """The result of `read`, or `otherwise` with the reason among the notes."""
    try:
        return read()
    except UserError as error:
        data.notes.append(str(error))
        return otherwise


def _intact(run_dir: Path, path: Path, read: Callable[[Path], T]) -> T:
    """What `read` makes of a file that is still what the run wrote. Raises UserError where it is not."""
    return read(check_output(run_dir, path))


def _rows(
    data: RunData, run_dir: Path, path: Path, at_hand: AtHand, kind: tuple[Callable[..., T], Callable[..., list[T]]]
) -> list[T]:
    """The rows of a file, the first ones of a long one; none, with a note, where it cannot be read. kind: what makes a
    row of an object, and what reads a whole file."""
    parse, whole = kind
    nothing: list[T] = []
    if path in at_hand:
        try:
            return [parse(row.as_dict(), str(path)) for row in islice(at_hand[path], MOST)]
        except UserError:
            pass  # the file is read below, and the note names the line
    read = partial(_first, parse) if data.n > MOST else whole
    return _try(data, partial(_intact, run_dir, path, read), nothing)


def _manifest(path: Path) -> dict[str, Any]:
    if not path.exists():
        raise UserError("manifest.json is missing: what made these numbers is known only from the summary")
    try:
        return read_object(inside(path.parent, path))
    except UserError as error:
        raise UserError(
            f"manifest.json is not readable ({error}): what made these numbers is known only from the summary"
        ) from None


def _log(data: RunData, path: Path, what: str) -> list[dict[str, Any]]:
    """Rows of a log with a whole number as step. An absent log is noted only where an RL stage was measured."""
    if not path.is_file():
        if any(stage_of(key) == "post-rl" for key in data.keys):
            data.notes.append(f"logs/{path.name} is missing: {what} during RL cannot be shown")
        return []
    return _try(
        data,
        lambda: [row for _, row in read_jsonl(check_output(path.parents[1], path)) if isinstance(row.get("step"), int)],
        [],
    )


def _texts(run_dir: Path, data: RunData, at_hand: AtHand) -> None:
    folder = run_dir / "generations"
    if data.task and (folder / data.task).is_dir():
        folder /= data.task
    by_system: dict[tuple[str, str], dict[str, Generation]] = {}
    for path in sorted(folder.rglob("*.jsonl")) if folder.is_dir() else []:
        for made in _rows(data, run_dir, path, at_hand, (parse_generation, read_generations)):
            # Of several seeds the first: the page shows one text, the numbers are pooled over all.
            by_system.setdefault((made.system, made.stage), {}).setdefault(made.example_id, made)
    if not by_system:
        data.notes.append("no generations in the run directory: the examples below the figures cannot be shown")
        return
    data.texts = dict(zip(system_keys(list(by_system)), by_system.values(), strict=True))
    needed = {example_id for texts in data.texts.values() for example_id in texts}
    data.examples = _examples(run_dir / "examples", data, needed, at_hand)
    if data.examples and GOLD not in data.texts:
        gold = {i: Generation(i, GOLD, GOLD, e.reference[0]) for i, e in data.examples.items() if e.reference}
        if gold:
            data.texts[GOLD] = gold


def _examples(folder: Path, data: RunData, needed: set[str], at_hand: AtHand) -> dict[str, Example]:
    """The examples that the generations answer: from the file that holds most of them, the test split first."""
    likely = {f"{data.task}.jsonl": 0, f"{data.task}-test.jsonl": 0, "test.jsonl": 1, "examples.jsonl": 2}
    best: dict[str, Example] = {}
    for path in (
        sorted(folder.rglob("*.jsonl"), key=lambda p: (likely.get(p.name, 3), str(p))) if folder.is_dir() else []
    ):
        rows = _rows(data, folder.parent, path, at_hand, (parse_example, read_examples))
        found = {e.id: e for e in rows if e.id in needed}
        if len(found) > len(best):
            best = found
        if len(best) == len(needed):
            break
    if not best:
        data.notes.append("no examples file that fits the generations: sources, references and facts cannot be shown")
    return best


def _first(parse: Callable[[dict[str, Any], str], T], path: Path) -> list[T]:
    """The first rows of a long file."""
    return [parse(row, f"{path}, line {number}") for number, row in islice(read_jsonl(path), MOST)]


def _segments(path: Path, task: str | None, shown: Collection[str] | None) -> dict[str, dict[str, dict[str, float]]]:
    """shown: the segments that are wanted; None for all."""
    if not path.is_file():
        raise UserError("scores.parquet is missing: distributions and scatter plots cannot be shown")
    again = "score the run again"
    columns = ["system", "stage", "task", "example_id", "metric", "value"]
    wanted: dict[str, Collection[str]] = {"metric": SEGMENT_METRICS}
    if shown is not None:
        wanted["example_id"] = shown
    table = read_parquet(path, again, columns, wanted)
    names, values, known = _columns(table, columns, f"scores.parquet is not readable (values of other kinds): {again}")
    (systems, stages, tasks, ids, metrics), words = (list(part) for part in zip(*names, strict=True))
    at = np.flatnonzero(tasks == words[2].index(task) if task in words[2] else np.full(len(table), task is None))
    pairs = sorted(
        {(words[0][a], words[1][b]) for a, b in set(zip(systems[at].tolist(), stages[at].tolist(), strict=True))}
    )
    key_of = dict(zip(pairs, system_keys(pairs), strict=True))
    at = at[known[at]]
    found: dict[str, dict[str, dict[str, float]]] = {}
    group = (systems[at] * len(words[1]) + stages[at]) * len(words[4]) + metrics[at]
    _, first, member = np.unique(group, return_index=True, return_inverse=True)
    for g in np.argsort(first, kind="stable").tolist():
        rows = at[member == g]
        key = key_of[words[0][systems[rows[0]]], words[1][stages[rows[0]]]]
        held = found.setdefault(key, {}).setdefault(words[4][metrics[rows[0]]], {})
        for i, value in zip(ids[rows].tolist(), values[rows].tolist(), strict=True):
            held.setdefault(words[3][i], value)
    return found


Named = tuple[np.ndarray, list[str]]
"""(number of each row's text in the list, the distinct texts)"""


def _columns(table: pa.Table, columns: Sequence[str], otherwise: str) -> tuple[list[Named], np.ndarray, np.ndarray]:
    """Columns of text, of which the last is one of numbers: (the texts, the numbers, where these are not null). Raises
    UserError, with `otherwise`, for what is neither."""
    import pyarrow as pa

    try:
        names = [codes(table[name].combine_chunks()) for name in columns[:-1]]
        number = table[columns[-1]].combine_chunks()
        if not pa.types.is_floating(number.type) and not pa.types.is_null(number.type):
            raise TypeError(columns[-1])
        number = number.cast(pa.float64())
        for numbers, words in names:
            if (numbers == len(words) - 1).any() or not all(isinstance(word, str) for word in words[:-1]):
                raise TypeError("a name that is no text")
    except (pa.ArrowException, ValueError, TypeError) as error:
        raise UserError(otherwise) from error
    return [(numbers, [str(word) for word in words[:-1]]) for numbers, words in names], filled(number), present(number)
