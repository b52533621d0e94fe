"""The shipped language models (`metrics/data/form*`): one of each language and world, with what its own gold texts look
like.

Made by `python -m training form` from the newswire world's target texts in buckets that no split and no policy shares
(CONTRIBUTING.md, "The embedded models"). Every file is held against the sha256 in asset.json before it is used.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from metrics.errors import UserError
from metrics.form.grams import Grams

DATA = Path(__file__).resolve().parents[1] / "data"
WORLDS = ("form", "form-2")
"""Folders of the models, by the world whose texts they were counted on; the first is asked where nothing says which."""
ASSET, GLUE = "asset.json", "glue.tsv"


@dataclass(frozen=True)
class Gold:
    """What held-out gold texts of one kind (titles, passages, several articles) are like."""

    mean: float
    """Of ln P per character."""
    spread: float
    """Standard deviation of that over texts."""
    repeated: float
    """Share of characters that were said before: all but one text in a hundred have less."""
    glue: float
    """Share of words that are neither names nor events, the mean over texts."""


@dataclass(frozen=True)
class Known:
    """The model of one language."""

    lang: str
    sha256: str
    grams: Grams
    title: Gold
    passage: Gold
    long: Gold
    """Several articles in a row."""
    limits: tuple[int, int]
    """Code points up to which a text is held against titles, and against passages."""
    lengths: tuple[int, int]
    """Code points of gold titles: all but one in a hundred lie between."""
    end: float
    """ln P of the end of a title where it ends: all but one in a hundred have more."""
    joined: float
    """`scores.joined` of gold titles: all but one in two hundred have more."""
    piece: int
    """Characters of the pieces by which texts from elsewhere are told."""
    glue: frozenset[str]
    """Words that stand outside names in gold texts."""

    def gold(self, size: int) -> Gold:
        """What a text of so many code points is held against."""
        return self.title if size <= self.limits[0] else self.passage if size <= self.limits[1] else self.long


@cache
def languages() -> tuple[str, ...]:
    """Languages with a model."""
    return tuple(sorted({lang for world in WORLDS for lang in _asset(world)["languages"]}))


@cache
def models(lang: str) -> tuple[Known, ...]:
    """The models of a language (its one spelling, `metrics.languages.code`), one of each world; empty where there is
    none.

    Raises UserError for a missing or damaged file.
    """
    return tuple(_known(lang, world) for world in WORLDS if lang in _asset(world)["languages"])


def _known(lang: str, world: str) -> Known:
    asset = _asset(world)
    told = asset["languages"][lang]
    from safetensors.numpy import load

    tensors = load(_checked(world, f"{lang}.safetensors", told["sha256"]))
    orders = range(1, told["order"] + 1)
    grams = Grams(
        tuple(tensors[f"keys.{n}"] for n in orders),
        tuple(tensors[f"own.{n}"] for n in orders),
        tuple(tensors[f"rest.{n}"] for n in orders),
        told["unseen"],
    )
    rows = _checked(world, GLUE, asset["glue_sha256"]).decode("utf-8").splitlines()
    glue = frozenset(word for row in rows for key, word in [row.split("\t")] if key == lang)
    return Known(
        lang,
        told["sha256"],
        grams,
        Gold(**told["title"]),
        Gold(**told["passage"]),
        Gold(**told["long"]),
        (told["limits"][0], told["limits"][1]),
        (told["lengths"][0], told["lengths"][1]),
        told["end"],
        told["joined"],
        told["piece"],
        glue,
    )


@cache
def _asset(world: str) -> dict[str, Any]:
    path = DATA / world / ASSET
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: {error}; install the suite again") from None
    return found


def _checked(world: str, name: str, sha256: str) -> bytes:
    path = DATA / world / name
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: {error}; install the suite again") from None
    if hashlib.sha256(data).hexdigest() != sha256:
        raise UserError(f"{path}: not the file that {ASSET} describes; install the suite again")
    return data
