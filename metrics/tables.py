"""The one reader of tab-separated files: header first, one row a line, cells stripped, no quoting.

Spreadsheets write quotation marks that would be read as text; such a file is refused, since guessing would change
somebody's titles.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from metrics.errors import UserError
from metrics.files import read_bytes

Row = tuple[int, dict[str, str]]
"""(line number from 1, column -> stripped cell)."""
MAX_BYTES = 2 * 2**30
LARGEST = 1e100
"""Numbers beyond it are refused: their squares could not be summed."""
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")


def lines_of(path: str | Path, limit: int = MAX_BYTES) -> list[str]:
    """The lines of a UTF-8 text file without their ends. Lines end in LF or CRLF alone: U+2028, U+0085, form feeds and
    bare carriage returns are part of a line. A byte order mark is left out, and so is what follows the last line end
    where it is empty.

    Raises UserError for a file that is missing, no regular file, too large, compressed or not UTF-8.
    """
    data = read_bytes(path, limit)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        line = data.count(b"\n", 0, err.start) + 1
        raise UserError(f"{path}, line {line}: not UTF-8 (byte {err.start} of the file); save it as UTF-8") from None
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    return lines[:-1] if lines and lines[-1] == "" else lines


def read_tsv(
    path: str | Path, required: Sequence[str], allowed: Sequence[str] | None = None, header: str = ""
) -> Iterator[Row]:
    """Rows of a TSV file, blank lines passed over.

    required: columns that must be there ("a|b": one of both). allowed: all columns that may be there (None: any).
    header: a right first line, for the message. Raises UserError that names file, line and every missing column: a file
    that is no UTF-8 text, no tabs where commas are (CSV), a missing, unknown or doubled column, a row of another width,
    a cell that a spreadsheet has quoted.
    """
    lines = lines_of(path)
    names = [name.strip() for name in lines[0].split("\t")] if lines else []
    example = f"; a right first line: {header or '<TAB>'.join(r.partition('|')[0] for r in required)}"
    missing = [r for r in required if not set(r.split("|")) & set(names)]
    if missing:
        if _by_commas(names, missing):
            raise UserError(
                f"{path}, line 1: the columns are separated by commas (CSV), not by tabs; "
                f"save the file as tab-separated text{example}"
            )
        found = ", ".join(repr(n[:40]) for n in names[:12]) or "nothing"
        raise UserError(
            f"{path}, line 1: the first line must name the columns; missing: "
            f"{', '.join(m.replace('|', ' or ') for m in missing)} "
            f"(found: {found}){example}"
        )
    if len(set(names)) != len(names):
        raise UserError(f"{path}, line 1: a column is named twice; name each once{example}")
    if allowed is not None and (unknown := [n for n in names if n not in allowed]):
        raise UserError(
            f"{path}, line 1: unknown column(s) {', '.join(map(repr, unknown))}; allowed, each once: "
            f"{', '.join(allowed)}"
        )
    for number, line in enumerate(lines[1:], 2):
        if not line.strip():
            continue
        cells = line.split("\t")
        if len(cells) != len(names):
            quoted = any(c.startswith('"') for c in cells)
            hint = (
                "a quoted cell with a tab or a line break in it cannot be read; write plain tabs, or JSON Lines"
                if quoted
                else "separate columns with one tab"
            )
            raise UserError(f"{path}, line {number}: {len(cells)} columns, the header has {len(names)}; {hint}")
        row = {name: cell.strip() for name, cell in zip(names, cells, strict=True)}
        if bad := next((n for n, v in row.items() if len(v) > 3 and v[0] == v[-1] == '"' and '""' in v[1:-1]), None):
            raise UserError(
                f"{path}, line {number}: {bad} is quoted as spreadsheets do, and the quotation marks would be "
                "read as text; "
                "write plain tabs, or JSON Lines"
            )
        yield number, row


def number_of(cell: str, column: str, where: str) -> float:
    """The one reader of numbers in tables: a plain decimal number in ASCII digits, with an exponent if need be.

    Python's float() takes more ("1_0" is 10, "infinity", digits of any script); in a table of judgements that is a
    slip. Raises UserError that names the place for anything else, and for a number beyond LARGEST.
    """
    value = float(cell) if len(cell) <= 100 and _DECIMAL.fullmatch(cell) else None
    if value is None:
        raise UserError(
            f"{where}: {column} is {cell[:40]!r}, not a finite number; write a plain decimal number such as 0.75"
        )
    if abs(value) > LARGEST:
        raise UserError(
            f"{where}: {column} is {cell[:40]!r}, beyond {LARGEST:g}, the largest number that can be used; "
            "check the column"
        )
    return value


def _by_commas(names: Sequence[str], missing: Sequence[str]) -> bool:
    """Whether the one column of a header is several, separated as in CSV files."""
    parts = {part.strip(' "') for part in names[0].replace(";", ",").split(",")} if len(names) == 1 else set()
    return len(parts) > 1 and any(name in parts for wanted in missing for name in wanted.split("|"))
