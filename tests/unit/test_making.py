"""What the trainers of the embedded models share: rows held out, folders written whole, the order of candidates."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
import torch

from training.embedded.making import hold_out, written
from training.embedded.objectives import better, order_loss, order_quality


def test_at_most_a_tenth_is_held_out_and_from_the_end() -> None:
    rows = list(range(30))
    assert hold_out(rows, 200) == (rows[:27], [27, 28, 29])
    assert hold_out(rows, 2) == (rows[:28], [28, 29])
    assert hold_out(rows[:9], 200) == (rows[:9], []), "nothing is held out of nine rows"


def test_a_folder_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    out = tmp_path / "model"
    with written(out) as folder:
        folder.mkdir()
        (folder / "a").write_text("old", encoding="utf-8")

    def cut_short() -> None:
        with written(out) as folder:
            folder.mkdir()
            (folder / "a").write_text("half", encoding="utf-8")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        cut_short()
    assert (out / "a").read_text(encoding="utf-8") == "old"
    with written(out) as folder:
        assert not folder.exists(), "what the failed one left is gone"
        folder.mkdir()
    assert [p.name for p in tmp_path.iterdir()] == ["model"] and not list(out.iterdir())


def test_only_candidates_of_one_source_with_clearly_different_labels_are_ordered() -> None:
    """Two sources; labels .9 > .5 > .45 (within the margin), and .8: one source alone has pairs, (0, 1) and (0, 2)."""
    owner, label = torch.tensor([0, 0, 0, 1]), torch.tensor([0.9, 0.5, 0.45, 0.8])
    ordered = better(owner, label, 0.08)
    assert ordered.nonzero().tolist() == [[0, 1], [0, 2]]
    loss, share = order_loss(torch.tensor([0.0, 1.0, -1.0, 9.0]), ordered)
    # ln(1 + e) for the wrong pair, ln(1 + 1/e) for the right one: (1.313262 + 0.313262) / 2
    assert loss.item() == pytest.approx(0.813262, abs=1e-6) and share.item() == 0.5
    nothing = order_loss(torch.zeros(4), torch.zeros(4, 4, dtype=torch.bool))
    assert [x.item() for x in nothing] == [0, 0]


def test_the_quality_of_an_order_counts_pairs_and_the_first_two_apart() -> None:
    scores, labels = [[3.0, 1.0, 2.0], [1.0, 2.0]], [[0.9, 0.5, 0.1], [0.9, 0.2]]
    assert order_quality(scores, labels, 0.08) == {"pair_accuracy": 0.5, "one_error_accuracy": 0.5}
    assert order_quality([[1.0]], [[0.5]], 0.08) == {}


def test_settings_of_all_networks_have_one_name_for_one_thing() -> None:
    from training.embedded.base import BaseSettings
    from training.embedded.comet import CometSettings
    from training.embedded.embedder import EncoderSettings
    from training.embedded.judge import EncoderRerankerSettings
    from training.embedded.reranker import RerankerSettings

    shared = {"hidden", "layers", "heads", "intermediate", "pieces", "lr", "seed", "tokenizer_rows"}
    for cls in (BaseSettings, CometSettings, EncoderSettings, EncoderRerankerSettings, RerankerSettings):
        assert shared <= {f.name for f in fields(cls)}
