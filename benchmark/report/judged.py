"""What the report shows of judges: the paper's tables filled by this run, the paper's own figures beside them, and
how far to trust the judge."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from benchmark.judge.people import with_people
from benchmark.judge.read import folder_of, judged
from benchmark.report.words import p_value
from metrics.judge.records import FORM_DIMENSIONS, LONG

FEWEST = 3
"""Pairs in a category below which its accuracy is not listed among the weak ones."""
WEAK = 0.75


@cache
def paper() -> dict[str, Any]:
    """The paper's figures (paper.toml)."""
    return tomllib.loads((files("benchmark") / "judge" / "paper.toml").read_text("utf-8"))


def sections(run_dir: Path, summary: dict[str, Any]) -> list[dict[str, Any]]:
    """What the template shows of each judge of a run directory, a section for each task that it judged; [] where none
    was asked. Raises UserError for a malformed judge.json."""
    own = summary.get("run", {}).get("task")
    out = []
    for told in judged(run_dir):
        people = with_people(run_dir, folder_of(run_dir, told), told["task"])
        cells = summary if told["task"] == own else summary.get("tasks", {}).get(told["task"], {})
        further = "" if told["task"] == own else told["task"]
        out.append({**_section(told, cells.get("systems", {})), "task": further, "people": _people(people)})
    return out


def _people(rows: list[dict[str, Any]]) -> list[str]:
    return [
        f"{row['protocol']}, {row['raters']} raters, campaign {row['campaign']}: the same preference in "
        f"{_number(row['share'])} of {row['n']} pairs of texts, kappa {_number(row['kappa'])}"
        for row in rows
    ]


def _number(value: float | None, decimals: int = 3) -> str:
    return "–" if value is None else f"{value:.{decimals}f}".replace("-", "\u2212")


def _limits(cell: dict[str, Any] | None, decimals: int = 3) -> str:
    if cell is None or cell.get("ci_low") is None:
        return ""
    return f"[{_number(cell['ci_low'], decimals)}, {_number(cell['ci_high'], decimals)}]"


def _section(told: dict[str, Any], cells: dict[str, Any]) -> dict[str, Any]:
    grades = told["tables"]["dimensions"]
    return {
        "name": told["judge"],
        "label": told["label"],
        "signature": told["signature"],
        "items": f"{told['n_items']} of {told['n_total']}",
        "n": told["n_items"],
        "of": told["n_total"],
        "warning": told["warning"],
        "known": [_known(name, found) for name, found in told["validation"].items()],
        "ranking": _ranking(told["tables"]["ranking"]),
        "pairwise": [_pair(t) for t in told["tables"]["pairwise"]],
        "paper_pairwise": [_paper_pair(row) for row in paper()["pairwise"]["rows"]],
        "grades": _grades(grades, told, cells),
        "tibetan": _tibetan(told.get("similarity"), cells),
        "references": _references(told.get("references")),
        "claims": _claims(told),
        "selection": told.get("selection") or [],
        "missing": [
            {"key": key, "text": f"{row['unscored']} of {row['asked']}: " + _reasons(row["reasons"])}
            for key, row in told["missing"].items()
            if row["unscored"]
        ],
        "attempts": [(key, row["n"], row["examples"]) for key, row in told["attempts"].items() if row["n"]],
        "retest": [
            f"{kind}: the same {_number(found['share'], 2)} of {found['n']}, kappa {_number(found['kappa'], 2)}"
            for kind, found in told["retest"].items()
        ],
        "spent": _spent(told["usage"]),
    }


def _reasons(reasons: dict[str, int]) -> str:
    return "; ".join(f"{why} ({n})" for why, n in list(reasons.items())[:3])


def _spent(usage: dict[str, Any]) -> str:
    if not usage.get("calls") and not usage.get("cached"):
        return ""
    cost = "" if usage.get("cost") is None else f", cost {usage['cost']:.4f}"
    tokens = f"{usage['prompt_tokens']} + {usage['completion_tokens']} tokens"
    return f"{usage['calls']} answers of the model, {usage['cached']} from the ledger, {tokens}{cost}"


def _known(name: str, found: dict[str, Any]) -> dict[str, Any]:
    by_category = found["by_category"]
    null = max(found["nulls"], key=lambda n: found["nulls"][n] or 0.0)
    return {
        "name": name,
        "accuracy": _number(found["accuracy"]),
        "limits": _limits(found),
        "n": found["n"],
        "macro": _number(found["macro"]),
        "null": f"{null} {_number(found['nulls'][null])}",
        "grades": _number(found["grades"]["accuracy"]) if "grades" in found else "",
        "order": _order(found["order"]),
        "categories": [(slug, _number(row["accuracy"], 2), row["n"]) for slug, row in by_category.items()],
        "weak": [slug for slug, row in by_category.items() if row["n"] and (row["accuracy"] or 0.0) < WEAK],
    }


def _order(found: dict[str, Any]) -> str:
    return f"{_number(found['consistency'], 2)}, position bias {_number(found['position_bias'], 2)}"


