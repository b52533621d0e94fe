"""A judge's verdicts on the terminal: the tables, and beside them how far the judge is to be trusted."""

from __future__ import annotations

from typing import Any

from benchmark.judge.known import loud
from metrics.stats import at_floor, p_text
from metrics.terminal import say


def number(value: float | None, decimals: int = 3) -> str:
    """A value in plain text; "-" for None."""
    return "-" if value is None else f"{value:.{decimals}f}"


def trust_line(told: dict[str, Any]) -> str:
    """Accuracy on pairs with known answers, in a line."""
    parts = [
        f"{name}: {number(found['accuracy'])} [{number(found['ci_low'])}, {number(found['ci_high'])}] of {found['n']}"
        + (f", by grades {number(found['grades']['accuracy'])}" if "grades" in found else "")
        + (f", {found['unscored_pairs']} unscored" if found.get("unscored_pairs") else "")
        for name, found in told["validation"].items()
    ]
    return "known answers: " + ("; ".join(parts) or "none")


def lines(told: dict[str, Any]) -> list[str]:
    """All lines about one judge."""
    out = [f"judge {told['label']}: {told['n_items']} of {told['n_total']} examples", trust_line(told)]
    if told["warning"]:
        out += loud(told["label"], told["warning"])
    out += [*tables(told), *_similarity(told), *_claims(told), *references(told)]
    out += [f"!! {text}" for text in told["selection"]]
    out += [people_line(row) for row in told["people"]]
    lost = {key: row for key, row in told["missing"].items() if row["unscored"]}
    for key, row in lost.items():
        why = "; ".join(f"{reason} ({n})" for reason, n in list(row["reasons"].items())[:3])
        out.append(f"unscored {key}: {row['unscored']} of {row['asked']}: {why}")
    for key, row in told["attempts"].items():
        if row["n"]:
            out.append(f"orders to the judge in outputs of {key}: {row['n']} (they change nothing)")
    return out


def references(told: dict[str, Any]) -> list[str]:
    """How often the references were preferred to each system's texts, and the flag."""
    found = told["references"]
    if found is None:
        return []
    out = [
        f"references preferred to {key}: {row['reference']} of {row['n']}, {row['ties']} ties "
        f"(share {number(row['share'])} [{number(row['ci_low'])}, {number(row['ci_high'])}])"
        for key, row in found["systems"].items()
    ]
    return [*out, *([f"!! {found['warning']}; only people can say whether it is right"] if found["warning"] else [])]


def people_line(row: dict[str, Any]) -> str:
    """Agreement with the raters of one campaign."""
    return (
        f"agreement with people ({row['protocol']}, {row['raters']} raters, campaign {row['campaign']}): the same "
        f"preference in {number(row['share'])} of {row['n']} pairs of texts, kappa {number(row['kappa'])}"
    )


def _similarity(told: dict[str, Any]) -> list[str]:
    found = told["similarity"]
    if found is None:
        return []
    if found["reason"]:
        return [f"embedding similarity: not measured: {found['reason']}"]
    rows = [
        f"  {key:26s} {number(row['reference']):>12s} {number(row['source']):>12s}"
        for key, row in found["systems"].items()
    ]
    return [f"{'embedding similarity':28s} to reference    to source", *rows]


def tell(told: dict[str, Any]) -> None:
    """Prints them."""
    say(*lines(told))


def tables(told: dict[str, Any]) -> list[str]:
    """The paper's tables of a judge or of people."""
    return [*_ranking(told), *_pairwise(told), *_dimensions(told)]


def _ranking(told: dict[str, Any]) -> list[str]:
    table = told["tables"]["ranking"]
    if table is None:
        return []
    n = len(table["systems"])
    lost = table["n_total"] - table["n"]
    out = [f"{'ranking':28s} total    avg  " + "  ".join(f"rank{i}" for i in range(1, n + 1)) + "  unscored"]
    for key, row in table["systems"].items():
        out.append(
            f"  {key:26s} {row['total']:6.0f} {number(row['average'], 2):>6s} "
            + " ".join(f"{r:6.1f}" for r in row["ranks"])
            + f" {lost:9d}"
        )
    return out


def _pairwise(told: dict[str, Any]) -> list[str]:
    out = []
    for t in told["tables"]["pairwise"]:
        rate, controlled, order = t["win_rate"], t["win_rate_length_controlled"], t["order"]
        p = p_text(t["p_holm"], at_floor(t["p"], 10_000))
        out.append(
            f"{t['a']} against {t['b']}: wins {t['wins_a']}, losses {t['wins_b']}, ties {t['ties']} of {t['n']}"
            f"{f', {lost} unscored' if (lost := t['n_total'] - t['n']) else ''}; "
            f"win rate {number(rate['value'])} [{number(rate['ci_low'])}, {number(rate['ci_high'])}], "
            f"length-controlled {number(controlled['value'])}, p {p}; "
            f"same in both orders {number(order['consistency'])}, "
            f"position bias {number(order['position_bias'])}"
        )
    return out


def _dimensions(told: dict[str, Any]) -> list[str]:
    table = told["tables"]["dimensions"]
    if table is None:
        return []
    names = table["dimensions"]
    out = [f"{'grades (0 to 5)':28s} " + " ".join(f"{n[:12]:>12s}" for n in names) + "   length unscored"]
    for key, row in table["systems"].items():
        grades = " ".join(f"{number(row[n]):>12s}" for n in names)
        out.append(f"  {key:26s} {grades} {row['length']:8.1f} {row['unscored']:8d}")
    return out


def _claims(told: dict[str, Any]) -> list[str]:
    names = ("judge.claim.recall", "judge.claim.precision", "judge.claim.contradicted")
    rows = {key: [row[n]["value"] for n in names] for key, row in told["systems"].items() if names[0] in row}
    lost = {key: told["n_items"] - told["systems"][key][names[0]]["n_scored"] for key in rows}
    head = [f"{'claims':28s}   recall  precision  contradicted  unscored"] if rows else []
    return head + [
        f"  {key:26s} {number(a):>8s} {number(b):>10s} {number(c):>13s} {lost[key]:9d}"
        for key, (a, b, c) in rows.items()
    ]
