"""The only file that touches private scikit-learn names.

When scikit-learn moves one of them, this is the file to mend.
"""

import re
from concurrent.futures import BrokenExecutor
from numbers import Integral, Real
from typing import Any

import numpy as np
from joblib import effective_n_jobs
from joblib.parallel import get_active_backend
from sklearn.metrics._scorer import _MultimetricScorer as MultimetricScorer
from sklearn.model_selection._search import BaseSearchCV
from sklearn.model_selection._validation import _warn_or_raise_about_fit_failures
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions
from sklearn.utils.parallel import Parallel, delayed

__all__ = [
    "BaseSearchCV",
    "FrozenSplits",
    "LiveRows",
    "MultimetricScorer",
    "SearchContext",
    "Workers",
    "at_least_one",
    "has_methods",
    "not_negative",
    "one_of",
    "positive",
    "scorers_of",
    "without_callbacks",
]

FOLD = "candidate-split-evaluation"  # scikit-learn's name of a fold's task
# Where an estimator that is being fitted keeps callbacks and contexts.
CALLBACKS = ("_skl_callbacks", "_skl_callbacks_to_teardown", "_callback_fit_ctx")
LOCAL_BACKENDS = (
    "SequentialBackend", "ThreadingBackend", "LokyBackend", "MultiprocessingBackend",
)  # fmt: skip


class FrozenSplits:
    """Splits drawn once, so that every candidate is scored on the same folds.

    ``BaseSearchCV`` runs ``cv.split`` again for every batch of candidates, which gives
    an unseeded shuffling splitter other folds each time (scikit-learn issue 15149).

    Parameters
    ----------
    cv : cross-validator
        The splitter to draw from.
    X, y : array-like
        The data.
    split_params : dict
        What metadata routing passes to ``split``, e.g. ``groups``.
    is_checked : bool, default=False
        Whether to draw twice, to learn if the splitter draws the same again.

    Attributes
    ----------
    original : cross-validator
        The splitter that was given.
    splits : list of (train, test) index arrays
        What was drawn.
    is_repeatable : bool
        Whether the splitter draws the same again, if that was checked.
    """

    def __init__(self, cv, X, y, split_params, *, is_checked=False):
        self.original = cv
        self.splits = list(cv.split(X, y, **split_params))
        again = list(cv.split(X, y, **split_params)) if is_checked else self.splits
        self.is_repeatable = len(again) == len(self.splits) and all(
            np.array_equal(own, other)
            for pair in zip(self.splits, again, strict=True)
            for own, other in zip(*pair, strict=True)
        )
        # Asked of the splitter, not counted: scikit-learn compares the two.
        self._n_splits = cv.get_n_splits(X, y, **split_params)

    def split(self, X=None, y=None, **params):  # noqa: ARG002
        """Yield the (train, test) pairs that were drawn."""
        yield from self.splits

    def get_n_splits(self, X=None, y=None, **params):  # noqa: ARG002
        """Return the number of splits that the splitter announced."""
        return self._n_splits

    def __getstate__(self):
        # The search is pickled into every task; workers are given their own indices.
        return self.__dict__ | {"splits": []}


