"""The report holds what the search holds, in a page that stands alone."""

import base64
import re
import sys
import warnings
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skbluetuna import BlueTunaSearchCV, Classic
from skbluetuna.exceptions import MissingDependencyError
from skbluetuna.report import _figures
from skbluetuna.report._html import tag

pytestmark = pytest.mark.slow  # every page wants a search and six pictures

pyplot = pytest.importorskip("matplotlib.pyplot")

X, y = load_iris(return_X_y=True)
VOID = {"meta", "img", "br"}  # elements without an end


class Page(HTMLParser):
    """What a page holds; its elements must be closed in their order."""

    def __init__(self, path):
        super().__init__()
        self.opened, self.tags, self.texts = [], [], []
        self.feed(path.read_text(encoding="utf-8"))
        assert self.opened == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.texts.append([tag, ""])
        if tag not in VOID:
            self.opened.append(tag)

    def handle_endtag(self, tag):
        assert self.opened.pop() == tag

    def handle_data(self, data):
        if self.opened:
            self.texts[-1][1] += data

    def of(self, tag):
        return [attrs for own, attrs in self.tags if own == tag]

    def said(self, tag):
        return [text.strip() for own, text in self.texts if own == tag]


@pytest.fixture
def page(case):
    return Page(case[1])


def tables(path):
    """Rows of cells of each table, by its caption."""
    text = path.read_text(encoding="utf-8")
    found = {}
    for body in re.findall(r"<table>.*?</table>", text, flags=re.DOTALL):
        root = ElementTree.fromstring(body)
        rows = [["".join(c.itertext()) for c in row] for row in root.iter("tr")]
        found.setdefault(root.findtext("caption"), rows)
    return found


@pytest.fixture
def undrawn(monkeypatch):
    """Leave out the pictures, where a law is not about them."""
    monkeypatch.setattr(_figures, "_figure", lambda draw, alt, caption: tag("p", alt))


@pytest.fixture(scope="module")
def small():
    search = BlueTunaSearchCV(SVC(), {"C": (1e-2, 1e2, "log")}, n_iter=4, cv=2)
    return search.fit(X, y)


def test_the_page_stands_alone(case, page):
    search, path = case
    text = path.read_text(encoding="utf-8")
    assert "http" not in text
    assert not {"script", "link", "iframe", "object"} & {own for own, _ in page.tags}
    assert "@import" not in text
    assert "url(" not in text
    for attributes in (attrs for _, attrs in page.tags):
        assert attributes.get("src", "data:").startswith("data:")
        assert "href" not in attributes
    assert page.of("html")[0]["lang"] == "en"
    assert page.said("title")[0] == page.said("h1")[0]
    assert type(search.estimator).__name__ in page.said("title")[0]


def test_the_six_pictures_are_drawings_with_words_for_them(case, page):
    search, _ = case
    images = page.of("img")
    several = [  # a single parameter that varies has no pairs
        sum(d.n_values != 1 for d in space.dimensions) > 1
        for space in search.tuner_.spaces
    ]
    assert len(images) == 1 + sum(4 + own for own in several)
    for image in images:
        assert len(image["alt"]) > 20
        kind, data = image["src"].split(";base64,")
        assert kind == "data:image/svg+xml"
        root = ElementTree.fromstring(base64.b64decode(data))
        assert root.tag.endswith("svg")


def test_the_best_configurations_are_those_of_cv_results(case):
    search, path = case
    head, *rows = tables(path)["The best configurations"]
    results, metric = search.cv_results_, "score"
    if isinstance(search.scoring, list):
        metric = search.scoring[0]
    scores = results[f"mean_test_{metric}"]
    known = np.flatnonzero(np.isfinite(scores))
    assert len(rows) == min(10, len(known))
    order = [int(row[0]) - 1 for row in rows]
    assert order == sorted(known, key=lambda i: (-scores[i], i))[:10]
    for row, i in zip(rows, order, strict=True):
        own = dict(zip(head, row, strict=True))
        assert own[f"mean {metric}"] == f"{scores[i]:.4g}"
        assert own["std. dev."] == f"{results[f'std_test_{metric}'][i]:.4g}"
        assert own["stage"] == results["stage"][i]
        for name, value in results["params"][i].items():
            expected = f"{value:.4g}" if isinstance(value, float) else str(value)
            assert own[name] == " ".join(expected.split())


