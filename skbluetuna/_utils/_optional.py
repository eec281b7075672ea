"""Import an optional package where it is used, or say how to install it."""

from importlib import import_module
from typing import TYPE_CHECKING

from skbluetuna.exceptions import MissingDependencyError

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["import_optional"]


def import_optional(module: str, *, extra: str, purpose: str) -> "ModuleType":
    """Import a package that skbluetuna does not require.

    Parameters
    ----------
    module : str
        Dotted name of the module to import.
    extra : str
        The extra of skbluetuna that installs it.
    purpose : str
        What needs it, in the words of the caller's user.

    Returns
    -------
    module
        The imported module.

    Raises
    ------
    MissingDependencyError
        If the package is not installed; the message holds the install line.

    Examples
    --------
    >>> import_optional("json", extra="plots", purpose="An example").__name__
    'json'
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise  # the package is there; something inside it is not
        raise MissingDependencyError(
            f"{purpose} needs {module!r}, which is not installed. "
            f'Install it with: pip install "skbluetuna[{extra}]"'
        ) from error
