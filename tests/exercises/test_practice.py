"""`check`, `hint` and `solution` as a student calls them."""

from __future__ import annotations

import subprocess
import sys
import types
from collections import Counter

import pytest

from teachtorch_exercises import check, hint, practice, solution
from teachtorch_exercises.report import Line, Report


@pytest.fixture(autouse=True)
def new_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(practice, "_attempted", set())
    monkeypatch.setattr(practice, "_hints_given", Counter())


@pytest.fixture
def student(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """The definitions of a student in a running notebook."""
    names: dict[str, object] = {}
    shell = types.SimpleNamespace(user_ns=names)
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))
    return names


def test_an_answer_that_is_right_on_the_examples(student: dict[str, object]) -> None:
    student["compatible"] = lambda m, n: m == n or 1 in (m, n)
    report = check("ex1b")
    assert report.good
    assert "5 of 5 examples" in report.heading
    assert [line.mark for line in report.lines] == ["✓"] * 5


def test_practice_is_never_called_the_grade(student: dict[str, object]) -> None:
    student["compatible"] = lambda m, n: True
    for exercise in ("ex1", "ex1b"):
        text = repr(check(exercise))
        assert "practice, not the grade" in text
        assert "passed" not in text.lower()


def test_a_mistake_gets_its_words(student: dict[str, object]) -> None:
    student["compatible"] = lambda m, n: m == n
    report = check("ex1b")
    assert report.good is False
    assert report.advice == "Equal sizes agree, but a size 1 agrees with every other one too."
    assert Line("✗", "`compatible(3, 1)`", "expected True, got False") in report.lines


def test_an_error_is_shown_with_the_students_line_and_nothing_of_ours(student: dict[str, object]) -> None:
    exec("def compatible(m, n):\n    return m.size", student)
    text = repr(check("ex1b"))
    assert "it raises AttributeError: 'int' object has no attribute 'size' at line 2" in text
    assert "Traceback" not in text
    assert "teachtorch_exercises" not in text


def test_nothing_yet(student: dict[str, object]) -> None:
    report = check("ex1b")
    assert report.good is None
    assert "no answer yet" in report.heading
    assert 'hint("ex1b")' in report.advice


def test_without_a_notebook_the_callers_definitions_are_asked() -> None:
    names = {"check": check, "compatible": lambda m, n: m == n or 1 in (m, n)}
    exec("report = check('ex1b')", names)
    assert names["report"].good  # type: ignore[attr-defined]


def test_a_summary_of_the_exercise(student: dict[str, object]) -> None:
    student["compatible"] = lambda m, n: m == n or 1 in (m, n)
    student["pairs"] = set()
    report = check("ex1")
    assert "1 of 5 questions" in report.heading
    assert [line.mark for line in report.lines] == ["✗", "✓", "·", "·", "·"]


def test_hints_grow_stronger_and_stay() -> None:
    shown = [len(hint("ex1c").lines) for _ in range(5)]
    assert shown == [1, 2, 3, 3, 3]
    assert "last hint" in hint("ex1c").footnote


def test_the_solution_comes_after_a_try(student: dict[str, object]) -> None:
    assert solution("ex1b").code == ""
    check("ex1b")  # nothing there: that is no try
    assert solution("ex1b").code == ""
    student["compatible"] = lambda m, n: False
    check("ex1b")
    assert "return m == n or m == 1 or n == 1" in solution("ex1b").code
    assert "SOLUTION" not in solution("ex1b").code


@pytest.mark.parametrize("call", [check, hint, solution])
def test_an_unknown_exercise_is_a_sentence(call) -> None:
    report = call("ex99")
    assert report.heading == "There is no exercise 'ex99'."
    assert '"ex1" (ex1a' in report.advice


@pytest.mark.parametrize("call", [hint, solution])
def test_a_whole_exercise_has_no_hint(call) -> None:
    assert [line.text.split()[0] for line in call("ex2").lines][:2] == [
        f'`{call.__name__}("ex2a")`',
        f'`{call.__name__}("ex2b")`',
    ]


def test_a_report_is_text_and_html() -> None:
    report = Report(
        "Heading", good=False, lines=[Line("✗", "`f(1)`", "<b>off</b>")], advice="`a` & b", code="x < 1"
    )
    bundle = report._repr_mimebundle_()
    assert bundle["text/plain"] == "Heading\n  ✗ `f(1)`\n      <b>off</b>\n  → `a` & b\n    x < 1"
    assert "&lt;b&gt;off&lt;/b&gt;" in bundle["text/html"]
    assert "<code>a</code> &amp; b" in bundle["text/html"]
    assert "<b>" not in bundle["text/html"]


def test_importing_it_brings_no_notebook_machinery() -> None:
    code = (
        "import teachtorch_exercises, sys\n"
        "print([m for m in ('IPython', 'nbformat', 'rich') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
