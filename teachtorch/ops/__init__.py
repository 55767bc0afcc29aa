"""The operations, one home each: forward, derivative, explanation and samples stand together.

A family is a file. To find one: ``inspect.getsourcefile(torch.tanh)``.
"""

from . import (
    arithmetic, blending, comparison, complex_numbers, conversion, creation, elementwise, floats, indexing,
    joining, order, random, reduction, scans, searching, statistics, strided,
)  # fmt: skip
from . import matmul as products
from .arithmetic import *
from .blending import *
from .comparison import *
from .complex_numbers import *
from .conversion import *
from .creation import *
from .elementwise import *
from .floats import *
from .indexing import *
from .joining import *
from .matmul import *
from .order import *
from .random import *
from .reduction import *
from .scans import *
from .searching import *
from .statistics import *
from .strided import *

# Spelled out, one line a family, for type checkers, which do not run loops.
__all__: list[str] = []
__all__ += arithmetic.__all__
__all__ += blending.__all__
__all__ += comparison.__all__
__all__ += complex_numbers.__all__
__all__ += conversion.__all__
__all__ += creation.__all__
__all__ += elementwise.__all__
__all__ += floats.__all__
__all__ += indexing.__all__
__all__ += joining.__all__
__all__ += products.__all__
__all__ += order.__all__
__all__ += random.__all__
__all__ += reduction.__all__
__all__ += scans.__all__
__all__ += searching.__all__
__all__ += statistics.__all__
__all__ += strided.__all__
