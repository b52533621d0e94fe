"""Several boards that one run changes: all are written, or none.

All of them are locked and made before the first is written, so that what one board refuses leaves the others alone.
Where one cannot be written (a full disk), those before it get back what stood there; where even that fails, the
message says which boards are written. A process that is killed between two of them leaves the first ones written and
every one whole: the same command goes on, since what stands on a board already is not put there twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmark.leaderboard import board as boards
from benchmark.leaderboard.board import Board
from metrics.errors import UserError, first_line
from metrics.files import atomic_write_bytes


@contextmanager
def all_locked(paths: Sequence[Path]) -> Iterator[None]:
    """Keeps other writers off several boards, in one order everywhere: no two commands wait for each other."""
    with ExitStack() as stack:
        for path in sorted(paths):
            stack.enter_context(boards.locked(path))
        yield


def write_all(changed: Mapping[Path, Board]) -> None:
    """Writes boards under their locks, all or none. Raises what stopped it, and UserError where a board that was
    written could not be put back."""
    before = {path: path.read_bytes() for path in changed}
    reached: list[Path] = []
    try:
        for path, board in changed.items():
            reached.append(path)
            boards.write_board(path, board)
    except BaseException as error:
        if stuck := [path for path in reached if not _put_back(path, before[path])]:
            raise UserError(
                f"{first_line(error)}; written all the same: {', '.join(map(str, stuck))}; the others are as they "
                "were: mend that and give the same command again, which goes on with them"
            ) from error
        raise


def _put_back(path: Path, before: bytes) -> bool:
    """Whether a board is what it was."""
    try:
        if path.read_bytes() != before:
            atomic_write_bytes(path, before)
    except (OSError, UserError):
        return False
    return True
