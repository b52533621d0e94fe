"""How often do the suite's 95 % intervals hold the truth? Simulated data sets, the suite's own functions, the table in
docs/statistics.md.

    PYTHONPATH=. python tests/simulations/coverage.py                            # prints the tables
    PYTHONPATH=. python tests/simulations/coverage.py --write docs/statistics.md # between the page's markers

No data set is dropped: one in which all documents agree, or nothing changed, counts like any other, and a missing
interval counts as a miss (but for preservation, whose ratio is given only where the gain is established: there the
share of data sets with a ratio is told).

Documents: `equal` has 10 items each, `facts` 1 to 6, `zipf` a Zipf(2) number of at most 50 (half of them 1), `1/rank`
the sizes 100, 50, 33, 25 ... 1. Items of a document correlate by .2 (beta-binomial).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from metrics.contrast import Measured, level_of
from metrics.estimates import recipe_limits, seed_limits
from metrics.intervals import (
    Limits,
    covariance,
    difference_limits,
    difference_variance,
    effective,
    fieller,
    fraction_limits,
    student,
    studentised_columns,
    studentised_limits,
)

LEVEL = 0.95
ICC = 0.2
SIMS = 2000
BOOT = 500
KINDS = ("equal", "facts", "zipf", "1/rank")
SIZES = (50, 200, 500)
START, END = "<!-- table: tests/simulations/coverage.py -->", "<!-- end of table -->"


def document_sizes(rng: np.random.Generator, kind: str, n: int, sims: int) -> np.ndarray:
    """(sims, n) items per document."""
    if kind == "equal":
        return np.full((sims, n), 10)
    if kind == "facts":
        return rng.integers(1, 7, (sims, n))
    if kind == "zipf":
        return np.minimum(rng.zipf(2.0, (sims, n)), 50)
    return np.tile(np.maximum(1, np.round(100 / np.arange(1, n + 1))).astype(int), (sims, 1))


def hits(rng: np.random.Generator, sizes: np.ndarray, share: float, skill: np.ndarray | None = None) -> np.ndarray:
    """Beta-binomial hits per document; `skill`: uniform numbers that systems share, so that good documents are good for
    all of them."""
    from scipy.stats import beta

    a, b = share * (1 / ICC - 1), (1 - share) * (1 / ICC - 1)
    # Quantiles off a fine grid: the exact function takes minutes.
    grid = np.linspace(0, 1, 4001)
    quality = rng.beta(a, b, sizes.shape) if skill is None else np.interp(skill, grid, beta.ppf(grid, a, b))
    return rng.binomial(sizes, quality).astype(float)


def shared_skill(rng: np.random.Generator, skill: np.ndarray, share: float = 0.6) -> np.ndarray:
    """The same uniform numbers for a share of the documents, new ones for the others."""
    return np.where(rng.random(skill.shape) < share, skill, rng.random(skill.shape))


def measured(hit: np.ndarray, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(value, what each document moves it by, weights) of the pooled ratio."""
    total, all_hits = sizes.sum(axis=-1, keepdims=True), hit.sum(axis=-1, keepdims=True)
    return (all_hits / total)[..., 0], (hit - all_hits / total * sizes) / (total - sizes), sizes / total


def covered(limits: Limits, truth: float) -> tuple[float, float]:
    """(share that holds the truth, median width)."""
    with np.errstate(invalid="ignore"):
        inside = (limits.low <= truth + 1e-12) & (truth - 1e-12 <= limits.high)
    return float(inside.mean()), float(np.nanmedian(limits.high - limits.low))


def percentile(rng: np.random.Generator, hit: np.ndarray, sizes: np.ndarray, sims: int = 400) -> Limits:
    """The plain bootstrap over documents, for comparison."""
    n = hit.shape[1]
    counts = rng.multinomial(n, np.full(n, 1 / n), BOOT).astype(float)
    drawn = (counts @ hit[:sims].T) / (counts @ sizes[:sims].T)
    return Limits(*np.quantile(drawn, [0.025, 0.975], axis=0))


def fractions(rng: np.random.Generator, sims: int = 5000) -> Iterator[list[str]]:
    """One system's fraction."""
    yield ["documents", "true value", *(f"n = {n}" for n in SIZES), *(f"percentile bootstrap, n = {n}" for n in SIZES)]
    for kind in KINDS:
        for share in (0.02, 0.05, 0.3, 0.95, 0.98):
            cells, plain = [], []
            for n in SIZES:
                sizes = document_sizes(rng, kind, n, sims)
                hit = hits(rng, sizes, share)
                cells.append(shown(*covered(fraction_limits(*measured(hit, sizes), LEVEL), share)))
                plain.append(shown(*covered(percentile(rng, hit, sizes), share)))
            yield [kind, f"{share:g}", *cells, *plain]


