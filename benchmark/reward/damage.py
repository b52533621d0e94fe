"""The categories of the challenge set: each function makes a worse text out of a right one, or None where the story
does not allow it."""

from __future__ import annotations

from collections.abc import Callable

from benchmark.reward import surface
from benchmark.reward.phrases import phrases
from benchmark.reward.story import Draft, Story
from benchmark.tasks.newswire import values as v
from benchmark.tasks.newswire.articles import title
from benchmark.tasks.newswire.attacks import ATTACKS
from benchmark.tasks.newswire.frames import Frame
from benchmark.tasks.newswire.values import Value

NUMBERS = ("quantity", "percentage", "money")


def _entity(type_: str) -> Callable[[Story], Draft | None]:
    def make(s: Story) -> Draft | None:
        at = s.change((type_,))
        value = s.wrong(at[1]) if at else None
        return s.swap(at[0], at[1], value, "critical") if at and value else None

    return make


def number(s: Story) -> Draft | None:
    """One digit of a figure, the scale (万 for 亿 or the reverse, or either carried wrongly by 10 or 100 times), or the
    era of a year."""
    kinds = [f for f in (_era, _scale, _figure) if s.rng.random() < 0.6 or f is _figure]
    return next((d for d in (f(s) for f in kinds) if d), None)


def _figure(s: Story) -> Draft | None:
    at = s.change(NUMBERS)
    value = s.wrong(at[1], 1.0) if at else None
    return s.swap(at[0], at[1], value, "major") if at and value else None


def _scale(s: Story) -> Draft | None:
    """The amount is off by a power of ten: 万 read as 亿 or the reverse, or either carried into millions wrongly; the
    words around the amount stay."""
    at = s.change(("money",))
    if at is None:
        return None
    return s.swap(at[0], at[1], s.world.scaled(s.article, at[1], s.rng), "critical")


def _era(s: Story) -> Draft | None:
    """A year counted in the wrong era: 543 added twice or subtracted (Thai), or added where it does not belong
    (Tibetan)."""
    for line in s.plain_lines:
        for name, value in line.values.items():
            if value.key.startswith("year") and value == s.article.values.get(name):
                form = (
                    s.title_form
                    if name in s.salient
                    else f"{s.title_form} {line.sentence.forms[s.lang][line.forms[s.lang]]}"
                )
                shift = s.rng.choice((543, -543)) if s.lang == "th" else 543
                return s.swap(form, name, v.year(int(value.key.removeprefix("year")) + shift), "major")
    return None


def date(s: Story) -> Draft | None:
    """Another day, weekday or year."""
    at = s.change(("date",))
    value = s.wrong(at[1]) if at else None
    return s.swap(at[0], at[1], value, "major") if at and value else None


def event(s: Story) -> Draft | None:
    """Another event around the same names and numbers."""
    frame = s.article.frame
    alike = s.world.alike(frame, s.core)
    if alike and s.rng.random() < 0.5:
        other = s.rng.choice(alike)
        values = {name: s.article.values[own] for name, own in frame.matched(other).items()}
        worse, new = s.write(s.rng.choice(other.title[s.lang]), values), other.event[s.lang][0]
    else:
        stated = [e for e in frame.event[s.lang] if e in s.title]
        if not stated:
            return None
        other = s.rng.choice(s.world.others(frame, s.core))
        new = s.rng.choice(other.event[s.lang])
        worse = s.title.replace(max(stated, key=len), new, 1)
    return Draft(s.title, worse, "critical", "event", f"{frame.event[s.lang][0]} → {new}")


def _opposite(s: Story) -> Frame | None:
    """The frame that affirms what this one denies, or denies what it affirms."""
    frame = s.article.frame
    return next((f for f in s.world.others(frame, s.core) if f.id == frame.affirms or f.affirms == frame.id), None)


def negation(s: Story) -> Draft | None:
    """What happened is denied, or what was denied has happened."""
    frame = s.article.frame
    other = _opposite(s)
    if other and other.relation and frame.relation:
        better = s.write(s.rng.choice(frame.relation[s.lang]), s.article.values)
        return Draft(
            better, s.write(s.rng.choice(other.relation[s.lang]), s.article.values), "critical", "relation", "polarity"
        )
    stated = [e for e in frame.event[s.lang] if e in s.title]
    pattern = phrases()["negated_event"].get(s.lang)
    if frame.relation and stated and pattern and s.rng.random() < 0.5:
        verb = max(stated, key=len)
        return Draft(s.title, s.title.replace(verb, pattern.format(event=verb), 1), "critical", "relation", "polarity")
    return Draft(
        s.title, s.rng.choice(phrases()["negation"][s.lang]).format(text=s.title), "critical", "relation", "polarity"
    )


def role_swap(s: Story) -> Draft | None:
    """Who did it and to whom are exchanged."""
    frame = s.article.frame
    if frame.relation is None or frame.symmetric:
        return None
    names = sorted(s.slots(frame.relation[s.lang][0]) & set(frame.salient))
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :] if s.salient[a].type == s.salient[b].type]
    if not pairs:
        return None
    a, b = s.rng.choice(pairs)
    shown = f"{s.surface(s.salient[a])} ↔ {s.surface(s.salient[b])}"
    return Draft(s.title, s.retitled({a: s.salient[b], b: s.salient[a]}), "critical", "relation", shown)


