"""What a command leaves to Python when it ends, where models were loaded: a million objects and more.

Python looks through all of them two or three times for garbage, which took a seventh of a short run. What that is good
for is that files are closed, and so written out, which a user's own reward or task has left open. They are looked for
here, once, and the objects are taken out of the searches. All else is as ever: modules are taken down one by one, and
what goes with them is told so (`__del__`).
"""

from __future__ import annotations

import gc
import io
from collections.abc import Callable
from contextlib import suppress

PYTHONS_OWN = "_io"
"""Module of the kinds of files that `open` gives. To write them out is enough: the system closes them."""


def write_out() -> None:
    """Writes out the files that are still open, and takes all objects out of Python's last searches for garbage. To be
    called when nothing of the program runs any more."""
    gc.unfreeze()  # what was frozen is not among the objects
    kinds = set(map(id, _derived(io.IOBase.__mro__[1])))  # the base of what `open` gives, and of all in `io`
    files = [one for one in gc.get_objects() if id(type(one)) in kinds]
    plain = [file for file in files if type(file).__module__ == PYTHONS_OWN]
    for file in plain:
        _quietly(file.flush)
    for file in files:
        if type(file).__module__ != PYTHONS_OWN:  # such as gzip's, which end with a checksum
            _quietly(file.close)
    for file in plain:
        _quietly(file.flush)  # into which those were closed
    gc.freeze()


def _derived(kind: type[object]) -> list[type[object]]:
    """A class and all that are derived from it."""
    found = [kind]
    for inner in kind.__subclasses__():
        found += _derived(inner)
    return found


def _quietly(call: Callable[[], object]) -> None:
    """Python, too, says nothing of what fails when a file is closed for the last time."""
    with suppress(Exception):
        call()
