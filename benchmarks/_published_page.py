"""Page and figures of the published table, from its records."""

import numpy as np

from benchmarks._figures import boxes, convergence
from benchmarks._markdown import head, interval, table
from benchmarks._statistics import best_so_far, mean_interval, signed_rank_p

__all__ = ["write_page"]

OURS = "skbluetuna"
TIE = 5e-5  # what four decimals do not show
HELD_UP = 1.5  # seconds for each of the processor, from which on a run has waited
TITLES = {
    "published": "As published: scored on the test rows that the search sees",
    "honest": "Honest: scored by five folds of the training rows",
}
WORDS = """\
XGBoost's six hyperparameters on `make_classification(1000, 20)`, macro F1; ranges,
first configuration and number of trees are on the first line of `published.jsonl`.
A comparison is between searches with the same seed, hence the same rows and the same
folds. Delta is ours less theirs; in brackets its 95 % bootstrap interval (BCa over
seeds); p is Wilcoxon's, not corrected for the number of comparisons. Tied: the same
to four decimals."""

TIMES = """\
Times are medians of runs of one process with its fits; its own milliseconds are what is
left without the fits. Processor seconds are known of whole runs, not of those that are
read on their way to more evaluations."""


def cells_of(records, protocol):
    """Runs of a protocol: {(method, evaluations): {seed: final score, ...}}."""
    found = {}
    for (where, name, _, seed), row in records.runs.items():
        if where != protocol:
            continue
        way = best_so_far(row["scores"])
        is_timed = not is_held_up(row)
        for i, k in enumerate(row["read_at"]):
            stop = min(k or len(way), len(way))  # the schedule has a length of its own
            found.setdefault((name, k or "schedule"), {})[seed] = {
                "score": float(way[stop - 1]),
                "held_out": row["held_out"][i] if row["held_out"] else None,
                "seconds": row["ends"][stop - 1] if is_timed else None,
                "own": (row["ends"][stop - 1] - sum(row["fits"][:stop])) / stop
                if is_timed
                else None,
                # Known of whole runs, not of what is read on their way.
                "cpu": row["cpu"] if is_timed and stop == len(way) else None,
                "evaluations": stop,
                "way": way[:stop],
            }
    return found


def comparison(cells, ours, theirs, what):
    """One line: ours less theirs over the seeds that both have."""
    seeds = sorted(cells[ours].keys() & cells[theirs].keys())
    a = np.array([cells[ours][s][what] for s in seeds])
    b = np.array([cells[theirs][s][what] for s in seeds])
    gain = a - b
    wins, losses = int((gain >= TIE).sum()), int((gain <= -TIE).sum())
    return [
        f"{label(ours)} over {label(theirs)}", f"{a.mean():.4f}", f"{b.mean():.4f}",
        interval(*mean_interval(gain)),
        f"{wins} / {len(gain) - wins - losses} / {losses}",
        f"{signed_rank_p(gain):.2g}",
    ]  # fmt: skip


def label(cell):
    """Name and number of evaluations."""
    name, n = cell
    return f"{name} ({n})"


def pairs_of(cells):
    """Ours against everyone at equal evaluations, and our 80 against TPE's 318."""
    found = []
    for n in sorted(k for name, k in cells if name == OURS):
        found += [((OURS, n), c) for c in sorted(cells, key=str) if c[1] == n]
    found += [((OURS, 80), c) for c in [("Optuna TPE", 318)]]
    most = max((k for name, k in cells if name == OURS), default=0)
    found += [((OURS, most), (f"{OURS} classic", "schedule"))]
    return [(a, b) for a, b in found if a != b and a in cells and b in cells]


