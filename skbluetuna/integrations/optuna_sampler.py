"""Optuna: the search as a sampler of a study, shared by any number of workers."""

from typing import Any
from zlib import crc32

import numpy as np

from skbluetuna._utils._checks import check_count, draw_seed
from skbluetuna._utils._optional import import_optional
from skbluetuna.integrations._continuation import next_trial
from skbluetuna.integrations._optuna_space import (
    OptunaSpace,
    dimension_of,
    from_native,
)
from skbluetuna.integrations._optuna_study import (
    claim,
    count_ahead,
    read,
    seed_of,
    trials_of,
)
from skbluetuna.scheduling import MOST_OBJECTIVES
from skbluetuna.strategies import Strategy, resolve_strategy

optuna: Any = import_optional("optuna", extra="optuna", purpose="BlueTunaSampler")

__all__ = ["BlueTunaSampler"]

N_ATTEMPTS = 5  # proposals until one is kept that another worker made as well


class BlueTunaSampler(optuna.samplers.BaseSampler):
    """Three-stage search for Optuna's studies, alone or with many workers.

    What it proposes is a function of the study's trials, the trial's number and the
    seed: any number of workers, each with a sampler of its own, make one search, and
    one that dies takes nothing along.

    Parameters
    ----------
    strategy : str or strategy object, default="adaptive"
        ``"adaptive"``, ``"classic"`` or e.g. ``Classic(n_lhs=20)``.
    seed : int or None, default=None
        Seed. None: the study's own, which the first worker draws and stores with it.
    n_trials : int or None, default=None
        Number of trials that the study will have, as far as it is known: the strategy
        plans for it, see Notes. None for the strategy's own schedule.

    Raises
    ------
    MissingDependencyError
        At the import of this module, if Optuna is not installed.
    ValueError, TypeError
        If an argument breaks a rule above; and while sampling, if the study has more
        than four objectives, or several that the strategy does not take, or a trial of
        it has constraints and the strategy is not the adaptive one.

    Notes
    -----
    *Number of trials.* Optuna does not tell a sampler how many there will be. The
    adaptive strategy needs the number for little: its scan takes five trials, but at
    most a quarter of them (its own schedule is ten trials for each parameter). What
    comes after them belongs to the last stage. A finite space no larger than a given
    `n_trials` is evaluated exhaustively.

    *Parameters.* Those that every finished trial has, with one distribution, are chosen
    together. Others, and all before the first trial is finished, are sampled at random;
    trial 0 stands at the centre of each distribution. An increasing or decreasing list
    of numbers is an ordered choice (None may stand at its larger end), any other has no
    order.

    *Trials.* Running ones count as observed at the model's mean, and no two that are
    chosen together get the same configuration while the space has others. A pruned one
    counts as ending as far behind the best complete one as it was at its last step, and
    never ahead of it; with its last intermediate value if no complete trial reported
    that step. Failed ones count as the worst value, unless the same configuration was
    tried again. Under ``HyperbandPruner`` the trials of all brackets are learned from.

    *Several objectives.* A study of two to four directions is searched as `BlueTuner`
    searches `objectives`, with the adaptive strategy; ``study.best_trials`` are the
    front.

    *Constraints* that a trial measures (``trial.set_constraint``; met at 0 and below)
    are each learned by a model of their own, by the adaptive strategy: what a trial is
    expected to gain counts by the probability that all are met, and the best trial is
    the best of those that met them (eq. 28). Until one did, the search looks for where
    that is most likely. What is known before an evaluation, such as that one parameter
    must be below another, is better named to `BlueTuner` as `constraints`, which asks
    nothing else.

    *Workers.* Give all of them the same `seed` or none, if the strategy is the classic
    one: its stages are planned as a whole.

    Examples
    --------
    >>> import optuna
    >>> from skbluetuna.integrations.optuna_sampler import BlueTunaSampler
    >>> optuna.logging.set_verbosity(optuna.logging.ERROR)
    >>> def objective(trial):
    ...     x = trial.suggest_float("x", -1.0, 1.0)
    ...     k = trial.suggest_int("k", 1, 8, log=True)
    ...     return (x - 0.3) ** 2 + k
    >>> study = optuna.create_study(sampler=BlueTunaSampler(seed=0))
    >>> study.optimize(objective, n_trials=25)
    >>> study.best_params["k"]
    1
    """

    def __init__(
        self,
        strategy: str | Strategy = "adaptive",
        seed: int | None = None,
        *,
        n_trials: int | None = None,
    ) -> None:
        self._strategy = resolve_strategy(strategy)
        self._is_seeded = seed is not None
        self._seed = draw_seed(seed, "seed")
        self._n_trials = None if n_trials is None else check_count("n_trials", n_trials)

    def infer_relative_search_space(
        self,
        study: Any,
        trial: Any,  # noqa: ARG002
    ) -> dict[str, Any]:
        """Distributions of the parameters that all finished trials have.

        Parameters
        ----------
        study : optuna.Study
            The study.
        trial : optuna.trial.FrozenTrial
            The trial that is being sampled.

        Returns
        -------
        search_space : dict of str to optuna.distributions.BaseDistribution
            Those with more than one value; empty before a trial is finished.

        Raises
        ------
        ValueError
            If the study has objectives that are not served, or a trial of it has
            constraints.
        """
        _objectives_of(study)
        trials = trials_of(study)
        self._check_constraints(trials)
        shared = optuna.search_space.intersection_search_space(
            trials, include_pruned=True
        )
        return {name: dist for name, dist in shared.items() if not dist.single()}

    def sample_relative(
        self, study: Any, trial: Any, search_space: dict[str, Any]
    ) -> dict[str, Any]:
        """Choose the parameters of a search space together.

        Parameters
        ----------
        study : optuna.Study
            The study.
        trial : optuna.trial.FrozenTrial
            The trial that is being sampled.
        search_space : dict of str to optuna.distributions.BaseDistribution
            What `infer_relative_search_space` returned.

        Returns
        -------
        values : dict of str to value
            Native Python values; empty if there is nothing to choose.

        Raises
        ------
        ValueError
            If the study has objectives that are not served.
        """
        objectives = _objectives_of(study)
        if not search_space:
            return {}
        space, number = OptunaSpace(search_space), trial.number
        seed = self._seed_of(study)
        signs = tuple(
            -1.0 if one.name == "MINIMIZE" else 1.0 for one in study.directions
        )
        trials, chosen = trials_of(study), None
        history, margins = read(trials, number, space, signs)
        values: dict[str, Any] = {}
        for _ in range(N_ATTEMPTS):
            ahead = count_ahead(trials, number, space, chosen)
            chosen = next_trial(
                space.space, history, self._strategy, self._n_trials, seed, ahead,
                objectives, margins,
            )  # fmt: skip
            values = space.values(chosen.params)
            # What two chose at the same time at least one of them sees: both stored
            # their choice before they looked.
            claim(study, trial, chosen, values)
            # Every configuration was tried, if this one was.
            is_repeat = history.view(0).has_row(chosen.unit)
            trials = trials_of(study)
            history, margins = read(trials, number, space, signs)
            if is_repeat or not history.view(0).has_row(chosen.unit):
                break
        return values

    def sample_independent(
        self, study: Any, trial: Any, param_name: str, param_distribution: Any
    ) -> Any:
        """Choose one parameter by itself.

        Parameters
        ----------
        study : optuna.Study
            The study.
        trial : optuna.trial.FrozenTrial
            The trial that is being sampled.
        param_name : str
            Name of the parameter.
        param_distribution : optuna.distributions.BaseDistribution
            Its distribution.

        Returns
        -------
        value : object
            The centre for trial 0, else a random value, in either case a function of
            seed, trial number and name.

        Raises
        ------
        ValueError
            If the study has objectives that are not served.
        """
        _objectives_of(study)
        if trial.number == 0:
            centre = dimension_of(param_distribution).centre
            return from_native(param_distribution, centre)
        entropy = [self._seed_of(study), trial.number, crc32(param_name.encode())]
        (seed,) = np.random.SeedSequence(entropy).generate_state(1)
        sampler = optuna.samplers.RandomSampler(seed=int(seed))
        return sampler.sample_independent(study, trial, param_name, param_distribution)

    def _check_constraints(self, trials: list[Any]) -> None:
        """Refuse constraints where the strategy has no model to learn them."""
        if getattr(self._strategy, "takes_limits", False):
            return
        for trial in trials:
            if trial.constraints:
                raise ValueError(
                    "BlueTunaSampler: strategy must be one that learns constraints, "
                    f'which "adaptive" does, as trial {trial.number} has '
                    f"{sorted(trial.constraints)}; got {self._strategy!r}."
                )

    def _seed_of(self, study: Any) -> int:
        return self._seed if self._is_seeded else seed_of(study, self._seed)


def _objectives_of(study: Any) -> tuple[str, ...] | None:
    """Names of a study's objectives; None for one. A study need not name them."""
    n = len(study.directions)
    if n == 1:
        return None
    if n > MOST_OBJECTIVES:
        raise ValueError(
            f"BlueTunaSampler: a study must have at most {MOST_OBJECTIVES} objectives, "
            "as of more almost every trial is on the front, and nothing is chosen; got "
            f"{n} directions."
        )
    return tuple(f"objective {k}" for k in range(n))
