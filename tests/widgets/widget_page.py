"""A plain page with one widget in it and its Python side at the other end: quick browser tests without
Jupyter.

The page loads the widget's own module with a small model. What the page changes goes to the real widget in
this process, and what the widget then shows comes back, as a kernel would do it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>widget</title>
</head><body %(body)s><main id="here"></main>
<script type="module">
const bytes = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
const state = %(state)s;
state.payload = bytes(state.payload);
const listeners = {};
const changed = {};
const model = {
  get: (name) => state[name],
  set(name, value) { state[name] = changed[name] = value; },
  on(event, f) { (listeners[event] ??= []).push(f); },
  off(event, f) { listeners[event] = (listeners[event] ?? []).filter((g) => g !== f); },
  async save_changes() {
    const sent = { ...changed };
    Object.keys(changed).forEach((name) => delete changed[name]);
    state.payload = bytes(await window.python(JSON.stringify(sent)));
    (listeners["change:payload"] ?? []).forEach((f) => f());
  },
};
const widget = (await import("data:text/javascript;base64,%(esm)s")).default;
widget.render({ model, el: document.getElementById("here") });
</script></body></html>"""


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


@contextmanager
def opened(browser: Any, widget: Any, *, body: str = "", **context: Any) -> Iterator[Any]:
    """A page that shows `widget`; ``page.requests_made`` lists every request that left the page."""
    state = {
        name: widget._trait_values[name]
        for name in widget.trait_names(sync=True)
        if name in widget._trait_values
    }
    state = {name: value for name, value in state.items() if isinstance(value, (str, int, bool, list))}
    state["payload"] = encoded(widget.payload)

    def python(changes: str) -> str:
        for name, value in json.loads(changes).items():
            setattr(widget, name, value)
        return encoded(widget.payload)

    context.setdefault("viewport", {"width": 1000, "height": 800})
    pages = browser.new_context(**context)
    page = pages.new_page()
    page.requests_made, page.errors = [], []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("console", lambda message: page.errors.append(message.text) if message.type == "error" else None)

    def leave(route: Any) -> None:
        page.requests_made.append(route.request.url)
        route.abort()

    page.route("http**", leave)
    page.expose_function("python", python)
    page.set_content(PAGE % {"esm": encoded(widget._esm.encode()), "state": json.dumps(state), "body": body})
    page.wait_for_selector(".tt svg")
    try:
        yield page
    finally:
        pages.close()
