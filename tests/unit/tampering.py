"""The classes of tampering with a board: each a function that lies, the field that `verify` names, and in which way it is caught.

EDITS change the board file and make groups, digests and the chain right again, as somebody who knows the house would. CHAIN changes leave the
digests as they are. FILES change what lies beside the board.
"""

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
from pathlib import Path
from typing import Any

import numpy as np
from board_world import entries, first, gold, rewrite

from benchmark.leaderboard import board as boards
from benchmark.leaderboard.packed import pack, pack_stats, stats_hash
from benchmark.leaderboard.scoring import signature_key, texts_of
from metrics.records import parse_generation
from metrics.version import V

Board = dict[str, Any]
PRIMARY = "coverage.f1.length_controlled"
STAGES = ("post-sft", "post-rl", "post-recovery")


def of(told: Board, stage: str) -> dict[str, Any]:
    return next(e for e in told["entries"] if e["stage"] == stage)


def put(stage: str, *path: str, to: Any) -> Callable[[Board], None]:
    """Sets a field of a stage's entry; `to`: the value, or a function of the old one."""

    def change(told: Board) -> None:
        place = of(told, stage)
        for name in path[:-1]:
            place = place[name]
        place[path[-1]] = to(place[path[-1]]) if callable(to) else to

    return change


def everywhere(*path: str, to: Any, stages: tuple[str, ...] = STAGES) -> Callable[[Board], None]:
    def change(told: Board) -> None:
        for stage in stages:
            put(stage, *path, to=to)(told)

    return change


def cell(metric: str, what: str, to: Any, stage: str = "user") -> Callable[[Board], None]:
    return put(stage, "scores", metric, what, to=to)


def head(*path: str, to: Any) -> Callable[[Board], None]:
    def change(told: Board) -> None:
        place = told
        for name in path[:-1]:
            place = place[name]
        place[path[-1]] = to(place[path[-1]]) if callable(to) else to

    return change


def link(stage: str, at: int, name: str, to: Any) -> Callable[[Board], None]:
    def change(told: Board) -> None:
        of(told, stage)["lineage"][at][name] = to

    return change


def drop_score(told: Board) -> None:
    del of(told, "user")["scores"]["verbosity.repetition"]


def add_score(told: Board) -> None:
    of(told, "user")["scores"]["coverage.beauty"] = of(told, "user")["scores"]["coverage.precision"]


def sign_otherwise(told: Board) -> None:
    """A signature of one's own, under its right key."""
    for old in [key for key, text in told["signatures"].items() if text.startswith("overlap.chrf|")]:
        text = told["signatures"].pop(old) + "|eff:no"
        told["signatures"][signature_key(text)] = text
        for e in told["entries"]:
            e["scores"]["overlap.chrf"]["signature"] = signature_key(text)


def claim_older(told: Board) -> None:
    """One score made by metrics that this suite can no longer recompute, on a board of the new ones."""
    old = of(told, "user")["scores"]["overlap.chrf"]["signature"]
    text = told["signatures"][old].replace(f"|{V}|", "|v:1|")
    told["signatures"][signature_key(text)] = text
    of(told, "user")["scores"]["overlap.chrf"]["signature"] = signature_key(text)


def exchange_signatures(told: Board) -> None:
    scores = of(told, "user")["scores"]
    scores["overlap.bleu"]["signature"], scores["overlap.chrf"]["signature"] = scores["overlap.chrf"]["signature"], scores["overlap.bleu"]["signature"]


def rename_stage_in_lineage(told: Board) -> None:
    entry = of(told, "post-sft")
    entry["stage"] = entry["lineage"][-1]["stage"] = "cold-start"


def other_base(told: Board) -> None:
    links = of(told, "post-recovery")["lineage"]
    links[0]["weights_hash"] = links[1]["parent_hash"] = "9" * 64


def skip_stage(told: Board) -> None:
    links = of(told, "post-recovery")["lineage"]
    links[3]["parent_hash"] = links[1]["weights_hash"]
    del links[2]


def other_seed_in_both(told: Board) -> None:
    entry = of(told, "post-rl")
    entry["seed"] = entry["lineage"][-1]["seed"] = 7


def steps_in_both(told: Board) -> None:
    entry = of(told, "post-rl")
    entry["lineage"][-1]["steps"] = entry["training"]["rl_steps"] = 1


def circle(told: Board) -> None:
    links = of(told, "post-recovery")["lineage"]
    links[3]["weights_hash"] = links[1]["weights_hash"]


