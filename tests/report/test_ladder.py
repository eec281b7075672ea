"""The report of a search with a resource says what that cost, and what it saved."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator

from skbluetuna import BlueTunaSearchCV
from skbluetuna.report import _figures, _ladder_section
from skbluetuna.report._best import best_table
from skbluetuna.report._html import tag
from skbluetuna.report._ladder_section import ladder_section
from skbluetuna.report._learned_sections import learned_sections
from skbluetuna.report._settings_section import settings_section
from skbluetuna.report._verdict import verdict

pytest.importorskip("matplotlib")


class Flattered(BaseEstimator):
    """Scores the higher the less of its resource it had."""

    def __init__(self, a=0.5, b=0.5, n=81):
        self.a, self.b, self.n = a, b, n

    def fit(self, X, y):
        return self

    def score(self, X, y):
        return 1000.0 - self.a - 0.1 * self.b - self.n


@pytest.fixture(scope="module", params=["adaptive", "hyperband"])
def search(request):
    search = BlueTunaSearchCV(
        Flattered(), {"a": (0.0, 1.0), "b": (0.0, 1.0)}, resource="n", n_iter=6, cv=2,
        strategy=request.param, random_state=0,
    )  # fmt: skip
    return search.fit(np.zeros((12, 1)), np.tile([0, 1], 6))


@pytest.fixture
def pictures(monkeypatch):
    """Words of the pictures that are asked for, in the place of these."""
    asked = []

    def note(draw, alt, caption):
        asked.append(alt)
        return tag("p", alt)

    monkeypatch.setattr(_figures, "_figure", note)
    return asked


def text_of(elements):
    return " ".join("".join(element.itertext()) for element in elements)


def n_full(search):
    return int((search.cv_results_["n_resources"] == 81).sum())


def test_it_says_what_each_rung_cost_and_what_was_saved(search, pictures):
    ((title, content),) = ladder_section(search)
    assert title == "What it spent of n"
    assert len(pictures) == 1
    sentence, rows = text_of(content[:1]), list(content[-1].iter("tr"))[1:]
    amounts = search.cv_results_["n_resources"]
    shown = [["".join(cell.itertext()) for cell in row] for row in rows]
    for row, rung in zip(shown, np.unique(amounts), strict=True):
        own = amounts == rung
        assert float(row[0]) == rung
        assert int(row[1]) == own.sum()
        assert float(row[2]) == pytest.approx(own.sum() * rung / 81, rel=0.01)
    n = len({(one["a"], one["b"]) for one in search.cv_results_["params"]})
    cost = search.tuner_.history.spent
    assert f"{n} configurations cost as much as {cost:.3g} full" in sentence
    assert f": {n - cost:.3g} less than" in sentence


def test_promotions_may_cost_more_than_they_saved(search, monkeypatch):
    scores = _ladder_section.scores_of(search)
    dear = scores._replace(cost=np.full(len(scores.cost), 2.0))
    monkeypatch.setattr(_ladder_section, "scores_of", lambda _: dear)
    assert "more than if each" in _ladder_section._saved(search)


def test_partial_scores_are_in_no_table_and_no_sentence(search):
    """They are higher here than all others, and no failures either."""
    scores = search.cv_results_["mean_test_score"]
    partial = search.cv_results_["n_resources"] < 81
    assert scores[partial].min() > scores[~partial].max()
    best = text_of(best_table(search))
    (table,) = best_table(search)
    assert len(list(table.iter("tr"))) == 1 + min(10, n_full(search))
    assert "failed" not in best
    found = verdict(search)[0]
    assert f"{search.best_score_:.4g}" in found
    assert f"{n_full(search)} full evaluations (and {partial.sum()} at less n)" in found


def test_what_was_learned_is_from_full_evaluations(search, pictures):
    for _, content in learned_sections(search):
        assert text_of(content).startswith(f"From {n_full(search)} full evaluations.")


def test_it_ended_at_its_cost_and_the_best_names_its_resource(search):
    text = text_of(settings_section(search))
    n, cost = len(search.tuner_.trials), search.tuner_.history.spent
    assert f"{n} evaluations that cost {cost:.3g} full ones" in text
    assert "'n': 81" in text
    assert 'resource="n"' in text.replace("'", '"')


def test_without_a_resource_it_says_nothing_of_one():
    search = BlueTunaSearchCV(Flattered(), {"a": (0.0, 1.0)}, n_iter=2, cv=2)
    assert ladder_section(search.fit(np.zeros((12, 1)), np.tile([0, 1], 6))) == []
