"""`meta-eval`: reading judgements, agreement figures, permutation tests (speed: tests/perf/test_perf_meta.py)."""

import json

import numpy as np
import pytest
import scipy.stats

from metrics.errors import UserError
from metrics.meta import meta_evaluate, read_judgements
from metrics.meta_significance import _Linear

HEADER = "system\titem\tmetric\thuman"


def write(tmp_path, *rows, header=HEADER):
    path = tmp_path / "judgements.tsv"
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return path


def synthetic(tmp_path, n_items=40, n_systems=6, seed=0, second=True, noise2=1.0):
    rng = np.random.default_rng(seed)
    quality = rng.normal(size=(n_items, n_systems)) + np.linspace(0, 2, n_systems)
    human, m1, m2 = (quality + k * rng.normal(size=quality.shape) for k in (0.3, 1.0, noise2))
    rows = []
    for i in range(n_items):
        for s in range(n_systems):
            rated = "" if (i + s) % 7 == 0 else f"{np.round(human[i, s]):.0f}"
            rows.append(f"s{s}\ti{i}\t{m1[i, s]:.6f}\t{rated}" + (f"\t{m2[i, s]:.6f}" if second else ""))
    return write(tmp_path, *rows, header=HEADER + ("\tmetric2" if second else ""))


def test_the_figures_by_hand(tmp_path):
    path = write(tmp_path, "A\t1\t3\t2", "A\t2\t5\t", "B\t1\t2\t1", "B\t2\t1\t1", "C\t1\t1\t3", "C\t2\t1\t3")
    found = meta_evaluate(read_judgements(path))
    assert (found["n_systems"], found["n_items"], found["n_rated"]) == (3, 2, 5)
    # Metric means over all rows: A 4, B 1.5, C 1; human means over rated rows: A 2, B 1, C 3.
    assert found["system"]["n_pairs"] == 3
    assert found["system"]["pairwise_accuracy"] == pytest.approx(1 / 3)
    assert found["system"]["pearson"] == pytest.approx(scipy.stats.pearsonr([2, 1, 3], [4, 1.5, 1]).statistic)
    assert found["system"]["kendall_tau_b"] == pytest.approx(scipy.stats.kendalltau([2, 1, 3], [4, 1.5, 1]).statistic)
    human, metric = [2, 1, 1, 3, 3], [3, 2, 1, 1, 1]
    assert found["segment"]["pearson"] == pytest.approx(scipy.stats.pearsonr(human, metric).statistic)
    assert found["segment"]["kendall_tau_b"] == pytest.approx(scipy.stats.kendalltau(human, metric).statistic)
    # Item 1: one of three pairs agrees; item 2 (B, C): the metric ties what the humans order.
    assert found["segment"]["acc_eq"] == pytest.approx((1 / 3 + 0) / 2)


def test_the_contracts_keys(tmp_path):
    found = meta_evaluate(read_judgements(synthetic(tmp_path, second=False)))
    assert list(found) == ["n_systems", "n_items", "n_rated", "system", "segment"]
    assert list(found["system"]) == ["pairwise_accuracy", "n_pairs", "pearson", "kendall_tau_b"]
    assert list(found["segment"]) == ["pearson", "kendall_tau_b", "acc_eq", "acc_eq_threshold"]
    json.dumps(found, allow_nan=False)


def test_what_is_undefined_is_null_and_the_file_stays_json(tmp_path):
    path = write(tmp_path, "A\t1\t1\t2\t1", "A\t2\t1\t3\t1", header=HEADER + "\tmetric2")
    found = meta_evaluate(read_judgements(path), draws=50)
    assert found["system"]["pairwise_accuracy"] is None
    assert found["segment"]["pearson"] is None
    assert found["segment"]["acc_eq"] is None
    assert found["comparison"]["segment.pearson"]["p"] is None
    assert found["comparison"]["segment.pearson"]["reason"]
    json.dumps(found, allow_nan=False)


