"""Modules beside PyTorch's: what they look like, own, save, load, draw, call and refuse."""

from __future__ import annotations

import copy
import warnings
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import teachtorch

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.parity


def both(make: Callable[[Any], Any]) -> tuple[Any, Any]:
    """What ``make(module)`` returns for PyTorch and for us, after the same seed."""
    results = []
    for module in (torch, teachtorch):
        module.manual_seed(0)
        results.append(make(module))
    return results[0], results[1]


def net(module: Any) -> Any:
    """A model with buffers, a shared layer, containers and a hole."""
    nn = module.nn

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first = nn.Sequential(
                OrderedDict([("linear", nn.Linear(3, 4)), ("relu", nn.ReLU()), ("drop", nn.Dropout(0.2))])
            )
            self.layers = nn.ModuleList([nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 2, bias=False)])
            self.tied = self.layers[0]
            self.choice = nn.ModuleDict({"tanh": nn.Tanh(), "prelu": nn.PReLU(2)})
            self.extra = nn.ParameterList([module.ones(2), nn.Parameter(module.zeros(1, 2))])
            self.named = nn.ParameterDict({"b": module.ones(2), "a": module.zeros(())})
            self.register_buffer("mean", module.zeros(3))
            self.register_buffer("scratch", module.ones(2), persistent=False)
            self.register_buffer("nothing", None)
            self.register_parameter("missing", None)
            self.scale = nn.Parameter(module.tensor(2.0))
            self.plain = 3
            self.hole = None

        def forward(self, x: Any) -> Any:
            x = self.first(x - self.mean)
            for layer in self.layers:
                x = layer(x)
            return self.choice["prelu"](x) * self.scale + self.extra[0]

        def extra_repr(self) -> str:
            return f"plain={self.plain},\nmore"

    return Net()


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


# --- saving and loading ---


def test_state_dicts_go_both_ways() -> None:
    theirs, ours = both(net)
    for source, target, module in ((theirs, ours, teachtorch), (ours, theirs, torch)):
        for parameter in source.parameters():
            parameter.data.add_(1)
        state = {key: module.from_numpy(value.numpy().copy()) for key, value in source.state_dict().items()}
        assert repr(target.load_state_dict(state)) == "<All keys matched successfully>"
        for key, value in target.state_dict().items():
            assert value.numpy().tobytes() == source.state_dict()[key].numpy().tobytes()


def broken_states(m: Any) -> list[Any]:
    good = net(m).state_dict()
    missing = OrderedDict(good)
    del missing["scale"], missing["first.linear.weight"]
    left_over = OrderedDict(good, extra=m.ones(1))
    left_over["first.linear.other"] = left_over["layers.9.weight"] = m.ones(1)
    wrong_shape = OrderedDict(good)
    wrong_shape["mean"], wrong_shape["layers.2.weight"] = m.zeros(4), m.zeros(1, 2, 3)
    not_tensors = OrderedDict(good, scale=3.0)
    everything = OrderedDict(missing, extra=m.ones(1), mean=m.zeros(5))
    return [missing, left_over, wrong_shape, not_tensors, everything, [1, 2]]


@pytest.mark.parametrize("index", range(6))
@pytest.mark.parametrize("strict", [True, False])
def test_what_loading_says(index: int, strict: bool) -> None:
    def outcome(m: Any) -> str:
        try:
            return repr(net(m).load_state_dict(broken_states(m)[index], strict=strict))
        except (RuntimeError, TypeError) as error:
            return f"{type(error).__name__}: {error}".replace("teachtorch", "torch")

    theirs, ours = both(outcome)
    assert ours == theirs


