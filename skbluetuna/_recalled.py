"""What may be recalled: lines of a checkpoint, checked against format and search."""

from collections.abc import Collection, Sequence
from math import isfinite
from typing import Any

from skbluetuna._files import Json, check_fields, is_budget, is_count, is_text
from skbluetuna._scoring import REASONS
from skbluetuna.space import Space, decode_params, decode_unit

__all__ = ["FORMAT", "MARK", "RowCheck", "check_header", "check_line"]

FORMAT = 2
MARK = "skbluetuna checkpoint"  # key of the format's number in a header
ODD = ("nan", "inf", "-inf")  # scores that JSON has no number for


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _is_dict(value: Any) -> bool:
    return isinstance(value, dict)


def _are_splits(value: Any) -> bool:
    """Whether they are pairs of lists of positions."""
    return _is_list(value) and all(
        _is_list(pair) and len(pair) == 2 and all(map(_are_positions, pair))
        for pair in value
    )


def _are_positions(value: Any) -> bool:
    return _is_list(value) and all(map(is_count, value))


HEADER: dict[str, Any] = {
    MARK: lambda value: value == FORMAT,
    "section": is_text,
    "seed": is_count,
    "n_iter": is_budget,
    "problem": _is_dict,
    "data": _is_dict,
    "splits": lambda value: value is None or _are_splits(value),
    "hidden": is_text,
}
BUDGET: dict[str, Any] = {"section": is_text, "n_iter": is_budget}
ROW: dict[str, Any] = {
    "section": is_text,
    "number": is_count,
    "stage": is_text,
    "alternative": is_count,
    "params": _is_dict,
    "unit": _is_list,
    "values": _is_list,
    "fits": lambda value: _is_list(value) and all(map(_is_dict, value)),
}


def check_line(record: Json) -> None:
    """Refuse a record that is no header, evaluation or budget.

    Raises
    ------
    ValueError
        The message says why.
    """
    rules = HEADER if MARK in record else ROW if "fits" in record else BUDGET
    check_fields(record, rules)


def check_header(header: Json, n_rows: int, n_splits: int) -> None:
    """Refuse a header that can not be that of a search of these data.

    Raises
    ------
    ValueError
        The message says why.
    """
    seed = header["problem"].get("random_state")
    if type(seed) is int and header["seed"] != seed:
        raise ValueError("has another seed than random_state")
    if header["splits"] is None:
        return
    parts = [part for pair in header["splits"] for part in pair]
    if len(parts) != 2 * n_splits or not all(
        part and max(part) < n_rows for part in parts
    ):
        raise ValueError("has splits of other data")


class RowCheck:
    """Refuses rows that no evaluation of this search can have left.

    Parameters
    ----------
    spaces : tuple of Space
        The alternatives.
    stages : collection of str
        Those that may ask.
    n_splits : int
        How many fits an evaluation has.
    search : BlueTunaSearchCV
        Its `scoring` and `return_train_score` say what a fit leaves.
    """

    def __init__(
        self,
        spaces: Sequence[Space],
        stages: Collection[str],
        n_splits: int,
        search: Any,
    ) -> None:
        self._spaces, self._stages, self._n_splits = spaces, stages, n_splits
        scoring = search.scoring
        # What a callable returns the first fit shows that did not fail.
        self._is_open = callable(scoring)
        is_one = scoring is None or isinstance(scoring, str) or self._is_open
        self._metrics = None if is_one else set(scoring)
        kinds = ("test_scores", "train_scores")
        self._kinds = kinds if search.return_train_score else kinds[:1]
        self._fields = {
            **dict.fromkeys(self._kinds, _are_scores),
            "fit_error": lambda value: value is None or is_text(value),
            "n_test_samples": is_count,
            "fit_time": _is_number,
            "score_time": _is_number,
        }

    def __call__(self, row: Json) -> None:
        """Check one row.

        Raises
        ------
        ValueError
            The message says why.
        """
        if row["stage"] not in self._stages or row["alternative"] >= len(self._spaces):
            raise ValueError("has a stage or an alternative that is not there")
        space = self._spaces[row["alternative"]]
        decode_unit(space, decode_params(space, row["values"]), row["unit"])
        if len(row["fits"]) != self._n_splits:
            raise ValueError(f"must have {self._n_splits} fits")
        for fit in row["fits"]:
            reasons = fit.get(REASONS, {})  # only where scoring failed
            if not _is_dict(reasons) or not all(map(is_text, reasons.values())):
                raise ValueError(f"has {REASONS} that are none")
            check_fields({k: fit[k] for k in fit if k != REASONS}, self._fields)
            self._check_metrics(fit)

    def _check_metrics(self, fit: Json) -> None:
        """Scores have the names that the scoring gives them."""
        for kind in self._kinds:
            names = _names(fit[kind])
            if self._is_open and fit["fit_error"] is None:
                self._is_open, self._metrics = False, names
            is_early = self._is_open or (fit["fit_error"] is not None and names is None)
            if names != self._metrics and not is_early:
                raise ValueError(f"has {kind} of other metrics")


def _names(scores: Any) -> set[str] | None:
    """Names of several metrics; None of one."""
    return set(scores) if _is_dict(scores) and set(scores) != {"float"} else None


def _are_scores(value: Any) -> bool:
    return all(map(_is_score, value.values() if _names(value) else [value]))


def _is_score(value: Any) -> bool:
    is_odd = _is_dict(value) and value.keys() == {"float"} and value["float"] in ODD
    return is_odd or _is_number(value)


def _is_number(value: Any) -> bool:
    """Whether it is an int or float, and finite as a float."""
    try:
        return type(value) in (int, float) and isfinite(value)
    except OverflowError:
        return False
