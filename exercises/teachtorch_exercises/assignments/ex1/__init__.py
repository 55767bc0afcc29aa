"""Exercise 1: which of six tensors can be multiplied together, and why."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, zip_longest

import numpy as np

from ...spec import Assignment, BadAnswer, Case, Mistake, Question

SHAPES: dict[str, tuple[int, ...]] = {
    "a": (4, 3, 2),
    "b": (3, 2),
    "c": (2, 3),
    "d": (0,),
    "e": (3, 1),
    "f": (1, 2),
}
PAIRS = ["".join(pair) for pair in combinations(SHAPES, 2)]

# ------------------------------------------------------------------------------------------- the right rule


def compatible(m: int, n: int) -> bool:
    """Two sizes agree when they are equal or one of them is 1. A 0 is a size like any other."""
    return m == n or m == 1 or n == 1


def failing_axis(s: tuple[int, ...], t: tuple[int, ...]) -> int | None:
    """The axis, counted from the end as -1, -2, ..., at which two shapes first disagree.

    None if they do not.
    """
    for axis in range(1, min(len(s), len(t)) + 1):
        if not compatible(s[-axis], t[-axis]):
            return -axis
    return None


def result_shape(s: tuple[int, ...], t: tuple[int, ...]) -> tuple[int, ...] | None:
    """The shape that a product of two shapes has, or None."""
    if failing_axis(s, t) is not None:
        return None
    backwards = [n if m == 1 else m for m, n in zip_longest(s[::-1], t[::-1], fillvalue=1)]
    return tuple(backwards[::-1])


def _multiply(pair: str) -> bool:
    return failing_axis(SHAPES[pair[0]], SHAPES[pair[1]]) is None


WORKING = [pair for pair in PAIRS if _multiply(pair)]


def _witness(pair: str) -> tuple[int, int, int] | None:
    """The axis at fault and the two sizes there; None for a pair that works."""
    s, t = SHAPES[pair[0]], SHAPES[pair[1]]
    axis = failing_axis(s, t)
    return None if axis is None else (axis, s[axis], t[axis])


WHY = {pair: witness for pair in PAIRS if (witness := _witness(pair))}


# --------------------------------------------------------------------------- how an answer comes to an effect


def _among(answer: object, pair: str) -> bool:
    """Whether a pair is in the student's collection, in either order and however it was written."""
    if not isinstance(answer, set | frozenset | list | tuple):
        raise BadAnswer('`pairs` should be a set of two-letter names such as {"ab"}')
    names = {"".join(sorted(name)) if _letters(name) else None for name in answer}
    if None in names:
        raise BadAnswer('`pairs` should hold two-letter names made of the letters a to f, such as "ab"')
    return pair in names


def _letters(name: object) -> bool:
    if isinstance(name, tuple | list):
        return len(name) == 2 and all(isinstance(x, str) and x in SHAPES for x in name)
    return isinstance(name, str) and len(name) == 2 and set(name) <= set(SHAPES)


def _blamed(answer: object, pair: str) -> object:
    """What the student says about a pair; sizes are turned round where the pair was written the other way."""
    if not isinstance(answer, dict):
        raise BadAnswer('`why` should be a dictionary such as {"ac": (-1, 2, 3)}')
    if pair in answer:
        return answer[pair]
    given = answer.get(pair[::-1])
    if isinstance(given, tuple | list) and len(given) == 3:
        return (given[0], given[2], given[1])
    return given


def _claimed(answer: object, number: int) -> object:
    if not isinstance(answer, dict) or number not in answer:
        raise BadAnswer(
            f"`claims` should be a dictionary with True or False for each statement, {number} included"
        )
    return answer[number]


# ------------------------------------------------------------------------------------- cases drawn at random


def _random_sizes(rng: np.random.Generator) -> Iterator[Case]:
    yield from (
        Case(0, 0),
        Case(0, 1),
        Case(1, 0),
        Case(0, 5),
        Case(7, 0),
        Case(1, 6),
        Case(6, 1),
        Case(2, 4),
    )
    for m, n in rng.integers(0, 9, (25, 2)):
        yield Case(int(m), int(n))


def _random_shapes(rng: np.random.Generator) -> Iterator[Case]:
    """Shapes that work, shapes that nearly do, and shapes of different lengths."""
    yield from (Case((0,), (3, 1)), Case((5,), ()), Case((2, 3, 4), (3, 2, 4)), Case((3, 2), (3,)))
    yield from (Case((2, 5), (3, 1)), Case((7, 1), (5, 7, 3)), Case((3, 4), (3,)), Case((4, 0), (4, 3)))
    for _ in range(30):
        full = [int(n) for n in rng.integers(0, 6, rng.integers(1, 5))]
        s, t = ([1 if rng.random() < 0.3 else n for n in full] for _ in range(2))
        t = t[int(rng.integers(0, len(t))) :]
        if rng.random() < 0.5:
            where = int(rng.integers(0, len(t)))
            t[where] += int(rng.integers(1, 4))
        yield Case(tuple(s), tuple(t)) if rng.random() < 0.5 else Case(tuple(t), tuple(s))


