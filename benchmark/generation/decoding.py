"""How texts are generated: the settings, the token cap, and a seed for each example."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from metrics.errors import UserError

CAP_FACTOR = 4
"""The token cap is at least this many times the gold's tokens: verbosity must be able to show (the paper saw 3.3 x)."""


@dataclass(frozen=True, slots=True)
class Decoding:
    """How texts are generated."""

    max_new_tokens: int
    """Cap in tokens of the policy, end-of-sequence included."""
    batch_size: int = 64
    temperature: float = 0.0
    """0 is greedy; above it, samples from the softmax at this temperature."""
    seed: int = 0
    stop: tuple[str, ...] = ()
    """Texts that end a generation besides the end tokens; they and what follows are left out."""
    strip_think: bool = False
    """Think blocks are taken off the texts (`training.shared.think`); stop texts are then looked for in the answer
    alone."""


@dataclass(frozen=True, slots=True)
class Work:
    """Which prompts are answered here, what is made of the answers, and what is shown."""

    label: str = "generate"
    """Of the progress bar."""
    done: frozenset[str] = frozenset()
    """Ids that are answered already."""
    progress: bool = True
    share: tuple[int, int] = (0, 1)
    """(r, n) for every n-th batch from the r-th on."""
    decode: Callable[[list[int]], Any] | None = None
    """Token ids of a text -> what is yielded for it (default: the text)."""
    thoughts: set[str] | None = None
    """Gets the ids whose think blocks were taken off."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The checkpoint that generates, and what runs it."""

    path: str
    """Folder or hub id."""
    dtype: str
    backend: str = "transformers"
    """Or `vllm`."""
    engine: dict[str, Any] = field(default_factory=dict)
    """Options of vLLM's engine."""
    device_map: str | None = None
    trust_remote_code: bool = False


def example_seed(seed: int, example_id: str) -> int:
    """A 63-bit seed for one example, independent of its neighbours."""
    return int.from_bytes(hashlib.sha256(f"{seed}\0{example_id}".encode()).digest()[:8], "big") >> 1


def token_cap(gold: Sequence[str], count: Callable[[str], int], asked: int | None, trial: bool = False) -> int:
    """The generation cap in tokens: `asked`, or CAP_FACTOR x the longest gold text.

    Raises UserError when an asked cap is below CAP_FACTOR x the mean gold text (verbosity would be cut off and look
    solved; a trial may have any), or when there is neither gold nor an asked cap.
    """
    if trial and asked is not None:
        return asked
    counts = [count(text) + 1 for text in gold]
    if asked is None:
        if not counts:
            raise UserError("no references, so no length to derive the token cap from; set generate.max_new_tokens")
        return CAP_FACTOR * max(counts)
    if counts and asked < CAP_FACTOR * sum(counts) / len(counts):
        need = math.ceil(CAP_FACTOR * sum(counts) / len(counts))
        raise UserError(
            f"generate.max_new_tokens = {asked} is below {CAP_FACTOR} x the gold's tokens ({need}): "
            "verbosity would be cut off; "
            "raise it, leave it out to have it derived, or try a few texts with --limit N, where any cap is allowed"
        )
    return asked
