"""What layers compute, as functions: ``import teachtorch.nn.functional as F``.

The operations themselves, with their derivatives, live in :mod:`teachtorch.ops`; here they get the
arguments that PyTorch's functions have.

======================  =====================================================
``activation.py``       ``relu``, ``gelu``, ``softmax``, ...
``dropout.py``          ``dropout`` and its variants
``distance.py``         ``normalize``, ``cosine_similarity``, ...
``loss.py``             losses of two tensors of one shape
``classification.py``   losses of scores and classes
``ranking.py``          losses of pairs and triplets
======================  =====================================================
"""

from __future__ import annotations

from ...ops.nn_linear import bilinear, linear
from .activation import *
from .classification import *
from .distance import *
from .dropout import *
from .loss import *
from .ranking import *