def regenerated(**changed: Any) -> Callable[[Board], None]:
    def change(told: Board) -> None:
        record = {"manifests": ["0" * 64, "1" * 64], "cpu": [None, None], "same": "bits", "largest": None} | changed
        of(told, "post-rl").update(trust="regenerated", regenerated=record)

    return change


def as_user(change: Callable[[Board], None]) -> Callable[[Board], None]:
    def moved(told: Board) -> None:
        change(told)
        rl, user = of(told, "post-rl"), of(told, "user")
        user["trust"], user["regenerated"] = rl["trust"], rl["regenerated"]
        rl["trust"], rl["regenerated"] = "recomputed", None

    return moved


def doubled(told: Board) -> None:
    told["entries"].append(json.loads(json.dumps(told["entries"][0])))


def misspell_key(told: Board) -> None:
    """What a check by shape that forgets the letters a to f lets pass."""
    of(told, "user")["opis"] = of(told, "user").pop("copies")


def look_alike(told: Board) -> None:
    """A second version that reads like the first."""
    twin = json.loads(json.dumps(of(told, "user")))
    twin["version"] = "l"
    told["entries"].append(twin)


EDITS: dict[str, tuple[Callable[[Board], None], str]] = {
    "a value, in its last digits": (cell("overlap.chrf", "value", lambda x: round(x - 1e-8, 10), "post-rl"), "scores.overlap.chrf"),
    "an interval made narrow": (lambda t: cell("verbosity.chars", "ci_high", of(t, "user")["scores"]["verbosity.chars"]["value"])(t), "ci_high"),
    "an interval that does not hold the value": (cell("verbosity.chars", "ci_low", 1e6), "ci_low"),
    "a limit of 1e300": (cell("verbosity.chars", "ci_high", 1e300), "ci_high"),
    "a limit taken away": (cell("verbosity.chars", "ci_high", None), "verbosity.chars"),
    "more segments scored": (cell("verbosity.chars", "n_scored", 1000), "n_scored"),
    "fewer segments scored": (cell("verbosity.chars", "n_scored", 3), "n_scored"),
    "a bad value made unscorable": (lambda t: of(t, "user")["scores"]["coverage.recall"].update(
        value=None, ci_low=None, ci_high=None, reason="no facts"), "coverage.recall"),
    "a reason beside a value": (lambda t: of(t, "user")["scores"]["coverage.recall"].update(reason="x"), "coverage.recall"),
    "a bad score left out": (drop_score, "verbosity.repetition"),
    "a score of one's own": (add_score, "coverage.beauty"),
    "signatures exchanged": (exchange_signatures, "signature"),
    "a signature of one's own": (sign_otherwise, "signature"),
    "one score of older metrics": (claim_older, "signatures."),
    "the whole board of older metrics": (head("metrics", to=1), "signatures."),
    "another split": (put("user", "test_sha256", to="0" * 64), "test_sha256"),
    "another task": (put("user", "task", to="newswire-title"), "task"),
    "a stage under another name": (put("user", "stage", to="post-human"), "stage"),
    "a stage and its lineage under another name": (rename_stage_in_lineage, "stage"),
    "a stage that reads like another": (put("user", "stage", to="post-rI"), "stage"),
    "a stage in other letters": (put("user", "stage", to="Post.RL"), "stage"),
    "a system under another name": (put("user", "system", to="winner"), "system"),
    "a version that reads like another": (look_alike, "version"),
    "a version of SFT's entry renamed": (put("post-sft", "version", to="2"), "lineage"),
    "a version of RL's entry renamed": (put("post-rl", "version", to="2"), "lineage"),
    "a version of the last stage renamed": (put("post-recovery", "version", to="x"), "lineage"),
    "the reward of RL's entry renamed": (put("post-rl", "reward", to=lambda r: {**r, "id": "other:fedcba9876543210"}), "reward"),
    "the reward renamed everywhere": (everywhere("reward", "id", to="other:fedcba9876543210", stages=STAGES[1:]), "reward"),
    "a reward where there was no RL": (put("post-sft", "reward", "id", to="other:fedcba9876543210"), "reward"),
    "a validation without a reward": (put("user", "reward", "validation_sha256", to="0" * 64), "reward"),
    "a validation that is not there": (everywhere("reward", "validation_sha256", to="0" * 64, stages=STAGES[1:]), "reward"),
    "a parent of one's own": (link("post-recovery", 2, "parent_hash", "9" * 64), "parent_hash"),
    "a base of one's own": (other_base, "lineage.1.parent_hash"),
    "a stage left out of the chain": (skip_stage, "lineage.2.stage"),
    "the same weights twice in the chain": (circle, "lineage"),
    "other data": (link("post-rl", 2, "data_hash", "8" * 64), "data_hash"),
    "another configuration": (link("post-rl", 1, "config_hash", "8" * 64), "config_hash"),
    "a seed that the lineage does not tell": (put("post-rl", "seed", to=7), "seed"),
    "a seed rewritten in both places": (other_seed_in_both, "seed"),
    "a seed without a training": (put("user", "seed", to=3), "seed"),
    "fewer steps": (put("post-rl", "training", "rl_steps", to=1), "training.rl_steps"),
    "fewer steps in both places": (steps_in_both, "steps"),
    "a smaller D_para": (put("post-sft", "training", "n_para", to=10), "n_para"),
    "a smaller D_src": (put("post-rl", "training", "n_src", to=10), "n_src"),
    "a D_src without RL": (put("post-sft", "training", "n_src", to=10), "n_src"),
    "sizes for outputs alone": (put("user", "training", "n_para", to=10), "n_para"),
    "another commit": (put("post-rl", "environment", "commit", to="0" * 40), "environment"),
    "a clean checkout claimed": (put("post-rl", "environment", "dirty", to=True), "environment"),
    "other packages": (put("post-rl", "environment", "made_with", to=lambda p: {**p, "torch": "9.9"}), "environment"),
    "another scorer's version": (put("user", "environment", "scored_with", "sacrebleu", to="1.0"), "scored_with.sacrebleu"),
    "a package left out": (put("user", "environment", "scored_with", to=lambda p: {k: v for k, v in p.items() if k != "sacrebleu"}), "scored_with"),
    "`regenerated` without runs": (put("post-rl", "trust", to="regenerated"), "trust"),
    "`regenerated` outputs without a training": (as_user(regenerated()), "trust"),
    "`regenerated` by the same run": (regenerated(manifests=["0" * 64] * 2), "regenerated"),
    "`regenerated` bits with a difference": (regenerated(largest=0.001), "regenerated"),
    "a system called a baseline": (put("user", "trust", to="baseline"), "trust"),
    "an entry twice": (doubled, "system"),
    "copies played down": (put("post-rl", "copies", to={"exact": 0, "near": 0, "lcs": 0.1, "repeated": 0, "overlong": 0}), "copies"),
    "repetition played down": (put("user", "copies", "overlong", to=0.0), "copies"),
    "a sketch of other texts": (put("user", "outputs", "sketch", to="0" * 192), "outputs.sketch"),
    "no sketch": (put("user", "outputs", "sketch", to=""), "outputs.sketch"),
    "another hash of the texts": (put("user", "outputs", "texts_sha256", to="0" * 64), "outputs.texts_sha256"),
    "outputs that are not there": (put("user", "outputs", "sha256", to="0" * 64), "outputs.sha256"),
    "statistics that are not there": (put("user", "outputs", "stats_sha256", to="0" * 64), "outputs.stats_sha256"),
    "statistics of another entry": (lambda t: put("user", "outputs", "stats_sha256", to=of(t, "post-sft")["outputs"]["stats_sha256"])(t), "outputs"),
    "another primary metric": (head("primary", to="verbosity.chars"), "schema"),
    "the other primary metric": (head("primary", to="open.f1.length_controlled"), "primary"),
    "a level of one's own": (head("statistics", "level", to=0.5), "schema"),
    "draws of one's own": (head("statistics", "seed", to=4), "schema"),
    "draws of one's own in an entry": (lambda t: of(t, "user").update(draw_seed=4), "schema"),
    "fewer examples": (head("test", "n", to=3), "test"),
    "a signature under another's key": (lambda t: t["signatures"].update({k: s + "|v:9" for k, s in list(t["signatures"].items())[:1]}), "signatures."),
    "a field's name misspelt": (misspell_key, "schema"),
    "a name of 316 characters": (put("user", "system", to="x" * 316), "system"),
    "a name with a line break": (put("user", "system", to="talker\n"), "system"),
    "a hidden text in a version": (put("user", "environment", "scored_with", "python", to="3.11\U000e0041"), "scored_with"),
}
"""What -> (the change, what the named field holds)."""


