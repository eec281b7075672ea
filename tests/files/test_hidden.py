"""Secrets and rows of data are not written down."""

import json
import logging
import re
from collections.abc import Mapping
from unittest.mock import patch
from xml.etree.ElementTree import Element

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skbluetuna import BlueTunaSearchCV, BlueTuner, Categorical, Space, when
from skbluetuna._utils._files import unseal
from skbluetuna._utils._hidden import HIDDEN, masked, says_secret
from skbluetuna.callbacks import JSONLinesTracker
from skbluetuna.inspection import ParallelDisplay, ScanDisplay
from skbluetuna.report._masked import without_secrets
from skbluetuna.report._settings_section import settings_section


class Client(ClassifierMixin, BaseEstimator):
    """Needs a password, and may fail with its data in the error."""

    def __init__(self, password="", api_key=None, options=None, C=1.0, error=None):
        self.password = password
        self.api_key = api_key
        self.options = options
        self.C = C
        self.error = error

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        if self.error is not None and self.C > 0.5:
            raise ValueError(self.error.format(X=X[:2], row=X[0].tolist()))
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


rng = np.random.default_rng(0)
X, y = rng.normal(size=(12, 3)), np.tile([0, 1], 6)
SECRETS = ("hunter2", "sk-abc123", "s3cr3t", "k3y-in-the-space")


def search_of(path=None, *, password="hunter2", space=None, error=None, **options):
    client = Client(
        password, "sk-abc123", {"auth_token": "s3cr3t", "n": 3}, error=error
    )
    model = Pipeline([("scale", StandardScaler()), ("client", client)])
    space = {"client__C": (0.0, 1.0)} if space is None else space
    options = {"n_iter": 4, "cv": 2, "random_state": 0, "refit": False} | options
    return BlueTunaSearchCV(model, space, checkpoint=path, **options)


@pytest.mark.parametrize(
    "name",
    [
        "password", "passwd", "db_password", "clf__password", "PASSWORD", "passphrase",
        "token", "hf_token", "authToken", "access_token", "secret", "client_secret",
        "api_key", "apikey", "apiKey", "x__API_KEY", "credential", "auth",
        "private_key", "access_key", "secret_key", "authorization", "pwd",
    ],
)  # fmt: skip
def test_a_name_says_that_it_is_a_secret(name):
    assert says_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        "token_pattern", "tokenizer", "max_tokens", "author", "C", "key", "keys",
        "n_passes", "passthrough", "pass_filter", "monkey", "auth__C",
    ],
)  # fmt: skip
def test_a_name_that_only_resembles_one_says_nothing(name):
    assert not says_secret(name)


@pytest.mark.parametrize("value", [None, True, 0.5, (0.1, 1.0, "log"), [1, 2, None]])
def test_numbers_and_flags_are_settings_and_not_secrets(value):
    params = {"secret": value}
    assert masked(params) is params


def test_masking_looks_into_what_holds_secrets_and_leaves_it_as_it_was():
    search = search_of()
    steps = search.estimator.steps
    text = repr(masked(search.estimator))
    assert not any(secret in text for secret in SECRETS)
    assert text.count("***") == 3
    assert search.estimator.steps is steps
    assert steps[1][1].password == "hunter2"
    plain = SVC(C=2.0)
    assert masked(plain) is plain
    itself = [1]
    itself.append(itself)
    assert masked(itself) is not None


