"""The report: one self-contained HTML page of what a search found and learned."""

from skbluetuna.report._masked import without_secrets
from skbluetuna.report._optimism import optimism_of
from skbluetuna.report._write import write_report

__all__ = ["optimism_of", "without_secrets", "write_report"]
