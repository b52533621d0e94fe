"""Tampering with what lies beside a board: outputs, statistics, split, validations. See `tampering`."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from board_world import entries, first, gold, rewrite
from tampering import PRIMARY, STAGES, Board, everywhere, of

from benchmark.leaderboard import board as boards
from benchmark.leaderboard.packed import pack, pack_stats, stats_hash
from benchmark.leaderboard.scoring import texts_of
from metrics.records import Generation, parse_generation


def stored(board: Path, stage: str = "user") -> Path:
    entry = next(e for e in entries(board) if e["stage"] == stage)
    return boards.outputs_path(board, entry["outputs"]["sha256"])


def lines_of(board: Path, stage: str) -> list[str]:
    return gzip.decompress(stored(board, stage).read_bytes()).decode().split("\n")[:-1]


def as_written(row: dict[str, Any]) -> Generation:
    """The row with its text as it stands: an attacker's may be longer than a reader takes."""
    return replace(parse_generation(row | {"text": ""}, ""), text=row["text"])


def new_outputs(board: Path, lines: list[str], stage: str = "user", texts: bool = True) -> None:
    """Other outputs under their right hashes."""
    data = "".join(line + "\n" for line in lines).encode()
    sha256 = hashlib.sha256(data).hexdigest()
    boards.outputs_path(board, sha256).write_bytes(pack(data))
    told = texts_of([as_written(json.loads(line)) for line in lines]) if texts else {}
    rewrite(board, lambda b: of(b, stage)["outputs"].update(told | {"sha256": sha256}))


def rows(change: Callable[[list[dict[str, Any]]], None], stage: str = "user") -> Callable[[Path], None]:
    def lie(board: Path) -> None:
        told = [json.loads(line) for line in lines_of(board, stage)]
        change(told)
        new_outputs(board, [json.dumps(row, ensure_ascii=False, sort_keys=True) for row in told], stage)

    return lie


def raw(change: Callable[[list[str]], list[str]]) -> Callable[[Path], None]:
    return lambda board: new_outputs(board, change(lines_of(board, "user")), texts=False)


