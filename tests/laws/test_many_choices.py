"""Thousands of choices cost time and memory in proportion to their number."""

import tracemalloc
from copy import deepcopy

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from skbluetuna import BlueTuner, Categorical, Space
from skbluetuna.space import _categorical, _likeness

KINDS = {
    "one": lambda k: {"c": [(i, f"a{i}") for i in range(k)]},
    "several": lambda k: {
        "c": [(i, f"a{i}") for i in range(k)], "d": [[i] for i in range(k)],
        "n": (1, 9), "x": (0.0, 1.0),
    },
    "alternatives": lambda k: [
        {"c": [(i, "a") for i in range(k)], "x": (0.0, 1.0)},
        {"c": [(i, "b") for i in range(k)]},
    ],
}  # fmt: skip


def search(space, strategy="adaptive", n_iter=10):
    """Ask and tell a whole search; the score is of no matter."""
    tuner = BlueTuner(space, n_iter=n_iter, strategy=strategy, random_state=0)
    rng = np.random.default_rng(0)
    while not tuner.finished:
        for trial in tuner.ask():
            tuner.tell(trial, rng.normal())
    return tuner


def peak(work):
    """Bytes that work takes at most, and what it returns."""
    tracemalloc.start()
    try:
        result = work()
        return tracemalloc.get_traced_memory()[1], result
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("kind", "strategy"), [*((kind, "adaptive") for kind in KINDS), ("one", "classic")]
)
def test_an_ask_takes_memory_in_proportion_to_the_choices(kind, strategy):
    """Ten times the choices, at most twelve times the memory: nothing is squared.

    A square of 5,000 is 200 MB. A megabyte is for what Python reuses unseen.
    """
    search(KINDS[kind](100), strategy)  # what is loaded on the way
    few, many = (
        peak(lambda k=k: search(KINDS[kind](k), strategy))[0] for k in (500, 5000)
    )
    assert many <= 12.0 * few + 1e6
    assert many <= 20e6


def test_tables_of_thousands_of_choices_have_a_row_each_and_no_more():
    tuner = search(KINDS["one"](2000))

    def tables():
        return tuner.regions, tuner.boundaries, tuner.weights, tuner.optimized_space

    used, (regions, boundaries, weights, narrowed) = peak(tables)
    assert len(regions["param"]) == len(boundaries["param"]) == 2000
    assert len(weights["param"]) == 1
    assert 0.0 <= weights["share"][0] <= 1.0
    assert len(narrowed["c"]) <= 2000
    assert used <= 60e6


@pytest.mark.parametrize(
    "choice",
    [
        lambda i: (i, f"a{i}"),
        lambda i: [i, {"a": i}],
        lambda i: {"a": [i]},
        lambda i: LogisticRegression(C=1.0 + i),
    ],
    ids=["tuples", "lists", "dicts", "estimators"],
)
def test_a_copy_of_a_choice_is_found_without_looking_at_the_others(choice, monkeypatch):
    n_times, is_alike = [], _likeness.is_alike
    dim = Categorical([choice(i) for i in range(300)])
    for module in (_categorical, _likeness):
        monkeypatch.setattr(
            module, "is_alike", lambda a, b: n_times.append(1) or is_alike(a, b)
        )
    assert [dim.index(deepcopy(c)) for c in dim.choices] == list(range(300))
    assert dim.index(choice(300)) is None
    assert len(n_times) <= 20 * 300  # parts of choices are compared too


def test_a_search_of_many_choices_goes_on_from_its_text():
    """Choices are known by the ids of objects, which their copies do not have."""
    tuner = search(KINDS["several"](300), n_iter=12)
    text = BlueTuner.from_json(tuner.to_json())
    copy = deepcopy(tuner)
    assert [t.unit for t in text.trials] == [t.unit for t in copy.trials]
    space = Space({"c": [[i] for i in range(100)]})
    space.to_unit([{"c": [7]}])
    other = deepcopy(space)
    assert other.dimensions[0].index(other.dimensions[0].choices[9]) == 9
    assert other.dimensions[0].index(space.dimensions[0].choices[9]) == 9
