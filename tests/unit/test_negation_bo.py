"""The Tibetan negation directly before a verb, and what only looks like it."""

from __future__ import annotations

import pytest

from metrics.alignment import Alignment
from metrics.inventory import Inventory
from metrics.records import Example, Fact

_FACTS = (
    Fact("quantity", ("5人",), ("མི་5",)),
    Fact("quantity", ("37人",), ("མི་37",)),
    Fact("event", ("脱轨",), ("ལམ་ནས་ཤོར",)),
    Fact("event", ("发射",), ("འཕངས",)),
    Fact("percentage", ("8%",), ("བརྒྱ་ཆ་8",)),
)
_NEWS = Example("a", "5人死亡，37人受伤，增长8%，列车脱轨，卫星发射。", None, _FACTS, "zh", "bo")
_FUTURE = Example(
    "b", "x", None, (Fact("event", ("未来",), ("མ་འོངས་པ",)), Fact("person", ("x",), ("པད་མ",))), "zh", "bo"
)


def align(text: str) -> Alignment:
    return Inventory([_NEWS, _FUTURE]).align(_NEWS, text)


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("མི་༥་མ་ཤི།", 0), ("མི་༥་ཤི་མེད།", 0), ("མི་༥་ནི་མ་ཤི་བ་རེད།", 0), ("མི་༣༧་མ་རྨས་པ།", 1), ("མི་༣༧་ལ་རྨས་སྐྱོན་མ་ཕོག", 1),
        ("མི་༣༧་རྨས་མ་སོང༌།", 1),
        ("མེ་འཁོར་ལམ་ནས་མ་ཤོར།", 2), ("མེ་འཁོར་ལམ་ནས་མི་ཤོར།", 2), ("འཁོར་སྐར་མ་འཕངས།", 3), ("འཁོར་སྐར་ད་དུང་མ་འཕངས་པར་བཞག", 3),
        ("བརྒྱ་ཆ་8་མ་འཕར།", 4), ("བརྒྱ་ཆ་8་མི་འཕེལ།", 4),
    ],
)  # fmt: skip
def test_what_is_negated_before_its_verb_is_false(text: str, index: int) -> None:
    got = align(text)
    assert not got.stated[index]
    assert len(got.unsupported) == 1 and got.supported == ()


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("མི་༥་ཤི།", 0), ("སློབ་མ་ཤི་བ་མི་༥།", 0), ("མི་ཤི་བ་མི་༥།", 0), ("མི་༣༧་རྨས་པ།", 1), ("རྨས་མ་མི་༣༧་ཡོད།", 1),
        ("མི་༣༧་རྨས་སོང༌།", 1),
        ("ཕ་མ་རྨས་པ་མི་༣༧།", 1), ("མེ་འཁོར་ལམ་ནས་ཤོར།", 2), ("ཐོག་མ་འཕངས་པའི་འཁོར་སྐར།", 3), ("པད་མ་འཕངས།", 3),
        ("ཚང་མ་འཕངས།", 3), ("མི་དམངས་བརྒྱ་ཆ་8་འཕར།", 4), ("མ་འོངས་པར་བརྒྱ་ཆ་8་འཕར།", 4), ("མི་འབོར་བརྒྱ་ཆ་8་འཕར།", 4),
    ],
)  # fmt: skip
def test_persons_and_nouns_that_end_in_the_same_syllable_negate_nothing(text: str, index: int) -> None:
    got = align(text)
    assert got.stated[index] and got.denied == frozenset()


def test_a_fact_that_is_itself_negated_is_stated_by_its_own_words() -> None:
    facts = (Fact("event", ("没有脱轨",), ("ལམ་ནས་མ་ཤོར",)), Fact("event", ("脱轨",), ("ལམ་ནས་ཤོར",)))
    one = Example("n", "x", None, facts, "zh", "bo")
    got = Inventory([one]).align(one, "མེ་འཁོར་ལམ་ནས་མ་ཤོར།")
    assert got.stated == (True, False) and got.unsupported == ()


def test_each_negation_of_an_event_counts() -> None:
    """Said twice, denied twice: both mentions are one false item."""
    got = align("མེ་འཁོར་ལམ་ནས་མ་ཤོར། ལམ་ནས་མ་ཤོར།")
    assert got.denied == {2} and [span.kind for span in got.spans if span.type == "event"] == ["hallucinated"] * 2
