"""Matrix products. ``@`` chooses among four of them by the number of dimensions, as PyTorch does."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ..binding import Array, Number
from ..dtypes import FROM_NUMPY, c_name
from ..dtypes import dtype as DType
from ..op import DEFAULT, attach, composite, composite_alias, op
from ..samples import fixed
from ..tensor import Tensor
from .reshaping import unsafe_view

__all__ = [
    "addbmm",
    "addmm",
    "addmv",
    "addr",
    "baddbmm",
    "bmm",
    "dot",
    "inner",
    "ger",
    "matmul",
    "mm",
    "mv",
    "outer",
    "vdot",
]


def _expect_one_dtype(say: Callable[..., str]) -> Callable[..., str]:
    """The promotion of products: there is none. Operands of different dtypes are refused, in the words of `say`."""

    def promotion_of(*values: Any) -> str:
        found = [FROM_NUMPY[x.dtype] for x in values if hasattr(x, "ndim")]
        if len(set(found)) > 1:
            raise RuntimeError(say(*found))
        return DEFAULT

    return promotion_of


def _say_self_or_mat1(self: DType, mat1: DType, mat2: DType) -> str:
    name, first = ("self", self) if self is not mat2 else ("mat1", mat1)
    return f"{name} and mat2 must have the same dtype, but got {first.legacy} and {mat2.legacy}"


def _say_batches(input: DType, batch1: DType, batch2: DType) -> str:
    if input is batch1:
        return f"expected scalar type {batch1.legacy} but found {batch2.legacy}"
    names = c_name(input), c_name(batch1), c_name(batch2)
    return "Input dtypes must be the same, got: input {}, batch1: {}, batch2: {}".format(*names)


@op(
    promotion_of=_expect_one_dtype(
        lambda a, b: f"expected m1 and m2 to have the same dtype, but got: {c_name(a)} != {c_name(b)}"
    )
)
def mm(input: Array, mat2: Array, *, xp: Any) -> Array:
    r"""The product of two matrices: :math:`(n, m) \times (m, p) \to (n, p)`.

    Derivatives: :math:`G B^\top` and :math:`A^\top G`.

    >>> import teachtorch as torch
    >>> torch.mm(torch.tensor([[1, 2]]), torch.tensor([[3], [4]]))
    tensor([[11]])
    """
    if input.ndim != 2 or mat2.ndim != 2:
        which = "self" if input.ndim != 2 else "mat2"
        raise RuntimeError(f"{which} must be a matrix")
    if input.shape[1] != mat2.shape[0]:
        raise RuntimeError(
            f"mat1 and mat2 shapes cannot be multiplied ({input.shape[0]}x{input.shape[1]} and "
            f"{mat2.shape[0]}x{mat2.shape[1]})"
        )
    return xp.matmul(input, mat2)


mm.grad(
    input=lambda grad, mat2: grad @ mat2.T.conj(),
    mat2=lambda grad, input: input.T.conj() @ grad,
)
mm.samples(fixed(lambda make: ((make(2, 3), make(3, 4)), {}), lambda make: ((make(0, 3), make(3, 2)), {})))


@op(
    promotion_of=_expect_one_dtype(
        lambda m, v: (
            f"addmv input tensors must have the same dtype, but got {v.legacy}, {m.legacy}, and {v.legacy}"
        )
    )
)
def mv(input: Array, vec: Array, *, xp: Any) -> Array:
    r"""The product of a matrix and a vector: :math:`(n, m) \times (m) \to (n)`.

    Derivatives: the outer product :math:`g v^\top`, and :math:`A^\top g`.

    >>> import teachtorch as torch
    >>> torch.mv(torch.tensor([[1, 2], [3, 4]]), torch.tensor([1, 1]))
    tensor([3, 7])
    """
    if input.ndim != 2 or vec.ndim != 1:
        raise RuntimeError(f"vector + matrix @ vector expected, got {1}, {input.ndim}, {vec.ndim}")
    if input.shape[1] != vec.shape[0]:
        raise RuntimeError(
            f"size mismatch, got input ({input.shape[0]}), mat ({input.shape[0]}x{input.shape[1]}), vec "
            f"({vec.shape[0]})"
        )
    return xp.matmul(input, vec)


mv.grad(
    input=lambda grad, vec, F: F.unsqueeze(grad, 1) * F.unsqueeze(vec.conj(), 0),
    vec=lambda grad, input, F: input.T.conj() @ grad,
)
mv.samples(fixed(lambda make: ((make(2, 3), make(3)), {})))


@op(
    promotion_of=_expect_one_dtype(
        lambda a, b: f"dot : expected both vectors to have same dtype, but found {a.legacy} and {b.legacy}"
    )
)
def dot(input: Array, tensor: Array, *, xp: Any) -> Array:
    r"""The sum of products of two vectors, :math:`\sum_i a_i b_i`.

    >>> import teachtorch as torch
    >>> torch.dot(torch.tensor([1., 2.]), torch.tensor([3., 4.]))
    tensor(11.)
    """
    if input.ndim != 1 or tensor.ndim != 1:
        raise RuntimeError(f"1D tensors expected, but got {input.ndim}D and {tensor.ndim}D tensors")
    if input.shape != tensor.shape:
        raise RuntimeError(
            f"inconsistent tensor size, expected tensor [{input.shape[0]}] and src [{tensor.shape[0]}] to "
            f"have the same number of elements, but got {input.shape[0]} and {tensor.shape[0]} elements "
            "respectively"
        )
    return xp.dot(input, tensor)


dot.grad(input=lambda grad, tensor: grad * tensor.conj(), tensor=lambda grad, input: grad * input.conj())
dot.samples(fixed(lambda make: ((make(3), make(3)), {})))


@composite()
def vdot(input: Tensor, other: Tensor) -> Tensor:
    r""":math:`\sum_i \bar a_i b_i`: ``dot`` with the first vector conjugated.

    >>> import teachtorch as torch
    >>> torch.vdot(torch.tensor([1j, 2]), torch.tensor([1j, 3]))
    tensor(7.+0.j)
    """
    return dot(input.conj(), other)


@op(promotion_of=_expect_one_dtype(lambda a, b: f"expected scalar type {a.legacy} but found {b.legacy}"))
def bmm(input: Array, mat2: Array, *, xp: Any) -> Array:
    r"""The products of two batches of matrices: :math:`(b, n, m) \times (b, m, p) \to (b, n, p)`.

    >>> import teachtorch as torch
    >>> torch.bmm(torch.ones(1, 1, 3), torch.ones(1, 3, 1))
    tensor([[[3.]]])
    """
    if input.ndim != 3 or mat2.ndim != 3:
        raise RuntimeError(f"batch{1 if input.ndim != 3 else 2} must be a 3D tensor")
    if input.shape[0] != mat2.shape[0] or input.shape[2] != mat2.shape[1]:
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{input.shape[0]}, "
            f"{input.shape[2]}] but got: [{mat2.shape[0]}, {mat2.shape[1]}]."
        )
    return xp.matmul(input, mat2)


bmm.grad(
    input=lambda grad, mat2, F: F.bmm(grad, F.transpose(mat2.conj(), 1, 2)),
    mat2=lambda grad, input, F: F.bmm(F.transpose(input.conj(), 1, 2), grad),
)
bmm.samples(fixed(lambda make: ((make(2, 2, 3), make(2, 3, 1)), {})))


def _mixed(input: Array, product: Array, beta: Number, alpha: Number) -> Array:
    """``beta * input + alpha * product``, in the product's memory; with ``beta=0``, `input` does not count,
    NaN or not."""
    if product.dtype.kind in "iu":
        alpha, beta = int(alpha), int(beta)
    if alpha != 1:
        product *= alpha
    if beta == 0:
        return product
    product += input if beta == 1 else input * beta
    return product


def _scaled(grad: Any, factor: Any) -> Any:
    return grad if factor == 1 else grad * factor.conjugate()


@op(inplace=True, promotion_of=_expect_one_dtype(_say_self_or_mat1))
def addmm(input: Array, mat1: Array, mat2: Array, *, beta: Number = 1, alpha: Number = 1, xp: Any) -> Array:
    r""":math:`\beta\,C + \alpha\,A B`: a matrix product and a sum in one, as in ``nn.Linear``.

    >>> import teachtorch as torch
    >>> torch.addmm(torch.ones(1), torch.tensor([[1., 2.]]), torch.tensor([[3.], [4.]]))
    tensor([[12.]])
    """
    if mat1.ndim != 2 or mat2.ndim != 2:
        raise RuntimeError(
            f"mat{1 if mat1.ndim != 2 else 2} must be a matrix, got "
            f"{(mat1 if mat1.ndim != 2 else mat2).ndim}-D tensor"
        )
    if mat1.shape[1] != mat2.shape[0]:
        raise RuntimeError(
            f"mat1 and mat2 shapes cannot be multiplied ({mat1.shape[0]}x{mat1.shape[1]} and "
            f"{mat2.shape[0]}x{mat2.shape[1]})"
        )
    return _mixed(input, xp.matmul(mat1, mat2), beta, alpha)


addmm.grad(
    input=lambda grad, beta: _scaled(grad, beta),
    mat1=lambda grad, mat2, alpha: _scaled(grad, alpha) @ mat2.T.conj(),
    mat2=lambda grad, mat1, alpha: mat1.T.conj() @ _scaled(grad, alpha),
)
addmm.samples(
    fixed(
        lambda make: ((make(2, 4), make(2, 3), make(3, 4)), {}),
        lambda make: ((make(4), make(2, 3), make(3, 4)), {"alpha": 2, "beta": 3}),
    )
)


@op(
    inplace=True,
    promotion_of=_expect_one_dtype(
        lambda y, m, v: (
            f"addmv input tensors must have the same dtype, but got {y.legacy}, {m.legacy}, and {v.legacy}"
        )
    ),
)
def addmv(input: Array, mat: Array, vec: Array, *, beta: Number = 1, alpha: Number = 1, xp: Any) -> Array:
    r""":math:`\beta\,y + \alpha\,A v`.

    >>> import teachtorch as torch
    >>> torch.addmv(torch.ones(1), torch.tensor([[1., 2.]]), torch.tensor([3., 4.]))
    tensor([12.])
    """
    if mat.ndim != 2 or vec.ndim != 1:
        raise RuntimeError(f"vector + matrix @ vector expected, got {input.ndim}, {mat.ndim}, {vec.ndim}")
    if mat.shape[1] != vec.shape[0]:
        raise RuntimeError(
            f"size mismatch, got input ({mat.shape[0]}), mat ({mat.shape[0]}x{mat.shape[1]}), vec "
            f"({vec.shape[0]})"
        )
    return _mixed(input, xp.matmul(mat, vec), beta, alpha)


addmv.grad(
    input=lambda grad, beta: _scaled(grad, beta),
    mat=lambda grad, vec, alpha, F: _scaled(F.unsqueeze(grad, 1) * F.unsqueeze(vec.conj(), 0), alpha),
    vec=lambda grad, mat, alpha: _scaled(mat.T.conj() @ grad, alpha),
)
addmv.samples(fixed(lambda make: ((make(2), make(2, 3), make(3)), {"beta": 2, "alpha": 3})))


@op(inplace=True)
def addr(input: Array, vec1: Array, vec2: Array, *, beta: Number = 1, alpha: Number = 1, xp: Any) -> Array:
    r""":math:`\beta\,C + \alpha\,u v^\top`: a matrix and an outer product.

    >>> import teachtorch as torch
    >>> torch.addr(torch.zeros(2, 2), torch.tensor([1., 2.]), torch.tensor([3., 4.]))
    tensor([[3., 4.],
            [6., 8.]])
    """
    if vec1.ndim != 1 or vec2.ndim != 1:
        which, x = ("vec1", vec1) if vec1.ndim != 1 else ("vec2", vec2)
        raise RuntimeError(f"addr: Expected 1-D argument {which}, but got {x.ndim}-D")
    if input.dtype.kind == "b":
        product = vec1[:, None] & vec2[None, :] if alpha else xp.zeros((len(vec1), len(vec2)), bool)
        return product | input if beta else product
    return _mixed(input, vec1[:, None] * vec2[None, :], beta, alpha)


addr.grad(
    input=lambda grad, beta: _scaled(grad, beta),
    vec1=lambda grad, vec2, alpha: _scaled(grad @ vec2.conj(), alpha),
    vec2=lambda grad, vec1, alpha: _scaled(grad.T @ vec1.conj(), alpha),
)
addr.samples(fixed(lambda make: ((make(2, 3), make(2), make(3)), {"beta": 2, "alpha": 3})))


def _check_batches(batch1: Array, batch2: Array) -> None:
    if batch1.ndim != 3 or batch2.ndim != 3:
        raise RuntimeError(f"batch{1 if batch1.ndim != 3 else 2} must be a 3D tensor")
    if batch1.shape[0] != batch2.shape[0] or batch1.shape[2] != batch2.shape[1]:
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{batch1.shape[0]}, "
            f"{batch1.shape[2]}] but got: [{batch2.shape[0]}, {batch2.shape[1]}]."
        )


@op(inplace=True, promotion_of=_expect_one_dtype(_say_batches))
def baddbmm(
    input: Array, batch1: Array, batch2: Array, *, beta: Number = 1, alpha: Number = 1, xp: Any
) -> Array:
    r""":math:`\beta\,C_b + \alpha\,A_b B_b` for each matrix of a batch.

    >>> import teachtorch as torch
    >>> torch.baddbmm(torch.ones(1, 1, 1), torch.tensor([[[2.]]]), torch.tensor([[[3.]]]))
    tensor([[[7.]]])
    """
    _check_batches(batch1, batch2)
    return _mixed(input, xp.matmul(batch1, batch2), beta, alpha)


baddbmm.grad(
    input=lambda grad, beta: _scaled(grad, beta),
    batch1=lambda grad, batch2, alpha, F: _scaled(F.bmm(grad, F.transpose(batch2.conj(), 1, 2)), alpha),
    batch2=lambda grad, batch1, alpha, F: _scaled(F.bmm(F.transpose(batch1.conj(), 1, 2), grad), alpha),
)
baddbmm.samples(fixed(lambda make: ((make(2, 2, 4), make(2, 2, 3), make(2, 3, 4)), {"beta": 2, "alpha": 3})))


@op(inplace=True)
def addbmm(
    input: Array, batch1: Array, batch2: Array, *, beta: Number = 1, alpha: Number = 1, xp: Any
) -> Array:
    r""":math:`\beta\,C + \alpha \sum_b A_b B_b`: the products of two batches of matrices, summed.

    >>> import teachtorch as torch
    >>> torch.addbmm(torch.ones(1, 1), torch.tensor([[[2.]], [[4.]]]), torch.tensor([[[3.]], [[5.]]]))
    tensor([[27.]])
    """
    _check_batches(batch1, batch2)
    return _mixed(input, xp.matmul(batch1, batch2).sum(0, dtype=batch1.dtype), beta, alpha)


addbmm.grad(
    input=lambda grad, beta: _scaled(grad, beta),
    batch1=lambda grad, batch2, alpha, F: _scaled(
        F.unsqueeze(grad, 0) @ F.transpose(batch2.conj(), 1, 2), alpha
    ),
    batch2=lambda grad, batch1, alpha, F: _scaled(
        F.transpose(batch1.conj(), 1, 2) @ F.unsqueeze(grad, 0), alpha
    ),
)
addbmm.samples(fixed(lambda make: ((make(2, 4), make(2, 2, 3), make(2, 3, 4)), {"beta": 2, "alpha": 3})))


@composite()
def outer(input: Tensor, vec2: Tensor) -> Tensor:
    r"""All products :math:`a_i b_j`.

    >>> import teachtorch as torch
    >>> torch.outer(torch.tensor([1, 2]), torch.tensor([3, 4]))
    tensor([[3, 4],
            [6, 8]])
    """
    if input.ndim != 1 or vec2.ndim != 1:
        name, t = ("self", input) if input.ndim != 1 else ("vec2", vec2)
        raise RuntimeError(f"outer: Expected 1-D argument {name}, but got {t.ndim}-D")
    return input.view(-1, 1) * vec2


@composite()
def inner(input: Tensor, other: Tensor) -> Tensor:
    """Sums of products over the last dimensions.

    >>> import teachtorch as torch
    >>> torch.inner(torch.tensor([[1, 2], [3, 4]]), torch.tensor([1, 1]))
    tensor([3, 7])
    """
    if input.ndim == 0 or other.ndim == 0:
        return input * other
    return (
        matmul(input, other)
        if input.ndim == other.ndim == 1
        else (
            matmul(
                input.reshape(math.prod(input.shape[:-1]), input.shape[-1]),
                other.reshape(math.prod(other.shape[:-1]), other.shape[-1]).t(),
            ).view(*input.shape[:-1], *other.shape[:-1])
        )
    )


@composite()
def matmul(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """The product by the number of dimensions: dot, matrix-vector, matrix-matrix, or batched with
    broadcasting.

    >>> import teachtorch as torch
    >>> torch.ones(2, 3) @ torch.ones(3)
    tensor([3., 3.])
    """
    if not isinstance(other, Tensor):
        raise TypeError(f"matmul(): argument 'other' (position 2) must be Tensor, not {type(other).__name__}")
    m, n = input._array.ndim, other._array.ndim
    if m == 2 and n == 2:
        return mm(input, other, out=out)
    if m == 1 and n == 1:
        return dot(input, other, out=out)
    if m == 2 and n == 1:
        return mv(input, other, out=out)
    if m == 0 or n == 0:
        raise RuntimeError(f"both arguments to matmul need to be at least 1D, but they are {m}D and {n}D")
    if m == 1 and n == 2:
        return mm(input.unsqueeze(0), other).squeeze(0)
    return _batched(input, other)


def _batched(input: Tensor, other: Tensor) -> Tensor:
    """At least one operand has batch dimensions: fold them into one, multiply, unfold."""
    from ..shapes import broadcast_shape

    if other._array.ndim <= 2 and input._array.ndim >= 3:
        # One matrix for the whole batch: a single large product.
        shape = input._array.shape
        folded = input.reshape(math.prod(shape[:-1]), shape[-1])
        product = mm(folded, other) if other._array.ndim == 2 else mv(folded, other)
        return unsafe_view(product, (*shape[:-1], *other._array.shape[1:]))
    left = input.unsqueeze(0) if input._array.ndim == 1 else input
    right = other.unsqueeze(-1) if other._array.ndim == 1 else other
    batch = broadcast_shape(left._array.shape[:-2], right._array.shape[:-2])
    a, b = left._array.shape[-2:], right._array.shape[-2:]
    count = math.prod(batch)
    product = bmm(left.expand(*batch, *a).reshape(count, *a), right.expand(*batch, *b).reshape(count, *b))
    result = unsafe_view(product, (*batch, a[0], b[1]))
    if input._array.ndim == 1:
        result = result.squeeze(-2)
    return result.squeeze(-1) if other._array.ndim == 1 else result


def _matmul_operator(self: Tensor, other: Any) -> Any:
    return matmul(self, other) if isinstance(other, Tensor) else NotImplemented


def _rmatmul_operator(self: Tensor, other: Any) -> Any:
    return matmul(other, self) if isinstance(other, Tensor) else NotImplemented


attach("__matmul__", _matmul_operator)
attach("__rmatmul__", _rmatmul_operator)
ger = composite_alias("ger", outer)
