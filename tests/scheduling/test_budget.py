"""How several alternatives share a budget, and what each gets of it."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from skbluetuna import BlueTuner, Classic
from skbluetuna.scheduling import allocate, initial_rows
from skbluetuna.space import Space, grid

CHEAP = Classic(n_epochs=1)


def finite(size):
    return Space({"k": list(range(size))})


def continuum():
    return Space({"x": (0.0, 1.0)})


def quotas(sizes, n_iter):
    """Trials given to alternatives of these sizes; None for a continuum."""
    spaces = tuple(continuum() if s is None else finite(s) for s in sizes)
    rows = initial_rows(spaces, None, None)
    return [a.quota for a in allocate(spaces, rows, CHEAP, n_iter).shares]


def run(tuner):
    while not tuner.finished:
        for trial in tuner.ask():
            tuner.tell(trial, float(trial.number))
    return tuner


@given(k=st.integers(1, 6), more=st.integers(0, 300))
@settings(deadline=None, max_examples=50)
def test_the_budget_is_split_evenly_and_the_first_take_the_rest(k, more):
    share, extra = divmod(k + more, k)
    got = quotas([None] * k, k + more)
    assert got == [share + 1] * extra + [share] * (k - extra)


@pytest.mark.slow
@given(
    sizes=st.lists(st.none() | st.integers(1, 40), min_size=1, max_size=6),
    n_iter=st.integers(1, 200),
)
@settings(deadline=None)
def test_what_a_finite_alternative_cannot_use_goes_to_the_others(sizes, n_iter):
    assume(n_iter >= len(sizes))
    got = quotas(sizes, n_iter)
    room = [np.inf if size is None else size for size in sizes]
    assert sum(got) == min(n_iter, sum(room))
    assert all(1 <= q <= r for q, r in zip(got, room, strict=True))
    for q, r in zip(got, room, strict=True):
        assert q == r or q >= max(got) - 1  # who could take more has no less


@given(
    had=st.lists(st.integers(0, 12), min_size=1, max_size=5),
    more=st.integers(0, 60),
    size=st.none() | st.integers(13, 30),
)
@settings(deadline=None, max_examples=50)
def test_shares_are_even_with_what_each_had_before(had, more, size):
    spaces = tuple(
        continuum() if k or size is None else finite(size) for k in range(len(had))
    )
    imported = [
        np.linspace(0.0, 1.0, n)[:, None] if k or size is None
        else (np.arange(n)[:, None] + 0.5) / size
        for k, n in enumerate(had)
    ]  # fmt: skip
    n_iter = len(had) + more
    rows = initial_rows(spaces, None, None)
    shares = allocate(spaces, rows, CHEAP, n_iter, imported=imported).shares
    total = [share.quota + n for share, n in zip(shares, had, strict=True)]
    rooms = [size if k == 0 and size else np.inf for k in range(len(had))]
    assert sum(share.quota for share in shares) == min(n_iter, sum(rooms) - sum(had))
    for n, own, room in zip(had, total, rooms, strict=True):
        assert own <= room
        assert own in (n, room) or own >= max(
            (t for t, h in zip(total, had, strict=True) if t > h), default=0
        ) - 1  # fmt: skip


def test_leftovers_of_leftovers_are_passed_on_too():
    assert quotas([2, 5, None, None], 40) == [2, 5, 17, 16]


@given(k=st.integers(2, 6), data=st.data())
def test_fewer_iterations_than_alternatives_are_an_error(k, data):
    n_iter = data.draw(st.integers(1, k - 1))
    with pytest.raises(ValueError, match=rf"n_iter .* at least .*{k}; got {n_iter}\."):
        quotas([None] * k, n_iter)


def test_each_alternative_is_asked_its_share():
    spaces = [{"x": (0.0, 1.0)}, {"y": ["a", "b", "c"]}, {"z": (0.1, 1.0, "log")}]
    tuner = BlueTuner(spaces, n_iter=30, strategy=CHEAP, random_state=0)
    asked = [trial.alternative for trial in run(tuner).trials]
    assert [asked.count(k) for k in range(3)] == [14, 3, 13]
    for trial in tuner.trials:
        assert list(trial.params) == [["x"], ["y"], ["z"]][trial.alternative]


def test_a_finite_search_within_the_budget_is_asked_exhaustively_in_grid_order():
    spaces = [{"b": ["u", "v"], "a": [1, 2]}, {"c": (1, 3)}]
    tuner = BlueTuner(
        spaces, n_iter=7, strategy=CHEAP, reference=[{"a": 2}, {"c": 3}],
        initial_params=[{"a": 1, "b": "v"}], random_state=0,
    )  # fmt: skip
    trials = run(tuner).trials
    assert {trial.stage for trial in trials} == {"grid"}
    for k, space in enumerate(spaces):
        mine = [trial.params for trial in trials if trial.alternative == k]
        assert mine == grid(Space(space))


def test_one_configuration_above_the_budget_is_not_asked_exhaustively():
    tuner = BlueTuner({"k": (1, 8)}, n_iter=7, strategy=CHEAP, random_state=0)
    assert "grid" not in {trial.stage for trial in run(tuner).trials}
    assert len(tuner.trials) == 7


def test_without_a_budget_each_alternative_has_the_published_schedule():
    spaces = (continuum(), Space({"y": (0.0, 1.0), "z": (0.0, 1.0)}))
    rows = initial_rows(spaces, None, None)
    strategy = Classic(n_lhs=6, tune_reps=5)
    got = [a.quota for a in allocate(spaces, rows, strategy, None).shares]
    assert got == [1 + 8 + 11, 1 + 16 + 11]
