"""scikit-learn's own tests, with its searches replaced by thin subclasses of ours.

They are run from the installed wheel in a process of their own; nothing is copied.
"""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

import pytest

import skbluetuna

HERE = Path(__file__).parent
PACKAGE = Path(skbluetuna.__file__).parent

# What can not hold, and why. The list may only shrink: a name that holds fails too.
CAN_NOT_HOLD = {
    "test_grid_search_cv_results": "no further columns; ours has stage, alternative",
    "test_random_search_cv_results": "no further columns; ours has stage, alternative",
    "test_custom_run_search": "no further columns; ours has stage",
    "test_grid_search_bad_param_grid": "the words of ParameterGrid's own error",
    "test_predict_proba_disabled": "a grid without parameters, which we refuse",
    "test_grid_search_classifier_all_fits_fail": "one configuration evaluated thrice",
    "test_callable_multimetric_clf_all_fits_fail": "one configuration evaluated thrice",
    "test_grid_search_cv_splits_consistency": "one configuration evaluated twice",
}
# Before 1.9 scikit-learn had no callbacks, and other words.
IS_OLD = find_spec("sklearn.callback") is None
if IS_OLD:
    CAN_NOT_HOLD["test_random_search_bad_cv"] = "the words of 1.9's error"

# Its modules, which of their tests concern a search, and how many pass at least.
JUDGES = {
    "search": (
        ["sklearn.model_selection.tests.test_search"],
        # It starts two processes to compare the very draws of RandomizedSearchCV.
        "not test_search_with_2d_array",
        105 if IS_OLD else 125,
    ),
    "others": (
        [
            "sklearn.tests.test_metaestimators_metadata_routing",
            "sklearn.tests.test_metaestimators",
            "sklearn.utils.tests.test_parallel",
        ],
        "(SearchCV and not Halving) or delegation or dispatch_config",
        25,
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("judge", JUDGES)
def test_scikit_learns_tests_hold_with_our_search_in_place_of_its_own(judge, tmp_path):
    modules, keyword, least = JUDGES[judge]
    report = tmp_path / "report.xml"
    command = [
        sys.executable, "-m", "pytest", "-q", "-p", "swap_searches", "-p",
        "no:cacheprovider", "-c", str(tmp_path / "none.ini"), "--rootdir",
        str(tmp_path), "--pyargs", *modules, "-k", keyword, f"--junit-xml={report}",
    ]  # fmt: skip
    (tmp_path / "none.ini").write_text("[pytest]\n")
    # The plugin, and the very package that is tested here.
    path = os.pathsep.join(map(str, [HERE / "conformance", PACKAGE.parent]))
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env=_environment(path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert report.exists(), done.stdout[-2000:] + done.stderr[-2000:]
    passed, failed = set(), {}
    for case in ElementTree.parse(report).iter("testcase"):
        name = case.get("name").split("[")[0]
        fault = case.find("failure") if case.find("error") is None else case
        if fault is not None:
            failed[name] = fault.get("message", "")[:300]
        elif case.find("skipped") is None:
            passed.add(case.get("name"))
    expected = CAN_NOT_HOLD if judge == "search" else {}
    assert {n: m for n, m in failed.items() if n not in expected} == {}
    assert set(expected) - set(failed) == set(), "these hold now: strike them"
    assert len(passed) >= least


def _environment(path):
    return os.environ | {"PYTHONPATH": path, "PYTHONWARNINGS": "ignore"}
