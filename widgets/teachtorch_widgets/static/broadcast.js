// The broadcasting explorer: sizes to edit, tabs, and the cells that a cell of the result was made from.

const SVG = "http://www.w3.org/2000/svg";

function parse(text) {
  const sizes = text.replace(/[()[\]]/g, "").split(",").map((size) => size.trim()).filter(Boolean);
  return sizes.every((size) => /^\d+$/.test(size)) ? sizes.map(Number) : null;
}

const written = (shape) => `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;

// Arrow up and down change the number at the caret.
function spin(input, by) {
  const caret = input.selectionStart;
  for (const found of input.value.matchAll(/\d+/g)) {
    const end = found.index + found[0].length;
    if (caret < found.index || caret > end) continue;
    input.value = input.value.slice(0, found.index) + Math.max(0, Number(found[0]) + by) + input.value.slice(end);
    input.setSelectionRange(caret, caret);
    return true;
  }
  return false;
}

function editor(model, operand, position) {
  const input = h("input", { value: written(operand.shape), size: 14, spellcheck: "false",
    "aria-label": `shape of ${operand.name}`, title: "Enter applies; arrow up and down change the size at the caret",
    onkeydown: (event) => {
      const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (by && spin(input, by)) { event.preventDefault(); apply(); }
    },
    onchange: apply });
  function apply() {
    const shape = parse(input.value);
    input.setAttribute("aria-invalid", shape === null);
    if (!shape) return;
    const shapes = model.get("shapes").map((old, i) => (i === position ? shape : old));
    model.set("shapes", shapes);
    model.save_changes();
  }
  return { label: h("label", {}, `${operand.name} `, input), input };
}

function render({ model, el }) {
  let scene, cell = null, tab = "Forward";
  const fields = h("div", { class: "tt-bar" });
  const choice = h("div");
  const stage = h("div", { class: "tt-stage", role: "group", tabindex: 0, onkeydown: move, onpointermove: point,
    onpointerleave: () => light(null), onblur: () => light(null) });
  const say = h("p", { class: "tt-say", "aria-live": "polite" });
  const words = h("div");
  mount(el, fields, choice, stage, say, h("details", {}, h("summary", {}, "Show as table"), words));

  // From an index of the result to the cell of operand `box` that it reads: index 0 wherever the stride is 0.
  const source = (index, box) => {
    const stride = scene.operands[box]?.stride;
    return stride ? index.map((i, axis) => (stride[axis] ? i : 0)) : index;
  };

  function corner(index) {
    const at = [0, 0];
    index.forEach((i, axis) => {
      const spot = scene.cells.axes[axis].find(([shown]) => shown === i);
      at[(index.length - 1 - axis) % 2] += spot[1];
    });
    return at;
  }

  function light(index) {
    cell = index;
    stage.querySelectorAll(".tt-lit").forEach((old) => old.remove());
    if (!index) { say.textContent = hint(); return; }
    const [width, height] = scene.cells.cell;
    stage.querySelectorAll("[data-box]").forEach((group) => {
      const box = Number(group.dataset.box);
      // Where memory is, and where this operand is read again.
      for (const place of new Set([source(index, box).join(), index.join()])) {
        const [x, y] = corner(place ? place.split(",").map(Number) : []);
        const lit = document.createElementNS(SVG, "rect");
        Object.entries({ x, y, width, height, rx: 3, class: "tt-lit" }).forEach(([k, v]) => lit.setAttribute(k, v));
        group.append(lit);
      }
    });
    const read = scene.operands.map((operand, box) => {
      const own = source(index, box).slice(index.length - operand.shape.length);
      return `${operand.name}[${own.join(", ")}]`;
    });
    say.textContent = `result[${index.join(", ")}] = ${read.join(` ${scene.sign} `)}`;
  }

  function point(event) {
    const group = scene?.cells && event.target.closest("[data-box]");
    if (!group) return;
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(group.getScreenCTM().inverse());
    const rest = [at.x, at.y];
    const { axes, cell: size } = scene.cells;
    const index = axes.map((spots, axis) => {
      const way = (axes.length - 1 - axis) % 2;
      const spot = spots.findLast(([, offset]) => offset <= rest[way]) ?? spots[0];
      rest[way] -= spot[1];
      return spot[0];
    });
    if (rest.every((left, way) => left >= 0 && left <= size[way])) light(index);
  }

  function move(event) {
    if (!scene.cells) return;
    const shown = scene.cells.axes.map((spots) => spots.map(([index]) => index));
    const axis = { ArrowRight: -1, ArrowLeft: -1, ArrowDown: -2, ArrowUp: -2 }[event.key];
    if (event.key === "Escape") { light(null); stage.blur(); return; }
    if (!axis || !shown.length) return;
    event.preventDefault();
    const by = ["ArrowRight", "ArrowDown"].includes(event.key) ? 1 : -1;
    if (!cell) { light(shown.map((indices) => indices[0])); return; }
    const next = [...cell];
    for (let i = shown.length + Math.max(axis, -shown.length); i >= 0; i--) {
      const place = shown[i].indexOf(next[i]) + by;
      next[i] = shown[i].at(place % shown[i].length);
      if (place >= 0 && place < shown[i].length) break;
    }
    light(next);
  }

  const hint = () => (scene.cells && tab === "Forward"
    ? "Point at a cell, or use the arrow keys, to see which cells made it." : scene.error?.message ?? "");

  function draw(next) {
    scene = next;
    if (fields.childElementCount === scene.operands.length) {
      scene.operands.forEach((operand, i) => {
        const input = fields.children[i].firstElementChild;
        if (input !== document.activeElement) input.value = written(operand.shape);
      });
    } else fields.replaceChildren(...scene.operands.map((operand, i) => editor(model, operand, i).label));
    const names = Object.keys(scene.views);
    if (!names.includes(tab)) tab = names[0];
    const bar = tabs("View", names, (name) => {
      tab = name;
      cell = null;
      stage.innerHTML = scene.views[name];
      say.textContent = hint();
    });
    choice.replaceChildren(bar.list);
    bar.select(names.indexOf(tab));
    stage.setAttribute("aria-label", scene.text.split("\n")[0]);
    const none = (size) => size ?? "none";
    words.replaceChildren(table(scene.text.split("\n")[0],
      ["dim", ...scene.operands.map((operand) => operand.name), "result", "verdict", "reason"],
      scene.axes.map((axis) => [axis.dim, ...axis.sizes.map(none), none(axis.size), axis.verdict, axis.reason])),
    h("pre", {}, scene.text));
  }

  return live(model, draw);
}

export default { render };
