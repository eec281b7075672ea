"""What a search takes from a store, and that it keeps to it."""

import copy
import json
import pickle

import numpy as np
import pytest

from skbluetuna import BlueTuner, HistoryStore, Space, when
from skbluetuna._utils._files import seal
from skbluetuna.past import Notebook, PastAlternative, Record, lessons_from
from skbluetuna.past._portfolio import greedy_starts

SPACE = {"x": (0.0, 1.0), "y": (1e-3, 1e3, "log"), "k": ["a", "b"]}


def score(params):
    y = np.log10(params.get("y", 1.0)) / 3.0
    bonus = 0.3 if params.get("k") == "b" else 0.0
    return bonus - (params.get("x", 0.0) - 0.2) ** 2 - (y - 0.6) ** 2


def told(tuner, of=score, n=None):
    while not tuner.finished and (n is None or len(tuner.trials) < n):
        for trial in tuner.ask(1):
            tuner.tell(trial, of(trial.params))
    return tuner


def made(n=25, d=2, *, names="xyz", classes=(), scorer="", seed=0, of=score):
    """A past search of random configurations."""
    rng = np.random.default_rng(seed)
    rows = [(float(u), float(10 ** (6 * v - 3))) for u, v in rng.random((n, d))]
    scores = tuple(float(of(dict(zip("xy", row, strict=True)))) for row in rows)
    own = PastAlternative(
        classes, tuple(names[:2]), ((), ()), tuple(rows), scores, (None,) * n
    )
    return Record(f"s{seed}{names}{scorer}", "1", scorer, (), (own,))


@pytest.fixture
def store(tmp_path):
    found = HistoryStore(tmp_path / "searches.jsonl")
    for seed in range(3):
        found.append(made(seed=seed))
    return found


def taken(records, space=None, n_iter=40, **of):
    class Given:
        def records(self):
            return records

    spaces = [Space(space or SPACE)]
    initial = [[one.centre()] for one in spaces]
    return lessons_from(Notebook(Given(), **of), spaces, initial, n_iter)


def asked(tuner):
    return [(trial.stage, trial.unit) for trial in tuner.trials]


def test_starts_come_after_the_own_configuration_and_are_a_quarter_at_most(store):
    tuner = told(BlueTuner(SPACE, n_iter=12, random_state=0, history=store))
    stages = [trial.stage for trial in tuner.trials]
    assert stages[0] == "initial"
    n = stages.count("history")
    assert 1 <= n <= 3
    assert set(stages[1 : 1 + n]) == {"history"}
    tuner = told(BlueTuner(SPACE, n_iter=40, random_state=0, history=store), n=8)
    assert [t.stage for t in tuner.trials].count("history") <= 5


def test_past_searches_make_the_next_one_better_after_few_evaluations(store):
    """They are of the very same landscape here, so that it must."""
    with_past = told(BlueTuner(SPACE, n_iter=20, random_state=0, history=store), n=8)
    without = told(BlueTuner(SPACE, n_iter=20, random_state=0), n=8)
    assert with_past.best.score > without.best.score
    assert with_past.past_searches["weight"].sum() == pytest.approx(1.0)


@pytest.mark.parametrize(
    "other",
    [
        made(n=19),
        made(names="uvw"),
        made(classes=("sklearn.SVC",)),
    ],
    ids=["few scores", "no parameter in common", "another estimator"],
)
def test_what_is_unlike_is_not_learned_from(other):
    assert taken([other]) == ()


def test_a_store_of_nothing_alike_changes_no_ask(tmp_path):
    """So `history` may be given from the first search on."""
    store = HistoryStore(tmp_path / "s.jsonl")
    store.append(made(n=19))
    found = told(BlueTuner(SPACE, n_iter=14, random_state=0, history=store))
    assert asked(found) == asked(told(BlueTuner(SPACE, n_iter=14, random_state=0)))


