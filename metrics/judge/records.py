"""The records of judging: what is asked, and what came back.

Protocols of the paper: three-way ranking (+2/+1/-1), pairwise with ties, five title dimensions, five long-form
dimensions. Ours: claims.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

RANKING, PAIRWISE, DIMENSIONS, CLAIMS = "ranking", "pairwise", "dimensions", "claims"
PROTOCOLS = (RANKING, PAIRWISE, DIMENSIONS, CLAIMS)
"""Names of the protocols, as on the command line."""
PROMPT_LANGS = ("en", "zh", "th")
"""Languages that prompts are written in."""
EXTRACT, CHECK, STATEMENTS = "claims-extract", "claims-check", "claims-statements"
"""The three questions of the claims protocol: facts of the source, each checked in the output, then the output's
statements in the source."""
KINDS = (RANKING, PAIRWISE, DIMENSIONS, EXTRACT, CHECK, STATEMENTS)
"""Kinds of questions."""
TITLE, LONG = "title", "long"
FORM_DIMENSIONS = {
    TITLE: ("entity", "event", "factual", "fluency", "conciseness"),
    LONG: ("entity", "event", "factual", "fluency", "completeness"),
}
"""Form of the text -> its five dimensions (paper, judge protocol)."""
TOP = 5
"""Grades of a dimension are whole numbers from 0 to TOP. The paper gives no scale; its averages (0.976 to 3.54) need
a 0."""
POINTS = (2.0, 1.0, -1.0)
"""Points of ranks 1, 2, 3 in three-way ranking (paper, Table 1a)."""
ENTAILED, CONTRADICTED, ABSENT = "entailed", "contradicted", "absent"
"""What a claim can be in the other text."""
TIE = "tie"
LETTERS = "ABCDEFGH"
"""Names under which texts are shown; never the systems' own."""
MOST_CLAIMS = 20


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that a judge is asked, once. It never sees `id`, `systems` or `example_id`."""

    id: str
    kind: str
    """One of KINDS."""
    example_id: str
    source: str
    source_lang: str
    target_lang: str
    texts: tuple[str, ...] = ()
    """The outputs in the order in which they are shown."""
    systems: tuple[str, ...] = ()
    """Whose they are, in the same order."""
    form: str = TITLE
    """Key of FORM_DIMENSIONS."""
    claims: tuple[str, ...] = ()
    """Claims to be checked (kind CHECK)."""
    turn: int = 0
    """0; 1 where the same question is asked again to see whether the judge says the same (retest)."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The letters of the texts."""
        return tuple(LETTERS[: len(self.texts)])


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came back: an answer in the form of its kind, or None with the reason. Never a default grade."""

    question: Question
    answer: Mapping[str, Any] | None
    reason: str | None = None
    """Why there is no answer."""
    calls: int = 0
    """Answers of a model that were read for it (0: computed, or taken from the ledger)."""

    def as_dict(self) -> dict[str, Any]:
        """The row of verdicts.jsonl; texts stand in generations/ and are not repeated."""
        q = self.question
        return {
            "id": q.id,
            "kind": q.kind,
            "example_id": q.example_id,
            "systems": list(q.systems),
            "turn": q.turn,
            "answer": None if self.answer is None else dict(self.answer),
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Shown:
    """Verdicts that could be used of those that were asked for, for one system."""

    n: int
    n_scored: int
    reasons: Mapping[str, int] = field(default_factory=dict)
    """Reason -> how often it stands for a missing verdict."""
