"""Stage 2: source-grounded semantic RL, TRL's GRPOTrainer with the reward of eq. 6 as a Python callable.

The reference policy of the KL term is the SFT checkpoint that training starts from. One generation batch is one
optimiser step (num_iterations = 1, steps_per_generation = accumulation), so every saved state lies between two
generation batches and a resumed run draws the same completions: weights equal to the bit on CPU.
"""

from __future__ import annotations

import math
import os
import random
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from metrics.errors import UserError
from metrics.records import Example, sha256_json
from training.rewards import Reward
from training.rewards.safeguards import Penalties, gate
from training.sft.train import check_settings, common_arguments, finish, finished, leave_if_asked, per_device
from training.shared.checkpoints import Checkpoint, load_policy, set_backbone, weights_hash
from training.shared.decoding import context_of, end_tokens
from training.shared.lora import adapter_base, check_targets, lora_config
from training.shared.memory import memory_guard, smaller_forward
from training.shared.options import Options, check_installed
from training.shared.plain_text import prompt_ids
from training.shared.processes import from_main, is_main, processes
from training.shared.resume import OnSigterm, StepLog, Terminated, log, open_workspace
from training.shared.trackers import check_trackers, tracking
from training.shared.vllm_engine import need_vllm, quiet_vllm, share_process

LOSSES = ("grpo", "dr_grpo")
VLLM_MODES = ("colocate", "server")


@dataclass(frozen=True, slots=True)
class RLSettings(Options):
    """How a policy is reinforced. The paper: 2 epochs on D_src; variant, lambdas and thresholds of eq. 6. `Options`
    come on top."""

    epochs: float = 2.0
    max_steps: int | None = None
    """A stated step budget; None: as many as the epochs give."""
    prompts_per_step: int = 8
    num_generations: int = 8
    """Completions per prompt (a group), at least 2."""
    lr: float = 1e-6
    beta: float = 0.04
    """Weight of the KL to the SFT policy; above 0."""
    loss_type: str = "grpo"
    """`grpo` or `dr_grpo` (without scaling by the group's spread). The variant `grpo-control` always uses dr_grpo."""
    temperature: float = 1.0
    max_completion_length: int = 256
    """Cap in tokens of the policy. dr_grpo divides by it."""
    variant: str = "gate+batchlen"
    lambda_len: float = 0.20
    lambda_rep: float = 0.05
    reflen_ratio: float = 0.5
    """See `safeguards`: completion tokens free per source token, for `reflen` only."""
    save_steps: int = 50
    seed: int = 1
    warmup_ratio: float = 0.0
    weight_decay: float = 0.0
    lr_scheduler: str = "constant"
    accumulation: int = 1
    """Forward passes per optimiser step, to bound memory; does not change what is generated at once."""
    max_grad_norm: float = 1.0
    probe_every: int = 20
    """Steps between two calls of the coverage probe, where one is given."""
    bf16: bool = False
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


def usable_prompts(
    tokenizer: Any, rows: Sequence[dict[str, str]], context: int | None, cfg: RLSettings
) -> tuple[list[dict[str, str]], int]:
    """(rows whose prompt leaves room for a completion, number of the others). UserError when they do not fill one
    step."""
    room = math.inf if context is None else context - cfg.max_completion_length
    kept = [row for row in rows if len(prompt_ids(tokenizer, row["prompt"])) <= room]
    if len(kept) < cfg.prompts_per_step:
        raise UserError(
            f"{len(kept)} of {len(rows)} prompts leave room for {cfg.max_completion_length} tokens in the "
            "model's context of "
            f"{context}, fewer than rl.prompts_per_step = {cfg.prompts_per_step}; "
            "shorten the sources, lower rl.max_completion_length, or give more sources"
        )
    if len(kept) < len(rows):
        log.warning("%d of %d prompts are too long for the context and are left out", len(rows) - len(kept), len(rows))
    return kept, len(rows) - len(kept)


