"""Every metric there is, read from the records of the families; the one place that summary, board, report and documents
ask.

A new family is a file in `metrics/families/` and a line in FAMILIES. Names of derived metrics (`.length_controlled`,
`.seen`, `.unseen`, `coverage.recall.person`) are resolved to their base record.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING

from metrics.blocks import Column, absent, finished
from metrics.declared import SCALES, Family, Metric
from metrics.own_code import guarded, is_own, own_code
from metrics.progress import progress
from metrics.segment import SegmentStats
from metrics.version import UNAVAILABLE

if TYPE_CHECKING:
    from metrics.scoring import Scoring

FAMILIES = [
    "metrics.families.facts",
    "metrics.families.placement",
    "metrics.families.open_facts",
    "metrics.families.retrieval",
    "metrics.families.verbosity",
    "metrics.families.form",
    "metrics.families.overlap",
    "metrics.families.scorers",
    "metrics.families.reward",
    "metrics.families.judge",
]
"""Modules that hold a `FAMILY`, in the order of the summary."""
OFF = "switched off (score.families)"
JUDGES = "judge"
"""The family of which nothing is computed: judges are asked in a step of their own."""
CONTROLLED, SEEN, UNSEEN = ".length_controlled", ".seen", ".unseen"
SUFFIXES = {CONTROLLED: "cut at reference length", SEEN: "seen in D_para", UNSEEN: "not seen in D_para"}
"""Suffix of a derived metric -> what is added to the label."""
HOW = {
    CONTROLLED: "what speaks for the output is read from its cut at the reference's length (at a grapheme boundary), "
    "what speaks against it from the whole output",
    SEEN: "over the facts whose surfaces occur in D_para",
    UNSEEN: "over the facts whose surfaces do not occur in D_para",
}
"""Suffix of a derived metric -> what is added to the formula."""


def families() -> dict[str, Family]:
    """name -> family, in the order of the summary."""
    return _read(tuple(FAMILIES))


@lru_cache(maxsize=4)
def _read(modules: tuple[str, ...]) -> dict[str, Family]:
    found: dict[str, Family] = {}
    for module in modules:
        family: Family = own_family(module) if is_own(module) else import_module(module).FAMILY
        if family.name in found:
            raise ValueError(f"two families are called {family.name!r}")
        found[family.name] = family
    return found


def own_family(module: str) -> Family:
    """The family of a user's own module, whose failures are told by its file and line."""
    with own_code(f"metrics of {module}", module):
        family: Family = import_module(module).FAMILY
        what = f"metric family {family.name!r}"
        measure = family.measure and guarded(family.measure, what, module)
        return replace(family, score=guarded(family.score, what, module), measure=measure)


def score_families(scoring: Scoring, names: Iterable[str]) -> list[SegmentStats]:
    """The metrics of the named families of one system, in the order given. Raises KeyError for an unknown family."""
    known, names, found = families(), list(names), []
    stage = scoring.generations[0].stage if scoring.generations else ""
    with progress(f"score {stage}".rstrip(), len(names), "families") as work:
        for name in names:
            wanted = scoring.means.wants(name)
            found += known[name].score(scoring) if wanted else finished(_off(known[name], scoring), scoring.ids)
            work.advance()
    return found


def measure(name: str, scoring: Scoring) -> list[Column] | None:
    """The columns of a family for a block, null ones where it is switched off; None where the family needs the whole
    file at once."""
    family = families()[name]
    if not scoring.means.wants(name):
        return _off(family, scoring)
    return family.measure(scoring) if family.measure is not None else None


def _off(family: Family, scoring: Scoring) -> list[Column]:
    names = [(name, m) for m in family.metrics for name in (m.name, *((m.name + CONTROLLED,) if m.controlled else ()))]
    found = [absent(name, len(scoring.ids), OFF, f"{name}{UNAVAILABLE}", m.combiner) for name, m in names]
    return [replace(column, higher_is_better=m.higher_is_better) for column, (_, m) in zip(found, names, strict=True)]


def chosen(names: Iterable[str]) -> list[str]:
    """Families by their own names (facts) or by the heads of their metrics (coverage, grounding), in the order of the
    summary.

    Raises ValueError for an unknown one, and where none is named. Judges are asked for by a setting of their own.
    """
    wanted = list(names)
    known = {name: {name, *family.headings} for name, family in families().items() if name != JUDGES}
    if unknown := [name for name in wanted if not any(name in called for called in known.values())]:
        raise ValueError(f"{unknown[0]!r} is no family of metrics; there are: {', '.join(known)}")
    if not wanted:
        raise ValueError(f"name at least one family of metrics, or null for all: {', '.join(known)}")
    return [name for name, called in known.items() if called & set(wanted)]


