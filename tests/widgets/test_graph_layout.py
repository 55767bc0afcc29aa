"""DOT that every engine survives, and the layouts of all engines there are."""

import re

import pytest
from graph_examples import lint

from teachtorch_widgets import dot, layered
from teachtorch_widgets.boxes import Arrow, Box, Frame

BOXES = [
    Box("n0", 120, 60, ("loss = a + b", "AddBackward0")),
    Box("n1", 100, 60, ("a",)),
    Box("n2", 100, 60, ("", "  ", 'says "b" \\n <1>')),
    Box("n3", 80, 40, ()),
]
ARROWS = [
    Arrow("n1", "n0"),
    Arrow("n2", "n0"),
    Arrow("n1", "n0"),
    Arrow("n3", "n2"),
    Arrow("n0", "n3", loop=True),
]
FRAMES = [Frame("g0", "0 · Linear", ("n1", "n2"))]


def test_dot_passes_the_lint():
    lint(dot.write(BOXES, ARROWS, FRAMES))


def test_the_lint_finds_what_it_is_for():
    with pytest.raises(AssertionError, match="empty line"):
        lint('n0 [label="\\nAddBackward0"]')
    with pytest.raises(AssertionError, match="node ids"):
        lint('loss [label="x"]')


def engines():
    program = dot.engine()
    return [pytest.param(dot.lay_out, id=program.rpartition("/")[2]) if program else
            pytest.param(dot.lay_out, marks=pytest.mark.skip(reason="neither dot nor graphviz-pure is here")),
            pytest.param(layered.lay_out, id="layered")]  # fmt: skip


@pytest.mark.parametrize("lay_out", engines())
def test_layouts_place_everything_apart_and_in_order(lay_out):
    laid = lay_out(BOXES, ARROWS, FRAMES)
    assert set(laid.boxes) == {"n0", "n1", "n2", "n3"}
    assert len(laid.arrows) == len(ARROWS)
    assert all(re.fullmatch(r"M[-\d. ]+C[-\d. ]+(L[-\d. ]+)?", path) for path in laid.arrows)
    for box in BOXES:
        x, y = laid.boxes[box.id]
        assert x - box.width / 2 >= 0
        assert x + box.width / 2 <= laid.width + 1
        assert y - box.height / 2 >= 0
        assert y + box.height / 2 <= laid.height + 1
        for other in BOXES:
            u, v = laid.boxes[other.id]
            apart = (
                abs(x - u) >= (box.width + other.width) / 2 or abs(y - v) >= (box.height + other.height) / 2
            )
            assert apart or box is other
    for arrow in ARROWS:
        if not arrow.loop:
            assert laid.boxes[arrow.tail][1] < laid.boxes[arrow.head][1], "forward runs downwards"


def test_nothing_is_also_laid_out():
    assert layered.lay_out([], [], []).boxes == {}
    assert dot.lay_out([Box("n0", 10, 10, ("x",))], [], []).boxes.keys() == {"n0"}


def test_without_any_engine_the_layered_layout_is_used(monkeypatch):
    monkeypatch.setattr(dot, "engine", lambda: None)
    assert dot.lay_out(BOXES, ARROWS, FRAMES).engine == "layered"


def test_a_broken_engine_does_not_cost_the_picture(monkeypatch, tmp_path):
    monkeypatch.setattr(dot, "engine", lambda: str(tmp_path / "missing"))
    assert dot.lay_out(BOXES, ARROWS, FRAMES).engine == "layered"


def test_three_hundred_boxes_are_laid_out():
    boxes = [Box(f"n{i}", 90, 40, (f"t{i}",)) for i in range(300)]
    arrows = [Arrow(f"n{i}", f"n{i // 2}") for i in range(1, 300)]
    assert len(dot.lay_out(boxes, arrows, []).boxes) == 300
