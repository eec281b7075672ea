"""The two estimators: scikit-learn's rules, and what its own voting does not do."""

import pickle

import numpy as np
import pytest
import sklearn
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_iris
from sklearn.ensemble import VotingClassifier, VotingRegressor
from sklearn.linear_model import (
    LinearRegression,
    LogisticRegression,
    Ridge,
    RidgeClassifier,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.estimator_checks import parametrize_with_checks

from skbluetuna import SearchEnsembleClassifier, SearchEnsembleRegressor

X, y = load_iris(return_X_y=True)
WORDS = load_iris().target_names[y]
NUMBERS = load_diabetes(return_X_y=True)
MEMBERS = [("bayes", GaussianNB()), ("tree", DecisionTreeClassifier(random_state=0))]
RIDGES = [("ridge", RidgeClassifier()), ("other", RidgeClassifier(alpha=10.0))]
LINEAR = [("linear", LogisticRegression()), MEMBERS[1]]
W = [0.7, 0.3]


@pytest.mark.filterwarnings("ignore:invalid value encountered in cast")  # of inf in y
@parametrize_with_checks(
    [
        SearchEnsembleClassifier(LINEAR, weights=W),
        SearchEnsembleClassifier(RIDGES),
        SearchEnsembleRegressor([("a", Ridge()), ("b", LinearRegression())]),
    ]
)
def test_scikit_learns_checks_hold(estimator, check):
    check(estimator)


def test_probabilities_are_those_of_soft_voting():
    ours = SearchEnsembleClassifier(MEMBERS, weights=W).fit(X, WORDS)
    theirs = VotingClassifier(MEMBERS, voting="soft", weights=W).fit(X, WORDS)
    assert ours.predict_proba(X) == pytest.approx(theirs.predict_proba(X))
    assert (ours.predict(X) == theirs.predict(X)).all()


def test_numbers_are_those_of_a_voting_regressor():
    members = [("a", Ridge()), ("b", LinearRegression())]
    ours = SearchEnsembleRegressor(members, weights=W).fit(*NUMBERS)
    theirs = VotingRegressor(members, weights=W).fit(*NUMBERS)
    assert ours.predict(NUMBERS[0]) == pytest.approx(theirs.predict(NUMBERS[0]))


def test_several_outputs_are_averaged_each():
    data, target = NUMBERS
    both = np.column_stack([target, -target])
    found = SearchEnsembleRegressor([("a", Ridge())]).fit(data, both).predict(data)
    assert found == pytest.approx(Ridge().fit(data, both).predict(data))


def test_decision_values_are_averaged_where_there_are_no_probabilities():
    for labels in (WORDS, y == 1):
        ours = SearchEnsembleClassifier(RIDGES, weights=W).fit(X, labels)
        alone = [clone(one).fit(X, labels).decision_function(X) for _, one in RIDGES]
        mean = 0.7 * alone[0] + 0.3 * alone[1]
        assert not hasattr(ours, "predict_proba")
        assert ours.decision_function(X) == pytest.approx(mean)
        place = mean > 0 if mean.ndim == 1 else mean.argmax(axis=1)
        assert (ours.predict(X) == ours.classes_[place.astype(int)]).all()


class OnlyPredicts(DecisionTreeClassifier):
    predict_proba = property(lambda self: self._no_such_method)


def test_votes_are_counted_where_there_is_nothing_else():
    """Three of weight .4, .35 and .25: two together outvote the first."""
    members = [
        (f"m{i}", OnlyPredicts(max_depth=depth, random_state=0))
        for i, depth in enumerate([1, 2, 3])
    ]
    ours = SearchEnsembleClassifier(members, weights=[0.4, 0.35, 0.25]).fit(X, WORDS)
    assert not hasattr(ours, "predict_proba")
    assert not hasattr(ours, "decision_function")
    alone = [one.predict(X) for one in ours.estimators_]
    agree = alone[1] == alone[2]
    assert agree.any()
    assert (alone[0] != alone[1])[agree].any()
    assert (ours.predict(X)[agree] == alone[1][agree]).all()


def test_members_are_fitted_to_the_labels_as_they_are():
    """Their parameters may name the labels, as in the search that chose them."""
    tree = DecisionTreeClassifier(
        class_weight={"setosa": 1, "versicolor": 5, "virginica": 1}, max_depth=1
    )
    ours = SearchEnsembleClassifier([("tree", tree)]).fit(X, WORDS)
    assert (ours.predict(X) == clone(tree).fit(X, WORDS).predict(X)).all()


def test_every_parameter_of_fit_reaches_the_members():
    weights = np.where(y == 2, 0.0, 1.0)
    ours = SearchEnsembleClassifier(LINEAR[1:]).fit(X, WORDS, sample_weight=weights)
    assert not (ours.predict(X) == "virginica").any()
    pipe = make_pipeline(StandardScaler(), DecisionTreeClassifier())
    ours = SearchEnsembleClassifier([("pipe", pipe)]).fit(
        X, WORDS, decisiontreeclassifier__sample_weight=weights
    )
    assert not (ours.predict(X) == "virginica").any()


def test_metadata_goes_to_members_that_request_it():
    weights = np.where(y == 2, 0.0, 1.0)
    with sklearn.config_context(enable_metadata_routing=True):
        asks = DecisionTreeClassifier().set_fit_request(sample_weight=True)
        ignores = GaussianNB().set_fit_request(sample_weight=False)
        ours = SearchEnsembleClassifier([("asks", asks), ("ignores", ignores)])
        ours.fit(X, y, sample_weight=weights)
        assert not (ours.named_estimators_["asks"].predict(X) == 2).any()
        assert (ours.named_estimators_["ignores"].predict(X) == 2).any()


def test_a_dropped_member_is_not_there():
    ours = SearchEnsembleClassifier(MEMBERS, weights=W).set_params(tree="drop")
    ours.fit(X, WORDS)
    assert len(ours.estimators_) == 1
    expected = GaussianNB().fit(X, WORDS).predict_proba(X)
    assert ours.predict_proba(X) == pytest.approx(expected)


def test_it_travels():
    ours = SearchEnsembleClassifier(MEMBERS, weights=W).fit(X, WORDS)
    again = pickle.loads(pickle.dumps(ours))
    assert again.predict_proba(X) == pytest.approx(ours.predict_proba(X))
    assert clone(ours).get_params()["weights"] == W
    assert ours.selection is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"estimators": []}, "estimators must be a list"),
        ({"estimators": [MEMBERS[0], MEMBERS[0]]}, "different names"),
        ({"estimators": [("weights", GaussianNB())]}, "names without __"),
        ({"estimators": [("a__b", GaussianNB())]}, "names without __"),
        ({"estimators": [("a", "drop")]}, "one that is not 'drop'"),
        ({"weights": [1.0]}, "one number for each of the 2"),
        ({"weights": [-1.0, 2.0]}, "not negative"),
        ({"weights": [0.0, 0.0]}, "not all 0"),
        ({"weights": [np.nan, 1.0]}, "not negative"),
    ],
)
def test_what_breaks_a_rule_is_refused_by_name(changes, words):
    params = {"estimators": MEMBERS, "weights": None} | changes
    with pytest.raises(ValueError, match=words):
        SearchEnsembleClassifier(**params).fit(X, WORDS)


def test_several_labels_for_a_row_are_refused():
    with pytest.raises(NotImplementedError, match="one class for each row"):
        SearchEnsembleClassifier(MEMBERS).fit(X, np.eye(3, dtype=int)[y])
