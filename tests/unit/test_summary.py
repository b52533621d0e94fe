"""summary.json and scores.parquet: shape, arithmetic between their parts and determinism."""

import json

import pytest
from one_metric import interval
from summarised import FAST, RUN, STAGES, all_systems, ids, system

from metrics.draws import Draws
from metrics.errors import UserError
from metrics.segment import from_values
from metrics.stats import compare
from metrics.summary import RUN_FIELDS, summarise, system_keys


@pytest.fixture(scope="module")
def summary():
    return summarise(
        all_systems(),
        None,
        RUN,
        {"reward.mean": (True, False), "coverage.recall": (False, False)},
        draws=Draws(seed=0, **FAST),
    )


def test_the_contracts_shape(summary):
    assert {"schema_version", "run", "systems", "transitions", "preservation", "tasks"} <= set(summary)
    assert set(RUN_FIELDS) <= set(summary["run"])
    assert list(summary["systems"]) == STAGES
    cell_keys = {"value", "ci_low", "ci_high", "n_scored", "n_total", "signature", "in_loop", "kin"}
    assert all(cell_keys <= set(cell) for row in summary["systems"].values() for cell in row.values())
    assert set(summary["transitions"]) == {
        "post-sft->post-rl",
        "post-rl->post-recovery",
        "post-sft->post-recovery",
        "post-sft-continued->post-recovery",
    }
    assert all(
        {"delta", "ci_low", "ci_high", "p", "p_holm"} <= set(c)
        for row in summary["transitions"].values()
        for c in row.values()
    )
    assert all({"kept", "ratio", "ci_low", "ci_high"} <= set(c) for c in summary["preservation"].values())
    json.dumps(summary, allow_nan=False)


def test_lineage_is_carried_and_unknown_is_null(summary):
    row = summary["systems"]["post-rl"]
    assert row["reward.mean"]["in_loop"] is True
    assert row["coverage.recall"]["in_loop"] is False
    assert row["verbosity.chars"]["in_loop"] is None
    assert row["verbosity.chars"]["kin"] is False


def test_unscorable_is_null_with_a_reason_everywhere(summary):
    for row in summary["systems"].values():
        assert row["grounding.retrieval_p1"]["value"] is None
        assert row["grounding.retrieval_p1"]["reason"] == "no encoder given"
        assert row["grounding.retrieval_p1"]["n_scored"] == 0
        assert row["grounding.retrieval_p1"]["n_total"] == 60
    for row in summary["transitions"].values():
        assert row["grounding.retrieval_p1"]["p"] is None
        assert row["grounding.retrieval_p1"]["reason"]
    assert summary["preservation"]["grounding.retrieval_p1"]["reason"] == "no encoder given"


def test_deltas_are_the_differences_of_the_values_shown(summary):
    for name, row in summary["transitions"].items():
        before, after = name.split("->")
        for metric, cell in row.items():
            if cell["delta"] is not None:
                values = [summary["systems"][k][metric]["value"] for k in (before, after)]
                assert cell["delta"] == pytest.approx(values[1] - values[0], abs=1e-12)
                # All outputs longer by the same 50 characters: nothing says what another document would do.
                assert (metric == "verbosity.chars") == (cell["ci_low"] is None) == ("ci_reason" in cell)
                assert cell["ci_low"] is None or cell["ci_low"] <= cell["delta"] <= cell["ci_high"]
                assert 0 < cell["p"] <= cell["p_holm"] <= 1


def test_values_lie_in_their_intervals_and_preservation_agrees(summary):
    for row in summary["systems"].values():
        assert all(c["ci_low"] <= c["value"] <= c["ci_high"] for c in row.values() if c["value"] is not None)
    kept = summary["preservation"]["coverage.recall"]
    delta = {
        k: summary["transitions"][k]["coverage.recall"]["delta"]
        for k in ("post-sft->post-rl", "post-sft->post-recovery")
    }
    assert kept["kept"] == delta["post-sft->post-recovery"]
    assert kept["ratio"] == pytest.approx(delta["post-sft->post-recovery"] / delta["post-sft->post-rl"])
    assert summary["preservation"]["verbosity.chars"]["ratio"] is None
    assert summary["preservation"]["verbosity.chars"]["reason"]


def test_the_summary_says_what_the_single_functions_say():
    systems, docs = all_systems(), [f"d{i // 3}" for i in range(60)]
    found = summarise(systems, docs, RUN, {}, draws=Draws(seed=7, **FAST))
    a, b = systems["post-sft"][0], systems["post-rl"][0]
    one = interval(a, docs, draws=200, seed=7)
    cell = found["systems"]["post-sft"]["coverage.recall"]
    assert (cell["value"], cell["ci_low"], cell["ci_high"]) == pytest.approx((one.value, one.ci_low, one.ci_high))
    two = compare(a, b, docs, draws_boot=200, draws_perm=999, seed=7)
    cell = found["transitions"]["post-sft->post-rl"]["coverage.recall"]
    assert (cell["delta"], cell["ci_low"], cell["ci_high"], cell["p"]) == pytest.approx(
        (two.delta, two.ci_low, two.ci_high, two.p)
    )


def test_equal_runs_give_equal_files_and_the_order_of_metrics_changes_no_number():
    systems = all_systems()
    turned = {k: list(reversed(v)) for k, v in systems.items()}
    first, second = (summarise(s, None, RUN, {}, draws=Draws(seed=3, **FAST)) for s in (systems, turned))
    assert summarise(systems, None, RUN, {}, draws=Draws(seed=3, **FAST)) == first
    for part in ("systems", "transitions"):
        for key, row in first[part].items():
            for metric, cell in row.items():
                for field, value in cell.items():
                    other = second[part][key][metric][field]
                    assert other == (pytest.approx(value, rel=1e-12, abs=1e-12) if isinstance(value, float) else value)
    assert first != summarise(systems, None, RUN, {}, draws=Draws(seed=4, **FAST))


