"""No operation agrees with PyTorch less than ``docs/coverage.md`` says: the numbers only rise.

``python tests/parity/op_coverage.py`` measures anew and writes that page.
"""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.parity
torch = pytest.importorskip("torch", reason="compares with real PyTorch")

from op_coverage import recorded  # noqa: E402  (needs torch)
from opinfo import examine  # noqa: E402

RECORDED = recorded()


def test_the_page_lists_operations() -> None:
    assert len(RECORDED) > 500


@pytest.mark.parametrize("name", RECORDED)
def test_an_operation_agrees_as_much_as_before(name: str) -> None:
    report = examine(name)
    assert not report.missing
    for aspect, agreed in RECORDED[name].items():
        tally = report.aspects[aspect]
        assert tally.agreed >= agreed, f"{aspect}: {tally.agreed} agree, {agreed} did; {tally.first}"
