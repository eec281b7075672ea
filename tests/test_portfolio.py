"""Portfolios: data that fit the classifiers, and searches that begin with them."""

import tomllib
from importlib.resources import files

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.datasets import make_classification
from sklearn.ensemble import VotingClassifier
from sklearn.linear_model import Ridge
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skbluetuna import BlueTunaSearchCV, BlueTuner, suggest_portfolio, suggest_space
from skbluetuna.report._past_section import past_section
from skbluetuna.search._reading import spaces_for
from skbluetuna.space import WellKnown
from tests.test_suggest import class_of

DATA = tomllib.loads(
    files("skbluetuna.space").joinpath("portfolios.toml").read_text("utf-8")
)
MADE = DATA.pop("made")
X, y = make_classification(120, 4, random_state=0)


def estimator_for(family):
    """The classifier of a portfolio, with its defaults."""
    return class_of(family["class"])()


def search(n_iter=9, **more):
    settings = {"cv": 2, "random_state": 0, "n_iter": n_iter} | more
    return BlueTunaSearchCV(KNeighborsClassifier(), **settings).fit(X, y)


def stages(found):
    return [trial.stage for trial in found.tuner_.trials]


def units(found):
    return [trial.unit for trial in found.tuner_.trials]


# ---- The data ----------------------------------------------------------------------


@pytest.mark.parametrize("title", DATA)
@pytest.mark.parametrize("n_features", [None, 1, 10_000])
def test_every_configuration_lies_in_the_suggested_space(title, n_features):
    """Conditions too: what does not apply is not named, what applies is."""
    estimator = make_pipeline(StandardScaler(), estimator_for(DATA[title]))
    (space,), _ = spaces_for(estimator, None)
    portfolio = suggest_portfolio(estimator, n_features=n_features)
    assert 1 <= len(portfolio) <= 5
    assert all(space.holds(params) for params in portfolio)
    assert len(np.unique(space.to_unit(portfolio), axis=0)) == len(portfolio)


@pytest.mark.parametrize("title", DATA)
def test_each_start_lowers_the_regret_of_those_before_it(title):
    """That is how they were chosen; the trace says what more of them are worth."""
    family = DATA[title]
    n = len(family["configurations"])
    assert np.all(np.diff(family["regret"][: n + 1]) < 0.0)
    assert family["left_out"][-1] < family["left_out"][0]
    assert len(family["left_out"]) == len(family["at_random"]) == 6


def test_enough_tables_and_none_that_is_held_out():
    assert len(set(MADE["tables"])) >= 40
    assert len(set(MADE["held_out"])) >= 10
    assert not set(MADE["tables"]) & set(MADE["held_out"])


def test_the_width_of_a_kernel_is_a_multiple_of_that_of_the_columns():
    few, many = (suggest_portfolio(SVC(), n_features=n) for n in (10, 20))
    pairs = [
        (a["gamma"], b["gamma"]) for a, b in zip(few, many, strict=True) if "gamma" in a
    ]
    assert pairs
    assert all(a == pytest.approx(2.0 * b) for a, b in pairs)


# ---- The function ------------------------------------------------------------------


def test_what_is_returned_is_new_each_time():
    first = suggest_portfolio(KNeighborsClassifier())
    first[0]["p"] = 7
    assert suggest_portfolio(KNeighborsClassifier())[0]["p"] != 7


class Mine(KNeighborsClassifier):
    """A subclass has the portfolio of its parent."""


class Strange(BaseEstimator):
    """Nobody knows it."""


def test_a_subclass_and_an_unscaled_estimator_have_it_too():
    assert suggest_portfolio(Mine()) == suggest_portfolio(KNeighborsClassifier())


@pytest.mark.parametrize("estimator", [Ridge(), Strange(), make_pipeline(Strange())])
def test_who_has_none_is_told_who_has(estimator):
    with pytest.raises(ValueError, match=r"no portfolio is known for .*KNeighborsClas"):
        suggest_portfolio(estimator)


def test_a_whole_configuration_or_none():
    """A number of neighbours that suits one metric may not suit the one given."""
    with pytest.raises(ValueError, match="names p, which suggest_space does not"):
        suggest_portfolio(KNeighborsClassifier(p=1))


def test_two_searched_parts_have_no_portfolio():
    both = VotingClassifier([("a", KNeighborsClassifier()), ("b", Mine())])
    with pytest.raises(ValueError, match="several parts"):
        suggest_portfolio(both)


