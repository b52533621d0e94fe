"""newmm's dictionary as we build it answers as PyThaiNLP's own trie."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythainlp.tokenize import word_dict_trie, word_tokenize
from pythainlp.util import Trie

from benchmark.tasks import load_task
from metrics.thai_dictionary import Dictionary, dictionary, thai_words

WORDS = st.text("กขคาเ ", max_size=5)


@given(st.lists(WORDS), st.text("กขคาเ ", max_size=12), st.integers(0, 12))
def test_the_words_that_begin_a_text_are_those_of_the_trie(words: list[str], text: str, start: int) -> None:
    theirs = Trie([word for word in words if word.strip()])
    assert Dictionary(words).prefixes(text, start) == theirs.prefixes(text, start)


def test_all_words_of_newmm_and_damaged_ones_are_answered_alike() -> None:
    rng = random.Random(0)
    theirs = word_dict_trie()
    for word in rng.sample(sorted(thai_words()), 4000):
        text = word + rng.choice(("", "ก", "ร์", " ")) + word[::-1]
        for start in range(len(text) + 1):
            assert dictionary().prefixes(text, start) == theirs.prefixes(text, start)


@pytest.mark.parametrize("task", ["newswire-title", "newswire-title-full"])
def test_texts_are_cut_into_the_same_words(task: str) -> None:
    for example in load_task(task).load("test")[:100]:
        for text in example.reference or ():
            assert word_tokenize(text, custom_dict=dictionary(), engine="newmm") == word_tokenize(text, engine="newmm")
