"""Modules beside PyTorch's: what they look like, own and draw; containers and copies."""

from __future__ import annotations

import copy
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from nets import both, net

import teachtorch

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.parity


REPRESENTED: list[Callable[[Any], Any]] = [
    net,
    lambda m: m.nn.Module(),
    lambda m: m.nn.Linear(3, 2, bias=False),
    lambda m: m.nn.Bilinear(2, 3, 4),
    lambda m: m.nn.LazyLinear(3),
    lambda m: m.nn.Identity(5, key=1),
    lambda m: m.nn.Sequential(),
    lambda m: m.nn.Sequential(m.nn.Sequential(m.nn.Linear(1, 1)), m.nn.Sequential()),
    lambda m: m.nn.ModuleList(),
    lambda m: m.nn.ModuleList([m.nn.ReLU(), m.nn.ReLU(), m.nn.Tanh(), m.nn.ReLU()]),
    lambda m: m.nn.ModuleList([m.nn.Sequential(m.nn.ReLU(), m.nn.Tanh()) for _ in range(2)]),
    lambda m: m.nn.ModuleDict(),
    lambda m: m.nn.ParameterList([m.ones(2, 3), "text", 5]),
    lambda m: m.nn.ParameterDict({"a": m.ones(2, 3), "b": None}),
    lambda m: m.nn.Parameter(m.ones(2)),
    lambda m: m.nn.Parameter(m.ones(2), requires_grad=False),
    lambda m: m.nn.UninitializedParameter(),
    lambda m: m.nn.Buffer(m.ones(2)),
    lambda m: m.nn.Threshold(0.1, 20.0, inplace=True),
    lambda m: m.nn.ReLU(inplace=True),
    lambda m: m.nn.RReLU(0.1, 0.2, inplace=True),
    lambda m: m.nn.Hardtanh(-2.0, 1.0, True),
    lambda m: m.nn.ReLU6(),
    lambda m: m.nn.ReLU6(inplace=True),
    lambda m: m.nn.Hardsigmoid(inplace=True),
    lambda m: m.nn.Hardswish(inplace=True),
    lambda m: m.nn.ELU(0.5),
    lambda m: m.nn.CELU(0.5, True),
    lambda m: m.nn.SELU(True),
    lambda m: m.nn.GLU(0),
    lambda m: m.nn.GELU("tanh"),
    lambda m: m.nn.SiLU(),
    lambda m: m.nn.Mish(True),
    lambda m: m.nn.Hardshrink(0.3),
    lambda m: m.nn.LeakyReLU(0.2, True),
    lambda m: m.nn.LogSigmoid(),
    lambda m: m.nn.Softplus(2, 10),
    lambda m: m.nn.Softshrink(0.3),
    lambda m: m.nn.PReLU(3),
    lambda m: m.nn.Softsign(),
    lambda m: m.nn.Tanhshrink(),
    lambda m: m.nn.Softmin(1),
    lambda m: m.nn.Softmax(),
    lambda m: m.nn.Softmax2d(),
    lambda m: m.nn.LogSoftmax(dim=-1),
    lambda m: m.nn.Dropout(0.3, True),
    lambda m: m.nn.AlphaDropout(),
    lambda m: m.nn.Flatten(),
    lambda m: m.nn.Unflatten(1, (2, 3)),
    lambda m: m.nn.PairwiseDistance(),
    lambda m: m.nn.CosineSimilarity(),
    lambda m: m.nn.CrossEntropyLoss(m.ones(3)),
    lambda m: m.nn.TripletMarginWithDistanceLoss(),
]


@pytest.mark.parametrize("make", REPRESENTED, ids=range(len(REPRESENTED)))
def test_reprs_are_equal(make: Callable[[Any], Any]) -> None:
    theirs, ours = both(make)
    assert repr(ours) == repr(theirs)


