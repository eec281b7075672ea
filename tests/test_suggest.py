"""Suggested spaces: complete data, spaces that fit the estimator, searches that run."""

import importlib
import tomllib
from functools import cache
from importlib.resources import files

import numpy as np
import pytest
from sklearn.base import BaseEstimator, is_classifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.decomposition import PCA
from sklearn.ensemble import (
    AdaBoostClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    VotingClassifier,
)
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import (
    Lasso,
    LogisticRegression,
    LogisticRegressionCV,
    MultiTaskLasso,
    Ridge,
    SGDClassifier,
)
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.model_selection import ShuffleSplit
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR
from sklearn.tree import DecisionTreeClassifier

from skbluetuna import BlueTunaSearchCV, suggest_space
from skbluetuna.search._reading import spaces_for
from skbluetuna.space import Categorical, Space, When, parse_dimension, when

DATA = tomllib.loads(
    files("skbluetuna.space").joinpath("ranges.toml").read_text("utf-8")
)
SOURCES = DATA.pop("sources")
RANGES = [
    pytest.param(family["classes"], name, entry, id=f"{title}-{name}")
    for title, family in DATA.items()
    for name, entry in family.items()
    if name != "classes"
]
CLASSES = [name for family in DATA.values() for name in family["classes"]]
MODULES = ("ensemble", "linear_model", "naive_bayes", "neighbors", "neural_network")
MODULES += ("svm", "tree")
SEEDED = {"random_state": 0}
# What keeps a fit short, silent and the same each time.
SETTINGS = {
    "xgboost": SEEDED | {"n_jobs": 1},
    "lightgbm": SEEDED | {"n_jobs": 1, "verbose": -1},
    "catboost": SEEDED
    | {"thread_count": 1, "verbose": False, "allow_writing_files": False},
    "RandomForestClassifier": SEEDED | {"n_estimators": 20},
    "RandomForestRegressor": SEEDED | {"n_estimators": 20},
    "ExtraTreesClassifier": SEEDED | {"n_estimators": 20},
    "ExtraTreesRegressor": SEEDED | {"n_estimators": 20},
    "MLPClassifier": SEEDED | {"max_iter": 20},
    "MLPRegressor": SEEDED | {"max_iter": 20},
}


def class_of(name):
    """Import a class of the data file; skip if its package is not installed."""
    package, _, title = name.partition(".")
    if package != "sklearn":
        module = pytest.importorskip(package, reason=f"needs {package}")
        return getattr(module, title)
    modules = (importlib.import_module(f"sklearn.{module}") for module in MODULES)
    return next(getattr(m, title) for m in modules if hasattr(m, title))


def estimator_of(name):
    package, _, title = name.partition(".")
    cls = class_of(name)
    if package == "sklearn" and title not in SETTINGS:
        settings = SEEDED if "random_state" in cls().get_params() else {}
    else:
        settings = SETTINGS[title if package == "sklearn" else package]
    return cls(**settings)


@cache
def data_for(is_of_classes):
    """100 rows; a regression target of unit variance, as the ranges expect it."""
    load = load_breast_cancer if is_of_classes else load_diabetes
    X, y = load(return_X_y=True)
    rows = np.random.default_rng(0).permutation(len(X))[:100]
    X, y = X[rows, :10], y[rows]
    return X, y if is_of_classes else (y - y.mean()) / y.std()


def bare(spec):
    """A range without its condition."""
    return spec.spec if isinstance(spec, When) else spec


# ---- The data ----------------------------------------------------------------------


@pytest.mark.parametrize(("classes", "name", "entry"), RANGES)
def test_every_entry_says_what_it_may_say_and_cites_known_sources(classes, name, entry):
    known = {"range", "choices", "source", "when", "aliases", "note", "unless"}
    known |= {"unset", "with"}
    assert set(entry) <= known
    assert ("range" in entry) != ("choices" in entry)
    assert entry["source"]
    assert set(entry["source"]) <= set(SOURCES)
    assert all(isinstance(v, list) for v in entry.get("when", {}).values())


def test_every_source_is_cited_and_has_an_address():
    cited = {key for param in RANGES for key in param.values[2]["source"]}
    assert cited == set(SOURCES)
    assert all("https://" in text or "arXiv:" in text for text in SOURCES.values())


def test_no_class_belongs_to_two_families():
    assert len(CLASSES) == len(set(CLASSES))


@pytest.mark.parametrize("name", CLASSES)
def test_a_space_is_modest_and_may_be_read(name):
    space = suggest_space(class_of(name)())
    assert 1 <= len(space) <= 9
    for parameter, spec in space.items():
        parse_dimension(parameter, bare(spec))


