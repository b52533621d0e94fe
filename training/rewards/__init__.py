"""Rewards by name: one line in the table and one file each.

A reward judges candidates against sources and returns raw scores; gate and penalties of eq. 6 are put on top in
`safeguards`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from inspect import Parameter, signature
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from metrics.errors import UserError
from metrics.files import read_object
from metrics.languages import code
from training.shared.ensembles import FILE as ENSEMBLE

REWARDS = {
    "reranker-generative": "training.rewards.reranker_generative:load_reranker",
    "reranker-vllm": "training.rewards.reranker_vllm:load_vllm_reranker",
    "reranker-encoder": "training.rewards.reranker_encoder:load_encoder_reranker",
    "embedding": "training.rewards.embedding:load_embedding",
    "embedding-contrastive": "training.rewards.embedding:load_contrastive",
    "comet-qe": "training.rewards.comet_qe:load_comet",
    "llm-judge": "training.rewards.llm_judge:load_llm_judge",
    "ensemble": "training.rewards.ensemble:load_ensemble",
    "safeguarded": "training.rewards.safeguarded:load_safeguarded",
    "callable": "training.rewards.callable_reward:load_callable",
}
"""name -> "module:factory"; a factory takes the path (a folder or hub id; for `callable` "module:function", for
`llm-judge` "URL#MODEL") and keyword options."""

YES_NO = ("reranker-generative", "reranker-vllm")
"""Rewards that ask a causal language model for yes or no, by an instruction."""
ONE_LANGUAGE = ("comet-qe", "ensemble", "llm-judge", "safeguarded")
"""Rewards that work for one target language at a time, the option `target_lang`."""

ARCHITECTURES = {"ForCausalLM": "reranker-generative", "ForSequenceClassification": "reranker-encoder"}
"""Ending of the architecture named in config.json -> reward."""


@runtime_checkable
class Reward(Protocol):
    """What the RL stage and `validate-reward` need of a reward."""

    name: str
    """As in REWARDS."""
    id: str
    """Identifies the scores: equal ids give equal scores (weights hash and instruction, or the hash of the code)."""
    length_unit: str
    """What `token_ids` counts, for the log: "reranker tokens" or "code points"."""

    def score(self, sources: Sequence[str], candidates: Sequence[str]) -> list[float]:
        """Raw score in [0, 1] of each candidate against its own source (equally long sequences)."""

    def token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """The tokens in which eq. 6 counts lengths and repeated 4-grams."""

    def counts(self) -> dict[str, int]:
        """What happened since the reward was made, such as sources cut for being too long."""


def load_reward(spec: str, path: str | None = None, **options: Any) -> Reward:
    """A reward by name (with the path it needs), by folder (its kind is read from its files), as "module:function", or
    "safeguarded(SPEC)".

    A factory whose path has a default needs none. Raises UserError for an unknown name, a folder of another kind, or
    whatever the factory finds wrong.
    """
    if spec.startswith("safeguarded(") and spec.endswith(")"):
        inside = spec.removeprefix("safeguarded(")[:-1]
        spec, path, options = (
            ("safeguarded", path, {"inner": inside, **options})
            if inside in REWARDS
            else ("safeguarded", inside, options)
        )
    name, where = named(spec), path if spec in REWARDS else spec
    if where is None and name == "safeguarded":
        raise UserError("the reward 'safeguarded' is eq. 6 around another one: name it, as in safeguarded(ensemble)")
    if where is None and needs_path(name):
        raise UserError(
            f"the reward {name!r} needs a path (its folder or hub id; for `callable`, module:function; "
            "for `llm-judge`, URL#MODEL)"
        )
    return factory(name)(where, **options)


def named(spec: str) -> str:
    """The name in REWARDS that a name, folder or module:function stands for; nothing is loaded. UserError for none."""
    if spec in REWARDS:
        return spec
    if ":" in spec and not Path(spec).exists():
        return "callable"
    if Path(spec).is_dir():
        return kind_of(Path(spec))
    raise UserError(
        f"unknown reward {spec!r}; use one of {', '.join(sorted(REWARDS))}, an existing folder, or module:function"
    )


def factory(name: str) -> Callable[..., Reward]:
    """What makes the reward of a name in REWARDS."""
    module, _, attr = REWARDS[name].partition(":")
    made: Callable[..., Reward] = getattr(import_module(module), attr)
    return made


def needs_path(name: str) -> bool:
    """Whether the reward of that name loads something: the first parameter of its factory has no default."""
    return next(iter(signature(factory(name)).parameters.values())).default is Parameter.empty


def load_reward_for(lang: str, spec: str, path: str | None = None, **options: Any) -> Reward:
    """`load_reward` for texts of one language: a yes/no judge is asked about it, the kinds of ONE_LANGUAGE are told it.
    Options come first."""
    lang = code(lang)
    kind = (
        "safeguarded"
        if spec.startswith("safeguarded(")
        else kind_of(Path(spec))
        if spec not in REWARDS and Path(spec).is_dir()
        else spec
    )
    if kind in YES_NO:
        from training.rewards.yes_no_template import instruct_for

        options.setdefault("instruct", instruct_for(lang))
    elif kind in ONE_LANGUAGE:
        options.setdefault("target_lang", lang)
    return load_reward(spec, path, **options)


def kind_of(folder: Path) -> str:
    """The name in REWARDS of what a folder holds, read from its files. Raises UserError when no reward is known for
    it."""
    if (folder / ENSEMBLE).is_file():
        return "ensemble"
    if (folder / "modules.json").is_file():
        return "embedding"
    if (folder / "hparams.yaml").is_file() and not (folder / "config.json").is_file():
        return "comet-qe"
    try:
        architectures = read_object(folder / "config.json").get("architectures") or []
    except UserError as err:
        raise UserError(
            f"{folder}: its config.json cannot be read ({err}); a reward folder is a saved Hugging Face model"
        ) from err
    if not isinstance(architectures, list):
        raise UserError(f"{folder}: architectures in its config.json is no list; save the model again")
    for ending, name in ARCHITECTURES.items():
        if any(str(a).endswith(ending) for a in architectures):
            return name
    raise UserError(
        f"{folder}: no reward is known for the architecture {', '.join(map(str, architectures)) or '(none named)'}; "
        "give a yes/no reranker (...ForCausalLM), a cross-encoder (...ForSequenceClassification) "
        "or a sentence-transformers folder"
    )