@pytest.mark.parametrize(
    ("estimator", "n_features", "error"),
    [
        (KNeighborsClassifier, None, TypeError),
        (3, None, TypeError),
        (KNeighborsClassifier(), 2.0, TypeError),
        (KNeighborsClassifier(), True, TypeError),
        (KNeighborsClassifier(), 0, ValueError),
    ],
)
def test_bad_arguments_are_named(estimator, n_features, error):
    with pytest.raises(error, match=r"suggest_portfolio needs|n_features must"):
        suggest_portfolio(estimator, n_features=n_features)


# ---- The search --------------------------------------------------------------------


def test_a_search_without_a_space_begins_with_it_a_quarter_at_most():
    found = search()
    assert stages(found)[:4] == ["initial", "portfolio", "portfolio", "scan"]
    asked = [trial.params for trial in found.tuner_.trials[1:3]]
    assert asked == suggest_portfolio(KNeighborsClassifier())[:2]


def test_there_is_none_where_a_space_or_starts_are_given():
    """Turned off it is the search of the suggested space."""
    space = suggest_space(KNeighborsClassifier())
    by_space, off, own = (
        search(4, param_space=space),
        search(4, initial_params=[]),
        search(4, initial_params=[{"p": 1}]),
    )
    assert "portfolio" not in stages(by_space) + stages(own)
    assert units(off) == units(by_space)


def test_what_past_searches_say_comes_first(tmp_path):
    """They know these tables; a portfolio knows others."""
    store = tmp_path / "searches.jsonl"
    search(20, history=store)
    found = search(5, history=store)
    assert "history" in stages(found)
    assert "portfolio" not in stages(found)


def test_a_search_from_a_checkpoint_goes_on_with_what_it_began_with(
    tmp_path, monkeypatch
):
    """Though another version of the package knows another portfolio."""
    file = tmp_path / "search.jsonl"
    begun = search(checkpoint=file)
    other = WellKnown(({"n_neighbors": 44, "weights": "uniform", "p": 2},), "Other")
    monkeypatch.setattr("skbluetuna.search._fit.known_starts_for", lambda *_: other)
    found = search(11, checkpoint=file)
    assert stages(found)[:4] == ["initial", "portfolio", "portfolio", "scan"]
    assert units(found)[:9] == units(begun)


def test_a_tuner_keeps_its_portfolio_as_text():
    space = suggest_space(KNeighborsClassifier())
    portfolio = suggest_portfolio(KNeighborsClassifier())

    def told(tuner, n):
        while not tuner.finished and len(tuner.trials) < n:
            for trial in tuner.ask(1):
                tuner.tell(trial, -abs(trial.params["n_neighbors"] - 7))
        return tuner

    begun = told(BlueTuner(space, n_iter=20, random_state=0, portfolio=portfolio), 3)
    again = BlueTuner.from_json(begun.to_json())
    expected = [(t.stage, t.unit) for t in told(begun, 20).trials]
    assert [(t.stage, t.unit) for t in told(again, 20).trials] == expected
    assert [stage for stage, _ in expected].count("portfolio") == 5


def test_a_portfolio_outside_the_space_is_an_error():
    with pytest.raises(ValueError, match=r"portfolio\[0\]"):
        BlueTuner({"p": [1, 2]}, portfolio=[{"p": 3}])


def test_why_there_is_none_stands_in_the_log(caplog):
    with caplog.at_level("INFO", "skbluetuna"):
        BlueTunaSearchCV(KNeighborsClassifier(p=1), n_iter=2, cv=2).fit(X, y)
    assert "no portfolio: the portfolio of KNeighborsClassifier names p" in caplog.text


def test_the_report_says_what_it_was_worth():
    ((title, (text,)),) = past_section(search())
    assert title == "What it began with"
    assert text.text.startswith("It began with 2 configurations that are known to be")


def test_several_objectives_have_it_too():
    """It was learned over four metrics; past searches by one can not say that."""
    space = suggest_space(KNeighborsClassifier())
    portfolio = suggest_portfolio(KNeighborsClassifier())
    tuner = BlueTuner(
        space, n_iter=8, random_state=0, objectives=["a", "b"], portfolio=portfolio
    )
    for trial in tuner.ask(3):
        tuner.tell(trial, (0.1, trial.params["n_neighbors"]))
    assert [t.stage for t in tuner.trials] == ["initial", "portfolio", "portfolio"]
    assert tuner.ask(1)[0].stage not in ("initial", "portfolio")
