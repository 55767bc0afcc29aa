"""Neural networks: modules that own their parameters, and the functions they compute.

>>> import teachtorch as torch
>>> from teachtorch import nn
>>> _ = torch.manual_seed(0)
>>> net = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))
>>> net(torch.zeros(3, 2)).shape
torch.Size([3, 1])
"""

from __future__ import annotations

from . import functional, init, parameter
from . import modules
from .modules import *
from .modules import Module
from .parameter import Buffer, Parameter, UninitializedBuffer, UninitializedParameter