def test_the_tables_are_those_of_the_search_whatever_their_columns(case):
    search, path = case
    found = tables(path)
    for name in ("weights_", "regions_", "interactions_"):
        table = getattr(search, name)
        if name == "interactions_" and not len(table["share"]):
            assert f"{name} of the search" not in found
            continue
        head, *rows = found[f"{name} of the search"]
        columns = [column for column in table if column != "alternative"]
        assert head == [column.replace("_", " ") for column in columns]
        assert rows
        if name == "weights_":  # and each number is explained below
            note = next(t for t in Page(path).said("p") if t.startswith("weight and"))
            assert all(one in note for one in head[1:])


def test_a_sentence_says_what_the_regions_numbers_are(case, page):
    search, _ = case
    says = " ".join(text for _, text in page.texts)
    is_probable = "probability" in search.regions_
    assert is_probable == (not isinstance(search.strategy, Classic))
    assert ("the fewest regions that hold 90 %" in says) == is_probable
    assert ("not below the parameter's mean" in says) != is_probable


def test_the_verdict_has_the_best_score_and_says_what_to_widen(case, page):
    search, _ = case
    found, mattered, *rest = (
        text.strip()
        for (own, text), (_, attrs) in zip(page.texts, page.tags, strict=True)
        if own == "p" and attrs.get("class") == "verdict"
    )
    assert found.endswith(".")
    assert mattered.endswith(".")
    metric = "score" if search.scoring is None else search.scoring[0]
    best = np.nanmax(search.cv_results_[f"mean_test_{metric}"])
    assert f"mean {metric} of {best:.4g}" in found
    ends = search.weights_["at_end"]
    if "alternative" in search.weights_:
        best = search.tuner_.best.alternative
        ends = ends[search.weights_["alternative"] == best]
    n = int((ends != "").sum())
    told = [text.count("(the lowest)") + text.count("(the highest)") for text in rest]
    assert told == ([n] if n else [])


def test_the_call_repeats_the_search(case, page):
    """Seed, space and strategy are in it; run, it gives the same scores."""
    search, _ = case
    code, best = page.said("code")
    scope = {"X": X, "y": y}
    with warnings.catch_warnings(action="ignore"):
        exec(code, scope)
    again = scope["search"]
    assert again.tuner_.seed == search.tuner_.seed
    for key, own in search.cv_results_.items():
        if key.startswith(("mean_test", "stage", "alternative")):
            np.testing.assert_array_equal(again.cv_results_[key], own)
    exec(best, scope)
    params = search.cv_results_["params"]
    index = getattr(search, "best_index_", search.tuner_.best.number)
    assert repr(scope["best_params"]) == repr(params[index])


def test_versions_are_there(case):
    _, path = case
    rows = dict(tables(path)["Versions"])
    assert rows["numpy"] == np.__version__
    assert {"Python", "skbluetuna", "scikit-learn"} <= set(rows)


def test_a_seed_that_was_drawn_is_in_the_call(small, undrawn, tmp_path):
    code = Page(small.report(tmp_path / "report.html")).said("code")[0]
    assert f"random_state={small.tuner_.seed}," in code
    assert "# X: 150 rows, 4 columns" in code


def test_it_leaves_no_trace_but_the_file(small, tmp_path, capfd, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pyplot.rc_context({"axes.facecolor": "black"}):
        before, figure = dict(pyplot.rcParams), pyplot.figure()
        path = small.report("report.html")
        assert dict(pyplot.rcParams) == before
    assert path == Path("report.html")
    assert pyplot.get_fignums() == [figure.number]
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]
    assert capfd.readouterr() == ("", "")
    pyplot.close(figure)
    first = path.read_bytes()
    assert small.report("report.html").read_bytes() == first  # nothing of chance


