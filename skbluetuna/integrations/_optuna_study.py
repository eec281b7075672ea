"""What a study knows, as a history, and what its trials are about to evaluate.

A trial's parameters reach the storage one by one while it runs. So its proposal is kept
with it as a whole, under one attribute, where other workers see it before they choose.
"""

import math
from dataclasses import replace
from typing import Any

from skbluetuna._utils._files import Json, check_fields, is_count, is_float, is_text
from skbluetuna.history import Asked, History, Trial, row_key
from skbluetuna.integrations._optuna_space import OptunaSpace

__all__ = ["claim", "count_ahead", "read", "seed_of"]

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


def read(trials: list[Any], own: int, space: OptunaSpace, sign: float) -> History:
    """History of a study's trials, in the order of their numbers.

    Parameters
    ----------
    trials : list of FrozenTrial
        The study's trials.
    own : int
        Number of the trial that is being sampled, which is left out.
    space : OptunaSpace
        Where it is sampled; trials that lie elsewhere are left out.
    sign : {1.0, -1.0}
        What makes larger values better.

    Returns
    -------
    history : History
        Pruned trials have their last intermediate value. Failed ones count as the worst
        score, unless the same configuration was tried again.
    """
    rows = [row for t in trials if t.number != own if (row := _row(t, space, sign))]
    again = {row_key(row.unit) for row in rows if row.state != "failed"}
    kept = [r for r in rows if r.state != "failed" or row_key(r.unit) not in again]
    history = History((space.space,))
    for number, row in enumerate(kept):
        history.append(Asked(number, row.unit, row.stage, params=row.params))
        if row.state != "asked":
            history.tell(number, row.values)
    return history


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
        row = _row(trial, space, 1.0)
        is_undecided = not trial.params and CLAIM not in trial.system_attrs
        is_same = chosen and row and row_key(row.unit) == row_key(chosen.unit)
        ahead += bool(is_undecided or is_same)
    return ahead


def _row(trial: Any, space: OptunaSpace, sign: float) -> Trial | None:
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
    score = sign * _value(trial)
    if not math.isfinite(score):
        return replace(row, state="failed")
    return replace(row, state="complete", values=(score,))


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


def _value(trial: Any) -> float:
    """Value of a finished trial, NaN if there is none."""
    if trial.state.name == "PRUNED" and trial.last_step is not None:
        return float(trial.intermediate_values[trial.last_step])
    return math.nan if trial.values is None else float(trial.values[0])
