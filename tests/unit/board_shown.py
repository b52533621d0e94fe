"""A board to show."""

from __future__ import annotations

from pathlib import Path

import pytest
from board_world import (
    Text,
    first,
    gold,
    new_board,
    run_directory,
    submit,
    submit_run,
    two,
    write_outputs,
)

HOSTILE = (
    '<script>document.title="OWNED"</script><img src=x onerror=document.title="OWNED">\u202eabc\x1b[2J</td></table>'
)


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """gold > two = twin > first, a run of three stages, and one whose outputs are an attack on the page."""
    folder = tmp_path_factory.mktemp("shown")
    path = new_board(folder / "board")
    texts: dict[str, Text] = {"best": gold, "middle": two, "twin": two, "last": first, "attack": lambda i: HOSTILE}
    for name, text in texts.items():
        assert submit(path, write_outputs(folder / f"{name}.jsonl", text), name) == 0
    assert submit_run(path, run_directory(folder / "run")) == 0
    return path
