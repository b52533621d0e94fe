"""Eq. 6: the language gate, the two penalties and their sum."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.errors import UserError
from training.rewards.safeguards import (
    Penalties,
    Shaped,
    gate,
    gated,
    p_len,
    p_len_of_source,
    p_rep,
    repeated_share,
    shape,
)

MAIN = Penalties()


@pytest.mark.parametrize(
    ("text", "lang", "passes"),
    [
        ("บริษัทยื่นฟ้องศาล", "th", True),
        ("บริษัท ABC ยื่นฟ้องศาลอุทธรณ์ภาคกลางแล้ว วันนี้", "th", True),  # 3 Latin of 37 letters
        ("กขคงจชซญ ab", "th", False),  # 2 of 10 Latin: above 0.1
        ("กขคงจชซญด a", "th", True),  # 1 of 10 Latin: just allowed
        ("กขคงจชซญ аб", "th", True),  # 8 of 10 Thai (the rest Cyrillic): just allowed
        ("กขคงจชซ абв", "th", False),  # 7 of 10
        ("บริษัทยื่นฟ้องศาลแล้วเมื่อวานนี้ 中", "th", False),  # one Han character is one too many
        ("บริษัทยื่นฟ้องศาลแล้วเมื่อวานนี้ 〇", "th", False),  # 〇 is Han, though no letter
        ("", "th", False),
        ("  \n", "th", False),
        ("37 100 %", "th", False),  # no letters
        ("བོད་ཡིག་གི་ཚགས་པར།", "bo", True),
        ("བོད་ཡིག་གི་ཚགས་པར།", "th", False),
        ("บริษัทยื่นฟ้องศาล", "bo", False),
    ],
)
def test_gate(text: str, lang: str, passes: bool) -> None:
    assert gate(text, lang) is passes


def test_gate_refuses_a_language_it_has_no_script_for() -> None:
    with pytest.raises(UserError, match="knows no script for 'xx'"):
        gate("text", "xx")
    with pytest.raises(UserError, match=r"cannot judge zh \(Chinese\): it is written in Han letters"):
        gate("新闻", "zh-Hant-TW")
    with pytest.raises(UserError, match="has no known script"):
        gate("text", "qaa")


@pytest.mark.parametrize("code", ["tha", "th-TH", "th_TH", "TH", "tha_Thai"])
def test_gate_reads_any_spelling_of_a_code(code: str) -> None:
    assert gated(code)
    assert gate("บริษัทยื่นฟ้องศาล", code)
    assert not gate("བོད་ཡིག་གི་ཚགས་པར།", code)


@pytest.mark.parametrize(
    ("code", "right", "wrong"),
    [("dz", "རྫོང་ཁ", "ไทย"), ("ru", "Москва", "Moskva"), ("ko", "서울 시장", "首爾市長"), ("el", "Αθήνα", "Athina")],
)
def test_gate_judges_every_language_in_a_script_of_its_own(code: str, right: str, wrong: str) -> None:
    assert gate(right, code)
    assert not gate(wrong, code)


@pytest.mark.parametrize(
    ("length", "median", "expected"),
    [(25, 10, 0.0), (26, 10, 0.04), (37, 10, 0.48), (50, 10, 1.0), (90, 10, 1.0), (0, 0, 0.0), (1, 0, 1.0)],
)
def test_length_penalty_by_hand(length: int, median: float, expected: float) -> None:
    assert p_len(length, median) == pytest.approx(expected)


def test_reflen_penalty_by_hand() -> None:
    assert [p_len_of_source(n, 40, 0.5) for n in (0, 20, 30, 40, 80)] == [0, 0, 0.5, 1, 1]
    assert p_len_of_source(3, 0, 0.5) == 1


def test_repetition_penalty_starts_above_its_threshold() -> None:
    assert repeated_share([1, 2, 3]) == 0
    assert repeated_share([7] * 8) == pytest.approx(1 - 1 / 5)
    assert p_rep([7] * 8) == pytest.approx(0.8)
    tokens = [*range(20), 0, 1, 2, 3]  # 21 4-grams, one of them twice: 1/21 = 0.048
    assert repeated_share(tokens) == pytest.approx(1 / 21)
    assert p_rep(tokens) == 0


def test_eq_6_by_hand() -> None:
    """Lengths 4, 4, 4, 15 (median 4): 15/4 = 3.75 x the median, half way from 2.5 to 5; 12 4-grams, 4 distinct: 2/3
    repeated."""
    tokens = [[1, 2, 3, 4]] * 3 + [[1, 2, 3, 4] * 3 + [1, 2, 3]]
    texts = ["กกกก", "กก中ก", "กกกก", "กกกก"]
    got = shape([0.9, 0.9, 0.0, 0.6], texts, tokens, "th", MAIN)
    assert [g.reward for g in got] == pytest.approx([0.9, 0.0, 0.0, 0.6 - 0.20 * 0.5 - 0.05 * (2 / 3)])
    assert got[3] == Shaped(
        0.6, True, pytest.approx(0.5), pytest.approx(2 / 3), pytest.approx(0.6 - 0.1 - 0.05 * 2 / 3), 15, got[3].reward
    )
    assert got[1].gate is False
    assert got[1].shaped == 0.9


def test_a_negative_sum_earns_nothing() -> None:
    got = shape([0.1, 0.5, 0.5], ["ก" * 50, "ก", "ก"], [[1] * 50, [1], [1]], "th", MAIN)
    assert got[0].shaped < 0
    assert got[0].reward == 0


def test_variants_switch_their_terms() -> None:
    tokens, texts, raw = [[1] * 60, [1, 2], [1, 2]], ["ก" * 60, "กก", "กก"], [0.9, 0.9, 0.9]
    assert [g.reward for g in shape(raw, texts, tokens, "th", Penalties("gate-only"))] == [0.9] * 3
    reflen = shape(raw, texts, tokens, "th", Penalties("reflen", reflen_ratio=1.0), source_lengths=[40, 40, 40])
    assert reflen[0].p_len == 0.5
    assert shape(raw, texts, tokens, "th", Penalties("grpo-control")) == shape(raw, texts, tokens, "th", MAIN)
    assert shape(raw, texts, tokens, "th", MAIN)[0].p_len == 1


def test_the_median_is_that_of_the_whole_generation_batch() -> None:
    own = shape([0.9], ["ก" * 9], [[1, 2, 3, 4, 5, 6, 7, 8, 9]], "th", MAIN)
    assert own[0].p_len == 0
    assert shape([0.9], ["ก" * 9], [[1, 2, 3, 4, 5, 6, 7, 8, 9]], "th", MAIN, batch_lengths=[9, 2, 2])[
        0
    ].p_len == pytest.approx((4.5 - 2.5) / 2.5)


@pytest.mark.parametrize(
    "wrong", [{"variant": "gate"}, {"lambda_len": -0.1}, {"lambda_rep": math.nan}, {"reflen_ratio": 0}]
)
def test_wrong_penalties_are_refused(wrong: dict) -> None:
    with pytest.raises(UserError, match=r"rl\."):
        Penalties(**wrong)


texts_of_all_kinds = st.text(alphabet="กขคงจะา ab中1", max_size=30)
batches = st.lists(
    st.tuples(st.floats(0, 1), texts_of_all_kinds, st.lists(st.integers(0, 3), max_size=40)), min_size=1, max_size=8
)


@given(batches)
def test_rewards_lie_in_0_to_1_and_are_0_where_the_gate_fails(batch: list) -> None:
    raw, texts, tokens = (list(column) for column in zip(*batch, strict=True))
    for shaped, r, text in zip(shape(raw, texts, tokens, "th", MAIN), raw, texts, strict=True):
        assert 0 <= shaped.reward <= r
        if not gate(text, "th"):
            assert shaped.reward == 0


@given(batches, st.randoms(use_true_random=False))
def test_permuting_the_batch_permutes_the_rewards(batch: list, rng) -> None:
    order = list(range(len(batch)))
    rng.shuffle(order)
    raw, texts, tokens = (list(column) for column in zip(*batch, strict=True))
    straight = shape(raw, texts, tokens, "th", MAIN)
    permuted = shape([raw[i] for i in order], [texts[i] for i in order], [tokens[i] for i in order], "th", MAIN)
    assert permuted == [straight[i] for i in order]
