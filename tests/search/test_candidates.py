"""What a search tries, and in which order."""

import numpy as np
import pytest
from scipy.stats import expon, loguniform, randint, uniform
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, ParameterGrid
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from skbluetuna import BlueTuner, Classic, Integer, Real
from tests.search.searches import X, search_of, y


def test_a_finite_space_within_the_budget_is_grid_search():
    grid = {
        "max_depth": [3, 1, 2],
        "criterion": ["gini", "entropy"],
        "ccp_alpha": [0.0],
    }
    tree = DecisionTreeClassifier(random_state=0)
    ours = search_of(tree, grid, n_iter=6).fit(X, y)
    theirs = GridSearchCV(tree, grid, cv=3).fit(X, y)
    assert ours.cv_results_["params"] == list(ParameterGrid(grid))
    np.testing.assert_array_equal(
        ours.cv_results_["mean_test_score"], theirs.cv_results_["mean_test_score"]
    )
    assert ours.best_index_ == theirs.best_index_
    assert set(ours.cv_results_["stage"]) == {"grid"}
    assert set(theirs.cv_results_) <= set(ours.cv_results_)


def test_a_finite_list_of_grids_is_grid_search_too():
    grids = [
        {"clf": [SVC()], "clf__C": [1, 10]},
        {"clf": [LogisticRegression(max_iter=500)], "clf__C": [0.1, 1.0, 10.0]},
    ]
    search = search_of(Pipeline([("clf", SVC())]), grids, n_iter=5).fit(X, y)
    params = search.cv_results_["params"]
    assert params == list(ParameterGrid(grids))
    assert params[0]["clf"] is grids[0]["clf"][0]
    np.testing.assert_array_equal(search.cv_results_["alternative"], [0, 0, 1, 1, 1])


def test_the_grids_order_does_not_depend_on_the_max_concurrent():
    grids = [
        {"kernel": ["rbf"], "C": [1, 10]},
        {"kernel": ["linear"], "C": [1, 10, 100]},
    ]
    search = search_of(SVC(), grids, max_concurrent=1).fit(X, y)
    assert search.cv_results_["params"] == list(ParameterGrid(grids))


def test_the_estimators_own_parameters_come_first():
    tree = DecisionTreeClassifier(max_depth=None, min_samples_leaf=7, ccp_alpha=5.0)
    space = {
        "max_depth": (2, 10),
        "min_samples_leaf": (1, 20),
        "ccp_alpha": (0.0, 0.2),
        "criterion": ["entropy", "gini"],
    }
    search = search_of(tree, space, initial_params=[{"max_depth": 3}]).fit(X, y)
    assert search.cv_results_["params"][:2] == [
        {
            "max_depth": 6,  # None: the centre
            "min_samples_leaf": 7,
            "ccp_alpha": 0.1,  # outside: the centre
            "criterion": "gini",
        },
        {
            "max_depth": 3,
            "min_samples_leaf": 7,
            "ccp_alpha": 0.1,
            "criterion": "gini",
        },
    ]
    assert list(search.cv_results_["stage"][:2]) == ["initial", "initial"]


def test_alternatives_start_from_their_own_estimators_parameters():
    space = [
        {"clf": [SVC(C=2.0)], "clf__C": (0.1, 10.0, "log")},
        {"clf": [LogisticRegression(C=0.5)], "clf__C": (0.01, 10.0, "log")},
        {"clf": [GaussianNB()], "clf__var_smoothing": (1e-9, 1.0, "log")},
    ]
    pipe = Pipeline([("scale", StandardScaler()), ("clf", SVC(C=7.0))])
    search = search_of(pipe, space, n_iter=15).fit(X, y)
    first = {}
    for k, params in zip(
        search.cv_results_["alternative"], search.cv_results_["params"], strict=True
    ):
        first.setdefault(int(k), params)
    assert first[0]["clf__C"] == 2.0
    assert first[1]["clf__C"] == 0.5
    assert first[2]["clf__var_smoothing"] == 1e-9
    assert np.bincount(search.cv_results_["alternative"]).tolist() == [5, 5, 5]
    assert "alternative" in search.weights_
    again = search_of(pipe, search.optimized_space_, n_iter=6).fit(X, y)
    assert again.best_score_ > 0.9


class Picky(ClassifierMixin, BaseEstimator):
    """Refuses anything but native Python values."""

    def __init__(self, number=1, real=0.5, layers=(1,), model=None, rule=len):
        self.number = number
        self.real = real
        self.layers = layers
        self.model = model
        self.rule = rule

    def fit(self, X, y):
        assert type(self.number) is int
        assert type(self.real) is float
        assert type(self.layers) in (tuple, list)
        assert self.model is None or isinstance(self.model, GaussianNB)
        assert callable(self.rule)
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.zeros(len(X), dtype=int)


