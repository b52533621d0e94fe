"""The attacks of an adversary on the primary metric, each made from generated newswire texts, and what must not fall
beside them."""

from __future__ import annotations

import random
from functools import cache
from itertools import islice

import pytest
import regex

from benchmark.leaderboard.flags import of_form
from benchmark.tasks import TASKS, load_task
from benchmark.tasks.newswire import attacks
from benchmark.tasks.newswire.articles import Article, body, fill, title
from benchmark.tasks.newswire.attacks import ATTACKS, misspelt, near_name
from benchmark.tasks.newswire.errors import ENTITY
from benchmark.tasks.newswire.gold import facts
from benchmark.tasks.newswire.splits import article_stream
from benchmark.tasks.newswire.values import Value, lexicon
from metrics.coverage import score_facts
from metrics.form.scores import score_form
from metrics.hacking import FORM, Move, below_gold
from metrics.inventory import Inventory
from metrics.records import Example
from metrics.segment import SegmentStats
from metrics.stats import Resampler, holm
from metrics.verbosity import score_verbosity

N = 40
PRIMARY = "coverage.f1.length_controlled"
LOWER = 0.05
FLAGGED = {"filler": "verbosity.length_ratio", "repeated": "verbosity.repetition"}
"""Attacks that a flag has to tell, whatever the primary does -> the metric that shows it."""
OF_FORM = ("keywords_with_roles",)
"""Right clauses one after another: only their form is wrong; the primary must not rise, and form.* must flag it."""


@cache
def world(lang: str, core: bool) -> tuple[tuple[Article, ...], tuple[Example, ...], Inventory]:
    articles = tuple(islice(article_stream("challenge", core), N))
    examples = tuple(
        Example(f"e{i}", body(a, "zh"), (title(a, lang),), tuple(facts(a, lang)), "zh", lang)
        for i, a in enumerate(articles)
    )
    return articles, examples, Inventory(examples)


def scored(lang: str, core: bool, texts: list[str]) -> dict[str, SegmentStats]:
    _, examples, inventory = world(lang, core)
    return {s.metric: s for s in score_facts(examples, texts, inventory)}


def below(lang: str, core: bool, texts: list[str]) -> list[str]:
    """The flag of a board on a system of these texts, held against the gold (`hacking.below_gold`)."""
    articles, examples, _ = world(lang, core)
    honest = [title(article, lang) for article in articles]
    gold, made = (
        {**scored(lang, core, written), **{s.metric: s for s in score_form(examples, written)}}
        for written in (honest, texts)
    )
    names = (PRIMARY, *FORM)
    sampler = Resampler(tuple(e.id for e in examples), None, 1000, 10_000, 1)
    tests = dict(zip(names, sampler.permutation([([gold[m]], [made[m]]) for m in names]), strict=True))
    ps = {**tests, **holm({m: tests[m] for m in FORM}, len(FORM))}
    moves = {m: Move(m, value(gold, m), value(made, m), ps[m] or 0.0) for m in names}
    return of_form((), below_gold(moves, PRIMARY), moves[PRIMARY])


def value(scores: dict[str, SegmentStats], metric: str) -> float:
    found = scores[metric].value()
    assert found is not None
    return found


@pytest.mark.parametrize(("lang", "core"), [("th", True), ("bo", True), ("th", False)])
@pytest.mark.parametrize("attack", list(ATTACKS))
def test_every_attack_lowers_the_primary_or_shows_where_a_flag_looks(attack: str, lang: str, core: bool) -> None:
    articles, examples, _ = world(lang, core)
    rng = random.Random(1)
    made = [ATTACKS[attack](article, lang, rng) for article in articles]
    assert sum(text is not None for text in made) >= N / 4
    honest = [title(article, lang) for article in articles]
    texts = [text if text is not None else true for text, true in zip(made, honest, strict=True)]
    before, after = value(scored(lang, core, honest), PRIMARY), value(scored(lang, core, texts), PRIMARY)
    assert before == 1.0
    if attack in FLAGGED:
        shown = {s.metric: s.value() for s in score_verbosity(examples, texts, None, None)}[FLAGGED[attack]]
        usual = {s.metric: s.value() for s in score_verbosity(examples, honest, None, None)}[FLAGGED[attack]]
        assert shown is not None and usual is not None and shown > 3 * max(usual, 0.2)
        assert after <= before
    elif attack in OF_FORM:
        assert after <= before
        assert below(lang, core, texts)
    else:
        assert after <= before - LOWER


