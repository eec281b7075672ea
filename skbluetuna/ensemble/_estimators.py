"""Weighted means of estimators: scikit-learn's voting, by the rules of a search.

What scikit-learn's own voting does not do: members are fitted to the labels as they
are (not to numbers in their place), get every parameter that ``fit`` gets, and need not
have ``predict_proba``.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import get_config
from sklearn.base import clone
from sklearn.ensemble import VotingClassifier, VotingRegressor
from sklearn.utils import Bunch, column_or_1d
from sklearn.utils.metadata_routing import process_routing
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import check_is_fitted

from skbluetuna.ensemble._choice import EnsembleChoice

__all__ = [
    "SearchEnsembleClassifier",
    "SearchEnsembleRegressor",
    "fit_alike",
]

Array = NDArray[Any]


def _members(ensemble: Any) -> list[tuple[str, Any]]:
    """Names and estimators of those that are not dropped, checked."""
    given = ensemble.estimators
    if not isinstance(given, Sequence) or not given:
        raise ValueError(
            f"estimators must be a list of (name, estimator), not empty; got {given!r}."
        )
    names = [name for name, _ in given]
    if len(set(names)) < len(names):
        raise ValueError(f"estimators must have different names; got {names}.")
    taken = set(names) & set(ensemble.get_params(deep=False))
    if taken or any("__" in name for name in names):
        raise ValueError(
            "estimators must have names without __, and other ones than the "
            f"ensemble's own parameters; got {names}."
        )
    kept = [(name, one) for name, one in given if not _is_dropped(one)]
    if not kept:
        raise ValueError("estimators must hold one that is not 'drop'.")
    return kept


def _is_dropped(estimator: Any) -> bool:
    return isinstance(estimator, str) and estimator == "drop"


def _weights(ensemble: Any) -> Array:
    """Weights of the members that are not dropped; they sum to one."""
    given = ensemble.estimators
    raw = np.ones(len(given)) if ensemble.weights is None else ensemble.weights
    weights = np.asarray(raw, dtype=np.float64)
    if weights.shape != (len(given),):
        raise ValueError(
            f"weights must be one number for each of the {len(given)} estimators; "
            f"got {len(np.atleast_1d(weights))} weights."
        )
    kept = np.array([w for w, (_, one) in zip(weights, given, strict=True)
                     if not _is_dropped(one)])  # fmt: skip
    if not (np.isfinite(kept).all() and (kept >= 0.0).all() and kept.sum() > 0.0):
        raise ValueError(
            "weights must be numbers that are not negative, and not all 0; got "
            f"{ensemble.weights!r}."
        )
    return np.asarray(kept / kept.sum())


def _routed(ensemble: Any, params: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What each member's ``fit`` gets of what the ensemble's gets."""
    names = [name for name, _ in _members(ensemble)]
    if not get_config()["enable_metadata_routing"]:
        return dict.fromkeys(names, params)
    routed = process_routing(ensemble, "fit", **params)
    return {name: routed[name].fit for name in names}


def _fit_members(ensemble: Any, X: Any, y: Any, own: dict[str, dict[str, Any]]) -> None:
    """Fit a clone of each member to all rows."""
    members = _members(ensemble)
    _weights(ensemble)
    fitted = Parallel(n_jobs=ensemble.n_jobs)(
        delayed(_fitted)(clone(one), X, y, own[name]) for name, one in members
    )
    ensemble.estimators_ = list(fitted)
    names = [name for name, _ in members]
    ensemble.named_estimators_ = Bunch(**dict(zip(names, fitted, strict=True)))
    ensemble.__dict__.pop("feature_names_in_", None)
    named = [one for one in fitted if hasattr(one, "feature_names_in_")]
    if named:
        ensemble.feature_names_in_ = named[0].feature_names_in_


def fit_alike(ensemble: Any, X: Any, y: Any, params: dict[str, Any]) -> None:
    """Fit an ensemble, each member with the same parameters, routed already.

    Parameters
    ----------
    ensemble : SearchEnsembleClassifier or SearchEnsembleRegressor
        The ensemble.
    X, y : array-like
        As of its ``fit``.
    params : dict
        What a candidate's ``fit`` was given in the search.
    """
    ensemble._fit_each(X, y, {name: params for name, _ in ensemble.estimators})


