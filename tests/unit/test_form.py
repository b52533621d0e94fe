"""form.fluency and form.headline: what they rank, on stories that neither the language models nor any policy read."""

from __future__ import annotations

import random
import re
from itertools import islice

import numpy as np
import pytest
from form_world import LANGS, REAL, N, fluent, scored, world
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.tasks import load_task
from benchmark.tasks.newswire import splits
from benchmark.tasks.newswire.attacks import keywords, keywords_with_roles
from benchmark.tasks.newswire.splits import article_stream
from metrics.form import grams, shape
from metrics.form.known import models
from metrics.form.scores import FLUENCY, HEADLINE, PASSAGES
from metrics.normalise import equal_form
from metrics.records import Example, Generation
from metrics.words import cut

FUNCTION = {
    "th": ["ที่", "ใน", "ของ", "และ", "ว่า", "จาก", "ให้", "หลัง", "กับ", "เป็น", "เพื่อ", "โดย", "จะ", "แก่", "ด้วย", "ต่อ"],
    "bo": ["གི", "གིས", "ཀྱི", "ཀྱིས", "གྱི", "གྱིས", "ལ", "ནས", "དང", "ཏེ", "སྟེ", "ནི", "ཡི", "ཡིས", "ཞིང"],
    "zh": list("的在了与和为向对被将"),
}


FOREIGN = {"th": ("however", "公司", "ཀུང་སི"), "bo": ("however", "公司", "บริษัท"), "zh": ("however", "บริษัท", "ཀུང་སི")}


def tokens(text: str, lang: str) -> list[str]:
    """Words (th), syllables (bo), characters or numbers (zh), each with what stands behind it: they join again."""
    if lang == "zh":
        return re.findall(r"[0-9]+|.", text)
    if lang == "bo":
        return re.findall(r"[^་\s]+[་\s]*", text)
    parts, rest = [], text
    for word in cut(equal_form(text), "newmm"):
        at = rest.index(word) + len(word)
        parts.append(rest[:at])
        rest = rest[at:]
    return [*parts[:-1], parts[-1] + rest]