def test_a_search_goes_on_as_it_began_though_the_store_grows(store):
    """By JSON, by pickle and by copy: what was taken is part of the settings."""
    begun = told(BlueTuner(SPACE, n_iter=16, random_state=0, history=store), n=7)
    text, pickled, copied = begun.to_json(), pickle.dumps(begun), copy.copy(begun)
    for seed in range(10, 14):
        store.append(made(seed=seed, of=lambda params: -score(params)))
    expected = asked(told(begun))
    store.path.unlink()
    assert asked(told(BlueTuner.from_json(text))) == expected
    assert asked(told(pickle.loads(pickled))) == expected
    assert asked(told(copied)) == expected


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace('"same_metric": true', '"same_metric": 1', 1),
        lambda text: text.replace('"dimensions": [0, 1]', '"dimensions": [0, 7]', 1),
        lambda text: text.replace('"dimensions": [0, 1]', '"dimensions": [0, 0]', 1),
        lambda text: text.replace('"units": [[0.', '"units": [[7.', 1),
    ],
)
def test_a_text_with_lessons_that_can_not_be_is_refused(store, change):
    """Anybody can compute the checksum of what they have changed."""
    text = BlueTuner(SPACE, n_iter=16, random_state=0, history=store).to_json()
    body = text[: text.rindex(', "crc32"')] + "}"
    assert change(body) != body
    with pytest.raises(ValueError, match="its history"):
        BlueTuner.from_json(seal(json.loads(change(body))))


def test_starts_lie_in_the_users_ranges_and_obey_conditions():
    space = {
        "k": ["a", "b"],
        "x": (0.5, 0.6),
        "y": when("k", "b", (1e-3, 1e-1, "log")),
    }
    (lessons,) = taken([made(seed=s, n=200) for s in range(3)], space)
    own = Space(space)
    units = np.array(lessons.starts)
    assert len(units)
    np.testing.assert_array_equal(own.snap(units), units)
    assert all(own.holds(params) for params in own.from_unit(units))


def test_each_alternative_takes_its_own():
    """What is known of one estimator says nothing of another."""
    records = [made(seed=s, classes=("A",)) for s in range(2)]

    class Given:
        def records(self):
            return records

    spaces = [Space(SPACE), Space(SPACE)]
    notebook = Notebook(Given(), classes=(("A",), ("B",)))
    first, second = lessons_from(notebook, spaces, [[s.centre()] for s in spaces], 40)
    assert len(first.searches) == 2
    assert first.starts
    assert not second.searches
    assert not second.starts


def test_searches_of_the_same_metric_come_first():
    records = [made(seed=s, scorer="other" if s < 25 else "") for s in range(30)]
    (lessons,) = taken(records)
    same = [one.found.is_same_metric for one in lessons.searches]
    assert len(same) == 20
    assert same == [True] * 5 + [False] * 15


def test_a_finite_space_is_asked_in_order_whatever_the_store_has(store):
    space = {"x": [0.1, 0.2, 0.3], "k": ["a", "b"]}
    found = told(BlueTuner(space, n_iter=10, random_state=0, history=store))
    assert {trial.stage for trial in found.trials} == {"grid"}


def test_several_objectives_and_past_searches_do_not_go_together(store):
    with pytest.raises(ValueError, match="history must be None"):
        BlueTuner(SPACE, n_iter=9, objectives=["a", "b"], history=store)


def test_greedy_starts_lower_the_mean_of_the_least_regret_most():
    """Two past searches with two bests: both are taken, a third would gain nothing."""
    regrets = np.array([[0.0, 1.0, 0.4, 0.0], [1.0, 0.0, 0.4, 1.2]])
    chosen = greedy_starts(regrets, np.array([1.5, 1.5]), np.array([0.5, 0.5]), 5)
    assert chosen[0] == 2  # .4 in the mean beats .5
    assert set(chosen[1:]) == {0, 1}
    assert greedy_starts(regrets, np.zeros(2), np.array([0.5, 0.5]), 5) == []


def test_a_tuner_remembers_what_another_one_learns_from(tmp_path):
    store = HistoryStore(tmp_path / "s.jsonl")
    first = told(BlueTuner(SPACE, n_iter=20, random_state=1, history=store))
    first.remember()
    first.remember()
    assert len(store.records()) == 1
    second = BlueTuner(SPACE, n_iter=20, random_state=2, history=str(store.path))
    assert second.past_searches["search"].tolist() == [store.records()[0].identity]
    np.testing.assert_array_equal(second.past_searches["n_scores"], [20])
