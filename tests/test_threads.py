"""Linear algebra on one thread, and only as long as it is asked for."""

from threading import Event, Thread

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from skbluetuna import Adaptive, Space
from skbluetuna._utils._threads import one_blas_thread
from skbluetuna.history import History
from skbluetuna.integrations._continuation import next_trial
from skbluetuna.stages._fits import _fit

WAIT = 10.0  # seconds until a test gives up


def n_threads():
    found = {i["num_threads"] for i in threadpool_info() if i["user_api"] == "blas"}
    return max(found)


def set_threads(n):
    """From a thread that ends: only the one that holds a limit may change it."""
    thread = Thread(target=threadpool_limits, kwargs={"limits": n, "user_api": "blas"})
    thread.start()
    thread.join()


@pytest.fixture
def two_threads():
    before = n_threads()
    set_threads(2)
    yield
    set_threads(before)


@pytest.mark.usefixtures("two_threads")
def test_threads_that_overlap_leave_the_limit_as_it_was():
    first_is_in, tries, seen = Event(), Event(), []

    def first():
        with one_blas_thread():
            first_is_in.set()
            tries.wait(0.2)  # the second may not enter before this one left
            seen.append(("first", n_threads(), tries.is_set()))

    def second():
        first_is_in.wait(WAIT)
        with one_blas_thread():
            tries.set()
            seen.append(("second", n_threads(), True))

    threads = [Thread(target=f) for f in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
    assert seen == [("first", 1, False), ("second", 1, True)]
    assert n_threads() == 2


@pytest.mark.usefixtures("two_threads")
def test_it_may_be_entered_again_inside_and_ends_with_an_error():
    @one_blas_thread()
    def fail():
        with one_blas_thread():
            pass
        raise ValueError(str(n_threads()))

    with pytest.raises(ValueError, match=r"^1$"):
        fail()
    assert n_threads() == 2


def test_the_doors_of_other_packages_ask_the_same_with_any_number_of_threads():
    space = Space({f"x{k}": (0.0, 1.0) for k in range(12)})
    U = np.random.default_rng(0).random((40, 12))
    history, found = History((space,)), []
    for unit in U:
        trial = history.ask(0, "climb", unit)
        history.tell(trial.number, [-float(unit @ unit)])
    for n in (1, 4):
        _fit.cache_clear()  # what one number of threads found is not the other's
        with threadpool_limits(limits=n, user_api="blas"):
            found.append(next_trial(space, history, Adaptive(), 80, 0).unit)
    assert found[0] == found[1]
