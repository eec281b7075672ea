"""The repository as strangers meet it: its links, its commands, its texts."""

import ast
import gzip
import re
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())
PROJECT, SETUPTOOLS = SETTINGS["project"], SETTINGS["tool"]["setuptools"]
FOLDERS = (".ci", ".github", "benchmarks", "doc", "examples", "skbluetuna", "tests")
NAMES_ADDRESS = ("CHANGELOG.md", "CITATION.cff")
TEXTS = {".cff", ".cfg", ".css", ".gz", ".in", ".md", ".py", ".toml", ".yml", ""}
MADE = {"_build", "api", "gallery", "pictures"}

# Homes on Linux, macOS and Windows, and places where one machine alone has a file.
OF_A_MACHINE = re.compile(
    r"(?<![\w.:/-])/(?:home|root|work|tmp|Users|private|mnt|media)/\w"
    r"|(?<![\w])[A-Z]:[\\/]+Users[\\/]"
)


def links(text):
    """Every target of a Markdown text: of links, pictures, definitions and HTML."""
    text = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    inline = re.findall(r"\]\(([^)\s]+)[^)]*\)", text)
    defined = re.findall(r"^\[[^\]]+\]:\s*(\S+)", text, flags=re.MULTILINE)
    return inline + defined + re.findall(r"""(?:src|href)=["']?([^"'\s>]+)""", text)


def is_made(path):
    """Whether a tool made it: a cache, or what a build of the site puts into doc."""
    parts = path.relative_to(ROOT).parts
    return "__pycache__" in parts or (parts[0] == "doc" and parts[1] in MADE)


def texts():
    """Every text file of the repository, but for what tools made."""
    inside = [path for name in FOLDERS for path in (ROOT / name).rglob("*")]
    for path in [*ROOT.glob("[!.]*"), *inside]:
        if path.suffix in TEXTS and path.is_file() and not is_made(path):
            yield path


def read(path):
    """The text of a file; of a packed one what is in it."""
    raw = path.read_bytes()
    return (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")


def test_no_link_of_the_readme_is_relative():
    """A package index shows it without the files beside it."""
    found = links(README)
    assert len(found) > 5
    assert [link for link in found if not link.startswith("https://")] == []


def test_links_of_the_readme_name_files_that_are_there():
    """Absolute ones are checked by nobody until the repository has its address."""
    address = PROJECT["urls"]["Repository"]
    ours = [link for link in links(README) if link.startswith(address)]
    assert ours
    for link in ours:
        kind, branch, path = link.removeprefix(address + "/").split("/", 2)
        assert kind == ("raw" if path.endswith(".png") else "blob"), link
        assert branch == "main", link
        assert (ROOT / path).exists(), link


def test_the_package_is_built_with_its_data():
    """A build leaves out what is not named; the report would have no style."""
    package = ROOT / "skbluetuna"
    named = SETUPTOOLS["package-data"]["skbluetuna"]
    there = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*")
        if path.is_file() and path.suffix not in {".py", ".pyc"}
    }
    assert set(named) == there


@pytest.mark.parametrize("name", ["doc/architecture.md", "CONTRIBUTING.md"])
def test_files_that_a_guide_names_are_there(name):
    """A reader who is sent to a file finds it."""
    there = {path.name for folder in FOLDERS for path in (ROOT / folder).rglob("*.*")}
    named = re.findall(r"\b_?\w+\.py\b", (ROOT / name).read_text(encoding="utf-8"))
    assert sorted(set(named) - there) == []
    assert len(named) > 5


def test_the_architecture_names_every_file_of_the_core():
    """A file that it does not name is one that nobody looks for."""
    tree = (ROOT / "doc" / "architecture.md").read_text(encoding="utf-8")
    for room in ("space", "model", "history", "stages", "search"):
        files = {path.name for path in (ROOT / "skbluetuna" / room).glob("*.py")}
        assert sorted(f for f in files - {"__init__.py"} if f not in tree) == []


@pytest.mark.parametrize("folder", ["benchmarks", "examples"])
def test_names_that_benchmarks_and_examples_import_are_there(folder):
    """Nobody runs all benchmarks; they would fail after a while."""
    wanted = [
        (node.module, alias.name)
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("skbluetuna")
        and ".integrations" not in node.module
        for alias in node.names
    ]
    assert len(wanted) > 3
    for module, name in wanted:
        assert hasattr(import_module(module), name), (module, name)


def test_the_address_stands_in_one_place():
    """It is a placeholder as long as there is none: all others must follow it."""
    address = PROJECT["urls"]["Repository"]
    assert all(url.startswith(address) for url in PROJECT["urls"].values())
    github = r"https://(?:www\.|raw\.)?github(?:usercontent)?\.com/\S*?skbluetuna\S*"
    texts_with_it = (README, *((ROOT / n).read_text("utf-8") for n in NAMES_ADDRESS))
    for text in texts_with_it:
        found = re.findall(github, text)
        assert found
        assert [u for u in found if not u.startswith(address)] == []


def test_no_reference_of_the_readme_lacks_its_definition():
    """Markdown shows it as brackets."""
    used = re.findall(r"\[[^\]]+\]\[([^\]]+)\]", README)
    assert used
    assert [name for name in used if f"\n[{name}]: " not in README] == []


def test_every_relative_link_of_our_pages_names_a_file():
    """Pages move; what points at them stays behind."""
    for page in [path for path in texts() if path.suffix == ".md"]:
        for link in links(page.read_text(encoding="utf-8")):
            if not link.startswith(("https://", "http://", "#")):
                assert (page.parent / link.partition("#")[0]).exists(), (page, link)


def test_no_text_holds_a_path_of_a_machine():
    """It tells a reader nothing, and strangers whose machine it was."""
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line[:100]}"
        for path in texts()
        for number, line in enumerate(read(path).splitlines(), start=1)
        if OF_A_MACHINE.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("place", ["home", "root", "tmp", "work", "Users"])
def test_paths_of_a_machine_are_known_as_such(place):
    """The law above would hold of any text if its pattern found nothing."""
    assert OF_A_MACHINE.search(f"--data /{place}/jo")
    assert OF_A_MACHINE.search(f'"/{place}/jo"')
    assert not OF_A_MACHINE.search(f"https://example.org/{place}/jo")
    assert not OF_A_MACHINE.search(f"../{place}/jo")


def test_ci_runs_the_commands_that_the_readme_names():
    """It looks for them by pattern; one that is worded anew would no longer be run."""
    run = (ROOT / ".ci" / "run").read_text()
    patterns = re.findall(r"grep -E '([^']+)' README\.md", run)
    assert patterns
    for pattern in patterns:
        assert len(re.findall(pattern, README, flags=re.MULTILINE)) == 1, pattern
