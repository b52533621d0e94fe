"""A task, a reward and a language of one's own: one file and one name."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest

from benchmark import judge as judges
from benchmark import tasks
from benchmark.cli import main
from benchmark.settings.config import load_profile
from benchmark.tasks import load_task
from metrics import catalog
from metrics.errors import UserError
from metrics.inventory import Inventory
from metrics.records import Example, Generation, read_examples
from metrics.scoring import Means, Scoring
from training.rewards import load_reward

MEANS = Means(Inventory([]), None, {}, None)
MODULE = """
from benchmark.tasks import Task
from metrics.records import Example


def load(split, n=None):
    rows = [Example(f"{split}{i}", f"{i}人受伤", (f"บาดเจ็บ {i} คน",), None, "zh", "th") for i in range(20, 26)]
    return rows[:n]


def injured():
    return Task("injured", "zh", "th", "1", "{source} => ", load, of_world=False)


def broken(split, n=None):
    return load(split)[0] / 2


def tuple_less(split, n=None):
    return [Example("1", "三人受伤", "บาดเจ็บ", None, "zh", "th")]


def fact_less(split, n=None):
    return [Example("1", "三人受伤", ("บาดเจ็บ",), ({"type": "quantity"},), "zh", "th")]


def lang_less(split, n=None):
    return [Example("1", "三人受伤", ("บาดเจ็บ",), None, "zh", "tlh-x")]


def twice(split, n=None):
    return load(split)[:1] * 2


def of(rows):
    return Task("injured", "zh", "th", "1", "{source} => ", rows, of_world=False)


def fails():
    return {}["data"]


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
@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("broken", "failed in {file}, line 16: TypeError: unsupported operand"),
        ("lambda split: []", "failed: TypeError: "),
        ("lambda split, n: []", "returned no examples"),
        ("lambda split, n: [1]", "example 1: is a int; return metrics.records.Example"),
        ("tuple_less", 'example 1: "reference" must be a tuple of texts or None, not str'),
        ("fact_less", "example 1, fact 1: is a dict; give a metrics.records.Fact"),
        ("lang_less", 'example 1: "target_lang"'),
        ("twice", "example 2: the id 'dev20' is used twice"),
    ],
)
def test_what_a_task_does_wrong_is_told_by_its_name(rows: str, said: str, tmp_path: Path, capsys: Any) -> None:
    """rc 2, one message, nothing written; and no file of ours is blamed."""
    file = tmp_path / "my_own.py"
    file.write_text(f"{MODULE}\n\ndef made():\n    return of({rows})\n", encoding="utf-8")
    out = tmp_path / "out"
    assert main(["data", "export", "--task", "my_own:made", "--split", "dev", "--out", str(out)]) == 2
    told = capsys.readouterr().err
    assert told.startswith("error: task 'my_own:made', load('dev')") and told.count("\n") == 1
    assert said.format(file=file) in told
    assert not out.exists()


@pytest.mark.usefixtures("own")
def test_a_task_that_fails_as_it_is_made_names_its_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"failed in .*my_own.py, line 40: KeyError: 'data'; mend it"):
        load_task("my_own:fails", allow_code=True)
    (tmp_path / "my_slip.py").write_text("x = 1\ndef f(:\n", "utf-8")
    for load, what in ((partial(load_task, allow_code=True), "task"), (load_reward, "reward")):
        with pytest.raises(UserError, match=rf"{what} 'my_slip:f': failed in .*my_slip.py, line 2: SyntaxError"):
            load("my_slip:f")


def indented(after: str) -> str:
    """The first block of code of CONTRIBUTING.md behind a phrase."""
    text = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text("utf-8")
    lines = takewhile(lambda line: line.startswith("    ") or not line, text.partition(after)[2].split("\n")[2:])
    return "\n".join(line[4:] for line in lines)


def test_the_task_of_the_handbook_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_module.py").write_text(indented("A whole one, `my_module.py`"), "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(tasks, "_LOADED", {})
    out = tmp_path / "rows.jsonl"
    assert main(["data", "export", "--task", "my_module:my_task", "--split", "dev", "--out", str(out)]) == 0
    assert [len(e.facts or ()) for e in read_examples(out)] == [1] * 10


def test_the_metric_of_the_handbook_works_and_a_failure_in_it_names_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my_metric.py").write_text(indented("A whole one, `my_metric.py`").strip() + "\n", "utf-8")
    (tmp_path / "bad_metric.py").write_text(
        (tmp_path / "my_metric.py").read_text("utf-8").replace("scoring.texts]", "scoring.text]"), "utf-8"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    examples = [Example("1", "好", None, None, "zh", "th")]
    scoring = Scoring(examples, [Generation("1", "s", "model", "ดีครับ", None, None, None)], MEANS)
    monkeypatch.setattr(catalog, "FAMILIES", ["my_metric"])
    assert [m.stats.tolist() for m in catalog.score_families(scoring, ["polite"])] == [[[1.0, 1.0]]]
    monkeypatch.setattr(catalog, "FAMILIES", ["bad_metric"])
    with pytest.raises(UserError, match=r"metric family 'polite': failed in .*bad_metric.py, line 6: AttributeError"):
        catalog.score_families(scoring, ["polite"])


def test_a_judge_of_ones_own_that_fails_names_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = "class Mine:\n    name = 'mine'\n    def knowing(self, examples):\n        return self\n"
    source += (
        "    def verdicts(self, questions):\n        return 1 / 0\n\n\ndef made(settings, ledger):\n    return Mine()\n"
    )
    (tmp_path / "my_judge.py").write_text(source, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setitem(judges.JUDGES, "mine", "my_judge:made")
    judge = judges.load_judge("mine", load_profile("smoke").judge, None).knowing([])
    assert judge.name == "mine"
    with pytest.raises(UserError, match=r"judge 'mine': failed in .*my_judge.py, line 6: ZeroDivisionError"):
        judge.verdicts([])


@pytest.mark.usefixtures("own")
def test_a_function_is_a_reward_by_its_name() -> None:
    reward = load_reward("my_own:short")
    assert reward.score(["三人"], ["ab"]) == [1 / 3]
