"""What a task file says (TOML): languages, prompt, licence, citation, and the layouts in which its texts may lie."""

from __future__ import annotations

from pathlib import PurePath
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _below(name: str) -> str:
    """A task file may come from a stranger: it names files below the data folder, and no others."""
    if not name or "\0" in name or PurePath(name).is_absolute() or ".." in PurePath(name).parts:
        raise ValueError("must be a file below the data folder, without ..")
    if len(name) > 1000 or max(len(part.encode("utf-8", "surrogatepass")) for part in PurePath(name).parts) > 255:
        raise ValueError("must be a file below the data folder, with a name that file systems take")
    return name


Place = Annotated[str, AfterValidator(_below)]
"""A file, relative to the data folder (a file: task: to the TOML file)."""


class Texts(BaseModel):
    """One layout of the texts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: str = Field(pattern="^(jsonl|json|tsv|csv|parquet|lines|squad)$")
    source: Place
    reference: Place | None = None
    """File of the references, where they lie apart (lines, squad), or rows that are joined by their id."""
    reference_format: str | None = Field(default=None, pattern="^(jsonl|json|tsv|csv|parquet)$")
    """Of `reference`, where it is another one than that of the sources."""
    docs: Place | None = None
    """lines: a file with one document id a line, by which intervals are drawn."""
    columns: dict[str, str] = {}
    """Tables: our field (id, source, reference, doc_id, meta) -> theirs, or several that it may have ("title|label");
    those that are not named are called as ours."""
    partial: bool = False
    """Joined rows: sources without a reference are left out (titles were made for some articles alone)."""
    numbered: bool = False
    """Ids are the numbers of the rows from 0 on, whatever the file calls them, so that all layouts have the same."""
    spaced: bool = True
    """False: spaces between characters that are not ASCII are the corpus's own segmentation, and taken out."""
    split: str = Field(default="test", pattern="^(test|dev)$")
    every: int = Field(default=1, ge=1)
    """squad: every n-th article, from the first one on."""


class Hub(BaseModel):
    """A data set on the hub."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    repo: str = Field(pattern=r"^[\w.-]+/[\w.-]+$")
    revision: str = "main"
    files: list[Place] = Field(min_length=1)
    folder: Place
    """Where they are put, below the data folder, under their own names."""


class TaskFile(BaseModel):
    """A task file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[A-Za-z0-9_.+-]+$")
    source_lang: str
    target_lang: str
    version: str
    prompt: str = Field(pattern=r"\{source\}")
    licence: str
    citation: str
    home: str
    """Where to get the texts."""
    revision: str
    sha256: str | None = Field(default=None, pattern="^[0-9a-f]{64}$")
    """Of the test split as read; None: not known to the suite, and pinned by what reads it first: a run's manifest, a
    board."""
    n: int | None = Field(default=None, ge=1)
    hub: Hub | None = None
    """Where --download gets the texts from."""
    texts: list[Texts] = Field(min_length=1)
