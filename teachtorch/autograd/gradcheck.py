r"""Derivatives checked against differences: is ``backward`` right?

For a function :math:`f` and a small :math:`\varepsilon` the quotient

.. math:: \frac{f(x + \varepsilon e_i) - f(x - \varepsilon e_i)}{2\varepsilon}

is column :math:`i` of the Jacobian up to an error of :math:`O(\varepsilon^2)`, and needs no derivative.
:func:`gradcheck` computes the Jacobian so and by backward, and compares. Float64 is needed: in float32 the rounding
of :math:`f` alone makes the quotient wrong in the third digit.

Complex numbers are pairs of reals. A complex output is checked twice, by its real and by its imaginary part; by a
complex input :math:`z = x + iy` the gradient of a real function is
:math:`\partial f/\partial x + i\,\partial f/\partial y`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

from ..dtypes import complex128, float64
from ..ops import allclose, imag, real, stack, tensor, zeros, zeros_like
from ..promotion import promote_types
from ..tensor import Tensor
from .engine import grad

__all__ = ["GradcheckError", "gradcheck", "gradgradcheck"]

Function = Callable[..., Any]


class GradcheckError(RuntimeError):
    """The two ways to the derivative disagree; raised by :func:`gradcheck` and :func:`gradgradcheck`."""


def gradcheck(
    func: Function,
    inputs: Tensor | Sequence[Any],
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_batched_forward_grad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,
    masked: bool | None = None,
) -> bool:
    r"""Compare the gradients of `func` by its float64 `inputs` that require grad with difference quotients.

    Args:
        func: takes tensors and returns a tensor or a tuple of tensors.
        inputs: its arguments; those that require grad are differentiated by, the others are passed on.
        eps: the step of the difference quotient.
        atol, rtol: how far the two may differ: :math:`|a - n| \le \mathrm{atol} + \mathrm{rtol}\,|n|`.
        raise_exception: raise :class:`GradcheckError` where they differ; otherwise return False.
        nondet_tol: backward runs twice, and may differ from itself by this much.
        check_undefined_grad: also check that an output whose gradient is undefined counts as one of gradient zero.
        check_grad_dtypes: also check that a gradient has the dtype of its input.
        check_batched_grad: also check ``grad(..., is_grads_batched=True)``.
        check_forward_ad, check_batched_forward_grad: forward mode; not available, so True is an error.
        check_backward_ad: at least one mode must be checked, so this one.
        fast_mode: compare one random combination :math:`v^\top J u` instead of every entry of :math:`J`.
        masked: about sparse tensors, of which there are none here.

    >>> import teachtorch as torch
    >>> x = torch.tensor([1., 2.], dtype=torch.float64, requires_grad=True)
    >>> torch.autograd.gradcheck(lambda x: (x ** 3).sum(), x)
    True
    >>> torch.autograd.gradcheck(lambda x: (x * x.detach()).sum(), x)  # the true derivative is 2 x
    Traceback (most recent call last):
    teachtorch.autograd.gradcheck.GradcheckError: Jacobian mismatch for output 0 with respect to input 0,
    numerical:tensor([[2.0000],
            [4.0000]], dtype=torch.float64)
    analytical:tensor([[1.],
            [2.]], dtype=torch.float64)
    <BLANKLINE>
    """
    if not (check_forward_ad or check_backward_ad):
        raise AssertionError("Expected at least one of check_forward_ad or check_backward_ad to be True")
    if check_forward_ad or check_batched_forward_grad:
        raise NotImplementedError(
            "teachtorch computes derivatives by backward alone: leave check_forward_ad at False"
        )
    check = _Check(func, _as_tuple(inputs), eps, atol, rtol, nondet_tol, check_grad_dtypes)
    try:
        check.jacobians(fast_mode)
        if check_batched_grad:
            check.batched()
        check.zero_in_zero_out()
        if check_undefined_grad:
            check.undefined()
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(
    func: Function,
    inputs: Tensor | Sequence[Any],
    grad_outputs: Tensor | Sequence[Any] | None = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    gen_non_contig_grad_outputs: bool = False,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    fast_mode: bool = False,
    masked: bool = False,
) -> bool:
    """:func:`gradcheck` of the gradient: second derivatives, as ``create_graph=True`` gives them.

    The function that is checked takes `inputs` and `grad_outputs` (random ones unless given) and returns the gradients
    by the inputs. `gen_non_contig_grad_outputs` makes the random ones non-contiguous. The rest as for
    :func:`gradcheck`.

    >>> import teachtorch as torch
    >>> x = torch.tensor([1., 2.], dtype=torch.float64, requires_grad=True)
    >>> torch.autograd.gradgradcheck(lambda x: x ** 3, x)
    True
    """
    if not (check_fwd_over_rev or check_rev_over_rev):
        raise AssertionError("Expected at least one of check_fwd_over_rev or check_rev_over_rev to be True")
    several = _as_tuple(inputs)
    if grad_outputs is None:
        outputs = _differentiable(func(*several))
        seeds = tuple(_random_like(o, gen_non_contig_grad_outputs).requires_grad_() for o in outputs)
    else:
        seeds = _as_tuple(grad_outputs)
    n = len(several)

    def gradients(*arguments: Any) -> tuple[Tensor, ...]:
        outputs = _differentiable(func(*arguments[:n]))
        by = [x for x in arguments[:n] if isinstance(x, Tensor) and x.requires_grad]
        found = grad(outputs, by, arguments[n:], create_graph=True, allow_unused=True)
        return tuple(g for g in found if g is not None)

    return gradcheck(
        gradients,
        several + seeds,
        eps=eps,
        atol=atol,
        rtol=rtol,
        raise_exception=raise_exception,
        nondet_tol=nondet_tol,
        check_undefined_grad=check_undefined_grad,
        check_grad_dtypes=check_grad_dtypes,
        check_batched_grad=check_batched_grad,
        check_forward_ad=check_fwd_over_rev,
        check_backward_ad=check_rev_over_rev,
        fast_mode=fast_mode,
        masked=masked,
    )


class _Check:
    """One function with its inputs and tolerances."""

    def __init__(
        self,
        func: Function,
        inputs: tuple[Any, ...],
        eps: float,
        atol: float,
        rtol: float,
        nondet_tol: float,
        dtypes: bool,
    ) -> None:
        _check_inputs(inputs)
        self.func = func
        self.inputs = inputs
        self.by = [x for x in inputs if isinstance(x, Tensor) and x.requires_grad]
        self.eps, self.atol, self.rtol = eps, atol, rtol
        self.nondet_tol = nondet_tol
        self.same_dtypes = dtypes
        self.outputs = _differentiable(func(*inputs))

    # -- the two Jacobians, compared ------------------------------------------------------------------------

    def jacobians(self, fast: bool) -> None:
        """Compare the Jacobians; of complex outputs those of the imaginary and of the real part."""
        everything = _as_tuple(self.func(*self.inputs))
        if not self.outputs:
            self._expect_no_dependence()
        elif any(o.is_complex() for o in everything):
            for part in ("imaginary", "real"):
                self._compare(_part_of(self.func, part), part)
        elif fast and not any(x.is_complex() for x in self.by):
            self._compare_one_combination()
        else:
            self._compare(self.func)

    def _compare(self, func: Function, part: str = "") -> None:
        """Every entry of every Jacobian."""
        outputs = _as_tuple(func(*self.inputs))
        places = [i for i, o in enumerate(outputs) if o.requires_grad]
        numerical = [self._by_differences(func, x) for x in self.by]
        for i, place in enumerate(places):
            analytical = self._by_backward(outputs[place])
            for j, a in enumerate(analytical):
                self._expect_close(a, numerical[j][place], i, j, part)

    def _compare_one_combination(self) -> None:
        r""":math:`v^\top J u`: by differences along :math:`u`, and by one backward from :math:`v`."""
        outputs = _as_tuple(self.func(*self.inputs))
        places = [i for i, o in enumerate(outputs) if o.requires_grad]
        along = [_spread(x, seed=j) for j, x in enumerate(self.by)]
        slopes = [self._quotient(self.func, x, u * self.eps) for x, u in zip(self.by, along)]
        for i, place in enumerate(places):
            v = _spread(outputs[place], seed=len(along) + i)
            found = grad(outputs[place], self.by, v, retain_graph=True, materialize_grads=True)
            for j, (g, u) in enumerate(zip(found, along)):
                self._expect_close((g * u).sum(), (slopes[j][place] * v.reshape(-1)).sum(), i, j)

    def _expect_close(self, a: Tensor, n: Tensor, i: int, j: int, part: str = "") -> None:
        if _close(a, n, self.rtol, self.atol):
            return
        complex_output = part and self.outputs[i].is_complex()
        prefix = f"While considering the {part} part of complex outputs only, " if complex_output else ""
        raise GradcheckError(
            f"{prefix}Jacobian mismatch for output {i} with respect to input {j},\nnumerical:{n}\nanalytical:{a}\n"
        )

    def _by_differences(self, func: Function, x: Tensor) -> list[Tensor]:
        """The Jacobian of each output by `x`, a row for each element of `x`: quotients of central differences."""
        rows: list[list[Tensor]] = []
        for k in range(x.numel()):
            unit = zeros(x.numel(), dtype=x.dtype)
            unit[k] = self.eps
            slope = self._quotient(func, x, unit.reshape(x.shape))
            if x.is_complex():
                imaginary = self._quotient(func, x, unit.reshape(x.shape) * 1j)
                slope = [dx + dy * 1j for dx, dy in zip(slope, imaginary)]
            rows.append(slope)
        if not rows:
            return [zeros(0, o.numel(), dtype=x.dtype) for o in _as_tuple(func(*self.inputs))]
        return [stack(column) for column in zip(*rows)]

    def _quotient(self, func: Function, x: Tensor, step: Tensor) -> list[Tensor]:
        """How fast each output, as a vector, changes along `step`, which is so many times eps."""
        data = (
            x.data
        )  # the same memory, written to and restored: `func` may hold `x` itself rather than take it
        before = data.clone()
        sides = []
        try:
            for moved in (before + step, before - step):
                data.copy_(moved)
                sides.append([_float(o.detach().clone()) for o in _as_tuple(func(*self.inputs))])
        finally:
            data.copy_(before)
        return [(above - below).reshape(-1) / (2 * self.eps) for above, below in zip(*sides)]

    def _by_backward(self, output: Tensor) -> list[Tensor]:
        """The Jacobian of `output` by each input in the same form: one backward for each element of `output`."""
        first, second = self._rows(output), self._rows(output)
        for j, x in enumerate(self.by):
            for g in first[j]:
                if g is None:
                    continue
                if g.shape != x.shape:
                    raise GradcheckError("Analytical gradient has incorrect size")
                if self.same_dtypes and g.dtype is not x.dtype:
                    raise GradcheckError("Gradient has dtype mismatch")
        jacobians = [_stacked(rows, x) for rows, x in zip(first, self.by)]
        again = [_stacked(rows, x) for rows, x in zip(second, self.by)]
        for one, other in zip(jacobians, again):
            if one.numel() and (one - other).abs().max().item() > self.nondet_tol:
                raise GradcheckError(
                    "Backward is not reentrant, i.e., running backward with same input and grad_output multiple times "
                    "gives different values, although analytical gradient matches numerical gradient."
                    f"The tolerance for nondeterminism was {self.nondet_tol}."
                )
        return jacobians

    def _rows(self, output: Tensor) -> list[list[Tensor | None]]:
        rows: list[list[Tensor | None]] = [[] for _ in self.by]
        for k in range(output.numel()):
            unit = zeros(output.numel(), dtype=output.dtype)
            unit[k] = 1
            found = grad(output, self.by, unit.reshape(output.shape), retain_graph=True, allow_unused=True)
            for row, g in zip(rows, found):
                row.append(g)
        return rows

    def _expect_no_dependence(self) -> None:
        """Outputs that are cut off from the inputs must not depend on them either."""
        for x in self.by:
            for n in self._by_differences(self.func, x):
                if n.numel() and n.abs().max().item() > 0:
                    raise GradcheckError("Numerical gradient for function expected to be zero")

    # -- other properties of a right backward ---------------------------------------------------------------

    def zero_in_zero_out(self) -> None:
        """A gradient of zero must give gradients of zero, of the inputs' shapes and dtypes."""
        if not self.outputs:
            return
        zeros = [zeros_like(o) for o in self.outputs]
        for g, x in zip(grad(self.outputs, self.by, zeros, retain_graph=True, allow_unused=True), self.by):
            if g is None:
                continue
            if not g.eq(0).all().item():
                raise GradcheckError("backward not multiplied by grad_output")
            if g.dtype is not x.dtype:
                raise GradcheckError("grad is incorrect type")
            if g.shape != x.shape:
                raise GradcheckError("grad is incorrect size")

    def undefined(self) -> None:
        """Outputs whose gradient nobody computed: all of them, then one at a time."""
        count = len(self.outputs)
        choices = [range(count)] + ([range(i, i + 1) for i in range(count)] if count > 1 else [])
        for chosen in choices:
            outputs = _differentiable(self.func(*self.inputs))
            outputs = tuple(_undefined(o) if i in chosen else o for i, o in enumerate(outputs))
            if not outputs:
                return
            try:
                found = grad(outputs, self.by, [zeros_like(o) for o in outputs], allow_unused=True)
            except RuntimeError as error:
                raise GradcheckError(
                    "Expected backward function to handle undefined output grads."
                ) from error
            if any(g is not None and not g.eq(0).all().item() for g in found):
                raise GradcheckError(
                    "Expected all input grads to be undefined or zero when all output grads are undefined or zero."
                )

    def batched(self) -> None:
        """Two gradients in one call must be what two calls give."""
        for i, output in enumerate(self.outputs):
            seeds = [_random_like(output, False) for _ in range(2)]
            single = [grad(output, self.by, s, retain_graph=True, materialize_grads=True) for s in seeds]
            several = grad(
                output,
                self.by,
                stack(seeds),
                retain_graph=True,
                is_grads_batched=True,
                materialize_grads=True,
            )
            for j, (together, *apart) in enumerate(zip(several, *single)):
                if not _close(together, stack(apart), 1e-5, 1e-8):
                    raise GradcheckError(
                        f"For output {i} and input {j}:\n\nGot:\n{together}\n\nExpected:\n{stack(apart)}"
                    )