def test_an_identical_checkpoint_gives_delta_0_and_p_1():
    row = summarise({"post-sft": system(0.5), "post-rl": system(0.5)}, None, RUN, {}, draws=Draws(seed=0, **FAST))[
        "transitions"
    ]["post-sft->post-rl"]
    for metric in ("coverage.recall", "verbosity.chars", "reward.mean"):
        assert row[metric]["delta"] == 0
        assert row[metric]["p"] == 1
        assert row[metric]["p_holm"] == 1


def test_different_scored_segments_add_a_comparison_on_the_common_ones():
    a = from_values("m", ids(4), [1.0, 2.0, 3.0, None], "s", True, [None, None, None, "empty output"])
    b = from_values("m", ids(4), [2.0, 3.0, None, 9.0], "s", True, [None, None, "empty output", None])
    cell = summarise({"post-sft": [a], "post-rl": [b]}, None, RUN, {}, draws=Draws(seed=0, **FAST))["transitions"][
        "post-sft->post-rl"
    ]["m"]
    assert cell["delta"] == pytest.approx(14 / 3 - 2)
    assert cell["paired"]["delta"] == 1.0
    assert cell["paired"]["n"] == 2
    assert cell["paired"]["p"] is not None
    same = summarise({"post-sft": [a], "post-rl": [a]}, None, RUN, {}, draws=Draws(seed=0, **FAST))["transitions"][
        "post-sft->post-rl"
    ]["m"]
    assert "paired" not in same


def test_disjoint_scored_segments_have_no_paired_comparison_but_a_reason():
    a = from_values("m", ids(2), [1.0, None], "s", True, [None, "empty"])
    b = from_values("m", ids(2), [None, 1.0], "s", True, ["empty", None])
    cell = summarise({"post-sft": [a], "post-rl": [b]}, None, RUN, {}, draws=Draws(seed=0, **FAST))["transitions"][
        "post-sft->post-rl"
    ]["m"]
    assert cell["paired"]["delta"] is None
    assert cell["paired"]["reason"]
    assert cell["paired"]["p"] is None


def test_only_transitions_whose_two_ends_exist_are_listed():
    found = summarise({"post-sft": system(0.3), "post-rl": system(0.6)}, None, RUN, {}, draws=Draws(seed=0, **FAST))
    assert list(found["transitions"]) == ["post-sft->post-rl"]
    assert found["preservation"] == {}
    alone = summarise({"mine": system(0.3)}, None, RUN, {}, draws=Draws(seed=0, **FAST))
    assert alone["transitions"] == {}
    assert alone["systems"]["mine"]["coverage.recall"]["value"] is not None


def test_keys_are_stages_for_one_system_and_both_names_for_several():
    assert system_keys([("a", "post-sft"), ("a", "post-rl"), ("gold", "gold")]) == ["post-sft", "post-rl", "gold"]
    assert system_keys([("a", "post-sft"), ("b", "post-sft"), ("gold", "gold")]) == ["a/post-sft", "b/post-sft", "gold"]
    with pytest.raises(UserError, match="both called"):
        system_keys([("a", "x"), ("a", "x")])


def test_several_systems_are_compared_within_each_system():
    levels = {"post-sft": 0.3, "post-rl": 0.8, "post-recovery": 0.7}
    systems = {f"{s}/{stage}": system(level) for s in "ab" for stage, level in levels.items()}
    found = summarise(systems, None, RUN, {}, draws=Draws(seed=0, **FAST))
    assert "a/post-sft->a/post-rl" in found["transitions"]
    assert "a/post-sft->b/post-rl" not in found["transitions"]
    assert len(found["transitions"]) == 6
    assert "b/coverage.recall" in found["preservation"]


def test_a_system_alone_has_a_summary_of_the_same_shape(summary):
    other = summarise({"mine": system(0.3)}, None, RUN, {}, draws=Draws(seed=0, **FAST))
    assert set(other) == set(summary)


def test_no_systems_no_segments_and_faulty_tables():
    assert summarise({}, None, {}, {}, draws=Draws(seed=0, **FAST))["systems"] == {}
    empty = summarise({"mine": [from_values("m", [], [], "s", True)]}, None, {}, {}, draws=Draws(seed=0, **FAST))[
        "systems"
    ]["mine"]["m"]
    assert empty["value"] is None
    assert empty["reason"] == "no segments"
    assert empty["n_total"] == 0
    with pytest.raises(ValueError, match="listed twice"):
        summarise({"mine": system(0.3) * 2}, None, {}, {}, draws=Draws(seed=0, **FAST))
    with pytest.raises(ValueError, match="not those of the run"):
        summarise({"a": system(0.3, 60), "b": system(0.3, 50)}, None, {}, {}, draws=Draws(seed=0, **FAST))


def test_reasons_of_single_segments_are_counted_where_nothing_was_scored():
    s = from_values("m", ids(3), [None] * 3, "s", True, ["empty output", "too long", "empty output"])
    cell = summarise({"mine": [s]}, None, {}, {}, draws=Draws(seed=0, **FAST))["systems"]["mine"]["m"]
    assert cell["reason"] == "empty output (2 of 3); too long (1 of 3)"
