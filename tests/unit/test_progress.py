"""How long steps say how far they are: to whoever listens, in words that a person can wait by."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmark import progress as told
from metrics.progress import Progress, begin, counted_passes, end, listen, progress


class Clock:
    """A clock that the test turns."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def reported(live: bool = False) -> tuple[told.Reporter, io.StringIO, Clock]:
    stream, clock = io.StringIO(), Clock()
    return told.Reporter(stream, clock, live), stream, clock


def test_a_library_is_silent_until_somebody_listens(capfd: pytest.CaptureFixture[str]) -> None:
    with progress("generate", 3, "texts") as work:
        work.advance(3)
    assert capfd.readouterr() == ("", "")


def test_a_plain_line_comes_every_so_often_with_place_time_left_and_figures() -> None:
    """60 steps of 2 s: the first line after 5 s, then one in 15 s; at step 3, 57 steps of 2 s are left."""
    reporter, stream, clock = reported()
    with listen(reporter), progress("train post-rl", 60, "steps") as work:
        for step in range(60):
            clock.now += 2
            work.advance(reward=0.5 + step / 1000, length=80)
            work.note(coverage=0.64)
    lines = stream.getvalue().splitlines()
    assert lines[0] == "train post-rl: step 3 of 60, 2 min left, reward 0.502, length 80, coverage 0.64"
    assert lines[1].startswith("train post-rl: step 11 of 60, 98 s left, reward 0.51,")
    assert len(lines) == 1 + (119 - 6) // 16 + 1
    assert lines[-1].startswith("train post-rl: step 60 of 60, reward 0.559")
    assert lines[-1].endswith(" in 2 min")


def test_what_is_over_at_once_says_nothing() -> None:
    reporter, stream, clock = reported()
    with listen(reporter), progress("score base", 7, "families") as work:
        clock.now += 4
        work.advance(7)
    assert stream.getvalue() == ""


def test_time_left_is_reckoned_from_where_a_resumed_run_began() -> None:
    """50 of 60 were done before; 5 more took 10 s, so 5 are left for 10 s."""
    made = Progress("x", 60, "steps", 55, 50)
    assert told.remaining(made, 10.0) == "10 s left"
    assert told.remaining(Progress("x", 60, "steps", 50, 50), 10.0) == ""


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (99.4, "99 s"), (100, "2 min"), (3500, "58 min"), (7500, "2 h 05 min"), (3599, "1 h 00 min")],
)
def test_times_in_words(seconds: float, text: str) -> None:
    assert told.left(seconds) == text


def test_a_terminal_gets_one_live_line_and_the_log_plain_ones() -> None:
    reporter, stream, clock = reported(live=True)
    logged: list[str] = []
    reporter.log = logged.append
    with listen(reporter), progress("train post-rl", 20, "steps") as work:
        for _ in range(20):
            clock.now += 2
            work.advance(reward=0.5)
    assert [line.split(",")[0] for line in logged] == [
        "train post-rl: step 3 of 20",
        "train post-rl: step 11 of 20",
        "train post-rl: step 19 of 20",
        "train post-rl: step 20 of 20",
    ]
    assert "train post-rl: step" not in stream.getvalue().replace("\x1b", ""), "no plain lines between the live ones"
    assert reporter._bars is None, "the live line is gone when the work is"


