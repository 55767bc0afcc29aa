"""PyTorch's own test data for each of its operations, run on both engines and compared.

``torch.testing._internal.common_methods_invocations.op_db`` holds an OpInfo for every operation: sample inputs for
every dtype, bad inputs with the error they must raise, and the method and in-place forms that exist. :func:`examine`
runs them and counts where the two engines agree.
"""

from __future__ import annotations

import itertools
import types
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import numpy as np
import torch
from torch.testing._internal.common_methods_invocations import op_db

import teachtorch

torch.set_num_threads(1)  # the samples are small

DTYPES = ("float32", "float64", "int64", "bool", "complex128")
SAMPLES = 12  # of each dtype, spread evenly over those there are
LARGEST = 50_000  # elements; larger samples test speed, not meaning
UNSET = {
    "empty",
    "empty_like",
    "empty_permuted",
    "empty_strided",
    "new_empty",
    "new_empty_strided",
    "resize_",
    "resize_as_",
}
"""Operations whose result holds what was in memory before: only its shape and dtype are compared."""

TIES = {"argsort", "kthvalue", "median", "mode", "nanmedian", "sort", "topk"}
"""Operations that may give the index of any of several equal elements."""

PHASES = {"linalg.eig", "linalg.eigh", "linalg.svd", "pca_lowrank", "svd", "svd_lowrank"}
"""Factorizations whose vectors may be multiplied by any number of modulus 1."""

ASPECTS = ("forward", "gradient", "method", "in-place", "errors")


@dataclass
class Tally:
    """How many comparisons were made of one aspect, how many agreed, and the first that did not."""

    agreed: int = 0
    made: int = 0
    first: str = ""

    def note(self, problem: str | None) -> None:
        self.made += 1
        if problem is None:
            self.agreed += 1
        elif not self.first:
            self.first = problem

    def __str__(self) -> str:
        return f"{self.agreed}/{self.made}" if self.made else "–"


@dataclass
class Report:
    """What was found out about one operation; `missing` if teachtorch does not have it."""

    name: str
    missing: bool = False
    aspects: dict[str, Tally] = field(default_factory=lambda: {a: Tally() for a in ASPECTS})

    @property
    def agrees(self) -> bool:
        return not self.missing and all(t.agreed == t.made for t in self.aspects.values())


def operations() -> dict[str, Any]:
    """Every OpInfo, by the operation's name and the variant's where there are several."""
    return {f"{op.name} ({op.variant_test_name})" if op.variant_test_name else op.name: op for op in op_db}


def counterpart(name: str) -> Any:
    """teachtorch's function for PyTorch's name, ``linalg.vector_norm``, or its method; None if it has neither."""
    try:
        found = reduce(getattr, name.split("."), teachtorch)
    except AttributeError:
        found = None
    # torch.float is a dtype, and the operation of that name a method.
    if not callable(found):
        found = getattr(teachtorch.Tensor, name, None) or getattr(teachtorch.Tensor, f"{name}_", None)
    return found


def rebound(function: Any) -> Any:
    """A function of PyTorch's tests, which puts arguments in order and calls ``torch.something``, for teachtorch."""
    space = dict(function.__globals__, torch=teachtorch, wrapper_set_seed=with_seed)
    space["F"] = teachtorch.nn.functional
    return types.FunctionType(
        function.__code__, space, function.__name__, function.__defaults__, function.__closure__
    )


def with_seed(op: Any, *args: Any, **kwargs: Any) -> Any:
    """What ``wrapper_set_seed`` does, on teachtorch's generator."""
    teachtorch.manual_seed(42)
    return op(*args, **kwargs)