def damaged(kind: str, text: str, lang: str, rng: random.Random) -> str | None:
    """The text with one planted flaw; None where it has no place for it."""
    parts = tokens(text, lang)
    if kind == "order":
        at = [i for i in range(len(parts) - 1) if parts[i].strip(" ་") != parts[i + 1].strip(" ་")]
        i = rng.choice(at)
        parts[i], parts[i + 1] = parts[i + 1], parts[i]
        return "".join(parts)
    if kind == "dropped":
        at = [i for i, part in enumerate(parts) if part.strip(" ་") in FUNCTION[lang]]
        i = rng.choice(at) if at else None
        return None if i is None else "".join(parts[:i] + parts[i + 1 :])
    if kind == "repeated":
        n, i = 3, rng.randrange(len(parts) - 3)
        return "".join(parts[: i + n] + parts[i : i + n] + parts[i + n :])
    if kind == "cut":
        at = [i for i in range(len(parts) // 2, len(parts)) if len(parts[i].strip(" ་")) >= 2]
        if lang == "zh":  # a character is no half of a word; two thirds of a title are no title
            return text[: 2 * len(text) // 3]
        if not at:
            return None
        word = parts[i := rng.choice(at)].strip(" ་")
        return "".join(parts[:i]) + word[: len(word) // 2]
    i = rng.randrange(1, len(parts))
    return "".join(parts[:i]) + rng.choice(FOREIGN[lang]) + "".join(parts[i:])


@pytest.mark.parametrize("core", [True, False])
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("kind", ["order", "dropped", "repeated", "cut", "foreign"])
def test_planted_flaws_are_found_in_nine_pairs_of_ten(kind: str, lang: str, core: bool) -> None:
    gold = world(lang, core)[1]
    rng = random.Random(7)
    texts = [damaged(kind, text, lang, rng) for text in gold]
    made = [i for i, text in enumerate(texts) if text is not None and text != gold[i]]
    assert len(made) >= N / 10
    spoilt = fluent(lang, core, [text or gold[i] for i, text in enumerate(texts)])
    assert np.mean(fluent(lang, core, gold)[made] > spoilt[made]) >= 0.9


@pytest.mark.parametrize("core", [True, False])
@pytest.mark.parametrize("lang", ["th", "bo"])
def test_gold_then_shuffled_words_then_keywords_then_a_repeated_title(lang: str, core: bool) -> None:
    examples, gold = world(lang, core)
    rng = random.Random(3)
    stories = list(islice(article_stream("challenge", core), N))
    systems = {
        "gold": gold,
        "shuffled": ["".join(rng.sample(p := tokens(text, lang), len(p))) for text in gold],
        "keywords": [keywords(a, lang, rng) for a in stories],
        "repeated twice": [f"{text} {text}" for text in gold],
        "repeated": [" ".join([text] * 4) for text in gold],
    }
    found = {name: scored(examples, texts) for name, texts in systems.items()}
    values = [m[FLUENCY].value() for m in found.values()]
    assert values == sorted(values, reverse=True)
    assert values[0] > 0.9 > 0.2 > values[1]
    assert found["gold"][HEADLINE].value() > 0.9
    assert all(m[HEADLINE].value() < 0.1 for name, m in found.items() if name != "gold")


@pytest.mark.parametrize("lang", ["th", "bo"])
def test_right_clauses_one_after_another_are_less_fluent_than_a_title(lang: str) -> None:
    gold = world(lang, True)[1]
    stories = list(islice(article_stream("challenge", True), N))
    made = [keywords_with_roles(a, lang, random.Random(1)) for a in stories]
    changed = [i for i, text in enumerate(made) if text is not None and text != gold[i]]
    after = fluent(lang, True, [text or gold[i] for i, text in enumerate(made)])[changed]
    assert np.mean(fluent(lang, True, gold)[changed]) - np.mean(after) >= 0.1


@pytest.mark.parametrize(
    "task", ["newswire-title", "newswire-title-full", "newswire-title-bo", "newswire-short", "newswire-long"]
)
def test_gold_of_every_task_is_fluent(task: str) -> None:
    examples = load_task(task).load("test", 60)
    found = scored(examples, [e.reference[0] for e in examples])  # type: ignore[index]
    assert found[FLUENCY].value() > 0.85
    if task == "newswire-long":
        assert found[HEADLINE].reason == PASSAGES
    else:
        assert found[HEADLINE].value() >= 0.93


def test_the_models_stories_are_in_no_split_and_no_policys_corpus() -> None:
    """form shares COMET's buckets alone."""
    own = set(splits.BUCKETS[splits.SHARED["form"]])
    others = [name for name in splits.BUCKETS if name != "comet"]
    assert not any(own & set(splits.BUCKETS[name]) for name in others)
    assert {"test", "dev", "para", "src", "base"} <= set(others)


@pytest.mark.parametrize("lang", LANGS)
def test_texts_from_elsewhere_are_unsupported_whatever_the_outputs_are(lang: str) -> None:
    """Judged by the references; an output of the world's own words changes nothing."""
    examples = [Example(f"r{i}", "来源", (text,), None, "zh", lang) for i, text in enumerate(REAL[lang])]
    for outputs in (list(REAL[lang]), list(world(lang, True)[1][:2])):
        found = scored(examples, outputs)
        for metric in (FLUENCY, HEADLINE):
            assert found[metric].value() is None
            assert (found[metric].reason or "").startswith("unsupported: the shipped model of " + lang)
            assert "score.fluency" in (found[metric].reason or "")


def test_without_references_the_sources_decide_and_other_languages_are_unsupported() -> None:
    examples, gold = world("th", True)
    bare = [Example(e.id, e.source, None, None, "zh", "th") for e in examples]
    assert scored(bare, gold)[FLUENCY].value() == pytest.approx(scored(examples, gold)[FLUENCY].value())
    strange = [Example(e.id, REAL["zh"][0], None, None, "zh", "th") for e in examples]
    assert "sources" in (scored(strange, gold)[FLUENCY].reason or "")
    english = [Example("x", e.source, None, None, "en", "th") for e in examples[:1]]
    assert "without references" in (scored(english, gold[:1])[FLUENCY].reason or "")
    german = [Example("x", "s", ("Ein Titel",), None, "zh", "de")]
    assert "no language model of de" in (scored(german, ["Ein Titel"])[FLUENCY].reason or "")
    mixed = scored([*examples, *german], [*gold, "Ein Titel"])[FLUENCY]
    assert mixed.n_scored == N and mixed.n_total == N + 1 and mixed.value() is not None


def test_silence_is_not_rewarded_and_a_cap_is_a_cut() -> None:
    examples, gold = world("th", True)
    for text in ("", "  ", "。。。", "123", "\u200b"):
        found = scored(examples[:1], [text])
        assert (found[FLUENCY].value(), found[HEADLINE].value()) == (0.0, 0.0)
    made = [Generation(e.id, "s", "s", t, 9, "length") for e, t in zip(examples, gold, strict=True)]
    assert scored(examples, gold, made)[HEADLINE].value() == 0.0


@pytest.mark.parametrize("mark", ["- {}", "1. {}", "• {}", "{}\n{}", "{} | {}", "{}; {}"])
def test_marks_of_a_list_are_no_title(mark: str) -> None:
    examples, gold = world("th", True)
    halves = [(t[: len(t) // 2], t[len(t) // 2 :]) for t in gold]
    texts = [mark.format(t) if mark.count("{}") == 1 else mark.format(*h) for t, h in zip(gold, halves, strict=True)]
    assert scored(examples, texts)[HEADLINE].value() == 0.0


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_text_has_a_value_in_the_unit_interval(text: str) -> None:
    for lang in LANGS:
        found = scored(world(lang, True)[0][:1], [text])
        assert 0 <= found[FLUENCY].value() <= 1 and found[HEADLINE].value() in (0.0, 1.0)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, N - 1), st.sampled_from(LANGS))
def test_a_text_has_one_value_whatever_stands_beside_it(i: int, lang: str) -> None:
    """Texts are read in one array; none may leak into another."""
    gold = world(lang, True)[1]
    together = fluent(lang, True, gold)[i]
    model = models(lang)[0]
    assert model is not None
    alone, _ = grams.per_text(grams.block([grams.read(gold[i])]), model.grams)
    every, _ = grams.per_text(grams.block([grams.read(text) for text in gold]), model.grams)
    assert alone[0] == every[i]
    assert 0 < together <= 1


_STUTTER = re.compile(r"(\S.{4,}?)[\s\u0f0b]?\1", re.DOTALL)


@settings(max_examples=300, deadline=None)
@given(
    st.text("กข \u0f0b\u3000", max_size=40),
    st.text("abกข \u0f0b", min_size=3, max_size=12),
    st.sampled_from(["", " ", "\u0f0b", "  ", "\u3000", "a"]),
)
def test_what_is_said_twice_on_the_spot_is_found_where_a_search_finds_it(around, said, gap):
    text = around[:20] + said + gap + said + around[20:]
    assert shape.stutters(text) == (_STUTTER.search(text) is not None)


@settings(max_examples=300, deadline=None)
@given(st.text("ab ", max_size=40))
def test_of_few_letters_too(text):
    assert shape.stutters(text) == (_STUTTER.search(text) is not None)
