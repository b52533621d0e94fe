"""Generation: order, seeds, caps, finish reasons, and going on after a kill."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.generation.decoding import Decoding, Policy, Work, example_seed, token_cap
from benchmark.generation.local import Request, _sealed, batches, generate_file, generate_texts
from benchmark.generation.reading import finish, sampler
from metrics.errors import UserError
from metrics.records import Example, read_generations

SOURCES = ["中国公司", "公司起诉", "中国", "起诉法院北京公司中国", "北京", "法院起诉公司"]
EXAMPLES = [Example(f"e{i}", s, ("กข",), None, "zh", "th", None, {}) for i, s in enumerate(SOURCES)]


@pytest.fixture(scope="module")
def policy(tiny_policy_path: Path) -> tuple[Any, Any]:
    """(model, tokenizer) of the random policy, loaded as the suite loads any."""
    from training.shared.loading import load_policy

    return load_policy(tiny_policy_path, "float32")


def texts(policy: tuple[Any, Any], sources: list[str], ids: list[str], decoding: Decoding) -> dict[str, str]:
    """id -> generated text."""
    found = generate_texts(*policy, sources, ids, decoding, work=Work(progress=False))
    return {i: text for rows in found for i, text, _, _ in rows}


@given(st.lists(st.integers(1, 50), max_size=40), st.integers(1, 9))
def test_batches_hold_every_example_once_and_neighbours_in_length(lengths: list[int], size: int) -> None:
    """Every index once, no batch too large, longest first."""
    plan = batches(lengths, [f"{i:03d}" for i in range(len(lengths))], size)
    flat = [i for batch in plan for i in batch]
    assert sorted(flat) == list(range(len(lengths)))
    assert all(len(b) <= size for b in plan)
    assert [lengths[i] for i in flat] == sorted(lengths, reverse=True)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=12))
def test_a_text_ends_at_its_first_end_token(row: list[int]) -> None:
    """Without an end token the reason is 'length'; the end token counts as a token and is no text."""
    body, n, reason = finish(row, frozenset({0}), len(row))
    assert 0 not in body
    assert (reason == "stop") == (0 in row)
    assert n == (row.index(0) + 1 if 0 in row else len(row))


def test_greedy_texts_do_not_depend_on_batches_or_order(policy: tuple[Any, Any]) -> None:
    """The same text alone, in a batch, and in any order of the examples."""
    ids = [e.id for e in EXAMPLES]
    together = texts(policy, SOURCES, ids, Decoding(12, batch_size=6))
    assert together == texts(policy, SOURCES[::-1], ids[::-1], Decoding(12, batch_size=1))


def test_sampled_texts_depend_on_seed_and_id_alone(policy: tuple[Any, Any]) -> None:
    """Batching changes nothing, another seed does, and two examples with one source get two texts."""
    ids = [e.id for e in EXAMPLES]
    one = texts(policy, SOURCES, ids, Decoding(12, 6, 1.0, seed=1))
    assert one == texts(policy, SOURCES[::-1], ids[::-1], Decoding(12, 2, 1.0, seed=1))
    assert one != texts(policy, SOURCES, ids, Decoding(12, 6, 1.0, seed=2))
    twins = texts(policy, ["中国", "中国"], ["a", "b"], Decoding(12, 2, 1.0, seed=1))
    assert twins["a"] != twins["b"]


def test_the_sampler_draws_from_the_softmax() -> None:
    """Frequencies over many rows agree with softmax(logits / T) within five standard errors."""
    import torch

    logits = torch.log(torch.tensor([0.5, 0.3, 0.15, 0.05]))
    n = 4000
    for temperature in (1.0, 0.5):
        expected = torch.softmax(logits / temperature, -1)
        seeds = [example_seed(3, str(i)) for i in range(n)]
        drawn = sampler(seeds, temperature, "cpu")(torch.zeros(n, 1, dtype=torch.long), logits.repeat(n, 1)).argmax(-1)
        shares = torch.bincount(drawn, minlength=4) / n
        assert ((shares - expected).abs() < 5 * (expected * (1 - expected) / n).sqrt()).all()


@settings(max_examples=50)
@given(st.integers(), st.text(max_size=8), st.text(max_size=8))
def test_example_seeds_differ_between_examples(seed: int, a: str, b: str) -> None:
    """Seeds fit torch's generator and are distinct for distinct ids."""
    assert 0 <= example_seed(seed, a) < 2**63
    assert (example_seed(seed, a) == example_seed(seed, b)) == (a == b)


def test_the_cap_leaves_room_for_verbosity() -> None:
    """Derived: 4 x the longest gold with its end token. A lower one than 4 x the mean is refused, and so is nothing to
    derive it from."""
    assert token_cap(["aa", "aaaa"], len, None) == 20
    assert token_cap(["aa", "aaaa"], len, 16) == 16
    with pytest.raises(UserError, match="below 4 x"):
        token_cap(["aa", "aaaa"], len, 15)
    with pytest.raises(UserError, match="max_new_tokens"):
        token_cap([], len, None)


def write(path: Path, out: Path, ask: Callable[[str], str] = str) -> dict[str, Any]:
    """The generations of all examples in `out`."""
    return generate_file(
        Policy(str(path), "float32"),
        Request(EXAMPLES, ask, ["กข"], lambda cap: Decoding(cap, 2), "me", "base", None),
        out,
    )


def test_a_killed_generation_goes_on_and_writes_the_same_file(tiny_policy_path: Path, tmp_path: Path) -> None:
    """Whole batches of the part file are kept, a half line is dropped, and the result is equal."""
    record = write(tiny_policy_path, tmp_path / "whole.jsonl")
    whole = (tmp_path / "whole.jsonl").read_bytes()
    assert record["n"] == len(EXAMPLES)
    assert [g.example_id for g in read_generations(tmp_path / "whole.jsonl")] == [e.id for e in EXAMPLES]
    lines = [_sealed(line) for line in whole.splitlines()]
    # e3 is the longest source and its batch holds e5 as well; e0 is of a batch that was not finished.
    (tmp_path / "cut.part").write_bytes(lines[3] + lines[5] + lines[0] + lines[1][:17])
    write(tiny_policy_path, tmp_path / "cut.jsonl")
    assert (tmp_path / "cut.jsonl").read_bytes() == whole
    assert not (tmp_path / "cut.part").exists()


def test_a_prompt_without_room_is_named(tiny_policy_path: Path, tmp_path: Path) -> None:
    """A source longer than the context ends in one message with its id."""
    with pytest.raises(UserError, match="e3"):
        write(tiny_policy_path, tmp_path / "x.jsonl", lambda s: s * 60)
