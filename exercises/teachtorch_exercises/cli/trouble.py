"""What a command raises when it cannot go on: shown as a sentence, never as a traceback."""

from __future__ import annotations


class Trouble(Exception):
    """A sentence for the user."""
