"""The Python way in: score texts in one call, and see what the suite reads in a text. `from metrics import score,
facts`."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metrics.draws import MOST_DRAWS, Draws
from metrics.errors import UserError
from metrics.terminal import plain

if TYPE_CHECKING:
    from fractions import Fraction

    import pandas as pd

    from metrics.reading import Reading
    from metrics.records import Example
    from metrics.segment import SegmentStats


@dataclass(frozen=True, repr=False)
class Scores:
    """What `score` found: a summary with intervals, and a value for every segment."""

    summary: dict[str, Any]
    """As the systems and transitions of summary.json: {"systems": {name: {metric: {"value", "ci_low", "ci_high",
    ...}}}, ...}."""
    segments: Mapping[str, Sequence[SegmentStats]]
    """System -> per-segment statistics of each metric."""

    def __getitem__(self, metric: str) -> float | None:
        """The value of a metric of the only system; None where it has none. Raises KeyError for an unknown metric,
        ValueError where there are several systems."""
        names = [name for name in self.summary["systems"] if name != "gold"]
        if len(names) != 1:
            raise ValueError(f"several systems ({', '.join(names)}): read .summary or .to_frame()")
        value: float | None = self.summary["systems"][names[0]][metric]["value"]
        return value

    def to_frame(self, by: str = "system") -> pd.DataFrame:
        """A pandas frame. by="system": one row a system and metric (value, ci_low, ci_high, n_scored, n_total, reason);
        by="segment": one row a system, metric and example (value, reason). Raises ValueError for another `by`."""
        import pandas as pd

        if by == "system":
            cells = [
                {"system": s, "metric": m, **cell}
                for s, row in self.summary["systems"].items()
                for m, cell in row.items()
            ]
            wanted = ["system", "metric", "value", "ci_low", "ci_high", "n_scored", "n_total", "reason", "signature"]
            return pd.DataFrame(cells).reindex(columns=wanted)
        if by != "segment":
            raise ValueError(f"by={by!r}: system or segment")
        rows = [
            {"system": s, "metric": m.metric, "example_id": i, "value": v, "reason": r}
            for s, found in self.segments.items()
            for m in found
            for i, v, r in zip(m.example_ids, m.sentence_values().tolist(), m.reasons, strict=True)
        ]
        return pd.DataFrame(rows, columns=["system", "metric", "example_id", "value", "reason"])

    def __repr__(self) -> str:
        """One line; the summary itself has thousands of figures."""
        rows = self.summary["systems"].values()
        n = max((cell["n_total"] for row in rows for cell in row.values()), default=0)
        valued = {m for row in rows for m, cell in row.items() if cell["value"] is not None}
        names = plain(", ".join(self.summary["systems"]))
        return f"<Scores of {names}: {n} segments, {len(valued)} metrics with a value; .to_frame(), .summary>"

    def _repr_html_(self) -> str:
        """A table for notebooks: metric x system with intervals. Everything is escaped."""
        from metrics import catalog

        systems = self.summary["systems"]
        names = catalog.ordered({m for row in systems.values() for m, cell in row.items() if cell["value"] is not None})
        head = "".join(f"<th>{html.escape(s)}</th>" for s in systems)
        rows = []
        for name in names:
            cells = "".join(f"<td>{_cell(row.get(name), catalog.decimals(name))}</td>" for row in systems.values())
            rows.append(f"<tr><td title='{html.escape(name)}'>{html.escape(catalog.label(name))}</td>{cells}</tr>")
        return f"<table><thead><tr><th></th>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _cell(cell: dict[str, Any] | None, decimals: int) -> str:
    if cell is None or cell["value"] is None:
        return "–"
    limits = (
        ""
        if cell["ci_low"] is None
        else f" <small>[{cell['ci_low']:.{decimals}f}, {cell['ci_high']:.{decimals}f}]</small>"
    )
    return f"{cell['value']:.{decimals}f}{limits}"


def score(
    texts: Sequence[str] | Mapping[str, Sequence[str]],
    references: Sequence[str | Sequence[str] | None] | None = None,
    *,
    sources: Sequence[str] | None = None,
    langs: str = "zh-th",
    examples: Sequence[Example] | None = None,
    **options: Any,
) -> Scores:
    """Scores the outputs of one system, or of several ({name: outputs}), with intervals and paired tests.

    Give either `examples` (with gold facts where there are any), or `sources` and, for overlap and lengths,
    `references` (a text or a list of texts each; None where there is none). langs: source and target language of plain
    texts, as "zh-th". options: `retrieval` (folder of an encoder), `scorers` ({name: checkpoint folder}), `names` (TSV
    of your own names), `fluency` (causal language model for form.*), `draws` (bootstrap draws, 2000), `seed` (1).

    Raises UserError where lengths differ, an option is unknown or a language is none.

    >>> found = score(["ฝนตกหนัก 30 มม."], ["ฝนตกหนัก 30 มิลลิเมตร"], sources=["降雨30毫米。"])
    >>> found["open.number.recall"]
    1.0
    >>> sorted(found.summary["systems"])
    ['gold', 'system']
    """
    from metrics import catalog
    from metrics.catalog import score_families
    from metrics.inventory import Inventory
    from metrics.marks import marks
    from metrics.records import Generation
    from metrics.scoring import Means, Scoring
    from metrics.stages import GOLD
    from metrics.summary import summarise

    known = ("retrieval", "scorers", "names", "fluency", "draws", "seed")
    if unknown := sorted(set(options) - set(known)):
        raise UserError(f"unknown option {unknown[0]!r}; there are: {', '.join(known)}")
    if not isinstance(draws := options.get("draws", 2000), int) or not 1 <= draws <= MOST_DRAWS:
        raise UserError(f"draws {draws!r}: give a whole number from 1 to {MOST_DRAWS:,}")
    systems = dict(texts) if isinstance(texts, Mapping) else {"system": texts}
    for name, outputs in systems.items():
        _need_texts(outputs, name if isinstance(texts, Mapping) else "texts")
    items = list(examples) if examples is not None else _examples(sources, references, langs)
    if all(e.reference for e in items):
        systems[GOLD] = [e.reference[0] for e in items if e.reference]
    names = options.get("names")
    means = Means(Inventory(items), options.get("retrieval"), dict(options.get("scorers") or {}), None)
    means.names = Path(names).resolve() if names else None
    means.fluency = options.get("fluency")
    chosen = [
        n
        for n, f in catalog.families().items()
        if not f.neural or (n == "retrieval" and means.retrieval) or (n == "scorers" and means.scorers)
    ]
    found: dict[str, list[SegmentStats]] = {}
    for name, outputs in systems.items():
        if len(outputs) != len(items):
            raise UserError(
                f"{name}: {len(outputs)} texts for {len(items)} examples; give one for each, empty ones included"
            )
        made = [Generation(e.id, name, name, t, None, None, None) for e, t in zip(items, outputs, strict=True)]
        found[name] = score_families(Scoring(items, made, means), chosen)
    docs = [e.doc_id for e in items] if any(e.doc_id is not None for e in items) else None
    told = marks(dict.fromkeys(m.metric for row in found.values() for m in row), None)
    return Scores(
        summarise(found, docs, {}, told, draws=Draws(seed=options.get("seed", 1), bootstrap=draws)),
        found,
    )


def _need_texts(given: Any, what: str) -> None:
    """Raises UserError for anything but a sequence of texts, and for halves of characters in one."""
    if isinstance(given, str | bytes | Mapping) or not hasattr(given, "__len__"):
        raise UserError(f"{what}: a {type(given).__name__}; give a list of texts")
    for n, text in enumerate(given):
        if not isinstance(text, str):
            raise UserError(f"{what}[{n}]: a {type(text).__name__}, not a text; give str, an empty one for nothing")
        if not text.isascii() and _lone(text):
            raise UserError(f"{what}[{n}]: holds a lone surrogate, half of a character; decode the text again")


def _lone(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _examples(
    sources: Sequence[str] | None, references: Sequence[str | Sequence[str] | None] | None, langs: str
) -> list[Example]:
    """Plain texts as examples with the ids 1, 2, ..."""
    from metrics.languages import pair
    from metrics.records import Example

    if sources is None:
        raise UserError("give sources (and references), or examples: what is grounded is said by the source")
    if references is not None and len(references) != len(sources):
        raise UserError(
            f"{len(references)} references for {len(sources)} sources; give one for each, None where there is none"
        )
    if not sources:
        raise UserError("there is nothing to score")
    _need_texts(sources, "sources")
    if isinstance(references, str):
        raise UserError("references: one text; give a list with one for each source")
    for n, given in enumerate(references or ()):
        if given is not None:
            _need_texts([given] if isinstance(given, str) else given, f"references[{n}]")
    source_lang, target_lang = pair(langs)
    out = []
    for n, source in enumerate(sources):
        given = references[n] if references is not None else None
        texts = (given,) if isinstance(given, str) else tuple(given or ())
        out.append(
            Example(str(n + 1), source, tuple(t for t in texts if t.strip()) or None, None, source_lang, target_lang)
        )
    return out


@dataclass(frozen=True)
class Found:
    """One thing that the suite reads in a text."""

    kind: str
    """number, percentage, money, date, year, time, decade, name, identifier, ..."""
    surface: str
    """As it stands in the (normalised) text."""
    value: str
    """Normalised: a number, an ISO date, a name."""
    hard: bool
    """It counts in the hard tier; lone small numerals and ordinals do not."""


def facts(text: str, lang: str) -> list[Found]:
    """What the suite reads in a text: numbers with their units, money, dates, clock times, names in Latin script,
    identifiers.

    lang: any code of a language. Raises UserError for a code that is none.

    >>> [(f.kind, f.surface) for f in facts("营收达4600万欧元，增长5%。", "zh")]
    [('money', '4600万欧元'), ('percentage', '5%')]
    """
    from metrics.languages import code
    from metrics.normalise import normalise
    from metrics.reading import read

    clean = normalise(text)
    return [Found(r.kind, clean[r.start : r.end], _shown(r), r.hard) for r in read(clean, code(lang))]


def _shown(reading: Reading) -> str:
    """The value of a reading as text: 46000000, 5 %, 11-26, 15:00, 1960s, iphone; a range as "300000 to 400000"."""
    if reading.text:
        return reading.text
    if reading.kind == "time":
        return f"{int(reading.value) // 60:02d}:{int(reading.value) % 60:02d}"
    if reading.kind == "date":
        month, day = divmod(int(reading.value), 100)
        return f"{month or '--':>02}-{day or '--':>02}"
    amount = _plain(reading.value) + (f" to {_plain(reading.high)}" if reading.high is not None else "")
    after = {"percentage": "%", "decade": "s", "century": "th century"}.get(reading.kind)
    if after:
        return f"{amount} {after}" if reading.kind == "percentage" else amount + after
    return " ".join(filter(None, [amount, reading.currency, reading.unit]))


def _plain(value: Fraction) -> str:
    """Digits, without a decimal point where there is nothing behind it."""
    return str(value.numerator) if value.denominator == 1 else f"{float(value):g}"
