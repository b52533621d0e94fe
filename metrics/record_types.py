"""The records themselves: facts, examples, generations."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

ENTITY_TYPES = ("person", "organisation", "place")
QUANTITY_TYPES = ("quantity", "percentage", "money", "date", "time")
FACT_TYPES = (*ENTITY_TYPES, "event", "relation", "cause", *QUANTITY_TYPES)
FINISH_REASONS = ("stop", "length")
SALIENT = 0.5
"""A fact is salient from this salience on: a good title is expected to state it."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that the source states."""

    type: str
    """One of `FACT_TYPES`."""
    source: tuple[str, ...]
    """Surfaces in the source language (may be empty)."""
    target: tuple[str, ...]
    """Surfaces in the target language, at least one; any of them counts as stating the fact."""
    salience: float = 1.0
    """0..1."""

    @property
    def salient(self) -> bool:
        """True when a good title is expected to state this fact."""
        return self.salience >= SALIENT

    def as_dict(self) -> dict[str, Any]:
        """The fact as it stands in `examples.jsonl`."""
        return {"type": self.type, "source": list(self.source), "target": list(self.target), "salience": self.salience}


@dataclass(frozen=True, slots=True)
class Example:
    """One source text with what is known about it. Files may spell language codes as they like: `parse_example` gives
    them their one spelling."""

    id: str
    source: str
    reference: tuple[str, ...] | None
    """Reference outputs, at least one when not None. The first one sets the length of length-controlled metrics."""
    facts: tuple[Fact, ...] | None
    """Everything the source states, background included; None when no gold facts are known."""
    source_lang: str
    target_lang: str
    doc_id: str | None = None
    """Intervals resample whole documents where this is given."""
    meta: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The example as one row of `examples.jsonl`. A single reference is written as a string."""
        reference: Any = self.reference
        if reference is not None:
            reference = reference[0] if len(reference) == 1 else list(reference)
        facts = None if self.facts is None else [fact.as_dict() for fact in self.facts]
        return {
            "id": self.id,
            "source": self.source,
            "reference": reference,
            "facts": facts,
            "source_lang": self.source_lang,
            "target_lang": self.target_lang,
            "doc_id": self.doc_id,
            "meta": self.meta,
        }


@dataclass(frozen=True, slots=True)
class Generation:
    """What one system wrote for one example at one stage."""

    example_id: str
    system: str
    stage: str
    text: str
    n_tokens: int | None = None
    finish_reason: str | None = None
    """"stop", "length" (the token cap cut it) or None when unknown."""
    seed: int | None = None
    think: bool = False
    """A think block was taken off the text; `n_tokens` counts it."""

    def as_dict(self) -> dict[str, Any]:
        """The generation as one row of `generations.jsonl`; `think` stands there only where it is true."""
        row = {
            "example_id": self.example_id,
            "system": self.system,
            "stage": self.stage,
            "text": self.text,
            "n_tokens": self.n_tokens,
            "finish_reason": self.finish_reason,
            "seed": self.seed,
        }
        return {**row, "think": True} if self.think else row
