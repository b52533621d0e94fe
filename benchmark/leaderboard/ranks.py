"""What is derived when a board is shown and never stored: ranks and the ranks an entry may hold, trajectories,
preservation, flags.

Preservation is the one of the run's own summary.json: the same draws (`draw_seed`), the same method.

The range of ranks is [1 + number significantly better, n - number significantly worse]. Tests are approximate
randomisation on the stored per-segment statistics, Holm over all pairs. Entries of the same texts are tested as one.
Only the TESTED best of them are tested against each other; an untested pair counts as not different, so that the
ranges of a large board are too wide rather than too narrow.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmark.leaderboard import alike
from benchmark.leaderboard import board as boards
from benchmark.leaderboard.alike import BASELINE, NEARLY, SKETCH
from benchmark.leaderboard.board import Board, Entry
from benchmark.leaderboard.chain import group_key
from benchmark.leaderboard.compared import Statistics
from benchmark.leaderboard.flags import OWN, SHARED, made_of, out_of_place
from benchmark.leaderboard.view import Group, Row, View, value
from benchmark.registry import nearest
from metrics.errors import UserError
from metrics.stages import STAGES

TESTED = 20
GOLD_ROW = "baseline-gold"
"""The references as a baseline (`baselines`)."""
WORDS = ("system", "trust")
"""What a view can be sorted by besides metrics."""
FIELDS = ("system", "version", "seed", "stage", "trust")
"""What a view can be filtered by as FIELD=TEXT."""
TRUST = (BASELINE, "recomputed", "regenerated")
"""The lesser first; `reported` figures stand apart."""


def derive(
    path: Path,
    board: Board,
    sort: str | None = None,
    wanted: Sequence[str] = (),
    top: int | None = 10,
    reverse: bool = False,
) -> View:
    """The view of a board: groups that match every `wanted` ("text", or "field=text"), by their final stage's `sort`,
    at most `top`.

    sort: a metric, or one of WORDS. reverse: the other way round; what has no value comes last all the same.

    Raises UserError for a field that there is not, and where stored statistics are missing or damaged.
    """
    primary = board["primary"]
    every = [Row(e) for e in board["entries"]]
    rows = [r for r in every if r.entry["trust"] != BASELINE]
    baselines = sorted(
        (r for r in every if r.entry["trust"] == BASELINE),
        key=lambda r: (-(value(r.entry, primary) or 0.0), r.entry["system"]),
    )
    ranked = _rank(rows, primary)
    groups: dict[tuple[str, str, int], Group] = {}
    for row in rows:
        e, key = row.entry, group_key(row.entry)
        if key not in groups:
            groups[key] = Group(e["system"], e["version"], e["seed"], [])
        groups[key].rows.append(row)
    _fold_bases(groups)
    places = {stage: place for place, stage in enumerate(STAGES)}
    for group in groups.values():
        group.rows.sort(key=lambda r: (places.get(r.entry["stage"], len(STAGES)), r.entry["stage"]))
    metric = sort or primary

    found = sorted(
        (g for g in groups.values() if all(_matches(g, w) for w in wanted)),
        key=lambda g: (g.system, g.version, g.seed or 0),
    )
    if metric == "trust":
        found.sort(key=lambda g: TRUST.index(g.final.entry["trust"]), reverse=not reverse)
    elif metric == "system":
        found = found[::-1] if reverse else found
    else:
        scored = [(value(g.final.entry, metric), g) for g in found]
        scored.sort(key=lambda told: told[0] or 0.0, reverse=not reverse)
        scored.sort(key=lambda told: told[0] is None)
        found = [g for _, g in scored]
    shown = found if top is None else found[:top]
    _mark_copies(every, shown)
    _find_before(rows, shown)
    contenders: dict[str, list[Row]] = {}
    for row in ranked:
        if (texts := _texts(row)) in contenders:
            contenders[texts].append(row)
        elif len(contenders) < TESTED:
            contenders[texts] = [row]
    tested = list(contenders.values())
    if rows:
        gold = next((r.entry for r in baselines if r.entry["system"] == GOLD_ROW), None)
        Statistics(path, board).fill(rows, tested, shown, gold)
    return View(board, shown, len(groups), len(rows), sum(map(len, tested)), baselines)


def _fold_bases(groups: dict[tuple[str, str, int], Group]) -> None:
    """Moves an untrained base, which has no seed, to the one seed of its system and version, if there is but one."""
    seeded: dict[tuple[str, str], list[Group]] = {}
    for group in groups.values():
        if group.seed is not None:
            seeded.setdefault((group.system, group.version), []).append(group)
    for key, group in list(groups.items()):
        owners = seeded.get((group.system, group.version), [])
        if group.seed is None and len(owners) == 1 and all(r.entry["stage"] == "base" for r in group.rows):
            owners[0].rows += groups.pop(key).rows


def _matches(group: Group, wanted: str) -> bool:
    name, eq, text = wanted.partition("=")
    if eq:
        if name not in FIELDS:
            raise UserError(f"--filter {wanted[:60]}: no such field; {nearest(name, FIELDS)}")
        if name == "seed":  # a number, not a text: 1 is not 10
            return text == ("" if group.seed is None else str(group.seed))
        return any(text.lower() in str(r.entry[name]).lower() for r in group.rows)
    return any(
        wanted.lower() in f"{e['system']} {e['version']} {e['stage']} {e['trust']}".lower()
        for e in (r.entry for r in group.rows)
    )


def _rank(rows: Sequence[Row], primary: str) -> list[Row]:
    """Competition ranking: equal values share the better rank. Returns the rows that have one, best first."""
    told = [(found, row) for row in rows if (found := value(row.entry, primary)) is not None]
    told.sort(key=lambda one: -one[0])
    rank, before = 0, None
    for place, (found, row) in enumerate(told, 1):
        if found != before:
            rank, before = place, found
        row.rank = rank
    return [row for _, row in told]


def _texts(row: Row) -> str:
    return row.entry["outputs"]["texts_sha256"]


def _same_checkpoint(a: Entry, b: Entry) -> bool:
    """Whether two entries say that the same weights wrote them."""
    return (
        bool(a["lineage"])
        and bool(b["lineage"])
        and a["lineage"][-1]["weights_hash"] == b["lineage"][-1]["weights_hash"] is not None
    )


def _mark_copies(rows: Sequence[Row], shown: Sequence[Group]) -> None:
    """Flags of the entries shown from what their outputs are made of, and from whose outputs they are nearly the
    same."""
    owners: dict[str, list[Entry]] = {_texts(r): [] for g in shown for r in g.rows}
    for row in rows:
        if (texts := _texts(row)) in owners:
            owners[texts].append(row.entry)
    holders = alike.holders([r.entry for r in rows], [r.entry for g in shown for r in g.rows])
    for row in (r for g in shown for r in g.rows):
        row.flags += made_of(row.entry["copies"]) + out_of_place(row.entry["scores"])
        same = [e for e in owners[_texts(row)] if e is not row.entry]
        twins = [e for e in same if group_key(e) != group_key(row.entry)]
        if twins:
            # A lineage is a claim: arms of one experiment share a checkpoint, and so would a copy that gives itself the
            # original's hashes.
            shared = f"; {SHARED}" if _same_checkpoint(twins[0], row.entry) else ""
            row.flags.append(f"the same texts as {boards.name_of(twins[0])}{shared}")
        elif same:
            row.flags.append(f"{OWN} {same[0]['stage']}")
        elif (near := _nearly(row.entry, holders)) is not None:
            row.flags.append(
                f"nearly the same texts as {boards.name_of(near[0])}: about {near[1] / SKETCH:.0%} of them"
            )


def _nearly(entry: Entry, holders: dict[str, list[Entry]]) -> tuple[Entry, int] | None:
    """(the entry of another system with the most texts in common, how many of the sketch), where they are NEARLY or
    more.

    The stages of one system may well write the same: nothing is said of them.
    """
    counted: dict[int, tuple[Entry, int]] = {}
    for part in alike.hashes_of(entry["outputs"]["sketch"]):
        for other in holders.get(part, ()):
            if other is not entry and group_key(other) != group_key(entry):
                counted[id(other)] = other, counted.get(id(other), (other, 0))[1] + 1
    best = max(counted.values(), key=lambda found: found[1], default=None)
    return best if best is not None and best[1] >= NEARLY else None


def _find_before(rows: Sequence[Row], shown: Sequence[Group]) -> None:
    """Finds what RL began with: a stage that is named otherwise, or stands under another system, is still the one
    with these weights."""
    begun: list[tuple[Group, str]] = []
    for group in shown:
        own, after = group.row("post-sft"), group.row("post-rl")
        group.before = None if own is None else own.entry
        if own is None and after is not None:
            weights = next(
                (link["weights_hash"] for link in after.entry["lineage"] if link["stage"] == "post-sft"), None
            )
            if weights is not None:
                begun.append((group, weights))
    if begun:
        owners = {e["lineage"][-1]["weights_hash"]: e for e in (r.entry for r in rows) if e["lineage"]}
        for group, weights in begun:
            group.before = owners.get(weights)
