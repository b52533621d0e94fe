"""What is wrong with a run is told before anything is written: one message that names the key, exit 2, an untouched
place."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from benchmark.cli import main
from benchmark.pipeline import preflight
from benchmark.rundir.steps import check_config
from benchmark.settings.assets import ASSETS
from metrics.errors import UserError

RUN = ["run", "--stage", "all", "--profile", "smoke", "--run-dir", "run"]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory, beside the folder for what a test brings along."""
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return work


def refused(place: Path, capsys: pytest.CaptureFixture[str], *settings: str) -> str:
    """The one line on stderr of a run that was refused; checks that nothing was written."""
    assert main([*RUN, *(["--set", *settings] if settings else [])]) == 2
    text = capsys.readouterr().err.strip()
    assert text.startswith("error: ")
    assert "\n" not in text
    assert list(place.iterdir()) == []
    return text


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("rl.prompts_per_step=100", "rl.prompts_per_step = 100"),
        ("rl.max_completion_length=100000", "lower rl.max_completion_length"),
        ("sft.max_length=5", "raise sft.max_length"),
        ("recovery.max_length=5", "raise recovery.max_length"),
        ("generate.max_new_tokens=5", "verbosity would be cut off"),
        ("score.scorers.comet_qe=/nowhere", "score.scorers.comet_qe = /nowhere: no such"),
        ("score.retrieval=/nowhere", "score.retrieval = /nowhere: no such"),
        ("rl.reward_path=/nowhere", "rl.reward_path = /nowhere: no such"),
        ("rl.reward=reranker-generatve", "did you mean reranker-generative"),
        ("rl.reward_path=null", "needs rl.reward_path"),
        ("rl.reward_path=asset:base", "lacks 'yes', the answer token"),
        ("rl.reward_options.dtype=fp8", "rl.reward_options.dtype = 'fp8'"),
        ("rl.reward_options.batch=8", "rl.reward_options.batch: reranker-generative takes no such option"),
        ("rl.reward_options.max_source_tokens=100000", "do not fit"),
        ("run.extra_tasks=['newswire-title']", "names a task twice"),
    ],
)
def test_settings_that_would_stop_a_later_stage_are_refused_at_once(
    setting: str, words: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not after SFT has been trained."""
    assert words in refused(place, capsys, setting)


def test_a_long_prompt_of_the_measured_split_is_named(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The model's context cannot hold it; generation would stop there after all the training."""
    rows = {"para": "北京新闻\tข่าวปักกิ่ง", "src": "上海新闻\t", "test": "天气" * 3000 + "\tอากาศ"}
    for split, row in rows.items():
        (place.parent / f"{split}.tsv").write_text(f"source\treference\n{row}\n", "utf-8")
    files = [f"data.{split}={place.parent / split}.tsv" for split in rows]
    text = refused(place, capsys, *files, "rl.prompts_per_step=1", "rl.num_generations=2")
    assert "test-2" in text
    assert "context holds 2048" in text


def damaged(folder: Path, asset: str, damage: str) -> Path:
    """A copy of an asset with something wrong."""
    copy = Path(shutil.copytree(ASSETS / asset, folder / asset))
    weights = copy / "model.safetensors"
    if damage == "cut":
        weights.write_bytes(weights.read_bytes()[:-1000])
    elif damage == "header":
        weights.write_bytes(b"\xff" * 64)
    elif damage == "pickled":
        weights.rename(copy / "pytorch_model.bin")
    elif damage == "gone":
        weights.unlink()
    elif damage == "vocabulary":
        content = json.loads((copy / "tokenizer.json").read_text("utf-8"))
        first = max(token["id"] for token in content["added_tokens"])
        extra = [
            {**content["added_tokens"][-1], "id": first + i, "content": f"extra{i}", "special": False}
            for i in range(1, 200)
        ]
        content["added_tokens"] += extra
        (copy / "tokenizer.json").write_text(json.dumps(content), "utf-8")
    elif damage == "tokenizer":
        (copy / "tokenizer.json").write_text("{")
    elif damage == "config":
        (copy / "config.json").write_text("{")
    return copy


@pytest.mark.parametrize(
    ("asset", "key", "damage", "words"),
    [
        ("base", "policy.path", "cut", "corrupt weights"),
        ("base", "policy.path", "header", "corrupt weights"),
        ("base", "policy.path", "pickled", "safetensors"),
        ("base", "policy.path", "gone", "holds no weights"),
        ("base", "policy.path", "tokenizer", "tokenizer cannot be loaded"),
        ("base", "policy.path", "config", "config.json"),
        ("base", "policy.path", "vocabulary", "they do not belong together"),
        ("reranker", "rl.reward_path", "vocabulary", "they do not belong together"),
        ("comet", "score.scorers.comet_qe", "cut", "score.scorers.comet_qe"),
        ("encoder", "score.retrieval", "gone", "score.retrieval"),
        ("reranker", "rl.reward_path", "cut", "rl.reward_path"),
    ],
)
def test_a_damaged_model_is_told_before_it_is_needed(
    asset: str, key: str, damage: str, words: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every model of the profile is looked at, the last scorer too."""
    copy = damaged(place.parent, asset, damage)
    text = refused(place, capsys, f"{key}={copy}")
    assert words in text
    assert str(copy) in text


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"id": "a"}, "'a'"),
        ({"id": 7}, "non-empty string"),
        ({"id": ""}, "non-empty string"),
        ({"source_lang": "en"}, "en -> th"),
        ({"facts": [{"type": "colour", "source": [], "target": ["x"]}]}, "fact 1"),
        ({"reference": None}, "no reference"),
    ],
)
def test_a_wrong_examples_file_is_refused(
    row: dict[str, object], words: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong or doubled id, another language, a fact of no known type, a pair without reference."""
    good = {
        "id": "a",
        "source": "新闻一",
        "reference": "ข่าว",
        "facts": None,
        "source_lang": "zh",
        "target_lang": "th",
        "doc_id": None,
        "meta": {},
    }
    path = place.parent / "para.jsonl"
    path.write_text(
        "".join(json.dumps(r) + "\n" for r in (good, {**good, "id": "b", "source": "新闻二", **row})), "utf-8"
    )
    text = refused(place, capsys, f"data.para={path}", f"data.src={path}", f"data.test={path}")
    assert words.replace("'", '"') in text or words in text
    assert "para.jsonl" in text


def test_a_full_disk_is_told_before_the_first_byte(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what there is and what is needed."""
    monkeypatch.setattr(
        preflight.shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(2**30, 2**30 - 2**20, 2**20)
    )
    text = refused(place, capsys)
    assert "1 MiB free" in text
    assert "--run-dir" in text


@pytest.mark.skipif(os.geteuid() == 0 and not Path("/sys").is_mount(), reason="root may write anywhere but in sysfs")
def test_a_read_only_place_is_told(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No traceback of a PermissionError."""
    monkeypatch.setattr(
        preflight.shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(2**40, 0, 2**40)
    )  # sysfs has no space, either
    closed = Path("/sys/sgsrl-run") if os.geteuid() == 0 else place / "run"
    place.chmod(0o500)
    try:
        assert main([*RUN[:-1], str(closed)]) == 2
    finally:
        place.chmod(0o700)
    assert "choose a directory that you may write to" in capsys.readouterr().err
    assert list(place.iterdir()) == []


def test_a_directory_with_nothing_but_data_is_still_free(tmp_path: Path) -> None:
    """The examples are laid out in a second; a mistake found after that can be mended in the same directory."""
    check_config(tmp_path, "one")
    for step, taken in (("data", False), ("data/newswire-long", False), ("train/post-sft", True)):
        done = tmp_path / "steps" / step / "done.json"
        done.parent.mkdir(parents=True)
        done.write_text("{}")
        if taken:
            with pytest.raises(UserError, match="another configuration"):
                check_config(tmp_path, "two")
        else:
            check_config(tmp_path, "two")
            check_config(tmp_path, "one")


def test_another_configuration_is_told_by_its_keys(tmp_path: Path) -> None:
    """Which keys differ, with both values, and the option of the command that was called."""
    from benchmark.rundir.manifest import RunManifest, hardware

    config = {"rl": {"beta": 0.04, "variant": "reflen"}, "run": {"seed": 1}}
    RunManifest(
        command="run",
        argv=[],
        config=config,
        config_hash="one",
        commit=None,
        dirty=None,
        packages={},
        hardware=hardware(),
    ).write(tmp_path)
    (tmp_path / "config_hash").write_text("one\n")
    (tmp_path / "steps" / "train").mkdir(parents=True)
    (tmp_path / "steps" / "train" / "done.json").write_text("{}")
    with pytest.raises(UserError, match=r"rl.beta 0.04 there, 0.02 now; give another --out") as error:
        check_config(tmp_path, "two", {"rl": {"beta": 0.02, "variant": "reflen"}, "run": {"seed": 1}}, "--out")
    assert "variant" not in str(error.value)