def test_a_system_nobody_rated_is_left_out_of_the_system_level(tmp_path):
    path = write(tmp_path, "A\t1\t1\t1", "B\t1\t2\t2", "C\t1\t9\t")
    found = meta_evaluate(read_judgements(path))
    assert found["n_systems"] == 3
    assert found["system"]["n_pairs"] == 1
    assert found["system"]["pairwise_accuracy"] == 1


def test_a_metric_against_itself_differs_by_nothing(tmp_path):
    segments = [(s, i, (s * 7 + i * 3) % 5) for s in range(4) for i in range(7)]
    rows = [f"s{s}\ti{i}\t{m}\t{(s * s + i) % 4}\t{m}" for s, i, m in segments]
    path = write(tmp_path, *rows, header=HEADER + "\tmetric2")
    for name, row in meta_evaluate(read_judgements(path), draws=200)["comparison"].items():
        assert row["delta"] == 0
        assert row["p"] == (None if name == "segment.kendall_tau_b" else 1.0)


def test_a_clearly_better_second_metric_is_found_and_the_test_is_symmetric(tmp_path):
    j = read_judgements(synthetic(tmp_path, n_items=200, noise2=0.2))
    found = meta_evaluate(j, draws=1000)["comparison"]
    assert found["segment.pearson"]["delta"] > 0.05
    assert found["segment.pearson"]["p"] == pytest.approx(1 / 1001)
    assert found["segment.acc_eq"]["delta"] > 0.05
    assert found["segment.acc_eq"]["p"] == pytest.approx(1 / 1001)
    swapped = type(j)(j.system, j.item, j.metric2, j.human, j.metric, j.systems, j.items)
    back = meta_evaluate(swapped, draws=1000)["comparison"]
    for name, row in found.items():
        assert back[name]["delta"] == pytest.approx(-row["delta"])
        assert back[name]["p"] == row["p"]


def test_equally_good_metrics_are_told_apart_in_5_percent_of_cases(tmp_path):
    p = [
        meta_evaluate(read_judgements(synthetic(tmp_path, n_items=25, n_systems=4, seed=s)), draws=199)["comparison"]
        for s in range(200)
    ]
    for name in ("segment.pearson", "segment.acc_eq", "system.pearson"):
        # 200 comparisons: 0.05 +- 3 standard errors of 0.0154.
        assert np.mean([row[name]["p"] <= 0.05 for row in p]) <= 0.05 + 3 * 0.0154


