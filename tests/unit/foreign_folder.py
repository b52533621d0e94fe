"""A folder as sentence-transformers writes it, to be tampered with."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from tiny_models import character_tokenizer, small_bert


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bi-encoder with a Dense module, saved by sentence-transformers itself."""
    import torch
    from sentence_transformers import SentenceTransformer, models
    from transformers import BertModel

    root = tmp_path_factory.mktemp("foreign")
    torch.manual_seed(0)
    tokenizer = character_tokenizer([])
    tokenizer.padding_side, tokenizer.model_max_length = "right", 64
    BertModel(small_bert(tokenizer)).save_pretrained(root / "body")
    tokenizer.save_pretrained(root / "body")
    word = models.Transformer(str(root / "body"), max_seq_length=64)
    dense = models.Dense(16, 8, activation_function=torch.nn.GELU())
    SentenceTransformer(modules=[word, models.Pooling(16), dense, models.Normalize()], device="cpu").save(
        str(root / "bi")
    )
    return root / "bi"


@pytest.fixture
def folder(honest: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may change; beside its files lies Python that would leave a mark."""
    made = tmp_path / "model"
    shutil.copytree(honest, made)
    (made / "modeling_x.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\nclass X: pass\n", encoding="utf-8")
    return made


def edit(path: Path, change: Any) -> None:
    """Changes a JSON file in place."""
    content = json.loads(path.read_text("utf-8"))
    change(content)
    path.write_text(json.dumps(content), encoding="utf-8")
