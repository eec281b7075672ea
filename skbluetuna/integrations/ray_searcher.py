"""Ray Tune: the search as a searcher of ``tune.Tuner``."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from skbluetuna._tuner import BlueTuner
from skbluetuna._utils._checks import check_count, draw_seed
from skbluetuna._utils._files import (
    Json,
    check_fields,
    is_count,
    is_float,
    is_text,
    read_file,
    seal,
    unseal,
    write_file,
)
from skbluetuna._utils._optional import import_optional
from skbluetuna.history import best_first
from skbluetuna.integrations._ray_space import (
    Axis,
    axes_of,
    check_whole,
    from_config,
    to_config,
)
from skbluetuna.space import Space
from skbluetuna.strategies import Strategy, resolve_strategy

search: Any = import_optional(
    "ray.tune.search", extra="ray", purpose="BlueTunaSearcher"
)

__all__ = ["BlueTunaSearcher"]

FORMAT = 2  # of the saved state
FIELDS: dict[str, Any] = {
    "format": lambda value: value == FORMAT,
    "tuner": lambda value: value is None or is_text(value),
    "running": lambda value: (
        isinstance(value, dict) and all(map(is_count, value.values()))
    ),
    "metric": lambda value: value is None or is_text(value),
    "mode": lambda value: value in (None, "min", "max"),
    "is_endless": lambda value: type(value) is bool,
    "axes": lambda value: isinstance(value, list) and all(map(_is_axis, value)),
}


class BlueTunaSearcher(search.Searcher):
    """Three-stage search for Ray Tune.

    Works alone, within ``ConcurrencyLimiter``, and with schedulers that stop trials
    early, such as ASHA.

    Parameters
    ----------
    space : dict, Space, or list of these, default=None
        What may be tried: Ray's domains and nothing else, nested as they like, or what
        `BlueTunaSearchCV` takes. None: the domains in ``param_space`` of
        ``tune.Tuner``.
    metric : str or None, default=None
        What is reported and optimised. None: what ``tune.TuneConfig`` says.
    mode : {"min", "max"} or None, default=None
        Whether smaller or larger is better. None: what ``tune.TuneConfig`` says.
    n_trials : int or None, default=None
        Number of trials for which the strategy plans, and after which there are no
        more. None: ``num_samples`` of ``tune.TuneConfig``; if that is -1 there is no
        end but that of a finite space.
    strategy : str or strategy object, default="adaptive"
        ``"adaptive"``, ``"classic"`` or e.g. ``Classic(n_lhs=20)``.
    seed : int or None, default=None
        Seed; None draws one.
    points_to_evaluate : list of dicts, default=None
        Configurations that are tried first, nested as the space; what they do not name
        stands at the first one's value or the centre. None: the centre. Of several
        alternatives the centres come before them.

    Attributes
    ----------
    tuner : BlueTuner or None
        The search with its trials and tables; None before the space is known. Scores
        are larger when better: with mode "min" the negative metric. Of a domain with
        steps (``tune.quniform``) it knows the multiples.

    Raises
    ------
    MissingDependencyError
        At the import of this module, if Ray Tune is not installed.
    ValueError, TypeError
        If an argument breaks a rule above, or a domain cannot be searched
        (``tune.sample_from``).

    Notes
    -----
    A trial that was stopped early counts with the last value it reported, one that
    failed, or never reported the metric, as the worst. Awaited trials count as observed
    at the model's mean. A finite space no larger than the number of trials is tried
    exhaustively; values that Ray would draw from a grid are a choice.

    ``save`` writes JSON, for the file's owner alone, and ``restore`` reads it: there is
    no pickle in it, and nothing in it is called, imported or opened.

    Examples
    --------
    >>> from ray import tune
    >>> from skbluetuna.integrations.ray_searcher import BlueTunaSearcher
    >>> space = {"lr": tune.loguniform(1e-4, 1e-1), "net": {"n": tune.randint(1, 5)}}
    >>> searcher = BlueTunaSearcher(space, metric="loss", mode="min", seed=0)
    >>> searcher.suggest("first")["net"]
    {'n': 3}
    >>> searcher.on_trial_complete("first", {"loss": 0.5})
    >>> searcher.tuner.best.score
    -0.5
    """

    CKPT_FILE_TMPL = "searcher-state-{}.json"

    tuner: BlueTuner | None
    _metric: str | None
    _mode: str | None

    def __init__(
        self,
        space: Any = None,
        metric: str | None = None,
        mode: str | None = None,
        *,
        n_trials: int | None = None,
        strategy: str | Strategy = "adaptive",
        seed: int | None = None,
        points_to_evaluate: Sequence[Mapping[str, Any]] | None = None,
    ) -> None:
        _check_goal(metric, mode)
        super().__init__(metric=metric, mode=mode)
        self._n_trials = None if n_trials is None else check_count("n_trials", n_trials)
        self._strategy = resolve_strategy(strategy)
        self._seed = draw_seed(seed, "seed")
        self._points = [dict(point) for point in points_to_evaluate or ()]
        self._axes: list[Axis] = []
        self._is_endless = n_trials is None  # until Ray says how many
        self._numbers: dict[str, int] = {}  # Ray's trials that run -> the tuner's
        self.tuner = None
        if space is not None:
            check_whole(space)
            self._begin(space, self._n_trials)

    def set_search_properties(
        self,
        metric: str | None,
        mode: str | None,
        config: Mapping[str, Any],
        **spec: Any,
    ) -> bool:
        """Take metric, mode, space and number of trials from ``tune.Tuner``.

        Parameters
        ----------
        metric, mode : str or None
            As in the constructor.
        config : dict
            Ray's ``param_space``.
        **spec : object
            What Ray says of the experiment; its ``num_samples`` is used.

        Returns
        -------
        is_set : bool
            False if the space was given before and `config` holds another one.
        """
        _check_goal(metric, mode)
        axes = axes_of(config)
        if self.tuner is not None and axes:
            return False
        self._metric = metric or self._metric
        self._mode = mode or self._mode
        n_samples = spec.get("num_samples", 1)
        n_trials = self._n_trials
        if n_trials is None:
            self._is_endless = n_samples == -1
            n_trials = None if self._is_endless else n_samples
        if self.tuner is None and axes:
            self._begin(config, n_trials)
        elif self.tuner is not None and not self.tuner.trials:
            self._begin(self._space, n_trials)
        return True

    def suggest(self, trial_id: str) -> Any:
        """Choose the configuration of a trial.

        Parameters
        ----------
        trial_id : str
            Ray's name of the trial.

        Returns
        -------
        config : dict, None or "FINISHED"
            Nested as the space; None while the search waits for scores.

        Raises
        ------
        RuntimeError
            If space, metric or mode are not known yet.
        """
        tuner = self._ready()
        if self._is_endless and len(tuner.trials) == tuner.n_iter:
            tuner.extend(2 * tuner.n_iter)
        asked = tuner.ask(1)
        if not asked:
            return self.FINISHED if tuner.finished else None
        self._numbers[trial_id] = asked[0].number
        return to_config(self._axes, asked[0].params)

    def on_trial_complete(
        self,
        trial_id: str,
        result: Mapping[str, Any] | None = None,
        error: bool = False,
    ) -> None:
        """Learn what came of a trial.

        Parameters
        ----------
        trial_id : str
            Ray's name of the trial. One that was suggested after the state was saved
            from which the search was restored is not known, and left out.
        result : dict or None, default=None
            What it reported last.
        error : bool, default=False
            Whether it failed.
        """
        tuner = self._ready()
        number = self._numbers.pop(trial_id, None)
        if number is None:
            return
        value = math.nan if error else (result or {}).get(str(self._metric), math.nan)
        tuner.tell(number, -value if self._mode == "min" else value)

    def best_points(self, n: int) -> list[dict[str, Any]]:
        """Best configurations so far, as another run's ``points_to_evaluate``.

        Parameters
        ----------
        n : int
            At most so many.

        Returns
        -------
        points : list of dicts
            Nested as the space, the best first.
        """
        trials = self._ready().trials
        order = best_first([math.nan if t.score is None else t.score for t in trials])
        return [to_config(self._axes, trials[row].params) for row in order[:n]]

    def save(self, checkpoint_path: str) -> None:
        """Write the state to a file, as JSON.

        Parameters
        ----------
        checkpoint_path : str
            The file.
        """
        state = {
            "format": FORMAT,
            "tuner": None if self.tuner is None else self.tuner.to_json(),
            "running": self._numbers,
            "metric": self._metric,
            "mode": self._mode,
            "is_endless": self._is_endless,
            "axes": [(axis.path, axis.step) for axis in self._axes],
        }
        write_file(Path(checkpoint_path), seal(state))

    def restore(self, checkpoint_path: str) -> None:
        """Read the state from a file that `save` wrote, and go on from there.

        Parameters
        ----------
        checkpoint_path : str
            The file.

        Raises
        ------
        ValueError
            If it is not what `save` wrote, to the last character, or holds choices that
            JSON cannot hold and this searcher has no space. The searcher then is what
            it was.
        """
        text = read_file(Path(checkpoint_path), "checkpoint_path").removesuffix("\n")
        try:
            state = unseal(text)
            check_fields(state, FIELDS)
            tuner, axes = self._read(state)
        except ValueError as error:
            raise ValueError(
                f"{checkpoint_path} must hold a searcher in format {FORMAT}, as save "
                f"wrote it: {error}"
            ) from error
        if tuner is not None:
            self.tuner, self._axes = tuner, axes
        self._numbers = state["running"]
        self._metric, self._mode = state["metric"], state["mode"]
        self._is_endless = state["is_endless"]

    def _read(self, state: Json) -> tuple[BlueTuner | None, list[Axis]]:
        """Tuner and axes of a state that was saved."""
        if state["tuner"] is None:
            if state["running"] or state["axes"]:
                raise ValueError("has trials, but no tuner.")
            return None, []
        own = None if self.tuner is None else list(self.tuner.spaces)
        is_stored = unseal(state["tuner"]).get("strategy") is not None
        tuner = BlueTuner.from_json(
            state["tuner"], space=own, strategy=None if is_stored else self._strategy
        )
        awaited = {trial.number for trial in tuner.trials if trial.state == "asked"}
        if not awaited.issuperset(state["running"].values()):
            raise ValueError("has running trials that the tuner does not await.")
        specs = dict(
            zip(tuner.spaces[0].names, tuner.spaces[0].dimensions, strict=True)
        )
        paths = ["/".join(path) for path, _ in state["axes"]]
        if not set(paths) <= set(specs):
            raise ValueError("has axes of other parameters.")
        return tuner, [
            Axis(tuple(path), specs["/".join(path)], step)
            for path, step in state["axes"]
        ]

    def _begin(self, space: Any, n_trials: int | None) -> None:
        """Make the tuner of a space."""
        self._space = space
        self._axes = axes_of(space) if isinstance(space, Mapping) else []
        points = [from_config(self._axes, point) for point in self._points]
        is_single = isinstance(space, Mapping | Space)
        try:
            self.tuner = BlueTuner(
                {axis.name: axis.spec for axis in self._axes} or space,
                n_iter=n_trials,
                strategy=self._strategy,
                random_state=self._seed,
                # What the first does not name is the centre's, the others' is its own.
                reference=points[0] if points and is_single else None,
                initial_params=points,
            )
        except (TypeError, ValueError) as error:  # in the words of this door
            message = str(error).replace("initial_params", "points_to_evaluate")
            raise type(error)(message) from error

    def _ready(self) -> BlueTuner:
        if self.tuner is None or not self._metric or not self._mode:
            raise RuntimeError(
                "BlueTunaSearcher needs a space, a metric and a mode, of its own or "
                "those of tune.Tuner; "
                f"got metric={self._metric!r}, mode={self._mode!r}."
            )
        return self.tuner


def _is_axis(value: Any) -> bool:
    """Whether it is a path of keys and the step of a domain, if it has one."""
    if not isinstance(value, list) or len(value) != 2:
        return False
    path, step = value
    is_path = isinstance(path, list) and bool(path) and all(map(is_text, path))
    is_step = step is None or is_float(step) or (is_count(step) and step > 0)
    return is_path and is_step


def _check_goal(metric: Any, mode: Any) -> None:
    if metric is not None and not isinstance(metric, str):
        why = ""
        if isinstance(metric, list | tuple | set | dict):
            why = (
                " Ray reports one metric to a searcher; of several objectives search "
                "with BlueTunaSearchCV, BlueTuner or BlueTunaSampler."
            )
        raise TypeError(f"metric must be one name or None; got {metric!r}.{why}")
    if mode not in (None, "min", "max"):
        raise ValueError(f"mode must be 'min', 'max' or None; got {mode!r}.")
