"""What a study knows, as a history, and what its trials are about to evaluate.

A trial's parameters reach the storage one by one while it runs. So its proposal is kept
with it as a whole, under one attribute, where other workers see it before they choose.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from skbluetuna._utils._files import Json, check_fields, is_count, is_float, is_text
from skbluetuna.history import Asked, History, Trial, row_key
from skbluetuna.integrations._optuna_space import OptunaSpace

__all__ = ["claim", "count_ahead", "read", "seed_of", "trials_of"]

CLAIM, SEED = "skbluetuna:proposal", "skbluetuna:seed"  # attributes of trial and study


def claim(study: Any, trial: Any, chosen: Trial, values: dict[str, Any]) -> None:
    """Store what a trial is about to evaluate, and which stage chose it."""
    proposal = {"stage": chosen.stage, "values": values, "unit": chosen.unit}
    study._storage.set_trial_system_attr(trial._trial_id, CLAIM, proposal)


def seed_of(study: Any, drawn: int) -> int:
    """The study's own seed, for all workers; `drawn` becomes it if there is none."""
    storage, study_id = study._storage, study._study_id
    if not is_count(storage.get_study_system_attrs(study_id).get(SEED)):
        storage.set_study_system_attr(study_id, SEED, drawn)
    return int(storage.get_study_system_attrs(study_id)[SEED])


def trials_of(study: Any) -> list[Any]:
    """Trials of a study, all of them.

    Under its Hyperband pruner Optuna shows a sampler one bracket as if it were a study.
    Searches of their own would try the same configurations in each.
    """
    return list(study._storage.get_all_trials(study._study_id, deepcopy=False))


def read(
    trials: list[Any], own: int, space: OptunaSpace, signs: tuple[float, ...]
) -> tuple[History, dict[int, tuple[float, ...]]]:
    """History of a study's trials, in the order of their numbers; and their margins.

    Parameters
    ----------
    trials : list of FrozenTrial
        The study's trials.
    own : int
        Number of the trial that is being sampled, which is left out.
    space : OptunaSpace
        Where it is sampled; trials that lie elsewhere are left out.
    signs : tuple of {1.0, -1.0}
        What makes larger values better, for each objective.

    Returns
    -------
    history : History
        Pruned trials have the value that they would end at if they stayed as far from
        the best complete one as they were; Optuna prunes none where there are several
        objectives. Failed ones count as the worst score, unless the same configuration
        was tried again.
    margins : dict of int to tuple of float
        Of each trial with constraints, by its number in the history, minus their
        values, in the order of their names; NaN for those that it has not.
    """
    ranked = _complete(trials, signs[0]) if len(signs) == 1 else []
    others = (trial for trial in trials if trial.number != own)
    rows = [row for t in others if (row := _row(t, space, signs, ranked))]
    again = {row_key(row.unit) for row in rows if row.state != "failed"}
    kept = [r for r in rows if r.state != "failed" or row_key(r.unit) not in again]
    measured = {t.number: t.constraints for t in trials if t.constraints}
    names = sorted({name for own in measured.values() for name in own})
    margins = {
        n: tuple(-measured[row.number].get(name, math.nan) for name in names)
        for n, row in enumerate(kept)
        if row.number in measured
    }
    history = History((space.space,), n_values=len(signs))
    for number, row in enumerate(kept):
        history.append(Asked(number, row.unit, row.stage, params=row.params))
        if row.state != "asked":
            history.tell(number, row.values)
    return history, margins


def count_ahead(
    trials: list[Any], own: int, space: OptunaSpace, chosen: Trial | None
) -> int:
    """Count the running trials that choose from the same history before this one.

    These are trials of a lower number that have chosen nothing yet, or the same
    configuration as this one, which chooses again.
    """
    ahead = 0
    for trial in trials:
        if trial.number >= own or trial.state.name != "RUNNING":
            continue
        row = _row(trial, space)
        is_undecided = not trial.params and CLAIM not in trial.system_attrs
        is_same = chosen and row and row_key(row.unit) == row_key(chosen.unit)
        ahead += bool(is_undecided or is_same)
    return ahead


def _row(
    trial: Any,
    space: OptunaSpace,
    signs: tuple[float, ...] = (1.0,),
    ranked: Sequence[Any] = (),
) -> Trial | None:
    """A trial as a row of the history; None if it lies outside of the space."""
    proposal = _proposal(trial)
    values = trial.params
    if not trial.state.is_finished():
        fixed = trial.system_attrs.get("fixed_params")  # of an enqueued trial
        fixed = fixed if isinstance(fixed, dict) else {}
        values = proposal.get("values", {}) | fixed | values
    native = space.native(values)
    if native is None:
        return None
    unit = tuple(space.space.to_unit([native])[0].tolist())
    chosen = tuple(proposal.get("unit", ()))
    if len(chosen) == len(unit) and row_key(chosen) == row_key(unit):
        unit = chosen  # to the last bit, so that the search is that of `BlueTuner`
    row = Trial(trial.number, native, unit, proposal.get("stage", "initial"))
    if not trial.state.is_finished():
        return row
    scores = _scores(trial, signs, ranked)
    if not all(map(math.isfinite, scores)):
        return replace(row, state="failed")
    return replace(row, state="complete", values=scores)


def _proposal(trial: Any) -> Json:
    """What a trial said it is about to evaluate; nothing if it is not as we store it.

    Any program may write attributes of a study.
    """
    proposal = trial.system_attrs.get(CLAIM)
    try:
        check_fields(proposal, PROPOSAL)
    except ValueError:
        return {}
    return dict(proposal)


def _is_unit(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(
        is_float(u) and 0.0 <= u <= 1.0 for u in value
    )


PROPOSAL: dict[str, Any] = {
    "stage": is_text,
    "values": lambda value: isinstance(value, dict),
    "unit": _is_unit,
}


def _scores(
    trial: Any, signs: tuple[float, ...], ranked: Sequence[Any]
) -> tuple[float, ...]:
    """Scores of a finished trial, larger is better; NaN where there is none."""
    is_pruned = trial.state.name == "PRUNED" and trial.last_step is not None
    if is_pruned and len(signs) == 1:
        return (_foreseen(trial, signs[0], ranked),)
    if trial.values is None:
        return (math.nan,) * len(signs)
    known = zip(signs, trial.values, strict=True)
    return tuple(sign * float(value) for sign, value in known)


def _complete(trials: list[Any], sign: float) -> list[Any]:
    """Trials that ended with a value, the best first."""
    ended = [t for t in trials if t.state.name == "COMPLETE" and math.isfinite(t.value)]
    return sorted(ended, key=lambda trial: -sign * float(trial.value))


def _foreseen(trial: Any, sign: float, ranked: Sequence[Any]) -> float:
    """Score of a pruned trial, had it stayed as far from the best as it was at its end.

    What it reported last is no score: a curve had not come to its end, and by folds it
    is one fold's, maybe an easy one. It is never better than the best, beside which it
    was pruned. Its last value counts where no complete trial was scored at that step.
    """
    step = trial.last_step
    own = sign * float(trial.intermediate_values[step])
    for best in ranked:
        ahead = own - sign * float(best.intermediate_values.get(step, math.nan))
        if math.isfinite(ahead):
            return sign * float(best.value) + min(ahead, 0.0)
    return own