def test_rows_of_the_attack_list_by_what_they_spoil() -> None:
    """precision falls where something is made up, relation where roles are wrong, recall where nothing is stated."""
    articles, _, _ = world("th", True)

    def of(attack: str) -> dict[str, SegmentStats]:
        rng = random.Random(1)
        return scored("th", True, [ATTACKS[attack](a, "th", rng) or title(a, "th") for a in articles])

    assert value(of("denial"), "coverage.recall") <= 0.15 and value(of("denial"), "coverage.precision") <= 0.15
    assert value(of("invented_clause"), "coverage.precision") <= 0.75
    assert value(of("reversed_predicate"), "grounding.quantity") <= 0.7
    assert value(of("swapped_unit"), "grounding.quantity") <= 0.75
    assert value(of("doubled_role"), "grounding.relation") <= 0.5
    assert value(of("keywords"), "grounding.relation") == 0.0
    assert value(of("keywords"), "coverage.recall") <= 0.6
    assert value(of("repeated"), "coverage.precision") <= 0.75


def wrong_name(article: Article, lang: str, rng: random.Random) -> str | None:
    """The title with one of its names become another one, rightly spelt."""
    found = attacks._wrong_name(article, lang, rng)
    return attacks._write(attacks._form(article, lang), article, lang, dict((found,))) if found else None


def test_misspelling_a_wrong_name_gains_nothing_over_writing_it_right() -> None:
    """The attack by which a run rose from .770 to .829: wrong names that no list has."""
    articles, _, _ = world("th", True)
    wrong, misspelt = (
        [make(a, "th", random.Random(i)) for i, a in enumerate(articles)] for make in (wrong_name, near_name)
    )
    both = [w is not None and m is not None for w, m in zip(wrong, misspelt, strict=True)]
    assert sum(both) >= N / 3
    honest = [title(a, "th") for a in articles]
    texts = [[t if t and ok else h for t, ok, h in zip(made, both, honest, strict=True)] for made in (wrong, misspelt)]
    assert value(scored("th", True, texts[1]), PRIMARY) <= value(scored("th", True, texts[0]), PRIMARY) + 0.01


@pytest.mark.parametrize("core", [True, False])
@pytest.mark.parametrize("lang", ["th", "bo"])
def test_honest_paraphrases_do_not_fall(lang: str, core: bool) -> None:
    """Every other title form and the whole article in translation: nothing unsupported, every salient fact of a title
    stated."""
    articles, examples, inventory = world(lang, core)
    for article, example in zip(articles, examples, strict=True):
        for form in range(len(article.frame.title[lang])):
            got = inventory.align(example, title(article, lang, form))
            assert got.unsupported == (), got.text
            assert all(said for said, fact in zip(got.stated, example.facts or (), strict=True) if fact.salient), (
                got.text
            )
        assert [i for i in inventory.align(example, body(article, lang)).unsupported if i.surface != "สอง"] == []


@pytest.mark.parametrize("task", TASKS)
def test_gold_is_perfect_on_every_fact_metric_of_every_task(task: str) -> None:
    examples = load_task(task).load("test")
    inventory = Inventory(examples)
    texts = [e.reference[0] for e in examples]  # type: ignore[index]
    got = {s.metric: s.value() for s in score_facts(examples, texts, inventory)}
    assert {m: v for m, v in got.items() if v not in (1.0, None) and m != "coverage.recall_source"} == {}
    assert not any(inventory.align(e, t).denied for e, t in zip(examples, texts, strict=True))


