"""Texts written by models, made safe and visible: HTML-escaped, control and bidirectional characters shown by their
code point.

A text may hold anything: markup, a right-to-left override that reorders what follows it, characters of no width that
make two texts look alike, private characters. All of that is shown, none of it acts on the page.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from metrics.terminal import hidden, plain

__all__ = ["SHOWN_CHARS", "environment", "hidden", "plain", "shortened", "visible"]

SHOWN_CHARS = 1500
"""Longer texts are cut on the page (never in the files), and the page says by how much."""


def _name(char: str) -> str:
    names = {"\n": "line feed", "\r": "carriage return", "\t": "tab", "\0": "null"}
    return names.get(char) or unicodedata.name(char, "control, private or unassigned character").lower()


def visible(text: str) -> Markup:
    """The text as HTML: escaped, with a labelled chip in place of every hidden character."""
    parts: list[Markup] = []
    seen: list[str] = []
    for char in text:
        if not hidden(char):
            seen.append(char)
            continue
        parts.append(escape("".join(seen)))
        seen.clear()
        shown = {"\n": "↵", "\t": "⇥"}.get(char) or f"U+{ord(char):04X}"
        parts.append(Markup('<span class="ctl" title="{}">{}</span>').format(_name(char), shown))
    parts.append(escape("".join(seen)))
    return Markup("").join(parts)


def shortened(text: str, limit: int = SHOWN_CHARS) -> tuple[str, int]:
    """(the text cut to `limit` code points, how many code points were left out)."""
    return text[:limit], max(0, len(text) - limit)


def _printed(value: Any) -> Any:
    """Whatever a template prints: no hidden character gets on a page, whether or not the template thought of it."""
    return plain(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def environment(folders: Sequence[Path]) -> Any:
    """The one jinja2 environment of all pages: everything printed is escaped and `plain`, unless `visible` has
    made it HTML already."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader([str(folder) for folder in folders]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_printed,
    )
    made.filters["visible"] = lambda text: visible(str(text))
    return made
