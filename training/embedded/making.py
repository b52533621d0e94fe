"""What all trainers of an embedded model share: its settings, what it is made of, and the folder it is written to."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from metrics.errors import UserError
from metrics.records import atomic_write_text, sha256_json
from training.embedded.data import Corpus

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSettings:
    """What the settings of every embedded network hold; each trainer adds its own and may have other defaults."""

    hidden: int = 192
    layers: int = 2
    heads: int = 4
    intermediate: int = 384
    pieces: int = 2000
    """BPE pieces; the world's words come on top."""
    lr: float = 2e-3
    seed: int = 1
    tokenizer_rows: int = 1500
    """Rows of the corpus that the BPE pieces are learnt from."""

    def __post_init__(self) -> None:
        """Raises UserError for a shape that no network has."""
        for name in ("hidden", "layers", "heads", "intermediate", "pieces", "tokenizer_rows"):
            if getattr(self, name) < 1:
                raise UserError(f"--set {name}={getattr(self, name)}: at least 1")
        if self.hidden % self.heads:
            raise UserError(f"--set hidden={self.hidden} heads={self.heads}: hidden must be a multiple of heads")


@dataclass(frozen=True, slots=True)
class Making:
    """One model in the making: its settings, corpus and word list, and the folder it is written to."""

    config: dict[str, Any]
    """The settings as asset.json states them."""
    corpus: Corpus
    words: Sequence[str]
    out: Path

    @classmethod
    def of(cls, settings: Any, corpus: Corpus, words: Sequence[str], out: Path) -> Making:
        """With the settings stated as they are."""
        return cls(asdict(settings), corpus, words, out)

    @property
    def config_hash(self) -> str:
        """SHA-256 of the settings."""
        return sha256_json(self.config)

    @property
    def state(self) -> Path:
        """The folder of states to resume from."""
        return self.out.with_name(self.out.name + ".state")

    def key(self, *further: Any) -> str:
        """Names settings, corpus, words and what else is given: a state of another key is not resumed."""
        return sha256_json([self.config_hash, self.corpus.hash, self.words, *further])

    def manifest(self, final: dict[str, Any]) -> dict[str, Any]:
        """What asset.json says of the model; final: the last row of the log, and what was measured."""
        return {
            "config": self.config,
            "config_hash": self.config_hash,
            "data_hash": self.corpus.hash,
            "seed": self.config["seed"],
            "final": final,
        }


def hold_out(rows: list[Row], most: int) -> tuple[list[Row], list[Row]]:
    """(rows to train on, rows at the end that are not trained on: at most a tenth of all)."""
    cut = len(rows) - min(most, len(rows) // 10)
    return rows[:cut], rows[cut:]


@contextmanager
def written(out: Path) -> Iterator[Path]:
    """The name of a folder to write a model into, which takes the place of `out` at the end: whole or not at all."""
    temporary = out.with_name(out.name + ".partial")
    shutil.rmtree(temporary, ignore_errors=True)
    try:
        yield temporary
        if out.exists():
            shutil.rmtree(out)
        os.replace(temporary, out)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


MADE = ("asset.json", "config.json", "modules.json", "hparams.yaml", "glue.tsv")
"""A folder that holds one of these was made by a trainer."""


def check_out(out: Path) -> None:
    """Raises UserError where `out` is a file, or a folder that no trainer made: its content would be lost."""
    if out.is_dir():
        if any(out.iterdir()) and not any((out / name).is_file() for name in MADE):
            raise UserError(f"--out {out}: holds other files, which would be replaced; name a new folder")
    elif out.exists():
        raise UserError(f"--out {out}: is a file; name a folder")


def computed_in_float32(folder: Path) -> None:
    """State float32 in config.json: halves are how the weights are stored, not how they are computed with."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config.pop("torch_dtype", None)
    atomic_write_text(
        folder / "config.json", json.dumps(config | {"dtype": "float32"}, indent=2, sort_keys=True) + "\n"
    )
