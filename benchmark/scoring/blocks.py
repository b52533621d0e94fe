"""The files between measuring and finishing: a block of segments of all systems each (safetensors), written whole or
not at all, so that a killed `score` goes on where it was and other machines can measure some of them."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from metrics import catalog
from metrics.blocks import Column, Reasons
from metrics.catalog import families
from metrics.errors import UserError
from metrics.files import atomic_write_bytes
from metrics.open.bounds import FLOOR, counts
from metrics.outline import Outline
from metrics.records import Example, Generation
from metrics.scoring import Means, Scoring

BLOCK = 1000
"""Segments of a block, or more where there would be too many files."""
MOST = 400
"""Block files."""
SUFFIX = ".safetensors"
HELD = 2**26
"""Bytes of block files that are kept in memory once they are read; what is beyond is read again from its file."""


def block_size(n: int) -> int:
    """Segments of each block of n; nothing depends on it but memory and the number of files."""
    return max(BLOCK, -(-n // MOST))


@dataclass(frozen=True)
class Work:
    """Everything that measuring a block takes; the same on every machine that measures one."""

    examples: Sequence[Example]
    systems: Mapping[str, Sequence[Generation]]
    """File name -> its generations, aligned with the examples; FLOOR for shuffled references."""
    means: Means
    outline: Outline
    key: str
    """Of inputs, settings and code: blocks of another key are of another run."""
    size: int

    @property
    def blocks(self) -> range:
        """Numbers of the blocks."""
        return range(-(-len(self.examples) // self.size))


def place(folder: Path, block: int) -> Path:
    """The file of a block."""
    return folder / f"{block:06d}{SUFFIX}"


def measure(work: Work, block: int) -> bytes:
    """The file of one block: the columns of all systems."""
    from safetensors.numpy import save

    first = block * work.size
    at = slice(first, min(first + work.size, len(work.examples)))
    examples = list(work.examples[at])
    tensors: dict[str, np.ndarray] = {}
    told: dict[str, Any] = {"key": work.key, "systems": {}, "whole": []}
    for system, generations in work.systems.items():
        scoring = Scoring(examples, list(generations[at]), work.means, work.outline)
        rows = told["systems"][system] = []
        if "read" not in told and work.means.wants("open") and work.outline.with_facts < work.outline.n:
            # What is read in the sources is the same whatever the outputs.
            told["read"] = counts(scoring.comparisons)
        for name in families():
            if system == FLOOR and name != "open":
                continue
            columns = catalog.measure(name, scoring)
            if columns is None:
                if name not in told["whole"]:
                    told["whole"].append(name)
                continue
            for column in columns:
                tensors[f"{system}/{column.metric}"] = _small(column.stats)
                if column.reasons.codes.any():
                    tensors[f"{system}/{column.metric}#"] = column.reasons.codes.astype(np.uint16)
                rows.append(
                    {
                        "family": name,
                        "metric": column.metric,
                        "combiner": column.combiner,
                        "signature": column.signature,
                        "higher_is_better": column.higher_is_better,
                        "undefined": column.undefined,
                        "like": column.like,
                        "reasons": list(column.reasons.texts),
                    }
                )
    kinds = {np.dtype(kind): name for name, kind in _TYPES.items()}
    content = _Content(json.dumps(told, ensure_ascii=False))
    for name in sorted(tensors):
        content.add(name, kinds[tensors[name].dtype], tensors[name].shape, tensors[name].tobytes())
    told["sha256"] = content.digest()
    return bytes(save(tensors, {"told": json.dumps(told, ensure_ascii=False)}))


class _Content:
    """What a block says, as a hash: blocks travel between machines, and a flipped bit is another number."""

    def __init__(self, told: str) -> None:
        self._sum = hashlib.sha256(told.encode())

    def add(self, name: str, kind: str, shape: Sequence[int], data: bytes) -> None:
        """A tensor; they come by name."""
        self._sum.update(f"\0{name}\0{kind}\0{tuple(shape)}\0".encode() + data)

    def digest(self) -> str:
        """Hex SHA-256."""
        return self._sum.hexdigest()


def _small(stats: np.ndarray) -> np.ndarray:
    """As float32 where that loses nothing, as of counts."""
    half = stats.astype(np.float32)
    return half if np.array_equal(half, stats) else np.ascontiguousarray(stats, dtype=np.float64)


def write(work: Work, block: int, folder: Path) -> None:
    """Measures a block and writes its file."""
    atomic_write_bytes(place(folder, block), measure(work, block))


def missing(work: Work, folder: Path) -> list[int]:
    """Blocks that are not there, or are of other inputs."""
    return [b for b in work.blocks if key_of(place(folder, b)) != work.key]


def key_of(path: Path) -> str | None:
    """The key of a block's file; None where there is none, or no whole one."""
    try:
        return str(_told(path)[0]["key"])
    except UserError:
        return None


Tensor = tuple[str, list[int], int]
"""(type, shape, byte of the file at which it begins)"""
_TYPES = {"F64": "<f8", "F32": "<f4", "U16": "<u2"}


