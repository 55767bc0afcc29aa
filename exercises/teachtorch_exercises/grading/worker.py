"""The process that runs one student's code: it obeys the grader and knows nothing that a student may not
know.

It starts with a request pipe on standard input and a reply pipe on standard output, puts both out of the
way of what students do with theirs, limits itself, and answers requests until the pipe is closed. It is the
student's own once a cell has run: everything it says afterwards is taken for an answer of theirs and no
more.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from typing import Any, BinaryIO

from ..namespace import Namespace
from ..outcome import Outcome, Raised
from .protocol import pack_outcome
from .shell import Shell
from .wire import WireError, read_frame, unpack, write_frame


def main() -> None:
    """Serve requests; the limits are the process's one argument, as JSON."""
    requests, replies = _take_pipes()
    limit_this_process(json.loads(sys.argv[1]))
    sys.argv = ["notebook"]
    shell = Shell()
    while True:
        try:
            header, buffers = read_frame(requests)
        except (EOFError, OSError):
            return
        _reply(replies, header["nonce"], _answer(shell, header, buffers))


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The two pipes under numbers of their own; 0, 1 and 2 lead to the null device from here on."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.close(null)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    return requests, replies


def limit_this_process(limits: Mapping[str, int]) -> None:
    """Lower the limits named, soft and hard: a student's code cannot raise them again."""
    try:
        import resource
    except ImportError:  # Windows has none
        return
    for name, value in limits.items():
        kind = getattr(resource, name, None)
        if kind is None:
            continue
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        try:
            resource.setrlimit(kind, (value, value))
        except (ValueError, OSError):  # macOS refuses some of them
            continue


def _answer(shell: Shell, header: dict[str, Any], buffers: list[bytes]) -> Outcome:
    if header["op"] == "cell":
        return shell.run(header["source"], header["label"])
    student = Namespace(shell.names)
    if header["op"] == "value":
        return student.value(header["name"])
    args = unpack(header["args"], buffers)
    assert isinstance(args, tuple)
    return student.call(header["name"], args)


def _reply(replies: BinaryIO, nonce: str, outcome: Outcome) -> None:
    try:
        answer, buffers = pack_outcome(outcome)
        write_frame(replies, {"nonce": nonce, **answer}, buffers)
    except (WireError, TypeError, ValueError) as error:  # nothing was written yet
        answer, _ = pack_outcome(Raised("BadAnswer", f"the answer cannot be passed on: {error}"))
        write_frame(replies, {"nonce": nonce, **answer})
