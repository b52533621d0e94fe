"""Lengths, density, repetition, script and truncation, by hand."""

from __future__ import annotations

import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st

from metrics import scripts as metrics_scripts
from metrics.records import Example, Generation
from metrics.scripts import count_letters, in_another_script, letters_of, notices, scripts_of
from metrics.segment import SegmentStats
from metrics.verbosity import REPETITION_ORDER, repetition, score_verbosity, tokens


def one(id_: str, lang: str = "th", reference: str | None = "กขคงจ") -> Example:
    return Example(id_, "s", None if reference is None else (reference,), None, "zh", lang)


def score(
    examples: list[Example],
    texts: list[str],
    finished: list[str | None] | None = None,
    stated: list[int | None] | None = None,
) -> dict[str, SegmentStats]:
    made = (
        None
        if finished is None
        else [Generation(e.id, "s", "base", t, None, f) for e, t, f in zip(examples, texts, finished, strict=True)]
    )
    return {m.metric.removeprefix("verbosity."): m for m in score_verbosity(examples, texts, made, stated)}


def test_worked_example() -> None:
    """Lengths 10 and 0 against references of 5 each; 3 facts in 10 characters; 4 of 10 letters are Latin; one of two
    outputs was cut."""
    got = score([one("a"), one("b")], [" กขคงจฉabcd\n", ""], ["length", "stop"], [3, 0])
    assert {name: metric.value() for name, metric in got.items()} == {
        "chars": 5.0,
        "length_ratio": 1.0,
        "facts_per_100_chars": 30.0,
        "repetition": 0.0,
        "wrong_script": 0.4,
        "truncated": 0.5,
    }
    assert [
        got[name].higher_is_better
        for name in ("chars", "length_ratio", "facts_per_100_chars", "repetition", "wrong_script", "truncated")
    ] == [None, None, None, False, False, False]


def test_what_is_unknown_is_a_reason_not_a_zero() -> None:
    got = score([one("a", reference=None), one("b", "qaa")], ["กก", "กก"], None, None)
    assert got["truncated"].reason == "finish_reason is not known"
    assert got["facts_per_100_chars"].reason == "no gold facts"
    assert got["length_ratio"].reasons == ("no reference", None)
    assert got["length_ratio"].value() == pytest.approx(2 / 5)
    assert got["wrong_script"].reasons == (None, "no script known for language qaa")
    half = score([one("a"), one("b")], ["กก", "กก"], ["length", None], [1, None])
    assert (half["truncated"].value(), half["truncated"].n_scored) == (1.0, 1)
    assert (half["facts_per_100_chars"].value(), half["facts_per_100_chars"].n_scored) == (50.0, 1)
    assert score([one("b", "qaa")], ["กก"])["wrong_script"].reason == "no script known for language qaa"
    assert score([one("b")], ["123 !"])["wrong_script"].reason == "no output holds a letter"
    empty = score([one("a")], [""], None, [0])
    assert (empty["chars"].value(), empty["repetition"].value(), empty["facts_per_100_chars"].reason) == (
        0.0,
        0.0,
        "all outputs are empty",
    )
    with pytest.raises(ValueError, match="zip"):
        score([one("a")], ["x", "y"])


def test_repetition_by_hand() -> None:
    assert repetition(list("abcdabcd")) == pytest.approx(1 - 4 / 5)  # abcd bcda cdab dabc abcd
    assert repetition(list("aaaaaaa")) == pytest.approx(1 - 1 / 4)
    assert repetition(list("abcd")) == repetition(list("abc")) == repetition([]) == 0.0


@given(st.lists(st.sampled_from("abc"), max_size=30))
@example(list("abbbbbbbbb"))
def test_repetition_is_a_fraction_and_saying_all_again_adds_no_new_grams_but_at_the_seam(units: list[str]) -> None:
    """At most order - 1 grams reach over the seam, so that what was said once without repetition is half repetition
    when it is said twice. Of a text that is nearly nothing else, the seam can take a little off: abbbbbbbbb."""
    found, seam = repetition(units), REPETITION_ORDER - 1
    assert 0 <= found < 1
    if (grams := len(units) - seam) > 0:
        most = round((1 - found) * grams) + seam
        assert repetition(units * 2) >= 1 - most / (2 * grams + seam) - 1e-12


@given(st.lists(st.text("กขค ab中1", max_size=12), min_size=3, max_size=3), st.permutations(range(3)))
def test_permuting_the_examples_changes_no_corpus_score(texts: list[str], order: list[int]) -> None:
    examples, finished, stated = [one("a"), one("b", reference="กข"), one("c")], ["stop", "length", None], [1, 0, 2]
    before = score(examples, texts, finished, stated)
    after = score(*([rows[i] for i in order] for rows in (examples, texts, finished, stated)))
    for name, metric in before.items():
        assert after[name].value() == pytest.approx(metric.value())


