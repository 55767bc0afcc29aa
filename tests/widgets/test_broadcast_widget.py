"""The broadcasting explorer without a browser: its scene, its picture, its words."""

import json
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from teachtorch_widgets import broadcast
from teachtorch_widgets.broadcast import build_scene
from teachtorch_widgets.cells import Grid

CASES = {
    "four_axes": ([(8, 1, 6, 1), (7, 1, 5)], "+"),
    "fails": ([(4, 3, 2), (2, 3)], "*"),
    "three_operands": ([(3,), (), (2, 1)], "*"),
    "scalars": ([(), ()], "/"),
    "empty": ([(3, 1), (0,)], "+"),
}


class Tensor(np.ndarray):
    """A numpy array that can be asked what a tensor is asked."""

    def detach(self):
        return self

    cpu = detach

    def numpy(self):
        return np.asarray(self)


def tensor(values):
    return np.asarray(values).view(Tensor)


@pytest.mark.parametrize("case", CASES)
def test_broadcast_words(case, matches):
    several, op = CASES[case]
    matches(broadcast(*several, op=op).describe())


@pytest.mark.parametrize("case", CASES)
def test_broadcast_scene(case, matches):
    several, op = CASES[case]
    widget = broadcast(*several, op=op)
    matches(json.dumps(widget.scene, indent=1), "json")


@pytest.mark.parametrize("case", CASES)
def test_picture_is_well_formed_and_says_what_it_shows(case):
    several, op = CASES[case]
    widget = broadcast(*several, op=op)
    root = ET.fromstring(widget.picture())
    texts = ["".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text")]
    for axis in widget.scene["axes"]:
        assert f"dim {axis['dim']}" in texts
    assert root.find("{http://www.w3.org/2000/svg}title").text == widget.describe().splitlines()[0]
    if widget.scene["error"]:
        assert widget.scene["error"]["message"] in texts


def test_cells_show_values_of_tensors():
    widget = broadcast(tensor([[1.0], [2.0]]), tensor([10.0, 20.0, 30.0]), op="*")
    assert widget.scene["cells"]["labels"] == [
        ["1.", "1.", "1.", "2.", "2.", "2."],
        ["10.", "20.", "30.", "10.", "20.", "30."],
        ["10.", "20.", "30.", "20.", "40.", "60."],
    ]


def test_cells_of_shapes_show_places_in_memory():
    labels = broadcast((2, 1), (3,)).scene["cells"]["labels"]
    assert labels == [list("000111"), list("012012"), list("012345")]


def test_real_and_repeated_cells_are_told_apart():
    drawn = Grid((2, 3), (10, 10)).draw((0, 1), "blue")
    real, again = re.findall(r"class='(?:real|again)' d='([^']*)'", drawn)
    assert real.count("z") == 3
    assert again.count("z") == 3


def test_large_shapes_are_cut():
    cells = broadcast((100, 100), (100,)).scene["cells"]
    assert cells["labels"] is None
    assert [len(axis) for axis in cells["axes"]] == [10, 10]
    assert [axis[-1][0] for axis in cells["axes"]] == [99, 99]


def test_sizes_can_be_edited_from_python_and_from_the_page():
    widget = broadcast((4, 3), (3,))
    before = widget.payload
    widget.shapes = [[4, 3], [2]]
    assert widget.payload != before
    assert widget.scene["error"]["message"].startswith("RuntimeError: The size of tensor a (3)")


def test_names_come_from_keywords():
    assert broadcast((2, 1), weight=(3,)).scene["expression"] == "a + weight"


def test_the_scene_given_out_is_a_copy():
    widget = broadcast((2,), (2,))
    widget.scene["axes"].clear()
    assert len(widget.scene["axes"]) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"names": "ab", "shapes": [(2,), (2,)], "op": "@"}, "unknown op '@'"),
        ({"names": "abc", "shapes": [(2,)] * 3, "op": "/"}, "/ takes two operands, got 3"),
    ],
)
def test_unknown_operators_are_refused(arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        build_scene(**arguments)


def test_a_number_is_no_shape():
    with pytest.raises(ValueError, match=r"write \(3,\) for one axis"):
        broadcast(3, (3,))
