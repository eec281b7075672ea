"""Optuna's own tests of a sampler."""

import pytest

pytest.importorskip("optuna", reason='needs pip install "skbluetuna[optuna]"')

from optuna.testing.pytest_samplers import (
    BasicSamplerTestCase,
    MultiObjectiveSamplerTestCase,
    RelativeSamplerTestCase,
)

from skbluetuna.integrations.optuna_sampler import BlueTunaSampler


class TestBlueTunaSampler(
    BasicSamplerTestCase, RelativeSamplerTestCase, MultiObjectiveSamplerTestCase
):
    @pytest.fixture
    def sampler(self):
        return lambda: BlueTunaSampler(seed=0)
