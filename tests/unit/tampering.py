"""The classes of tampering with a board: each a function that lies, the field that `verify` names, and in which way
it is caught.

EDITS change the board file and make groups, digests and the chain right again, as somebody who knows the house would.
CHAIN changes leave the digests as they are. FILES change what lies beside the board.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from benchmark.leaderboard.scoring import signature_key
from metrics.version import V

Board = dict[str, Any]
PRIMARY = "coverage.f1.length_controlled"
STAGES = ("post-sft", "post-rl", "post-recovery")


def of(told: Board, stage: str) -> dict[str, Any]:
    return next(e for e in told["entries"] if e["stage"] == stage)


def put(stage: str, *path: str, to: Any) -> Callable[[Board], None]:
    """Sets a field of a stage's entry; `to`: the value, or a function of the old one."""

    def change(told: Board) -> None:
        place = of(told, stage)
        for name in path[:-1]:
            place = place[name]
        place[path[-1]] = to(place[path[-1]]) if callable(to) else to

    return change


def everywhere(*path: str, to: Any, stages: tuple[str, ...] = STAGES) -> Callable[[Board], None]:
    def change(told: Board) -> None:
        for stage in stages:
            put(stage, *path, to=to)(told)

    return change


def cell(metric: str, what: str, to: Any, stage: str = "user") -> Callable[[Board], None]:
    return put(stage, "scores", metric, what, to=to)


def head(*path: str, to: Any) -> Callable[[Board], None]:
    def change(told: Board) -> None:
        place = told
        for name in path[:-1]:
            place = place[name]
        place[path[-1]] = to(place[path[-1]]) if callable(to) else to

    return change


def link(stage: str, at: int, name: str, to: Any) -> Callable[[Board], None]:
    def change(told: Board) -> None:
        of(told, stage)["lineage"][at][name] = to

    return change


def drop_score(told: Board) -> None:
    del of(told, "user")["scores"]["verbosity.repetition"]


def add_score(told: Board) -> None:
    of(told, "user")["scores"]["coverage.beauty"] = of(told, "user")["scores"]["coverage.precision"]


def sign_otherwise(told: Board) -> None:
    """A signature of one's own, under its right key."""
    for old in [key for key, text in told["signatures"].items() if text.startswith("overlap.chrf|")]:
        text = told["signatures"].pop(old) + "|eff:no"
        told["signatures"][signature_key(text)] = text
        for e in told["entries"]:
            e["scores"]["overlap.chrf"]["signature"] = signature_key(text)


def claim_older(told: Board) -> None:
    """One score made by metrics that this suite can no longer recompute, on a board of the new ones."""
    old = of(told, "user")["scores"]["overlap.chrf"]["signature"]
    text = told["signatures"][old].replace(f"|{V}|", "|v:1|")
    told["signatures"][signature_key(text)] = text
    of(told, "user")["scores"]["overlap.chrf"]["signature"] = signature_key(text)


def exchange_signatures(told: Board) -> None:
    scores = of(told, "user")["scores"]
    scores["overlap.bleu"]["signature"], scores["overlap.chrf"]["signature"] = (
        scores["overlap.chrf"]["signature"],
        scores["overlap.bleu"]["signature"],
    )


def rename_stage_in_lineage(told: Board) -> None:
    entry = of(told, "post-sft")
    entry["stage"] = entry["lineage"][-1]["stage"] = "cold-start"


def other_base(told: Board) -> None:
    links = of(told, "post-recovery")["lineage"]
    links[0]["weights_hash"] = links[1]["parent_hash"] = "9" * 64


def skip_stage(told: Board) -> None:
    links = of(told, "post-recovery")["lineage"]
    links[3]["parent_hash"] = links[1]["weights_hash"]
    del links[2]


def other_seed_in_both(told: Board) -> None:
    entry = of(told, "post-rl")
    entry["seed"] = entry["lineage"][-1]["seed"] = 7


def steps_in_both(told: Board) -> None:
    entry = of(told, "post-rl")
    entry["lineage"][-1]["steps"] = entry["training"]["rl_steps"] = 1


def circle(told: Board) -> None:
    links = of(told, "post-recovery")["lineage"]
    links[3]["weights_hash"] = links[1]["weights_hash"]


def regenerated(**changed: Any) -> Callable[[Board], None]:
    def change(told: Board) -> None:
        record = {"manifests": ["0" * 64, "1" * 64], "cpu": [None, None], "same": "bits", "largest": None} | changed
        of(told, "post-rl").update(trust="regenerated", regenerated=record)

    return change


