"""The modules of ``teachtorch.nn``, one kind to a file."""

from __future__ import annotations

from .module import Module
from .container import *
from .parameter_containers import *
from .linear import *
from .activation import *
from .dropout import *
from .flatten import *
from .distance import *
from .loss import *
