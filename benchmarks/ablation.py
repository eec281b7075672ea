r"""What each part of the adaptive strategy is worth, and what batches cost, in regret.

    OMP_NUM_THREADS=1 python benchmarks/ablation.py --bench BENCH
    OMP_NUM_THREADS=1 python benchmarks/ablation.py --bench BENCH \
        --variants all --batch 1 2 4 8
    OMP_NUM_THREADS=1 python benchmarks/ablation.py --bench BENCH \
        --variants all conditions --conditional --budget 100

``--bench`` is a folder with a ``landscapes.py`` whose ``development_set()`` lists
landscapes: each with a ``space``, its ``conditions`` ({child: (parent, values)}), a
``score(params)`` and a ``regret(score)`` (0: best known, 1: median of random search).
With ``--conditional`` those alone that have conditions. Every variant searches each
landscape with each seed; printed are the mean log10 regret and the mean regret after
10, 25, 50 and 100 evaluations, and the standard error over seeds of the last.
"""

import argparse
import sys
from contextlib import ExitStack
from unittest.mock import patch

import numpy as np
from joblib import Parallel, delayed

from skbluetuna import Adaptive, BlueTuner, when
from skbluetuna.model import Hyperparameters, _acquisition, _hyperparameters
from skbluetuna.model._warp import _standardise
from skbluetuna.stages import _adaptive_climb, _fits, _surrogate

CHECKPOINTS = (10, 25, 50, 100)
NOTHING, FIXED = 1e-12, 1e-3  # a prior variance of nothing, held there
# Which hyperparameters are taken away: the residual's, and places among the blocks'.
WITHOUT = {
    "residual": (True, []),
    "perceptron": (False, [0, 1, 2]),
    "pairs": (False, [2]),
}
TURNS = {"moves": "ALONG", "redraws": "REDRAWN"}
VARIANTS = {
    "all": "the default",
    "warping": "without warping",
    "residual": "without residual",
    "pairs": "without pairs",
    "perceptron": "without perceptron",
    "scan": "without scan",
    "teaching": "plain improvement",
    "moves": "without single moves",
    "redraws": "without redraws",
    "hypercube": "with hypercube of 5",
    "conditions": "with conditions",
}


def parts(variant):
    """Return the strategy, and patches that take a part of the model away."""
    strategy = Adaptive(
        n_lhs=5 if variant == "hypercube" else Adaptive.n_lhs,
        n_scan=0 if variant == "scan" else Adaptive.n_scan,
    )
    if variant == "warping":
        return strategy, [
            patch.object(m, "warp", _standardise) for m in (_fits, _surrogate)
        ]
    if variant == "teaching":
        gain = _acquisition.log_augmented_improvement

        def plain(mean, std, incumbent, noise):  # noqa: ARG001
            return gain(mean, std, incumbent, NOTHING)

        name = "log_augmented_improvement"
        return strategy, [
            patch.object(m, name, plain) for m in (_adaptive_climb, _surrogate)
        ]
    if variant in TURNS:  # a turn that never comes is a plain climb
        return strategy, [patch.object(_adaptive_climb, TURNS[variant], -1)]
    if variant not in WITHOUT:
        return strategy, []
    prior_of = _hyperparameters.Prior.of

    def without(d):
        mean, sd = prior_of(d)
        return _hyperparameters.Prior(
            set_to(np.log(NOTHING), mean, *WITHOUT[variant]),
            set_to(FIXED, sd, *WITHOUT[variant]),
        )

    return strategy, [patch.object(_hyperparameters.Prior, "of", without)]


def set_to(value, theta, has_no_residual, blocks):
    """Return theta with a value in the place of some hyperparameters."""
    known = Hyperparameters.of(theta.copy())
    known.log_blocks[blocks] = value
    return known._replace(
        log_residual=value if has_no_residual else known.log_residual
    ).theta


def declared(land):
    """Return the landscape's space with its conditions."""
    return land.space | {
        child: when(parent, list(values), land.space[child])
        for child, (parent, values) in land.conditions.items()
    }


def run(folder, index, variant, batch, seed, budget, noise):
    """Regret of the configuration that looks best after each checkpoint."""
    sys.path.insert(0, folder)
    from landscapes import development_set

    land = development_set()[index]
    rng = np.random.default_rng(seed + 999)
    width = noise / abs(land.regret(0.0) - land.regret(1.0))  # in units of the score
    strategy, patches = parts(variant)
    seen, true = [], []
    with ExitStack() as stack:
        for each in patches:
            stack.enter_context(each)
        _fits._fit.cache_clear()
        space = declared(land) if variant == "conditions" else land.space
        tuner = BlueTuner(space, n_iter=budget, strategy=strategy, random_state=seed)
        while not tuner.finished:
            for trial in tuner.ask(batch):
                true.append(land.score(trial.params))
                seen.append(true[-1] + width * rng.standard_normal())
                tuner.tell(trial, seen[-1])
        _fits._fit.cache_clear()
    counts = [min(k, len(seen)) for k in CHECKPOINTS if k <= budget]
    return [max(0.0, land.regret(true[int(np.argmax(seen[:k]))])) for k in counts]


def main():
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bench", required=True)
    parser.add_argument("--variants", nargs="+", default=VARIANTS, choices=VARIANTS)
    parser.add_argument("--batch", type=int, nargs="+", default=[1])
    parser.add_argument("--conditional", action="store_true")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--budget", type=int, default=50)
    parser.add_argument("--noise", type=float, default=0.0)
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    sys.path.insert(0, args.bench)
    from landscapes import development_set

    lands = [
        k
        for k, land in enumerate(development_set())
        if land.conditions or not args.conditional
    ]
    n_lands = len(lands)
    print(f"{n_lands} landscapes, {args.seeds} seeds, noise {args.noise}")
    print(f"{'':20s}{'batch':>6s}{'mean log10 regret':>30s}{'mean regret':>30s}")
    for variant in args.variants:
        for batch in args.batch:
            rows = Parallel(args.jobs)(
                delayed(run)(
                    args.bench, k, variant, batch, seed, args.budget, args.noise
                )
                for seed in range(args.seeds)
                for k in lands
            )
            regret = np.array(rows).reshape(args.seeds, n_lands, -1)
            log = np.log10(np.maximum(regret, 1e-4))
            error = log[..., -1].mean(1).std() / np.sqrt(max(1, args.seeds - 1))
            name = VARIANTS[variant]
            cells = (
                " ".join(f"{v:6.2f}" for v in log.mean((0, 1))).rjust(30),
                " ".join(f"{v:6.3f}" for v in regret.mean((0, 1))).rjust(30),
            )
            print(f"{name:20s}{batch:6d}{''.join(cells)}   +- {error:.2f}", flush=True)


if __name__ == "__main__":
    main()
