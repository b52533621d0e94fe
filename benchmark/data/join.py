"""`data join`: a user's articles and titles as the suite's splits - D_para and dev (with titles), D_src (articles
alone) - free of duplicates and disjoint, whatever the order of the files.

Articles: JSON Lines. CNewSum's own rows are read as they are ("id", "article": list of sentences), and rows with
"source" or "text". Titles: JSON Lines of "id" and "title" (or "reference"), or TSV with that header; CNewSum has no
Thai titles, so this file is the user's. A row of the articles that holds "reference" itself needs no titles file (any
parallel JSONL).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from benchmark.arguments import arg
from benchmark.keeping import is_rows, keep_others
from metrics.errors import UserError
from metrics.files import read_jsonl
from metrics.languages import code
from metrics.normalise import fingerprint
from metrics.records import Example, write_examples, write_jsonl
from metrics.tables import read_tsv
from metrics.terminal import say

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
    """id -> title. UserError for a missing file or column, a title quoted by a spreadsheet, and an id with two
    titles."""
    found: dict[str, str] = {}
    tabular = path.suffix.lower() in (".tsv", ".txt")
    rows = read_tsv(path, ("id", "|".join(TITLE_KEYS)), header="id<TAB>title") if tabular else read_jsonl(path)
    for number, row in rows:
        where = f"{path}, line {number}"
        title = _text(row, TITLE_KEYS, where)
        key = str(row.get("id") if row.get("id") is not None else "").strip()
        if not key or title is None:
            raise UserError(f"{where}: needs an 'id' and a 'title' (or 'reference')")
        if found.setdefault(key, title) != title:
            raise UserError(f"{where}: a second, different title for the id {key!r}; keep one")
    return found


def read_pairs(
    articles: Sequence[Path], titles: dict[str, str], target_lang: str
) -> tuple[list[Example], dict[str, int]]:
    """(examples in an order of their contents' hash, counts of what was left out). The first of equal sources stays.

    Raises UserError where two different articles share an id that has a title: one of the two pairs would be wrong.
    """
    found: dict[bytes, Example] = {}
    left_out = {"duplicates": 0, "empty": 0, "titles without an article": 0}
    owner: dict[str, tuple[bytes, str]] = {}
    for path in articles:
        for number, row in read_jsonl(path):
            where = f"{path}, line {number}"
            source = _text(row, SOURCE_KEYS, where)
            if source is None:
                if not any(key in row for key in SOURCE_KEYS):
                    raise UserError(
                        f"{where}: none of {', '.join(SOURCE_KEYS)} is there (found: {', '.join(row) or 'nothing'}); a "
                        'right line: {"id": "news-1", "source": "..."}'
                    )
                left_out["empty"] += 1
                continue
            key = str(row.get("id", f"{path.stem}-{number}")).strip()
            title = titles.get(key) or _text(row, ("reference",), where)
            digest = fingerprint(source)
            first, there = owner.setdefault(key, (digest, where))
            if first != digest and key in titles:
                raise UserError(
                    f"{where}: the id {key!r} is also that of another article ({there}), "
                    "so its title cannot be assigned; make the ids distinct"
                )
            if digest in found:
                left_out["duplicates"] += 1
                if found[digest].reference is not None or title is None:
                    continue
            found[digest] = Example(key, source, (title,) if title else None, None, "zh", target_lang, key, {})
    if not found:
        raise UserError(f"--articles {' '.join(map(str, articles))}: no article with a text; give one a line")
    left_out["titles without an article"] = len(titles.keys() - owner.keys())
    return [found[digest] for digest in sorted(found)], left_out


ARGUMENTS = [
    arg("--articles", nargs="+", metavar="FILE", help="JSON Lines of articles (CNewSum's, or id and source)"),
    arg("--titles", metavar="FILE", help="their titles in the target language, TSV or JSON Lines of id and title"),
    arg("--target-lang", default="th", metavar="LANG", help="language of the titles (default: th)"),
    arg("--n-para", type=int, default=10_000, help="pairs of D_para (default: 10000)"),
    arg("--n-dev", type=int, default=5_000, help="pairs of dev (default: 5000)"),
    arg("--n-src", type=int, default=100_000, help="sources of D_src (default: 100000)"),
    arg("--out", required=True, metavar="DIR", help="folder to write"),
]
"""Of `data join`."""


def command(args: argparse.Namespace) -> int:
    """`data join`."""
    if not args.articles:
        raise UserError("data join needs --articles FILE [FILE ...]")
    if min(args.n_para, args.n_dev, args.n_src) < 1:
        raise UserError("--n-para, --n-dev and --n-src must be at least 1")
    out = Path(args.out)
    written = [out / f"{name}.jsonl" for name in ("encoder", "para", "dev", "src")]
    keep_others(written, is_rows(written[0], ("anchor", "reference", "positive")))
    if read := {p.resolve() for p in written} & {Path(p).resolve() for p in [*args.articles, args.titles or ""]}:
        raise UserError(f"{min(read)}: is one of the files that --out {out} replaces; give another --out")
    titles = read_titles(Path(args.titles)) if args.titles else {}
    if args.titles and not titles:
        raise UserError(f"--titles {args.titles}: holds no titles; give one a line, its article's id first")
    examples, left_out = read_pairs([Path(p) for p in args.articles], titles, code(args.target_lang))
    if lost := left_out["titles without an article"]:
        shown = sorted(titles.keys() - {e.id for e in examples})[:3]
        say(
            f"note: {lost} of {len(titles)} titles have an id that no article has, or whose article is a duplicate "
            f"of another "
            f"({', '.join(map(repr, shown))}{', ...' if lost > 3 else ''}); they are left out",
            err=True,
        )
    with_title = [e for e in examples if e.reference]
    need = args.n_para + args.n_dev
    if len(with_title) < need:
        raise UserError(
            f"{len(with_title)} distinct articles have a title, D_para and dev need {args.n_para} + {args.n_dev}; "
            "give more titles (--titles FILE, or `reference` in the articles' rows), or lower --n-para or --n-dev"
        )
    taken = {id(e) for e in with_title[:need]}
    rest = [e for e in examples if e.reference is None] + [e for e in with_title if id(e) not in taken]
    if len(rest) < args.n_src:
        raise UserError(
            f"{len(rest)} further distinct articles, D_src needs {args.n_src}; give more articles, or lower --n-src"
        )
    src = [Example(e.id, e.source, None, None, e.source_lang, e.target_lang, e.doc_id, {}) for e in rest[: args.n_src]]
    splits = {"para": with_title[: args.n_para], "dev": with_title[args.n_para : need], "src": src}
    # What the in-domain encoder is trained on: no pair of dev. Written first, for its form tells whose the folder is.
    paired = [*splits["para"], *(e for e in rest[: args.n_src] if e.reference)]
    write_jsonl(
        out / "encoder.jsonl",
        ({"anchor": e.source, "reference": e.reference[0], "positive": e.reference[0]} for e in paired if e.reference),
    )
    for name, rows in splits.items():
        write_examples(out / f"{name}.jsonl", _distinct_ids(rows))
    sizes = ", ".join(f"{name} {len(rows)}" for name, rows in splits.items())
    say(f"{sizes} -> {out}; encoder pairs {len(paired)}; left out: {left_out}")
    return 0


def _distinct_ids(rows: list[Example]) -> list[Example]:
    """Articles of several files may share ids; those that do get a number."""
    seen: dict[str, int] = {}
    out = []
    for e in rows:
        n = seen[e.id] = seen.get(e.id, 0) + 1
        out.append(
            e
            if n == 1
            else Example(f"{e.id}-{n}", e.source, e.reference, None, e.source_lang, e.target_lang, e.doc_id, {})
        )
    return out
