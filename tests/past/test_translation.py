"""Configurations of other spaces, in this one."""

import numpy as np

from skbluetuna import Space, when
from skbluetuna.past import said
from skbluetuna.past._translation import Translation

SPACE = Space(
    {
        "C": (0.1, 10.0, "log"),
        "degree": (1, 5),
        "kernel": ["rbf", "poly"],
        "leaf": [1, 10, 100],
        "coef": when("kernel", "poly", (0.0, 1.0)),
    }
)
REFERENCE = SPACE.to_unit([{"C": 1.0, "degree": 3, "kernel": "rbf", "leaf": 10}])[0]


def placed(names, *rows):
    return Translation(SPACE, REFERENCE).of(names, rows)


def params(found):
    return SPACE.from_unit(found.units)


def test_what_lies_in_the_space_stays_what_it_is():
    row = (0.5, 2, "'poly'", 100, 0.25)
    found = placed(SPACE.names, row)
    (own,) = params(found)
    assert own["kernel"] == "poly"
    assert own["degree"] == 2
    assert own["leaf"] == 100
    np.testing.assert_allclose([own["C"], own["coef"]], [0.5, 0.25])
    assert found.is_inside.all()
    assert found.dimensions == (0, 1, 2, 3, 4)


def test_what_lies_outside_is_clipped_and_known_as_such():
    """It may be a start, and says nothing exact of the end of the range."""
    found = placed(("C", "degree", "leaf"), (1000.0, 9, 300), (1.0, 3, 10))
    assert found.is_inside.tolist() == [False, True]
    np.testing.assert_allclose(params(found)[0]["C"], 10.0)
    assert params(found)[0]["degree"] == 5
    assert params(found)[0]["leaf"] == 100


def test_a_choice_that_the_space_has_not_has_no_place():
    found = placed(("kernel",), ("'linear'",), ("'poly'",))
    assert found.rows.tolist() == [1]


def test_what_the_past_did_not_have_stands_where_the_search_begins():
    found = placed(("degree",), (2,), (4,))
    assert found.dimensions == (1,)
    for own in params(found):
        assert own["kernel"] == "rbf"
        assert own["leaf"] == 10


def test_a_child_of_an_unmet_condition_is_left_out():
    (own,) = params(placed(("kernel", "coef"), ("'rbf'", 0.9)))
    assert "coef" not in own


def test_text_where_a_number_belongs_has_no_place():
    """A file may say anything."""
    assert len(placed(("C",), ("ten",), (True,)).rows) < 2
    assert placed(("C",), ("ten",)).dimensions == ()


def test_estimators_are_known_by_class_and_parameters():
    from sklearn.svm import SVC

    assert said("clf", SVC(C=2.0)) == said("clf", SVC(C=2.0))
    assert said("clf", SVC(C=2.0)) != said("clf", SVC(C=3.0))
    assert said("f", lambda: 0) is None
