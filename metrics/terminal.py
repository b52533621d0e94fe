"""Text for a terminal: the one way out for whatever is printed (`say`), and the one function that makes a text harmless
there (`plain`).

Files and models may hold anything: escape sequences that move the cursor or rename the window, C1 controls, a
right-to-left override, tag characters that nobody sees. All of it is shown by its code point, none of it acts.
Pages have `benchmark.report.safetext.visible`.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import unicodedata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

INVISIBLE = "\u034f\u115f\u1160\u17b4\u17b5\u180e\u2800\u3164\uffa0"
"""Characters without ink that Unicode does not file under the categories below (fillers, the grapheme joiner)."""
HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_EXTRA = re.compile(f"[{INVISIBLE}\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def hidden(char: str) -> bool:
    """Whether a reader could not see this character, or it would change how its neighbours are shown."""
    return unicodedata.category(char) in HIDDEN_CATEGORIES or _EXTRA.match(char) is not None


def plain(text: str) -> str:
    """The text on one line, every hidden character as "[U+XXXX]", line breaks and lone surrogates included."""
    if text.isprintable() and not _EXTRA.search(text):
        return text
    return "".join(f"[U+{ord(c):04X}]" if hidden(c) else c for c in text)


RED, NO_COLOUR = "\x1b[31m", "\x1b[0m"


def say(*lines: str, err: bool = False, red: bool = False) -> None:
    """Prints each text as one line of standard output, or of standard error; what its encoding lacks is written as an
    escape.

    red: in red, where a terminal reads it and NO_COLOR is not set.

    A line break within a text is shown, not printed: what a file says cannot pass for a line of ours.
    """
    stream = sys.stderr if err else sys.stdout
    begin, end = (RED, NO_COLOUR) if red and stream.isatty() and "NO_COLOR" not in os.environ else ("", "")
    text = "".join(f"{begin}{plain(line)}{end}\n" for line in lines)
    try:
        stream.write(text)
    except UnicodeEncodeError:
        stream.write(text.encode(stream.encoding, "backslashreplace").decode(stream.encoding))
    if err:
        stream.flush()


def console(**options: Any) -> Console:
    """rich's console, for tables; where the reader of a pipe has gone it ends as all else here does, not with code
    1."""
    from rich.console import Console

    class Ours(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    return Ours(**options)


class _Record(logging.LogRecord):
    """A log message, of any package, whose lines are harmless."""

    def getMessage(self) -> str:
        return "\n".join(plain(line.expandtabs()) for line in super().getMessage().split("\n"))


def plain_logs() -> None:
    """From now on every log message goes through `plain`: warnings quote files, folders and what stands in configs."""
    factory: Any = _Record
    logging.setLogRecordFactory(factory)