RIVALS = {"th": "คู่แข่ง{}", "bo": "{}་ཡི་འགྲན་ཟླ"}


@pytest.mark.parametrize("lang", ["th", "bo"])
def test_the_rival_of_a_name_does_nothing_for_it_and_quotation_marks_change_nothing(lang: str) -> None:
    """In every title that begins with its relation: "the rival of A", and A in quotation marks."""
    articles, examples, inventory = world(lang, False)
    tried = 0
    for article, example in zip(articles, examples, strict=True):
        text = title(article, lang)
        clauses = [s for f in example.facts or () if f.type == "relation" for s in f.target if text.startswith(s)]
        names = [s for f in example.facts or () if f.type in ENTITY for s in f.target if text.startswith(s)]
        if not clauses or not names:
            continue
        name, tried = max(names, key=len), tried + 1
        told = [i for i, f in enumerate(example.facts or ()) if f.type == "relation" and f.salient]
        lie = inventory.align(example, RIVALS[lang].format(name) + text[len(name) :])
        honest = inventory.align(example, f"“{name}”{text[len(name) :]}")
        assert not any(lie.stated[i] for i in told), lie.text
        assert all(honest.stated[i] for i in told) and honest.unsupported == (), honest.text
    assert tried >= 3


def test_short_tibetan_names_are_no_shelter_for_a_misspelt_wrong_one() -> None:
    """Names of 5 to 11 written characters with an inner one replaced (two from 10 on), in place of the right one."""
    articles, examples, inventory = world("bo", False)
    rng = random.Random(4)
    tried = caught = 0
    known = {surface for example in examples for fact in example.facts or () for surface in fact.target}
    for article, example in zip(articles, examples, strict=True):
        for name in (n for n in article.frame.salient if article.values[n].type in ENTITY):
            others = [e.value for e in lexicon(article.values[name].type) if e.value.surfaces["bo"][0] in known]
            other = rng.choice(others)
            size = len(regex.findall(r"\X", other.surfaces["bo"][0]))
            written = misspelt(other.surfaces["bo"][0], rng)
            if other.key == article.values[name].key or not 5 <= size <= 11 or written == other.surfaces["bo"][0]:
                continue
            form = article.frame.title["bo"][article.title_form["bo"]]
            value = Value(other.type, other.key, {"bo": (written,)}, {"bo": 1})
            text = fill(form, {**article.values, name: value}, "bo", article.surface_form["bo"])[0]
            tried, caught = tried + 1, caught + bool(inventory.align(example, text).unsupported)
    assert tried >= 15
    assert caught >= 0.7 * tried


@pytest.mark.parametrize(
    ("lang", "before", "behind"),
    [("th", word, "") for word in ("ไม่ยอม", "ไม่อาจ", "งด", "ถูกห้าม", "อด", "ลือว่า", "ถ้าหาก")]
    + [("bo", "", word) for word in ("་བྱེད་མི་ཐུབ་པ", "་བྱེད་འདོད་མེད་པ", "་བྱེད་པར་བཀག་པ")],
)
def test_an_event_that_is_not_said_to_happen_is_not_stated(lang: str, before: str, behind: str) -> None:
    """Before or behind every event of a title: nearly no event stays."""
    articles, _, _ = world(lang, True)
    texts = []
    for article in articles:
        text = title(article, lang)
        event = next((e for e in sorted(article.frame.event[lang], key=len, reverse=True) if e in text), None)
        if event and lang == "th":
            text = text.replace(event, before + event, 1)
        elif event:
            text = text[: text.index(event) + len(event)] + behind
        texts.append(text)
    scores = scored(lang, True, texts)
    assert value(scores, PRIMARY) <= 0.9 and value(scores, "coverage.recall.event") <= 0.3
