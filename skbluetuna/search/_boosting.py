"""How each library of boosting is told to stop early, in the worker.

What differs is here: where the evaluation set goes, what a fit with weights takes, how
many rounds were the best. Estimators are known by the names of their classes, as the
libraries need not be installed.
"""

import warnings
from collections.abc import Callable, Mapping
from inspect import signature
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import is_classifier

from skbluetuna._utils._optional import import_optional
from skbluetuna.search._sklearn import keep_rounds

__all__ = [
    "SUPPORTED",
    "XGBOOST",
    "Boosting",
    "BoostingFit",
    "EvaluationSet",
    "boosting_of",
]

SUPPORTED = (
    "XGBClassifier and XGBRegressor, LGBMClassifier and LGBMRegressor, "
    "CatBoostClassifier and CatBoostRegressor, HistGradientBoostingClassifier and "
    "HistGradientBoostingRegressor"
)


class EvaluationSet(NamedTuple):
    """The evaluation set of a fit."""

    X: Any
    y: Any
    params: Mapping[str, Any]  # what else the model's fit gets, of these rows


class BoostingFit(NamedTuple):
    """A fit that is to stop early."""

    model: Any
    X: Any
    y: Any
    params: Mapping[str, Any]  # what else the model's fit is given
    evaluation: EvaluationSet
    stopping: Any  # EarlyStopping

    def run(self, **own: Any) -> None:
        """Fit the model by its own method, with these parameters too."""
        type(self.model).fit(self.model, self.X, self.y, **(dict(self.params) | own))


class Boosting(NamedTuple):
    """A kind of boosting."""

    limit: str  # parameter for the most rounds
    usual: int  # the most rounds where the parameter does not say
    aliases: tuple[str, ...]  # other names of it, which count before it
    own: Mapping[str, tuple[Any, ...]]  # how it stops by itself: values that do not
    fit: Callable[[BoostingFit], int]  # returns the number of its best round
    booster: str = ""  # parameter for the kind of its rounds
    booster_aliases: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()  # values of it without a best round
    idle: tuple[str, ...] = ()  # what else is of no use then
    plain: Mapping[str, Any] = {}

    @property
    def decided(self) -> tuple[str, ...]:
        """Parameters that early stopping decides."""
        return *self.limits, *self.own, *self.idle

    @property
    def limits(self) -> tuple[str, ...]:
        """Names of the parameter for the most rounds."""
        return *self.aliases, self.limit

    def is_on(self, name: str, value: Any) -> bool:
        """Whether a parameter makes the estimator stop by itself."""
        return value is not None and not any(
            type(value) is type(off) and value == off for off in self.own[name]
        )

    def limit_of(self, model: Any) -> tuple[str, int]:
        """The parameter for the most rounds, and how many these are."""
        own = model.get_params(deep=False)
        name = next((n for n in self.limits if own.get(n) is not None), self.limit)
        value = own.get(name)
        return name, self.usual if value is None else int(value)

    def check(self, model: Any) -> None:
        """Refuse a model whose rounds up to the best one are no model.

        Raises
        ------
        ValueError
            If its rounds are of such a kind.
        """
        own = model.get_params(deep=False)
        for name in (self.booster, *self.booster_aliases):
            if own.get(name) in self.refused:
                raise ValueError(
                    f"early_stopping takes no {name}={own[name]!r}, as what follows "
                    "the best round can not be left out there. Leave early_stopping "
                    f"out, or choose another {name}."
                )


def boosting_of(model: Any) -> Boosting | None:
    """How an estimator, or its nearest known ancestor, is stopped; None: not at all."""
    for cls in type(model).__mro__:
        key = f"{cls.__module__.partition('.')[0]}.{cls.__name__}"
        if key in REFUSED:
            return None
        if key in KINDS:
            return KINDS[key]
    return None


def fit_xgboost(fit: BoostingFit) -> int:
    """Fit a model of XGBoost, which predicts by the rounds up to the best one."""
    model, evaluation = fit.model, fit.evaluation
    model.set_params(early_stopping_rounds=fit.stopping.rounds)
    if fit.stopping.metric is not None:
        model.set_params(eval_metric=fit.stopping.metric)
    named = {
        "sample_weight": "sample_weight_eval_set",
        "base_margin": "base_margin_eval_set",
    }
    own = {"verbose": fit.params.get("verbose", False)}
    own |= _listed(evaluation, named)
    fit.run(eval_set=[(evaluation.X, evaluation.y)], **own)
    return int(model.best_iteration) + 1


def fit_lightgbm(fit: BoostingFit) -> int:
    """Fit a model of LightGBM, which predicts by the rounds up to the best one."""
    lightgbm = import_optional("lightgbm", extra="benchmarks", purpose="LightGBM")
    model, evaluation = fit.model, fit.evaluation
    if fit.stopping.metric is not None:
        model.set_params(metric=fit.stopping.metric)
    named = {"sample_weight": "eval_sample_weight", "init_score": "eval_init_score"}
    own = _listed(evaluation, named)
    stop = lightgbm.early_stopping(fit.stopping.rounds, verbose=False)
    own["callbacks"] = [*(fit.params.get("callbacks") or ()), stop]
    has_parts = "eval_X" in signature(type(model).fit).parameters
    if has_parts and not _is_encoded(model, fit.y):  # 4.7 deprecates eval_set
        own |= {"eval_X": evaluation.X, "eval_y": evaluation.y}
    else:
        own["eval_set"] = [(evaluation.X, evaluation.y)]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The argument 'eval_set' is deprecated")
        fit.run(**own)
    best = model.best_iteration_
    return int(best) if best and best > 0 else int(model.n_iter_)


