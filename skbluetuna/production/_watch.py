"""A watch over a model in use: fed with batches, it says what changed, and when."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from skbluetuna._utils._checks import draw_seed
from skbluetuna._utils._table import Table
from skbluetuna.production._evidence import SequentialTest
from skbluetuna.production._inputs import TableColumns
from skbluetuna.production._losses import losses_of, row_metric
from skbluetuna.production._two_samples import (
    holm_rejects,
    same_categories,
    same_numbers,
)

__all__ = ["Alarm", "Watch"]

N_LEVELS = 7  # blocks of 1, 2, 4, ... 64 batches
FEW_NAMES = 5


@dataclass(frozen=True)
class Alarm:
    """What a watch found.

    Parameters
    ----------
    kind : {"score", "inputs"}
        Whether losses became larger or columns have another distribution.
    batch : int
        Number of the batch that raised it, counted from 1: of those with a target for
        the score, of those with inputs for the inputs.
    since : int
        Batch from which on it seems to be so: for inputs the first of the block that
        was compared, for the score the one from which the evidence is the largest.
    columns : tuple
        Names of the columns (of an array: their positions); none for the score.
    text : str
        The same in a sentence. ``str(alarm)`` gives it, too.
    """

    kind: str
    batch: int
    since: int
    columns: tuple[Any, ...]
    text: str

    def __str__(self) -> str:
        return self.text


class Watch:
    """Watch a model in use: whether its score falls, or its inputs drift.

    It is fed with batches, as they come, and raises an alarm where chance is no
    explanation. However many batches there are, and however often one looks: on a
    stream without drift the chance of any alarm at all is at most `false_alarms`.

    Parameters
    ----------
    search_or_estimator : fitted estimator
        The model in use; of a search the best estimator predicts.
    reference_X : array or data frame of shape (n, d)
        Rows that the model was not fitted to (nor chosen by), from when all was well.
        Numbers, categories and missing values, as the model takes them.
    reference_y : array-like of shape (n,)
        Their target.
    metric : str or callable, default=None
        The loss of a row: ``"zero_one"``, ``"log_loss"``, ``"absolute_error"``, or a
        function of (model, X, y) that returns a loss for each row. Only the order of
        losses counts, so squared errors give what absolute ones do. None:
        ``"zero_one"`` for classifiers, ``"absolute_error"`` for regressors.
    false_alarms : float, default=0.05
        Chance of an alarm in a stream without drift, however long; half of it is for
        the score and half for the inputs.
    random_state : int, RandomState, Generator or None, default=None
        Breaks ties of losses.

    Attributes
    ----------
    alarms : tuple of Alarm
        All of them, in their order. The score raises one alarm, each column one.
    columns : tuple
        Names of the columns that drifted.
    batches : Table
        A row for each batch with a target: rows, mean loss, and log10 of the evidence
        that losses are larger than before (an alarm at
        ``log10(2 / false_alarms)``).

    Raises
    ------
    ValueError, TypeError
        If a parameter breaks a rule; the message names it.
    NotFittedError
        If the model is not fitted.

    See Also
    --------
    BlueTunaSearchCV.refresh : The search again, on new data.

    Notes
    -----
    The score: a conformal test martingale on the ranks of losses, with bets on a share
    of large ones that may begin at any batch. It needs no assumption on losses, but
    that rows are exchangeable as long as nothing changes: rows that come in clumps (of
    one patient, of one hour) are not.

    The inputs: each column of blocks of 1, 2, 4, ... 64 batches is compared with the
    reference, numbers by the test of Kolmogorov and Smirnov, categories by Fisher's
    exact test of each; a missing value is the smallest number, or a category. The level
    of block i of size level k is the part 8 / (7 (k + 1) (k + 2) i (i + 1)) of half of
    `false_alarms`, and all columns share it by Holm's method. So the chance that any
    column that did not change is ever named is at most half of `false_alarms`, whatever
    the others do. The last 64 batches of inputs are kept.

    References
    ----------
    Vovk, V., Petej, I., Nouretdinov, I., Ahlberg, E., Carlsson, L., Gammerman, A.
    (2021): Retrain or not retrain: conformal test martingales for change-point
    detection. PMLR 152.
    Vovk, V., Gammerman, A., Shafer, G. (2022): Algorithmic Learning in a Random World,
    2nd edition, chapter 8.
    Holm, S. (1979): A simple sequentially rejective multiple test procedure.
    Scandinavian Journal of Statistics 6.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from skbluetuna.production import Watch
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(1000, 3))
    >>> y = (X[:, 0] + 0.3 * rng.normal(size=1000) > 0).astype(int)
    >>> model = LogisticRegression().fit(X[:500], y[:500])
    >>> watch = Watch(model, X[500:], y[500:], random_state=0)
    >>> watch.update(X[500:600], y[500:600])
    ()
    >>> X[:100, 2] += 2.0  # a column that the model hardly uses
    >>> for alarm in watch.update(X[:100], y[:100]):
    ...     print(alarm)
    Inputs: column 2 has another distribution than in the reference (batch 2).
    """

    def __init__(
        self,
        search_or_estimator: Any,
        reference_X: Any,
        reference_y: Any,
        metric: Any = None,
        false_alarms: float = 0.05,
        random_state: Any = None,
    ) -> None:
        if not 0.0 < false_alarms < 1.0:
            raise ValueError(
                "false_alarms must be a chance between 0 and 1, neither included; got "
                f"{false_alarms!r}."
            )
        check_is_fitted(search_or_estimator)
        self._model = search_or_estimator
        self._metric = row_metric(search_or_estimator, metric)
        self._level = 0.5 * false_alarms
        self._inputs = TableColumns(reference_X)
        losses = losses_of(self._model, self._metric, reference_X, reference_y)
        self._usual = float(losses.mean())
        rng = np.random.default_rng(draw_seed(random_state))
        self._test = SequentialTest(losses, rng)
        self._rows: list[tuple[int, float, float]] = []
        self._kept: list[list[Any]] = []  # inputs of the last batches
        self._n_inputs = 0
        self._alarms: list[Alarm] = []

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """All alarms, in their order."""
        return tuple(self._alarms)

    @property
    def columns(self) -> tuple[Any, ...]:
        """Names of the columns that drifted."""
        return tuple(name for alarm in self._alarms for name in alarm.columns)

    @property
    def batches(self) -> Table:
        """A row for each batch with a target."""
        rows, loss, evidence = np.array(self._rows).reshape(-1, 3).T
        return Table(
            batch=np.arange(1, len(rows) + 1),
            rows=rows.astype(int),
            loss=loss,
            log10_evidence=evidence,
        )

    def update(self, X: Any, y: Any = None) -> tuple[Alarm, ...]:
        """Add a batch, in the order of its rows.

        Parameters
        ----------
        X : array or data frame of shape (m, d)
            The inputs, with the columns of the reference.
        y : array-like of shape (m,), default=None
            The target. None where it is not known yet; give it with the same rows to
            :meth:`update_target` later.

        Returns
        -------
        alarms : tuple of Alarm
            Those that this batch raises; none if all is well.

        Raises
        ------
        ValueError
            If `X` has other columns than the reference, or `y` another length.
        """
        # Before anything is counted: what can not be scored is refused as a whole.
        losses = None if y is None else losses_of(self._model, self._metric, X, y)
        found = self._update_inputs(X)
        return found if losses is None else found + self._update_losses(losses)

    def update_target(self, X: Any, y: Any) -> tuple[Alarm, ...]:
        """Add rows whose target has become known, and test the score alone.

        Parameters
        ----------
        X : array or data frame of shape (m, d)
            The inputs.
        y : array-like of shape (m,)
            The target.

        Returns
        -------
        alarms : tuple of Alarm
            The alarm that this raises, if any.

        Raises
        ------
        ValueError
            If `y` has another length than `X`.
        """
        return self._update_losses(losses_of(self._model, self._metric, X, y))

    def _update_losses(self, losses: NDArray[np.float64]) -> tuple[Alarm, ...]:
        if len(losses) == 0:
            return ()
        evidence = self._test.update(losses)
        number = len(self._rows) + 1
        self._rows.append((len(losses), float(losses.mean()), evidence / np.log(10)))
        is_known = any(alarm.kind == "score" for alarm in self._alarms)
        if is_known or evidence < -np.log(self._level):
            return ()
        return self._raise(self._of_score(number))

    def _of_score(self, number: int) -> Alarm:
        since = self._test.since
        rows, loss, _ = np.array(self._rows[since - 1 :]).T
        text = (
            f"Score: the mean loss is {np.average(loss, weights=rows):.4g} since batch "
            f"{since}, against {self._usual:.4g} in the reference; chance would raise "
            f"this alarm in at most {self._level:.3g} of all streams (batch {number})."
        )
        return Alarm("score", number, since, (), text)

    def _update_inputs(self, X: Any) -> tuple[Alarm, ...]:
        columns = self._inputs.read(X)
        if len(columns[0]) == 0:
            return ()
        self._n_inputs += 1
        self._kept = [*self._kept, columns][-(2 ** (N_LEVELS - 1)) :]
        found: list[Alarm] = []
        for k in range(N_LEVELS):
            block, rest = divmod(self._n_inputs, 2**k)
            names = self._drifted(2**k, k, block) if rest == 0 else []
            known = {*self.columns, *(name for one in found for name in one.columns)}
            names = [name for name in names if name not in known]
            found += [self._of_inputs(2**k, names)] if names else []
        return self._raise(*found)

    def _drifted(self, n_batches: int, k: int, block: int) -> list[Any]:
        """Columns in which the last batches differ from the reference."""
        last, inputs = self._kept[-n_batches:], self._inputs
        pairs = zip(inputs.reference, inputs.is_number, strict=True)
        p = np.array([
            (same_numbers if is_number else same_categories)(
                reference, np.concatenate([batch[j] for batch in last])
            )
            for j, (reference, is_number) in enumerate(pairs)
        ])  # fmt: skip
        level = _part_of_level(k, block) * self._level
        return [inputs.names[j] for j in np.flatnonzero(holm_rejects(p, level))]

    def _of_inputs(self, n_batches: int, names: list[Any]) -> Alarm:
        number = self._n_inputs
        since = number - n_batches + 1
        few = ", ".join(map(str, names[:FEW_NAMES]))
        few += f" and {len(names) - FEW_NAMES} more" if len(names) > FEW_NAMES else ""
        said = f"columns {few} have" if len(names) > 1 else f"column {few} has"
        when = f"batch {number}" if n_batches == 1 else f"batches {since} to {number}"
        text = f"Inputs: {said} another distribution than in the reference ({when})."
        return Alarm("inputs", number, since, tuple(names), text)

    def _raise(self, *alarms: Alarm) -> tuple[Alarm, ...]:
        self._alarms += alarms
        return alarms


def _part_of_level(k: int, block: int) -> float:
    """Part of the level for one block of 2^k batches; all parts together are 1."""
    of_size = (N_LEVELS + 1) / N_LEVELS / ((k + 1) * (k + 2))
    return of_size / (block * (block + 1))
