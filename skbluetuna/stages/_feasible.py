"""Configurations within the relations of a space: where all stages get theirs.

What a stage wants is drawn as without relations, and what lies outside is left out:
where nothing does, not one random number is another one. Only where something is left
out more is drawn here: in bulk, then by walks from points that are known to lie within,
and, where none is known, by moving parameters of broken relations.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from skbluetuna.history import row_keys
from skbluetuna.space import Space, excess

__all__ = [
    "climbed_within",
    "feasible_points",
    "filled_design",
    "nearest_feasible",
    "repaired",
    "walked_points",
]

FloatArray = NDArray[np.float64]
Draw = Callable[[int], FloatArray]

BULKS = (512, 2048, 8192)  # points drawn at once, each time more; the last only
# where nothing is known
MOST_DRAWN = 10_000  # rows of a design, of which those within count
N_WALKS, N_MOVED = 20, 3  # rounds of a walk; in at most so many parameters
STEPS = (0.3, 0.1, 0.03)  # their lengths
N_REPAIRS, N_REPAIRED = 300, 128  # moves of each of so many points
ASIDE = 0.05  # how often a move is of a parameter that no broken relation names
SCALES = (0.02, 0.05, 0.15, 0.4, 1.0)  # how far from a point one within is looked for
N_NEAR, N_LAST = 2000, 5  # points at each, and bulks anywhere before it is given up
N_ROUNDS, N_ALONG, N_STEPS = 20, 4, 8  # of a climb within


def feasible_points(
    space: Space,
    n: int,
    rng: np.random.Generator,
    known: FloatArray,
    draw: Draw | None = None,
) -> FloatArray:
    """Random configurations within the relations.

    Parameters
    ----------
    space : Space
        The space.
    n : int
        How many are wanted.
    rng : numpy.random.Generator
        Source of the random numbers.
    known : ndarray of shape (m, d)
        Snapped points within, from which to walk where few are found at random.
    draw : callable or None, default=None
        From a number of points, so many in the unit cube; None: anywhere.

    Returns
    -------
    U : ndarray of shape (k, d)
        Snapped points, no two alike; fewer than n where no more are found.
    """
    draw = draw or (lambda size: rng.random((size, len(space))))
    pool = np.empty((0, len(space)))
    for size in BULKS[:-1] if len(known) else BULKS:
        pool = _distinct(np.vstack([pool, _within(space, draw(size))]))
        if len(pool) >= n:
            return pool[:n]
    if not len(known) and not len(pool):
        fixed, is_within = repaired(space, draw(N_REPAIRED), rng)
        pool = _distinct(fixed[is_within])
    more = walked_points(space, n - len(pool), rng, np.vstack([known, pool]))
    return _distinct(np.vstack([pool, more]))


def walked_points(
    space: Space, n: int, rng: np.random.Generator, known: FloatArray
) -> FloatArray:
    """Configurations within the relations, by walks from some that are known.

    Parameters
    ----------
    space : Space
        The space.
    n : int
        How many are wanted.
    rng : numpy.random.Generator
        Source of the steps.
    known : ndarray of shape (m, d)
        Snapped points within.

    Returns
    -------
    U : ndarray of shape (k, d)
        Snapped points, no two alike; fewer than n where no more are found.
    """
    pool = np.empty((0, len(space)))
    for _ in range(N_WALKS):
        base = np.vstack([known, pool])
        if len(pool) >= n or not len(base):
            break
        near = base[rng.integers(len(base), size=min(8 * n + 64, 1024))]
        pool = _distinct(np.vstack([pool, _within(space, _moved(space, near, rng))]))
    return pool[: max(0, n)]


def repaired(
    space: Space,
    U: FloatArray,
    rng: np.random.Generator,
    free: NDArray[np.bool_] | None = None,
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Points moved into the relations, one parameter of a broken one at a time.

    Parameters
    ----------
    space : Space
        The space.
    U : ndarray of shape (n, d)
        Unit points.
    rng : numpy.random.Generator
        Source of the moves.
    free : ndarray of shape (d,), bool, or None, default=None
        Coordinates that may be moved; None: all.

    Returns
    -------
    points : ndarray of shape (n, d)
        Snapped points.
    is_within : ndarray of shape (n,), bool
        Which satisfy all relations.
    """
    free = np.ones(len(space), dtype=np.bool_) if free is None else free
    chance = _chances(space, free)
    raw = np.where(space.applies(U), U, rng.random(U.shape))
    over = excess(space, space.snap(raw))
    for _ in range(N_REPAIRS if free.any() else 0):
        rows = np.flatnonzero(over.any(axis=1))
        if not len(rows):
            break
        m, before = len(rows), over[rows]
        which = np.argmax(rng.random(before.shape) * (before > 0.0), axis=1)
        j = np.argmax(rng.random((m, len(space))) * chance[which], axis=1)
        moved, own = raw[rows], np.arange(m)
        near = np.clip(moved[own, j] + 0.2 * rng.standard_normal(m), 0.0, 1.0)
        moved[own, j] = np.where(rng.random(m) < 0.5, rng.random(m), near)
        now = excess(space, space.snap(moved))
        fewer = (before > 0.0).sum(axis=1) - (now > 0.0).sum(axis=1)
        is_nearer = now[own, which] <= before[own, which]
        taken = (fewer > 0) | ((fewer == 0) & is_nearer)
        raw[rows[taken]], over[rows[taken]] = moved[taken], now[taken]
    return space.snap(raw), np.asarray(~over.any(axis=1))