def test_nothing_goes_to_stdout(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(told, "FIRST", 0.0)
    with told.shown(), progress("verify board", 2, "entries") as work:
        work.advance()
        print("result", flush=True)
    out, err = capfd.readouterr()
    assert out == "result\n"
    assert "verify board: 1 of 2 entries in 0 s" in err


def test_the_log_of_a_run_holds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(told, "FIRST", 0.0)
    with told.shown(), progress("COMET", 4, "texts") as work:
        told.log_to(tmp_path / "logs" / "run.log")
        work.advance(2)
    assert "COMET: 2 of 4 texts" in (tmp_path / "logs" / "run.log").read_text("utf-8")


def test_a_librarys_own_loop_is_counted_by_its_batches() -> None:
    import torch

    heard: list[int] = []
    layer = torch.nn.Linear(2, 2)
    with listen(lambda p: heard.append(p.done)), counted_passes(layer, "COMET", 7, 3):
        for _ in range(3):
            layer(torch.zeros(1, 2))
    layer(torch.zeros(1, 2))
    assert heard == [0, 3, 6, 7, 7], "the beginning, three batches of at most three, the end; no hook stays behind"


def test_work_that_breaks_ends() -> None:
    heard: list[bool] = []
    with pytest.raises(ValueError, match="broken"), listen(lambda p: heard.append(p.ended)), progress("x", 2, "steps"):
        raise ValueError("broken")
    assert heard == [False, True]
    silent = begin("x", 1, "steps", heard=False)
    end(silent)
    assert silent.ended


def test_what_the_progress_says_is_in_no_steps_key() -> None:
    """Another word in it must not make a finished run be trained again."""
    from benchmark.rundir.closure import HOUSE

    assert "metrics.progress".startswith(HOUSE)


@pytest.fixture(scope="module")
def trained(tiny_policy_path: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """Title -> what was heard of SFT, RL with a probe, and generation, on a tiny policy."""
    from benchmark.generation.decoding import Decoding, Work
    from benchmark.generation.local import generate_texts
    from metrics.records import Example
    from training.rl.grpo import RLSettings, train_rl
    from training.sft.train import SFTSettings, train_sft
    from training.shared.loading import load_policy
    from training.shared.stage import RLAround

    class Short:
        name, id, length_unit = "short", "short", "characters"

        def score(self, sources: list[str], texts: list[str]) -> list[float]:
            return [1 / (1 + len(t)) for t in texts]

        def token_ids(self, texts: list[str]) -> list[list[int]]:
            return [[ord(c) for c in t] for t in texts]

        def counts(self) -> dict[str, int]:
            return {}

    folder = tmp_path_factory.mktemp("trained")
    heard: dict[str, list[dict[str, Any]]] = {}

    def hear(work: Progress) -> None:
        row = {"done": work.done, "total": work.total, "unit": work.unit, "ended": work.ended, **work.figures}
        heard.setdefault(work.title, []).append(row)

    examples = [Example(f"e{i}", f"中国{i}", ("จีน",), None, "zh", "th", None) for i in range(4)]
    with listen(hear):
        sft = SFTSettings(epochs=1.0, batch_size=2, lr=1e-3, max_length=64, save_steps=50)
        train_sft(tiny_policy_path, [("中国", "จีน")] * 4, folder / "post-sft", sft, "post-sft")
        rl = RLSettings(max_steps=2, prompts_per_step=2, num_generations=2, max_completion_length=4, probe_every=1)
        reward: Any = Short()
        probe = lambda model: {"coverage.f1": 0.25}  # noqa: E731
        train_rl(folder / "post-sft", examples, lambda s: s, folder / "post-rl", rl, reward, RLAround(probe=probe))
        model, tokenizer = load_policy(folder / "post-rl")
        list(
            generate_texts(
                model, tokenizer, ["中国", "公司"], ["a", "b"], Decoding(4, 1), Work(label="generate post-rl")
            )
        )
    return heard


def test_training_says_its_steps_and_rl_its_reward_length_and_coverage(
    trained: dict[str, list[dict[str, Any]]],
) -> None:
    sft, rl = trained["train post-sft"], trained["train post-rl"]
    assert (sft[0]["done"], sft[-1]["done"], sft[-1]["total"], sft[-1]["ended"]) == (0, 2, 2, True)
    assert "loss" in sft[-1]
    assert (rl[0]["done"], rl[-1]["done"], rl[-1]["unit"]) == (0, 2, "steps")
    assert set(rl[-1]) >= {"reward", "length", "coverage"}
    assert rl[-1]["coverage"] == 0.25


def test_generation_says_its_texts(trained: dict[str, list[dict[str, Any]]]) -> None:
    assert [(row["done"], row["unit"]) for row in trained["generate post-rl"]] == [
        (0, "texts"),
        (1, "texts"),
        (2, "texts"),
        (2, "texts"),
    ]


def test_scoring_says_its_families() -> None:
    from board_world import EXAMPLES, gold

    from metrics.catalog import score_families
    from metrics.inventory import Inventory
    from metrics.records import Generation
    from metrics.scoring import Means, Scoring

    made = [Generation(e.id, "s", "post-rl", gold(i), 1, "stop", None) for i, e in enumerate(EXAMPLES)]
    heard: list[str] = []
    with listen(lambda p: heard.append(told.line(p, 0.0))):
        score_families(Scoring(EXAMPLES, made, Means(Inventory(EXAMPLES), None, {}, None)), ["facts", "overlap"])
    assert heard[0] == "score post-rl: 0 of 2 families"
    assert heard[-1] == "score post-rl: 2 of 2 families"


def test_the_summary_says_its_metrics_and_the_report_its_figures(tmp_path: Path) -> None:
    from report_run import make_run

    from benchmark.report import write_report

    heard: list[str] = []
    with listen(lambda p: heard.append(told.line(p, 0.0))):
        n = len({m for row in make_run(tmp_path, 6)["systems"].values() for m in row})
        write_report(tmp_path)
    assert f"intervals and tests: {n} of {n} metrics" in heard
    assert heard[-1] == "report: 7 of 7 figures"


def test_verify_says_its_entries(tmp_path: Path) -> None:
    from board_world import gold, leaderboard, new_board, submit, write_outputs

    path = new_board(tmp_path / "b")
    submit(path, write_outputs(tmp_path / "g.jsonl", gold), "one")
    heard: list[str] = []
    with listen(lambda p: heard.append(told.line(p, 0.0))):
        assert leaderboard("verify", path, "--foreign") == 0
    assert "verify toy: 1 of 1 entries" in heard


def test_the_command_line_listens(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """Whatever a command does, what is said inside it is heard on stderr."""
    from benchmark import cli

    def works(args: Any) -> int:
        with progress("long work", 2, "steps") as work:
            work.advance()
        print(json.dumps({"ok": True}))
        return 0

    monkeypatch.setattr(told, "FIRST", 0.0)
    monkeypatch.setitem(sys.modules, "a_command", type(sys)("a_command"))
    sys.modules["a_command"].command, sys.modules["a_command"].ARGUMENTS = works, []  # type: ignore[attr-defined]
    monkeypatch.setitem(cli.COMMANDS, "works", ("a_command:command", "work"))
    assert cli.main(["works"]) == 0
    out, err = capfd.readouterr()
    assert json.loads(out) == {"ok": True}
    assert "long work: step 1 of 2" in err
