"""Categories of the challenge set that keep the facts, or lose them all, and spoil the form: padding, copies, scripts,
cuts."""

from __future__ import annotations

from benchmark.reward.phrases import phrases, romanise, spell
from benchmark.reward.story import Draft, Story
from benchmark.tasks.newswire import values as v
from benchmark.tasks.newswire.articles import title
from benchmark.tasks.newswire.frames import SLOT
from metrics.normalise import cut_graphemes


def padding_repeat(s: Story) -> Draft | None:
    """The title again, or its facts again as a list."""
    if s.rng.random() < 0.5:
        return Draft(s.title, " ".join([s.title] * s.rng.choice((2, 3))), "minor", None, "the sentence is repeated")
    listed = " ".join(s.surface(value) for value in s.salient.values())
    return Draft(s.title, f"{s.title} {listed}", "minor", None, "the facts are repeated")


def padding_filler(s: Story) -> Draft | None:
    """Sentences that say nothing are added."""
    added = " ".join(s.rng.sample(phrases()["filler"][s.lang], s.rng.randint(2, 4)))
    return Draft(s.title, f"{s.title} {added}", "minor", None, "sentences without facts are added")


def word_salad(s: Story) -> Draft | None:
    """All names, numbers and the event, in no order and without grammar."""
    words = [s.article.frame.event[s.lang][0], *(s.surface(value) for value in s.salient.values())]
    s.rng.shuffle(words)
    return Draft(s.title, ("་" if s.lang == "bo" else " ").join(words), "major", None, "words without a sentence")


def copy_source(s: Story) -> Draft | None:
    """The Chinese article itself."""
    return Draft(s.title, s.source, "critical", None, "the source copied")


def copy_half(s: Story) -> Draft | None:
    """Half of the title, then half of a Chinese text on the same article."""
    chinese = s.rng.choice((title(s.article, "zh"), s.source))
    return Draft(s.title, f"{_half(s.title)} {chinese[len(chinese) // 2 :]}", "critical", None, "half copied")


def wrong_language(s: Story) -> Draft | None:
    """A right title in a language that was not asked for."""
    other = s.rng.choice([lang for lang in v.LANGUAGES if lang != s.lang])
    return Draft(s.title, title(s.article, other), "critical", None, f"written in {other}")


def wrong_script(s: Story) -> Draft | None:
    """The right title in Latin letters."""
    return Draft(s.title, romanise(s.title), "critical", None, "Latin letters")


def transliteration(s: Story) -> Draft | None:
    """The Chinese title by its sound, with the right names and numbers in it."""
    form = s.article.frame.title["zh"][s.article.title_form["zh"]]
    parts = []
    for i, part in enumerate(fill_parts(form)):
        parts.append(s.surface(s.article.values[part]) if i % 2 else spell(part, s.lang))
    return Draft(
        s.title,
        ("་" if s.lang == "bo" else " ").join(p.strip() for p in parts if p.strip()),
        "critical",
        "event",
        "spelled, not translated",
    )


def fill_parts(form: str) -> list[str]:
    """literal, slot, literal, slot ... literal of a form without particles."""
    parts, last = [], 0
    for match in SLOT.finditer(form):
        parts += [form[last : match.start()], match[1]]
        last = match.end()
    return [*parts, form[last:]]


def _half(text: str) -> str:
    return cut_graphemes(text, len(text) // 2)


def truncated(s: Story) -> Draft | None:
    """The first half of the title."""
    return Draft(s.title, _half(s.title), "major", None, "cut in the middle")


def empty(s: Story) -> Draft | None:
    """Nothing."""
    return Draft(s.title, "", "critical", None, "empty")
