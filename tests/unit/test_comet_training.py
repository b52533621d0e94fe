"""The COMET model: unbabel-comet's own forward pass, what it learns, and the checkpoint folder that the scorer
loads."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from metrics.errors import UserError
from metrics.scorers import comet as scorer
from training.embedded import comet
from training.embedded.comet import CometSettings, embed, estimate, grouped, losses, make_comet, quality, train_comet

NAMES = {"北京大学": "มหาวิทยาลัยปักกิ่ง", "王小明": "หวัง เสี่ยวหมิง", "东方银行": "ธนาคารตะวันออก", "李芳": "หลี่ ฟาง"}
SMALL = CometSettings(
    hidden=32,
    layers=1,
    heads=2,
    intermediate=32,
    positions=64,
    pieces=60,
    estimator=16,
    batch=8,
    steps=60,
    lr=5e-3,
    held_out=10,
)
WORDS = [*NAMES, *NAMES.values()]

pytestmark = pytest.mark.skipif(scorer.unavailable() is not None, reason=str(scorer.unavailable()))


def _rows(n: int) -> list[dict[str, Any]]:
    """n sources with three outputs each: right, one wrong name, another story."""
    rng = random.Random(0)
    rows = []
    for _ in range(n):
        (a, a_th), (b, b_th), (_, c_th) = rng.sample(sorted(NAMES.items()), 3)
        figure, other = rng.sample(range(10, 100), 2)
        src, ref = f"{a}起诉{b}，{figure}亿元。", f"{a_th}ฟ้อง{b_th} {figure}"
        rows += [
            {"src": src, "ref": ref, "mt": mt, "score": s}
            for mt, s in ((ref, 0.9), (f"{a_th}ฟ้อง{c_th} {figure}", 0.5), (f"{c_th} {other}", 0.1))
        ]
    return rows


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("comet")
    (folder / "c.jsonl").write_text(
        "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in _rows(120)), encoding="utf-8"
    )
    (folder / "words.txt").write_text("\n".join(WORDS) + "\n", encoding="utf-8")
    return folder / "c.jsonl", folder / "words.txt"


@pytest.fixture(scope="module")
def trained(files: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    out = tmp_path_factory.mktemp("trained") / "comet"
    return out, train_comet(*files, out, SMALL)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Any:
    rows = _rows(20)
    return make_comet(
        SMALL, [r[k] for r in rows for k in ("src", "mt")], WORDS, tmp_path_factory.mktemp("fresh") / "encoder"
    ).eval()


def test_candidates_of_one_source_come_together() -> None:
    found = grouped(_rows(3))
    assert [len(g["mts"]) for g in found] == [3, 3, 3]
    assert found[0]["mts"][0] == found[0]["ref"] and found[0]["scores"] == [0.9, 0.5, 0.1]


def test_scores_are_those_of_unbabel_comets_own_forward_pass(model: Any) -> None:
    """Encoding a source once and sorting by length changes no score."""
    rows = _rows(5)
    src, mt = [r["src"] for r in rows], [r["mt"] for r in rows]
    with torch.no_grad():
        ours = estimate(model, embed(model, mt, size=4), embed(model, src, size=4))
        theirs = model.forward(
            **model.prepare_sample([{"src": s, "mt": m} for s, m in zip(src, mt, strict=True)], stage="predict")
        ).score
    torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)


def test_every_parameter_is_trained_from_the_first_step(model: Any) -> None:
    """A parameter without a gradient would have no optimiser state to resume from."""
    model.zero_grad()
    loss, parts = losses(model, grouped(_rows(4)), SMALL)
    loss.backward()
    assert set(parts) == {"mse", "order", "align", "pair_acc"}
    assert [n for n, p in model.named_parameters() if p.grad is None] == []
    model.zero_grad()


def test_a_single_source_or_equal_labels_give_a_finite_loss(model: Any) -> None:
    """No pairs to order, no negatives."""
    one = [{"src": "北京大学", "ref": "a", "mts": ["a"], "scores": [0.5]}]
    loss, parts = losses(model, one, SMALL)
    assert torch.isfinite(loss) and parts["order"] == 0 and parts["align"] == pytest.approx(0, abs=1e-6)


def test_quality_measures_correlation_and_pairs(model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scorer that gives the labels back gets 1 everywhere, its opposite 0 and -1."""
    rows = grouped(_rows(6))
    texts = [t for r in rows for t in (r["src"], *r["mts"])]
    true = {
        (texts.index(r["src"]), texts.index(m)): s for r in rows for m, s in zip(r["mts"], r["scores"], strict=True)
    }
    monkeypatch.setattr(
        comet, "embed", lambda model, texts_now: torch.tensor([[float(texts.index(t))] for t in texts_now])
    )
    for sign, expected in ((1, 1.0), (-1, 0.0)):

        def oracle(model: Any, mt: torch.Tensor, src: torch.Tensor, sign: int = sign) -> torch.Tensor:
            return torch.tensor([sign * true[int(s), int(m)] for m, s in zip(mt[:, 0], src[:, 0], strict=True)])

        monkeypatch.setattr(comet, "estimate", oracle)
        found = quality(model, rows, 0.08)
        assert found["pair_accuracy"] == found["one_error_accuracy"] == expected
        assert found["pearson"] == pytest.approx(sign) and found["kendall"] == pytest.approx(sign)


