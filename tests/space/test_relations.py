"""Relations: what they say, of what they may be, and how they are stored."""

import json
import math
from functools import partial

import numpy as np
import pytest

from skbluetuna import BlueTuner, Space, at_most, forbid, less, when
from skbluetuna.space import (
    constrained,
    decode_relation,
    encode_relation,
    excess,
    parse_spaces,
)

SPACE = {
    "a": (1, 9),
    "b": (0.5, 20.0, "log"),
    "limit": [4, 8, 16, None],
    "kind": ["x", "y", ("z", 1)],
    "only": when("kind", "y", (0.0, 10.0)),
}
RELATIONS = [
    less("a", "b"),
    less("limit", "a", or_equal=True),
    at_most(30, product=("a", "b")),
    at_most(12.5, sum=("a", "only")),
    forbid(kind="x", a=[1, 2, 3]),
    forbid(kind=[("z", 1)]),
]


def of_few(params):
    """A relation of no text."""
    return params["a"] < 5 or "only" in params


def relation_name(relation):
    """The same in every process that collects the tests."""
    return getattr(relation, "__name__", repr(relation))


def above(params, least):
    """A relation with an argument."""
    return params["a"] >= least


def space_of(*relations, space=SPACE):
    """A space with relations."""
    (found,) = constrained(parse_spaces(space), list(relations))
    return found


@pytest.mark.parametrize("relation", [*RELATIONS, of_few], ids=relation_name)
def test_a_relation_says_the_same_of_points_as_of_configurations(relation):
    """Stages look at rows of the unit cube, a checkpoint at one configuration."""
    space = space_of(relation)
    (own,) = space.relations
    U = space.snap(np.random.default_rng(0).random((300, len(space))))
    one_by_one = [own.holds(params) for params in space.from_unit(U)]
    assert space.feasible(U).tolist() == one_by_one
    assert 0 < sum(one_by_one) < 300
    assert ((excess(space, U)[:, 0] > 0.0) == ~space.feasible(U)).all()


def test_what_relations_mean():
    """Strict unless said; bounds are reached; None is no limit; what is off is well."""
    assert not less("a", "b").holds({"a": 2, "b": 2})
    assert less("a", "b", or_equal=True).holds({"a": 2, "b": 2})
    assert at_most(6, product=("a", "b")).holds({"a": 2, "b": 3})
    assert not at_most(6, sum=("a", "b")).holds({"a": 2, "b": 4.001})
    assert not at_most(6, product=("a", "limit")).holds({"a": 2, "limit": None})
    assert at_most(6, product=("a", "limit")).holds({"a": 0, "limit": None})
    assert less("a", "limit").holds({"a": 2, "limit": None})
    assert forbid(kind="x", a=1).holds({"kind": "x", "a": 2})
    assert not forbid(kind="x", a=1).holds({"kind": "x", "a": 1})
    for one in (less("a", "only"), at_most(-1, sum=("a", "only")), forbid(only=1)):
        assert one.holds({"a": 50})


@pytest.mark.parametrize("relation", RELATIONS, ids=repr)
def test_a_relation_of_data_has_a_text_from_which_it_comes_back(relation):
    """In JSON, and as the code that makes it."""
    stored = json.loads(json.dumps(encode_relation(relation)))
    assert decode_relation(stored) == relation
    helpers = {"less": less, "at_most": at_most, "forbid": forbid}
    assert eval(repr(relation), helpers) == relation


@pytest.mark.parametrize(
    "stored",
    [
        None,
        {},
        {"type": "less", "given": ["a"], "named": {}},
        {"type": "less", "given": ["a", "b"], "named": {"or_equal": False}},
        {"type": "at_most", "given": [math.nan], "named": {"sum": ["a", "b"]}},
        {"type": "forbid", "given": [], "named": {"a": []}},
        {"type": "forbid", "given": [], "named": {"a": [{"set": [1]}]}},
        {"type": "eval", "given": ["a"], "named": {}},
    ],
    ids=repr,
)
def test_a_text_that_no_relation_has_is_refused(stored):
    """A file may have been changed by anybody."""
    with pytest.raises(ValueError, match=r"must|has"):
        decode_relation(stored)


