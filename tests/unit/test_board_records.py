"""Entries as typed records: the same rules as the schema, on whatever is done to an entry; and damaged boards are one
message."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from board_world import first, new_board, rewrite, run_directory, submit_run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmark.leaderboard import board as boards
from benchmark.leaderboard import records
from benchmark.leaderboard.schema import problem
from benchmark.leaderboard.spelling import render
from metrics.errors import UserError

ODD = (
    None,
    True,
    0,
    -1,
    1,
    1.5,
    2**63,
    10**30,
    "",
    "x",
    "x" * 65,
    "x" * 401,
    "a\n",
    "\u202e",
    "\U000e0041",
    "ไทย",
    "0" * 12,
    "0" * 40,
    "0" * 64,
    "f" * 192,
    "G" * 64,
    [],
    ["0" * 64],
    {},
    {"x": "y"},
    "recomputed",
    "baseline",
    "post-rI",
    "<b>",
    "../x",
    " x",
    "x ",
    "NaN",
)


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("records")
    path = new_board(folder / "board")
    assert submit_run(path, run_directory(folder / "run", {"post-sft": first, "post-rl": first})) == 0
    return path


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(p for key, inner in below for p in places(inner, (*path, key)))]


def changed(entry: Any, path: tuple[Any, ...], how: str, value: Any) -> Any:
    new = copy.deepcopy(entry)
    at = new
    for key in path[:-1]:
        at = at[key]
    if how == "set":
        at[path[-1]] = value
    elif how == "drop":
        del at[path[-1]]
    elif isinstance(at[path[-1]], dict):
        at[path[-1]][value if isinstance(value, str) else "x"] = value
    elif isinstance(at[path[-1]], list):
        at[path[-1]].append(value)
    return new


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_record_is_refused_where_the_schema_refuses_the_entry(board: Path, data: st.DataObject) -> None:
    """One change anywhere: another value, a field less, a field more. What the records may add: signatures are looked
    up on the board."""
    entry = boards.read_board(board)["entries"][data.draw(st.integers(0, 1))]
    path = data.draw(st.sampled_from([p for p in places(entry) if p]))
    new = changed(entry, path, data.draw(st.sampled_from(["set", "drop", "add"])), data.draw(st.sampled_from(ODD)))
    if path[-1] == "signature":
        return
    refused = problem("entry", new) is not None
    try:
        records.from_dict(new, "x")
    except records.BadEntry:
        assert refused, (path, new)
    else:
        assert not refused, (path, problem("entry", new))


def test_letters_of_a_fields_name_are_all_looked_at(board: Path) -> None:
    """A check by shape that forgot a to f let "vrsion" and "rw_s" pass."""
    entry = boards.read_board(board)["entries"][0]
    for name in list(entry):
        for letter in set(name):
            new = {k: v for k, v in entry.items() if k != name} | {name.replace(letter, ""): entry[name]}
            with pytest.raises(records.BadEntry):
                records.from_dict(new, "x")


def test_a_record_reads_like_its_dict(board: Path) -> None:
    told, lines = records.read(board, True)
    for record, entry, line in zip(told["entries"], boards.read_board(board)["entries"], lines, strict=True):
        assert json.loads(line) == entry
        assert record["system"] == entry["system"]
        assert dict(record["outputs"].items()) == entry["outputs"]
        assert {m: c.get("reason", "") for m, c in record["scores"].items()} == {
            m: c.get("reason", "") for m, c in entry["scores"].items()
        }
        assert all(("reason" in record["scores"][m]) == ("reason" in entry["scores"][m]) for m in entry["scores"])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace('"entries": [', '"entries": [[', 1),
        lambda text: text.replace('"digest":"', '"digest":' + "[" * 200_000 + '"', 1),
        lambda text: text.replace('"value":0.5', '"value":1e999', 1),
        lambda text: text.replace('"value":0.5', '"value":NaN', 1),
        lambda text: text.replace('"value":0.5', '"value":' + "9" * 5000, 1),
        lambda text: text.replace('"n_scored":24', '"n_scored":' + "9" * 5000, 1),
        lambda text: text.replace('"seed":3', '"seed":1e400', 1),
        lambda text: text.replace('"stage":"post-sft"', '"stage":"\\ud800"'),
        lambda text: text.replace('"stage":"post-sft"', '"stage":"\\u001b[2J"'),
        lambda text: text.replace("toy", "\udcff"),
        lambda text: text[: len(text) // 2],
        lambda text: text + text,
        lambda text: "[" * 200_000,
        lambda text: text.replace('"schema_version": 2', '"schema_version": 1'),
        lambda text: text.replace('"schema_version": 2', '"schema_version": 3'),
        lambda text: text.replace('"signatures": {', '"signatures": {"0":1, '),
        lambda text: text.replace('"retired": []', '"retired": [[]]'),
        lambda text: text.replace('"metrics": 2', '"metrics": 0'),
    ],
)
def test_damaged_boards_are_one_message(
    board: Path, tmp_path: Path, spoil: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    from board_world import leaderboard

    path = tmp_path / board.name
    path.write_bytes(spoil(board.read_text("utf-8")).encode("utf-8", "surrogateescape"))
    for action, *more in (["show"], ["export", "--out", str(tmp_path / "out")], ["rescore"], ["baselines"]):
        assert leaderboard(action, path, *more) == 2, action
        told = capsys.readouterr().err
        assert told.startswith("error: ")
        assert told.count("\n") == 1
        assert len(told) < 2000
    for more in ([], ["--quick"]):
        assert leaderboard("verify", path, *more) == 1
        assert "FALSE" in capsys.readouterr().out


def test_an_unknown_signature_is_a_message_in_every_view(
    board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import shutil

    from board_world import leaderboard

    shutil.copytree(board.parent, tmp_path / "b")
    path = tmp_path / "b" / board.name
    rewrite(path, lambda told: told["entries"][0]["scores"]["overlap.chrf"].update(signature="0" * 12))
    for action, *more in (["show"], ["export", "--out", str(tmp_path / "out")]):
        assert leaderboard(action, path, *more) == 2
        assert "not a signature on this board" in capsys.readouterr().err
    assert leaderboard("verify", path) == 1


def test_a_name_of_any_length_is_short_in_the_message(board: Path) -> None:
    told = boards.read_board(board)
    told["entries"][0]["system"] = "x" * 1_000_000
    with pytest.raises(UserError) as found:
        records.from_dict(told["entries"][0], "x")
    assert len(str(found.value)) < 600
    assert render(told)
