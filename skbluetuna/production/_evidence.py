"""A sequential test of whether values have become larger.

The values of the reference and of the stream are exchangeable if nothing changed. Then
the rank of each new value among all before it, ties broken at random, gives a p that is
uniform on (0, 1) and independent of all before it, whatever the values are distributed
like (Vovk, Gammerman and Shafer 2022, chapter 8). A player who bets that small p come
too often can not expect to gain. Ville's inequality: the chance that such wealth ever
comes to 1 / a is at most a, however long and often one looks.

Wealth of a bet on p <= q from batch j on, k of n rows having been that small:

    W = E[(theta / q)^k ((1 - theta) / (1 - q))^(n - k)],

theta being what the share may have become: Beta(1, 1 / (2 q)) beyond q. The evidence is
a mean of such wealths over q and, as late changes would have to make good what was lost
before them, over the batch j from which the bet began. The weights of these are
20 / ((j + 19) (j + 20)): half of all for the first twenty, so that a change that comes
late is found little later. A mean of wealths whose weights sum to 1 is one, too.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, logsumexp
from scipy.stats import beta

__all__ = ["SequentialTest"]

FloatArray = NDArray[np.float64]
SHARES = np.array([0.02, 0.05, 0.1, 0.2, 0.4])  # q
HALF = 20  # batches from which half of the bets begin
CHUNK = 512  # rows that are compared with one another at once


class SequentialTest:
    """Evidence that values have become larger than those of a reference.

    Parameters
    ----------
    reference : ndarray of shape (n,)
        Values from before, finite.
    rng : numpy Generator
        Breaks ties.

    Attributes
    ----------
    log_evidence : float
        Logarithm of the wealth now. If nothing changed, the chance that it ever comes
        to log(1 / a) is at most a.
    since : int
        Batch, counted from 1, from which on the values seem to be larger.
    """

    def __init__(self, reference: FloatArray, rng: np.random.Generator) -> None:
        self._sorted = np.sort(reference)
        self._rng = rng
        self._n = np.zeros(0)  # rows since each batch
        self._k = np.zeros((0, len(SHARES)))  # of them, those with p <= q
        self.log_evidence = 0.0
        self.since = 1

    def update(self, values: FloatArray) -> float:
        """Add a batch of values, in their order; the evidence after it."""
        if len(values) == 0:
            return self.log_evidence
        p = np.concatenate(
            [self._ranked(values[i : i + CHUNK]) for i in range(0, len(values), CHUNK)]
        )
        self._n = np.append(self._n, 0.0) + len(p)
        self._k = np.vstack([self._k, np.zeros(len(SHARES))])
        self._k += (p[:, None] <= SHARES).sum(axis=0)
        start = np.arange(1, len(self._n) + 1)
        wealth = logsumexp(_log_wealth(self._n, self._k), axis=1)
        wealth -= np.log(len(SHARES) * (start + HALF - 1.0) * (start + HALF) / HALF)
        self.since = int(np.argmax(wealth)) + 1
        unspent = np.log(HALF / (len(start) + HALF))  # of bets that have not begun
        self.log_evidence = float(np.logaddexp(logsumexp(wealth), unspent))
        return self.log_evidence

    def _ranked(self, values: FloatArray) -> FloatArray:
        """P of each value among all before it, itself included; shape (m,)."""
        n = len(self._sorted)
        larger = n - np.searchsorted(self._sorted, values, side="right")
        equal = n - larger - np.searchsorted(self._sorted, values, side="left")
        earlier = np.tri(len(values), k=-1, dtype=bool)
        row = values[None, :]
        larger = larger + ((row > values[:, None]) & earlier).sum(axis=1)
        equal = equal + ((row == values[:, None]) & earlier).sum(axis=1) + 1
        total = n + np.arange(1, len(values) + 1)
        at = np.searchsorted(self._sorted, np.sort(values))
        self._sorted = np.insert(self._sorted, at, np.sort(values))
        p: FloatArray = (larger + self._rng.random(len(values)) * equal) / total
        return p


def _log_wealth(n: FloatArray, k: FloatArray) -> FloatArray:
    """Logarithm of the wealth of bets on each q from each batch on; shape (j, q)."""
    n, b = n[:, None], 0.5 / SHARES
    miss = n - k
    with np.errstate(divide="ignore"):  # far fewer than expected: nothing is left
        beyond = beta.logsf(SHARES, k + 1.0, miss + b)
    fair = k * np.log(SHARES) + (miss + b) * np.log1p(-SHARES)
    return np.asarray(np.log(b) + betaln(k + 1.0, miss + b) + beyond - fair)
