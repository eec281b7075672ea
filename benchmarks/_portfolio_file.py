"""Portfolios as the text of ``skbluetuna/space/portfolios.toml``."""

import json
from math import floor, log10

from benchmarks._known_classifiers import configurations, estimator_of
from benchmarks._records import versions

__all__ = ["text_of"]

HEAD = """\
# Good starts of well-known classifiers: what `suggest_portfolio` returns.
#
# Written by the command below; do not edit, run it again.
#
#   class           of what, as "package.Class"; subclasses belong too
#   configurations  in the order of choice. `gamma` is a multiple of 1 / n_features.
#   n_features      columns of the tables, their median
#   n_tried         configurations that filled the space, from which they were chosen
#   regret          mean over tables and metrics after what a search begins with and
#                   none, one, two, ... of them; 0: best of all that were tried on the
#                   table, 1: their median
#   left_out        the same, each table by a portfolio that was chosen without it
#   at_random       the same of configurations drawn at random
#   lead            by how much left_out is below at_random after three: their mean
#                   and 95 % interval; who is not ahead beyond chance is not in here
#   gain            what the first three bring on tables left out, by each metric
#
# Learned over accuracy, balanced accuracy, AUC and log loss together, {folds} folds, at
# most 1,000 rows of each table. Licences of the tables: see benchmarks/_open_tables.py.

[made]
command = {line}
tables = {tables}
held_out = {held_out}
versions = {versions}
"""


def text_of(found, folds, tables, held_out, command):
    """The whole file.

    Parameters
    ----------
    found : dict of str to (Choice, int)
        For each classifier its portfolio, and the median number of columns.
    folds : int
        Of each run.
    tables, held_out : list of str
        What was learned from, and what was not.
    command : str
        That makes it.
    """
    kept = {"scikit-learn", "numpy", "xgboost-cpu", "xgboost", "lightgbm"}
    used = {name: v for name, v in versions().items() if name in kept}
    head = HEAD.format(
        command=command,
        folds=folds,
        line=json.dumps(command),
        tables=_wrapped(tables),
        held_out=_wrapped(held_out),
        versions=_inline(used),
    )
    return head + "".join(
        _family(name, choice, n) for name, (choice, n) in found.items()
    )


def _family(name, choice, n_features):
    model = estimator_of(name)
    inner = model[-1] if hasattr(model, "steps") else model
    cls = type(inner)
    tried = configurations(name)
    lines = [_inline(_plain(tried[row])) for row in choice.rows]
    told = "".join(f"    {line},\n" for line in lines)
    return (
        f"\n\n[{name}]\n"
        f'class = "{cls.__module__.partition(".")[0]}.{cls.__name__}"\n'
        f"n_features = {n_features}\n"
        f"n_tried = {len(tried)}\n"
        f"configurations = [\n{told}]\n"
        f"regret = {choice.chosen}\n"
        f"left_out = {choice.left_out}\n"
        f"at_random = {choice.at_random}\n"
        f"lead = {choice.lead}\n"
        f"gain = {_inline(choice.gains)}\n"
    )


def _plain(params):
    """Parameters by their own names, floats to three digits."""
    return {name.rpartition("__")[2]: _short(value) for name, value in params.items()}


def _short(value):
    if not isinstance(value, float) or value == 0.0:
        return value
    return round(value, 2 - floor(log10(abs(value))))


def _inline(values):
    told = (f"{_key(k)} = {json.dumps(v)}" for k, v in values.items())
    return "{ " + ", ".join(told) + " }"


def _key(name):
    return name if name.replace("_", "").isalnum() else json.dumps(name)


def _wrapped(names):
    lines, line = [], "   "
    for name in names:
        cell = f' "{name}",'
        if len(line + cell) > 88:
            lines.append(line)
            line = "   "
        line += cell
    return "[\n" + "\n".join([*lines, line]) + "\n]"
