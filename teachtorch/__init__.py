"""PyTorch as a student should first meet it: ``import teachtorch as torch``.

The same names, numbers, printouts and errors as PyTorch 2.13 on the CPU, in Python that can be read:
``inspect.getsource(torch.mul)`` shows the mathematics of an operation.
"""

# ruff: noqa: E402 - the warnings filter below must stand before the modules it is for
from __future__ import annotations

import math as _math
import warnings as _warnings

# Division by zero is a value in PyTorch, not a warning. numpy's error state belongs to the user and is per
# thread; this filter is for our own modules only, and costs nothing.
_warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"teachtorch\.")

from .version import __version__
from .dtypes import *
from .dtypes import (
    bfloat16, bool, cdouble, cfloat, complex64, complex128, double, dtype, float, float16, float32, float64, half, int,
    int8, int16, int32, int64, long, short, uint8, uint16, uint32, uint64,
)  # fmt: skip
from .device import device
from .shapes import Size
from .tensor import Tensor
from .tensor import strided_layout as strided
from .grad_mode import *
from .promotion import can_cast, promote_types
from .ops import *
from .ops.conversion import channels_last, channels_last_3d, contiguous_format, memory_format, preserve_format
from .printing import get_printoptions, printoptions, set_printoptions
from .random import (
    Generator, default_generator, fork_rng, get_rng_state, initial_seed, manual_seed, seed, set_rng_state,
)  # fmt: skip
from .legacy import (
    BFloat16Tensor, BoolTensor, ByteTensor, CharTensor, DoubleTensor, FloatTensor, HalfTensor, IntTensor, LongTensor,
    ShortTensor, set_default_tensor_type,
)  # fmt: skip
from .utilities import *
from . import autograd, cuda, fft, linalg, nn, optim, random, return_types, special, testing
from .op import inplace_functions as _inplace_functions

e, inf, nan, pi, newaxis = 2.718281828459045, _math.inf, _math.nan, 3.141592653589793, None

globals().update(
    _inplace_functions()
)  # torch.exp_, torch.relu_: the in-place methods that PyTorch also has as functions
