"""A board to show."""

from __future__ import annotations

from pathlib import Path

import board_world as world
import pytest

HOSTILE = (
    '<script>document.title="OWNED"</script><img src=x onerror=document.title="OWNED">\u202eabc\x1b[2J</td></table>'
)


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """gold > two = twin > first, a run of three stages, and one whose outputs are an attack on the page."""
    folder = tmp_path_factory.mktemp("shown")
    path = world.new_board(folder / "board")
    texts: dict[str, world.Text] = {
        "best": world.gold,
        "middle": world.two,
        "twin": world.two,
        "last": world.first,
        "attack": lambda i: HOSTILE,
    }
    for name, text in texts.items():
        assert world.submit(path, world.write_outputs(folder / f"{name}.jsonl", text), name) == 0
    assert world.submit_run(path, world.run_directory(folder / "run")) == 0
    return path