def _chances(space: Space, free: NDArray[np.bool_]) -> FloatArray:
    """How readily each relation moves each coordinate, shape (k, d)."""
    named = [
        [not one.names or name in one.names for name in space.names]
        for one in space.relations
    ]
    return np.where(np.array(named), 1.0, ASIDE) * free


def nearest_feasible(
    space: Space, unit: FloatArray, free: NDArray[np.bool_]
) -> FloatArray | None:
    """A configuration within the relations near to one that is not.

    Parameters
    ----------
    space : Space
        The space.
    unit : ndarray of shape (d,)
        Where to look.
    free : ndarray of shape (d,), bool
        Coordinates that may be another one's.

    Returns
    -------
    near : ndarray of shape (d,), or None
        A snapped point; None where none is found. It hangs on no seed.
    """
    rng = np.random.default_rng(0)
    many = np.repeat(unit[None], N_NEAR, axis=0)
    for scale in SCALES if free.any() else ():
        is_moved = free & (rng.random(many.shape) < 0.5)
        anywhere = rng.random(many.shape)
        step = np.clip(many + scale * rng.standard_normal(many.shape), 0.0, 1.0)
        is_ordered = np.array([dim.is_ordered for dim in space.dimensions])
        moved = np.where(is_ordered & (scale < 1.0), step, anywhere)
        found = _within(space, np.where(is_moved, moved, many))
        if len(found):
            return _closest(found, unit)
    points, is_within = repaired(space, many[:N_REPAIRED], rng, free)
    found = points[is_within]
    for _ in range(N_LAST if free.any() else 0):
        if len(found):
            break
        found = _within(space, np.where(free, rng.random((BULKS[-1], len(unit))), unit))
    return _closest(found, unit) if len(found) else None


def _closest(points: FloatArray, unit: FloatArray) -> FloatArray:
    at: FloatArray = points[np.argmin(np.abs(points - unit).sum(axis=1))]
    return at


def filled_design(
    space: Space,
    first: FloatArray,
    draw: Draw,
    known: FloatArray,
    rng: np.random.Generator,
) -> FloatArray:
    """A design of n points that fills what is within the relations.

    Parameters
    ----------
    space : Space
        The space.
    first : ndarray of shape (n, d)
        The design as it is without relations: returned, if all of it lies within.
    draw : callable
        From a number of points a design of so many.
    known : ndarray of shape (m, d)
        Snapped points within.
    rng : numpy.random.Generator
        Source of what is drawn besides.

    Returns
    -------
    U : ndarray of shape (k, d)
        Points of larger designs that lie within, those that are far from one another;
        fewer than n where no more are found.
    """
    is_within = space.feasible(space.snap(first))
    if is_within.all():
        return first
    n, share = len(first), max(float(is_within.mean()), len(first) / MOST_DRAWN)
    found = space.snap(first[is_within])
    for _ in range(3):
        size = min(MOST_DRAWN, int(np.ceil(1.2 * n / share)))
        own = _within(space, draw(size))
        if len(own) >= n:
            return _spread(own, n)
        share = max(len(own) / size, n / MOST_DRAWN)
        found = _distinct(np.vstack([found, own]))
    more = feasible_points(space, 4 * n, rng, np.vstack([known, found]))
    return _spread(_distinct(np.vstack([found, more])), n)