def _undefined(output: Tensor) -> Tensor:
    """`output`, whose gradient will never arrive at its node."""
    passed_on = output.view_as(output)
    node = passed_on.grad_fn
    assert node is not None
    node.register_hook(lambda inputs, outputs: (None,) * len(inputs))
    return passed_on


# -- inputs and outputs -------------------------------------------------------------------------------------


def _as_tuple(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, (tuple, list)) else (value,)


def _differentiable(outputs: Any) -> tuple[Tensor, ...]:
    return tuple(o for o in _as_tuple(outputs) if o.requires_grad)


def _check_inputs(inputs: tuple[Any, ...]) -> None:
    found = False
    for i, x in enumerate(inputs):
        if not (isinstance(x, Tensor) and x.requires_grad):
            continue
        found = True
        if x.dtype not in (float64, complex128):
            warnings.warn(
                f"Input #{i} requires gradient and is not a double precision floating point or "
                "complex. This check will "
                "likely fail if all the inputs are not of double precision floating point or complex. ",
                stacklevel=4,
            )
        if any(s == 0 and n > 1 for s, n in zip(x.stride(), x.shape)) and x.numel():
            raise RuntimeError(
                f"The {i}th input has a dimension with stride 0. gradcheck only supports inputs that "
                "are non-overlapping "
                "to be able to compute the numerical gradients correctly. You should call .contiguous on the input "
                "before passing it to gradcheck."
            )
    if not found:
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, but none of them have requires_grad=True."
        )