def train_rl(
    policy_path: str | Path,
    examples: Sequence[Example],
    ask: Callable[[str], str],
    out_dir: str | Path,
    cfg: RLSettings,
    reward: Reward,
    *,
    stage: str = "post-rl",
    log_dir: str | Path | None = None,
    probe: Callable[[Any], dict[str, float]] | None = None,
    progress: bool = True,
    trust_remote_code: bool = False,
    trackers: Sequence[str] = (),
    strip_think: bool = False,
) -> Checkpoint:
    """Reinforce a policy on source-only examples and write `out_dir` (by rename, with its lineage).

    ask: source -> prompt; probe(model) -> numbers, called every `probe_every` steps with the policy in eval mode, never
    used to select. log_dir (default: beside `out_dir`) gets rl_rewards.jsonl (a row per completion), rl_steps.jsonl (a
    row per step) and rl_probe.jsonl; the named trackers show the latter two. strip_think: the reward judges what stands
    outside of think blocks. Killed and called again it goes on from its last whole state; a finished `out_dir` of the
    same making is returned as it is. Raises UserError for wrong settings, policy or reward, prompts that do not fit,
    divergence (NaN); Terminated after SIGTERM.
    """
    check_rl(cfg)
    if cfg.use_vllm:
        need_vllm()
    languages = sorted({e.target_lang for e in examples})
    if len(languages) != 1:
        raise UserError(f"RL needs sources with one target language, not {', '.join(languages) or 'no source at all'}")
    gate("", languages[0])  # an unknown script is told now, not after the first batch
    check_installed(cfg, "rl")
    check_trackers(trackers)
    if adapter_base(policy_path) is not None and not cfg.lora_rank:
        # GRPOTrainer would load the KL's reference policy from the adapter's base: the model before SFT.
        raise UserError(
            f"{policy_path}: an adapter alone, and rl.lora_rank = 0 trains all weights; "
            "set sft.lora_merge = true, or rl.lora_rank"
        )
    out, work = Path(out_dir), Path(f"{out_dir}.work")
    logs = Path(log_dir) if log_dir is not None else out.parent
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")  # TRL reports every trainer to its makers otherwise
    # The reference policy is loaded again from the path that the model remembers, so the model must come from that
    # path.
    model, tokenizer = load_policy(policy_path, trust_remote_code=trust_remote_code)
    check_targets(model, cfg, "rl")
    all_rows = [{"example_id": e.id, "prompt": ask(e.source), "source": e.source} for e in examples]
    rows, left_out = usable_prompts(tokenizer, all_rows, context_of(model.config), cfg)
    config = {
        **asdict(cfg),
        "reward": reward.id,
        "target_lang": languages[0],
        **({"think": "stripped"} if strip_think else {}),
    }
    parent = weights_hash(policy_path)
    key = {
        "stage": stage,
        "parent_hash": parent,
        "config_hash": sha256_json(config),
        "data_hash": sha256_json(all_rows),
        "seed": cfg.seed,
    }
    kept = [logs / f"rl_{name}.jsonl" for name in ("rewards", "steps", *(["probe"] if probe is not None else []))]
    done = finished(out, work, key, kept)
    if done is not None:
        return done
    total_rows = cfg.prompts_per_step * cfg.num_generations
    completions = per_device(total_rows, cfg.accumulation, "rl.prompts_per_step x rl.num_generations")
    resume = from_main(open_workspace(work, key, kept) if is_main() else None)
    step = int(resume.name.split("-")[1]) if resume else 0

    from training.rl.reward import StepReward, step_row
    from training.shared.callbacks import Probe, Watch, quiet

    main = processes().is_main_process
    step_reward = StepReward(
        reward,
        cfg.penalties,
        languages[0],
        tokenizer,
        cfg.num_generations,
        StepLog(logs / "rl_rewards.jsonl", step) if main else None,
        ends=end_tokens(model.generation_config, tokenizer),
        strip_think=strip_think,
    )
    trainer, total = _trainer(model, tokenizer, step_reward, rows, cfg, work, completions, trust_remote_code)
    quiet(trainer)
    mend = f"lower rl.lr (now {cfg.lr}), raise rl.beta (now {cfg.beta}) or lower rl.max_grad_norm"
    smaller = lambda: (  # noqa: E731
        smaller_forward(total_rows, cfg.accumulation, processes().num_processes, "rl", cfg.gradient_checkpointing)
        + "; if it ran out while generating, lower rl.prompts_per_step or rl.max_completion_length"
    )
    with (
        OnSigterm() as terminate,
        tracking(trackers if main else (), logs, stage, step) as track,
        memory_guard(stage, smaller),
    ):
        beside: Callable[[], dict[str, float]] = dict
        if probe is not None:
            eye = Probe(probe, cfg.probe_every, StepLog(logs / "rl_probe.jsonl", step) if main else None, track)
            trainer.add_callback(eye)
            beside = lambda: eye.latest  # noqa: E731
        write = StepLog(logs / "rl_steps.jsonl", step) if main else None
        trainer.add_callback(
            Watch(
                stage,
                terminate,
                write,
                lambda n, logged: step_row(n, logged, step_reward.summary),
                progress,
                mend,
                track,
                kept,
                beside,
            )
        )
        trainer.train(resume_from_checkpoint=str(resume) if resume else None)
        step = int(trainer.state.global_step)
        if terminate.requested and step < total:
            raise Terminated(work, step)
        made = finish(trainer, tokenizer, out, work, key, cfg, policy_path, steps=step, left_out=left_out, logs=kept)
        leave_if_asked(terminate, out, step)
    return made


