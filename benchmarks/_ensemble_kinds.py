"""The searches whose ensembles are compared: two estimators alone, four in one."""

from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import ElasticNet
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks._tasks import ESTIMATORS

__all__ = ["KINDS", "space_of"]

KINDS = {
    "four families": ("xgboost", "forest", "logistic", "mlp"),
    "xgboost": ("xgboost",),
    "forest": ("forest",),
}


def of_numbers(name, classifier, space):
    """An estimator of numbers with the classifier's ranges, and its own ranges."""
    params = {name: classifier.get_params()[name] for name in space}
    if name == "xgboost":
        from xgboost import XGBRegressor

        own = XGBRegressor(n_estimators=100, n_jobs=1, random_state=0, **params)
        return own, space
    if name == "forest":
        del params["criterion"]
        own = RandomForestRegressor(n_estimators=50, random_state=0, **params)
        return own, {key: space[key] for key in params}
    if name == "mlp":
        return MLPRegressor(max_iter=40, random_state=0, **params), space
    own = ElasticNet(alpha=0.1, l1_ratio=0.5, max_iter=5000)
    return own, {"alpha": (1e-4, 10.0, "log"), "l1_ratio": (0.0, 1.0)}


def part_of(name, d, is_class):
    """An estimator without a pipeline about it, and its ranges."""
    estimator, space = ESTIMATORS[name](d)
    if isinstance(estimator, Pipeline):
        estimator = estimator[-1]
        space = {key.partition("__")[2]: value for key, value in space.items()}
    return (estimator, space) if is_class else of_numbers(name, estimator, space)


def space_of(kind, d, is_class):
    """Estimator and space of a kind of search, on d columns."""
    parts = [part_of(name, d, is_class) for name in KINDS[kind]]
    if len(parts) == 1:
        return parts[0]
    spaces = [
        {"model": [estimator]} | {f"model__{key}": own for key, own in space.items()}
        for estimator, space in parts
    ]
    pipe = Pipeline([("scale", StandardScaler()), ("model", parts[0][0])])
    return pipe, spaces
