"""Settings of the documentation site; CONTRIBUTING.md has the command that builds it.

The pages are those of this folder, as they are read on the repository's own pages too.
What is made at build: the gallery (``gallery/``, of examples/), the API pages
(``api/``, of docstrings) and the drawn pictures (``pictures/``).
"""

import inspect
import re
import sys
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE / "_extensions")]

import gallery_runs  # noqa: E402
from sphinx.util.inspect import stringify_signature  # noqa: E402

import skbluetuna  # noqa: E402

project = "skbluetuna"
author = "The skbluetuna developers"
copyright = author
version = release = skbluetuna.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "numpydoc",
    "myst_parser",
    "sphinx_gallery.gen_gallery",
    "sphinx_design",
    "sphinx_copybutton",
    "gallery_runs",
    "links",
    "pictures",
]
exclude_patterns = ["_build", "_extensions"]
templates_path = ["_templates"]
default_role = "py:obj"
nitpicky = True
# Names of other packages, and of our parameters and attributes, which docstrings put
# in single backticks as scikit-learn's do.
nitpick_ignore_regex = [("py:.*", r"(?!skbluetuna\b).*")]

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4

autosummary_generate = True
python_maximum_signature_line_length = 88
autodoc_typehints = "none"
# Where they are not installed, the pages of their integrations are made all the same.
autodoc_mock_imports = [name for name in ("optuna", "ray") if not find_spec(name)]
autodoc_default_options = {"members": True, "member-order": "bysource"}
toc_object_entries_show_parents = "hide"
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

sphinx_gallery_conf = {
    "examples_dirs": str(HERE.parent / "examples"),
    "gallery_dirs": "gallery",
    "filename_pattern": gallery_runs.runnable(),
    "reset_argv": "gallery_runs.arguments",
    "within_subsection_order": "gallery_runs.Order",
    "default_thumb_file": str(HERE / "pictures" / "not_run.png"),
    "download_all_examples": False,
    "remove_config_comments": True,
    "show_signature": False,
    "write_computation_times": False,
}
suppress_warnings = ["config.cache"]

html_theme = "pydata_sphinx_theme"
html_title = "skbluetuna"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "logo": {"text": "skbluetuna"},
    "header_links_before_dropdown": 7,
    "navbar_persistent": ["search-button"],
    "navigation_depth": 2,
    "show_toc_level": 2,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": ["sphinx-version"],
}
html_context = {"default_mode": "auto"}
html_sidebars = {"index": [], "whats_new": [], "coming_from": [], "start": []}
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True


def not_of_ours(_app, _kind, name, _thing, skip, _options):
    """Leave out what scikit-learn makes: ``set_fit_request`` and the like."""
    return True if re.fullmatch(r"set_\w+_request", name) else skip


def own_signature(_app, kind, _name, thing, _options, _signature, _returns):
    """Signature of a class as Python tells it: autodoc prefers a ``__new__``."""
    if kind == "class":
        try:
            found = inspect.signature(thing)
        except ValueError:
            return None
        return stringify_signature(found, show_annotation=False), None
    return None


def setup(app):
    """Register with Sphinx."""
    app.connect("autodoc-process-signature", own_signature)
    app.connect("autodoc-skip-member", not_of_ours)
