"""What scoring one system takes: its texts, and the means at hand (`metrics.catalog.score_families` does it)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metrics.blocks import Column, finished
from metrics.records import Example, Generation
from metrics.segment import SegmentStats

if TYPE_CHECKING:  # who only asks the catalog for a label reads no numbers, and waits for none of its readers
    from metrics.inventory import Alignment, Inventory
    from metrics.open.comparison import Comparison
    from metrics.outline import Outline
    from metrics.strata import Shown

Work = Callable[[Sequence[int]], list[Any]]


def in_order(work: Work, n: int) -> list[Any]:
    """work(indices) over all n items at once: how work is dealt out where there is one process."""
    return work(range(n))


@dataclass
class Means:
    """What scoring has at hand besides the texts; made once for all systems of a task."""

    inventory: Inventory
    """Of the whole examples file."""
    retrieval: str | None
    """Encoder folder of grounding.retrieval_*, or None."""
    scorers: dict[str, str]
    """Scorer name -> checkpoint folder."""
    load_reward: Callable[[], Any] | None
    """Makes the training reward, or None where none is known."""
    absent: dict[str, str] = field(default_factory=dict)
    """Family -> why it is not computed, for the families that have no means."""
    gate: Callable[[str, str], bool] | None = None
    """(text, language) -> whether it passes the reward's language gate; needed with a reward."""
    deal: Callable[[Work, int], list[Any]] = in_order
    """How neural work is dealt out over processes; every process gets all results."""
    names: Path | None = None
    """The user's own TSV of names, for open.*."""
    shown: Shown | None = None
    """What D_para shows, for the strata .seen and .unseen."""
    among: Sequence[Example] | None = None
    """The whole examples file, where texts of some of it are scored by families that look at other segments
    (retrieval); None: what is scored is the whole file."""
    fluency: str | None = None
    """Folder or hub id of a causal language model for form.*; None: the shipped ones, where they know the texts."""

    families: frozenset[str] | None = None
    """Names of the families that are computed (`metrics.catalog.chosen`); None: all."""

    def wants(self, family: str) -> bool:
        """Whether a family is computed."""
        return self.families is None or family in self.families

    @cached_property
    def reward(self) -> Any:
        """The training reward, loaded once; None where none is known."""
        return self.load_reward() if self.load_reward else None


@dataclass
class Scoring:
    """One system to be scored on one task, or a block of its segments to be measured."""

    examples: Sequence[Example]
    generations: Sequence[Generation]
    """Aligned with the examples."""
    means: Means
    whole: Outline | None = None
    """Of the whole examples file, where these examples are a block of it."""

    @cached_property
    def outline(self) -> Outline:
        """What the whole examples file is like."""
        from metrics.outline import Outline

        return self.whole if self.whole is not None else Outline.of(self.examples)

    @cached_property
    def texts(self) -> list[str]:
        """The outputs in the order of the examples."""
        return [g.text for g in self.generations]

    @cached_property
    def ids(self) -> list[str]:
        """The examples' ids."""
        return [e.id for e in self.examples]

    @cached_property
    def alignments(self) -> list[Alignment | None]:
        """Facts found in each output."""
        from metrics.coverage import align_all

        return align_all(self.examples, self.texts, self.means.inventory)

    @cached_property
    def comparisons(self) -> list[Comparison | None]:
        """Numbers and names of each output held against its source; None where gold facts are known."""
        from metrics.open.scores import compare_all

        return compare_all(self.examples, self.texts, self.means.names)


def in_one_block(measure: Callable[[Scoring], list[Column] | None]) -> Callable[[Scoring], list[SegmentStats]]:
    """`Family.score` of a family that can be measured block by block."""

    def score(scoring: Scoring) -> list[SegmentStats]:
        columns = measure(scoring)
        if columns is None:
            raise ValueError("a family that needs the whole examples file has a score of its own")
        return finished(columns, scoring.ids)

    return score
