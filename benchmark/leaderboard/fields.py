"""The entries of a board as typed records: what each field holds. `records` decodes and checks them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from benchmark.leaderboard.schema import MAX_SEED

LINE = 400
SHA = Annotated[str, Meta(min_length=64, max_length=64)]
Label = Annotated[str, Meta(min_length=1, max_length=64)]
Line = Annotated[str, Meta(min_length=1, max_length=LINE)]
Count = Annotated[int, Meta(ge=0)] | None
Number = int | float | None
Share = Annotated[float, Meta(ge=0, le=1)]


class Record(Struct, gc=False, forbid_unknown_fields=True):
    """Read like a dict."""

    __getitem__ = object.__getattribute__
    """The field; without a call of Python's, because a view of a large board reads a million of them."""

    def __contains__(self, name: str) -> bool:
        return getattr(self, name, UNSET) is not UNSET

    def get(self, name: str, default: Any = None) -> Any:
        """The field, or `default`."""
        value = getattr(self, name, UNSET)
        return default if value is UNSET else value

    def keys(self) -> tuple[str, ...]:
        """Names of the fields."""
        return tuple(name for name in self.__struct_fields__ if name in self)

    def items(self) -> Iterator[tuple[str, Any]]:
        """Names and values."""
        return ((name, self[name]) for name in self.keys())


class Score(Record, gc=False):
    """One metric's value."""

    value: Number
    ci_low: Number
    ci_high: Number
    n_scored: Annotated[int, Meta(ge=0)]
    signature: Annotated[str, Meta(min_length=12, max_length=12)]
    reason: Line | UnsetType = UNSET


class Link(Record, gc=False):
    """One checkpoint of a lineage."""

    stage: Label | None
    weights_hash: Line
    parent_hash: Line | None
    config_hash: Line | None
    data_hash: Line | None
    seed: int | None
    steps: Count


class Training(Record, gc=False):
    """Sizes of the training."""

    n_para: Count
    n_src: Count
    sft_steps: Count
    rl_steps: Count
    recovery_steps: Count


class Reward(Record, gc=False):
    """The reward of RL."""

    id: Line | None
    validation_sha256: SHA | None


class Environment(Record, gc=False):
    """What made and scored the outputs."""

    scored_with: Annotated[dict[str, Line | None], Meta(max_length=40)]
    made_with: Annotated[dict[str, Line | None], Meta(max_length=40)] | None
    commit: Annotated[str, Meta(min_length=40, max_length=64)] | None
    dirty: bool | None
    trained: Annotated[list[SHA], Meta(max_length=16)] | UnsetType | None = UNSET
    cpu: Line | UnsetType | None = UNSET


class Regenerated(Record, gc=False):
    """A second run, and how far it gave the same."""

    manifests: tuple[SHA | None, SHA]
    cpu: Annotated[list[Line | None], Meta(min_length=2, max_length=2)]
    same: Literal["bits", "tolerance"]
    largest: Share | None


class Copies(Record, gc=False):
    """Shares of outputs that are references, repeat themselves, are overlong, are their sources, or are in another
    script; null or missing in boards of older metrics."""

    exact: Share
    near: Share
    lcs: Share
    repeated: Share | None
    overlong: Share | None
    source: Share | UnsetType = UNSET
    foreign: Share | UnsetType = UNSET


class Outputs(Record, gc=False):
    """Hashes of the outputs."""

    sha256: SHA
    texts_sha256: SHA
    stats_sha256: SHA
    sketch: Annotated[str, Meta(max_length=192)]


class Entry(Record, gc=False):
    """One system at one stage."""

    system: Label
    version: Label
    seed: Annotated[int, Meta(ge=0, le=MAX_SEED)] | None
    stage: Label
    task: Label
    test_sha256: SHA
    trust: Literal["recomputed", "regenerated", "baseline"]
    regenerated: Regenerated | None
    lineage: Annotated[list[Link], Meta(max_length=16)]
    training: Training
    reward: Reward
    environment: Environment
    copies: Copies | None
    outputs: Outputs
    scores: Annotated[dict[str, Score], Meta(min_length=1, max_length=200)]
    group: SHA
    previous: SHA
    digest: SHA
