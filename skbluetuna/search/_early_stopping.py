"""Early stopping inside each fold: what a user asks for, and what may be asked.

Boosting makes rounds until an evaluation set no longer improves. Here that set is a
part of the fold's training part, so the rows that a fold is scored on never reach its
fit. ``_boosting`` knows the libraries, ``_stopped_fit`` is what workers do.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

from skbluetuna.search._boosting import SUPPORTED, XGBOOST, Boosting, boosting_of
from skbluetuna.space import Categorical, Space, is_integer, is_number, quoted

__all__ = ["EarlyStopping", "check_early_stopping", "names_of_rounds"]

# Parameters of ``fit`` that would be another evaluation set.
EVALUATION = (
    "eval_set", "eval_X", "eval_y", "X_val", "y_val", "sample_weight_val",
    "sample_weight_eval_set", "base_margin_eval_set", "eval_sample_weight",
    "eval_init_score", "eval_class_weight", "eval_group", "eval_qid",
)  # fmt: skip


@dataclass(frozen=True)
class EarlyStopping:
    """How boosting stops early in each fold of a search.

    Each fold's fit gets an evaluation set that is split from the fold's *training*
    part: drawn at random, of classifiers by class, whole groups where ``fit`` is given
    `groups`, and the same for every candidate. The rows that a fold is scored on are
    none of it: by these, the score would be one of rows that the fit has seen.

    Parameters
    ----------
    rounds : int, default=50
        So many rounds in a row without a better value on the evaluation set end the
        fit. What predicts are the rounds up to the best one.
    metric : str or None, default=None
        What the evaluation set is judged by, by the library's own name of it: an
        ``eval_metric`` of XGBoost and CatBoost, a ``metric`` of LightGBM, a ``scoring``
        of scikit-learn's. None: the estimator's own.
    fraction : float, default=0.1
        Share of the training part that is set apart, above 0 and at most .5. Each class
        keeps a row to fit. Of groups so many are set apart as have this share of the
        rows.
    shuffle : bool, default=True
        Whether rows are drawn. False: they are the last ones of the training part, as
        should be where rows are in order of time.

    Raises
    ------
    ValueError, TypeError
        If a parameter breaks a rule.

    See Also
    --------
    BlueTunaSearchCV : Whose `early_stopping` it is.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.ensemble import HistGradientBoostingClassifier
    >>> from skbluetuna import BlueTunaSearchCV, EarlyStopping
    >>> search = BlueTunaSearchCV(
    ...     HistGradientBoostingClassifier(max_iter=500, max_leaf_nodes=4),
    ...     {"learning_rate": (0.1, 0.5, "log")},
    ...     n_iter=2, cv=3, random_state=0, early_stopping=EarlyStopping(rounds=5),
    ... ).fit(*load_breast_cancer(return_X_y=True))
    >>> row = search.best_index_
    >>> found = search.cv_results_["mean_best_iteration"][row]
    >>> bool(found < search.best_estimator_.max_iter < 500)
    True
    """

    rounds: int = 50
    metric: str | None = None
    fraction: float = 0.1
    shuffle: bool = True

    def __post_init__(self) -> None:
        """Check the parameters."""
        if not is_integer(self.rounds):
            raise TypeError(f"rounds must be an int; got {self.rounds!r}.")
        if self.rounds < 1:
            raise ValueError(f"rounds must be at least 1; got {self.rounds}.")
        if self.metric is not None and not isinstance(self.metric, str):
            raise TypeError(
                "metric must be a name that the library knows, such as 'logloss', or "
                f"None; got {self.metric!r}."
            )
        if not is_number(self.fraction):
            raise TypeError(f"fraction must be a number; got {self.fraction!r}.")
        if not 0.0 < self.fraction <= 0.5:
            raise ValueError(
                f"fraction must be above 0 and at most .5; got {self.fraction!r}."
            )
        if not isinstance(self.shuffle, bool | np.bool_):
            raise TypeError(f"shuffle must be True or False; got {self.shuffle!r}.")
        # As Python's own, so that a checkpoint compares what they say.
        object.__setattr__(self, "rounds", int(self.rounds))
        object.__setattr__(self, "fraction", float(self.fraction))
        object.__setattr__(self, "shuffle", bool(self.shuffle))


def names_of_rounds(estimator: Any) -> set[str]:
    """Parameters that early stopping decides, of the estimator as it is."""
    ((path, model),) = _finals(estimator, "", None)
    boosting = boosting_of(model)
    return set() if boosting is None else {f"{path}{n}" for n in boosting.decided}


def check_early_stopping(search: Any, spaces: Sequence[Space], data: Any) -> None:
    """Refuse what can not be stopped early, before anything is paid for.

    Parameters
    ----------
    search : BlueTunaSearchCV
        The search.
    spaces : sequence of Space
        Its alternatives.
    data : FitData
        What ``fit`` was given.

    Raises
    ------
    ValueError
        The message says what can not be, and what to write.
    """
    if search.early_stopping is None:
        _check_untold(search, data)
        return
    if not isinstance(search.early_stopping, EarlyStopping):
        raise TypeError(
            "early_stopping must be an EarlyStopping or None; got "
            f"{search.early_stopping!r}. Write early_stopping=EarlyStopping(rounds=50)."
        )
    _check_settings(search, data)
    for space in spaces:
        for path, model in _finals(search.estimator, "", space):
            boosting = boosting_of(model)
            if boosting is None:
                raise ValueError(
                    f"early_stopping needs boosting in every candidate: {SUPPORTED}, "
                    "alone or as the last step of a Pipeline; got "
                    f"{quoted(model)}. Leave early_stopping out, or search the others "
                    "in a search of their own."
                )
            _check_space(boosting, path, model, space)
            _check_own(boosting, path, model, space)


def _check_untold(search: Any, data: Any) -> None:
    """Refuse XGBoost that stops early by itself, on rows that nobody gives it."""
    for path, model in _finals(search.estimator, "", None):
        boosting = boosting_of(model)
        own = model.get_params(deep=False) if boosting is XGBOOST else {}
        is_given = any(n.rpartition("__")[2] in EVALUATION for n in data.params)
        if own.get("early_stopping_rounds") and not is_given:
            n = own["early_stopping_rounds"]
            raise ValueError(
                f"the estimator has {path}early_stopping_rounds={n!r}, and no rows to "
                "stop by: each fit would fail. Leave that out, and write "
                f"early_stopping=EarlyStopping(rounds={n!r}), which takes them from "
                "the training part of each fold."
            )


def _check_settings(search: Any, data: Any) -> None:
    if search.resource is not None:
        raise ValueError(
            f"early_stopping takes no resource; got resource={search.resource!r}. "
            "Early stopping finds how many rounds are enough, a resource spends fewer "
            "of them, or of the rows, on purpose. Leave one of the two out."
        )
    if data.y is None:
        raise ValueError("early_stopping needs a target; got y=None.")
    for name in data.params:
        if name.rpartition("__")[2] in EVALUATION:
            raise ValueError(
                f"fit takes no {name} under early_stopping, as each fold's evaluation "
                f"set is a part of its training part; leave {name} out."
            )


def _check_space(boosting: Boosting, path: str, model: Any, space: Space) -> None:
    for name in boosting.decided:
        if f"{path}{name}" in space.names:
            raise ValueError(
                f"param_space must not have {path + name!r} under early_stopping, "
                "which decides that in each fold. Take it out. The estimator's own "
                f"{boosting.limit} is the most rounds that a fold may have: give "
                f"{type(model).__name__} enough, such as {boosting.limit}=2000."
            )


def _check_own(boosting: Boosting, path: str, model: Any, space: Space) -> None:
    """Refuse an estimator that stops early by itself, or can not."""
    own = model.get_params(deep=False)
    for name in boosting.own:
        if boosting.is_on(name, own.get(name)):
            raise ValueError(
                f"the estimator must not stop early by itself under early_stopping; it "
                f"has {path}{name}={own[name]!r}. Leave that out, and write "
                "early_stopping=EarlyStopping(rounds=...)."
            )
    names = [path + one for one in (boosting.booster, *boosting.booster_aliases)]
    for name, dim in zip(space.names, space.dimensions, strict=True):
        choices = dim.choices if isinstance(dim, Categorical) else ()
        wrong = [c for c in choices if name in names and c in boosting.refused]
        if wrong:
            raise ValueError(
                f"early_stopping takes no {name}={wrong[0]!r}, as what follows the "
                "best round can not be left out there. Take it out of param_space, or "
                "leave early_stopping out."
            )
    if names[0] not in space.names:
        boosting.check(model)


def _finals(part: Any, path: str, space: Space | None) -> Iterator[tuple[str, Any]]:
    """What the last step may be, with the prefix of its parameters."""
    if not isinstance(part, Pipeline):
        yield path, part
        return
    name, own = part.steps[-1]
    for step in _choices(f"{path}{name}", own, space):
        yield from _finals(step, f"{path}{name}__", space)


def _choices(name: str, own: Any, space: Space | None) -> list[Any]:
    """What a step may be in a space."""
    if space is None or name not in space.names:
        return [own]
    k = space.names.index(name)
    dim, conditions = space.dimensions[k], space.conditions[k]
    choices = list(dim.choices) if isinstance(dim, Categorical) else []
    return [*choices, own] if conditions or not choices else choices
