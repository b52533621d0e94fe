"""Boards of real corpora: the split's hash and ids are published, its texts are not; outputs are, baselines are made
again."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from benchmark.cli import main
from benchmark.leaderboard import board as boards
from benchmark.leaderboard.spelling import render
from benchmark.tasks import files
from benchmark.tasks.files import DATA_DIR
from metrics.files import sha256_json

# Documents stand in another order than their names sort.
PAIRS = [
    ("2019年，泰国有3000人到北京。", "ในปี 2019 มีคนไทย 3,000 คนไปปักกิ่ง", "z"),
    ("德国的失业率是5.5%。", "อัตราว่างงานของเยอรมนีคือร้อยละ 5.5", "z"),
    ("日本队在法国赢了。", "ทีมญี่ปุ่นชนะที่ฝรั่งเศส", "b"),
    ("他付了200美元。", "เขาจ่าย 200 ดอลลาร์สหรัฐ", "b"),
]
TASK = """
name = "{name}"
source_lang = "zh"
target_lang = "th"
version = "1"
prompt = "翻译：{{source}}\\n"
licence = "CC BY-SA 4.0"
citation = "Me: Mine. 2026."
home = "https://example.org/mine"
revision = "r1"
n = 4
{sha256}
[[texts]]
format = "tsv"
source = "{name}.tsv"
"""
BASELINES = {"baseline-copy", "baseline-dictionary", "baseline-gold", "baseline-shuffled"}


@pytest.fixture(autouse=True)
def _corpora(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two corpora as the suite ships them: of one it knows the hash, of the other it does not."""
    monkeypatch.setattr(files, "FOLDER", tmp_path / "corpora")
    monkeypatch.setenv(DATA_DIR, str(tmp_path / "data"))
    (tmp_path / "corpora").mkdir()
    (tmp_path / "data").mkdir()
    known = sha256_json([[str(i), a, [b]] for i, (a, b, _) in enumerate(PAIRS)])
    for name, told in (("pinned", f'sha256 = "{known}"'), ("unseen", "")):
        (tmp_path / "corpora" / f"{name}.toml").write_text(TASK.format(name=name, sha256=told), "utf-8")


def put_texts(folder: Path, name: str, pairs: list[tuple[str, str, str]] = PAIRS) -> None:
    rows = "".join("\t".join(row) + "\n" for row in pairs)
    (folder / "data" / f"{name}.tsv").write_text("source\treference\tdoc_id\n" + rows, "utf-8")