def test_loading_by_assignment_and_with_hooks() -> None:
    def story(m: Any) -> list[Any]:
        module, seen = net(m), []
        source = net(m).double().state_dict()
        module.register_state_dict_pre_hook(lambda mod, prefix, keep: seen.append(("pre", prefix, keep)))
        module.first.register_state_dict_post_hook(
            lambda mod, sd, prefix, meta: seen.append(("post", prefix, meta))
        )
        module._register_state_dict_hook(
            lambda mod, sd, prefix, meta: seen.append(("own", list(sd)[:1], prefix))
        )
        module.register_load_state_dict_pre_hook(
            lambda mod, sd, prefix, meta, strict, missing, unexpected, errors: seen.append(
                (type(mod).__name__, prefix, meta, strict, sd.pop("scale").shape)
            )
        )
        module.register_load_state_dict_post_hook(lambda mod, keys: keys.missing_keys.clear())
        module.first.register_load_state_dict_post_hook(
            lambda mod, keys: seen.append(list(keys.missing_keys))
        )
        seen.append(repr(module.load_state_dict(source, assign=True)))
        seen += [(key, str(value.dtype), value.requires_grad) for key, value in module.state_dict().items()]
        seen += [(name, p.requires_grad, p.is_leaf) for name, p in module.named_parameters()]
        return seen

    theirs, ours = both(story)
    assert str(ours) == str(theirs)


def test_extra_state() -> None:
    def story(m: Any) -> list[Any]:
        class Counter(m.nn.Linear):
            count = 0

            def get_extra_state(self) -> Any:
                return {"count": self.count}

            def set_extra_state(self, state: Any) -> None:
                self.count = state["count"]

        source, target = m.nn.Sequential(Counter(1, 1)), m.nn.Sequential(Counter(1, 1))
        source[0].count = 7
        state = source.state_dict()
        target.load_state_dict(state)
        seen = [list(state), target[0].count]
        for module, loaded in ((m.nn.Linear(1, 1), source[0].state_dict()), (source, {})):
            try:
                module.load_state_dict(loaded)
            except RuntimeError as error:
                seen.append(str(error))
        return seen

    theirs, ours = both(story)
    assert ours == theirs


# --- calling, and hooks ---


def test_hooks_run_in_pytorchs_order() -> None:
    def story(m: Any) -> list[Any]:
        seen: list[Any] = []
        inner, outer = m.nn.Linear(2, 2), m.nn.Sequential()
        outer.append(inner)

        def note(name: str, result: Callable[..., Any] = lambda *args: None) -> Callable[..., Any]:
            def hook(module: Any, *args: Any) -> Any:
                def show(value: Any) -> Any:
                    if isinstance(value, (tuple, list)):
                        return tuple(show(entry) for entry in value)
                    return np.round(value.detach().numpy(), 5).tolist() if hasattr(value, "detach") else value

                seen.append((name, type(module).__name__, *map(show, args)))
                return result(*args)

            return hook

        module_hooks = m.nn.modules.module
        handles = [
            module_hooks.register_module_forward_pre_hook(note("global pre")),
            module_hooks.register_module_forward_hook(note("global post")),
            module_hooks.register_module_full_backward_pre_hook(note("global backward pre")),
            module_hooks.register_module_full_backward_hook(note("global backward")),
            outer.register_forward_pre_hook(note("pre kwargs", lambda a, k: (a, k)), with_kwargs=True),
            inner.register_forward_pre_hook(note("pre", lambda args: args[0] * 2)),
            inner.register_forward_pre_hook(note("pre first"), prepend=True),
            inner.register_forward_hook(note("post", lambda args, out: out + 1)),
            inner.register_forward_hook(note("post kwargs"), with_kwargs=True),
            inner.register_forward_hook(note("post first"), prepend=True),
            inner.register_full_backward_pre_hook(note("backward pre", lambda g: (g[0] * 3,))),
            inner.register_full_backward_hook(note("backward", lambda gi, go: (gi[0] * 0.5,))),
            inner.register_full_backward_hook(note("backward first"), prepend=True),
        ]
        x = m.tensor([[1.0, -2.0]], requires_grad=True)
        outer(x).sum().backward()
        seen.append(np.round(x.grad.numpy(), 5).tolist())
        seen.append(np.round(inner.weight.grad.numpy(), 5).tolist())
        for handle in handles:
            handle.remove()
        outer(x)
        return seen

    theirs, ours = both(story)
    assert ours == theirs


def test_always_called_hooks_and_the_first_error() -> None:
    def story(m: Any) -> list[Any]:
        seen: list[Any] = []

        class Fails(m.nn.Module):
            def forward(self, x: Any) -> Any:
                raise ValueError("from forward")

        def broken(*args: Any) -> None:
            raise KeyError("from a hook")

        module = Fails()
        module.register_forward_hook(lambda mod, args, out: seen.append(("always", out)), always_call=True)
        module.register_forward_hook(lambda *args: seen.append("not called"))
        module.register_forward_hook(broken, always_call=True)
        handle = m.nn.modules.module.register_module_forward_hook(
            lambda mod, args, out: seen.append("global"), always_call=True
        )
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                module(1)
            except ValueError as error:
                seen.append(str(error))
        handle.remove()
        seen += [str(w.message) for w in caught]
        return seen

    theirs, ours = both(story)
    assert ours == theirs


