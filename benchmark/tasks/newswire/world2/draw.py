"""Draws one article of world 2: values that fit each other, facts spread over sentences, other people, other events,
corrections."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from benchmark.tasks.newswire.articles import DENIED, Article, Line, fill, signature
from benchmark.tasks.newswire.frames import Sentence
from benchmark.tasks.newswire.values import LANGUAGES, Value
from benchmark.tasks.newswire.world2.frames import Clause, Frame2, Shared, Slot2, Texts, load_frames, shared, timeless
from benchmark.tasks.newswire.world2.lexicon import by_key
from benchmark.tasks.newswire.world2.scene import ENTITY, Scene, Stock

FACTS = (9, 22)
P_WRAPPED, P_CORRECTED, P_DENIED, P_OTHER, P_EARLIER, P_LEADS = 0.4, 0.4, 0.35, 0.3, 0.25, 0.5
P_PREVIOUS, P_FIRST = 0.5, 0.3
"""How often a statement is told as somebody's words, a figure corrected, something denied, another event told, an
earlier one of the same kind, and the event told first; how often (up to twice) it is told how it was the time before,
in the words of this time; how often another event leads into the article."""
OPENERS = ("opener", "earlier")
"""Lines that may stand before the event."""
TITLES = (2, 3)
"""Gold titles of an article."""


def _sentence(role: str, forms: Texts, event: Texts | None = None) -> Sentence:
    ends = {"zh": "。", "th": "", "bo": ""}
    done = {lang: tuple(_close(form + ends[lang], lang) for form in forms[lang]) for lang in LANGUAGES}
    return Sentence(role, done, (), event)


def _close(form: str, lang: str) -> str:
    """A Tibetan sentence ends in a shad: with a tsheg before it after ང, none after ག (the letter stands for it)."""
    if lang != "bo":
        return form
    return form + ("་།" if form.endswith("ང") else "" if form.endswith("ག") else "།")


def _around(outer: Texts, inner: Texts, rng: random.Random) -> Texts:
    """One form of the outer clause in each language, around every form of the inner one."""
    chosen = {lang: rng.choice(outer[lang]) for lang in LANGUAGES}
    return {lang: tuple(chosen[lang].replace("{c}", form) for form in inner[lang]) for lang in LANGUAGES}


class Writer:
    """The lines of one article on their way."""

    def __init__(self, scene: Scene, values: dict[str, Value]) -> None:
        self.scene, self.values, self.rng = scene, values, scene.rng
        self.frame = scene.frame
        self.past: set[str] = set()
        """Slots of which it is told how they were the time before."""

    def line(self, sentence: Sentence, values: dict[str, Value]) -> Line:
        """A line; the forms are chosen among those that the split may write."""
        forms = {}
        for lang in LANGUAGES:
            free = [i for i, f in enumerate(sentence.forms[lang]) if self.scene.stock.form(f)]
            forms[lang] = self.rng.choice(free or range(len(sentence.forms[lang])))
        return Line(sentence, forms, values, frozenset())

    def clause(self, clause: Clause) -> Line | None:
        """A statement of the frame, now and then as somebody's words."""
        for name in clause.slots:
            if name not in self.values:
                value = self.scene.draw(self.frame.slots[name])  # type: ignore[arg-type]
                if value is None:
                    return None
                self.values[name] = value
        values = {name: self.values[name] for name in clause.slots}
        forms = clause.forms
        if clause.wrap and self.rng.random() < P_WRAPPED:
            forms, own = self._wrapped(forms)
            if own is None:
                return None
            values |= own
        return self.line(_sentence(clause.role, forms), values)

    def _wrapped(self, forms: Texts) -> tuple[Texts, dict[str, Value] | None]:
        outer = self.rng.choice([w for w in shared()["wrap"] if w.fits(self.frame)])
        return _around(outer.forms, forms, self.rng), self.scene.draw_all(outer.slots, list(outer.slots))

    def correction(self, name: str) -> Line | None:
        """What a figure is and what it is not."""
        slot = self.frame.slots[name]
        assert isinstance(slot, Slot2)
        assert slot.label is not None
        wrong = self.scene.near(slot, self.values[name])
        if wrong is None:
            return None
        text = self.rng.choice(shared()["correct"])
        forms = {
            lang: tuple(
                f.replace("{label}", slot.label[lang][0])
                .replace("{x}", f"{{{name}}}")
                .replace("{not_x}", f"{{{DENIED}{name}}}")
                for f in text.forms[lang]
            )
            for lang in LANGUAGES
        }
        return self.line(_sentence("correction", forms), {name: self.values[name], DENIED + name: wrong})

    def other(self, first: bool) -> Line | None:
        """Another event of another kind, with values of its own. first: it leads into the article."""
        # Its season is its own: a heat wave in a story of July alone.
        fitting = [f for f in load_frames() if f.id != self.frame.id and self.scene.region in f.scene]
        fitting = [f for f in fitting if self.scene.month in f.months]
        if not fitting:
            return None
        return self._brief(self.rng.choice(fitting), "other", first)

    def _brief(self, frame: Frame2, role: str, first: bool = False) -> Line | None:
        values = self.scene.draw_all(frame.brief_slots, frame.brief.slots)
        if values is None:
            return None
        around = self.rng.choice([s for s in shared()[role] if s.opens or not first])
        event = frame.event if role == "other" else None
        return self.line(_sentence(role, _around(around.forms, frame.brief.forms, self.rng), event), values)

    def earlier(self) -> Line | None:
        """An event of the same kind that is over, with values of its own."""
        return self._brief(self.frame, "earlier")

    def previous(self, clauses: list[Clause]) -> Line | None:
        """What was so the time before, in the words that tell this time: another name or number in the same place."""
        fitting = [(c, forms) for c in clauses if len(c.slots) == 1 and (forms := timeless(c.forms))]
        if not fitting:
            return None
        clause, forms = self.rng.choice(fitting)
        (name,) = clause.slots
        value = self.scene.draw(self.frame.slots[name])  # type: ignore[arg-type]
        if value is None or name in self.past:
            return None
        self.past.add(name)
        around = _around(self.rng.choice(shared()["previous"]).forms, forms, self.rng)
        renamed = {lang: tuple(f.replace(f"{{{name}", f"{{past_{name}") for f in around[lang]) for lang in LANGUAGES}
        return self.line(_sentence("previous", renamed), {f"past_{name}": value})

    def of(self, text: Shared, role: str) -> Line | None:
        """A sentence that all articles share."""
        values = self.scene.draw_all(text.slots, list(text.slots))
        return None if values is None else self.line(_sentence(role, text.forms), values)