def differences(rng: np.random.Generator, sims: int = SIMS) -> Iterator[list[str]]:
    """The difference of two systems on the same documents."""
    yield ["documents", "before -> after", *(f"n = {n}" for n in SIZES)]
    for kind in KINDS:
        for a, b in ((0.3, 0.5), (0.9, 0.9), (0.97, 0.99), (0.02, 0.05)):
            cells = []
            for n in SIZES:
                sizes, skill = document_sizes(rng, kind, n, sims), rng.random((sims, n))
                (before, moved_a, weights), (after, moved_b, _) = (
                    measured(hits(rng, sizes, p, shared_skill(rng, skill)), sizes) for p in (a, b)
                )
                cells.append(
                    shown(*covered(difference_limits(after - before, moved_b - moved_a, weights, LEVEL), b - a))
                )
            yield [kind, f"{a:g} -> {b:g}", *cells]


def few_documents(rng: np.random.Generator, sims: int = SIMS) -> Iterator[list[str]]:
    """Where the documents are few."""
    counts = (3, 5, 8, 10, 20)
    yield ["documents", "what", *(f"n = {n}" for n in counts)]
    for kind in ("equal", "facts", "zipf"):
        for what, a, b in (("value .3", 0.3, None), ("value .02", 0.02, None), (".3 -> .5", 0.3, 0.5)):
            cells = []
            for n in counts:
                sizes, skill = document_sizes(rng, kind, n, sims), rng.random((sims, n))
                first = measured(hits(rng, sizes, a, shared_skill(rng, skill)), sizes)
                if b is None:
                    cells.append(shown(*covered(fraction_limits(*first, LEVEL), a)))
                    continue
                second = measured(hits(rng, sizes, b, shared_skill(rng, skill)), sizes)
                cells.append(
                    shown(
                        *covered(difference_limits(second[0] - first[0], second[1] - first[1], first[2], LEVEL), b - a)
                    )
                )
            yield [kind, what, *cells]


def lengths(rng: np.random.Generator, sims: int = 500) -> Iterator[list[str]]:
    """A mean without bounds: lognormal lengths; in the last two rows 3 % of the outputs run on to eight times their
    length."""
    yield ["spread (log)", "runaways", *(f"n = {n}" for n in SIZES)]
    for sd, runaway in ((0.3, 0.0), (0.6, 0.0), (1.0, 0.0), (0.3, 0.03), (0.6, 0.03)):
        truth, cells = float(np.exp(sd**2 / 2) * (1 + 7 * runaway)), []
        for n in SIZES:
            counts = rng.multinomial(n, np.full(n, 1 / n), 1000).astype(float)
            lows, highs = [], []
            for _ in range(sims):
                value = np.exp(rng.normal(0, sd, n)) * np.where(rng.random(n) < runaway, 8, 1)
                mean, moved, weights = measured(value, np.ones(n))
                drawn = counts @ studentised_columns(moved, weights)
                low, high = studentised_limits(float(mean), moved, weights, drawn, LEVEL)
                lows.append(low)
                highs.append(high)
            cells.append(shown(*covered(Limits(np.array(lows), np.array(highs)), truth)))
        yield [f"{sd:g}", f"{runaway:.0%}", *cells]


