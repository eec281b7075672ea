"""The picture of an ensemble says what was chosen, and never that it is better."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import Pipeline
from sklearn.tree import DecisionTreeClassifier

from skbluetuna import BlueTunaSearchCV, Classic
from skbluetuna.ensemble import EnsembleChoice
from skbluetuna.inspection import ConvergenceDisplay, EnsembleDisplay
from skbluetuna.inspection._chosen import member_names

plt = pytest.importorskip("matplotlib.pyplot")

X, y = load_iris(return_X_y=True)
TREE = DecisionTreeClassifier(random_state=0)


SPACE = {"max_depth": (1, 6), "min_samples_leaf": (1, 20)}


def searched(estimator=TREE, space=SPACE, **kwargs):
    kwargs = {
        "n_iter": 6, "cv": 3, "scoring": "neg_log_loss", "refit": "ensemble",
        "strategy": Classic(n_epochs=30), "random_state": 0,
    } | kwargs  # fmt: skip
    return BlueTunaSearchCV(estimator, space, **kwargs).fit(X, y)


@pytest.fixture(scope="module")
def search():
    return searched()


def choice_with(scores, so_far, best=0.5, **own):
    """A choice with these scores, of members of equal weight."""
    m = len(scores)
    return EnsembleChoice(
        np.arange(m), np.full(m, 1.0 / m), np.array(scores), np.array(so_far),
        so_far[-1], best, "accuracy", "", m, 90, best_candidate=0, **own,
    )  # fmt: skip


def named(ax):
    """Points that the legend names, by these names."""
    found = {c.get_label(): np.asarray(c.get_offsets()) for c in ax.collections}
    lines = {line.get_label(): np.transpose(line.get_data()) for line in ax.lines}
    return found | lines


def test_the_picture_shows_what_the_ensemble_reports(search):
    choice = search.best_estimator_.selection
    display = EnsembleDisplay.from_search(search)
    left, right = display.ax_
    assert [bar.get_width() for bar in left.patches] == choice.weights.tolist()
    shown = named(right)
    m = np.arange(len(choice.weights))
    assert shown["members so far"].tolist() == [
        *map(list, zip(choice.scores_so_far.tolist(), m.tolist(), strict=True))
    ]
    best = shown[f"best candidate ({search.best_index_})"]
    assert best[:, 0].tolist() == [choice.best_score] * 2
    assert "neg_log_loss" in right.get_xlabel()
    assert "flatters" in right.get_xlabel()
    for ax in display.ax_:  # the heaviest stands on top
        assert ax.get_ylim()[0] > m[-1] >= 0 > ax.get_ylim()[1]
    labels = [text.get_text() for text in left.get_yticklabels()]
    assert labels == display.names


def test_another_choice_of_the_same_search_can_be_shown(search):
    other = search.ensemble(max_size=1, metric="accuracy").selection
    display = EnsembleDisplay.from_search(search, choice=other)
    assert len(display.names) == 1
    assert "accuracy" in display.ax_[1].get_xlabel()


def test_a_search_that_refits_one_candidate_shows_what_it_would_choose(search):
    plain = searched(refit=True, keep_predictions="auto")
    shown = EnsembleDisplay.from_search(plain).choice
    assert shown.weights.tolist() == search.best_estimator_.selection.weights.tolist()


def test_members_are_named_by_number_and_by_what_differs():
    """What all have says nothing; of an estimator its class is enough."""
    pipe = Pipeline([("model", TREE)])
    search = searched(pipe, {"model": [TREE]}, n_iter=1)
    search.cv_results_["params"] = [
        {"model": TREE, "model__max_depth": 3, "model__ccp_alpha": 0.0},
        {"model": GaussianNB(), "model__ccp_alpha": 0.0},
        {"model": LogisticRegression(), "model__C": 1 / 3, "model__ccp_alpha": 0.0},
    ]
    assert member_names(search, np.arange(3)) == [
        "0: DecisionTreeClassifier, max_depth=3", "1: GaussianNB",
        "2: LogisticRegression, C=0.3333",
    ]  # fmt: skip
    assert member_names(search, np.array([2, 2])) == ["2", "2"]
    assert member_names(search, np.array([1])) == ["1: GaussianNB, ccp_alpha=0"]


def test_names_that_end_alike_stay_whole_and_long_ones_are_cut():
    search = searched(n_iter=1)
    long = {f"parameter_{i}": i for i in range(9)}
    search.cv_results_["params"] = [
        {"a__C": 1, "b__C": 2}, {"a__C": 2, "b__C": 1}, long,
    ]  # fmt: skip
    assert member_names(search, np.array([0, 1])) == [
        "0: a__C=1, b__C=2", "1: a__C=2, b__C=1",
    ]  # fmt: skip
    (name,) = member_names(search, np.array([2]))
    assert name.startswith("2: parameter_0=0, parameter_1=1")
    assert name.endswith("\N{HORIZONTAL ELLIPSIS}")
    assert len(name) < 60


def test_a_member_far_below_takes_no_room():
    display = EnsembleDisplay(
        choice_with([0.50, 0.49, -90.0, np.nan], [0.5, 0.52, 0.53, 0.54]), [*"abcd"]
    ).plot()
    right = display.ax_[1]
    shown = named(right)
    assert shown["member alone"].tolist() == [[0.5, 0.0], [0.49, 1.0]]
    assert shown["alone, far below"].tolist() == [[0.02, 2.0]]
    low, high = right.get_xlim()
    assert 0.4 < low < 0.49
    assert 0.54 < high < 0.6


@pytest.mark.parametrize("m", [1, 50])
def test_it_can_be_drawn_whatever_its_size(m):
    """One member has no range of scores; fifty have a figure that fits a page."""
    names = [rf"{i}: $x_{i}=\frac" for i in range(m)]
    display = EnsembleDisplay(choice_with([0.5] * m, [0.5] * m), names).plot()
    display.figure_.draw_without_rendering()
    assert display.figure_.get_figheight() <= 12.0
    low, high = display.ax_[1].get_xlim()
    assert low < 0.5 < high


def test_it_is_drawn_where_it_is_told_to(search):
    _, axes = plt.subplots(1, 2)
    assert EnsembleDisplay.from_search(search, ax=axes).ax_.tolist() == axes.tolist()
    _, ax = plt.subplots()
    assert EnsembleDisplay.from_search(search, ax=ax).figure_ is ax.figure


def test_what_has_no_ensemble_is_refused(search):
    with pytest.raises(NotFittedError):
        EnsembleDisplay.from_search(BlueTunaSearchCV(TREE, {"max_depth": (1, 3)}))
    with pytest.raises(ValueError, match='keep_predictions="auto"'):
        EnsembleDisplay.from_search(searched(refit=True, n_iter=1))
    with pytest.raises(ValueError, match="names must be one for each of the"):
        EnsembleDisplay(search.best_estimator_.selection, [])


def line_of(search):
    """Height of the ensemble's line on the way of a search; None without one."""
    display = ConvergenceDisplay.from_search(search)
    found = [one for one in display.ax_.lines if "ensemble" in one.get_label()]
    if not found:
        assert display.ensemble is None
        return None
    height = found[0].get_ydata()[0]
    low, high = display.ax_.get_ylim()
    assert low < height < high
    assert "flatters" in found[0].get_label()
    return height


def test_the_way_of_a_search_has_its_ensembles_line(search):
    """At the ensemble's gain: of all rows at once no score is the mean over folds."""
    choice = search.best_estimator_.selection
    gain = choice.score - choice.best_score
    assert line_of(search) == pytest.approx(search.best_score_ + gain)
    assert line_of(searched(refit=True, n_iter=2)) is None


def test_a_score_by_another_metric_is_no_line(search):
    """It could not be compared with what the axis shows."""
    ensemble = search.best_estimator_
    noted = replace(ensemble.selection, note="selected by another")
    own = searched(n_iter=2)
    own.best_estimator_.selection = noted
    assert line_of(own) is None
