"""Damaged and hostile input for every reader and command: an exit code of 0, 1 or 2, no traceback, no hang, nothing
half-written.

2,000 inputs in the normal run, the same ones every time; `tox -e fuzz` tries 20,000 new ones (SGSRL_FUZZ).
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ground
import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from mutations import MUTATIONS, MUTATORS

from benchmark.leaderboard.lies import Lie
from metrics.errors import UserError

USUAL = 2000
COUNT = int(os.environ.get("SGSRL_FUZZ", USUAL))
SECONDS = 10
"""An input that takes longer is a hang."""
LARGEST = 2**20
"""Bytes of an input: what is damaged is small, so that none of them is slow for its size."""


class Hang(BaseException):
    """No handler of the product catches it."""


def _late(*_: Any) -> None:
    raise Hang(f"more than {SECONDS} s")


@contextlib.contextmanager
def bounded() -> Iterator[None]:
    """Within it whatever takes longer than SECONDS of this process's time raises Hang."""
    before = signal.signal(signal.SIGVTALRM, _late)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def leftovers(folder: Path) -> list[str]:
    """Temporary names below a folder."""
    return sorted(
        str(p.relative_to(folder))
        for p in folder.rglob("*")
        if p.name.endswith((".tmp", ".partial", ".old")) or ".tmp." in p.name
    )


def trial(target: ground.Target, data: bytes, folder: Path) -> Any:
    """Runs a target on one input, puts everything back, and returns its exit code. Raises AssertionError for what must
    not be."""
    kept = target.file.read_bytes()
    saved = [(place, place.with_name(f"{place.name}-saved")) for place in target.fresh]
    for place, copy in saved:
        shutil.copytree(place, copy, dirs_exist_ok=True)
    printed = io.StringIO()
    code: Any = 0
    try:
        target.file.write_bytes(data)
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed), bounded():
            try:
                code = target.run()
            except (UserError, Lie):
                code = 2
        told = printed.getvalue()
        assert not isinstance(code, int) or code in (0, 1, 2), f"exit code {code}"
        assert "Traceback" not in told
        if code == 2 and told:
            assert sum(line.startswith("error: ") for line in told.splitlines()) <= 1, told
        assert leftovers(folder) == []
        if target.out is not None and code == 2:
            assert not target.out.exists(), f"{target.out} was written: {told}"
        return code
    finally:
        target.file.write_bytes(kept)
        for place, copy in saved:
            shutil.rmtree(place)
            copy.rename(place)
        if target.out is not None:
            shutil.rmtree(target.out) if target.out.is_dir() else target.out.unlink(missing_ok=True)


def blank(canvas: Any, stream: io.StringIO, **_: Any) -> None:
    """In place of matplotlib's drawing."""
    stream.write('<svg viewBox="0 0 9 9"></svg>')


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("area", ground.AREAS)
def test_no_input_breaks_anything(area: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Drawing takes seconds a page and reads nothing: figures are laid out and left blank.
    monkeypatch.setattr("matplotlib.backends.backend_svg.FigureCanvasSVG.print_svg", blank)
    targets = ground.AREAS[area](tmp_path)
    drawn = st.sampled_from([t for t in targets for _ in range(t.weight)])
    for target in targets:
        sound = trial(target, target.file.read_bytes(), tmp_path)
        assert sound == 0 or not isinstance(sound, int), f"{target.name}: its seed is no right input"

    @settings(
        max_examples=round(COUNT * ground.SHARES[area]),
        derandomize=COUNT == USUAL,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink] if COUNT != USUAL else [Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(target=drawn, how=st.integers(0, 59), mutations=MUTATIONS)
    def fuzz(target: ground.Target, how: int, mutations: Any) -> None:
        data = MUTATORS[target.how[how % len(target.how)]](target.file.read_bytes(), mutations)
        note(f"{target.name}: {data[:2000]!r}")
        trial(target, data[:LARGEST], tmp_path)

    fuzz()
