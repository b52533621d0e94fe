"""Candidates of world 2: relevance is what a text conveys and whether it is true, at every length, without filler."""

from __future__ import annotations

import random
from itertools import islice, pairwise
from typing import Any

import numpy as np
import pytest

from benchmark.tasks.newswire import title_example
from benchmark.tasks.newswire.articles import DENIED, Article, titles
from benchmark.tasks.newswire.attacks import phrases
from benchmark.tasks.newswire.corpora import CORPORA
from benchmark.tasks.newswire.world2 import candidates, splits, units, writer
from metrics.inventory import Inventory

N = 60


@pytest.fixture(scope="module")
def stories() -> list[Article]:
    return list(islice(splits.article_stream("reranker", True, 1), N))


def _straight(article: Article) -> bool:
    return not any(n.startswith(DENIED) for line in article.lines for n in line.values)


def test_relevance_is_the_same_for_the_same_facts_and_grows_with_each_true_sentence(stories: list[Article]) -> None:
    for article in stories:
        w = candidates.Candidates(article, random.Random(1), "th")
        lengths, labels = zip(
            *(
                (len(text), w.relevance(checks))
                for i in range(len(article.frame.title["th"]))
                for text, checks in [w.title(0, i)]
            ),
            strict=True,
        )
        assert len(set(labels)) == 1 and len(set(lengths)) > 1, "length is nothing, facts are all"
        lines = [line for line in article.lines if any(not n.startswith(DENIED) for n in line.values)]
        grown = [w.relevance(w.story(0, lines[:k], False)[1]) for k in range(1, len(lines) + 1)]
        assert grown == sorted(grown) and grown[0] < grown[-1] <= 1
        assert grown[-1] > 0.95, "the whole article conveys all of it"
        assert 0.3 < labels[0] < grown[-1]


def test_an_error_costs_and_two_cost_more(stories: list[Article]) -> None:
    costs = []
    for article in stories:
        w = candidates.Candidates(article, random.Random(2), "th")
        right, one, two = (w.relevance(w.title(n, 0)[1]) for n in (0, 1, 2))
        assert right > one >= two
        costs.append(right - one)
    assert min(costs) > 0.1


def test_every_candidate_states_something_and_the_metrics_see_its_errors(stories: list[Article]) -> None:
    """No filler: every candidate has a fact, every sentence of a story, too. Errors are found by coverage.*, true
    titles are clean."""
    examples = [title_example(a, i, "test", "th", True, "x") for i, a in enumerate(stories)]
    inventory, rng = Inventory(examples), random.Random(3)
    seen = missed = 0
    for article, example in zip(stories[4:], examples[4:], strict=True):
        made = candidates.row(article, stories[:4], rng)["candidates"]
        assert 8 <= len(made) <= 18
        assert all(c["checks"] and c["text"] and 0 <= c["label"] <= 1 for c in made)
        assert made[0]["label"] > made[1]["label"] and made[0]["clean"]
        assert not inventory.align(example, made[0]["text"]).unsupported
        for c in made:
            if all(ok for _, _, ok, _ in c["checks"]):
                continue
            aligned = inventory.align(example, c["text"])
            missing = any(f.salient and not told for f, told in zip(example.facts, aligned.stated, strict=True))
            seen += bool(aligned.unsupported) or missing
            missed += not (aligned.unsupported or missing)
    assert seen / (seen + missed) > 0.95


def test_candidates_are_of_every_length_and_longer_true_ones_convey_more(stories: list[Article]) -> None:
    """The slope is what real relevance has: no term for length, and fact-free text never occurs."""
    rng = random.Random(4)
    rows = [candidates.row(a, stories[:4], rng) for a in stories[4:]]
    true = [(len(c["text"]) / 100, c["label"]) for r in rows for c in r["candidates"] if all(x[2] for x in c["checks"])]
    lengths, labels = np.array(true).T
    assert lengths.min() < 0.2 and lengths.max() > 4
    slope = np.polyfit(lengths, labels, 1)[0]
    assert 0.05 < slope < 0.3


