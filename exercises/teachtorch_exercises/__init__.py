"""Exercises that check themselves in the notebook, and the grader for a class.

In a notebook:

    from teachtorch_exercises import check, hint, solution

    check("ex1a")       # tries your answer on a few examples: practice, not the grade
    hint("ex1a")        # a nudge; again for a stronger one
    solution("ex1a")    # our answer, once you have tried

In a terminal: `teachtorch lab` opens the course, `teachtorch grade FOLDER` grades what came back.
"""

from .practice import check, hint, solution

__all__ = ["check", "hint", "solution"]
