"""Walking a graph and recording a backward as data."""

import teachtorch as torch
from teachtorch.autograd import trace


def scalar_graph():
    x = torch.tensor(2.0, requires_grad=True)
    return x, x * x + 3 * x


def test_walk_lists_every_node_once_and_the_links_between_them():
    x, loss = scalar_graph()
    nodes = trace.walk(loss).nodes
    assert [node.name for node in nodes] == ["AddBackward0", "MulBackward0", "MulBackward0", "AccumulateGrad"]
    assert [[link.to for link in node.links] for node in nodes] == [[1, 2], [3, 3], [3, None], []]
    assert [[link.argument for link in node.links] for node in nodes[:2]] == [["input", "other"]] * 2
    assert nodes[3].variable is x


def test_walk_tells_rules_saved_values_and_shapes():
    _, loss = scalar_graph()
    square = trace.walk(loss).nodes[1]
    assert square.operation == "mul"
    assert set(square.rules) == {"input", "other"}
    assert square.rules["input"].startswith("grad * other")
    assert {saved.name: saved.value.item() for saved in square.saved} == {"self": 2.0, "other": 2.0}
    assert square.outputs == (((), "float32"),)


def test_walk_starts_from_a_node_as_well():
    _, loss = scalar_graph()
    assert len(trace.walk(loss.grad_fn).nodes) == 4


def test_a_leaf_has_no_graph():
    assert trace.walk(torch.ones(2, requires_grad=True)).nodes == ()


def test_walk_is_not_recursive():
    y = torch.ones((), requires_grad=True)
    for _ in range(5000):
        y = y + 1
    assert len(trace.walk(y).nodes) == 5001


def test_a_number_in_the_place_of_a_tensor_has_no_link():
    x = torch.ones(2, requires_grad=True)
    assert [link.argument for link in trace.walk((x**2).sum()).nodes[1].links] == ["input"]


def test_record_tells_what_every_node_received_and_sent():
    _, loss = scalar_graph()
    told = [
        (step.node, [g.item() for g in step.received], [g and g.item() for g in step.sent])
        for step in trace.record(loss).steps
    ]
    assert told == [
        (0, [1.0], [1.0, 1.0]),
        (2, [1.0], [3.0, None]),
        (1, [1.0], [2.0, 2.0]),
        (3, [7.0], []),
    ]


def test_steps_come_in_the_order_in_which_hooks_run():
    x = torch.ones(3, requires_grad=True)
    w = torch.ones(3, requires_grad=True)
    loss = ((x * w).exp() + x / w).sum()
    graph = trace.walk(loss)
    ran: list[str] = []
    handles = [
        vertex.node.register_prehook(lambda grads, i=vertex.index: ran.append(i)) for vertex in graph.nodes
    ]
    loss.backward(retain_graph=True)
    for handle in handles:
        handle.remove()
    assert [step.node for step in trace.record(loss).steps] == ran
    assert sorted(ran) == list(range(len(graph.nodes)))


def test_record_leaves_no_trace():
    x, loss = scalar_graph()
    x.grad = before = torch.tensor(5.0)
    noted = []
    trace.record(loss, keep=noted.append)
    assert x.grad is before
    assert before.item() == 5.0
    count = len(noted)
    loss.backward()
    assert x.grad.item() == 12.0
    assert len(noted) == count, "a hook was left behind"


def test_record_restores_the_grad_of_results_that_retain_it():
    x = torch.tensor(2.0, requires_grad=True)
    y = x * x
    y.retain_grad()
    trace.record(y * 3, also=[y])
    assert y.grad is None


def test_an_error_of_backward_is_told_with_the_steps_before_it():
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x.exp()
    loss = (y * y).sum()
    y.add_(1)
    recording = trace.record(loss)
    assert "modified by an inplace operation" in str(recording.error)
    assert [recording.graph.nodes[step.node].name for step in recording.steps] == ["SumBackward0"]
    assert recording.graph.nodes[recording.stopped_at].name == "MulBackward0"
    stale = [saved for saved in recording.graph.nodes[recording.stopped_at].saved if saved.stale]
    assert {saved.versions for saved in stale} == {(0, 1)}


def test_a_freed_graph_says_so():
    _, loss = scalar_graph()
    loss.backward()
    recording = trace.record(loss)
    assert "second time" in str(recording.error)
    assert "second time" in recording.graph.nodes[1].saved[0].problem


def test_without_a_scalar_backward_needs_a_gradient():
    y = torch.ones(3, requires_grad=True) * 2
    assert "grad can be implicitly created only for scalar outputs" in str(trace.record(y).error)
    steps = trace.record(y, torch.ones(3)).steps
    assert steps[0].received[0].tolist() == [1.0, 1.0, 1.0]


def test_what_is_kept_of_a_gradient_can_be_chosen():
    _, loss = scalar_graph()
    assert trace.record(loss, keep=lambda grad: tuple(grad.shape)).steps[0].received == ((),)
