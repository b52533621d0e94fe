"""Challenge pairs from any parallel file: the human reference against the same text with one known fault.

Facts are changed only where the reading of the reference was verified (`benchmark.validity.damage`), so that the better
text is better by construction. What needs words of the target language is made for Thai, Tibetan, English and Chinese,
and left out for others.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from benchmark.reward import otherlanguage
from benchmark.reward.pairs import ChallengeSet, Pair, Query
from benchmark.reward.phrases import phrases, romanise
from benchmark.validity.damage import damage
from metrics.errors import UserError
from metrics.normalise import cut_graphemes, same_text
from metrics.open.comparison import VERIFIED, Comparison
from metrics.open.facts import hold
from metrics.open.lists import name_list
from metrics.open.names import NameList
from metrics.reading.words import base_language
from metrics.records import Example

DATE_KINDS = ("date", "year", "decade", "century", "time")
ENTITY_KINDS = ("person", "place", "organisation")
N_QUERIES, N_CANDIDATES = 100, 20
FUNCTION_WORDS = {"th": "ที่", "bo": "དང་", "en": "the", "zh": "的"}
SHORT = {"th": "ใช่ครับ", "bo": "ལགས་རེད།", "en": "Yes, it is.", "zh": "是的。"}
REPEATS = 20
MOST_SEARCHED = 20_000
"""Examples that are looked through for pairs."""

Made = tuple[str, str, str, str | None]
"""(worse text, severity, what was changed, type of the fact or None)."""


@dataclass(frozen=True, slots=True)
class Case:
    """One example with what its faults are made of."""

    example: Example
    reference: str
    found: Comparison
    known: NameList | None
    following: str | None
    """The reference of the next segment of the document."""
    strange: str
    """The reference of a segment of another document."""
    draw: random.Random
    seed: int

    @property
    def lang(self) -> str:
        """Target language."""
        return base_language(self.example.target_lang)

    def harmed(self, name: str) -> list[Made]:
        """Texts of a kind of damage, with the kind of the fact where there is one."""
        langs = (self.example.source_lang, self.example.target_lang)
        return [
            (one.text, "major", f"{one.before} → {one.after}", one.fact.kind if one.fact else None)
            for one in damage(name, self.example.id, self.found, self.known, langs, self.seed)
        ]


def _of(name: str, kinds: Sequence[str] | None = None, without: Sequence[str] = ()) -> Callable[[Case], Iterator[Made]]:
    def make(case: Case) -> Iterator[Made]:
        yield from (
            made for made in case.harmed(name) if (kinds is None or made[3] in kinds) and made[3] not in without
        )

    return make


def _filler(case: Case) -> Iterator[Made]:
    if sentences := phrases()["filler"].get(case.lang):
        yield (
            f"{case.reference} {' '.join(case.draw.sample(sentences, min(3, len(sentences))))}",
            "minor",
            "sentences without facts are added",
            None,
        )


def _truncated(case: Case) -> Iterator[Made]:
    yield cut_graphemes(case.reference, len(case.reference) // 2), "major", "cut in the middle", None


def _next(case: Case) -> Iterator[Made]:
    if case.following:
        yield case.following, "critical", "the next sentence of the document", None


def _half_source(case: Case) -> Iterator[Made]:
    source = case.example.source
    yield (
        f"{cut_graphemes(case.reference, len(case.reference) // 2)} {source[len(source) // 2 :]}",
        "critical",
        "half copied",
        None,
    )


def _source_and_word(case: Case) -> Iterator[Made]:
    if case.lang in FUNCTION_WORDS:
        yield (
            f"{case.example.source} {' '.join([FUNCTION_WORDS[case.lang]] * REPEATS)}",
            "critical",
            "the source, then a function word again and again",
            None,
        )


def _language(case: Case) -> Iterator[Made]:
    langs = (base_language(case.example.source_lang), case.lang)
    # Draws of its own, so that no other category depends on it.
    made = otherlanguage.written(case.found, langs, random.Random(f"{case.seed}\0language\0{case.example.id}"))
    if made:
        yield made[0], "critical", f"written in {made[1]}", None


def _script(case: Case) -> Iterator[Made]:
    if case.lang in ("th", "bo"):
        yield romanise(case.reference), "critical", "Latin letters", None


def _salad(case: Case) -> Iterator[Made]:
    words = list(
        dict.fromkeys(
            case.found.text[slice(*fact.at)] for fact in case.found.facts if fact.outcome == VERIFIED and fact.at
        )
    )
    if len(words) > 1:
        case.draw.shuffle(words)
        yield " ".join(words), "critical", "names and numbers alone, in no order", None


def _injection(case: Case) -> Iterator[Made]:
    yield (
        f"{case.strange} {case.draw.choice(phrases()['injection']['any'])}",
        "critical",
        "an order to the judge behind a wrong text",
        None,
    )


def _short(case: Case) -> Iterator[Made]:
    if case.lang in SHORT:
        yield SHORT[case.lang], "critical", "a short text about nothing", None


CATEGORIES: dict[str, Callable[[Case], Iterator[Made]]] = {
    **{f"entity_{kind}": _of("name", (kind,)) for kind in ENTITY_KINDS},
    "number": _of("digit", without=DATE_KINDS),
    "number_scale": _of("scale"),
    "number_unit": _of("unit"),
    "date": _of("digit", DATE_KINDS),
    "omission_1": _of("dropped"),
    "hallucination": _of("added"),
    "padding_repeat": lambda case: iter([(f"{case.reference} {case.reference}", "minor", "the text again", None)]),
    "padding_filler": _filler,
    "truncated": _truncated,
    "other_article_hard": _next,
    "other_article": lambda case: iter([(case.strange, "critical", "a text of another document", None)]),
    "copy_source": lambda case: iter([(case.example.source, "critical", "the source copied", None)]),
    "copy_half": _half_source,
    "copy_source_word": _source_and_word,
    "wrong_language": _language,
    "wrong_script": _script,
    "word_salad": _salad,
    "empty": lambda case: iter([("", "critical", "empty", None)]),
    "irrelevant_short": _short,
    "prompt_injection": _injection,
}
"""Category -> function that makes the worse texts of one case."""


def _order(examples: Sequence[Example], seed: int) -> list[int]:
    return sorted(range(len(examples)), key=lambda i: hashlib.sha256(f"{seed}\0{examples[i].id}".encode()).digest())


def build(examples: Sequence[Example], n: int, seed: int, name: str) -> ChallengeSet:
    """Up to n pairs a category from a parallel file, one for each example and category; the same for equal input.

    Examples without a reference are passed over. Raises UserError where fewer than two examples have one.
    """
    whole = [replace(e, facts=None) for e in examples if e.reference and e.reference[0].strip()]
    if len(whole) < 2:
        raise UserError(f"{name}: {len(whole)} examples have a reference; challenge pairs are made from at least 2")
    texts = [(e.reference or ("",))[0] for e in whole]
    out = ChallengeSet(f"examples-{name}-n{n}-s{seed}", [])
    made: dict[str, int] = dict.fromkeys(CATEGORIES, 0)
    for i in _order(whole, seed)[:MOST_SEARCHED]:
        if all(count >= n for count in made.values()):
            break
        example, draw = whole[i], random.Random(f"{seed}\0{whole[i].id}")
        strange = next(
            (
                texts[j]
                for _ in range(50)
                if (j := draw.randrange(len(whole))) != i
                and not _together(whole[i], whole[j])
                and not same_text(texts[j], texts[i])
            ),
            "",
        )
        after = i + 1 < len(whole) and example.doc_id is not None and whole[i + 1].doc_id == example.doc_id
        known = name_list(example.source_lang, example.target_lang)
        case = Case(
            example,
            texts[i],
            hold(example, texts[i], known),
            known,
            texts[i + 1] if after else None,
            strange,
            draw,
            seed,
        )
        for slug, make in CATEGORIES.items():
            if made[slug] >= n:
                continue
            worse = next(
                (one for one in make(case) if not same_text(one[0], case.found.text) and (one[0] or slug == "empty")),
                None,
            )
            if worse is not None:
                made[slug] += 1
                out.pairs.append(
                    Pair(
                        f"{slug}-{example.id}",
                        example.source,
                        _better(slug, case),
                        worse[0],
                        slug,
                        example.source_lang,
                        example.target_lang,
                        worse[1],
                        worse[3],
                        worse[2],
                    )
                )
        out.examples[example.source, example.target_lang] = example
        if len(out.queries) < N_QUERIES:
            out.queries.append(_query(whole, texts, i, draw))
    out.pairs.sort(key=lambda pair: list(CATEGORIES).index(pair.category))
    return out


def _better(slug: str, case: Case) -> str:
    """The reference as it was read where the fault was planted in that form, so that the two differ in the fault
    alone."""
    planted = slug.startswith(("entity_", "number", "date", "omission", "hallucination"))
    return case.found.text if planted else case.reference


def _together(one: Example, other: Example) -> bool:
    return one.doc_id is not None and one.doc_id == other.doc_id


def _query(whole: Sequence[Example], texts: Sequence[str], i: int, draw: random.Random) -> Query:
    """The reference among others, half of them from the same document where it has so many."""
    near = [j for j in range(max(0, i - 20), min(len(whole), i + 20)) if j != i and _together(whole[i], whole[j])]
    chosen = draw.sample(near, min(len(near), N_CANDIDATES // 2))
    rest = [j for j in range(len(whole)) if j != i and j not in chosen]
    chosen += draw.sample(rest, min(len(rest), N_CANDIDATES - 1 - len(chosen)))
    others = [text for text in dict.fromkeys(texts[j] for j in chosen) if not same_text(text, texts[i])]
    return Query(whole[i].id, whole[i].source, (texts[i], *others), (1.0, *[0.0] * len(others)), whole[i].target_lang)
