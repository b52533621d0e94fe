"""A campaign: which texts each rater sees, in which order, under which letters. Blinded, randomised, balanced; its key
stays with the asker.

Every rater sees every item. Texts that are shown together rotate through the places, so that over raters and items each
system stands in each place equally often. Attention checks stand among the rest: the gold text against the same with
its words shuffled.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmark.judge.texts import Outputs, chosen_pairs, chosen_systems
from metrics.errors import UserError
from metrics.files import read_object
from metrics.judge.records import DIMENSIONS, LETTERS, PAIRWISE, RANKING, Question
from metrics.languages import language
from metrics.normalise import same_text
from metrics.stages import GOLD
from metrics.words import units

ESA = "esa"
PROTOCOLS = (PAIRWISE, DIMENSIONS, RANKING, ESA)
SCHEMA_VERSION = 1
SHUFFLED = "shuffled gold"
"""The worse text of an attention check."""
CHECKS = 10
"""One attention check for so many screens, two at least."""
MOST_BYTES = 512 * 2**20
Given = tuple[str, str, dict[str, Any]]
"""(rater, screen id, answer)."""


@dataclass(frozen=True, slots=True)
class Screen:
    """What a rater sees at once."""

    id: str
    rater: str
    example_id: str
    source: str
    source_lang: str
    target_lang: str
    texts: tuple[str, ...]
    systems: tuple[str, ...]
    """Whose texts they are: in the key alone."""
    check: bool = False

    @property
    def labels(self) -> tuple[str, ...]:
        """The letters of the texts."""
        return tuple(LETTERS[: len(self.texts)])

    def question(self, protocol: str, form: str) -> Question:
        """The same as a question of the judges, for reading answers and for statistics."""
        langs = (self.source_lang, self.target_lang)
        return Question(self.id, protocol, self.example_id, self.source, *langs, self.texts, self.systems, form)


@dataclass(frozen=True)
class Campaign:
    """All screens, and what is needed to read the answers."""

    id: str
    task: str
    protocol: str
    form: str
    seed: int
    systems: tuple[str, ...]
    raters: tuple[str, ...]
    screens: tuple[Screen, ...]
    ties: tuple[Screen, ...] = ()
    """Pairs of equal texts: nobody is asked about them, and they count as ties."""

    def of(self, rater: str) -> list[Screen]:
        """A rater's screens, in order."""
        return [s for s in self.screens if s.rater == rater]

    def by_id(self) -> dict[str, Screen]:
        """Screen id -> screen."""
        return {s.id: s for s in self.screens}

    def as_dict(self) -> dict[str, Any]:
        """The key file: campaign.json."""
        return {"schema_version": SCHEMA_VERSION, **asdict(self)}