@pytest.mark.parametrize(
    "space",
    [
        {"client__C": (0.0, 1.0)},
        {"client__password": ["hunter2", "k3y-in-the-space"], "client__C": (0.0, 1.0)},
        Space({"client__password": Categorical(["hunter2", "k3y-in-the-space"]),
               "client__C": when("client__password", ["hunter2"], (0.0, 1.0))}),
    ],
    ids=["estimator", "choice", "condition"],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning")
def test_no_secret_is_in_checkpoint_log_tracker_or_settings(tmp_path, caplog, space):
    pytest.importorskip("sklearn.callback", reason="trackers need scikit-learn 1.9")
    path, log = tmp_path / "search.jsonl", tmp_path / "log.jsonl"
    search = search_of(path, space=space, verbose=1)
    search.set_callbacks(JSONLinesTracker(log))
    with caplog.at_level(logging.INFO, logger="skbluetuna"):
        search.fit(X, y)
    settings = "".join("".join(own.itertext()) for own in settings_section(search))
    for text in (path.read_text(), log.read_text(), caplog.text, settings):
        assert text
        assert not any(secret in text for secret in SECRETS), text
        assert "***" in text or "secret" in text or text is caplog.text
    if not isinstance(space, Mapping) or len(space) > 1:
        with pytest.raises(ValueError, match="space must be given"):
            BlueTuner.from_json(search.tuner_.to_json())
        assert not any(secret in search.tuner_.to_json() for secret in SECRETS)
    assert search.estimator.steps[1][1].password == "hunter2"


def test_another_secret_is_another_search_and_can_not_be_read_off(tmp_path):
    """Told apart by a salted hash: one salt for each file, and none without secrets."""
    path, other = tmp_path / "search.jsonl", tmp_path / "other.jsonl"
    first = search_of(path).fit(X, y)
    again = search_of(path).fit(X, y)
    assert first.cv_results_["params"] == again.cv_results_["params"]
    search_of(other).fit(X, y)
    hidden = [unseal(p.read_text().splitlines()[0])["hidden"] for p in (path, other)]
    assert len(set(hidden)) == 2
    assert all(len(one.split()[0]) == 32 for one in hidden)
    with pytest.raises(ValueError, match="a value that is not written down") as caught:
        search_of(path, password="hunter3").fit(X, y)
    assert "hunter" not in str(caught.value)
    warm = search_of(warm_start=True).fit(X, y)
    warm.estimator.set_params(client__password="hunter3")
    with pytest.raises(ValueError, match="a value that is not written down"):
        warm.fit(X, y)
    plain = BlueTunaSearchCV(SVC(), {"C": (0.1, 1.0)}, n_iter=1, cv=2, random_state=0)
    plain.set_params(checkpoint=tmp_path / "plain.jsonl").fit(X, y)
    head = (tmp_path / "plain.jsonl").read_text().splitlines()[0]
    assert unseal(head)["hidden"] == ""


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning")
@pytest.mark.filterwarnings("ignore:One or more of the:UserWarning")
@pytest.mark.parametrize(
    ("error", "kept"),
    [
        ("broken", "ValueError: broken"),
        ("'C' must be below 0.5", "ValueError: 'C' must be below 0.5"),
        ("bad rows: {X}", "ValueError: …"),
        ("bad row {row} in X", "ValueError: bad row … in X"),
        ("got this:\n{X}\nReshape it.", "ValueError: Reshape it."),
        ("could not convert 'Jane Doe'", "ValueError: could not convert '…'"),
        ("row: 1.5, -2.0, 3e-5 is odd", "ValueError: row: … is odd"),
        ("", "ValueError"),
    ],
)
def test_an_error_is_kept_by_type_and_last_line_without_data(tmp_path, error, kept):
    """Tracebacks held rows of X, which the docs say a checkpoint never does."""
    path = tmp_path / "search.jsonl"
    search_of(path, error=error, n_iter=6).fit(X, y)
    rows = [unseal(line) for line in path.read_text().splitlines()[1:]]
    errors = [row["outcome"]["fit_error"] for row in rows if "outcome" in row]
    errors += [row["reason"] for row in rows if row["event"] == "failed"]
    told = {one for one in errors if one is not None}
    assert len(told) == 1
    (text,) = told
    assert kept in text or text == kept
    assert "Traceback" not in text
    for value in X.ravel():
        assert f"{abs(value):.4f}"[:5] not in "".join(texts_of(path))


def texts_of(path):
    """All that stands in quotes below the header: numbers may be those of a clock."""
    return re.findall(r'"[^"]*"', path.read_text().split("\n", 1)[1])


@pytest.mark.filterwarnings("ignore:Scoring failed:UserWarning")
@pytest.mark.filterwarnings("ignore:One or more of the:UserWarning")
def test_the_error_of_a_scorer_is_kept_without_data(tmp_path):
    """It went into the file whole, though the error of a fit did not."""
    path = tmp_path / "search.jsonl"

    def score(estimator, X, y):
        if estimator.get_params()["client__C"] > 0.5:
            raise ValueError(f"no score of 'Jane Doe' with {X[0].tolist()}")
        return 1.0

    search_of(path, scoring=score).fit(X, y)
    rows = [unseal(line) for line in path.read_text().splitlines()[1:]]
    errors = [row["outcome"].get("score_errors") for row in rows if "outcome" in row]
    errors = [why for one in errors if one for why in one.values()]
    reasons = [row["reason"] for row in rows if row["event"] == "failed"]
    assert set(errors) | set(reasons) == {"ValueError: no score of '…' with …"}
    assert "Jane" not in path.read_text()


def test_a_hidden_value_is_a_placeholder_in_code():
    from skbluetuna.report._code import Code

    code = Code()
    text = code.expression({"password": HIDDEN})
    assert text == "{'password': yours_1}"
    assert "its name says that it is a secret" in code.head
    assert json.dumps(repr(HIDDEN)) == '"***"'


def test_no_secret_is_in_a_report_or_its_pictures(tmp_path):
    """Pictures label choices: those that are secrets have their places for names."""
    Text = pytest.importorskip("matplotlib.text").Text
    space = {
        "client__password": ["hunter2", "k3y-in-the-space", "s3cr3t"],
        "client__C": when("client__password", ["hunter2", "s3cr3t"], (0.0, 1.0)),
    }
    search = search_of(space=space, n_iter=8).fit(X, y)
    before = search.tuner_.trials
    clients = {"client": [Client("hunter2", C=0.1), Client("s3cr3t", C=0.2)]}
    others = without_secrets(search_of(space=clients, n_iter=2).fit(X, y))
    assert repr(others.tuner_.trials).count("password=***") == 2
    shown, drawn = without_secrets(search), []
    for display in (ScanDisplay, ParallelDisplay):
        figure = display.from_search(shown).plot().figure_
        drawn += [text.get_text() for text in figure.findobj(Text)]
    with patch("skbluetuna.report._figures._figure", lambda *a: Element("figure")):
        page = search.report(tmp_path / "report.html").read_text(encoding="utf-8")
    for text in (page, " ".join(drawn)):
        assert not any(secret in text for secret in SECRETS)
        assert "*** 2" in text or "***" in text
    assert search.tuner_.trials == before
    assert [t.unit for t in shown.tuner_.trials] == [t.unit for t in before]
    assert {t.params["client__password"] for t in shown.tuner_.trials} <= {
        "*** 1", "*** 2", "*** 3"
    }  # fmt: skip
    plain = search_of(n_iter=2).fit(X, y)
    assert without_secrets(plain) is plain
