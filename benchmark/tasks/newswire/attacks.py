"""What an adversary writes instead of a title: attacks on metrics and rewards, made from any article (phrases:
`data/attacks.toml`).

Each function takes an article, the language and a random generator, and gives the attacking text, or None where the
article does not allow it. `ATTACKS` names them; `validate-reward` has the same categories, `metrics_under_attack`
scores every metric on them.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Callable
from functools import cache
from typing import Any

import regex

from .articles import Article, body, fill, title
from .errors import ENTITY, partners
from .frames import SLOT
from .values import DATA, Value
from .world2.frames import Frame2
from .world2.lexicon import partners as partners2

Attack = Callable[[Article, str, random.Random], str | None]
_SPACE = {"th": " ", "bo": "་", "zh": " "}
FILLER_LENGTH = 7.7
"""Times the title's length, as in the attack that was found."""


@cache
def phrases() -> dict[str, Any]:
    """The content of attacks.toml."""
    return tomllib.loads((DATA / "attacks.toml").read_text(encoding="utf-8"))


@cache
def fillers() -> dict[str, list[str]]:
    """Sentences that say nothing, per language."""
    return tomllib.loads((DATA / "challenge.toml").read_text(encoding="utf-8"))["filler"]


def _form(article: Article, lang: str) -> str:
    return article.frame.title[lang][article.title_form[lang]]


def _write(form: str, article: Article, lang: str, changes: dict[str, Value]) -> str:
    return fill(form, {**article.values, **changes}, lang, article.surface_form[lang])[0]


def _one_surface(value: Value, lang: str, surface: str) -> Value:
    """The value as if it were written in this way."""
    return Value(value.type, value.key, {lang: (surface,)}, {lang: 1})


def denial(article: Article, lang: str, rng: random.Random) -> str | None:
    """The title, and that it is not true."""
    return str(rng.choice(phrases()["denial"][lang])).format(text=title(article, lang))


def reversed_predicate(article: Article, lang: str, rng: random.Random) -> str | None:
    """What is said of a number is turned into its opposite: injured - dead, profit - loss, jobs added - jobs cut."""
    form = _form(article, lang)
    # Only words of the form itself: a name may hold the same letters.
    for word, opposite in phrases()["reversed"][lang]:
        found = re.search(re.escape(word), form)
        if found:
            return _write(form[: found.start()] + opposite + form[found.end() :], article, lang, {})
    return None


def swapped_unit(article: Article, lang: str, rng: random.Random) -> str | None:
    """A count gets another unit: 5400 jobs - 5400 kilograms."""
    counts = [name for name in article.frame.salient if article.values[name].type == "quantity"]
    if not counts:
        return None
    name = rng.choice(counts)
    value = article.values[name]
    number = regex.search(r"[0-9][0-9,.]*", value.surfaces[lang][0])
    if number is None:
        return None
    units = [u for u in phrases()["units"][lang] if u.strip("་ ") not in "".join(value.surfaces[lang])]
    unit = rng.choice(units)
    written = (
        f"{unit}{number.group()}"
        if lang == "bo"
        else f"{number.group()} {unit}"
        if lang == "th"
        else f"{number.group()}{unit}"
    )
    return _write(_form(article, lang), article, lang, {name: _one_surface(value, lang, written)})


def repeated(article: Article, lang: str, rng: random.Random) -> str | None:
    """The title four times."""
    return " ".join([title(article, lang)] * 4)


def filler(article: Article, lang: str, rng: random.Random) -> str | None:
    """The title, then sentences that say nothing."""
    text = title(article, lang)
    size, out = FILLER_LENGTH * len(text), [text]
    while sum(map(len, out)) < size:
        out.append(rng.choice(fillers()[lang]))
    return " ".join(out)


def invented_clause(article: Article, lang: str, rng: random.Random) -> str | None:
    """The title, then a story that is made up, with names that nobody knows."""
    return f"{title(article, lang)} {rng.choice(phrases()['invented'][lang])}"


def keywords(article: Article, lang: str, rng: random.Random) -> str | None:
    """The event, names and numbers of the title as a list."""
    words = [article.frame.event[lang][0], *(article.values[name].surfaces[lang][0] for name in article.frame.salient)]
    rng.shuffle(words)
    return _SPACE[lang].join(words)


