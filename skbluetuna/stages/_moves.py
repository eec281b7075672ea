"""Configurations moved in one parameter, and the one of largest expected gain."""

from collections.abc import Callable

import numpy as np

from skbluetuna.history import View
from skbluetuna.space import Dimension, Space
from skbluetuna.stages._base import FloatArray, active
from skbluetuna.stages._gain import Model, log_gain

__all__ = ["best_of_points", "moved", "replaced_where_new", "single_moves"]


def moved(
    space: Space, reference: FloatArray, j: int, values: FloatArray
) -> FloatArray:
    """The reference with coordinate j set to each value, shape (k, d).

    A parent's value decides whether others apply; those that come to apply move onto a
    value, the others stay to the last digit.
    """
    points = np.repeat(reference[None, :], len(values), axis=0)
    points[:, j] = values
    stands = space.applies(points) & space.applies(reference[None, :])
    return np.where(stands, points, space.snap(points))


def single_moves(
    space: Space,
    view: View,
    ordered: Callable[[Dimension, float], FloatArray],
) -> FloatArray:
    """The best configuration with one parameter moved.

    What comes to apply by that stands at its centre, as where a search begins: drawn
    at random, it hid what the move is worth.

    Parameters
    ----------
    space : Space
        The space.
    view : View
        What was asked and told; the first configuration counts as the best where no
        score is known.
    ordered : callable
        From an ordered dimension and where the best one stands in it, in the unit
        interval, where it is moved. A choice without order is moved to each value.

    Returns
    -------
    moves : ndarray of shape (n, d)
        Unit points as they are evaluated; some may be alike.
    """
    best = view.incumbent
    moves = []
    for j in active(space):
        dim, k = space.dimensions[j], space.dimensions[j].n_values or 1
        values = ordered(dim, best[j]) if dim.is_ordered else (np.arange(k) + 0.5) / k
        moves.append(moved(space, best, int(j), values))
    points = np.vstack(moves)
    before = np.repeat(best[None], len(points), axis=0)
    centre = np.array([dim.to_unit(dim.centre) for dim in space.dimensions])
    at_centre = np.repeat(centre[None], len(points), axis=0)
    return space.snap(replaced_where_new(space, before, points, lambda: at_centre))


def replaced_where_new(
    space: Space,
    before: FloatArray,
    points: FloatArray,
    fresh: Callable[[], FloatArray],
) -> FloatArray:
    """Points with fresh values of what did not apply before, all of shape (n, d)."""
    known = space.applies(before)
    is_new = space.applies(points) & ~known
    while is_new.any():  # which may switch others on
        points = np.where(is_new, fresh(), points)
        known |= is_new
        is_new = space.applies(points) & ~known
    return points


def best_of_points(
    points: FloatArray,
    space: Space,
    asked: View,
    model: Model,
    incumbent: float,
) -> FloatArray | None:
    """Point of the largest log augmented improvement that was never asked, if any.

    Of those within the relations. Or one that may be evaluated one rung higher.
    """
    points = np.vstack([points, asked.X[asked.partial_rows]])
    new = points[asked.may_ask(points) & space.feasible(points)]
    if not len(new):
        return None
    gain = log_gain(model, new[:, active(space)], incumbent)
    return np.asarray(new[int(np.argmax(gain))])