def test_losses_are_represented_alike_and_keep_their_settings() -> None:
    for name in [name for name in dir(teachtorch.nn) if name.endswith("Loss")]:
        theirs, ours = both(lambda m, name=name: getattr(m.nn, name)())
        assert repr(ours) == repr(theirs)
        settings = {key: value for key, value in vars(ours).items() if not key.startswith("_")}
        for key, value in settings.items():
            if key != "distance_function":
                assert getattr(theirs, key) == value, (name, key)


# --- what a module owns ---

LISTS: dict[str, Callable[[Any], Any]] = {
    "named_parameters": lambda n: [(k, tuple(p.shape)) for k, p in n.named_parameters()],
    "with duplicates": lambda n: [k for k, _ in n.named_parameters(remove_duplicate=False)],
    "own": lambda n: [k for k, _ in n.named_parameters(prefix="net", recurse=False)],
    "named_buffers": lambda n: [k for k, _ in n.named_buffers()],
    "named_modules": lambda n: [(k, type(m).__name__) for k, m in n.named_modules()],
    "all modules": lambda n: [k for k, _ in n.named_modules(prefix="p", remove_duplicate=False)],
    "named_children": lambda n: [(k, type(m).__name__) for k, m in n.named_children()],
    "counts": lambda n: [len(list(f())) for f in (n.parameters, n.buffers, n.modules, n.children)],
    "state_dict": lambda n: [(k, v.requires_grad) for k, v in n.state_dict().items()],
    "keep_vars": lambda n: [(k, v.requires_grad) for k, v in n.state_dict(keep_vars=True, prefix="a.").items()],
    "metadata": lambda n: n.state_dict()._metadata,
    "type": lambda n: type(n.state_dict()),
    "modes": lambda n: [m.training for m in n.eval().modules()] + [m.training for m in n.train().modules()],
    "frozen": lambda n: [p.requires_grad for p in n.requires_grad_(False).parameters()],
    "casts": lambda n: [str(v.dtype) for v in n.double().state_dict().values()],
    "to": lambda n: [str(v.dtype) for v in n.to(next(n.half().parameters())).state_dict().values()],
    "dir": lambda n: {"first", "scale", "mean", "plain", "forward"} <= set(dir(n)),
    "digits": lambda n: [k for k in dir(n.layers) if k.isdigit()],
    "attributes": lambda n: [type(getattr(n, k)).__name__ for k in ("scale", "mean", "missing", "hole", "tied")],
    "apply": lambda n: (lambda seen: [n.apply(lambda m: seen.append(type(m).__name__)), seen][1])([]),
}  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_modules_own_the_same_things(name: str) -> None:
    theirs, ours = both(lambda m: LISTS[name](net(m)))
    assert ours == theirs


def test_moving_between_registries_by_assignment_and_deletion() -> None:
    def story(m: Any) -> list[Any]:
        nn, module, seen = m.nn, m.nn.Module(), []

        def note() -> None:
            seen.append((list(module._parameters), list(module._buffers), list(module._modules)))
            seen.append((sorted(module._non_persistent_buffers_set), "x" in module.__dict__))

        for value in (
            3,
            nn.Parameter(m.ones(1)),
            None,
            nn.Parameter(m.ones(2)),
            nn.ReLU(),
            nn.Tanh(),
            None,
            nn.Buffer(m.ones(1), persistent=False),
            m.zeros(2),
            None,
            nn.Parameter(m.ones(1)),
        ):
            try:
                module.x = value
            except TypeError as error:
                seen.append(str(error).replace("teachtorch", "torch"))
                del module.x
                module.x = value
            note()
        del module.x
        note()
        module.x = nn.Buffer(m.ones(3))
        note()
        return seen

    theirs, ours = both(story)
    assert ours == theirs


# --- drawing the first values ---

DRAWN: list[Callable[[Any], Any]] = [
    lambda m: m.nn.Linear(3, 4),
    lambda m: m.nn.Linear(784, 128),
    lambda m: m.nn.Linear(20, 30, dtype=m.float64),
    lambda m: m.nn.Bilinear(3, 4, 5),
    lambda m: m.nn.PReLU(3),
    net,
    lambda m: m.nn.Sequential(m.nn.Linear(10, 20), m.nn.Linear(20, 5)),
]


