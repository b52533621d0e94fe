"""Stage 2: source-grounded semantic RL, TRL's GRPOTrainer with the reward of eq. 6 as a Python callable.

The reference policy of the KL term is the SFT checkpoint that training starts from. One generation batch is one
optimiser step (num_iterations = 1, steps_per_generation = accumulation), so every saved state lies between two
generation batches and a resumed run draws the same completions: weights equal to the bit on CPU.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from metrics.errors import UserError
from metrics.records import Example, sha256_json
from training.rewards import Reward
from training.rewards.safeguards import gate
from training.rl.settings import RLSettings, check_rl
from training.rl.trainer import grpo_trainer
from training.shared.checkpoints import Checkpoint
from training.shared.decoding import context_of, end_tokens
from training.shared.hashes import weights_hash
from training.shared.loading import load_policy
from training.shared.lora import adapter_base, check_targets
from training.shared.memory import memory_guard, smaller_forward
from training.shared.options import check_installed
from training.shared.plain_text import prompt_ids
from training.shared.processes import from_main, is_main, processes
from training.shared.resume import OnSigterm, StepLog, Terminated, log, open_workspace
from training.shared.stage import Making, RLAround, finish, finished, leave_if_asked, per_device
from training.shared.trackers import check_trackers, tracking
from training.shared.vllm_engine import need_vllm


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
    around: RLAround | None = None,
) -> Checkpoint:
    """Reinforce a policy on source-only examples and write `out_dir` (by rename, with its lineage).

    ask: source -> prompt. The log_dir (default: beside `out_dir`) gets rl_rewards.jsonl (a row per completion),
    rl_steps.jsonl (a row per step) and rl_probe.jsonl; the trackers show the latter two. Killed and called again it
    goes on from its last whole state; a finished `out_dir` of the same making is returned as it is. Raises UserError
    for wrong settings, policy or reward, prompts that do not fit, divergence (NaN); Terminated after SIGTERM.
    """
    around = around or RLAround()
    check_rl(cfg)
    if cfg.use_vllm:
        need_vllm()
    languages = sorted({e.target_lang for e in examples})
    if len(languages) != 1:
        raise UserError(f"RL needs sources with one target language, not {', '.join(languages) or 'no source at all'}")
    gate("", languages[0])  # an unknown script is told now, not after the first batch
    check_installed(cfg, "rl")
    check_trackers(around.trackers)
    if adapter_base(policy_path) is not None and not cfg.lora_rank:
        # GRPOTrainer would load the KL's reference policy from the adapter's base: the model before SFT.
        raise UserError(
            f"{policy_path}: an adapter alone, and rl.lora_rank = 0 trains all weights; "
            "set sft.lora_merge = true, or rl.lora_rank"
        )
    out, work = Path(out_dir), Path(f"{out_dir}.work")
    logs = Path(around.log_dir) if around.log_dir is not None else out.parent
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")  # TRL reports every trainer to its makers otherwise
    # The reference policy is loaded again from the path that the model remembers, so the model must come from that
    # path.
    model, tokenizer = load_policy(policy_path, trust_remote_code=around.trust_remote_code)
    check_targets(model, cfg, "rl")
    all_rows = [{"example_id": e.id, "prompt": ask(e.source), "source": e.source} for e in examples]
    rows, left_out = usable_prompts(tokenizer, all_rows, context_of(model.config), cfg)
    config = {
        **asdict(cfg),
        "reward": reward.id,
        "target_lang": languages[0],
        **({"think": "stripped"} if around.strip_think else {}),
    }
    parent = weights_hash(policy_path)
    key = {
        "stage": around.stage,
        "parent_hash": parent,
        "config_hash": sha256_json(config),
        "data_hash": sha256_json(all_rows),
        "seed": cfg.seed,
    }
    kept = [
        logs / f"rl_{name}.jsonl" for name in ("rewards", "steps", *(["probe"] if around.probe is not None else []))
    ]
    making = Making(policy_path, out, work, key, kept)
    done = finished(making)
    if done is not None:
        return done
    total_rows = cfg.prompts_per_step * cfg.num_generations
    completions = per_device(total_rows, cfg.accumulation, "rl.prompts_per_step x rl.num_generations")
    resume = from_main(open_workspace(work, key, kept) if is_main() else None)
    step = int(resume.name.split("-")[1]) if resume else 0

    from training.rl.halves import shared
    from training.rl.reward import Rollouts, StepReward, step_row
    from training.shared.callbacks import Logged, Probe, Watch, quiet

    main = processes().is_main_process
    step_reward = StepReward(
        reward,
        cfg.penalties,
        languages[0],
        Rollouts(tokenizer, cfg.num_generations, end_tokens(model.generation_config, tokenizer), around.strip_think),
        StepLog(logs / "rl_rewards.jsonl", step) if main else None,
    )
    trainer, total = grpo_trainer(
        (model, tokenizer), step_reward, rows, cfg, work, completions, around.trust_remote_code
    )
    quiet(trainer)
    mend = f"lower rl.lr (now {cfg.lr}), raise rl.beta (now {cfg.beta}) or lower rl.max_grad_norm"
    smaller = lambda: (  # noqa: E731
        smaller_forward(total_rows, cfg.accumulation, processes().num_processes, "rl", cfg.gradient_checkpointing)
        + "; if it ran out while generating, lower rl.prompts_per_step or rl.max_completion_length"
    )
    with (
        OnSigterm() as terminate,
        tracking(around.trackers if main else (), logs, around.stage, step) as track,
        memory_guard(around.stage, smaller),
    ):
        beside: Callable[[], dict[str, float]] = dict
        if around.probe is not None:
            eye = Probe(around.probe, cfg.probe_every, StepLog(logs / "rl_probe.jsonl", step) if main else None, track)
            trainer.add_callback(eye)
            beside = lambda: eye.latest  # noqa: E731
        write = StepLog(logs / "rl_steps.jsonl", step) if main else None
        logged = Logged(write, lambda n, told: step_row(n, told, step_reward.summary), track, kept, beside)
        trainer.add_callback(Watch(around.stage, terminate, logged, around.progress, mend))
        with shared(trainer, around.twin):
            trainer.train(resume_from_checkpoint=str(resume) if resume else None)
        step = int(trainer.state.global_step)
        if terminate.requested and step < total:
            raise Terminated(work, step)
        made = finish(trainer, tokenizer, making, cfg, steps=step, left_out=left_out)
        leave_if_asked(terminate, out, step)
    return made
