"""The stages of one system held against each other, and against the rest of the board: what one of them says must
suit the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmark.leaderboard.alike import BASELINE, KNOWN_STAGES, confusable, skeleton
from benchmark.leaderboard.chain import group_key

Entry = Any
MADE = ("commit", "dirty", "made_with")
"""Of the environment: what made the outputs."""
VERSIONS = {
    "sacrebleu": ("overlap.", "|version:"),
    "pythainlp": ("overlap.", "newmm-pythainlp"),
    "unbabel-comet": ("scorer.comet_qe|", "|version:unbabel-comet"),
}
"""Package -> (how signatures begin that tell its version, what stands before it)."""
Problem = tuple[Entry, str, str]
"""Entry, field, what is wrong."""


def grouped(entries: Sequence[Entry]) -> dict[tuple[str, str, int], list[Entry]]:
    """The stages of each system, version and seed."""
    groups: dict[tuple[str, str, int], list[Entry]] = {}
    for entry in entries:
        groups.setdefault(group_key(entry), []).append(entry)
    return groups


def contradiction(board: Mapping[str, Any]) -> Problem | None:
    """The first entry that another one contradicts, or None. What it takes grows with the number of entries, not with
    its square."""
    return _names(board["entries"]) or _stages(board["entries"]) or _packages(board)


def _names(entries: Sequence[Entry]) -> Problem | None:
    """Names that pass for others: of systems, of a system's versions, of the recipe's stages."""
    systems: dict[str, str] = {}
    versions: dict[tuple[str, str], str] = {}
    for entry in entries:
        if (like := confusable(entry["stage"], KNOWN_STAGES)) is not None:
            return entry, "stage", f"{entry['stage']} looks like {like}, and is another word"
        if (like := systems.setdefault(skeleton(entry["system"]), entry["system"])) != entry["system"]:
            return entry, "system", f"{entry['system']} looks like {like}, another system of this board"
        place = entry["system"], skeleton(entry["version"])
        if (like := versions.setdefault(place, entry["version"])) != entry["version"]:
            return entry, "version", f"{entry['version']} looks like {like}, another version of this system"
        if (entry["stage"] == BASELINE) != (entry["trust"] == BASELINE):
            return entry, "trust", f"stage {entry['stage']}, but {entry['trust']}: baselines are made by the suite"
        if entry["trust"] != BASELINE and skeleton(entry["system"]).startswith(skeleton(BASELINE)):
            return entry, "system", "looks like one of the suite's baselines"
    return None


def _stages(entries: Sequence[Entry]) -> Problem | None:
    groups = grouped(entries)
    homes = {e["lineage"][-1]["weights_hash"]: group_key(e) for e in entries if e["lineage"]}
    for key, members in groups.items():
        ids: dict[Any, Entry] = {}
        validations: dict[Any, Entry] = {}
        makings: dict[Any, Entry] = {}
        held = {e["stage"] for e in members}
        for entry in members:
            made = entry["environment"]
            if made["commit"] is None and made["dirty"] is not None:
                return entry, "environment.dirty", "told without a commit"
            stages = {link["stage"] for link in entry["lineage"]}
            if entry["reward"]["id"] is not None and "post-rl" not in stages:
                return entry, "reward.id", "a reward, but no RL in the lineage"
            for rewards, name in ((ids, "id"), (validations, "validation_sha256")):
                if entry["reward"][name] is not None:
                    rewards.setdefault(entry["reward"][name], entry)
            if entry["training"]["n_para"] is not None:  # told by a run directory, and a run has one making
                making = (
                    *(str(made[name]) for name in MADE[:2]),
                    sorted((made["made_with"] or {}).items(), key=str),
                    entry["training"]["n_para"],
                )
                makings.setdefault(str(making), entry)
            for link in entry["lineage"][:-1]:
                home = homes.get(link["weights_hash"])
                # Another system may share a checkpoint; of one system, what belongs together stands together.
                apart = home is not None and home[0] == key[0] and home != key
                if apart and link["stage"] not in (None, "base", *held):
                    told = (
                        "that checkpoint stands on the board as version "
                        f"{homes[link['weights_hash']][1]} of this system"
                    )
                    return entry, f"lineage ({link['stage']})", told
        agreeing = (
            (ids, "reward.id", "another reward"),
            (validations, "reward.validation_sha256", "another validation of the reward"),
            (makings, "environment", "another commit, size or set of packages"),
        )
        for found, field, other in agreeing:
            if len(found) > 1:
                return list(found.values())[1], field, f"{other} than another stage of the same system and seed"
    return None


def _packages(board: Mapping[str, Any]) -> Problem | None:
    """The versions that an entry says it was scored with are those in its signatures."""
    found = [
        (key, s.partition("|")[0], package, s.partition(mark)[2].partition("|")[0])
        for package, (start, mark) in VERSIONS.items()
        for key, s in board["signatures"].items()
        if s.startswith(start) and mark in s
    ]
    told: dict[str, dict[str, list[tuple[str, str]]]] = {}
    for key, metric, package, version in found:
        told.setdefault(metric, {}).setdefault(key, []).append((package, version))
    for entry in board["entries"]:
        for metric, by_key in told.items():
            cell = entry["scores"].get(metric)
            for package, version in by_key.get(cell["signature"], ()) if cell is not None else ():
                if entry["environment"]["scored_with"].get(package) != version:
                    return entry, f"environment.scored_with.{package}", f"not {version}, the version in its signatures"
    return None
