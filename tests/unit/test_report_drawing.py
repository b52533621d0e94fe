"""Figures drawn by two processes (`report/drawing.py`): the same page, whatever becomes of the second one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from ending import left
from report_run import make_run

from benchmark.report import drawing, write_report
from benchmark.report.drawing import drawn

HERE = os.getpid()
NOTHING: Any = None


@pytest.fixture
def cores(monkeypatch: pytest.MonkeyPatch) -> Any:
    return lambda n: monkeypatch.setattr(drawing, "usable", lambda: n)


def slowly(name: str) -> Any:
    """A figure that tells who drew it, slow enough that both processes draw some."""

    def draw(_: Any) -> tuple[str, bool]:
        time.sleep(0.05)
        return name, os.getpid() == HERE

    return draw


def elsewhere(there: Any) -> Any:
    """A figure whose drawing does there() in the second process, where it is never done."""

    def draw(_: Any) -> tuple[str, bool]:
        time.sleep(0.05)
        if os.getpid() != HERE:
            there()
        return "mended", True

    return draw


def test_the_page_is_the_same(tmp_path: Path, cores: Any) -> None:
    make_run(tmp_path, 40, draws=100)
    pages = []
    for n in (1, 2):
        cores(n)
        pages.append(write_report(tmp_path).read_bytes())
    assert pages[0] == pages[1] and pages[0].count(b"<svg") > 5


def test_both_draw_and_the_order_is_that_of_the_figures(cores: Any) -> None:
    cores(2)
    names = [f"figure {i}" for i in range(8)]
    found = drawn({name: slowly(name) for name in names}, NOTHING)
    assert list(found) == names == [name for name, _ in found.values()]
    assert {here for _, here in found.values()} == {True, False}


def test_large_figures_do_not_hold_the_second_one_up(cores: Any) -> None:
    """A pipe holds 64 KiB; a figure of many points has 150."""

    def large(_: Any) -> tuple[str, bool]:
        time.sleep(0.1)
        return "x" * 400_000, os.getpid() == HERE

    cores(2)
    drawers = [here for _, here in drawn({str(i): large for i in range(10)}, NOTHING).values()]
    assert 3 <= sum(drawers) <= 7


def test_more_figures_than_a_byte_tells_are_drawn_here(cores: Any) -> None:
    cores(2)
    found = drawn({str(i): lambda _: os.getpid() for i in range(300)}, NOTHING)
    assert len(found) == 300 and set(found.values()) == {HERE}


KILLED = """
import os, sys, time
from benchmark.report import drawing

def draw(_):
    if os.getpid() != first:
        print(os.getpid(), flush=True)
        time.sleep(1)
        return "x" * 1_000_000
    time.sleep(60)

first, drawing.usable = os.getpid(), lambda: 2
drawing.drawn({str(i): draw for i in range(9)}, None)
"""


def test_the_second_one_does_not_outlive_the_first(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", KILLED], stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        second = int(first.stdout.readline())
        first.kill()
    assert not left([second])


def test_one_core_draws_alone(cores: Any) -> None:
    cores(1)
    assert all(here for _, here in drawn({str(i): slowly(str(i)) for i in range(3)}, NOTHING).values())


def raises() -> None:
    raise RuntimeError("not here")


def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("there", [raises, killed])
def test_what_the_second_one_does_not_deliver_is_drawn_here(cores: Any, there: Any) -> None:
    cores(2)
    figures = {str(i): elsewhere(there) for i in range(4)}
    assert drawn(figures, NOTHING) == dict.fromkeys(figures, ("mended", True))


def test_a_second_one_that_hangs_is_given_up(cores: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    cores(2)
    monkeypatch.setattr(drawing, "PATIENCE", 0.3)
    figures = {str(i): elsewhere(lambda: time.sleep(60)) for i in range(4)}
    begun = time.monotonic()
    assert drawn(figures, NOTHING) == dict.fromkeys(figures, ("mended", True))
    assert time.monotonic() - begun < 30


def test_a_figure_that_cannot_be_drawn_raises_what_it_raises(cores: Any) -> None:
    def fails(_: Any) -> None:
        raise ZeroDivisionError("no data")

    cores(2)
    with pytest.raises(ZeroDivisionError, match="no data"):
        drawn({"a": slowly("a"), "b": fails, "c": slowly("c")}, NOTHING)
