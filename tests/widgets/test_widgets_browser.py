"""The live views in Chromium: what a student sees, what a screen reader says, what the keyboard does.

Each page holds one widget, with the real Python side behind it; JupyterLab has its own test.
"""

import pytest
from graph_examples import fan_in, overwritten, slope
from widget_page import opened

from teachtorch_widgets import broadcast

pytestmark = pytest.mark.browser


@pytest.fixture
def page_of(browser):
    """``page_of(widget)`` opens it; at the end nothing may have failed and nothing left the machine."""
    contexts = []

    def show(widget, **context):
        opening = opened(browser, widget, **context)
        page = opening.__enter__()
        contexts.append((opening, page))
        return page

    yield show
    for opening, page in contexts:
        errors, requests = page.errors, page.requests_made
        opening.__exit__(None, None, None)
        assert errors == []
        assert requests == []


def say(page):
    return page.locator(".tt-say").text_content()


def card(page, title):
    return page.locator(f"[data-n][aria-label^='{title}']")


def test_graph_steps_forward_and_back_with_the_space_bar(page_of):
    widget = fan_in()
    page = page_of(widget)
    assert page.locator(".grad").all_text_contents() == [""] * 4
    page.locator(".tt-stage").focus()
    for step in widget.scene["steps"]:
        page.keyboard.press("Space")
        assert say(page) == step["say"]
        assert page.locator(".now").get_attribute("data-n") == step["node"]
        assert page.locator(".tt-panel dd").all_text_contents() == [row[1] for row in step["rows"]]
    assert page.locator(".tt-count").text_content() == "step 4 of 4"
    assert card(page, "x,").locator(".grad").text_content() == "grad 7."
    page.keyboard.press("Shift+Space")
    assert page.locator(".tt-count").text_content() == "step 3 of 4"


def test_graph_shows_fan_in_as_a_sum(page_of):
    page = page_of(fan_in())
    page.get_by_role("button", name="one step on").click(click_count=2)
    assert card(page, "x,").locator(".grad").text_content() == "grad 3."
    page.get_by_role("button", name="one step on").click()
    assert card(page, "x,").locator(".grad").text_content() == "grad += → 7."


def test_graph_buttons_go_to_the_ends(page_of):
    page = page_of(fan_in())
    first, last = (
        page.get_by_role("button", name="before backward"),
        page.get_by_role("button", name="to the end"),
    )
    assert first.is_disabled()
    last.click()
    assert last.is_disabled()
    assert page.locator(".tt-count").text_content() == "step 4 of 4"
    first.click()
    assert page.locator(".now").count() == 0


def test_graph_arrow_keys_follow_edges_and_enter_shows_details(page_of):
    page = page_of(slope())
    stage = page.locator(".tt-stage")
    stage.focus()
    visited = []
    for key in ("ArrowDown", "ArrowUp", "ArrowUp", "ArrowUp", "ArrowRight"):
        page.keyboard.press(key)
        visited.append(
            page.locator(f"#{stage.get_attribute('aria-activedescendant')}")
            .get_attribute("aria-label")
            .split(",")[0]
        )
    assert visited == ["y = t2.sum()", "t2 = t1 + …", "t1 = m * x", "m", "x"]
    page.keyboard.press("Enter")
    assert "requires_grad is False" in page.locator(".tt-panel").text_content()
    page.keyboard.press("Escape")
    assert stage.get_attribute("aria-activedescendant") is None
    assert page.evaluate("document.activeElement === document.body")


def test_keys_pressed_in_a_widget_do_not_reach_the_notebook(page_of):
    page = page_of(broadcast((2, 3), (3,)))
    page.evaluate("document.addEventListener('keydown', () => { window.leaked = true; })")
    field = page.get_by_label("shape of b")
    field.fill("(1,)")
    field.press("Enter")
    page.locator(".tt-stage").press("ArrowRight")
    page.wait_for_function("document.querySelector('.tt-say').textContent.includes('b[0]')")
    assert page.evaluate("window.leaked") is None


def test_graph_toggles_to_pytorchs_own_view_without_moving_anything(page_of):
    page = page_of(slope())
    toggle = page.get_by_role("button", name="PyTorch's own view")
    before = card(page, "m,").bounding_box()
    assert card(page, "m,").locator("text:visible").first.text_content() == "m"
    toggle.click()
    assert toggle.get_attribute("aria-pressed") == "true"
    assert card(page, "m,").locator("text:visible").first.text_content() == "AccumulateGrad"
    assert card(page, "t1").locator("text:visible").nth(1).text_content() == "[0] AccumulateGrad [1] None"
    assert card(page, "m,").bounding_box() == before


