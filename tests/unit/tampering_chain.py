"""Tampering that leaves the digests as they are; a validation that agrees with itself. See `tampering`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from board_world import rewrite
from tampering import Board, cell, head, of, put

from benchmark.reward.measures import tally


def take_out(stage: str) -> Callable[[Path], None]:
    return lambda board: rewrite(board, lambda told: told["entries"].remove(of(told, stage)), redigest=False)


def retire(board: Path) -> None:
    """A place in the chain that stands for an entry which is gone."""

    def change(told: Board) -> None:
        gone = of(told, "user")
        told["entries"].remove(gone)
        told["retired"].append(
            {name: gone[name] for name in ("system", "version", "seed", "stage", "previous", "digest")}
        )

    rewrite(board, change, redigest=False)


def plain(change: Callable[[Board], None]) -> Callable[[Path], None]:
    return lambda board: rewrite(board, change, redigest=False)


def redigest_one(board: Path) -> None:
    """The digest of the changed entry alone."""
    from benchmark.leaderboard.spelling import digest

    def change(told: Board) -> None:
        entry = of(told, "post-sft")
        entry["version"] = "2"
        entry["digest"] = digest(entry)

    rewrite(board, change, redigest=False)


CHAIN: dict[str, tuple[Callable[[Path], None], str]] = {
    "an entry taken out": (take_out("post-rl"), "group"),
    "the only entry of a system taken out": (take_out("user"), ""),
    "an entry taken out, its place kept": (retire, "retired"),
    "an entry renamed under its own right digest": (redigest_one, ""),
    "another tip": (plain(head("tip", to="0" * 64)), "tip"),
    "another group": (plain(put("user", "group", to="0" * 64)), "digest"),
    "another place in the chain": (plain(put("user", "previous", to="0" * 64)), "digest"),
    "an entry changed": (plain(cell("overlap.chrf", "value", 99.0)), ""),
}


# ---- a validation that agrees with itself ---------------------------------------------------------------

RERANKER = "reranker-generative:0123456789abcdef:x"


def reward_json() -> dict[str, Any]:
    """Figures of two categories that agree with each other. The signature: REWARD's inner hash."""
    table = {
        "number": tally([1.0] * 9 + [0.0], [0.5] * 10).as_dict(),
        "date": tally([1.0] * 6 + [0.0] * 4, [0.5] * 10).as_dict(),
    }
    null = {"by_category": {slug: tally([1.0] * 10, [1.0] * 10).as_dict() for slug in table}, "macro_accuracy": 0.5}
    whole = tally([1.0] * 15 + [0.0] * 5, [0.5] * 20).as_dict()
    return {
        "reward": "r",
        "signature": f"validate-reward|v:1|reward:{RERANKER}",
        "n": 20,
        "accuracy": {"value": whole["accuracy"], "ci_low": whole["ci_low"], "ci_high": whole["ci_high"]},
        "macro_accuracy": 0.75,
        "by_category": table,
        "null_baselines": {"longer": null},
    }
