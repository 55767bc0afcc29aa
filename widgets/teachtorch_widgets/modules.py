"""Which operations of a graph belong to which module, told from the parameters they use."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from teachtorch.autograd.trace import Graph

Path = tuple[str, ...]


def owners(graph: Graph, parameters: dict[int, str], depth: int) -> dict[int, str]:
    """The path of the module to which each operation and each parameter belongs.

    An operation belongs to the module whose parameter it uses, be it through a transpose. So does everything
    that lies between two operations of one module. Modules deeper than `depth` count as the one around them.

    Args:
        graph: the graph.
        parameters: the names of leaves, ``{3: "layers.0.weight"}``.
        depth: how many parts of a path to keep.
    """
    leaves = {leaf: tuple(name.split(".")[:-1][:depth]) for leaf, name in parameters.items()}
    # What hangs on the parameters of one module and on nothing else counts as a parameter of it.
    parts: dict[int, Path] = dict(leaves)
    own: dict[int, Path] = {}
    for vertex in sorted((v for v in graph.nodes if v.variable is None), key=lambda vertex: vertex.made):
        used = [() if link.to is None else parts.get(link.to, ()) for link in vertex.links]
        modules = set(used) - {()}
        if len(modules) == 1:
            own[vertex.index] = modules.pop()
            if () not in used:
                parts[vertex.index] = own[vertex.index]
    for path in set(own.values()):
        members = {index for index, owner in own.items() if owner == path}
        for index in _between(graph, members):
            own.setdefault(index, path)
    seen = {leaf: path for leaf, path in leaves.items() if path in own.values()}
    return {index: ".".join(path) for index, path in {**own, **seen}.items()}


def _between(graph: Graph, members: set[int]) -> set[int]:
    """Operations on a way from one of `members` to another."""
    sources = {v.index: [link.to for link in v.links if link.to is not None] for v in graph.nodes}
    users: dict[int, list[int]] = {index: [] for index in sources}
    for index, entries in sources.items():
        for entry in entries:
            users[entry].append(index)
    found = _reach(members, sources.__getitem__) & _reach(members, users.__getitem__)
    return {index for index in found if graph.nodes[index].variable is None} - members


def _reach(start: Iterable[int], following: Callable[[int], list[int]]) -> set[int]:
    """Everything that can be reached from `start` in one step or more."""
    reached: set[int] = set()
    waiting = deque(start)
    while waiting:
        for index in following(waiting.popleft()):
            if index not in reached:
                reached.add(index)
                waiting.append(index)
    return reached
