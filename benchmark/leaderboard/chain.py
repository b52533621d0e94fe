"""What binds entries together: the stages of one system by a group digest, all entries by a chain in the order in
which they came.

    group     sha256 over system, version, seed and, of each stage, outputs, lineage, training, reward and making
    previous  digest of what came before: the board's genesis for the first entry
    digest    sha256 over all of the entry but itself, `previous` included
    tip       of the board: the digest of what came last
    retired   of the board: the places in the chain of entries that were replaced by a fuller one of the same name

An entry cannot be changed, renamed or taken out without breaking the chain at the one after it. Who rewrites the
whole file makes a new chain, with another tip: that is seen by whoever has noted the old one (`leaderboard verify
--tip`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import json

from benchmark.leaderboard.spelling import canonical, digest

Entry = Any
"""A dict, or a `fields.Entry`."""
GROUPED = ("lineage", "training", "reward")
BOUND = ("group", "previous", "digest")
"""Fields that are made here."""
PLACE = ("system", "version", "seed", "stage")


def group_key(entry: Entry) -> tuple[str, str, int]:
    """(system, version, seed or -1): whose stages belong together."""
    seed = entry["seed"]
    return entry["system"], entry["version"], -1 if seed is None else seed


def key_of(entry: Entry) -> tuple[str, str, int, str]:
    """(system, version, seed or -1, stage): what may stand on a board once."""
    seed = entry["seed"]
    return entry["system"], entry["version"], -1 if seed is None else seed, entry["stage"]


def group_digest(members: Sequence[Entry]) -> str:
    """The digest of all stages of one system; `members` in any order."""
    whole = hashlib.sha256(canonical(list(group_key(members[0]))))
    for entry in sorted(members, key=lambda e: e["stage"]):
        made = entry["environment"]
        told = [
            entry["stage"],
            entry["outputs"]["sha256"],
            *(entry[name] for name in GROUPED),
            made["commit"],
            made["dirty"],
            made["made_with"],
        ]
        whole.update(json.encode(told, order="sorted"))
    return whole.hexdigest()


def genesis(board: Mapping[str, Any]) -> str:
    """What the first entry follows: another one for every task, split and version of the metrics."""
    told = ["board", board["task"], board["test"]["sha256"], board["metrics"]]
    ids = board["test"].get("ids_sha256")
    return hashlib.sha256(canonical(told if ids is None else [*told, ids])).hexdigest()


def content(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry without what binds it."""
    return {name: value for name, value in entry.items() if name not in BOUND}


def bind(board: dict[str, Any], entries: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The board with these entries in it, each in place of the one of its name; everything bound anew as far as it
    changed."""
    known = {key_of(e): e for e in board["entries"]}
    new = {key_of(e): content(e) for e in entries}
    groups: dict[tuple[str, str, int], list[tuple[str, str, int, str]]] = {}
    for key in sorted(known.keys() | new.keys()):
        groups.setdefault(key[:3], []).append(key)
    tip, retired = board["tip"], list(board["retired"])
    for group in dict.fromkeys(key[:3] for key in new):
        keys = groups[group]
        members = {key: new.get(key) or content(known[key]) for key in keys}
        told = group_digest(list(members.values()))
        for key in keys:
            entry, before = {**members[key], "group": told}, known.get(key)
            if before is not None:
                if content(before) == members[key] and before["group"] == told:
                    continue
                retired.append({name: before[name] for name in (*PLACE, "previous", "digest")})
            entry["previous"] = tip
            entry["digest"] = tip = digest(entry)
            known[key] = entry
    return {**board, "tip": tip, "retired": retired, "entries": [known[key] for key in sorted(known)]}


def rechained(board: dict[str, Any], entries: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The board with these entries alone, system by system in this order, in a chain of its own."""
    return bind({**board, "tip": genesis(board), "retired": [], "entries": []}, entries)


def chained(board: Mapping[str, Any]) -> list[Any]:
    """Entries and retired places in the order of the chain, as far as it holds from the genesis."""
    following: dict[str, Any] = {}
    for item in [*board["entries"], *board["retired"]]:
        following.setdefault(item["previous"], item)
    out, at = [], genesis(board)
    while (item := following.pop(at, None)) is not None:
        out.append(item)
        at = item["digest"]
    return out


def broken(board: Mapping[str, Any]) -> tuple[Any | None, str, str] | None:
    """(the entry or None for the board, field, what is wrong) of the first fault of groups or chain, or None."""
    groups: dict[tuple[str, str, int], list[Any]] = {}
    for entry in board["entries"]:
        groups.setdefault(group_key(entry), []).append(entry)
    for members in groups.values():
        told = group_digest(members)
        for entry in members:
            if entry["group"] != told:
                return (
                    entry,
                    "group",
                    "not the digest of this system's stages: one was changed, "
                    "renamed or taken out, or belongs to another",
                )
    order = chained(board)
    if len(order) < len(board["entries"]) + len(board["retired"]):
        held = {id(item) for item in order}
        live = {item["digest"] for item in [*board["entries"], *board["retired"]]}
        loose = [item for item in [*board["entries"], *board["retired"]] if id(item) not in held]
        first = next((item for item in loose if item["previous"] not in live), loose[0])
        return first, "previous", "the chain is broken before it: an entry was changed, taken out or put in here"
    if board["tip"] != (order[-1]["digest"] if order else genesis(board)):
        return None, "tip", "not the end of the chain: the last entries were changed or taken out"
    present = {key_of(e) for e in board["entries"]}
    for item in board["retired"]:
        if key_of(item) not in present:
            return (
                None,
                "retired",
                f"{item['system']} v{item['version']}, {item['stage']} was replaced by an entry that is gone",
            )
    return None


def holds(board: Mapping[str, Any], tip: str) -> bool:
    """Whether a tip that was noted before is part of this chain."""
    return tip == genesis(board) or any(item["digest"] == tip for item in chained(board))