def packed_otherwise(make: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def lie(board: Path) -> None:
        file = stored(board)
        file.write_bytes(make(gzip.decompress(file.read_bytes())))

    return lie


def named_gz(data: bytes) -> bytes:
    sink = io.BytesIO()
    with gzip.GzipFile("a payload of any length", "wb", fileobj=sink, mtime=0) as out:
        out.write(data)
    return sink.getvalue()


def stored_blocks(data: bytes) -> bytes:
    """Not compressed at all: room for what a reader never sees is room for what it does not need."""
    body = zlib.compressobj(0, zlib.DEFLATED, -15)
    return pack(b"")[:10] + body.compress(data) + body.flush() + struct.pack("<II", zlib.crc32(data), len(data))


def bomb(data: bytes) -> bytes:
    return pack(b"\0" * 40_000_000)


def a_pipe(board: Path) -> None:
    file = stored(board)
    file.unlink()
    os.mkfifo(file)


def a_folder(board: Path) -> None:
    file = stored(board)
    file.unlink()
    file.mkdir()


def statistics(change: Callable[[dict[str, np.ndarray]], None]) -> Callable[[Path], None]:
    """Other statistics under their right hash."""

    def lie(board: Path) -> None:
        _, stats = stats_of(board)
        change(stats)
        new = stats_hash(stats)
        boards.stats_path(board, new).write_bytes(pack_stats(stats))
        rewrite(board, lambda told: of(told, "user")["outputs"].update(stats_sha256=new))

    return lie


def stats_of(board: Path) -> tuple[str, dict[str, np.ndarray]]:
    entry = next(e for e in entries(board) if e["stage"] == "user")
    sha256 = entry["outputs"]["stats_sha256"]
    with np.load(boards.stats_path(board, sha256)) as found:
        return sha256, {name: found[name] for name in found.files}


def container(make: Callable[[bytes, dict[str, np.ndarray]], bytes]) -> Callable[[Path], None]:
    """The same statistics in another container, in place."""

    def lie(board: Path) -> None:
        sha256, stats = stats_of(board)
        file = boards.stats_path(board, sha256)
        file.write_bytes(make(file.read_bytes(), stats))

    return lie


def with_comment(data: bytes, _: dict[str, np.ndarray]) -> bytes:
    sink = io.BytesIO(data)
    with zipfile.ZipFile(sink, "a") as out:
        out.comment = b"a payload of any length"
    return sink.getvalue()


def with_member(data: bytes, _: dict[str, np.ndarray]) -> bytes:
    sink = io.BytesIO(data)
    with zipfile.ZipFile(sink, "a") as out:
        out.writestr("readme.txt", "payload")
    return sink.getvalue()


def twice(data: bytes, _: dict[str, np.ndarray]) -> bytes:
    sink = io.BytesIO(data)
    with zipfile.ZipFile(sink, "a") as out:
        name = out.namelist()[0]
        out.writestr(name, out.read(name))
    return sink.getvalue()


def by_numpy(_: bytes, stats: dict[str, np.ndarray]) -> bytes:
    sink = io.BytesIO()
    np.savez(sink, **stats)  # type: ignore[arg-type]
    return sink.getvalue()


def as_text(_: bytes, stats: dict[str, np.ndarray]) -> bytes:
    sink = io.BytesIO()
    np.savez(sink, **{name: rows.astype(str) for name, rows in stats.items()})  # type: ignore[arg-type]
    return sink.getvalue()


def pickled(_: bytes, stats: dict[str, np.ndarray]) -> bytes:
    sink = io.BytesIO()
    np.savez(sink, **{PRIMARY: np.array([{}], dtype=object)})
    return sink.getvalue()


def split(make: Callable[[list[str]], list[str]]) -> Callable[[Path], None]:
    """Another test split, its hash made right in the board and in every entry."""

    def lie(board: Path) -> None:
        file = boards.test_path(board, boards.read_board(board)["test"]["sha256"])
        data = "".join(
            line + "\n" for line in make(gzip.decompress(file.read_bytes()).decode().split("\n")[:-1])
        ).encode()
        sha256 = hashlib.sha256(data).hexdigest()
        boards.test_path(board, sha256).write_bytes(pack(data))

        def change(told: Board) -> None:
            told["test"]["sha256"] = sha256
            for e in told["entries"]:
                e["test_sha256"] = sha256

        rewrite(board, change)

    return lie


def remove(file: Callable[[Path], Path]) -> Callable[[Path], None]:
    return lambda board: file(board).unlink()


def validation_file(board: Path) -> Path:
    return next((board.parent / "rewards").iterdir())


def validation(change: Callable[[dict[str, Any]], None]) -> Callable[[Path], None]:
    """Another reward.json under its right hash."""

    def lie(board: Path) -> None:
        told = json.loads(gzip.decompress(validation_file(board).read_bytes()))
        change(told)
        data = json.dumps(told).encode()
        sha256 = hashlib.sha256(data).hexdigest()
        boards.validation_path(board, sha256).write_bytes(pack(data))
        rewrite(board, everywhere("reward", "validation_sha256", to=sha256, stages=STAGES[1:]))

    return lie


def in_place(board: Path) -> None:
    file = stored(board, "post-rl")
    file.write_bytes(pack(gzip.decompress(file.read_bytes()).replace(first(3).encode(), gold(3).encode())))


def cut(board: Path) -> None:
    stored(board).write_bytes(stored(board).read_bytes()[:-20])


def a_row_more(lines: list[str]) -> list[str]:
    return [*lines, json.dumps({**json.loads(lines[0]), "example_id": "x"}, ensure_ascii=False, sort_keys=True)]


def unknown_rows(lines: list[str]) -> list[str]:
    return lines + [
        json.dumps({**json.loads(lines[0]), "example_id": f"x{i}"}, ensure_ascii=False, sort_keys=True)
        for i in range(200_000)
    ]


FILES: dict[str, tuple[Callable[[Path], None], str]] = {
    "a text changed in place": (in_place, "outputs.sha256"),
    "outputs cut short": (cut, "outputs.sha256"),
    "outputs gone": (remove(stored), "outputs.sha256"),
    "outputs a pipe": (a_pipe, "outputs.sha256"),
    "outputs a folder": (a_folder, "outputs.sha256"),
    "a better text": (rows(lambda r: r[4].update(text=gold(4))), "scores."),
    "an output dropped": (rows(lambda r: r.pop(5)), "outputs.example_id"),
    "an output twice": (rows(lambda r: r.insert(6, r[5])), "outputs.example_id"),
    "an output in place of another": (rows(lambda r: r.__setitem__(6, r[5])), "outputs.example_id"),
    "outputs exchanged": (rows(lambda r: r.insert(0, r.pop(1))), "outputs.example_id"),
    "outputs of another stage": (rows(lambda r: [row.update(stage="post-sft") for row in r]), "stage"),
    "outputs of another system": (rows(lambda r: [row.update(system="x") for row in r]), "system"),
    "a hidden field": (rows(lambda r: r[0].update(meta="a payload of any length")), "outputs"),
    "another spelling": (raw(lambda r: [r[0].replace('": ', '":   '), *r[1:]]), "outputs"),
    "a key twice": (raw(lambda r: [r[0].replace("{", '{"text": "x", ', 1), *r[1:]]), "outputs"),
    "a row nested 200,000 deep": (raw(lambda r: [*r[1:], "[" * 200_000]), "outputs"),
    "a row that is a list": (raw(lambda r: [*r[1:], "[1]"]), "outputs"),
    "a row that is no JSON": (raw(lambda r: [*r[1:], "x"]), "outputs"),
    "200,000 unknown rows": (raw(unknown_rows), "outputs.sha256"),
    "a row more": (raw(a_row_more), "outputs.example_id"),
    "a text of 20 million characters": (rows(lambda r: r[0].update(text="x" * 20_000_000)), "outputs"),
    "a text over 64 KiB": (rows(lambda r: r[0].update(text="ก" * 21846)), "outputs"),
    "a name in the gzip header": (packed_otherwise(named_gz), "outputs.sha256"),
    "a time in the gzip header": (packed_otherwise(lambda d: gzip.compress(d, 9, mtime=1)), "outputs.sha256"),
    "bytes after the gzip stream": (packed_otherwise(lambda d: pack(d) + b"payload"), "outputs.sha256"),
    "a second gzip member": (packed_otherwise(lambda d: pack(d) + pack(b"")), "outputs.sha256"),
    "a stream that is not compressed": (packed_otherwise(stored_blocks), "outputs.sha256"),
    "a bomb": (packed_otherwise(bomb), "outputs.sha256"),
    "statistics of other numbers": (statistics(lambda s: s[PRIMARY].__setitem__(0, 5.0)), "outputs.stats_sha256"),
    "statistics of another shape": (statistics(lambda s: s.update({PRIMARY: s[PRIMARY][:-1]})), "outputs.stats_sha256"),
    "statistics that are infinite": (statistics(lambda s: s[PRIMARY].__setitem__(0, np.inf)), "outputs.stats_sha256"),
    "statistics of a metric left out": (statistics(lambda s: s.pop(PRIMARY)), "outputs.stats_sha256"),
    "a comment in the npz": (container(with_comment), "outputs.stats_sha256"),
    "a file more in the npz": (container(with_member), "outputs.stats_sha256"),
    "a metric twice in the npz": (container(twice), "outputs.stats_sha256"),
    "bytes before the npz": (container(lambda d, _: b"payload" + d), "outputs.stats_sha256"),
    "bytes after the npz": (container(lambda d, _: d + b"payload"), "outputs.stats_sha256"),
    "an npz that is not compressed": (container(by_numpy), "outputs.stats_sha256"),
    "an npz of strings": (container(as_text), "outputs.stats_sha256"),
    "a pickle in the npz": (container(pickled), "outputs.stats_sha256"),
    "an npz cut short": (container(lambda d, _: d[:100]), "outputs.stats_sha256"),
    "an easier test split": (split(lambda r: r[:-1]), "test.sha256"),
    "a split with an example twice": (split(lambda r: [*r[:-1], r[0]]), "test.sha256"),
    "a split of lists": (split(lambda r: ["[]"] * len(r)), "test.sha256"),
    "a split with other facts": (
        split(lambda r: [line.replace('"salience": 1.0', '"salience": 0.1', 1) for line in r]),
        "scores.",
    ),
    "the split gone": (remove(lambda b: boards.test_path(b, boards.read_board(b)["test"]["sha256"])), "test.sha256"),
    "a validation gone": (remove(validation_file), "reward.validation_sha256"),
    "a validation of another reward": (
        validation(lambda v: v.update(signature="validate-reward|v:1|reward:other:fedcba9876543210")),
        "reward",
    ),
    "a validation's accuracy": (validation(lambda v: v["accuracy"].update(value=0.99)), "reward"),
    "a validation's category": (validation(lambda v: v["by_category"]["number"].update(accuracy=1.0)), "reward"),
    "a validation's macro accuracy": (validation(lambda v: v.update(macro_accuracy=1.0)), "reward"),
    "a validation's baseline": (
        validation(lambda v: v["null_baselines"]["longer"].update(macro_accuracy=0.0)),
        "reward",
    ),
}