# ---------------------------------------------------------------------------------------------- the questions


def _from_the_left(s: tuple[int, ...], t: tuple[int, ...]) -> int | None:
    return next((axis for axis, (m, n) in enumerate(zip(s, t)) if not compatible(m, n)), None)


def _every_failing(s: tuple[int, ...], t: tuple[int, ...]) -> list[int]:
    shared = range(1, min(len(s), len(t)) + 1)
    return [-axis for axis in shared if not compatible(s[-axis], t[-axis])]


def _leftmost(s: tuple[int, ...], t: tuple[int, ...]) -> int | None:
    return min(_every_failing(s, t), default=None)


def _counted_from_the_front(s: tuple[int, ...], t: tuple[int, ...]) -> int | None:
    axis = failing_axis(s, t)
    return None if axis is None else max(len(s), len(t)) + axis


def _missing_axes_fail(s: tuple[int, ...], t: tuple[int, ...]) -> int | None:
    axis = failing_axis(s, t)
    return -min(len(s), len(t)) - 1 if axis is None and len(s) != len(t) else axis


def _equal_only(s: tuple[int, ...], t: tuple[int, ...]) -> int | None:
    shared = range(1, min(len(s), len(t)) + 1)
    return next((-axis for axis in shared if s[-axis] != t[-axis]), None)


def _zero_stretches(s: tuple[int, ...], t: tuple[int, ...]) -> int | None:
    stretched = ([1 if n == 0 else n for n in shape] for shape in (s, t))
    return failing_axis(*map(tuple, stretched))


ex1a = Question(
    id="ex1a",
    name="pairs",
    title="Which of the fifteen products work?",
    points=4,
    is_function=False,
    reference=_multiply,
    effect=_among,
    show=lambda pair: f'is "{pair}" among them?',
    public=[Case("ab"), Case("ac"), Case("ad")],
    hidden=lambda rng: [Case(pair) for pair in rng.permutation(PAIRS).tolist()],
    hints=[
        "Write the two shapes under each other so that their *last* numbers are in one column.",
        "In each column the two sizes must be equal, or one of them 1. A column with one number is fine.",
        'Seven of the fifteen work. Two of the seven have "d" or "f" with "e" in them.',
    ],
    mistakes=[
        Mistake(
            "`d` holds no numbers, which alone does not stop it: a size 1 goes with any size, 0 included.",
            {"ab", "ae", "af", "be", "bf", "ef"},
        ),
        Mistake(
            "A 0 does not stretch. `d` only goes with a tensor whose last size is 0 or 1.",
            {"ab", "ad", "ae", "af", "bd", "be", "bf", "cd", "de", "df", "ef"},
        ),
        Mistake(
            "Line the shapes up at their last axis, not at their first.",
            {
                "".join(p)
                for p in combinations(SHAPES, 2)
                if _from_the_left(SHAPES[p[0]], SHAPES[p[1]]) is None
            },
        ),
        Mistake(
            "Sizes need not be equal: a 1 stretches to what stands against it.",
            {"ab"},
        ),
        Mistake(
            "`b` and `c` hold equally many numbers, but sizes are compared axis by axis: 2 against 3 fails.",
            {*WORKING, "bc"},
        ),
        Mistake(
            "Of the shape (3, 1) only the 1 stretches: its 3 still has to meet a 3 or a 1.",
            {*WORKING, "ce"},
        ),
    ],
)

ex1b = Question(
    id="ex1b",
    name="compatible",
    title="When do two sizes agree?",
    points=2,
    reference=compatible,
    public=[Case(3, 3), Case(3, 1), Case(1, 4), Case(2, 3), Case(0, 1)],
    hidden=_random_sizes,
    hints=[
        "There are two ways for sizes to agree. What are they?",
        "Equal sizes agree. So do a 1 and anything at all, on either side.",
        "`return m == n or m == 1 or n == 1`",
    ],
    mistakes=[
        Mistake("Equal sizes agree, but a size 1 agrees with every other one too.", lambda m, n: m == n),
        Mistake("The 1 may stand on either side: try `compatible(1, 4)`.", lambda m, n: m == n or n == 1),
        Mistake("The 1 may stand on either side: try `compatible(3, 1)`.", lambda m, n: m == n or m == 1),
        Mistake(
            "A 0 does not stretch: it agrees with 0 and 1 alone.", lambda m, n: m == n or m <= 1 or n <= 1
        ),
        Mistake(
            "One size being a multiple of the other is not enough: only an axis of size 1 is repeated.",
            lambda m, n: m == n or 1 in (m, n) or (m * n > 0 and max(m, n) % min(m, n) == 0),
        ),
        Mistake(
            "A 0 and a 1 do agree: the 1 shrinks to 0.", lambda m, n: m == n or (1 in (m, n) and m * n > 0)
        ),
    ],
)

