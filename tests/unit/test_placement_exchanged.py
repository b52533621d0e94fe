"""placement.*: what is exchanged with the next one of its kind, and honest texts that look a little like it."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import pytest

from metrics.companions import Places, places
from metrics.inventory import Inventory
from metrics.records import Example, Fact

PERSONS = ("陈红", "李明", "王伟", "周杰", "吴芳", "郑强")
NAMES = ("Chen Hong", "Li Ming", "Wang Wei", "Zhou Jie", "Wu Fang", "Zheng Qiang")
SUMS = (31, 42, 53, 64, 75, 86)
DAYS = (11, 12, 13, 14, 15, 16)
BUYERS = ("东湖银行", "长丰银行", "磐石银行")
BANKS = ("Donghu Bank", "Changfeng Bank", "Panshi Bank")
SOLD = ("晨曦电影公司", "华星科技公司", "绿原乳业公司")
FIRMS = ("Chenxi Film", "Huaxing Tech", "Luyuan Dairy")
N = range(6)
Pieces = list[str]


def passage() -> Example:
    """Six stories: somebody names a loss; for how long work stops, alone in its sentence. Three of a bank that buys."""
    facts, source, told = [], "", []
    for i in N:
        facts += [
            Fact("person", (PERSONS[i],), (NAMES[i],)),
            Fact("money", (f"{SUMS[i]}万元",), (f"{SUMS[i]}0,000 yuan",)),
            Fact("quantity", (f"{DAYS[i]}天",), (f"{DAYS[i]} days",)),
        ]
        source += f"{PERSONS[i]}说，损失{SUMS[i]}万元。停工{DAYS[i]}天。"
    for i in range(3):
        facts += [Fact("organisation", (BUYERS[i],), (BANKS[i],)), Fact("organisation", (SOLD[i],), (FIRMS[i],))]
        source += f"{BUYERS[i]}收购{SOLD[i]}。"
    told = [piece for i in N for piece in story(i)] + [deal(i) for i in range(3)]
    return Example("p", source, (" ".join(told),), tuple(facts), "zh", "en")


def story(i: int, person: int | None = None, total: int | None = None, days: int | None = None) -> Pieces:
    """The two sentences of a story; with what of another story."""
    name = NAMES[i if person is None else person]
    amount = SUMS[i if total is None else total]
    return [
        f"{name} said the losses were {amount}0,000 yuan.",
        f"Work stops for {DAYS[i if days is None else days]} days.",
    ]


def deal(i: int, buyer: int | None = None) -> str:
    return f"{BANKS[i if buyer is None else buyer]} buys {FIRMS[i]}."


EXAMPLE = passage()
INVENTORY = Inventory([EXAMPLE])
ALL = 24
OTHER = (1, 0, 3, 2, 5, 4)
DEALS = [deal(i) for i in range(3)]


def found(pieces: Sequence[str]) -> Places:
    return places(INVENTORY.align(EXAMPLE, " ".join(pieces)), INVENTORY.companions(EXAMPLE))


def out(pieces: Sequence[str]) -> int:
    """The facts that are out of their places."""
    got = found(pieces)
    return sum(asked and not held for held, asked in zip(got.held, got.told, strict=True))


def each(write: Callable[[int], Pieces]) -> Pieces:
    return [piece for i in N for piece in write(i)]


def turned(i: int) -> Pieces:
    return [f"The losses were {SUMS[i]}0,000 yuan, {NAMES[i]} said.", story(i)[1]]


def together(i: int) -> Pieces:
    """Two persons in one sentence, and what they said."""
    if i % 2:
        return []
    said = f"{NAMES[i]} and {NAMES[i + 1]} said the losses were {SUMS[i]}0,000 yuan and {SUMS[i + 1]}0,000 yuan."
    return [said, story(i)[1], story(i + 1)[1]]


REFERENCE = each(story) + DEALS
HONEST: dict[str, Pieces] = {
    "the reference": REFERENCE,
    "stories the other way round": DEALS[::-1] + [piece for i in reversed(N) for piece in story(i)],
    "who says it behind what is said": each(turned) + DEALS,
    "half of them so": each(lambda i: turned(i) if i % 2 else story(i)) + DEALS,
    "two persons in one sentence": each(together) + DEALS,
    "pronouns": each(lambda i: ["She said" + story(i)[0].partition("said")[2], story(i)[1]] if i % 2 else story(i)),
    "what is said left out": each(lambda i: [f"{NAMES[i]} spoke.", story(i)[1]] if i % 2 else story(i)) + DEALS,
    "one sentence of each story": each(lambda i: story(i)[i % 2 : i % 2 + 1]),
    "all figures that stand alone at the end": each(lambda i: story(i)[:1]) + each(lambda i: story(i)[1:]),
    "the sold firm first": each(story) + [f"{FIRMS[i]} is bought by {BANKS[i]}." for i in range(3)],
    "nothing": [],
}


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_text_has_nothing_out_of_place(name: str) -> None:
    assert out(HONEST[name]) == 0


@pytest.mark.parametrize("seed", range(8))
def test_sentences_in_any_order_have_nothing_out_of_place(seed: int) -> None:
    """But where one comes to stand between the two neighbours of another of its kind by chance: seldom."""
    pieces = random.Random(seed).sample(REFERENCE, len(REFERENCE))
    assert out(pieces) <= 1


@pytest.mark.parametrize(
    ("pieces", "least"),
    [
        (each(lambda i: story(i, person=OTHER[i])) + DEALS, 12),
        (each(lambda i: story(i, total=OTHER[i])) + DEALS, 12),
        (each(lambda i: story(i, days=OTHER[i])) + DEALS, 6),
        ([*story(0, person=1), *story(1, person=0), *REFERENCE[4:]], 4),
        ([*story(0, days=1), *story(1, days=0), *REFERENCE[4:]], 2),
        ([*each(story), deal(0, 1), deal(1, 0), deal(2)], 3),
        (each(lambda i: turned(i) if i > 1 else story(i, person=1 - i)) + DEALS, 4),
    ],
    ids=[
        "persons",
        "sums",
        "figures alone",
        "two persons",
        "two figures alone",
        "banks",
        "two persons, the rest turned",
    ],
)
def test_what_is_exchanged_with_the_next_is_out_of_its_place(pieces: Pieces, least: int) -> None:
    """Whom the neighbour left behind excused: A stood beside what A said, only on the other side."""
    assert out(pieces) >= least


def test_all_facts_of_the_reference_have_places() -> None:
    assert sum(found(REFERENCE).told) == sum(found(REFERENCE).held) == ALL


def test_who_is_named_in_two_sentences_may_be_left_out_of_one() -> None:
    """Chen Hong travels, too: where one mention of two is a pronoun, her loss is not asked to stand beside the other;
    where both stand there, it is."""
    travels = Fact("place", ("北京",), ("Beijing",))
    example = Example(
        "q",
        f"{EXAMPLE.source}{PERSONS[0]}去北京。",
        (" ".join([*REFERENCE, "Chen Hong goes to Beijing."]),),
        (*(EXAMPLE.facts or ()), travels),
        "zh",
        "en",
    )
    inventory = Inventory([example])
    known = inventory.companions(example)
    end = [*REFERENCE[2:], "Chen Hong goes to Beijing."]
    for start, asked in (("She said the losses were 310,000 yuan.", False), (story(0, person=1)[0], False)):
        told = places(inventory.align(example, " ".join([start, *end])), known).told
        assert told[1] is asked
    both = " ".join([story(0, person=1)[0], "Chen Hong is here.", *end])
    assert places(inventory.align(example, both), known).told[1]


def test_names_exchanged_within_a_sentence_are_left_to_their_roles() -> None:
    assert out([*each(story), *(f"{FIRMS[i]} buys {BANKS[i]}." for i in range(3))]) == 0
