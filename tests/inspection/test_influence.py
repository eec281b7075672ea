"""The picture of the influences shows the table of the search, and nothing else."""

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import SVC

from skbluetuna import BlueTunaSearchCV, when
from skbluetuna.inspection._influence import InfluenceDisplay
from skbluetuna.stages import Classic

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")
from matplotlib import pyplot as plt  # noqa: E402

X, y = load_iris(return_X_y=True)
PIPELINE = Pipeline([("scaler", StandardScaler()), ("clf", SVC())])
SPACES = {
    "mixed": (
        KNeighborsClassifier(),
        {"n_neighbors": (1, 40, "log"), "p": (1.0, 3.0), "leaf_size": [10, 20, 40]},
    ),
    "one": (KNeighborsClassifier(), {"n_neighbors": (1, 40)}),
    "objects": (
        PIPELINE,
        {
            "scaler": [StandardScaler(), MinMaxScaler(), PCA(2), PCA(3)],
            "clf__C": (1e-2, 1e2, "log"),
        },
    ),
    "conditional": (
        SVC(),
        {
            "kernel": ["linear", "rbf"],
            "gamma": when("kernel", "rbf", (1e-3, 1e1, "log")),
        },
    ),
    "alternatives": (
        PIPELINE,
        [
            {"clf": [SVC()], "clf__C": (1e-2, 1e2, "log"), "clf__tol": (1e-4, 1e-2)},
            {"clf": [LogisticRegression()], "clf__C": (1e-2, 1e2, "log")},
        ],
    ),
}


@pytest.fixture(scope="module", params=["adaptive", "classic"])
def strategy(request):
    return "adaptive" if request.param == "adaptive" else Classic(n_epochs=30)


@pytest.fixture(scope="module", params=SPACES)
def search(request, strategy):
    estimator, space = SPACES[request.param]
    own = BlueTunaSearchCV(
        estimator, space, n_iter=10, cv=2, strategy=strategy, random_state=0
    )
    return own.fit(X, y)


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def rows(search, table, k):
    own = np.array(table.get("alternative", np.zeros(len(table["share"]), int))) == k
    return {column: values[own] for column, values in table.items()}


def test_the_numbers_are_those_of_the_table(search):
    for k in range(len(search.tuner_.spaces)):
        display = InfluenceDisplay.from_search(search, alternative=k)
        table = rows(search, search.weights_, k)
        shares = dict(zip(table["param"], table["share"], strict=True))
        assert dict(zip(display.names, display.share, strict=True)) == shares
        assert (np.diff(display.share) <= 0.0).all()
        pairs = rows(search, search.interactions_, k)["share"].sum()
        assert display.interactions == pairs
        assert display.residual == pytest.approx(
            1.0 - pairs - table["share"].sum(), abs=1e-9
        )


def test_the_error_is_that_of_the_square(search):
    display = InfluenceDisplay.from_search(search, alternative=0)
    table = rows(search, search.weights_, 0)
    for name, error in zip(display.names, display.error, strict=True):
        (i,) = np.flatnonzero(table["param"] == name)
        w, e, share = (table[c][i] for c in ("weight", "std_error", "share"))
        step = 1e-6  # share * (w + step e)^2 / w^2, by finite differences
        change = share * (((abs(w) + step * e) / abs(w)) ** 2 - 1.0) if w else 0.0
        assert error == pytest.approx(change / step, rel=1e-3, abs=1e-8)


def test_an_error_without_a_weight_is_zero():
    from skbluetuna.inspection._influence import _share_error

    found = _share_error(np.array([0.5, 0.5]), [0.0, -2.0], [1.0, 1.0])
    assert found.tolist() == [0.0, 0.5]


def test_the_largest_is_on_top_and_error_bars_end_with_the_shares(search):
    display = InfluenceDisplay.from_search(search)
    texts = [text.get_text() for text in display.ax_.get_yticklabels()]
    assert texts == [*display.names, "interactions", "residual"]
    low, high = display.ax_.get_ylim()
    assert low > high
    ends = np.array([path[:, 0] for path in display.ax_.collections[0].get_segments()])
    assert ends.min() >= 0.0
    assert ends.max() <= 1.0 + 1e-12


def test_by_default_it_shows_the_alternative_of_the_best(search):
    best = search.tuner_.best.alternative
    own = InfluenceDisplay.from_search(search)
    assert own.names == InfluenceDisplay.from_search(search, alternative=best).names
    assert bool(own.title) is (len(search.tuner_.spaces) > 1)


def test_it_draws_where_it_is_told(search):
    figure, ax = plt.subplots()
    display = InfluenceDisplay.from_search(search, ax=ax)
    assert display.ax_ is ax
    assert display.figure_ is figure
    assert plt.get_fignums() == [figure.number]
    assert display.plot() is display
    assert display.ax_ is not ax


def test_an_alternative_that_is_not_there_is_named(search):
    with pytest.raises(ValueError, match=r"alternative .* got 7"):
        InfluenceDisplay.from_search(search, alternative=7)


def test_a_search_must_be_fitted():
    with pytest.raises(NotFittedError):
        InfluenceDisplay.from_search(BlueTunaSearchCV(SVC(), {"C": (0.1, 1.0)}))
    assert plt.get_fignums() == []
