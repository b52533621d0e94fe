"""The section of a profile that says what is scored, and what all sections have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, field_validator

from metrics.draws import MOST_DRAWS

STRICT = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)
"""Of every section: no unknown key, no silent conversion of text to numbers, frozen."""


class Score(BaseModel):
    """Which scorers run, and how many draws the statistics take."""

    model_config = STRICT

    bootstrap_draws: int = Field(default=2000, ge=100, le=MOST_DRAWS)
    """Draws of the bootstrap behind every interval."""
    permutation_draws: int = Field(default=10_000, ge=10_000, le=10 * MOST_DRAWS)
    """Draws of the permutation test behind every p."""
    scorers: dict[str, str | None] = {"comet_qe": "asset:comet@2"}
    """Name in metrics.scorers.SCORERS -> checkpoint folder; 'null' switches one off."""
    retrieval: str | None = "asset:encoder@2"
    """Encoder of grounding.retrieval_*, a sentence-transformers folder."""
    names: str | None = None
    """TSV file of your own names for open.*: type, names in the source language, names in the target language."""
    fluency: str | None = None
    """Causal language model for form.*, folder or hub id; null: the shipped n-gram models, of the newswire world."""
    reward: bool = True
    """Whether reward.mean is computed with the RL stage's reward."""
    families: list[str] | None = None
    """Families of metrics that are computed: facts (or coverage), open, retrieval, verbosity, form, overlap,
    scorers, reward; null: all. Metrics of the others are null with the reason "switched off"."""
    workers: int | None = Field(default=None, ge=1, le=1024)
    """Processes that score systems side by side; null: one for each core. The files are the same for any number."""

    @field_validator("families")
    @classmethod
    def _known(cls, value: list[str] | None) -> list[str] | None:
        """Their own names, in the order of the summary."""
        if value is None:
            return None
        from metrics.catalog import chosen

        return chosen(value)
