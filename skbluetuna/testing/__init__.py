"""The laws that every strategy obeys, for whoever writes one."""

from skbluetuna.testing._check_strategy import check_strategy, parametrize_strategies

__all__ = ["check_strategy", "parametrize_strategies"]
