"""Optimizers: rules that change parameters by their gradients.

>>> import teachtorch as torch
>>> x = torch.tensor(5.0, requires_grad=True)
>>> optimizer = torch.optim.SGD([x], lr=0.1)
>>> for _ in range(50):
...     optimizer.zero_grad()
...     loss = (x - 2) ** 2
...     loss.backward()
...     optimizer.step()
>>> x
tensor(2.0000, requires_grad=True)
"""

from __future__ import annotations

from . import lr_scheduler
from .adadelta import Adadelta
from .adagrad import Adagrad
from .adam import Adam
from .adamax import Adamax
from .adamw import AdamW
from .asgd import ASGD
from .lbfgs import LBFGS
from .nadam import NAdam
from .optimizer import Optimizer
from .radam import RAdam
from .rmsprop import RMSprop
from .rprop import Rprop
from .sgd import SGD