def prompt_order(n: int, total_steps: int, per_step: int, seed: int) -> list[int]:
    """Indices of the prompts of a whole run, `per_step` for each step: a new permutation each epoch, its incomplete
    last step dropped.

    Laid out in advance because TRL's sampler does not find its place again when a run is resumed in a later epoch.
    """
    order: list[int] = []
    epoch = 0
    while len(order) < total_steps * per_step:
        indices = list(range(n))
        random.Random(f"{seed}:{epoch}").shuffle(indices)
        order += indices[: n // per_step * per_step]
        epoch += 1
    return order[: total_steps * per_step]


def _trainer(
    model: Any,
    tokenizer: Any,
    reward: Any,
    rows: list[dict[str, str]],
    cfg: RLSettings,
    work: Path,
    completions: int,
    trust_remote_code: bool,
) -> tuple[Any, int]:
    """The GRPO trainer, with `completions` in each forward pass, and the number of steps it will take."""
    from datasets import Dataset
    from trl import GRPOConfig, GRPOTrainer

    from training.rl.draws import SharedDraws

    total = cfg.max_steps or max(1, math.ceil(len(rows) // cfg.prompts_per_step * cfg.epochs))
    dataset = Dataset.from_list(rows).select(prompt_order(len(rows), total, cfg.prompts_per_step, cfg.seed))
    args = GRPOConfig(
        **common_arguments(cfg, work, total),
        num_train_epochs=1,
        max_steps=total,
        per_device_train_batch_size=completions,
        shuffle_dataset=False,
        steps_per_generation=cfg.accumulation,
        num_iterations=1,
        num_generations=cfg.num_generations,
        max_completion_length=cfg.max_completion_length,
        temperature=cfg.temperature,
        beta=cfg.beta,
        loss_type=cfg.loss,
        scale_rewards="none" if cfg.loss == "dr_grpo" else "group",
        max_grad_norm=cfg.max_grad_norm,
        disable_dropout=True,
        **_vllm_arguments(model, tokenizer, rows, cfg),
        remove_unused_columns=False,
        trust_remote_code=trust_remote_code,
    )

    class Trainer(SharedDraws, GRPOTrainer):  # its base is imported late
        def _tokenize_prompts(self, prompts: list[str]) -> tuple[list[list[int]], None, dict[str, Any]]:
            """As they are measured: what a source spells is text (`plain_text`)."""
            return [prompt_ids(tokenizer, prompt) for prompt in prompts], None, {}

    trainer = Trainer(
        model=model,
        reward_funcs=[reward],
        args=args,
        train_dataset=dataset,
        processing_class=tokenizer,
        peft_config=lora_config(cfg),
    )
    if trainer.ref_model is not None:
        set_backbone(trainer.accelerator.unwrap_model(trainer.ref_model))
    return trainer, total


def _vllm_arguments(model: Any, tokenizer: Any, rows: list[dict[str, str]], cfg: RLSettings) -> dict[str, Any]:
    """What GRPOConfig takes for vLLM. The engine's context is what the longest prompt needs: its cache is reserved for
    all of it."""
    if not cfg.use_vllm:
        return {"use_vllm": False}
    import torch

    if cfg.vllm_mode == "server" and not torch.cuda.is_available():
        raise UserError(
            "rl.vllm_mode = server sends the weights to the server by NCCL and needs a CUDA device; use colocate here"
        )
    quiet_vllm()
    if cfg.vllm_mode == "colocate":
        share_process()
    parts = processes().num_processes
    if parts % cfg.vllm_tensor_parallel_size:
        raise UserError(
            f"rl.vllm_tensor_parallel_size = {cfg.vllm_tensor_parallel_size} does not divide the {parts} "
            "training processes"
        )
    longest = max(len(prompt_ids(tokenizer, row["prompt"])) for row in rows)
    return {
        "use_vllm": True,
        "vllm_mode": cfg.vllm_mode,
        "vllm_server_base_url": cfg.vllm_server_base_url,
        "vllm_gpu_memory_utilization": cfg.vllm_gpu_memory_utilization,
        "vllm_tensor_parallel_size": cfg.vllm_tensor_parallel_size,
        "vllm_max_model_length": longest + cfg.max_completion_length,
        # All of the checkpoint's end tokens: vLLM knows the tokenizer's one by itself.
        "generation_kwargs": {"stop_token_ids": end_tokens(model.generation_config, tokenizer)},
    }
