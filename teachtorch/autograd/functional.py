r"""Whole derivatives of functions: Jacobians, Hessians, and their products with vectors.

For :math:`f: \mathbb R^n \to \mathbb R^m` one backward gives one row of the Jacobian (:math:`v^\top J`, a *vjp*).
A product :math:`J v` (a *jvp*) is had from two backwards: :math:`u \mapsto u^\top J` is linear in :math:`u`, and its
own derivative is :math:`J`. A Hessian is the Jacobian of the gradient.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..grad_mode import enable_grad
from ..plan import operations as F
from ..tensor import Tensor
from .engine import grad

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]

Tensors = Tensor | tuple[Tensor, ...]


def _as_tuple(value: Any, name: str, where: str) -> tuple[bool, tuple[Tensor, ...]]:
    """Whether several tensors were given, and the tensors as a tuple."""
    several = isinstance(value, (tuple, list))
    values = tuple(value) if several else (value,)
    for i, v in enumerate(values):
        if not isinstance(v, Tensor):
            if several:
                raise TypeError(
                    f"The {name} given to {where} must be either a Tensor or a tuple of Tensors but the value at index "
                    f"{i} has type {type(v)}."
                )
            raise TypeError(
                f"The {name} given to {where} must be either a Tensor or a tuple of Tensors but the given {name} has "
                f"type {type(v)}."
            )
    return several, values


def _fresh_inputs(inputs: Sequence[Tensor], create_graph: bool) -> tuple[Tensor, ...]:
    """Inputs to differentiate by, cut off from what the caller holds, or connected to it under `create_graph`."""
    return tuple(
        x.view_as(x) if create_graph and x.requires_grad else x.detach().requires_grad_() for x in inputs
    )


def _outputs(
    func: Callable[..., Any], inputs: tuple[Tensor, ...], where: str
) -> tuple[bool, tuple[Tensor, ...]]:
    return _as_tuple(func(*inputs), "outputs of the user-provided function", where)


def _check_strict(strict: bool, outputs: Sequence[Tensor], what: str = "user-provided function") -> None:
    if not strict:
        return
    for i, out in enumerate(outputs):
        if not out.requires_grad:
            raise RuntimeError(
                f"Output {i} of the {what} does not require gradients. The outputs must be computed "
                "in a differentiable "
                "manner from the input when running in strict mode."
            )


def _gradients(
    outputs: Sequence[Tensor],
    inputs: Sequence[Tensor],
    vectors: Sequence[Any] | None,
    create_graph: bool,
    strict: bool,
) -> tuple[Tensor, ...]:
    """``vectors @ d outputs / d inputs``, zeros for what is independent."""
    pairs = [(o, v) for o, v in zip(outputs, vectors or [None] * len(outputs)) if o.requires_grad]
    if not pairs:
        return tuple(F.zeros_like(x) for x in inputs)
    found = grad(
        [o for o, _ in pairs], list(inputs), [v for _, v in pairs], True, create_graph, allow_unused=True
    )
    for i, g in enumerate(found):
        if g is None and strict:
            raise RuntimeError(
                f"The output of the user-provided function is independent of input {i}. This is not allowed in strict "
                "mode."
            )
    return tuple(F.zeros_like(x) if g is None else g for g, x in zip(found, inputs))


def _finish(value: Any, create_graph: bool) -> Any:
    """Results outside the graph, unless it is wanted."""
    if isinstance(value, tuple):
        return tuple(_finish(v, create_graph) for v in value)
    return value if create_graph else value.detach()


def _unpack(several: bool, values: tuple[Any, ...]) -> Any:
    return values if several else values[0]


def jacobian(
    func: Callable[..., Any],
    inputs: Tensors,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    r"""The Jacobian :math:`J_{ij} = \partial f_i / \partial x_j`.

    Its shape is that of the output followed by that of the input. With several inputs or outputs, tuples of them
    (outputs outside). `strict` refuses outputs that do not depend on an input; `create_graph` makes the result
    differentiable. `vectorize` and `strategy` are accepted; the result is the same.

    >>> import teachtorch as torch
    >>> def f(x, y):
    ...     return 3 * x + 1 + 2 * y ** 2 + x * y
    >>> torch.autograd.functional.jacobian(f, (torch.tensor([1.]), torch.tensor([1.])))
    (tensor([[4.]]), tensor([[5.]]))
    """
    if strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError('Expected strategy to be either "forward-mode" or "reverse-mode"')
    several_in, given = _as_tuple(inputs, "inputs", "jacobian")
    with enable_grad():
        points = _fresh_inputs(given, create_graph)
        several_out, outputs = _outputs(func, points, "jacobian")
        _check_strict(strict, outputs)
        rows_of = []
        for out in outputs:
            rows = []
            flat = out.reshape(-1)
            for i in range(flat.numel()):
                rows.append(_gradients((flat[i],), points, None, create_graph, strict))
            rows_of.append(
                tuple(
                    F.stack([row[k] for row in rows]).reshape((*out.shape, *x.shape))
                    if rows
                    else x.new_zeros((*out.shape, *x.shape))
                    for k, x in enumerate(points)
                )
            )
    result = tuple(_unpack(several_in, row) for row in rows_of)
    return _finish(_unpack(several_out, result), create_graph)


def _scalar(func: Callable[..., Any], where: str) -> Callable[..., Any]:
    """`func`, with a check that it returns one element."""

    def checked(*inputs: Tensor) -> Tensor:
        out = func(*inputs)
        several, outputs = _as_tuple(out, "outputs of the user-provided function", where)
        if (several and len(outputs) != 1) or not isinstance(outputs[0], Tensor):
            raise RuntimeError(f"The function given to {where} should return a single Tensor")
        only = outputs[0]
        if only.numel() != 1:
            raise RuntimeError(
                f"The Tensor returned by the function given to {where} should contain a single element"
            )
        return only.reshape(())

    return checked


def hessian(
    func: Callable[..., Any],
    inputs: Tensors,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    r"""The Hessian :math:`H_{ij} = \partial^2 f / \partial x_i \partial x_j` of a function with one output element.

    >>> import teachtorch as torch
    >>> torch.autograd.functional.hessian(lambda x: (x ** 3).sum(), torch.tensor([1., 2.]))
    tensor([[ 6.,  0.],
            [ 0., 12.]])
    """
    several, _ = _as_tuple(inputs, "inputs", "hessian")
    single = _scalar(func, "hessian")

    def gradient(*points: Tensor) -> Any:
        out = single(*points)
        _check_strict(strict, (out,))
        return _unpack(several, _gradients((out,), points, None, True, strict))

    return jacobian(gradient, inputs, create_graph, strict)


def _vectors(
    v: Any, like: Sequence[Tensor], several: bool, name: str, where: str, implicit_scalar: bool
) -> tuple[Tensor, ...]:
    if v is None:
        if implicit_scalar and len(like) == 1 and like[0].numel() == 1:
            return (F.ones_like(like[0]),)
        what = (
            "user-provided function returns" if where == "vjp" else "input to the user-provided function is"
        )
        raise RuntimeError(
            f"The vector v can only be None if the {what} a single Tensor with a single element."
        )
    _, values = _as_tuple(v, "vectors", where)
    if len(values) != len(like):
        raise RuntimeError(f"v is a tuple of invalid length: should be {len(like)} but got {len(values)}.")
    for i, (a, b) in enumerate(zip(values, like)):
        if a.shape != b.shape:
            entry = f"Entry {i} in v" if several else "v"
            raise RuntimeError(f"{entry} has invalid size: should be {b.shape} but got {a.shape}.")
    return values


def vjp(
    func: Callable[..., Any], inputs: Tensors, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    r"""``(f(x), v^T J)``: the product of a vector and the Jacobian, by one backward.

    >>> import teachtorch as torch
    >>> torch.autograd.functional.vjp(torch.exp, torch.tensor([0.]), torch.tensor([2.]))
    (tensor([1.]), tensor([2.]))
    """
    several_in, given = _as_tuple(inputs, "inputs", "vjp")
    with enable_grad():
        points = _fresh_inputs(given, create_graph)
        several_out, outputs = _outputs(func, points, "vjp")
        _check_strict(strict, outputs)
        vectors = _vectors(v, outputs, several_out, "v", "vjp", True)
        found = _gradients(outputs, points, vectors, create_graph, strict)
    return _finish(_unpack(several_out, outputs), create_graph), _finish(
        _unpack(several_in, found), create_graph
    )


def jvp(
    func: Callable[..., Any], inputs: Tensors, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    r"""``(f(x), J v)``: the directional derivative, by differentiating a backward.

    >>> import teachtorch as torch
    >>> torch.autograd.functional.jvp(torch.exp, torch.tensor([0.]), torch.tensor([3.]))
    (tensor([1.]), tensor([3.]))
    """
    several_in, given = _as_tuple(inputs, "inputs", "jvp")
    vectors = _vectors(v, given, several_in, "v", "jvp", True)
    with enable_grad():
        points = _fresh_inputs(given, create_graph)
        several_out, outputs = _outputs(func, points, "jvp")
        _check_strict(strict, outputs)
        dummies = tuple(F.zeros_like(o).requires_grad_() for o in outputs)
        rows = _gradients(outputs, points, dummies, True, strict)
        found = _gradients(rows, dummies, vectors, create_graph, False)
    return _finish(_unpack(several_out, outputs), create_graph), _finish(
        _unpack(several_out, found), create_graph
    )


def vhp(
    func: Callable[..., Any], inputs: Tensors, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """``(f(x), v^T H)`` for a function with one output element."""
    several_in, given = _as_tuple(inputs, "inputs", "vhp")
    vectors = _vectors(v, given, several_in, "v", "vhp", True)
    with enable_grad():
        points = _fresh_inputs(given, create_graph)
        out = _scalar(func, "vhp")(*points)
        _check_strict(strict, (out,))
        first = _gradients((out,), points, None, True, strict)
        found = _gradients(first, points, vectors, create_graph, strict)
    return _finish(out, create_graph), _finish(_unpack(several_in, found), create_graph)


def hvp(
    func: Callable[..., Any], inputs: Tensors, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """``(f(x), H v)`` for a function with one output element; the Hessian is symmetric, so this is :func:`vhp`."""
    return vhp(func, inputs, v, create_graph, strict)