def outputs(folder: Path, texts: list[str]) -> str:
    rows = [{"example_id": str(i), "system": "x", "stage": "post-sft", "text": t} for i, t in enumerate(texts)]
    (folder / "g.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return str(folder / "g.jsonl")


def board_with_entries(folder: Path, name: str = "pinned") -> Path:
    put_texts(folder, name)
    path = folder / "boards" / f"{name}.json"
    assert main(["leaderboard", "create", "--task", name, "--board", str(path)]) == 0
    assert main(["leaderboard", "baselines", "--board", str(path)]) == 0
    texts = [b.replace("3,000", "5,000") for _, b, _ in PAIRS]
    submit = ["submit", "--generations", outputs(folder, texts), "--task", name, "--system", "mine"]
    assert main([*submit, "--board", str(path)]) == 0
    return path


def everything_beside(path: Path) -> str:
    """All that is published, as one text."""
    found = [path.read_text("utf-8")]
    for file in sorted(path.parent.rglob("*.gz")):
        found.append(gzip.decompress(file.read_bytes()).decode("utf-8"))
    return "".join(found)


def test_the_texts_are_not_beside_the_board_and_the_outputs_are(tmp_path: Path) -> None:
    path = board_with_entries(tmp_path)
    told = everything_beside(path)
    for source, reference, _ in PAIRS:
        assert source not in told
        assert (reference in told) == ("3,000" not in reference)  # what the system itself wrote is an output
    assert "5,000 คนไปปักกิ่ง" in told
    board = boards.read_board(path)
    assert board["primary"] == "open.f1.length_controlled"
    rows = boards.outline(path, board)
    assert [(e.id, e.doc_id) for e in rows] == [("0", "1"), ("1", "1"), ("2", "0"), ("3", "0")]


def test_verify_recomputes_with_the_texts_and_says_so_without(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = board_with_entries(tmp_path)
    capsys.readouterr()
    assert main(["leaderboard", "verify", "--board", str(path)]) == 0
    told = capsys.readouterr().out
    assert "5 entries recomputed and equal" in told and "absent" not in told
    (tmp_path / "data" / "pinned.tsv").unlink()
    assert main(["leaderboard", "verify", "--board", str(path)]) == 0
    told = capsys.readouterr().out
    assert "not rechecked: data absent" in told and "recomputed and equal" not in told
    assert main(["leaderboard", "verify", "--quick", "--board", str(path)]) == 0


def test_the_gold_row_is_the_ceiling_and_the_shuffled_one_the_floor(tmp_path: Path) -> None:
    board = boards.read_board(board_with_entries(tmp_path))
    of = {e["system"]: e["scores"]["open.f1.length_controlled"]["value"] for e in board["entries"]}
    assert of.keys() == {*BASELINES, "mine"}
    assert of["baseline-gold"] > of["mine"] > of["baseline-shuffled"]
    assert all(e["trust"] == "baseline" for e in board["entries"] if e["system"] in BASELINES)


def doctored(path: Path, change) -> None:  # type: ignore[no-untyped-def]
    from benchmark.leaderboard.chain import rechained

    board = boards.read_board(path)
    change(board)
    path.write_text(render(rechained(board, list(board["entries"]))), "utf-8")


def test_without_the_texts_a_false_value_and_a_false_interval_are_still_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = board_with_entries(tmp_path)
    whole = path.read_text("utf-8")
    (tmp_path / "data" / "pinned.tsv").unlink()
    for field in ("value", "ci_high"):

        def raise_it(board: dict, field: str = field) -> None:  # type: ignore[type-arg]
            mine = next(e for e in board["entries"] if e["system"] == "mine")
            mine["scores"]["open.f1.length_controlled"][field] = 0.999

        doctored(path, raise_it)
        capsys.readouterr()
        assert main(["leaderboard", "verify", "--board", str(path)]) == 1
        assert f"open.f1.length_controlled.{field}" in capsys.readouterr().out
        path.write_text(whole, "utf-8")


def test_a_false_baseline_is_found_with_the_texts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = board_with_entries(tmp_path)

    def other_texts(board: dict) -> None:  # type: ignore[type-arg]
        gold, copy = (
            next(e for e in board["entries"] if e["system"] == f"baseline-{name}") for name in ("gold", "copy")
        )
        copy["scores"], copy["copies"], copy["outputs"] = gold["scores"], gold["copies"], gold["outputs"]

    doctored(path, other_texts)
    assert main(["leaderboard", "verify", "--board", str(path)]) == 1
    assert "not the outputs of a baseline" in capsys.readouterr().out


def test_other_texts_and_other_documents_are_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = board_with_entries(tmp_path, "unseen")
    put_texts(tmp_path, "unseen", [(a, b, "one") for a, b, _ in PAIRS])
    capsys.readouterr()
    assert main(["leaderboard", "verify", "--board", str(path)]) == 1
    assert "not the board's split" in capsys.readouterr().out


def test_a_split_that_nobody_had_is_pinned_by_the_first_entry(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "boards" / "unseen.json"
    assert main(["leaderboard", "create", "--task", "unseen", "--board", str(path)]) == 0
    assert "not pinned yet" in capsys.readouterr().out
    assert boards.read_board(path)["test"] == {"split": "test", "n": 4, "sha256": None, "ids_sha256": None}
    assert main(["leaderboard", "verify", "--board", str(path)]) == 0
    assert "not pinned yet" in capsys.readouterr().out
    for action in (["show"], ["verify", "--quick"]):
        assert main(["leaderboard", *action, "--board", str(path)]) == 0
    submit = ["submit", "--generations", outputs(tmp_path, [b for _, b, _ in PAIRS]), "--task", "unseen"]
    submit += ["--system", "mine", "--board", str(path)]
    assert main(submit) == 2  # whoever has no texts can neither score nor pin
    assert "its texts are not here" in capsys.readouterr().err
    put_texts(tmp_path, "unseen")
    assert main(submit) == 0
    board = boards.read_board(path)
    assert len(board["test"]["sha256"]) == 64 and len(board["entries"]) == 1
    assert main(["leaderboard", "create", "--task", "unseen", "--board", str(path)]) == 0
    assert "unchanged" in capsys.readouterr().out
    assert main(["leaderboard", "verify", "--board", str(path)]) == 0


def test_an_export_shows_no_text_of_the_corpus(tmp_path: Path) -> None:
    path = board_with_entries(tmp_path)
    out = tmp_path / "export"
    assert main(["leaderboard", "export", "--board", str(path), "--out", str(out)]) == 0
    pages = [file.read_text("utf-8") for file in out.rglob("*.html")]
    assert len(pages) == 6 and not any(a in page or b in page for a, b, _ in PAIRS for page in pages)
    assert any("not ours to publish" in page for page in pages)


def test_a_rescore_makes_the_baselines_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = board_with_entries(tmp_path)
    before = boards.read_board(path)
    assert main(["leaderboard", "rescore", "--force", "--board", str(path)]) == 0
    after = boards.read_board(path)
    assert {e["system"] for e in after["entries"]} == {e["system"] for e in before["entries"]}
    assert main(["leaderboard", "verify", "--board", str(path)]) == 0
    assert PAIRS[0][0] not in everything_beside(path)
