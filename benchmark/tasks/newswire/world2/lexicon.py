"""Names of world 2: persons and places of `data/` with their region, organisations with their sector
(`data/world2/*.tsv`)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache

from benchmark.tasks.newswire import values as v
from benchmark.tasks.newswire.values import DATA, LANGUAGES, Value

WORLD2 = DATA / "world2"


@dataclass(frozen=True, slots=True)
class Name:
    """One person, organisation or place."""

    value: Value
    kind: str
    """Sector of an organisation; country, city or province of a place; empty for a person."""
    region: str
    """cn, th or abroad; empty for an organisation, whose names are invented and fit anywhere."""
    tags: tuple[str, ...]
    """What else a frame may ask for: hot (summers above 35 degrees), port."""
    core: bool


def _rows(name: str) -> list[dict[str, str]]:
    with (WORLD2 / name).open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))


@cache
def names(type_: str) -> tuple[Name, ...]:
    """All names of a type (person, organisation, place), in file order."""
    if type_ == "organisation":
        out = []
        for row in _rows("organisations.tsv"):
            surfaces = {lang: (row[lang], *v._aliases(row[f"{lang}_aliases"] or "")) for lang in LANGUAGES}
            forms = {"zh": 1, "th": min(2, len(surfaces["th"])), "bo": 1}
            value = Value(type_, row["id"], surfaces, forms)
            out.append(Name(value, row["kind"], "", (), row["core"] == "1"))
        return tuple(out)
    known = {entry.value.key: entry for entry in v.lexicon(type_)}
    return tuple(
        Name(
            known[row["id"]].value,
            known[row["id"]].kind,
            row["region"],
            tuple(t for t in row["tags"].split("|") if t),
            row["core"] == "1",
        )
        for row in _rows(f"{type_}s.tsv")
    )


@cache
def partners(type_: str, core: bool = True) -> dict[str, Value]:
    """A fixed confusable partner for each name: the next of its kind and region, in a ring."""
    groups: dict[tuple[str, str], list[Value]] = {}
    for name in names(type_):
        if name.core or not core:
            groups.setdefault((name.kind, name.region), []).append(name.value)
    return {x.key: group[(i + 1) % len(group)] for group in groups.values() for i, x in enumerate(group)}


@cache
def by_key(type_: str) -> dict[str, Name]:
    """Id -> name."""
    return {name.value.key: name for name in names(type_)}