def preservation(rng: np.random.Generator, sims: int = SIMS) -> Iterator[list[str]]:
    """Fieller's interval of (recovery - sft) / (rl - sft), over the data sets in which the gain's interval excludes
    0."""
    counts = (50, 100, 300)
    yield ["documents", "sft, rl, recovery", *(f"n = {n}" for n in counts)]
    for kind in ("equal", "facts", "zipf"):
        for levels in ((0.3, 0.7, 0.6), (0.5, 0.6, 0.58), (0.8, 0.9, 0.95), (0.05, 0.15, 0.1)):
            truth, cells = (levels[2] - levels[0]) / (levels[1] - levels[0]), []
            for n in counts:
                sizes, skill = document_sizes(rng, kind, n, sims), rng.random((sims, n))
                stages = [measured(hits(rng, sizes, p, shared_skill(rng, skill)), sizes) for p in levels]
                weights = stages[0][2]
                kept, gain = (stages[k][0] - stages[0][0] for k in (2, 1))
                moved_kept, moved_gain = (stages[k][1] - stages[0][1] for k in (2, 1))
                spread = [
                    difference_variance(v, m, weights, LEVEL) for v, m in ((kept, moved_kept), (gain, moved_gain))
                ]
                limits = fieller(
                    kept, gain, *spread, covariance(moved_kept, moved_gain), student(LEVEL, effective(weights) - 1)
                )
                given = difference_limits(gain, moved_gain, weights, LEVEL).low > 0
                share, width = covered(Limits(limits.low[given], limits.high[given]), truth)
                cells.append(f"{shown(share, width)}, given {given.mean():.0%}")
            yield [kind, ", ".join(f"{x:g}" for x in levels), *cells]


def seeded(rng: np.random.Generator, seeds: int, share: float, own: float, n: int) -> Measured:
    """A gain measured in several seeds: unit spread between documents, `own` of each seed on each document, and a
    spread between seeds that makes `share` times the documents' variance of the mean."""
    between = np.sqrt(share * seeds * (1 + own**2 / seeds) / n)
    rows = rng.normal(0, 1, n) + rng.normal(0, own, (seeds, n)) + rng.normal(0, between, (seeds, 1))
    values = rows.mean(axis=1)
    return Measured(values, (rows - values[:, None]) / (n - 1), np.full(n, 1 / n), None, tuple(range(seeds)))


def pooled(rng: np.random.Generator, sims: int = 2000, n: int = 60) -> Iterator[list[str]]:
    """The recipe's interval over seeds, and what two simpler ones would cover; the true gain is 0."""
    counts = (2, 3, 5, 10)
    head = [f"{s} seeds" for s in counts]
    yield [
        "seeds / documents",
        "own",
        *head,
        *(f"{h}: documents only" for h in head),
        *(f"{h}: t over seeds" for h in head),
    ]
    for share in (0.0, 0.25, 1.0, 4.6, 16.0):
        for own in (0.3, 1.0):
            recipe, fixed, plain = [], [], []
            for seeds in counts:
                found = [level_of(seeded(rng, seeds, share, own, n)) for _ in range(sims)]
                recipe.append(shown(*_covers([recipe_limits(x, LEVEL) for x in found])))
                halves = [float(student(LEVEL, n - 1)) * float(covariance(x.moved)) ** 0.5 for x in found]
                fixed.append(f"{np.mean([abs(x.value) <= h for x, h in zip(found, halves, strict=True)]):.3f}"[1:])
                plain.append(shown(*_covers([seed_limits(x, LEVEL)[0] for x in found])).partition(" ")[0])
            yield [f"{share:g}", f"{own:g}", *recipe, *fixed, *plain]


def _covers(limits: Sequence[object]) -> tuple[float, float]:
    inside = [x.low is not None and x.low <= 0 <= x.high for x in limits]  # type: ignore[attr-defined]
    return float(np.mean(inside)), float(np.median([x.high - x.low for x in limits if x.low is not None]))  # type: ignore[attr-defined]


def shown(share: float, width: float) -> str:
    """ ".951 (.104)": coverage and median width."""
    return f"{share:.3f}".removeprefix("0") + " (" + f"{width:.3f}".removeprefix("0") + ")"


TABLES = {
    "A fraction of one system": fractions,
    "A difference of two fractions on the same documents": differences,
    "Few documents": few_documents,
    "A length": lengths,
    "Preservation": preservation,
    "A gain pooled over seeds": pooled,
}


def tables(names: Sequence[str] = tuple(TABLES)) -> str:
    """Markdown; each table has random numbers of its own, so that one can be made again alone."""
    out = []
    for name in names:
        make = TABLES[name]
        rows = list(make(np.random.default_rng(list(TABLES).index(name))))
        lines = ["| " + " | ".join(row) + " |" for row in rows]
        out.append(
            "\n".join(
                [
                    f"### {name}",
                    "",
                    " ".join(str(make.__doc__).split("\n\n")[0].split()),
                    "",
                    lines[0],
                    "|---" * len(rows[0]) + "|",
                    *lines[1:],
                ]
            )
        )
    return "\n\n".join(out) + "\n"


if __name__ == "__main__":
    from into_page import command

    command(__doc__, tables, START, END)
