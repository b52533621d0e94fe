"""Between tokens and texts: samples that do not depend on their batch, where a text ends, and what of it is the
answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from training.shared.think import answer_of, opens_thought, spelled

if TYPE_CHECKING:
    import torch

HALF = "\ufffd"
"""What a decoder writes for bytes that are no whole character."""
Row = tuple[str, Any, int, str]
"""(example id, text, tokens, finish reason)."""
Reader = Callable[[list[int]], tuple[str, bool]]
"""Token ids of a completion -> (its text, whether a think block was taken off it)."""


def reader(tokenizer: Any, prompt: str, strip_think: bool) -> Reader:
    """How the completions of a prompt are read."""
    if not strip_think:
        return lambda ids: (str(tokenizer.decode(ids, skip_special_tokens=True)), False)
    opened = opens_thought(prompt)
    return lambda ids: answer_of(spelled(tokenizer, ids), opened)


def sampler(seeds: Sequence[int], temperature: float, device: Any) -> Any:
    """A logits processor whose argmax is a sample from softmax(logits / temperature), with one generator per row."""
    import torch
    from transformers import LogitsProcessor, LogitsProcessorList

    streams = [torch.Generator().manual_seed(seed) for seed in seeds]

    class Gumbel(LogitsProcessor):
        def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
            uniform = torch.stack(
                [torch.rand(scores.shape[-1], generator=stream, dtype=torch.float64) for stream in streams]
            )
            noise = -torch.log(-torch.log(uniform.clamp(1e-300, 1 - 1e-16)))
            return scores / temperature + noise.to(device=device, dtype=scores.dtype)

    return LogitsProcessorList([Gumbel()])


def stopping(tokenizer: Any, stop: Sequence[str], width: int, readers: Sequence[Reader] = ()) -> Any:
    """A stopping criterion: a row is done once its new tokens' text holds a stop text. transformers' own
    (`stop_strings`) cannot read every tokenizer's vocabulary. width: tokens of the prompts; readers: of each row, where
    a text is not just its last tokens'."""
    import torch
    from transformers import StoppingCriteria, StoppingCriteriaList

    tail = 4 * max(map(len, stop)) + 4  # a character has at most 4 byte tokens

    class HoldsStop(StoppingCriteria):
        def __call__(self, input_ids: torch.Tensor, scores: Any, **kwargs: Any) -> torch.Tensor:
            if readers:
                texts = [read(row)[0] for read, row in zip(readers, input_ids[:, width:].tolist(), strict=True)]
            else:
                texts = tokenizer.batch_decode(
                    input_ids[:, max(width, input_ids.shape[1] - tail) :], skip_special_tokens=True
                )
            return torch.tensor([any(s in text for s in stop) for text in texts], device=input_ids.device)

    return StoppingCriteriaList([HoldsStop()])


def finish(row: Sequence[int], eos: frozenset[int], cap: int) -> tuple[list[int], int, str]:
    """(text tokens, number of tokens with the end token, reason) of one row of new tokens: 'stop' at an end token,
    'length' at the cap."""
    for i, token in enumerate(row):
        if token in eos:
            return list(row[:i]), i + 1, "stop"
    return list(row[:cap]), min(len(row), cap), "length"


def cut_at_stop(read: Reader, body: list[int], stop: Sequence[str]) -> tuple[list[int], str] | None:
    """(tokens up to the first stop text, text before it), or None where none of them occurs."""

    def decode(n: int) -> str:
        return read(body[:n])[0]

    whole = decode(len(body))
    found = [at for at in (whole.find(s) for s in stop) if at >= 0]
    if not found:
        return None
    low, high = 1, len(body)  # the fewest tokens whose text holds a stop text
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if any(s in decode(middle) for s in stop) else (middle + 1, high)
    return body[:low], whole[: min(found)]


def row_of(
    example_id: str,
    read: Reader,
    new: Sequence[int],
    eos: frozenset[int],
    cap: int,
    stop: Sequence[str],
    decode: Callable[[list[int]], Any] | None,
) -> tuple[Row, bool]:
    """(what is yielded for one row of new tokens, whether a think block was taken off)."""
    body, n_tokens, reason = finish(new, eos, cap)
    stopped = cut_at_stop(read, body, stop) if stop else None
    if stopped is not None:
        return (example_id, stopped[1].strip(), len(stopped[0]), "stop"), read(stopped[0])[1]
    text, thought = read(body)
    if reason == "length":
        text = text.rstrip(HALF)  # the cap fell between the bytes of a character
    return (example_id, text.strip() if decode is None else decode(body), n_tokens, reason), thought
