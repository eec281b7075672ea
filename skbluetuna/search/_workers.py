"""Workers of joblib's active backend, to which tasks are sent one at a time.

``joblib.Parallel`` takes all tasks of a call at once, or from an iterator that must
not wait. A search asks what comes next when it has a score; so tasks go to the backend
itself, by the interface that `Parallel` uses (``submit`` with a callback,
``retrieve_result_callback``), with what `Parallel` wraps them in.
"""

import time
from collections import deque
from collections.abc import Hashable
from concurrent.futures import BrokenExecutor, CancelledError
from contextlib import ExitStack
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

from sklearn.utils.parallel import Parallel, delayed

from skbluetuna.search._sklearn import (
    backend_of,
    batch_of_one,
    hear_of_lost_data,
    most_sent,
    with_config,
)

__all__ = ["Done", "Workers"]

EVERY = 0.05  # seconds between two looks at tasks whose end nobody tells
# Backends whose workers can be ended with what they do.
PROCESSES = ("LokyBackend", "MultiprocessingBackend", "RayBackend")


class Done(NamedTuple):
    """What came of a task."""

    key: Hashable
    result: Any
    error: BaseException | None = None


class Unsent(NamedTuple):
    """In the place of a result: why the data of a task did not reach a worker."""

    error: Exception


class Workers:
    """Workers, and the tasks that they have; a context.

    Parameters
    ----------
    n_jobs : int or None
        As in ``joblib.Parallel``.
    pre_dispatch : int or str
        As in ``joblib.Parallel``: most tasks that are sent and not done.

    Attributes
    ----------
    n_jobs : int
        How many tasks run at once.
    """

    def __init__(self, n_jobs: int | None, pre_dispatch: int | str) -> None:
        self._wanted, self._pre_dispatch = n_jobs, pre_dispatch
        self._context: ExitStack | None = None
        self._backend: Any = None
        self._jobs: dict[Hashable, Any] = {}

    def __enter__(self) -> "Workers":
        self._start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    @property
    def n_open(self) -> int:
        """How many tasks are sent and not done."""
        return len(self._jobs)

    @property
    def has_room(self) -> bool:
        """Whether one more task may be sent."""
        return len(self._jobs) < self._most

    @property
    def are_here(self) -> bool:
        """Whether tasks run in this thread, one after the other."""
        return self.n_jobs == 1

    @property
    def are_processes(self) -> bool:
        """Whether tasks run in processes that can be ended with what they do."""
        return not self.are_here and type(self._backend).__name__ in PROCESSES

    @property
    def are_of_this_machine(self) -> bool:
        """Whether tasks see the files of this process."""
        return self.are_here or type(self._backend).__module__.startswith("joblib._par")

    def submit(self, key: Hashable, task: Any) -> None:
        """Send a task.

        Parameters
        ----------
        key : hashable
            What `receive` will call it.
        task : tuple
            What ``sklearn.utils.parallel.delayed`` makes of a call.

        Raises
        ------
        Exception
            What the backend raises if it takes no tasks any more.
        """
        call = with_config(task)
        if self.are_here:
            self._jobs[key] = call
            self._next.append(key)
            return
        batch = batch_of_one(call, self._parallel, self._pickled)
        batch.key = key
        self._jobs[key] = None  # it may be done before we know what to call it
        try:
            job = self._backend.submit(batch, callback=partial(_put, self._done, key))
        except BaseException:
            del self._jobs[key]
            raise
        self._jobs[key] = job

    def receive(self, timeout: float | None) -> Done | None:
        """Wait until a task is done; None if none is before the timeout, in seconds.

        With ``n_jobs=1`` it is done now, in this thread.
        """
        if self.are_here:
            return self._do_next()
        end = None if timeout is None else time.monotonic() + timeout
        while self._jobs:
            left = EVERY if end is None else min(EVERY, end - time.monotonic())
            try:
                key, out = self._done.get(timeout=max(0.0, left))
            except Empty:
                done = self._untold()
                if done is not None:
                    return done
                if end is not None and time.monotonic() >= end:
                    return None
                continue
            if key in self._jobs:  # else it was given up
                return self._taken(key, out)
        return None

    def probe(self) -> None:
        """Do a task that harms no worker, while there is no other.

        Where joblib finds no worker it does all tasks in this process, which a task
        that kills its worker would end.

        Raises
        ------
        BrokenExecutor
            If there is no worker for it.
        """
        if self.are_here:
            raise BrokenExecutor("there is no worker but this process")
        self.submit(None, delayed(abs)(0))
        done = self.receive(None)
        if done is not None and done.error is not None:
            raise done.error

    def renew(self) -> None:
        """Go on with new workers; what the old ones do is given up.

        Where the executor failed joblib keeps tasks that it had cut off but not sent.
        """
        self.stop()
        self._start()

    def stop(self) -> None:
        """End; what runs is given up."""
        context, self._context = self._context, None
        if context is None:
            return
        try:
            if self._jobs and not self.are_here:
                self._jobs.clear()
                # This leaves processes dead and threads alone with what they do.
                self._backend.abort_everything(ensure_ready=False)
        finally:
            self._jobs = {}
            context.close()

    def _start(self) -> None:
        self._jobs = {}
        self._next: deque[Hashable] = deque()
        # Those of workers that were given up arrive nowhere.
        self._done: SimpleQueue[tuple[Hashable, Any]] = SimpleQueue()
        self._pickled: dict[Any, Any] = {}
        self.n_jobs = 1
        self._parallel = Parallel(n_jobs=self._wanted, pre_dispatch=self._pre_dispatch)
        with ExitStack() as context:
            context.enter_context(self._parallel)
            self._backend, self.n_jobs = backend_of(self._parallel)
            self._most = 1.0
            if not self.are_here:
                self._most = most_sent(self._pre_dispatch, self.n_jobs)
                context.enter_context(self._backend.retrieval_context())
                hear_of_lost_data(self._backend, partial(_put_unsent, self._done))
            self._context = context.pop_all()

    def _do_next(self) -> Done | None:
        if not self._next:
            return None
        key = self._next.popleft()
        function, args, kwargs = self._jobs.pop(key)
        try:
            return Done(key, function(*args, **kwargs))
        except Exception as error:
            return Done(key, None, error)

    def _taken(self, key: Hashable, out: Any) -> Done:
        job = self._jobs.pop(key)
        if isinstance(out, Unsent):
            return Done(key, None, CancelledError(f"data were not sent: {out.error!r}"))
        try:
            if self._backend.supports_retrieve_callback:
                (result,) = self._backend.retrieve_result_callback(out)
            else:
                (result,) = self._backend.retrieve_result(job)
        except Exception as error:
            return Done(key, None, error)
        return Done(key, result)

    def _untold(self) -> Done | None:
        """A task that was lost without a word, as by Dask."""
        for key, job in self._jobs.items():
            if job is not None and _error_of(job) is not None:
                del self._jobs[key]
                return Done(key, None, _error_of(job))
        return None


def _put(queue: "SimpleQueue[Any]", key: Hashable, out: Any) -> None:
    queue.put((key, out))


def _put_unsent(queue: "SimpleQueue[Any]", key: Hashable, error: Exception) -> None:
    queue.put((key, Unsent(error)))


def _error_of(job: Any) -> BaseException | None:
    """The error of a future that has ended by one."""
    if not hasattr(job, "exception") or not job.done():
        return None
    if job.cancelled():
        return CancelledError("a task was cancelled")
    error: BaseException | None = job.exception()
    return error
