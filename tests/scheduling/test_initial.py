"""What each alternative asks first."""

import numpy as np
import pytest

from skbluetuna import BlueTuner, Classic
from skbluetuna.scheduling import initial_rows
from skbluetuna.space import Space


def space():
    return Space({"x": (0.0, 4.0), "k": (1, 9), "c": ["a", "b"]})


CENTRE = {"x": 2.0, "k": 5, "c": "a"}


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        (None, CENTRE),
        ({}, CENTRE),
        ({"x": 1.0}, CENTRE | {"x": 1.0}),
        ({"x": None, "k": 3, "c": None}, CENTRE | {"k": 3}),
        ({"x": 4.1, "k": 10, "c": "z"}, CENTRE),
        ({"k": 2.5, "x": 3}, CENTRE | {"x": 3.0}),
        ({"unknown": 1, "c": "b"}, CENTRE | {"c": "b"}),
        ([{"c": "b"}], CENTRE | {"c": "b"}),
    ],
)
def test_the_reference_leads_and_its_gaps_stand_at_the_centre(reference, expected):
    ((row,),) = initial_rows((space(),), reference, None)
    assert row == expected
    assert list(row) == ["x", "k", "c"]


def test_initial_params_follow_and_take_from_the_reference_what_they_do_not_name():
    reference = {"x": 1.0, "k": 2}
    given_ = [{"c": "b"}, {"x": 3.0, "k": 7, "c": "b"}, {"k": 9}]
    (rows,) = initial_rows((space(),), reference, given_)
    assert rows == [
        {"x": 1.0, "k": 2, "c": "a"},
        {"x": 1.0, "k": 2, "c": "b"},
        {"x": 3.0, "k": 7, "c": "b"},
        {"x": 1.0, "k": 9, "c": "a"},
    ]


def test_no_configuration_is_asked_twice():
    given_ = [{}, {"k": 3}, dict(CENTRE), {"k": 3, "x": 2.0}, {"x": 2}]
    (rows,) = initial_rows((space(),), None, given_)
    assert rows == [CENTRE, CENTRE | {"k": 3}]


def test_a_configuration_goes_to_the_first_alternative_that_holds_it():
    spaces = (
        Space({"x": (0.0, 1.0)}),
        Space({"x": (0.0, 9.0), "k": (1, 9)}),
        Space({"x": (0.0, 9.0)}),
    )
    given_ = [{"x": 5.0}, {"x": 0.25}, {"k": 2}, {"x": 0.75, "k": 3}]
    rows = initial_rows(spaces, [{"x": 0.0}, {"x": 1.0, "k": 1}, {}], given_)
    assert rows == [
        [{"x": 0.0}, {"x": 0.25}],
        [
            {"x": 1.0, "k": 1}, {"x": 5.0, "k": 1}, {"x": 1.0, "k": 2},
            {"x": 0.75, "k": 3},
        ],
        [{"x": 4.5}],
    ]  # fmt: skip


def test_values_come_out_native_and_the_arguments_stay_as_they_were():
    reference, given_ = {"x": np.float32(0.5), "k": np.int64(3)}, [{"x": 1}]
    (rows,) = initial_rows((space(),), reference, given_)
    assert [[type(v) for v in row.values()] for row in rows] == [[float, int, str]] * 2
    assert reference == {"x": np.float32(0.5), "k": np.int64(3)}
    assert given_ == [{"x": 1}]


@pytest.mark.parametrize(
    ("given_", "kind", "message"),
    [
        ([{"x": 5.0}], ValueError, r"initial_params\[0\]: 'x' must lie in .*got 5\.0"),
        ([{}, {"y": 1}], ValueError, r"initial_params\[1\]: 'y' must be one of"),
        ([{"k": None}], ValueError, r"'k' must lie in .*got None"),
        ([{}, 3], TypeError, r"initial_params\[1\] must be a dict; got 3"),
        ({"x": 1.0}, TypeError, r"initial_params must be a list of dicts"),
        (7, TypeError, r"initial_params must be a list of dicts; got 7"),
    ],
)
def test_a_configuration_that_belongs_nowhere_is_an_error(given_, kind, message):
    with pytest.raises(kind, match=message):
        initial_rows((space(),), None, given_)


@pytest.mark.parametrize("references", [{"x": 1.0}, [{}], [{}] * 3])
def test_there_must_be_one_reference_for_each_alternative(references):
    got = 1 if isinstance(references, dict) else len(references)
    with pytest.raises(ValueError, match=rf"each of 2 alternatives; got {got}"):
        initial_rows((space(), Space({"x": (0.0, 1.0)})), references, None)


def test_the_search_asks_the_initial_rows_first():
    tuner = BlueTuner(
        {"x": (0.0, 4.0), "k": (1, 9)}, n_iter=12, strategy=Classic(n_epochs=1),
        reference={"x": 1.0}, initial_params=[{"k": 2}], random_state=0,
    )  # fmt: skip
    while not tuner.finished:
        for trial in tuner.ask():
            tuner.tell(trial, float(trial.number))
    trials = tuner.trials
    assert [t.params for t in trials[:2]] == [{"x": 1.0, "k": 5}, {"x": 1.0, "k": 2}]
    assert [t.stage for t in trials[:3]] == ["initial", "initial", "scan"]
