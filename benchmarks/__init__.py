"""Side-by-side timings of teachtorch and PyTorch: `python -m benchmarks`."""

import os

# One thread for every BLAS that NumPy or PyTorch may bring; they read it once, when they are imported.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_variable] = "1"
