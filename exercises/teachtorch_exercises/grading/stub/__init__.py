"""Stands in for `teachtorch_exercises` where students' code is graded: practice has nothing to say there."""


def check(exercise: str) -> None:
    """Does nothing while grading."""


def hint(exercise: str) -> None:
    """Does nothing while grading."""


def solution(exercise: str) -> None:
    """Does nothing while grading."""
