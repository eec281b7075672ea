"""The report says what an ensemble holds, gains and costs, and that it flatters."""

from dataclasses import replace

import pytest
from sklearn.datasets import load_iris
from sklearn.tree import DecisionTreeClassifier

from skbluetuna import BlueTunaSearchCV, Classic
from skbluetuna.report import _figures
from skbluetuna.report._ensemble_section import ensemble_section
from skbluetuna.report._html import tag

pytest.importorskip("matplotlib")

X, y = load_iris(return_X_y=True)


def searched(**kwargs):
    kwargs = {"scoring": "neg_log_loss", "refit": "ensemble", "n_iter": 6} | kwargs
    return BlueTunaSearchCV(
        DecisionTreeClassifier(random_state=0),
        {"max_depth": (1, 6), "min_samples_leaf": (1, 20)},
        cv=3, strategy=Classic(n_epochs=30), random_state=0, **kwargs,
    ).fit(X, y)  # fmt: skip


@pytest.fixture(scope="module")
def search():
    return searched()


@pytest.fixture(autouse=True)
def pictures(monkeypatch):
    """Words of the pictures that are asked for, in the place of these."""
    asked = []

    def note(draw, alt, caption):
        asked.append((alt, caption))
        return tag("p", alt)

    monkeypatch.setattr(_figures, "_figure", note)
    return asked


def text_of(elements):
    return " ".join("".join(element.itertext()) for element in elements)


def test_it_says_who_is_in_it_what_it_gains_and_what_it_costs(search, pictures):
    choice = search.best_estimator_.selection
    ((title, content),) = ensemble_section(search)
    assert title == "The ensemble"
    assert len(pictures) == 1
    text = text_of(content)
    assert f"{len(choice.weights)} members, chosen from 6 candidates" in text
    assert f"{choice.score:.4g}, " in text
    assert f"above the {choice.best_score:.4g} of the best candidate" in text
    assert "flatters" in text
    assert f"take {choice.predict_seconds:.3g} seconds together" in text
    assert f"the best candidate {choice.best_predict_seconds:.3g} seconds" in text
    rows = list(content[-1].iter("tr"))[1:]
    shown = [["".join(cell.itertext()) for cell in row] for row in rows]
    params = search.cv_results_["params"]
    for row, candidate, weight in zip(
        shown, choice.candidates, choice.weights, strict=True
    ):
        assert int(row[0]) == candidate
        assert float(row[1]) == pytest.approx(weight, rel=1e-3)
        assert row[4] == str(params[candidate]["max_depth"])


def test_a_metric_that_took_the_place_of_another_is_named(search, caplog):
    """In the report, and in the log as it is chosen."""
    with caplog.at_level("INFO", logger="skbluetuna"):
        own = searched(scoring=lambda model, X, y: model.score(X, y), n_iter=2)
    logged = [record.getMessage() for record in caplog.records]
    note = own.best_estimator_.selection.note
    assert note.startswith("selected by neg_log_loss, as the search's metric")
    assert f"The ensemble is {note}." in logged
    assert f"The members were {note}." in text_of(ensemble_section(own)[0][1])


def test_the_way_there_says_what_the_dashed_line_is(search, pictures):
    """Where there is one."""
    _figures.convergence(search)
    own = searched(n_iter=1)
    ensemble = own.best_estimator_
    ensemble.selection = replace(ensemble.selection, note="selected by another")
    _figures.convergence(own)
    assert ["dashed" in caption for _, caption in pictures] == [True, False]


def test_times_that_are_not_known_are_not_told(search):
    own = searched(n_iter=1)
    ensemble = own.best_estimator_
    ensemble.selection = replace(ensemble.selection, predict_seconds=float("nan"))
    assert "To predict" not in text_of(ensemble_section(own)[0][1])


def test_a_search_that_refits_one_candidate_has_no_such_section():
    assert ensemble_section(searched(refit=True, n_iter=1)) == []