@pytest.mark.parametrize("lang", ["th", "bo"])
def test_short_units_are_right_first_and_wrong_after(stories: list[Article], lang: str) -> None:
    rng, kinds = random.Random(5), set()
    for article in stories:
        right, *wrong = units.unit(article, rng, lang)["candidates"]
        assert right["clean"] and right["label"] == 1 and all(ok for _, _, ok, _ in right["checks"])
        for c in wrong:
            bad = [type_ for _, type_, ok, _ in c["checks"] if not ok]
            assert bad and c["label"] < 1 and c["text"] != right["text"]
            kinds |= set(bad)
    assert {"person", "organisation", "place", "quantity", "money", "percentage"} <= kinds


def _claims(unit: dict[str, Any]) -> list[tuple[str, str]]:
    """(Chinese, Thai) of a line of figures."""
    return list(zip(unit["source"].split("、"), unit["candidates"][0]["text"].split(" · "), strict=True))


def test_lines_of_figures_say_years_in_the_buddhist_era_and_amounts_in_all_spellings(stories: list[Article]) -> None:
    rng = random.Random(6)
    made = [units.figure_unit(a, rng, "th") for a in stories * 3]
    said = [pair for unit in made for pair in _claims(unit)]
    years = [(zh, th) for zh, th in said if zh.endswith("年") and th.startswith("ปี ")]
    assert len(years) > 100
    assert all(int(zh.removesuffix("年")) + 543 == int(th.removeprefix("ปี ")) for zh, th in years)
    scales = {word for _, th in said for word in ("แสน", "หมื่น", "พันล้าน", "หมื่นล้าน") if word in th}
    assert scales == {"แสน", "หมื่น", "พันล้าน", "หมื่นล้าน"}
    for unit in made:
        for c in unit["candidates"][1:]:
            shares = [ok for _, _, ok, _ in c["checks"]]
            assert c["label"] == round(sum(shares) / len(shares), 4) < 1


@pytest.mark.parametrize("kind", ["swapped", "doubled", "turned", "denied", "wrong_event"])
def test_what_is_said_wrongly_of_the_right_things_costs(stories: list[Article], kind: str) -> None:
    found = 0
    for seed, article in enumerate(stories):
        w = candidates.Candidates(article, random.Random(seed), "th")
        if (made := getattr(w, kind)(*([0] if kind in ("swapped", "doubled") else []))) is None:
            continue
        text, checks = made
        found += 1
        assert any(not c.ok for c in checks) and all(c.end <= len(text) for c in checks)
        assert w.relevance(checks) < w.relevance(w.title(0)[1])
        if kind == "doubled":
            told = [c for c in checks if c.type in ("person", "organisation", "place")]
            assert any(not c.ok for c in told) and any(c.ok for c in told), "one of the two is right"
        if kind == "denied":
            around = [f.split("{text}") for f in phrases()["denial"]["th"]]
            assert any(text.startswith(before) and text.endswith(behind) for before, behind in around)
        if kind == "turned":
            assert {c.type for c in checks if not c.ok} <= {"quantity", "money", "percentage"}
    assert found > len(stories) / 10


def test_an_affirmed_title_is_as_relevant_as_alone_and_a_denied_one_hardly(stories: list[Article]) -> None:
    rows = [candidates.row(a, stories[:4], random.Random(7)) for a in stories[4:]]
    pairs = 0
    for made in (r["candidates"] for r in rows):
        denied, affirmed = made[-2:]
        if not all(any(p in affirmed["text"] for p in ("จริง", "ยืนยัน")) and c["checks"] for c in (denied, affirmed)):
            continue  # a source without the pair
        if affirmed["label"] == made[0]["label"]:
            pairs += 1
            assert denied["label"] < 0.3 * affirmed["label"]
    assert pairs > len(rows) / 3


def test_a_title_told_again_is_as_relevant_as_told_once_until_it_says_something_wrong(stories: list[Article]) -> None:
    right = wrong = 0
    for seed, article in enumerate(stories):
        w = candidates.Candidates(article, random.Random(seed), "th")
        text, checks = w.again()
        once = w.relevance(w.title(0)[1])
        assert len(text) > len(min(titles(article, "th"), key=len)) and all(c.end <= len(text) for c in checks)
        false = [c for c in checks if not c.ok]
        right, wrong = right + (not false), wrong + bool(false)
        assert w.relevance(checks) < once if false else w.relevance(checks) == once
    assert right > 5 and wrong > 5


