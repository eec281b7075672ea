"""Other front doors: the same search behind the interfaces of Optuna and Ray Tune.

Each file needs its package; importing skbluetuna loads none of them.
"""
