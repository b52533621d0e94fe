"""Every reward of the table drives the RL stage: tiny random models, one step, and what RL logged is what the reward
says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from test_llm_judge import Server
from test_reward_kinds import _encoder
from tiny_models import HAN

from benchmark.settings.config import load_profile
from benchmark.settings.models import REWARD_ASSETS, Models
from metrics.errors import UserError
from metrics.records import Example
from training.rewards import REWARDS, Reward, load_reward
from training.rl.grpo import train_rl
from training.rl.settings import RLSettings
from training.shared.stage import RLAround

EXAMPLES = [Example(f"e{i}", HAN[i] + HAN[i + 1], None, None, "zh", "th") for i in range(3)]
CFG = RLSettings(
    max_steps=1, prompts_per_step=2, num_generations=2, lr=1e-3, max_completion_length=6, save_steps=10, seed=2
)


def share(sources: list[str], candidates: list[str]) -> list[float]:
    """A function as a reward: the share of distinct characters."""
    return [len(set(c)) / max(len(c), 1) for c in candidates]


@pytest.fixture(scope="module")
def make(tiny_reranker_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Any]:
    """name -> (spec, path) of a tiny random instance."""
    root = tmp_path_factory.mktemp("zoo")

    def bi_encoder() -> str:
        from sentence_transformers import SentenceTransformer, models

        word = models.Transformer(str(_encoder(root / "plain", None)), max_seq_length=64)
        SentenceTransformer(modules=[word, models.Pooling(word.get_word_embedding_dimension())], device="cpu").save(
            str(root / "bi")
        )
        return str(root / "bi")

    def comet() -> str:
        from test_comet import build

        return str(build(root / "comet"))

    def judge() -> str:
        server = Server([lambda body: json.dumps({"score": len(body["messages"][1]["content"]) % 11})])
        return f"{server.url}#tiny"

    def ensemble() -> str:
        members = [{"path": str(tiny_reranker_path)}, {"path": str(_encoder(root / "second", 1)), "weight": 2}]
        (root / "both").mkdir()
        (root / "both" / "ensemble.json").write_text(json.dumps({"members": members}), "utf-8")
        return str(root / "both")

    paths: dict[str, Callable[[], str]] = {
        "ensemble": ensemble,
        "reranker-generative": lambda: str(tiny_reranker_path),
        "reranker-encoder": lambda: str(_encoder(root / "cross", 1)),
        "embedding": bi_encoder,
        "embedding-contrastive": bi_encoder,
        "comet-qe": comet,
        "llm-judge": judge,
        "callable": lambda: "test_reward_rl:share",
        "safeguarded": lambda: str(tiny_reranker_path),
    }
    return lambda name: (name, paths[name]())


@pytest.mark.parametrize(
    "name", sorted(REWARDS.keys() - {"reranker-vllm"})
)  # that one needs another environment: test_vllm.py
def test_it_drives_rl_and_is_the_object_that_is_validated(
    name: str, make: Callable[[str], Any], tiny_policy_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    spec, path = make(name)
    reward = load_reward(spec, path)
    assert isinstance(reward, Reward)
    made = train_rl(
        tiny_policy_path,
        EXAMPLES,
        lambda s: f"{s}: ",
        tmp_path / "post-rl",
        CFG,
        reward,
        around=RLAround(progress=False),
    )
    assert made.steps == 1
    rows = [json.loads(line) for line in (tmp_path / "rl_rewards.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(rows) == 4
    source = {e.id: e.source for e in EXAMPLES}
    again = load_reward(spec, path)
    assert again.id == reward.id
    scores = again.score([source[r["example_id"]] for r in rows], [r["text"] for r in rows])
    assert scores == pytest.approx([r["raw"] for r in rows], abs=1e-5)
    assert all(0 <= s <= 1 for s in scores)


@pytest.mark.parametrize("name", sorted(REWARD_ASSETS))
def test_a_name_alone_takes_the_embedded_model_of_its_kind(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--set rl.reward=NAME` on a profile whose rl.reward_path names the generative reranker."""
    monkeypatch.setattr("benchmark.settings.models.resolve", lambda path, where: path)
    for spec in (name, f"safeguarded({name})"):
        for profile, world in (("tiny", "@2"), ("world1", "")):
            models = Models(load_profile(profile, (f"rl.reward={spec}",)))
            assert models.reward_path == f"asset:{REWARD_ASSETS[name]}{world}"
    own = Models(load_profile("tiny", (f"rl.reward={name}", "rl.reward_path=/somewhere/else")))
    assert own.reward_path == "/somewhere/else"


def test_a_reward_without_an_embedded_model_says_so() -> None:
    with pytest.raises(UserError, match=r"rl\.reward = 'llm-judge': no embedded model is of this kind"):
        Models(load_profile("tiny", ("rl.reward=llm-judge",))).reward_path  # noqa: B018