@given(st.text("กขค ab中1", max_size=12), st.text("กขค ab中1", max_size=12))
def test_a_longer_output_is_never_shorter(text: str, more: str) -> None:
    before, after = (score([one("a")], [t])["length_ratio"].value() or 0 for t in (text, f"{text}{more}"))
    assert after >= before


def test_units_fit_the_language() -> None:
    assert tokens("ศาลอาญากรุงเทพ พิพากษา", "th") == ["ศาลอาญา", "กรุงเทพ", "พิพากษา"]
    assert tokens("བོད་ལྗོངས། ལྷ་ས་", "bo") == ["བོད", "ལྗོངས", "ལྷ", "ས"]
    assert tokens("北京 报道。", "zh-Hans") == ["北", "京", "报", "道", "。"]
    assert tokens("The court, again.", "en") == ["The", "court", ",", "again", "."]
    assert tokens("", "th") == tokens("", "bo") == tokens("", "zh") == tokens("", "en") == []


@pytest.mark.parametrize(
    ("lang", "text", "wrong", "letters"),
    [
        ("th", "ที่กรุงเทพ 37% abc 中", 4, 11),
        ("bo", "བོད་ཡིག abc", 3, 7),
        ("zh", "北京abc，报道", 3, 7),
        ("ja", "東京はカナー", 0, 5),
        ("en", "café ไทย", 3, 7),
        ("ru", "Москва ok", 2, 8),
        ("sr-Latn", "Beograd Београд", 7, 14),
        ("vi", "Việt Nam", 0, 7),
        ("th", "37 !", 0, 0),
    ],
)
def test_letters_outside_the_script(lang: str, text: str, wrong: int, letters: int) -> None:
    scripts = scripts_of(lang)
    assert scripts is not None
    assert count_letters(text, scripts) == (wrong, letters)


LETTERS = st.text("กข่ ab中文བོད1!\U0001f600\ud800", max_size=12)


@given(st.lists(LETTERS, max_size=6), st.sampled_from(["th", "zh", "bo", "en", "ja"]), st.integers(1, 30))
def test_letters_of_many_texts_are_those_of_each(texts: list[str], lang: str, at_once: int) -> None:
    scripts = scripts_of(lang)
    assert scripts is not None
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(metrics_scripts, "_AT_ONCE", at_once)
        found = letters_of(texts, scripts).tolist()
    own = regex.compile("[" + "".join(rf"\p{{Script={script}}}" for script in scripts) + "]")
    plain = []
    for text in texts:
        letters = regex.findall(r"[\p{L}--[\p{Common}\p{Inherited}]]", text, regex.V1)
        plain.append([sum(own.match(char) is None for char in letters), len(letters)])
    assert found == plain


@given(st.lists(st.tuples(LETTERS, st.sampled_from(["th", "zh", "qaa"])), max_size=8), st.integers(1, 4))
def test_a_notice_counts_the_texts_that_are_in_another_script(rows: list[tuple[str, str]], together: int) -> None:
    examples = [Example(str(i), text, None, None, lang, "th") for i, (text, lang) in enumerate(rows)]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(metrics_scripts, "_BLOCK", together)
        found = [notice for notice in notices(examples) if "mostly not" in notice]
    odd: dict[str, list[str]] = {}
    for one_of in examples:
        if in_another_script(one_of.source, one_of.source_lang) is not None:
            odd.setdefault(one_of.source_lang, []).append(one_of.id)
    assert len(found) == len(odd)
    for notice, (lang, ids) in zip(found, odd.items(), strict=True):
        assert notice.startswith(f"{len(ids)} of {sum(own == lang for _, own in rows)} sources ")
        assert f"({', '.join(ids[:3])}{', ...' if len(ids) > 3 else ''})" in notice


EVERYDAY = (
    "af am ar as az be bg bn bo bs ca ckb cs cy da de dv dz el en es et eu fa fi fil fr ga gl gu ha he hi hr "
    "hu hy id ig ii is it ja jv ka kk km kn ko "
    "ky lo lt lv mg mi mk ml mn mni mr ms mt my nan nb ne nl nn no om or os pa pl ps pt ro ru rw sa sat sd shn "
    "si sk sl sn so sq sr ss st su sv "
    "sw syr ta te tg th ti tl tn tr tts tt ug uk ur uz vi wo wuu xh yi yo yue zgh zh zu"
)


def test_every_script_in_the_table_is_one_that_unicode_knows() -> None:
    for lang in (*EVERYDAY.split(), "zh-Hant", "mn-Mong", "cjy-Hans"):
        scripts = scripts_of(lang)
        assert scripts
        assert count_letters("1", scripts) == (0, 0)
    assert scripts_of("qaa") is None
    assert scripts_of("TH") == ("Thai",)


def test_signatures_name_the_unit_and_the_languages() -> None:
    got = score([one("a"), one("b", "bo")], ["ก", "ཀ"])
    assert "newmm" in got["repetition"].signature
    assert "syllables" in got["repetition"].signature
    assert got["wrong_script"].signature.endswith("langs:bo+th")
