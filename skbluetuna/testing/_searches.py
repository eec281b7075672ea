"""A search of an estimator that takes no time, for laws of whole searches."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from joblib import parallel_config
from sklearn.base import BaseEstimator, ClassifierMixin

from skbluetuna import BlueTunaSearchCV
from skbluetuna.testing._situations import SPACES

__all__ = ["Pretender", "log_of", "resumed_log_of"]

N_ITER, CV = 8, 2
X, Y = np.zeros((12, 1)), np.array([0, 1] * 6)


class Pretender(ClassifierMixin, BaseEstimator):
    """A classifier whose score follows from its parameters."""

    def __init__(
        self, x: float = 0.5, y: float = 1.0, k: int = 5, effort: int = 9
    ) -> None:
        self.x = x
        self.y = y
        self.k = k
        self.effort = effort

    def fit(self, X: Any, y: Any) -> "Pretender":  # noqa: ARG002
        """Learn nothing but the classes."""
        self.classes_ = np.unique(y)
        return self

    def score(self, X: Any, y: Any) -> float:  # noqa: ARG002
        """Score of the parameters alone."""
        u = np.array([self.x, np.log10(self.y) / 6.0 + 0.5, self.k / 40.0])
        return float(np.sum(np.sin(3.0 * u)) - 1.0 / (1.0 + self.effort))


def _search(strategy: Any, resource: str | None, **options: Any) -> BlueTunaSearchCV:
    ends: dict[str, Any] = {"min_resources": 1, "max_resources": 9}
    return BlueTunaSearchCV(
        Pretender(), SPACES["ranges"], n_iter=N_ITER, cv=CV, strategy=strategy,
        refit=False, random_state=0, max_concurrent=3, resource=resource,
        **(ends if resource else {}), **options,
    )  # fmt: skip


def _log(search: BlueTunaSearchCV) -> list[tuple[str, Any]]:
    results = search.cv_results_
    scores = results["split0_test_score"].tolist()
    return list(zip(map(repr, results["params"]), scores, strict=True))


def log_of(strategy: Any, resource: str | None, n_jobs: int) -> list[tuple[str, Any]]:
    """What a search evaluated, in order."""
    with parallel_config(backend="threading"):
        return _log(_search(strategy, resource, n_jobs=n_jobs).fit(X, Y))


def resumed_log_of(strategy: Any, resource: str | None) -> list[tuple[str, Any]]:
    """The same of a search that was stopped half way, and went on from its file."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "search.jsonl"
        whole = _search(strategy, resource, checkpoint=path).fit(X, Y)
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(b"".join(lines[: len(lines) // 2]))
        search = _search(strategy, resource, checkpoint=path).fit(X, Y)
    return _log(search) if _log(search) == _log(whole) else []
