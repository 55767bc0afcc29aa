"""Exercise 2: which reshaping makes a product of tensors work, and mean what it should."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

import teachtorch as torch

from ...spec import Assignment, BadAnswer, Case, Mistake, Question

A, B, C = (4, 3, 2), (3,), (5, 3)


def tensor(rng: np.random.Generator, shape: tuple[int, ...]) -> torch.Tensor:
    """Random numbers of both signs, none near 0: multiplying by the wrong one cannot go unnoticed."""
    numbers = rng.uniform(0.5, 2.0, shape) * rng.choice([-1.0, 1.0], shape)
    return torch.from_numpy(numbers.astype(np.float32))


def scale_rows(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """out[i, j, k] = a[i, j, k] * b[j]"""
    return a * b.reshape(-1, 1)


def all_scalings(a: torch.Tensor, c: torch.Tensor) -> torch.Tensor:
    """out[n, i, j, k] = a[i, j, k] * c[n, j]"""
    return a * c.reshape(c.shape[0], 1, c.shape[1], 1)


def line_up(size: int, axis: int, ndim: int) -> tuple[int, ...]:
    """The shape of `ndim` axes that is 1 everywhere but at `axis`."""
    shape = [1] * ndim
    shape[axis] = size
    return tuple(shape)


# --------------------------------------------------------------------------- how an answer comes to an effect


def _as_shape(answer: object, name: str) -> tuple[int, ...]:
    if isinstance(answer, int) and not isinstance(answer, bool):
        answer = (answer,)
    if not isinstance(answer, tuple | list) or not all(type(n) is int for n in answer):
        raise BadAnswer(f"`{name}` should be a shape: a tuple of whole numbers such as (1, 2)")
    return tuple(answer)


def _reshaped(tensor: torch.Tensor, answer: object, name: str) -> torch.Tensor:
    shape = _as_shape(answer, name)
    try:
        return tensor.reshape(shape)
    except RuntimeError as error:
        count = math.prod(tensor.shape)
        raise BadAnswer(f"{count} numbers cannot be reshaped to {shape}") from error


def _product(name: str) -> Callable[[object, torch.Tensor, torch.Tensor], torch.Tensor]:
    """The product that the student's shape gives, or what keeps it from being one."""

    def product(answer: object, a: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
        other = _reshaped(other, answer, name)
        try:
            return a * other
        except RuntimeError as error:
            shapes = f"{tuple(a.shape)} and {tuple(other.shape)}"
            raise BadAnswer(f"the shapes {shapes} do not broadcast together") from error

    return product


def _used(answer: object, size: int, axis: int, ndim: int) -> tuple[int, ...]:
    """The shape that `line_up`'s answer gives a tensor; leading ones make no difference to broadcasting."""
    shape = list(_reshaped(torch.zeros(size), answer, "line_up(...)").shape)
    while shape and shape[0] == 1:
        del shape[0]
    return tuple(shape)


def _right_use(size: int, axis: int, ndim: int) -> tuple[int, ...]:
    return _used(line_up(size, axis, ndim), size, axis, ndim)


# ------------------------------------------------------------------------------------- cases drawn at random


def _products(other: tuple[int, ...]) -> Callable[[np.random.Generator], Iterator[Case]]:
    def draw(rng: np.random.Generator) -> Iterator[Case]:
        yield from (Case(tensor(rng, A), tensor(rng, other)) for _ in range(3))

    return draw


def _random_rows(rng: np.random.Generator) -> Iterator[Case]:
    """Shapes with equal sizes among them, on which the wrong axis goes unnoticed but by the numbers."""
    drawn = [tuple(int(n) for n in rng.integers(2, 6, 3)) for _ in range(6)]
    for shape in [(4, 3, 2), (2, 3, 3), (3, 3, 2), (4, 4, 4), *drawn]:
        yield Case(tensor(rng, shape), tensor(rng, shape[1:2]))


def _random_scalings(rng: np.random.Generator) -> Iterator[Case]:
    drawn = [tuple(int(n) for n in rng.integers(2, 6, 4)) for _ in range(6)]
    for n, *shape in [(5, 4, 3, 2), (4, 4, 3, 3), (3, 3, 3, 3), (2, 4, 2, 2), *drawn]:
        yield Case(tensor(rng, tuple(shape)), tensor(rng, (n, shape[1])))


def _random_places(rng: np.random.Generator) -> Iterator[Case]:
    yield from (Case(3, 1, 3), Case(7, 0, 2), Case(7, -1, 3), Case(5, -3, 4), Case(4, 0, 1), Case(1, 0, 3))
    for _ in range(20):
        ndim = int(rng.integers(1, 6))
        yield Case(int(rng.integers(2, 9)), int(rng.integers(-ndim, ndim)), ndim)


_example = np.random.default_rng(17)
_a, _b, _c = tensor(_example, A), tensor(_example, B), tensor(_example, C)
_square, _three = tensor(_example, (2, 3, 3)), tensor(_example, (3,))
_cube, _grid = tensor(_example, (3, 3, 3)), tensor(_example, (3, 3))

# ---------------------------------------------------------------------------------------------- the questions

ex2a = Question(
    id="ex2a",
    name="b_shape",
    title="A shape for b",
    points=2,
    is_function=False,
    reference=scale_rows,
    effect=_product("b_shape"),
    show=lambda a, b: "`a * b.reshape(b_shape)`",
    public=[Case(_a, _b)],
    hidden=_products(B),
    hints=[
        "Write (4, 3, 2) down and the shape of `b` below it. Below which number should the 3 stand?",
        "The 3 of `b` belongs below the 3 of `a`, so something must stand below the 2. What agrees with a 2?",
        "A 1 agrees with everything: `b_shape = (3, 1)`.",
    ],
    mistakes=[
        Mistake("(3,) is the shape that `b` has already: its 3 meets the 2 of `a`, the last axis.", (3,)),
        Mistake("(1, 3) puts the 3 last, below the 2 of `a`: the 1 belongs to the right of it.", (1, 3)),
        Mistake(
            "(1, 1, 3) puts the 3 last, below the 2 of `a`: the ones go to the right of it too.", (1, 1, 3)
        ),
        Mistake("(3, 1, 1) puts the 3 below the 4 of `a`: one axis too far to the left.", (3, 1, 1)),
        Mistake(
            "Reshaping keeps the count of numbers. Stretching 1 to 4 and 2 is broadcasting's part.", (4, 3, 2)
        ),
        Mistake("Reshaping keeps the count of numbers. Stretching 1 to 2 is broadcasting's part.", (3, 2)),
    ],
)

ex2b = Question(
    id="ex2b",
    name="c_shape",
    title="A shape for c",
    points=3,
    is_function=False,
    reference=all_scalings,
    effect=_product("c_shape"),
    show=lambda a, c: "`a * c.reshape(c_shape)`",
    public=[Case(_a, _c)],
    hidden=_products(C),
    hints=[
        "The product is to have four axes, n, i, j and k. Which of them does `c` know about?",
        "`c` has an n and a j: sizes 5 and 3. For i and k, which it does not have, write a 1.",
        "In the order n, i, j, k: `c_shape = (5, 1, 3, 1)`.",
    ],
    mistakes=[
        Mistake("(5, 3) is the shape that `c` has already: its 3 meets the 2 of `a`.", (5, 3)),
        Mistake(
            "(5, 3, 1) lines up the 3, but then the 5 meets the 4 of `a`: a 1 must go between.", (5, 3, 1)
        ),
        Mistake("(5, 1, 3) has its 3 last, where `a` has a 2.", (5, 1, 3)),
        Mistake(
            "(5, 3, 1, 1) puts the 3 below the 4 of `a`: a 1 must go between the 5 and the 3.", (5, 3, 1, 1)
        ),
        Mistake("(5, 1, 1, 3) puts the 3 last, where `a` has a 2.", (5, 1, 1, 3)),
        Mistake(
            "(3, 5) does not swap the axes of `c`, it cuts its numbers elsewhere; and the 5 meets a 2.",
            (3, 5),
        ),
        Mistake(
            "(3, 1, 5, 1) has the 5 below the 3 of `a`: n comes first, then j.",
            (3, 1, 5, 1),
        ),
        Mistake(
            "(1, 5, 3, 1) puts the 5 below the 4 of `a`: n is a new axis, in front of all.", (1, 5, 3, 1)
        ),
    ],
)

ex2c = Question(
    id="ex2c",
    name="line_up",
    title="Line up any axis",
    points=4,
    reference=_right_use,
    effect=_used,
    public=[Case(3, 1, 3), Case(2, 2, 3), Case(5, 0, 2), Case(4, -2, 3)],
    hidden=_random_places,
    hints=[
        "How many numbers does the shape have, and which of them is not 1?",
        "Start from `[1] * ndim` and change one entry; a list can be indexed from the end as well.",
        "`shape = [1] * ndim`, then `shape[axis] = size`, then `return tuple(shape)`.",
    ],
    mistakes=[
        Mistake(
            "The ones go to the right of the size, not to its left: leading ones change nothing.",
            lambda size, axis, ndim: (1,) * (axis % ndim) + (size,),
        ),
        Mistake(
            "That always lines up with the first axis: put ones in front as well.",
            lambda size, axis, ndim: (size,) + (1,) * (ndim - 1),
        ),
        Mistake(
            "A negative `axis` counts from the end: -1 is the last one.",
            lambda size, axis, ndim: (size,) + (1,) * (ndim - 1 - max(axis, 0)),
        ),
        Mistake(
            "One 1 too many on the right: after `axis` there are `ndim - 1 - axis` others.",
            lambda size, axis, ndim: (size,) + (1,) * (ndim - axis % ndim),
        ),
        Mistake(
            "That is `axis` counted from the wrong end.",
            lambda size, axis, ndim: line_up(size, -1 - axis, ndim),
        ),
        Mistake(
            "Give a shape of one `size` and otherwise ones: reshaping cannot make more numbers.",
            lambda size, axis, ndim: (size,) * ndim,
        ),
    ],
)

ex2d = Question(
    id="ex2d",
    name="scale_rows",
    title="Scale every row",
    points=4,
    reference=scale_rows,
    public=[Case(_a, _b), Case(_square, _three)],
    hidden=_random_rows,
    hints=[
        "What you did by hand for (4, 3, 2), for any sizes: where must the numbers of `b` stand?",
        "`b` needs one more axis on its right. `b.reshape(...)` and `b.unsqueeze(...)` both do that.",
        "`return a * b.reshape(-1, 1)`, where -1 means: as many as there are.",
    ],
    mistakes=[
        Mistake(
            "Without reshaping, `b` lines up with the last axis; if that has the same size nobody complains.",
            lambda a, b: a * b,
        ),
        Mistake(
            "(n, 1, 1) lines `b` up with the first axis; where that has the same size nobody complains.",
            lambda a, b: a * b.reshape(-1, 1, 1),
        ),
        Mistake(
            "Reshaping `a` does not swap its axes, it only cuts the same numbers elsewhere. Reshape `b`.",
            lambda a, b: (a.reshape(a.shape[0], a.shape[2], a.shape[1]) * b).reshape(a.shape),
        ),
        Mistake(
            "The rows are to be scaled, `a * b`, and you added `b` to them.",
            lambda a, b: a + b.reshape(-1, 1),
        ),
        Mistake(
            "Only the first matrix of `a` came back: keep its first axis.",
            lambda a, b: a[0] * b.reshape(-1, 1),
        ),
        Mistake(
            "The sizes 4, 3, 2 are an example: take them from `a.shape`, or use -1.",
            lambda a, b: a * b.reshape(3, 1),
        ),
    ],
)

ex2e = Question(
    id="ex2e",
    name="all_scalings",
    title="Scale by every row of c",
    points=5,
    reference=all_scalings,
    public=[Case(_a, _c), Case(_cube, _grid)],
    hidden=_random_scalings,
    hints=[
        "The shape from before, with the sizes taken from `c.shape`.",
        "`N, J = c.shape`: the sizes along n and j. The shape has four numbers, two of which are 1.",
        "`N, J = c.shape` and then `return a * c.reshape(N, 1, J, 1)`.",
    ],
    mistakes=[
        Mistake(
            "Without reshaping, the rows of `c` line up with the last two axes of `a`.",
            lambda a, c: a * c,
        ),
        Mistake(
            "A 1 is missing between n and j: n has met the first axis of `a` instead of making a new one.",
            lambda a, c: a * c.reshape(c.shape[0], c.shape[1], 1),
        ),
        Mistake(
            "j stands below the first axis of `a`: the shape to reach is (n, 1, j, 1).",
            lambda a, c: a * c.reshape(c.shape[0], c.shape[1], 1, 1),
        ),
        Mistake(
            "j stands below the last axis of `a`: the shape to reach is (n, 1, j, 1).",
            lambda a, c: a * c.reshape(c.shape[0], 1, 1, c.shape[1]),
        ),
        Mistake(
            "n and j are swapped: reshaping to (j, 1, n, 1) only cuts the same numbers elsewhere.",
            lambda a, c: a * c.reshape(c.shape[1], 1, c.shape[0], 1),
        ),
        Mistake(
            "All numbers are there, but n is the second axis of your result: it should be the first.",
            lambda a, c: a.reshape(a.shape[0], 1, *a.shape[1:]) * c.reshape(*c.shape, 1),
        ),
    ],
)

assignment = Assignment(
    id="ex2",
    title="Reshape so that the product means what it should",
    folder=__name__,
    notebook="ex2_reshape_to_multiply",
    questions=[ex2a, ex2b, ex2c, ex2d, ex2e],
)
