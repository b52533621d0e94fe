"""Steps: skipped only when done with the same key and intact outputs; leftovers of another key never survive."""

from __future__ import annotations

import multiprocessing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from steps_bench import Bench

from benchmark.cli import main
from benchmark.rundir.done import hash_outputs, read_done, write_done
from benchmark.rundir.intact import check_output
from benchmark.rundir.steps import MadeOf, Steps, check_config, locked, others_of
from metrics.errors import UserError


def test_a_done_step_is_skipped_and_keeps_its_record(tmp_path: Path) -> None:
    """The record of the run that did the work is what later calls get."""
    bench = Bench(tmp_path)
    first = bench.step()
    assert bench.step() == first
    assert bench.runs == 1
    assert bench.seen == [("a/step", False), ("a/step", True)]


@pytest.mark.parametrize("change", [{"config": 2}, {"inputs": {"x": "2"}}, {"code": "metrics.errors"}])
def test_another_config_input_or_code_runs_again(tmp_path: Path, change: dict[str, Any]) -> None:
    """All three are part of the key."""
    bench = Bench(tmp_path)
    bench.step()
    bench.step(**change)
    assert bench.runs == 2


def test_a_changed_or_missing_output_runs_again(tmp_path: Path) -> None:
    """ "Exists" is not "done"."""
    bench = Bench(tmp_path)
    bench.step()
    bench.out.write_text("tampered")
    bench.step()
    bench.out.unlink()
    bench.step()
    assert bench.runs == 3
    assert bench.out.read_text() == "result 1"


def test_a_killed_step_goes_on_from_its_own_state_and_no_other(tmp_path: Path) -> None:
    """Partial state survives for the same key; for another key it is removed first."""
    bench = Bench(tmp_path)
    with pytest.raises(RuntimeError):
        bench.step(fail=True)
    assert read_done(tmp_path, "a/step") is None
    (bench.state / "mine").touch()
    bench.step()
    assert (bench.state / "mine").exists()
    bench.step(config=2)
    assert not (bench.state / "mine").exists()


def test_a_damaged_done_file_means_not_done(tmp_path: Path) -> None:
    """Half a JSON file is as good as none."""
    bench = Bench(tmp_path)
    bench.step()
    (tmp_path / "steps" / "a" / "step" / "done.json").write_text('{"key": "')
    bench.step()
    assert bench.runs == 2


def test_a_step_must_write_what_it_promised(tmp_path: Path) -> None:
    """An output that is not there is our own fault and stops the run."""
    with pytest.raises(FileNotFoundError):
        Steps(tmp_path, lambda *a: None, print).run("s", MadeOf(1, {}, []), [tmp_path / "nothing"], lambda: None)


ODD = ["", "[]", "3", "null", "[" * 100_000, '{"key": 1, "outputs": {}, "seconds": 0}',
'{"key": "k", "outputs": [], "seconds": 0}',
       '{"key": "k", "outputs": {"../out": "h"}, "seconds": 0}',
       '{"key": "k", "outputs": {"out.txt": 3}, "seconds": 0, "record": {}}',
       '{"key": "k", "outputs": {}, "seconds": 0, "record": []}',
       '{"key": "k", "outputs": {}, "seconds": 0, "more": 1}']  # fmt: skip


@pytest.mark.parametrize("content", ODD)
@pytest.mark.parametrize("name", ["done.json", "started.json"])
def test_an_odd_record_means_made_again_with_one_message(tmp_path: Path, content: str, name: str) -> None:
    """Nested, empty or of another shape: no traceback, and no result that rests on it."""
    bench = Bench(tmp_path)
    bench.step()
    (tmp_path / "steps/a/step/done.json").unlink()
    (tmp_path / "steps/a/step" / name).write_text(content)
    said: list[str] = []
    bench.steps.say = said.append
    assert bench.step().record == {"runs": 2}
    assert sum("done.json" in line and "made again" in line for line in said) == (name == "done.json")