def _told(path: Path) -> tuple[dict[str, Any], dict[str, Tensor], bytes]:
    """What a block's file says of itself, where its tensors are, and all of it. It is not mapped: mapped files count as
    memory of the process. UserError where it is not there, cut off, or no longer what was written."""
    if not path.is_file():
        raise UserError(f"{path}: is not there; score the block again")
    try:
        data = path.read_bytes()
        size = int.from_bytes(data[:8], "little")
        header = json.loads(data[8 : 8 + size])
        found: dict[str, Any] = json.loads(header.pop("__metadata__")["told"])
        tensors = {
            name: (_TYPES[told["dtype"]], list(told["shape"]), 8 + size + told["data_offsets"][0])
            for name, told in header.items()
        }
        end = max((told["data_offsets"][1] for told in header.values()), default=0)
        if len(data) != 8 + size + end:
            raise ValueError("cut off")
        written = found.pop("sha256")
        content = _Content(json.dumps(found, ensure_ascii=False))
        for name, told in sorted(header.items()):
            first, last = told["data_offsets"]
            content.add(name, told["dtype"], told["shape"], data[8 + size + first : 8 + size + last])
        if content.digest() != written:
            raise ValueError("damaged: its content has another hash than when it was written")
    except (OSError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise UserError(f"{path}: no block of scores ({error}); remove it and score again") from None
    return found, tensors, data


class Blocks:
    """The measured blocks of a task, read column by column."""

    def __init__(self, work: Work, folder: Path) -> None:
        """Reads what is told of every block. Raises UserError where one is missing."""
        self.paths = [place(folder, b) for b in work.blocks]
        self.sizes = [min(work.size, len(work.examples) - b * work.size) for b in work.blocks]
        self.whole: list[str] = []
        self.read: dict[str, Counter[str]] = {}
        self._like: dict[tuple[str, str], Column] = {}
        """(system, metric) -> a column without rows."""
        self._family: dict[tuple[str, str], str] = {}
        self._reasons: list[dict[tuple[str, str], tuple[str, ...]]] = []
        self._tensors: list[dict[str, Tensor]] = []
        self._held: list[bytes] = []
        """The first blocks as they are read, as many as fit into HELD."""
        held: dict[tuple[str, ...], tuple[str, ...]] = {}
        room = HELD
        for path in self.paths:
            told, tensors, data = _told(path)
            room -= len(data)
            if room >= 0:
                self._held.append(data)
            own: dict[tuple[str, str], tuple[str, ...]] = {}
            self._tensors.append(tensors)
            self.whole = told["whole"]
            for tier, kinds in told.get("read", {}).items():
                self.read.setdefault(tier, Counter()).update(kinds)
            for system, rows in told["systems"].items():
                for row in rows:
                    reasons = tuple(row.pop("reasons"))
                    own[system, row["metric"]] = held.setdefault(reasons, reasons)
                    if (system, row["metric"]) not in self._like:
                        self._family[system, row["metric"]] = row.pop("family")
                        empty = np.zeros((0, 0))
                        self._like[system, row["metric"]] = Column(stats=empty, reasons=Reasons.none(0), **row)
            self._reasons.append(own)

    def names(self, system: str) -> dict[str, list[str]]:
        """Family -> metrics of a system, in the order of the summary."""
        found: dict[str, list[str]] = {name: [] for name in catalog.families()}
        for (of, metric), own in self._family.items():
            if of == system:
                found[own].append(metric)
        for name, family in catalog.families().items():
            if family.order is not None:
                found[name].sort(key=family.order)
        return found

    def columns(self, system: str, metric: str) -> list[dict[str, Column]]:
        """The metric's column in each block; what it is like, where a block lacks it."""
        wanted = [name for name in (metric, self._like[system, metric].like) if name is not None]
        return [
            {name: self._column(b, system, name) for name in wanted if (system, name) in own}
            for b, own in enumerate(self._reasons)
        ]

    def _column(self, block: int, system: str, metric: str) -> Column:
        name, texts = f"{system}/{metric}", self._reasons[block][system, metric]
        codes = self._tensor(block, f"{name}#") if texts else None
        if codes is None:
            codes = np.zeros(self.sizes[block])
        reasons = Reasons(codes.astype(np.int32), texts)
        stats = self._tensor(block, name)
        if stats is None:
            raise UserError(f"{self.paths[block]}: lacks {name}; remove it and score again")
        return replace(self._like[system, metric], stats=stats.astype(np.float64), reasons=reasons)

    def _tensor(self, block: int, name: str) -> np.ndarray | None:
        """None for one that the block does not have."""
        if name not in self._tensors[block]:
            return None
        kind, shape, start = self._tensors[block][name]
        held = self._held[block] if block < len(self._held) else None
        count = int(np.prod(shape))
        if held is not None:
            return np.frombuffer(held, kind, count, offset=start).reshape(shape)
        return np.fromfile(self.paths[block], kind, count, offset=start).reshape(shape)
