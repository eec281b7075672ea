"""The ensemble that a search ended with: members, weights, scores and costs."""

from typing import Any
from xml.etree.ElementTree import Element

import numpy as np

from skbluetuna.ensemble import EnsembleChoice
from skbluetuna.inspection._chosen import choice_of, differing
from skbluetuna.report._figures import ensemble
from skbluetuna.report._html import table, tag
from skbluetuna.report._values import NOTHING, cell, counted, rough, took

__all__ = ["ensemble_section"]

NOTE = (
    "Candidates are rows of cv_results_, which count from 0: candidate 0 is evaluation "
    "1 above. Weights sum to one. Score alone: out of fold, of all rows at once; score "
    "so far: of the weighted mean of all members down to that one."
)


def ensemble_section(search: Any) -> list[tuple[str, list[Element]]]:
    """Heading and content; nothing where the search refitted one candidate."""
    choice = choice_of(search)
    if choice is None:
        return []
    sentences = [_gain(choice), _costs(choice)]
    if choice.note:
        sentences.append(f"The members were {choice.note}.")
    said = [tag("p", sentence) for sentence in sentences if sentence]
    return [("The ensemble", [*said, ensemble(search), _members(search, choice)])]


def _gain(choice: EnsembleChoice) -> str:
    """What it scores beside the best candidate, as a sentence."""
    gain = choice.score - choice.best_score
    word = "above" if gain >= 0.0 else "below"
    members = counted(len(choice.weights), "member")
    return (
        f"What predicts is a weighted mean with {members}, chosen from "
        f"{counted(choice.n_candidates, 'candidate')}. Out of fold, of "
        f"{counted(choice.n_rows, 'row')} at once, its {choice.metric} is "
        f"{choice.score:.4g}, {rough(abs(gain))} {word} the {choice.best_score:.4g} of "
        "the best candidate. This flatters, as the same rows chose the members: rows "
        "that no fold saw say what it gains."
    )


def _costs(choice: EnsembleChoice) -> str:
    """What it takes to predict; nothing where that is not known."""
    seconds, best = choice.predict_seconds, choice.best_predict_seconds
    if not (np.isfinite(seconds) and np.isfinite(best)):
        return ""
    return (
        f"To predict and score the rows of a fold its members take {took(seconds)} "
        f"together, the best candidate {took(best)}."
    )


def _members(search: Any, choice: EnsembleChoice) -> Element:
    """A row for each member, the heaviest first."""
    params = [search.cv_results_["params"][row] for row in choice.candidates]
    names = differing(params)
    columns = ["candidate", "weight", "score alone", "score so far", *names]
    numbers = zip(
        choice.candidates.tolist(), choice.weights.tolist(), choice.scores.tolist(),
        choice.scores_so_far.tolist(), strict=True,
    )  # fmt: skip
    rows = [
        [*map(cell, own), *(cell(p[name]) if name in p else NOTHING for name in names)]
        for own, p in zip(numbers, params, strict=True)
    ]
    return table("Members of the ensemble", columns, rows, NOTE)
