"""The append-only record of every call of a model, so that nothing that was answered is ever asked, or paid, again.

key = hash of prompt, model, parameters, answer format and turn. A line is written and flushed whole before its
answer is used. After kill -9 the last line may be cut: it is passed over and stays where it is, the next line begins
on a line of its own. Answers are found again by their key; refusals, errors and what was too long are recorded and not
found, so that they are asked again. No key of a server and no other secret is ever written.
"""

from __future__ import annotations

import json
import os
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from metrics.errors import UserError

ANSWER, REFUSAL, ERROR, TOO_LONG = "answer", "refusal", "error", "too long"


@dataclass(frozen=True, slots=True)
class Entry:
    """One call."""

    key: str
    status: str
    """answer, refusal, error, or too long for the model's context."""
    text: str
    """What the model wrote; of an error what the server or the line said."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    structured: bool = False
    """The server was held to the JSON schema."""
    cut: bool = False
    """The answer ended at the cap of tokens, not by itself."""


class Ledger:
    """A ledger file, or one in memory (path None). Safe for several threads; the run directory's lock keeps other
    processes away."""

    def __init__(self, path: Path | None) -> None:
        """Reads what is there. Raises UserError where the file cannot be read or written."""
        self.path, self.answers, self.torn, self.doubled = path, dict[str, Entry](), 0, 0
        self._lock = threading.Lock()
        self._file: IO[bytes] | None = None
        if path is not None and path.exists():
            self._read(path)

    def _read(self, path: Path) -> None:
        try:
            content = path.read_bytes()
        except OSError as err:
            raise UserError(f"cannot read {path}: {err.strerror}; remove it, or give another directory") from None
        for line in content.split(b"\n"):
            if not line:
                continue
            try:
                entry = Entry(**json.loads(line))
            except (ValueError, TypeError, RecursionError):
                self.torn += 1
                continue
            self._keep(entry)

    def _keep(self, entry: Entry) -> None:
        if entry.status == ANSWER:
            # The first answer stands: a second one of the same key is not counted.
            self.doubled += entry.key in self.answers
            self.answers.setdefault(entry.key, entry)

    def find(self, key: str) -> Entry | None:
        """The answer with that key, or None."""
        return self.answers.get(key)

    def add(self, entry: Entry) -> None:
        """Appends a line, flushed to the operating system before this returns: a kill of the process loses nothing
        that was added."""
        line = json.dumps(asdict(entry), ensure_ascii=True, allow_nan=False).encode()
        with self._lock:
            if self.path is not None:
                if self._file is None:
                    self.path.parent.mkdir(parents=True, exist_ok=True)
                    self._file = self.path.open("ab", buffering=0)
                    if self._file.tell() and not _ends_line(self.path):
                        self._file.write(b"\n")
                self._file.write(line + b"\n")
            self._keep(entry)

    def close(self) -> None:
        """Closes the file, synced to disk."""
        with self._lock:
            if self._file is not None:
                os.fsync(self._file.fileno())
                self._file.close()
                self._file = None

    def told(self) -> dict[str, Any]:
        """{"answers", "torn_lines", "doubled"}."""
        return {"answers": len(self.answers), "torn_lines": self.torn, "doubled": self.doubled}


def _ends_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