def _omission(n: int | None, severity: str) -> Callable[[Story], Draft | None]:
    def make(s: Story) -> Draft | None:
        form = s.title_form
        if n is None and s.plain_lines:
            lead = s.plain_lines[0]
            form += " " + lead.sentence.forms[s.lang][lead.forms[s.lang]]
        names = sorted(s.slots(form))
        k = n or (len(names) + 1) // 2
        if len(names) <= k:
            return None
        gone = s.rng.sample(names, k)
        values = {**s.article.values, **{name: s.vague(s.article.values[name]) for name in gone}}
        left = ", ".join(s.surface(s.article.values[name]) for name in gone)
        return Draft(s.write(form, s.article.values), s.write(form, values), severity, None, f"left out: {left}")

    return make


def hallucination(s: Story) -> Draft | None:
    """A sentence about something else is added."""
    mine = {value.key for line in s.article.lines for value in line.values.values()}
    for other in s.rng.sample(s.others, min(4, len(s.others))):
        lines = [x for x in other.lines if x.values and not mine & {value.key for value in x.values.values()}]
        if lines and other.frame.id != s.article.frame.id:
            line = s.rng.choice(lines)
            added = s.write(line.sentence.forms[s.lang][line.forms[s.lang]], line.values)
            return Draft(s.title, f"{s.title} {added}", "major", None, f"added: {added}")
    return None


def other_article(s: Story) -> Draft | None:
    """The right title of an article about another event."""
    others = [a for a in s.others if a.frame.id != s.article.frame.id]
    return (
        Draft(s.title, title(s.rng.choice(others), s.lang), "critical", None, "another article's title")
        if others
        else None
    )


def other_article_hard(s: Story, named: bool = True) -> Draft | None:
    """The title of another article with the same event and places; other names (named) or at least other numbers."""
    changes: dict[str, Value] = {}
    for name, value in s.salient.items():
        if value.type != "place":
            new = s.wrong(name, 0.0)
            if new is None or new.key in {c.key for c in changes.values()}:
                return None
            changes[name] = new
    if not changes or (named and not any(new.type in ("person", "organisation") for new in changes.values())):
        return None
    shown = ", ".join(f"{s.surface(s.salient[name])} → {s.surface(new)}" for name, new in changes.items())
    return Draft(s.title, s.retitled(changes), "critical", None, shown)


def prompt_injection(s: Story) -> Draft | None:
    """A wrong title, or none, with an order to the judge."""
    order = s.rng.choice(phrases()["injection"]["any"])
    wrong = (other_article_hard(s) or other_article(s)) if s.rng.random() < 0.7 else None
    return Draft(
        s.title, f"{wrong.worse} {order}" if wrong else order, "critical", None, f"order to the judge: {order}"
    )


def _attack(name: str, severity: str, fact_type: str | None, shown: str) -> Callable[[Story], Draft | None]:
    """An attack on metrics (`tasks/newswire/attacks.py`), tried on rewards, too."""

    def make(s: Story) -> Draft | None:
        text = ATTACKS[name](s.article, s.lang, s.rng)
        return None if text is None else Draft(s.title, text, severity, fact_type, shown)

    make.__doc__ = f"{shown[0].upper()}{shown[1:]}."
    return make


CATEGORIES: dict[str, Callable[[Story], Draft | None]] = {
    "entity_person": _entity("person"),
    "entity_organisation": _entity("organisation"),
    "entity_place": _entity("place"),
    "number": number,
    "date": date,
    "event": event,
    "negation": negation,
    "role_swap": role_swap,
    "omission_1": _omission(1, "minor"),
    "omission_2": _omission(2, "major"),
    "omission_half": _omission(None, "critical"),
    "hallucination": hallucination,
    "padding_repeat": surface.padding_repeat,
    "padding_filler": surface.padding_filler,
    "word_salad": surface.word_salad,
    "copy_source": surface.copy_source,
    "copy_half": surface.copy_half,
    "wrong_language": surface.wrong_language,
    "wrong_script": surface.wrong_script,
    "transliteration": surface.transliteration,
    "truncated": surface.truncated,
    "empty": surface.empty,
    "other_article": other_article,
    "other_article_hard": other_article_hard,
    "prompt_injection": prompt_injection,
    "denial": _attack("denial", "critical", "relation", "said to be untrue"),
    "reversed_predicate": _attack("reversed_predicate", "critical", None, "the opposite is said of a number"),
    "swapped_unit": _attack("swapped_unit", "critical", None, "another unit"),
    "near_name": _attack("near_name", "critical", None, "a wrong name, misspelt"),
    "doubled_role": _attack("doubled_role", "critical", "relation", "one name in both roles"),
    "invented_clause": _attack("invented_clause", "major", None, "an invented story is added"),
}
"""slug -> function. A new category is one function and one line."""

FACT_TYPES = {
    "entity_person": "person",
    "entity_organisation": "organisation",
    "entity_place": "place",
    "number": "quantity",
    "date": "date",
    "event": "event",
    "negation": "relation",
    "role_swap": "relation",
}
"""Which fact type a category as a whole is about."""
FALSE = (
    "entity_person",
    "entity_organisation",
    "entity_place",
    "number",
    "date",
    "event",
    "negation",
    "role_swap",
    "other_article_hard",
    "other_article",
)
"""Categories whose worse text says something else: distractors of the retrieval lists."""
