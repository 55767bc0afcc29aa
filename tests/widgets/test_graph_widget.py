"""The graph explorer without a browser: its scene, its picture, its words."""

import base64
import json
import xml.etree.ElementTree as ET
from importlib import resources

import pytest
from graph_examples import CASES, broadcasting, fan_in, lint, slope

import teachtorch as torch
from teachtorch.autograd import trace
from teachtorch_widgets import broadcast, graph

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("case", CASES)
def test_graph_words(case, matches):
    matches(CASES[case]().describe())


@pytest.mark.parametrize("case", CASES)
def test_graph_scene(case, matches):
    scene = CASES[case]().scene
    scene.pop("dot")
    scene.pop("size")
    # Where things go depends on the engine at hand; what they say does not.
    for thing in (*scene["nodes"], *scene["edges"], *scene["frames"]):
        thing.pop("box", None)
        thing.pop("path", None)
    matches(json.dumps(scene, indent=1, ensure_ascii=False), "json")


@pytest.mark.parametrize("case", CASES)
def test_graph_picture_holds_what_the_scene_says(case):
    widget = CASES[case]()
    root = ET.fromstring(widget.picture())
    texts = {"".join(node.itertext()) for node in root.iter(f"{SVG}text")}
    for node in widget.scene["nodes"]:
        assert node["title"] in texts
        assert not node.get("grad") or f"grad {node['grad']}" in texts
    sizes = {
        rule.split("font-size:")[1].split("px")[0]
        for rule in widget.picture().split("}")
        if "font-size:" in rule
    }
    assert min(map(float, sizes)) >= 11
    lint(widget.dot())


def test_rows_tell_the_rule_with_its_numbers():
    steps = fan_in().scene["steps"]
    assert ["for x", "grad * other = 1. * 3 = 3."] in steps[1]["rows"]
    assert [row for row in steps[2]["rows"] if row[0] == "for x"] == [
        ["for x", "grad * other = 1. * 2. = 2."],
        ["for x", "grad * input = 1. * 2. = 2."],
    ]
    assert steps[3]["rows"] == [["receives", "grad = 7."], ["does", "x.grad = grad"]]


def test_fan_in_is_a_sum():
    widget = fan_in()
    leaf_id = next(node["id"] for node in widget.scene["nodes"] if node["title"] == "x")
    arrivals = [
        (text, plus) for step in widget.scene["steps"] for to, text, plus in step["arrive"] if to == leaf_id
    ]
    assert arrivals == [("3.", False), ("5.", True), ("7.", True)]


def test_broadcastings_way_back_is_told():
    rows = [row for step in broadcasting().scene["steps"] for row in step["rows"]]
    assert ["", "summed over dim 1, along which it was broadcast: (2, 1) [[6.] [6.]]"] in rows
    assert ["", "summed over dim 0, along which it was broadcast: (3,) [2. 2. 2.]"] in rows


def test_steps_are_the_recorded_ones_in_their_order():
    x = torch.ones(2, requires_grad=True)
    loss = ((x * 2).exp() + x).sum()
    recorded = [f"n{step.node}" for step in trace.record(loss).steps]
    assert [step["node"] for step in graph(loss).scene["steps"]] == recorded


def test_the_students_graph_and_grads_are_left_alone():
    x = torch.tensor(2.0, requires_grad=True)
    loss = x * x
    graph(loss)
    assert x.grad is None
    loss.backward(retain_graph=True)
    held = x.grad
    widget = graph(loss)
    assert x.grad is held
    assert held.item() == 4.0
    rows = widget.scene["steps"][-1]["rows"]
    assert ["does", "x.grad += grad, which gives 8."] in rows


WHY = {
    "leaf before backward": ("w", "backward has not been called yet"),
    "data": ("x", "x.requires_grad is False"),
    "result": ("y", "y is no leaf: MulBackward0 made it"),
    "kept result": ("z", "retain_grad() was called"),
    "not used": ("u", "no way leads from the loss to u"),
}


@pytest.mark.parametrize("case", WHY)
def test_why_is_grad_none(case):
    x, w, u = torch.ones(2), torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
    y = w * x
    z = y * 2
    z.retain_grad()
    widget = graph(z.sum(), params={"w": w, "u": u}, inputs={"x": x, "y": y, "z": z})
    name, reason = WHY[case]
    why = {row[0]: row[1:] for row in widget.scene["why"]}
    assert why[name][0] == "None"
    assert reason in why[name][1]