def test_damage_is_said_by_name_and_nothing_of_it_is_kept(tmp_path: Path) -> None:
    """State that the damage may have reached is not gone on from."""
    bench = Bench(tmp_path)
    bench.step()
    (bench.state / "mine").touch()
    bench.out.write_text("damaged")
    said: list[str] = []
    bench.steps.say = said.append
    bench.step()
    assert said[0] == "a/step: out.txt is not what this step wrote; made again"
    assert not (bench.state / "mine").exists()
    bench.out.unlink()
    bench.step()
    assert "a/step: out.txt is missing; made again" in said


def test_a_step_remembers_what_it_was_made_with(tmp_path: Path) -> None:
    """The packages of the call that did the work, not those of a later call that skips it."""
    bench = Bench(tmp_path)
    bench.steps.made_with = lambda: {"packages": {"torch": "1"}}
    bench.step()
    bench.steps.made_with = lambda: {"packages": {"torch": "2"}}
    assert bench.step().made_with == {"packages": {"torch": "1"}}
    assert bench.step(config=2).made_with == {"packages": {"torch": "2"}}


@pytest.mark.parametrize("content", [b"", b"\xff", b"a\nb", b"x" * 300, None])
def test_an_odd_config_hash_is_one_message(tmp_path: Path, content: bytes | None) -> None:
    """It says which file, and what to do."""
    Bench(tmp_path).step()
    if content is None:
        (tmp_path / "config_hash").mkdir()
    else:
        (tmp_path / "config_hash").write_bytes(content)
    with pytest.raises(UserError, match=r"config_hash: .*another --run-dir"):
        check_config(tmp_path, "one")


def test_a_run_directory_belongs_to_one_configuration(tmp_path: Path) -> None:
    """Another configuration is refused once a step is done; before that the directory is free."""
    run = tmp_path / "run"
    run.mkdir()
    check_config(run, "one")
    check_config(run, "two")
    Bench(run).step()
    check_config(run, "two")
    with pytest.raises(UserError, match="another configuration"):
        check_config(run, "one")


def test_a_foreign_directory_is_left_alone(tmp_path: Path) -> None:
    """A directory with other things in it is no run directory."""
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(UserError, match="not empty"):
        check_config(tmp_path, "one")
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.tex"]


def test_what_a_kill_left_half_written_is_swept_away(tmp_path: Path) -> None:
    """Whoever holds the lock removes it; files of other names stay."""
    (tmp_path / "steps").mkdir()
    for name in (".done.json.4711.tmp", ".mine.tmp", "notes.tmp"):
        (tmp_path / "steps" / name).touch()
    with locked(tmp_path):
        pass
    assert sorted(p.name for p in (tmp_path / "steps").iterdir()) == [".mine.tmp", "notes.tmp"]


def test_a_refused_place_is_left_as_it_was(tmp_path: Path) -> None:
    """No lock file in somebody's folder, no empty directory where there was none; a run directory of ours keeps what it
    has made."""
    thesis = tmp_path / "thesis"
    thesis.mkdir()
    (thesis / "thesis.tex").touch()
    for place in (thesis, tmp_path / "new"):
        with pytest.raises(UserError), locked(place):
            check_config(thesis, "one")
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["thesis", "thesis.tex"]

    def begin_and_stop() -> None:
        with locked(tmp_path / "run"):
            check_config(tmp_path / "run", "one")
            (tmp_path / "run" / "examples.jsonl").touch()
            raise UserError("a mistake found later")

    with pytest.raises(UserError, match="later"):
        begin_and_stop()
    assert (tmp_path / "run" / "config_hash").exists()


def _try_lock(path: str, answer: Any) -> None:
    try:
        with locked(Path(path)):
            answer.put("got it")
    except UserError as error:
        answer.put(str(error))


def test_two_processes_never_share_a_run_directory(tmp_path: Path) -> None:
    """The second one is told so; after the first has gone it gets in."""
    context = multiprocessing.get_context("spawn")
    answer = context.Queue()

    def ask() -> str:
        process = context.Process(target=_try_lock, args=(str(tmp_path), answer))
        process.start()
        process.join()
        return str(answer.get(timeout=10))

    with locked(tmp_path):
        assert "another process" in ask()
    assert ask() == "got it"


