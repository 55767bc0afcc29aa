"""What the grader and a worker say to each other: requests in one direction, outcomes in the other.

A request is `{"op": "cell" | "value" | "call", "nonce": ..., ...}`; the reply repeats the nonce, so that
bytes which a student's code wrote into the pipe ahead of time answer nothing.
"""

from __future__ import annotations

from typing import Any

from ..outcome import Missing, Outcome, Raised, Returned, Stopped
from .wire import WireError, pack, unpack

MAX_TEXT = 500


def pack_outcome(outcome: Outcome) -> tuple[dict[str, Any], list[bytes]]:
    """An outcome as part of a frame's header, and the buffers of its value."""
    match outcome:
        case Returned(value):
            tree, buffers = pack(value)
            return {"outcome": "returned", "value": tree}, buffers
        case Raised(kind, message, line, source):
            return {"outcome": "raised", "kind": kind, "message": message, "line": line, "source": source}, []
        case Missing(why):
            return {"outcome": "missing", "why": why}, []
        case Stopped(why):
            return {"outcome": "stopped", "why": why}, []


def unpack_outcome(header: dict[str, Any], buffers: list[bytes]) -> Outcome:
    """The outcome in a reply; WireError for a reply that no honest worker gives."""
    match header.get("outcome"):
        case "returned":
            return Returned(unpack(header.get("value"), buffers))
        case "raised":
            line = header.get("line")
            line = line if type(line) is int and 0 < line < 10**6 else None
            return Raised(_text(header, "kind"), _text(header, "message"), line, _text(header, "source"))
        case "missing":
            return Missing(_text(header, "why"))
        case "stopped":
            return Stopped(_text(header, "why"))
    raise WireError("a reply without an outcome")


def _text(header: dict[str, Any], key: str) -> str:
    text = header.get(key)
    if not isinstance(text, str):
        raise WireError(f"a reply whose {key} is not text")
    return text[:MAX_TEXT]
