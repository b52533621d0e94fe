"""How a board's entries are told, the same in every view: columns, names, trajectories, footnotes."""

from __future__ import annotations

from benchmark.leaderboard.board import Board, Entry
from benchmark.leaderboard.ranks import WORDS
from benchmark.leaderboard.view import PATH, Group, Row, View, value
from benchmark.report.words import interval, number
from metrics.hacking import FORM_FALL, PART, REWARD, TALKATIVE, YES
from metrics.likeness import COPIED, COPIES_SOURCE, SHARES, WRONG_LANGUAGE
from metrics.misplaced import IN_PLACE, OUT_OF_PLACE
from metrics.version import METRICS_VERSION

COLUMNS = (
    ("coverage.f1.length_controlled", "F1 lc"),
    ("coverage.recall.length_controlled", "recall lc"),
    ("coverage.precision", "precision"),
    ("verbosity.length_ratio", "length"),
    ("form.fluency", "fluency"),
    ("overlap.chrf", "chrF2"),
    ("reward.mean", "reward"),
)
"""Metrics in the tables of every view; the primary one stands first. lc: cut at the reference's length."""
OPEN_COLUMNS = (
    ("open.f1.length_controlled", "open F1 lc"),
    ("open.number.recall.length_controlled", "numbers lc"),
    ("open.number.precision", "number precision"),
    ("open.name.recall.length_controlled", "names lc"),
    *COLUMNS[3:],
)
"""The same on boards of real text without gold facts."""


def system_name(group: Group) -> str:
    """ "sg-srl v1, seed 2"."""
    return f"{group.system} v{group.version}" + ("" if group.seed is None else f", seed {group.seed}")


def trust_text(entry: Entry) -> str:
    """ "regenerated", "regenerated within 0.004" where the second run, on another kind of CPU, gave not the same
    bits."""
    told = entry["regenerated"]
    return (
        entry["trust"] if told is None or told["largest"] is None else f"{entry['trust']} within {told['largest']:.3f}"
    )


def of_older_metrics(board: Board) -> str | None:
    """What is said of a board that another version of the metrics made, or None."""
    if not board["entries"] or board["metrics"] == METRICS_VERSION:
        return None
    return (
        f"made with metrics version {board['metrics']} (this suite: {METRICS_VERSION}): not "
        "comparable with scores made here; leaderboard rescore"
    )


def cells(entry: Entry, primary: str, sort: str | None) -> list[str]:
    """The scores of a row, as text, in the order of `header`."""
    out = []
    for metric in columns(primary, sort):
        told = entry["scores"].get(metric) or {}
        limits = interval(told.get("ci_low"), told.get("ci_high"), metric) if metric in (primary, sort) else ""
        out.append(f"{number(told.get('value'), metric)} {limits}".strip())
    return out


def columns(primary: str, sort: str | None) -> list[str]:
    """Metrics of the table: the primary one, the one it is sorted by, the others."""
    shown = OPEN_COLUMNS if primary.startswith("open.") else COLUMNS
    return list(dict.fromkeys([primary, *([sort] if sort and sort not in WORDS else []), *(m for m, _ in shown)]))


def heading(metric: str) -> str:
    """Short name of a metric."""
    return dict((*COLUMNS, *OPEN_COLUMNS)).get(metric, metric.replace(".length_controlled", " lc"))


def trajectory(group: Group, primary: str) -> str:
    """ "SFT 0.512 → RL 0.601 → recovery 0.583; 79 % of the RL gain kept [60 %, 95 %]"; "" with one stage."""
    names = dict(zip(PATH, ("SFT", "RL", "recovery"), strict=True))
    told = [f"{names[s]} {number(value(r.entry, primary), primary)}" for s in PATH if (r := group.row(s)) is not None]
    if len(told) < 2:
        return ""
    text, kept = " → ".join(told), group.preservation
    if kept is None:
        return text
    if kept["ratio"] is None:
        return f"{text}; {kept.get('reason')}"
    limits = "" if kept["ci_low"] is None else f" [{kept['ci_low']:.0%}, {kept['ci_high']:.0%}]"
    return f"{text}; {kept['ratio']:.0%} of the RL gain kept{limits}"


def rank_text(row: Row) -> str:
    """ "3 (1–5)"."""
    if row.rank is None:
        return "–"
    return f"{row.rank}" + (f" ({row.ranks[0]}–{row.ranks[1]})" if row.ranks else "")


def footnotes(view: View) -> list[str]:
    """What the numbers of a view mean."""
    notes = [
        f"rank by {view.board['primary']}; in brackets the ranks an entry may hold: "
        "pairwise tests on the same segments, Holm, p < 0.05",
        "lc: the output cut at the reference's length; length: outputs / "
        "references; intervals are 95 %, over documents",
        "reward: mean of the reward that the system was trained with, or of "
        "the profile's; not comparable between rewards",
    ]
    if any(g.hacked in (YES, PART) for g in view.groups):
        notes.append(
            f"HACKED: from SFT to RL, {REWARD} rose and a metric that is independent of it fell, "
            "p < 0.05 after Holm's correction over the metrics "
            f"tested of the system; in part: {view.board['primary']} rose all the same"
        )
    if any(f.startswith("TALKS MORE") for g in view.groups for f in g.flags):
        notes.append(
            f"TALKS MORE: outputs grew significantly with RL, to {TALKATIVE:g} times "
            "their references or more, whatever else rose"
        )
    if any(f.startswith("FORM") for g in view.groups for r in g.rows for f in r.flags):
        notes.append(
            f"FORM DOWN: {view.board['primary']} rose over the system's post-sft and form.* fell by {FORM_FALL:g}, "
            "both significantly; FORM BELOW FACTS: form.* lies further below the gold than what the facts lack "
            f"accounts for; p is corrected over form.* alone here, and that of {view.board['primary']} beside it not: "
            "one change can have another p where it is one of all metrics tested of the system (HACKED, TALKS MORE)"
        )
    heads = {f.partition(":")[0] for g in view.groups for r in g.rows for f in r.flags}
    if heads & {COPIES_SOURCE, WRONG_LANGUAGE}:
        notes.append(
            f"{COPIES_SOURCE}: {SHARES['source']:.0%} of the outputs and more are for {COPIED:.0%} and more pieces of "
            f"their sources; {WRONG_LANGUAGE}: as many ({SHARES['foreign']:.0%}) have most letters in another script "
            "than the target's"
        )
    if OUT_OF_PLACE in heads:
        notes.append(
            f"{OUT_OF_PLACE}: of the facts that are stated with others of their sentence, less than {IN_PLACE:g} stand "
            "beside one of them"
        )
    if view.n_tested < view.n_entries:
        notes.append(
            f"the {view.n_tested} best entries of {view.n_entries} were tested; untested pairs count as not different"
        )
    return notes


def split_name(board: Board) -> str:
    """The first digits of the split's hash, or that nobody has pinned it yet."""
    sha256 = board["test"]["sha256"]
    return "not pinned yet" if sha256 is None else str(sha256)[:12]
