"""The published single-layer perceptron: gradient training and autoconverge."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from skbluetuna.model._features import perceptron_features, perceptron_jacobian
from skbluetuna.model._reach import within_reach

__all__ = [
    "ACTIVATIONS",
    "Activation",
    "FittedPerceptron",
    "autoconverge",
    "loss_gradient",
    "perceptron_scores",
]

FloatArray = NDArray[np.float64]

N_RUNS = 5  # eq. 8: independent trainings of one learning rate
LEARNING_RATES = np.geomspace(1e-3, 10.0, 9)  # eq. 8: the wide grid, two per decade
PAIR_SCALE = 0.01  # eq. 7: standard deviation of the initial pair weights


class Activation(NamedTuple):
    """An activation, its slope as a function of its output, its range of targets."""

    value: Callable[[FloatArray], FloatArray]
    slope: Callable[[FloatArray], FloatArray]
    low: float
    high: float


# Targets of the saturating activations stay clear of limits that only infinite weights
# could reach.
ACTIVATIONS: Mapping[str, Activation] = MappingProxyType(
    {
        "sigmoid": Activation(expit, lambda f: f * (1.0 - f), 0.1, 0.9),
        "tanh": Activation(np.tanh, lambda f: 1.0 - f * f, -0.8, 0.8),
        "relu": Activation(lambda z: np.clip(z, 0.0, None), np.sign, 0.0, 1.0),
        "identity": Activation(lambda z: z, np.ones_like, 0.0, 1.0),
    }
)


@dataclass(frozen=True, slots=True)
class FittedPerceptron:
    """A trained perceptron; its weights no longer change.

    Attributes
    ----------
    weights : ndarray of shape (p,)
        Mean weight of each feature over the runs of the kept learning rate.
    std_error : ndarray of shape (p,)
        Standard error of that mean: how far the runs disagree.
    bias : float
        Mean bias.
    activation : str
        Name in `ACTIVATIONS`.
    learning_rate : float
        The rate that `autoconverge` kept.
    """

    weights: FloatArray
    std_error: FloatArray
    bias: float
    activation: str
    learning_rate: float

    def predict(self, U: FloatArray) -> FloatArray:
        """Prediction at points of shape (n, d), in the activation's range (eq. 6)."""
        z = perceptron_features(U) @ self.weights + self.bias
        return ACTIVATIONS[self.activation].value(z)

    def gradient(self, u: FloatArray) -> FloatArray:
        """Gradient of the prediction by the hyperparameters, shape (d,) (eq. 9)."""
        act = ACTIVATIONS[self.activation]
        z = perceptron_features(u[None]) @ self.weights + self.bias
        by_feature = act.slope(act.value(z)) * self.weights
        return by_feature @ perceptron_jacobian(u)


def _targets(y: FloatArray, act: Activation) -> FloatArray:
    """Scores scaled to the activation's range; a constant score sits in the middle."""
    y = within_reach(y)
    y = np.ldexp(y, -np.frexp(np.abs(y).max())[1])  # exact: no span overflows
    span = y.max() - y.min()
    unit = (y - y.min()) / span if span > 0.0 else np.full_like(y, 0.5)
    return act.low + (act.high - act.low) * unit


def perceptron_scores(output: FloatArray, y: FloatArray, activation: str) -> FloatArray:
    """Scores that outputs stand for, where the perceptron was trained on scores y.

    None lies farther beyond these than their range.
    """
    act = ACTIVATIONS[activation]
    share = np.clip((output - act.low) / (act.high - act.low), -1.0, 2.0)
    y = within_reach(y)
    return np.asarray(y.min() * (1.0 - share) + y.max() * share)


def loss_gradient(
    W: FloatArray, b: FloatArray, Phi: FloatArray, t: FloatArray, act: Activation
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Half mean squared error of r perceptrons, and its gradient (eq. 6 and 7).

    Parameters
    ----------
    W : ndarray of shape (r, p)
        Weights, one perceptron a row.
    b : ndarray of shape (r,)
        Biases.
    Phi : ndarray of shape (n, p)
        Features.
    t : ndarray of shape (n,)
        Targets.
    act : Activation
        The activation.

    Returns
    -------
    loss : ndarray of shape (r,)
        Half mean squared error.
    dW : ndarray of shape (r, p)
        Its gradient in the weights.
    db : ndarray of shape (r,)
        Its gradient in the bias.
    """
    Z = W @ Phi.T + b[:, None]  # (r, n)
    F = act.value(Z)  # eq. 6
    error = F - t
    delta = error * act.slope(F) / len(t)
    return 0.5 * np.mean(error**2, axis=1), delta @ Phi, delta.sum(axis=1)


def autoconverge(
    U: FloatArray,
    y: FloatArray,
    initial: FloatArray,
    rng: np.random.Generator,
    *,
    activation: str = "sigmoid",
    n_epochs: int = 1000,
) -> FittedPerceptron:
    """Train at each rate of a wide grid; keep the one whose runs agree (eq. 8).

    Parameters
    ----------
    U : ndarray of shape (n, d)
        Unit points.
    y : ndarray of shape (n,)
        Finite scores, larger is better.
    initial : ndarray of shape (d,)
        Base weights to start from (eq. 5).
    rng : numpy.random.Generator
        Draws the pair weights of each run.
    activation : str, default="sigmoid"
        Name in `ACTIVATIONS`.
    n_epochs : int, default=1000
        Steps of full-batch gradient descent.

    Returns
    -------
    fitted : FittedPerceptron
        The kept rate's mean weights.
    """
    act = ACTIVATIONS[activation]
    Phi, t, d = perceptron_features(U), _targets(y, act), U.shape[1]
    n_rates = len(LEARNING_RATES)
    start = np.tile(initial, (N_RUNS, 1))
    start = np.hstack(
        [start, PAIR_SCALE * rng.standard_normal((N_RUNS, Phi.shape[1] - d))]
    )  # eq. 7
    # Every rate starts from the same runs; all trainings step together.
    W = np.tile(start, (n_rates, 1))
    b = np.zeros(len(W))
    step = np.repeat(LEARNING_RATES, N_RUNS)
    with np.errstate(over="ignore", invalid="ignore"):  # a rate may diverge
        for _ in range(n_epochs):
            _, dW, db = loss_gradient(W, b, Phi, t, act)
            W = W - step[:, None] * dW
            b = b - step * db
        loss = loss_gradient(W, b, Phi, t, act)[0].reshape(n_rates, N_RUNS).mean(axis=1)
        runs = W.reshape(n_rates, N_RUNS, -1)
        spread = runs.std(axis=1, ddof=1)  # (n_rates, p)
        disagreement = np.sum(spread**2, axis=1)
    disagreement[~np.isfinite(disagreement + loss)] = np.inf
    # One parameter has no pairs, so its runs are all alike: of equals, the better fit.
    kept = int(np.lexsort([loss, disagreement])[0])
    if not np.isfinite(disagreement[kept]):  # every rate diverged: keep the start
        runs, spread = np.tile(start, (n_rates, 1, 1)), np.zeros_like(spread)
        b = np.zeros(len(W))
    return FittedPerceptron(
        weights=runs[kept].mean(axis=0),
        std_error=spread[kept] / np.sqrt(N_RUNS),
        bias=float(b.reshape(n_rates, N_RUNS)[kept].mean()),
        activation=activation,
        learning_rate=float(LEARNING_RATES[kept]),
    )
