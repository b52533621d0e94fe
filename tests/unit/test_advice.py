"""The plain verdict on a reward, and the count of what was left out."""

from __future__ import annotations

from typing import Any

import pytest
from page_tree import parse

from benchmark.reward.advice import _named, advice, left_out
from benchmark.reward.challenge import build
from benchmark.reward.judge import judge_of, load_judge
from benchmark.reward.page import _words, render
from benchmark.reward.validate import validate, warning


class Perfect:
    """Knows every answer of the set; `but` names categories that it gets wrong."""

    name, id, length_unit = "perfect", "perfect-1", "characters"

    def __init__(self, *but: str) -> None:
        pairs = build(("th",), 24, 0).pairs
        self.right = {(p.source, p.worse if p.category in but else p.better) for p in pairs}
        self.wrong = {(p.source, p.better if p.category in but else p.worse) for p in pairs}

    def score(self, sources: list[str], texts: list[str]) -> list[float]:
        pairs = list(zip(sources, texts, strict=True))
        return [0.9 if p in self.right - self.wrong else 0.1 if p in self.wrong else 0.5 for p in pairs]

    def token_ids(self, texts: list[str]) -> list[list[int]]:
        return [[ord(c) for c in t] for t in texts]

    def counts(self) -> dict[str, int]:
        return {}


def report(*but: str) -> dict[str, Any]:
    return validate(judge_of(Perfect(*but)), build(("th",), 24, 0), template=False)


def test_a_good_reward_gets_a_plain_verdict_too() -> None:
    found = advice(report())
    assert found.tone == "good"
    assert found.sentence.endswith(": as far as these pairs go, it is fit to train on.")
    assert not found.kinds["misled"] + found.kinds["blind"]
    assert found.left_out == []


def test_what_misleads_a_reward_is_named_and_what_follows() -> None:
    found = advice(report("entity_person", "date"))
    assert found.tone == "mixed"
    assert found.kinds["misled"] == ["entity_person", "date"]
    assert "it prefers the error in entity_person and date, and a policy trained on it will find that" in found.sentence
    assert "entity_person" not in found.kinds["trusted"]


def test_of_kinds_with_few_pairs_nothing_is_said() -> None:
    """By hand: Wilson's interval of 3 of 3 is [.438, 1], of 4 of 4 [.510, 1]. Blind is only who had pairs enough."""
    small = validate(judge_of(Perfect()), build(("th",), 2, 0), template=False)
    found = advice(small)
    assert not found.kinds["blind"] and found.kinds["few"] == list(small["by_category"])
    assert found.sentence.startswith("Nothing can be said of it: no kind has the 4 pairs")
    assert "Too few pairs" in render(small) and "Blind to" not in render(small)
    some = {slug: row | {"n": 2} if slug == "date" else row for slug, row in report()["by_category"].items()}
    told = advice(report() | {"by_category": some})
    assert told.sentence.endswith("too few pairs to tell in date.") and told.tone == "mixed"


def test_an_interval_from_chance_to_passing_is_no_failure() -> None:
    """By hand, Wilson: 3 of 4 is [.301, .954], 12 of 24 is [.314, .686], 16 of 24 is [.467, .820]."""
    rows = report()["by_category"]
    for right, n, low, high, kind in ((3, 4, 0.301, 0.954, "few"), (12, 24, 0.314, 0.686, "blind")):
        changed = {"accuracy": right / n, "n": n, "ci_low": low, "ci_high": high}
        told = advice(report() | {"by_category": rows | {"hallucination": rows["hallucination"] | changed}})
        assert told.kinds[kind] == ["hallucination"] and told.tone == "mixed"
        assert ("it cannot tell right from wrong in hallucination" in told.sentence) == (kind == "blind")
        assert ("too few pairs to tell in hallucination" in told.sentence) == (kind == "few")
    few = {slug: row | changed | {"ci_high": 0.82} for slug, row in rows.items()}
    assert advice(report() | {"by_category": few}).sentence.endswith(
        "too few pairs to tell in every kind; ask more (--n)."
    )


def test_a_long_list_of_kinds_is_cut() -> None:
    slugs = list(report()["by_category"])
    assert f"{slugs[7]} and {len(slugs) - 8} more" in _named(slugs)
    assert _named(slugs[:9]).endswith(f"{slugs[7]} and {slugs[8]}")


def test_every_kind_says_what_is_done() -> None:
    assert [slug for slug in report()["by_category"] if not _words().get(slug)] == []


def test_a_reward_that_knows_nothing_is_not_to_be_trained_on() -> None:
    class Nothing(Perfect):
        def score(self, sources: list[str], texts: list[str]) -> list[float]:
            return [0.5] * len(texts)

    found = advice(validate(judge_of(Nothing()), build(("th",), 24, 0), template=False))
    assert found.tone == "bad"
    assert found.sentence == "Do not train on it: a rule that knows nothing does as well."


def test_a_reward_that_does_not_read_the_source_is_not_to_be_trained_on() -> None:
    """form.fluency sees most damage, for a damaged text is written worse; of two titles it knows nothing."""
    seen = validate(load_judge("metric:form.fluency", None, None, {}), build(("th",), 24, 0, True, "2"), template=False)
    assert seen["flags"]["beats_nulls"] and seen["macro_accuracy"] > 0.75
    told = advice(seen)
    assert told.tone == "bad"
    assert told.kinds["trusted"] == []
    assert told.sentence.startswith("Do not train on it: it does not tell the right title from another article's")
    assert "does not read the source" in (warning(seen) or "")
    assert warning(report()) is None


def test_pairs_that_are_in_no_figure_are_counted_with_the_reason() -> None:
    told = {
        "left_out": {"rows": 40, "left_out": 3, "first": ["pairs.jsonl:7: no better text"]},
        "by_category": {"date": {"n": 20, "n_unscored": 4}, "number": {"n": 24}, "event": {"n": 5}},
    }
    assert left_out(told) == [
        "3 of 40 rows of the file could not be used: pairs.jsonl:7: no better text",
        "date: 4 of 24 pairs, because a text of theirs has no score",
        "fewer than 24 pairs, because not every source allows the error: event 5",
    ]


@pytest.mark.parametrize("but", [(), ("entity_person",)])
def test_the_page_shows_verdict_categories_counts_and_titles(but: tuple[str, ...]) -> None:
    found = report(*but)
    shown = parse(render(found))
    assert shown.one("p", "headline").text == advice(found).sentence
    titles = [card.one("h3").text for card in shown.one("div", "cards").all("div", "card")]
    assert "Can be trusted with" in titles
    assert ("Misled by" in titles) == bool(but)
    assert "None was left out" in shown.text
    figures = shown.all("figure")
    assert len(figures) >= 2
    named = [f.text for f in figures]
    assert any("Accuracy by category" in t for t in named)
    assert any("Scores of right and wrong texts" in t for t in named)


def test_on_a_phone_nothing_stands_before_the_verdict() -> None:
    """The style sheet of the run's report moves its facts; here they are figures, and stay where they are."""
    page = render(report())
    style = parse(page).one("style").children[0]
    assert isinstance(style, str)
    assert "main:has(#verdict)" in style.partition("@media (max-width: 640px)")[2] or "order" not in style
