"""`data join`: a user's articles and titles as the suite's splits - D_para and dev (with titles), D_src (articles alone) - free of duplicates and
disjoint, whatever the order of the files.

Articles: JSON Lines. CNewSum's own rows are read as they are ("id", "article": list of sentences), and rows with "source" or "text". Titles: JSON
Lines of "id" and "title" (or "reference"), or TSV with that header; CNewSum has no Thai titles, so this file is the user's. A row of the articles
that holds "reference" itself needs no titles file (any parallel JSONL).
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from metrics.errors import UserError
from metrics.files import read_jsonl
from metrics.languages import code
from metrics.normalise import fingerprint
from metrics.records import Example, write_examples, write_jsonl

SOURCE_KEYS = ("source", "article", "text")
TITLE_KEYS = ("title", "reference")


def _text(row: dict[str, Any], keys: Iterable[str], where: str) -> str | None:
    """The first of `keys` in a row, sentences joined as Chinese is written. UserError when it is no text."""
    for key in keys:
        value = row.get(key)
        if value is None:
            continue
        if isinstance(value, list) and all(isinstance(v, str) for v in value):
            value = "".join(value)
        if not isinstance(value, str):
            raise UserError(f"{where}: {key!r} must be a text or a list of sentences, not {type(value).__name__}")
        return value.strip() or None
    return None


def read_titles(path: Path) -> dict[str, str]:
    """id -> title. UserError for a missing file or column, and for an id with two titles."""
    found: dict[str, str] = {}
    for number, row in _rows(path):
        where = f"{path}, line {number}"
        title = _text(row, TITLE_KEYS, where)
        if row.get("id") in (None, "") or title is None:
            raise UserError(f"{where}: needs an 'id' and a 'title' (or 'reference')")
        key = str(row["id"])
        if found.setdefault(key, title) != title:
            raise UserError(f"{where}: a second, different title for the id {key!r}; keep one")
    return found


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    if path.suffix.lower() not in (".tsv", ".txt"):
        yield from read_jsonl(path)
        return
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    except (OSError, UnicodeDecodeError) as err:
        raise UserError(f"cannot read {path}: {err}; give a UTF-8 file with tabs between the columns") from None
    header = [cell.strip() for cell in rows[0]] if rows else []
    if "id" not in header or not set(header) & set(TITLE_KEYS):
        raise UserError(f"{path}: the first line must name the columns id and title; found {header}")
    for number, row in enumerate(rows[1:], 2):
        if row and len(row) != len(header):
            raise UserError(f"{path}, line {number}: {len(row)} columns, the header has {len(header)}")
        if row:
            yield number, dict(zip(header, row, strict=True))


def read_pairs(articles: Iterable[Path], titles: dict[str, str], target_lang: str) -> tuple[list[Example], dict[str, int]]:
    """(examples in an order of their contents' hash, counts of what was left out). The first of equal sources stays."""
    found: dict[bytes, Example] = {}
    left_out = {"duplicates": 0, "empty": 0}
    for path in articles:
        for number, row in read_jsonl(path):
            where = f"{path}, line {number}"
            source = _text(row, SOURCE_KEYS, where)
            if source is None:
                left_out["empty"] += 1
                continue
            key = str(row.get("id", f"{path.stem}-{number}"))
            title = titles.get(key) or _text(row, ("reference",), where)
            digest = fingerprint(source)
            if digest in found:
                left_out["duplicates"] += 1
                if found[digest].reference is not None or title is None:
                    continue
            found[digest] = Example(key, source, (title,) if title else None, None, "zh", target_lang, key, {})
    return [found[digest] for digest in sorted(found)], left_out


def command(args: argparse.Namespace) -> int:
    """`data join`."""
    if not args.articles:
        raise UserError("data join needs --articles FILE [FILE ...]")
    if min(args.n_para, args.n_dev, args.n_src) < 1:
        raise UserError("--n-para, --n-dev and --n-src must be at least 1")
    titles = read_titles(Path(args.titles)) if args.titles else {}
    examples, left_out = read_pairs([Path(p) for p in args.articles], titles, code(args.target_lang))
    with_title = [e for e in examples if e.reference]
    need = args.n_para + args.n_dev
    if len(with_title) < need:
        raise UserError(
            f"{len(with_title)} distinct articles have a title, D_para and dev need {args.n_para} + {args.n_dev}; "
            "give more titles (--titles), or lower --n-para or --n-dev"
        )
    taken = {id(e) for e in with_title[:need]}
    rest = [e for e in examples if e.reference is None] + [e for e in with_title if id(e) not in taken]
    if len(rest) < args.n_src:
        raise UserError(f"{len(rest)} further distinct articles, D_src needs {args.n_src}; give more articles, or lower --n-src")
    src = [Example(e.id, e.source, None, None, e.source_lang, e.target_lang, e.doc_id, {}) for e in rest[: args.n_src]]
    splits = {"para": with_title[: args.n_para], "dev": with_title[args.n_para : need], "src": src}
    out = Path(args.out)
    for name, rows in splits.items():
        write_examples(out / f"{name}.jsonl", _distinct_ids(rows))
    # What the in-domain encoder is trained on: no pair of dev.
    paired = [*splits["para"], *(e for e in rest[: args.n_src] if e.reference)]
    write_jsonl(out / "encoder.jsonl", ({"anchor": e.source, "reference": e.reference[0], "positive": e.reference[0]} for e in paired if e.reference))
    print(", ".join(f"{name} {len(rows)}" for name, rows in splits.items()), f"-> {out}; encoder pairs {len(paired)}; left out: {left_out}")
    return 0


def _distinct_ids(rows: list[Example]) -> list[Example]:
    """Articles of several files may share ids; those that do get a number."""
    seen: dict[str, int] = {}
    out = []
    for e in rows:
        n = seen[e.id] = seen.get(e.id, 0) + 1
        out.append(e if n == 1 else Example(f"{e.id}-{n}", e.source, e.reference, None, e.source_lang, e.target_lang, e.doc_id, {}))
    return out
