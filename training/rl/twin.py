"""A second process that does half of a GRPO step.

It is a copy of this one (fork), made when training begins. The weights lie in memory that both have, so that it always
sees the latest, and the gradients that it makes come back the same way. It is asked for one thing at a time, and this
process does its own part meanwhile. Where it ends early, its part is done here: the numbers are the same.
"""

from __future__ import annotations

import logging
import mmap
import os
import pickle
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from multiprocessing import current_process, get_all_start_methods, get_context
from multiprocessing.connection import Connection
from typing import Any

from metrics.cores import end_with_the_first, usable
from training.shared import processes
from training.shared.memory import free_memory, is_out_of_memory

log = logging.getLogger("training")

MEMORY = 2 * 2**30
"""Bytes that must be free besides those of its gradients: of the profile `tiny` it takes 1.3 GB, after long completions
1.7."""
NO_MEMORY, UNTOLD = 3, 4
"""Exit codes: memory ran out; an error that cannot be sent to another process."""
Jobs = Mapping[str, Callable[..., Any]]
"""What can be asked for. Arguments and results: what pickle takes; tensors come as arrays."""


def hindrance(parameters: Sequence[Any]) -> str | None:
    """Why a second process cannot share the steps of a model with these parameters, or None."""
    import torch

    if current_process().daemon:
        return "this is a helper process itself"
    if processes.count() > 1 or torch.cuda.is_available() or any(p.device.type != "cpu" for p in parameters):
        return "the run has devices or processes of its own"
    if torch.get_num_threads() != 1:
        return "torch has more than one thread"
    if usable() < 2:
        return "there is one core"
    if "fork" not in get_all_start_methods():
        return "the system has no fork"
    free, needed = free_memory(), MEMORY + 2 * sum(p.nbytes for p in parameters)
    if free is None or free < needed:
        told = "unknown" if free is None else f"{free / 2**30:.1f} GiB"
        return f"free memory: {told}; {needed / 2**30:.1f} GiB needed"
    return None


def shared_zeros(like: Any) -> Any:
    """A tensor of the same shape and type, all 0, in memory that processes forked from this one have, too.

    Not torch's own shared memory: that is a file system, of 64 MB in many containers, and a process that writes beyond
    its end is killed.
    """
    import torch

    if not like.numel():
        return torch.zeros_like(like)
    return torch.frombuffer(mmap.mmap(-1, like.nbytes), dtype=like.dtype).view(like.shape)


class Twin:
    """The second process as the first one sees it."""

    def __init__(self, jobs: Jobs) -> None:
        """Starts it. Raises OSError where no process can be started."""
        self._asked = 0
        context = get_context("fork")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self._pipe, jobs), daemon=True)
        try:
            self._process.start()
        except OSError:
            self._pipe.close()
            raise
        finally:
            theirs.close()

    def ask(self, job: str, *arguments: Any) -> int:
        """Sets it to work, or gives it work for when it has done what it has; the number of its answer."""
        self._asked += 1
        with suppress(OSError):  # it has ended; `answer` says so
            self._pipe.send_bytes(pickle.dumps((self._asked, job, [_packed(a) for a in arguments])))
        return self._asked

    def answer(self, wanted: int) -> tuple[Any, ...]:
        """What has come of what was asked under this number; raises what it raised there, EOFError where it has ended.
        Answers come in the order of what was asked: those before this one are not to be had afterwards."""
        number = 0
        while number < wanted:
            try:
                number, failed, found = pickle.loads(self._pipe.recv_bytes())
            except OSError as error:
                raise EOFError from error
        if failed:
            raise found
        return tuple(_unpacked(value) for value in found)

    def end(self) -> int | None:
        """Ends it; its exit code, None where it was at work until now."""
        self._pipe.close()
        self._process.join(0.1)
        code = self._process.exitcode
        self._process.terminate()
        self._process.join()
        return code


def _serve(pipe: Connection, theirs: Connection, jobs: Jobs) -> None:
    """All that the second process does."""
    theirs.close()  # else it would not hear that the first one has gone
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process hears of it and ends this one
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    end_with_the_first()
    while True:
        try:
            number, job, arguments = pickle.loads(pipe.recv_bytes())
        except (EOFError, OSError):
            os._exit(0)
        try:
            failed, found = False, [_packed(value) for value in jobs[job](*(_unpacked(a) for a in arguments))]
        except BaseException as error:
            if is_out_of_memory(error):  # for two processes, perhaps; not for one
                os._exit(NO_MEMORY)
            failed, found = True, error  # type: ignore[assignment]
        try:
            answer = pickle.dumps((number, failed, found))
            if failed:
                pickle.loads(answer)
        except Exception:
            os._exit(UNTOLD)  # the first process does it and hears the same error
        try:
            pipe.send_bytes(answer)
        except OSError:
            os._exit(0)


def _packed(value: Any) -> Any:
    """A tensor as an array: pickled, it would bring all of the memory that it is a part of."""
    import torch

    return value.detach().numpy() if isinstance(value, torch.Tensor) else value


def _unpacked(value: Any) -> Any:
    import numpy as np
    import torch

    return torch.from_numpy(value) if isinstance(value, np.ndarray) else value
