"""Outputs are data: orders to the judge that stand in them are found and counted, and change nothing.

The words stand in attempts.toml (English, Chinese, Thai), for native speakers to correct. What is found is reported per
system; no judge's verdict is altered by it. The fences around texts in prompts are `metrics.llm_judge.fenced`.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import lru_cache
from importlib.resources import files

from metrics.normalise import tidy


@lru_cache(maxsize=1)
def _orders() -> re.Pattern[str]:
    told = tomllib.loads((files("metrics") / "judge" / "attempts.toml").read_text("utf-8"))
    return re.compile("|".join(f"(?:{p})" for lang in sorted(told) for p in told[lang]["patterns"]), re.IGNORECASE)


def attempt(text: str) -> str | None:
    """The first order to a judge in a text, or None. Fullwidth and other look-alike letters are read as plain ones."""
    found = _orders().search(unicodedata.normalize("NFKC", tidy(text)))
    return found.group(0) if found else None