def _plan(writer: Writer) -> list[Line] | None:
    """All lines in their order; None where the inventory has no value left for one."""
    frame, rng, straight = writer.frame, writer.rng, writer.scene.stock.straight
    lead = rng.choice([c for c in frame.clauses if c.role == "event"])
    news = [c for c in frame.clauses if c.role == "news"]
    details = [c for c in frame.clauses if c.role == "detail"]
    rng.shuffle(details)
    labelled = [c for c in news if len(c.slots) == 1 and getattr(frame.slots[c.slots[0]], "label", None)]
    corrected = rng.choice(labelled) if labelled and not straight and rng.random() < P_CORRECTED else None
    told = [c for c in news if not set(c.slots) <= set(lead.slots)]
    first: Line | None = writer.clause(lead)
    rest = [writer.correction(c.slots[0]) if c is corrected else writer.clause(c) for c in told]
    rest += [writer.clause(c) for c in details[: rng.randint(1, 2)]]
    fitting = [s for s in shared()["extra"] if s.fits(frame)]
    rest += [writer.of(s, "opener" if s.opens else "extra") for s in rng.sample(fitting, rng.randint(1, 2))]
    if rng.random() < P_EARLIER:
        rest.append(writer.earlier())
    before = [writer.previous(told) for _ in range(2) if rng.random() < P_PREVIOUS]
    if not straight and rng.random() < P_DENIED:
        rest.append(writer.of(rng.choice([s for s in shared()["deny"] if s.fits(frame)]), "deny"))
    leads = rng.random() < P_FIRST
    other = writer.other(leads) if rng.random() < P_OTHER else None
    if first is None or None in rest:
        return None
    lines = [line for line in (*rest, *before) if line is not None]
    rng.shuffle(lines)
    at = 0 if rng.random() < P_LEADS else rng.randint(1, 2)
    if at:  # what comes before the event must stand by itself
        lines.sort(key=lambda line: line.sentence.role not in OPENERS)
        at = min(at, sum(line.sentence.role in OPENERS for line in lines))
    lines.insert(at, first)
    if other is not None:
        lines.insert(0 if leads else rng.randint(at + 2, len(lines)), other)
    return lines


