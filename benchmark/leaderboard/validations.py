"""Validations of rewards (reward.json of `validate-reward`) beside a board: bound to the reward by content, and
looked at again.

Every figure that follows from others is computed from them. Where the reward comes with this suite and the challenge
set is this suite's, some categories, drawn anew each time, and the scores of all listed misses are computed again
from the weights.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.leaderboard import board as boards
from benchmark.leaderboard.board import Board
from benchmark.leaderboard.lies import Lie
from benchmark.leaderboard.packed import unpack
from benchmark.leaderboard.spelling import parse_json, read_text
from benchmark.settings.embedded_rewards import embedded_reward, same_reward
from metrics.errors import UserError

if TYPE_CHECKING:
    from benchmark.reward.pairs import ChallengeSet

MAX_VALIDATION = 10_000_000
"""Bytes of a reward.json; one of validate-reward has about a hundred thousand."""
SAMPLE = 3
"""Categories that are scored again, of about 25."""
TOLERANCE = 1e-3
"""Of the score of one text, computed again on another machine."""
FLIPS = 0.011
"""Of a category's accuracy: two pairs of 200 may be as good as equal, and fall the other way elsewhere."""
_SET = re.compile(
    r"\|set:newswire([0-9]+)-(core|full)-v([0-9]+)-zh-([a-z+]+)-n([0-9]{1,6})-s([0-9]{1,9})\|pairs:([0-9a-f]+)\|"
)


def read_validation(path: Path, reward_id: str) -> bytes:
    """A reward.json of `validate-reward`. Raises UserError unless it is one, and of this reward."""
    if not path.is_file():
        raise UserError(f"{path}: no such file; give the reward.json that validate-reward wrote")
    text = read_text(path, MAX_VALIDATION)
    check_validation(text, str(path), reward_id)
    return path.read_bytes()


def check_validation(text: str, where: str, reward_id: str) -> None:
    """Raises UserError unless the text is a reward.json of `validate-reward` about this reward whose figures agree
    with each other."""
    told = parse_json(text, where, strict=True)
    signature = told.get("signature") if isinstance(told, dict) else None
    if not isinstance(signature, str) or "|reward:" not in signature:
        raise UserError(
            f"{where}: not a reward.json (it has no signature of a reward); give the one that validate-reward wrote"
        )
    validated = signature.partition("|reward:")[2]
    if not same_reward(validated, reward_id):
        raise UserError(
            f"{where}: validates {validated[:200]}, but the run was trained on {reward_id[:200]}; validate that reward"
        )
    try:
        wrong = _contradiction(told)
    except (TypeError, ValueError, KeyError, AttributeError, ZeroDivisionError, OverflowError) as error:
        raise UserError(
            f"{where}: not figures of validate-reward ({type(error).__name__}: "
            f"{ascii(str(error))[:80]}); validate the reward again"
        ) from None
    if wrong is not None:
        raise UserError(f"{where}: {wrong}; validate the reward again")


def _contradiction(told: Mapping[str, Any]) -> str | None:
    """The first figure that does not follow from the others, or None. A reward.json without categories has none that
    could."""
    from benchmark.reward.measures import wilson

    table = told.get("by_category")
    if table is None:
        return None
    nulls = {name: null["by_category"] for name, null in told["null_baselines"].items()}
    for where, rows in (("by_category", table), *((f"null_baselines.{name}", rows) for name, rows in nulls.items())):
        for slug, row in rows.items():
            if row["accuracy"] is None:
                continue
            n, ties, hits = row["n"], row["ties"], row["accuracy"] * row["n"]
            whole = (
                abs(2 * hits - round(2 * hits)) < 1e-6
                and (round(2 * hits) - ties) % 2 == 0
                and ties / 2 <= hits <= n - ties / 2
            )
            if not (whole and _near((row["ci_low"], row["ci_high"]), wilson(round(2 * hits) / 2, n))):
                return (
                    f"{where}.{slug}: {row['accuracy']} of {n} pairs with {ties} ties, "
                    f"{row['ci_low']} to {row['ci_high']}, is no tally"
                )
        if {slug: row["n"] for slug, row in rows.items()} != {slug: row["n"] for slug, row in table.items()}:
            return f"{where}: other numbers of pairs than in by_category"
    known = [row for row in table.values() if row["accuracy"] is not None]
    n = sum(row["n"] for row in known)
    hits = sum(row["accuracy"] * row["n"] for row in known)
    overall = told["accuracy"]
    if not _near(
        (overall["value"], overall["ci_low"], overall["ci_high"]), (hits / n, *wilson(round(2 * hits) / 2, n))
    ):
        return f"accuracy {overall['value']} is not that of its categories, {hits / n}"
    macros = {"macro_accuracy": (told["macro_accuracy"], table)}
    macros |= {
        f"null_baselines.{name}.macro_accuracy": (told["null_baselines"][name]["macro_accuracy"], rows)
        for name, rows in nulls.items()
    }
    for name, (value, rows) in macros.items():
        mean = [row["accuracy"] for row in rows.values() if row["accuracy"] is not None]
        if not _near((value,), (sum(mean) / len(mean),)):
            return f"{name} {value} is not the mean of its categories"
    return None


