"""Makes large graphs small: a loop becomes one turn, a module becomes one node, and the rest is cut.

A graph of thousands of nodes can be laid out by no engine in reasonable time, and read by nobody. Operations
are numbered as forward made them, so the body of a loop is a run of nodes that comes again with the same
operations, linked in the same way: a repeat in a sequence, found by comparing the sequence with itself
shifted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from teachtorch.autograd.trace import Graph, Vertex

FOLD_FROM = 60  # graphs with fewer nodes are shown as they are
MOST_VISIBLE = 300  # more are never laid out
LONGEST_BODY = 120  # operations in the body of a loop that is recognised


@dataclass(slots=True)
class Group:
    """Nodes that belong together and get a frame: a module, or the body of a loop.

    Attributes:
        title: ``"0 · Linear"`` or ``"× 1000"``.
        members: the vertices that are shown inside.
        times: how often the group comes; 1 for a module.
    """

    title: str
    members: list[int]
    times: int = 1


@dataclass(slots=True)
class Folded:
    """Which vertex stands for which.

    Attributes:
        stands: for every vertex, the one that is shown in its place.
        groups: frames around vertices that are shown.
        summaries: the title and the reason of a vertex that stands for unlike ones, a module or the rest.
    """

    stands: list[int]
    groups: list[Group] = field(default_factory=list)
    summaries: dict[int, tuple[str, str]] = field(default_factory=dict)

    def shown(self) -> list[int]:
        """The vertices that are shown."""
        return sorted(set(self.stands))


def fold(graph: Graph, owners: dict[int, str], titles: dict[str, str]) -> Folded:
    """Decide what is shown of `graph`.

    Args:
        graph: the graph.
        owners: for each vertex that belongs to a module, the module's path.
        titles: what to write over a module, by its path.
    """
    folded = Folded(list(range(len(graph.nodes))))
    if len(graph.nodes) > FOLD_FROM:
        for body in find_repeats(graph):
            _fold_repeat(graph, body, folded)
    in_loops = {member for group in folded.groups for member in group.members}
    grouped: dict[str, list[int]] = {}
    for index in folded.shown():
        if index in owners and index not in in_loops:  # frames do not overlap
            grouped.setdefault(owners[index], []).append(index)
    grouped = {path: group for path, group in grouped.items() if not all(_is_leaf(graph, i) for i in group)}
    if len(folded.shown()) > MOST_VISIBLE:
        for path, members in grouped.items():
            _fold_module(graph, folded, members, titles.get(path, path))
    else:
        folded.groups += [Group(titles.get(path, path), members) for path, members in grouped.items()]
    _cut(folded)
    return folded


@dataclass(frozen=True, slots=True)
class Repeat:
    """A run of operations that comes several times: ``copies[k][i]`` is operation i of turn k."""

    copies: tuple[tuple[int, ...], ...]


def find_repeats(graph: Graph) -> list[Repeat]:
    """The loops of `graph`, the longest first."""
    # The root is left out: it is what the student asked for, and is shown as itself.
    operations = sorted((v for v in graph.nodes[1:] if v.variable is None), key=lambda vertex: vertex.made)
    if len(operations) < 6:
        return []
    signatures = _signatures(graph, operations)
    found: list[Repeat] = []
    segments = [(0, len(operations))]
    while segments:
        start, end = segments.pop()
        best = _longest(signatures[start:end])
        if best is None:
            continue
        at, period, times = best
        copies = [operations[start + at + k * period : start + at + (k + 1) * period] for k in range(times)]
        found.append(Repeat(tuple(tuple(vertex.index for vertex in copy) for copy in copies)))
        segments += [(start, start + at), (start + at + times * period, end)]
    return found


def _signatures(graph: Graph, operations: Sequence[Vertex]) -> np.ndarray:
    """A number for each operation: the same for two that do the same in the same place of a loop."""
    place = {vertex.index: i for i, vertex in enumerate(operations)}
    uses = Counter(link.to for vertex in operations for link in vertex.links)
    codes: dict[object, int] = {}
    signatures = []
    for i, vertex in enumerate(operations):
        links: list[object] = []
        for link in vertex.links:
            target = None if link.to is None else graph.nodes[link.to]
            if target is None:
                links.append(None)
            elif target.variable is not None:  # a leaf of its own for every turn, or one leaf for all
                links.append(("leaf", tuple(target.variable.shape) if uses[link.to] == 1 else target.index))
            else:
                back = i - place[target.index]
                links.append(("back", back) if back <= LONGEST_BODY else ("far", target.index))
        signatures.append(codes.setdefault((vertex.name, tuple(links)), len(codes)))
    return np.array(signatures)


def _longest(signatures: np.ndarray) -> tuple[int, int, int] | None:
    """``(start, period, times)`` of the repeat that covers most, with at least three turns."""
    best, covered = None, 0
    for period in range(1, min(LONGEST_BODY, len(signatures) // 3) + 1):
        same = signatures[period:] == signatures[:-period]
        edges = np.flatnonzero(np.diff(np.concatenate(([0], same.view(np.int8), [0]))))
        if not len(edges):
            continue
        starts, ends = edges[::2], edges[1::2]
        longest = int(np.argmax(ends - starts))
        start, times = int(starts[longest]), int(ends[longest] - starts[longest]) // period + 1
        if times >= 3 and times * period > covered:
            best, covered = (start, period, times), times * period
    return best


def _fold_repeat(graph: Graph, repeat: Repeat, folded: Folded) -> None:
    """Let the first turn stand for all, and the leaves that only it uses for those of the other turns."""
    first = repeat.copies[0]
    for copy in repeat.copies[1:]:
        for own, shown in zip(copy, first):
            folded.stands[own] = shown
            for link, other in zip(graph.nodes[own].links, graph.nodes[shown].links):
                if link.to != other.to and _is_leaf(graph, link.to) and _is_leaf(graph, other.to):
                    folded.stands[link.to] = other.to  # type: ignore[index, assignment]
    folded.groups.append(Group(f"× {len(repeat.copies)}", list(first), len(repeat.copies)))


def _is_leaf(graph: Graph, index: int | None) -> bool:
    return index is not None and graph.nodes[index].variable is not None


def _fold_module(graph: Graph, folded: Folded, members: list[int], title: str) -> None:
    """Let one node stand for all operations of a module and for the leaves that only it uses."""
    inside = {member for member in members if graph.nodes[member].variable is None}
    users: dict[int, set[int]] = {}
    for vertex in graph.nodes:
        for link in vertex.links:
            if _is_leaf(graph, link.to):
                users.setdefault(folded.stands[link.to], set()).add(folded.stands[vertex.index])  # type: ignore[index]
    inside |= {leaf for leaf, consumers in users.items() if consumers <= inside}
    shown = min(inside)
    folded.stands = [shown if stand in inside else stand for stand in folded.stands]
    folded.summaries[shown] = (title, "a module, folded")
    folded.groups = [group for group in folded.groups if not inside & set(group.members)]


def _cut(folded: Folded) -> None:
    """If there is still too much, show what is nearest to the root and let one node stand for the rest."""
    shown = folded.shown()
    if len(shown) <= MOST_VISIBLE:
        return
    last, rest = shown[MOST_VISIBLE - 1], set(shown[MOST_VISIBLE - 1 :])
    hidden = sum(stand in rest for stand in folded.stands)
    folded.summaries = {index: words for index, words in folded.summaries.items() if index not in rest}
    folded.summaries[last] = (f"… {hidden} more nodes", "too many to draw")
    folded.stands = [last if stand in rest else stand for stand in folded.stands]
    for group in folded.groups:
        group.members = [member for member in group.members if member not in rest]
    folded.groups = [group for group in folded.groups if group.members]
