"""A GRPO step in two halves by prompts, of which a second process can do one.

On CPU the steps of a small policy gain little from a second thread. Here completions of half of the prompts are drawn
at a time, and the gradient is the sum of two: each prompt with its completions is in one half. The second process also
makes the reference's log-probabilities, and then scores completions for the reward beside this one. What is computed
depends on the halves alone, and these on the batch: one process and two give the same bytes
(tests/unit/test_halves.py).
"""

from __future__ import annotations

import functools
import logging
import mmap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from training.rl.draws import Stream, shared_stream
from training.rl.twin import Twin, hindrance, shared_zeros

log = logging.getLogger("training")

DEALT = "dealt"
_NOTHING_TAKEN = memoryview(bytes(16)).cast("q")


def even(costs: Sequence[float]) -> list[int]:
    """Which half (0 or 1) each of these goes to, so that both cost about the same: the dearest first, each to the half
    that has cost less so far."""
    half, spent = [0] * len(costs), [0.0, 0.0]
    for i in sorted(range(len(costs)), key=lambda i: (-costs[i], i)):
        half[i] = int(spent[1] < spent[0])
        spent[half[i]] += costs[i]
    return half


class Halves:
    """Does the two halves of everything, the second one in another process where there is one."""

    def __init__(self, model: Any) -> None:
        """model: the policy that is trained."""
        self.model = model
        self.parameters = [p for p in model.parameters() if p.requires_grad]
        self.rolling = False
        """Whether what `model.generate` is called for are completions of a step, not a probe."""
        self.jobs: dict[str, Callable[..., Any]] = {"gradients": self._gradients_here, DEALT: self._dealt_there}
        self._twin: Twin | None = None
        self._fill: Callable[[], Any] | None = None
        self._passes = 0
        self._graphs: dict[int, Any] = {}
        """Log-probabilities of a half with all that their gradient is made from."""
        self._theirs: list[Any] = []
        """Gradients of the second process, in shared memory."""
        self._taken = memoryview(mmap.mmap(-1, 16)).cast("q")
        """Of what is dealt out, how many from the first on this process has taken, and how many from the last on the
        second one. Memory of both."""

    @contextmanager
    def rollouts(self) -> Iterator[None]:
        """Within it `model.generate` draws the completions of a step."""
        self.rolling = True
        try:
            yield
        finally:
            self.rolling = False

    def start(self, twin: bool) -> None:
        """Puts the weights where two processes can have them; afterwards they change in place only. twin: starts the
        second process, or says in the log why there is none."""
        self.end()
        for parameter in self.parameters:
            # Without a second process, too: how a product is rounded depends on where in memory its factors begin.
            shared = shared_zeros(parameter)
            shared.copy_(parameter.data)
            parameter.data = shared
        if not twin:
            return
        if (why := hindrance(self.parameters)) is not None:
            log.info("both halves of a step in one process: %s", why)
            return
        self._theirs = [shared_zeros(parameter) for parameter in self.parameters]
        try:
            self._twin = Twin({**self.jobs, "gradients": self._gradients_there})
        except OSError as error:
            log.warning("both halves of a step in one process: %s", error.strerror or error)

    def end(self) -> None:
        """Ends the second process."""
        if self._twin is not None:
            self._twin.end()
            self._twin = None

    def aside(self, job: str, *arguments: Any) -> Callable[[], tuple[Any, ...]]:
        """Begins a job in the second process; what is returned waits for its result. Without one all is done when that
        is called."""
        if self._twin is None:
            return lambda: self.jobs[job](*arguments)
        number = self._twin.ask(job, *arguments)

        def found() -> tuple[Any, ...]:
            try:
                if self._twin is not None:
                    return self._twin.answer(number)
            except EOFError:
                self._lost()
            return self.jobs[job](*arguments)

        return found

    def later(self, job: str, shape: tuple[int, ...], *arguments: Any) -> Any:
        """A job's only result, of this shape; where a second process makes it, it is not there before `fill`."""
        import torch

        found = self.aside(job, *arguments)
        if self._twin is None:
            return found()[0]
        made = torch.zeros(shape)
        self._fill = lambda: made.copy_(found()[0])
        return made

    def fill(self) -> None:
        """Waits for what was begun with `later`."""
        fill, self._fill = self._fill, None
        if fill is not None:
            fill()

    def both(self, job: str, first: Sequence[Any], second: Sequence[Any]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """A job's results for both halves, given its arguments for each."""
        theirs = self.aside(job, *second)
        return self.jobs[job](*first), theirs()

    def dealt(self, job: str, pieces: Sequence[Any]) -> list[Any]:
        """What comes of a job for each of these. This process begins with the first one, the second process with the
        last as soon as it has done what it has, and they go on until they meet."""
        found: dict[int, Any] = {}
        twin, number = self._twin, 0
        self._taken[:] = _NOTHING_TAKEN
        if twin is not None:
            number = twin.ask(DEALT, job, list(pieces))
        for i, piece in enumerate(pieces):
            if i >= len(pieces) - self._taken[1]:
                break
            self._taken[0] = i + 1
            found[i] = self.jobs[job](piece)
        if twin is not None:
            self.fill()  # it was asked before
            try:
                found.update(twin.answer(number))
            except EOFError:
                self._lost()
        return [found[i] if i in found else self.jobs[job](piece) for i, piece in enumerate(pieces)]

    def _dealt_there(self, job: str, pieces: Sequence[Any]) -> tuple[tuple[int, Any], ...]:
        """In the second process: (number, what comes of it) of those it has come to. Where both take the same one at
        the same time, it is done twice."""
        found = []
        for i in reversed(range(len(pieces))):
            if i < self._taken[0]:
                break
            self._taken[1] = len(pieces) - i
            found.append((i, self.jobs[job](pieces[i])))
        return tuple(found)

    def _lost(self) -> None:
        twin, self._twin = self._twin, None
        if twin is not None:
            log.warning(
                "the second process of RL ended early (exit code %s); both halves of a step are done here", twin.end()
            )

    def rollout(self, job: str, tensors: dict[str, Any], others: dict[str, Any], cut: int) -> Any:
        """Ids of prompts and completions, (rows, length), as `generate` returns them. tensors, others: what it is
        called with; cut: rows of the first half."""
        import torch

        rows, state = len(tensors["input_ids"]), torch.get_rng_state()
        parts = [
            (rows, start, state, others, list(tensors), *(value[start:end] for value in tensors.values()))
            for start, end in ((0, cut), (cut, rows))
        ]
        (mine, drawn), (theirs, drawn_there) = self.both(job, *parts)
        torch.set_rng_state(state)
        stream = Stream(rows)
        for _ in range(max(drawn, drawn_there)):  # it goes on as if all rows had been one batch
            stream.uniform("cpu")
        length = max(mine.shape[1], theirs.shape[1])
        filler = (others.get("generation_config") or self.model.generation_config).pad_token_id
        return torch.cat([torch.nn.functional.pad(i, (0, length - i.shape[1]), value=filler) for i in (mine, theirs)])

    def log_probs(self, job: str, halves: Sequence[Sequence[Any]]) -> list[tuple[Any, Any, Any, Any]]:
        """For each half (log-probabilities with gradient, entropy, row, place), all (n,). halves: arguments of the job,
        which returns these four."""
        self._passes += 1
        found = _halved()(self, self._passes, job, halves, *self.parameters)
        return [tuple(found[i : i + 4]) for i in (0, 4)]  # type: ignore[misc]

    def keep(self, half: int, log_probs: Any) -> None:
        """Called by that job: keeps what the gradient is made from."""
        self._graphs[half] = log_probs

    def gradients(self, job: str, halves: Sequence[Sequence[Any]], given: Sequence[Any]) -> list[Any]:
        """Of each parameter, the sum of both halves. given: the gradient at each half's log-probabilities."""
        twin, number = self._twin, 0
        if twin is not None:
            number = twin.ask("gradients", 1, given[1])
        mine = self._gradients_here(0, given[0])
        if twin is not None:
            try:
                present = twin.answer(number)
                return [_sum(g, t if has else None) for g, t, has in zip(mine, self._theirs, present, strict=True)]
            except EOFError:
                self._lost()
        if 1 not in self._graphs:  # it went with the second process
            self.jobs[job](*halves[1])
        return [_sum(g, t) for g, t in zip(mine, self._gradients_here(1, given[1]), strict=True)]

    def _gradients_here(self, half: int, given: Any) -> tuple[Any, ...]:
        import torch

        return torch.autograd.grad(self._graphs.pop(half), self.parameters, given, allow_unused=True)

    def _gradients_there(self, half: int, given: Any) -> tuple[Any, ...]:
        """In the second process: whether each parameter has one."""
        found = self._gradients_here(half, given)
        for shared, gradient in zip(self._theirs, found, strict=True):
            if gradient is not None:
                shared.copy_(gradient)
        return tuple(gradient is not None for gradient in found)


def _sum(a: Any, b: Any) -> Any:
    """Of two gradients, of which one or both may be missing; b may be memory that is written again."""
    if b is None:
        return a
    return b.clone() if a is None else a + b


def drawn_part(run: Callable[[dict[str, Any]], Any]) -> Callable[..., tuple[Any, int]]:
    """A job for `rollout` from what calls `generate` with these arguments."""

    def job(
        rows: int, first: int, state: Any, others: dict[str, Any], names: list[str], *values: Any
    ) -> tuple[Any, int]:
        import torch

        torch.set_rng_state(state)
        with torch.no_grad(), shared_stream(len(values[0]), first, rows) as stream:
            return run({**others, **dict(zip(names, values, strict=True))}), stream.steps

    return job


@functools.cache
def _halved() -> Any:
    """The autograd function of `log_probs`; its inputs with a gradient are the parameters."""
    import torch

    class Halved(torch.autograd.Function):
        @staticmethod
        def forward(context: Any, halves: Halves, number: int, job: str, parts: Any, *_: Any) -> Any:
            context.made = halves, number, job, parts
            context.set_materialize_grads(True)
            found = [value for half in halves.both(job, *parts) for value in half]
            context.mark_non_differentiable(*(value for i, value in enumerate(found) if i % 4))
            return tuple(found)

        @staticmethod
        def backward(context: Any, *given: Any) -> Any:
            halves, number, job, parts = context.made
            if number != halves._passes:
                raise RuntimeError("the gradient of a pass that another one has followed; each needs its own before")
            return None, None, None, None, *halves.gradients(job, parts, (given[0], given[4]))

    return Halved.apply


@contextmanager
def shared(trainer: Any, twin: bool) -> Iterator[None]:
    """Within it a GRPO trainer with `halves` has its weights where it needs them, and with `twin` its second process,
    from when its training begins."""
    from transformers import TrainerCallback

    class Begin(TrainerCallback):
        def on_train_begin(self, *_: Any, **__: Any) -> None:  # a state to go on from has been read by then
            trainer.halves.start(twin)

    if trainer.halves is None:
        yield
        return
    trainer.add_callback(Begin())
    try:
        yield
    finally:
        trainer.halves.end()