def test_after_backward_grad_is_there():
    w = torch.tensor(2.0, requires_grad=True)
    loss = w * 3
    loss.backward(retain_graph=True)
    (row,) = [row for row in graph(loss).scene["why"] if row[0] == "w"]
    assert row[1] == "3."
    assert "from an earlier backward" in row[2]


def test_names_are_those_of_the_callers_variables_unless_given():
    weight = torch.tensor(2.0, requires_grad=True)
    loss = weight * 3
    assert "loss = weight * 3" in {node["title"] for node in graph(loss).scene["nodes"]}
    assert "loss = w * 3" in {node["title"] for node in graph(loss, params={"w": weight}).scene["nodes"]}


def test_data_is_recognised_through_a_transpose():
    weight, x = torch.ones(3, 2, requires_grad=True), torch.ones(4, 2)
    loss = (weight @ x.t()).sum()
    titles = [node["title"] for node in graph(loss).scene["nodes"]]
    assert titles == ["weight", "x.t()", "t1 = weight @ x.t()", "loss = t1.sum()"]


def test_a_thousand_turns_are_drawn_once():
    w = torch.ones((), requires_grad=True)
    y = torch.ones(())
    for _ in range(1000):
        y = (y * w).tanh() + 1
    widget = graph(y)
    assert len(widget.scene["nodes"]) < 20
    assert any(frame["title"].startswith("× ") for frame in widget.scene["frames"])
    assert any(note.startswith("a loop of") for note in widget.scene["notes"])
    assert widget.scene["total"] == 3001
    assert len(widget.scene["steps"]) == 150


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((3,), "loss is int"), ((torch.ones(2), None, {"x": [1]}), "x is list")],
)
def test_only_tensors_are_drawn(arguments, message):
    with pytest.raises(TypeError, match=message):
        graph(*arguments)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64, torch.complex64], ids=str)
def test_every_dtype_is_drawn(dtype):
    x = torch.ones(3, dtype=dtype, requires_grad=True)
    y = x * x
    scene = graph(y).scene
    assert {node["type"] for node in scene["nodes"]} == {f"(3,) {str(dtype).removeprefix('torch.')}"}
    assert scene["steps"][-1]["rows"][1] == ["does", "x.grad = grad"]


def test_values_and_gradients_can_be_left_out():
    x = torch.tensor(2.0, requires_grad=True)
    loss = x * x
    nodes = graph(loss, values=False, grads=False).scene["nodes"]
    assert not any("value" in node or "grad" in node for node in nodes)


def test_heat_maps_are_pictures_in_the_picture():
    x = torch.linspace(-1, 1, 12).reshape(3, 4).requires_grad_()
    (node,) = [node for node in graph(x.sum()).scene["nodes"] if node["title"] == "x"]
    uri, columns, rows = node["heat"]
    assert (columns, rows) == (4, 3)
    assert base64.b64decode(uri.partition(",")[2]).startswith(b"\x89PNG")


@pytest.mark.parametrize("make", [fan_in, slope, lambda: broadcast((4, 3, 2), (3, 1), op="*")])
def test_a_notebook_grows_by_less_than_20_kb(make):
    widget = make()
    data, _ = widget._repr_mimebundle_()
    assert {"application/vnd.jupyter.widget-view+json", "image/svg+xml", "text/plain"} <= set(data)
    state = {
        name: base64.b64encode(value).decode() if isinstance(value, (bytes, memoryview)) else value
        for name, value in widget.get_state().items()
        if name != "layout"
    }
    assert len(json.dumps(state)) + len(json.dumps(data)) < 20_000


def test_front_ends_ask_the_network_for_nothing():
    for widget in (fan_in(), broadcast((2,), (2,))):
        files = (resources.files("teachtorch_widgets") / "static").iterdir()
        everything = "".join(file.read_text(encoding="utf-8") for file in files) + widget.picture()
        everything = everything.replace("http://www.w3.org/2000/svg", "")  # a name, not an address
        assert "http" not in everything
        assert "@import" not in everything


@pytest.mark.parametrize("suffix", [".svg", ".html", ".dot"])
def test_save(suffix, tmp_path):
    path = fan_in().save(tmp_path / f"graph{suffix}")
    text = path.read_text(encoding="utf-8")
    assert "loss = t1 + t2" in text
    assert {".svg": "<svg", ".html": "<!doctype html>", ".dot": "digraph"}[suffix] in text


def test_save_refuses_what_it_cannot_write(tmp_path):
    with pytest.raises(ValueError, match=r"cannot save as \.png: use \.svg, \.html, \.dot"):
        fan_in().save(tmp_path / "graph.png")
    with pytest.raises(ValueError, match="is no graph"):
        broadcast((2,), (2,)).save(tmp_path / "x.dot")
