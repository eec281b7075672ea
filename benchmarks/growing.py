"""What it saves that fits of a ladder go on from those with fewer trees.

    OMP_NUM_THREADS=1 python -m benchmarks.growing
    OMP_NUM_THREADS=1 python -m benchmarks.growing --one --rows 2000

With ``--one`` the fits of one candidate at all rungs (1/9, 1/3 and all of the trees):
processor seconds of the three, each anew, and each from the file of the one before,
reading and writing included; the best of three. The last columns are the sizes of the
two files. Otherwise searches:

Each search, of forests and boosting with so many trees in full, runs twice in one
process: as it is, and with an empty table of the kinds that may go on, so that every
fit begins anew. Both have the same seed, and the same scores (``equal``: all columns
but times). ``on`` is how many of the fits went on; ``trees saved`` the share of the
trees of all fits that were there already; ``cpu s`` the processor's seconds of the
search in which all begin anew, ``cpu saved`` the share of them that the other saved;
``MB`` the largest that the files of the models were together.
"""

import argparse
import tempfile
import time
from pathlib import Path
from unittest.mock import patch

import numpy as np
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.model_selection import StratifiedKFold

from skbluetuna import BlueTunaSearchCV
from skbluetuna.search import _growing
from skbluetuna.search._grown_models import GrownModels

FOREST = {
    "max_features": (0.1, 1.0),
    "min_samples_leaf": (1, 20, "log"),
    "max_samples": (0.3, 1.0),
}
BOOSTING = {"learning_rate": (0.02, 0.5, "log"), "max_leaf_nodes": (4, 64, "log")}
KINDS = {
    "forest": (RandomForestClassifier, {}, FOREST),
    "extra": (ExtraTreesClassifier, {"bootstrap": True}, FOREST),
    "boosting": (GradientBoostingClassifier, {"subsample": 0.8}, BOOSTING),
    "hist": (HistGradientBoostingClassifier, {"early_stopping": False}, BOOSTING),
}


class Seen(GrownModels):
    """Remembers how much there was, and how many fits went on."""

    most = on = 0

    def take(self, trial, fold, found):
        """Take what came of a fold."""
        super().take(trial, fold, found)
        Seen.most, Seen.on = max(Seen.most, self._n_bytes), self.n_continued


def searched(kind, args, X, y, *, goes_on):
    """One search, and its processor seconds."""
    cls, own, space = KINDS[kind]
    name = "max_iter" if kind == "hist" else "n_estimators"
    search = BlueTunaSearchCV(
        cls(random_state=0, **own, **{name: args.trees}), space, n_iter=args.n_iter,
        strategy=args.strategy, resource=name, refit=False, random_state=args.seed,
        cv=StratifiedKFold(3, shuffle=True, random_state=0), scoring="roc_auc",
    )  # fmt: skip
    Seen.most = Seen.on = 0
    kinds = _growing.GROWS if goes_on else {}
    start = time.process_time()
    with (
        patch.object(_growing, "GROWS", kinds),
        patch("skbluetuna.search._fit.GrownModels", Seen),
    ):
        search.fit(X, y)
    return search, time.process_time() - start


def compared(kind, args, X, y):
    """Both searches of a kind, as figures."""
    new, cpu_new = searched(kind, args, X, y, goes_on=False)
    on, cpu_on = searched(kind, args, X, y, goes_on=True)
    names = [name for name in new.cv_results_ if not name.endswith("_time")]
    is_equal = all(
        np.array_equal(np.asarray(new.cv_results_[n]), np.asarray(on.cv_results_[n]))
        for n in names
    )
    n_fits = len(on.cv_results_["params"]) * on.n_splits_
    return is_equal, Seen.on, n_fits, spared_trees(on), cpu_new, 1.0 - cpu_on / cpu_new


def spared_trees(search):
    """Share of the trees of all fits that a former fit of the candidate had."""
    name = f"param_{search.resource}"
    amounts = np.asarray(search.cv_results_[name], dtype=float)
    had, spared = {}, 0.0
    for amount, params in zip(amounts, search.cv_results_["params"], strict=True):
        rest = {k: v for k, v in params.items() if k != search.resource}
        key = tuple(sorted(rest.items()))
        spared += had.get(key, 0.0)
        had[key] = amount
    return spared / amounts.sum()


def climbed(kind, args, X, y, *, goes_on):
    """Processor seconds of the fits of one candidate at all rungs, and MB of files."""
    cls, own, _ = KINDS[kind]
    name = "max_iter" if kind == "hist" else "n_estimators"
    model, source, sizes = cls(random_state=0, **own), None, []
    start = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        for k, amount in enumerate((args.trees // 9, args.trees // 3, args.trees)):
            target = str(Path(folder, str(k))) if k < 2 and goes_on else None
            growing = _growing.Growing(name, source, target, 2**31)
            begun = growing.begun(model, {name: amount}, len(X))
            fitted = clone(model) if begun is None else begun[0]
            fitted.set_params(**{name: amount}).fit(X, y)
            sizes.append(growing.keep(fitted, len(X)) / 1e6)
            source = target
    return time.process_time() - start, sizes[:2]


def one_candidate(kind, args, X, y):
    """Print what one candidate saves on its way up."""
    found = {}
    for _ in range(3):
        for goes_on in (False, True):
            seconds, sizes = climbed(kind, args, X, y, goes_on=goes_on)
            found[goes_on] = min(found.get(goes_on, np.inf), seconds)
    saved = 1.0 - found[True] / found[False]
    print(
        f"{kind:10s}{found[False]:8.2f}{found[True]:8.2f}{saved:8.3f}"
        f"{sizes[0]:8.2f}{sizes[1]:8.2f}",
        flush=True,
    )


def main():
    """Run, and print a row for each kind."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kinds", nargs="+", default=list(KINDS))
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--trees", type=int, default=500)
    parser.add_argument("--n-iter", type=int, default=8)
    parser.add_argument("--strategy", default="adaptive")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--one", action="store_true")
    args = parser.parse_args()
    X, y = make_classification(
        args.rows, 20, n_informative=8, flip_y=0.1, random_state=args.seed
    )
    if args.one:
        print("kind         anew goes on   saved    MB at 1/9 and 1/3")
        for kind in args.kinds:
            one_candidate(kind, args, X, y)
        return
    print("kind      equal   on  fits  trees saved   cpu s  cpu saved     MB")
    for kind in args.kinds:
        is_equal, n_on, n_fits, trees, cpu, saved = compared(kind, args, X, y)
        print(
            f"{kind:10s}{is_equal!s:>5s}{n_on:5d}{n_fits:6d}{trees:13.3f}{cpu:8.1f}"
            f"{saved:11.3f}{Seen.most / 1e6:7.1f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