def _is_encoded(model: Any, y: Any) -> bool:
    """Whether LightGBM gives classes other numbers, in `eval_set` too.

    What is given as `eval_y` it leaves as it is (4.7), so that other labels than 0, 1,
    ... would be those of other classes, or none.
    """
    if not is_classifier(model):
        return False
    classes = np.unique(np.asarray(y))
    is_number = np.issubdtype(classes.dtype, np.number)
    return not (is_number and np.array_equal(classes, np.arange(len(classes))))


def fit_catboost(fit: BoostingFit) -> int:
    """Fit a model of CatBoost, which drops the rounds after the best one."""
    model, evaluation = fit.model, fit.evaluation
    if fit.stopping.metric is not None:
        model.set_params(eval_metric=fit.stopping.metric)
    eval_set: Any = (evaluation.X, evaluation.y)
    weight = evaluation.params.get("sample_weight")
    if weight is not None:
        catboost = import_optional("catboost", extra="benchmarks", purpose="CatBoost")
        given = model.get_params() | dict(fit.params)
        names = ("cat_features", "text_features", "embedding_features")
        columns = {name: given.get(name) for name in names}
        eval_set = catboost.Pool(*eval_set, weight=weight, **columns)
    fit.run(
        eval_set=eval_set,
        use_best_model=True,
        early_stopping_rounds=fit.stopping.rounds,
    )
    return int(model.get_best_iteration()) + 1


def fit_histograms(fit: BoostingFit) -> int:
    """Fit a model of scikit-learn's, and drop the rounds after the best one.

    By itself it predicts by all rounds, those without a gain at its end too.
    """
    model, evaluation = fit.model, fit.evaluation
    model.set_params(early_stopping=True, n_iter_no_change=fit.stopping.rounds)
    if fit.stopping.metric is not None:
        model.set_params(scoring=fit.stopping.metric)
    own = {"X_val": evaluation.X, "y_val": evaluation.y}
    if "sample_weight" in evaluation.params:
        own["sample_weight_val"] = evaluation.params["sample_weight"]
    fit.run(**own)
    best = max(1, int(np.argmax(model.validation_score_)))  # the first is of no round
    keep_rounds(model, best)
    return best


def _listed(evaluation: EvaluationSet, names: Mapping[str, str]) -> dict[str, Any]:
    """Parameters of the evaluation rows, as lists of one set's."""
    given = {own: evaluation.params.get(name) for name, own in names.items()}
    return {name: [value] for name, value in given.items() if value is not None}


OFF = (False, 0)
XGBOOST = Boosting(
    limit="n_estimators",
    usual=100,
    aliases=(),
    own={"early_stopping_rounds": ()},
    fit=fit_xgboost,
    booster="booster",
    refused=("gblinear", "dart"),
)
LIGHTGBM = Boosting(
    limit="n_estimators",
    usual=100,
    aliases=(
        "num_iterations", "num_iteration", "n_iter", "num_tree", "num_trees",
        "num_round", "num_rounds", "nrounds", "num_boost_round", "max_iter",
    ),
    own=dict.fromkeys(
        (
            "early_stopping_round", "early_stopping_rounds", "early_stopping",
            "n_iter_no_change",
        ),
        OFF,
    ),
    fit=fit_lightgbm,
    booster="boosting_type",
    booster_aliases=("boosting", "boost"),
    refused=("dart",),
)  # fmt: skip
CATBOOST = Boosting(
    limit="iterations",
    usual=1000,
    aliases=("n_estimators", "num_boost_round", "num_trees"),
    own={
        "early_stopping_rounds": OFF,
        "use_best_model": OFF,
        "od_type": (),
        "od_wait": (),
        "od_pval": OFF,
    },
    fit=fit_catboost,
)
HISTOGRAMS = Boosting(
    limit="max_iter",
    usual=100,
    aliases=(),
    own={"early_stopping": (False, "auto")},
    fit=fit_histograms,
    idle=("n_iter_no_change", "validation_fraction"),
    plain={"early_stopping": False},
)
KINDS: Mapping[str, Boosting] = {
    "xgboost.XGBClassifier": XGBOOST,
    "xgboost.XGBRegressor": XGBOOST,
    "lightgbm.LGBMClassifier": LIGHTGBM,
    "lightgbm.LGBMRegressor": LIGHTGBM,
    "catboost.CatBoostClassifier": CATBOOST,
    "catboost.CatBoostRegressor": CATBOOST,
    "sklearn.HistGradientBoostingClassifier": HISTOGRAMS,
    "sklearn.HistGradientBoostingRegressor": HISTOGRAMS,
}
REFUSED = ("xgboost.XGBRFClassifier", "xgboost.XGBRFRegressor")  # one round of a forest
