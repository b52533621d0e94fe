"""The gold facts of an article."""

from __future__ import annotations

import itertools

from benchmark.tasks.newswire.articles import DENIED, Article, fill
from benchmark.tasks.newswire.frames import IMPLICIT, SLOT
from benchmark.tasks.newswire.values import Value
from metrics.records import Fact


def relation_surfaces(article: Article, lang: str) -> tuple[str, ...]:
    """Every clause that states who did what to whom: relation forms times the accepted names of the roles."""
    out = []
    for form in (article.frame.relation or {}).get(lang, ()):
        names = sorted({m[1] for m in SLOT.finditer(form)})
        for surfaces in itertools.product(*(article.values[n].surfaces[lang] for n in names)):
            chosen = {
                n: Value(article.values[n].type, "", {lang: (s,)}, {lang: 1})
                for n, s in zip(names, surfaces, strict=True)
            }
            out.append(fill(form, chosen, lang)[0])
            if article.frame.symmetric and len(names) == 2:
                a, b = names
                out.append(fill(form, {a: chosen[b], b: chosen[a]}, lang)[0])
    return tuple(dict.fromkeys(out))


def facts(article: Article, lang: str) -> list[Fact]:
    """Everything the article states, event first, then relation, then slots in order of appearance; target surfaces in
    `lang`."""
    frame = article.frame
    found = [Fact("event", frame.event["zh"], frame.event[lang], 1.0)]
    if frame.relation:
        found.append(Fact("relation", relation_surfaces(article, "zh"), relation_surfaces(article, lang), 0.9))
    seen: set[tuple[str, str]] = set()
    for line in article.lines:
        if line.sentence.event:
            found.append(Fact("event", line.sentence.event["zh"], line.sentence.event[lang], 0.3))
        for name, value in line.values.items():
            if name.startswith(DENIED):
                continue  # what the article says is not so is no fact of it
            own = frame.slots.get(name, IMPLICIT.get(name)) if article.values.get(name) == value else None
            if (value.type, value.key) not in seen:
                seen.add((value.type, value.key))
                found.append(Fact(value.type, value.surfaces["zh"], value.surfaces[lang], own.salience if own else 0.1))
    return found
