"""Profiles: what is accepted, what is refused, and what the refusal says."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark.settings.config import PROFILES, load_profile, parse_override
from metrics.errors import UserError


@pytest.mark.parametrize("path", sorted(PROFILES.glob("*.toml")), ids=lambda p: p.stem)
def test_every_shipped_profile_loads(path: Path) -> None:
    """No shipped profile has a key that is not known."""
    assert load_profile(path.stem).resolved()["run"]["task"]


def test_the_default_keeps_the_papers_recipe() -> None:
    """3 epochs of SFT, 1 of recovery, the lambdas of eq. 6, KL to the SFT policy, D_para : D_src = 1 : 10."""
    profile = load_profile("tiny")
    assert (profile.sft.epochs, profile.recovery.epochs) == (3, 1)
    assert (profile.rl.lambda_len, profile.rl.lambda_rep, profile.rl.variant) == (0.20, 0.05, "gate+batchlen")
    assert profile.rl.beta > 0
    assert profile.data.n_para is not None
    assert profile.data.n_src == 10 * profile.data.n_para


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ("rl.betta=1", "did you mean beta"),
        ("rll.beta=1", "did you mean rl"),
        ("rl.n_para=1", "did you mean data.n_para"),
        ("sft.seed=4", "run.seed"),
        ("lr=1", "SECTION.KEY=VALUE"),
        ("rl.lr", "SECTION.KEY=VALUE"),
        ("rl.lr=fast", "rl.lr = 'fast'"),
        ("sft.batch_size=1.5", "sft.batch_size"),
        ("rl.max_steps=0", "rl.max_steps"),
        ("rl.beta=0", "rl.beta"),
        ("rl.lr=nan", "rl.lr"),
        ("rl.variant=gate_only", "gate-only"),
        ("score.permutation_draws=10", "score.permutation_draws"),
        ("score.scorers.comet=x", "did you mean comet_qe"),
        ("run.split=para", "run.split"),
        ("data=1", "SECTION.KEY=VALUE"),
    ],
)
def test_a_wrong_override_is_named_with_the_way_out(item: str, said: str) -> None:
    """Unknown keys name the nearest known one; wrong values name the key."""
    with pytest.raises(UserError) as error:
        load_profile("tiny", [item])
    assert said in str(error.value)


def test_overrides_and_seed_reach_every_stage() -> None:
    """--seed is the seed of all stages; whole numbers serve as fractions; null takes a value away."""
    profile = load_profile(
        "tiny", ["rl.lr=1", "rl.max_steps=null", "score.scorers.comet_qe=null", "data.test=a=b.tsv"], seed=7
    )
    assert {profile.run.seed, profile.sft.seed, profile.rl.seed, profile.recovery.seed, profile.rl.settings.seed} == {7}
    assert profile.rl.lr == 1.0
    assert profile.rl.max_steps is None
    assert profile.score.scorers["comet_qe"] is None
    assert profile.data.files == {"test": "a=b.tsv"}


def test_overrides_read_toml_values_else_text() -> None:
    """Numbers, booleans and lists are values; everything else is text."""
    assert parse_override("a.b=3") == (["a", "b"], 3)
    assert parse_override("a.b=[1, 2]") == (["a", "b"], [1, 2])
    assert parse_override("a.b=gate-only") == (["a", "b"], "gate-only")
    assert parse_override("a.b.c=x=y") == (["a", "b", "c"], "x=y")


def test_a_profile_file_is_checked_like_a_shipped_one(tmp_path: Path) -> None:
    """Unknown section, no TOML, not UTF-8, missing: each one message with the file's name."""
    for content, said in ((b"[rlx]\na = 1", "rlx"), (b"[rl\n", "TOML"), (b"\xff\xfe", "TOML"), (b"run = 3", "[run]")):
        path = tmp_path / "p.toml"
        path.write_bytes(content)
        with pytest.raises(UserError, match=r"p\.toml") as error:
            load_profile(str(path))
        assert said in str(error.value)
    with pytest.raises(UserError, match="no such file"):
        load_profile(str(tmp_path / "absent.toml"))
    with pytest.raises(UserError, match="did you mean tiny"):
        load_profile("tinny")


def test_a_profile_that_says_nothing_of_the_world_is_of_the_default_one(tmp_path: Path) -> None:
    """Task and models of `tiny`; they were those of world 1."""
    (tmp_path / "mine.toml").write_text("[run]\nseed = 3\n", encoding="utf-8")
    mine, tiny = load_profile(str(tmp_path / "mine.toml")), load_profile("tiny")
    assert mine.run.task == tiny.run.task == "newswire-title@2"
    assert (mine.policy.path, mine.rl.reward_path) == (tiny.policy.path, tiny.rl.reward_path)
    assert (mine.score.retrieval, mine.score.scorers) == (tiny.score.retrieval, tiny.score.scorers)


@pytest.mark.parametrize(
    ("items", "kept"),
    [
        ([], True),
        (["rl.lr=1", 'run.task="newswire-title@2"'], True),
        (['run.task="newswire-long@2"'], False),
        (['data.test="mine.tsv"'], False),
        (['run.task="newswire-long@2"', 'run.extra_tasks=["newswire-title-bo@2"]'], True),
    ],
)
def test_further_tasks_of_a_profile_belong_to_its_own_task(items: list[str], kept: bool) -> None:
    """The user's own files, and another task, are not joined by passages and titles of the newswire that nobody asked
    for; `--set run.task=newswire-long@2` was an error once it stood among the further ones, too."""
    assert bool(load_profile("tiny", items).run.extra_tasks) is kept
