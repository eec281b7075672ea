"""Names in the package: each says one thing, so each stands once."""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

import skbluetuna

PACKAGE = Path(skbluetuna.__file__).parent
FILES = sorted(PACKAGE.glob("**/*.py"))
KINDS = {
    "class": ast.ClassDef,
    "function": ast.FunctionDef | ast.AsyncFunctionDef,
}


def defined(source, kind):
    """Names that a file defines at its top; helpers of the file alone left out."""
    return [
        node.name
        for node in ast.parse(source).body
        if isinstance(node, KINDS[kind])
        and not (kind == "function" and node.name.startswith("_"))
    ]


def aliases(source):
    """Names that a file gives to types at its top, and what they stand for."""
    return {
        target.id: ast.unparse(node.value)
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name) and re.match(r"[A-Z]\w*[a-z]", target.id)
    }


def twice(places):
    """Of names by file, those that stand in several files."""
    found = defaultdict(list)
    for path, names in places.items():
        for name in names:
            found[name].append(path)
    return {name: paths for name, paths in found.items() if len(paths) > 1}


def relative(path):
    return path.relative_to(PACKAGE).as_posix()


@pytest.mark.parametrize("kind", KINDS)
def test_each_class_and_each_function_has_a_name_of_its_own(kind):
    """Who reads a name in a traceback or an import need not ask which one it is."""
    places = {relative(p): defined(p.read_text("utf-8"), kind) for p in FILES}
    assert twice(places) == {}
    assert sum(map(len, places.values())) > 50


def test_each_alias_of_a_type_stands_for_one_thing():
    """Several files may name the same type; none gives it the name of another."""
    found = defaultdict(set)
    for path in FILES:
        source = path.read_text("utf-8")
        for name in defined(source, "class"):
            found[name].add(f"class in {relative(path)}")
        for name, type_ in aliases(source).items():
            found[name].add(type_)
    assert {name: kinds for name, kinds in found.items() if len(kinds) > 1} == {}


def test_each_module_has_a_name_of_its_own():
    modules = {relative(p): [p.stem] for p in FILES if p.stem != "__init__"}
    assert twice(modules) == {}
    assert len(modules) > 100


def test_a_name_that_stands_twice_is_found():
    one, other = "class A: ...\ndef f(): ...", "def f(): ...\ndef _g(): ..."
    places = {"a": defined(one, "function"), "b": defined(other, "function")}
    assert twice(places) == {"f": ["a", "b"]}
    assert defined(one, "class") == ["A"]
    assert aliases("Json = dict[str, int]\nMOST = 3\n_x = 1") == {
        "Json": "dict[str, int]"
    }
