"""The operations, one home each: forward, derivative, explanation and samples stand together.

A family is a file. To find one: ``inspect.getsourcefile(torch.tanh)``.
"""

from .arithmetic import *
from .comparison import *
from .complex import *
from .conversion import *
from .creation import *
from .elementwise import *
from .indexing import *
from .joining import *
from .matmul import *
from .reduction import *
from .strided import *