# ---- the chain, with no digest made right ------------------------------------------------------------------------------------------


def take_out(stage: str) -> Callable[[Path], None]:
    return lambda board: rewrite(board, lambda told: told["entries"].remove(of(told, stage)), redigest=False)


def retire(board: Path) -> None:
    """A place in the chain that stands for an entry which is gone."""

    def change(told: Board) -> None:
        gone = of(told, "user")
        told["entries"].remove(gone)
        told["retired"].append({name: gone[name] for name in ("system", "version", "seed", "stage", "previous", "digest")})

    rewrite(board, change, redigest=False)


def plain(change: Callable[[Board], None]) -> Callable[[Path], None]:
    return lambda board: rewrite(board, change, redigest=False)


def redigest_one(board: Path) -> None:
    """The digest of the changed entry alone."""
    from benchmark.leaderboard.spelling import digest

    def change(told: Board) -> None:
        entry = of(told, "post-sft")
        entry["version"] = "2"
        entry["digest"] = digest(entry)

    rewrite(board, change, redigest=False)


CHAIN: dict[str, tuple[Callable[[Path], None], str]] = {
    "an entry taken out": (take_out("post-rl"), "group"),
    "the only entry of a system taken out": (take_out("user"), ""),
    "an entry taken out, its place kept": (retire, "retired"),
    "an entry renamed under its own right digest": (redigest_one, ""),
    "another tip": (plain(head("tip", to="0" * 64)), "tip"),
    "another group": (plain(put("user", "group", to="0" * 64)), "digest"),
    "another place in the chain": (plain(put("user", "previous", to="0" * 64)), "digest"),
    "an entry changed": (plain(cell("overlap.chrf", "value", 99.0)), ""),
}


