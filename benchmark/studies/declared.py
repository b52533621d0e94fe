"""The studies as they are declared: `studies.toml`, or a file of the user's, checked when it is read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError

from benchmark.registry import nearest
from benchmark.settings.config import check_keys, check_overrides, parse_override
from metrics import catalog
from metrics.errors import UserError
from metrics.files import read_toml
from metrics.stages import STAGES

SHIPPED = Path(__file__).with_name("studies.toml")
STRICT = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)
NAME = r"^[a-z0-9][a-z0-9+._-]{0,39}$"
"""Of a study and of a cell: names of folders are made of them."""
LIST = "list"
"""What is written in the place of a name to see them all."""
MADE = {
    "sft": ("base", "post-sft"),
    "rl": ("base", "post-sft", "post-rl"),
    "recovery": ("base", "post-sft", "post-rl", "post-recovery"),
    "all": STAGES,
}
"""How far a run goes -> the stages that it measures."""


class Times(BaseModel):
    """A value that is some multiple of the profile's, so that a study fits profiles of any size."""

    model_config = STRICT

    times: float = Field(gt=0)
    of: str | None = None
    """The key whose value is multiplied; null: the key that is set."""


def _kind(value: object) -> str:
    return "times" if isinstance(value, dict | Times) else "value"


Value = Annotated[
    Annotated[bool | int | float | str, Tag("value")] | Annotated[Times, Tag("times")], Discriminator(_kind)
]
"""What a key is set to; told apart by its form, so that a mistake has one message."""


class Cell(BaseModel):
    """One way to follow the recipe."""

    model_config = STRICT

    set: dict[str, Value] = {}
    """Keys of the profile -> their values ("null" for none)."""
    of: str | None = None
    """Another cell, from whose runs this one is read; null: it has runs of its own."""
    reads: dict[str, str] = {}
    """Stage that is shown -> the stage of the run that stands in its place."""


class Study(BaseModel):
    """A question about the recipe, and the cells that answer it."""

    model_config = STRICT

    question: str = Field(min_length=1)
    """In plain words."""
    source: str = Field(min_length=1)
    """Where the question comes from: a table of the paper, a page of the documents."""
    stage: Literal["sft", "rl", "recovery", "all"]
    """How far each run goes, as `run --stage`."""
    shows: list[str] = Field(min_length=1)
    """Stages whose values are shown and compared."""
    metrics: list[str] = Field(min_length=1)
    """What is shown and compared; the tests of a stage are corrected over all of them and all cells."""
    baseline: str
    """The cell that the others are held against."""
    cells: dict[Annotated[str, Field(pattern=NAME)], Cell] = Field(min_length=2)

    def runs_of(self, cell: str) -> str:
        """The cell whose runs a cell is read from: its own name, or that of the other cell."""
        return self.cells[cell].of or cell

    def own(self) -> list[str]:
        """The cells that have runs of their own, the baseline's first."""
        names = [name for name, cell in self.cells.items() if cell.of is None]
        return sorted(names, key=lambda name: name != self.runs_of(self.baseline))


def read_studies(path: Path = SHIPPED, allow_code: bool = False) -> dict[str, Study]:
    """name -> study, in the order of the file. allow_code: the user lets the file name code in what it sets.

    Raises UserError, which names file, study and cell, for a file that cannot be read, an unknown key of a study or of
    a profile, an unknown metric or stage, and a cell that leads nowhere.
    """
    found = {}
    for name, content in read_toml(path).items():
        where = f"{path}: [{name}]"
        if name == LIST:
            raise UserError(f"{where}: `study {LIST}` shows the studies; give it another name")
        try:
            _Named.model_validate({"name": name})
            found[name] = study = Study.model_validate(content)
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join(str(part) for part in first["loc"])
            raise UserError(f"{where}: {key}: {first['msg']} ({repr(first['input'])[:80]})") from None
        _check(study, where, allow_code)
    if not found:
        raise UserError(f"{path}: holds no study; see docs/studies.md for the form of one")
    return found


class _Named(BaseModel):
    """What a study may be called."""

    name: str = Field(pattern=NAME)


def _check(study: Study, where: str, allow_code: bool) -> None:
    """What no type says: that names lead somewhere."""
    for metric in study.metrics:
        if catalog.metric(metric) is None:
            raise UserError(f"{where}: unknown metric {metric!r}; {nearest(metric, catalog.metrics())}")
    made = MADE[study.stage]
    for stage in study.shows:
        _known(stage, made, f"{where}: shows: no stage of a run with stage = {study.stage!r}")
    _known(study.baseline, study.cells, f"{where}: baseline: no cell")
    for name, cell in study.cells.items():
        place = f"{where}, cell {name!r}"
        for key, value in cell.set.items():
            check_key(key, place)
            if isinstance(value, Times) and value.of is not None:
                check_key(value.of, place)
        if not allow_code:
            check_overrides([override(key, value) for key, value in cell.set.items()], place, ())
        if cell.of is None:
            continue
        _known(cell.of, study.cells, f"{place}: of: no cell")
        if study.cells[cell.of].of is not None or cell.set:
            raise UserError(f"{place}: of = {cell.of!r}: a cell that is read from another one sets nothing, and that")
    for name, cell in study.cells.items():
        for shown, stage in cell.reads.items():
            _known(shown, study.shows, f"{where}, cell {name!r}: reads: no stage that is shown")
            _known(stage, made, f"{where}, cell {name!r}: reads: no stage of a run with stage = {study.stage!r}")


def _known(name: str, known: Mapping[str, object] | list[str] | tuple[str, ...], otherwise: str) -> None:
    if name not in known:
        raise UserError(f"{otherwise} {name!r}; {nearest(name, known)}")


def check_key(key: str, where: str) -> None:
    """Raises UserError for what is no key of a profile, naming the nearest; the seed is the study's own to give."""
    section, dot, rest = key.partition(".")
    if not dot or not rest:
        raise UserError(f"{where}: {key!r} is no key of a profile; write SECTION.KEY (`ls keys`)")
    if key == "run.seed":
        raise UserError(f"{where}: run.seed is not set: a study runs every cell with the same seeds (--seeds)")
    check_keys({section: {rest.partition(".")[0]: None}}, where)


def override(key: str, value: object) -> str:
    """ "key=value" as `--set` reads it."""
    if isinstance(value, Times):
        return f"{key}={value.times:g}"
    text = f"{key}={str(value).lower() if isinstance(value, bool) else value}"
    if isinstance(value, str) and parse_override(text)[1] != value:
        quoted = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'{key}="{quoted}"'
    return text


def find_study(studies: Mapping[str, Study], name: str) -> Study:
    """The study of that name. Raises UserError naming the nearest."""
    if name not in studies:
        raise UserError(f"unknown study {name!r}; {nearest(name, studies)} (`study list` shows them)")
    return studies[name]
