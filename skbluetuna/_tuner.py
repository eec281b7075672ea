"""BlueTuner: the search as ask and tell, without scikit-learn."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from reprlib import repr as shortened
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skbluetuna._utils._checks import check_count, draw_seed
from skbluetuna._utils._table import Table
from skbluetuna.exceptions import UnexplainedError, UnknownTrialError
from skbluetuna.explain import Learned
from skbluetuna.history import (
    IMPORTED,
    Budgeted,
    Event,
    History,
    Ladder,
    Reported,
    Trial,
)
from skbluetuna.objectives import front_of
from skbluetuna.past import (
    Lessons,
    Notebook,
    lessons_from,
    lessons_of_portfolio,
    notebook_of,
)
from skbluetuna.scheduling import (
    Scheduler,
    Settings,
    as_ladder,
    as_objectives,
    as_references,
    check_report,
    from_text,
    initial_rows,
    is_outdone,
    new_history,
    to_text,
    with_spaces,
)
from skbluetuna.space import (
    Space,
    Spaces,
    constrained,
    is_integer,
    parse_spaces,
    read_spaces,
)
from skbluetuna.strategies import Strategy, resolve_strategy

__all__ = ["BlueTuner"]

NO_HISTORY = (
    "history must be None where there are several objectives, of which past searches "
    "can not say together what is good. Leave one of the two out."
)


class BlueTuner:
    """Three-stage hyperparameter search, asked for trials and told their scores.

    The tuner decides what to evaluate and never evaluates; its only state is the
    history of what was asked and told.

    Parameters
    ----------
    space : dict, Space, or list of these
        What may be asked, as `param_space` of `BlueTunaSearchCV`. Of several
        alternatives each trial belongs to one; see `BlueTunaSearchCV` for its share.
    n_iter : int or None, default=50
        Number of trials, all stages together; None for the strategy's own schedule. A
        finite space no larger than this is asked exhaustively.
    strategy : str or strategy object, default="adaptive"
        ``"adaptive"``, ``"classic"`` or e.g. ``Classic(n_lhs=20)``.
    random_state : int, numpy Generator, RandomState or None, default=None
        Seed; None draws one.
    reference : dict or list of dicts, default=None
        Configuration that is asked first, unless the space is asked exhaustively, and
        around which the classic scan looks; one for each alternative. Parameters that
        are missing, None or outside their dimension stand at its centre. Where its
        value is a float, a range that is written with ints is one of floats; where it
        says nothing, a range of two neighbouring ints is refused.
    initial_params : list of dicts, default=None
        Configurations asked next, as far as the budget goes. Parameters that are not
        named stand at the reference's value; a value outside its dimension is an error.
        Of several alternatives the first that holds a configuration gets it.
    constraints : list of relations, default=None
        What configurations must satisfy besides: :func:`less`, :func:`at_most`,
        :func:`forbid`, or named functions of a configuration that return a bool.
        Nothing else is ever asked, see ``doc/relations.md``. A relation of a parameter
        that does not apply holds; of several alternatives it holds in those that have
        all of its parameters. A `reference` or one of `initial_params` that breaks one
        is an error.
    resource : pair of numbers or None, default=None
        Least and full amount of what an evaluation spends, such as epochs or rows.
        Trials then have a ``resource``, which is to be spent on them: a part of the
        full one where that is enough to learn from, see `Trial`. `n_iter` counts in
        full evaluations: one with a ninth of the resource is a ninth. None: every trial
        is evaluated in full, and has none.
    factor : number, default=3
        How much more of the resource an evaluation one rung higher spends, at least 2:
        with ``resource=(1, 81)`` the rungs are 1, 3, 9, 27 and 81. Rungs are whole
        numbers where both ends are.
    objectives : list of str, default=None
        Names of two to four objectives, each larger the better: `tell` then takes a
        value for each, and `front` has the trials that none is better than in all. None
        for one.
    history : path-like, HistoryStore or None, default=None
        Past searches to start from, see :class:`HistoryStore` and
        ``doc/past_searches.md``: of those that tuners wrote, with parameters in common
        and 20 scores or more. What is taken from them is chosen here, once. The search
        itself is written into it by `remember`.
    portfolio : list of dicts, default=None
        Configurations that are known to be good starts, as
        :func:`suggest_portfolio` returns them. They are asked after `initial_params`
        (stage ``"portfolio"``), at most five and at most a quarter of `n_iter`; not
        where something is taken from `history`. Values as in `initial_params`.

    Attributes
    ----------
    trials : tuple of Trial
        Every trial, in the order of asking.

    Raises
    ------
    ValueError, TypeError
        If an argument breaks a rule above; the message names it.

    Examples
    --------
    >>> tuner = BlueTuner({"x": (-1.0, 1.0), "k": [1, 2, 3]}, n_iter=30, random_state=0)
    >>> while not tuner.finished:
    ...     for trial in tuner.ask():
    ...         score = -trial.params["x"] ** 2 + trial.params["k"]
    ...         tuner.tell(trial, score)
    >>> len(tuner.trials), tuner.best.params["k"]
    (30, 3)
    """

    def __init__(
        self,
        space: Any,
        *,
        n_iter: int | None = 50,
        strategy: str | Strategy = "adaptive",
        random_state: Any = None,
        reference: Any = None,
        initial_params: Sequence[Mapping[str, Any]] | None = None,
        constraints: Sequence[Any] | None = None,
        resource: tuple[float, float] | None = None,
        factor: float = 3,
        objectives: Sequence[str] | None = None,
        history: Any = None,
        portfolio: Sequence[Mapping[str, Any]] | None = None,
    ) -> None:
        spaces = parse_spaces(space)
        spaces = read_spaces(spaces, as_references(spaces, reference))
        spaces = constrained(spaces, constraints)
        rules = resolve_strategy(strategy)
        seed = draw_seed(random_state)
        budget = None if n_iter is None else check_count("n_iter", n_iter)
        initial = initial_rows(spaces, reference, initial_params)
        ladder = None if resource is None else as_ladder(resource, factor)
        several = None if objectives is None else as_objectives(objectives)
        if several is not None and history not in (None, ()):
            raise ValueError(NO_HISTORY)
        known = initial_rows(spaces, reference, portfolio, "portfolio")
        self._notebook, lessons = _taken_from(history, spaces, initial, budget)
        lessons = lessons or lessons_of_portfolio(spaces, initial, known, budget)
        settings = Settings(spaces, initial, rules, seed, ladder, several, lessons)
        self._restore(settings, new_history(settings, [Budgeted(budget)]))

    def __repr__(self) -> str:
        names = [list(space.names) for space in self.spaces]
        return (
            f"BlueTuner({names[0] if len(names) == 1 else names}, "
            f"n_iter={self.n_iter}, strategy={self._settings.strategy!r}, "
            f"{len(self._history)} asked)"
        )

    @property
    def n_iter(self) -> int:
        """Number of trials the search will ask, unless the space has fewer.

        With a `resource`, of full evaluations, which all trials together cost at most.
        """
        return self._scheduler.n_trials

    @property
    def most_trials(self) -> int:
        """How many trials there may be, if all were as cheap as can be."""
        return self._scheduler.most_trials

    @property
    def ladder(self) -> Ladder | None:
        """The rungs of the resource; None without one."""
        return self._settings.ladder

    @property
    def seed(self) -> int:
        """Seed of the search."""
        return self._settings.seed

    @property
    def history(self) -> History:
        """What happened, for those who keep it or let it happen again."""
        return self._history

    @property
    def spaces(self) -> tuple[Space, ...]:
        """The alternatives."""
        return Spaces(self._settings.spaces)

    @property
    def stages(self) -> set[str]:
        """Names of all stages that may ask."""
        return self._scheduler.stages | {IMPORTED}

    @property
    def trials(self) -> tuple[Trial, ...]:
        """Every trial asked so far, in the order of their numbers."""
        return tuple(_copied(trial) for trial in self._history.trials)

    @property
    def pending(self) -> tuple[Trial, ...]:
        """The trials that await their score, in the order of their numbers."""
        return tuple(_copied(trial) for trial in self._history.pending)

    @property
    def best(self) -> Trial | None:
        """The complete trial with the largest score; None before there is one.

        Complete is what was evaluated with the full resource, if there is a resource.
        """
        best = self._history.best
        return None if best is None else _copied(best)

    @property
    def objectives(self) -> tuple[str, ...] | None:
        """Names of several objectives; None for one."""
        return self._settings.objectives

    @property
    def front(self) -> tuple[Trial, ...]:
        """The complete trials that no other is better than in all objectives.

        The best one by the first objective first. Of one objective it is the best one.
        """
        history = self._history
        known = [
            t for t in history.trials if t.state == "complete" and history.is_full(t)
        ]
        m = history.n_values
        values = np.array([t.values for t in known]).reshape(len(known), m)
        return tuple(_copied(known[i]) for i in front_of(values))

    @property
    def finished(self) -> bool:
        """Whether everything is told, and nothing is left to ask."""
        is_over = self._is_dry or self._scheduler.is_over(self._history)
        return is_over and not self._history.has_pending

    def ask(self, n: int | None = None) -> list[Trial]:
        """Return the next trials to evaluate.

        Parameters
        ----------
        n : int or None, default=None
            At most so many; None for all that the stage can name now.

        Returns
        -------
        trials : list of Trial
            Empty while the search waits for scores of trials that were asked before,
            and when it is finished.

        Raises
        ------
        ValueError, TypeError
            If `n` is not a positive int.
        """
        if n is not None:
            n = check_count("n", n)
        asked = self._scheduler.ask(self._history, n)
        # A range of few floats has an end that only its last question finds.
        self._is_dry = not asked and not self._history.has_pending
        return [_copied(trial) for trial in asked]

    def tell(
        self,
        trial: Trial | int,
        score: float | Sequence[float],
        *,
        seconds: float | None = None,
        resource: float | None = None,
    ) -> None:
        """Record the score of a trial.

        Parameters
        ----------
        trial : Trial or int
            A trial that was asked, or its number.
        score : float
            Its score, larger is better. NaN, an infinity or a number too large for a
            float marks a failed trial: it never wins and never stops the search. Of
            several objectives a sequence, a value for each in their order; one that is
            not finite marks a failed trial.
        seconds : float or None, default=None
            What the evaluation took.
        resource : float or None, default=None
            How much of the resource it has spent, where it was stopped before it had
            all of its own; see `should_stop`. None: all of it.

        Raises
        ------
        UnknownTrialError
            If this tuner did not ask the trial.
        AlreadyToldError
            If its score was told before.
        TypeError
            If `trial` is neither, or `score` is not a real number.
        ValueError
            If `resource` is more than the trial has, or the search has none; or it is
            None where `should_stop` says that the trial should stop.
        """
        number = self._number(trial)
        if resource is not None:
            own = self._history.trial(number)
            resource = check_report(self.ladder, own, resource)
            resource = None if resource == own.resource else resource
        elif self.should_stop(number):
            raise ValueError(
                f"resource must be given for trial {number}, which should stop before "
                "it has spent all of its own. Write tell(trial, score, resource=...), "
                "what it has spent."
            )
        values, took = self._values(score), _as_seconds(seconds)
        self._history.tell(number, values, took, resource=resource)

    def report(self, trial: Trial | int, score: float, resource: float) -> None:
        """Record what a trial has reached on its way, with so much of the resource.

        Parameters
        ----------
        trial : Trial or int
            A trial that was asked, or its number.
        score : float
            Its score so far, larger is better; NaN if there is none.
        resource : float
            What it has spent so far, at most its own `Trial.resource`.

        Raises
        ------
        UnknownTrialError, AlreadyToldError, TypeError, ValueError
            As by `tell`.

        Examples
        --------
        >>> tuner = BlueTuner({"x": (0.0, 1.0)}, n_iter=5, resource=(1, 9),
        ...                   random_state=0)
        >>> while not tuner.finished:
        ...     for trial in tuner.ask():
        ...         for epoch in range(1, trial.resource + 1):
        ...             score = -abs(trial.params["x"] - 0.3) - 1.0 / epoch
        ...             tuner.report(trial, score, epoch)
        ...             if tuner.should_stop(trial):
        ...                 break
        ...         tuner.tell(trial, score, resource=epoch)
        >>> tuner.best.resource
        9
        """
        number = self._number(trial)
        resource = check_report(self.ladder, self._history.trial(number), resource)
        part = len(self._history.parts(number))
        outcome = {"resource": resource, "score": _as_score(score)}
        self._history.append(Reported(number, part, outcome))

    def should_stop(self, trial: Trial | int) -> bool:
        """Whether a trial is not worth the rest of its resource.

        Parameters
        ----------
        trial : Trial or int
            A trial of which scores were reported, or its number.

        Returns
        -------
        should_stop : bool
            True once it is not among the best third (for ``factor=3``) of the trials
            that are known at a rung it has passed. Then `tell` its score so far with
            the resource that it has spent; the budget gets the rest back.

        Raises
        ------
        UnknownTrialError, TypeError
            As by `tell`.

        References
        ----------
        L. Li et al., A system for massively parallel hyperparameter tuning, MLSys 2020.
        """
        number = self._number(trial)
        return is_outdone(self._history, self._history.trial(number))

    def _values(self, score: Any) -> list[float]:
        """Values of all objectives."""
        names = self._settings.objectives
        if names is None:
            return [_as_score(score)]
        if isinstance(score, str) or not isinstance(score, Sequence | np.ndarray):
            raise TypeError(
                f"score must be a sequence of {len(names)} numbers, one for each of "
                f"{list(names)}; got {score!r}."
            )
        if len(score) != len(names):
            raise ValueError(
                f"score must have a value for each of {list(names)}; got {score!r}."
            )
        return [_as_score(one) for one in score]

    def _number(self, trial: Trial | int) -> int:
        """The number of a trial that this tuner asked."""
        number = trial.number if isinstance(trial, Trial) else trial
        if not is_integer(number):
            raise TypeError(
                "trial must be a Trial or its number; "
                f"got {_shown_trials(trial)}. Write "
                "for trial in tuner.ask(): tuner.tell(trial, score)."
            )
        if isinstance(trial, Trial) and not self._knows(trial):
            raise UnknownTrialError(
                f"trial {number} with {trial.params} was not asked by this tuner."
            )
        return int(number)

    def extend(self, n_iter: int | None) -> None:
        """Go on to a larger number of trials, once those up to now are spent.

        Parameters
        ----------
        n_iter : int or None
            As in the constructor. The rest of the new budget is the last stage's.

        Raises
        ------
        ValueError, TypeError
            If it is not an int, or less than before.
        """
        budget = None if n_iter is None else check_count("n_iter", n_iter)
        self._scheduler_of((*self._history.budgets, budget))
        self._history.append(Budgeted(budget))
        self._is_dry = False

    def add(
        self,
        params: Mapping[str, Any],
        score: float | Sequence[float],
        *,
        alternative: int | None = None,
        seconds: float | None = None,
    ) -> Trial:
        """Add an evaluation that was made elsewhere, to be learned from.

        It is no trial of the budget. One that is added before the first is asked counts
        as an initial trial: what is asked next is what would be, had it been asked.

        Parameters
        ----------
        params : mapping
            A complete configuration of the space.
        score : float
            Its score, as for `tell`.
        alternative : int or None, default=None
            Of several alternatives the one that it belongs to; None for the first that
            holds it.
        seconds : float or None, default=None
            What the evaluation took.

        Returns
        -------
        trial : Trial
            The trial, of stage "imported".

        Raises
        ------
        ValueError
            If the configuration is not in the space.
        TypeError
            If `params` is no mapping, or `score` no real number.

        Examples
        --------
        >>> tuner = BlueTuner({"x": (-1.0, 1.0)}, n_iter=10, random_state=0)
        >>> tuner.add({"x": 0.5}, -0.25).stage
        'imported'
        >>> len(tuner.trials), tuner.best.score
        (1, -0.25)
        """
        if not isinstance(params, Mapping):
            raise TypeError(f"params must be a dict; got {params!r}.")
        spaces = self.spaces
        of = range(len(spaces))
        if alternative is not None:
            k = self._check_alternative(alternative)
            of = range(k, k + 1)
        home = next((k for k in of if spaces[k].holds(params)), None)
        if home is None:
            fault = spaces[of[0]].fault(params)
            if fault is None:  # what is there lies in the space
                lacking = [n for n in spaces[of[0]].filled(params) if n not in params]
                fault = f"every parameter must have a value; {lacking} have none."
            raise ValueError(f"params must be a configuration of the space: {fault}")
        native, took = spaces[home].filled(params), _as_seconds(seconds)
        values = self._values(score)
        trial = self._history.add(home, native, values, seconds=took)
        self._is_dry = False
        return _copied(trial)

    def remember(self, history: Any = None) -> None:
        """Write what was found into a store of past searches.

        Of a search that goes on the last record counts.

        Parameters
        ----------
        history : path-like, HistoryStore or None, default=None
            The store; None for the one that the tuner was made with. A tuner that was
            pickled, or made from JSON, knows none.

        Raises
        ------
        ValueError
            If there is no store, or no trial has a score.
        """
        notebook = self._notebook if history is None else notebook_of(history)
        if self._settings.objectives is not None:
            raise ValueError(NO_HISTORY)
        if notebook is None:
            raise ValueError(
                "history must be given, as this tuner was made without one. Write "
                'tuner.remember("searches.jsonl").'
            )
        if not notebook.write(self.spaces, self._history.trials, self.seed):
            raise ValueError("a search must have a score to be remembered; told none.")

    @property
    def lessons(self) -> tuple[Lessons, ...]:
        """What each alternative took from past searches; nothing without `history`."""
        return self._settings.lessons

    @property
    def past_searches(self) -> Table:
        """Past searches that are learned from, one row each.

        Columns ``search`` (its identity), ``n_scores``, ``same_metric``, ``weight`` (by
        how well it ranks what was told so far, of sum 1, or 0 where none does), and
        with several alternatives ``alternative``.
        """
        return self._scheduler.past_searches(self._history)

    def regret_bound(self) -> float:
        """Upper bound on what may still be gained over the best trial.

        Returns
        -------
        bound : float
            In units of the score; infinite before 20 scores are told.

        References
        ----------
        A. Makarova et al., Automatic termination for hyperparameter optimization,
        AutoML-Conf 2022.
        """
        if self.objectives is not None:
            raise UnexplainedError("several objectives have no bound on the regret.")
        return self._learned.regret_bound()

    @property
    def regions(self) -> Table:
        """The regions of each parameter, one row each (see `BlueTunaSearchCV`)."""
        return self._learned.regions

    @property
    def boundaries(self) -> Table:
        """The boundaries from which the regions follow, one row each.

        Columns ``param``, ``value`` (in the parameter's own values), ``score`` and
        ``slope`` (by the unit interval; 0 for a choice). Classic: evaluated scores;
        adaptive: the model's medians.
        """
        return self._learned.boundaries

    def predict(
        self,
        params: Sequence[Mapping[str, Any]],
        *,
        alternative: int = 0,
        objective: str | None = None,
    ) -> NDArray[np.float64]:
        """Score that the search expects of configurations, with its uncertainty.

        Parameters
        ----------
        params : sequence of n mappings
            Complete configurations.
        alternative : int, default=0
            The alternative they belong to.
        objective : str or None, default=None
            Of several objectives the one that is predicted; None for the first.

        Returns
        -------
        scores : ndarray of shape (n, 3)
            The median, and the 5 % and 95 % quantiles of what the model believes of the
            score without noise, none farther beyond the scores that were told than
            their range. NaN before there is a score, and for the quantiles of
            the classic perceptron, which has none.

        Raises
        ------
        ValueError
            If a configuration is not in the space, or there is no such alternative.
        UnexplainedError
            If the strategy explains nothing; the tables are then not there either.
        """
        names = self.objectives or ()
        if objective is not None and objective not in names:
            raise ValueError(
                f"objective must be one of {list(names)}; got {objective!r}."
            )
        which = 0 if objective is None else names.index(objective)
        k = self._check_alternative(alternative)
        return self._learned.predict(params, k, which)

    @property
    def weights(self) -> Table:
        """Influence of each parameter, one row each (see `BlueTunaSearchCV`)."""
        return self._learned.weights

    @property
    def interactions(self) -> Table:
        """Interaction of each pair, one row each (see `BlueTunaSearchCV`)."""
        return self._learned.interactions

    @property
    def optimized_space(self) -> Any:
        """The narrowed space: a dict, or a list of dicts for several alternatives."""
        return self._learned.optimized_space

    def to_json(self) -> str:
        """Whole state as JSON text, from which `from_json` goes on exactly.

        Returns
        -------
        text : str
            Space, settings and trials. Choices that JSON cannot hold (estimators,
            callables) are stored by their position; `from_json` then needs the space,
            and the constraints if one is a function.
        """
        return to_text(self._settings, self._history)

    @classmethod
    def from_json(
        cls,
        text: str,
        *,
        space: Any = None,
        strategy: str | Strategy | None = None,
        constraints: Sequence[Any] | None = None,
    ) -> "BlueTuner":
        """Restore a tuner; it asks exactly what the original would have asked.

        Parameters
        ----------
        text : str
            What `to_json` returned.
        space : as in the constructor, default=None
            Needed if choices could not be stored; must be the original space.
        strategy : as in the constructor, default=None
            Needed if the strategy is not one of the package's own.
        constraints : as in the constructor, default=None
            Needed if one of them is a function, or names values that could not be
            stored; must be the original ones.

        Returns
        -------
        tuner : BlueTuner
            The restored tuner.

        Raises
        ------
        ValueError
            If the text is not one that `to_json` wrote, to the last character, or
            lacks what the arguments must supply.

        Notes
        -----
        Nothing that the text names is called, imported or opened; of scipy's
        distributions it can name those that scipy has.
        """
        tuner = cls.__new__(cls)
        settings, history = from_text(text, space, strategy, constraints)
        tuner._restore(settings, history)
        for trial in history.trials:
            tuner._check_place(trial.number, trial.stage)
        return tuner

    def __getstate__(self) -> tuple[Settings, Sequence[Event]]:
        return self._settings, self._history.events

    def __setstate__(self, state: tuple[Settings, Sequence[Event]]) -> None:
        settings, events = state
        self._restore(settings, new_history(settings, events))

    def _restore(self, settings: Settings, history: History) -> None:
        """Become what settings and history say; all else follows from them."""
        self._settings, self._history = settings, history
        self._notebook = getattr(self, "_notebook", None)
        self._made: tuple[Any, Scheduler] | None = None
        self._is_dry = False
        self._scheduler_of(history.budgets)

    @property
    def _scheduler(self) -> Scheduler:
        return self._scheduler_of(self._history.budgets)

    def _scheduler_of(self, budgets: tuple[int | None, ...]) -> Scheduler:
        """The scheduler of these budgets, made once."""
        key = budgets, self._history.n_first_imported
        if self._made is None or self._made[0] != key:
            first = self._history.trials[: self._history.n_first_imported]
            imported = [
                np.array([t.unit for t in first if t.alternative == k]).reshape(
                    -1, len(space)
                )
                for k, space in enumerate(self._settings.spaces)
            ]
            own = self._settings
            made = Scheduler(*own[:-1], budgets, imported, lessons=own.lessons)
            self._made = key, made
        return self._made[1]

    @property
    def _learned(self) -> Learned:
        shares = self._scheduler.shares
        return Learned(
            [(one.space, one.schedule.explanation) for one in shares],
            self._history,
            self.seed,
            self.objectives,
        )

    def without_parts(self) -> "BlueTuner":
        """The same tuner without what was reported of parts of trials."""
        return self.with_events(
            e for e in self._history.events if not isinstance(e, Reported)
        )

    def with_events(self, events: Iterable[Event]) -> "BlueTuner":
        """A tuner of the same settings to which these events happened."""
        tuner = BlueTuner.__new__(BlueTuner)
        tuner._restore(self._settings, new_history(self._settings, events))
        return tuner

    def relabelled(self, spaces: tuple[Space, ...]) -> "BlueTuner":
        """The same search with other choices in the places of its own.

        Parameters
        ----------
        spaces : tuple of Space
            As many as it has, with the same names, ranges and numbers of choices.

        Returns
        -------
        tuner : BlueTuner
            A new one; this one stays as it is.
        """
        tuner = BlueTuner.__new__(BlueTuner)
        tuner._restore(*with_spaces(self._settings, self._history, spaces))
        return tuner

    def _check_alternative(self, alternative: Any) -> int:
        """The number of an alternative as an int."""
        n = len(self.spaces)
        if not is_integer(alternative) or not 0 <= alternative < n:
            raise ValueError(
                f"alternative must be below {n}, an int from 0 on; got {alternative!r}."
            )
        return int(alternative)

    def _check_place(self, number: int, stage: str) -> None:
        """Refuse a trial that this search does not ask."""
        most = self.most_trials
        if stage not in self.stages or number - self._history.n_imported >= most:
            raise ValueError(
                f"trial {number} in stage {shortened(stage)} must be one that the "
                f"search asks: {most} in {sorted(self.stages)}."
            )

    def _knows(self, trial: Trial) -> bool:
        if not 0 <= trial.number < len(self._history):
            return False
        own = self._history.trials[trial.number]
        return (own.unit, own.alternative) == (trial.unit, trial.alternative)


def _taken_from(
    history: Any, spaces: tuple[Space, ...], initial: Any, budget: int | None
) -> tuple[Notebook | None, tuple[Lessons, ...]]:
    """The store of past searches, and what is taken from it."""
    if isinstance(history, tuple) and not isinstance(history, Notebook):
        return None, history  # what a search took that goes on
    notebook = notebook_of(history)
    if notebook is None:
        return None, ()
    return notebook, lessons_from(notebook, spaces, initial, budget)


def _shown_trials(trials: Any) -> str:
    is_batch = isinstance(trials, list | tuple) and any(
        isinstance(one, Trial) for one in trials
    )
    if is_batch:
        return f"a list of {len(trials)}, as ask returns it"
    return f"a {type(trials).__name__}"


def _as_score(score: Any) -> float:
    """A score as a float; infinite if none is so large."""
    try:
        if np.iscomplexobj(score):  # of which float would take the real part
            raise TypeError("a complex number has no order")
        if isinstance(score, str | bytes | bytearray):  # of which float reads numbers
            raise TypeError("text is no number")
        return float(score)
    except OverflowError:
        return np.inf
    except (TypeError, ValueError) as error:
        raise TypeError(f"score must be a real number; got {score!r}.") from error


def _as_seconds(seconds: Any) -> float | None:
    """A duration as a float; None if it is not known."""
    try:
        return None if seconds is None or not np.isfinite(seconds) else float(seconds)
    except (TypeError, ValueError) as error:
        raise TypeError(f"seconds must be a real number; got {seconds!r}.") from error


def _copied(trial: Trial) -> Trial:
    """The trial with a dict of its own: what a caller does to it stays with them."""
    return replace(trial, params=dict(trial.params))
