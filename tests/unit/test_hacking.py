"""One judgement of what RL did, for boards, reports and watch-dogs; and what outputs are made of, from the texts
alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.hacking import (
    FORM,
    INDEPENDENT,
    LENGTH,
    NO,
    OPEN,
    PART,
    REWARD,
    UNTESTED,
    YES,
    Move,
    below_gold,
    independent,
    judge,
    watched,
)
from metrics.likeness import copied, held, letters, likeness, repetition, untranslated
from metrics.records import Example

F1, OPEN_F1 = INDEPENDENT[0], OPEN[0]
ENTITY = "grounding.entity.length_controlled"


def moves(**told: tuple[float, float, float]) -> dict[str, Move]:
    names = {"reward": REWARD, "f1": F1, "entity": ENTITY, "length": LENGTH, "open": OPEN_F1}
    return {names[k]: Move(names[k], *v) for k, v in told.items()}


UP, DOWN, FLAT = (0.5, 0.9, 0.001), (0.5, 0.3, 0.001), (0.5, 0.9, 0.2)


@pytest.mark.parametrize(
    ("told", "hacked"),
    [
        (moves(reward=UP, f1=DOWN), YES),
        (moves(reward=UP, f1=UP, entity=DOWN), PART),
        (moves(reward=UP, f1=FLAT, entity=DOWN), YES),
        (moves(reward=UP, f1=UP, entity=UP), NO),
        (moves(reward=FLAT, f1=DOWN), NO),
        (moves(reward=DOWN, f1=DOWN), NO),
        (moves(f1=DOWN), UNTESTED),
        (moves(), UNTESTED),
    ],
)
def test_hacked_is_a_reward_that_rises_while_an_independent_metric_falls(told: dict[str, Move], hacked: str) -> None:
    found = judge(told, F1)
    assert found.hacked == hacked
    assert (found.why is not None) == (hacked == UNTESTED)


def test_what_cannot_be_tested_says_why() -> None:
    told = moves(reward=UP, f1=DOWN)
    assert judge(told, F1, missing="post-sft").why == "post-sft missing"
    assert judge(told, F1, own_reward=False).why == "reward.mean is of another reward than the one it was trained on"
    assert judge(moves(f1=DOWN), F1).why == "no reward.mean (submit --neural reward)"


@pytest.mark.parametrize("f1", [UP, DOWN, FLAT])
@pytest.mark.parametrize(
    ("length", "talks"),
    [((1.0, 2.3, 0.001), True), ((1.0, 1.1, 0.001), False), ((1.0, 2.3, 0.2), False), ((2.3, 1.3, 0.001), False)],
)
def test_talking_more_is_growing_beyond_the_references_whatever_the_primary_does(
    f1: tuple[float, float, float], length: tuple[float, float, float], talks: bool
) -> None:
    assert (judge(moves(f1=f1, length=length), F1).longer is not None) == talks


def test_on_real_text_numbers_and_names_stand_for_the_facts() -> None:
    assert independent(OPEN_F1) == OPEN
    assert judge(moves(reward=UP, open=DOWN), OPEN_F1).hacked == YES
    assert judge(moves(reward=UP, f1=DOWN), OPEN_F1).hacked == NO
    assert set(watched(F1)) == {F1, REWARD, LENGTH, *INDEPENDENT}


FLUENT, TITLED = FORM


def formed(fluency: tuple[float, float, float], titled: tuple[float, float, float], **told) -> dict[str, Move]:
    return {**moves(**told), FLUENT: Move(FLUENT, *fluency), TITLED: Move(TITLED, *titled)}


LESS, A_LITTLE, SAME = (0.95, 0.7, 0.001), (0.95, 0.92, 0.001), (0.95, 0.9, 0.4)


@pytest.mark.parametrize(
    ("told", "fell"),
    [
        (formed(LESS, SAME, f1=UP), (FLUENT,)),
        (formed(LESS, LESS, f1=UP), FORM),
        (formed(SAME, LESS, f1=UP), (TITLED,)),
        (formed(LESS, LESS, f1=DOWN), ()),
        (formed(LESS, LESS, f1=FLAT), ()),
        (formed(A_LITTLE, SAME, f1=UP), ()),
        (formed(LESS, UP, f1=UP), ()),
        (moves(f1=UP), ()),
    ],
)
def test_facts_up_and_form_down_is_told_whatever_the_reward_does(told: dict[str, Move], fell: tuple[str, ...]) -> None:
    for reward in ({}, moves(reward=UP), moves(reward=DOWN)):
        assert tuple(m.metric for m in judge({**told, **reward}, F1).formless) == fell


def test_form_that_is_scored_changes_nothing_else_of_a_judgement() -> None:
    """Old runs and boards have none of it, and are judged as before."""
    before = judge(moves(reward=UP, f1=DOWN, length=(1.0, 2.3, 0.001)), F1)
    after = judge(formed(LESS, LESS, reward=UP, f1=DOWN, length=(1.0, 2.3, 0.001)), F1)
    assert replace(after, unwritten=()) == before
    assert not set(FORM) & set(watched(F1))


@pytest.mark.parametrize(
    ("facts", "fluency", "flagged"),
    [
        ((1.0, 0.985, 0.001), (0.95, 0.87, 0.001), True),
        ((1.0, 0.985, 0.001), (0.95, 0.9, 0.001), False),
        ((1.0, 0.75, 0.001), (0.95, 0.9, 0.001), False),
        ((1.0, 0.75, 0.001), (0.95, 0.6, 0.001), True),
        ((1.0, 0.985, 0.001), (0.95, 0.8, 0.2), False),
        ((0.8, 0.9, 0.001), (0.95, 0.91, 0.001), False),
        # a third of a trained policy's outputs as lists of keywords, and the policy as it is
        ((1.0, 0.715, 0.001), (0.952, 0.703, 0.001), True),
        ((1.0, 0.657, 0.001), (0.952, 0.918, 0.001), False),
        # who states next to nothing may write badly, too
        ((1.0, 0.05, 0.001), (0.952, 0.25, 0.001), False),
        ((1.0, 0.4, 0.001), (0.952, 0.5, 0.001), True),
    ],
)
def test_form_further_below_the_gold_than_facts_account_for_is_told(facts, fluency, flagged: bool) -> None:
    told = {F1: Move(F1, *facts), FLUENT: Move(FLUENT, *fluency)}
    assert bool(below_gold(told, F1)) == flagged
    assert below_gold({FLUENT: told[FLUENT]}, F1) == ()


# ---- what outputs are made of
# ------------------------------------------------------------------------------------------------------

TITLE = "ศาลปกครองพิพากษาจำคุกจาง เหว่ยหมิน 6 ปี"


def of(text: str, reference: str = TITLE) -> dict[str, float]:
    found = likeness([Example("a", "新闻", (reference,), None, "zh", "th")], [text])
    assert found is not None
    return found


@pytest.mark.parametrize(
    "text",
    [
        TITLE,
        TITLE.replace(" ", ""),
        TITLE.replace("6", "๖") + "!",
        "\u200b" + TITLE,
        TITLE + " ครับ",
        (TITLE + " ") * 4,
    ],
)
def test_a_copy_with_anything_around_it_is_a_near_copy(text: str) -> None:
    """Measured over the reference's length: what is added makes it no less a copy."""
    assert of(text)["near"] == 1
    assert of(text)["lcs"] == 1


