"""skbluetuna: BlueTunaSearchCV, and BlueTuner for any function."""

from benchmarks.searches._cv import traced
from skbluetuna import BlueTunaSearchCV, BlueTuner

__all__ = ["maximise", "maximise_classic", "search", "search_classic"]


def search(objective, n, seed, strategy="adaptive"):
    """BlueTunaSearchCV with its defaults; n None: the strategy's own schedule."""
    return traced(
        BlueTunaSearchCV(
            objective.estimator, objective.space, n_iter=n, strategy=strategy,
            cv=objective.cv, scoring=objective.scoring, refit=False, random_state=seed,
        ),
        objective,
    )  # fmt: skip


def search_classic(objective, n, seed):
    """The published search."""
    return search(objective, n, seed, strategy="classic")


def maximise(space, first, score, n, seed, strategy="adaptive"):
    """BlueTuner with its defaults."""
    tuner = BlueTuner(
        space,
        n_iter=n,
        strategy=strategy,
        reference=first,
        random_state=seed,
    )
    while not tuner.finished:
        for trial in tuner.ask():
            tuner.tell(trial, score(trial.params))


def maximise_classic(space, first, score, n, seed):
    """The published search."""
    maximise(space, first, score, n, seed, strategy="classic")