def test_training_learns_to_tell_right_from_wrong(trained: tuple[Path, dict[str, Any]]) -> None:
    """On held-out sources, after sixty steps: correlation with the labels, and most pairs in order."""
    final = trained[1]["final"]
    assert final["n_sources"] == 10 and final["step"] == 60
    assert final["pearson"] > 0.5 and final["pair_accuracy"] > 0.7


def test_the_folder_is_what_the_scorer_loads(trained: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    """Through unbabel-comet itself; no pickle, no path of the machine it was made on, halves on disk."""
    from safetensors import safe_open

    out = trained[0]
    rows = _rows(120)[-30:]
    scores, reasons = scorer.score_comet([r["src"] for r in rows], [r["mt"] for r in rows], out, root=tmp_path)
    assert reasons == [None] * 30
    right, wrong = ([s for s, r in zip(scores, rows, strict=True) if r["score"] == level] for level in (0.9, 0.1))
    assert sum(map(float, right)) / 10 > sum(map(float, wrong)) / 10 + 0.2  # type: ignore[arg-type]
    with safe_open(out / "model.safetensors", framework="pt") as stored:
        assert {str(stored.get_tensor(k).dtype) for k in stored.keys()} == {"torch.float16"}  # noqa: SIM118
    names = {str(p.relative_to(out)) for p in out.rglob("*") if p.is_file()}
    assert {"model.safetensors", "hparams.yaml", "encoder/config.json", "encoder/tokenizer.json"} <= names
    assert not [n for n in names if n.endswith((".ckpt", ".bin", ".pt"))]
    assert "pretrained_model: encoder\n" in (out / "hparams.yaml").read_text("utf-8")
    assert str(out.parent) not in "".join(
        p.read_text("utf-8") for p in out.rglob("*") if p.suffix in (".json", ".yaml")
    )


def test_a_killed_training_goes_on_and_ends_with_the_same_weights(
    files: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from training.embedded import loop
    from training.shared.hashes import weights_hash

    cfg = replace(SMALL, steps=6)
    monkeypatch.setattr(
        comet, "LoopSettings", lambda steps, lr, seed: loop.LoopSettings(steps, lr, seed=seed, save_every=2)
    )
    train_comet(*files, tmp_path / "whole", cfg)
    original, calls = comet.losses, []

    def killed(*args: Any) -> Any:
        calls.append(1)
        if len(calls) == 5:
            raise KeyboardInterrupt
        return original(*args)

    with monkeypatch.context() as patch:
        patch.setattr(comet, "losses", killed)
        with pytest.raises(KeyboardInterrupt):
            train_comet(*files, tmp_path / "broken", cfg)
    assert not (tmp_path / "broken").exists()
    train_comet(*files, tmp_path / "broken", cfg)
    assert weights_hash(tmp_path / "whole") == weights_hash(tmp_path / "broken")


def test_an_empty_corpus_is_refused(tmp_path: Path, files: tuple[Path, Path]) -> None:
    (tmp_path / "empty.jsonl").write_text("", encoding="utf-8")
    with pytest.raises(UserError, match="no rows"):
        train_comet(tmp_path / "empty.jsonl", files[1], tmp_path / "out", SMALL)


def test_without_unbabel_comet_the_message_names_the_pip_line(
    tmp_path: Path, files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comet, "unavailable", lambda: scorer.MISSING)
    with pytest.raises(UserError, match=r'training comet: unbabel-comet not installed: pip install -e "\.\[comet\]"'):
        train_comet(*files, tmp_path / "out", SMALL)
