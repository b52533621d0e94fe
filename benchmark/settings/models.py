"""The models that a profile names besides the policy - reward, scorers, encoder - as folders and as content hashes."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmark.registry import nearest
from benchmark.settings.assets import ASSETS, PREFIX, resolve
from benchmark.settings.config import Profile
from benchmark.settings.embedded_rewards import REWARD_ASSETS
from metrics.errors import UserError
from metrics.hub import is_hub_id, need_hub
from metrics.marks import Making
from metrics.retrieval import MRR, P1
from training.shared.ensembles import members


def inner_reward(spec: str) -> str:
    """X of safeguarded(X), else the reward's spec itself."""
    return spec.removeprefix("safeguarded(")[:-1] if spec.startswith("safeguarded(") and spec.endswith(")") else spec


def model_hash(path: str) -> str:
    """Weights hash of a folder; a hub id with its commit. Raises UserError for a path without weights."""
    from training.shared.hashes import weights_hash

    return weights_hash(path)


def model_content(path: str) -> str:
    """Hash of all that is read of a model, config and tokenizer too: what a step that uses it depends on. Raises
    UserError as `model_hash`."""
    from training.shared.hashes import content_hash

    return content_hash(path)


def without_path(reward: str) -> UserError:
    """What is wrong where a reward that loads something has nothing to load."""
    return UserError(f"rl.reward = {reward!r} needs rl.reward_path, the folder or hub id that it loads")


def check_unchanged(path: str, content: str) -> None:
    """Raises UserError where a model is no longer what `content` says: a step that used it may have read either."""
    if model_content(path) != content:
        raise UserError(_changed(path))


def _changed(what: str) -> str:
    return f"{what}: the model's files changed while this command ran; the step is not kept: start the command again"


def check_weights(path: str, key: str) -> None:
    """Raises UserError, naming the key of the profile, when a folder is missing or its weights are missing, pickled or
    cut short."""
    from training.shared.hashes import weight_files
    from training.shared.resume import safetensors_problem

    if is_hub_id(path):
        return
    try:
        files = weight_files(path)
    except UserError as error:
        raise UserError(f"{key} = {error}") from None
    for file in files:
        if problem := safetensors_problem(file):
            raise UserError(f"{key} = {file}: corrupt weights ({problem}); copy or train the model again")


def is_embedded(path: str) -> bool:
    """Whether a folder holds the weights of a model that ships with the suite, wherever it lies."""
    folder = Path(path)
    weights = folder.is_dir() and (any(folder.rglob("*.safetensors")) or members(folder) is not None)
    return weights and model_hash(path) in _shipped()


@cache
def _shipped() -> frozenset[str]:
    return frozenset(model_hash(str(folder.parent)) for folder in ASSETS.glob("*/asset.json"))


def with_dtype(profile: Profile, model: str) -> Profile:
    """The profile with a precision in place of `auto`: float32 on a CPU, else what the checkpoint was saved in."""
    if profile.policy.dtype != "auto":
        return profile
    import torch

    from training.shared.files_of import files_of
    from training.shared.loading import DTYPES

    found = "float32"
    if torch.cuda.is_available():
        config = files_of(model, profile.policy.trust_remote_code)[1]
        saved = str(getattr(config, "dtype", None) or getattr(config, "torch_dtype", None)).removeprefix("torch.")
        found = saved if saved in DTYPES else found
    return profile.model_copy(update={"policy": profile.policy.model_copy(update={"dtype": found})})


