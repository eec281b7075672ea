"""What tests of the search share: a quick one on irises, and who listens to it."""

from sklearn.datasets import load_iris
from sklearn.tree import DecisionTreeClassifier

from skbluetuna import BlueTunaSearchCV, Classic

X, y = load_iris(return_X_y=True)
QUICK = Classic(n_epochs=30)


def search_of(estimator=None, space=None, **kwargs):
    kwargs = {"n_iter": 12, "strategy": QUICK, "cv": 3, "random_state": 0} | kwargs
    estimator = (
        DecisionTreeClassifier(random_state=0) if estimator is None else estimator
    )
    space = {"max_depth": (1, 40), "ccp_alpha": (0.0, 0.1)} if space is None else space
    return BlueTunaSearchCV(estimator, space, **kwargs)
