"""Products over named dimensions: ``einsum`` and ``tensordot``, ``kron``.

``einsum`` contracts two operands at a time, from left to right. Each contraction is one batched matrix
product: the dimensions that both have and the result keeps are the batch, those that disappear are summed
over, and the rest belong to one side.
"""

from __future__ import annotations

import math
import string
from typing import Any

from ..op import composite
from ..shapes import wrap_dim
from ..tensor import Tensor
from .matmul import bmm, mm
from .results import written

__all__ = ["chain_matmul", "einsum", "kron", "tensordot"]

_LETTERS = string.ascii_uppercase + string.ascii_lowercase


@composite(method=False)
def einsum(*args: Any) -> Tensor:
    r"""Sums of products in Einstein's notation: ``einsum("ij,jk->ik", a, b)`` is the matrix product.

    Each letter names a dimension. A letter that is missing on the right is summed over; one that occurs
    twice in an operand takes its diagonal; ``...`` stands for any further dimensions. Without ``->``, the
    letters that occur once are kept, in alphabetical order.

    >>> import teachtorch as torch
    >>> a = torch.tensor([[1., 2.], [3., 4.]])
    >>> torch.einsum("ii", a), torch.einsum("ij->j", a), torch.einsum("ij,kj->ik", a, a)
    (tensor(5.), tensor([4., 6.]), tensor([[ 5., 11.],
            [11., 25.]]))
    """
    equation, operands = _equation_of(args)
    if not operands:
        raise RuntimeError("einsum(): must provide at least one operand")
    inputs, output = _ellipses_named(*_parsed(equation, operands), operands)
    _check_sizes(inputs, operands)
    parts = [_distinct(t, names) for t, names in zip(operands, inputs)]
    value, names = parts[0]
    for i in range(1, len(parts)):
        other, other_names = parts[i]
        later = set(output).union(*(n for _, n in parts[i + 1 :]))
        value, names = _pair(value, names, other, other_names, later)
    return _finished(value, names, output)


