"""Files come back as they were written, and a user's mistakes are told by file and line."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from metrics.errors import UserError
from metrics.records import (
    Example,
    Fact,
    Generation,
    align_generations,
    atomic_write_text,
    read_examples,
    read_generations,
    read_jsonl,
    sha256_file,
    sha256_json,
    write_examples,
    write_generations,
    write_jsonl,
)

FACT = Fact("person", ("王建国",), ("หวัง เจี้ยนกั๋ว",), 0.4)
EXAMPLES = [
    Example("a", "王建国起诉", ("หวัง",), (FACT,), "zh", "th", "d1", {"split": "test"}),
    Example("b", "来源", ("x", "y"), None, "zh", "bo"),
    Example("c", "来源", None, (), "zh", "sr-Latn"),
]
ROW = {
    "id": "a",
    "source": "s",
    "reference": "r",
    "facts": None,
    "source_lang": "zh",
    "target_lang": "th",
    "doc_id": None,
    "meta": {},
}


def _write(path: Path, *rows: object) -> Path:
    path.write_text(
        "".join((row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)) + "\n" for row in rows),
        encoding="utf-8",
    )
    return path


def test_examples_and_generations_round_trip(tmp_path: Path) -> None:
    write_examples(tmp_path / "new/folder/e.jsonl", EXAMPLES)
    assert read_examples(tmp_path / "new/folder/e.jsonl") == EXAMPLES
    made = [
        Generation("a", "ours", "post-rl", "", 0, "stop", 1),
        Generation("a", "ours", "post-rl", "ข้อ\u2028ความ", None, None, 2),
    ]
    write_generations(tmp_path / "g.jsonl", made)
    assert read_generations(tmp_path / "g.jsonl") == made


def test_salience_is_one_when_absent_and_half_is_salient(tmp_path: Path) -> None:
    facts = [
        {"type": "event", "source": [], "target": ["x"], **extra}
        for extra in ({}, {"salience": 0.5}, {"salience": 0.49})
    ]
    path = _write(tmp_path / "e.jsonl", {**ROW, "facts": facts})
    (example,) = read_examples(path)
    assert [fact.salience for fact in example.facts or ()] == [1.0, 0.5, 0.49]
    assert [fact.salient for fact in example.facts or ()] == [True, True, False]


def test_added_keys_blank_lines_and_a_byte_order_mark_are_allowed(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps({**ROW, "more": 1}).encode() + b"\n\n")
    assert read_examples(path)[0].id == "a"


def _fact(**changes: object) -> dict[str, object]:
    return {**ROW, "facts": [{"type": "event", "source": ["s"], "target": ["t"], "salience": 1, **changes}]}


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ("{", "not valid JSON"),
        ("[1]", "list"),
        ({k: v for k, v in ROW.items() if k != "source"}, '"source" is missing'),
        ({**ROW, "id": 3}, '"id"'),
        ({**ROW, "id": " "}, '"id"'),
        ({**ROW, "source": ""}, '"source"'),
        ({**ROW, "reference": []}, '"reference"'),
        ({**ROW, "reference": 4}, '"reference"'),
        ({**ROW, "facts": {}}, '"facts"'),
        ({**ROW, "target_lang": "Thai language"}, '"target_lang"'),
        ({**ROW, "doc_id": 4}, '"doc_id"'),
        ({**ROW, "meta": []}, '"meta"'),
        (_fact(type="city"), "fact 1"),
        (_fact(target=[]), '"target"'),
        (_fact(target="t"), '"target"'),
        (_fact(target=[""]), '"target"'),
        (_fact(salience=1.5), '"salience"'),
        (_fact(salience=True), '"salience"'),
        ('{"id": "a", "meta": {"x": NaN}}', "NaN"),
        ('{"id": "a", "x": 1e999}', "too large"),
        ('{"id": "\\ud800"}', "surrogate"),
    ],
)
def test_a_malformed_example_names_file_and_line(tmp_path: Path, row: object, word: str) -> None:
    path = _write(tmp_path / "e.jsonl", {**ROW, "id": "first"}, row)
    with pytest.raises(UserError) as err:
        read_examples(path)
    assert f"{path}, line 2" in str(err.value)
    assert word in str(err.value)


@pytest.mark.parametrize(
    "change",
    [{"text": None}, {"finish_reason": "eos"}, {"n_tokens": -1}, {"n_tokens": True}, {"seed": "1"}, {"system": ""}],
)
def test_a_malformed_generation_names_file_and_line(tmp_path: Path, change: dict[str, object]) -> None:
    path = _write(tmp_path / "g.jsonl", {"example_id": "a", "system": "s", "stage": "base", "text": "", **change})
    with pytest.raises(UserError, match=r"g\.jsonl, line 1"):
        read_generations(path)


def test_doubled_ids_are_refused_with_both_lines(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"line 3: id \"a\" is already used in line 1"):
        read_examples(_write(tmp_path / "e.jsonl", ROW, {**ROW, "id": "b"}, ROW))
    made = {"example_id": "a", "system": "s", "stage": "base", "text": "t", "seed": 1}
    with pytest.raises(UserError, match="already answered in line 1"):
        read_generations(_write(tmp_path / "g.jsonl", made, made))
    assert (
        len(read_generations(_write(tmp_path / "g2.jsonl", made, {**made, "stage": "post-rl"}, {**made, "seed": 2})))
        == 3
    )


def test_missing_empty_and_foreign_files_are_told(tmp_path: Path) -> None:
    for path in (tmp_path / "none.jsonl", tmp_path):
        with pytest.raises(UserError, match="cannot read"):
            read_examples(path)
    with pytest.raises(UserError, match="no examples"):
        read_examples(_write(tmp_path / "empty.jsonl", ""))
    (tmp_path / "latin.jsonl").write_bytes(b'{"id": "\xe9"}\n')
    with pytest.raises(UserError, match="line 1: not UTF-8"):
        list(read_jsonl(tmp_path / "latin.jsonl"))


def test_alignment_is_in_example_order_and_names_every_mismatch() -> None:
    made = [Generation(i, "ours", "base", i) for i in ("c", "a", "b")]
    assert [g.text for g in align_generations(EXAMPLES, made)] == ["a", "b", "c"]
    with pytest.raises(UserError, match=r"1 missing: b; 1 unknown to the examples file: z; 1 doubled: a"):
        align_generations(EXAMPLES, [Generation(i, "ours", "base", i) for i in ("c", "a", "a", "z")])
    with pytest.raises(UserError, match="3 missing"):
        align_generations(EXAMPLES, [])


def test_a_failed_write_leaves_the_old_file_and_no_debris(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    atomic_write_text(path, "old")
    with pytest.raises(ValueError, match="JSON compliant"):
        write_jsonl(path, [{"a": float("nan")}])
    blocked = tmp_path / "x.jsonl" / "below.txt"
    with pytest.raises(UserError, match="cannot write"):
        atomic_write_text(blocked, "new")
    (tmp_path / "folder").mkdir()
    with pytest.raises(UserError, match="cannot write"):
        atomic_write_text(tmp_path / "folder", "new")
    assert path.read_text() == "old"
    assert sorted(os.listdir(tmp_path)) == ["folder", "x.jsonl"]


def test_hashes_depend_on_content_only(tmp_path: Path) -> None:
    assert (
        sha256_json({"a": 1, "b": [2, "ก"]})
        == sha256_json({"b": [2, "ก"], "a": 1})
        != sha256_json({"a": 1, "b": ["ก", 2]})
    )
    atomic_write_text(tmp_path / "x", "abc")
    assert sha256_file(tmp_path / "x") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    with pytest.raises(UserError, match="cannot read"):
        sha256_file(tmp_path / "y")
