"""Contrastive grounding: fixed distractors, ranks, and what an empty output gets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from metrics import retrieval
from metrics.errors import UserError
from metrics.records import Example
from metrics.retrieval import MRR, N_DISTRACTORS, N_HARD, P1, distractors, ranks, score_retrieval

SOURCES = tuple(f"公司{i}在北京起诉法院{i * 7}" for i in range(150))
IDS = tuple(f"e{i}" for i in range(150))


def test_every_example_has_99_distractors_that_are_not_its_source() -> None:
    """Distinct, never the source itself nor a text equal to it, fewer only where the file is smaller."""
    pools = distractors(IDS, SOURCES)
    assert all(len(p) == len(set(p)) == N_DISTRACTORS and i not in p for i, p in enumerate(pools))
    twins = distractors(("a", "b", "c"), ("中", "中", "国"))
    assert twins == ((2,), (2,), (0, 1))


def test_the_hard_distractors_are_the_nearest_in_wording() -> None:
    """A near copy of the source leads the pool."""
    sources = (*SOURCES[:120], "火车在东京脱轨三十人受伤", "火车在东京脱轨四十人受伤")
    pools = distractors(tuple(f"e{i}" for i in range(122)), sources)
    assert pools[120][0] == 121
    assert 120 in pools[121][:N_HARD]


def test_distractors_do_not_depend_on_the_order_of_the_file() -> None:
    """Permuting the examples changes no pool (as ids), whatever ties there are among the hard ones."""
    order = list(range(len(IDS)))[::-1]
    there = distractors(IDS, SOURCES)
    back = distractors(tuple(IDS[i] for i in order), tuple(SOURCES[i] for i in order))
    assert [{IDS[j] for j in p} for p in there] == [
        {IDS[order[j]] for j in back[order.index(i)]} for i in range(len(IDS))
    ]


def test_ties_count_against_the_output() -> None:
    """An output equally near to all sources has the last rank."""
    sources = np.eye(4)
    texts = np.array([[1.0, 0, 0, 0], [0.5, 0.5, 0.5, 0.5], [0, 1, 0, 0]])
    assert ranks(texts, sources, [0, 1, 2], [(1, 2, 3), (0, 2, 3), (0, 1, 3)]) == [1, 4, 4]


def test_scores_of_a_known_encoder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its translation 1, another's less; empty, its copy, a mixture and another language 0 in both: never null, never
    rewarded."""
    (tmp_path / "model.safetensors").write_bytes(b"x")
    thai = [f"{s} " + "ข่าว" for s in map(str, range(len(SOURCES)))]
    place = {s: i for texts in (SOURCES, thai) for i, s in enumerate(texts)}
    place |= {f"{thai[3]} {SOURCES[3]}": 3, "in English": 4}

    def embed(texts: list[str]) -> np.ndarray:
        return np.array([np.eye(len(SOURCES))[place[t]] if t else np.eye(len(SOURCES))[0] for t in texts])

    monkeypatch.setattr(retrieval, "load_encoder", lambda folder: embed)
    examples = [Example(i, s, None, None, "zh", "th", None, {}) for i, s in zip(IDS, SOURCES, strict=True)]
    texts = ["", thai[1], SOURCES[2], f"{thai[3]} {SOURCES[3]}", "in English", *thai[6:], thai[5]]
    p1, mrr = score_retrieval(examples, texts, tmp_path)
    assert (p1.metric, mrr.metric) == (P1, MRR)
    assert list(p1.sentence_values()[:6]) == [0.0, 1.0, 0.0, 0.0, 0.0, 0.0]
    assert list(mrr.sentence_values()[:5]) == [0.0, 1.0, 0.0, 0.0, 0.0]
    assert 0 < mrr.sentence_values()[5] < 1
    assert "distractors:99|hard:10|no answer=lowest" in p1.signature


def test_some_outputs_of_a_file_are_held_against_the_whole_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """In any order, and two of one example: each has the value that it has among all."""
    (tmp_path / "model.safetensors").write_bytes(b"x")
    vectors = {s: np.random.default_rng(i).normal(size=12) for i, s in enumerate(SOURCES)}
    vectors |= {f"ข่าว {i}": np.random.default_rng([i, i]).normal(size=12) for i in range(2 * len(SOURCES))}

    def embed(texts: list[str]) -> np.ndarray:
        rows = np.array([vectors[t] for t in texts])
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    monkeypatch.setattr(retrieval, "load_encoder", lambda folder: embed)
    retrieval._embedded.cache_clear()
    examples = [Example(i, s, None, None, "zh", "th", None, {}) for i, s in zip(IDS, SOURCES, strict=True)]
    n = len(examples)
    wholes = [score_retrieval(examples, [f"ข่าว {k * n + i}" for i in range(n)], tmp_path)[1] for k in range(2)]
    some = [(7, 1), (2, 0), (7, 0), (n - 1, 1)]
    found = score_retrieval([examples[i] for i, _ in some], [f"ข่าว {k * n + i}" for i, k in some], tmp_path, examples)
    assert [m.metric for m in found] == [P1, MRR]
    assert found[1].example_ids == tuple(IDS[i] for i, _ in some)
    assert list(found[1].sentence_values()) == [wholes[k].sentence_values()[i] for i, k in some]
    assert len(set(found[1].sentence_values())) > 1
    retrieval._embedded.cache_clear()


def test_a_folder_without_weights_is_refused(tmp_path: Path) -> None:
    """One message that says what to give."""
    with pytest.raises(UserError, match="sentence-transformers folder"):
        score_retrieval([Example("a", "中", None, None, "zh", "th", None, {})], ["ก"], tmp_path)
