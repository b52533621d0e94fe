"""A model whose files are replaced while a command runs: no step files its values under the hash of the one before."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from benchmark.pipeline import measure
from benchmark.settings.assets import resolve
from benchmark.settings.config import Profile, load_profile
from benchmark.settings.models import Models, check_unchanged, model_content
from metrics.errors import UserError
from metrics.records import read_examples, write_examples, write_generations


@pytest.fixture
def reranker(tmp_path: Path) -> Path:
    return Path(shutil.copytree(resolve("asset:reranker", "x"), tmp_path / "reranker"))


def profile_of(reranker: Path) -> Profile:
    return load_profile("smoke", ["rl.reward=reranker-generative", f"rl.reward_path={reranker}"])


def change(folder: Path) -> None:
    config = folder / "config.json"
    config.write_text(config.read_text("utf-8") + " ", "utf-8")
    os.utime(config, (1, 1))


def test_what_identifies_the_models_stays_what_it_was_first(reranker: Path) -> None:
    models = Models(profile_of(reranker))
    assert models.identity() == models.identity()
    change(reranker)
    with pytest.raises(UserError, match=r"^reward: the model's files changed while.*start the command"):
        models.identity()
    assert models.identity(with_reward=False)["reward"] is None, "nobody asked for the reward"
    assert Models(profile_of(reranker)).identity(), "the command that is started again takes the model as it is"


def test_a_policy_is_what_it_was(reranker: Path) -> None:
    content = model_content(str(reranker))
    check_unchanged(str(reranker), content)
    change(reranker)
    with pytest.raises(UserError, match="files changed"):
        check_unchanged(str(reranker), content)


def test_scores_of_a_model_that_was_replaced_are_not_kept(
    reranker: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it happened: the reward's folder was replaced between the hash of a run and the scores of its first stage."""
    from benchmark.pipeline.workplace import Workplace
    from benchmark.rundir.manifest import RunManifest
    from benchmark.tasks import load_task

    profile = profile_of(reranker)
    task = load_task(profile.run.task)
    examples = task.load("test", 3)
    manifest: Any = RunManifest(
        command="run", argv=[], config={}, config_hash="x", commit=None, dirty=None, packages={}, hardware={}
    )
    place = Workplace(tmp_path / "run", profile, manifest, lambda _: None)
    path = place.examples_path(task.name, "test")
    path.parent.mkdir(parents=True)
    write_examples(path, examples)
    texts = tmp_path / "run" / "base.jsonl"
    write_generations(texts, measure.gold_generations(read_examples(path)) or [])

    def score_file(_examples: Any, _texts: Any, means: Any, _task: str, out: Path) -> dict[str, Any]:
        change(reranker)
        out.write_bytes(b"scores of the other model")
        return {"n": 3}

    monkeypatch.setattr(measure, "score_file", score_file)
    with pytest.raises(UserError, match="reward: the model's files changed"):
        measure.score(place, measure.measured(place, task, "test", ["x"]), {"base": texts}, Models(profile))
    assert not list((tmp_path / "run").rglob("done.json"))
