// What the front ends share. Python decides, this draws: the pictures come ready made in the scene.

// The scene travels as zlib-compressed JSON: it is stored with every widget of a saved notebook.
async function unpack(model) {
  const stream = new Blob([model.get("payload")]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

// An element with its attributes and children: h("button", { onclick }, "Step").
function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value !== null && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

function table(caption, head, rows) {
  const cells = (kind, row) => h("tr", {}, ...row.map((cell, i) => {
    const column = kind === "th" || i === 0;
    return h(column ? "th" : "td", { scope: kind === "th" ? "col" : column ? "row" : null }, String(cell));
  }));
  return h("table", {}, h("caption", {}, caption), h("thead", {}, cells("th", head)),
    h("tbody", {}, ...rows.map((row) => cells("td", row))));
}

// One tab stop: arrow keys choose, as ARIA's tab pattern asks.
function tabs(label, names, choose) {
  const buttons = names.map((name, i) => h("button", { role: "tab", type: "button", onclick: () => select(i) }, name));
  function select(i) {
    buttons.forEach((button, j) => {
      button.setAttribute("aria-selected", i === j);
      button.tabIndex = i === j ? 0 : -1;
    });
    choose(names[i]);
  }
  const list = h("div", { role: "tablist", "aria-label": label, class: "tt-tabs", onkeydown: (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = (buttons.indexOf(event.target) + step + names.length) % names.length;
    select(next);
    buttons[next].focus();
    event.preventDefault();
  } }, ...buttons);
  return { list, select };
}

// The widget's own element, with the style beside it: it reaches into a shadow root as well.
// Inside it keys are the widget's: JupyterLab would take Enter and Space for its own shortcuts.
function mount(el, ...children) {
  el.append(h("style", {}, STYLE), h("div", { class: "tt", "data-lm-suppress-shortcuts": "true",
    onkeydown: (event) => event.stopPropagation() }, ...children));
}

// Draws now and whenever Python sends another scene; returns what stops that.
function live(model, draw) {
  let latest = 0;
  const update = async () => {
    const turn = ++latest;
    const scene = await unpack(model);
    if (turn === latest) draw(scene);
  };
  model.on("change:payload", update);
  update();
  return () => model.off("change:payload", update);
}