def test_an_unwritable_place_is_told_in_one_message(tmp_path: Path) -> None:
    """A file where a directory should be, or a parent that is a file."""
    (tmp_path / "file").touch()
    for place in (tmp_path / "file", tmp_path / "file" / "run"):
        with pytest.raises(UserError), locked(place):
            pass


def test_a_later_command_reads_only_what_the_run_wrote(tmp_path: Path) -> None:
    """report, compare, pool and submit: an edited file is named with the place of its hash; a file of no step is not
    judged."""
    bench = Bench(tmp_path)
    bench.step()
    assert check_output(tmp_path, bench.out) == bench.out
    (tmp_path / "other.txt").write_text("mine")
    check_output(tmp_path, tmp_path / "other.txt")
    check_output(tmp_path, tmp_path / "absent.txt")
    bench.out.write_text("edited")
    with pytest.raises(
        UserError, match=r"out\.txt: is not what the run wrote .its hash stands in steps/a/step/done\.json"
    ):
        check_output(tmp_path, bench.out)


def test_an_edited_summary_is_not_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One message, exit 2."""
    steps = Steps(tmp_path, lambda *a: None, lambda text: None)
    summary = tmp_path / "summary.json"
    steps.run(
        "summary",
        MadeOf(1, {}, ["benchmark.registry"]),
        [summary],
        lambda: {"n": summary.write_text('{"systems": {}, "run": {}}')},
    )
    summary.write_text('{"systems": {}, "run": {"task": "mine"}}')
    assert main(["report", str(tmp_path)]) == 2
    assert "summary.json: is not what the run wrote" in capsys.readouterr().err


def test_a_step_of_another_run_is_taken_where_its_key_is_the_same(tmp_path: Path) -> None:
    first = Bench(tmp_path / "first")
    made = first.step(config=1)
    second = Bench(tmp_path / "second", [tmp_path / "nowhere", tmp_path / "first"])
    assert second.step(config=1) == made and second.runs == 0 and second.seen == [("a/step", True)]
    assert second.out.read_text() == "result 1" and read_done(tmp_path / "second", "a/step") == made
    assert second.step(config=2).key != made.key and second.runs == 1 and second.out.read_text() == "result 2"
    assert Bench(tmp_path / "second").step(config=2).record == {"runs": 1}


def test_a_damaged_step_of_another_run_is_not_taken_and_that_is_said(tmp_path: Path) -> None:
    Bench(tmp_path / "first").step()
    (tmp_path / "first" / "out.txt").write_text("of a stranger")
    second = Bench(tmp_path / "second", [tmp_path / "first"])
    second.step()
    assert second.runs == 1 and second.out.read_text() == "result 1"
    assert any("out.txt is not what this step wrote; not taken from there" in text for text in second.said)


def test_only_another_run_directory_can_be_reused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is no run directory"):
        others_of([str(tmp_path)], tmp_path / "run")
    (tmp_path / "run" / "steps").mkdir(parents=True)
    with pytest.raises(UserError, match="is the run directory itself"):
        others_of([str(tmp_path / "run")], tmp_path / "run")
    assert others_of([str(tmp_path / "run")], tmp_path / "new") == [tmp_path / "run"]


@pytest.mark.parametrize("how", ["names", "links"])
def test_a_run_of_a_stranger_puts_no_other_file_in_place(tmp_path: Path, how: str) -> None:
    """Its record may name any file of the run directory, and its files may be links to any of the user's."""
    made = Bench(tmp_path / "first").step()
    if how == "names":
        (tmp_path / "first" / "summary.json").write_text("false")
        more = hash_outputs(tmp_path / "first", [tmp_path / "first" / "summary.json"])
        write_done(tmp_path / "first" / "steps" / "a" / "step", replace(made, outputs={**made.outputs, **more}))
    else:
        (tmp_path / "first" / "out.txt").rename(tmp_path / "secret.txt")
        (tmp_path / "first" / "out.txt").symlink_to(tmp_path / "secret.txt")
    second = Bench(tmp_path / "second", [tmp_path / "first"])
    second.step()
    assert second.runs == 1 and not (tmp_path / "second" / "summary.json").exists()
    assert any("not taken from there" in text for text in second.said)
