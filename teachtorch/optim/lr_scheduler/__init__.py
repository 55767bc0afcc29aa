"""Schedules: how the learning rate changes while training goes on.

A scheduler is made for an optimizer and asked to ``step()`` after it, as a rule once an epoch::

    for epoch in range(100):
        train(...)            # calls optimizer.step()
        scheduler.step()

===================  =======================================================================
``simple.py``        one formula each: ``StepLR``, ``LinearLR``, ``ExponentialLR``, ...
``cosine.py``        down along a cosine, once or with restarts
``cyclic.py``        up and down: ``CyclicLR``, ``OneCycleLR``
``plateau.py``       down when the loss stops falling: ``ReduceLROnPlateau``
``combined.py``      several, one after another or all at once
===================  =======================================================================
"""

from __future__ import annotations

from .base import LRScheduler
from .combined import ChainedScheduler, SequentialLR
from .cosine import CosineAnnealingLR, CosineAnnealingWarmRestarts
from .cyclic import CyclicLR, OneCycleLR
from .plateau import ReduceLROnPlateau
from .simple import (
    ConstantLR,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    MultiplicativeLR,
    MultiStepLR,
    PolynomialLR,
    StepLR,
)

_LRScheduler = LRScheduler  # its old name

__all__ = [
    "ChainedScheduler",
    "ConstantLR",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "CyclicLR",
    "ExponentialLR",
    "LRScheduler",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "MultiplicativeLR",
    "OneCycleLR",
    "PolynomialLR",
    "ReduceLROnPlateau",
    "SequentialLR",
    "StepLR",
]
