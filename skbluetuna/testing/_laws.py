"""The laws, one function each: of a strategy and a space to an AssertionError."""

import math
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np

from skbluetuna import BlueTuner, Space
from skbluetuna.testing._situations import (
    SPACES,
    asked,
    expect,
    is_ladder_needed,
    run,
    same_in_another_unit,
    smooth_score,
    started,
)

__all__ = ["LAWS"]

SpaceLike = dict[str, Any] | Space
Law = Callable[[Any, SpaceLike], None]
NATIVE = (int, float, str, tuple, bool, type(None))


def every_ask_lies_in_the_space(strategy: Any, space: SpaceLike) -> None:
    """Points are of the unit cube, values native Python ones within all relations."""
    own = Space(space)
    for trial in run(started(strategy, space)):
        expect(
            all(type(u) is float and 0.0 <= u <= 1.0 for u in trial.unit),
            f"trial {trial.number} must be a point of the unit cube; got {trial.unit}.",
        )
        expect(
            own.holds(trial.params)
            and all(isinstance(v, NATIVE) for v in trial.params.values()),
            f"trial {trial.number} must lie in the space; got {trial.params}.",
        )


def the_budget_is_exact(strategy: Any, space: SpaceLike) -> None:
    """As many trials as allowed, or each configuration of a finite space once."""
    if is_ladder_needed(strategy):
        return  # n_iter counts full evaluations there
    size = Space(space).size
    trials = run(started(strategy, space))
    wanted = 12 if size is None else min(12, size)
    expect(
        len(trials) == wanted,
        f"a search of 12 must ask {wanted} trials; got {len(trials)}.",
    )


def nothing_is_asked_twice(strategy: Any, space: SpaceLike) -> None:
    """No configuration with the same resource, though trials are awaited."""
    tuner = started(strategy, space)
    for _ in range(20):
        for trial in tuner.ask(1) + tuner.ask(2):
            if trial.number % 3:
                tuner.tell(trial, smooth_score(trial))
        for trial in list(tuner.pending)[:2]:
            tuner.tell(trial, smooth_score(trial))
    keys = [(t.unit, t.resource) for t in tuner.trials]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    expect(not twice, f"no configuration may be asked twice; got {twice}.")


def one_seed_is_one_search(strategy: Any, space: SpaceLike) -> None:
    """Chance comes from the seed that a stage is given, and from nothing else."""
    first, again = (asked(run(started(strategy, space))) for _ in range(2))
    expect(
        first == again,
        "two searches with one seed must ask the same: draw from "
        "numpy.random.default_rng((*seed, len(view))), and keep nothing between calls.",
    )


def the_unit_of_the_score_is_of_no_matter(strategy: Any, space: SpaceLike) -> None:
    """Scores that are 2**40 times as large lead to the same trials."""
    expect(
        asked(run(started(strategy, space)))
        == asked(run(started(strategy, space), same_in_another_unit)),
        "scores in another unit must not change what is asked.",
    )


def results_may_come_in_any_order(strategy: Any, space: SpaceLike) -> None:
    """Within a batch, whose results are all there before the next one is asked."""
    straight = asked(run(started(strategy, space)))
    tuner, rng = started(strategy, space), np.random.default_rng(0)
    while not tuner.finished:
        batch = tuner.ask()
        for k in rng.permutation(len(batch)):
            tuner.tell(batch[k], smooth_score(batch[k]))
    expect(
        asked(tuner.trials) == straight,
        "the order of results within a batch must not change what is asked next.",
    )


def failures_do_not_stop_it(strategy: Any, space: SpaceLike) -> None:
    """Some trials fail, the first one too; then all of them do."""
    trials = run(
        started(strategy, space),
        lambda t: math.nan if t.number % 3 == 0 else smooth_score(t),
    )
    scores = [t.score for t in trials if t.score is not None]
    expect(all(map(math.isfinite, scores)), "a failed trial must have no score.")
    run(started(strategy, space), lambda _: math.nan)


def it_goes_on_from_text_at_any_point(strategy: Any, space: SpaceLike) -> None:
    """A search that was stopped and read again asks what it would have asked."""
    whole = asked(run(started(strategy, space)))
    tuner = started(strategy, space)
    while not tuner.finished:
        for trial in tuner.ask():
            tuner.tell(trial, smooth_score(trial))
        tuner = BlueTuner.from_json(tuner.to_json(), strategy=strategy)
    expect(
        asked(tuner.trials) == whole,
        "a search that is read from its text must go on as it would have: all that a "
        "stage knows must follow from (space, view, seed).",
    )


def it_is_equal_to_its_copy(strategy: Any, space: SpaceLike) -> None:
    """Pickled and read, it is the same: workers and checkpoints compare it."""
    copy = pickle.loads(pickle.dumps(strategy))
    expect(
        strategy == copy,
        "a strategy must be equal to its pickled copy: make it a frozen dataclass.",
    )
    expect(
        asked(run(started(strategy, space))) == asked(run(started(copy, space))),
        "its copy must ask the same.",
    )


def a_larger_budget_goes_on(strategy: Any, space: SpaceLike) -> None:
    """What was asked stays, and there is more of it, if the space has more."""
    tuner = started(strategy, space, n_iter=8)
    before = asked(run(tuner))
    tuner.extend(12)
    after = asked(run(tuner))
    expect(after[: len(before)] == before, "extend() must not change what was asked.")
    if Space(space).size is None:
        expect(len(after) > len(before), "extend() must ask more.")


def alternatives_are_each_searched(strategy: Any, space: SpaceLike) -> None:
    """Two spaces share the budget; each trial lies in its own."""
    spaces = [space, {"other": (0.0, 1.0)}]
    trials = run(started(strategy, spaces, n_iter=16))
    expect({t.alternative for t in trials} == {0, 1}, "each alternative has its share.")
    for trial in trials:
        expect(
            Space(spaces[trial.alternative]).holds(trial.params),
            f"trial {trial.number} must lie in its alternative; got {trial.params}.",
        )


def a_search_is_the_same_for_any_n_jobs(strategy: Any, space: SpaceLike) -> None:
    """`BlueTunaSearchCV` in one thread and in two, and from its checkpoint."""
    from skbluetuna.testing._searches import log_of, resumed_log_of

    if space is not SPACES["ranges"]:
        return  # an estimator has the parameters of one of the spaces
    resource = "effort" if is_ladder_needed(strategy) else None
    alone = log_of(strategy, resource, n_jobs=1)
    expect(
        log_of(strategy, resource, n_jobs=2) == alone,
        "two workers must evaluate what one evaluates.",
    )
    expect(
        resumed_log_of(strategy, resource) == alone,
        "a search that was stopped must go on from its checkpoint as it would have.",
    )


LAWS: tuple[Law, ...] = (
    every_ask_lies_in_the_space,
    the_budget_is_exact,
    nothing_is_asked_twice,
    one_seed_is_one_search,
    the_unit_of_the_score_is_of_no_matter,
    results_may_come_in_any_order,
    failures_do_not_stop_it,
    it_goes_on_from_text_at_any_point,
    it_is_equal_to_its_copy,
    a_larger_budget_goes_on,
    alternatives_are_each_searched,
    a_search_is_the_same_for_any_n_jobs,
)
