"""What a fitted search has to show."""

import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import RandomizedSearchCV
from sklearn.tree import DecisionTreeClassifier

from skbluetuna.explain import _regions
from tests.search.searches import X, search_of, y


def test_attributes_are_those_of_random_search_and_more():
    ours = search_of().fit(X, y)
    theirs = RandomizedSearchCV(
        DecisionTreeClassifier(), {"max_depth": [1, 2]}, n_iter=2, cv=3
    ).fit(X, y)
    ours_, theirs_ = (
        {a for a in dir(s) if a.endswith("_") and a[0] != "_" and hasattr(s, a)}
        for s in (ours, theirs)
    )
    assert ours_ - theirs_ == {
        "regions_",
        "weights_",
        "interactions_",
        "optimized_space_",
        "stop_reason_",
        "tuner_",
    }
    assert theirs_ <= ours_
    columns = set(theirs.cv_results_) - set(ours.cv_results_)
    assert columns == set()
    assert len(ours.cv_results_["params"]) == 12
    assert list(dict.fromkeys(ours.cv_results_["stage"])) == [
        "initial",
        "scan",
        "learn",
        "climb",
    ]


def test_regions_are_made_when_they_are_looked_at(monkeypatch):
    """Landscapes are drawn and climbed for them, which many fits are never asked."""
    made, make = [], _regions.maxima

    def spy(*args):
        made.append(1)
        return make(*args)

    monkeypatch.setattr(_regions, "maxima", spy)
    search = search_of(n_iter=8, strategy="adaptive").fit(X, y)
    assert not made
    assert search.regions_["probability"].sum() == pytest.approx(2.0)
    n = len(made)
    assert n > 0
    assert set(search.optimized_space_) == {"max_depth", "ccp_alpha"}
    assert len(made) == n  # once for a search, however often they are looked at
    with pytest.raises(NotFittedError):
        _ = search_of().regions_


def test_the_tables_are_ready_for_pandas():
    search = search_of(n_iter=30).fit(X, y)
    regions, weights, pairs = (
        pd.DataFrame(table)
        for table in (search.regions_, search.weights_, search.interactions_)
    )
    assert list(regions.columns) == [
        "param", "low", "high", "raw_output", "projection", "score", "kept",
    ]  # fmt: skip
    assert list(weights["param"]) == ["max_depth", "ccp_alpha"]
    assert set(pairs["kind"]) == {"product", "log_ratio"}
    total = weights["share"].sum() + pairs["share"].sum()
    assert total == pytest.approx(1.0)
    assert set(search.optimized_space_) == {"max_depth", "ccp_alpha"}
    again = search_of(space=search.optimized_space_).fit(X, y)
    assert len(again.cv_results_["params"]) > 0
