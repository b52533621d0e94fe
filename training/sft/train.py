"""Stages 1 and 3 and the control arm: supervised fine-tuning on the parallel pairs with TRL's SFTTrainer, loss on the
completion only.

Deviation from TRL's own preparation: it tokenises prompt + completion as one text, where a token may straddle the
boundary, so that the policy would be trained on a prompt it never sees when it generates. Here the ids are
tokenizer(prompt) + tokenizer(completion) + eos, which is what generation continues from.
"""

from __future__ import annotations

import logging
import math
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from metrics.errors import UserError
from metrics.records import sha256_json
from training.sft.settings import SECTIONS, SFTSettings, check_settings
from training.shared.checkpoints import Checkpoint
from training.shared.decoding import context_of
from training.shared.hashes import weights_hash
from training.shared.loading import load_policy
from training.shared.lora import check_targets, lora_config
from training.shared.memory import imports_are_no_garbage, memory_guard, smaller_forward
from training.shared.options import check_installed
from training.shared.plain_text import prompt_ids, text_ids
from training.shared.processes import from_main, is_main, processes
from training.shared.resume import OnSigterm, StepLog, Terminated, open_workspace
from training.shared.stage import Around, Making, common_arguments, finish, finished, leave_if_asked, per_device
from training.shared.trackers import check_trackers, tracking

log = logging.getLogger("training")


def encode_pair(tokenizer: Any, prompt: str, completion: str) -> dict[str, list[int]]:
    """input_ids and labels of one pair: the prompt as at generation time (labels -100), then the completion and eos."""
    before = prompt_ids(tokenizer, prompt)
    after = [*text_ids(tokenizer, completion), tokenizer.eos_token_id]
    if before and before[-1] == tokenizer.eos_token_id:
        raise UserError(
            "the policy's tokenizer ends every text with its end-of-sequence token, the prompt too; "
            "switch that off (add_eos_token)"
        )
    return {"input_ids": before + after, "labels": [-100] * len(before) + after}


def encode_pairs(
    tokenizer: Any, pairs: Sequence[tuple[str, str]], limit: int, section: str = "sft"
) -> tuple[list[dict[str, list[int]]], int]:
    """(encoded pairs of at most `limit` tokens, number of longer ones). UserError when none is left."""
    rows = [encode_pair(tokenizer, prompt, completion) for prompt, completion in pairs]
    kept = [row for row in rows if len(row["input_ids"]) <= limit]
    if not kept:
        longest = max((len(row["input_ids"]) for row in rows), default=0)
        raise UserError(
            f"no pair to train on: all {len(rows)} are longer than {limit} tokens (up to {longest}); "
            f"raise {section}.max_length or shorten the sources"
        )
    if len(kept) < len(rows):
        log.warning(
            "%d of %d pairs are longer than %d tokens and are left out; raise %s.max_length to train on them",
            len(rows) - len(kept),
            len(rows),
            limit,
            section,
        )
    return kept, len(rows) - len(kept)


def train_sft(
    policy_path: str | Path,
    pairs: Sequence[tuple[str, str]],
    out_dir: str | Path,
    cfg: SFTSettings,
    stage: str,
    around: Around | None = None,
) -> Checkpoint:
    """Fine-tune a policy on (prompt, completion) pairs and write `out_dir` (by rename, with its lineage).

    Killed and called again with the same arguments it goes on from its last whole state (in `<out_dir>.work`) and ends
    with the same weights; a finished `out_dir` of the same making is returned as it is. Its log_dir
    gets `<stage>_steps.jsonl` (loss, grad_norm, lr), which the trackers show, too.
    Raises UserError for wrong settings, an unusable policy, pairs that are all too long, divergence; Terminated after
    SIGTERM.
    """
    around = around or Around()
    section = SECTIONS.get(stage, "sft")
    check_settings(cfg, section, ("epochs", "batch_size", "lr", "max_length", "save_steps", "accumulation"))
    check_installed(cfg, section)
    check_trackers(around.trackers)
    out, work = Path(out_dir), Path(f"{out_dir}.work")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")  # TRL reports every trainer to its makers otherwise
    imports_are_no_garbage()
    model, tokenizer = load_policy(policy_path, trust_remote_code=around.trust_remote_code)
    parent = weights_hash(policy_path)
    data_hash = sha256_json([list(pair) for pair in pairs])
    key = {
        "stage": stage,
        "parent_hash": parent,
        "config_hash": sha256_json(asdict(cfg)),
        "data_hash": data_hash,
        "seed": cfg.seed,
    }
    logs = Path(around.log_dir or out.parent)
    kept = [logs / f"{stage}_steps.jsonl"] if around.log_dir is not None else []
    making = Making(policy_path, out, work, key, kept)
    done = finished(making)
    if done is not None:
        return done
    context = context_of(model.config) or cfg.max_length
    check_targets(model, cfg, section)
    rows, left_out = encode_pairs(tokenizer, pairs, min(cfg.max_length, context), section)
    batch = per_device(cfg.batch_size, cfg.accumulation, f"{section}.batch_size")
    resume = from_main(open_workspace(work, key, kept) if is_main() else None)

    from datasets import Dataset
    from trl import SFTConfig, SFTTrainer

    from training.shared.callbacks import Logged, Watch, quiet

    total = math.ceil(math.ceil(len(rows) / cfg.batch_size) * cfg.epochs)
    args = SFTConfig(
        **common_arguments(cfg, work, total),
        num_train_epochs=cfg.epochs,
        per_device_train_batch_size=batch,
        max_length=None,
        packing=False,
        completion_only_loss=True,
        dataset_kwargs={"skip_prepare_dataset": True},
    )
    trainer = SFTTrainer(
        model=model,
        args=args,
        train_dataset=Dataset.from_list(rows),
        processing_class=tokenizer,
        peft_config=lora_config(cfg),
    )
    quiet(trainer)
    start = int(resume.name.split("-")[1]) if resume else 0
    main = trainer.is_world_process_zero()
    steps_log = StepLog(kept[0], start) if kept and main else None
    mend = f"lower {section}.lr (now {cfg.lr}) or raise {section}.warmup_ratio"

    def smaller():
        return smaller_forward(
            cfg.batch_size, cfg.accumulation, processes().num_processes, section, cfg.gradient_checkpointing
        )

    with (
        OnSigterm() as terminate,
        tracking(around.trackers if main else (), logs, stage, start) as track,
        memory_guard(stage, smaller),
    ):
        logged = Logged(steps_log, _row, track, kept)
        trainer.add_callback(Watch(stage, terminate, logged, around.progress, mend))
        trainer.train(resume_from_checkpoint=str(resume) if resume else None)
        step = int(trainer.state.global_step)
        if terminate.requested and step < trainer.state.max_steps:
            raise Terminated(work, step)
        made = finish(trainer, tokenizer, making, cfg, steps=step, left_out=left_out)
        leave_if_asked(terminate, out, step)
    return made


def _row(step: int, logs: dict[str, Any]) -> dict[str, Any]:
    names = {
        "loss": "loss",
        "grad_norm": "grad_norm",
        "learning_rate": "lr",
        "epoch": "epoch",
        "mean_token_accuracy": "token_accuracy",
    }
    return {"step": step, **{to: logs[name] for name, to in names.items() if logs.get(name) is not None}}