def _fitted(member: Any, X: Any, y: Any, params: dict[str, Any]) -> Any:
    return member.fit(X, y, **params)


def _mean(ensemble: Any, X: Any, method: str) -> Array:
    """Weighted mean of what one method of the members says."""
    check_is_fitted(ensemble)
    weights = _weights(ensemble)
    total: Any = 0.0
    for weight, member in zip(weights, ensemble.estimators_, strict=True):
        if weight > 0.0:
            total = total + weight * np.asarray(getattr(member, method)(X))
    return np.asarray(total)


def _all_have(ensemble: Any, method: str) -> bool:
    every = getattr(ensemble, "estimators_", None)
    if every is None:
        every = [one for _, one in ensemble.estimators if not _is_dropped(one)]
    return bool(every) and all(hasattr(one, method) for one in every)


def _has_probabilities(ensemble: Any) -> bool:
    return _all_have(ensemble, "predict_proba")


def _has_decisions(ensemble: Any) -> bool:
    return not _has_probabilities(ensemble) and _all_have(ensemble, "decision_function")


class SearchEnsembleClassifier(VotingClassifier):
    """Weighted mean of classifiers, as :meth:`BlueTunaSearchCV.ensemble` makes it.

    Parameters
    ----------
    estimators : list of (str, estimator)
        The members by their names. ``"drop"`` in place of one leaves it out.
    weights : array-like of shape (n_estimators,), default=None
        Weight of each member, not negative. None: all alike.
    n_jobs : int, default=None
        Number of members to fit at the same time.

    Attributes
    ----------
    estimators_ : list of classifiers
        The fitted members.
    named_estimators_ : Bunch
        The same by their names.
    classes_ : ndarray of shape (n_classes,)
        Labels of the classes.
    n_features_in_, feature_names_in_
        As the members have them.
    selection : EnsembleChoice or None
        How a search chose the members: a report, with the out-of-fold scores. Not a
        parameter; a clone has none.

    See Also
    --------
    SearchEnsembleRegressor : The same for numbers.
    sklearn.ensemble.VotingClassifier : What it is a kind of.

    Notes
    -----
    What is averaged hangs on what all members have. ``predict_proba``: the
    probabilities, and the class with the largest mean is predicted. Otherwise
    ``decision_function``: the decision values, which must be of one scale to be worth
    averaging, and the class is the one with the largest (of two classes, the second
    where the mean is above 0). Otherwise each member's class gets its weight in votes;
    of equals the first class wins.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from skbluetuna import SearchEnsembleClassifier
    >>> members = [("bayes", GaussianNB()), ("tree", DecisionTreeClassifier())]
    >>> ensemble = SearchEnsembleClassifier(members, weights=[0.7, 0.3])
    >>> ensemble.fit(*load_iris(return_X_y=True)).predict([[5.0, 3.4, 1.5, 0.2]])
    array([0])
    """

    selection: EnsembleChoice | None = None
    flatten_transform = True

    def __init__(self, estimators, *, weights=None, n_jobs=None):
        self.estimators = estimators
        self.weights = weights
        self.n_jobs = n_jobs

    @property
    def voting(self):
        """As scikit-learn's voting calls the rule."""
        return "soft" if _has_probabilities(self) else "hard"

    def fit(self, X, y, **fit_params):
        """Fit the members to all rows.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The data, as the members take them.
        y : array-like of shape (n_samples,)
            Labels of the classes.
        **fit_params : dict
            For each member's ``fit``, such as ``sample_weight``; under metadata routing
            for those that request it.

        Returns
        -------
        self : SearchEnsembleClassifier
            The fitted ensemble.

        Raises
        ------
        ValueError, NotImplementedError
            If a parameter breaks a rule of the class, or `y` holds no classes, or
            several for each row.
        """
        return self._fit_each(X, y, _routed(self, fit_params))

    def _fit_each(self, X, y, own):
        check_classification_targets(y)
        if type_of_target(y) not in ("binary", "multiclass"):
            raise NotImplementedError(
                f"{type(self).__name__} takes one class for each row; y is "
                f"{type_of_target(y)}."
            )
        labels = column_or_1d(y, warn=True)
        self.classes_ = np.unique(labels)
        _fit_members(self, X, labels, own)
        return self

    @available_if(_has_probabilities)
    def predict_proba(self, X):
        """Weighted mean of the members' probabilities.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes)
            In the order of ``classes_``.
        """
        return _mean(self, X, "predict_proba")

    @available_if(_has_decisions)
    def decision_function(self, X):
        """Weighted mean of the members' decision values.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        values : ndarray of shape (n_samples,) or (n_samples, n_classes)
            As the members give them.
        """
        return _mean(self, X, "decision_function")

    def predict(self, X):
        """Class of each row, see Notes of the class for the rule.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        labels : ndarray of shape (n_samples,)
            Labels of the classes.
        """
        check_is_fitted(self)
        if _has_probabilities(self):
            values = self.predict_proba(X)
        elif _has_decisions(self):
            values = self.decision_function(X)
        else:
            values = self._votes(X)
        if values.ndim == 1:
            return self.classes_[(values > 0.0).astype(np.intp)]
        return self.classes_[np.argmax(values, axis=1)]

    def _votes(self, X):
        """Weight of the members that predict each class."""
        votes = 0.0
        for weight, member in zip(_weights(self), self.estimators_, strict=True):
            votes = votes + weight * (member.predict(X)[:, None] == self.classes_)
        return votes


