import math
import warnings
from itertools import permutations, product

import numpy as np
import pandas as pd
import pytest
from f1_runs import runs, settings_of
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from deep_oversampling import schemas
from deep_oversampling.provenance import Provenance
from deep_oversampling.statistics.ranks import f1_by_setting, friedman, rank
from deep_oversampling.storage import read_frame, write_table

DEMSAR = {
    "C4.5": [0.763, 0.599, 0.954, 0.628, 0.882, 0.936, 0.661, 0.583, 0.775, 1.0, 0.940, 0.619, 0.972, 0.957],
    "C4.5+m": [0.768, 0.591, 0.971, 0.661, 0.888, 0.931, 0.668, 0.583, 0.838, 1.0, 0.962, 0.666, 0.981, 0.978],
    "C4.5+cf": [0.771, 0.590, 0.968, 0.654, 0.886, 0.916, 0.609, 0.563, 0.866, 1.0, 0.965, 0.614, 0.975, 0.946],
    "C4.5+m+cf": [0.798, 0.569, 0.967, 0.657, 0.898, 0.931, 0.685, 0.625, 0.875, 1.0, 0.962, 0.669, 0.9749, 0.970],
}
"""AUC of four trees on 14 data sets (Demšar, JMLR 7, 2006, Table 6); he prints 0.975 twice, but ranks them 2 and 3."""


def by_method(table, column):
    return table.set_index("method")[column].to_dict()


def test_demsar_s_example():
    table = rank(settings_of(DEMSAR))
    ranks = {"C4.5": 3.143, "C4.5+m": 2.000, "C4.5+cf": 2.893, "C4.5+m+cf": 1.964}
    assert by_method(table, "mean_rank") == pytest.approx(ranks, abs=5e-4)
    assert by_method(table, "mean_f1") == pytest.approx({name: np.mean(auc) for name, auc in DEMSAR.items()})
    assert table["settings"].eq(14).all()
    # His 9.28 leaves ties uncorrected: three pairs, 6 each, and four alike, 60, of 14 times 60 at most.
    corrected = 9.28 / (1 - (3 * 6 + 60) / (14 * 60))
    assert table["friedman_statistic"].tolist() == pytest.approx([corrected] * 4, abs=0.01)
    # With 3 degrees of freedom 9.348 has p = 0.025 and 11.345 has 0.01.
    assert table["friedman_p"].between(0.01, 0.025).all()
    assert table["friedman_p"].nunique() == 1


@settings(max_examples=40)
@given(
    f1=st.integers(3, 5).flatmap(
        lambda methods: st.lists(
            st.lists(st.integers(0, 1000), min_size=methods, max_size=methods, unique=True), min_size=2, max_size=6
        )
    )
)
def test_friedman_s_statistic_is_the_textbook_s(f1):
    n_settings, methods = np.shape(f1)
    table = rank(settings_of({f"method {number}": of_method for number, of_method in enumerate(np.transpose(f1))}))
    places = [[sorted(row, reverse=True).index(value) + 1 for value in row] for row in f1]
    assert table["mean_rank"].tolist() == pytest.approx(np.mean(places, axis=0).tolist())
    sums = np.sum(places, axis=0)
    statistic = 12 / (n_settings * methods * (methods + 1)) * (sums**2).sum() - 3 * n_settings * (methods + 1)
    assert table["friedman_statistic"].tolist() == pytest.approx([statistic] * methods, abs=1e-9)


def test_ties_share_their_rank():
    table = rank(settings_of({"SMOTE": [0.6, 0.9], "CVAE": [0.6, 0.9], "CGAN": [0.5, 0.9], "ACGAN": [0.7, 0.1]}))
    assert by_method(table, "mean_rank") == {"SMOTE": 2.25, "CVAE": 2.25, "CGAN": 3.0, "ACGAN": 2.5}


def test_ranks_are_of_means_over_replicates_with_seeds_averaged_first():
    table = rank(runs({"SMOTE": [[0.9] * 9, 0.1], "CVAE": [[0.7, 0.5], 0.6]}))
    assert by_method(table, "mean_f1") == pytest.approx({"SMOTE": 0.5, "CVAE": 0.6})
    assert by_method(table, "mean_rank") == {"SMOTE": 2, "CVAE": 1}


def test_a_setting_that_lacks_a_method_is_left_out():
    f1 = {"SMOTE": [0.5], "CVAE": [0.6], "CGAN": [0.7]}
    lacking = runs({"SMOTE": [0.1], "CVAE": [0.0]}, imbalance_ratio=320)
    both = pd.concat([lacking, runs(f1), runs(f1, imbalance_ratio=80)])
    assert len(f1_by_setting(both)) == 2
    pd.testing.assert_frame_equal(rank(both), rank(pd.concat([runs(f1), runs(f1, imbalance_ratio=80)])))


def test_settings_and_methods_keep_the_order_of_first_appearance():
    f1 = {"SMOTE": [0.5], "CVAE": [0.6], "ACGAN": [0.7]}
    wide = f1_by_setting(pd.concat([runs(f1), runs(f1, dataset="fashion-mnist"), runs(f1, imbalance_ratio=20)]))
    assert list(wide) == ["SMOTE", "CVAE", "ACGAN"]
    assert list(wide.index) == [("mnist", "3-4-5", 40), ("fashion-mnist", "3-4-5", 40), ("mnist", "3-4-5", 20)]