def climbed_within(
    space: Space,
    value: Callable[[FloatArray], FloatArray],
    starts: FloatArray,
    ends: FloatArray,
    rng: np.random.Generator,
) -> FloatArray:
    """Climbs that stay within the relations, where those by the gradient left them.

    Parameters
    ----------
    space : Space
        The space.
    value : callable
        From points of shape (m, d) to what is climbed.
    starts, ends : ndarray of shape (n, d)
        Snapped points within, and where the gradient led from them.
    rng : numpy.random.Generator
        Source of the steps.

    Returns
    -------
    tops : ndarray of shape (n, d)
        Snapped points within, none worth less than its start.
    """
    n, d = starts.shape
    is_ordered = np.array([dim.is_ordered for dim in space.dimensions])
    free = np.repeat((space.applies(starts) & is_ordered)[:, None], N_STEPS, axis=1)
    at, best = starts.copy(), value(starts)
    for r in range(N_ROUNDS):
        toward = np.linspace(1.0, 0.0, N_ALONG, endpoint=False)[:, None] * 0.8**r
        along = at[:, None] + toward * (ends - at)[:, None]
        n_moved = rng.integers(1, min(d, N_MOVED) + 1, size=(n, N_STEPS, 1))
        is_moved = free & (rng.random((n, N_STEPS, d)).argsort(axis=2) < n_moved)
        step = 0.2 * 0.8**r * rng.standard_normal((n, N_STEPS, d))
        aside = np.where(is_moved, at[:, None] + step, at[:, None])
        tried = np.concatenate([along, aside], axis=1).clip(0.0, 1.0)
        points = space.snap(tried.reshape(-1, d))
        worth = np.where(space.feasible(points), value(points), -np.inf).reshape(n, -1)
        top = np.argmax(worth, axis=1)
        new, own = worth[np.arange(n), top], points.reshape(n, -1, d)
        is_up = new > best
        at[is_up], best[is_up] = own[np.arange(n), top][is_up], new[is_up]
    return at


def _within(space: Space, U: FloatArray) -> FloatArray:
    """Points that lie within the relations, snapped."""
    snapped = space.snap(U)
    return snapped[space.feasible(snapped)]


def _moved(space: Space, U: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Points moved in a few parameters, a little or to anywhere."""
    n, d = U.shape
    n_moved = rng.integers(1, min(d, N_MOVED) + 1, size=(n, 1))
    is_moved = rng.random((n, d)).argsort(axis=1) < n_moved
    anywhere = rng.random((n, d))
    is_ordered = np.array([dim.is_ordered for dim in space.dimensions])
    step = rng.choice(STEPS, size=(n, 1)) * rng.standard_normal((n, d))
    is_near = is_ordered & (rng.random((n, 1)) < 0.75)
    moved = np.where(is_near, np.clip(U + step, 0.0, 1.0), anywhere)
    known = np.where(space.applies(U), U, anywhere)
    return np.where(is_moved, moved, known)


def _distinct(U: FloatArray) -> FloatArray:
    """Rows that are alike once, in their order."""
    first = dict(zip(reversed(row_keys(U)), range(len(U) - 1, -1, -1), strict=True))
    return U[sorted(first.values())]


def _spread(U: FloatArray, n: int) -> FloatArray:
    """At most n rows, each the farthest from those before it."""
    chosen, gap = [0], np.full(len(U), np.inf)
    while len(chosen) < min(n, len(U)):
        gap = np.minimum(gap, ((U - U[chosen[-1]]) ** 2).sum(axis=1))
        gap[chosen] = -1.0
        chosen.append(int(np.argmax(gap)))
    return U[chosen] if len(U) else U