@pytest.mark.parametrize("name", CLASSES)
def test_a_condition_names_a_choice_above_it_and_some_of_its_values(name):
    """One that nothing can fulfil, or that always holds, is a slip of the data."""
    space = suggest_space(class_of(name)())
    for parameter, spec in space.items():
        if isinstance(spec, When):
            names = list(space)
            assert names.index(spec.parent) < names.index(parameter)
            choices = space[spec.parent]
            assert set(spec.values) < set(choices)


@pytest.mark.parametrize(("classes", "name", "entry"), RANGES)
def test_a_parameter_exists_and_its_default_lies_inside_or_the_note_says_why(
    classes, name, entry
):
    """Boosting packages leave defaults None; the search begins at the centre then."""
    spec = entry.get("range") and tuple(entry["range"])
    dimension = parse_dimension(name, spec or Categorical(entry["choices"]))
    owners = 0
    for title in classes:
        params = class_of(title)().get_params()
        if title.startswith("catboost"):
            owners += 1  # its get_params is empty; the searches below set each
        elif name in params:
            owners += 1
            default = params[name]
            default = list(default) if isinstance(default, tuple) else default
            is_open = default is None and title.startswith("xgboost")
            assert is_open or dimension.contains(default) or "note" in entry
    assert owners


# ---- What is recognised ------------------------------------------------------------


def test_a_space_is_plain_and_belongs_to_the_caller():
    space = suggest_space(KNeighborsClassifier())
    assert type(space) is dict
    assert space == {
        "n_neighbors": (1, 50, "log"),
        "weights": ["uniform", "distance"],
        "p": [1, 2],
    }
    space["weights"].append("mine")
    assert suggest_space(KNeighborsClassifier())["weights"] == ["uniform", "distance"]


def test_layer_sizes_are_tuples():
    sizes = suggest_space(MLPClassifier())["hidden_layer_sizes"]
    assert all(type(size) is tuple for size in sizes)
    assert MLPClassifier().hidden_layer_sizes in sizes


def test_steps_of_a_pipeline_get_their_prefix_and_unknown_ones_are_left_alone():
    pipeline = Pipeline([("scale", StandardScaler()), ("pca", PCA()), ("clf", SVC())])
    space = suggest_space(pipeline)
    assert space["clf__C"] == (0.001, 1000.0, "log")
    assert space["clf__gamma"] == when("clf__kernel", "rbf", (3e-5, 8.0, "log"))
    assert all(name.startswith("clf__") for name in space)


def test_any_meta_estimator_is_searched_for_known_ones():
    nested = TransformedTargetRegressor(make_pipeline(StandardScaler(), Ridge()))
    assert list(suggest_space(nested)) == ["regressor__ridge__alpha"]
    votes = VotingClassifier(
        [("a", LogisticRegression()), ("b", KNeighborsClassifier())]
    )
    names = ["a__C", "b__n_neighbors", "b__weights", "b__p"]
    assert list(suggest_space(votes)) == names
    search = BlueTunaSearchCV(CalibratedClassifierCV(LogisticRegression()), {})
    assert list(suggest_space(search)) == ["estimator__estimator__C"]


def test_an_estimator_that_is_known_is_not_searched_for_others():
    boosted = AdaBoostClassifier(DecisionTreeClassifier())
    assert list(suggest_space(boosted)) == ["n_estimators", "learning_rate"]
    assert list(suggest_space(Pipeline([("clf", boosted)]))) == [
        "clf__n_estimators",
        "clf__learning_rate",
    ]


def test_a_subclass_has_the_ranges_of_its_parent_that_it_still_takes():
    class Same(SVC):
        pass

    class Linear(SVC):
        def __init__(self, C=1.0):
            super().__init__(C=C, kernel="linear")

    assert suggest_space(Same()) == suggest_space(SVC())
    assert list(suggest_space(Linear())) == ["C"]
    assert list(suggest_space(MultiTaskLasso())) == ["alpha"]


def test_a_namesake_from_elsewhere_is_not_known():
    class SVC(BaseEstimator):
        pass

    with pytest.raises(ValueError, match="no ranges are known for SVC"):
        suggest_space(SVC())


def test_classifier_and_regressor_of_a_family_get_what_they_have():
    assert "epsilon" in suggest_space(SVR())
    assert "epsilon" not in suggest_space(SVC())


@pytest.mark.parametrize(
    ("estimator", "name", "is_asked"),
    [
        (LogisticRegression(), "l1_ratio", False),
        (LogisticRegression(solver="saga"), "l1_ratio", True),
        (MLPClassifier(), "learning_rate_init", True),
        (MLPClassifier(solver="lbfgs"), "learning_rate_init", False),
        (KNeighborsClassifier(metric="cosine"), "p", False),
        (SVC(kernel="sigmoid"), "kernel", False),
        (SVC(kernel="poly"), "degree", True),
        (SVC(kernel="linear"), "gamma", False),
        (SVC(kernel="precomputed"), "kernel", False),
        (SVC(kernel=rbf_kernel), "gamma", False),
        (RandomForestClassifier(oob_score=True), "bootstrap", False),
        (RandomForestClassifier(oob_score=True), "max_samples", True),
        (RandomForestClassifier(bootstrap=False), "max_samples", False),
        (Lasso(), "l1_ratio", False),
    ],
)
def test_what_the_estimator_was_given_decides_where_nothing_is_searched(
    estimator, name, is_asked
):
    assert (name in suggest_space(estimator)) is is_asked


