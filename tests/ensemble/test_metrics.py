"""Scores of predictions are what scikit-learn's scorers give a fitted estimator."""

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression, Ridge, RidgeClassifier
from sklearn.metrics import get_scorer, make_scorer

from skbluetuna.ensemble._metrics import scoring_of_predictions
from skbluetuna.ensemble._stacked import STACKED

rng = np.random.default_rng(0)
X, SPECIES = load_iris(return_X_y=True)
X = X + rng.normal(scale=1.0, size=X.shape)
WORDS = np.array(["one", "three", "two"])[SPECIES]
WEIGHTS = rng.uniform(0.1, 3.0, size=len(X))
OF_NUMBERS = {
    "neg_mean_squared_error", "neg_root_mean_squared_error", "neg_mean_absolute_error",
    "r2",
}  # fmt: skip
OF_TWO = {"roc_auc", "f1"}
MORE = {"average_precision", "matthews_corrcoef"}


def case(name, *, method="predict_proba"):
    """A fitted estimator, its targets and its predictions, for a metric."""
    if name in OF_NUMBERS:
        y = X[:, 0] * SPECIES
        model = Ridge().fit(X[:, 1:], y)
        return model, X[:, 1:], y, model.predict(X[:, 1:]), None
    is_binary = name in OF_TWO or name == "average_precision"
    y = (SPECIES == 1).astype(int) if is_binary else WORDS
    kind = RidgeClassifier if method == "decision_function" else LogisticRegression
    model = kind().fit(X, y)
    return model, X, y, getattr(model, method)(X), model.classes_


@pytest.mark.parametrize("weights", [None, WEIGHTS])
@pytest.mark.parametrize("name", [*STACKED, *sorted(MORE)])
def test_a_score_of_predictions_is_the_scorers(name, weights):
    """One by one or many at once, with weights or without."""
    model, data, y, P, classes = case(name)
    params = {} if weights is None else {"sample_weight": weights}
    found = scoring_of_predictions(
        name, y, P, "predict" if classes is None else "predict_proba", classes, params
    )
    assert (found.name, found.note) == (name, "")
    expected = get_scorer(name)(model, data, y, **params)
    assert found.score(np.stack([P, P])) == pytest.approx([expected] * 2, rel=1e-6)


@pytest.mark.parametrize("name", ["accuracy", "f1", "roc_auc", "f1_macro"])
def test_decision_values_are_scored_as_such(name):
    model, data, y, P, classes = case(name, method="decision_function")
    found = scoring_of_predictions(name, y, P, "decision_function", classes, {})
    assert found.note == ""
    assert found.score(P[None])[0] == pytest.approx(get_scorer(name)(model, data, y))


def test_votes_are_scored_by_the_class_with_most_of_them():
    votes = (SPECIES[:, None] == np.arange(3)) * 0.6
    votes[:10] = [0.1, 0.5, 0.4]
    found = scoring_of_predictions(
        "accuracy", WORDS, votes, "predict", np.unique(WORDS), {}
    )
    assert found.score(votes[None])[0] == pytest.approx(140 / 150)


def test_a_form_for_stacks_counts_only_where_it_agrees_with_the_scorer():
    """F1 is of the label 1, which need not be the second class."""
    model = LogisticRegression().fit(X, np.where(SPECIES == 1, 1, 2))
    y, P = np.where(SPECIES == 1, 1, 2), model.predict_proba(X)
    found = scoring_of_predictions("f1", y, P, "predict_proba", model.classes_, {})
    assert found.score(P[None])[0] == pytest.approx(get_scorer("f1")(model, X, y))


def test_predictions_in_float32_are_scored_without_a_warning():
    """Their rows do not sum to one as float64 would have it, which log_loss notes."""
    _, _, y, P, classes = case("neg_log_loss")
    single = P.astype(np.float32)
    found = scoring_of_predictions(
        make_scorer_of_log_loss(), y, single, "predict_proba", classes, {}
    )
    assert found.note == ""
    assert np.isfinite(found.score(single[None].astype(np.float64))).all()


def make_scorer_of_log_loss():
    from sklearn.metrics import log_loss

    return make_scorer(
        log_loss, greater_is_better=False, response_method="predict_proba",
        labels=np.unique(WORDS),
    )  # fmt: skip


def test_a_metric_of_the_estimator_itself_has_another_in_its_place_and_a_note():
    _, _, y, P, classes = case("accuracy")
    found = scoring_of_predictions(
        lambda model, X, y: 0.0, y, P, "predict_proba", classes, {}
    )
    assert found.name == "neg_log_loss"
    assert "function of the estimator" in found.note
    assert found.score(P[None])[0] == pytest.approx(
        scoring_of_predictions("neg_log_loss", y, P, "predict_proba", classes, {})
        .score(P[None])[0]
    )  # fmt: skip


def test_a_metric_that_needs_probabilities_has_another_where_there_are_none():
    _, _, y, P, classes = case("accuracy", method="decision_function")
    found = scoring_of_predictions(
        "neg_log_loss", y, P, "decision_function", classes, {}
    )
    assert found.name == "accuracy"
    assert "neg_log_loss can not be computed" in found.note


def test_weights_that_a_scorer_does_not_take_are_left_out():
    """As scikit-learn's searches do."""
    plain = make_scorer(lambda y, predicted: float(np.mean(y == predicted)))
    _, _, y, P, classes = case("accuracy")
    found = scoring_of_predictions(
        plain, y, P, "predict_proba", classes, {"sample_weight": WEIGHTS}
    )
    assert found.note == ""
    assert 0.5 < found.score(P[None])[0] <= 1.0