def as_user(change: Callable[[Board], None]) -> Callable[[Board], None]:
    def moved(told: Board) -> None:
        change(told)
        rl, user = of(told, "post-rl"), of(told, "user")
        user["trust"], user["regenerated"] = rl["trust"], rl["regenerated"]
        rl["trust"], rl["regenerated"] = "recomputed", None

    return moved


def doubled(told: Board) -> None:
    told["entries"].append(json.loads(json.dumps(told["entries"][0])))


def misspell_key(told: Board) -> None:
    """What a check by shape that forgets the letters a to f lets pass."""
    of(told, "user")["opis"] = of(told, "user").pop("copies")


def look_alike(told: Board) -> None:
    """A second version that reads like the first."""
    twin = json.loads(json.dumps(of(told, "user")))
    twin["version"] = "l"
    told["entries"].append(twin)


EDITS: dict[str, tuple[Callable[[Board], None], str]] = {
    "a value, in its last digits": (
        cell("overlap.chrf", "value", lambda x: round(x - 1e-8, 10), "post-rl"),
        "scores.overlap.chrf",
    ),
    "an interval made narrow": (
        lambda t: cell("verbosity.chars", "ci_high", of(t, "user")["scores"]["verbosity.chars"]["value"])(t),
        "ci_high",
    ),
    "an interval that does not hold the value": (cell("verbosity.chars", "ci_low", 1e6), "ci_low"),
    "a limit of 1e300": (cell("verbosity.chars", "ci_high", 1e300), "ci_high"),
    "a limit taken away": (cell("verbosity.chars", "ci_high", None), "verbosity.chars"),
    "more segments scored": (cell("verbosity.chars", "n_scored", 1000), "n_scored"),
    "fewer segments scored": (cell("verbosity.chars", "n_scored", 3), "n_scored"),
    "a bad value made unscorable": (
        lambda t: of(t, "user")["scores"]["coverage.recall"].update(
            value=None, ci_low=None, ci_high=None, reason="no facts"
        ),
        "coverage.recall",
    ),
    "a reason beside a value": (
        lambda t: of(t, "user")["scores"]["coverage.recall"].update(reason="x"),
        "coverage.recall",
    ),
    "a bad score left out": (drop_score, "verbosity.repetition"),
    "a score of one's own": (add_score, "coverage.beauty"),
    "signatures exchanged": (exchange_signatures, "signature"),
    "a signature of one's own": (sign_otherwise, "signature"),
    "one score of older metrics": (claim_older, "signatures."),
    "the whole board of older metrics": (head("metrics", to=1), "signatures."),
    "another split": (put("user", "test_sha256", to="0" * 64), "test_sha256"),
    "another task": (put("user", "task", to="newswire-title"), "task"),
    "a stage under another name": (put("user", "stage", to="post-human"), "stage"),
    "a stage and its lineage under another name": (rename_stage_in_lineage, "stage"),
    "a stage that reads like another": (put("user", "stage", to="post-rI"), "stage"),
    "a stage in other letters": (put("user", "stage", to="Post.RL"), "stage"),
    "a system under another name": (put("user", "system", to="winner"), "system"),
    "a version that reads like another": (look_alike, "version"),
    "a version of SFT's entry renamed": (put("post-sft", "version", to="2"), "lineage"),
    "a version of RL's entry renamed": (put("post-rl", "version", to="2"), "lineage"),
    "a version of the last stage renamed": (put("post-recovery", "version", to="x"), "lineage"),
    "the reward of RL's entry renamed": (
        put("post-rl", "reward", to=lambda r: {**r, "id": "other:fedcba9876543210"}),
        "reward",
    ),
    "the reward renamed everywhere": (
        everywhere("reward", "id", to="other:fedcba9876543210", stages=STAGES[1:]),
        "reward",
    ),
    "a reward where there was no RL": (put("post-sft", "reward", "id", to="other:fedcba9876543210"), "reward"),
    "a validation without a reward": (put("user", "reward", "validation_sha256", to="0" * 64), "reward"),
    "a validation that is not there": (
        everywhere("reward", "validation_sha256", to="0" * 64, stages=STAGES[1:]),
        "reward",
    ),
    "a parent of one's own": (link("post-recovery", 2, "parent_hash", "9" * 64), "parent_hash"),
    "a base of one's own": (other_base, "lineage.1.parent_hash"),
    "a stage left out of the chain": (skip_stage, "lineage.2.stage"),
    "the same weights twice in the chain": (circle, "lineage"),
    "other data": (link("post-rl", 2, "data_hash", "8" * 64), "data_hash"),
    "another configuration": (link("post-rl", 1, "config_hash", "8" * 64), "config_hash"),
    "a seed that the lineage does not tell": (put("post-rl", "seed", to=7), "seed"),
    "a seed rewritten in both places": (other_seed_in_both, "seed"),
    "a seed without a training": (put("user", "seed", to=3), "seed"),
    "fewer steps": (put("post-rl", "training", "rl_steps", to=1), "training.rl_steps"),
    "fewer steps in both places": (steps_in_both, "steps"),
    "a smaller D_para": (put("post-sft", "training", "n_para", to=10), "n_para"),
    "a smaller D_src": (put("post-rl", "training", "n_src", to=10), "n_src"),
    "a D_src without RL": (put("post-sft", "training", "n_src", to=10), "n_src"),
    "sizes for outputs alone": (put("user", "training", "n_para", to=10), "n_para"),
    "another commit": (put("post-rl", "environment", "commit", to="0" * 40), "environment"),
    "a clean checkout claimed": (put("post-rl", "environment", "dirty", to=True), "environment"),
    "other packages": (put("post-rl", "environment", "made_with", to=lambda p: {**p, "torch": "9.9"}), "environment"),
    "another scorer's version": (
        put("user", "environment", "scored_with", "sacrebleu", to="1.0"),
        "scored_with.sacrebleu",
    ),
    "a package left out": (
        put("user", "environment", "scored_with", to=lambda p: {k: v for k, v in p.items() if k != "sacrebleu"}),
        "scored_with",
    ),
    "`regenerated` without runs": (put("post-rl", "trust", to="regenerated"), "trust"),
    "`regenerated` outputs without a training": (as_user(regenerated()), "trust"),
    "`regenerated` by the same run": (regenerated(manifests=["0" * 64] * 2), "regenerated"),
    "`regenerated` bits with a difference": (regenerated(largest=0.001), "regenerated"),
    "`regenerated` without a second run": (regenerated(manifests=["0" * 64, None]), "regenerated"),
    "`regenerated` far from it": (
        regenerated(same="tolerance", largest=0.9, cpu=["AVX2", "AVX512"]),
        "regenerated",
    ),
    "`regenerated` in other bits on one class of CPU": (
        regenerated(same="tolerance", largest=0.01, cpu=["AVX2", "AVX2"]),
        "regenerated",
    ),
    "a system called a baseline": (put("user", "trust", to="baseline"), "trust"),
    "an entry twice": (doubled, "system"),
    "copies played down": (
        put("post-rl", "copies", to={"exact": 0, "near": 0, "lcs": 0.1, "repeated": 0, "overlong": 0}),
        "copies",
    ),
    "repetition played down": (put("user", "copies", "overlong", to=0.0), "copies"),
    "a sketch of other texts": (put("user", "outputs", "sketch", to="0" * 192), "outputs.sketch"),
    "no sketch": (put("user", "outputs", "sketch", to=""), "outputs.sketch"),
    "another hash of the texts": (put("user", "outputs", "texts_sha256", to="0" * 64), "outputs.texts_sha256"),
    "outputs that are not there": (put("user", "outputs", "sha256", to="0" * 64), "outputs.sha256"),
    "statistics that are not there": (put("user", "outputs", "stats_sha256", to="0" * 64), "outputs.stats_sha256"),
    "statistics of another entry": (
        lambda t: put("user", "outputs", "stats_sha256", to=of(t, "post-sft")["outputs"]["stats_sha256"])(t),
        "outputs",
    ),
    "another primary metric": (head("primary", to="verbosity.chars"), "schema"),
    "the other primary metric": (head("primary", to="open.f1.length_controlled"), "primary"),
    "a level of one's own": (head("statistics", "level", to=0.5), "schema"),
    "draws of one's own": (head("statistics", "seed", to=4), "schema"),
    "draws of one's own in an entry": (lambda t: of(t, "user").update(draw_seed=4), "schema"),
    "fewer examples": (head("test", "n", to=3), "test"),
    "a signature under another's key": (
        lambda t: t["signatures"].update({k: s + "|v:9" for k, s in list(t["signatures"].items())[:1]}),
        "signatures.",
    ),
    "a field's name misspelt": (misspell_key, "schema"),
    "a name of 316 characters": (put("user", "system", to="x" * 316), "system"),
    "a name with a line break": (put("user", "system", to="talker\n"), "system"),
    "a hidden text in a version": (
        put("user", "environment", "scored_with", "python", to="3.11\U000e0041"),
        "scored_with",
    ),
}
"""What -> (the change, what the named field holds)."""