@pytest.mark.parametrize(
    "f1",
    [
        {"SMOTE": [0.5], "CVAE": [0.6], "CGAN": [0.7]},
        {"SMOTE": [0.5, 0.6, 0.7], "CVAE": [0.6, 0.7, 0.8]},
        {"SMOTE": [0.5, 0.6]},
    ],
)
def test_too_few_settings_or_methods_cannot_be_tested(f1):
    table = rank(settings_of(f1))
    assert table["mean_rank"].notna().all()
    assert table[["friedman_statistic", "friedman_p"]].isna().all(axis=None)


def test_no_setting_with_all_methods_has_no_ranks():
    apart = pd.concat([runs({"SMOTE": [0.5]}), runs({"CVAE": [0.6]}, imbalance_ratio=80)])
    table = rank(apart)
    assert table["settings"].tolist() == [0, 0]
    assert table[["mean_f1", "mean_rank", "friedman_p"]].isna().all(axis=None)


def test_methods_that_always_tie_cannot_be_told_apart():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = rank(settings_of({"SMOTE": [0.5, 0.6], "CVAE": [0.5, 0.6], "CGAN": [0.5, 0.6]}))
    assert by_method(table, "mean_rank") == {"SMOTE": 2, "CVAE": 2, "CGAN": 2}
    assert table[["friedman_statistic", "friedman_p"]].isna().all(axis=None)


def all_orders_p(f1):
    """Share of all ways to order the ranks within settings whose rank sums are as uneven as those found."""
    ranks = stats.rankdata(f1, axis=1)
    ways = product(*(list(permutations(of_setting)) for of_setting in ranks))
    uneven = np.var([np.sum(way, axis=0) for way in ways], axis=1)
    return np.mean(uneven >= np.var(ranks.sum(axis=0)) - 1e-9)


def test_two_settings_that_order_four_methods_alike_are_one_chance_in_24():
    f1 = pd.DataFrame([[0.1, 0.2, 0.3, 0.4], [0.5, 0.6, 0.7, 0.8]])
    assert friedman(f1) == pytest.approx((6, 1 / 24))
    assert stats.friedmanchisquare(*f1.to_numpy().T).pvalue == pytest.approx(0.112, abs=1e-3)


@pytest.mark.parametrize(("n_settings", "methods"), [(2, 3), (4, 3), (2, 4)])
@pytest.mark.parametrize("values", [4, 1000])
def test_with_few_settings_p_is_over_all_orders(n_settings, methods, values):
    f1 = np.random.default_rng(n_settings + methods).integers(0, values, (n_settings, methods))
    assert friedman(pd.DataFrame(f1))[1] == pytest.approx(all_orders_p(f1))


def test_up_to_nine_settings_are_permuted_and_ten_are_not():
    f1 = pd.DataFrame(np.random.default_rng(0).random((10, 13)) + 0.03 * np.arange(13))
    by_chi_squared = [stats.friedmanchisquare(*f1[:count].to_numpy().T).pvalue for count in (9, 10)]
    nine, ten = friedman(f1[:9])[1], friedman(f1)[1]
    assert ten == by_chi_squared[1]
    assert nine != by_chi_squared[0]
    assert nine == pytest.approx(by_chi_squared[0], abs=0.02)
    assert nine * 10_000 == pytest.approx(round(nine * 10_000))
    assert friedman(f1[:9])[1] == nine


def test_false_findings_of_few_settings_are_below_five_percent():
    generator = np.random.default_rng(2021)
    found = [friedman(pd.DataFrame(generator.random((3, 4))))[1] for _ in range(100)]
    assert np.mean(np.array(found) < 0.05) < 0.05 + 3 * math.sqrt(0.05 * 0.95 / 100)


def test_classifiers_protocols_and_scopes_are_ranked_apart():
    up, down = {"SMOTE": [0.5], "CVAE": [0.6]}, {"SMOTE": [0.6], "CVAE": [0.5]}
    table = rank(
        pd.concat(
            [
                runs(up),
                runs(down, scope="overall"),
                runs(up, scope="majority"),
                runs(down, protocol="leak_free"),
                runs(down, classifier="forest"),
            ]
        )
    )
    best = table[table["mean_rank"] == 1].set_index(["classifier", "protocol", "scope"])["method"]
    assert best.to_dict() == {
        ("MLP", "paper", "minority"): "CVAE",
        ("MLP", "paper", "overall"): "SMOTE",
        ("MLP", "leak_free", "minority"): "SMOTE",
        ("forest", "paper", "minority"): "SMOTE",
    }


def test_files_in_and_out(tmp_path):
    table = rank(settings_of(DEMSAR))
    write_table(tmp_path / "ranks.parquet", table, schemas.RANKS, Provenance("ranks"))
    read = read_frame(tmp_path / "ranks.parquet", schemas.RANKS)
    pd.testing.assert_frame_equal(read, table, check_dtype=False, check_exact=True)
