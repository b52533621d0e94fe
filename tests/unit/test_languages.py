"""One table of languages: any spelling of a code means its language everywhere, what is no code is refused, odd scripts
are told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from metrics.errors import UserError
from metrics.languages import code, language, listed, pair
from metrics.numbers import extract_numbers
from metrics.overlap import score_overlap, words
from metrics.reading import amounts
from metrics.records import Example, parse_example, read_examples
from metrics.scorers.comet import unsupported
from metrics.scripts import in_another_script, notices, scripts_of
from metrics.verbosity import score_verbosity


@pytest.mark.parametrize(
    ("spelled", "meant"),
    [
        *((s, "th") for s in ("th", "tha", "TH", "th-TH", "th_TH", "tha_Thai", "th-Thai-TH")),
        *((s, "zh") for s in ("zh", "zho", "chi", "cmn", "zh-Hant-TW", "zh_Hans", "zh-CN", "zho_Hant", "cmn-Hans-CN")),
        *((s, "bo") for s in ("bo", "bod", "tib", "bo-CN", "bod_Tibt")),
        ("arb", "ar"),
        ("dzo", "dz"),
        ("sr-Latn-RS", "sr-Latn"),
        ("sr-Cyrl", "sr"),
        ("zh-Latn", "zh-Latn"),
        ("iw", "he"),
        ("qaa", "qaa"),
    ],
)
def test_any_spelling_of_a_code_means_its_language(spelled: str, meant: str) -> None:
    assert code(spelled) == meant
    assert code(code(spelled)) == code(spelled)


@pytest.mark.parametrize(
    "bad", ["xx", "Thai", "thai", "und", "mul", "zxx", "x-foo", "th-", "", "t", "zh th", "thä", "zh-th-bo-x"]
)
def test_what_is_no_code_is_refused_with_one_message(bad: str) -> None:
    with pytest.raises(UserError, match="ISO 639"):
        language(bad)


def test_the_name_of_a_language_is_answered_with_its_code() -> None:
    with pytest.raises(UserError, match="Thai is th"):
        language("Thai")


@pytest.mark.parametrize(
    ("lang", "scripts", "cut", "units", "numbers"),
    [
        ("th", ("Thai",), "newmm", "newmm", "th"),
        ("bo", ("Tibetan",), "tsheg", "syllables", "bo"),
        ("dz", ("Tibetan",), "tsheg", "syllables", "dz"),
        ("yue", ("Han",), "zh", "characters", "zh"),
        ("ja", ("Han", "Hiragana", "Katakana"), "char", "characters", "ja"),
        ("lo", ("Lao",), "char", "characters", "lo"),
        ("nod", ("Tai_Tham",), "char", "characters", "nod"),
        ("en", ("Latin",), "13a", "words", "en"),
        ("bn", ("Bengali",), "13a", "words", "bn"),
        ("sr-Latn", ("Latin",), "13a", "words", "sr-Latn"),
    ],
)
def test_what_the_table_knows(lang: str, scripts: tuple[str, ...], cut: str, units: str, numbers: str) -> None:
    told = language(lang)
    assert (told.scripts, told.words, told.units, told.numbers) == (scripts, cut, units, numbers)
    assert scripts_of(lang) == scripts


@pytest.mark.parametrize(
    ("langs", "meant"),
    [
        ("zh-th", ("zh", "th")),
        ("zho-tha", ("zh", "th")),
        ("zh-Hant-TW-th-TH", ("zh", "th")),
        ("zh_CN-th_TH", ("zh", "th")),
        ("zh-Hant:bo", ("zh", "bo")),
        ("cmn→bod", ("zh", "bo")),
    ],
)
def test_a_pair_of_codes(langs: str, meant: tuple[str, str]) -> None:
    assert pair(langs) == meant


@pytest.mark.parametrize("langs", ["th", "zh-xx", "zh:xx", "xx-th", "", "zh-th-bo"])
def test_a_pair_that_names_no_two_languages_is_refused(langs: str) -> None:
    with pytest.raises(UserError):
        pair(langs)


@pytest.mark.parametrize(
    ("spelled", "plain"), [("tha", "th"), ("th-TH", "th"), ("bod", "bo"), ("cmn", "zh"), ("zh-Hant-TW", "zh")]
)
def test_words_units_numbers_and_scripts_are_those_of_the_language(spelled: str, plain: str) -> None:
    text = {"th": "เกิดเหตุไฟไหม้ที่โรงงาน 37 แห่ง เสียหาย 5 ล้านบาท", "bo": "གྲོང་ཁྱེར་ནང་མེ་སྐྱོན་བྱུང་།", "zh": "工厂起火，损失5万元"}[
        plain
    ]
    assert words(text, spelled) == words(text, plain)
    assert len(words(text, spelled)) > 4
    assert extract_numbers(text, spelled) == extract_numbers(text, plain)

    def scored(lang: str) -> list[tuple[str, float | None, str]]:
        example = Example("a", "x", (text,), None, "zh", lang)
        found = score_overlap([example], [text[:12]]) + score_verbosity([example], [text[:12]], None, None)
        return [(m.metric, m.value(), m.signature) for m in found]

    assert scored(spelled) == scored(plain)


def test_files_may_spell_codes_as_they_like(tmp_path: Path) -> None:
    row = {"id": "a", "source": "新闻", "reference": "ข่าว", "facts": None, "source_lang": "zho", "target_lang": "th-TH"}
    (tmp_path / "e.jsonl").write_text(json.dumps(row) + "\n", "utf-8")
    (example,) = read_examples(tmp_path / "e.jsonl")
    assert (example.source_lang, example.target_lang) == ("zh", "th")
    with pytest.raises(UserError, match=r'line 3: "target_lang": .Thai. is no language code'):
        parse_example({**row, "target_lang": "Thai"}, "line 3")


def test_a_learned_scorer_knows_its_languages_by_any_code() -> None:
    assert unsupported("cmn", "tha", "fil") is None
    assert "bo" in (unsupported("zho", "bod") or "")


def _example(key: str, source: str, reference: str | None, source_lang: str = "zh", target_lang: str = "th") -> Example:
    return Example(key, source, (reference,) if reference else None, None, source_lang, target_lang)


def test_another_script_than_declared_is_told_with_counts() -> None:
    right = [_example(f"r{i}", "新闻", "ข่าวภาษาไทย NBA") for i in range(6)]
    wrong = [_example(f"w{i}", "新闻", "中文参考译文") for i in range(4)]
    (told,) = notices([*right, *wrong])
    assert told.startswith("4 of 10 references are mostly not in Thai script")
    assert "in Han (w0, w1, w2, ...)" in told
    (told,) = notices([_example("a", "ข่าว", "ข่าว")])
    assert told.startswith("1 of 1 sources are mostly not in Han script")
    assert notices(right) == []


def test_names_and_digits_in_another_script_are_no_mistake() -> None:
    assert in_another_script("ประธาน Apple กล่าว", "th") is None
    assert in_another_script("37 %", "th") is None
    assert in_another_script("", "th") is None
    assert in_another_script("The president spoke", "th") == "Latin"


def test_languages_without_rules_of_their_own_are_told() -> None:
    (told,) = notices([_example("a", "新闻", "ຂ່າວ", target_lang="lo")])
    assert "no rules of its own" in told and "characters" in told
    (told,) = notices([_example("a", "新闻", "x", target_lang="qaa")])
    assert "no script is known" in told


@pytest.mark.parametrize("tag", [one.id for one in listed()])
def test_that_numbers_are_read_in_digits_alone_hangs_on_what_can_be_read(tag: str) -> None:
    """三十 is read as 30 or is not: a line in the table of languages is no rule for numbers."""
    told = [n for n in notices([_example("a", "新闻", "30", target_lang=tag)]) if "digits alone" in n]
    assert bool(told) == (language(tag).numbers not in amounts.LANGUAGES)
    (source,) = [n for n in notices([_example("a", "ニュース", "30", "ja", "th")]) if "digits alone" in n]
    assert source == "source_lang ja (Japanese): numbers are read in digits alone"


def test_spaces_stand_between_words_of_some_languages_alone() -> None:
    assert {tag: language(tag).spaced for tag in ("th", "bo", "zh", "ja", "km", "en", "ru", "sr-Latn")} == {
        **dict.fromkeys(("th", "bo", "zh", "ja", "km"), False),
        **dict.fromkeys(("en", "ru", "sr-Latn"), True),
    }
