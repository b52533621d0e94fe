"""Rows of the corpora that the embedded models are trained on: what each must hold, checked before anything is
trained."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from metrics.errors import UserError
from metrics.records import need_keys

Text = Annotated[str, StringConstraints(min_length=1, pattern=r"\S")]
Pair = Annotated[list[Text], Field(min_length=2, max_length=2)]


class Row(BaseModel):
    """One row; further keys are allowed and ignored."""

    model_config = ConfigDict(strict=True)


class BaseRow(Row):
    """Of `base`: a prompt with the texts that answer it, and short aligned [prompt, text] pairs."""

    prompt: Text
    completions: list[Text] = Field(min_length=1)
    pairs: list[Pair] = Field(min_length=1)


class Candidate(Row):
    """A judged text; checks: [end of the stated fact in code points, its type, stated rightly, what the source has]."""

    text: str
    """Empty, it is an answer too, though no clean one."""
    label: float = Field(ge=0, le=1)
    checks: list[Annotated[tuple[int, str, bool, str | None], Field(strict=False)]]
    clean: bool

    @model_validator(mode="after")
    def _inside(self) -> Candidate:
        if any(not 1 <= check[0] <= len(self.text) for check in self.checks):
            raise ValueError("a check ends outside the text")
        if self.clean and not self.text.strip():
            raise ValueError("it is clean and holds no text")
        return self


class Judged(Row):
    """A source with judged candidates; one at least is clean: the language model learns from it."""

    source: Text
    candidates: list[Candidate] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_clean(self) -> Judged:
        if not any(c.clean for c in self.candidates):
            raise ValueError("no candidate is clean")
        return self


class RerankerRow(Judged):
    """Of `reranker`: an article, and the short units that it is made of."""

    units: list[Judged] = Field(min_length=1)


class CometRow(Row):
    """Of `comet`."""

    src: Text
    mt: str
    ref: Text
    score: float


class FormRow(Row):
    """Of `form`; names: the surfaces of names in the text."""

    lang: Text
    kind: Literal["title", "passage", "long"]
    text: Text
    names: list[str]


UNIT = (
    '{"source": "...", '
    '"candidates": [{"text": "...", "label": 0.9, "checks": [[5, "place", true, "..."]], "clean": true}]'
)
RIGHT: dict[type[Row], str] = {
    BaseRow: '{"prompt": "...", "completions": ["..."], "pairs": [["...", "..."]]}',
    RerankerRow: UNIT + ', "units": [' + UNIT + "}]}",
    CometRow: '{"src": "...", "mt": "...", "ref": "...", "score": 0.71}',
    FormRow: '{"lang": "th", "kind": "title", "text": "...", "names": ["..."]}',
}
"""A right line of each, for messages."""


def check_row(row: dict[str, Any], kind: type[Row], where: str) -> None:
    """Raises UserError that names all missing keys, or the first wrong value, and shows a right line."""
    right = RIGHT[kind]
    need_keys(row, kind.model_fields, where, right)
    try:
        kind.model_validate(row)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"])) or "the row"
        told = first["msg"].removeprefix("Value error, ")
        raise UserError(f"{where}: {key}: {told}; a right line: {right}") from None
