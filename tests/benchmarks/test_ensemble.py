"""The benchmark of ensembles: its tables, and what it says of differences."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from benchmarks._ensemble_kinds import KINDS, space_of
from benchmarks.ensemble import differences, table, whole
from skbluetuna import BlueTuner


@pytest.mark.parametrize("parts", [2, 3])
def test_numbers_of_a_file_are_cut_into_classes_of_equal_size(parts, tmp_path):
    path = tmp_path / f"some_{parts}.csv"
    frame = pd.DataFrame({"a": range(60), "b": ["x", "y"] * 30, "c": range(60)})
    frame.to_csv(path, header=False, index=False)
    X, y = table(path, "class")
    assert X.shape == (60, 3)  # the words as a column each
    assert np.bincount(y).tolist() == [60 // parts] * parts
    assert table(path, "number")[1].std(ddof=1) == pytest.approx(1.0)


def test_a_gain_is_larger_where_a_loss_is_smaller():
    def run(loss, auc, better):
        return {"metrics": {"single": [loss, auc, 0.5], "greedy": better}}

    records = SimpleNamespace(
        runs={
            ("a", "forest", False, 0): run(0.5, 0.8, [0.4, 0.9, 0.5]),
            ("a", "forest", False, 1): run(0.5, 0.8, [0.4, 0.9, 0.5]),
            ("b", "forest", False, 0): run(0.3, 0.8, [0.5, 0.7, 0.5]),
        }
    )
    for metric, gains in (("log loss", [0.1, -0.2]), ("AUC", [0.1, -0.1])):
        found = whole(differences(records, "forest", metric, "class")["greedy"])
        assert found.ravel().tolist() == pytest.approx(gains)  # of the common seed


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("is_class", [True, False])
def test_every_search_has_a_space_that_its_estimator_takes(kind, is_class):
    if "xgboost" in KINDS[kind]:
        pytest.importorskip("xgboost")
    estimator, space = space_of(kind, 5, is_class)
    for trial in BlueTuner(space, n_iter=8, random_state=0).ask(4):
        estimator.set_params(**trial.params)
