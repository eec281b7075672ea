"""What pages claim: their sessions run, the arguments that they name are there."""

import doctest
import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest

from skbluetuna import BlueTunaSearchCV

DOC = Path(__file__).parents[2] / "doc"
FENCE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def sessions(path):
    """The Python sessions of a page as one text."""
    found = FENCE.findall(path.read_text(encoding="utf-8"))
    return "\n".join(code for code in found if code.startswith(">>> "))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["start", "coming_from"])
def test_sessions_of_a_page_say_what_python_says(name, tmp_path, monkeypatch):
    """What a reader copies works, and answers as it is shown."""
    pytest.importorskip("pandas")
    pytest.importorskip("matplotlib")
    monkeypatch.chdir(tmp_path)
    path = DOC / f"{name}.md"
    test = doctest.DocTestParser().get_doctest(
        sessions(path), {}, name, str(path), lineno=0
    )
    told = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    runner.run(test, out=told.append)
    assert test.examples
    assert told == []


@pytest.mark.parametrize("path", sorted(DOC.glob("*.md")), ids=lambda path: path.stem)
def test_code_of_a_page_is_python(path):
    """A reader copies it; a fragment may lack names, but no bracket."""
    for code in FENCE.findall(path.read_text(encoding="utf-8")):
        if not code.startswith(">>> "):
            compile(code, path.name, "exec")


SEARCHES = {
    "`GridSearchCV`": ["sklearn.model_selection:GridSearchCV"],
    "`RandomizedSearchCV`": ["sklearn.model_selection:RandomizedSearchCV"],
    "halving": [
        "sklearn.model_selection:HalvingGridSearchCV",
        "sklearn.model_selection:HalvingRandomSearchCV",
    ],
    "`BayesSearchCV` (scikit-optimize)": ["skopt:BayesSearchCV"],
    "`OptunaSearchCV` (optuna-integration)": ["optuna_integration:OptunaSearchCV"],
    "`flaml.tune.run`": ["flaml.tune:run"],
    "`AutoML.fit`": ["flaml:AutoML.fit"],
}


def arguments(of):
    """Names of what a class or function takes; skips where its package is missing."""
    module, _, name = of.partition(":")
    import_module("sklearn.experimental.enable_halving_search_cv")
    thing = pytest.importorskip(module, exc_type=ImportError)
    for part in name.split("."):
        thing = getattr(thing, part)
    return set(inspect.signature(thing).parameters)


def rows(head):
    """Cells of the table of coming_from.md whose first heading this is."""
    text = (DOC / "coming_from.md").read_text(encoding="utf-8")
    table = text[text.index(f"| {head} |") :].partition("\n\n")[0]
    return [line.split("|")[1:3] for line in table.splitlines()[2:]]


def named(cells):
    """Names in single backticks."""
    return set(re.findall(r"`(\w+)`", " ".join(cells)))


@pytest.mark.filterwarnings("ignore")  # the packages' own, on import
@pytest.mark.parametrize("head", SEARCHES)
def test_arguments_that_are_translated_exist(head):
    """Others rename theirs, and so may we."""
    theirs = set().union(*map(arguments, SEARCHES[head]))
    left, right = zip(*rows(head), strict=True)
    assert sorted(named(left) - theirs) == []
    assert sorted(named(right) - arguments("skbluetuna:BlueTunaSearchCV")) == []
    assert named(left)


def test_every_argument_of_the_grid_search_is_translated():
    """It is what most readers come from."""
    theirs = arguments("sklearn.model_selection:GridSearchCV") - {"estimator"}
    left, _ = zip(*rows("`GridSearchCV`"), strict=True)
    assert named(left) == theirs


def test_every_public_name_has_its_place_in_the_api():
    """A class that is public and in no list is found by nobody."""
    text = (DOC / "api.rst").read_text(encoding="utf-8")
    public = {
        module: import_module(module).__all__
        for module in (
            "skbluetuna", "skbluetuna.callbacks", "skbluetuna.ensemble",
            "skbluetuna.exceptions", "skbluetuna.inspection", "skbluetuna.objectives",
            "skbluetuna.production",
        )
    }  # fmt: skip
    names = {name for own in public.values() for name in own} - {"__version__"}
    listed = {line.strip().rpartition(".")[2] for line in text.splitlines()}
    assert sorted(names - listed) == []
    assert BlueTunaSearchCV.__name__ in listed