def test_a_condition_on_what_is_searched_stays_a_condition():
    space = suggest_space(SGDClassifier())
    assert space["l1_ratio"] == when("penalty", "elasticnet", (0.0, 1.0))
    assert space["eta0"].values == ("invscaling", "constant")


def test_boosting_packages_are_known_by_name_alone():
    """XGBoost and CatBoost need not be installed to be recognised."""

    def init(self, **kwargs):
        self.kwargs = kwargs

    def get_params(self, deep=True):
        return self.kwargs

    body = {"__module__": "catboost.core", "__init__": init, "get_params": get_params}
    cls = type("CatBoostClassifier", (), body)
    assert {"iterations", "depth"} <= set(suggest_space(cls()))
    # CatBoost refuses two names for one parameter.
    given = suggest_space(cls(n_estimators=10, max_depth=3), search_all=True)
    assert {"n_estimators", "max_depth"} <= set(given)
    assert {"iterations", "depth"} & set(given) == set()


# ---- What the estimator was given ---------------------------------------------------


def scaled(estimator):
    return make_pipeline(StandardScaler(), estimator)


@pytest.mark.parametrize(
    ("estimator", "kept"),
    [
        (HistGradientBoostingClassifier(max_iter=10), {"max_iter": 10}),
        (DecisionTreeClassifier(max_depth=3, ccp_alpha=0.01),
         {"max_depth": 3, "ccp_alpha": 0.01}),
        (MLPClassifier(hidden_layer_sizes=(7,)), {"hidden_layer_sizes": (7,)}),
        (scaled(SVC(C=5.0)), {"svc__C": 5.0}),
        (scaled(CalibratedClassifierCV(KNeighborsClassifier(p=1))),
         {"calibratedclassifiercv__estimator__p": 1}),
        (VotingClassifier([("a", LogisticRegression(C=3.0)), ("b", SVC())]),
         {"a__C": 3.0}),
    ],
    ids=lambda v: type(v).__name__,
)  # fmt: skip
def test_what_the_estimator_was_given_is_kept_and_the_log_says_what(
    estimator, kept, caplog
):
    """A user's ten trees became a thousand."""
    everything = suggest_space(estimator, search_all=True)
    assert set(kept) <= set(everything)
    assert caplog.text == ""
    with caplog.at_level("INFO", "skbluetuna"):
        space = suggest_space(estimator)
    assert type(space) is dict
    assert space == {k: v for k, v in everything.items() if k not in kept}
    assert all(f"{name}={value!r}" in caplog.text for name, value in kept.items())
    assert "search_all=True" in caplog.text


def test_a_default_that_was_given_is_none_that_was_set(caplog):
    """The two cannot be told apart; nor can 100 and 100.0."""
    given = HistGradientBoostingClassifier(max_iter=100.0, learning_rate=0.1)
    with caplog.at_level("INFO", "skbluetuna"):
        assert suggest_space(given) == suggest_space(HistGradientBoostingClassifier())
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("package", "name", "given", "left_out"),
    [
        ("xgboost", "XGBClassifier", {"n_estimators": 30}, {"n_estimators"}),
        ("xgboost", "XGBClassifier", {"eta": 0.3, "lambda": 2.0, "max_depth": 6},
         {"learning_rate", "eta", "reg_lambda", "max_depth"}),
        ("lightgbm", "LGBMClassifier", {"n_estimators": 30}, {"n_estimators"}),
        ("lightgbm", "LGBMClassifier", {"num_trees": 30, "feature_fraction": 0.5},
         {"n_estimators", "num_trees", "colsample_bytree"}),
        # Without a frequency the share that was given does nothing, as was wished.
        ("lightgbm", "LGBMClassifier", {"subsample": 0.5},
         {"subsample", "subsample_freq"}),
    ],
)  # fmt: skip
def test_boosting_packages_keep_what_they_were_given_by_any_of_its_names(
    package, name, given, left_out
):
    """Their defaults are None, or their parameters hidden among others."""
    cls = getattr(pytest.importorskip(package), name)
    assert not left_out & set(suggest_space(cls(**given)))
    everything = suggest_space(cls(), search_all=True)
    assert everything == suggest_space(cls())
    assert len(suggest_space(cls(**given), search_all=True)) == len(everything)


