"""Generations of a checkpoint, batched and sorted by length, greedy or sampled.

Sampling is the Gumbel-max trick with one random generator per example, seeded by (seed, example id): what an example
gets does not depend on the batch that it happens to stand in (up to float rounding of padded batches). Finished batches
are kept in a `.part` file, so that a killed run continues; batches are fixed by the input alone, so that a continued
run writes the same file. Several processes take whole batches in turn, so that their number changes nothing either.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmark.generation.decoding import Decoding, Policy, Work, example_seed, token_cap
from benchmark.generation.reading import Row, reader, row_of, sampler, stopping
from metrics.errors import UserError
from metrics.files import atomic_write_bytes
from metrics.records import MAX_TEXT, Example, Generation, parse_generation, write_generations
from training.shared import processes
from training.shared.decoding import context_of, end_tokens, settle
from training.shared.live_rows import ended_rows_leave
from training.shared.plain_text import prompt_ids

log = logging.getLogger("benchmark")


def batches(lengths: Sequence[int], ids: Sequence[str], size: int) -> list[list[int]]:
    """Indices in batches of neighbours in length, longest first (memory runs out at once or never); ties by id."""
    order = sorted(range(len(lengths)), key=lambda i: (-lengths[i], ids[i]))
    return [order[i : i + size] for i in range(0, len(order), size)]


def generate_texts(
    model: Any,
    tokenizer: Any,
    prompts: Sequence[str],
    ids: Sequence[str],
    decoding: Decoding,
    work: Work | None = None,
) -> Iterable[list[Row]]:
    """Yields, batch by batch, (id, text, tokens, finish reason); batches whose ids are all done are left out.

    What the checkpoint asks for (`training.shared.decoding`) acts on nothing. Raises UserError when a prompt leaves no
    room in the model's context.
    """
    import torch

    from metrics.progress import progress
    from training.shared.memory import memory_guard, smaller_batch

    work = work or Work()
    encoded = [prompt_ids(tokenizer, prompt) for prompt in prompts]
    readers = [reader(tokenizer, prompt, decoding.strip_think) for prompt in prompts]
    settle(model, tokenizer)
    eos = frozenset(end_tokens(model.generation_config, tokenizer))
    if not eos:
        raise UserError(
            "the tokenizer and the generation config name no end-of-sequence token; generation could never stop"
        )
    pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else min(eos)
    context = context_of(model.config)
    longest = max(range(len(encoded)), key=lambda i: len(encoded[i]), default=None)
    if context and longest is not None and len(encoded[longest]) >= context:
        raise UserError(
            f"the prompt of example {ids[longest]!r} has {len(encoded[longest])} tokens; "
            f"the model's context holds {context}"
        )
    plan = [
        b
        for b in batches([len(e) for e in encoded], ids, decoding.batch_size)
        if not all(ids[i] in work.done for i in b)
    ]
    plan = plan[work.share[0] :: work.share[1]]
    device = model.device
    model.eval()
    with (
        torch.inference_mode(),
        progress(work.label, sum(map(len, plan)), "texts", heard=work.progress) as bar,
    ):
        for batch in plan:
            width = max(len(encoded[i]) for i in batch)
            cap = min(decoding.max_new_tokens, context - width) if context else decoding.max_new_tokens
            tokens = torch.tensor([[pad] * (width - len(encoded[i])) + encoded[i] for i in batch], device=device)
            mask = torch.tensor([[0] * (width - len(encoded[i])) + [1] * len(encoded[i]) for i in batch], device=device)
            extra = {}
            if decoding.temperature > 0:
                extra["logits_processor"] = sampler(
                    [example_seed(decoding.seed, ids[i]) for i in batch], decoding.temperature, device
                )
            if decoding.stop:
                extra["stopping_criteria"] = stopping(
                    tokenizer, decoding.stop, width, [readers[i] for i in batch] if decoding.strip_think else ()
                )
            with (
                memory_guard(work.label, lambda: smaller_batch("generate.batch_size", decoding.batch_size)),
                ended_rows_leave(model, eos),
            ):
                out = model.generate(
                    input_ids=tokens,
                    attention_mask=mask,
                    max_new_tokens=cap,
                    do_sample=False,
                    num_beams=1,
                    temperature=None,
                    top_p=None,
                    top_k=None,
                    pad_token_id=pad,
                    eos_token_id=sorted(eos),
                    use_cache=True,
                    **extra,
                )
            rows = []
            for i, new in zip(batch, out[:, width:].tolist(), strict=True):
                row, thought = row_of(ids[i], readers[i], new, eos, cap, decoding.stop, work.decode)
                rows.append(row)
                if thought and work.thoughts is not None:
                    work.thoughts.add(ids[i])
            yield rows
            bar.advance(len(batch), length=sum(len(row[1]) for row in rows) / len(rows))


def unfinished(out: Path) -> list[Path]:
    """The `.part` files that an interrupted generation of `out` left: one for each process that it had."""
    return sorted(
        p
        for p in out.parent.glob(f"{out.stem}.part*")
        if p.suffix.removeprefix(".part").isdigit() or p.suffix == ".part"
    )


def _sealed(row: bytes) -> bytes:
    """A row of a `.part` file: a hash of the text before the text, so that damage is seen."""
    return hashlib.sha256(row).hexdigest()[:16].encode() + b" " + row + b"\n"


def _whole_rows(part: Path) -> list[bytes]:
    """The rows that were written whole and are unchanged: a last one cut short by a kill is left out, and told are
    those that were damaged.

    Cut at line feeds alone: texts hold other line separators.
    """
    lines = part.read_bytes().split(b"\n")[:-1]
    rows = [row for line in lines if _sealed(row := line[17:]) == line + b"\n"]
    if len(rows) < len(lines):
        log.warning("%s: %d of %d rows are damaged; generated again", part, len(lines) - len(rows), len(lines))
    return rows


def _capped(text: str, n_tokens: int, reason: str) -> tuple[str, int, str]:
    """An output of at most MAX_TEXT bytes, beyond which no reader takes it: a longer one was cut by a cap, like that of
    tokens."""
    data = text.encode("utf-8", "surrogatepass")
    if len(data) <= MAX_TEXT:
        return text, n_tokens, reason
    return data[:MAX_TEXT].decode("utf-8", "ignore"), n_tokens, "length"


def _read_part(part: Path) -> dict[str, Generation]:
    rows = [json.loads(row) for row in _whole_rows(part)]
    return {row["example_id"]: parse_generation(row, str(part)) for row in rows}


@dataclass(frozen=True, slots=True)
class Request:
    """What a checkpoint is asked, and under which name its answers are kept."""

    examples: Sequence[Example]
    ask: Callable[[str], str]
    """Source -> prompt."""
    gold: Sequence[str]
    """Texts that the token cap is derived from."""
    decoding: Callable[[int], Decoding]
    """Cap -> how texts are generated."""
    system: str
    stage: str
    asked_cap: int | None = None
    """The cap that the user asks for, in tokens."""
    trial: bool = False
    """Any cap is allowed."""


def generate_file(policy: Policy, request: Request, out: Path) -> dict[str, Any]:
    """Writes the generations of a checkpoint for the request's examples, in their order, to `out` (atomically, last).

    Several processes share the work of transformers; vLLM spreads over the devices by itself, started by the main
    process. Returns {"n", "tokens", "max_new_tokens", "truncated", "empty", "think_stripped"} for the manifest.
    """
    from training.shared.loading import load_policy, load_tokenizer

    r, n = processes.rank(), processes.count()
    kept = {i: g for part in unfinished(out) for i, g in _read_part(part).items()}
    processes.wait()  # nobody writes before everyone has read
    model, tokenizer = (
        load_policy(policy.path, policy.dtype, policy.trust_remote_code, device_map=policy.device_map)
        if policy.backend == "transformers"
        else (None, load_tokenizer(policy.path, policy.trust_remote_code))
    )
    count = lambda text: len(tokenizer(text, add_special_tokens=False)["input_ids"])  # noqa: E731
    settings = request.decoding(token_cap(request.gold, count, request.asked_cap, request.trial))
    out.parent.mkdir(parents=True, exist_ok=True)
    seed = settings.seed if settings.temperature > 0 else None
    ids, prompts = [e.id for e in request.examples], [request.ask(e.source) for e in request.examples]
    found: Iterable[list[Row]] = []
    thoughts: set[str] = set()
    work = Work(f"generate {request.stage}", frozenset(kept), r == 0, (r, n), thoughts=thoughts)
    if policy.backend == "transformers":
        found = generate_texts(model, tokenizer, prompts, ids, settings, work)
    elif r == 0:
        from benchmark.generation.vllm import generate_texts_vllm

        found = generate_texts_vllm(policy, tokenizer, prompts, ids, settings, work)
    new: list[Generation] = []
    mine = out.with_suffix(f".part{r or ''}")
    if mine.exists():
        atomic_write_bytes(mine, b"".join(map(_sealed, _whole_rows(mine))))
    with mine.open("ab") as stream:
        for rows in found:
            made = [
                Generation(i, request.system, request.stage, *_capped(text, n_tokens, reason), seed, i in thoughts)
                for i, text, n_tokens, reason in rows
            ]
            new += made
            stream.write(b"".join(_sealed(json.dumps(g.as_dict(), ensure_ascii=False).encode()) for g in made))
            stream.flush()
    kept |= {g.example_id: g for g in processes.gather(new)}
    ordered = [kept[i] for i in ids]
    if r == 0:
        write_generations(out, ordered)
        for part in unfinished(out):
            part.unlink()
    return {
        "n": len(ordered),
        "tokens": sum(g.n_tokens or 0 for g in ordered),
        "max_new_tokens": settings.max_new_tokens,
        "truncated": sum(g.finish_reason == "length" for g in ordered),
        "empty": sum(not g.text.strip() for g in ordered),
        "think_stripped": sum(g.think for g in ordered),
    }
