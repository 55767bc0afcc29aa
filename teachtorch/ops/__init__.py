"""The operations, one home each: forward, derivative, explanation and samples stand together.

A family is a file. To find one: ``inspect.getsourcefile(torch.tanh)``.
"""

from . import arithmetic, comparison, complex_numbers, conversion, creation, elementwise, indexing, joining
from . import matmul as products
from . import random, reduction, strided
from .arithmetic import *
from .comparison import *
from .complex_numbers import *
from .conversion import *
from .creation import *
from .elementwise import *
from .indexing import *
from .joining import *
from .matmul import *
from .random import *
from .reduction import *
from .strided import *

families = (
    arithmetic, comparison, complex_numbers, conversion, creation, elementwise, indexing, joining, products, random,
    reduction, strided,
)  # fmt: skip

__all__ = [name for family in families for name in family.__all__]