def metrics() -> dict[str, Metric]:
    """name -> record of every declared metric, derived ones left out, in the order of the tables."""
    return {m.name: m for f in families().values() for m in f.metrics}


def base_of(name: str) -> tuple[str, str]:
    """(name of the declared metric, what is derived from it): "coverage.f1.unseen" -> ("coverage.f1", ".unseen").

    A name that nothing declares comes back as it is, with "".
    """
    known = metrics()
    if name in known:
        return name, ""
    for suffix in SUFFIXES:
        if name.endswith(suffix):
            base, rest = base_of(name[: -len(suffix)])
            return base, rest + suffix
    base, _, kind = name.rpartition(".")
    return (base, "." + kind) if base in known and known[base].by_type else (name, "")


def headings() -> dict[str, str]:
    """Head of a metric's name -> heading of its part of a table, in the order of the tables. "types" is recall by fact
    type."""
    return {head: text for family in families().values() for head, text in family.headings.items()} | {"other": "Other"}


def metric(name: str) -> Metric | None:
    """The record of a metric, derived ones included (with their own name and label); None for an unknown one."""
    base, derived = base_of(name)
    record = metrics().get(base)
    if record is None or not derived:
        return record
    places = record.controlled_places if derived == CONTROLLED else ()
    added = [how for suffix, how in HOW.items() if suffix in derived]
    if not derived.startswith(tuple(HOW)):
        added = [f"of type {derived.split('.')[1]} alone", *added]
    formula = "; ".join([record.formula, *added])
    return replace(record, name=name, label=label(name), formula=formula, short="", places=places, controlled_places=())


def family_of(name: str) -> str:
    """Name of the family that declares a metric; "other" for an unknown one."""
    base, _ = base_of(name)
    return next((f.name for f in families().values() for m in f.metrics if m.name == base), "other")


def families_of_tests(names: Iterable[str]) -> list[list[str]]:
    """Metrics whose p-values are corrected together: those of each family that stands apart (`Family.apart`), and all
    others."""
    apart = {f.name for f in families().values() if f.apart}
    found: dict[str, list[str]] = {}
    for name in names:
        family = family_of(name)
        found.setdefault(family if family in apart else "", []).append(name)
    return list(found.values())


def label(name: str) -> str:
    """What a metric is called in running text; an unknown one by its name."""
    for suffix, words in SUFFIXES.items():
        if name.endswith(suffix):
            return f"{label(name[: -len(suffix)])}, {words}"
    base, derived = base_of(name)
    known = metrics()
    if base not in known:
        return name
    if not derived:
        return known[base].label
    # Recall by fact type has a part of the table to itself; other metrics by type stand below their base.
    return derived[1:].capitalize() if base == "coverage.recall" else f"{known[base].label}: {derived[1:]}"


def short(name: str) -> str:
    """Heading of a narrow column; lc: cut at the reference's length."""
    base, derived = base_of(name)
    record = metrics().get(base)
    text = (record.short or base.rpartition(".")[2]) if record else base
    return text + derived.replace(CONTROLLED, " lc").replace(".", " ")


def decimals(name: str) -> int:
    """Decimals that a value of this metric is written with."""
    record = metric(name)
    return SCALES[record.scale] if record else SCALES["fraction"]


def higher_is_better(name: str) -> bool | None:
    """The direction of a metric; None where there is none, and for an unknown one."""
    record = metric(name)
    return record.higher_is_better if record else None


def shown(place: str) -> list[str]:
    """Names of the metrics that are shown in a place (`metrics.declared.PLACES`), each followed by its
    length-controlled version."""
    out = []
    for m in metrics().values():
        if place in m.places:
            out.append(m.name)
        if place in m.controlled_places:
            out.append(m.name + CONTROLLED)
    return out


def ordered(names: Iterable[str]) -> list[str]:
    """Metrics by family, in the order of their declaration, what is derived after its base; unknown ones last, by
    name."""
    heads, order = list(families()), {name: i for i, name in enumerate(metrics())}

    def rank(name: str) -> tuple[int, int, str]:
        base, derived = base_of(name)
        family = family_of(name)
        return (
            heads.index(family) if family in heads else len(heads),
            order.get(base, len(order)),
            derived or ("" if base in order else name),
        )

    return sorted(names, key=rank)
