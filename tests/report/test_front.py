"""The report says what one objective costs by another, and whether limits are met."""

import numpy as np
import pytest

from skbluetuna.report import _figures
from skbluetuna.report._front_section import front_section
from skbluetuna.report._html import tag
from tests.inspection.test_pareto import NAMES, VALUES, searched
from tests.report.test_ladder import text_of

NAMES = list(NAMES)
STAGES = ["initial", "scan", "scan", "climb", "climb"]


@pytest.fixture(autouse=True)
def _no_pictures(monkeypatch):
    monkeypatch.setattr(_figures, "_figure", lambda draw, alt, caption: tag("p", alt))


def weighed(m=2, values=VALUES, **own):
    own = {"objectives": NAMES[:m], "at_least": None} | own
    search = searched(values[:, :m], stage=STAGES, **own)
    search.cv_results_["params"] = [{"x": k / 10} for k in range(len(values))]
    return search


def said(search):
    ((heading, content),) = front_section(search)
    return f"{heading}. {text_of(content)}"


def test_the_best_by_the_first_is_held_against_the_knee():
    text = said(weighed())
    assert "3 of 5 candidates are on the front" in text
    assert "Against the knee, evaluation 2, 0.05 of accuracy costs 29 ms of lat" in text
    assert "saves 1 MB of size" in said(weighed(3))


def test_the_best_may_be_the_knee():
    values = np.array(VALUES)
    values[0, 1] = -0.0004
    assert "evaluation 1, which is good by all objectives" in said(weighed(2, values))


def test_the_table_is_the_front():
    """The best by the first objective first, costs positive and with their units."""
    (content,) = (content for _, content in front_section(weighed()))
    heads = [one.text for one in content[-1].iter("th")]
    cells = [one.text for one in content[-1].iter("td")]
    assert heads == ["evaluation", "accuracy", "latency (ms)", "stage", "x"]
    rows = [cells[k : k + 5] for k in range(0, len(cells), 5)]
    assert [row[0] for row in rows] == ["1", "2", "5"]
    assert rows[1] == ["2", "0.85", "1", "scan", "0.1"]


@pytest.mark.parametrize("objectives", [NAMES[:2], None])
def test_limits_are_met_or_missed(objectives):
    """By as much as the chosen one lacks; also where one score guides the search."""
    limits = {"accuracy": 0.8, "neg_latency": -0.005}
    met = weighed(at_least=limits, objectives=objectives, best_index_=1)
    text = "Wanted: accuracy at least 0.8 and latency at most 5 ms. 2 of 5 candidates"
    assert f"{text} meet it, the chosen one among them." in said(met)
    limits = {"accuracy": 0.95, "neg_latency": -0.005}
    missed = weighed(at_least=limits, objectives=objectives)
    text = "None of 5 candidates meet it; the chosen one misses accuracy by 0.05 and"
    assert f"{text} latency by 25 ms." in said(missed)


def test_one_metric_may_have_a_limit_alone():
    alone = weighed(at_least={"accuracy": 0.8}, objectives=None)
    assert "Wanted: accuracy at least 0.8. 3 of 5 candidates meet it, the" in said(
        alone
    )


def test_of_one_objective_there_is_nothing_to_say():
    assert front_section(weighed(objectives=None)) == []