def write_page(records, out):
    """Write published.md and its pictures."""
    lines = head("The published table", records, WORDS)
    cells = {p: cells_of(records, p) for p in TITLES}
    cells = {p: c for p, c in cells.items() if c}
    for number, (protocol, found) in enumerate(cells.items(), start=1):
        lines += ["", f"## {TITLES[protocol]}"]
        lines += section(protocol, found, out, number)
    names, pictures = {p: in_order(c) for p, c in cells.items()}, []
    for number, (what, unit) in enumerate(
        [("score", "best macro F1"), ("seconds", "seconds")], start=3
    ):
        groups = {
            TITLES[p]: {label(k): v for k in names[p] if (v := known(c[k], what))}
            for p, c in cells.items()
        }
        groups = {title: values for title, values in groups.items() if values}
        picture = f"published_{number}_{what}.png"
        if groups:
            boxes(groups, unit, out / picture, log=what == "seconds")
            pictures += ["", f"![Box plots of {unit}]({picture})"]
    lines += [
        "",
        "## Score and wall time",
        "",
        f"{TIMES} {held_up(records)}",
        *pictures,
    ]
    (out / "published.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def is_held_up(row):
    """Whether a run's wall time says more of the machine than of the search."""
    return row["wall"] >= HELD_UP * row["cpu"]


def known(runs, what):
    """What is known of some runs of a search."""
    return [run[what] for run in runs.values() if run[what] is not None]


def held_up(records):
    """Sentence on the runs whose times are left out."""
    rows = records.runs.values()
    n = sum(map(is_held_up, rows))
    return (
        f"Left out: times of {n} of {len(rows)} runs that took more than "
        f"{HELD_UP} times as long as the processor worked, as other work held them up."
    )


def in_order(cells):
    """Fewest evaluations first, the schedule last; ours before the others."""
    return sorted(
        cells,
        key=lambda c: (
            c[1] == "schedule",
            str(c[1]).zfill(5),
            not c[0].startswith(OURS),
            c[0],
        ),
    )


def section(protocol, cells, out, number):
    """Tables and convergence of one protocol."""
    columns = ["", "ours", "theirs", "delta", "won / tied / lost", "p"]
    lines = []
    kinds = {"score": "Score that the search sees"}
    if protocol == "honest":
        kinds["held_out"] = "Score on the untouched test rows"
    for what, title in kinds.items():
        rows = [comparison(cells, a, b, what) for a, b in pairs_of(cells)]
        lines += ["", f"### {title}", *table(columns, rows)]
    lines += ["### Every search", *table(*overview(cells, protocol))]
    picture = f"published_{number}_{protocol}.png"
    longest = {}
    for cell in in_order(cells):  # the schedule last: then classic's own
        longest[cell[0]] = cell
    ways = {label(c): [r["way"] for r in cells[c].values()] for c in longest.values()}
    convergence(ways, "macro F1", out / picture)
    lines += [f"![Best score against evaluations, {protocol}]({picture})"]
    lines += ["", "### Seed by seed", *table(*by_seed(cells))]
    return lines


def overview(cells, protocol):
    """Scores of each search, means; times, medians."""
    columns = ["search", "evaluations", "score", "held out", "timed", "seconds",
               "own ms an evaluation", "processor seconds"]  # fmt: skip
    rows = []
    for cell in in_order(cells):
        runs = list(cells[cell].values())
        score, n = (np.mean([r[k] for r in runs]) for k in ("score", "evaluations"))
        times = {k: known(cells[cell], k) for k in ("seconds", "own", "cpu")}
        times = {k: np.median(v) if v else None for k, v in times.items()}
        held = "" if protocol == "published" else (
            f"{np.mean([r['held_out'] for r in runs]):.4f}"
        )  # fmt: skip
        rows.append([
            cell[0], f"{n:.0f}", f"{score:.4f}", held,
            f"{len(known(cells[cell], 'seconds'))} of {len(runs)}",
            *("" if t is None else f"{by * t:.{k}f}" for t, by, k in zip(
                times.values(), (1.0, 1e3, 1.0), (1, 0, 1), strict=True)),
        ])  # fmt: skip
    return columns, rows


def by_seed(cells):
    """The published Table 1: ours and TPE after each number, and the difference."""
    numbers = [
        n for m, n in in_order(cells) if m == OURS and ("Optuna TPE", n) in cells
    ]
    columns = ["seed"]
    for n in numbers:
        columns += [f"ours ({n})", f"TPE ({n})", "delta"]
    rows = []
    seeds = sorted(set.union(*(set(cells[OURS, n]) for n in numbers)))
    for seed in seeds:
        row = [seed]
        for n in numbers:
            a, b = (cells[m, n].get(seed) for m in (OURS, "Optuna TPE"))
            if a is None or b is None:
                row += ["", "", ""]
                continue
            row += [f"{a['score']:.4f}", f"{b['score']:.4f}"]
            row += [f"{a['score'] - b['score']:+.4f}"]
        rows.append(row)
    return columns, rows