class LiveRows:
    """The rows that ``BaseSearchCV.fit`` collects, open to rows from elsewhere.

    ``fit`` keeps what was evaluated inside the function that it hands to
    ``_run_search``, and drops every batch of which all fits failed. Rows recalled from
    a checkpoint, or kept of such a batch, are appended here.

    Parameters
    ----------
    search : BaseSearchCV
        The search that is being fitted.
    evaluate_candidates : callable
        What its ``_run_search`` was given.
    """

    def __init__(self, search, evaluate_candidates):
        cells = _cells(evaluate_candidates)
        self._search, self._results = search, cells["results"]
        self._params = cells["all_candidate_params"].cell_contents
        self._more = cells["all_more_results"].cell_contents
        self._settings = cells["fit_and_score_kwargs"].cell_contents
        self.fits = cells["all_out"].cell_contents  # one dict for each fit

    @property
    def results(self):
        """``cv_results_`` so far; empty before the first fit that succeeded."""
        return self._results.cell_contents

    @property
    def scorer(self):
        """What the fits to come are scored by."""
        return self._settings["scorer"]

    @scorer.setter
    def scorer(self, scorer):
        self._settings["scorer"] = scorer

    def table(self):
        """``cv_results_`` of all rows, also where every fit failed; or empty."""
        return self.results or (self.fits and self._formatted()) or {}

    def append(self, params, fits, more):
        """Append candidates, their fits (``n_splits`` each), and their columns."""
        self._params.extend(params)
        self.fits.extend(fits)
        for name, column in more.items():
            self._more[name].extend(column)
        if any(fit["fit_error"] is None for fit in self.fits):
            self._results.cell_contents = self._formatted()

    def content(self):
        """Arguments of `append` that give these rows."""
        return self._params, self.fits, dict(self._more)

    def _formatted(self):
        return self._search._format_results(
            self._params, self._search.n_splits_, self.fits, self._more
        )

    def failed(self, error, n_fits):
        """Fits of a batch that scikit-learn dropped, from the error it raised.

        Parameters
        ----------
        error : ValueError
            What it raised.
        n_fits : int
            How many fits the batch had.

        Returns
        -------
        fits : list of dicts, or None
            None if the error says something else than that all fits failed.
        """
        text = str(error)
        if not text.startswith(f"\nAll the {n_fits} fits failed."):
            return None
        parts = re.split(r"-{80}\n(\d+) fits failed with the following error:\n", text)
        counts, reasons = [int(n) for n in parts[1::2]], parts[2::2]
        if sum(counts) != n_fits:  # the errors are of searches inside this one
            counts, reasons = [n_fits], [text]
        return [
            self.failure(reason.removesuffix("\n"))
            for count, reason in zip(counts, reasons, strict=True)
            for _ in range(count)
        ]

    def failure(self, reason):
        """Outcome of a fit that failed, and left nothing but the reason."""
        scores = self._search.error_score
        several = scorers_of(self.scorer)
        if several is not None:
            scores = dict.fromkeys(several, scores)
        row = {"fit_time": 0.0, "score_time": 0.0, "n_test_samples": 0}
        row |= {"fit_error": reason, "test_scores": scores}
        if self._search.return_train_score:
            row["train_scores"] = scores
        return row

    def warn_or_raise(self):
        """Say once what scikit-learn says of failed fits and non-finite scores."""
        _warn_or_raise_about_fit_failures(self.fits, self._search.error_score)
        self.append([], [], {})


def _cells(function):
    """Variables that a function shares with the one that made it, by their names."""
    return dict(zip(function.__code__.co_freevars, function.__closure__, strict=True))


class Workers:
    """What ``BaseSearchCV.fit`` evaluates with: one ``Parallel`` for the whole search.

    It is spoiled where the executor fails: joblib then keeps tasks that it had cut off
    but not sent, and would evaluate them as the first of the next batch.

    Parameters
    ----------
    search : BaseSearchCV
        The search that is being fitted.
    evaluate_candidates : callable
        What its ``_run_search`` was given.
    """

    def __init__(self, search, evaluate_candidates):
        self._search, self._cell = search, _cells(evaluate_candidates)["parallel"]
        self._original = self._cell.cell_contents

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self._cell.cell_contents is not self._original:  # which fit itself closes
            self._cell.cell_contents.__exit__(*error)
            self._cell.cell_contents = self._original

    def renew(self):
        """Evaluate with a new one from now on."""
        self._cell.cell_contents.__exit__(None, None, None)
        self._cell.cell_contents = Parallel(
            n_jobs=self._search.n_jobs, pre_dispatch=self._search.pre_dispatch
        )
        self._cell.cell_contents.__enter__()

    def probe(self):
        """Do a task that harms no worker; an error if there is no worker for it.

        Where joblib finds none it does all tasks in this process, which a task that
        kills its worker would end.
        """
        if effective_n_jobs(self._search.n_jobs) == 1:
            raise BrokenExecutor("there is no worker but this process")
        self._cell.cell_contents([delayed(abs)(0)])


