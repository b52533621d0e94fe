"""Errors of a policy rather than of a writer: a figure off by a power of ten, a number before the unit of another.

They were read in the outputs of a policy that a reranker without them had rewarded (docs/world-2.md). Names in the
place of another role need nothing of their own: `writer.Writer.wrong` takes them from the article.
"""

from __future__ import annotations

import random
import re
from dataclasses import replace

from benchmark.tasks.newswire.values import Value
from benchmark.tasks.newswire.world2.values import money

NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
MEASURED = ("quantity", "money", "percentage")
OTHER_UNIT = 0.4
CARRIED = 0.5
"""Share of the wrong amounts of money that are written as they should be, but carried wrongly from 万 and 亿: 10 or 100
times as much or as little."""


def slip(value: Value, others: list[Value], lang: str, rng: random.Random) -> Value | None:
    """The value as a policy miswrites it in one language: with the unit of one of `others`, or ten or a hundred times
    as much or as little. None where it is no figure, or none that can be miswritten so."""
    at = rng.randrange(value.n_forms[lang]) if value.n_forms[lang] else 0
    usual = value.surfaces[lang][at]
    if value.type not in MEASURED or (found := NUMBER.search(usual)) is None:
        return None
    number = found[0]
    if value.type == "money" and rng.random() < CARRIED:
        amount, currency = value.key.split(" ")
        factor = rng.choice((100, 10, 0.1, 0.01))
        if int(amount) * factor >= 10**4:
            return money(int(int(amount) * factor), currency)
    units = [x.surfaces[lang][0] for x in others if x.type in MEASURED and _unit(x, lang) != _unit(value, lang)]
    if units and rng.random() < OTHER_UNIT:
        return _as(value, NUMBER.sub(number, rng.choice(units), count=1), lang)
    changed = _scaled(number, rng)
    return _as(value, usual.replace(number, changed, 1), lang) if changed else None


def _unit(value: Value, lang: str) -> str:
    return NUMBER.sub("", value.surfaces[lang][0], count=1)


def _scaled(number: str, rng: random.Random) -> str | None:
    """The digits of another power of ten, with commas where the number or its new length has them."""
    plain = number.replace(",", "")
    if "." in plain:
        return plain.replace(".", "") if rng.random() < 0.5 else None
    zeros = len(plain) - len(plain.rstrip("0"))
    new = (
        plain[: -rng.randint(1, min(zeros, 2))]
        if zeros and rng.random() < 0.5
        else plain + rng.choice(("0", "0", "00"))
    )
    return f"{int(new):,}" if "," in number or len(plain) < 4 <= len(new) else new


def _as(value: Value, text: str, lang: str) -> Value | None:
    if text in value.surfaces[lang]:
        return None
    return replace(
        value,
        key=f"{value.key} as {text}",
        surfaces={**value.surfaces, lang: (text,)},
        n_forms={**value.n_forms, lang: 1},
    )
