"""The declared studies: the shipped ones hold on every profile they are meant for, and a file that says nonsense is one
message."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from studied import STUDY

from benchmark.cli import main
from benchmark.settings.config import load_profile
from benchmark.studies.cells import Asked, cell_runs, rl_steps_of
from benchmark.studies.declared import MADE, Times, override, read_studies
from metrics.errors import UserError

SHIPPED = read_studies()


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("profile", ["tiny", "world1", "gpu-small", "smoke"])
def test_shipped_studies_have_cells_that_differ(name: str, profile: str) -> None:
    """Every cell loads, and no two cells with runs of their own ask for the same run."""
    asked = Asked(name, SHIPPED[name], profile, (), (1,))
    runs, left_out = cell_runs(asked)
    assert left_out == {} and [run.cell for run in runs] == SHIPPED[name].own()
    assert len({run.profile.model_dump_json() for run in runs}) == len(runs)


def test_what_the_contract_names_is_there() -> None:
    assert {"paper-table-2", "recovery", "para-size", "rewards", "steps"} <= set(SHIPPED)
    assert list(SHIPPED["paper-table-2"].cells) == ["gate+batchlen", "gate-only", "reflen", "grpo-control"]
    assert SHIPPED["paper-table-2"].stage == "rl" and SHIPPED["paper-table-2"].shows == ["post-rl"]
    assert MADE["all"][-1] == "post-recovery"


def test_multiples_are_of_the_profile_and_of_what_the_command_line_sets() -> None:
    def sizes(*overrides: str) -> dict[str, int | None]:
        asked = Asked("para-size", SHIPPED["para-size"], "tiny", overrides, (1,))
        return {run.cell: run.profile.data.n_para for run in cell_runs(asked)[0]}

    assert sizes() == {"full": 300, "half": 150, "quarter": 75}
    assert sizes("data.n_para=10") == {"full": 10, "half": 5, "quarter": 2}
    recovery = Asked("recovery", SHIPPED["recovery"], "tiny", (), (1,))
    found = {run.cell: (run.profile.recovery.epochs, run.profile.data.n_recovery) for run in cell_runs(recovery)[0]}
    assert found == {
        "one-epoch": (1.0, None),
        "half-epoch": (0.5, None),
        "half-pairs": (1.0, 150),
        "two-epochs": (2.0, None),
    }
    assert rl_steps_of(cell_runs(recovery)[0], "all") == load_profile("tiny").rl.max_steps, "RL is shared"


def test_a_profile_without_the_size_is_told_and_the_others_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["study", "para-size", "--profile", "paper-zh-th"]) == 2
    assert "leaves data.n_para empty" in capsys.readouterr().err
    assert main(["study", "list", "--profile", "paper-zh-th"]) == 0
    shown = capsys.readouterr().out
    assert all(re.search(rf"^{name} ", shown, re.M) for name in SHIPPED) and "not with these settings" in shown


def test_two_cells_that_would_be_one_run_are_refused() -> None:
    """A size that the profile leaves empty, or that is too small to be halved, would compare a cell with itself."""
    for study, profile, overrides in (
        ("recovery", "paper-zh-th", ()),
        ("para-size", "tiny", ("data.n_para=1",)),
    ):
        with pytest.raises(UserError, match=r"same run as cell|leaves data\.n_para empty"):
            cell_runs(Asked(study, SHIPPED[study], profile, overrides, (1,)))
    runs, left_out = cell_runs(Asked("para-size", SHIPPED["para-size"], "smoke", ("data.n_para=1",), (1,), quick=True))
    assert [run.cell for run in runs] == ["full"] and "same run as cell 'full'" in left_out["quarter"]


def test_what_a_cell_sets_is_not_set_by_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["study", "rewards", "--quick", "--set", "rl.reward=embedding"]) == 2
    assert "leave it to the study" in capsys.readouterr().err


def test_list_tells_runs_and_steps(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["study", "list", "--seeds", "2"]) == 0
    assert re.search(r"^paper-table-2 +4 +8 +1600 +What ", capsys.readouterr().out, re.M)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"rl.max_steps" =', '"rl.max_stepz" =', "did you mean max_steps"),
        ('"rl.max_steps" =', '"max_steps" =', "SECTION.KEY"),
        ('"rl.max_steps" =', '"run.seed" =', "--seeds"),
        ("times = 0.5", "times = -1", "greater than 0"),
        ("times = 0.5", 'times = 0.5, of = "data.n_parra"', "data.n_parra"),
        ('"coverage.f1"', '"coverage.f2"', "unknown metric 'coverage.f2'"),
        ('shows = ["post-rl"]', 'shows = ["post-tax"]', "no stage"),
        ('stage = "all"', 'stage = "sft"', "no stage of a run"),
        ('stage = "all"', 'stage = "most"', "stage"),
        ('baseline = "full"', 'baseline = "ful"', "did you mean full"),
        ('of = "full"', 'of = "ful"', "did you mean full"),
        ('of = "full"', 'of = "none"', "sets nothing"),
        ("reads = { post-rl", "reads = { post-recovery", "no stage that is shown"),
        ("[toy.cells.half]", '[toy.cells."../half"]', "pattern"),
        ("[toy.cells.half]", '[toy.cells."h\\u001B[2J"]', "pattern"),
        ("toy", "Toy", "pattern"),
        ("toy", "list", "another name"),
        ("question =", "qestion =", "qestion"),
        ('set = { "rl.max_steps" = { times = 0.5 } }', 'set = { "rl.reward" = "os:system" }', "runs code"),
        ('set = { "rl.max_steps" = { times = 0.5 } }', 'set = { "rl.max_steps" = [1] }', "toy"),
        (STUDY, "", "holds no study"),
        (STUDY, "[toy", "not a TOML file"),
        (STUDY, "toy = 1", "toy"),
    ],
)
def test_a_file_that_says_nonsense_is_one_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, said: str
) -> None:
    path = tmp_path / "mine.toml"
    assert old in STUDY
    path.write_text(STUDY.replace(old, new), "utf-8")
    with pytest.raises(UserError) as error:
        read_studies(path)
    assert said in str(error.value) and "mine.toml" in str(error.value)
    assert main(["study", "toy", "--file", str(path), "--out", str(tmp_path / "out")]) == 2
    shown = capsys.readouterr().err
    assert len(shown.splitlines()) == 1 and "\x1b" not in shown and not (tmp_path / "out").exists()


def test_a_cell_that_smoke_cannot_be_is_left_out_of_a_trial_alone(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(STUDY.replace("{ times = 0.5 } }", '2, "rl.reward_path" = "asset:gone@9" }'), "utf-8")
    toy = read_studies(path)["toy"]
    runs, left_out = cell_runs(Asked("toy", toy, "smoke", (), (1, 2), quick=True))
    assert [run.name for run in runs] == ["full-seed1", "full-seed2"] and "asset:gone@9" in left_out["half"]
    with pytest.raises(UserError, match="asset:gone@9"):
        cell_runs(Asked("toy", toy, "tiny", (), (1, 2)))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "a.b=true"),
        (3, "a.b=3"),
        (0.5, "a.b=0.5"),
        ("gate-only", "a.b=gate-only"),
        ("null", "a.b=null"),
        ("1", 'a.b="1"'),
        (Times(times=0.5), "a.b=0.5"),
    ],
)
def test_values_reach_the_run_as_what_they_are(value: object, text: str) -> None:
    """A text that looks like a number stays a text."""
    assert override("a.b", value) == text
