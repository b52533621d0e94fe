"""Pairs of the speed table that need another environment: left out with one line, not failed, where it is not given.
The pairs themselves: tests/perf."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest

PERF = Path(__file__).parents[1] / "perf"


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(PERF))
    return importlib.import_module("beside")


def test_a_pair_without_its_environment_says_which_variable_names_it(
    beside: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for pair in beside.BESIDE:
        for value in (None, "", str(tmp_path), str(tmp_path / "python")):
            if value is None:
                monkeypatch.delenv(pair.needs, raising=False)
            else:
                monkeypatch.setenv(pair.needs, value)
            assert pair.lacking.startswith(f"not run: {pair.needs} ") and "\n" not in pair.lacking
        monkeypatch.setenv(pair.needs, sys.executable)
        assert pair.lacking is None


def test_pairs_of_this_environment_lack_nothing(beside: ModuleType) -> None:
    assert {pair.lacking for pair in importlib.import_module("pairs").PAIRS} == {None}


def test_the_harness_is_asked_what_the_suite_asks(beside: ModuleType) -> None:
    """The task's file, filled in: the rendered prompt of an example is the suite's own, to the letter."""
    import jinja2
    import yaml

    from benchmark.tasks import load_task

    task = load_task(beside.TASK)
    found = yaml.safe_load(beside.harness_task(Path("rows.jsonl"), 7))
    [example] = task.load("test", 1)
    assert jinja2.Template(found["doc_to_text"]).render(source=example.source) == task.ask(example.source)
    assert jinja2.Template(found["doc_to_target"]).render(reference=example.reference) == example.reference[0]
    assert found["generation_kwargs"] == {"until": [], "do_sample": False, "max_gen_toks": 7}
    assert found["dataset_kwargs"] == {"data_files": {"test": "rows.jsonl"}}
