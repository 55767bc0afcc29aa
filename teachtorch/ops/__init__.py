"""The operations, one home each: forward, derivative, explanation and samples stand together.

A family is a file. To find one: ``inspect.getsourcefile(torch.tanh)``.
"""

import sys as _sys

from .activation import *
from .arithmetic import *
from .bessel import *
from .bessel_waves import *
from .blending import *
from .classification_loss import *
from .comparison import *
from .complex_numbers import *
from .conversion import *
from .creation import *
from .diagonals import *
from .distances import *
from .dropout import *
from .einsum import *
from .elementwise import *
from .embedding_views import *
from .error_function import *
from .exchange import *
from .extremes import *
from .floats import *
from .fourier import *
from .gamma_functions import *
from .grids import *
from .histograms import *
from .indexing import *
from .inplace_forms import *
from .joining import *
from .linalg_indefinite import *
from .linalg_least_squares import *
from .linalg_lu import *
from .linalg_products import *
from .linalg_qr import *
from .linalg_solve import *
from .linalg_spectral import *
from .linalg_triangular import *
from .logarithms import *
from .loss import *
from .low_rank import *
from .masking import *
from .matmul import *
from .nn_linear import *
from .normal_functions import *
from .order import *
from .orthogonal_polynomials import *
from .permuting import *
from .picking import *
from .random import *
from .reducing import *
from .reduction import *
from .reshaping import *
from .running import *
from .scans import *
from .scatter_reductions import *
from .searching import *
from .short_time import *
from .similarity import *
from .slicing import *
from .sliding import *
from .smooth_activation import *
from .softmax import *
from .spread import *
from .statistics import *
from .strided import *
from .windows import *

# Exactly the families' public names. Set this way because type checkers cannot add lists: without a literal
# ``__all__`` they take every name imported above.
globals()["__all__"] = [
    name
    for module in list(_sys.modules)
    if module.startswith(__name__ + ".")
    for name in getattr(_sys.modules[module], "__all__", ())
]