def test_a_wrong_name_may_be_nobodys_and_is_wrong_all_the_same(stories: list[Article]) -> None:
    rng = random.Random(1)
    known = {x.surfaces["th"][0] for a in stories for x in a.values.values()}
    made = [writer.unheard_of(x, "th", rng) for a in stories for x in a.values.values() if x.type == "organisation"]
    assert len(made) > 20
    assert all(x.key.endswith(f" as {x.surfaces['th'][0]}") and x.n_forms["th"] == 1 for x in made)
    assert sum(x.surfaces["th"][0] in known for x in made) < 0.05 * len(made)
    told = [c for s, a in enumerate(stories) for c in candidates.Candidates(a, random.Random(s), "th").title(5)[1]]
    assert any(" as " in c.key and not c.ok for c in told), "wrong names of titles are misspelt, too"


def test_a_sentence_of_another_story_is_false_with_known_and_with_unknown_names(stories: list[Article]) -> None:
    unknown = known = 0
    for seed, (article, other) in enumerate(pairwise(stories)):
        w = candidates.Candidates(article, random.Random(seed), "th")
        text, checks = w.invented(other, 0)
        assert all(c.end <= len(text) for c in checks)
        assert w.relevance(checks) <= w.relevance(w.title(0, 0)[1])
        names = [c for c in checks if c.type in ("person", "organisation", "place") and not c.ok]
        unknown += any(" as " in c.key for c in names)
        known += any(" as " not in c.key for c in names)
    assert unknown > 10 and known > 10


def test_units_of_roles_exchange_two_names_of_one_type(stories: list[Article]) -> None:
    made = [(a, units.role_unit(a, writer.Writer(a, random.Random(i), "th"))) for i, a in enumerate(stories)]
    found = [(a, unit) for a, unit in made if unit is not None]
    assert len(found) > len(stories) / 5
    assert all(unit is None for a, unit in made if a.frame.symmetric)
    for _, unit in found:
        right, exchanged, *others = unit["candidates"]
        assert right["label"] == 1 and all(c[2] for c in right["checks"])
        bad = [c[1] for c in exchanged["checks"] if not c[2]]
        assert len(bad) == 2 and len(set(bad)) == 1, "both names are in the wrong place"
        assert all(sum(not c[2] for c in other["checks"]) == 1 for other in others)
        assert all(exchanged["label"] < other["label"] for other in others)


def test_a_sentence_is_right_once_and_wrong_once_behind_the_same_kind_of_title(stories: list[Article]) -> None:
    pairs = [candidates.Candidates(a, random.Random(8), "th").beside(list(a.lines)) for a in stories]
    made = [p for p in pairs if p]
    assert len(made) > len(stories) / 3
    for right, wrong in made:
        assert all(c.ok for c in right[1]) and sum(not c.ok for c in wrong[1]) == 1
        assert [c.key for c in right[1] if c.ok][:3] == [c.key for c in wrong[1] if c.ok][:3]


def test_whoever_trains_finds_the_corpus_by_name_and_the_test_stories_are_not_in_it(stories: list[Article]) -> None:
    rows = list(islice(CORPORA["reranker@2"](1), 5))
    assert all(set(r) == {"source", "candidates", "units"} and len(r["units"]) == 4 for r in rows)
    assert rows == list(islice(CORPORA["reranker@2"](1), 5))
    test = {a.signature for a in islice(splits.article_stream("test", True), 100)}
    assert not test & {a.signature for a in stories}
    assert any(_straight(a) for a in stories) and titles(stories[0], "th")


def test_what_is_said_twice_is_as_relevant_as_said_once(stories: list[Article]) -> None:
    for seed, article in enumerate(stories):
        w = candidates.Candidates(article, random.Random(seed), "th")
        lines = [line for line in article.lines if any(not n.startswith(DENIED) for n in line.values)]
        text, checks = w.twice(lines)
        again = text[max(c.end for c in checks) :]
        assert all(c.ok for c in checks) and len(again) > 10, "the facts of the repetition are not counted"
        once = {c.key: c for c in checks}
        assert w.relevance(checks) == w.relevance([*once.values()])


def test_a_sentence_of_another_story_costs(stories: list[Article]) -> None:
    for article, other in pairwise(stories):
        if other.frame.id == article.frame.id:
            continue
        w = candidates.Candidates(article, random.Random(7), "th")
        text, checks = w.invented(other, 0)
        wrong = [c for c in checks if not c.ok]
        assert w.relevance(checks) < w.relevance(w.title(0)[1]) or not wrong
        assert all(c.end <= len(text) for c in checks)
