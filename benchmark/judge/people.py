"""A judge's verdicts held against what people said of the same texts (`human import`).

Both are brought to one number a text: the mean grade, the points of a ranking, the wins of a pair. Two texts of one
example that both have numbers for are a pair; the judge agrees where it prefers the same one, or also says that they
are equal. Read from the files, so that it does not matter who was asked first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

from benchmark.judge.read import MOST_BYTES, VERDICTS
from metrics.errors import UserError
from metrics.files import inside, read_jsonl, read_object
from metrics.judge.agreement import agreement
from metrics.judge.points import places
from metrics.judge.records import LETTERS, POINTS

RATINGS, RESULT = "ratings.jsonl", "human.json"
Values = Mapping[tuple[str, str], Mapping[str, float]]
"""(kind, example) -> system -> number. Wins of a pair and grades are never compared with each other."""


def with_people(run_dir: Path, folder: Path, task: str) -> list[dict[str, Any]]:
    """One row a campaign of that task: {"campaign", "protocol", "raters", "n", "share", "kappa"} of the judge whose
    verdicts about it lie in `folder`; [] without ratings. Raises UserError for a file that is none of these."""
    rows = folder / VERDICTS
    if not rows.is_file() or not (run_dir / "human").is_dir():
        return []
    own = _values(_verdicts(inside(run_dir, rows)))
    found = []
    for path in sorted((run_dir / "human").glob(f"*/{RATINGS}")):
        told = read_object(inside(run_dir, path.parent / RESULT), MOST_BYTES)
        if told.get("task") != task:
            continue
        left_out = {r for r, row in dict(told.get("checks") or {}).items() if row.get("excluded")}
        theirs = _values(_ratings(inside(run_dir, path), left_out))
        a, b = _preferences(own, theirs)
        if a:
            raters = len(dict(told.get("raters") or {})) - len(left_out)
            campaign = {"campaign": str(told.get("campaign")), "protocol": str(told.get("protocol")), "raters": raters}
            found.append({**campaign, **agreement(a, b)})
    return found


Row = tuple[str, list[str], Mapping[str, Any]]
"""(example, systems in the order in which they were shown, answer)."""


def _verdicts(path: Path) -> Iterable[Row]:
    for number, row in read_jsonl(path):
        if row.get("answer") is not None and not row.get("turn"):
            yield _checked(row, f"{path}, line {number}")


def _ratings(path: Path, left_out: set[str]) -> Iterable[Row]:
    for number, row in read_jsonl(path):
        if not row.get("check") and row.get("rater") not in left_out:
            yield _checked(row, f"{path}, line {number}")


def _checked(row: Mapping[str, Any], where: str) -> Row:
    example, systems, answer = row.get("example_id"), row.get("systems"), row.get("answer")
    if not isinstance(example, str) or not isinstance(systems, list) or not isinstance(answer, dict):
        raise UserError(f"{where}: is no verdict and no rating; judge the run, or import the answers, again")
    return example, [str(s) for s in systems], answer


def _values(rows: Iterable[Row]) -> Values:
    found: dict[tuple[str, str], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for example, systems, answer in rows:
        pair = ":".join(sorted(systems)) if "better" in answer else ""
        for system, value in _numbers(systems, answer).items():
            found[pair, example][system].append(value)
    return {key: {s: sum(v) / len(v) for s, v in own.items()} for key, own in found.items()}


def _numbers(systems: list[str], answer: Mapping[str, Any]) -> dict[str, float]:
    letters = dict(zip(LETTERS, systems, strict=False))
    if "better" in answer:
        better = letters.get(answer["better"])
        return {s: 0.5 if better is None else float(s == better) for s in systems}
    if "ranks" in answer:
        held = places(answer["ranks"])
        points = POINTS if len(held) == len(POINTS) else tuple(-float(i) for i in range(len(held)))
        return {letters[a]: sum(points[i] for i in own) / len(own) for a, own in held.items()}
    grades = [float(v) for v in answer.values() if isinstance(v, int | float) and not isinstance(v, bool)]
    return {systems[0]: sum(grades) / len(grades)} if len(systems) == 1 and grades else {}


def _preferences(own: Values, theirs: Values) -> tuple[list[int], list[int]]:
    """-1, 0 or 1 for each pair of systems of an example that both have numbers for."""
    a, b = list[int](), list[int]()
    mine, people = _by_pair(own), _by_pair(theirs)
    for key in sorted(mine.keys() & people.keys()):
        a.append(mine[key])
        b.append(people[key])
    return a, b


def _by_pair(values: Values) -> dict[tuple[str, str, str], int]:
    """Of a judge that was asked in several ways, the pair itself counts before what grades and ranks say of it."""
    out: dict[tuple[str, str, str], int] = {}
    for (pair, example), row in sorted(values.items()):
        for x, y in combinations(sorted(row), 2):
            sign = (row[x] > row[y] + 1e-9) - (row[y] > row[x] + 1e-9)
            if pair or (example, x, y) not in out:
                out[example, x, y] = sign
    return out
