"""A watch says what changed, since when and which columns, and is quiet otherwise."""

import pickle

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression

from skbluetuna.production import Watch
from skbluetuna.production._watch import N_LEVELS, _part_of_level

N = 200


def rows(rng, n=N, sign=1.0):
    X = rng.normal(size=(n, 4))
    return X, (sign * X[:, 0] + 0.5 * rng.normal(size=n) > 0).astype(int)


@pytest.fixture(name="rng")
def fixture_rng():
    return np.random.default_rng(0)


@pytest.fixture(name="model")
def fixture_model(rng):
    return LogisticRegression().fit(*rows(rng))


def watch_of(model, rng, **options):
    return Watch(model, *rows(rng, 400), random_state=0, **options)


def test_a_stream_without_drift_raises_no_alarm(model, rng):
    watch = watch_of(model, rng)
    assert [watch.update(*rows(rng, 50)) for _ in range(10)] == [()] * 10
    assert len(watch.batches["loss"]) == 10
    assert watch.alarms == watch.columns == ()


def test_a_rule_that_turns_is_found_in_the_score_and_not_in_the_inputs(model, rng):
    watch = watch_of(model, rng)
    for _ in range(4):
        watch.update(*rows(rng, 50))
    (alarm,) = watch.update(*rows(rng, 50, sign=-1.0))
    assert (alarm.kind, alarm.batch, alarm.since) == ("score", 5, 5)
    assert "Score: the mean loss is 0.8" in str(alarm)
    assert watch.update(*rows(rng, 50, sign=-1.0)) == ()  # it has been said


def test_columns_that_drift_are_named_and_no_others(model, rng):
    watch = watch_of(model, rng)
    watch.update(rows(rng, 50)[0])
    X = rows(rng, 50)[0] + [0.0, 2.0, 0.0, -2.0]
    (alarm,) = watch.update(X)
    assert (alarm.kind, alarm.columns, alarm.since) == ("inputs", (1, 3), 2)
    assert str(alarm) == (
        "Inputs: columns 1, 3 have another distribution than in the reference "
        "(batch 2)."
    )
    assert watch.update(X) == ()
    assert watch.columns == (1, 3)


def test_a_small_shift_is_found_by_many_batches_together(model, rng):
    """No batch of 20 rows shows a third of a standard deviation."""
    watch = watch_of(model, rng)
    for _ in range(32):
        watch.update(rows(rng, 20)[0] + [0.0, 0.0, 0.35, 0.0])
    assert watch.columns == (2,)
    assert watch.alarms[0].batch - watch.alarms[0].since >= 3


def test_frames_with_categories_and_missing_values(rng):
    pd = pytest.importorskip("pandas")

    def frame(missing=0.1, share=0.5):
        X = rng.normal(size=N)
        kinds = np.where(rng.random(N) < share, "a", "b")
        X[rng.random(N) < missing] = np.nan
        return pd.DataFrame({"x": X, "kind": pd.Categorical(kinds), "u": rng.random(N)})

    model = DummyRegressor().fit(frame(), rng.normal(size=N))
    watch = Watch(model, frame(), rng.normal(size=N), random_state=0)
    assert watch.update(frame(), rng.normal(size=N)) == ()
    assert watch.update(frame(missing=0.5))[0].columns == ("x",)
    assert watch.update(frame(share=0.9))[0].columns == ("kind",)


def test_a_target_may_come_later(model, rng):
    X, y = rows(rng, 50, sign=-1.0)
    together, later = watch_of(model, np.random.default_rng(7)), None
    later = watch_of(model, np.random.default_rng(7))
    both = together.update(X, y)
    assert later.update(X) == ()
    assert later.update_target(X, y) == both


def test_all_parts_of_the_level_together_are_one():
    """The sum over blocks without end is that of 1 / (i (i + 1)), which is 1."""
    first = sum(2.0 * _part_of_level(k, 1) for k in range(N_LEVELS))
    assert first == pytest.approx(1.0)
    blocks = [_part_of_level(3, i) for i in range(1, 2000)]
    assert sum(blocks) == pytest.approx(2.0 * _part_of_level(3, 1), rel=1e-3)


def test_a_watch_goes_on_after_a_pickle(model, rng):
    watch = watch_of(model, rng)
    watch.update(*rows(rng, 50))
    again = pickle.loads(pickle.dumps(watch))
    batch = rows(rng, 50)
    assert watch.update(*batch) == again.update(*batch)
    assert repr(watch.batches) == repr(again.batches)


def test_what_is_passed_is_not_changed(model, rng):
    reference, batch = rows(rng), rows(rng, 30)
    kept = pickle.dumps([reference, batch])
    Watch(model, *reference).update(*batch)
    assert pickle.dumps([reference, batch]) == kept


def test_losses_by_name_and_by_function(model, rng):
    """The log loss is scikit-learn's; an unknown class costs most."""
    from sklearn.metrics import log_loss

    X, y = rows(rng)
    watch = Watch(model, X, y, metric="log_loss")
    watch.update_target(X, y)
    expected = log_loss(y, model.predict_proba(X))
    assert watch.batches["loss"] == pytest.approx([expected])
    watch.update_target(X[:1], [7])
    assert watch.batches["loss"][1] > 30.0
    own = Watch(
        LinearRegression().fit(X, y), X, y, metric=lambda m, X, y: y - m.predict(X)
    )
    assert own.update(X, y) == ()


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"metric": "f1"}, "metric must be one of 'zero_one', 'log_loss', 'absolute"),
        (
            {"metric": lambda model, X, y: 0.0},
            r"a finite loss for each of the 200 rows",
        ),
        ({"false_alarms": 1.0}, "false_alarms must be a chance between 0 and 1"),
        ({"reference_y": [1, 2]}, "y must have one value for each of the 200 rows"),
    ],
)
def test_what_can_not_be_watched_is_refused(model, rng, options, text):
    X, y = rows(rng)
    with pytest.raises(ValueError, match=text):
        Watch(model, **{"reference_X": X, "reference_y": y, **options})


def test_a_model_of_no_known_kind_needs_a_metric(rng):
    X, y = rows(rng)
    with pytest.raises(ValueError, match="metric must be given for KMeans"):
        Watch(KMeans(2, n_init=1).fit(X), X, y)


def test_a_batch_whose_target_is_refused_is_not_counted(model, rng):
    """So that it can be given again."""
    watch = watch_of(model, rng)
    X, y = rows(rng, 50)
    with pytest.raises(ValueError, match="one value for each"):
        watch.update(X, y[:-1])
    assert (watch._n_inputs, len(watch.batches["loss"])) == (0, 0)
    watch.update(X, y)
    assert (watch._n_inputs, len(watch.batches["loss"])) == (1, 1)
