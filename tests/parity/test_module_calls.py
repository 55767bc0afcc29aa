"""Modules beside PyTorch's: saving and loading, calling, and every kind of hook."""

from __future__ import annotations

import warnings
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from nets import both, net

import teachtorch

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.parity


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
