"""Memory of each stage on one GPU, part by part, and the FLOPs of its tokens. Every formula says what it counts; `page`
prints the assumptions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from benchmark.plan.shapes import Shape

SHARDED = ("fsdp", "zero3")
GIB = 2**30
MEASURE = "measure"
"""The last stage; on a further task, its name follows."""
TILE = 2**28
"""Elements of logits that TRL's fused head holds at once: it never makes those of a whole batch."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What the run has."""

    gpus: int
    memory: float
    """GiB of one GPU."""
    strategy: str = "ddp"
    """ddp: weights whole on every GPU; fsdp, zero3: weights, gradients, optimiser and reference policy are spread over
    all."""

    @property
    def parts(self) -> int:
        """Over how many GPUs the weights are spread."""
        return self.gpus if self.strategy in SHARDED else 1


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of one example, in the policy's tokens."""

    prompt: float
    """Template and source."""
    target: float
    """A reference."""
    completion: float
    """A completion in RL, on average."""
    cap: int
    """Most tokens of a completion in RL."""
    measured_cap: int
    """Most tokens of a generation when measuring."""
    sampled: bool
    """Counted in the data (else assumed)."""


@dataclass(frozen=True, slots=True)
class Need:
    """One stage."""

    stage: str
    memory: dict[str, float]
    """Part -> bytes on one GPU, at the stage's peak."""
    tokens: float
    flops: float
    steps: int
    hours: float = 0.0

    @property
    def peak(self) -> float:
        """Bytes on one GPU."""
        return sum(self.memory.values())


def training_state(shape: Shape, cfg: Any, parts: int) -> dict[str, float]:
    """Weights (float32), gradients and Adam's two moments, in bytes on one GPU."""
    learned = shape.lora(cfg.lora_rank) if cfg.lora_rank else shape.parameters
    frozen_too = shape.parameters + (learned if cfg.lora_rank else 0)
    state = {"weights": 4 * frozen_too / parts, "gradients": 4 * learned / parts, "optimiser": 8 * learned / parts}
    if cfg.bf16:
        state["bfloat16 copies"] = 2.0 * shape.linear_weights / (parts if parts == 1 else shape.layers)
    if parts > 1:
        state["gathered block"] = 2 * 4 * shape.linear_weights / shape.layers
    return state


def head_bytes(shape: Shape, rows_tokens: float) -> float:
    """The tile of logits with its float32 softmax, and as much again for its gradient."""
    return 2 * 4 * min(TILE, rows_tokens * shape.vocab)


