"""What every widget here has in common: one scene, and three things made from it.

Python decides, JavaScript draws. A widget builds a **scene**, plain data that can be written as JSON. From
the scene come the live view, a static SVG and a text in words; so everything a widget means can be tested
without a browser, and a notebook read on GitHub or without a kernel still shows the picture.
"""

from __future__ import annotations

import json
import zlib
from html import escape
from pathlib import Path
from typing import Any

import anywidget
import traitlets

Scene = dict[str, Any]


class SceneWidget(anywidget.AnyWidget):
    """A widget that is drawn from a scene.

    A subclass gives ``_esm``, a bundle of files of ``static/``, and the three methods that read
    the scene: :meth:`picture`, :meth:`describe` and :meth:`views`.
    """

    payload = traitlets.Bytes().tag(sync=True)
    """The scene with its pictures as compressed JSON: a saved notebook carries it with every widget."""

    def __init__(self, scene: Scene, **kwargs: Any) -> None:
        self._scene = scene
        super().__init__(payload=self.packed(), **kwargs)

    @property
    def scene(self) -> Scene:
        """What is shown, as plain data. It is a copy: change the widget through its own arguments."""
        return json.loads(json.dumps(self._scene))

    def show(self, scene: Scene) -> None:
        """Replace what is shown, here and in every live view."""
        self._scene = scene
        self.payload = self.packed()

    def packed(self) -> bytes:
        """The scene and its pictures as the front end receives them."""
        whole = {**self.packed_scene(), "views": self.views(), "text": self.describe()}
        return zlib.compress(json.dumps(whole, separators=(",", ":"), ensure_ascii=False).encode(), 9)

    def packed_scene(self) -> Scene:
        """The part of the scene that the front end reads beside the pictures."""
        return self._scene

    def views(self) -> dict[str, str]:
        """The pictures of the live view, by the name of the tab that shows them; SVG bodies without style."""
        raise NotImplementedError

    def picture(self) -> str:
        """The static picture: a complete SVG document."""
        raise NotImplementedError

    def describe(self) -> str:
        """The picture in words, for a terminal and for a screen reader."""
        raise NotImplementedError

    def dot(self) -> str:
        """The picture as DOT, where it is a graph."""
        raise ValueError(f"{type(self).__name__.lower()} is no graph: save it as .svg or .html")

    def save(self, path: str | Path) -> Path:
        """Write the picture to `path`; the suffix says how: ``.svg``, ``.html`` or, for a graph, ``.dot``.

        The HTML is one file with the picture and its text, without scripts and without the network.
        """
        path = Path(path)
        writers = {".svg": self.picture, ".html": self._page, ".dot": self.dot}
        if path.suffix not in writers:
            raise ValueError(
                f"cannot save as {path.suffix or 'a file without suffix'}: use {', '.join(writers)}"
            )
        path.write_text(writers[path.suffix](), encoding="utf-8")
        return path

    def _page(self) -> str:
        words = self.describe()
        return (
            f'<!doctype html><html lang="en"><meta charset="utf-8">'
            f"<title>{escape(words.splitlines()[0])}</title>"
            f'<body style="margin:1rem;color-scheme:light dark"><figure style="margin:0;overflow:auto">'
            f"{self.picture()}<figcaption><details><summary>In words</summary>"
            f"<pre>{escape(words)}</pre></details></figcaption></figure></html>\n"
        )

    def __repr__(self) -> str:
        return self.describe()

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """The live view, with the picture and its text beside it for readers who have no kernel."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle
        return {**data, "image/svg+xml": self.picture(), "text/plain": self.describe()}, metadata
