"""Code of the user's own (a task, a reward, a judge, a metric) that fails: one message that names its file and line."""

from __future__ import annotations

import sys
import sysconfig
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

from metrics.errors import UserError, first_line

HOME = str(Path(__file__).resolve().parents[1])
SUITE = ("metrics", "training", "benchmark")
"""Packages whose failures are our fault, and keep their traceback."""


def is_own(module: str) -> bool:
    """Whether a module of a table of "module:function" is the user's, who has added a line there."""
    return module.partition(".")[0] not in SUITE


@contextmanager
def own_code(what: str, module: str, *but: type[Exception]) -> Iterator[None]:
    """UserError, "WHAT: failed in FILE, line N: ...", for whatever the user's code inside raises. but: kinds of errors
    that the caller tells itself."""
    try:
        yield
    except Exception as error:
        if isinstance(error, (UserError, *but)):
            raise
        raise UserError(
            f"{what}: {place(error, module)}{type(error).__name__}: {first_line(error)}; mend it"
        ) from error


def guarded(function: Callable[..., Any], what: str, module: str) -> Callable[..., Any]:
    """The function, run in `own_code`."""

    @wraps(function)
    def call(*args: Any, **options: Any) -> Any:
        with own_code(what, module):
            return function(*args, **options)

    return call


def place(error: BaseException, module: str) -> str:
    """ "failed in FILE, line N: ": the last step of the module itself, else the last one outside of suite and
    libraries, for the user's mistake is seldom where a library noticed it. "failed: " without either."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"failed in {error.filename}, line {error.lineno}: "
    steps = [step for step in traceback.extract_tb(error.__traceback__) if not step.filename.startswith("<")]
    own = getattr(sys.modules.get(module), "__file__", None)
    found = [step for step in steps if step.filename == own] or [s for s in steps if not _foreign(s.filename)]
    return f"failed in {found[-1].filename}, line {found[-1].lineno}: " if found else "failed: "


def _foreign(path: str) -> bool:
    folders = {sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    suite = [f"{HOME}/{package}/" for package in SUITE]
    return path.startswith((*(f"{folder}/" for folder in folders), *suite))
