"""A task, a reward and a language of one's own: one file and one name."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmark import tasks
from benchmark.cli import main
from benchmark.settings.config import load_profile
from benchmark.tasks import load_task
from metrics.errors import UserError
from metrics.records import read_examples
from training.rewards import load_reward

MODULE = """
from benchmark.tasks import Task
from metrics.records import Example


def load(split, n=None):
    rows = [Example(f"{split}{i}", f"{i}人受伤", (f"บาดเจ็บ {i} คน",), None, "zh", "th") for i in range(20, 26)]
    return rows[:n]


def injured():
    return Task("injured", "zh", "th", "1", "{source} => ", load, of_world=False)


def no_task():
    return "injured"


def short(sources, candidates):
    return [1 / (1 + len(c)) for c in candidates]
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A module of the user's on the path."""
    (tmp_path / "my_own.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(tasks, "_LOADED", {})
    yield
    sys.modules.pop("my_own", None)


@pytest.mark.usefixtures("own")
def test_a_task_of_ones_own_is_loaded_where_the_command_line_names_it(tmp_path: Path) -> None:
    """`data export` writes its split, `plan` and `run` take it from the profile that --set made."""
    out = tmp_path / "rows.jsonl"
    assert main(["data", "export", "--task", "my_own:injured", "--split", "dev", "--out", str(out)]) == 0
    assert [e.reference for e in read_examples(out)][:1] == [("บาดเจ็บ 20 คน",)]
    assert load_profile("smoke", ["run.task=my_own:injured"]).run.task == "my_own:injured"
    assert load_task("my_own:injured", allow_code=True).ask("3人") == "3人 => "


@pytest.mark.usefixtures("own")
def test_nobody_else_names_a_function_as_a_task() -> None:
    """A board, a manifest or a file: an unknown task, and nothing is imported."""
    with pytest.raises(UserError, match="unknown task 'my_own:injured'") as error:
        load_task("my_own:injured")
    assert str(error.value).endswith(" (or give file:PATH of a task file, or module:function on the command line)")
    assert "my_own" not in sys.modules


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize(
    ("name", "said"),
    [("my_own:gone", "cannot be imported"), ("nowhere:f", "cannot be imported"), ("my_own:no_task", "returned str")],
)
def test_what_is_no_task_is_one_message(name: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        load_task(name, allow_code=True)


@pytest.mark.usefixtures("own")
def test_a_function_is_a_reward_by_its_name() -> None:
    reward = load_reward("my_own:short")
    assert reward.score(["三人"], ["ab"]) == [1 / 3]
