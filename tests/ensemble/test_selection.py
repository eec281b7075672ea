"""Greedy selection: what it takes, and what holds of the weights."""

import numpy as np
import pytest
from sklearn.metrics import log_loss

from skbluetuna.ensemble import _selection
from skbluetuna.ensemble._selection import bagged, greedy, mixed, scores_along

N_ROWS = 60


def predictions(k, seed=0, n_classes=2):
    """Probabilities of k candidates that err in ways of their own, and the classes."""
    rng = np.random.default_rng(seed)
    y = rng.integers(n_classes, size=N_ROWS)
    sure = rng.uniform(0.5, 1.5, size=(k, 1, 1))
    z = sure * np.eye(n_classes)[y] + rng.normal(size=(k, N_ROWS, n_classes))
    P = np.exp(z) / np.exp(z).sum(axis=2, keepdims=True)
    return P, y


def scorer(y):
    """Scores of stacks by scikit-learn's own function."""

    def score(P):
        return np.array([-log_loss(y, p) for p in P / P.sum(axis=2, keepdims=True)])

    return score


def quick(y):
    """The same, of all at once."""
    rows = np.arange(N_ROWS)
    return lambda P: np.log(P[:, rows, y] / P.sum(axis=2)).mean(axis=1)


def by_hand(P, score, max_size):
    """The same selection, from every multiset written out."""
    k = len(P)
    alone = [score(P[[i]])[0] for i in range(k)]
    best = sorted(range(k), key=lambda i: -alone[i])[: min(5, max_size)]
    starts = [best[: j + 1] for j in range(len(best))]
    way = [max(starts, key=lambda s: score(P[s].mean(axis=0)[None])[0])]
    while len(way[-1]) < max_size:
        larger = [[*way[-1], i] for i in range(k)]
        way.append(max(larger, key=lambda s: score(P[s].mean(axis=0)[None])[0]))
    chosen = max(way, key=lambda s: score(P[s].mean(axis=0)[None])[0])
    return np.bincount(chosen, minlength=k) / len(chosen)


@pytest.mark.parametrize("seed", range(3))
def test_greedy_is_what_trying_everything_step_by_step_finds(seed):
    P, y = predictions(6, seed)
    P = P.astype(np.float64)
    found = greedy(P, scorer(y), 7)
    assert found == pytest.approx(by_hand(P, scorer(y), 7))
    assert np.count_nonzero(found) > 1


@pytest.mark.parametrize("n_bags", [0, 5])
@pytest.mark.parametrize("seed", range(4))
def test_no_candidate_alone_scores_better_than_the_ensemble(seed, n_bags):
    """On the rows that choose, a search must not end with less than it had."""
    P, y = predictions(7, seed)
    P[0] = np.eye(2)[y] * 0.9 + 0.05 if seed == 0 else P[0]  # one above all others
    score = quick(y)
    weights = bagged(P, score, 10, n_bags, np.random.default_rng(0))
    assert score(mixed(P, weights)[None])[0] >= score(P).max() - 1e-12


@pytest.mark.parametrize("n_bags", [0, 5])
def test_weights_sum_to_one_and_none_is_small_and_they_are_not_too_many(n_bags):
    P, y = predictions(12)
    for max_size in (1, 3, 40):
        weights = bagged(P, quick(y), max_size, n_bags, np.random.default_rng(0))
        assert weights.sum() == pytest.approx(1.0)
        assert weights[weights > 0.0].min() >= 0.01
        assert np.count_nonzero(weights) <= max_size


def test_one_candidate_is_its_own_ensemble():
    P, y = predictions(1)
    weights = bagged(P, quick(y), 20, 20, np.random.default_rng(0))
    assert weights.tolist() == [1.0]
    assert mixed(P, weights) == pytest.approx(P[0])


def test_of_equal_candidates_the_first_is_taken():
    """So that the order of candidates alone decides, and not what a sum rounds to."""
    P, y = predictions(3)
    alike = P[[0, 0, 0]]
    assert greedy(alike, quick(y), 5).tolist() == [1.0, 0.0, 0.0]


def test_a_candidate_whose_score_is_no_number_is_never_taken():
    P, y = predictions(4)

    def score(stack):
        own = quick(y)(np.nan_to_num(stack, nan=0.5))
        return np.where(np.isnan(stack).any(axis=(1, 2)), np.nan, own)

    P[2] = np.nan
    assert greedy(P, score, 8)[2] == 0.0


def test_the_same_seed_draws_the_same_halves_and_another_one_others():
    P, y = predictions(12)
    found = [
        bagged(P, quick(y), 10, 3, np.random.default_rng(seed)) for seed in (0, 0, 1)
    ]
    assert found[0].tolist() == found[1].tolist()
    assert found[0].tolist() != found[2].tolist()


def test_a_selection_in_parts_is_the_one_at_once(monkeypatch):
    """A hundred thousand rows are not in memory for every candidate at a time."""
    P, y = predictions(9)
    sizes = []

    def score(stack):
        sizes.append(len(stack))
        return quick(y)(stack)

    at_once = greedy(P, score, 8)
    assert max(sizes) == 9
    sizes.clear()
    monkeypatch.setattr(_selection, "MOST_AT_ONCE", 2 * P[0].size)
    assert greedy(P, score, 8).tolist() == at_once.tolist()
    assert max(sizes) <= 5  # the start, which is of five


def test_scores_along_the_members_begin_with_the_heaviest_and_end_with_all():
    P, y = predictions(8)
    weights = greedy(P, quick(y), 12)
    order, scores = scores_along(P, weights, quick(y))
    assert order[0] == weights.argmax()
    assert scores[0] == pytest.approx(quick(y)(P[order[:1]])[0])
    assert scores[-1] == pytest.approx(quick(y)(mixed(P, weights)[None])[0])
