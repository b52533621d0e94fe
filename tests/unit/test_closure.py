"""The code of a step: what can be reached from its entry changes the key, and nothing else does."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmark.pipeline import measure, train
from benchmark.rundir import closure

ENTRIES = {
    "generate": measure.GENERATE_CODE,
    "score": measure.SCORE_CODE,
    "summary": measure.SUMMARY_CODE,
    "report": measure.REPORT_CODE,
    "data": measure.WORLD_CODE,
    "own data": measure.OWN_DATA_CODE,
    "sft": train.SFT_CODE,
    "rl": train.RL_CODE,
    "validate-reward": train.VALIDATION_CODE,
}


def forget() -> None:
    """What was read of the sources."""
    for function in (closure.file_of, closure.read_module, closure.closure, closure.code_hash):
        function.cache_clear()


def hashes() -> dict[str, str]:
    """Step -> hash of its code."""
    return {name: closure.code_hash(*entries) for name, entries in ENTRIES.items()}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, str]]]:
    """A copy of the sources that a test may change, and the hashes of the steps' code in it."""
    top = tmp_path_factory.mktemp("sources")
    for name in closure.PROJECT:
        shutil.copytree(closure.TOP / name, top / name, ignore=shutil.ignore_patterns("assets", "__pycache__"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(closure, "TOP", top)
        forget()
        yield top, hashes()
    forget()


CATALOGUED = {"summary", "report"}
"""They read the table of metrics (metrics/catalog.py), whose texts name what computes them."""
EDITS = {
    # what the issue found missing: code that the step runs and its key did not know
    ("training/shared/lora.py", "PeftModel.from_pretrained(", "PeftModel.from_pretrained( "): {
        "generate",
        "score",
        "sft",
        "rl",
        "validate-reward",
    },
    ("training/shared/vllm_engine.py", "gc.collect()", "gc.collect(2)"): {"generate", "score", "rl", "validate-reward"},
    ("metrics/coverage.py", "def measure_facts(", "def measure_facts( "): {"score", "rl", *CATALOGUED},
    ("training/rl/grpo.py", "def train_rl(", "def train_rl( "): {"rl"},
    ("training/sft/train.py", "def train_sft(", "def train_sft( "): {"sft"},
    ("training/embedded/embedder.py", "def train_encoder(", "def train_encoder( "): set(),
    ("benchmark/scoring/command.py", "def command(", "def command( "): set(),
    ("benchmark/report/style.css", "{", "{ "): {"report"},
    ("benchmark/tasks/newswire/data/persons.tsv", "\n", "\n\n"): {"data", "validate-reward", "report"},
    ("benchmark/tasks/corpora/ntrex-zh-th.toml", "\n", "\n\n"): {"data"},
    ("metrics/reading/data/currencies.tsv", "\n", "\n\n"): {"score", "rl", *CATALOGUED},
    ("benchmark/profiles/tiny.toml", "[run]", "[run] "): set(),
    ("benchmark/cli.py", "def main(", "def main( "): set(),
}


@pytest.mark.parametrize("edit", EDITS, ids=lambda e: f"{e[0]}: {e[1]!r}")
def test_a_key_changes_with_the_code_that_the_step_runs_and_no_other(
    copy: tuple[Path, dict[str, str]], edit: tuple[str, str, str]
) -> None:
    """Functions reached inside imports, tables of names and data files count; commands, other losses and profiles do
    not."""
    (top, before), (name, old, new) = copy, edit
    file = top / name
    text = file.read_text("utf-8")
    assert old in text, edit
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    forget()
    try:
        assert {step for step, found in hashes().items() if found != before[step]} == EDITS[edit]
    finally:
        file.write_text(text, encoding="utf-8")
        forget()


def test_imports_inside_functions_and_names_in_tables_are_followed() -> None:
    """SFT's callbacks are imported late; rewards by a text; the records of an example by a type hint."""
    sft = {module for module, _ in closure.closure(*train.SFT_CODE)}
    assert {"training.shared.callbacks", "training.shared.trackers", "metrics.records"} <= sft
    assert not any(m.startswith(("training.rewards", "training.rl.grpo", "benchmark")) for m in sft)
    score = {module for module, _ in closure.closure(*measure.SCORE_CODE)}
    assert {
        "training.rewards.embedding",
        "metrics.scorers.comet",
        "metrics.inventory",
        "metrics.matching",
        "training.shared.lora",
    } <= score


def test_an_entry_that_is_not_there_is_our_fault() -> None:
    """A renamed function must not leave a step without code."""
    for entry in ("training.sft.train:gone", "training.gone", "training.gone:f"):
        with pytest.raises(ValueError, match="no such code"):
            closure.code_hash(entry)
