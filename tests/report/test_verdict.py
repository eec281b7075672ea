"""The verdict says what the numbers say, and how sure they are."""

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV
from sklearn.svm import SVC

from skbluetuna.report._scores import scores_of
from skbluetuna.report._values import cell, listed, percent, took
from skbluetuna.report._verdict import _flatters, _found, _pair

SPACE = "\N{NO-BREAK SPACE}"


def searched(folds):
    """What a search shows that scored these folds, one row for each evaluation."""
    own = GridSearchCV(SVC(), {"C": [1.0]}, refit=False, scoring="accuracy")
    folds = np.array(folds, dtype=float)
    mean = folds.mean(axis=1)
    own.cv_results_ = {
        "mean_test_score": mean,
        "mean_fit_time": np.full(len(folds), 0.5),
        "mean_score_time": np.full(len(folds), 0.25),
        "stage": np.array(["initial", *["climb"] * (len(folds) - 1)]),
        **{f"split{i}_test_score": fold for i, fold in enumerate(folds.T)},
    }
    own.n_splits_ = folds.shape[1]
    return own


def found(folds):
    search = searched(folds)
    return _found(search, scores_of(search))


def test_a_clear_gain_is_told_with_its_error():
    assert found([[0.5, 0.6, 0.7], [0.4, 0.5, 0.6], [0.7, 0.81, 0.9]]) == (
        "The best of 3 evaluations has a mean accuracy of 0.8033 (standard deviation "
        "0.082 over 3 folds), 0.2 above the 0.6 that the search began with (standard "
        "error 0.0053). It was evaluation 3, in stage climb; all 3 together took 6.75 "
        "seconds of fitting and scoring."
    )


def test_a_gain_within_its_error_may_be_chance():
    assert "so that chance may explain it" in found([[0.5, 0.7], [0.7, 0.6]])


def test_the_error_of_a_gain_is_that_of_nadeau_and_bengio():
    """By hand: differences 1, 2, 3 and 4 have variance 5/3; 1/4 + 1/3 = 7/12."""
    scores = scores_of(searched([[0, 0, 0, 0], [1, 2, 3, 4]]))
    gain, error = scores.gain(1, 0)
    assert gain == 2.5
    assert error == pytest.approx((7 / 12 * 5 / 3) ** 0.5)


def test_a_single_fold_has_no_error():
    text = found([[0.5], [0.75]])
    assert "0.25 above the 0.5" in text
    assert "(on one fold)" in text
    assert "standard error" not in text


def test_the_chosen_may_be_no_better_and_scores_may_be_large():
    """A callable `refit` chooses as it likes."""
    search = searched([[-1500.0, -1600.0], [-800.0, -950.0], [-1600.0, -1500.0]])
    scores = scores_of(search)
    assert "deviation 75 over 2 folds), 675 above the -1550 " in _found(search, scores)
    assert ", the same as the -1550 that" in _found(search, scores._replace(best=2))


def test_the_first_may_be_the_best():
    text = found([[0.9, 0.9], [0.7, 0.8]])
    assert text.startswith("The configuration that the search began with has a mean")
    assert "none of the 1 that followed was better; 2 evaluations took 3 sec" in text
    assert "folds); one evaluation took 1.5 seconds" in found([[0.9, 0.9]])


def test_the_first_may_have_failed():
    assert "began with failed." in found([[np.nan, 0.5], [0.7, 0.8]])


def test_there_may_be_no_score_at_all():
    assert found([[np.nan, 1.0]]).startswith("No configuration has a score after")


def test_the_strongest_pair_is_the_sum_of_its_kinds():
    pairs = {
        "param_a": np.array(["a", "a", "a", "a"]),
        "param_b": np.array(["b", "c", "b", "c"]),
        "share_low": np.array([0.0, 0.0, 0.005, 0.0]),
        "share": np.array([0.06, 0.1, 0.06, 0.0]),
    }
    sentence = "; all pairs together 22 %, the strongest a with b 12 %"
    doubted = f"{sentence}, perhaps by chance"
    assert _pair(pairs, True, 100).replace(SPACE, " ") == doubted
    # Where nothing is clear, that is said of all.
    assert _pair(pairs, False, 100).replace(SPACE, " ") == sentence
    pairs["share_low"] = np.full(4, 0.02)
    assert _pair(pairs, True, 100).replace(SPACE, " ") == sentence
    # Of twenty scores a twentieth is chance.
    assert _pair(pairs, True, 20).replace(SPACE, " ") == doubted
    pairs["share"] = np.full(4, 0.001)
    assert _pair(pairs, True, 100) == "; the pairs hardly interact"


def test_the_only_pair_needs_no_name():
    columns = {"param_a": "a", "param_b": "b", "share_low": 0.1}
    table = {name: np.array([value]) for name, value in columns.items()}
    table["share"] = np.array([0.25])
    assert _pair(table, True, 100).replace(SPACE, " ") == "; their interaction 25 %"


@pytest.mark.parametrize(
    ("share", "text"), [(0.0, "0"), (0.0123, "1.2"), (0.0996, "10"), (0.996, "100")]
)
def test_shares_have_two_digits(share, text):
    assert percent(share) == f"{text}\N{NO-BREAK SPACE}%"


def test_times_have_a_unit_that_suits_them():
    assert [took(s) for s in (0.01234, 119, 600, 9000)] == [
        "0.0123 seconds", "119 seconds", "10 minutes", "2.5 hours",
    ]  # fmt: skip


def test_cells_of_tables():
    assert cell(np.float64(0.12345)) == ("0.1235", True)
    assert cell(3) == ("3", True)
    assert cell(True) == ("True", False)
    assert cell(None) == ("None", False)
    assert cell(np.mean) == ("mean", False)
    assert cell("x" * 100) == ("x" * 59 + "…", False)


def test_names_are_listed_as_in_a_sentence():
    assert [listed(["a", "b", "c"][:n]) for n in (1, 2, 3)] == [
        "a",
        "a and b",
        "a, b and c",
    ]


def flatters(folds):
    return _flatters(scores_of(searched(folds)))


def test_the_gap_of_a_choice_by_noise_is_told():
    folds = np.random.default_rng(0).normal(0.5, 0.05, size=(30, 5))
    best = folds.mean(axis=1).max()
    text = flatters(folds)
    assert text.startswith("By a bootstrap over the folds choosing the best of all has")
    told = float(text.split("expect about ")[1].split()[0])
    assert 0.45 < told < best


def test_no_gap_is_told_where_nothing_was_gained_by_choosing():
    clear = [[0.1, 0.2, 0.3], [0.9, 0.9, 0.9]]
    assert "has added nothing" in flatters(clear)


@pytest.mark.parametrize(
    "folds",
    [
        [[0.5, 0.6], [0.7, 0.4], [0.3, 0.9]],  # two folds leave one to choose by
        [[0.5, 0.6, 0.7]],  # nothing was chosen
        [[0.5, 0.6, 0.7], [np.nan, 0.7, 0.8]],
    ],
)
def test_no_gap_is_told_where_it_can_not_be_known(folds):
    assert flatters(folds) == ""


def test_no_gap_is_told_of_a_choice_by_another_rule():
    """A callable `refit` may look at more than the mean."""
    scores = scores_of(searched(np.random.default_rng(0).normal(size=(9, 5))))
    worst = int(np.argmin(scores.mean))
    assert _flatters(scores._replace(best=worst)) == ""
