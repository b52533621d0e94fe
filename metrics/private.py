"""What this suite uses of others that they do not call public, in one place, with the version it was checked with.

Each stands here because nothing public does the same. tests/unit/test_private.py looks each up in what is installed: a
new version that moves one is seen there, before a run is.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Private:
    """One name of another package."""

    package: str
    """As it is installed; "python" for the standard library."""
    checked: str
    """First parts of the version it was checked with; further parts may differ."""
    name: str
    """"module:attribute" or "module:Class.attribute"."""
    parameters: tuple[str, ...] | None
    """The parameters that are relied on; None for what is no function."""
    used_in: str
    why: str


PRIVATE = (
    Private(
        "trl",
        "1.16",
        "trl:GRPOTrainer._generate_single_turn",
        ("prompt_ids",),
        "training/rl/draws.py",
        "the only place where completions are drawn, so that several processes draw what one does",
    ),
    Private(
        "trl",
        "1.16",
        "trl:GRPOTrainer._prepare_inputs",
        (),
        "training/rl/draws.py",
        "the trainer shuffles what it has generated there; the stream of random numbers goes on past it",
    ),
    Private(
        "trl",
        "1.16",
        "trl:GRPOTrainer._get_per_token_logps_and_entropies",
        ("model", "input_ids", "attention_mask", "logits_to_keep"),
        "training/rl/trainer.py",
        "where the reference's log-probabilities are asked for: a second process makes them",
    ),
    Private(
        "trl",
        "1.16",
        "trl:GRPOTrainer._calculate_rewards",
        ("inputs", "prompts", "completions", "completion_ids_list"),
        "training/rl/trainer.py",
        "what this process does meanwhile, and before which nothing needs them",
    ),
    Private(
        "trl",
        "1.16",
        "trl:GRPOTrainer._tokenize_prompts",
        ("prompts",),
        "training/rl/trainer.py",
        "prompts are read as text, so that a source cannot spell a control token",
    ),
    Private(
        "python",
        "3.",
        "re._parser:parse",
        ("str", "flags"),
        "metrics/reading/needs.py",
        "the characters that a pattern needs, so that most texts are never searched with it",
    ),
    Private(
        "python",
        "3.",
        "re._constants:MAX_REPEAT",
        None,
        "metrics/reading/needs.py",
        "the names of what a parsed pattern is made of",
    ),
    Private(
        "python",
        "3.",
        "re._constants:LITERAL",
        None,
        "metrics/reading/places.py",
        "the same: with which characters a match can begin",
    ),
    Private(
        "transformers",
        "4.57",
        "transformers:PreTrainedModel._is_stateful",
        None,
        "training/rl/shared_prompts.py",
        "whether a model keeps more of a prompt than keys and values",
    ),
    Private(
        "transformers",
        "4.57",
        "transformers.utils.hub:_is_offline_mode",
        None,
        "metrics/hub.py",
        "it is read when transformers is imported; where the hub turns out to be away later, it must be told",
    ),
    Private(
        "python",
        "3.",
        "argparse:ArgumentParser._option_string_actions",
        None,
        "benchmark/cli.py",
        "the options that an unknown one may be meant for",
    ),
    Private(
        "vllm",
        "0.31",
        "vllm.model_executor.models.transformers.base:Base._decorate_for_torch_compile",
        None,
        "training/shared/vllm_engine.py",
        "it would compile the class that the policy shares with it",
    ),
    Private(
        "vllm",
        "0.31",
        "vllm.model_executor.layers.utils:dispatch_cpu_unquantized_gemm",
        None,
        "training/shared/vllm_engine.py",
        "without a GPU it drops the weights, so that nothing could be loaded into them any more",
    ),
)