def test_the_linear_algebra_of_the_swaps_is_the_plain_computation(tmp_path):
    j = read_judgements(synthetic(tmp_path, n_items=8, n_systems=4))
    linear, rng = _Linear(j), np.random.default_rng(0)
    z1, z2 = ((m - m.mean()) / m.std() for m in (j.metric, j.metric2))
    for _ in range(5):
        s = rng.integers(0, 2, len(z1))
        m1, m2 = np.where(s > 0, z1, z2), np.where(s > 0, z2, z1)
        got = {k: float(v[0]) for k, v in linear.deltas(s[linear.order][None]).items()}
        human = np.array([j.human[(j.system == k) & j.rated].mean() for k in range(4)])
        means = [np.array([m[j.system == k].mean() for k in range(4)]) for m in (m1, m2)]
        plain = [scipy.stats.pearsonr(j.human[j.rated], m[j.rated]).statistic for m in (m1, m2)]
        assert got["segment.pearson"] == pytest.approx(plain[1] - plain[0])
        for name, f in (("pearson", scipy.stats.pearsonr), ("kendall_tau_b", scipy.stats.kendalltau)):
            assert got[f"system.{name}"] == pytest.approx(f(human, means[1]).statistic - f(human, means[0]).statistic)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("system\titem\tmetric\nA\t1\t2\n", ["line 1", "human"]),
        ("system item metric human\n", ["line 1", "missing: system", "<TAB>"]),
        ("", ["line 1", "system, item, metric, human"]),
        (HEADER + "\tmetric\nA\t1\t2\t3\t4\n", ["line 1", "named twice"]),
        (HEADER + "\n", ["holds no rows"]),
        (HEADER + "\nA\t1\t2\t3\nA\t2\t1\n", ["line 3", "3 columns"]),
        (HEADER + "\nA\t1\tgood\t3\n", ["line 2", "metric is 'good'"]),
        (HEADER + "\nA\t1\t\t3\n", ["line 2", "only human may be empty"]),
        (HEADER + "\nA\t1\t2\tnan\n", ["line 2", "human"]),
        (HEADER + "\nA\t1\tinf\t1\n", ["line 2", "metric"]),
        (HEADER + "\nA\t1\t2\t1_0\n", ["line 2", "human is '1_0'"]),
        (HEADER + "\nA\t1\t\u0e51\t1\n", ["line 2", "metric is '\u0e51'"]),
        (HEADER + "\nA\t1\t0x1p3\t1\n", ["line 2", "plain decimal"]),
        (HEADER + "\nA\t1\t2\t1e308\n", ["line 2", "beyond 1e+100"]),
        (HEADER + "\nA\t1\t2\t1e999\n", ["line 2", "beyond 1e+100"]),
        (HEADER + "\nA\t1\t" + "9" * 5000 + "\t1\n", ["line 2", "metric is '999"]),
        (HEADER + "\tmetric2\nA\t1\t1\t1\t\n", ["line 2", "metric2"]),
        (HEADER + "\nA\t1\t2\t3\n\nA\t1\t2\t3\n", ["line 4", "line 2"]),
        (HEADER + "\n\t1\t2\t3\n", ["line 2", "must not be empty"]),
        (HEADER + "\nA\t1\t2\t\n", ["no row has a human judgement"]),
    ],
)
def test_a_malformed_file_is_one_message_with_file_and_line(tmp_path, text, parts):
    path = tmp_path / "j.tsv"
    path.write_text(text, "utf-8")
    with pytest.raises(UserError) as err:
        read_judgements(path)
    assert all(part in str(err.value) for part in ["j.tsv", *parts])


def test_a_missing_file_and_other_encodings(tmp_path):
    with pytest.raises(UserError, match="cannot read"):
        read_judgements(tmp_path / "none.tsv")
    (tmp_path / "j.tsv").write_bytes(HEADER.encode("utf-16"))
    with pytest.raises(UserError, match="it is UTF-16; save it as UTF-8"):
        read_judgements(tmp_path / "j.tsv")
    (tmp_path / "j.tsv").write_bytes(f"{HEADER}\nA\t1\t1\t1\nB\t\u0e01".encode()[:-1] + b"\t1\t1\n")
    with pytest.raises(UserError, match=r"j\.tsv, line 3: not UTF-8"):
        read_judgements(tmp_path / "j.tsv")


def test_separators_of_unicode_inside_a_name_end_no_line(tmp_path):
    path = write(tmp_path, "A\u2028x\t1\t2\t3", "B\x0b\t1\t1\t1")
    found = read_judgements(path)
    assert found.systems[0] == "A\u2028x"
    assert meta_evaluate(found)["system"]["pairwise_accuracy"] == 1


def test_a_bom_windows_line_ends_and_further_columns_are_fine(tmp_path):
    path = tmp_path / "j.tsv"
    path.write_bytes(("\ufeff" + HEADER + "\tnote\r\nA\t1\t2\t3\thello\r\nB\t1\t1\t1\t\r\n").encode())
    assert meta_evaluate(read_judgements(path))["system"]["pairwise_accuracy"] == 1


@pytest.mark.parametrize(("cell", "value"), [("1e-3", 0.001), ("-.5", -0.5), ("+2.", 2.0), ("1E+05", 1e5)])
def test_plain_decimal_numbers_are_read(tmp_path, cell, value):
    assert read_judgements(write(tmp_path, f"A\t1\t{cell}\t1")).metric[0] == value


