"""A stranger's function that only makes a text, in bounded time and memory: a chat template is a program of whoever
made the model, and the sandbox that it runs in stops neither loops nor texts of gigabytes."""

from __future__ import annotations

import contextlib
import os
import resource
import select
import signal
import time
from collections.abc import Callable

from metrics.errors import UserError, first_line

SECONDS = 10.0
MEMORY = 2**30
"""Bytes that it may use beyond what this process has."""
LONGEST = 2**20
"""Bytes of UTF-8 of the text."""


def bounded_text(make: Callable[[], str], seconds: float = SECONDS) -> str:
    """What `make` returns, computed in a child process. Raises UserError that says why there is no text: a function
    that raises, takes longer, needs more memory, or writes more than LONGEST bytes."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _answer(make, writer)
    os.close(writer)
    data, end = b"", time.monotonic() + seconds
    try:
        while len(data) <= LONGEST + 1 and (left := end - time.monotonic()) > 0:
            if select.select([reader], [], [], left)[0]:
                block = os.read(reader, 2**16)
                if not block:
                    break
                data += block
        else:
            raise UserError(f"no end within {seconds:g} s, or more than {LONGEST:,} bytes")
    finally:
        os.close(reader)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    kind, text = data[:1], data[1:].decode("utf-8", "replace")
    if kind == b"T":
        return text
    raise UserError(text or "more than 1 GiB of memory, or its process ended")


def _answer(make: Callable[[], str], writer: int) -> None:
    """In the child: writes "T" and the text, or "E" and the error, and ends without anything of the parent's."""
    try:
        with contextlib.suppress(OSError, ValueError):
            with open("/proc/self/statm", encoding="ascii") as stream:
                here = int(stream.read().split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (here + MEMORY, here + MEMORY))
        try:
            answer = b"T" + make().encode("utf-8", "surrogatepass")
        except BaseException as error:  # whatever it is, the parent tells it in one line
            answer = b"E" + first_line(error).encode("utf-8", "replace")
        view = memoryview(answer)
        while view:
            view = view[os.write(writer, view[: 2**16]) :]
    finally:
        os._exit(0)
