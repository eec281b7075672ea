#!/usr/bin/env -S uv run --script
# /// script
# dependencies = ["nox[uv]"]
# ///
"""What is checked, one session each: ``nox -l`` lists them.

``.ci/run`` calls the same sessions, and the workflows in ``.github``.
"""

import re
import shutil
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv|virtualenv"

HERE = Path(__file__).parent
TEST = ["pytest>=8.4", "hypothesis>=6.100", "mpmath>=1.3", "pytest-xdist>=3.6"]
# What meets scikit-learn, numpy and scipy most closely: for versions at both ends.
CLOSE = ["search", "engines", "laws", "space", "history", "stages"]
# Tests whose packages the first session does not have.
DOORS = [
    "tests/integrations",
    "tests/callbacks",
    "tests/engines/dask",
    "tests/engines/ray",
    "skbluetuna/integrations",
    "skbluetuna/callbacks",
]
# Workers of a test are processes already: one thread each.
ENV = {"OMP_NUM_THREADS": "1"}


def bounds():
    """Yield each dependency as its name, its oldest version and the first one above."""
    project = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))
    for one in project["project"]["dependencies"]:
        yield re.fullmatch(r"([\w-]+)>=([\d.]+)(?:,<([\d.]+))?", one).groups()


@nox.session(python=["3.11", "3.12", "3.13", "3.14"], default=False)
def tests(session):
    """Run the whole suite, as the README's command does."""
    session.install("-e", ".[xgboost,plots,test]")
    session.run("pytest", "-n", "2", *session.posargs, env=ENV)


@nox.session(default=False)
def thorough(session):
    """Run the suite with ten times the examples of each law: for the night."""
    session.install("-e", ".[xgboost,plots,test]")
    session.run("pytest", "-n", "2", "--hypothesis-profile", "thorough", env=ENV)


def _short_form(session):
    """Run the short form of the tests that meet other packages most closely."""
    folders = [f"tests/{one}" for one in CLOSE]
    session.run("pytest", "-q", "-n", "2", "-m", "not slow", *folders, env=ENV)


@nox.session(python="3.11", default=False)
def oldest(session):
    """Run tests with the oldest versions of what the package requires."""
    oldest_ones = [f"{name}=={low}" for name, low, _ in bounds()]
    session.install(*oldest_ones, *TEST, "pandas>=2.2", "-e", ".")
    _short_form(session)


@nox.session(python=["3.13", "3.14"], default=False)
def newest(session):
    """Run tests with the newest Python and the newest of every package."""
    session.install("-e", ".", *TEST, "pandas")
    _short_form(session)


@nox.session(default=False)
def upcoming(session):
    """Run tests with the first scikit-learn above the bound, if there is one."""
    later = [f"{name}>={high}.dev0" for name, _, high in bounds() if high]
    session.install("-e", ".", *TEST, "pandas")
    try:
        session.install("--pre", "--no-deps", *later, silent=True)
    except nox.command.CommandFailed:
        session.skip(f"the package index has no {' '.join(later)}")
    _short_form(session)


@nox.session(default=False)
def doors(session):
    """Run what needs every extra: tests, a study of several workers, the examples."""
    extras = "xgboost,plots,test,optuna,ray,dask,mlflow,tensorboard,trackio"
    session.install("-e", f".[{extras}]", "psycopg2-binary")
    session.run("pytest", "-q", "-n", "2", "--dist", "loadfile", *DOORS, env=ENV)
    for storage in ("journal", "postgres"):
        session.run(
            "python", "-m", "benchmarks.shared_study", "--storage", storage,
            "--trials", "100", "--workers", "2", env=ENV,
        )  # fmt: skip
    session.run("python", "-m", "benchmarks", "peers", "--quick", env=ENV)
    for path in sorted((HERE / "examples").glob("plot_*.py")):
        # Not of create_tmp: as TMPDIR it makes the paths of Ray's sockets too long.
        with TemporaryDirectory() as folder:
            picture = str(Path(folder) / f"{path.stem}.png")
            options = ["--n-iter", "20", "--output", picture]
            session.run("python", "-W", "error", str(path), *options, env=ENV)


@nox.session(default=True)
def lint(session):
    """Check style, types, the import contract and docstrings."""
    session.install(".[all,dev]", "optuna>=5.0", "pyright")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")
    session.run("lint-imports")
    session.run("python", ".ci/docstrings.py")
    # A user's script, far from the checkout: py.typed must mean it.
    outside = Path(session.create_tmp()).resolve()
    shutil.copy(HERE / "tests" / "typed" / "user_script.py", outside)
    strict = '{"typeCheckingMode": "strict", "reportMissingTypeStubs": false}'
    (outside / "pyrightconfig.json").write_text(strict, encoding="utf-8")
    session.chdir(outside)
    session.run("mypy", "--strict", "user_script.py")
    session.run("pyright")


@nox.session(default=False)
def dist(session):
    """Build both distributions; run their tests where nothing else is installed."""
    out = Path(session.create_tmp()).resolve()
    shutil.rmtree(out, ignore_errors=True)
    session.install("build", "twine")
    session.run("python", "-m", "build", "--outdir", str(out), silent=True)
    (archive,), (wheel,) = out.glob("*.tar.gz"), out.glob("*.whl")
    session.run("twine", "check", "--strict", str(archive), str(wheel))
    unpacked = out / "unpacked"
    shutil.unpack_archive(archive, unpacked, filter="data")
    (tree,) = unpacked.iterdir()
    _is_whole(session, tree)
    # The wheel by itself: no extras, and far from any checkout.
    session.install(str(wheel), *TEST, "pandas", "pip")
    session.run("python", "-m", "pip", "check")
    alone = out / "alone"
    shutil.copytree(tree / "tests" / "space", alone / "tests" / "space")
    shutil.copytree(tree / "tests" / "laws", alone / "tests" / "laws")
    shutil.copy(tree / "pyproject.toml", alone)
    session.chdir(alone)
    session.run("pytest", "-q", "-n", "2", "-m", "not slow", "tests", env=ENV)
    # The source distribution: its own tests, on its own code, with what they draw by.
    session.install(f"{wheel}[xgboost,plots,test]")
    session.chdir(tree)
    session.run("pytest", "-q", "-n", "2", "-m", "not slow", env=ENV)


def _is_whole(session, tree):
    """End if a file of the checkout is not in the source distribution."""
    if not (HERE / ".git").exists():
        return
    files = session.run("git", "ls-files", external=True, silent=True)
    missing = [one for one in files.split() if not (tree / one).exists()]
    if missing:
        session.error(f"not in the source distribution: {' '.join(missing)}")


@nox.session(default=True)
def docs(session):
    """Build the site, warnings as errors, with the gallery's pictures."""
    session.install("-e", ".[all,docs,optuna]")
    session.run(
        "python", "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", "doc",
        "doc/_build/html", env=ENV,
    )  # fmt: skip


if __name__ == "__main__":
    nox.main()
