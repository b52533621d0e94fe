"""A page in a headless browser that finds no other host."""

from __future__ import annotations

import html
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

in_a_browser = pytest.mark.skipif(shutil.which("chromium") is None, reason="no chromium here")


def dom_of(page: Path, folder: Path, *more: str) -> str:
    """The page's DOM after its scripts have run. folder: for the browser's profile; more: further options of
    Chromium."""
    command = [
        "chromium",
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--host-resolver-rules=MAP * ~NOTFOUND",
        f"--user-data-dir={folder / 'profile'}",
        *more,
        "--dump-dom",
        page.as_uri(),
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=True).stdout


def told(dom: str) -> Any:
    """What a script wrote into the page's title, as JSON."""
    return json.loads(html.unescape(dom.partition("<title>")[2].partition("</title>")[0]))
