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
    for each slot the
    characters beside it in the sources of D_para. Of what the dictionary finds in a source, the slot takes what has
    the most of them.
    """
    known, patterns, beside = _words(m, lexicon), _patterns(m.pairs), _contexts(m.pairs)
    common = Counter(p for found in patterns.values() for p in found).most_common()
    fallback = [p for p, _ in common[:1]]
    out = []
    for e in m.examples:
        event = _event_of(e.source, patterns)
        found = [(kind, text, _around(e.source, start, end)) for kind, text, start, end in known.located(e.source)]
        best, most = "", (-1, 0.0)
        for title, slots in sorted(patterns.get(event, ())) or fallback:
            taken, score, text = set[int](), 0.0, title
            for n, kind in enumerate(slots):
                rated = [
                    (_alike(around, beside[event, kind, n_of(slots, n)]), -i, i)
                    for i, (k, _, around) in enumerate(found)
                    if k == kind and i not in taken
                ]
                if rated:
                    value, _, i = max(rated)
                    taken.add(i)
                    score += value
                    text = text.replace(f"\0{n}\0", found[i][1])
            whole = (len(taken), score)
            if whole > most:
                best, most = re.sub("\0[0-9]+\0", "", text), whole
        out.append(best)
    return out


SCRIPTS: dict[str, Callable[[Material, bool], list[str]]] = {
    "lead-dictionary": lead_dictionary,
    "all-sentences": all_sentences,
}
"""name -> script(material, lexicon)."""

Pattern = tuple[str, tuple[str, ...]]
"""A title with \\0n\\0 in place of its facts, and the types of the slots."""


def n_of(slots: Sequence[str], n: int) -> int:
    """Which of the slots of its type slot n is."""
    return sum(kind == slots[n] for kind in slots[:n])


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
            slots: list[str] = []
            text = title
            for fact in _in_order(e, title):
                surface = max((s for s in fact.target if s in text), key=len)
                text = text.replace(surface, f"\0{len(slots)}\0", 1)
                slots.append(fact.type)
            assert event is not None
            for word in event.source:
                out[word].add((text, tuple(slots)))
    return out


def _in_order(e: Example, title: str) -> list[Fact]:
    stated = [
        (min(title.find(s) for s in f.target if s in title), f)
        for f in e.facts or ()
        if f.salient and f.type not in (*CLAUSE_TYPES, "event") and any(s in title for s in f.target)
    ]
    return [f for _, f in sorted(stated, key=lambda item: item[0])]


def _contexts(pairs: Sequence[Example]) -> dict[tuple[str, str, int], Counter[str]]:
    """(event, type, which of its type in the order of the facts) -> characters seen beside it in sources."""
    out: dict[tuple[str, str, int], Counter[str]] = defaultdict(Counter)
    for e in pairs:
        event, seen = _main(e), Counter[str]()
        for fact in e.facts or ():
            if event is None or not fact.salient or fact.type in (*CLAUSE_TYPES, "event"):
                continue
            for word in event.source:
                for surface in fact.source:
                    at = e.source.find(surface)
                    if at >= 0:
                        out[word, fact.type, seen[fact.type]].update(_around(e.source, at, at + len(surface)))
            seen[fact.type] += 1
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
