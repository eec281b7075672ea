"""The verdict: what was found in one sentence, what mattered in another."""

from typing import Any

import numpy as np

from skbluetuna.exceptions import UnexplainedError
from skbluetuna.inspection._alternatives import chosen, objective_of, rows_of
from skbluetuna.inspection._ends import widen
from skbluetuna.inspection._progress import told_trials
from skbluetuna.report._optimism import known_optimism
from skbluetuna.report._scores import Scores, n_learned_from, scores_of
from skbluetuna.report._values import counted, listed, percent, rough, took

__all__ = ["CAUTION", "verdict"]

N_NAMED = 3  # parameters
LEAST = 0.01  # share that is worth naming
LEAST_REST = 0.1
CLEAR = 2.0  # standard errors of a gain above zero

CAUTION = (
    "The best of many scores on the same folds flatters: expect a little less on new "
    "data. What mattered is what the search's model learned from these evaluations; it "
    "holds for the ranges that were searched."
)


def verdict(search: Any) -> list[str]:
    """Both sentences, and what to search again if there is a reason to.

    What mattered is said of each objective.
    """
    advice = _advice(search)
    scores = scores_of(search)
    # What several scores have chosen is no largest one.
    flatters = "" if _is_compromise(search) else _flatters(scores)
    said = [*filter(None, [_found(search, scores), flatters])]
    own = objective_of(search, None)
    names = () if own is None else search.tuner_.objectives
    order = [own, *(name for name in names if name != own)]
    said += dict.fromkeys(_mattered(search, name) for name in order)
    return [*said, advice] if advice else said


def _advice(search: Any) -> str:
    """The advice to widen ranges at whose end the best configuration stands."""
    index, best = getattr(search, "best_index_", None), search.tuner_.best
    if index is not None:
        told = told_trials(search)
        best = told[index] if told else best
    return widen(search.tuner_, best)


def _found(search: Any, scores: Scores) -> str:
    """What the best configuration scores, against the first one."""
    n, k = scores.folds.shape
    best = scores.best
    time = took(float(scores.seconds.sum()))
    evaluations, every = counted(n, "evaluation"), f"all {n} together"
    if scores.is_partial.any():
        n = int((~scores.is_partial).sum())
        n_partial, every = int(scores.is_partial.sum()), "all together"
        full = counted(n, "full evaluation")
        evaluations = f"{full} (and {n_partial} at less {search.resource})"
    if best is None:
        return f"No configuration has a score after {evaluations} and {time}."
    name = f"mean {scores.name} of {scores.mean[best]:.4g}"
    folds = f"standard deviation {rough(scores.spread(best))} over {k} folds"
    folds = folds if k > 1 else "on one fold"
    stage = search.cv_results_["stage"][best]
    if best == 0:
        rest = "" if n == 1 else f"; none of the {n - 1} that followed was better"
        if _is_compromise(search):
            rest = "; it is the one that was chosen"
        return (
            f"The configuration that the search began with has a {name} ({folds})"
            f"{rest}; {evaluations} took {time} of fitting and scoring."
        )
    word = "chosen one" if _is_compromise(search) else "best"
    return (
        f"The {word} of {evaluations} has a {name} ({folds}), "
        f"{_against(scores, best)}. It was evaluation {best + 1}, in stage {stage}; "
        f"{every} took {time} of fitting and scoring."
    )


def _is_compromise(search: Any) -> bool:
    """Whether more than one score said which one is chosen."""
    own = getattr(search, "objectives", None), getattr(search, "at_least", None)
    return own != (None, None)


def _flatters(scores: Scores) -> str:
    """By how much the best score flatters; nothing where that can not be told."""
    gap = known_optimism(scores)
    if gap is None:
        return ""
    if gap <= 0.0:
        return (
            "By a bootstrap over the folds choosing the best of all has added nothing "
            "to its mean."
        )
    k, best = scores.folds.shape[1], float(scores.mean[scores.best])
    # Training parts overlap: Nadeau and Bengio (2003), as of a gain.
    error = np.sqrt(1.0 / k + 1.0 / (k - 1)) * np.std(scores.folds[scores.best], ddof=1)
    return (
        "By a bootstrap over the folds choosing the best of all has added about "
        f"{rough(gap)} to its mean: expect about {best - gap:.4g} on new data, give or "
        f"take {rough(error)}."
    )


