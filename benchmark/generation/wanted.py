"""How a profile decodes with a checkpoint: the suite's own settings, the checkpoint's end tokens, and nothing else of
the checkpoint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from benchmark.generation.decoding import Decoding
from benchmark.settings.config import Profile
from training.shared.rules import Rules, described, rules_of


@dataclass(frozen=True, slots=True)
class Wanted:
    """Decoding of one checkpoint under one profile."""

    profile: Profile
    rules: Rules

    @property
    def strip_think(self) -> bool:
        """Whether think blocks are taken off: as `policy.think` says; `auto` means for models that bring a chat
        template."""
        asked = self.profile.policy.think
        return self.rules.chat if asked == "auto" else asked == "strip"

    def decoding(self, cap: int) -> Decoding:
        """For measuring, with that many new tokens at most."""
        wanted = self.profile.generate
        stop = tuple(self.profile.prompt.stop)
        return Decoding(cap, wanted.batch_size, wanted.temperature, self.profile.run.seed, stop, self.strip_think)

    def told(self, cap: int | None) -> dict[str, Any]:
        """For measuring: all that decides the texts besides weights and prompt; cap None: as derived from the gold."""
        stop, temperature = self.profile.prompt.stop, self.profile.generate.temperature
        return described(
            self.rules, max_new_tokens=cap, temperature=temperature, stop=stop, strip_think=self.strip_think
        )

    def rollouts(self) -> dict[str, Any]:
        """The same for the completions of RL."""
        rl = self.profile.rl
        return described(
            self.rules,
            max_new_tokens=rl.max_completion_length,
            temperature=rl.temperature,
            stop=(),
            strip_think=self.strip_think,
        )

    def ignored(self) -> str | None:
        """What the checkpoint asks for and does not get, in a sentence; None where it asks for nothing."""
        if not self.rules.asked:
            return None
        asked = ", ".join(f"{k} = {v}" for k, v in self.rules.asked.items())
        method = self.told(None)["method"]
        return (
            f"the checkpoint's generation_config.json asks for {asked}; none of it is used: "
            f"decoding is the suite's own ({method})"
        )


def wanted(profile: Profile, model: str) -> Wanted:
    """model: folder or hub id. UserError as `rules_of`."""
    return Wanted(profile, rules_of(model, profile.policy.trust_remote_code))
