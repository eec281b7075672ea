r"""What past searches are worth: regret with and without a store of them.

    python -m benchmarks history --yahpo BENCH --out OUT

``--yahpo`` is a folder with a ``landscapes.py`` as ``ablation.py`` describes it. First
every landscape of a kind is searched once without a store, of another seed. Then each
of the development set is searched again: without a store, and with one of so many of
the *other* landscapes' searches (``past 5``, ``past 20``; of few there are all), drawn
anew for each. ``shuffled``: the scores of these stand in a random order; ``other``:
they are scores by another metric (balanced accuracy), and are known as such;
``unknown``: the same, taken for the same metric. ``Optuna TPE``: with the starts that
``past 20`` has, enqueued. Everybody begins at the centre. A regret of 0 is the best
known score, of 1 the median of random search. Printed are means over landscapes and
seeds, and their ratio to
``none``; ``won`` counts lower and higher regrets after all evaluations, ``log10`` is
the difference of log10 regret with its standard error over landscapes.
"""

import numpy as np

from benchmarks._records import Records, run_all
from benchmarks.searches._optuna import distributions, study_of
from benchmarks.windows import landscapes_of
from skbluetuna import BlueTuner
from skbluetuna.past import Notebook
from skbluetuna.past._record import line_of, record_of, record_of_line

__all__ = ["add_arguments", "command"]

KINDS = (
    "rbv2_xgboost:10",
    "lcbench:7",
    "rbv2_rpart:4",
)  # with their numbers of parameters
OTHER = {"lcbench": "val_balanced_accuracy"}  # metric of the harm test; else "bac"
WAYS = "none", "past 5", "past 20", "shuffled", "other", "unknown", "Optuna TPE"
COUNTS = 5, 10, 25, 50
SEED_OF_PAST = 1000
DECIMALS = 7


class GivenStore:
    """Past searches in memory, in the place of a file."""

    def __init__(self, found):
        self._found = found

    def records(self):
        """All of them."""
        return self._found


def kind_of(land):
    """Landscapes of one kind have one space."""
    return f"{land.scenario}:{len(land.space)}"


def searched(tuner, land):
    """Let the tuner search the landscape; the tuner."""
    while not tuner.finished:
        for trial in tuner.ask():
            tuner.tell(trial, land.score(trial.params))
    return tuner


def run_past(folder, index, budget):
    """One search without a store, as it will be remembered."""
    land = landscapes_of(folder, "all")[index]
    seed = SEED_OF_PAST + index
    tuner = searched(BlueTuner(land.space, n_iter=budget, random_state=seed), land)
    record = record_of(
        tuner.spaces, tuner.trials, classes=[()], scorer="score", shape=(), seed=seed,
        spread=lambda _: None,
    )  # fmt: skip
    other = type(land)(land.scenario, land.instance, other_metric(land), land.fixed)
    scores = [other.score(trial.params) for trial in tuner.trials]
    return {"line": line_of(record), "other": scores}


def other_metric(land):
    """Name of the metric of the harm test."""
    return OTHER.get(land.scenario, "bac")


def misled(record, other, way, rng):
    """The record of a search that misleads."""
    (own,) = record.alternatives
    if way == "shuffled":
        own = own._replace(scores=tuple(rng.permutation(own.scores).tolist()))
    if way in ("other", "unknown"):
        own = own._replace(scores=tuple(other))
    scorer = "other" if way == "other" else record.scorer
    return record._replace(alternatives=(own,), scorer=scorer)


def store_of(past, way, seed):
    """A store of so many past searches, drawn from those there are."""
    if way == "none":
        return None
    rng = np.random.default_rng(seed)
    n = 5 if way == "past 5" else 20
    drawn = rng.permutation(len(past))[:n]
    found = [
        misled(record_of_line(past[i]["line"]), past[i]["other"], way, rng)
        for i in drawn
    ]
    return Notebook(GivenStore(found), scorer="score")