# ---- files beside the board --------------------------------------------------------------------------------------------------------


def stored(board: Path, stage: str = "user") -> Path:
    entry = next(e for e in entries(board) if e["stage"] == stage)
    return boards.outputs_path(board, entry["outputs"]["sha256"])


def lines_of(board: Path, stage: str) -> list[str]:
    return gzip.decompress(stored(board, stage).read_bytes()).decode().split("\n")[:-1]


def new_outputs(board: Path, lines: list[str], stage: str = "user", texts: bool = True) -> None:
    """Other outputs under their right hashes."""
    data = "".join(line + "\n" for line in lines).encode()
    sha256 = hashlib.sha256(data).hexdigest()
    boards.outputs_path(board, sha256).write_bytes(pack(data))
    told = texts_of([parse_generation(json.loads(line), "") for line in lines]) if texts else {}
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
        data = "".join(line + "\n" for line in make(gzip.decompress(file.read_bytes()).decode().split("\n")[:-1])).encode()
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


def plus_one(stats: dict[str, np.ndarray]) -> None:
    stats[PRIMARY][0] += 1


def shorter(stats: dict[str, np.ndarray]) -> None:
    stats[PRIMARY] = stats[PRIMARY][:-1]


def infinite(stats: dict[str, np.ndarray]) -> None:
    stats[PRIMARY][0] = np.inf


def a_row_more(lines: list[str]) -> list[str]:
    return [*lines, json.dumps({**json.loads(lines[0]), "example_id": "x"}, ensure_ascii=False, sort_keys=True)]


def unknown_rows(lines: list[str]) -> list[str]:
    return lines + [json.dumps({**json.loads(lines[0]), "example_id": f"x{i}"}, ensure_ascii=False, sort_keys=True) for i in range(200_000)]


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
    "statistics of other numbers": (statistics(plus_one), "outputs.stats_sha256"),
    "statistics of another shape": (statistics(shorter), "outputs.stats_sha256"),
    "statistics that are infinite": (statistics(infinite), "outputs.stats_sha256"),
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
    "a split with other facts": (split(lambda r: [line.replace('"salience": 1.0', '"salience": 0.1', 1) for line in r]), "scores."),
    "the split gone": (remove(lambda b: boards.test_path(b, boards.read_board(b)["test"]["sha256"])), "test.sha256"),
    "a validation gone": (remove(validation_file), "reward.validation_sha256"),
    "a validation of another reward": (validation(lambda v: v.update(signature="validate-reward|v:1|reward:other:fedcba9876543210")), "reward"),
    "a validation's accuracy": (validation(lambda v: v["accuracy"].update(value=0.99)), "reward"),
    "a validation's category": (validation(lambda v: v["by_category"]["number"].update(accuracy=1.0)), "reward"),
    "a validation's macro accuracy": (validation(lambda v: v.update(macro_accuracy=1.0)), "reward"),
    "a validation's baseline": (validation(lambda v: v["null_baselines"]["longer"].update(macro_accuracy=0.0)), "reward"),
}