def test_backward_hooks_where_no_input_requires_grad() -> None:
    def story(m: Any) -> list[Any]:
        seen: list[Any] = []
        layer = m.nn.Linear(2, 1)
        layer.register_full_backward_hook(lambda mod, gi, go: seen.append((gi, tuple(go[0].shape))))
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            layer(m.ones(3, 2)).sum().backward()
        return [seen, [str(w.message) for w in caught]]

    theirs, ours = both(story)
    assert ours == theirs


def test_backward_hooks_of_the_older_kind() -> None:
    def story(m: Any) -> list[Any]:
        seen: list[Any] = []
        layer = m.nn.Sequential(m.nn.Tanh(), m.nn.Linear(2, 1))
        for module in layer.modules():
            module.register_backward_hook(
                lambda mod, gi, go: seen.append((type(mod).__name__, [g is None for g in gi], len(go)))
            )
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            layer(m.ones(3, 2, requires_grad=True)).sum().backward()
        return [seen, [str(w.message) for w in caught]]

    theirs, ours = both(story)
    assert ours == theirs


def test_registration_hooks() -> None:
    def story(m: Any) -> list[Any]:
        seen: list[Any] = []
        hooks = m.nn.modules.module
        handles = [
            hooks.register_module_parameter_registration_hook(
                lambda mod, n, p: seen.append(("parameter", n))
            ),
            hooks.register_module_buffer_registration_hook(lambda mod, n, b: seen.append(("buffer", n))),
            hooks.register_module_module_registration_hook(lambda mod, n, c: seen.append(("module", n))),
        ]
        net(m)
        for handle in handles:
            handle.remove()
        net(m)
        return seen

    theirs, ours = both(story)
    assert ours == theirs


def test_lazy_modules_grow_up() -> None:
    def story(m: Any) -> list[Any]:
        layer = m.nn.Sequential(m.nn.LazyLinear(3), m.nn.LazyLinear(2, bias=False))
        seen = [
            repr(layer),
            [type(p).__name__ for p in layer.parameters()],
            layer[0].has_uninitialized_params(),
        ]
        layer(m.ones(2, 5))
        seen += [repr(layer), [(k, tuple(v.shape)) for k, v in layer.state_dict().items()]]
        seen.append([type(p).__name__ for p in layer.parameters()])
        fresh = m.nn.LazyLinear(3)
        fresh.load_state_dict(layer[0].state_dict())
        seen.append(repr(fresh))
        fresh(m.ones(1, 5))
        seen.append(repr(fresh))
        seen.append(str(m.nn.LazyLinear(3).double().weight.dtype))
        return seen

    theirs, ours = both(story)
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


# --- errors ---