def sft_need(stage: str, shape: Shape, cfg: Any, pairs: int, tokens: Tokens, machine: Machine) -> Need:
    """SFT and recovery: one forward and backward pass over prompt and reference, loss on the reference."""
    length = min(tokens.prompt + tokens.target, cfg.max_length)
    rows = max(1, cfg.batch_size // (cfg.accumulation * machine.gpus))
    padded = rows * length * PADDING
    memory = training_state(shape, cfg, machine.parts)
    memory["activations"] = padded * shape.activation_bytes(cfg.bf16, cfg.gradient_checkpointing)
    memory["head"] = head_bytes(shape, rows * tokens.target)
    seen = pairs * cfg.epochs * length
    flops = training_flops(shape, cfg, seen, length, pairs * cfg.epochs * tokens.target)
    return Need(stage, memory, seen, flops, -(-int(pairs) // cfg.batch_size) * int(cfg.epochs))


PADDING = 1.15
"""Rows of a batch are padded to its longest: tokens in memory over tokens of text."""


def training_flops(shape: Shape, cfg: Any, tokens: float, context: float, scored: float) -> float:
    """Forward, backward to the inputs, backward to the weights (LoRA has next to none of it), and a second forward with
    checkpointing."""
    passes = 2 if cfg.lora_rank else 3
    return shape.forward_flops(tokens, context, scored) * (passes + (1 if cfg.gradient_checkpointing else 0))


@dataclass(frozen=True, slots=True)
class Judge:
    """The reward model."""

    shape: Shape
    """Of an ensemble that of its largest member: they work one after the other."""
    width: int
    """Bytes of one weight."""
    batch_tokens: int
    """Tokens of one forward pass."""
    share: float | None = None
    """Share of a GPU that its own vLLM engine takes for weights and cache; None: no engine."""
    others: tuple[Shape, ...] = ()
    """The further members of an ensemble."""

    @property
    def parameters(self) -> int:
        """Of all members."""
        return sum(shape.parameters for shape in (self.shape, *self.others))


def rl_need(shape: Shape, cfg: Any, judge: Judge | None, sources: int, tokens: Tokens, machine: Machine) -> Need:
    """RL. Each step generates, scores and trains in turn, so only the largest of the three stands beside the
    weights."""
    steps = cfg.max_steps or max(1, int(sources // cfg.prompts_per_step * cfg.epochs))
    rows_of_step = cfg.prompts_per_step * cfg.num_generations
    rows = max(1, rows_of_step // machine.gpus)
    at_once = max(1, rows // cfg.accumulation)
    full = tokens.prompt + tokens.cap
    memory = training_state(shape, cfg, machine.parts)
    gradients = memory.pop("gradients")
    if not cfg.lora_rank:
        memory["reference policy"] = (
            4 * shape.parameters / machine.parts
        )  # with LoRA it is the policy without its adapter
    if machine.parts > 1 and not cfg.use_vllm:
        memory["gathered for generation"] = (2 if cfg.bf16 else 4) * shape.parameters
    phases = {
        "gradients, activations, head": gradients
        + at_once * full * shape.activation_bytes(cfg.bf16, cfg.gradient_checkpointing)
        + head_bytes(shape, at_once * tokens.cap),
        "keys and values": rows * full * shape.kv_bytes(2 if cfg.bf16 else 4) + rows * shape.vocab * 4 * 2,
    }
    if cfg.use_vllm:
        # The engine holds its share through the whole stage, too little for the weights and one long text or not; a
        # server's GPUs are its own.
        del phases["keys and values"]
        if cfg.vllm_mode == "colocate":
            least = 2 * shape.parameters / cfg.vllm_tensor_parallel_size + full * shape.kv_bytes(2)
            memory["vLLM engine"] = max(cfg.vllm_gpu_memory_utilization * machine.memory * GIB, least)
    if judge is not None and judge.share is not None:
        memory["reward model"] = max(judge.share * machine.memory * GIB, float(judge.width * judge.parameters))
    elif judge is not None:
        memory["reward model"] = judge.width * judge.parameters
        wide = judge.shape.mlp * 2 + judge.shape.hidden * 4 + judge.shape.heads * judge.shape.head_dim * 2
        phases["reward's forward pass"] = (
            judge.batch_tokens * judge.width * wide + judge.batch_tokens * judge.shape.kv_bytes(judge.width)
        )
    largest = max(phases, key=lambda name: phases[name])
    memory[largest] = phases[largest]
    completions = steps * rows_of_step
    length = tokens.prompt + tokens.completion
    seen = completions * length
    scored = completions * tokens.completion
    flops = shape.forward_flops(
        completions * tokens.completion + steps * rows_of_step * tokens.prompt, length, scored
    )  # generation
    flops += training_flops(shape, cfg, seen, length, scored)
    flops += shape.forward_flops(seen, length, scored)  # reference policy
    if judge is not None:
        once = steps * cfg.prompts_per_step * tokens.prompt  # the source's tokens serve all of its completions
        for member in (judge.shape, *judge.others):
            flops += member.forward_flops(once + completions * tokens.completion, length, 0)
    return Need("rl", memory, seen, flops, steps)


def measure_need(shape: Shape, width: int, batch: int, texts: int, tokens: Tokens) -> Need:
    """Generating the measured split with every checkpoint; scoring with the embedded scorers needs far less."""
    length = tokens.prompt + tokens.measured_cap
    memory = {
        "weights": float(width * shape.parameters),
        "keys and values": batch * length * shape.kv_bytes(width) + batch * shape.vocab * 4 * 2,
        "prefill": batch
        * tokens.prompt
        * width
        * (shape.hidden * 4 + shape.mlp * 3 + shape.heads * shape.head_dim * 3),
    }
    seen = texts * (tokens.prompt + tokens.target)
    return Need(
        MEASURE, memory, seen, shape.forward_flops(seen, tokens.prompt, texts * tokens.target), -(-texts // batch)
    )


def with_hours(need: Need, hours: float) -> Need:
    """The need with its time."""
    return replace(need, hours=hours)