def test_catboost_keeps_all_that_it_was_given():
    body = {
        "__module__": "catboost.core",
        "__init__": lambda self, **kwargs: setattr(self, "kwargs", kwargs),
        "get_params": lambda self, deep=True: self.kwargs,
    }
    cls = type("CatBoostClassifier", (), body)
    assert not {"depth", "max_depth"} & set(suggest_space(cls(max_depth=3)))
    bayesian = suggest_space(cls(bootstrap_type="Bayesian"))
    assert not {"bootstrap_type", "subsample"} & set(bayesian)
    assert not {"bootstrap_type", "subsample"} & set(suggest_space(cls(subsample=0.5)))


def test_a_class_that_cannot_be_made_from_nothing_has_its_ancestors_defaults():
    class Mine(Ridge):
        def __init__(self, alpha, solver="auto"):
            super().__init__(alpha, solver=solver)

    class Doubtful(DecisionTreeClassifier):
        def __init__(self, max_depth=None):
            if max_depth is None:
                raise ValueError("max_depth must be given")
            super().__init__(max_depth=max_depth)

    with pytest.raises(ValueError, match=r"alpha=2\.0"):
        suggest_space(Mine(2.0))
    assert list(suggest_space(Mine(1.0))) == ["alpha"]
    with pytest.raises(ValueError, match="max_depth=2"):
        suggest_space(Doubtful(2))


@pytest.mark.parametrize("wrap", [lambda e: e, scaled], ids=["alone", "pipeline"])
def test_where_all_was_given_the_error_says_how_to_search_it(wrap):
    with pytest.raises(ValueError, match="nothing is left to search") as told:
        suggest_space(wrap(Ridge(alpha=2.0)))
    assert all(w in str(told.value) for w in ("alpha=2.0", "search_all=True"))
    with pytest.raises(ValueError, match="nothing is left to search"):
        BlueTunaSearchCV(wrap(Ridge(alpha=2.0))).fit(*data_for(False))
    assert len(suggest_space(wrap(Ridge(alpha=2.0)), search_all=True)) == 1


def test_a_search_without_a_space_keeps_what_the_estimator_was_given(caplog):
    estimator = HistGradientBoostingClassifier(max_iter=3, min_samples_leaf=7)
    caplog.set_level("INFO", "skbluetuna")
    search = BlueTunaSearchCV(estimator, n_iter=3, cv=2, random_state=0, verbose=1)
    search.fit(*data_for(True))
    assert search.best_estimator_.max_iter == 3
    assert not {"max_iter", "min_samples_leaf"} & set(search.tuner_.spaces[0].names)
    assert "max_iter=3, min_samples_leaf=7" in caplog.text


@pytest.mark.parametrize(
    "unknown",
    [KernelRidge(), make_pipeline(StandardScaler(), PCA()), LogisticRegressionCV()],
    ids=lambda estimator: type(estimator).__name__,
)
def test_nothing_known_is_an_error_that_says_what_is(unknown):
    with pytest.raises(ValueError, match=type(unknown).__name__) as error:
        suggest_space(unknown)
    assert "XGBClassifier" in str(error.value)


@pytest.mark.parametrize("thing", [SVC, "svc", None, {"C": 1.0}])
def test_what_is_no_estimator_is_refused(thing):
    with pytest.raises(TypeError, match="needs an estimator"):
        suggest_space(thing)


# ---- The spaces at work ------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("name", CLASSES)
def test_the_space_can_be_searched_without_a_failure_or_a_warning(name):
    estimator = estimator_of(name)
    X, y = data_for(is_classifier(estimator))
    pipeline = Pipeline([("scale", StandardScaler()), ("model", estimator)])
    half = ShuffleSplit(1, train_size=0.5, random_state=0)
    search = BlueTunaSearchCV(
        pipeline, suggest_space(pipeline), n_iter=5, cv=half, random_state=0,
        refit=False,
    )  # fmt: skip
    search.fit(X, y)
    scores = search.cv_results_["mean_test_score"]
    assert len(scores) == 5
    assert np.isfinite(scores).all()


def test_what_the_estimator_was_given_decides_what_is_suggested():
    forest = RandomForestClassifier(max_samples=0.5)
    assert "bootstrap" not in suggest_space(forest)  # it would forbid max_samples
    pytest.importorskip("xgboost")
    from xgboost import XGBClassifier

    linear = suggest_space(XGBClassifier(booster="gblinear"))
    assert not {"max_depth", "subsample", "min_child_weight"} & set(linear)
    assert "reg_lambda" in linear


@pytest.mark.parametrize("name", CLASSES)
def test_the_space_is_read_for_its_estimator_as_it_is_written(name):
    """No range of integers stands there for a parameter that is a float."""
    estimator = class_of(name)()
    (read,), _ = spaces_for(estimator, suggest_space(estimator))
    assert read == Space(suggest_space(estimator))
