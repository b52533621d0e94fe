"""Scripts that a weekend's work makes of D_para: what a model has to beat before it is said to understand anything.

`benchmark.leaderboard.baselines` has the rows that stand on boards; these are harder, and are run on a task by name
(`data world`).
A system learns from the sources, references and facts of D_para alone. `lexicon` gives a script the words of all
facts of the test
split, too, which no system has: what is left then is not vocabulary.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from benchmark.leaderboard.baselines import Material
from benchmark.leaderboard.dictionary import Dictionary
from metrics.inventory import CLAUSE_TYPES
from metrics.records import Example, Fact

_SENTENCE = re.compile(r"[。！？!?\n]")
CONTEXT = 4
"""Characters beside a name or figure that tell a slot from another."""


def lead_dictionary(m: Material, lexicon: bool = False) -> list[str]:
    """What the dictionary says, word for word, of the first sentence with an event it knows (else of the first)."""
    known = _words(m, lexicon)
    events = _events(m.pairs)
    out = []
    for e in m.examples:
        sentences = [s for s in _SENTENCE.split(e.source) if s]
        lead = next((s for s in sentences if any(z in s for z in events)), sentences[0])
        event = next((t for z, t in events.items() if z in lead), "")
        out.append(" ".join(filter(None, [event, *(text for _, text in known.read(lead))])))
    return out


def all_sentences(m: Material, lexicon: bool = False) -> list[str]:
    """A title of D_para with the same event, its slots filled from the whole article by what stands beside them.

    For each kind of event (its Chinese words) the script keeps the titles as patterns with a slot for each fact, and
    for each slot the characters beside it in the sources of D_para. Of what the dictionary finds in a source, the slot
    takes what has the most of them.
    """
    known, patterns, beside = _words(m, lexicon), _patterns(m.pairs), _contexts(m.pairs)
    units = _units([*m.pairs, *(m.examples if lexicon else ())])
    common = Counter(p for found in patterns.values() for p in found).most_common()
    fallback = [p for p, _ in common[:1]]
    out = []
    for e in m.examples:
        event = _event_of(e.source, patterns)
        found = [
            (kind, text, _around(e.source, start, end))
            for kind, text, start, end in _located(known, units, e.source, e.target_lang)
        ]
        best, most = "", (-1, 0.0, 0)
        for title, slots in sorted(patterns.get(event, ())) or fallback:
            taken, score, text = set[int](), 0.0, title
            for n, (kind, which) in enumerate(slots):
                rated = [
                    (_alike(around, beside[event, kind, which]), -i, i)
                    for i, (k, _, around) in enumerate(found)
                    if k == kind and i not in taken
                ]
                if rated:
                    value, _, i = max(rated)
                    taken.add(i)
                    score += value
                    text = text.replace(f"\0{n}\0", found[i][1])
            whole = (len(taken), round(score, 6), -len(text))
            if whole > most:
                best, most = re.sub("\0[0-9]+\0", "", text), whole
        out.append(best)
    return out


SCRIPTS: dict[str, Callable[[Material, bool], list[str]]] = {
    "lead-dictionary": lead_dictionary,
    "all-sentences": all_sentences,
}
"""name -> script(material, lexicon)."""

Slot = tuple[str, int]
"""Fact type, and which of the salient facts of this type it is, in the order of the facts."""
Pattern = tuple[str, tuple[Slot, ...]]
"""A title with \\0n\\0 in place of its facts, and its slots."""


def _words(m: Material, lexicon: bool) -> Dictionary:
    return Dictionary([*m.pairs, *(m.examples if lexicon else ())])


def _main(example: Example) -> Fact | None:
    return next((f for f in example.facts or () if f.type == "event" and f.salient), None)


def _events(pairs: Sequence[Example]) -> dict[str, str]:
    found = {z: f.target[0] for e in pairs if (f := _main(e)) for z in f.source}
    return dict(sorted(found.items(), key=lambda item: (-len(item[0]), item[0])))


def _patterns(pairs: Sequence[Example]) -> dict[str, set[Pattern]]:
    """First Chinese word of an event -> the patterns of its titles."""
    out: dict[str, set[Pattern]] = defaultdict(set)
    for e in pairs:
        event = _main(e)
        for title in e.reference or () if event else ():
            slots: list[Slot] = []
            text = title
            for fact, which in _in_order(e, title):
                surface = max((s for s in fact.target if s in text), key=len)
                text = text.replace(surface, f"\0{len(slots)}\0", 1)
                slots.append((fact.type, which))
            assert event is not None
            for word in event.source:
                out[word].add((text, tuple(slots)))
    return out


def _salient(e: Example) -> list[tuple[Fact, int]]:
    """Salient facts that are names or numbers, each with which of its type it is."""
    facts = [f for f in e.facts or () if f.salient and f.type not in (*CLAUSE_TYPES, "event")]
    return [(f, sum(other.type == f.type for other in facts[:i])) for i, f in enumerate(facts)]


def _in_order(e: Example, title: str) -> list[tuple[Fact, int]]:
    stated = [
        (min(title.find(s) for s in f.target if s in title), which, f)
        for f, which in _salient(e)
        if any(s in title for s in f.target)
    ]
    return [(f, which) for _, which, f in sorted(stated, key=lambda item: item[:2])]


def _contexts(pairs: Sequence[Example]) -> dict[tuple[str, str, int], Counter[str]]:
    """(event, type, which of its type in the order of the facts) -> characters seen beside it in sources."""
    out: dict[tuple[str, str, int], Counter[str]] = defaultdict(Counter)
    for e in pairs:
        event = _main(e)
        for fact, which in _salient(e) if event else ():
            assert event is not None
            for word in event.source:
                for surface in fact.source:
                    at = e.source.find(surface)
                    if at >= 0:
                        out[word, fact.type, which].update(_around(e.source, at, at + len(surface)))
    return out


def _around(text: str, start: int, end: int) -> list[str]:
    left, right = text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
    return [f"<{left[i:]}" for i in range(len(left))] + [f">{right[:i]}" for i in range(1, len(right) + 1)]


def _alike(around: Sequence[str], seen: Counter[str]) -> float:
    total = sum(seen.values()) or 1
    return sum(len(piece) * min(seen[piece], 5) for piece in around) / total**0.5


def _event_of(source: str, patterns: dict[str, set[Pattern]]) -> str:
    """The event that the source names first, among those that D_para has; the longest word where two begin there."""
    found = [(source.find(word), -len(word), word) for word in patterns if word in source]
    return min(found)[2] if found else ""


# ---- numbers: what a unit is called, and the number itself written in figures -------------------------------------

_NUMBER = {
    "zh": re.compile(r"([0-9][0-9,.]*)(万|亿)?"),
    "th": re.compile(r"([0-9][0-9,.]*)(?: ?(แสนล้าน|หมื่นล้าน|พันล้าน|ล้าน|แสน|หมื่น|พัน))?"),
    "bo": re.compile(r"(ཁྲི་|དུང་ཕྱུར་)?([0-9][0-9,.]*)"),
}
_SCALE = {"万": 10**4, "亿": 10**8, "พัน": 10**3, "หมื่น": 10**4, "แสน": 10**5, "ล้าน": 10**6, "พันล้าน": 10**9}
_SCALE |= {"หมื่นล้าน": 10**10, "แสนล้าน": 10**11, "ཁྲི་": 10**4, "དུང་ཕྱུར་": 10**8}
Units = dict[str, tuple[str, str]]
"""Chinese surface with \\0 for its number -> (type, target surface with \\0)."""


def _value(match: re.Match[str]) -> float:
    one, other = match.groups()
    figures, scale = (other, one) if one in _SCALE else (one or other, other if one else None)
    return round(float(figures.replace(",", "").rstrip(".")) * _SCALE.get(scale or "", 1), 4)


def _units(pairs: Sequence[Example]) -> Units:
    """What D_para says of the surfaces that hold one number of the same value."""
    counted: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for e in pairs:
        for fact in e.facts or ():
            if fact.type not in ("quantity", "money", "percentage"):
                continue
            for zh in fact.source:
                ours, theirs = _NUMBER["zh"].search(zh), _NUMBER[e.target_lang].search(fact.target[0])
                if ours and theirs and _value(ours) == _value(theirs):
                    cut = fact.target[0][: theirs.start()] + "\0" + fact.target[0][theirs.end() :]
                    counted[zh[: ours.start()] + "\0" + zh[ours.end() :]][fact.type, cut] += 1
    return {zh: found.most_common(1)[0][0] for zh, found in counted.items()}


def _figures(n: float, lang: str) -> str:
    if lang == "bo" and n >= 10**4:
        return f"དུང་ཕྱུར་{n / 10**8:g}" if n >= 10**8 else f"ཁྲི་{n / 10**4:g}"
    return f"{n / 10**6:g} ล้าน" if lang == "th" and n >= 10**6 else f"{n:,.10g}"


def _located(known: Dictionary, units: Units, text: str, lang: str) -> list[tuple[str, str, int, int]]:
    """What the dictionary knows in a text and the numbers with a unit, the longest first, without overlap."""
    found = [hit for hit in known.located(text) if not re.search("[0-9]", text[hit[2] : hit[3]]) or hit[0] == "date"]
    for zh, (kind, target) in units.items():
        head, _, tail = zh.partition("\0")
        for match in re.finditer(re.escape(head) + f"({_NUMBER['zh'].pattern})" + re.escape(tail), text):
            n = _value(_NUMBER["zh"].fullmatch(match[1]))  # type: ignore[arg-type]
            found.append((kind, target.replace("\0", _figures(n, lang)), match.start(), match.end()))
    taken, kept = set[int](), []
    for hit in sorted(found, key=lambda h: (h[2] - h[3], h[2])):
        if taken.isdisjoint(range(hit[2], hit[3])):
            taken |= set(range(hit[2], hit[3]))
            kept.append(hit)
    return sorted(kept, key=lambda h: h[2])
