"""The cross-encoder: where facts end in its tokens, what it learns, the same weights across a kill, and the folder that
the reward loads."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from metrics.errors import UserError
from training.embedded.encoder_reranker import make_cross_encoder, short_pair, train_encoder_reranker
from training.embedded.judge import EncoderRerankerSettings, Judge, fact_places
from training.embedded.xlmr import xlmr_tokenizer
from training.rewards import load_reward
from training.shared.hashes import weights_hash

NAMES = {
    "北京大学": "มหาวิทยาลัยปักกิ่ง",
    "王小明": "หวังเสี่ยวหมิง",
    "东方银行": "ธนาคารตะวันออก",
    "李芳": "หลี่ฟาง",
    "曼谷法院": "ศาลกรุงเทพ",
}
SMALL = EncoderRerankerSettings(
    hidden=32,
    layers=3,
    heads=2,
    intermediate=32,
    positions=48,
    pieces=60,
    batch=6,
    align_steps=20,
    align_batch=16,
    pair_steps=60,
    pair_batch=24,
    judge_steps=160,
    lr=4e-3,
    held_out=20,
)


def _rows(n: int) -> list[dict[str, Any]]:
    """Sources that name two; a right candidate and one in which the second name is wrong."""
    rng = random.Random(0)
    rows = []
    for _ in range(n):
        (a, a_th), (b, b_th), (_, c_th) = rng.sample(sorted(NAMES.items()), 3)
        right, wrong = f"{a_th}ฟ้อง{b_th}", f"{a_th}ฟ้อง{c_th}"
        first, last = [len(a_th), "person", True, None], [len(right), "person", True, None]
        other = [len(wrong), "person", False, None]
        rows.append(
            {
                "source": f"{a}起诉{b}。",
                "candidates": [
                    {"text": right, "label": 0.9, "checks": [first, last], "clean": True},
                    {
                        "text": wrong,
                        "label": 0.2,
                        "checks": [first, other],
                        "clean": False,
                    },
                ],
                "units": [
                    {"source": zh, "candidates": [{"text": th, "label": 0.9, "checks": [], "clean": True}]}
                    for zh, th in ((a, a_th), (f"{a}起诉{b}", right))
                ],
            }
        )
    return rows


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("cross")
    (folder / "c.jsonl").write_text(
        "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in _rows(200)), encoding="utf-8"
    )
    (folder / "words.txt").write_text("\n".join([*NAMES, *NAMES.values(), "起诉", "ฟ้อง"]) + "\n", encoding="utf-8")
    return folder / "c.jsonl", folder / "words.txt"


@pytest.fixture(scope="module")
def trained(files: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    out = tmp_path_factory.mktemp("trained") / "reranker-encoder"
    return out, train_encoder_reranker(*files, out, SMALL)


def test_a_fact_ends_in_the_candidates_tokens_not_in_the_sources() -> None:
    tok = xlmr_tokenizer([r["source"] for r in _rows(20)], [*NAMES, *NAMES.values(), "起诉", "ฟ้อง"], 60)
    row = _rows(1)[0]
    found = tok.encode(row["source"], row["candidates"][1]["text"])
    places = fact_places(found, row["candidates"][1]["checks"])
    first, second = (found.tokens[i] for i, _ in places)
    text = row["candidates"][1]["text"]
    assert text.startswith(first) and text.endswith(second) and [ok for _, ok in places] == [True, False]
    assert fact_places(found, [[len(text) + 5, "person", True]]) == [], "what was cut off is not judged"


def test_which_words_are_masked_depends_on_seed_and_step_alone() -> None:
    rows = _rows(8)
    tok = xlmr_tokenizer([r["source"] for r in rows], [*NAMES, *NAMES.values()], 60)
    judge = Judge(make_cross_encoder(SMALL, tok.get_vocab_size()), tok, SMALL).eval()
    pairs = [short_pair(r, 1) for r in rows]
    with torch.no_grad():
        losses = [judge.masked_words(pairs, step).item() for step in (3, 3, 4)]
    assert losses[0] == losses[1] != losses[2]


def test_it_learns_to_tell_one_wrong_name_and_the_reward_loads_it(trained: tuple[Path, dict[str, Any]]) -> None:
    """Held-out pairs far above chance (0.5); the folder is read as what it is, in single precision, by the reward."""
    out, record = trained
    assert record["final"]["n_sources"] == 20
    assert record["final"]["one_error_accuracy"] >= 0.8
    reward = load_reward(str(out))
    assert reward.name == "reranker-encoder"
    rows = _rows(200)[-20:]
    sources = [r["source"] for r in rows]
    right, wrong = (reward.score(sources, [r["candidates"][k]["text"] for r in rows]) for k in (0, 1))
    wins = sum(a > b for a, b in zip(right, wrong, strict=True)) / 20
    assert wins == pytest.approx(record["final"]["one_error_accuracy"])
    assert all(0 <= s <= 1 for s in right + wrong)
    assert next(reward.model.model.parameters()).dtype == torch.float32
    from safetensors import safe_open

    with safe_open(out / "model.safetensors", framework="pt") as stored:
        names = list(stored.keys())
        assert {str(stored.get_tensor(k).dtype) for k in names} == {"torch.bfloat16"}
    assert not [n for n in names if "fact" in n or n.startswith("words")], (
        "the heads of training are not part of the model"
    )
    assert sorted(p.name for p in out.parent.iterdir()) == ["reranker-encoder", "reranker-encoder.state.log.jsonl"]


def test_a_killed_training_goes_on_and_ends_with_the_same_weights(
    files: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from training.embedded import encoder_reranker, loop

    cfg = replace(SMALL, align_steps=2, pair_steps=2, judge_steps=8)
    real = loop.LoopSettings
    monkeypatch.setattr(
        encoder_reranker, "LoopSettings", lambda steps, lr, seed: real(steps, lr, seed=seed, save_every=5)
    )
    train_encoder_reranker(*files, tmp_path / "whole", cfg)
    original = Judge.judge

    def kill(self: Judge, rows: Any) -> Any:
        if (tmp_path / "broken.state" / "state.json").exists():
            raise KeyboardInterrupt
        return original(self, rows)

    with monkeypatch.context() as patch:
        patch.setattr(Judge, "judge", kill)
        with pytest.raises(KeyboardInterrupt):
            train_encoder_reranker(*files, tmp_path / "broken", cfg)
    assert not (tmp_path / "broken").exists()
    train_encoder_reranker(*files, tmp_path / "broken", cfg)
    assert weights_hash(tmp_path / "broken") == weights_hash(tmp_path / "whole")


def test_a_corpus_of_another_kind_is_refused(files: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "c.jsonl").write_text('{"anchor": "a", "positive": "b"}\n', encoding="utf-8")
    with pytest.raises(UserError, match=r'line 1: "source", "candidates" and "units" are missing'):
        train_encoder_reranker(tmp_path / "c.jsonl", files[1], tmp_path / "out", SMALL)