def test_graph_stops_where_backward_fails(page_of):
    page = page_of(overwritten())
    page.get_by_role("button", name="to the end").click()
    assert "modified by an inplace operation" in say(page)
    assert page.locator(".now.stale .warn").text_content() == "⚠ t1 was overwritten"
    page.locator(".now").click()
    assert "STALE: version 0 was saved, it is at version 1 now" in page.locator(".tt-panel").text_content()


def test_graph_as_tables(page_of):
    widget = slope()
    page = page_of(widget)
    page.get_by_text("Show as table").click()
    tables = page.locator("table")
    assert tables.locator("caption").all_text_contents() == [
        "Every named tensor and its .grad",
        "Nodes",
        "Backward",
    ]
    assert tables.nth(2).locator("tbody tr").count() == len(widget.scene["steps"])


def test_broadcast_lights_the_sources_of_a_cell(page_of):
    page = page_of(broadcast((2, 3), (2, 1), op="*"))
    page.locator("[data-box='2'] path").first.hover(position={"x": 40, "y": 30})
    words = say(page)
    assert words == "result[1, 1] = a[1, 1] * b[1, 0]"
    assert page.locator("[data-box='1'] .tt-lit").count() == 2, "the cell in memory and its repetition"
    page.mouse.move(1, 1)
    assert page.locator(".tt-lit").count() == 0


def test_broadcast_cells_by_keyboard(page_of):
    page = page_of(broadcast((2, 3), (2, 1)))
    page.locator(".tt-stage").focus()
    said = []
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowUp", "ArrowLeft"):
        page.keyboard.press(key)
        said.append(say(page).split(" = ")[0])
    assert said == [
        "result[0, 0]",
        "result[0, 1]",
        "result[0, 2]",
        "result[1, 0]",
        "result[0, 0]",
        "result[1, 2]",
    ]
    page.keyboard.press("Escape")
    assert page.locator(".tt-lit").count() == 0


def test_broadcast_sizes_are_edited_and_python_answers(page_of):
    widget = broadcast((4, 3), (3,))
    page = page_of(widget)
    field = page.get_by_label("shape of b")
    field.fill("(2,)")
    field.press("Enter")
    page.wait_for_selector(".wrong")
    assert widget.shapes == [[4, 3], [2]]
    assert say(page) == widget.scene["error"]["message"]
    assert page.get_by_role("tab").all_text_contents() == ["Forward"]
    field.press("Home")
    field.press("ArrowRight")
    field.press("ArrowUp")
    page.wait_for_selector(".wrong", state="detached")
    assert field.input_value() == "(3,)"
    field.fill("(x,)")
    field.press("Enter")
    assert field.get_attribute("aria-invalid") == "true"
    assert widget.shapes == [[4, 3], [3]]


def test_broadcast_gradient_tab(page_of):
    page = page_of(broadcast((4, 3), (3,)))
    page.get_by_role("tab", name="Forward").focus()
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("tab", name="Gradient").get_attribute("aria-selected") == "true"
    assert page.get_by_text("b.grad = grad.sum(dim=0)").first.is_visible()


@pytest.mark.parametrize("make", [slope, lambda: broadcast((4, 3, 2), (3, 1))], ids=["graph", "broadcast"])
@pytest.mark.parametrize(
    "context",
    [{"color_scheme": "light"}, {"color_scheme": "dark"}, {"forced_colors": "active"}],
    ids=lambda context: next(iter(context.values())),
)
def test_text_is_large_and_stands_out(page_of, make, context):
    page = page_of(make(), **context)
    read = """() => [...document.querySelectorAll('.tt text, .tt p, .tt button')]
      .filter((one) => one.textContent.trim() && one.getClientRects().length)
      .map((one) => {
        const style = getComputedStyle(one);
        const svg = one instanceof SVGElement;
        return [parseFloat(style.fontSize), svg ? style.fill : style.color,
          getComputedStyle(one.closest('.tt')).backgroundColor, one.textContent];
      })"""
    texts = page.evaluate(read)
    assert len(texts) > 10
    for size, colour, paper, words in texts:
        assert size >= 11, words
        assert contrast(colour, paper) >= 4.5, (words, colour, paper)


def contrast(one, other):
    """WCAG's contrast of two colours written ``rgb(r, g, b)``."""

    def luminance(colour):
        channels = [int(float(part)) / 255 for part in colour.partition("(")[2].rstrip(")").split(",")[:3]]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_static_picture_needs_nothing_from_the_page(browser, tmp_path):
    page = browser.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(error))
    page.goto(fan_in().save(tmp_path / "graph.html").as_uri())
    assert page.locator("svg text:visible").count() > 10
    assert errors == []
    page.close()