def calls_that_raise(m: Any) -> list[Callable[[], Any]]:
    nn, init = m.nn, m.nn.init

    class Early(nn.Module):
        def __init__(self, what: Callable[[Any], Any]) -> None:
            what(self)

    def early(what: Callable[[Any], Any]) -> Callable[[], Any]:
        return lambda: Early(what)

    n = net(m)
    return [
        early(lambda s: setattr(s, "x", nn.ReLU())),
        early(lambda s: setattr(s, "x", nn.Parameter(m.ones(1)))),
        early(lambda s: s.register_buffer("x", m.ones(1))),
        early(lambda s: s.register_parameter("x", None)),
        early(lambda s: s.x),
        lambda: nn.Module(3),
        lambda: nn.Module(a=3),
        lambda: nn.Module()(1),
        lambda: nn.Linear(2, 1)(m.ones(1, 2), 3),
        lambda: n.absent,
        lambda: n.register_buffer(3, m.ones(1)),
        lambda: n.register_buffer("a.b", m.ones(1)),
        lambda: n.register_buffer("", m.ones(1)),
        lambda: n.register_buffer("forward", m.ones(1)),
        lambda: n.register_buffer("new", 3),
        lambda: n.register_parameter(3, None),
        lambda: n.register_parameter("a.b", None),
        lambda: n.register_parameter("", None),
        lambda: n.register_parameter("plain", None),
        lambda: n.register_parameter("new", m.ones(1)),
        lambda: n.register_parameter("new", nn.Parameter),
        lambda: n.add_module("a.b", nn.ReLU()),
        lambda: n.add_module("", nn.ReLU()),
        lambda: n.add_module(3, nn.ReLU()),
        lambda: n.add_module("mean", nn.ReLU()),
        lambda: n.add_module("new", 3),
        lambda: n.register_module("new", "text"),
        lambda: setattr(n, "scale", m.ones(1)),
        lambda: setattr(n, "scale", 3),
        lambda: setattr(n, "first", m.ones(1)),
        lambda: setattr(n, "mean", "text"),
        lambda: delattr(n, "absent"),
        lambda: n.get_submodule("first.absent"),
        lambda: n.get_submodule("mean"),
        lambda: n.get_parameter("first.linear.mean"),
        lambda: n.get_parameter("mean"),
        lambda: n.get_buffer("scale"),
        lambda: n.set_submodule("", nn.ReLU()),
        lambda: n.set_submodule("first.linear", 3),
        lambda: n.set_submodule("first.absent", nn.ReLU(), strict=True),
        lambda: n.set_submodule("plain", nn.ReLU()),
        lambda: n.train("yes"),
        lambda: n.to(m.int64),
        lambda: nn.Sequential(nn.ReLU())[1],
        lambda: nn.Sequential(3),
        lambda: nn.Sequential() + 3,
        lambda: nn.Sequential() * 1.5,
        lambda: nn.Sequential() * 0,
        lambda: nn.Sequential().insert(0, 3),
        lambda: nn.Sequential().insert(5, nn.ReLU()),
        lambda: nn.ModuleList(3),
        lambda: nn.ModuleList()[0],
        lambda: nn.ModuleList([])(1),
        lambda: nn.ModuleDict(3),
        lambda: nn.ModuleDict([3]),
        lambda: nn.ModuleDict([(1, 2, 3)]),
        lambda: nn.ModuleDict()["absent"],
        lambda: nn.ParameterList(m.ones(1)),
        lambda: nn.ParameterList()[0],
        lambda: nn.ParameterList()(),
        lambda: nn.ParameterDict(3),
        lambda: nn.ParameterDict({3: m.ones(1)}),
        lambda: nn.ParameterDict([(1, 2, 3)]),
        lambda: nn.ParameterDict().popitem(),
        lambda: nn.ParameterDict()(1),
        lambda: nn.Parameter(m.tensor([1])),
        lambda: nn.UninitializedParameter().shape,
        lambda: nn.UninitializedParameter().share_memory_(),
        lambda: init.xavier_uniform_(m.empty(3)),
        lambda: init.eye_(m.empty(3)),
        lambda: init.dirac_(m.empty(3, 3)),
        lambda: init.dirac_(m.empty(3, 3, 3), 2),
        lambda: init.orthogonal_(m.empty(3)),
        lambda: init.sparse_(m.empty(3), 0.1),
        lambda: init.kaiming_uniform_(m.empty(3, 3), mode="fan"),
        lambda: init.kaiming_uniform_(m.empty(3, 3), nonlinearity="wobble"),
        lambda: init.calculate_gain("leaky_relu", True),
        lambda: _both_kinds(nn.Linear(1, 1)),
        lambda: _state_dict_hook_twice(n),
    ]  # fmt: skip


def _both_kinds(layer: Any) -> None:
    layer.register_full_backward_hook(print)
    layer.register_backward_hook(print)


def _state_dict_hook_twice(module: Any) -> None:
    def hook(*args: Any) -> None:
        """Registered twice."""

    module.register_state_dict_post_hook(hook)
    module._register_state_dict_hook(hook)


@pytest.mark.parametrize("index", range(len(calls_that_raise(teachtorch))))
def test_errors_are_pytorchs(index: int) -> None:
    with pytest.raises(Exception) as theirs:
        calls_that_raise(torch)[index]()
    with pytest.raises(Exception) as ours:
        calls_that_raise(teachtorch)[index]()
    assert type(ours.value) is type(theirs.value)
    assert str(ours.value).replace("teachtorch", "torch") == str(theirs.value)
