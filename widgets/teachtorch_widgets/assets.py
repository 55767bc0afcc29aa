"""The front ends' files as a notebook stores them: small, since every widget of it carries them."""

from __future__ import annotations

import base64
import json
import re
import zlib
from functools import cache
from importlib.resources import files

LOADER = """const packed = Uint8Array.from(atob("%s"), (c) => c.charCodeAt(0));
const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
const code = new Blob([await new Response(stream).blob()], { type: "text/javascript" });
const url = URL.createObjectURL(code);
const widget = (await import(url)).default;
URL.revokeObjectURL(url);
export default widget;
"""


@cache
def module(*names: str) -> str:
    """Several files of ``static/`` as one JavaScript module, compressed, and the few lines that unpack it.

    anywidget takes a single module. In the notebook this one is less than half as long as its files. Style
    sheets are in it as the constant ``STYLE``.
    """
    sheets = [name for name in names if name.endswith(".css")]
    code = f"const STYLE = {json.dumps(style(*sheets))};\n"
    code += "\n".join(_read(name) for name in names if name not in sheets)
    return LOADER % base64.b64encode(zlib.compress(code.encode(), 9)).decode()


@cache
def style(*names: str) -> str:
    """Several style sheets of ``static/`` as one, without comments and needless space."""
    sheet = re.sub(r"/\*.*?\*/", "", "\n".join(_read(name) for name in names), flags=re.DOTALL)
    return re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r"\s+", " ", sheet)).replace(": ", ":").strip()


def _read(name: str) -> str:
    return (files(__package__) / "static" / name).read_text(encoding="utf-8")