def test_a_picture_that_would_be_too_large_becomes_dots(small, tmp_path, monkeypatch):
    monkeypatch.setattr(_figures, "MOST_BYTES", 0)
    images = Page(small.report(tmp_path / "report.html")).of("img")
    assert images
    for image in images:
        kind, data = image["src"].split(";base64,")
        assert kind == "data:image/png"
        assert base64.b64decode(data).startswith(b"\x89PNG")


def test_a_picture_that_cannot_be_drawn_says_why(small, tmp_path, monkeypatch):
    """A strategy of other hands need not predict, nor know of boundaries."""

    def missing(*args, **settings):
        pyplot.figure()
        raise ValueError("strategy must have <this> rule")

    monkeypatch.setattr(_figures.LandscapeDisplay, "from_search", missing)
    page = Page(small.report(tmp_path / "report.html"))
    assert "There is no picture: strategy must have <this> rule" in page.said("p")
    assert pyplot.get_fignums() == []


def test_the_file_is_replaced_whole_or_not_at_all(small, undrawn, tmp_path):
    path = tmp_path / "report.html"
    path.write_text("old")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "replace", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            small.report(path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
    link = tmp_path / "link.html"
    link.symlink_to(path)
    assert small.report(link) == link
    assert link.is_symlink()
    assert path.read_text().startswith("<!DOCTYPE html>")


def test_odd_characters_break_neither_the_page_nor_its_drawings(tmp_path):
    """A step or a choice may be called as it likes; XML holds few of such names."""
    odd = "<\x00\x1b[2J\x0b\x9d\n\u202e\ud800$]]>--"
    pipeline = Pipeline([(odd, StandardScaler()), ("clf", SVC())])
    space = {odd: ["passthrough", odd], "clf__C": (0.1, 9.0)}
    search = BlueTunaSearchCV(pipeline, space, n_iter=6, cv=2)
    with warnings.catch_warnings(action="ignore"):  # of failed fits
        path = search.fit(X, y).report(tmp_path / "report.html")
    text = path.read_text(encoding="utf-8")
    assert all(own.isprintable() or own in "\n\xa0" for own in text)
    images = Page(path).of("img")
    assert len(images) == 6
    for image in images:
        ElementTree.fromstring(base64.b64decode(image["src"].split(";base64,")[1]))
    rows = tables(path)["weights_ of the search"]
    assert r"<\x00\x1b[2J\x0b\x9d\n\u202e\ud800$]]>--" in [row[0] for row in rows]


@pytest.mark.parametrize(
    ("path", "error", "said"),
    [
        ("missing/report.html", FileNotFoundError, r"path must .*missing/report.html"),
        (".", IsADirectoryError, r"path must be a file; '\.'"),
        (3, TypeError, r"path must be a str or path-like; got 3"),
    ],
)
def test_a_wrong_path_is_named(small, path, error, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=said):
        small.report(path)
    assert list(tmp_path.iterdir()) == []


def test_a_search_must_be_fitted(tmp_path):
    with pytest.raises(NotFittedError):
        BlueTunaSearchCV(SVC(), {"C": (0.1, 1.0)}).report(tmp_path / "report.html")


def test_without_matplotlib_it_says_how_to_install_it(small, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(MissingDependencyError, match=r'install "skbluetuna\[plots\]"'):
        small.report(tmp_path / "report.html")
    assert list(tmp_path.iterdir()) == []


def test_in_a_notebook_a_search_is_scikit_learn_s_diagram(small):
    own = GridSearchCV(SVC(), {"C": [1.0]}, cv=2).fit(X, y)
    for search in (small, own):
        assert "sk-top-container" in search._repr_html_()
    assert type(small)._repr_html_ is type(own)._repr_html_
    assert type(small)._repr_mimebundle_ is type(own)._repr_mimebundle_
