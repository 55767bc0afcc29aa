"""Every public operation explains itself, with an example that is run here and must print what it says."""

from __future__ import annotations

import doctest
import pkgutil
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest

import teachtorch.ops as ops

PUBLIC = [name for name in ops.__all__ if callable(getattr(ops, name))]
FAMILIES = [import_module(info.name) for info in pkgutil.walk_packages(ops.__path__, "teachtorch.ops.")]

parser = doctest.DocTestParser()


@pytest.mark.parametrize("name", PUBLIC)
def test_the_docstring_has_an_example_that_runs(name: str) -> None:
    doc = getattr(ops, name).__doc__
    assert doc, f"say what {name} is"
    example = parser.get_doctest(doc, {}, name, None, 0)
    assert example.examples, f"show {name} at work: >>> torch.{name}(...)"
    run(example)


def run(example: doctest.DocTest) -> None:
    """Fail with doctest's own account of what was printed instead."""
    account: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.REPORT_NDIFF)
    runner.run(example, out=account.append)
    if runner.failures:
        pytest.fail("".join(account), pytrace=False)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda module: module.__name__)
def test_examples_of_kernels_and_methods_run(family: ModuleType) -> None:
    seen: set[Any] = set()
    for example in doctest.DocTestFinder(recurse=True).find(family, extraglobs={}):
        if example.examples and example.docstring not in seen:
            seen.add(example.docstring)
            run(example)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda module: module.__name__)
def test_what_a_family_names_is_exported(family: ModuleType) -> None:
    for name in getattr(family, "__all__", ()):
        if callable(getattr(family, name)) and not isinstance(getattr(family, name), ModuleType):
            assert name in ops.__all__ or family.__name__.count(".") > 2, (
                f"{family.__name__} has {name}, torch has not"
            )
