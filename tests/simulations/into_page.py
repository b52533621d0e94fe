"""Tables that the simulations make, into the pages that show them."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path


def into_page(made: str, page: Path | None, start: str, end: str) -> None:
    """Prints a table, or puts it into a page between two markers."""
    if page is None:
        print(made)
        return
    before, rest = page.read_text(encoding="utf-8").split(start, 1)
    page.write_text(f"{before}{start}\n\n{made.rstrip()}\n\n{end}{rest.split(end, 1)[1]}", encoding="utf-8")


def command(doc: str | None, made: Callable[[], str], start: str, end: str) -> None:
    """The command line of a simulation without options of its own: prints its tables, or writes them into a page."""
    parser = argparse.ArgumentParser(description=(doc or "").partition("\n")[0])
    parser.add_argument("--write", type=Path, help="the page to renew")
    into_page(made(), parser.parse_args().write, start, end)