def test_equal_is_equal_but_for_what_nobody_reads() -> None:
    assert [of(t)["exact"] for t in (TITLE, TITLE + ".", TITLE + " ครับ", "")] == [1, 1, 0, 0]


@pytest.mark.parametrize(
    ("text", "repeated", "overlong"),
    [(TITLE, 0, 0), (TITLE * 2, 1, 0), (" ".join([TITLE] * 4), 1, 1), (TITLE + "ก ข ค ง จ ฉ ช ซ " * 20, 1, 1)],
)
def test_repetition_and_length(text: str, repeated: float, overlong: float) -> None:
    """Twice the reference is twice as long, and not more; half of its pieces were there before."""
    found = of(text)
    assert (found["repeated"], found["overlong"]) == (repeated, overlong)


SOURCE = "行政法院判处张伟民有期徒刑六年并处罚金三十万元"


@pytest.mark.parametrize(
    ("text", "source", "foreign"),
    [
        (SOURCE, 1, 1),
        (f"{SOURCE} {TITLE[:10]}", 1, 1),
        (f"{TITLE} {SOURCE[:12]}", 0, 0),
        ("The administrative court sentenced Zhang Weimin to 6 years", 0, 1),
        (f"{TITLE} Administrative Court", 0, 0),
        (TITLE, 0, 0),
        ("37%", 0, 0),
        ("", 0, 0),
    ],
)
def test_copies_of_the_source_and_texts_in_another_script(text: str, source: int, foreign: int) -> None:
    found = likeness([Example("a", SOURCE, (TITLE,), None, "zh", "th")], [text])
    assert found is not None and (found["source"], found["foreign"]) == (source, foreign)
    same = likeness([Example("a", SOURCE, (TITLE,), None, "zh-Hans", "zh")], [SOURCE])
    assert same is not None and (same["source"], same["foreign"]) == (0, 0), "a title may stand in its article"


def test_pieces_of_the_source_by_hand() -> None:
    """Three pieces of eight in ten letters, of which the source has two."""
    assert copied("abcdefghix", "__abcdefghi") == pytest.approx(2 / 3)
    assert (copied("abc", "abc"), copied("abc", "abcd"), copied("", "")) == (1, 0, 0)
    assert untranslated(0.099, None) == [] and untranslated(None, 0.1)[0].startswith("WRONG LANGUAGE: 10%")


def test_shares_by_hand() -> None:
    """Half of "abcd" is in "axbx": 2 of 4. 9 pieces of 8 letters in 16, the last is the first again: 1 of 9."""
    assert held("axbx", "abcd") == 0.5
    assert held("", "abcd") == 0
    assert repetition("abcdefgh" * 2) == pytest.approx(1 / 9)
    assert repetition("abc") == 0
    assert likeness([Example("a", "新闻", None, None, "zh", "th")], ["x"]) is None


@given(st.text(max_size=60), st.text(max_size=20))
def test_adding_to_a_text_never_makes_it_less_of_a_copy(text: str, more: str) -> None:
    reference = letters(TITLE)
    assert held(letters(text) + letters(more), reference) >= held(letters(text), reference)
    assert 0 <= repetition(letters(text)) < 1
