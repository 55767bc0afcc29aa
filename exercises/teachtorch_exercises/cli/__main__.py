"""`python -m teachtorch_exercises.cli`, for where scripts are not on the path."""

from . import main

main()
