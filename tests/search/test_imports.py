"""What was evaluated elsewhere is learned from, where it lies in the new space."""

import logging
import pickle
import warnings

import numpy as np
import pytest
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from skbluetuna import BlueTuner, Classic, when
from skbluetuna.exceptions import CheckpointWarning
from tests.search.durable import (
    SPACE,
    X_SPACE,
    Kernel,
    Logged,
    X,
    clone_state,
    lines,
    of_kind,
    records,
    search_of,
    write_records,
    y,
)

pytestmark = pytest.mark.slow  # whole searches, several times

WIDER = {"C": (1e-2, 1e4, "log"), "gamma": (1e-4, 10.0, "log")}
NARROWER = {"C": (1.0, 1e3, "log"), "gamma": (1e-3, 1.0, "log")}
OTHERS = {
    "wider": {"space": WIDER},
    "narrower": {"space": NARROWER},
    "strategy": {"strategy": Classic(n_epochs=3)},
    "seed": {"random_state": 1},
    "batch": {"max_concurrent": 2},
    "initial": {"initial_params": [{"C": 2.0, "gamma": 0.5}]},
    "alternatives": {"space": [NARROWER, {"kernel": ["linear"], "C": (0.1, 1.0)}]},
}


def stages(search):
    return list(search.cv_results_["stage"])


def lies_in(space, params):
    return all(
        space[name][0] <= value <= space[name][1] for name, value in params.items()
    )


@pytest.mark.parametrize("other", OTHERS)
def test_a_search_with_other_settings_learns_from_the_file(tmp_path, other):
    """It was refused; what was paid for is the same whoever asked for it."""
    path = tmp_path / "search.jsonl"
    first = search_of(n_iter=8, checkpoint=path, refit=False).fit(X, y)
    options = {"n_iter": 6, "checkpoint": path, "refit": False} | OTHERS[other]
    second = search_of(**options).fit(X, y)
    n = stages(second).count("imported")
    space = options.get("space", SPACE)
    inside = [
        params
        for params in first.cv_results_["params"]
        if lies_in(space[0] if isinstance(space, list) else space, params)
    ]
    assert list(second.cv_results_["params"][:n]) == inside
    assert len(second.cv_results_["params"]) == n + 6
    assert second.stop_reason_ == "n_iter"
    for column in ("split0_test_score", "split2_test_score", "mean_fit_time"):
        known = dict(zip(map(str, first.cv_results_["params"]),
                         first.cv_results_[column], strict=True))  # fmt: skip
        for params, value in zip(inside, second.cv_results_[column], strict=False):
            assert value == known[str(params)]
    resumed = search_of(**options).fit(X, y)  # from its own section
    assert resumed.tuner_.trials == second.tuner_.trials
    longer = search_of(**options | {"n_iter": 7}).fit(X, y)
    assert len(longer.cv_results_["params"]) == n + 7
    back = search_of(n_iter=8, checkpoint=path, refit=False).fit(X, y)
    assert back.tuner_.trials == first.tuner_.trials
    assert len({one["section"] for one in records(path)}) == 2


@pytest.mark.parametrize("other", OTHERS)
def test_importing_from_memory_is_importing_from_the_file(tmp_path, other):
    path = tmp_path / "search.jsonl"
    warm = search_of(n_iter=6, warm_start=True, checkpoint=path, refit=False)
    warm = clone_state(warm.fit(X, y))
    changed = {
        "param_space" if k == "space" else k: v for k, v in OTHERS[other].items()
    }
    warm.set_params(checkpoint=None, **changed).fit(X, y)
    options = {"n_iter": 6, "checkpoint": path, "refit": False}
    filed = search_of(**options | OTHERS[other]).fit(X, y)
    assert [t.params for t in warm.tuner_.trials] == (
        [t.params for t in filed.tuner_.trials]
    )
    assert stages(warm) == stages(filed)


