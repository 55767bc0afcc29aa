"""The graph explorer and backward stepper: ``graph(loss, params=model)``."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from types import FrameType
from typing import Any

from teachtorch.autograd import trace

from . import graph_picture
from .assets import module
from .base import Scene, SceneWidget
from .graph_scene import Options, SceneBuilder
from .svg import document


def graph(
    loss: Any,
    params: Any = None,
    inputs: Mapping[str, Any] | None = None,
    *,
    values: bool = True,
    grads: bool = True,
    depth: int = 2,
    gradient: Any = None,
) -> GraphExplorer:
    """Draw the graph behind `loss` and step through its backward.

    Forward runs downwards, as the student wrote it; every box has its dtype, its shape and its value, where
    somebody still holds it. ``|< < > >|`` or Space go through backward in the engine's own order, with the
    rule of each node and the numbers in it. A toggle shows the graph as PyTorch has it: nodes,
    ``next_functions``, AccumulateGrad.

    One backward is run to record the steps. It costs the student nothing: the graph is kept, and every
    ``.grad`` is what it was before.

    Args:
        loss: a tensor. If it is not a scalar, backward starts from ones, unless `gradient` is given.
        params: a module, or names and tensors; they name the leaves and tell modules apart.
        inputs: more names: of data, and of results on the way. Tensors that have none are called by the
            variables that hold them where `graph` is called.
        values: show values.
        grads: show gradients.
        depth: modules nested deeper than this are drawn as part of the one that holds them.
        gradient: the gradient to start from.
    """
    parameters = dict(params.named_parameters() if hasattr(params, "named_parameters") else params or {})
    given = {**parameters, **(inputs or {})}
    for name, tensor in {"loss": loss, **given}.items():
        if not hasattr(tensor, "grad_fn"):
            raise TypeError(f"graph() draws tensors, but {name} is {type(tensor).__name__}")
    seeded = gradient is None and loss.requires_grad and loss.numel() != 1
    start = loss.detach().clone().fill_(1) if seeded else gradient
    held = dict(_variables(sys._getframe(1), type(loss)))
    also = [tensor for tensor in (*given.values(), *held.values()) if tensor.grad_fn is not None]
    if loss.requires_grad:
        recording = trace.record(loss, start, also=also)
    else:
        recording = trace.Recording(trace.Graph(()), ())
    builder = SceneBuilder(
        loss,
        recording,
        given=given,
        held=held,
        parameters=parameters,
        titles=_modules(params),
        options=Options(values, grads, depth),
        seeded=seeded,
    )
    return GraphExplorer(builder.build())


def _variables(frame: FrameType, kind: type) -> Iterator[tuple[str, Any]]:
    """The tensors in the caller's variables. Names that begin with an underscore are IPython's or private."""
    for names in (frame.f_locals, frame.f_globals):
        for name, value in list(names.items()):
            if isinstance(value, kind) and not name.startswith("_"):
                yield name, value


def _modules(params: Any) -> dict[str, str]:
    """The classes of a model's modules, by path."""
    named = params.named_modules() if hasattr(params, "named_modules") else ()
    return {path: type(module).__name__ for path, module in named if path}


class GraphExplorer(SceneWidget):
    """The widget that :func:`graph` returns."""

    _esm = module("theme.css", "graph.css", "controls.css", "graph_live.css", "common.js", "graph.js")

    def views(self) -> dict[str, str]:
        """The one picture; stepping and hovering only change classes and texts in it."""
        drawn, wide, high = graph_picture.body(self._scene, live=True)
        return {"Graph": f'<svg class="tt-picture" width="{wide:.0f}" height="{high:.0f}">{drawn}</svg>'}

    def packed_scene(self) -> Scene:
        """What the front end needs beside the picture: no coordinates, no DOT."""
        hidden = ("box", "heat", "torchsub")
        nodes = [{k: v for k, v in node.items() if k not in hidden} for node in self._scene["nodes"]]
        edges = [
            {"from": edge["from"], "to": edge["to"], "grad": edge["grad"]} for edge in self._scene["edges"]
        ]
        rest = {k: self._scene[k] for k in ("kind", "title", "notes", "steps", "total", "why")}
        return {**rest, "nodes": nodes, "edges": edges}

    def picture(self) -> str:
        """The whole graph as a complete SVG, gradients included."""
        drawn, wide, high = graph_picture.body(self._scene)
        return document(
            drawn, size=(wide, high), title=self._scene["title"],
            description=". ".join((*self._scene["notes"], "The text beside this picture has it in words")),
            styles=("theme.css", "graph.css"),
        )  # fmt: skip

    def dot(self) -> str:
        """The graph as DOT."""
        return str(self._scene["dot"])

    def describe(self) -> str:
        """The graph in words: forward, then backward step by step."""
        return "\n".join(_sentences(self._scene))


def _sentences(scene: Scene) -> Iterator[str]:
    yield f"{scene['title']}."
    yield from (f"Note: {note}." for note in scene["notes"])
    yield "Forward:"
    for node in scene["nodes"]:
        if node["kind"] == "number":
            continue
        words = [
            f"  {node['title']}",
            node["sub"],
            node.get("type", ""),
            node.get("value", ""),
            node.get("stale", ""),
        ]
        yield ", ".join(word for word in words if word)
    if scene["steps"]:
        yield "Backward:"
        yield from (f"  {step['say']}" for step in scene["steps"])
