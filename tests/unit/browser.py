"""A page in a headless browser that finds no other host."""

from __future__ import annotations

import html
import json
import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

in_a_browser = pytest.mark.skipif(shutil.which("chromium") is None, reason="no chromium here")


TRIES, SECONDS = 3, 60
"""One start of headless Chromium in a dozen or so hangs for ever, whatever the page; a page here takes a second."""


def dom_of(page: Path, folder: Path, *more: str) -> str:
    """The page's DOM after its scripts have run. folder: for the browser's profiles; more: further options of
    Chromium. TimeoutExpired where it hangs at every try."""
    for tried in range(1, TRIES + 1):
        command = [
            "chromium",
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            f"--user-data-dir={folder / f'profile{tried}'}",
            *more,
            "--dump-dom",
            page.as_uri(),
        ]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True
        ) as browser:
            try:
                dom, _ = browser.communicate(timeout=SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(browser.pid, signal.SIGKILL)  # its children hold the pipe, too
                if tried == TRIES:
                    raise
                continue
        assert browser.returncode == 0, f"Chromium ended with {browser.returncode}"
        return dom
    raise AssertionError("no try")


def told(dom: str) -> Any:
    """What a script wrote into the page's title, as JSON."""
    return json.loads(html.unescape(dom.partition("<title>")[2].partition("</title>")[0]))