def keywords_with_roles(article: Article, lang: str, rng: random.Random) -> str | None:
    """The clause that says who did what to whom, then the rest of the title as a list."""
    if article.frame.relation is None:
        return None
    form = article.frame.relation[lang][0]
    inside = {m[1] for m in SLOT.finditer(form)}
    rest = [article.values[name].surfaces[lang][0] for name in article.frame.salient if name not in inside]
    return _SPACE[lang].join([_write(form, article, lang, {}), *rest])


def misspelt(name: str, rng: random.Random) -> str:
    """A name with one or two of its inner written characters replaced by its neighbours' letters; short ones with
    one."""
    units = regex.findall(r"\X", name)
    inner = [i for i in range(1, len(units) - 1) if units[i] not in " ་" and regex.fullmatch(r"\p{L}\p{M}*", units[i])]
    edits = 2 if len(units) >= 10 else 1
    letters = sorted({u[0] for u in units if regex.match(r"\p{Lo}", u[0]) and u[0] not in "เแโใไะาำๅฯๆ"})
    for i in rng.sample(inner, min(edits, len(inner))):
        other = [c for c in letters if c != units[i][0]]
        if units[i][0] in letters and other:
            units[i] = rng.choice(other) + units[i][1:]
    return "".join(units)


def _wrong_name(article: Article, lang: str, rng: random.Random) -> tuple[str, Value] | None:
    """(slot of the title, another name of its type) for a name long enough to be misspelt."""
    names = [name for name in article.frame.salient if article.values[name].type in ENTITY]
    rng.shuffle(names)
    for name in names:
        value = article.values[name]
        other = _partner(article, value)
        told = any(other.key == own.key for line in article.lines for own in line.values.values())
        if not told and len(regex.findall(r"\X", other.surfaces[lang][0])) >= (12 if lang == "bo" else 8):
            return name, other
    return None


def _partner(article: Article, value: Value) -> Value:
    """Another name of its kind, of the article's own world."""
    of = partners2 if isinstance(article.frame, Frame2) else partners
    return of(value.type, True).get(value.key) or of(value.type, False)[value.key]


def near_name(article: Article, lang: str, rng: random.Random) -> str | None:
    """A name of the title becomes a wrong one, misspelt by a letter or two so that no list has it."""
    found = _wrong_name(article, lang, rng)
    if found is None:
        return None
    name, other = found
    written = misspelt(other.surfaces[lang][0], rng)
    if written == other.surfaces[lang][0]:
        return None
    return _write(_form(article, lang), article, lang, {name: _one_surface(other, lang, written)})


def doubled_role(article: Article, lang: str, rng: random.Random) -> str | None:
    """One name in both roles of the relation."""
    if article.frame.relation is None:
        return None
    names = sorted({m[1] for m in SLOT.finditer(article.frame.relation[lang][0])} & set(article.frame.salient))
    pairs = [(a, b) for a in names for b in names if a != b and article.values[a].type == article.values[b].type]
    if not pairs:
        return None
    kept, gone = rng.choice(pairs)
    form = _form(article, lang)
    same = article.values[kept]
    return _write(form, article, lang, {gone: Value(same.type, same.key, same.surfaces, same.n_forms)})


def dictionary(article: Article, lang: str, rng: random.Random) -> str | None:
    """The first sentence of the source word for word: its names, numbers and event in the order of the source."""
    line = article.lines[0]
    form = line.sentence.forms["zh"][line.forms["zh"]]
    found = [(m.start(), line.values[m[1]].surfaces[lang][0]) for m in SLOT.finditer(form)]
    at = next((form.index(e) for e in article.frame.event["zh"] if e in form), len(form))
    found.append((at, article.frame.event[lang][0]))
    return _SPACE[lang].join(word for _, word in sorted(found))


def copied_source(article: Article, lang: str, rng: random.Random) -> str | None:
    """The source itself."""
    return body(article, "zh")


ATTACKS: dict[str, Attack] = {
    "denial": denial,
    "reversed_predicate": reversed_predicate,
    "swapped_unit": swapped_unit,
    "repeated": repeated,
    "invented_clause": invented_clause,
    "filler": filler,
    "keywords_with_roles": keywords_with_roles,
    "keywords": keywords,
    "near_name": near_name,
    "doubled_role": doubled_role,
    "dictionary": dictionary,
    "copied_source": copied_source,
}
"""slug -> attack, in the order of the table."""