def examine(name: str) -> Report:
    """Run everything there is about an operation."""
    op = operations()[name]
    ours = counterpart(op.name)
    if ours is None:
        return Report(name, missing=True)
    if isinstance(op.op, types.FunctionType) and op.op.__module__.startswith("torch.testing."):
        ours = rebound(op.op)
    report = Report(name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compare = _Comparison(op, ours, report)
        for dtype in DTYPES:
            if getattr(torch, dtype) in op.supported_dtypes("cpu"):
                compare.forward(dtype)
        if op.supports_autograd and torch.float64 in op.supported_dtypes("cpu"):
            compare.gradients()
        compare.variants()
        compare.errors()
    return report


class _Comparison:
    """The two functions of one operation, and the report to write to."""

    def __init__(self, op: Any, ours: Callable[..., Any], report: Report) -> None:
        self.op, self.ours, self.report = op, ours, report

    def samples(self, dtype: str, requires_grad: bool = False) -> Iterator[Any]:
        torch.manual_seed(0)
        everything = self.op.sample_inputs("cpu", getattr(torch, dtype), requires_grad=requires_grad)
        suitable = [s for s in itertools.islice(everything, 400) if is_suitable(s)]
        step = max(1, -(-len(suitable) // SAMPLES))
        yield from suitable[::step]

    def forward(self, dtype: str) -> None:
        for sample in self.samples(dtype):
            theirs = attempt(self.op.op, sample.input, sample.args, sample.kwargs, torch)
            if isinstance(theirs, Exception):
                continue  # PyTorch's own sample does not suit this build
            found = attempt(self.ours, *converted(sample), teachtorch)
            self.report.aspects["forward"].note(
                self.difference(found, theirs, f"{dtype} {described(sample)}")
            )

    def gradients(self) -> None:
        for sample in self.samples("float64", requires_grad=True):
            theirs = backward(
                self.op.op, sample.input, sample.args, sample.kwargs, sample.output_process_fn_grad, torch
            )
            if isinstance(theirs, Exception) or theirs is None:
                continue
            found = backward(self.ours, *converted(sample), sample.output_process_fn_grad, teachtorch)
            self.report.aspects["gradient"].note(
                self.difference(found, theirs, f"gradient {described(sample)}")
            )

    def variants(self) -> None:
        """The method, and the method that ends in an underscore, where PyTorch has them."""
        for aspect, theirs_of in (("method", self.op.method_variant), ("in-place", self.op.inplace_variant)):
            name = getattr(theirs_of, "__name__", None)
            if name is None or name == "<lambda>" or torch.float64 not in self.op.supported_dtypes("cpu"):
                continue
            method = getattr(teachtorch.Tensor, name, None)
            for sample in self.samples("float64"):
                if not isinstance(sample.input, torch.Tensor) or (
                    sample.broadcasts_input and aspect == "in-place"
                ):
                    continue
                target = sample.input.clone()
                arguments = (to_ours(target), *converted(sample)[1:])
                theirs = attempt(theirs_of, target, sample.args, sample.kwargs, torch)
                if isinstance(theirs, Exception):
                    continue
                if method is None:
                    self.report.aspects[aspect].note(f"Tensor has no method {name}")
                    break
                found = attempt(method, *arguments, teachtorch)
                self.report.aspects[aspect].note(
                    self.difference(found, theirs, f"{aspect} {described(sample)}")
                )

    def errors(self) -> None:
        if self.op.error_inputs_func is None:
            return
        try:
            cases = list(itertools.islice(self.op.error_inputs("cpu"), 40))
        except Exception:  # a few generators of bad inputs suit the machines of PyTorch's own tests only
            return
        for case in cases:
            sample = case.sample_input
            if not is_suitable(sample):
                continue
            arguments = converted(sample)
            theirs = attempt(self.op.op, sample.input, sample.args, sample.kwargs, torch)
            if not isinstance(theirs, Exception):
                continue
            found = attempt(self.ours, *arguments, teachtorch)
            self.report.aspects["errors"].note(error_difference(found, theirs, f"error {described(sample)}"))

    def difference(self, found: Any, theirs: Any, where: str) -> str | None:
        if isinstance(found, Exception):
            return f"{where}: {type(found).__name__}: {str(found).splitlines()[:1]}"
        name = self.op.name
        if name in TIES and isinstance(theirs, tuple):
            found, theirs = found[:1], theirs[:1]
        if name in PHASES:
            found, theirs = [abs(t) for t in found], [abs(t) for t in theirs]
        problem = values_differ(found, theirs, values=name not in UNSET and name != "argsort")
        return None if problem is None else f"{where}: {problem}"


# -- running ------------------------------------------------------------------------------------------------


def attempt(function: Callable[..., Any], input: Any, args: Any, kwargs: Any, engine: Any) -> Any:
    """The result, or the exception; random numbers from the same seed on both engines."""
    engine.manual_seed(1)
    try:
        return function(input, *args, **kwargs)
    except Exception as error:
        return error


def backward(function: Any, input: Any, args: Any, kwargs: Any, select: Any, engine: Any) -> Any:
    """The gradients of the differentiable outputs, weighted with 1, 2, 3 ..., by the inputs that require grad."""
    result = attempt(function, input, args, kwargs, engine)
    if isinstance(result, Exception):
        return result
    try:
        outputs = [o for o in tensors_in(select(result), engine) if o.requires_grad]
        leaves = [t for t in tensors_in([input, args, kwargs], engine) if t.requires_grad]
        if not outputs or not leaves:
            return None
        seeds = []
        for o in outputs:
            weight = engine.arange(1, o.numel() + 1, dtype=engine.float64).reshape(o.shape) / max(
                o.numel(), 1
            )
            seeds.append(weight.to(o.dtype))
        return list(engine.autograd.grad(outputs, leaves, seeds, allow_unused=True))
    except Exception as error:
        return error


def tensors_in(value: Any, engine: Any) -> list[Any]:
    if isinstance(value, engine.Tensor):
        return [value]
    if isinstance(value, (list, tuple)):
        return [t for v in value for t in tensors_in(v, engine)]
    if isinstance(value, dict):
        return [t for v in value.values() for t in tensors_in(v, engine)]
    return []


# -- comparing ----------------------------------------------------------------------------------------------


def values_differ(ours: Any, theirs: Any, values: bool = True) -> str | None:
    """How a result of teachtorch differs from PyTorch's, or None."""
    if isinstance(theirs, torch.Tensor):
        if not isinstance(ours, teachtorch.Tensor):
            return f"{type(ours).__name__} instead of a tensor"
        if ours.dtype.name != str(theirs.dtype).removeprefix("torch."):
            return f"dtype {ours.dtype} instead of {theirs.dtype}"
        if tuple(ours.shape) != tuple(theirs.shape):
            return f"shape {tuple(ours.shape)} instead of {tuple(theirs.shape)}"
        return arrays_differ(array_of(ours), array_of(theirs)) if values else None
    if isinstance(theirs, (list, tuple)):
        if not isinstance(ours, (list, tuple)) or len(ours) != len(theirs):
            return f"{_brief(ours)} instead of {_brief(theirs)}"
        problems = (values_differ(a, b, values) for a, b in zip(ours, theirs))
        return next((p for p in problems if p is not None), None)
    if isinstance(theirs, float):
        return None if np.isclose(ours, theirs, rtol=1e-6, equal_nan=True) else f"{ours} instead of {theirs}"
    same = str(ours).replace("teachtorch", "torch") == str(theirs)
    return None if same else f"{_brief(ours)} instead of {_brief(theirs)}"


def arrays_differ(a: Any, b: Any) -> str | None:
    rtol, atol = (1e-4, 1e-5) if b.dtype.itemsize <= 4 or b.dtype == np.complex64 else (1e-7, 1e-9)
    if b.dtype.kind in "fc":
        wrong = ~np.isclose(a, b, rtol=rtol, atol=atol, equal_nan=True)
    else:
        wrong = a != b
    if not wrong.any():
        return None
    at = tuple(int(i) for i in np.argwhere(wrong)[0])
    return f"{a[at]} instead of {b[at]} at {at}, {int(wrong.sum())} of {wrong.size}"


def error_difference(found: Any, theirs: Exception, where: str) -> str | None:
    wanted = type(theirs).__name__, (str(theirs).splitlines() or [""])[0]
    if not isinstance(found, Exception):
        return f"{where}: no error instead of {wanted}"
    got = type(found).__name__, (str(found).splitlines() or [""])[0]
    return None if got == wanted else f"{where}: {got} instead of {wanted}"


def _brief(value: Any) -> str:
    return f"{type(value).__name__} {str(value)[:60]}"


# -- converting ---------------------------------------------------------------------------------------------


def converted(sample: Any) -> tuple[Any, Any, Any]:
    """The arguments of a sample for teachtorch: the same values, strides and flags."""
    return to_ours(sample.input), to_ours(tuple(sample.args)), to_ours(dict(sample.kwargs))


def to_ours(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return tensor_to_ours(value)
    if isinstance(value, torch.dtype):
        return getattr(teachtorch, str(value).removeprefix("torch."))
    if isinstance(value, torch.Size):
        return teachtorch.Size(value)
    if isinstance(value, (torch.memory_format, torch.layout)):
        return getattr(teachtorch, str(value).removeprefix("torch."))
    if isinstance(value, torch.nn.Module):
        return getattr(teachtorch.nn, type(value).__name__)()
    if isinstance(value, torch.device):
        return teachtorch.device(str(value))
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*map(to_ours, value))
    if isinstance(value, (list, tuple)):
        return type(value)(map(to_ours, value))
    if isinstance(value, dict):
        return {k: to_ours(v) for k, v in value.items()}
    return value


def tensor_to_ours(t: Any) -> Any:
    """A copy with the same strides, so that views and their errors are the same."""
    plain = t.detach().resolve_conj().resolve_neg()
    length = plain.untyped_storage().nbytes() // plain.element_size()
    if not plain.numel() or (length <= plain.numel() and plain.is_contiguous()):
        return teachtorch.from_numpy(array_of(plain).copy()).requires_grad_(t.requires_grad)
    memory = teachtorch.from_numpy(array_of(plain.as_strided((length,), (1,), 0)).copy())
    part = memory.as_strided(tuple(plain.shape), plain.stride(), plain.storage_offset())
    return part.detach().requires_grad_(t.requires_grad)  # no view for autograd, as the sample is none


def array_of(t: Any) -> Any:
    """The values of a tensor of either engine as an array; bfloat16 in numpy's own way."""
    if isinstance(t, teachtorch.Tensor):
        return t.detach()._array
    t = t.detach()
    if t.dtype is torch.bfloat16:
        import ml_dtypes

        return t.view(torch.int16).numpy().view(ml_dtypes.bfloat16)
    return t.numpy(force=True)


def is_suitable(sample: Any) -> bool:
    """Whether teachtorch can have these arguments: no sparse, quantized or meta tensors, and none too large."""
    tensors = tensors_in([sample.input, sample.args, sample.kwargs], torch)
    plain = all(
        t.layout is torch.strided and t.device.type == "cpu" and not t.is_quantized and t.ndim < 64
        for t in tensors
    )
    return (
        plain and not any(t._is_zerotensor() for t in tensors) and sum(t.numel() for t in tensors) <= LARGEST
    )


def described(sample: Any) -> str:
    """The arguments in a line."""

    def show(v: Any) -> Any:
        if isinstance(v, torch.Tensor):
            return f"{str(v.dtype).removeprefix('torch.')}{list(v.shape)}"
        if isinstance(v, (list, tuple)):
            return "(" + ", ".join(str(show(x)) for x in v) + ")"
        return repr(v)

    args = [
        show(sample.input),
        *map(show, sample.args),
        *(f"{k}={show(v)}" for k, v in sample.kwargs.items()),
    ]
    return ", ".join(map(str, args))[:200]
