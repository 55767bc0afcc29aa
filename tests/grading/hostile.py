"""Submissions that are out to harm or to cheat. None of them knows a right answer; none may earn a point.

`ATTACKS` are cells of code, put into an otherwise empty notebook as its last answer. `FILES` are whole files.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from textwrap import dedent

from handed_in import changed, code, solved, starter, text

#: What an attack ends with that has taken over every answer: it says yes to everything.
YES = """
def compatible(m, n): return ANSWER
def failing_axis(s, t): return ANSWER
pairs = why = claims = ANSWER
"""

ATTACKS = {
    # ------------------------------------------------------------------ objects that lie about themselves
    "always equal": """
        class Same:
            def __eq__(self, other): return True
            def __ne__(self, other): return False
            def __bool__(self): return True
            def __contains__(self, item): return True
            def __getitem__(self, key): return self
            def get(self, key, default=None): return self
            def __len__(self): return 15
            def __iter__(self): return iter([])
            def __hash__(self): return 0
        ANSWER = Same()
    """,
    "says that its class is bool": """
        class Liar:
            __class__ = property(lambda self: bool)
            def __eq__(self, other): return True
        ANSWER = Liar()
    """,
    "a dict that has every key": """
        class Everything(dict):
            def __missing__(self, key): return True
            def __contains__(self, key): return True
            def __eq__(self, other): return True
            def items(self): return [(n, True) for n in range(99)]
        ANSWER = Everything()
    """,
    "an int equal to all": """
        class Any(int):
            def __eq__(self, other): return True
            __hash__ = int.__hash__
        ANSWER = Any(0)
    """,
    "a str equal to all": """
        class Any(str):
            def __eq__(self, other): return True
            __hash__ = str.__hash__
        ANSWER = {Any("ab")}
    """,
    "a metaclass with a hostile name": """
        class Meta(type):
            __qualname__ = property(lambda cls: "=cmd|calc" * 100000)
        class Odd(metaclass=Meta): pass
        ANSWER = Odd()
    """,
    # ------------------------------------------------------------------ libraries turned against the grader
    "numpy patched": """
        import numpy as np, numpy.testing
        for name in ("isclose", "allclose", "array_equal", "all"):
            setattr(np, name, lambda *a, **k: True)
        np.testing.assert_array_equal = np.testing.assert_allclose = lambda *a, **k: None
        np.asarray = np.frombuffer = lambda *a, **k: 0
        ANSWER = np.True_
    """,
    "json patched": """
        import json
        json.loads = lambda *a, **k: {"outcome": "returned", "value": True}
        json.dumps = lambda *a, **k: '{"outcome": "returned", "value": true}'
        ANSWER = True
    """,
    "builtins patched": """
        import builtins
        builtins.isinstance = lambda *a: True
        builtins.all = builtins.any = lambda *a: True
        builtins.type = lambda *a: bool
        ANSWER = True
    """,
    "the worker's own modules patched": """
        import sys
        from teachtorch_exercises.outcome import Returned
        for name in ("namespace", "grading.worker", "grading.protocol", "grading.wire", "grading.shell"):
            module = sys.modules["teachtorch_exercises." + name]
            for attribute in list(vars(module)):
                if attribute.startswith("_reply") or attribute in ("difference", "judge"):
                    setattr(module, attribute, lambda *a: None)
        sys.modules["teachtorch_exercises.namespace"].Namespace.call = lambda self, name, args: Returned(True)
        sys.modules["teachtorch_exercises.namespace"].Namespace.value = lambda self, name: Returned(True)
        ANSWER = True
    """,
    "torch patched": """
        import teachtorch
        teachtorch.Tensor.__eq__ = lambda self, other: True
        teachtorch.equal = teachtorch.allclose = lambda *a, **k: True
        ANSWER = teachtorch.ones(1)
    """,
    # ------------------------------------------------------------------ looking for the answers
    "solutions on disk": """
        import json, os, re
        for here, folders, files in os.walk("/"):
            folders[:] = [f for f in folders if f not in ("proc", "sys")]
            for name in files:
                if name.endswith((".ipynb", ".py", ".json", ".csv")):
                    try:
                        text = open(os.path.join(here, name), errors="replace").read()
                    except OSError:
                        continue
                    if "### BEGIN SOLUTION" in text and name.endswith(".ipynb"):
                        for cell in json.loads(text)["cells"]:
                            if cell["cell_type"] == "code" and "check(" not in "".join(cell["source"]):
                                try: exec("".join(cell["source"]), globals())
                                except BaseException: pass
    """,
    "the exercises imported": """
        from teachtorch_exercises.assignments.ex1 import compatible, failing_axis, WORKING, WHY, CLAIMS
        pairs, why, claims = WORKING, WHY, CLAIMS
    """,
    "the exercises imported from where they are installed": """
        import importlib, os, sys
        for path in list(sys.path):
            for here, folders, files in os.walk(path or "."):
                if os.path.basename(here) == "assignments":
                    sys.path.insert(0, os.path.dirname(os.path.dirname(here)))
        for name in [n for n in sys.modules if n.startswith("teachtorch_exercises")]:
            del sys.modules[name]
        from teachtorch_exercises.assignments.ex1 import compatible, failing_axis, WORKING, WHY, CLAIMS
        pairs, why, claims = WORKING, WHY, CLAIMS
    """,
    "expected values in memory": """
        import gc, sys
        frame = sys._getframe()
        while frame is not None:
            for name, value in list(frame.f_locals.items()):
                if "expect" in name or "refer" in name: ANSWER = value
            frame = frame.f_back
        for thing in gc.get_objects():
            if type(thing).__name__ in ("Question", "Case", "Assignment", "Verdict"):
                globals().update(vars(thing)); break
            if isinstance(thing, dict) and "ac" in thing and "bd" in thing: why = thing
            if isinstance(thing, dict) and set(thing) == {1, 2, 3, 4, 5, 6}: claims = thing
    """,
    "other students' files": """
        import json, os
        for here, folders, files in os.walk("/"):
            for name in files:
                if name == "solved.ipynb":
                    for cell in json.load(open(os.path.join(here, name)))["cells"]:
                        try: exec("".join(cell["source"]), globals())
                        except BaseException: pass
    """,
    "memory of other processes": """
        import os
        for pid in range(1, 70000):
            try: found = open(f"/proc/{pid}/environ").read() + open(f"/proc/{pid}/cmdline").read()
            except OSError: continue
            if "teachtorch" in found: ANSWER = found
    """,
    # ------------------------------------------------------------------ the pipe
    "replies written ahead": """
        import json, os, struct
        for descriptor in range(3, 256):
            for value in (True, None, ["set", ["ab"]]):
                reply = {"nonce": "0" * 16, "outcome": "returned", "value": value, "buffers": []}
                body = json.dumps(reply).encode()
                try: os.write(descriptor, struct.pack(">I", len(body)) + body)
                except OSError: break
        ANSWER = True
    """,
    "noise in the pipe": """
        import os
        for descriptor in range(3, 256):
            try: os.write(descriptor, b"\\xff" * 100000)
            except OSError: pass
        ANSWER = True
    """,
    "the pipe closed": """
        import os
        os.closerange(3, 256)
        ANSWER = True
    """,
    "a worker of its own": """
        import gc, json, os, struct, sys
        frame = sys._getframe()
        while "requests" not in frame.f_locals: frame = frame.f_back
        requests, replies = frame.f_locals["requests"], frame.f_locals["replies"]
        header = None
        nonce = frame.f_locals["header"]["nonce"]
        def say(value):
            body = json.dumps({"nonce": nonce, "outcome": "returned", "value": value, "buffers": []}).encode()
            replies.write(struct.pack(">I", len(body)) + body); replies.flush()
        say(None)
        while True:
            size = struct.unpack(">I", requests.read(4))[0]
            header = json.loads(requests.read(size)); nonce = header["nonce"]
            say({"value": ["dict", [[n, True] for n in range(9)]], "call": True}.get(header["op"]))
    """,
    "protocol on standard output": """
        import json, struct, sys
        body = json.dumps({"nonce": "", "outcome": "returned", "value": True, "buffers": []}).encode()
        for _ in range(1000):
            sys.stdout.buffer.write(struct.pack(">I", len(body)) + body); sys.stdout.flush()
        ANSWER = True
    """,
    # ------------------------------------------------------------------ answers that are meant to choke
    "an answer of 2 GB": "import numpy as np; ANSWER = np.broadcast_to(np.float64(1), (1 << 28,))",
    "a long list": "ANSWER = [0] * 10_000_000",
    "a deep list": """
        ANSWER = []
        for _ in range(100_000): ANSWER = [ANSWER]
    """,
    "a list in itself": "ANSWER = []; ANSWER.append(ANSWER)",
    "a huge integer": "ANSWER = 1 << 10_000_000",
    "a long string": "ANSWER = 'x' * 100_000_000",
    "broken text": "ANSWER = {'\\ud800\\x00', '=1+1'}",
    "an object array": "import numpy as np; ANSWER = np.array([object()] * 3, dtype=object)",
    "a pickle": """
        class Bomb:
            def __reduce__(self): return (exec, ("open('/tmp/pwned', 'w').close()",))
        ANSWER = Bomb()
    """,
    "an endless iterator": """
        class Endless(list):
            def __iter__(self):
                while True: yield 0
            def __len__(self): return 1
        ANSWER = Endless()
    """,
    # ------------------------------------------------------------------ ways to end, or not to
    "os._exit": "import os; os._exit(0)",
    "kill itself": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "kill everything": """
        import os, signal
        for target in (-1, 1, os.getppid(), 0):
            try: os.kill(target, signal.SIGKILL)
            except OSError: pass
    """,
    "abort": "import os; os.abort()",
    "segmentation fault": "import ctypes; ctypes.string_at(0)",
    "sys.exit": "import sys; sys.exit(0)",
    "exit at the end": """
        import atexit, os
        atexit.register(lambda: os._exit(0))
        raise SystemExit
    """,
    "BaseException": "class Odd(BaseException): pass\nraise Odd('=1+1')",
    "KeyboardInterrupt": "raise KeyboardInterrupt",
    "GeneratorExit": "raise GeneratorExit",
    "an exception with a hostile str": """
        class Odd(Exception):
            def __str__(self): raise RuntimeError
        raise Odd
    """,
    "an exception in every answer": """
        class Odd(BaseException):
            def __str__(self): return "=HYPERLINK(1)\\n\\r\\t" * 100000
        def compatible(m, n): raise Odd
        def failing_axis(s, t): raise Odd
    """,
    "deep recursion": "def down(): return down()\ndown()",
    "deeper recursion": """
        import sys
        sys.setrecursionlimit(10 ** 9)
        def down(n): return [down(n + 1)]
        down(0)
    """,
    "an endless loop": "while True: pass",
    "an endless sleep": "import time\nwhile True:\n    try: time.sleep(3600)\n    except BaseException: pass",
    "an endless str": """
        class Odd(Exception):
            def __str__(self):
                while True: pass
        raise Odd
    """,
    "an endless answer": "def compatible(m, n):\n    while True: pass",
    "a thread that goes on": """
        import threading
        def work():
            while True: pass
        threading.Thread(target=work).start()
        ANSWER = True
    """,
    "signals ignored": """
        import signal
        for number in range(1, 32):
            try: signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError): pass
        while True: pass
    """,
    # ------------------------------------------------------------------ more than its share
    "a fork bomb": """
        import os
        while True:
            try: os.fork()
            except OSError: pass
    """,
    "threads without end": """
        import threading, time
        def work(): time.sleep(3600)
        while True:
            try: threading.Thread(target=work, daemon=True).start()
            except RuntimeError: break
    """,
    "processes left behind": """
        import os, time
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                while True: time.sleep(0.01)
            os._exit(0)
        ANSWER = True
    """,
    "memory": "hoard = []\nwhile True: hoard.append(bytearray(10 ** 7))",
    "one large allocation": "hoard = bytearray(10 ** 12)",
    "100 MB of output": "for _ in range(1000): print('x' * 100_000)",
    "output on the descriptor": "import os\nfor _ in range(2000): os.write(1 + _ % 2, b'x' * 100_000)",
    "a full disk": """
        import os
        for number in range(100):
            with open(f"/tmp/{number}", "wb") as file:
                try:
                    while True: file.write(b"0" * 10 ** 6)
                except OSError: pass
    """,
    "open files": "import os\nhoard = []\nwhile True: hoard.append(open('/dev/null'))",
    # ------------------------------------------------------------------ the rest of the machine
    "writing all over": """
        import os
        for folder in ("/", "/usr", "/etc", "/grader", "/grader/site", "/dev", "/root", "/home"):
            try: open(os.path.join(folder, "pwned"), "w").close(); ANSWER = True
            except OSError: pass
    """,
    "start-up files": """
        import os
        os.makedirs(os.path.expanduser("~/.ipython/profile_default/startup"), exist_ok=True)
        with open(os.path.expanduser("~/.ipython/profile_default/startup/00.py"), "w") as file:
            file.write("claims = {}")
        get_ipython()
    """,
    "a namespace of its own": """
        import ctypes, os
        libc = ctypes.CDLL(None, use_errno=True)
        for flag in (0x10000000, 0x00020000, 0x40000000, 0x20000000):
            if libc.unshare(flag) == 0: ANSWER = True
        libc.mount(b"none", b"/tmp", b"tmpfs", 0, None)
    """,
    "shell": "!rm -rf / 2>/dev/null; kill -9 -1\n%system id",
    # ------------------------------------------------------------------ cells
    "null bytes": "pairs = 1\0",
    "lone surrogates": "pairs = '\ud800'",
    "parentheses": "(" * 100_000 + ")" * 100_000,
    "minus signs": "-" * 1_000_000 + "1",
    "a large constant": "9 ** 9 ** 9",
}


def _frame(value: object) -> bytes:
    body = json.dumps(value).encode()
    return struct.pack(">I", len(body)) + body


def _cheating_check_cells(cells: list) -> None:
    for each in cells:
        if each["cell_type"] == "code":
            each["metadata"]["nbgrader"] |= {"points": 1000, "locked": False, "grade": True}
            if "check" in each["metadata"]["nbgrader"]["grade_id"]:
                each["source"] = "pairs = {'ab', 'ae', 'af', 'be', 'bf', 'de', 'ef'}"


def attack(source: str) -> bytes:
    """A notebook without answers, with an attack in its last cell, after the starter's definitions."""
    source = dedent(source)
    if "ANSWER" in source:
        source += YES
    return text(starter("ex1", ex1e=source))


