"""Whose word runs code: the one rule, for every command (docs/security.md, "Code").

A profile, a manifest and a run directory may come from a stranger. A setting that runs Python (`module:function`,
trust_remote_code, a class named to an engine) or sends texts to an address acts only when it stands on the command line
of this call, or in a profile that the user lets say it (`--allow-code`); never because a manifest says so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmark.settings.assets import PREFIX
from metrics.errors import UserError

FLAG = "--allow-code"
REWARD_KEYS = ("rl.reward", "rl.reward_path", "rl.reward_options")
_SIZES = """
tensor_parallel_size pipeline_parallel_size data_parallel_size gpu_memory_utilization max_num_seqs
max_num_batched_tokens max_model_len enforce_eager swap_space cpu_offload_gb block_size kv_cache_memory_bytes
kv_cache_dtype seed dtype quantization enable_prefix_caching enable_chunked_prefill disable_custom_all_reduce
disable_log_stats max_logprobs num_gpu_blocks_override max_seq_len_to_capture
"""
PLAIN_ENGINE_OPTIONS = frozenset(_SIZES.split())
"""Options of vLLM's engine that are sizes and switches; others name classes, plugins or files that it imports."""
_TEXTS = """
inner instruct max_source_tokens max_candidate_tokens target_lang variant lambda_len lambda_rep reflen_ratio
trust_remote_code
"""
PLAIN_REWARD_OPTIONS = PLAIN_ENGINE_OPTIONS | frozenset(_TEXTS.split())
"""The same for a reward that runs in that engine."""


def _names_code(value: Any) -> bool:
    """Whether a reward's spec or path is `module:function` (or an address): with a colon, no asset, and no folder of
    that name."""
    return isinstance(value, str) and ":" in value and not value.startswith(PREFIX) and not Path(value).exists()


def names_task_code(value: Any) -> bool:
    """Whether a task's name is `module:function`; `file:` names a task file, which runs nothing."""
    return isinstance(value, str) and ":" in value and not value.startswith("file:")


def code_in(values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """(key, value) of each setting of a profile that would run code or send texts somewhere."""
    policy, rl, generate = (
        part if isinstance(part := values.get(name), Mapping) else {} for name in ("policy", "rl", "generate")
    )
    run = part if isinstance(part := values.get("run"), Mapping) else {}
    if names_task_code(run.get("task")):
        yield "run.task", run["task"]
    extra = run.get("extra_tasks")
    if isinstance(extra, Sequence) and any(map(names_task_code, extra)):
        yield "run.extra_tasks", list(extra)
    if policy.get("trust_remote_code"):
        yield "policy.trust_remote_code", policy["trust_remote_code"]
    for key in ("reward", "reward_path"):
        if _names_code(rl.get(key)):
            yield f"rl.{key}", rl[key]
    if rl.get("vllm_server_base_url"):
        yield "rl.vllm_server_base_url", rl["vllm_server_base_url"]
    options = rl.get("reward_options")
    if isinstance(options, Mapping):
        engine = "vllm" in f"{rl.get('reward')} {options.get('inner')}"
        for key, value in options.items():
            if (
                (key == "trust_remote_code" and value)
                or (key == "inner" and _names_code(value))
                or (engine and key not in PLAIN_REWARD_OPTIONS and value is not False)
            ):
                yield f"rl.reward_options.{key}", value
    if isinstance(judge := values.get("judge"), Mapping) and judge.get("url"):
        yield "judge.url", judge["url"]
    engine_options = generate.get("vllm")
    if isinstance(engine_options, Mapping):
        yield from (
            (f"generate.vllm.{key}", value) for key, value in engine_options.items() if key not in PLAIN_ENGINE_OPTIONS
        )


def check_code(
    values: Mapping[str, Any],
    where: str,
    said: Collection[str] = (),
    mend: str | None = None,
    needed: Collection[str] | None = None,
) -> None:
    """Raise UserError where settings that were read from a file run code that nobody has asked for in this call. This
    is the rule.

    values: the settings, the command line's included; said: keys that the command line gave; needed: the keys that the
    caller will act on (default: all); mend: how the user can allow it (default: on the command line).
    """
    for key, value in code_in(values):
        parts = key.split(".")
        if any(".".join(parts[:n]) in said for n in range(2, len(parts) + 1)):
            continue
        if needed is not None and ".".join(parts[:2]) not in needed:
            continue
        shown = str(value).lower() if isinstance(value, bool) else str(value)
        mend = mend or f"say it in this call: --set {key}={shown}"
        raise UserError(
            f"{where}: {key} = {shown}: runs code, or sends texts to an address, and a file may not decide "
            f"that; look at what it names, then {mend}"
        )