@pytest.mark.parametrize("make", DRAWN, ids=range(len(DRAWN)))
def test_first_values_are_equal_to_the_bit(make: Callable[[Any], Any]) -> None:
    theirs, ours = both(make)
    for (name, expected), (_, value) in zip(theirs.state_dict().items(), ours.state_dict().items()):
        assert value.numpy().tobytes() == expected.numpy().tobytes(), name


INITIALIZERS: list[tuple[str, Callable[[Any], Any]]] = [
    ("uniform_", lambda m: m.nn.init.uniform_(m.empty(3, 5), -2.0, 1.0)),
    ("normal_", lambda m: m.nn.init.normal_(m.empty(30, 5), 1.0, 0.2)),
    ("trunc_normal_", lambda m: m.nn.init.trunc_normal_(m.empty(30, 50))),
    ("trunc_normal_ off centre", lambda m: m.nn.init.trunc_normal_(m.empty(300), 1.0, 2.0, -1.0, 1.5)),
    ("trunc_normal_ tail", lambda m: m.nn.init.trunc_normal_(m.empty(300), 0.0, 1.0, 1.5, 3.0)),
    ("constant_", lambda m: m.nn.init.constant_(m.empty(3, 5), 0.3)),
    ("ones_", lambda m: m.nn.init.ones_(m.empty(3, 5))),
    ("zeros_", lambda m: m.nn.init.zeros_(m.empty(3, 5))),
    ("eye_", lambda m: m.nn.init.eye_(m.empty(3, 5))),
    ("dirac_", lambda m: m.nn.init.dirac_(m.empty(6, 2, 3, 3), 2)),
    ("dirac_ 3", lambda m: m.nn.init.dirac_(m.empty(3, 24, 5))),
    ("xavier_uniform_", lambda m: m.nn.init.xavier_uniform_(m.empty(3, 5), 2.0)),
    ("xavier_normal_", lambda m: m.nn.init.xavier_normal_(m.empty(3, 5, 2, 2))),
    ("kaiming_uniform_", lambda m: m.nn.init.kaiming_uniform_(m.empty(3, 5), nonlinearity="relu")),
    ("kaiming_normal_", lambda m: m.nn.init.kaiming_normal_(m.empty(3, 5), 0.2, "fan_out")),
    ("sparse_", lambda m: m.nn.init.sparse_(m.empty(10, 5), 0.4)),
    ("generator", lambda m: m.nn.init.normal_(m.empty(7), generator=m.Generator().manual_seed(3))),
    ("double", lambda m: m.nn.init.xavier_normal_(m.empty(30, 5, dtype=m.float64))),
    ("parameter", lambda m: m.nn.init.xavier_normal_(m.nn.Parameter(m.empty(3, 5))).detach()),
]  # fmt: skip


@pytest.mark.parametrize(("name", "make"), INITIALIZERS, ids=[name for name, _ in INITIALIZERS])
def test_initializers_are_equal_to_the_bit(name: str, make: Callable[[Any], Any]) -> None:
    theirs, ours = both(make)
    assert ours.numpy().tobytes() == theirs.numpy().tobytes()


@pytest.mark.parametrize("shape", [(4, 4), (3, 6), (6, 3), (4, 2, 3)])
def test_orthogonal_agrees_to_rounding(shape: tuple[int, ...]) -> None:
    theirs, ours = both(lambda m: m.nn.init.orthogonal_(m.empty(*shape), 1.5))
    np.testing.assert_allclose(ours.numpy(), theirs.numpy(), atol=1e-6)


def test_gains() -> None:
    for name in ("linear", "conv2d", "conv_transpose3d", "sigmoid", "tanh", "relu", "leaky_relu", "selu"):
        theirs, ours = both(lambda m, name=name: m.nn.init.calculate_gain(name, 0.3))
        assert ours == theirs


# --- containers ---

