"""What asking a student for an answer can come to: one small class for each.

    Outcome
    ├── Returned   the answer, as plain data
    ├── Raised     the student's code raised an exception
    ├── Missing    the name is not there, or is not what was asked for
    └── Stopped    it took too long, or took the whole process down with it

Both ways of asking (in the student's own kernel by `check`, in a sandbox by `teachtorch grade`) give these,
so that everything after them, judging and wording, is written once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Returned:
    """An answer: built-in values, tensors and arrays, never an object with a behaviour of its own."""

    value: object


@dataclass(frozen=True)
class Raised:
    """An exception of the student's code: its class, its message, and the line of theirs it came from."""

    kind: str
    message: str
    line: int | None = None
    source: str = ""

    def __str__(self) -> str:
        where = f" at line {self.line}" if self.line else ""
        quoted = f", `{self.source}`" if self.source else ""
        said = f": {self.message}" if self.message else ""
        return f"{self.kind}{said}{where}{quoted}"

    @property
    def is_starter(self) -> bool:
        """Whether this is the starter's own `raise NotImplementedError`: nothing has been written yet."""
        return self.kind == "NotImplementedError"


@dataclass(frozen=True)
class Missing:
    """There is nothing to ask: `why` ends a sentence that begins with the name."""

    why: str = "is not defined"


@dataclass(frozen=True)
class Stopped:
    """The code had to be stopped: `why` is a sentence."""

    why: str

    def __str__(self) -> str:
        return self.why


Outcome = Returned | Raised | Missing | Stopped


class Answers(Protocol):
    """Somewhere a student's definitions live, and a way to ask them."""

    def value(self, name: str) -> Outcome:
        """The value of the student's variable `name`."""

    def call(self, name: str, args: tuple) -> Outcome:
        """What the student's function `name` answers to `args`."""


@dataclass(frozen=True)
class Opaque:
    """Stands for an object that is not plain data: only the name of its class is known."""

    type_name: str

    def __repr__(self) -> str:
        return f"an object of class {self.type_name}"
