"""BlueTunaSearchCV: the search as a scikit-learn estimator."""

from collections.abc import Mapping, Sequence
from copy import copy
from inspect import signature
from os import PathLike
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn.utils.validation import check_is_fitted

from skbluetuna._tuner import BlueTuner
from skbluetuna._utils._table import Table
from skbluetuna.ensemble import SearchEnsembleClassifier, SearchEnsembleRegressor
from skbluetuna.history import best_of
from skbluetuna.past import HistoryStore
from skbluetuna.production import Refresh, search_again
from skbluetuna.report import write_report
from skbluetuna.search._early_stopping import EarlyStopping
from skbluetuna.search._ensembling import ensemble_of, refits_ensemble
from skbluetuna.search._fit import run_fit
from skbluetuna.search._results import N_RESOURCES
from skbluetuna.search._scoring import for_table
from skbluetuna.search._sklearn import (
    BaseSearchCV,
    at_least_one,
    below_half,
    has_methods,
    not_negative,
    one_of,
    positive,
    positive_finite,
    search_fit,
    two_or_more,
)
from skbluetuna.space import Space, quoted
from skbluetuna.strategies import NAMED, Strategy

__all__ = ["BlueTunaSearchCV"]

OTHER_NAMES = ("param_grid", "param_distributions", "search_spaces")


class NamesOfOthers:
    """Refuses other searches' names of `param_space`, and says its name here.

    It looks at names only: the constructor takes the arguments, and its signature is
    that of the class.
    """

    def __new__(cls, *_args, **named):
        """Refuse another search's name of the space, unless a subclass takes it."""
        for name in OTHER_NAMES:
            if name in named and name not in signature(cls.__init__).parameters:
                raise TypeError(
                    f"{cls.__name__} calls it param_space, not {name}; got "
                    f"{name}={quoted(named[name])}. Write param_space=..., or give it "
                    "as the second argument: lists are choices, tuples are ranges."
                )
        return super().__new__(cls)


def _ranks(scores, resources=None):
    """Ranks of scores; what is not finite comes last, less of a resource after more."""
    is_known = np.isfinite(scores)
    last_of_all = np.where(is_known, scores, -np.inf)
    if resources is None:
        return rankdata(-last_of_all, method="min").astype(np.int32)
    given = np.where(is_known, np.asarray(resources, dtype=float), -np.inf)
    order = np.lexsort([-last_of_all, -given])
    pairs = np.column_stack([given, last_of_all])[order]
    is_new = np.append(True, (pairs[1:] != pairs[:-1]).any(axis=1))
    ranks = np.empty(len(order), dtype=np.int32)
    ranks[order] = np.maximum.accumulate(np.where(is_new, np.arange(len(order)), 0)) + 1
    return ranks


