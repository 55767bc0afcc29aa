"""Runs one submission in workers, and asks it questions.

A worker that has to be stopped, or that dies, is replaced: a fresh one runs again the cells that had run to
their end, and the one at fault is left out. So an endless loop in the cell for question 2 costs question 2.
"""

from __future__ import annotations

import queue
import secrets
import threading
import time
from collections.abc import Sequence
from typing import Any

from ..outcome import Outcome, Raised, Stopped
from .launch import Launcher, Limits, Running
from .plan import Step
from .protocol import unpack_outcome
from .wire import WireError, pack, read_frame, write_frame

Frame = tuple[dict[str, Any], list[bytes]]


class GraderError(Exception):
    """The grader's own trouble, not the student's: no worker starts."""


class Died(Exception):
    """The worker is gone, or says something that is no reply."""


class OutOfTime(Exception):
    """The worker did not reply in time and was ended."""


class Worker:
    """A started worker to which one request at a time is put.

    A thread does the reading and writing, because either may block for as long as the student's code likes;
    this side only ever waits for a queue, with a time limit, on every system alike.
    """

    def __init__(self, running: Running) -> None:
        self._running = running
        self._requests: queue.SimpleQueue[Frame | None] = queue.SimpleQueue()
        self._replies: queue.SimpleQueue[Frame | Exception] = queue.SimpleQueue()
        self._pump = threading.Thread(target=self._exchange, daemon=True)
        self._pump.start()

    def _exchange(self) -> None:
        try:
            while (request := self._requests.get()) is not None:
                write_frame(self._running.requests, *request)
                self._replies.put(read_frame(self._running.replies))
        except (OSError, EOFError, ValueError, WireError, MemoryError) as error:
            self._replies.put(error)

    def ask(self, op: str, seconds: float, buffers: list[bytes] | None = None, **fields: object) -> Outcome:
        """Put a request and wait for its outcome; the worker is ended when this raises."""
        nonce = secrets.token_hex(8)
        self._requests.put(({"op": op, "nonce": nonce, **fields}, buffers or []))
        try:
            reply = self._replies.get(timeout=max(seconds, 0))
        except queue.Empty:
            self.close()
            raise OutOfTime from None
        try:
            if isinstance(reply, Exception):
                raise Died from reply
            header, answer = reply
            if header.get("nonce") != nonce:
                raise Died("a reply to another request")
            return unpack_outcome(header, answer)
        except (Died, WireError) as error:
            self.close()
            raise Died(str(error)) from error

    def close(self) -> None:
        """End the worker and everything it has started."""
        self._requests.put(None)
        self._running.kill()
        self._pump.join(timeout=5)
        if not self._pump.is_alive():  # else a process that got away, outside a sandbox, still holds the pipe
            self._running.close()


class Session:
    """`Answers` of a submission, whose cells run in workers."""

    def __init__(self, launcher: Launcher, limits: Limits, steps: Sequence[Step]) -> None:
        self._launcher = launcher
        self._limits = limits
        self._steps = steps
        self._worker: Worker | None = None
        self._history: list[
            int
        ] = []  # the steps that ran to their end, in order: what a new worker runs again
        self._deadline = 0.0
        #: What became of the steps that did not run well.
        self.troubles: dict[int, Raised | Stopped] = {}
        self.timed_out = self.crashed = False

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *error: object) -> None:
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    # ---------------------------------------------------------------------------------------- running cells

    def run(self) -> None:
        """Run every cell. A cell that fails stops none of the others."""
        stops = 0
        for index in range(len(self._steps)):
            if stops == self._limits.stops:
                self.troubles[index] = Stopped("It was not run: too many cells before it had to be stopped.")
                continue
            stops += isinstance(self._run(index), Stopped)
        while self._run_again():
            pass

    def _run(self, index: int) -> Outcome:
        self._deadline = self._now() + self._limits.cell_seconds
        step = self._steps[index]
        outcome = self._ask("cell", source=step.source, label=step.label)
        self.troubles.pop(index, None)
        if isinstance(outcome, Raised | Stopped):
            self.troubles[index] = outcome
        if not isinstance(outcome, Stopped):
            self._history.append(index)
        return outcome

    def _run_again(self) -> bool:
        """Run again the cells that lacked a name: students move cells about, and kernels do not mind."""
        lacking = [
            i for i, what in self.troubles.items() if isinstance(what, Raised) and what.kind == "NameError"
        ]
        ran = [not isinstance(self._run(index), Raised | Stopped) for index in lacking]
        return any(ran)

    # ------------------------------------------------------------------------------------- asking questions

    def begin_question(self) -> None:
        """Give the calls that follow the time of one cell, together."""
        self._ready()
        self._deadline = self._now() + self._limits.cell_seconds

    def value(self, name: str) -> Outcome:
        """See `Answers.value`."""
        return self._ask("value", name=name)

    def call(self, name: str, args: tuple) -> Outcome:
        """See `Answers.call`."""
        tree, buffers = pack(args)
        return self._ask("call", buffers, name=name, args=tree)

    # ---------------------------------------------------------------------------------------------- workers

    def _ask(self, op: str, buffers: list[bytes] | None = None, **fields: object) -> Outcome:
        had_worker = self._worker is not None
        worker = self._ready()
        if not had_worker:  # starting one is not the student's time
            self._deadline = self._now() + self._limits.cell_seconds
        try:
            outcome = worker.ask(op, self._deadline - self._now(), buffers, **fields)
        except OutOfTime:
            self._worker, self.timed_out = None, True
            return Stopped(f"It took longer than {self._limits.cell_seconds:g} s and was stopped.")
        except Died:
            self._worker, self.crashed = None, True
            return Stopped("It ended the whole Python process.")
        return outcome

    def _ready(self) -> Worker:
        """A worker in which everything that ran to its end has run: the one there is, or a new one."""
        while self._worker is None:
            worker = self._start()
            for place, index in enumerate(self._history):
                step = self._steps[index]
                try:
                    worker.ask("cell", self._limits.cell_seconds, source=step.source, label=step.label)
                except (OutOfTime, Died):  # it ran before: leave it out from now on
                    self.troubles[index] = Stopped("It ran once, but had to be stopped when it ran again.")
                    del self._history[place]
                    break
            else:
                self._worker = worker
        return self._worker

    def _start(self) -> Worker:
        running = self._launcher.start(self._limits)
        worker = Worker(running)
        try:
            worker.ask("cell", self._limits.start_seconds, source="", label="start")
        except (OutOfTime, Died) as error:
            said = running.errors() or type(error).__name__
            raise GraderError(f"no worker starts for students' code: {said}") from error
        return worker

    @staticmethod
    def _now() -> float:
        return time.monotonic()