@pytest.mark.parametrize("other", ["wider", "narrower", "strategy", "seed"])
def test_importing_equals_adding(tmp_path, other):
    """`BlueTuner.add` with the same evaluations asks the same."""
    path = tmp_path / "search.jsonl"
    first = search_of(n_iter=8, checkpoint=path, refit=False).fit(X, y)
    options = {"n_iter": 6, "checkpoint": path, "refit": False} | OTHERS[other]
    second = search_of(**options).fit(X, y)
    tuner = BlueTuner(
        options.get("space", SPACE), n_iter=6, reference=Kernel().get_params(),
        strategy=options.get("strategy", "adaptive"),
        random_state=options.get("random_state", 0),
    )  # fmt: skip
    space = tuner.spaces[0]
    for trial in first.tuner_.trials:
        if space.holds(trial.params):
            tuner.add(trial.params, trial.score, seconds=trial.seconds)
    score = dict(zip(map(str, second.cv_results_["params"]),
                     second.cv_results_["mean_test_score"], strict=True))  # fmt: skip
    while not tuner.finished:
        for trial in tuner.ask():
            tuner.tell(trial, score[str(trial.params)])
    assert [(t.params, t.stage, t.score) for t in tuner.trials] == (
        [(t.params, t.stage, t.score) for t in second.tuner_.trials]
    )


def test_the_budget_counts_new_ones_and_how_many_are_imported_is_said(tmp_path, caplog):
    path, log = tmp_path / "search.jsonl", str(tmp_path / "fits")
    search_of(Logged(log=log), X_SPACE, n_iter=5, checkpoint=path).fit(X, y)
    n_fits = len(lines(log))
    narrow = {"x": (0.0, 0.6)}
    with caplog.at_level(logging.INFO, logger="skbluetuna"):
        search = search_of(
            Logged(log=log), narrow, n_iter=4, checkpoint=path, refit=False
        ).fit(X, y)
    assert len(lines(log)) == n_fits + 4 * 3
    n = stages(search).count("imported")
    assert 0 < n < 5
    told = f"{n} of 5 evaluations of a search with other settings (param_space) lie"
    assert told in caplog.text


def found(tmp_path, first, second, model):
    """Configurations that a second space imports from the first one's search."""
    path = tmp_path / "search.jsonl"
    search_of(model, first, n_iter=6, checkpoint=path, refit=False).fit(X, y)
    search = search_of(model, second, n_iter=1, checkpoint=path, refit=False).fit(X, y)
    return [t.params for t in search.tuner_.trials if t.stage == "imported"]


def test_a_number_of_another_kind_is_another_value(tmp_path):
    """max_features=1 is one column, 1.0 are all of them."""
    tree = DecisionTreeClassifier(random_state=0, max_features=0.5)
    ints, floats = {"max_features": [1, 2, 3]}, {"max_features": [1.0, 0.25]}
    assert found(tmp_path, ints, floats, tree) == []
    (tmp_path / "search.jsonl").unlink()
    same = found(tmp_path, ints, {"max_features": [3, 1]}, tree)
    assert sorted(one["max_features"] for one in same) == [1, 3]


def test_choices_are_known_again_in_any_order(tmp_path):
    scalers = [StandardScaler(), MinMaxScaler(), None]
    pipe = Pipeline([("scale", StandardScaler()), ("svc", SVC())])
    other = [None, StandardScaler(with_mean=False), StandardScaler()]
    same = found(tmp_path, {"scale": scalers}, {"scale": other}, pipe)
    assert [repr(one["scale"]) for one in same] in (
        ["StandardScaler()", "None"], ["None", "StandardScaler()"]
    )  # fmt: skip


def test_a_parameter_that_is_new_must_have_stood_at_the_estimators_value(tmp_path):
    narrow = {"C": (0.1, 10.0)}
    wide = {"C": (0.1, 10.0), "kernel": ["linear", "rbf"]}
    assert len(found(tmp_path, narrow, wide, SVC())) == 6
    for model, second in (
        (SVC(), {"C": (0.1, 10.0), "kernel": ["linear"]}),
        (SVC(), {"C": (0.1, 10.0), "gamma": (0.1, 1.0)}),  # "scale" is no number
    ):
        (tmp_path / "search.jsonl").unlink()
        assert found(tmp_path, narrow, second, model) == []
    (tmp_path / "search.jsonl").unlink()
    back = found(tmp_path, wide, narrow, SVC())
    assert 0 < len(back) < 6  # those with the kernel that the estimator has


def test_a_parameter_of_a_part_that_is_searched_is_not_taken_for_the_estimators(
    tmp_path,
):
    """Its value was that of the part that stood there."""
    pipe = Pipeline([("model", SVC(C=1.0))])
    first = {"model": [SVC(C=1.0), SVC(C=5.0)]}
    second = {"model": [SVC(C=1.0), SVC(C=5.0)], "model__C": (0.5, 9.0)}
    assert found(tmp_path, first, second, pipe) == []


