"""The one exception for a user's mistake."""

from __future__ import annotations

import os
from pathlib import Path


class UserError(Exception):
    """A mistake of the user, told in one message: what is wrong, where, and how to mend it.

    The command line prints it on stderr as ``error: ...`` and exits with status 2, without a traceback.
    Raise it before anything is written, or write atomically (`metrics.records.atomic_write_text`).
    """


def first_line(error: BaseException) -> str:
    """The first line of what an error says (its kind where it says nothing), for a message around it."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]


def unwritable(path: Path, error: OSError) -> str:
    """Why a file cannot be written and what helps: another name where a file and a folder stand for each other."""
    if path.is_dir():
        return "it is a folder; name a file"
    for parent in path.parents:
        if os.path.lexists(parent) and not parent.is_dir():
            return f"{parent} is no folder; choose another name"
    return f"{error.strerror or error}; free some space or choose a folder you may write to"


UNLOADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError, ImportError, RuntimeError)
"""What the model libraries raise for a folder that is not what they look for: the user's mistake each time."""