class SearchEnsembleRegressor(VotingRegressor):
    """Weighted mean of regressors, as :meth:`BlueTunaSearchCV.ensemble` makes it.

    Parameters
    ----------
    estimators : list of (str, estimator)
        The members by their names. ``"drop"`` in place of one leaves it out.
    weights : array-like of shape (n_estimators,), default=None
        Weight of each member, not negative. None: all alike.
    n_jobs : int, default=None
        Number of members to fit at the same time.

    Attributes
    ----------
    estimators_ : list of regressors
        The fitted members.
    named_estimators_ : Bunch
        The same by their names.
    n_features_in_, feature_names_in_
        As the members have them.
    selection : EnsembleChoice or None
        How a search chose the members: a report, with the out-of-fold scores. Not a
        parameter; a clone has none.

    See Also
    --------
    SearchEnsembleClassifier : The same for classes.
    sklearn.ensemble.VotingRegressor : What it is a kind of.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.linear_model import LinearRegression, Ridge
    >>> from skbluetuna import SearchEnsembleRegressor
    >>> members = [("ridge", Ridge()), ("plain", LinearRegression())]
    >>> ensemble = SearchEnsembleRegressor(members, weights=[0.7, 0.3])
    >>> ensemble.fit(*load_diabetes(return_X_y=True)).n_features_in_
    10
    """

    selection: EnsembleChoice | None = None

    def __init__(self, estimators, *, weights=None, n_jobs=None):
        self.estimators = estimators
        self.weights = weights
        self.n_jobs = n_jobs

    def fit(self, X, y, **fit_params):
        """Fit the members to all rows.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The data, as the members take them.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Targets; several outputs if the members take them.
        **fit_params : dict
            For each member's ``fit``, such as ``sample_weight``; under metadata routing
            for those that request it.

        Returns
        -------
        self : SearchEnsembleRegressor
            The fitted ensemble.

        Raises
        ------
        ValueError
            If a parameter breaks a rule of the class.
        """
        return self._fit_each(X, y, _routed(self, fit_params))

    def _fit_each(self, X, y, own):
        shape = np.asarray(y).shape
        is_column = len(shape) < 2 or shape[1] == 1
        _fit_members(self, X, column_or_1d(y, warn=True) if is_column else y, own)
        return self

    def predict(self, X):
        """Weighted mean of the members' predictions.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        values : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            The predicted targets.
        """
        return _mean(self, X, "predict")
