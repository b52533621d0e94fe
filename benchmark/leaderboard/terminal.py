"""The table of `leaderboard show`, at most WIDTH columns wide: a line with the system's name, one per stage, then its
trajectory and flags."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from benchmark.leaderboard import words
from benchmark.leaderboard.flags import KINDS, NOTE, kind
from benchmark.leaderboard.paper import tables_of
from benchmark.leaderboard.view import Group, View
from benchmark.report.safetext import plain

WIDTH = 100
INDENT = "  "
FLAG, UNDER = "  ! ", "      "
"""How the lines of a flag begin, the first and the ones under it."""
REMARK, BELOW = "  - ", "    "
"""The same of what is merely said."""


def table(view: View, sort: str | None) -> Iterator[str]:
    """The lines of one board."""
    board = view.board
    test = board["test"]
    yield from wrapped(
        f"{board['task']} (version {board['task_version']}, {test['n']} test examples "
        f"{words.split_name(board)}): {view.n_entries} entries"
    )
    if (older := words.of_older_metrics(board)) is not None:
        yield from wrapped(older, FLAG, UNDER)
    if view.groups:
        yield from _groups(view, sort)
        if len(view.groups) < view.n_groups:
            yield f"{len(view.groups)} of {view.n_groups} systems shown (--top, --filter)"
        for note in words.footnotes(view):
            yield from wrapped(note, hanging=INDENT)
    else:
        yield "no entries" + (" match the filter" if view.n_entries else " yet: python -m benchmark submit")
    yield from _baselines(view, sort)
    yield from reported(board["task"])


def _baselines(view: View, sort: str | None) -> Iterator[str]:
    if view.baselines:
        yield ""
        yield from wrapped("baselines, made by the suite from the task's own data, never ranked:", hanging=INDENT)
        shown = words.columns(view.board["primary"], sort)
        body = [[r.entry["system"], *words.cells(r.entry, view.board["primary"], sort)] for r in view.baselines]
        head = ["system", *map(words.heading, shown)]
        while len(head) > 2 and sum(_widths(head, body)) + 2 * len(head) > WIDTH:
            head, body = head[:-1], [row[:-1] for row in body]
        yield from (INDENT + line for line in _aligned(head, body, 1))


def wrapped(text: str, first: str = "", hanging: str = "") -> Iterator[str]:
    """Lines of at most WIDTH characters, with nothing in them that acts on a terminal."""
    # A break inside a word would cut the names of metrics at their hyphens.
    yield from textwrap.wrap(
        plain(text), WIDTH, initial_indent=first, subsequent_indent=hanging, break_on_hyphens=False
    )


def _groups(view: View, sort: str | None) -> Iterator[str]:
    primary = view.board["primary"]
    shown = words.columns(primary, sort)
    head = ["rank", "stage", *map(words.heading, shown)]
    body = [
        [words.rank_text(r), r.entry["stage"], *words.cells(r.entry, primary, sort)]
        for g in view.groups
        for r in g.rows
    ]
    needed = 3 + (sort in shown and sort != primary)
    while len(head) > needed and sum(_widths(head, body)) + 2 * (len(head) - 1) > WIDTH:
        head, body = head[:-1], [row[:-1] for row in body]
    lines = _aligned(head, body, 2)
    yield next(lines)
    for group in view.groups:
        yield from wrapped(f"{words.system_name(group)}: {_trust(group)}", hanging=INDENT)
        for _ in group.rows:
            yield next(lines)
        yield from wrapped(words.trajectory(group, primary), INDENT, INDENT * 2)
        flags = [(kind(f), f"{r.entry['stage']}: {f}") for r in group.rows for f in r.flags]
        flags += [(kind(f), f) for f in group.flags]
        for said, flag in sorted(flags, key=lambda told: KINDS.index(told[0])):
            yield from wrapped(flag, *((REMARK, BELOW) if said == NOTE else (FLAG, UNDER)))
    if len(head) < len(shown) + 2:
        left = ", ".join(map(words.heading, shown[len(head) - 2 :]))
        yield from wrapped(f"not shown for want of room: {left} (all are in leaderboard export)", hanging=INDENT)


def _trust(group: Group) -> str:
    """ "recomputed", or by stage where they differ."""
    labels = {words.trust_text(r.entry) for r in group.rows}
    return (
        labels.pop()
        if len(labels) == 1
        else ", ".join(f"{r.entry['stage']} {words.trust_text(r.entry)}" for r in group.rows)
    )


def _widths(head: Sequence[str], body: Sequence[Sequence[str]]) -> list[int]:
    return [max(len(row[i]) for row in [head, *body]) for i in range(len(head))]


def _aligned(head: Sequence[str], body: Sequence[Sequence[str]], left: int) -> Iterator[str]:
    """The head and the rows; the first `left` columns are flush left, the others, numbers, flush right."""
    widths = _widths(head, body)
    for row in [head, *body]:
        yield "  ".join(
            cell.ljust(w) if j < left else cell.rjust(w) for j, (cell, w) in enumerate(zip(row, widths, strict=True))
        ).rstrip()


def reported(task: str) -> Iterator[str]:
    """The paper's tables beside a board."""
    for told in tables_of(task):
        yield ""
        yield from wrapped(
            f"reported, not recomputed and not ranked: {told['entries'][0]['source']}: {told['title']}", hanging=INDENT
        )
        names = list(told["columns"])
        body = [
            [e["trust"], e["system"], e["stage"] or "", *(f"{e['values'][n]:g}" for n in names)]
            for e in told["entries"]
        ]
        yield from (INDENT + line for line in _aligned(["trust", "system", "stage", *names], body, 3))