class BlueTunaSearchCV(NamesOfOthers, BaseSearchCV):
    """Search hyperparameters in three readable stages: scan, learn, climb.

    A drop-in replacement for :class:`~sklearn.model_selection.GridSearchCV` and
    :class:`~sklearn.model_selection.RandomizedSearchCV` that says what it learned: how
    much each hyperparameter matters, how each pair interacts, which regions are worth
    searching.

    Parameters
    ----------
    estimator : estimator object
        Implements the scikit-learn estimator interface; provides ``score`` unless
        `scoring` is given.
    param_space : dict, or list of dicts, or None, default=None
        What may be tried, by parameter name (nested names such as ``clf__C`` too). None
        takes what :func:`suggest_space` knows of the estimator, but for what the
        estimator was given; that stays as it is. A value is:

        - ``(low, high)``: a range, of integers when both bounds are ``int`` and the
          estimator's own value is no float, else of floats;
        - ``(low, high, "log")``: the same on a log scale;
        - ``(low, high, n_splits)`` or ``(low, high, n_splits, "log")``: with so many
          interior lines for `regions_` and the classic scan, 3 by default;
        - a list, or a tuple without numbers: choices, handed to the estimator as
          exactly these objects (numpy's numbers as Python's own); an increasing or
          decreasing list of numbers is an ordered choice;
        - a frozen scipy distribution: the range of its support if that is bounded,
          otherwise its quantiles from 1 % to 99 %;
        - :class:`Real`, :class:`Integer`, :class:`Categorical`: spelled out;
        - any of these within :func:`when`, for a parameter that applies (and is passed
          to the estimator) only where another one takes certain values.

        A list of dicts holds alternatives, such as one for each kind of classifier; a
        candidate belongs to one. See Notes for how they share the budget. No
        configuration is evaluated twice, but for those that alternatives begin with
        (classic: within one alternative).
    n_iter : int or None, default=50
        Number of candidates to evaluate by cross-validation, all stages together. None:
        the strategy's own schedule in full. A finite space no larger than this is
        evaluated exhaustively, in ``ParameterGrid`` order.
    strategy : str or strategy object, default="adaptive"
        ``"adaptive"``, ``"classic"`` (the published search), ``"hyperband"`` (which
        needs a `resource`), or an object such as ``Classic(n_lhs=20, tune_reps=20)``.
    max_concurrent : int or None, default=None
        How many candidates may be open at a time, the window w: candidate i is chosen
        once all up to i - w have their scores, however long the others take. So for a
        given window the result does not depend on `n_jobs`, on the backend or on which
        fit ends first. A larger window keeps more workers busy and learns a little
        later from each score, see Notes. None: 1 where the folds of one candidate keep
        all jobs busy (`n_jobs` at most ``n_splits``), otherwise
        ``2 * ceil(n_jobs / n_splits)``, under `racing` as if there were one fold; a
        search that goes on from a checkpoint or the last fit keeps the window that it
        had. With 1 and no `racing`, what needs no score to be chosen (a grid, a plan)
        is open at once.
    initial_params : list of dicts, default=None
        Configurations to evaluate right after the estimator's own parameters, which
        come first (a value that is None or outside the space is replaced by the centre
        of its range), as far as `n_iter` goes. Parameters that are not named keep the
        estimator's own. Of several alternatives the first that holds a configuration
        gets it. When the space is evaluated exhaustively, its grid's order holds. None:
        none; but where `param_space` is left out too, what :func:`suggest_portfolio`
        knows of the estimator comes next (stage ``"portfolio"``; at most a quarter of
        `n_iter`, and only if nothing is taken from `history`). ``[]`` turns that off.
    constraints : list of relations, default=None
        What candidates must satisfy besides: ``less("min_samples_leaf",
        "min_samples_split")``, ``at_most(50_000, product=("n_estimators",
        "max_leaves"))``, ``forbid(penalty="l1", solver="lbfgs")``, or a named function
        of a configuration (a dict of the parameters that apply) that returns a bool.
        Nothing else is ever evaluated. A relation of a parameter that does not apply
        holds; of several alternatives it holds in those that have all of its
        parameters. Where the estimator's own values, or one of `initial_params`, break
        one, ``fit`` says which. Do not use it where a parameter makes sense only for
        some values of another: that is what :func:`when` is for. See
        ``doc/relations.md``.
    scoring : str, callable, list, tuple or dict, default=None
        As in ``GridSearchCV``. With several metrics the search is guided by the one
        that `refit` names; if `refit` is a callable, False or ``"ensemble"``, by the
        first.
    n_jobs : int, default=None
        Number of fits to run in parallel, as in ``GridSearchCV``: each fold of each
        open candidate is a task of its own, on joblib's active backend.
    refit : bool, str or callable, default=True
        As in ``GridSearchCV``. ``"ensemble"``: `best_estimator_` is a weighted mean of
        several candidates, as :meth:`ensemble` chooses them, fitted to all rows;
        ``best_estimator_.selection`` reports on it. The other ``best_`` attributes stay
        those of the best candidate. Predictions are kept as by
        ``keep_predictions="auto"`` unless it says how many. It takes no `at_least`, as
        limits of members are none of their ensemble. Where a metric has that name, it
        means the metric.
    cv : int, cross-validation generator or iterable, default=None
        As in ``GridSearchCV``. The splits are drawn once: every candidate is scored on
        the same folds, also by a shuffling splitter without a seed.
    verbose : int, default=0
        1 logs how `param_space` was read, a line for each stage and each improvement,
        and at least every ten seconds one that says how far the search has come, to
        logger ``"skbluetuna"`` (standard error, in a notebook standard output, unless
        logging is set up otherwise); from 2 on scikit-learn prints each fit too.
    pre_dispatch : int or str, default="2*n_jobs"
        As in ``GridSearchCV``.
    random_state : int, RandomState instance or None, default=None
        Seed of the search.
    error_score : "raise" or numeric, default=np.nan
        As in ``GridSearchCV``. A candidate with a score that is not finite counts as
        failed: it ranks last, and does not stop the search. Failed fits and scores are
        warned of once, after the search. If all candidates up to the end of the scan
        fail, and at least five, a ValueError says why; of fewer, scikit-learn's does.
    return_train_score : bool, default=False
        As in ``GridSearchCV``.
    checkpoint : path-like, default=None
        File of JSON lines where every evaluation is on disk before the next is
        proposed. Fitting again with the same file, after a crash or Ctrl-C, reads what
        it holds and goes on, with the result of a search that was never stopped. A
        larger `n_iter` counts once the former is spent; a smaller one ends the search
        with what there is. Another space, strategy or seed begins a new search, which
        learns from the evaluations that lie in its space (stage ``"imported"``; they
        are not counted by `n_iter`). Another estimator, scoring or `cv` is refused.
        Other data (clones inside ``cross_val_score``) get a section of their own in the
        same file. A line that is damaged, or says what this search can not have
        written, is named in a ``CheckpointWarning`` and evaluated again.
    warm_start : bool, default=False
        Whether fitting again, on the same data with a larger `n_iter`, goes on from the
        evaluations of the last fit (which must have been warm-started too, or nothing
        is kept). A search that was stopped first spends the budget that it had.
    max_time : float, default=None
        Seconds after which the search stops, once one candidate is evaluated. What is
        evaluated is kept, what runs is given up (in one process the fold that runs is
        finished). Refitting comes on top. None for no limit.
    candidate_timeout : float, default=None
        Seconds that the fits and scorings of one candidate may take together. One that
        takes longer has failed; the search goes on. A fit that does not heed its alarm,
        as native code may not, is ended with its process (which the other folds in
        flight may have to leave and are evaluated again); a thread can not be ended,
        and holds its worker. None for no limit.
    stopping : {"regret"} or None, default=None
        ``"regret"``: stop when what may still be gained, an upper bound by the model,
        is below the standard error of the best cross-validated score.
    racing : float or None, default=None
        Level at which folds race: after each fold a candidate is stopped if the
        probability that the folds that are left would bring it above the best one is
        below this; .005 is a good one. It is judged by the differences to the best on
        the folds so far, and by how much such differences vary, once three candidates
        are complete. Folds have one order, drawn once, and run one after another; as
        many candidates as `max_concurrent` race at once (the more, the less is saved).
        The search is told what is expected of a stopped candidate, which never wins, so
        it may go another way than without a race. Do not use it with two or
        three folds, where there is little to save; where fits are so fast that the
        search itself is the cost; or where you need the scores of all candidates on all
        folds, as for tests of their differences. See ``doc/cheap_evaluations.md``.
        None: every fold of every candidate is evaluated.
    objectives : list of str or None, default=None
        Names of two to four metrics of `scoring` that the search weighs against each
        other; other metrics are watched. Each candidate is chosen for other weights of
        them, so that the search finds the front: candidates that no other is better
        than by all. It takes no `racing`, no `stopping`, and no classic strategy. None:
        one metric guides the search. See ``doc/objectives.md``.
    at_least : dict or None, default=None
        Least value of some metrics, by their names, with scikit-learn's sign (larger is
        better: of a time of 50 ms it is ``-0.05``). It only chooses: the best by
        `refit` of the candidates that meet it, and if none does the one that misses it
        by the least, with a warning. With several objectives `refit` may also be
        :func:`skbluetuna.objectives.knee`.
    resource : str or None, default=None
        What cheap evaluations spend less of, as in scikit-learn's halving searches:
        ``"n_samples"``, or a parameter of the estimator such as ``"n_estimators"``,
        ``"max_iter"`` or ``"clf__max_iter"``. A candidate is evaluated with a part of
        it first, and one rung (`factor`) higher each time it is chosen again; one model
        of the scores at all rungs says which candidate is worth it. Of rows, each fold
        has a stratified order, drawn once, of which it takes the first ones; test rows
        are all. `n_iter` counts in full evaluations: one with a ninth of the resource
        is a ninth. What is cheap is evaluated in the first ten full evaluations' worth
        only; later it no longer helps. Forests and boosting of scikit-learn with an int
        as `random_state` go on from the trees they had on the rung below, with the
        same scores. Do not use it where you can afford more
        than 25 full evaluations, where the cheap score misleads, or with fewer than
        3,000 rows as the resource. See ``doc/cheap_evaluations.md``.
    min_resources : "auto" or number, default="auto"
        Resource of the lowest rung, at most; ``"auto"``: the full one divided by
        ``factor ** 2``, at least 1 (1,000 rows).
    max_resources : "auto" or number, default="auto"
        The full resource; ``"auto"``: all rows, or the estimator's own value.
    factor : number, default=3
        How much more of the resource the next rung spends, at least 2.
    early_stopping : EarlyStopping or None, default=None
        Lets boosting stop early in each fold, by an evaluation set that is split from
        the fold's training part; the rows that it is scored on are none of it. For
        XGBoost, LightGBM, CatBoost and histogram boosting, alone or as the last step of
        a pipeline. The number of rounds is then no parameter of `param_space`; the
        estimator's own is the most that a fold may have. The refit makes the mean over
        the folds, scaled to all rows, without stopping. Do not use it with few rows, of
        which the evaluation set takes a tenth, nor where a resource is what you want to
        save. See :class:`EarlyStopping` and ``doc/early_stopping.md``. None: each fit
        makes the rounds that its parameters say.
    keep_predictions : int or "auto", default=0
        Of how many candidates, the best so far, the out-of-fold predictions are kept:
        what each fold's model says of its test rows, made in the worker right after
        scoring. ``"auto"``: 25, fewer where they would take more than 256 MB (4 bytes
        for each row and column), but at least one. While the search runs, as many
        candidates as are in flight come on top, and a copy while they are written. A
        candidate that was stopped, or has a fold that failed, has none. With
        `checkpoint` they are on disk beside it, in a file named after it and the
        section that ends in ``.npz``. A search that goes on (by `warm_start` too) has
        them; what is missing or damaged is made again, by evaluating the folds of these
        candidates again, whose scores stay. 0: none are made.
    n_retries : int, default=3
        How often a fold is evaluated again, each time with a logged warning, when the
        executor fails (a worker was killed, a host or a cluster was lost). After that
        it is evaluated alone: a candidate that kills its worker then has failed (unless
        `error_score` is "raise"). If the executor does nothing else either, the search
        stops as by Ctrl-C, and keeps its results.
    history : path-like, HistoryStore or None, default=None
        File of past searches, see :class:`HistoryStore`. A fit appends what it has
        evaluated when it ends, also by Ctrl-C. If the file has at least one search of
        the same estimator class with parameters in common and 20 scores or more, the
        fit starts from it: after the estimator's own configuration come up to five that
        were good together (stage ``"history"``; at most a quarter of `n_iter`), and the
        model begins with what past searches agree about, as far as they rank the scores
        of this one rightly. What is taken is chosen once, when a search begins; one
        that goes on keeps it. Do not use it to compare searches, nor where the file
        holds searches of the rows that you test on. See ``doc/past_searches.md``.
        None: nothing is read or written.

    Attributes
    ----------
    cv_results_ : dict of arrays
        As in ``GridSearchCV``, in the order of evaluation, and column ``stage``:
        ``"initial"``, ``"history"`` of past searches, ``"portfolio"``, ``"scan"``,
        ``"learn"``, ``"climb"``, ``"grid"`` where the space was evaluated exhaustively,
        or ``"imported"`` from an earlier search, before all others; column ``failure``:
        why a candidate has no score, or ``""``; with several alternatives also column
        ``alternative``; with `racing` also column
        ``n_folds``: a candidate that was stopped has fewer than ``n_splits_``, NaN for
        the other folds and for its means, and ranks last; with `resource` also column
        ``n_resources``: a row for each evaluation, those with the full resource rank
        first, then those with the next lower one, and so on; with `early_stopping`
        also columns ``split0_best_iteration`` and so on, the number of rounds up to the
        best one, ``mean_best_iteration``, NaN where a fit failed, and
        ``refit_iterations``, what `best_estimator_` has (``params`` does not name it).
    best_estimator_, best_score_, best_params_, best_index_, scorer_, n_splits_,\
 refit_time_, multimetric_, classes_, n_features_in_, feature_names_in_
        As in ``GridSearchCV``.
    pareto_front_ : ndarray of int
        With `objectives`: rows of the front, the best by the first objective first;
        `pareto_params_` has their parameters. ``cv_results_`` has columns ``on_front``
        and, with `at_least`, ``meets_limits``. The tables below then have a column
        ``objective``.
    regions_ : dict of arrays
        The regions of each parameter, one row each, ready for ``pandas.DataFrame``:
        ``param``; ``low`` and ``high``, in the parameter's own values (a choice's
        region is the choice); measures that depend on the strategy; and ``kept``.
        Adaptive: ``probability`` that the best configuration has its value there. It is
        the share of landscapes drawn from the fitted model that are largest there;
        those where the parameter does not apply count for no region; NaN if the scores
        tell nothing. Of each parameter the fewest regions that hold 90 % together are
        kept, and always the best configuration's. Classic: ``raw_output``,
        ``projection`` and ``score`` by the published formula from the scan's scores;
        NaN where nothing was scanned. Those not below the parameter's mean are kept.
    weights_ : dict of arrays
        Influence of each parameter, one row each. ``weight`` and ``std_error``:
        adaptive, the slope of the score over the whole box, for each half of the range,
        in units of the score (of a choice, the spread of the score over its values);
        classic, the perceptron's own, of scaled scores. ``share``: part of the score's
        variance over the whole box that the parameter explains alone (classic: of the
        perceptron's terms over the trials it learned from). ``share_low`` and
        ``share_high``: its 90 % interval. ``local_share``: the same over half of each
        range about the best trial (all of a choice without order, and of four values or
        fewer). ``initial_weight``: from the boundary scores (eq. 5). ``at_end``:
        ``"low"`` or ``"high"`` where the best configuration stands at that end of a
        range, which is then worth widening, else ``""``.
    interactions_ : dict of arrays
        Interaction of each pair, one row for each ``kind`` of term: ``param_a``,
        ``param_b``, ``kind`` and the columns of ``weights_`` but the last two. A share
        is what the pair explains beyond its two parameters. Shares of both tables
        together sum to one, for each alternative, less what the adaptive model gives to
        noise and to more than two parameters at once. All are zero if nothing varies.
        They are what the model expects after these evaluations, of which few are far
        from the best configuration; the intervals show how little is known there.
    optimized_space_ : dict, or list of dicts
        The narrowed space, valid as `param_space`: of each parameter the smallest range
        (of a choice, the values) that holds its kept regions and the best
        configuration. ``doc/tables.md`` says how often that holds the best there is.
    cv_predictions_ : ndarray of shape (k, n_rows) or (k, n_rows, n_columns)
        With `keep_predictions`: out-of-fold predictions of the k best candidates by the
        metric that guides the search, the best first, in float32. NaN where a row is in
        no test fold, the mean where it is in several. One number for each row of a
        regressor, and from ``decision_function`` of two classes; otherwise a column for
        each class (or output of a regressor), also of those that the training part of a
        fold lacks: 0, from ``decision_function`` the least float32. Of several outputs
        with classes the columns of the first output's classes come first, then those of
        the second; an estimator that gives one column for each label keeps them. With
        several methods or alternatives all have one layout; candidates that have
        another are left out, with a warning.
    cv_predictions_index_ : ndarray of shape (k,)
        Which rows of ``cv_results_`` they are of.
    cv_predictions_method_ : {"predict_proba", "decision_function", "predict"}
        How they were made: by the first of these that some candidate has; of regressors
        ``"predict"``. From ``predict`` of a classifier a row has 1 in the column of the
        class that is predicted, else 0.
    cv_predictions_classes_ : ndarray of shape (n_classes,), list of these, or None
        The classes that the columns stand for, in their order; of several outputs one
        array each. None where the target is no choice of classes.
    tuner_ : BlueTuner
        The search itself, with its trials.
    stop_reason_ : str
        Why the search ended: ``"n_iter"``; ``"exhausted"`` if the space has no more
        configurations; ``"max_time"``; ``"regret"``; ``"interrupted"`` by Ctrl-C, which
        keeps the best so far; ``"callback"`` that asked to stop; ``"executor"`` that
        failed more than `n_retries` times in a row, and not over one candidate.

    See Also
    --------
    less, at_most, forbid : Relations between parameters.
    suggest_space : Ready-made ranges for many estimators.
    BlueTuner : The same search as ask and tell.
    sklearn.model_selection.GridSearchCV : Exhaustive search.

    Notes
    -----
    `regions_`, `weights_` and `interactions_` print as tables, are drawn as such in
    notebooks, and have ``to_frame()`` for pandas; in all else they are dicts.
    A strategy of your own may come without rules that explain: then these, and
    `optimized_space_`, are not there, and :meth:`report` leaves them out.

    With several alternatives the tables have one more column, ``alternative``. Each is
    learned from its own scores; in the adaptive strategy the models that choose what to
    evaluate have scores that are warped together. There each has a first look, of two
    evaluations more than it has parameters that vary, as far as half of the budget goes
    round (and of its own initial configurations in any case). Then each evaluation goes
    to the alternative whose expected gain over the best score of all is the largest;
    every tenth goes to the one that has had the fewest, so that none is given up for
    good. The classic strategy splits its budget evenly.

    What a window costs and gains is in ``doc/many_workers.md``.

    References
    ----------
    Equations 1 to 20 of ``doc/notation.md``.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.svm import SVC
    >>> from skbluetuna import BlueTunaSearchCV
    >>> X, y = load_iris(return_X_y=True)
    >>> space = {"C": (1e-2, 1e3, "log"), "gamma": (1e-3, 1e1, "log")}
    >>> search = BlueTunaSearchCV(SVC(), space, n_iter=20, random_state=0).fit(X, y)
    >>> len(search.cv_results_["params"])
    20
    >>> bool(search.best_score_ > 0.96)
    True
    """

    # What a fit leaves, for type checkers.
    best_estimator_: Any
    best_index_: int
    best_params_: dict[str, Any]
    best_score_: float
    cv_results_: dict[str, Any]
    n_splits_: int
    refit_time_: float
    stop_reason_: str
    tuner_: BlueTuner

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseSearchCV._parameter_constraints,
        "param_space": [dict, list, tuple, Space, None],
        "n_iter": [at_least_one(), None],
        "strategy": [one_of(*NAMED), has_methods("schedule", "n_trials")],
        "max_concurrent": [at_least_one(), None],
        "initial_params": [list, tuple, None],
        "constraints": [list, tuple, None],
        "random_state": ["random_state"],
        "checkpoint": [str, PathLike, None],
        "warm_start": ["boolean"],
        "max_time": [positive(), None],
        "candidate_timeout": [positive(), None],
        "stopping": [one_of("regret"), None],
        "racing": [below_half(), None],
        "objectives": [list, tuple, None],
        "at_least": [dict, None],
        "resource": [str, None],
        "min_resources": [one_of("auto"), positive_finite()],
        "max_resources": [one_of("auto"), positive_finite()],
        "factor": [two_or_more()],
        "early_stopping": "no_validation",  # by what fit checks, in words of ours
        "keep_predictions": [not_negative(), one_of("auto")],
        "n_retries": [not_negative()],
        "history": [str, PathLike, HistoryStore, None],
    }

    def __init__(
        self,
        estimator: Any,
        param_space: Any = None,
        *,
        n_iter: int | None = 50,
        strategy: str | Strategy = "adaptive",
        max_concurrent: int | None = None,
        initial_params: Sequence[Mapping[str, Any]] | None = None,
        constraints: Sequence[Any] | None = None,
        scoring: Any = None,
        n_jobs: int | None = None,
        refit: Any = True,
        cv: Any = None,
        verbose: int = 0,
        pre_dispatch: int | str = "2*n_jobs",
        random_state: Any = None,
        error_score: Any = np.nan,
        return_train_score: bool = False,
        checkpoint: str | PathLike[str] | None = None,
        warm_start: bool = False,
        max_time: float | None = None,
        candidate_timeout: float | None = None,
        stopping: str | None = None,
        racing: float | None = None,
        objectives: Sequence[Any] | None = None,
        at_least: Mapping[str, float] | None = None,
        resource: str | None = None,
        min_resources: str | float = "auto",
        max_resources: str | float = "auto",
        factor: float = 3,
        early_stopping: EarlyStopping | None = None,
        keep_predictions: int | str = 0,
        n_retries: int = 3,
        history: str | PathLike[str] | HistoryStore | None = None,
    ) -> None:
        super().__init__(
            estimator=estimator, scoring=scoring, n_jobs=n_jobs, refit=refit, cv=cv,
            verbose=verbose, pre_dispatch=pre_dispatch, error_score=error_score,
            return_train_score=return_train_score,
        )  # fmt: skip
        self.param_space = param_space
        self.n_iter = n_iter
        self.strategy = strategy
        self.max_concurrent = max_concurrent
        self.initial_params = initial_params
        self.constraints = constraints
        self.random_state = random_state
        self.checkpoint = checkpoint
        self.warm_start = warm_start
        self.max_time = max_time
        self.candidate_timeout = candidate_timeout
        self.stopping = stopping
        self.racing = racing
        self.objectives = objectives
        self.at_least = at_least
        self.resource = resource
        self.min_resources = min_resources
        self.max_resources = max_resources
        self.factor = factor
        self.early_stopping = early_stopping
        self.keep_predictions = keep_predictions
        self.n_retries = n_retries
        self.history = history

    @search_fit
    def fit(self, X: Any, y: Any = None, **params: Any) -> "BlueTunaSearchCV":
        """Search, and refit the best candidate.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features) or (n_samples, n_samples)
            The data, as the estimator takes them.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
            Target relative to `X`; None for unsupervised learning.
        **params : dict
            As in ``GridSearchCV.fit``: for the estimator's ``fit``, the splitter
            (``groups``) and the scorer.

        Returns
        -------
        self : BlueTunaSearchCV
            The fitted search.

        Raises
        ------
        ValueError, TypeError
            If a parameter breaks a rule of the class; the message names it.
        """
        run_fit(self, X, y, params)
        return self

    def report(self, path: str | PathLike[str]) -> Path:
        """Write what the search found and learned as one HTML page.

        The verdict, the way there, the ten best configurations, the ensemble if the
        search ended with one, the tables and the pictures of
        :mod:`skbluetuna.inspection`, and what it takes to repeat the search. The page
        needs no network and no other file.

        Parameters
        ----------
        path : path-like
            The file to write, in a folder that exists; a file of that name is
            replaced once the new one is complete.

        Returns
        -------
        path : pathlib.Path
            The file.

        Raises
        ------
        NotFittedError
            If the search is not fitted.
        MissingDependencyError
            If matplotlib is not installed.
        FileNotFoundError, IsADirectoryError, TypeError
            If there is no such folder, or `path` is a folder, or no path.

        Examples
        --------
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> from sklearn.datasets import load_iris
        >>> from sklearn.svm import SVC
        >>> from skbluetuna import BlueTunaSearchCV
        >>> search = BlueTunaSearchCV(SVC(), {"C": (1e-2, 1e3, "log")}, n_iter=5)
        >>> search = search.fit(*load_iris(return_X_y=True))
        >>> with TemporaryDirectory() as folder:
        ...     search.report(Path(folder) / "report.html").name
        'report.html'
        """
        return write_report(self, path)

    def refresh(
        self, X: Any, y: Any, *, n_iter: int = 20, holdback: float = 0.25
    ) -> Refresh:
        """Search again on new data, from the best of this search, and compare.

        The new search has this one's settings. It begins with the best configurations
        of this one (up to five, a quarter of `n_iter` at most), and is fitted to all
        rows but the last ones. On these its best estimator is compared with the one in
        use. Nothing is replaced: this search stays as it is.

        Parameters
        ----------
        X : array, sparse array or data frame of shape (n_samples, n_features)
            New rows, the oldest first; the more recent ones count in the comparison.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Their target.
        n_iter : int, default=20
            Number of candidates.
        holdback : float, default=0.25
            Share of the rows, the last ones, that the models are compared on; at least
            20 rows.

        Returns
        -------
        refresh : Refresh
            ``search``, the new search; ``comparison``, both scores by the metric that
            guides the search, and the gain with a paired interval and an exact p;
            ``recommendation``, ``"keep"`` or ``"replace"``.

        Raises
        ------
        NotFittedError
            If the search has no ``best_estimator_``: it is not fitted, or has
            ``refit=False``.
        ValueError, TypeError
            If `n_iter` or `holdback` breaks a rule, or `cv` lists rows.

        See Also
        --------
        skbluetuna.production.Watch : When it is time for it.

        Examples
        --------
        >>> from sklearn.datasets import make_classification
        >>> from sklearn.linear_model import LogisticRegression
        >>> from skbluetuna import BlueTunaSearchCV
        >>> X, y = make_classification(600, random_state=0)
        >>> space = {"C": (1e-3, 1e2, "log")}
        >>> search = BlueTunaSearchCV(LogisticRegression(), space, n_iter=5)
        >>> search = search.fit(X[:300], y[:300])
        >>> search.refresh(X[300:], y[300:], n_iter=5).recommendation
        'keep'
        """
        return search_again(self, X, y, n_iter=n_iter, holdback=holdback)

    def ensemble(
        self, max_size: int = 20, metric: Any = None, n_bags: int = 0
    ) -> SearchEnsembleClassifier | SearchEnsembleRegressor:
        """An ensemble of candidates, chosen by their out-of-fold predictions.

        Greedy selection with replacement (Caruana et al. 2004): from the mean of up to
        five of the best candidates on, whichever candidate improves the score of the
        mean most is added, again and again. Nothing is fitted: what the folds have
        predicted is averaged. ``doc/ensembles.md`` says when it gains and what it
        costs.

        Parameters
        ----------
        max_size : int, default=20
            How many candidates a selection adds, each as often as it is; also how many
            members there are at most. 1 gives the best candidate alone.
        metric : str, callable or None, default=None
            What to choose by: a name or a scorer as in `scoring`. None: the metric that
            guided the search; without `scoring`, accuracy or R2. If it can not be
            computed from predictions, log loss (without probabilities accuracy) or the
            squared error takes its place, and ``selection.note`` says so.
        n_bags : int, default=0
            0 selects once from all candidates. Else the weights are the mean over so
            many selections from random halves of the candidates, drawn by a fixed seed:
            nearly twice as many members, for little.

        Returns
        -------
        ensemble : SearchEnsembleClassifier or SearchEnsembleRegressor
            Unfitted: ``search.ensemble().fit(X, y)`` fits its members to all rows. Its
            ``selection`` (:class:`~skbluetuna.ensemble.EnsembleChoice`) prints members,
            weights, and the out-of-fold score beside the best candidate's.

        Raises
        ------
        NotFittedError
            If the search is not fitted.
        ValueError, TypeError
            If no predictions were kept, or the search has several targets of classes,
            or a parameter breaks a rule.

        Notes
        -----
        It needs `keep_predictions` (or ``refit="ensemble"``). Then the search also
        keeps the targets that ``fit`` was given, and what it passed to the scorer.
        Members have one kind of prediction, see ``cv_predictions_method_``. The score
        is of all rows at once, not the mean over folds: of AUC or F1 it may differ from
        `best_score_`. ``selection.score`` flatters: the rows that chose the members
        judge them.

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> from sklearn.tree import DecisionTreeClassifier
        >>> from skbluetuna import BlueTunaSearchCV
        >>> X, y = load_iris(return_X_y=True)
        >>> search = BlueTunaSearchCV(
        ...     DecisionTreeClassifier(random_state=0), {"max_depth": (1, 8)}, n_iter=6,
        ...     scoring="neg_log_loss", keep_predictions="auto", random_state=0,
        ... ).fit(X, y)
        >>> ensemble = search.ensemble()
        >>> bool(ensemble.selection.score >= ensemble.selection.best_score)
        True
        >>> ensemble.fit(X, y).predict(X[:2])
        array([0, 0])
        """
        check_is_fitted(self, "tuner_")
        return ensemble_of(self, max_size, metric, n_bags)

    def score(self, X: Any, y: Any = None, **params: Any) -> float:
        """Score of the refitted estimator, by the metric that guided the search.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Data to predict on.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
            Target relative to `X`; None for unsupervised learning.
        **params : dict
            As in ``GridSearchCV.score``, under metadata routing.

        Returns
        -------
        score : float
            By `scoring` if it is given, else the estimator's own. Of several metrics
            the one that `refit` names; if `refit` is a callable or ``"ensemble"``, the
            first.
        """
        search = self
        is_other = callable(self.refit) or refits_ensemble(self)
        if is_other and getattr(self, "multimetric_", False):
            search = copy(self)  # scikit-learn looks the metric up by `refit`
            search.refit = self._guiding_metric(self.cv_results_)
        return BaseSearchCV.score(search, X, y, **params)

    @property
    def regions_(self) -> Table:
        """Regions of each parameter; made when it is looked at."""
        check_is_fitted(self, "tuner_")
        return self.tuner_.regions

    @property
    def optimized_space_(self) -> Any:
        """The narrowed space; made when it is looked at."""
        check_is_fitted(self, "tuner_")
        return self.tuner_.optimized_space

    @property
    def weights_(self) -> Table:
        """Influence of each parameter; made when it is looked at."""
        check_is_fitted(self, "tuner_")
        return self.tuner_.weights

    @property
    def interactions_(self) -> Table:
        """Interaction of each pair; made when it is looked at."""
        check_is_fitted(self, "tuner_")
        return self.tuner_.interactions

    @property
    def cv_predictions_(self) -> NDArray[np.float32]:
        """Out-of-fold predictions of the best candidates."""
        return self._kept_predictions("cv_predictions_").values

    @property
    def cv_predictions_index_(self) -> NDArray[np.intp]:
        """Rows of ``cv_results_`` that the predictions are of."""
        self._kept_predictions("cv_predictions_index_")
        return self._published.rows

    @property
    def cv_predictions_method_(self) -> str:
        """Method that the predictions are made by."""
        return self._kept_predictions("cv_predictions_method_").method

    @property
    def cv_predictions_classes_(self) -> Any:
        """Classes that columns of the predictions stand for."""
        self._kept_predictions("cv_predictions_classes_")
        return self._published.classes

    def _kept_predictions(self, name: str) -> Any:
        """What was kept of predictions; an AttributeError says why nothing was."""
        check_is_fitted(self, "tuner_")
        published = getattr(self, "_published", None)
        if published is None:
            raise AttributeError(
                f"{name} is there after a fit with keep_predictions; here it is "
                f"keep_predictions={self.keep_predictions!r}. Write "
                'keep_predictions="auto" and fit again.'
            )
        if published.kept is None:
            raise AttributeError(
                f"{name} is not there, as no candidate has predictions: "
                f"{published.reason}."
            )
        return published.kept

    def _format_results(self, candidate_params, n_splits, out, more_results=None):
        """As in ``GridSearchCV``, but a score that is not finite ranks last."""
        with np.errstate(invalid="ignore", over="ignore"):  # inf - inf in `std`
            results = super()._format_results(
                candidate_params, n_splits, for_table(out), more_results
            )
        for key in [key for key in results if key.startswith("rank_test_")]:
            results[key] = _ranks(
                results[key.replace("rank", "mean", 1)], results.get(N_RESOURCES)
            )
        for key in {"stage", "failure"} & set(results):
            results[key] = results[key].astype(object)  # the words once in all
        return results

    @staticmethod
    def _select_best_index(refit, refit_metric, results):
        """As in ``GridSearchCV``, but a score that is not finite never wins."""
        if callable(refit):
            return BaseSearchCV._select_best_index(refit, refit_metric, results)
        scores = results[f"mean_test_{refit_metric}"]
        if N_RESOURCES not in results:
            return best_of(scores) or 0
        given = np.asarray(results[N_RESOURCES])  # what is less than full never wins
        return best_of(np.where(given == given.max(), scores, np.nan)) or 0

    def _check_refit_for_multimetric(self, scores):
        """As in ``GridSearchCV``, but an ensemble needs no metric's name."""
        if not refits_ensemble(self):
            super()._check_refit_for_multimetric(scores)

    def _guiding_metric(self, results):
        """Name of the metric that guides the search, as a key of ``cv_results_``."""
        prefix = "mean_test_"
        names = [key.removeprefix(prefix) for key in results if key.startswith(prefix)]
        if names != ["score"]:  # a callable scorer shows its metrics only now
            self._check_refit_for_multimetric(names)
        return self.refit if self.refit in names else names[0]