@dataclass(frozen=True)
class Models:
    """Resolved paths of the models that measuring uses; None where one is not wanted."""

    profile: Profile

    @cached_property
    def scorers(self) -> dict[str, str]:
        """Scorer name -> checkpoint folder."""
        wanted = self.profile.score.scorers
        return {name: resolve(path, f"score.scorers.{name}") for name, path in wanted.items() if path is not None}

    @cached_property
    def retrieval(self) -> str | None:
        """Encoder folder."""
        path = self.profile.score.retrieval
        return None if path is None else resolve(path, "score.retrieval")

    @cached_property
    def fluency(self) -> str | None:
        """Language model of form.*."""
        path = self.profile.score.fluency
        return None if path is None else resolve(path, "score.fluency")

    @cached_property
    def reward_path(self) -> str | None:
        """What the named reward loads; None for a reward that is itself a folder or a function.

        Where the profile still names the embedded model of another kind (`--set rl.reward=NAME` alone), NAME's own is
        taken: no reward can mean anything on weights of another kind.
        """
        from training.rewards import REWARDS

        rl, kind = self.profile.rl, inner_reward(self.profile.rl.reward)
        if kind not in REWARDS or rl.reward_path is None:
            return None
        path = rl.reward_path
        asset, at, world = path.removeprefix(PREFIX).partition("@")
        if asset in REWARD_ASSETS.values() and path.startswith(PREFIX):
            if kind not in REWARD_ASSETS:
                raise UserError(
                    f"rl.reward = {rl.reward!r}: no embedded model is of this kind; set rl.reward_path to what it "
                    "loads, or to null where it loads nothing"
                )
            path = f"{PREFIX}{REWARD_ASSETS[kind]}{at}{world}"
        return resolve(path, "rl.reward_path")

    def need_hub(self, policy: str, with_reward: bool = True) -> None:
        """Raises one UserError for all models named by a hub id that cannot be had; the first check of a command,
        within seconds."""
        named = {"policy": policy, **{f"score.scorers.{name}": path for name, path in self.scorers.items()}}
        if self.retrieval is not None:
            named["score.retrieval"] = self.retrieval
        if self.fluency is not None:
            named["score.fluency"] = self.fluency
        if with_reward and self.reward_path is not None:
            named["rl.reward_path"] = self.reward_path
        need_hub(named)

    def check(self, with_reward: bool = True) -> None:
        """Raises UserError, naming the key, for a model that is not there or damaged, and for a reward of an unknown
        name."""
        from training.rewards import REWARDS, needs_path

        for name, path in self.scorers.items():
            check_weights(path, f"score.scorers.{name}")
        if self.retrieval is not None:
            check_weights(self.retrieval, "score.retrieval")
        if self.fluency is not None:
            check_weights(self.fluency, "score.fluency")
        if not with_reward:
            return
        reward = inner_reward(self.profile.rl.reward)
        if self.reward_path is not None:
            if ":" not in self.reward_path:
                check_weights(self.reward_path, "rl.reward_path")
        elif reward in REWARDS:
            if needs_path(reward):
                raise without_path(reward)
        elif Path(reward).is_dir():
            check_weights(reward, "rl.reward")
        elif ":" not in reward:
            raise UserError(
                f"rl.reward = {reward!r}: {nearest(reward, REWARDS)} (or give an existing folder, or module:function)"
            )
        self._check_options(reward)

    def _check_options(self, reward: str) -> None:
        """Raises UserError for options that the reward does not take, and for a yes/no judge that could not judge:
        known before anything is trained."""
        from training.rewards import REWARDS, YES_NO, kind_of

        named = reward in REWARDS
        if not named and not Path(reward).is_dir():
            return
        kind, where = (reward, self.reward_path) if named else (kind_of(Path(reward)), reward)
        options = self.profile.rl.reward_options
        module, _, attr = REWARDS[kind].partition(":")
        try:
            inspect.signature(getattr(import_module(module), attr)).bind(where, **options)
        except TypeError as error:
            raise UserError(f"rl.reward_options: {kind} takes no such option ({error}); take it out") from None
        if kind in YES_NO and where is not None:
            from training.rewards.reranker_generative import check_judge

            check_judge(where, options, kind == "reranker-vllm")
        elif kind == "ensemble" and where is not None:
            from training.rewards.ensemble import check_ensemble

            check_ensemble(where, options)

    def load_reward(self, target_lang: str | None = None) -> Any:
        """The reward of the RL stage, for texts of a language (default: that of the profile's task)."""
        from benchmark.tasks import load_task
        from training.rewards import load_reward_for

        lang, rl = target_lang or load_task(self.profile.run.task).target_lang, self.profile.rl
        return load_reward_for(lang, rl.reward, self.reward_path, **rl.reward_options)

    @property
    def _reward_weights(self) -> str | None:
        """Folder or hub id of the reward's weights; None where it is a function, or loads nothing."""
        from training.rewards import REWARDS

        folder = self.reward_path or self.profile.rl.reward
        bare = self.reward_path is None and folder in REWARDS
        return None if bare or (":" in folder and not Path(folder).exists()) else folder

    @property
    def _reward_content(self) -> str:
        """Content hash of the reward; the id, which holds a hash of the code, where it has no weights."""
        folder = self._reward_weights
        return self._reward_id if folder is None else model_content(folder)

    @cached_property
    def _reward_id(self) -> str:
        return str(self.load_reward().id)

    @cached_property
    def _first(self) -> dict[bool, dict[str, Any]]:
        """What `identity` said first: models are loaded once and stay in memory."""
        return {}

    @property
    def retrieval_is_reward(self) -> bool:
        """Whether the encoder of grounding.retrieval_* is what the policy was trained on: it may then not measure
        it."""
        folder = self._reward_weights
        weights = None if folder is None else model_hash(folder)
        return self.retrieval is not None and model_hash(self.retrieval) == weights

    def identity(self, with_reward: bool = True) -> dict[str, Any]:
        """What identifies the models: content hashes instead of paths. with_reward: False where no reward is used at
        all.

        Raises UserError where it is no longer what it was when it was asked first. A step asks before and after its
        work, so that no other model's values are filed under this one's hash.
        """
        found = {
            "scorers": {name: model_content(path) for name, path in self.scorers.items()},
            "retrieval": None if self.retrieval is None else model_content(self.retrieval),
            "reward": [self._reward_content, self.profile.rl.reward_options] if with_reward else None,
            **({} if self.fluency is None else {"fluency": model_content(self.fluency)}),
        }
        first = self._first.setdefault(with_reward, found)
        if changed := [role for role, content in found.items() if content != first[role]]:
            raise UserError(_changed(" and ".join(changed)))
        return found

    def used(self, policy: str | None, with_reward: bool) -> dict[str, dict[str, Any]]:
        """Role -> {"path", "embedded"} of the models at work, for the manifest."""
        found = {f"scorer.{name}": path for name, path in self.scorers.items()}
        if self.retrieval is not None:
            found["retrieval"] = self.retrieval
        if self.fluency is not None:
            found["fluency"] = self.fluency
        if with_reward:
            found["reward"] = self.reward_path or inner_reward(self.profile.rl.reward)
        if policy is not None:
            found["policy"] = policy
        return {role: {"path": path, "embedded": is_embedded(path)} for role, path in sorted(found.items())}

    def making(self, reward_id: str | None, gold_of_world: bool) -> Making:
        """What is known about texts that this profile's reward trained."""
        wanted = self.profile.score
        scorers = {
            f"scorer.{n}": (model_hash(p), (wanted.scorers[n] or "").startswith(PREFIX))
            for n, p in self.scorers.items()
        }
        if self.retrieval:
            encoder = model_hash(self.retrieval), (wanted.retrieval or "").startswith(PREFIX)
            scorers |= {P1: encoder, MRR: encoder}
        of_world = self.reward_path is not None and (self.profile.rl.reward_path or "").startswith(PREFIX)
        return Making(reward_id, of_world, gold_of_world, scorers)
