"""Which examples the gallery runs, and with which budget.

An example that needs a package which is not installed is shown without being run.
"""

import ast
import re
from importlib.util import find_spec
from pathlib import Path

# Of every example: small enough that all of them together take a few minutes.
BUDGET = "20"
# An example's picture is taken from matplotlib; the file that it writes is not kept.
PICTURE = "picture.png"
ARGUMENTS = ["--n-iter", BUDGET, "--output", PICTURE]
EXAMPLES = Path(__file__).parents[2] / "examples"

# What a reader meets first; the others follow by name.
FIRST = ("plot_quickstart.py", "plot_families.py", "plot_accuracy_and_latency.py")


class Order:
    """Key by which sphinx-gallery sorts the files of a folder."""

    def __init__(self, _folder):
        """One for each folder."""

    def __call__(self, name):
        """Place of a file."""
        return FIRST.index(name) if name in FIRST else len(FIRST), name


def arguments(_gallery_conf, script_vars):
    """Command line of every example, as sphinx-gallery asks for it.

    Processes that an example starts import it by its path, as they do when it is run
    from the command line; the module that sphinx-gallery makes of it has none.
    """
    script_vars["example_globals"] |= {
        "__spec__": None,
        "__file__": script_vars["src_file"],
    }
    return ARGUMENTS


def imported(path):
    """Names of the packages that a script imports, at any depth."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


def runnable():
    """Pattern of the paths of the examples whose packages are all here."""
    names = [
        path.name
        for path in sorted(EXAMPLES.glob("plot_*.py"))
        if all(find_spec(name) for name in set(imported(path)))
    ]
    return f"/({'|'.join(map(re.escape, names))})$" if names else r"(?!)"


def tidy(_app, _error):
    """Remove what the last example wrote."""
    (EXAMPLES / PICTURE).unlink(missing_ok=True)


def setup(app):
    """Register with Sphinx."""
    app.connect("build-finished", tidy)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