def run_search(args, index, way, seed, past):
    """One search with or without a store."""
    land = landscapes_of(args.yahpo, "all")[index]
    notebook = store_of(past, way, [seed, index])
    tuner = BlueTuner(
        land.space, n_iter=args.budget, random_state=seed, history=notebook
    )
    if way == "Optuna TPE":
        scores = tpe_scores(land, tuner, args.budget, seed)
    else:
        scores = [trial.score for trial in searched(tuner, land).trials]
    return {"regret": [round(land.regret(s), DECIMALS) for s in scores]}


def tpe_scores(land, tuner, budget, seed):
    """Scores of Optuna's TPE that begins where the tuner would."""
    from optuna.samplers import TPESampler

    (space,), (lessons,) = tuner.spaces, tuner.lessons
    starts = space.from_unit(np.array(lessons.starts))
    study = study_of(TPESampler(seed=seed), space.centre())
    for params in starts:
        study.enqueue_trial(params)
    scores, drawn_from = [], distributions(land.space)
    while len(scores) < budget:
        trial = study.ask(drawn_from)
        scores.append(land.score(trial.params))
        study.tell(trial, scores[-1])
    return scores


def show(records, keys, title):
    """A table of all landscapes of a kind, or of all."""
    found = {}
    for key in keys:
        if key in records.runs and key[0] == "search":
            _, name, way, seed = key
            trace = np.minimum.accumulate(records.runs[key]["regret"])
            found.setdefault(way, {})[name, seed] = trace[[n - 1 for n in COUNTS]]
    print(f"\n{title}: mean regret after {COUNTS} evaluations | to none | won | log10")
    first = found.get("none", {})
    for way, runs in found.items():
        both = [key for key in runs if key in first]
        own = np.array([runs[key] for key in both])
        none = np.array([first[key] for key in both])
        logs = np.log10(np.maximum(own, 1e-4)) - np.log10(np.maximum(none, 1e-4))
        lands = sorted({name for name, _ in both})
        each = [
            np.mean([logs[i, -1] for i, key in enumerate(both) if key[0] == name])
            for name in lands
        ]
        won = np.sum(own[:, -1] < none[:, -1]), np.sum(own[:, -1] > none[:, -1])
        cells = (
            f"{way:12s}{len(both):4d}",
            " ".join(f"{v:.3f}" for v in own.mean(axis=0)),
            " ".join(f"{v:5.2f}" for v in own.mean(axis=0) / none.mean(axis=0)),
            f"{won[0]:3d}:{won[1]:<3d}",
            f"{np.mean(each):+.2f} +- {np.std(each) / max(1, len(each)) ** 0.5:.2f}",
        )
        print(" | ".join(cells))


def add_arguments(parser):
    """Options of the command."""
    parser.add_argument("--yahpo", required=True, help="folder of landscapes.py")
    parser.add_argument("--kinds", nargs="+", default=list(KINDS), choices=KINDS)
    parser.add_argument("--ways", nargs="+", default=list(WAYS), choices=WAYS)
    parser.add_argument("--budget", type=int, default=50)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--every", type=int, default=1, help="landscapes to step by")
    parser.add_argument("--from", dest="start", type=int, default=0,
                        help="number of the first")  # fmt: skip


def command(args, argv):
    """Run what is missing, print the tables."""
    records = Records(args.out / "history.jsonl", {"budget": args.budget}, argv)
    n_targets = len(landscapes_of(args.yahpo, "dev"))
    lands = list(enumerate(landscapes_of(args.yahpo, "all")))
    lands = [(i, land) for i, land in lands if kind_of(land) in args.kinds]
    run_all(
        records,
        {("past", land.name): (run_past, (args.yahpo, i, args.budget))
         for i, land in lands},
        args.jobs,
    )  # fmt: skip
    jobs, kinds = {}, {}
    targets = [(i, land) for i, land in lands if i < n_targets]
    for i, land in targets[args.start :: args.every]:
        past = [
            records.runs["past", other.name]
            for _, other in lands
            if kind_of(other) == kind_of(land) and other.instance != land.instance
        ]
        for way in args.ways:
            for seed in args.seeds:
                key = "search", land.name, way, seed
                jobs[key] = run_search, (args, i, way, seed, past)
                kinds.setdefault(kind_of(land), []).append(key)
    run_all(records, jobs, args.jobs)
    for kind, keys in kinds.items():
        show(records, keys, kind)
    show(records, jobs, "all")
    return 0