def test_estimators_receive_native_values_and_the_users_own_objects():
    layers, model = [(50,), (50, 50), [3]], GaussianNB()
    space = {
        "number": randint(1, 50),
        "real": loguniform(1e-3, 1.0),
        "layers": layers,
        "model": [None, model],
        "rule": [len, max],
    }
    search = search_of(Picky(), space, n_iter=30, error_score="raise").fit(X, y)
    for params in search.cv_results_["params"]:
        assert any(params["layers"] is layer for layer in layers)
        assert params["model"] is None or params["model"] is model


@pytest.mark.slow
def test_a_forest_and_numpy_choices():
    space = {
        "max_features": np.array([0.3, 0.6, 1.0]),
        "n_estimators": np.arange(5, 30, 5),
        "bootstrap": np.array([True, False]),
        "class_weight": [None, "balanced"],
    }
    search = search_of(RandomForestClassifier(random_state=0), space, n_iter=10)
    for params in search.fit(X, y).cv_results_["params"]:
        assert [type(v) for v in params.values()][:3] == [float, int, bool]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("space", "exact"),
    [
        ({"C": uniform(1, 9)}, (1.0, 10.0)),
        ({"C": loguniform(0.1, 10.0)}, (0.1, 10.0)),
        ({"C": expon(scale=10.0)}, (0.0, np.inf)),
        ({"C": Real(0.5, 2.0, log=True)}, (0.5, 2.0)),
        ({"degree": Integer(1, 30)}, (1, 30)),
    ],
)
def test_distributions_and_dimensions_bound_what_is_tried(space, exact):
    search = search_of(SVC(kernel="poly"), space, n_iter=8).fit(X, y)
    ((name, _),) = space.items()
    tried = [params[name] for params in search.cv_results_["params"]]
    assert exact[0] <= min(tried) <= max(tried) <= exact[1]
    assert len(set(tried)) == 8


def test_a_clone_still_knows_its_own_choices():
    """clone copies the space and the initial configurations apart from each other."""
    svc, forest = SVC(), RandomForestClassifier(n_estimators=5, random_state=0)
    weights = [None, {0: 1, 1: 2, 2: 3}]
    search = search_of(
        Pipeline([("clf", forest)]),
        {"clf": [svc, forest], "clf__class_weight": weights, "memory": [None]},
        n_iter=3,
        initial_params=[{"clf": svc, "clf__class_weight": weights[1]}],
    )
    for one in (search, clone(search)):
        first, second = one.fit(X, y).cv_results_["params"][:2]
        assert isinstance(first["clf"], RandomForestClassifier)  # the estimator's own
        assert isinstance(second["clf"], SVC)
        assert second["clf__class_weight"] == weights[1]


def test_a_number_of_another_type_is_still_the_estimators_own():
    search = search_of(SVC(C=1.0), {"C": [1, 10, 100], "gamma": (0.01, 1.0)})
    own = search.fit(X, y).cv_results_["params"][0]["C"]
    assert own == 1
    assert type(own) is int


def test_max_concurrent_bounds_the_candidates_in_flight(monkeypatch):
    whole = search_of(n_iter=20).fit(X, y)
    n_open, ask = [], BlueTuner.ask

    def spy(tuner, n=None):
        asked = ask(tuner, n)
        n_open.append(len(tuner.pending))
        return asked

    monkeypatch.setattr(BlueTuner, "ask", spy)
    pieces = search_of(n_iter=20, max_concurrent=3).fit(X, y)
    assert max(n_open) == 3
    assert pieces.cv_results_["params"] == whole.cv_results_["params"]


def test_n_iter_none_follows_the_published_schedule():
    schedule = Classic(n_lhs=5, tune_reps=4, n_epochs=30)
    space = {"max_depth": (1, 40), "ccp_alpha": (0.0, 0.1, 2)}
    search = search_of(space=space, n_iter=None, strategy=schedule).fit(X, y)
    stages = list(search.cv_results_["stage"])
    # 2 * (3 + 2) + 2 * (2 + 2) points, less those that coincide: for each parameter
    # the two nudges of the last region, and the boundary where the reference stands.
    expected = {"initial": 1, "scan": 18 - 4, "learn": 5, "climb": 4}
    assert {stage: stages.count(stage) for stage in expected} == expected


@pytest.mark.slow
def test_the_search_finds_what_there_is_to_find():
    Xc, yc = make_classification(300, 10, n_informative=4, random_state=0)
    pipe = make_pipeline(StandardScaler(), SVC())
    space = {"svc__C": (1e-3, 1e3, "log"), "svc__gamma": (1e-4, 10.0, "log")}
    search = search_of(pipe, space, n_iter=40, strategy="classic").fit(Xc, yc)
    worst = search.cv_results_["mean_test_score"].min()
    assert search.best_score_ > worst + 0.2
