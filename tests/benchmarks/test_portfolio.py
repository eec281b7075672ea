"""The choice of a portfolio, and the tables that it is made from."""

import tomllib

import numpy as np
import pytest

from benchmarks._known_classifiers import at_table, configurations, space_of
from benchmarks._open_tables import held_out, learned_from, names, sample
from benchmarks._portfolio_choice import choose, is_worth_it
from benchmarks._portfolio_file import text_of

METRICS = "accuracy", "roc_auc"


def made(n_tables=12, m=20, seed=0):
    """Two kinds of tables: column 5 is the best of one, column 9 that of the other.

    Column 7 is second on all. The first two are what a search begins with and the
    package's default.
    """
    rng = np.random.default_rng(seed)
    scores = rng.uniform(0.5, 0.6, (n_tables, m, len(METRICS)))
    scores[:, 7] = 0.8
    scores[::2, 5] = scores[1::2, 9] = 0.9
    return scores


def test_the_chosen_are_good_together_and_count_without_the_first_two():
    """Best in the mean first, then what it lacks on either kind of table."""
    found = choose(made(), METRICS)
    assert found.rows[0] == 7 - 2
    assert set(found.rows[1:3]) == {5 - 2, 9 - 2}
    assert found.chosen[3] == 0.0


def test_a_table_left_out_has_no_say():
    """A configuration that is good on one table alone is not chosen for that table."""
    scores = np.random.default_rng(0).uniform(0.5, 0.6, (12, 20, len(METRICS)))
    for t in range(12):
        scores[t, 2 + t] = 0.9
    found = choose(scores, METRICS)
    assert found.left_out[1] > found.chosen[1]
    assert found.left_out[5] > found.chosen[5] + 0.1


def test_traces_never_rise_and_begin_alike():
    found = choose(made(seed=1), METRICS)
    for trace in (found.chosen, found.left_out, found.at_random):
        assert len(trace) == 6
        assert np.all(np.diff(trace) <= 0.0)
        assert trace[0] == found.chosen[0]


def test_the_file_is_toml_and_holds_what_was_chosen():
    scores = np.random.default_rng(0).uniform(size=(12, 42, len(METRICS)))
    choice = choose(scores, METRICS)
    text = text_of({"nearest_neighbours": (choice, 9)}, 3, ["a"], ["b"], "make it")
    family = tomllib.loads(text)["nearest_neighbours"]
    tried = configurations("nearest_neighbours")
    assert family["class"] == "sklearn.KNeighborsClassifier"
    assert len(family["configurations"]) == len(choice.rows)
    first = family["configurations"][0]
    key = "kneighborsclassifier__n_neighbors"
    assert first["n_neighbors"] == tried[choice.rows[0]][key]


def test_nothing_is_learned_from_tables_that_are_held_out():
    assert sorted(learned_from() + held_out()) == names()
    assert len(learned_from()) >= 40
    assert len(held_out()) >= 10


def test_every_class_of_a_sample_has_rows_for_the_folds():
    y = np.repeat([0, 1, 2], [500, 495, 5])
    X = np.arange(1000.0)[:, None]
    (_, found), (_, rest) = sample(X, y, 300, seed=0)
    assert set(found) == {0, 1}
    assert set(rest) == {0, 1}


@pytest.mark.parametrize("n_features", [1, 1000])
def test_the_width_of_a_kernel_stays_in_the_suggested_range(n_features):
    space, tried = space_of("svm"), configurations("svm")
    assert all(space.holds(params) for params in tried)
    widths = [at_table(p, n_features).get("svc__gamma", 1.0) for p in tried]
    assert 3e-5 <= min(widths) <= max(widths) <= 8.0


def test_a_portfolio_no_better_than_chance_elsewhere_is_left_out():
    """What is good on one table alone does not help on another."""
    noise = np.random.default_rng(0).uniform(size=(12, 20, len(METRICS)))
    assert is_worth_it(choose(made(), METRICS))
    assert not is_worth_it(choose(noise, METRICS))
