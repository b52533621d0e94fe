"""The chain base -> SFT -> RL -> recovery of an entry, by weights hashes: each link names its parent, and entries
must agree on links."""

from __future__ import annotations

from typing import Any

from benchmark.leaderboard.board import Entry
from benchmark.leaderboard.sources import LINK, STEPS, steps_of
from metrics.stages import TRAINED_FROM

TOLD = tuple(name for name in LINK if name != "weights_hash")


class Lineages:
    """Checks entries one by one, against themselves and against what earlier ones said about the same weights."""

    def __init__(self) -> None:
        self._links: dict[str, dict[str, Any]] = {}
        self._stages: dict[tuple[str, str, int | None, str], str] = {}
        self._data: dict[tuple[str, str], int] = {}

    def problem(self, entry: Entry) -> tuple[str, str] | None:
        """(field, what is wrong), or None."""
        links = entry["lineage"]
        if not links:
            told = [name for name, n in entry["training"].items() if n is not None]
            if entry["seed"] is not None or told:
                return f"training.{told[0]}" if told else "seed", "told without a lineage that tells of a training"
            return None
        if links[-1]["stage"] != entry["stage"]:
            return "stage", f"{entry['stage']}, but the lineage ends in {links[-1]['stage']}"
        for i, link in enumerate(links):
            where = f"lineage.{i}"
            if i and link["parent_hash"] != links[i - 1]["weights_hash"]:
                return f"{where}.parent_hash", "not the weights before it: the chain is broken"
            if not i and link["parent_hash"] is not None:
                return f"{where}.parent_hash", "the oldest link names a parent that is not in the chain"
            parent = TRAINED_FROM.get(link["stage"])
            if i and parent is not None and links[i - 1]["stage"] not in (parent, None):
                return f"{where}.stage", f"{link['stage']} is trained from {parent}, not from {links[i - 1]['stage']}"
            if found := self._agree(link, where) or self._same_stage(entry, link, where):
                return found
        if len({link["weights_hash"] for link in links}) < len(links):
            return "lineage", "the same weights stand twice in the chain"
        if (told := links[-1]["seed"]) != entry["seed"]:
            return "seed", f"{entry['seed']}, but the lineage says that {entry['stage']} was trained with {told}"
        if found := self._sizes(entry, links):
            return found
        for name, steps in steps_of(links).items():
            if name in STEPS.values() and entry["training"][name] != steps:
                return f"training.{name}", "not the steps that the lineage tells"
        return None

    def _sizes(self, entry: Entry, links: Any) -> tuple[str, str] | None:
        """Sizes of the data belong to the weights: whoever tells them of the same checkpoint tells the same."""
        stages = {link["stage"] for link in links}
        for name, stage in (("n_para", "post-sft"), ("n_src", "post-rl")):
            told = entry["training"][name]
            if told is None:
                continue
            if stage not in stages:
                return f"training.{name}", f"told of a chain without {stage}"
            weights = next(link["weights_hash"] for link in links if link["stage"] == stage)
            if self._data.setdefault((weights, name), told) != told:
                return f"training.{name}", f"another entry tells {self._data[weights, name]} of the same weights"
        return None

    def _agree(self, link: dict[str, Any], where: str) -> tuple[str, str] | None:
        known = self._links.setdefault(link["weights_hash"], dict.fromkeys(TOLD))
        for name in TOLD:
            if link[name] is not None and known[name] not in (None, link[name]):
                return f"{where}.{name}", f"another entry tells {known[name]} of the same weights"
            known[name] = link[name] if known[name] is None else known[name]
        return None

    def _same_stage(self, entry: Entry, link: dict[str, Any], where: str) -> tuple[str, str] | None:
        """One system, version and seed has one checkpoint per stage."""
        if link["stage"] is None:
            return None
        key = entry["system"], entry["version"], entry["seed"], link["stage"]
        if link["stage"] == "base" or entry["seed"] is None:
            return None
        if self._stages.setdefault(key, link["weights_hash"]) != link["weights_hash"]:
            return (
                f"{where}.weights_hash",
                f"another entry of the same system and seed has other weights at {link['stage']}",
            )
        return None