def read_campaign(path: Path) -> Campaign:
    """campaign.json. Raises UserError where it is missing or malformed."""
    told = read_object(path, MOST_BYTES)
    try:
        if told.pop("schema_version") != SCHEMA_VERSION:
            raise ValueError("another version")
        screens, ties = (
            tuple(Screen(**{**s, "texts": tuple(s["texts"]), "systems": tuple(s["systems"])}) for s in own)
            for own in (told.pop("screens"), told.pop("ties", ()))
        )
        told["systems"], told["raters"] = tuple(told["systems"]), tuple(told["raters"])
        return Campaign(**told, screens=screens, ties=ties)
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(f"{path}: is no campaign ({error}); export it again") from None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for."""

    protocol: str
    raters: int
    items: int
    seed: int
    systems: tuple[str, ...] = ()
    pairs: tuple[str, ...] = ()
    form: str | None = None


def make_campaign(outputs: Outputs, wanted: Wanted) -> Campaign:
    """Raises UserError for a protocol, a number or systems that cannot be used, and where no pair has two texts."""
    if wanted.protocol not in PROTOCOLS:
        raise UserError(f"human export: unknown protocol {wanted.protocol!r}; there are {', '.join(PROTOCOLS)}")
    if not 1 <= wanted.raters <= 1000 or wanted.items < 1:
        raise UserError("human export: --raters and --items are at least 1 (and at most 1000 raters)")
    groups = _groups(outputs, wanted)
    systems = tuple(dict.fromkeys(s for group in groups for s in group))
    draw = random.Random(f"human:{wanted.seed}")
    n = min(wanted.items, len(outputs.examples))
    items = sorted(draw.sample(range(len(outputs.examples)), n))
    told = [wanted.protocol, wanted.raters, items, wanted.seed, groups, [outputs.systems[s] for s in systems]]
    name = hashlib.sha256(repr(told).encode("utf-8", "surrogatepass")).hexdigest()[:10]
    raters = tuple(f"rater{i + 1}" for i in range(wanted.raters))
    ties = _ties(outputs, groups, items) if wanted.protocol == PAIRWISE else ()
    if len(ties) == len(groups) * len(items):
        raise UserError(
            f"human export: the texts of each pair are equal in all {len(ties)} of the chosen examples; "
            "choose other --pairs, or more --items"
        )
    screens: list[Screen] = []
    for r, rater in enumerate(raters):
        screens += _screens(outputs, wanted, (groups, items, ties), (r, rater, name))
    form = wanted.form or outputs.form
    return Campaign(name, outputs.task, wanted.protocol, form, wanted.seed, systems, raters, tuple(screens), ties)


def _ties(outputs: Outputs, groups: Sequence[tuple[str, ...]], items: Sequence[int]) -> tuple[Screen, ...]:
    """Pairs whose texts are equal, as screens of nobody."""
    found: list[Screen] = []
    for at in items:
        e = outputs.examples[at]
        for group in groups:
            texts = tuple(outputs.systems[s][at] for s in group)
            if same_text(*texts):
                told = (e.id, e.source, e.source_lang, e.target_lang)
                found.append(Screen(f"equal-{len(found) + 1}", "", *told, texts, group))
    return tuple(found)


def _groups(outputs: Outputs, wanted: Wanted) -> list[tuple[str, ...]]:
    """Systems that are shown together: pairs, all that are ranked, or one at a time."""
    if wanted.protocol == PAIRWISE:
        if wanted.systems:
            raise UserError("--systems: pairwise shows pairs of systems; name them by --pairs A:B")
        return [tuple(pair) for pair in chosen_pairs(outputs, wanted.pairs)]
    systems = chosen_systems(outputs, wanted.systems, False)
    return [tuple(systems)] if wanted.protocol == RANKING else [(s,) for s in systems]


def _screens(
    outputs: Outputs,
    wanted: Wanted,
    shown: tuple[Sequence[tuple[str, ...]], Sequence[int], Sequence[Screen]],
    rater: tuple[int, str, str],
) -> list[Screen]:
    (groups, items, ties), (r, who, campaign) = shown, rater
    left_out = {(s.example_id, s.systems) for s in ties}
    draw = random.Random(f"human:{wanted.seed}:{who}")
    made: list[tuple[int, tuple[str, ...], tuple[str, ...], bool]] = []
    for place, at in enumerate(items):
        for g, group in enumerate(groups):
            if (outputs.ids[at], group) in left_out:
                continue
            turn = (place + g + r) % len(group)
            order = group[turn:] + group[:turn]
            if len(order) > 2 and ((place + r) // len(order)) % 2:
                order = tuple(reversed(order))
            made.append((at, order, tuple(outputs.systems[s][at] for s in order), False))
    made += _checks(outputs, wanted, items, (len(made), groups[0]), draw)
    draw.shuffle(made)
    out = []
    for n, (at, order, texts, check) in enumerate(made):
        e = outputs.examples[at]
        opaque = hashlib.sha256(f"{campaign}:{who}:{n}".encode()).hexdigest()[:8]
        langs = (e.source_lang, e.target_lang)
        out.append(Screen(f"{opaque}-{n + 1}", who, e.id, e.source, *langs, texts, order, check))
    return out


def _checks(
    outputs: Outputs, wanted: Wanted, items: Sequence[int], shown: tuple[int, tuple[str, ...]], draw: random.Random
) -> list[tuple[int, tuple[str, ...], tuple[str, ...], bool]]:
    """Gold against the same text with its words shuffled; alone, one after the other, where texts are graded alone."""
    if GOLD not in outputs.systems:
        return []
    n, wanted_systems = shown
    n_shown = len(wanted_systems)
    made: list[tuple[int, tuple[str, ...], tuple[str, ...], bool]] = []
    able = [i for i in items if len(set(units(outputs.systems[GOLD][i], outputs.examples[i].target_lang))) > 3]
    for at in draw.sample(able, min(len(able), max(2, n // CHECKS))):
        gold = outputs.systems[GOLD][at]
        pair = {GOLD: gold, SHUFFLED: shuffled(gold, outputs.examples[at].target_lang, draw)}
        if wanted.protocol in (PAIRWISE, RANKING):
            if wanted.protocol == RANKING:  # as many texts as any other screen, so that nothing gives the check away
                others = [s for s in outputs.systems if s != GOLD and s in wanted_systems]
                pair |= {s: outputs.systems[s][at] for s in others[: n_shown - 2]}
            order = draw.sample(list(pair), len(pair))
            made.append((at, tuple(order), tuple(pair[s] for s in order), True))
        else:
            made += [(at, (name,), (text,), True) for name, text in pair.items()]
    return made


def shuffled(text: str, lang: str, draw: random.Random) -> str:
    """The words of a text in another order."""
    parts = units(text, lang)
    mixed = list(parts)
    while mixed == list(parts):
        draw.shuffle(mixed)
    spaced = " " in text.strip() and language(lang).spaced
    return (" " if spaced else "").join(mixed)


def passed(
    screens: Mapping[str, Screen], answers: Mapping[str, Mapping[str, Any]], protocol: str
) -> dict[str, list[bool]]:
    """Rater -> whether each answered attention check was passed: gold strictly above its shuffled form."""
    out: dict[str, list[bool]] = {}
    single: dict[tuple[str, str], dict[str, float]] = {}
    for name, answer in answers.items():
        screen = screens[name]
        if not screen.check:
            continue
        where = dict(zip(screen.systems, screen.labels, strict=True))
        if protocol == PAIRWISE:
            out.setdefault(screen.rater, []).append(answer["better"] == where[GOLD])
        elif protocol == RANKING:
            ranks = answer["ranks"]
            out.setdefault(screen.rater, []).append(ranks[where[GOLD]] < ranks[where[SHUFFLED]])
        else:
            grades = single.setdefault((screen.rater, screen.example_id), {})
            grades[screen.systems[0]] = grade_of(answer)
    for (rater, _), grades in single.items():
        if len(grades) == 2:
            out.setdefault(rater, []).append(grades[GOLD] > grades[SHUFFLED])
    return out


def grade_of(answer: Mapping[str, Any]) -> float:
    """One number of a graded text: the ESA score, or the mean of the dimensions."""
    if "score" in answer:
        return float(answer["score"])
    grades = [v for k, v in answer.items() if k != "reason"]
    return sum(grades) / len(grades)
