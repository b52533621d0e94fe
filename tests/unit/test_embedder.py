"""The bi-encoder: its tokenizer, batches of neighbours, what it learns, the same weights across a kill, and the folder
it leaves."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metrics.errors import UserError
from metrics.records import Example
from training.embedded import embedder
from training.embedded.embedder import EncoderSettings, pairs_of, train_encoder
from training.embedded.neighbours import neighbour_batches, neighbour_order
from training.embedded.xlmr import SPECIAL, xlmr_tokenizer
from training.shared.hashes import weights_hash

NAMES = {
    "北京大学": "มหาวิทยาลัยปักกิ่ง",
    "王小明": "หวัง เสี่ยวหมิง",
    "东方银行": "ธนาคารตะวันออก",
    "李芳": "หลี่ ฟาง",
    "曼谷法院": "ศาลกรุงเทพ",
}
EVENTS = {"起诉": "ฟ้อง", "批评": "วิจารณ์", "收购": "ซื้อกิจการ"}
SMALL = EncoderSettings(
    hidden=32,
    layers=1,
    heads=2,
    intermediate=32,
    positions=40,
    pieces=60,
    batch=8,
    pool=2,
    steps=40,
    lr=5e-3,
    held_out=20,
    save_steps=13,
)


def _rows(n: int) -> list[dict[str, str]]:
    rng = random.Random(0)
    rows = []
    for _ in range(n):
        (a, a_th), (b, b_th) = rng.sample(sorted(NAMES.items()), 2)
        (event, event_th), figure = rng.choice(sorted(EVENTS.items())), rng.randrange(10, 100)
        rows.append(
            {
                "anchor": f"{a}{event}{b}，{figure}亿元。",
                "positive": f"{a_th}{event_th}{b_th} {figure}",
                "reference": f"{event_th} {a_th} {b_th}",
            }
        )
    return rows


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("encoder")
    (folder / "c.jsonl").write_text(
        "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in _rows(200)), encoding="utf-8"
    )
    words = [*NAMES, *NAMES.values(), *EVENTS, *EVENTS.values()]
    (folder / "words.txt").write_text("\n".join(w for w in words if len(w) > 1) + "\n", encoding="utf-8")
    return folder / "c.jsonl", folder / "words.txt"


@pytest.fixture(scope="module")
def trained(files: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    out = tmp_path_factory.mktemp("trained") / "encoder"
    return out, train_encoder(*files, out, SMALL)


def test_names_are_one_token_and_the_special_tokens_are_xlmrs() -> None:
    """<s> ... </s>, ids 0 to 3 as in XLM-R, whose position ids start at the padding id + 1; any other text is spelt,
    never unknown."""
    tok = xlmr_tokenizer([r["anchor"] for r in _rows(50)], NAMES, 60)
    assert [tok.token_to_id(t) for t in SPECIAL] == [0, 1, 2, 3]
    assert tok.encode("北京大学起诉李芳37").tokens[1] == "北京大学"
    assert tok.encode("李芳 3700").tokens == ["<s>", "李芳", "<0x20>", "37", "00", "</s>"]
    assert "<unk>" not in tok.encode("བོད 😀 xyz").tokens
    assert tok.decode(tok.encode("王小明 བོད xyz").ids) == "王小明 བོད xyz"


def test_a_chain_of_neighbours_follows_similarity() -> None:
    ids = [[1, 2, 3], [7, 8, 9], [1, 2, 4], [7, 8, 5]]
    assert neighbour_order(ids, 10, [0, 1, 2, 3]) == [0, 2, 1, 3]
    assert sorted(neighbour_order(ids, 10, [3, 1, 0])) == [0, 1, 3]
    assert neighbour_order([[], []], 10, [1, 0]) == [1, 0], "empty texts are no trouble"


def test_a_pass_visits_each_row_at_most_once_and_depends_on_seed_and_epoch_alone() -> None:
    ids = [[i % 5, 5 + i % 3] for i in range(50)]
    batches = neighbour_batches(ids, 10, 8, 2, seed=1, epoch=0)
    flat = [i for b in batches for i in b]
    assert [len(b) for b in batches] == [8] * 6 and len(set(flat)) == 48
    assert batches == neighbour_batches(ids, 10, 8, 2, seed=1, epoch=0)
    assert batches != neighbour_batches(ids, 10, 8, 2, seed=1, epoch=1)
    assert batches != neighbour_batches(ids, 10, 8, 2, seed=2, epoch=0)


def test_training_pulls_a_text_to_its_own_source(trained: tuple[Path, dict[str, Any]]) -> None:
    """Held-out retrieval is far above chance (1 in 20) after forty steps."""
    final = trained[1]["final"]
    assert final["n"] == 20 and final["step"] == 40
    assert final["p_at_1"] >= 0.25 and final["mrr"] > 0.4


def test_the_folder_serves_the_retrieval_metric(trained: tuple[Path, dict[str, Any]]) -> None:
    """Half precision on disk, single in use, unit vectors, the right text before the wrong one; no pickles, nothing
    left behind."""
    from safetensors import safe_open
    from sentence_transformers import SentenceTransformer

    from metrics.retrieval import P1, score_retrieval

    out = trained[0]
    rows = _rows(200)[-20:]
    examples = [Example(f"e{i}", r["anchor"], (r["positive"],), None, "zh", "th", None, {}) for i, r in enumerate(rows)]
    right = score_retrieval(examples, [r["positive"] for r in rows], out)[0]
    wrong = score_retrieval(examples, [rows[i - 1]["positive"] for i in range(20)], out)[0]
    assert right.metric == P1 and right.stats[:, 0].sum() > wrong.stats[:, 0].sum()
    model = SentenceTransformer(str(out), device="cpu", local_files_only=True)
    assert not [n for n, _ in model.named_parameters() if "pooler" in n], "a pooler would be random at every load"
    vectors = np.asarray(model.encode(["北京大学起诉李芳", "อะไร"]))
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)
    with safe_open(out / "model.safetensors", framework="pt") as stored:
        assert {str(stored.get_tensor(k).dtype) for k in stored.keys()} == {"torch.float16"}  # noqa: SIM118
    assert not [p for p in out.rglob("*") if p.suffix in (".bin", ".pt", ".pth")]
    assert sorted(p.name for p in out.parent.iterdir()) == ["encoder", "encoder.state.log.jsonl"]


def test_a_killed_training_goes_on_and_ends_with_the_same_weights(
    files: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed at step 27 (its second pass), with a state of step 26 on disk; another run's state is not resumed."""
    from dataclasses import replace

    from training.shared import callbacks

    cfg = replace(SMALL, steps=30)
    train_encoder(*files, tmp_path / "whole", cfg)
    original = callbacks.Watch.on_step_end

    def kill(self: Any, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if state.global_step == 27:
            raise KeyboardInterrupt
        original(self, args, state, control, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(callbacks.Watch, "on_step_end", kill)
        with pytest.raises(KeyboardInterrupt):
            train_encoder(*files, tmp_path / "broken", cfg)
    assert not (tmp_path / "broken").exists()
    steps: list[int] = []

    def count(self: Any, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        steps.append(state.global_step)
        original(self, args, state, control, **kwargs)

    monkeypatch.setattr(callbacks.Watch, "on_step_end", count)
    train_encoder(*files, tmp_path / "broken", cfg)
    assert steps == [27, 28, 29, 30]
    assert weights_hash(tmp_path / "whole") == weights_hash(tmp_path / "broken")


def test_training_can_be_anchored_on_references() -> None:
    """The paper's two anchors: the Chinese source, or a reference in the target language."""
    row = _rows(1)[0]
    assert pairs_of([row], "source", Path("c")) == [(row["anchor"], row["positive"])]
    assert pairs_of([row], "reference", Path("c")) == [(row["reference"], row["positive"])]


@pytest.mark.parametrize(
    ("row", "anchored_on", "said"),
    [
        ({"anchor": "a", "positive": "b"}, "target", "anchored_on = 'target': must be one of source, reference"),
        ({"anchor": "a", "positive": "b"}, "reference", "c.jsonl:2: no text in column reference"),
        ({"anchor": "a", "positive": " "}, "source", "c.jsonl:2: no text in column positive"),
        ({"anchor": None, "positive": "b"}, "source", "c.jsonl:2: no text in column anchor"),
    ],
)
def test_a_corpus_without_the_columns_is_refused_by_line(row: dict[str, Any], anchored_on: str, said: str) -> None:
    whole = {"anchor": "a", "positive": "b", "reference": "c"}
    with pytest.raises(UserError, match=said):
        pairs_of([whole, row], anchored_on, Path("c.jsonl"))


def test_a_corpus_of_one_row_is_refused(tmp_path: Path, files: tuple[Path, Path]) -> None:
    (tmp_path / "one.jsonl").write_text(json.dumps(_rows(1)[0]) + "\n", encoding="utf-8")
    with pytest.raises(UserError, match="needs at least 2"):
        train_encoder(tmp_path / "one.jsonl", files[1], tmp_path / "out", embedder.EncoderSettings())
    assert not (tmp_path / "out").exists()


def test_training_can_start_from_a_checkpoint_without_a_word_list(
    trained: tuple[Path, dict[str, Any]], files: tuple[Path, Path], tmp_path: Path
) -> None:
    """As with CINO: its weights and its tokenizer are taken up, and further training moves them; pickled weights are
    refused."""
    from dataclasses import replace

    start = trained[0]
    further = replace(SMALL, steps=2, lr=1e-4, start=str(start))
    train_encoder(files[0], None, tmp_path / "out", further)
    assert (tmp_path / "out" / "tokenizer.json").read_bytes() == (start / "tokenizer.json").read_bytes()
    assert weights_hash(tmp_path / "out") != weights_hash(start)
    from sentence_transformers import SentenceTransformer

    before, after = (
        SentenceTransformer(str(f), device="cpu").encode("王小明起诉李芳", normalize_embeddings=True)
        for f in (start, tmp_path / "out")
    )
    assert float(before @ after) > 0.99
    with pytest.raises(UserError, match="--words"):
        train_encoder(files[0], None, tmp_path / "none", SMALL)
    pickled = tmp_path / "pickled"
    pickled.mkdir()
    (pickled / "config.json").write_bytes((start / "config.json").read_bytes())
    (pickled / "pytorch_model.bin").write_bytes(b"x")
    with pytest.raises(UserError, match="cannot be loaded as an encoder"):
        train_encoder(files[0], None, tmp_path / "none", replace(further, start=str(pickled)))
