"""The same search behind the interfaces of other packages: Optuna and Ray Tune.

Each file needs its package; importing skbluetuna loads none of them.
"""
