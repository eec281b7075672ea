"""The laws as one call, and as tests of pytest."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from skbluetuna._utils._optional import import_optional
from skbluetuna.strategies import resolve_strategy
from skbluetuna.testing._laws import LAWS
from skbluetuna.testing._situations import SPACES

__all__ = ["check_strategy", "parametrize_strategies"]

Check = Callable[[], None]


def _checks(strategy: Any) -> Iterator[tuple[str, Check]]:
    """Each law in each space, by name."""
    resolved = resolve_strategy(strategy)
    for law in LAWS:
        for name, space in SPACES.items():
            yield f"{law.__name__}-{name}", partial(law, resolved, space)


def check_strategy(strategy: Any) -> None:
    """Check that a strategy obeys the laws of a search.

    Whatever the space, the budget and the scores: every ask lies in the space, none
    comes twice, one seed is one search, the unit of the score and the order of results
    are of no matter, failures do not stop it, a search that was stopped goes on as it
    would have, and is the same for any number of workers.

    Parameters
    ----------
    strategy : str or object with ``schedule`` and ``n_trials``
        As `BlueTunaSearchCV` takes it.

    Raises
    ------
    AssertionError
        At the first law that does not hold; the message says which, in which space,
        and what to do.
    ValueError, TypeError
        If it is no strategy, or proposes what breaks a relation of the space.

    See Also
    --------
    parametrize_strategies : The same as one test of pytest for each law.

    Examples
    --------
    >>> from skbluetuna import Classic
    >>> from skbluetuna.testing import check_strategy
    >>> check_strategy(Classic(n_lhs=4, tune_reps=4, n_epochs=2))
    """
    for name, check in _checks(strategy):
        try:
            check()
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from error
        except Exception as error:
            error.add_note(
                f"while check_strategy tried {name}. propose() must return an array of "
                "shape (k, d), a row for each point (of one point: point[None]), "
                "is_done() a bool, extended() a stage."
            )
            raise


def parametrize_strategies(strategies: Sequence[Any]) -> Any:
    """Mark a test of pytest to run once for each law, space and strategy.

    Parameters
    ----------
    strategies : sequence of strategies
        As `check_strategy` takes them.

    Returns
    -------
    mark : pytest.MarkDecorator
        A decorator of a test with the one argument ``check``.

    Raises
    ------
    MissingDependencyError
        If pytest is not installed.
    ValueError, TypeError
        If one of them is no strategy.

    Examples
    --------
    >>> from skbluetuna import Classic
    >>> from skbluetuna.testing import parametrize_strategies
    >>> @parametrize_strategies([Classic(n_lhs=4, tune_reps=4, n_epochs=2)])
    ... def test_it_obeys_the_laws(check):
    ...     check()
    """
    pytest = import_optional("pytest", extra="test", purpose="parametrize_strategies")
    cases = [
        pytest.param(check, id=f"{strategy!r}-{name}")
        for strategy in strategies
        for name, check in _checks(strategy)
    ]
    return pytest.mark.parametrize("check", cases)