@pytest.mark.parametrize(
    ("constraints", "error", "said"),
    [
        (
            [lambda params: True],
            TypeError,
            r"constraints\[0\] must be a named function",
        ),
        ([partial(lambda p, q: True, 1)], TypeError, "got a lambda"),
        (["a < b"], TypeError, r"constraints\[0\] must be a relation: less\("),
        (less("a", "b"), TypeError, r"Write constraints=\[\.\.\.\]"),
        ([less("a", "c")], ValueError, r"\['c'\] are not in param_space"),
        ([less("kind", "a")], TypeError, "'kind' must be numbers; it may be 'x'"),
        ([forbid(kind="w")], ValueError, "'kind' is never 'w'; it is one of 'x', 'y'"),
        ([of_few, forbid(a=10)], ValueError, r"constraints\[1\]: .* integers from 1"),
        ([forbid(a=(2, 3))], ValueError, r"Several values stand in a list: a=\[2, 3\]"),
        ([less("late", "a")], TypeError, r"None stands last: write \[4, 8, None\]"),
    ],
)
def test_what_is_no_relation_of_the_space_is_refused(constraints, error, said):
    """A relation that never holds, or always, would be found out too late."""
    with pytest.raises(error, match=said):
        BlueTuner({**SPACE, "late": [None, 4, 8]}, constraints=constraints)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: less("a", "a"), ValueError),
        (lambda: less("a", 3), TypeError),
        (lambda: less("a", "b", or_equal=1), TypeError),
        (lambda: at_most(3), ValueError),
        (lambda: at_most(3, sum=("a", "b"), product=("a", "b")), ValueError),
        (lambda: at_most(3, sum="ab"), TypeError),
        (lambda: at_most(3, sum=("a",)), ValueError),
        (lambda: at_most(math.inf, sum=("a", "b")), ValueError),
        (lambda: at_most("3", sum=("a", "b")), TypeError),
        (forbid, ValueError),
        (lambda: forbid(a=[]), ValueError),
    ],
)
def test_a_helper_refuses_what_it_can_not_mean(call, error):
    """Where it stands in the user's code, not in a search."""
    with pytest.raises(error, match=r"^(less|at_most|forbid)"):
        call()


def test_functions_must_answer_with_a_bool():
    """A number or None would count as one of the two, whichever was meant."""
    relation = space_of(no_bool).relations[0]
    with pytest.raises(TypeError, match="no_bool must return True or False; got 2"):
        relation.holds({"a": 2})
    with pytest.raises(ValueError, match=r"no_bool failed with KeyError\('a'\)"):
        relation.holds({"b": 2})


def no_bool(params):
    """What is no relation."""
    return params["a"]


def test_a_space_counts_and_lists_what_lies_within():
    """A grid leaves the others out, and knows when it is done."""
    space = space_of(
        less("a", "b"),
        forbid(k="u", a=0),
        space={"a": (0, 4), "b": (0, 4), "k": ["u", "v"]},
    )
    listed = space.from_unit(space.grid_units)
    assert len(listed) == space.size == 16
    assert all(
        own["a"] < own["b"] and (own["k"], own["a"]) != ("u", 0) for own in listed
    )
    tuner = BlueTuner(
        {"a": (0, 4), "b": (0, 4)}, constraints=[less("a", "b")], n_iter=100
    )
    assert [trial.params for trial in tuner.ask()] == [
        {"a": a, "b": b} for a in range(5) for b in range(a + 1, 5)
    ]


def test_secrets_of_a_relation_are_hidden():
    """It stands in logs, errors and reports."""
    relation = forbid(password=["hunter2", "swordfish"], a=1)
    space = space_of(
        relation, space={"a": (1, 3), "password": ["hunter2", "swordfish"]}
    )
    assert "hunter2" not in repr(relation) + relation.rule + repr(space)
    assert "hunter2" not in str(space.fault({"a": 1, "password": "hunter2"}))
    assert encode_relation(relation) is None


def test_relations_of_a_space_are_part_of_it():
    """Two searches of one box are of two spaces."""
    assert space_of(less("a", "b")) != Space(SPACE)
    assert space_of(less("a", "b")) == space_of(less("a", "b"))
    assert "constraints: less('a', 'b')" in repr(space_of(less("a", "b")))
