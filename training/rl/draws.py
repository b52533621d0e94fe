"""Completions of GRPO that do not depend on how many processes draw them.

A token is drawn with one uniform number: the first one at which the cumulated probabilities exceed it
(`torch.multinomial` draws as many exponential variates as there are words, a quarter of all of a rollout's time with a
small policy). One process samples a generation batch of B rows from one stream: B numbers for each token, then a
permutation of the B rows. With several processes each of them draws all of that from the same stream and uses its own
rows, and those that finish early catch up. So the same run with another number of processes draws the same
completions, as far as the rounding of its weights goes. vLLM draws for itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from metrics.errors import UserError
from training.shared import processes


@dataclass
class Stream:
    """The draws of a batch, or of some of its rows."""

    share: int
    """Rows that are drawn for."""
    first: int = 0
    """Number of the first of them in the batch."""
    total: int | None = None
    """Rows of the batch (default: as many as are drawn for)."""
    steps: int = 0

    def uniform(self, device: Any) -> Any:
        """The numbers in [0, 1) of one token for the whole batch, (rows,)."""
        import torch

        self.steps += 1
        return torch.rand(self.share if self.total is None else self.total, dtype=_precise(device), device=device)

    def draw(self, probabilities: Any, num_samples: int = 1, **_: Any) -> Any:
        """In place of torch.multinomial for one sample a row: (share, 1). probabilities: (share, words), none below 0,
        not all 0, of any sum."""
        import torch

        if num_samples != 1 or len(probabilities) != self.share:
            raise ValueError(
                f"{num_samples} samples for {len(probabilities)} rows; expected one for each of {self.share}"
            )
        upto = probabilities.to(_precise(probabilities.device)).cumsum(-1)
        total = upto[:, -1:]
        if not bool(torch.isfinite(total).all()):
            raise UserError("the policy's probabilities are no numbers: it has diverged; lower rl.lr or raise rl.beta")
        at = self.uniform(probabilities.device)[self.first : self.first + self.share, None] * total
        # Rounded up to the whole it would be drawn behind the last word.
        at = torch.minimum(at, torch.nextafter(total, torch.zeros_like(total)))
        return torch.searchsorted(upto, at, right=True)

    def catch_up(self, device: Any) -> None:
        """Draws what the process with the longest completion has drawn more."""
        longest = max(processes.gather([self.steps]))
        while self.steps < longest:
            self.uniform(device)


@contextmanager
def shared_stream(share: int, first: int = 0, total: int | None = None) -> Iterator[Stream]:
    """Within it torch.multinomial draws for the whole batch and gives these rows theirs. Arguments: as of `Stream`."""
    import torch

    stream, kept = Stream(share, first, total), torch.multinomial
    torch.multinomial = stream.draw  # type: ignore[assignment]
    try:
        yield stream
    finally:
        torch.multinomial = kept


class SharedDraws:
    """A mixin before GRPOTrainer."""

    use_vllm: bool
    model: Any
    rolling: Callable[[], AbstractContextManager[None]] = nullcontext
    """What the completions of a step are generated within."""
    _rows: int = 0
    """Of the batch that was drawn and is not shuffled yet."""
    _state: Any

    def _generate_single_turn(self, prompt_ids: Any, *args: Any, **kwargs: Any) -> Any:
        generate = super()._generate_single_turn  # type: ignore[misc]
        if self.use_vllm:
            return generate(prompt_ids, *args, **kwargs)
        share, count = len(prompt_ids), processes.count()
        with shared_stream(share, processes.rank() * share, share * count) as stream:
            if count == 1:
                with self.rolling():
                    return generate(prompt_ids, *args, **kwargs)
            random = _random(self._device())
            random.set_rng_state(processes.from_main(random.get_rng_state()))
            found = generate(prompt_ids, *args, **kwargs)
            stream.catch_up(self._device())
        self._rows, self._state = share * count, random.get_rng_state()
        return found

    def _prepare_inputs(self, batch: Any) -> Any:
        """The trainer shuffles its own rows after generating; the stream goes on as if the whole batch had been
        shuffled."""
        inputs = super()._prepare_inputs(batch)  # type: ignore[misc]
        if self._rows:
            import torch

            _random(self._device()).set_rng_state(self._state)
            if self._device().type == "cpu":  # the shuffle is drawn on the CPU
                torch.randperm(self._rows)
            self._rows = 0
        return inputs

    def _device(self) -> Any:
        return next(self.model.parameters()).device


def _precise(device: Any) -> Any:
    """Double precision where the device has it."""
    import torch

    return torch.float32 if torch.device(device).type == "mps" else torch.float64


def _random(device: Any) -> Any:
    """The module that holds the device's random state."""
    import torch

    return torch.cuda if device.type == "cuda" else torch
