r"""How far to go along a direction: a line search for the strong Wolfe conditions.

Along the direction d from x the loss is a function of one number, :math:`\phi(t) = f(x + t d)`. A good step
makes it fall enough, and leads to where it is flat enough (Nocedal and Wright, chapter 3):

.. math:: \phi(t) \le \phi(0) + c_1 t\, \phi'(0), \qquad |\phi'(t)| \le c_2 |\phi'(0)|

The search first goes out until such points must lie within a bracket, and then narrows the bracket.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

C1, C2 = 1e-4, 0.9


@dataclass
class Point:
    """A step length and what was found there."""

    t: float
    loss: float
    grad: Any  # of the loss by all parameters, flattened
    slope: float  # of the loss along the direction: grad · d


def cubic_minimum(a: Point, b: Point, bounds: tuple[float, float] | None = None) -> float:
    """The minimum of the cubic with the values and slopes of two points; the middle if it has none."""
    low, high = bounds if bounds is not None else (min(a.t, b.t), max(a.t, b.t))
    if a.t > b.t:
        a, b = b, a
    d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t)
    square = d1**2 - a.slope * b.slope
    if square < 0:
        return (low + high) / 2.0
    d2 = math.sqrt(square)
    minimum = b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
    return min(max(minimum, low), high)


def strong_wolfe(
    evaluate: Callable[[float], Point],
    start: Point,
    t: float,
    direction_size: float,
    tolerance_change: float = 1e-9,
    max_evaluations: int = 25,
) -> tuple[Point, int]:
    """Find a step length that satisfies the strong Wolfe conditions.

    Args:
        evaluate: computes the loss and its gradient at a step length.
        start: where the line begins, at step length 0.
        t: the first step length to try.
        direction_size: the largest element of the direction, to know when steps no longer matter.
        tolerance_change: below this they do not.
        max_evaluations: give up after so many.

    Returns:
        The point found (the best so far, on giving up) and the number of evaluations.
    """

    def falls_enough(point: Point) -> bool:
        return point.loss <= start.loss + C1 * point.t * start.slope

    def is_flat_enough(point: Point) -> bool:
        return abs(point.slope) <= -C2 * start.slope

    previous, point = start, evaluate(t)
    evaluations, tried = 1, 0
    bracket: list[Point] = []
    while tried < max_evaluations:
        if not falls_enough(point) or (tried > 1 and point.loss >= previous.loss):
            bracket = [previous, point]
        elif is_flat_enough(point):
            return point, evaluations
        elif point.slope >= 0:
            bracket = [previous, point]
        if bracket:
            break
        bounds = (point.t + 0.01 * (point.t - previous.t), point.t * 10)
        t = cubic_minimum(previous, point, bounds)
        previous, point = point, evaluate(t)
        evaluations += 1
        tried += 1
    if tried == max_evaluations:
        bracket = [start, point]

    stalled = False
    low, high = (0, 1) if bracket[0].loss <= bracket[-1].loss else (1, 0)
    while tried < max_evaluations:
        if abs(bracket[1].t - bracket[0].t) * direction_size < tolerance_change:
            break
        t = cubic_minimum(bracket[0], bracket[1])
        # Keep away from the ends of the bracket, or it may shrink by next to nothing again and again.
        left, right = sorted((bracket[0].t, bracket[1].t))
        margin = 0.1 * (right - left)
        if min(right - t, t - left) < margin:
            if stalled or t >= right or t <= left:
                t = right - margin if abs(t - right) < abs(t - left) else left + margin
                stalled = False
            else:
                stalled = True
        else:
            stalled = False
        point = evaluate(t)
        evaluations += 1
        tried += 1
        if not falls_enough(point) or point.loss >= bracket[low].loss:
            bracket[high] = point
            low, high = (0, 1) if bracket[0].loss <= bracket[1].loss else (1, 0)
            continue
        if is_flat_enough(point):
            return point, evaluations
        if point.slope * (bracket[high].t - bracket[low].t) >= 0:
            bracket[high] = replace(bracket[low])
        bracket[low] = point
    return bracket[low], evaluations