def _part_of(func: Function, part: str) -> Function:
    """`func` with the real or the imaginary part of each complex output."""
    take = real if part == "real" else imag

    def of_part(*inputs: Any) -> tuple[Tensor, ...]:
        return tuple(take(o) if o.is_complex() else o for o in _as_tuple(func(*inputs)))

    return of_part


# -- numbers ------------------------------------------------------------------------------------------------


def _float(x: Tensor) -> Tensor:
    return x if x.is_floating_point() or x.is_complex() else x.double()


def _stacked(rows: list[Tensor | None], x: Tensor) -> Tensor:
    """Gradients, one for each element of the output, as the columns of a matrix; zeros where there is none."""
    if not rows:
        return zeros(x.numel(), 0, dtype=x.dtype)
    return stack([zeros_like(x).reshape(-1) if g is None else g.reshape(-1) for g in rows], 1)


def _close(a: Tensor, b: Tensor, rtol: float, atol: float) -> bool:
    common = promote_types(a.dtype, b.dtype)
    return allclose(a.to(common), b.to(common), rtol, atol)


def _spread(like: Tensor, seed: int) -> Tensor:
    """Numbers spread over [-1, 1] by the golden ratio: the same in every run, whatever the generator's state."""
    golden = 0.6180339887498949
    return tensor([(seed + k) * golden % 2 - 1 for k in range(1, like.numel() + 1)], dtype=float64).reshape(
        like.shape
    )


def _random_like(x: Tensor, noncontiguous: bool) -> Tensor:
    from ..testing import make_tensor

    dtype = x.dtype if x.is_floating_point() or x.is_complex() else float64
    return make_tensor(x.shape, dtype=dtype, device=x.device, low=-1, high=1, noncontiguous=noncontiguous)
