r"""The error function :math:`\mathrm{erf}(x) = \frac{2}{\sqrt\pi} \int_0^x e^{-t^2} dt` and its complement.

numpy has neither. Both are computed in double precision from the rational approximations of the Cephes
library (Moshier), which are exact to about one unit in the last place.
"""

from __future__ import annotations

import math
from typing import Any

from ..binding import Array
from ..op import FLOAT, op
from ..samples import unary

__all__ = ["erf", "erfc"]

# Highest power first. erf(x) = x T(x²)/U(x²) up to 1; erfc(x) = e^(-x²) P(x)/Q(x) up to 8, then R/S.
_T = (9.60497373987051638749e0, 9.00260197203842689217e1, 2.23200534594684319226e3, 7.00332514112805075473e3,
      5.55923013010394962768e4)  # fmt: skip
_U = (1.0, 3.35617141647503099647e1, 5.21357949780152679795e2, 4.59432382970980127987e3,
      2.26290000613890934246e4, 4.92673942608635921086e4)  # fmt: skip
_P = (2.46196981473530512524e-10, 5.64189564831068821977e-1, 7.46321056442269912687e0,
      4.86371970985681366614e1, 1.96520832956077098242e2, 5.26445194995477358631e2,
      9.34528527171957607540e2, 1.02755188689515710272e3, 5.57535335369399327526e2)  # fmt: skip
_Q = (1.0, 1.32281951154744992508e1, 8.67072140885989742329e1, 3.54937778887819891062e2,
      9.75708501743205489753e2, 1.82390916687909736289e3, 2.24633760818710981792e3, 1.65666309194161350182e3,
      5.57535340817727675546e2)  # fmt: skip
_R = (5.64189583547755073984e-1, 1.27536670759978104416e0, 5.01905042251180477414e0, 6.16021097993053585195e0,
      7.40974269950448939160e0, 2.97886665372100240670e0)  # fmt: skip
_S = (1.0, 2.26052863220117276590e0, 9.39603524938001434673e0, 1.20489539808096656605e1,
      1.70814450747565897222e1, 9.60896809063285878198e0, 3.36907645100081516050e0)  # fmt: skip


def _polynomial(coefficients: tuple[float, ...], x: Any) -> Any:
    """Horner's rule."""
    value = x * 0 + coefficients[0]
    for c in coefficients[1:]:
        value = value * x + c
    return value


def _near(x: Any, xp: Any) -> Any:
    """erf for ``|x| <= 1``."""
    square = x * x
    return x * (_polynomial(_T, square) / _polynomial(_U, square))


def _far(x: Any, xp: Any) -> Any:
    """erfc for ``x >= 1``."""
    x = xp.minimum(x, 30.0)  # where it is 0 already
    middle = _polynomial(_P, x) / _polynomial(_Q, x)
    tail = _polynomial(_R, x) / _polynomial(_S, x)
    return xp.exp(-x * x) * xp.where(x < 8, middle, tail)


@op(real="erf_vml_cpu", promotion=FLOAT, inplace=True)
def erf(input: Array, *, xp: Any) -> Array:
    r"""The error function, an S from -1 to 1. Derivative: :math:`\frac{2}{\sqrt\pi} e^{-x^2}`.

    >>> import teachtorch as torch
    >>> torch.erf(torch.tensor([0., 1.]))
    tensor([0.0000, 0.8427])
    """
    x = input.astype(xp.float64)
    size = xp.abs(x)
    far = xp.copysign(1 - _far(xp.maximum(size, 1.0), xp), x)
    return xp.where(size <= 1, _near(xp.clip(x, -1, 1), xp), far).astype(input.dtype)


erf.grad(input=lambda grad, input, F: grad * F.exp(-(input * input)) * (2 / math.sqrt(math.pi)))
erf.samples(unary)


@op(real="erfc_vml_cpu", promotion=FLOAT, inplace=True)
def erfc(input: Array, *, xp: Any) -> Array:
    r"""``1 - erf(x)``, exact where that is small. Derivative: :math:`-\frac{2}{\sqrt\pi} e^{-x^2}`.

    >>> import teachtorch as torch
    >>> torch.erfc(torch.tensor([0., 1.]))
    tensor([1.0000, 0.1573])
    """
    x = input.astype(xp.float64)
    size = xp.abs(x)
    far = _far(xp.maximum(size, 1.0), xp)
    result = xp.where(size <= 1, 1 - _near(xp.clip(x, -1, 1), xp), xp.where(x > 0, far, 2 - far))
    return result.astype(input.dtype)


erfc.grad(input=lambda grad, input, F: grad * F.exp(-(input * input)) * (-2 / math.sqrt(math.pi)))
erfc.samples(unary)