#: Whole files, and the status that each must get.
FILES = {
    "broken.ipynb": (text(solved())[:-200], "unreadable"),
    "empty.ipynb": (b"", "unreadable"),
    "blank.ipynb": (b" \n\n", "unreadable"),
    "binary.ipynb": (bytes(range(256)) * 20, "unreadable"),
    "frame.ipynb": (_frame({"outcome": "returned"}), "unreadable"),
    "brackets.ipynb": (b"[" * 200_000, "unreadable"),
    "deep.ipynb": (b'{"cells":' * 50_000, "unreadable"),
    "number.ipynb": (b"1" * 10_000, "unreadable"),
    "utf16.ipynb": (json.dumps(solved()).encode("utf-16"), "unreadable"),
    "list.ipynb": (b"[]", "not a notebook"),
    "null.ipynb": (b"null", "not a notebook"),
    "other.ipynb": (b'{"name": "package"}', "not a notebook"),
    "cells.ipynb": (b'{"cells": {"0": {}}}', "not a notebook"),
    "nothing.ipynb": (b'{"cells": []}', "unknown assignment"),
    "odd cells.ipynb": (
        text({"cells": [None, 1, "x", [], {}, {"cell_type": "code"}, {"cell_type": "code", "source": 5}]}),
        "unknown assignment",
    ),
    "odd metadata.ipynb": (
        text(
            {
                "cells": [{**code("1"), "metadata": {"nbgrader": []}}],
                "metadata": {"teachtorch": {"assignment": []}},
            }
        ),
        "unknown assignment",
    ),
    "another course.ipynb": (text({"cells": [code("answer = 42")], "metadata": {}}), "unknown assignment"),
    "large.ipynb": (b" " * (31 << 20), "too large"),
    "tampered.ipynb": (text(changed(starter(), _cheating_check_cells)), "graded"),
    "=cmd|'calc'!A1.ipynb": (text(starter()), "graded"),
    "@line\nbreak.ipynb": (text(starter()), "graded"),
    "not\udcffutf8.ipynb": (text(starter()), "graded"),
}


def write(folder: Path) -> None:
    """Write the files, and what is not a file: links, a pipe, folders."""
    import os

    for name, (data, _) in FILES.items():
        (folder / name).write_bytes(data)
    (folder / "link.ipynb").symlink_to("/etc/passwd")
    (folder / "dangling.ipynb").symlink_to("/nowhere")
    os.mkfifo(folder / "pipe.ipynb")
    (folder / "folder.ipynb").mkdir()
    (folder / "nobody").mkdir()


#: What `write` makes besides `FILES`, and the status that each must get.
NOT_FILES = {
    "link.ipynb": "refused",
    "dangling.ipynb": "refused",
    "pipe.ipynb": "refused",
    "folder.ipynb": "no notebook",
    "nobody": "no notebook",
}
