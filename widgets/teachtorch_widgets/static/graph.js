// The graph explorer: |< < > >| through backward, arrow keys along the edges, PyTorch's own view at a toggle.

let widgets = 0;

function render({ model, el }) {
  const prefix = `tt${++widgets}-`;
  let scene, svg, step = 0, chosen = null;
  const button = (text, label, onclick) => h("button", { type: "button", "aria-label": label, title: label, onclick }, text);
  const moves = {
    first: button("|<", "before backward", () => go(0)),
    back: button("<", "one step back", () => go(step - 1)),
    next: button(">", "one step on (Space)", () => go(step + 1)),
    last: button(">|", "to the end", () => go(scene.steps.length)),
  };
  const count = h("span", { class: "tt-count" });
  const toggle = h("button", { type: "button", "aria-pressed": "false", onclick: () => {
    const on = stage.classList.toggle("torch");
    toggle.setAttribute("aria-pressed", on);
  } }, "PyTorch's own view");
  const stage = h("div", { class: "tt-stage", tabindex: 0, role: "application", onkeydown: key, onclick: pick,
    "aria-roledescription": "computation graph" });
  const say = h("p", { class: "tt-say", "aria-live": "polite" });
  const panel = h("div", { class: "tt-panel" });
  const words = h("div");
  mount(el,
    h("div", { class: "tt-bar", role: "group", "aria-label": "step through backward" },
      moves.first, moves.back, moves.next, moves.last, count, toggle),
    say, h("div", { class: "tt-sides" }, stage, panel),
    h("details", {}, h("summary", {}, "Why is grad None? Show as table"), words));

  const group = (id) => svg.querySelector(`[data-n="${id}"]`);
  const node = (id) => scene.nodes.find((one) => one.id === id);

  // Everything that step `step` shows follows from the steps up to it, so that going back needs no undo.
  function go(to) {
    step = Math.max(0, Math.min(to, scene.steps.length));
    const now = scene.steps[step - 1];
    const grads = new Map();
    const run = new Set();
    scene.steps.slice(0, step).forEach((one) => {
      one.arrive.forEach(([id, text, plus]) => grads.set(id, { text, plus: plus && one === now }));
      run.add(one.node);
    });
    svg.querySelectorAll("[data-n]").forEach((card) => {
      const id = card.dataset.n, grad = grads.get(id), line = card.querySelector(".grad");
      if (line) line.textContent = grad ? `grad ${grad.plus ? "+= → " : ""}${grad.text}` : "";
      card.classList.toggle("got", grads.has(id));
      card.classList.toggle("done", run.has(id) && id !== now?.node);
      card.classList.toggle("now", id === now?.node);
      card.classList.toggle("plus", Boolean(grad?.plus));
    });
    svg.querySelectorAll("[data-e]").forEach((arrow) => {
      const edge = scene.edges[arrow.dataset.e];
      arrow.classList.toggle("flow", edge.to === now?.node && edge.grad);
      arrow.classList.toggle("on", edge.grad && run.has(edge.to));
    });
    count.textContent = `step ${now?.number ?? 0} of ${scene.total}`;
    say.textContent = now?.say ?? (scene.steps.length ? "Before backward. Space or > takes the first step." : scene.notes[0] ?? "");
    say.classList.toggle("stop", Boolean(now?.stop));
    moves.first.disabled = moves.back.disabled = step === 0;
    moves.next.disabled = moves.last.disabled = step === scene.steps.length;
    if (now) { show(now.title, now.rows); reveal(now.node); } else if (!chosen) panel.replaceChildren();
  }

  function reveal(id) {
    const card = group(id)?.getBoundingClientRect(), view = stage.getBoundingClientRect();
    if (!card) return;
    if (card.top < view.top) stage.scrollTop -= view.top - card.top + 10;
    if (card.bottom > view.bottom) stage.scrollTop += card.bottom - view.bottom + 10;
    if (card.left < view.left) stage.scrollLeft -= view.left - card.left + 10;
    if (card.right > view.right) stage.scrollLeft += card.right - view.right + 10;
  }

  function show(title, rows) {
    panel.replaceChildren(h("strong", {}, title),
      h("dl", {}, ...rows.flatMap(([label, text]) => [h("dt", {}, label), h("dd", {}, text)])));
  }

  function choose(id, details = false) {
    chosen = id;
    svg.querySelectorAll(".chosen").forEach((card) => card.classList.remove("chosen"));
    if (!id) { stage.removeAttribute("aria-activedescendant"); return; }
    group(id).classList.add("chosen");
    stage.setAttribute("aria-activedescendant", prefix + id);
    reveal(id);
    const one = node(id);
    if (details) show(one.title, [...facts(one), ...one.details]);
    say.textContent = label(one);
  }

  const facts = (one) => [["node", one.sub], ["type", one.type], ["value", one.value], ["warning", one.stale]]
    .filter(([, text]) => text);
  const label = (one) => [one.title, one.sub, one.type, one.value, one.stale].filter(Boolean).join(", ");

  function pick(event) {
    const card = event.target.closest("[data-n]");
    choose(card?.dataset.n ?? null, true);
  }

  // Up follows an arrow to an operand, down to a user; left and right go to the other ends of the same arrows.
  function along(direction) {
    if (!chosen) return (scene.nodes.find((one) => one.root) ?? scene.nodes[0]).id;
    const ends = (id, from, to) => scene.edges.filter((edge) => edge[from] === id).map((edge) => edge[to]);
    if (direction === "ArrowUp") return ends(chosen, "to", "from")[0];
    if (direction === "ArrowDown") return ends(chosen, "from", "to")[0];
    const users = ends(chosen, "from", "to");
    const beside = [...new Set(users.flatMap((id) => ends(id, "to", "from")))];
    const step = direction === "ArrowRight" ? 1 : -1;
    return beside.at((beside.indexOf(chosen) + step) % (beside.length || 1));
  }

  function key(event) {
    if (event.key.startsWith("Arrow")) { const id = along(event.key); if (id) choose(id); }
    else if (event.key === "Enter") { if (chosen) choose(chosen, true); }
    else if (event.key === " ") go(event.shiftKey ? step - 1 : step + 1);
    else if (event.key === "Escape") { choose(null); stage.blur(); }
    else return;
    event.preventDefault();
  }

  function draw(next) {
    scene = next;
    stage.innerHTML = scene.views.Graph;
    svg = stage.firstElementChild;
    svg.setAttribute("role", "group");
    stage.setAttribute("aria-label", `${scene.title}. Arrow keys follow edges, Enter shows details, Space steps, Escape leaves.`);
    svg.querySelectorAll("[data-n]").forEach((card) => {
      card.id = prefix + card.dataset.n;
      card.setAttribute("role", "img");
      card.setAttribute("aria-label", label(node(card.dataset.n)));
    });
    words.replaceChildren(
      table("Every named tensor and its .grad", ["tensor", ".grad now", "why"], scene.why),
      table("Nodes", ["node", "grad_fn", "type", "value"],
        scene.nodes.map((one) => [one.title, one.sub, one.type ?? "", one.value ?? ""])),
      table("Backward", ["step", "what happens"], scene.steps.map((one) => [one.number, one.say])));
    chosen = null;
    go(0);
  }

  return live(model, draw);
}

export default { render };
