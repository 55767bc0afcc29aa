"""Help for tests: tensors to test with, and a comparison that says how far off a result is."""

from .comparison import assert_close
from .creation import make_tensor

__all__ = ["assert_close", "make_tensor"]
