"""Links that leave this folder, sent to where the site has their target.

In the repository ``../examples/plot_dask.py`` is a file; here it is a page of the
gallery. Pages of ``MIRRORED`` show files that stand elsewhere in the repository. A file
that has no page is a download. Docstrings name a page by its file.
"""

import os
import re
from pathlib import Path

DOC = Path(__file__).parents[1]
ROOT = DOC.parent
MIRRORED = {
    "contributing": "CONTRIBUTING.md",
    "benchmarks/how": "benchmarks/README.md",
    "whats_new": "CHANGELOG.md",
}
# The target of ``[text](target#anchor)`` and ``[name]: target`` if it is a path.
LINK = re.compile(r"(?:(?<=\]\()|(?<=\]: ))(?!\w+://|#)[^)\s#]+")

NAMED = re.compile(r"``doc/(\w+)\.md``")


def page_of(path):
    """The page that shows a file of the repository; the file itself if none does."""
    for page, mirrored in MIRRORED.items():
        if path == ROOT / mirrored:
            return DOC / f"{page}.md"
    if path.parent == ROOT / "examples" and path.suffix == ".py":
        return DOC / "gallery" / f"{path.stem}.rst"
    return path


def rebased(text, source, page):
    """A text of the file `source`, its links as the file `page` must write them."""

    def link(match):
        path = Path(os.path.normpath(source.parent / match[0]))
        if not path.is_file():
            return match[0]  # code, or a fault that Sphinx tells of
        return Path(os.path.relpath(page_of(path), page.parent)).as_posix()

    return LINK.sub(link, text)


def read(app, docname, content):
    """Rewrite the links of one page, of Markdown."""
    page = Path(app.env.doc2path(docname))
    if page.suffix != ".md":
        return
    source, text = page, content[0]
    if docname in MIRRORED:
        source = ROOT / MIRRORED[docname]
        app.env.note_dependency(str(source))
        text = source.read_text(encoding="utf-8")
    content[0] = rebased(text, source, page)


def read_docstring(_app, _kind, _name, _thing, _options, lines):
    """Make links of the pages that a docstring names."""
    lines[:] = [NAMED.sub(r":doc:`/\1`", line) for line in lines]


def setup(app):
    """Register with Sphinx."""
    app.connect("autodoc-process-docstring", read_docstring)
    app.connect("source-read", read)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