ex1c = Question(
    id="ex1c",
    name="failing_axis",
    title="Where do two shapes disagree?",
    points=5,
    reference=failing_axis,
    public=[
        Case((4, 3, 2), (3, 2)),
        Case((4, 3, 2), (2, 3)),
        Case((2, 3), (3, 1)),
        Case((5, 4), (3, 5, 4)),
        Case((2, 3), (3, 2)),
        Case((0,), (3, 1)),
    ],
    hidden=_random_shapes,
    hints=[
        "Start at the last axis of both shapes and walk to the left. When may you stop?",
        "`s[-1]` against `t[-1]`, then `s[-2]` against `t[-2]`, until the shorter shape has no more axes.",
        "`for axis in range(1, min(len(s), len(t)) + 1):` and, inside, look at `s[-axis]` and `t[-axis]`.",
    ],
    mistakes=[
        Mistake("Line the shapes up at their last axis, not at their first.", _from_the_left),
        Mistake("When several axes disagree, give the one furthest to the right.", _leftmost),
        Mistake(
            "Right axis, but counted from the front: count from the end, so that the last one is -1.",
            _counted_from_the_front,
        ),
        Mistake(
            "An axis that the shorter shape does not have counts as 1: it always agrees.",
            _missing_axes_fail,
        ),
        Mistake("Sizes need not be equal: a 1 stretches to what stands against it.", _equal_only),
        Mistake("A 0 does not stretch: it agrees with 0 and 1 alone.", _zero_stretches),
        Mistake(
            "Give the number of the axis, or None: not True or False.",
            lambda s, t: failing_axis(s, t) is None,
        ),
    ],
)

ex1d = Question(
    id="ex1d",
    name="why",
    title="Why do the other products fail?",
    points=4,
    is_function=False,
    reference=WHY.get,
    effect=_blamed,
    show=lambda pair: f'what is at fault in "{pair}"?',
    public=[Case("ac"), Case("ab")],
    hidden=lambda rng: [Case(pair) for pair in rng.permutation(PAIRS).tolist()],
    hints=[
        "There are eight products that fail. Go through them one by one, from the right.",
        'For "ac": the last axis, -1, has the size 2 in `a` and 3 in `c`. Hence `(-1, 2, 3)`.',
        'Look hard at "ce": at the axis -1 a 3 meets a 1, which is fine.',
    ],
    mistakes=[
        Mistake(
            "Look at the product of `c` and `e` again: a 3 against a 1 agrees, so the fault is further left.",
            {**WHY, "ce": (-1, 3, 1)},
        ),
        Mistake(
            "Count axes from the end: the last one is -1, whatever the number of axes.",
            {
                pair: (_counted_from_the_front(SHAPES[pair[0]], SHAPES[pair[1]]), m, n)
                for pair, (_, m, n) in WHY.items()
            },
        ),
        Mistake(
            "The sizes are the wrong way round: first that of the first tensor.",
            {pair: (axis, n, m) for pair, (axis, m, n) in WHY.items()},
        ),
        Mistake(
            "Where two axes disagree, blame the one furthest to the right.",
            {**WHY, "bc": (-2, 3, 2)},
        ),
        Mistake(
            "`d` has no numbers and goes with `e` alone; its other four products fail, at the axis -1.",
            {pair: witness for pair, witness in WHY.items() if "d" not in pair},
        ),
        Mistake(
            "The product of `d` and `e` works: the 1 in (3, 1) meets the 0, and a 1 agrees with everything.",
            {**WHY, "de": (-1, 0, 1)},
        ),
    ],
)

CLAIMS = {1: True, 2: False, 3: False, 4: True, 5: False, 6: True}
_ABOUT = {
    1: "Statement 1 holds: an axis that is not there counts as 1, and a 1 agrees with everything.",
    2: "Statement 2 does not: `d` goes with `e`, and the product holds no numbers.",
    3: "Statement 3 does not: `d` goes with `e` and `e` with `b`, but `d` does not go with `b`.",
    4: "Statement 4 holds: try it with (3, 1) and (1, 2). The product is larger than either.",
    5: "Statement 5 does not: broadcasting neither reshapes nor swaps axes. You have to ask for that.",
    6: "Statement 6 holds: agreeing is the same from both sides, and so is the product's shape.",
}

ex1e = Question(
    id="ex1e",
    name="claims",
    title="True or false?",
    points=3,
    is_function=False,
    reference=CLAIMS.__getitem__,
    effect=_claimed,
    show=lambda number: f"statement {number}",
    public=[Case(1)],
    hidden=lambda rng: [Case(number) for number in CLAIMS],
    hints=[
        "Try each statement on the six tensors: one example against it is enough to make it false.",
        "For statement 3 look for three tensors of which one is stretched in both products.",
        "Three of the six hold.",
    ],
    mistakes=[Mistake(words, {**CLAIMS, number: not CLAIMS[number]}) for number, words in _ABOUT.items()],
)

assignment = Assignment(
    id="ex1",
    title="Which of six tensors can be multiplied together?",
    folder=__name__,
    notebook="ex1_which_products_work",
    questions=[ex1a, ex1b, ex1c, ex1d, ex1e],
)
