"""Pictures that move: broadcasting and computation graphs, for Jupyter.

>>> from teachtorch_widgets import broadcast, graph
"""

from .broadcast import BroadcastExplorer, broadcast
from .graph import GraphExplorer, graph

__all__ = ["BroadcastExplorer", "GraphExplorer", "broadcast", "graph"]
