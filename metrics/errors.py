"""The one exception for a user's mistake."""

from __future__ import annotations


class UserError(Exception):
    """A mistake of the user, told in one message: what is wrong, where, and how to mend it.

    The command line prints it on stderr as ``error: ...`` and exits with status 2, without a traceback.
    Raise it before anything is written, or write atomically (`metrics.records.atomic_write_text`).
    """


def first_line(error: BaseException) -> str:
    """The first line of what an error says (its kind where it says nothing), for a message around it."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