def _with_short_names(lines: list[Line]) -> tuple[Line, ...]:
    """Chinese may use the short name of what an earlier line has named."""
    named: set[str] = set()
    out = []
    for line in lines:
        again = frozenset(n for n, x in line.values.items() if x.type == "organisation" and x.key in named)
        named |= {x.key for x in line.values.values()}
        out.append(replace(line, short=again))
    return tuple(out)


def _titles(frame: Frame2, values: dict[str, Value], scene: Scene, lang: str) -> tuple[tuple[int, dict[str, int]], ...]:
    """Two or three gold titles as (form, surfaces), the longest first: a cut at the first one's length cuts none of
    them."""
    rng = scene.rng
    forms = frame.title[lang]
    free = [i for i, f in enumerate(forms) if scene.stock.form(f)] or list(range(len(forms)))
    made = []
    for i in rng.sample(free, min(rng.randint(*TITLES), len(free))):
        picks = {name: rng.randrange(x.n_forms[lang]) for name, x in values.items()}
        made.append((len(fill(forms[i], values, lang, picks)[0]), i, picks))
    made.sort(key=lambda m: (-m[0], m[1]))
    return tuple((i, picks) for _, i, picks in made)


def draw_article(
    frame: Frame2, stock: Stock, rng: random.Random, accept: Callable[[str, dict[str, Value]], bool]
) -> Article | None:
    """One random article of a frame; None when the draw does not fit or `accept(signature, salient values)` refuses."""
    scene = Scene(frame, stock, rng, rng.choice(frame.scene), rng.choice(frame.months))
    values = scene.draw_all(frame.slots, frame.salient)  # type: ignore[arg-type]
    if values is None or not accept(signature(frame, values), values):
        return None
    writer = Writer(scene, values)
    lines = _plan(writer)
    if lines is None:
        return None
    done = _with_short_names(lines)
    n_facts = (
        1
        + (frame.relation is not None)
        + len({(x.type, x.key) for line in done for n, x in line.values.items() if not n.startswith(DENIED)})
    )
    if not FACTS[0] <= n_facts <= FACTS[1]:
        return None
    own = dict(writer.values)
    plain = {n.removeprefix(DENIED) for line in done for n in line.values if line.sentence.role == "correction"}
    more = {lang: _titles(frame, {n: own[n] for n in frame.salient}, scene, lang) for lang in LANGUAGES}
    body = {
        lang: {
            n: 0 if x.type in (*ENTITY, "date") or n in plain else rng.randrange(x.n_forms[lang])
            for n, x in own.items()
        }
        for lang in LANGUAGES
    }
    return Article(frame, own, done, {lang: more[lang][0][0] for lang in LANGUAGES}, body, more)


def region_of(value: Value) -> str:
    """The region of a person or place; empty for what has none."""
    return by_key(value.type)[value.key].region if value.type in ("person", "place") else ""
