"""Tables that the simulations make, into the pages that show them."""

from __future__ import annotations

from pathlib import Path


def into_page(made: str, page: Path | None, start: str, end: str) -> None:
    """Prints a table, or puts it into a page between two markers."""
    if page is None:
        print(made)
        return
    before, rest = page.read_text(encoding="utf-8").split(start, 1)
    page.write_text(f"{before}{start}\n\n{made.rstrip()}\n\n{end}{rest.split(end, 1)[1]}", encoding="utf-8")