CONTAINER_STORIES: dict[str, Callable[[Any], Any]] = {
    "slices": lambda n, s: [s[1:], s[-1], s[:0]],
    "set": lambda n, s: s.__setitem__(-1, n.Tanh()),
    "delete": lambda n, s: s.__delitem__(1),
    "delete slice": lambda n, s: s.__delitem__(slice(0, 2)),
    "append": lambda n, s: s.append(n.Tanh()),
    "insert": lambda n, s: s.insert(1, n.Tanh()),
    "extend": lambda n, s: s.extend([n.Tanh(), n.ReLU()]),
    "pop": lambda n, s: [s.pop(0), s],
    "add": lambda n, s: s + n.Sequential(n.Tanh()),
    "iadd": lambda n, s: s.__iadd__(n.Sequential(n.Tanh(), n.ReLU())),
    "mul": lambda n, s: [s * 2, 2 * s],
    "imul": lambda n, s: s.__imul__(3),
    "iterate": lambda n, s: [len(s), list(s)],
}  # fmt: skip


@pytest.mark.parametrize("kind", ["Sequential", "ModuleList"])
@pytest.mark.parametrize("name", CONTAINER_STORIES)
def test_numbered_containers(name: str, kind: str) -> None:
    def story(m: Any) -> Any:
        layers = [m.nn.Linear(1, 2), m.nn.ReLU(), m.nn.Linear(2, 1)]
        made = m.nn.Sequential(*layers) if kind == "Sequential" else m.nn.ModuleList(layers)
        try:
            result = CONTAINER_STORIES[name](m.nn, made)
        except (TypeError, ValueError, AttributeError) as error:
            return type(error)
        return repr(result), repr(made), list(made.state_dict())

    theirs, ours = both(story)
    assert ours == theirs


def test_module_dict_and_parameter_containers() -> None:
    def story(m: Any) -> list[Any]:
        nn, seen = m.nn, []
        modules = nn.ModuleDict([["a", nn.ReLU()], ["b", nn.Tanh()]])
        modules.update({"c": nn.Linear(1, 1)})
        modules["a"] = nn.Sigmoid()
        seen += [repr(modules), repr(modules.pop("b")), list(modules), "a" in modules, len(modules)]
        seen += [list(modules.keys()), repr(list(modules.items())), repr(list(modules.values()))]
        modules.clear()
        seen.append(repr(modules))
        some = nn.ParameterList(m.ones(i) for i in range(3))
        some += [m.ones(2, 2)]
        some[0] = m.zeros(5)
        seen += [repr(some), repr(some[1:]), len(some), repr(some.append(m.ones(1))), list(some.state_dict())]
        named = nn.ParameterDict({"z": m.ones(1), "a": m.ones(2)})
        named.update(OrderedDict([("y", m.ones(3)), ("b", m.ones(1))]))
        seen += [repr(named), list(named), list(reversed(named)), "z" in named, repr(named.pop("z"))]
        seen += [repr(named.popitem()), repr(named.get("none", 3)), repr(named.setdefault("new", m.ones(1)))]
        seen += [repr(named | nn.ParameterDict({"q": m.ones(1)})), repr(named.copy()), list(named.keys())]
        seen += [repr(named.fromkeys(["u", "v"], m.ones(1))), repr(list(named.values()))]
        del named["a"]
        named |= nn.ParameterDict({"w": m.ones(1)})
        seen.append(repr(named))
        named.clear()
        seen += [len(named), repr(named)]
        return seen

    theirs, ours = both(story)
    assert ours == theirs


# --- copying ---


def test_copies_are_deep_and_keep_ties() -> None:
    def story(m: Any) -> list[Any]:
        original = net(m)
        original.scale.grad = m.ones(())
        original.zeroed = m.nn.Linear(1, 1)
        other = copy.deepcopy(original)
        with m.no_grad():
            other.layers[0].weight.zero_()
        return [
            repr(other),
            other.tied is other.layers[0],
            bool((original.layers[0].weight == 0).all()),
            other.scale.grad,
            [type(p).__name__ for p in other.parameters()][:2],
        ]

    theirs, ours = both(story)
    assert ours == theirs
