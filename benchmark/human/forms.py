"""A campaign as forms that people fill in: HTML, CSV and XLSX. What is written holds no system's name."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from benchmark.human.campaign import ESA, Campaign, Screen
from metrics.errors import UserError
from metrics.files import atomic_write_bytes, atomic_write_text, read_toml
from metrics.judge.records import DIMENSIONS, FORM_DIMENSIONS, PAIRWISE, RANKING

FOLDER = Path(__file__).resolve().parent
SAFE = "=+-@\t\r"
"""First characters that a spreadsheet takes for a formula."""


@cache
def words() -> dict[str, dict[str, str]]:
    """Language -> what raters read (words.toml)."""
    return read_toml(FOLDER / "words.toml")


def for_raters(campaign: Campaign, rater: str, lang: str) -> dict[str, Any]:
    """What a rater's form holds: texts under letters, and nothing that tells whose they are or which screens are
    checks."""
    shown = ("id", "source", "source_lang", "target_lang", "texts")
    return {
        "campaign": campaign.id,
        "rater": rater,
        "protocol": campaign.protocol,
        "lang": lang,
        "dimensions": list(FORM_DIMENSIONS[campaign.form]),
        "words": words(),
        "screens": [{name: getattr(s, name) for name in shown} for s in campaign.of(rater)],
    }


def write_html(campaign: Campaign, out: Path, lang: str) -> list[Path]:
    """One page a rater: whole in itself, works offline and on a phone, keeps answers as it goes, gives them out as
    JSON."""
    from benchmark.report.safetext import environment

    template, made = environment([FOLDER]).get_template("form.html.j2"), []
    for rater in campaign.raters:
        made.append(out / f"{rater}.html")
        data = for_raters(campaign, rater, lang)
        page = template.render(campaign=campaign.id, rater=rater, lang=lang, data=data)
        atomic_write_text(made[-1], page)
    return made


def columns(campaign: Campaign) -> list[str]:
    """Columns that a rater fills in."""
    most = max(len(s.texts) for s in campaign.screens)
    if campaign.protocol == PAIRWISE:
        return ["better"]
    if campaign.protocol == RANKING:
        return [f"rank_{letter}" for letter in "ABCDEFGH"[:most]]
    return ["score"] if campaign.protocol == ESA else list(FORM_DIMENSIONS[campaign.form])


def _table(campaign: Campaign, rater: str) -> list[list[str]]:
    most = max(len(s.texts) for s in campaign.screens)
    texts = [f"text_{letter}" for letter in "ABCDEFGH"[:most]]
    rows = [["campaign", "rater", "screen", "source", *texts, *columns(campaign)]]
    for s in campaign.of(rater):
        filled = [*s.texts, *[""] * (most - len(s.texts))]
        rows.append([campaign.id, rater, s.id, s.source, *filled, *[""] * len(columns(campaign))])
    return rows


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] and cell[0] in SAFE else cell


def write_csv(campaign: Campaign, out: Path, lang: str) -> list[Path]:
    """One CSV file a rater (UTF-8 with its mark, as spreadsheets want it) and the instructions in all languages."""
    made = []
    for rater in campaign.raters:
        stream = io.StringIO()
        csv.writer(stream).writerows([[harmless(c) for c in row] for row in _table(campaign, rater)])
        made.append(out / f"{rater}.csv")
        atomic_write_bytes(made[-1], b"\xef\xbb\xbf" + stream.getvalue().encode("utf-8", "backslashreplace"))
    return [*made, _instructions(campaign, out)]


def _instructions(campaign: Campaign, out: Path) -> Path:
    path = out / "instructions.txt"
    parts = []
    for told in words().values():
        lines = [told["name"], told["intro"], told[campaign.protocol]]
        if campaign.protocol == DIMENSIONS:
            lines += [f"{d}: {told[d]}" for d in FORM_DIMENSIONS[campaign.form]]
        parts.append("\n".join(lines))
    allowed = {
        PAIRWISE: "better: A, B, tie",
        RANKING: "rank_A, rank_B, ...: 1, 2, 3",
        ESA: "score: 0 ... 100",
        DIMENSIONS: "0 1 2 3 4 5",
    }
    atomic_write_text(path, "\n\n".join([*parts, allowed[campaign.protocol]]) + "\n")
    return path


def write_xlsx(campaign: Campaign, out: Path, lang: str) -> list[Path]:
    """One workbook a rater, with the answers that are allowed as lists, and the instructions in all languages."""
    try:
        from openpyxl import Workbook
        from openpyxl.worksheet.datavalidation import DataValidation
    except ImportError:
        raise UserError('human export: xlsx needs openpyxl; pip install "sgsrl-bench[human]", or use csv') from None
    made = []
    for rater in campaign.raters:
        book = Workbook()
        sheet = book.active
        table = _table(campaign, rater)
        for row in table:
            # What spreadsheets cannot hold (control characters) is shown by its code; every cell is a text, none a
            # formula.
            sheet.append([_plain(c) for c in row])
        for cells in sheet.iter_rows():
            for cell in cells:
                cell.data_type = "s"
        first = len(table[0]) - len(columns(campaign)) + 1
        for i in range(len(columns(campaign))):
            rule = DataValidation(type="list", formula1=f'"{_allowed(campaign)}"', allow_blank=True)
            if campaign.protocol == ESA:
                rule = DataValidation(type="whole", operator="between", formula1="0", formula2="100", allow_blank=True)
            letter = sheet.cell(1, first + i).column_letter
            rule.add(f"{letter}2:{letter}{len(table)}")
            sheet.add_data_validation(rule)
        stream = io.BytesIO()
        book.save(stream)
        made.append(out / f"{rater}.xlsx")
        atomic_write_bytes(made[-1], stream.getvalue())
    return [*made, _instructions(campaign, out)]


def _allowed(campaign: Campaign) -> str:
    if campaign.protocol == PAIRWISE:
        return "A,B,tie"
    if campaign.protocol == RANKING:
        return ",".join(str(i + 1) for i in range(max(len(s.texts) for s in campaign.screens)))
    return "0,1,2,3,4,5"


def _plain(cell: str) -> str:
    from metrics.terminal import plain

    return "\n".join(plain(part) for part in cell.split("\n"))


def read_cells(screen: Screen, campaign: Campaign, row: dict[str, str]) -> dict[str, Any] | None:
    """The answer of a row of CSV or XLSX; None where nothing is filled in. Raises ValueError for what is no answer."""
    given = {name: str(row.get(name) or "").strip() for name in columns(campaign)}
    if not any(given.values()):
        return None
    if campaign.protocol == PAIRWISE:
        return {"better": given["better"] if given["better"] == "tie" else given["better"].upper()}
    if campaign.protocol == RANKING:
        return {"ranks": {letter: _whole(given[f"rank_{letter}"]) for letter in screen.labels}}
    return {name: _whole(value) for name, value in given.items()}


def _whole(text: str) -> int:
    number = float(text)
    if number != int(number):
        raise ValueError(f"{text} is no whole number")
    return int(number)


WRITERS: dict[str, Callable[[Campaign, Path, str], list[Path]]] = {
    "html": write_html,
    "csv": write_csv,
    "xlsx": write_xlsx,
}
"""--format -> what writes it; those of other tools are in `benchmark.human.foreign`."""
