"""The ten best configurations, as a table."""

from collections import Counter
from typing import Any
from xml.etree.ElementTree import Element

import numpy as np

from skbluetuna.history import best_first
from skbluetuna.report._html import table, tag
from skbluetuna.report._scores import scores_of
from skbluetuna.report._values import NOTHING, cell

__all__ = ["best_table"]

N_BEST, N_REASONS = 10, 3


def best_table(search: Any) -> list[Element]:
    """Rows by score; where configurations are alike in it, the earlier one first."""
    scores, results = scores_of(search), search.cv_results_
    order = best_first(scores.mean)[:N_BEST].tolist()
    is_whole = scores.n_folds == search.n_splits_
    failed = int((~np.isfinite(scores.folds).all(axis=1) & is_whole).sum())
    several = "alternative" in results
    names = dict.fromkeys(name for i in order for name in results["params"][i])
    columns = ["evaluation", f"mean {scores.name}", "std. dev.", "stage", "seconds"]
    columns += ["alternative"] * several + list(names)
    rows = []
    for i in order:
        took = float(f"{scores.seconds[i]:.3g}")
        values: list[Any] = [i + 1, scores.mean[i], scores.spread(i)]
        values += [results["stage"][i], took]
        values += [int(results["alternative"][i])] if several else []
        params = results["params"][i]
        own = [cell(params[name]) if name in params else NOTHING for name in names]
        rows.append([*map(cell, values), *own])
    note = (
        f"Standard deviation over {search.n_splits_} folds; seconds of fitting and "
        "scoring, all folds one after another."
    )
    if failed:
        note += f" {failed} of {len(scores.mean)} evaluations failed: "
        note += _reasons(results["failure"])
    if not is_whole.all():
        n_saved = int((search.n_splits_ - scores.n_folds).sum())
        note += (
            f" {int((~is_whole).sum())} of {len(is_whole)} evaluations were stopped "
            f"early (racing={search.racing:g}), which saved {n_saved} of "
            f"{is_whole.size * search.n_splits_} fits."
        )
    if scores.best is not None and order and scores.best != order[0]:
        note += f" The search's `refit` chose evaluation {scores.best + 1}."
    if not order:
        return [tag("p", "No configuration has a score.")]
    return [table("The best configurations", columns, rows, note)]


def _reasons(failures: Any) -> str:
    """Why evaluations failed, the most frequent reasons first."""
    counts = Counter(why for why in failures if why).most_common()
    told = [f"{n} times {why}" if n > 1 else why for why, n in counts[:N_REASONS]]
    told += ["others"] if len(counts) > N_REASONS else []
    return "; ".join(told).rstrip(".") + "."