def _equation_of(args: tuple[Any, ...]) -> tuple[str, list[Tensor]]:
    """The string form of both ways to call: with an equation, or with lists of numbers after each operand."""
    if isinstance(args[0], str):
        operands = args[1] if len(args) == 2 and isinstance(args[1], (list, tuple)) else args[1:]
        return args[0].replace(" ", ""), list(operands)
    operands, terms = list(args[: len(args) // 2 * 2 : 2]), list(args[1::2])
    text = ",".join(_sublist(term) for term in terms)
    return (text + "->" + _sublist(args[-1]) if len(args) % 2 else text), operands


def _sublist(term: Any) -> str:
    letters = []
    for x in term:
        if x is Ellipsis:
            letters.append("...")
        elif 0 <= x < 52:
            letters.append(_LETTERS[x])
        else:
            raise RuntimeError("einsum(): subscript in subscript list is not within the valid range [0, 52)")
    return "".join(letters)


def _parsed(equation: str, operands: list[Tensor]) -> tuple[list[str], str]:
    """The names of each operand's dimensions and of the result's; an ellipsis as one dot."""
    left, arrow, right = equation.partition("->")
    inputs = [term.replace("...", ".") for term in left.split(",")]
    for i, term in enumerate(inputs):
        for letter in term:
            if letter not in _LETTERS and letter != ".":
                raise RuntimeError(
                    f"einsum(): invalid subscript given at index {left.find(letter)} in the equation "
                    "string, subscripts must be in [a-zA-Z]"
                )
        if term.count(".") > 1:
            raise RuntimeError(f"einsum(): found '.' for operand {i} for which an ellipsis was already found")
    if len(inputs) < len(operands):
        raise RuntimeError("einsum(): more operands were provided than specified in the equation")
    if len(inputs) > len(operands):
        raise RuntimeError("einsum(): fewer operands were provided than specified in the equation")
    if arrow:
        output = right.replace("...", ".")
        for letter in output:
            if letter != "." and not any(letter in term for term in inputs):
                raise RuntimeError(
                    f"einsum(): output subscript {letter} does not appear in the equation for any input "
                    "operand"
                )
            if letter != "." and output.count(letter) > 1:
                raise RuntimeError(
                    f"einsum(): output subscript {letter} appears more than once in the output"
                )
        return inputs, output
    everything = "".join(inputs).replace(".", "")
    once = "".join(sorted(c for c in set(everything) if everything.count(c) == 1))
    return inputs, ("." if any("." in term for term in inputs) else "") + once


def _ellipses_named(
    inputs: list[str], output: str, operands: list[Tensor]
) -> tuple[list[list[Any]], list[Any]]:
    """Names as lists, the dimensions under an ellipsis numbered from the right: -1, -2, ..."""
    named, most = [], 0
    for i, (term, t) in enumerate(zip(inputs, operands)):
        letters = len(term.replace(".", ""))
        hidden = t.ndim - letters
        if ("." not in term and hidden) or hidden < 0:
            raise RuntimeError(
                f"einsum(): the number of subscripts in the equation ({letters}) "
                + (
                    f"does not match the number of dimensions ({t.ndim}) for operand {i} and no ellipsis "
                    "was given"
                    if "." not in term
                    else f"is more than the number of dimensions ({t.ndim}) for operand {i}"
                )
            )
        most = max(most, hidden)
        named.append(_spelled(term, hidden))
    return named, _spelled(output, most)


def _spelled(term: str, hidden: int) -> list[Any]:
    names: list[Any] = []
    for letter in term:
        names += range(-hidden, 0) if letter == "." else [letter]
    return names


def _check_sizes(inputs: list[list[Any]], operands: list[Tensor]) -> None:
    seen: dict[Any, int] = {}
    for i, (names, t) in enumerate(zip(inputs, operands)):
        own: dict[Any, int] = {}
        for name, n in zip(names, t.shape):
            if own.setdefault(name, n) != n:
                raise RuntimeError(
                    f"einsum(): subscript {name} is repeated for operand {i} but the sizes don't match, "
                    f"{n} != {own[name]}"
                )
        for name, n in own.items():
            before = seen.get(name, 1)
            if n != 1 and before not in (1, n):
                raise RuntimeError(
                    "einsum(): operands do not broadcast with remapped shapes [original->remapped]: "
                    + " ".join(f"{list(o.shape)}->{list(o.shape)}" for o in operands)
                )
            seen[name] = max(before, n) if n else n


def _distinct(t: Tensor, names: list[Any]) -> tuple[Tensor, list[Any]]:
    """The diagonal for each name that occurs twice; it comes last."""
    names = list(names)
    for name in dict.fromkeys(names):
        while names.count(name) > 1:
            i = names.index(name)
            j = names.index(name, i + 1)
            t = t.diagonal(0, i, j)
            names = [n for k, n in enumerate(names) if k not in (i, j)] + [name]
    return t, names


def _without(t: Tensor, names: list[Any], gone: list[Any]) -> tuple[Tensor, list[Any]]:
    """Sum over the named dimensions."""
    if gone:
        t = t.sum(tuple(names.index(n) for n in gone))
    return t, [n for n in names if n not in gone]


def _pair(
    a: Tensor, a_names: list[Any], b: Tensor, b_names: list[Any], kept: set[Any]
) -> tuple[Tensor, list[Any]]:
    """Contract two operands over what they share and nobody needs any more."""
    a, a_names = _without(a, a_names, [n for n in a_names if n not in b_names and n not in kept])
    b, b_names = _without(b, b_names, [n for n in b_names if n not in a_names and n not in kept])
    shared = [n for n in a_names if n in b_names]
    batch, summed = [n for n in shared if n in kept], [n for n in shared if n not in kept]
    left, right = [n for n in a_names if n not in shared], [n for n in b_names if n not in shared]
    if not summed:  # nothing to sum: an elementwise product
        a = _arranged(a, a_names, batch + left).reshape(*_sizes(a, a_names, batch + left), *[1] * len(right))
        b = _arranged(b, b_names, batch + right)
        b = b.reshape(*b.shape[: len(batch)], *[1] * len(left), *b.shape[len(batch) :])
        return a * b, batch + left + right
    size = {n: max(p, q) for n, p, q in zip(shared, _sizes(a, a_names, shared), _sizes(b, b_names, shared))}
    widen = lambda t, names: t.expand([size.get(n, m) for n, m in zip(names, t.shape)])
    a, b = widen(a, a_names), widen(b, b_names)
    count = lambda t, names, wanted: math.prod(_sizes(t, names, wanted))
    n_batch, n_sum = math.prod(size[n] for n in batch), math.prod(size[n] for n in summed)
    product = bmm(
        _arranged(a, a_names, batch + left + summed).reshape(n_batch, count(a, a_names, left), n_sum),
        _arranged(b, b_names, batch + summed + right).reshape(n_batch, n_sum, count(b, b_names, right)),
    )
    shape = [size[n] for n in batch] + _sizes(a, a_names, left) + _sizes(b, b_names, right)
    return product.view(shape), batch + left + right


def _sizes(t: Tensor, names: list[Any], wanted: list[Any]) -> list[int]:
    return [t.shape[names.index(n)] for n in wanted]


def _arranged(t: Tensor, names: list[Any], wanted: list[Any]) -> Any:
    """The dimensions in the wanted order."""
    return t if names == wanted else t.permute([names.index(n) for n in wanted])


def _finished(value: Tensor, names: list[Any], output: list[Any]) -> Tensor:
    value, names = _without(value, names, [n for n in names if n not in output])
    return _arranged(value, names, output)


# -- by position --------------------------------------------------------------------------------------------


@composite(method=False)
def tensordot(a: Tensor, b: Tensor, dims: Any = 2, out: Any = None) -> Tensor:
    """The product summed over several dimensions: the last `dims` of `a` with the first of `b`, or those
    listed.

    >>> import teachtorch as torch
    >>> torch.tensordot(torch.ones(2, 3), torch.ones(3, 4), 1).shape
    torch.Size([2, 4])
    """
    if isinstance(dims, Tensor):
        dims = dims.tolist()
    if isinstance(dims, int):
        if dims < 0:
            raise RuntimeError(f"tensordot expects dims >= 0, but got dims={dims}")
        if dims > min(a.ndim, b.ndim):
            raise RuntimeError(f"tensordot expects dims < ndim_a or ndim_b, but got dims={dims}")
        dims = (list(range(a.ndim - dims, a.ndim)), list(range(dims)))
    over_a, over_b = ([d] if isinstance(d, int) else list(d) for d in dims)
    if len(over_a) != len(over_b):
        raise RuntimeError("both dimension lists should have same length")
    over_a, over_b = [wrap_dim(d, a.ndim) for d in over_a], [wrap_dim(d, b.ndim) for d in over_b]
    for i, j in zip(over_a, over_b):
        if a.shape[i] != b.shape[j] and 1 not in (a.shape[i], b.shape[j]):
            raise RuntimeError(
                f"contracted dimensions need to match, but first has size {a.shape[i]} in dim {i} and "
                f"second has size {b.shape[j]} in dim {j}"
            )
        if a.shape[i] != b.shape[j]:  # one of them is 1: its element multiplies the other's sum
            a = a.sum(i, keepdim=True) if b.shape[j] == 1 else a
            b = b.sum(j, keepdim=True) if a.shape[i] == 1 else b
    free_a = [d for d in range(a.ndim) if d not in over_a]
    free_b = [d for d in range(b.ndim) if d not in over_b]
    n = math.prod(a.shape[d] for d in over_a)
    left = a.permute([*free_a, *over_a]).reshape(math.prod(a.shape[d] for d in free_a), n)
    right = b.permute([*over_b, *free_b]).reshape(n, math.prod(b.shape[d] for d in free_b))
    result = mm(left, right).view([a.shape[d] for d in free_a] + [b.shape[d] for d in free_b])
    return written(result, out)


@composite()
def kron(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """Kronecker's product: each element of `input` times the whole of `other`, block by block.

    >>> import teachtorch as torch
    >>> torch.kron(torch.tensor([1, 10]), torch.tensor([1, 2, 3]))
    tensor([ 1,  2,  3, 10, 20, 30])
    """
    n = max(input.ndim, other.ndim)
    a = (1,) * (n - input.ndim) + tuple(input.shape)
    b = (1,) * (n - other.ndim) + tuple(other.shape)
    left = input.reshape([m for size in a for m in (size, 1)])
    right = other.reshape([m for size in b for m in (1, size)])
    result = (left * right).reshape([p * q for p, q in zip(a, b)])
    return written(result, out)


@composite(method=False)
def chain_matmul(*matrices: Tensor, out: Any = None) -> Tensor:
    """The product of matrices, in the order that needs the fewest multiplications: ``linalg.multi_dot``'s
    old name.

    >>> import teachtorch as torch
    >>> torch.chain_matmul(torch.ones(1, 2), torch.ones(2, 3), torch.ones(3, 1))
    tensor([[6.]])
    """
    from .linalg_products import multi_dot

    if len(matrices) == 1:
        return matrices[0]
    return multi_dot(list(matrices), out=out)
