"""How a policy is reinforced."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.errors import UserError
from training.rewards.safeguards import Penalties
from training.sft.settings import check_settings
from training.shared.options import Options

LOSSES = ("grpo", "dr_grpo")
VLLM_MODES = ("colocate", "server")


@dataclass(frozen=True, slots=True)
class RLSettings(Options):
    """How a policy is reinforced. The paper: 2 epochs on D_src; variant, lambdas and thresholds of eq. 6. `Options`
    come on top."""

    epochs: float = 2.0
    """Passes over D_src; a fraction is allowed."""
    max_steps: int | None = None
    """A stated step budget; None: as many as the epochs give."""
    prompts_per_step: int = 8
    """Sources per optimiser step, over all processes."""
    num_generations: int = 8
    """Completions per prompt (a group), at least 2."""
    lr: float = 1e-6
    """Learning rate at its peak."""
    beta: float = 0.04
    """Weight of the KL to the SFT policy; above 0."""
    loss_type: str = "grpo"
    """`grpo` or `dr_grpo` (without scaling by the group's spread). The variant `grpo-control` always uses dr_grpo."""
    temperature: float = 1.0
    """Of the sampling of completions; above 0."""
    max_completion_length: int = 256
    """Cap in tokens of the policy. dr_grpo divides by it."""
    variant: str = "gate+batchlen"
    """Terms of eq. 6: gate+batchlen, gate-only, reflen or grpo-control."""
    lambda_len: float = 0.20
    """Weight of the length penalty in eq. 6."""
    lambda_rep: float = 0.05
    """Weight of the repetition penalty in eq. 6."""
    reflen_ratio: float = 0.5
    """Completion tokens that are free of the length penalty per source token, for `reflen` only."""
    save_steps: int = 50
    """Steps between two states to resume from; the last `keep_states` are kept."""
    seed: int = 1
    """Order of the sources, and the sampling; run.seed sets it."""
    warmup_ratio: float = 0.0
    """Share of all steps over which the learning rate rises."""
    weight_decay: float = 0.0
    """Decay of AdamW."""
    lr_scheduler: str = "constant"
    """How the learning rate goes: linear, cosine, constant or constant_with_warmup."""
    accumulation: int = 1
    """Forward passes per optimiser step, to bound memory; does not change what is generated at once."""
    max_grad_norm: float = 1.0
    """Gradients with a larger norm are scaled down to it."""
    halves: bool = False
    """Completions and gradients of a step in two halves by prompts, of which a second process can do one
    (`training.rl.halves`). On CPU alone; other rounding, so other texts, than as a whole."""
    probe_every: int = 20
    """Steps between two calls of the coverage probe, where one is given."""
    bf16: bool = False
    """Mixed precision on a GPU."""
    use_vllm: bool = False
    """Completions from vLLM (an extra) instead of transformers. Its samples are its own, so a resumed run is not equal
    to the bit."""
    vllm_mode: str = "colocate"
    """`colocate`: an engine in every training process, on the same GPU; `server`: one started apart by `vllm serve`."""
    vllm_server_base_url: str | None = None
    """Address of that server, such as http://node0:8000."""
    vllm_gpu_memory_utilization: float = 0.3
    """Share of a GPU that a colocated engine takes for weights and cache."""
    vllm_tensor_parallel_size: int = 1
    """Training processes that share one colocated engine; divides their number."""

    @property
    def loss(self) -> str:
        """The loss in use."""
        return "dr_grpo" if self.variant == "grpo-control" else self.loss_type

    @property
    def penalties(self) -> Penalties:
        """The terms of eq. 6."""
        return Penalties(self.variant, self.lambda_len, self.lambda_rep, self.reflen_ratio)


def check_rl(cfg: RLSettings) -> None:
    """Raise UserError for settings that cannot train what the paper trains."""
    positive = (
        "epochs",
        "prompts_per_step",
        "lr",
        "beta",
        "temperature",
        "max_completion_length",
        "save_steps",
        "accumulation",
        "max_grad_norm",
        "probe_every",
    )
    check_settings(cfg, "rl", positive)
    if cfg.num_generations < 2:
        raise UserError(
            f"rl.num_generations must be at least 2, not {cfg.num_generations}: a group of one has no advantage"
        )
    if cfg.loss_type not in LOSSES:
        raise UserError(f"rl.loss_type must be one of {', '.join(LOSSES)}, not {cfg.loss_type!r}")
    if cfg.max_steps is not None and cfg.max_steps < 1:
        raise UserError(f"rl.max_steps must be at least 1, or left out, not {cfg.max_steps}")
    if cfg.vllm_mode not in VLLM_MODES:
        raise UserError(f"rl.vllm_mode must be one of {', '.join(VLLM_MODES)}, not {cfg.vllm_mode!r}")
    if cfg.use_vllm and cfg.vllm_mode == "server" and not cfg.vllm_server_base_url:
        raise UserError(
            "rl.vllm_mode = server needs rl.vllm_server_base_url, the address of the running server (http://HOST:8000)"
        )
    if not 0 < cfg.vllm_gpu_memory_utilization <= 1 or cfg.vllm_tensor_parallel_size < 1:
        raise UserError(
            "rl.vllm_gpu_memory_utilization must lie in (0, 1] and rl.vllm_tensor_parallel_size be at least 1"
        )
    cfg.penalties  # noqa: B018 - its own checks run when it is made
