"""What has been learned: arrays in, arrays out.

This room knows nothing of trials, stages or scikit-learn. Equation numbers are those
of ``doc/notation.md``.

=========  ==========================================================  ==============
symbol     meaning                                                     shape
=========  ==========================================================  ==============
d          number of hyperparameters that the model sees
n          number of evaluations
p          number of features, d + 2 * d (d - 1) / 2
r          number of independent trainings
U          unit points, each in [0, 1]                                 (n, d)
y          scores, larger is better                                    (n,)
A          scaled points, a = 0.1 + 0.9 u, so that log a exists        (n, d)
Phi        features [a_i ; a_i a_j ; log a_i - log a_j], i < j         (n, p)
w, b       weights and bias of the perceptron                          (p,), scalar
t          targets: y scaled into the activation's range               (n,)
=========  ==========================================================  ==============
"""

from skbluetuna.model._acquisition import log_augmented_improvement, log_h
from skbluetuna.model._at_full import AtFull
from skbluetuna.model._columns import Columns, encode
from skbluetuna.model._features import pairs, perceptron_features, perceptron_jacobian
from skbluetuna.model._gaussian_process import GaussianProcess, fit_hyperparameters
from skbluetuna.model._hyperparameters import Hyperparameters
from skbluetuna.model._influence_tables import (
    ROWS,
    BoxSample,
    DrawnModels,
    Influence,
    gaussian_process_influence,
    no_influence,
    perceptron_influence,
)
from skbluetuna.model._limits import Limit, WithLimits, scaled_margins
from skbluetuna.model._maxima import maxima
from skbluetuna.model._part import chosen_part, part_for_tables
from skbluetuna.model._past_means import PastMeans, PastScores, past_means
from skbluetuna.model._paths import (
    Paths,
    Spread,
    drawn_models,
    posterior_spread,
    redrawn_models,
)
from skbluetuna.model._perceptron import (
    ACTIVATIONS,
    FittedPerceptron,
    autoconverge,
    loss_gradient,
    perceptron_scores,
)
from skbluetuna.model._prior_mean import (
    OnPrior,
    PriorMean,
    prior_mean,
    weights_by_agreement,
)
from skbluetuna.model._reach import reach, within_reach
from skbluetuna.model._scalarise import scalarised, worst_scalar
from skbluetuna.model._warp import standardised, unwarp, warp

__all__ = [
    "Limit",
    "WithLimits",
    "scaled_margins",
    "OnPrior",
    "PastScores",
    "PastMeans",
    "PriorMean",
    "weights_by_agreement",
    "past_means",
    "prior_mean",
    "ACTIVATIONS",
    "AtFull",
    "ROWS",
    "Columns",
    "BoxSample",
    "GaussianProcess",
    "Hyperparameters",
    "FittedPerceptron",
    "Influence",
    "Paths",
    "Spread",
    "DrawnModels",
    "autoconverge",
    "chosen_part",
    "drawn_models",
    "encode",
    "gaussian_process_influence",
    "fit_hyperparameters",
    "perceptron_influence",
    "log_augmented_improvement",
    "log_h",
    "loss_gradient",
    "maxima",
    "no_influence",
    "pairs",
    "part_for_tables",
    "perceptron_features",
    "perceptron_jacobian",
    "reach",
    "redrawn_models",
    "perceptron_scores",
    "posterior_spread",
    "scalarised",
    "standardised",
    "unwarp",
    "warp",
    "within_reach",
    "worst_scalar",
]
