"""BlueTuner: the search as ask and tell, without scikit-learn."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from reprlib import repr as shortened
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skbluetuna._checks import check_count, draw_seed
from skbluetuna._course import Course
from skbluetuna._ledger import Ledger, Trial, row_key
from skbluetuna._storage import State, from_text, packed, to_text, unpacked, with_spaces
from skbluetuna._table import Table
from skbluetuna._threads import one_blas_thread
from skbluetuna.exceptions import UnknownTrialError
from skbluetuna.space import (
    Space,
    Spaces,
    decode_params,
    encode_params,
    is_integer,
    parse_spaces,
    read_spaces,
)
from skbluetuna.stages import (
    MIN_SCORES,
    Alternative,
    Seed,
    Strategy,
    as_references,
    at_ends,
    boundary_table,
    gain_bounds,
    initial_rows,
    interaction_table,
    narrowed_space,
    region_table,
    resolve_strategy,
    weight_table,
)

__all__ = ["BlueTuner"]


class BlueTuner:
    """Three-stage hyperparameter search, asked for trials and told their scores.

    The tuner decides what to evaluate and never evaluates; its only state is the
    ledger of trials.

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

    Attributes
    ----------
    trials : tuple of Trial
        The ledger's rows, in the order they were asked.

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

    _state: State
    _course: Course

    def __init__(
        self,
        space: Any,
        *,
        n_iter: int | None = 50,
        strategy: str | Strategy = "adaptive",
        random_state: Any = None,
        reference: Any = None,
        initial_params: Sequence[Mapping[str, Any]] | None = None,
    ) -> None:
        spaces = parse_spaces(space)
        spaces = read_spaces(spaces, as_references(spaces, reference))
        rules = resolve_strategy(strategy)
        seed = draw_seed(random_state)
        budget = None if n_iter is None else check_count("n_iter", n_iter)
        initial = initial_rows(spaces, reference, initial_params)
        self._restore(State(spaces, initial, rules, seed, (budget,), Ledger()))

    def __repr__(self) -> str:
        names = [list(space.names) for space in self.spaces]
        return (
            f"BlueTuner({names[0] if len(names) == 1 else names}, "
            f"n_iter={self.n_iter}, strategy={self._state.strategy!r}, "
            f"{len(self._ledger)} asked)"
        )

    @property
    def n_iter(self) -> int:
        """Number of trials the search will ask, unless the space has fewer."""
        return self._course.n_trials

    @property
    def seed(self) -> int:
        """Seed of the search."""
        return self._state.seed

    @property
    def n_budgets(self) -> int:
        """How many budgets it has had, see `extend`."""
        return len(self._state.budgets)

    @property
    def spaces(self) -> tuple[Space, ...]:
        """The alternatives."""
        return Spaces(self._state.spaces)

    @property
    def stages(self) -> set[str]:
        """Names of all stages that may ask."""
        return self._course.stages

    @property
    def trials(self) -> tuple[Trial, ...]:
        """Every trial asked so far, in the order of their numbers."""
        return tuple(_copied(trial) for trial in self._ledger)

    @property
    def pending(self) -> tuple[Trial, ...]:
        """The trials that await their score, in the order of their numbers."""
        return tuple(_copied(t) for t in self._ledger if t.state == "asked")

    @property
    def best(self) -> Trial | None:
        """The complete trial with the largest score; None before there is one."""
        best = self._ledger.best
        return None if best is None else _copied(best)

    @property
    def finished(self) -> bool:
        """Whether everything is told, and nothing is left to ask."""
        is_over = self._is_dry or self._course.is_over(self._ledger)
        return is_over and not self._ledger.has_pending

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
        asked = self._course.ask(self._ledger, n)
        # A range of few floats has an end that only its last question finds.
        self._is_dry = not asked and not self._ledger.has_pending
        return [_copied(trial) for trial in asked]

    def tell(
        self, trial: Trial | int, score: float, *, seconds: float | None = None
    ) -> None:
        """Record the score of a trial.

        Parameters
        ----------
        trial : Trial or int
            A trial that was asked, or its number.
        score : float
            Its score, larger is better. NaN, an infinity or a number too large for a
            float marks a failed trial: it never wins and never stops the search.
        seconds : float or None, default=None
            What the evaluation took.

        Raises
        ------
        UnknownTrialError
            If this tuner did not ask the trial.
        AlreadyToldError
            If its score was told before.
        TypeError
            If `trial` is neither, or `score` is not a real number.
        """
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
        value = _as_score(score)
        took = None if seconds is None or not np.isfinite(seconds) else float(seconds)
        self._ledger.settle(number, value, took)

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
        budgets = (*self._state.budgets, budget)
        self._restore(self._state._replace(budgets=budgets))

    def encode(self, trial: Trial) -> list[Any]:
        """Configuration of a trial as JSON values, for `recast`."""
        return encode_params(self.spaces[trial.alternative], trial.params)

    def recast(
        self,
        trial: Trial,
        alternative: int,
        stage: str,
        unit: tuple[float, ...],
        values: list[Any],
    ) -> Trial:
        """Put what was evaluated in the place of what was asked, if they differ.

        A search that is repeated where numbers round otherwise asks other digits, and
        may choose otherwise.

        Parameters
        ----------
        trial : Trial
            A trial that awaits its score.
        alternative, stage : int, str
            Those of the configuration evaluated in its place.
        unit : tuple of d floats
            The configuration as a point of the unit cube.
        values : list
            The same from `encode`.

        Returns
        -------
        trial : Trial
            The trial as it is now.
        """
        asked = self._ledger[trial.number]
        place = (alternative, stage, row_key(unit))
        if place == (asked.alternative, asked.stage, row_key(asked.unit)):
            return _copied(asked)
        params = decode_params(self.spaces[alternative], values)
        new = Trial(trial.number, params, unit, stage, alternative)
        rows = (new if t.number == new.number else t for t in self._ledger)
        self._state = self._state._replace(ledger=Ledger(rows))
        return _copied(new)

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
        tuner._restore(with_spaces(self._state, spaces))
        return tuner

    @one_blas_thread()
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
        if sum(trial.state != "asked" for trial in self._ledger) < MIN_SCORES:
            return np.inf
        bounds = [
            gain_bounds(space, self._ledger.of(k), (self.seed, k))
            for k, space in enumerate(self.spaces)
        ]
        upper, lower = np.max(bounds, axis=0)
        return float(max(0.0, upper - lower))

    @property
    def regions(self) -> Table:
        """The regions of each parameter, one row each (see `BlueTunaSearchCV`)."""
        return self._table(
            lambda a, ledger, seed: region_table(
                a.space, a.schedule.regions(a.space, ledger, seed)
            )
        )

    @property
    def boundaries(self) -> Table:
        """The boundaries of the regions, one row each.

        Columns ``param``, ``value`` (in the parameter's own values), ``score`` and
        ``slope`` (by the unit interval; 0 for a choice). Classic: evaluated scores;
        adaptive: the model's medians.
        """
        return self._table(
            lambda a, ledger, _: boundary_table(
                a.space, _known(a.schedule.boundaries)(a.space, ledger)
            )
        )

    @one_blas_thread()
    def predict(
        self, params: Sequence[Mapping[str, Any]], *, alternative: int = 0
    ) -> NDArray[np.float64]:
        """Score that the search expects of configurations, with its uncertainty.

        Parameters
        ----------
        params : sequence of n mappings
            Complete configurations.
        alternative : int, default=0
            The alternative they belong to.

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
        """
        if not 0 <= alternative < len(self.spaces):
            raise ValueError(
                f"alternative must be below {len(self.spaces)}; got {alternative}."
            )
        space, _, _, schedule = self._course.alternatives[alternative]
        predict = _known(schedule.predict)
        ledger, seed = self._ledger.of(alternative), (self.seed, alternative)
        scores: NDArray[np.float64] = predict(
            space, ledger, seed, space.to_unit(params)
        )
        return scores

    @property
    def weights(self) -> Table:
        """Influence of each parameter, one row each (see `BlueTunaSearchCV`)."""
        return self._table(_weights)

    @property
    def interactions(self) -> Table:
        """Interaction of each pair, one row each (see `BlueTunaSearchCV`)."""
        return self._table(
            lambda a, ledger, seed: interaction_table(
                a.space, a.schedule.influence(a.space, ledger, seed)[1]
            )
        )

    @property
    @one_blas_thread()
    def optimized_space(self) -> Any:
        """The narrowed space: a dict, or a list of dicts for several alternatives."""
        narrowed = []
        for k, (space, _, _, schedule) in enumerate(self._course.alternatives):
            ledger = self._ledger.of(k)
            best = None if ledger.best is None else ledger.best.params
            regions = schedule.regions(space, ledger, (self.seed, k))
            narrowed.append(space.spelled(narrowed_space(space, regions, best)))
        return narrowed[0] if len(narrowed) == 1 else narrowed

    def to_json(self) -> str:
        """Whole state as JSON text, from which `from_json` goes on exactly.

        Returns
        -------
        text : str
            Space, settings and trials. Choices that JSON cannot hold (estimators,
            callables) are stored by their position; `from_json` then needs the space.
        """
        return to_text(self._state)

    @classmethod
    def from_json(
        cls, text: str, *, space: Any = None, strategy: str | Strategy | None = None
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
        state = from_text(text, space, strategy)
        tuner._restore(state)
        for trial in state.ledger:
            tuner._check_place(trial.number, trial.stage)
        return tuner

    def __getstate__(self) -> State:
        state = self._state
        return state._replace(ledger=packed(state.ledger, state.spaces))  # type: ignore[arg-type]

    def __setstate__(self, state: State) -> None:
        self._restore(state._replace(ledger=unpacked(state.ledger, state.spaces)))  # type: ignore[arg-type]

    def _restore(self, state: State) -> None:
        """Become what a state says; the course follows from it."""
        self._course = Course(*state[:-1])
        self._state = state
        self._is_dry = False

    @property
    def _ledger(self) -> Ledger:
        return self._state.ledger

    def _check_place(self, number: int, stage: str) -> None:
        """Refuse a trial that the course does not have."""
        if stage not in self.stages or number >= self.n_iter:
            raise ValueError(
                f"trial {number} in stage {shortened(stage)} must be one that the "
                f"search asks: {self.n_iter} in {sorted(self.stages)}."
            )

    def _knows(self, trial: Trial) -> bool:
        if not 0 <= trial.number < len(self._ledger):
            return False
        own = self._ledger[trial.number]
        return (own.unit, own.alternative) == (trial.unit, trial.alternative)

    @one_blas_thread()
    def _table(self, build: Any) -> Table:
        """Tables of all alternatives one below the other, with their number."""
        tables = [
            build(a, self._ledger.of(k), (self.seed, k))
            for k, a in enumerate(self._course.alternatives)
        ]
        if len(tables) == 1:
            return Table(tables[0])
        number = [np.full(len(next(iter(t.values()))), k) for k, t in enumerate(tables)]
        joined = {c: np.concatenate([t[c] for t in tables]) for c in tables[0]}
        return Table(alternative=np.concatenate(number), **joined)


def _weights(a: Alternative, ledger: Ledger, seed: Seed) -> Table:
    """Influence of each parameter of one alternative."""
    initial, learned = a.schedule.influence(a.space, ledger, seed)
    ends = at_ends(a.space, ledger.best, ledger)
    return weight_table(a.space, initial, learned, ends)


def _known(rule: Any) -> Any:
    """A rule of the schedule; strategies of other hands may lack it."""
    if rule is None:
        raise ValueError("strategy must have this rule in its Schedule; it has none.")
    return rule


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
        return float(score)
    except OverflowError:
        return np.inf
    except (TypeError, ValueError) as error:
        raise TypeError(f"score must be a real number; got {score!r}.") from error


def _copied(trial: Trial) -> Trial:
    """The trial with a dict of its own: what a caller does to it stays with them."""
    return replace(trial, params=dict(trial.params))