def test_means_that_differ_by_rounding_are_ties_in_every_figure(tmp_path):
    """A and B have the same scores in another order, and C wins in both columns: accuracy and tau-b are 1."""
    rows = [f"A\t{i}\t{m}\t{h}" for i, (m, h) in enumerate([(0.1, 1), (0.2, 2), (0.3, 3)])]
    rows += [f"B\t{i}\t{m}\t{h}" for i, (m, h) in enumerate([(0.3, 3), (0.2, 2), (0.1, 1)])]
    rows += [f"C\t{i}\t{m}\t5" for i, m in enumerate([0.5, 0.1, 0.9])]
    found = meta_evaluate(read_judgements(write(tmp_path, *rows)))
    assert (found["system"]["pairwise_accuracy"], found["system"]["kendall_tau_b"]) == (1.0, 1.0)
    # The sum of .1 and .2 is not the double of .3; the decimals are the same.
    same = (
        [f"A\t{i}\t{m}\t1" for i, m in enumerate((0.1, 0.2))]
        + [f"B\t{i}\t0.15\t1" for i in range(2)]
        + ["C\t0\t1\t2", "C\t1\t1\t2"]
    )
    assert meta_evaluate(read_judgements(write(tmp_path, *same)))["system"]["kendall_tau_b"] == 1.0


def test_the_threshold_of_acc_eq_is_a_decimal_and_takes_in_all_differences_that_are_equal_to_it(tmp_path):
    # The humans tie all of item 1; .4 - .3, .3 - .2 and .2 - .1 are one difference of .1 and three different floats.
    rows = [f"{s}\t1\t{m}\t1" for s, m in zip("ABCD", (0.1, 0.2, 0.3, 0.4), strict=True)]
    rows += [f"{s}\t2\t{m}\t{h}" for s, m, h in zip("ABCD", (1, 2, 3, 4), (1, 2, 3, 4), strict=True)]
    segment = meta_evaluate(read_judgements(write(tmp_path, *rows)))["segment"]
    assert (segment["acc_eq"], segment["acc_eq_threshold"]) == (1.0, 0.3)


@pytest.mark.parametrize("scale", [1e-300, 1e99])
def test_very_small_and_very_large_scores_are_scores(tmp_path, scale):
    values = [(3, 1), (1, 2), (2, 4), (5, 3), (4, 6)]
    plain = meta_evaluate(read_judgements(write(tmp_path, *(f"s{i}\t1\t{m}\t{h}" for i, (m, h) in enumerate(values)))))
    scaled = meta_evaluate(
        read_judgements(write(tmp_path, *(f"s{i}\t1\t{m * scale!r}\t{h * scale!r}" for i, (m, h) in enumerate(values))))
    )
    for level in ("system", "segment"):
        for name, value in plain[level].items():
            if name != "acc_eq_threshold":
                assert scaled[level][name] == pytest.approx(value)


def test_rows_that_cannot_be_used_are_left_out_when_asked_and_counted(tmp_path, capsys):
    from benchmark.cli import main

    path = write(tmp_path, "A\t1\t2\t1", "B\t1\tx\t2", "C\t1\t3\t1_0", "D\t1\t4\t3")
    out = tmp_path / "m.json"
    assert main(["meta-eval", "--judgements", str(path), "--out", str(out)]) == 2
    assert not out.exists()
    assert "2 of 4 rows cannot be used" in capsys.readouterr().err
    assert main(["meta-eval", "--judgements", str(path), "--out", str(out), "--skip-invalid"]) == 0
    found = json.loads(out.read_text("utf-8"))
    assert (found["n_systems"], found["rejected"]["left_out"], found["system"]["kendall_tau_b"]) == (2, 2, 1.0)


def test_judgements_figures_and_tests_import_each_other_in_one_direction():
    import ast
    from pathlib import Path

    import metrics

    def imports(name):
        tree = ast.parse((Path(metrics.__file__).parent / f"{name}.py").read_text("utf-8"))
        return {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

    assert "metrics.meta_significance" in imports("meta")
    for name in ("meta_significance", "judgements", "ties"):
        assert "metrics.meta" not in imports(name)