class SearchContext:
    """Where the callbacks of a search hear of its folds, and may ask it to stop.

    One task for the search and below it one for each fold, as in ``GridSearchCV``. In
    one process the folds' contexts go to scikit-learn, which ignores their requests to
    stop; they are heard here. Contexts also travel to workers on this machine, whose
    requests do not come back: a further task for each candidate asks here. Other hosts
    are not sent any, as scikit-learn's callbacks break there: their folds are reported
    from here when they are done.

    Parameters
    ----------
    search : BaseSearchCV
        The search that is being fitted; ``n_splits_`` is known.
    root : CallbackContext
        What ``_run_search`` was given.
    n_candidates : int
        How many candidates there will be at most.
    """

    def __init__(self, search, root, n_candidates):
        self._search, self._n_splits = search, search.n_splits_
        backend = type(get_active_backend()[0]).__name__
        self._is_local = backend in LOCAL_BACKENDS
        self._is_here = (
            backend == "ThreadingBackend" or effective_n_jobs(search.n_jobs) == 1
        )
        search._is_alone = not self._is_local  # see without_callbacks
        with_candidate = self._is_local and not self._is_here
        self._n_tasks = self._n_splits + with_candidate  # of a candidate
        self._search_task = root.subcontext(
            task_name="search",
            max_subtasks=n_candidates * self._n_tasks,
            sequential_subtasks=False,
        ).call_on_fit_task_begin(estimator=search)
        self._trials, self._candidates, self._stops = [], [], []

    def begin(self, trials):
        """Begin a batch."""
        self._trials, self._stops = trials, []
        if self._n_tasks > self._n_splits:
            self._candidates = [
                self._task(trial, self._n_splits, trial.stage) for trial in trials
            ]
        for task in self._candidates:
            task.call_on_fit_task_begin(estimator=self._search)

    def folds(self):
        """Return what hands out contexts of the batch's folds, or None."""
        return self if self._is_local else None

    def stay_here(self):
        """Send no contexts and callbacks from now on, as if workers were elsewhere.

        A worker that dies while it calls on a scikit-learn callback may take the thread
        along that answers here, and all that call later would wait for ever. Contexts
        of the batch in hand are given up, as there is one place for each fold.
        """
        self._is_local, self._stops = False, []
        self._search._is_alone = True
        for trial in self._trials:
            for fold in range(self._n_splits):
                place = trial.number * self._n_tasks + fold
                self._search_task._children_map.pop(place, None)

    def end(self, *, is_reported=True):
        """End the batch; return whether a callback asks to stop.

        Folds that were not evaluated under a context of theirs are reported now.
        """
        tasks = list(self._candidates)
        if not (self._is_local and is_reported):
            tasks += [
                self._task(trial, fold, FOLD).call_on_fit_task_begin(
                    estimator=self._search
                )
                for trial in self._trials
                for fold in range(self._n_splits)
            ]
        self._stops += [t.call_on_fit_task_end(estimator=self._search) for t in tasks]
        self._candidates = []
        return any(self._stops)

    def report(self, results):
        """Tell callbacks that want to know, such as trackers, of all rows so far."""
        for callback in getattr(self._search, "_skl_callbacks", []):
            hear = getattr(callback, "on_evaluations", None)
            if hear is not None:
                hear(self._search, results)

    def close(self):
        """End the search's task."""
        self._search_task.call_on_fit_task_end(estimator=self._search)

    def subcontext(self, task_name, task_id):
        """Context of a fold, numbered within the batch as scikit-learn does."""
        i, fold = divmod(task_id, self._n_splits)
        task = self._task(self._trials[i], fold, task_name)
        return HeardContext(task, self._stops) if self._is_here else task

    def _task(self, trial, place, name):
        """A leaf of the search's task, at its own place."""
        return self._search_task.subcontext(
            task_name=name, task_id=trial.number * self._n_tasks + place
        )


def without_callbacks(state):
    """What is pickled of a search whose callbacks stay in the main process."""
    return {name: value for name, value in state.items() if name not in CALLBACKS}


class HeardContext:
    """A callback context whose requests to stop are noted.

    Parameters
    ----------
    context : CallbackContext
        The context.
    stops : list of bool
        Where they are noted.
    """

    def __init__(self, context, stops):
        self._context, self._stops = context, stops

    def __getattr__(self, name):
        return getattr(self._context, name)

    def call_on_fit_task_begin(self, *, estimator, X=None, y=None, metadata=None):
        """Pass the beginning on."""
        self._context.call_on_fit_task_begin(
            estimator=estimator, X=X, y=y, metadata=metadata
        )
        return self

    def call_on_fit_task_end(self, *, estimator, X=None, y=None, metadata=None):
        """Pass the end on, and note the answer."""
        stop = self._context.call_on_fit_task_end(
            estimator=estimator, X=X, y=y, metadata=metadata
        )
        self._stops.append(stop)
        return stop


def scorers_of(scorer: Any) -> Any:
    """The scorers of several metrics by their names; None of a single metric."""
    return scorer._scorers if isinstance(scorer, MultimetricScorer) else None


def at_least_one():
    """Constraint of a parameter that counts something."""
    return Interval(Integral, 1, None, closed="left")


def not_negative():
    """Constraint of a parameter that counts something there may be none of."""
    return Interval(Integral, 0, None, closed="left")


def positive():
    """Constraint of a parameter that is a number above 0; infinity is one."""
    return Interval(Real, 0, float("inf"), closed="right")


def has_methods(*names):
    """Constraint of a parameter that must have these methods."""
    return HasMethods(list(names))


def one_of(*names):
    """Constraint of a parameter that is one of these words."""
    return StrOptions(set(names))