def _near(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return all(math.isclose(x, y, rel_tol=1e-9, abs_tol=1e-9) for x, y in zip(a, b, strict=True))


class Recomputed:
    """The validations of one board whose rewards and challenge set are here."""

    def __init__(self, path: Path, board: Board, profile: str, rng: random.Random | None = None) -> None:
        self.profile, self.rng = profile, rng or random.SystemRandom()
        held = {
            e["reward"]["validation_sha256"]: e
            for e in board["entries"]
            if e["reward"]["validation_sha256"] is not None
        }
        self.told = {
            sha256: (
                entry,
                parse_json(unpack(boards.validation_path(path, sha256), MAX_VALIDATION).decode("utf-8"), sha256),
            )
            for sha256, entry in held.items()
        }

    def check(self) -> list[str]:
        """What was looked at and what was not. Raises Lie for a figure that the weights do not give."""
        notes = []
        for sha256, (entry, told) in self.told.items():
            try:
                notes.append(f"validation {sha256[:12]}: {self._one(entry, told)}")
            except UserError as error:
                notes.append(f"validation {sha256[:12]} not recomputed: {error}")
        return notes

    def _one(self, entry: Any, told: Mapping[str, Any]) -> str:
        from benchmark.leaderboard.board import name_of
        from benchmark.reward.challenge import VERSION
        from benchmark.reward.measures import tally
        from benchmark.reward.worlds import WORLDS

        found = _SET.search(told["signature"])
        if found is None or found[1] not in WORLDS or int(found[3]) != VERSION:
            return "not recomputed: made on another challenge set than this suite's"
        langs = found[4].split("+")
        reward = _reward_here(told["signature"].partition("|reward:")[2], langs, self.profile)
        if reward is None:
            return "not recomputed: the reward's weights do not come with this suite"
        challenge, digest = _challenge(langs[0], int(found[5]), int(found[6]), found[2] == "core", found[1])
        if digest != found[7]:
            return "not recomputed: made on another challenge set than this suite's"
        slugs = self.rng.sample(sorted(told["by_category"]), min(SAMPLE, len(told["by_category"])))
        pairs = [p for p in challenge.pairs if p.category in slugs]
        by_id = {p.id: p for p in challenge.pairs}
        misses = [m for m in told["worst_misses"] if m["id"] in by_id]
        items = sorted(
            {(p.source, t) for p in (*pairs, *(by_id[m["id"]] for m in misses)) for t in (p.better, p.worse)}
        )
        scores = dict(zip(items, reward.score([s for s, _ in items], [t for _, t in items]), strict=True))
        for slug in slugs:
            mine = [p for p in pairs if p.category == slug]
            again = tally(
                [scores[p.source, p.better] for p in mine], [scores[p.source, p.worse] for p in mine]
            ).accuracy
            if (held := told["by_category"][slug]["accuracy"]) is None or again is None or abs(again - held) > FLIPS:
                raise Lie(
                    name_of(entry),
                    "reward.validation_sha256",
                    f"by_category.{slug}: it says {held}, the reward's weights give {again}",
                )
        for m in misses:
            p = by_id[m["id"]]
            for text, what in ((p.better, "score_better"), (p.worse, "score_worse")):
                if abs(scores[p.source, text] - m[what]) > TOLERANCE:
                    raise Lie(
                        name_of(entry),
                        "reward.validation_sha256",
                        f"{m['id']}: {what} {m[what]}, the weights give {scores[p.source, text]}",
                    )
        return f"{', '.join(slugs)} and {len(misses)} listed misses recomputed and equal"


@lru_cache(maxsize=1)
def _challenge(lang: str, n: int, seed: int, core: bool, version: str) -> tuple[ChallengeSet, str]:
    """The challenge set and the hash of its pairs: made once for validations that are of one set."""
    from benchmark.reward.challenge import build
    from metrics.files import sha256_json

    made = build([lang], n, seed, core, version)
    return made, sha256_json([p.as_dict() for p in made.pairs])[:16]


def _reward_here(reward_id: str, langs: list[str], profile: str) -> Any:
    """The embedded reward with this id, or None where this suite has none."""
    from benchmark.settings.config import load_profile
    from benchmark.settings.models import Models

    keys = embedded_reward(reward_id)
    if keys is None or len(langs) != 1:
        return None
    reward = Models(load_profile(profile, keys)).load_reward(langs[0])
    return reward if same_reward(reward.id, reward_id) else None
