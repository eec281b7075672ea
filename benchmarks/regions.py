"""Where is the best configuration? How often regions say so, and how tightly.

    OMP_NUM_THREADS=1 python benchmarks/regions.py --bench ../shared/bench
    OMP_NUM_THREADS=1 python benchmarks/regions.py --bench ../shared/bench --set wide

Searches of the landscapes in ``--bench`` (a folder as for ``ablation.py``), looked at
after so many evaluations. The best known configuration is the best of ``--calls``
scores, half of them all over the box and half near the best ones, and of the search's
own trials. Of those of its parameters that apply there:

``held``: how often the kept regions hold its value; ``range``: how much of a range
they cover; ``box held`` and ``box``: the same of ``optimized_space``; ``all in box``:
how often that holds every value; ``halvings``: of its volume, all parameters together.
``likely`` are the adaptive regions, ``formula`` the published equations 2 to 4 along
lines through the best trial, by which they were kept before. Then, by the probability
that a region was given, how often it held the best known value.
"""

import argparse
import sys

import numpy as np
from joblib import Parallel, delayed
from scipy.stats import qmc

from skbluetuna import BlueTuner, Space
from skbluetuna.explain._adaptive_explanation import _boundary_scores
from skbluetuna.explain._regions import likely_regions
from skbluetuna.explain._tables import narrowed_space
from skbluetuna.history import View
from skbluetuna.stages._classic_scan import (
    WHOLE,
    ClassicScan,
    join,
    score_regions,
    unscanned,
)

COLUMNS = ["held", "range", "box held", "box", "all in box", "halvings"]
BORDERS = np.array([0.02, 0.1, 0.25, 0.5, 0.75, 0.9])  # of the probabilities shown
THINNEST = 0.01  # share of a range that a box is counted with, at least
N_BEST, N_CHILDREN, N_ROUNDS = 10, 10, 20  # of the search near the best ones


def landscapes(bench, which):
    """Return the landscapes of a folder."""
    sys.path.insert(0, bench)
    from landscapes import development_set, wide_set

    return {"dev": development_set, "wide": wide_set}[which]()


def best_known(land, space, first, calls):
    """Return the best of many scores, with their configuration as a unit point."""
    rng, d = np.random.default_rng(0), len(space)
    is_ordered = np.array([dim.is_ordered for dim in space.dimensions])

    def scored(U):
        return np.array([land.score(params) for params in space.from_unit(U)])

    U = np.vstack([first, qmc.Halton(d, rng=rng).random(calls // 2)])
    y = scored(U)
    n_children = calls // 2 // N_ROUNDS // N_BEST
    for k in range(N_ROUNDS):
        first = np.argsort(-y, kind="stable")[:N_BEST]
        U, y = U[first], y[first]
        near = np.repeat(U, n_children, axis=0)
        step = 0.3 * 0.8**k * rng.standard_normal(near.shape)
        anew = np.where(is_ordered, near + step, rng.random(near.shape))
        children = np.where(rng.random(near.shape) < 1.5 / d, anew, near)
        children = np.clip(children, 0.0, 1.0)
        U, y = np.vstack([U, children]), np.append(y, scored(children))
    return space.snap(U[np.argmax(y)][None])[0]


def by_formula(space, view, seed):  # noqa: ARG001
    """Regions by the published formula, along the model's lines."""
    known, parts = _boundary_scores(space, view), []
    for j in range(len(space)):
        lines = ClassicScan(None).lines(space, j)
        if j in known:
            parts.append(score_regions(j, *known[j]))
        else:
            parts.append(unscanned(j, lines.edges if lines.is_choice else WHOLE))
    return join(parts)


def width(dim, whole):
    """Share of a range that is left of it."""
    if not whole.is_ordered:
        return dim.n_values / whole.n_values
    ends = [dim.from_unit(u) for u in (0.0, 1.0)]
    return abs(whole.to_unit(ends[1]) - whole.to_unit(ends[0]))


def judged(space, view, regions, truth):
    """Return the figures of `COLUMNS`, and probabilities with what came true."""
    (best,) = space.from_unit(view.incumbent[None])
    box = Space(narrowed_space(space, regions, best))
    left = dict(zip(box.names, box.dimensions, strict=True))
    (values,), rows, told = space.from_unit(truth[None]), [], []
    for j, (name, dim) in enumerate(zip(space.names, space.dimensions, strict=True)):
        if name not in values or dim.n_values == 1:
            continue
        mine = regions.param == j
        is_there = regions.low[mine] <= truth[j]
        own = np.flatnonzero(mine)[np.flatnonzero(is_there)[-1]]
        covered = (regions.high - regions.low)[mine & regions.kept].sum()
        inside = name in left and left[name].contains(values[name])
        size = max(THINNEST, width(left[name], dim) if name in left else 0.0)
        rows.append([regions.kept[own], covered, inside, size])
        if "probability" in regions.measures:
            told += [(regions.measures["probability"][k], k == own)
                     for k in np.flatnonzero(mine)]  # fmt: skip
    rows = np.array(rows, dtype=float)
    everything = [rows[:, 2].all(), -np.log2(rows[:, 3]).sum()]
    return [*rows.mean(axis=0), *everything], told


def search(args, index, seed):
    """Return figures by number of evaluations and by rule of one search."""
    land = landscapes(args.bench, args.set)[index]
    tuner = BlueTuner(land.space, n_iter=max(args.n_iter), random_state=seed)
    while not tuner.finished:
        for trial in tuner.ask():
            tuner.tell(trial, land.score(trial.params))
    (space,), trials = tuner.spaces, tuner.trials
    units = np.array([trial.unit for trial in trials])
    truth = best_known(land, space, units, args.calls)
    found = {}
    for n in args.n_iter:
        view = View.of(trials[:n], len(space))
        for name, rule in (("likely", likely_regions), ("formula", by_formula)):
            regions = rule(space, view, (seed, 0))
            found[name, n] = judged(space, view, regions, truth)
    return found


def show(found, n_iter):
    """Print the figures, and how often what was probable came true."""
    print(f"{len(found)} searches" + "".join(f"{c:>12s}" for c in COLUMNS))
    for name, n in found[0]:
        figures = np.mean([one[name, n][0] for one in found], axis=0)
        print(f"{name:8s}{n:4d}" + "".join(f"{v:12.3f}" for v in figures))
    for n in n_iter:
        p, came = np.array([t for one in found for t in one["likely", n][1]]).T
        print(f"\nafter {n}: probability, how often it came true, regions")
        for part in range(len(BORDERS) + 1):
            own = np.digitize(p, BORDERS) == part
            if own.any():
                print(f"{p[own].mean():8.3f}{came[own].mean():8.3f}{own.sum():8d}")


def main():
    """Search, and print how true the regions are."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bench", required=True)
    parser.add_argument("--set", default="dev", choices=["dev", "wide"])
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--n-iter", type=int, nargs="+", default=[25, 50, 100])
    parser.add_argument("--calls", type=int, default=4000)
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    asks = [
        (k, seed)
        for k in range(len(landscapes(args.bench, args.set)))
        for seed in range(args.seeds)
    ]
    run = Parallel(n_jobs=args.jobs)
    show(run(delayed(search)(args, *ask) for ask in asks), args.n_iter)


if __name__ == "__main__":
    main()
