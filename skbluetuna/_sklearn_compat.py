"""The only file that touches private scikit-learn names.

When scikit-learn moves one of them, this is the file to mend.
"""

from numbers import Integral

from sklearn.model_selection._search import BaseSearchCV
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions

__all__ = [
    "BaseSearchCV",
    "FrozenSplits",
    "all_fits_failed",
    "at_least_one",
    "has_methods",
    "one_of",
    "with_failed_rows",
]


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

    Attributes
    ----------
    original : cross-validator
        The splitter that was given.
    """

    def __init__(self, cv, X, y, split_params):
        self.original = cv
        self._splits = list(cv.split(X, y, **split_params))
        # Asked of the splitter, not counted: scikit-learn compares the two.
        self._n_splits = cv.get_n_splits(X, y, **split_params)

    def split(self, X=None, y=None, **params):  # noqa: ARG002
        """Yield the (train, test) pairs that were drawn."""
        yield from self._splits

    def get_n_splits(self, X=None, y=None, **params):  # noqa: ARG002
        """Return the number of splits that the splitter announced."""
        return self._n_splits

    def __getstate__(self):
        # The search is pickled into every task; workers are given their own indices.
        return self.__dict__ | {"_splits": []}


def all_fits_failed(error):
    """Whether this is what scikit-learn raises when every fit of a batch failed."""
    return str(error).startswith("\nAll the ")


def with_failed_rows(
    failed, error_score, candidate_params, n_splits, out, more_results
):
    """Arguments of ``_format_results`` with the rows that scikit-learn dropped.

    Parameters
    ----------
    failed : dict of int to (dict, dict)
        Position in ``cv_results_`` of each candidate of a wholly failed batch, with its
        parameters and its values of the further columns.
    error_score : float
        Score of a failed fit.
    candidate_params, n_splits, out, more_results
        What ``BaseSearchCV`` passes to ``_format_results``.

    Returns
    -------
    candidate_params, n_splits, out, more_results
        The same with the failed candidates in their places.
    """

    def scored(scores):
        return (
            dict.fromkeys(scores, error_score)
            if isinstance(scores, dict)
            else (error_score)
        )

    lost = dict(out[0], fit_time=0.0, score_time=0.0)
    lost |= {k: scored(v) for k, v in lost.items() if k.endswith("_scores")}
    known = iter(range(len(candidate_params)))
    params, fits = [], []
    more: dict[str, list[object]] = {name: [] for name in more_results}
    for position in range(len(candidate_params) + len(failed)):
        if position in failed:
            own, values = failed[position]
            fits += [lost] * n_splits
        else:
            i = next(known)
            own = candidate_params[i]
            values = {name: column[i] for name, column in more_results.items()}
            fits += out[i * n_splits : (i + 1) * n_splits]
        params.append(own)
        for name, column in more.items():
            column.append(values[name])
    return params, n_splits, fits, more


def at_least_one():
    """Constraint of a parameter that counts something."""
    return Interval(Integral, 1, None, closed="left")


def has_methods(*names):
    """Constraint of a parameter that must have these methods."""
    return HasMethods(list(names))


def one_of(*names):
    """Constraint of a parameter that is one of these words."""
    return StrOptions(set(names))
