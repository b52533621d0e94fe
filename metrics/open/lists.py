"""The names known for a pair of languages: the shipped list, CLDR, reviewed short forms, and the user's own TSV.

A list is a TSV file of type, names, names; forms of one name are separated by "|"; lines that begin with "#" are
comments.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from metrics.errors import UserError
from metrics.files import atomic_write_text
from metrics.normalise import normalise, normalise_all
from metrics.numbers import base_language
from metrics.open.cleaning import DATA, TYPES, Pair
from metrics.open.names import LIST_TYPES, Name, NameList
from metrics.tables import lines_of

_CLDR = (("territories", "place"), ("languages", "language"), ("currencies", "currency"))
_CLDR_CODES = {"zh": "zh_Hans"}
_EDGE = " \u0f0b\u0f0d"


def write_list(path: Path, pairs: list[Pair], source_lang: str, target_lang: str, origin: str) -> None:
    """Writes a cleaned list, whole or not at all. origin: where the titles came from and under what licence."""
    lines = [
        f"# Names {source_lang}-{target_lang}. {origin}",
        "# Made by `python -m benchmark data names` (docs/open-text.md). Forms of one name are separated by |.",
        f"type\t{source_lang}\t{target_lang}",
    ]
    lines += [f"{pair.type}\t{'|'.join(pair.source)}\t{'|'.join(pair.target)}" for pair in pairs]
    atomic_write_text(path, "\n".join(lines) + "\n")


def read_titles(path: Path) -> list[tuple[str, str]]:
    """Pairs of titles from a TSV file with a header line. Raises UserError for a line without two columns."""
    rows = list(_rows(path))
    for number, row in rows:
        if len(row) < 2:
            raise UserError(
                f"{path}, line {number}: two columns are needed, source title and target title, separated by a tab"
            )
    return [(row[0], row[1]) for _, row in rows[1:]]


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(lines_of(path), 1):
        if line.strip() and not line.startswith("#"):
            yield number, [cell.strip() for cell in line.split("\t")]


def _forms(cell: str, same: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The forms in a cell, normalised. same: part of a cell -> the same normalised, where it is known."""
    if "|" not in cell:  # as in most
        form = (normalise(cell) if same is None else same[cell]).strip(_EDGE)
        return (form,) if form else ()
    parts = cell.split("|")
    normal = map(normalise, parts) if same is None else map(same.__getitem__, parts)
    return tuple(dict.fromkeys(form for part in normal if (form := part.strip(_EDGE))))


def read_list(path: Path, *, swap: bool = False, sure: bool = False) -> list[Name]:
    """Names of a list. swap: its columns stand the other way round. Two columns (names, names) are taken as names of
    any type.

    Raises UserError that names the line where a type is unknown, a column is missing or a name is empty.
    """
    names = []
    rows = list(_rows(path))
    parts = sorted({part for _, row in rows for cell in row for part in cell.split("|")})
    same = dict(zip(parts, normalise_all(parts), strict=True))
    for number, row in rows:
        if row[0] == "type":
            continue
        kind, cells = (row[0], row[1:3]) if len(row) > 2 else ("other", row)
        if kind not in LIST_TYPES:
            raise UserError(f"{path}, line {number}: type {kind!r} is unknown; one of {', '.join(LIST_TYPES)}")
        source, target = (_forms(cell, same) for cell in cells) if len(cells) == 2 else ((), ())
        if not source or not target:
            raise UserError(
                f"{path}, line {number}: a name is missing; write type, name and name, "
                "separated by tabs (or name and name)"
            )
        names.append(Name(kind, *((target, source) if swap else (source, target)), sure=sure))
    if not names:
        raise UserError(f"{path}: holds no names; write one name a line: type, name, name")
    return names


def _cldr(source: str, target: str) -> list[Name]:
    from babel import Locale, UnknownLocaleError

    try:
        a, b, english = (Locale.parse(_CLDR_CODES.get(lang, lang)) for lang in (source, target, "en"))
    except (UnknownLocaleError, ValueError):
        return []
    names = []
    for group, kind in _CLDR:
        ours, theirs, latin = getattr(a, group), getattr(b, group), getattr(english, group)
        for code, name in ours.items():
            forms = _forms(theirs.get(code, ""))
            # Numeric codes are regions (015); one character, or what CLDR only transcribes as a code, names nothing in
            # running text.
            if len(name) < 2 or code.isdigit() or name == code:
                continue
            if kind == "place" and code in latin:
                forms += _forms(latin[code])
            if forms:
                names.append(Name(kind, _forms(name), forms, sure=True))
    return names


def _short_forms(source: str, target: str) -> list[Name]:
    with (DATA / "short_forms.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader((line for line in file if not line.startswith("#")), delimiter="\t"))
    if not rows or source not in rows[0] or target not in rows[0]:
        return []
    names = []
    for row in rows:
        latin = tuple(form for column in ("th", "bo") for form in _forms(row[column]) if form.isascii())
        ours, theirs = _forms(row[source]), _forms(row[target])
        if ours and (theirs or latin):
            names.append(
                Name(
                    row["type"],
                    ours,
                    tuple(dict.fromkeys((*theirs, *latin))),
                    _forms(row[f"also_{source}"] or "") if f"also_{source}" in row else (),
                    sure=True,
                )
            )
    return names


def name_list(source_lang: str, target_lang: str, own: Path | None = None) -> NameList | None:
    """All names known for the pair, the user's own first; None where there are none.

    own: the user's TSV, read again when it has changed. Raises UserError where it is missing or malformed.
    """
    # Kept by the languages, however their codes are spelled and the arguments are given: making a list takes a second.
    stamp = None
    if own is not None:
        try:
            about = own.stat()
        except OSError as error:
            raise UserError(f"{own}: cannot be read ({error.strerror or error}); give a TSV file of names") from None
        stamp = (about.st_mtime_ns, about.st_size)
    return _name_list(base_language(source_lang), base_language(target_lang), own, stamp)


@lru_cache(maxsize=8)
def _name_list(source: str, target: str, own: Path | None, stamp: tuple[int, int] | None) -> NameList | None:
    names = read_list(own, sure=True) if own is not None else []
    names += _short_forms(source, target) + _cldr(source, target)
    for first, second, swap in ((source, target, False), (target, source, True)):
        path = DATA / f"names.{first}-{second}.tsv"
        if path.is_file():
            names += read_list(path, swap=swap)
    return NameList(names, source, target) if names else None


__all__ = ["TYPES", "name_list", "read_list", "read_titles", "write_list"]