def _against(scores: Scores, best: int) -> str:
    """How the best configuration compares with the one the search began with."""
    first = scores.mean[0]
    if np.isnan(first):
        why = "was not evaluated in full" if scores.is_partial[0] else "failed"
        return f"and the configuration that the search began with {why}"
    gain, error = scores.gain(best, 0)
    if gain == 0.0:
        return f"the same as the {first:.4g} that the search began with"
    word = "above" if gain > 0.0 else "below"
    known = f"{rough(abs(gain))} {word} the {first:.4g} that the search began with"
    if np.isnan(error):
        return known
    doubt = "" if abs(gain) > CLEAR * error else ", so that chance may explain it"
    return f"{known} (standard error {rough(error)}{doubt})"


def _mattered(search: Any, objective: str | None) -> str:
    """Which parameters and which pair matter most, and how surely."""
    k = chosen(search, None)
    space = search.tuner_.spaces[k]
    n = n_learned_from(search, k)
    known = zip(space.names, space.dimensions, strict=True)
    varied = [name for name, dimension in known if dimension.n_values != 1]
    if len(varied) < 2:
        only = f"only {varied[0]}" if varied else "no parameter"
        return f"There is no ranking of what mattered, as {only} could vary."
    try:
        weights, pairs = (
            rows_of(own, k, objective)
            for own in (search.weights_, search.interactions_)
        )
    except UnexplainedError:
        return "The strategy of this search does not say what mattered."
    share = np.asarray(weights["share"], dtype=float)
    order = [i for i in np.argsort(-share, kind="stable") if share[i] >= LEAST]
    order = order[:N_NAMED]
    what = "What mattered" if objective is None else f"What mattered for {objective}"
    if not order:
        return (
            f"{what} cannot be said: no parameter alone explains as much as 1 % "
            "of the score's variance."
        )
    names = [f"{weights['param'][i]} {percent(share[i])}" for i in order]
    unsure = [weights["param"][i] for i in order if not _is_clear(weights, i, n)]
    is_known = len(unsure) < len(names)
    text = f"{what}, by share of the score's variance: {listed(names)}"
    text += _pair(pairs, is_known, n)
    rest = 1.0 - share.sum() - float(np.sum(pairs["share"]))
    if rest >= LEAST_REST:
        text += f"; {percent(rest)} is noise, or what three or more do together"
    if not is_known:
        return f"{text}. After {counted(n, 'evaluation')} all of this may be chance."
    if unsure:
        text += (
            f". What {listed(unsure)} explains may be chance: the 90 % interval "
            "begins near zero"
        )
    return f"{text}."


def _pair(pairs: dict[str, Any], is_doubted: bool, n: int) -> str:
    """The pair of most interaction, all kinds of terms together, and how surely."""
    total: dict[tuple[str, str], float] = {}
    clear: set[tuple[str, str]] = set()
    for i, pair in enumerate(zip(pairs["param_a"], pairs["param_b"], strict=True)):
        total[pair] = total.get(pair, 0.0) + float(pairs["share"][i])
        if _is_clear(pairs, i, n):
            clear.add(pair)
    first, together = max(total, key=lambda pair: total[pair]), sum(total.values())
    if together < LEAST:
        return "; the pairs hardly interact"
    doubt = ", perhaps by chance" if is_doubted and first not in clear else ""
    most = f"{first[0]} with {first[1]} {percent(total[first])}{doubt}"
    if len(total) == 1:
        return f"; their interaction {percent(together)}{doubt}"
    return f"; all pairs together {percent(together)}, the strongest {most}"


def _is_clear(table: dict[str, Any], row: int, n: int) -> bool:
    """Whether a row's share stands clear of what chance explains of n scores."""
    return float(table["share_low"][row]) >= max(LEAST, 1.0 / n)
