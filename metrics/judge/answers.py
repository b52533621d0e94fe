"""What an answer must look like (pydantic; the JSON schema for servers that have it), and the reading of what a
model wrote.

A text that is no answer gives None with the reason: never a default grade. Two answers in one text that say
different things are none.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model, model_validator

from metrics.judge.records import (
    CHECK,
    DIMENSIONS,
    EXTRACT,
    FORM_DIMENSIONS,
    MOST_CLAIMS,
    PAIRWISE,
    RANKING,
    STATEMENTS,
    TIE,
    TOP,
    Question,
)

MOST_READ, MOST_OBJECTS = 50_000, 200
"""Characters of an answer that are read, and places in it where an object is looked for."""
LONGEST_REASON = 500
_THOUGHT = "</think>"
Label = Literal["entailed", "contradicted", "absent"]
Claim = Annotated[str, Field(min_length=1, max_length=1000)]


class Answer(BaseModel):
    """Strict: "3" is no 3, and true is no 1. Keys that nobody asked for are passed over."""

    model_config = ConfigDict(strict=True, extra="ignore")
    reason: str = ""


class Extracted(Answer):
    """Facts of a source as short statements."""

    claims: list[Claim] = Field(min_length=1, max_length=MOST_CLAIMS)


class Statement(BaseModel):
    """One statement of the output, and what the source says of it."""

    model_config = ConfigDict(strict=True, extra="ignore")
    statement: Claim
    label: Label


class Stated(Answer):
    """The statements of an output; none where it states nothing."""

    statements: list[Statement] = Field(max_length=2 * MOST_CLAIMS)


class _Ranked(Answer):
    @model_validator(mode="after")
    def starts_at_one(self) -> _Ranked:
        """Ranks are those of a competition or dense: 1 is given, and no rank is larger than the number of places
        above it allows."""
        places = sorted(getattr(self, "ranks").model_dump().values())  # noqa: B009 - declared by `_ranking`
        if places[0] != 1 or any(place > i for i, place in enumerate(places, 1)):
            raise ValueError(f"ranks {places} leave places out")
        return self


def _ranking(labels: tuple[str, ...]) -> type[Answer]:
    places: Any = {label: (Annotated[int, Field(ge=1, le=len(labels))], ...) for label in labels}
    ranks = create_model("Ranks", __config__=ConfigDict(strict=True, extra="forbid"), **places)
    return create_model("Ranking", __base__=_Ranked, ranks=(ranks, ...))


def _checked(n: int) -> type[Answer]:
    return create_model(
        "Checked", __base__=Answer, labels=(Annotated[list[Label], Field(min_length=n, max_length=n)], ...)
    )


def answer_model(question: Question) -> type[Answer]:
    """The model that an answer to this question must fit."""
    return _model(question.kind, question.labels, question.form, len(question.claims))


@lru_cache(maxsize=256)
def _model(kind: str, labels: tuple[str, ...], form: str, n_claims: int) -> type[Answer]:
    """One model for all questions of a shape: building one costs more than a call of a server does."""
    if kind == RANKING:
        return _ranking(labels)
    if kind == PAIRWISE:
        choices: Any = Literal[(*labels, TIE)]  # type: ignore[valid-type]
        return create_model("Pairwise", __base__=Answer, better=(choices, ...))
    if kind == DIMENSIONS:
        grade: Any = (Annotated[int, Field(ge=0, le=TOP)], ...)
        return create_model("Dimensions", __base__=Answer, **dict.fromkeys(FORM_DIMENSIONS[form], grade))
    if kind == CHECK:
        return _checked(n_claims)
    other: dict[str, type[Answer]] = {EXTRACT: Extracted, STATEMENTS: Stated}
    return other[kind]


def schema(question: Question) -> dict[str, Any]:
    """JSON schema of the answer, closed and with every key required, as servers with structured output want it.

    Shared by all questions of one shape: not to be changed by whoever gets it.
    """
    return _schema(answer_model(question))


@lru_cache(maxsize=256)
def _schema(model: type[Answer]) -> dict[str, Any]:
    found = model.model_json_schema()
    _close(found)
    return found


def _close(node: Any) -> None:
    if isinstance(node, dict):
        if node.get("type") == "object":
            node["additionalProperties"] = False
            node["required"] = list(node.get("properties", {}))
        node.pop("default", None)
        for value in node.values():
            _close(value)
    elif isinstance(node, list):
        for value in node:
            _close(value)


def objects(text: str) -> list[Any]:
    """The outermost JSON objects in a text, in order; what stands around them (fences, prose) is passed over."""
    decoder, found, at = json.JSONDecoder(), [], 0
    for _ in range(MOST_OBJECTS):
        if (at := text.find("{", at)) < 0:
            break
        try:
            value, at = decoder.raw_decode(text, at)
            found.append(value)
        except (ValueError, RecursionError):
            at += 1
    return found


def parse(question: Question, text: str) -> tuple[dict[str, Any] | None, str | None]:
    """(answer, None), or (None, why the text is no answer). A thought before the answer is passed over."""
    told = text[:MOST_READ].rpartition(_THOUGHT)[2]
    model, valid, problem = answer_model(question), [], "no JSON object in it"
    for value in objects(told):
        try:
            valid.append(model.model_validate(value).model_dump())
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(map(str, first["loc"]))
            problem = f"wrong answer format ({where + ': ' if where else ''}{first['msg']})"
    if not valid:
        return None, problem
    said = [{k: v for k, v in answer.items() if k != "reason"} for answer in valid]
    if any(other != said[0] for other in said[1:]):
        return None, "several answers that differ"
    return {**valid[0], "reason": valid[0]["reason"][:LONGEST_REASON]}, None
