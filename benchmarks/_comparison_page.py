"""Page and figures of a comparison."""

import sys

import numpy as np

from benchmarks._comparison import OURS
from benchmarks._figures import boxes, convergence, ranks
from benchmarks._markdown import head, interval, table
from benchmarks._statistics import critical_difference, mean_ranks

__all__ = ["write_page"]

CHECKPOINTS = (10, 25, 50, 100)


def write_page(comparison, out, name, title, words, *, shows_regret=False):
    """Write the page, its pictures beside it."""
    c = comparison
    seeds = c.seeds(*c.complete) if c.complete else []
    if not seeds:
        print(f"no page: no run of {OURS} on every task yet", file=sys.stderr)
        return
    lines = head(title, c.records, words)
    seeds_told = "1 seed" if len(seeds) == 1 else f"{len(seeds)} seeds"
    lines += ["", f"{len(c.tasks)} tasks, {seeds_told}, {c.budget} evaluations."]
    lines += absent(c)
    lines += ["", "## Every search", *table(*_known(*overview(c)))]
    if c.started != c.complete:
        lines += [
            "A row of fewer seeds is the mean of these alone; ranks and gains compare "
            "searches by the seeds that they share. The table of tasks and the "
            "pictures are of searches with all seeds.", "",
        ]  # fmt: skip
    if shows_regret:
        lines += ["### Mean log10 regret", *table(*regrets(c))]
    lines += [*rank_lines(c, out, name)]
    peers = [m for m in c.methods if m != OURS and c.seeds(OURS, m)]
    lines += ["", "## Ours against each", *table(*_known(*against(c, peers)))]
    lines += [
        "Evaluations: how many ours needed for the peer's final score, median over "
        "runs (inf: not reached), and the share of runs in which it got there.",
        "", "## Where ours is behind", *behind(c, peers),
        "", "## Task by task", "", "Mean score over seeds; the best is bold.",
        *table(*by_task(c)),
    ]  # fmt: skip
    ways = {
        m: [c.ways[t, m, s] for t in c.tasks for s in c.seeds(m)]
        for m in c.complete
        if not np.isnan(c.at(m, min(10, c.budget), c.seeds(m))).any()
    }
    convergence(ways, "normalised score", out / f"{name}_convergence.png", floor=-0.5)
    own = {m: c.field(m, "own", c.seeds(m)).ravel() for m in c.complete}
    boxes({"Own time": own}, "seconds an evaluation", out / f"{name}_own.png", log=True)
    lines += ["", "## Pictures", "", f"![Score by evaluations]({name}_convergence.png)"]
    lines += ["", f"![Own time of each search for an evaluation]({name}_own.png)"]
    (out / f"{name}.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _known(columns, rows):
    """Leave out columns of which nothing is known: functions hold no rows out."""
    kept = [k for k in range(len(columns)) if any(row[k] for row in rows)]
    return [columns[k] for k in kept], [[row[k] for k in kept] for row in rows]


def absent(c):
    """Peers that could not run, or not everywhere, with the reason."""
    reasons = dict(c.absent)
    for (task, method, seed), row in c.records.errors.items():
        reasons.setdefault(method, f"failed on {task}, seed {seed}: {row['error']}")
    for method in c.methods:
        if method not in c.started:
            n = sum(m == method for _, m, _ in c.ways)
            reasons.setdefault(method, f"only {n} runs; not among the ranks")
    if not reasons:
        return []
    return ["", "Did not run:", "", *(f"- {m}: {why}" for m, why in reasons.items())]


def points_of(c):
    """Numbers of evaluations to report, the budget last."""
    return sorted({*(k for k in CHECKPOINTS if k < c.budget), c.budget})


def regrets(c):
    """Mean log10 regret, at least -4, after each number of evaluations."""
    rows = []
    for method in c.complete:
        seeds = c.seeds(method)
        regret = [1.0 - c.at(method, k, seeds) for k in points_of(c)]
        logs = [np.log10(np.maximum(r, 1e-4)).mean() for r in regret]
        rows.append([method, *(f"{v:.2f}" for v in logs)])
    rows.sort(key=lambda row: float(row[-1]))
    return ["search", *(f"at {k}" for k in points_of(c))], rows


def overview(c):
    """Scores after each number of evaluations, ranks, held-out score, times."""
    points = points_of(c)
    columns = ["search", *(f"score at {k}" for k in points), "held out",
               "own ms an evaluation", "CPU s a search", "wall s a search",
               "seeds"]  # fmt: skip
    rows = []
    for method in c.started:
        seeds = c.seeds(OURS, method)
        cells = [f"{c.at(method, k, seeds).mean():.3f}" for k in points]
        cells = ["" if cell == "nan" else cell for cell in cells]
        held, own, cpu, wall = (
            c.field(method, f, seeds).mean() for f in ("held_out", "own", "cpu", "wall")
        )
        cells += ["" if np.isnan(held) else f"{held:.4f}"]
        cells += [f"{1e3 * own:.0f}", f"{cpu:.1f}", f"{wall:.1f}"]
        rows.append([method, *cells, "" if c.started == c.complete else len(seeds)])
    rows.sort(key=lambda row: -float(row[len(points)]))
    return columns, rows


def rank_lines(c, out, name):
    """Mean ranks over tasks, the critical difference, and their picture."""
    if len(c.complete) < 2:
        return []
    listed, values, difference = _ranked(c, c.complete)
    ranks(c.complete, values, difference, out / f"{name}_ranks.png")
    lines = ["## Mean ranks", "", f"{listed}."]
    if c.started != c.complete and (n := len(c.seeds(*c.started))):
        told = "the one seed" if n == 1 else f"the {n} seeds"
        lines += ["", f"With {told} that all have: {_ranked(c, c.started)[0]}."]
    return [*lines, "", f"![Mean ranks]({name}_ranks.png)"]


def _ranked(c, methods):
    """Mean ranks of methods in words and in their order, and the difference."""
    seeds = c.seeds(*methods)
    final = np.stack([c.at(m, c.budget, seeds).mean(axis=1) for m in methods], axis=1)
    values = mean_ranks(np.round(final, 9))
    difference = critical_difference(len(methods), len(c.tasks))
    by_rank = sorted(zip(values, methods, strict=True))
    listed = ", ".join(f"{m} {v:.2f}" for v, m in by_rank)
    told = f"{listed}; critical difference (Nemenyi, 5 %) {difference:.2f}"
    return told, values, difference


def against(c, peers):
    """One line a peer: gains with intervals, tests, evaluations to reach it."""
    columns = ["peer", "gain, normalised", "tasks won / tied / lost", "p (Holm)",
               "evaluations", "reached", "gain, held out"]  # fmt: skip
    tests, rows = c.tests(peers), []
    for peer in peers:
        (won, tied, lost), p = tests[peer]
        median, share = c.to_reach(peer)
        held = c.gain(peer, "held_out")
        rows.append([
            peer, interval(*c.gain(peer), digits=3), f"{won} / {tied} / {lost}",
            f"{p:.2g}", f"{median:.0f}", f"{100 * share:.0f} %",
            "" if np.isnan(held[0]) else interval(*held),
        ])  # fmt: skip
    return columns, rows


def by_task(c):
    """Mean raw score of each search on each task."""
    rows = []
    for task in c.tasks:
        means = [
            np.mean([c.raw[task, m, s][-1] for s in c.seeds(m)]) for m in c.complete
        ]
        best = max(means)
        rows.append([
            task,
            *(f"**{v:.4f}**" if v > best - 1e-9 else f"{v:.4f}" for v in means),
        ])  # fmt: skip
    return ["task", *c.complete], rows


def behind(c, peers):
    """Tasks on which a peer ends ahead of ours, the widest gap first."""
    found = []
    for peer in peers:
        seeds = c.seeds(OURS, peer)
        gaps = (c.at(peer, c.budget, seeds) - c.at(OURS, c.budget, seeds)).mean(axis=1)
        for task, gap in zip(c.tasks, gaps, strict=True):
            raw = np.mean(
                [c.raw[task, peer, s][-1] - c.raw[task, OURS, s][-1] for s in seeds]
            )
            if gap > 1e-9:
                found.append((task, gap, peer, raw))
    lines = [
        f"- {task}: {peer} by {gap:.3f} normalised, {raw:.4f} of the score"
        for task, gap, peer, raw in sorted(found, key=lambda f: (-f[1], f))
    ]
    return ["", *(lines or ["Nowhere in the mean over seeds."])]