def test_conditions_decide_what_lies_in_the_space(tmp_path):
    first = {"kernel": ["rbf", "linear"], "C": (0.1, 10.0)}
    second = {"kernel": ["linear", "rbf"], "C": when("kernel", "rbf", (0.1, 10.0))}
    same = found(tmp_path, first, second, SVC())
    assert {one["kernel"] for one in same} == {"rbf"}


def test_an_imported_evaluation_that_lost_a_fold_gets_it_back(tmp_path):
    path, log = tmp_path / "search.jsonl", str(tmp_path / "fits")
    options = {"checkpoint": path, "refit": False}
    search_of(Logged(log=log), X_SPACE, n_iter=4, **options).fit(X, y)
    options |= {"space": {"x": (0.0, 0.9)}, "n_iter": 3}
    whole = search_of(Logged(log=log), **options).fit(X, y)
    own = of_kind(path, "imported")[0]["section"]
    kept = records(path)
    lost = next(one for one in kept if one.get("part") == 1 and one["section"] == own)
    write_records(path, [one for one in kept if one is not lost])
    n_fits = len(lines(log))
    for n_more in (1, 0):
        again = search_of(Logged(log=log), **options).fit(X, y)
        n_fits += n_more
        assert len(lines(log)) == n_fits
        assert again.cv_results_["params"] == whole.cv_results_["params"]
        np.testing.assert_array_equal(
            again.cv_results_["mean_test_score"], whole.cv_results_["mean_test_score"]
        )


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning")
@pytest.mark.filterwarnings("ignore:One or more of the:UserWarning")
def test_failures_are_imported_too(tmp_path):
    path = tmp_path / "search.jsonl"
    tree = DecisionTreeClassifier(random_state=0)
    first = {"min_samples_leaf": [2, 3, 0], "max_depth": [1, 2]}
    search_of(tree, first, n_iter=6, checkpoint=path).fit(X, y)
    second = {"min_samples_leaf": [0, 2, 5], "max_depth": [2, 9]}
    search = search_of(tree, second, n_iter=4, checkpoint=path).fit(X, y)
    states = [
        (t.state, t.params) for t in search.tuner_.trials if t.stage == "imported"
    ]
    assert sorted(states, key=str) == [
        ("complete", {"min_samples_leaf": 2, "max_depth": 2}),
        ("failed", {"min_samples_leaf": 0, "max_depth": 2}),
    ]


def test_everything_may_be_known_already(tmp_path):
    path = tmp_path / "search.jsonl"
    space = {"C": [0.1, 1.0], "gamma": [0.1, 1.0]}
    search_of(space=space, n_iter=4, checkpoint=path).fit(X, y)
    small = {"C": [0.1, 1.0], "gamma": [1.0]}
    search = search_of(space=small, n_iter=4, checkpoint=path).fit(X, y)
    assert stages(search) == ["imported"] * 2
    assert search.stop_reason_ == "exhausted"
    assert search.best_estimator_.gamma == 1.0


def test_a_space_that_imports_make_a_grid_is_read_without_a_fault(tmp_path):
    """Which stages may ask is known only with what was imported before them."""
    options = {"checkpoint": tmp_path / "search.jsonl", "refit": False}
    space = {"C": [0.1, 1.0, 10.0], "kernel": ["linear"]}
    search_of(space=space, n_iter=3, **options).fit(X, y)
    space["C"] = [*space["C"], 100.0]
    for n_iter in (1, 1, 9):
        search = search_of(space=space, n_iter=n_iter, **options)
        with warnings.catch_warnings():
            warnings.simplefilter("error", CheckpointWarning)
            search.fit(X, y)
        assert stages(search) == ["imported"] * 3 + ["grid"]


def test_a_pickled_search_imports_as_the_search_itself(tmp_path):
    search = search_of(n_iter=5, warm_start=True, refit=False).fit(X, y)
    copy = pickle.loads(pickle.dumps(search))
    for one in (search, copy):
        one.set_params(param_space=NARROWER).fit(X, y)
    assert [t.params for t in copy.tuner_.trials] == (
        [t.params for t in search.tuner_.trials]
    )
    assert "imported" in stages(search)


def test_another_estimator_is_still_refused():
    search = search_of(n_iter=3, warm_start=True).fit(X, y)
    search.set_params(estimator=GaussianNB(), param_space={"var_smoothing": (0.1, 1.0)})
    with pytest.raises(
        ValueError, match=r"estimator \(there Kernel, here GaussianNB\)"
    ):
        search.fit(X, y)