def _ranking(table: dict[str, Any] | None) -> dict[str, Any] | None:
    if table is None:
        return None
    own = [
        {
            "key": key,
            "cells": [
                f"{row['total']:.0f}".replace("-", "\u2212"),
                _number(row["average"], 2),
                *(f"{r:.1f}".removesuffix(".0") for r in row["ranks"]),
                str(table["n_total"] - table["n"]),
            ],
            "limits": _limits(row, 2),
        }
        for key, row in table["systems"].items()
    ]
    three = len(own) == len(paper()["ranking"]["rows"])
    theirs = [
        {"key": row[0], "cells": [str(row[1]).replace("-", "\u2212"), _number(row[2], 2), *map(str, row[3:]), "–"]}
        for row in (paper()["ranking"]["rows"] if three else ())
    ]
    places = [f"rank {i}" for i in range(1, len(own) + 1)]
    return {
        "columns": ["total", "average", *places, "unscored"],
        "own": own,
        "paper": theirs,
        "n": table["n"],
        "ties": table["with_ties"],
    }


def _pair(t: dict[str, Any]) -> dict[str, Any]:
    n = max(1, t["n"])
    return {
        "a": t["a"],
        "b": t["b"],
        "wins": f"{t['wins_a']} ({100 * t['wins_a'] / n:.1f} %)",
        "losses": f"{t['wins_b']} ({100 * t['wins_b'] / n:.1f} %)",
        "ties": f"{t['ties']} ({100 * t['ties'] / n:.1f} %)",
        "unscored": t["n_total"] - t["n"],
        "rate": _number(t["win_rate"]["value"]),
        "limits": _limits(t["win_rate"]),
        "controlled": _number(t["win_rate_length_controlled"]["value"]),
        "controlled_limits": _limits(t["win_rate_length_controlled"]),
        "p": p_value(t["p_holm"]),
        "order": _order(t["order"]),
    }


def _paper_pair(row: list[Any]) -> dict[str, Any]:
    a, b, wins, losses, ties = row
    n = paper()["pairwise"]["n"]
    shown = {name: f"{v} ({100 * v / n:.1f} %)" for name, v in (("wins", wins), ("losses", losses), ("ties", ties))}
    return {"a": a, "b": b, **shown}


OVERLAP = {"BLEU": "overlap.bleu", "chrF": "overlap.chrf"}


def _overlap(cells: dict[str, Any], key: str) -> list[tuple[str, str]]:
    """BLEU and chrF of a system, with limits; of the references themselves nothing is told by them."""
    own = cells.get(key, {})
    return [(_number(own.get(m, {}).get("value"), 2), _limits(own.get(m), 2)) for m in OVERLAP.values()]


def _references(found: dict[str, Any] | None) -> dict[str, Any] | None:
    if found is None:
        return None
    rows = [
        f"{row['reference']} of {row['n']} against {key} ({_number(row['share'], 2)} {_limits(row, 2)}, "
        f"{row['ties']} ties)"
        for key, row in found["systems"].items()
    ]
    return {"text": "; ".join(rows), "warning": found["warning"]}


def _tibetan(found: dict[str, Any] | None, cells: dict[str, Any]) -> dict[str, Any] | None:
    """Table 4."""
    if found is None:
        return None
    own = [
        {
            "key": key,
            "cells": [
                *_overlap(cells, key),
                *((_number(found["systems"].get(key, {}).get(part), 4), "") for part in ("reference", "source")),
            ],
        }
        for key in cells
    ]
    theirs = [
        {"key": row[0], "cells": [_number(row[1], 4), "–", _number(row[2], 4), "–"]}
        for row in paper()["tibetan"]["rows"]
    ]
    columns = [*OVERLAP, "similarity to the reference", "similarity to the source"]
    return {"columns": columns, "own": own, "paper": theirs, "reason": found["reason"], "encoder": found["encoder"]}


def _grades(table: dict[str, Any] | None, told: dict[str, Any], cells: dict[str, Any]) -> dict[str, Any] | None:
    if table is None:
        return None
    names = [*FORM_DIMENSIONS[table["form"]], "average"]
    long = table["form"] == LONG
    columns = [*(OVERLAP if long else ()), *names, "length", "unscored"]
    return {
        "title": "Table 3" if long else "Table 2",
        "columns": columns,
        "own": [
            {
                "key": key,
                "cells": [
                    *(_overlap(cells, key) if long else ()),
                    *((_number(row[n]), _limits(told["systems"].get(key, {}).get(f"judge.{n}"))) for n in names),
                    (f"{row['length']:.1f}", ""),
                    (str(row.get("unscored", "–")), ""),
                ],
            }
            for key, row in table["systems"].items()
        ],
        "paper": _printed(table["form"]),
    }


def _printed(form: str) -> list[dict[str, Any]]:
    """The paper's rows under the columns of ours: it gives BLEU alone for long texts, and no length."""
    rows = paper()[form]["rows"]
    if form == LONG:
        return [{"key": r[0], "cells": [_number(r[1], 2), "–", *map(_number, r[2:]), "–", "–"]} for r in rows]
    return [{"key": r[0], "cells": [*map(_number, r[1:-1]), f"{r[-1]:.1f}", "–"]} for r in rows]


def _claims(told: dict[str, Any]) -> list[dict[str, Any]]:
    names = ("judge.claim.recall", "judge.claim.precision", "judge.claim.contradicted")
    return [
        {
            "key": key,
            "cells": [(_number(cells[n]["value"]), _limits(cells[n])) for n in names]
            + [(str(told["n_items"] - cells[names[0]]["n_scored"]), "")],
        }
        for key, cells in told["systems"].items()
        if names[0] in cells
    ]
