const FORMULAS = {
  cache: "s", identity: "s", sin: "sin s", cos: "cos s", tanh: "tanh s", sigmoid: "2 / (1 + exp(\u2212s)) \u2212 1",
  gaussian: "2 exp(\u2212s\u00b2) \u2212 1", relu: "max(0, s)",
};
const LINEAR = ["cache", "identity"];
const MOST_TERMS = 6, LONGEST = 600;             // of an expression: terms of a sum, and letters in all
const figure = (value) => String(+Math.abs(value).toPrecision(3));

/* A neuron's sources of weight other than zero, the strongest first. A copy stands for what it copies. */
function sources(net, [layer, neuron]) {
  const a = net.architecture;
  if (layer < 0) return [];
  const found = count(a.rows(layer)).map((row) => ({ at: [layer - 1, row], weight: net.get([layer, row, neuron]) })).filter(({ weight }) => weight);
  return found.map((source) => throughCopies(net, source)).sort((p, q) => Math.abs(q.weight) - Math.abs(p.weight));
}
function throughCopies(net, { at, weight }) {
  const a = net.architecture, [layer, neuron] = at;
  if (layer < 0 || layer === a.depth || net.held.has(String(at)) || !LINEAR.includes(a.kinds[neuron])) return { at, weight };
  const rows = count(a.rows(layer)).filter((row) => net.get([layer, row, neuron]));
  return rows.length === 1 ? throughCopies(net, { at: [layer - 1, rows[0]], weight: weight * net.get([layer, rows[0], neuron]) }) : { at, weight };
}
/* Write a neuron out as a sum, `depth` steps down; null where that grows too long to read. */
function expression(net, at, depth) {
  const a = net.architecture, [layer, neuron] = at;
  if (net.held.has(String(at))) return fixed(net.held.get(String(at)));
  if (layer < 0) return INPUTS[neuron];
  if (depth === 0) return net.names.get(String(at)) || a.neuronName(...at);
  const terms = sources(net, at), shown = depth > 1 ? terms : terms.slice(0, MOST_TERMS), kind = layer === a.depth ? "identity" : a.kinds[neuron];
  let text = "";
  for (const { at: source, weight } of shown) {
    const inner = expression(net, source, depth - 1);
    if (inner === null || text.length + inner.length > LONGEST) return null;
    const sign = weight < 0 ? "\u2212" : "+";
    text += `${text ? ` ${sign} ` : weight < 0 ? sign : ""}${figure(weight)}\u00b7${inner}`;
  }
  if (shown.length < terms.length) text += ` + \u2026 (${terms.length - shown.length} smaller)`;
  return LINEAR.includes(kind) ? (terms.length > 1 ? `(${text})` : text || "0") : `${kind}(${text || "0"})`;
}
/* ... one step down, and then as far down as still fits on the page: in small networks, to x, y, d and b. */
function writtenOut(net, at) {
  const bare = (text) => (/^\((.*)\)$/.test(text) ? text.slice(1, -1) : text), lines = [expression(net, at, 1)];
  for (let depth = 2; depth <= net.architecture.depth + 1; depth++) {
    const deeper = expression(net, at, depth);
    if (deeper === null) break;
    if (deeper !== lines[0]) lines[1] = deeper;
  }
  return lines.map((line) => `= ${bare(line)}`);
}

/* One neuron close up: its map, what it computes, its weights in and out, and a hand to hold it with. */
class NeuronPanel {
  constructor(bench, map) {
    this.bench = bench;
    this.shows = "";             // "network;layer,neuron;view;small" or "...;sharp"
    this.bigMap = make("canvas", { class: "fer-bigmap", role: "img", width: 96, height: 96 });
    this.title = make("div", { class: "fer-neuron" });
    this.facts = make("div", { class: "fer-place" });
    this.formula = make("div", { class: "fer-formula" });
    this.deep = make("details", { class: "fer-deep", ontoggle: () => this.showFormula() }, make("summary", { text: "Written out" }), this.formula);
    [this.incoming, this.outgoing] = ["Incoming weights", "Outgoing weights"].map((name) => make("div", { class: "fer-list", role: "group", "aria-label": name }));
    map.right.append(make("div", { class: "fer-close" }, this.bigMap, make("div", {}, this.title, this.facts)), this.deep, this.buildHold(),
      make("details", { open: "" }, make("summary", { text: "Incoming weights" }), make("p", { class: "fer-hint", text: "Drag a row sideways, or use \u2190 and \u2192" }), this.incoming),
      make("details", {}, make("summary", { text: "Outgoing weights" }), this.outgoing));
    this.buildFind(map);
  }
  buildHold() {
    this.out = button("Knock out", () => this.hold(this.bench.net.held.get(String(this.bench.neuron)) === 0 ? null : 0));
    this.at = numberField("hold at", () => this.hold(Number.isFinite(this.at.input.valueAsNumber) ? this.at.input.valueAsNumber : null), { min: -5, max: 5, step: 0.1, inputmode: "decimal" });
    this.free = button("Let go", () => this.hold(null));
    return (this.holder = make("div", { class: "fer-hold", role: "group", "aria-label": "Hold this neuron" }, this.out, this.at.node, this.free));
  }
  hold(value) {
    const { bench } = this, { net, neuron } = bench;
    if (!net.architecture.hasNeuron(...neuron)) return;
    net.hold(neuron, value);
    bench.refresh();
    const name = net.architecture.neuronName(...neuron);
    bench.say(value === null ? `${name} is free` : value === 0 ? `${name} is knocked out` : `${name} is held at ${fixed(value)}`);
  }
  buildFind(map) {
    const { bench } = this, byPlace = () => this.find(["layer", "row", "column"].map((name) => this[name].input.valueAsNumber));
    this.id = numberField("weight id", () => this.find(bench.net.architecture.locate(this.id.input.valueAsNumber)));
    for (const name of ["layer", "row", "column"]) this[name] = numberField(name, byPlace);
    this.problem = make("span", { class: "fer-problem", role: "status" });
    map.left.append(make("div", { class: "fer-find", role: "group", "aria-label": "Find a weight" }, this.id.node, make("span", { class: "fer-or", text: "or" }),
      this.layer.node, this.row.node, this.column.node, this.problem));
  }
  find(weight) {
    if (weight && this.bench.net.architecture.holds(weight)) this.bench.pick(weight);
    else this.problem.textContent = "there is no such weight";
  }
  get neuron() { return this.bench.hovered || this.bench.neuron; }

  refresh() {
    const { net } = this.bench, a = net.architecture, [layer, row, column] = net.selected;
    write(this.problem, "");
    for (const [{ input }, value, end] of [[this.id, a.id(net.selected), a.size], [this.layer, layer, a.depth + 1], [this.row, row, a.rows(layer)], [this.column, column, a.columns(layer)]]) {
      input.max = end - 1;
      input.value = value;
    }
    this.show();
  }
  hovered() { this.show(); }
  show() {
    const { net } = this.bench, a = net.architecture, at = this.neuron, [layer, neuron] = at;
    const name = a.neuronName(layer, neuron), held = net.held.get(String(at));
    write(this.title, name);
    this.showFacts();
    this.bigMap.setAttribute("aria-label", `Feature map of ${name} of ${net.label}`);
    this.holder.hidden = layer < 0;
    this.out.setAttribute("aria-pressed", String(held === 0));
    if (document.activeElement !== this.at.input) this.at.input.value = held === undefined ? "" : held;
    this.free.hidden = held === undefined;
    this.showFormula();
    this.showList(this.incoming, layer < 0 ? [] : count(a.rows(layer)).map((row) => [layer, row, neuron]), ([l, row]) => [l - 1, row]);
    this.showList(this.outgoing, layer === a.depth ? [] : count(a.columns(layer + 1)).map((column) => [layer + 1, neuron, column]), ([l, , column]) => [l, column]);
  }
  showFacts() {
    const { net } = this.bench, at = this.neuron, node = net.names.get(String(at)), held = net.held.get(String(at));
    const values = held === undefined ? extent(net, at) : held === 0 ? "knocked out" : `held at ${fixed(held)}`;
    write(this.facts, [values, ...(node ? [`genome node ${node}`] : [])].join("\n"));
  }
  showFormula() {
    const { net } = this.bench, at = this.neuron, [layer, neuron] = at;
    if (!this.deep.open) return;
    const kind = layer < 0 || layer === net.architecture.depth ? "" : net.architecture.kinds[neuron];
    this.formula.replaceChildren(...writtenOut(net, at).map((text) => make("div", { text })),
      ...(kind && !LINEAR.includes(kind) ? [make("div", { class: "fer-hint", text: `${kind}(s) = ${FORMULAS[kind]}` })] : []));
  }
  showList(list, weights, other) {
    const { bench } = this, { net } = bench, key = `${bench.active};${weights.join(";")}`;
    if (list.dataset.key !== key) {              // sorted by size once; while dragging, the order stays put
      list.dataset.key = key;
      weights.sort((a, b) => Math.abs(net.get(b)) - Math.abs(net.get(a)));
      list.rows = weights.map((weight) => [weight, this.buildRow(net, weight, other(weight))]);
      list.replaceChildren(...list.rows.map(([, row]) => row));
      if (!weights.length) list.append(make("div", { class: "fer-place", text: "none" }));
      list.scrollTop = 0;
    }
    const most = Math.max(...weights.map((weight) => Math.abs(net.get(weight))), 1e-9);
    for (const [weight, row] of list.rows) {
      const value = net.get(weight), [, bead, number] = row.children, chosen = row.dataset.weight === String(net.selected);
      const state = [value, most, chosen].join();
      if (row.state === state) continue;
      row.state = state;
      row.setAttribute("aria-pressed", String(chosen));
      row.classList.toggle("fer-zero", value === 0);
      bead.style.setProperty("--fer-share", Math.abs(value) / most);
      bead.classList.toggle("fer-minus", value < 0);
      write(number, value === 0 ? "0" : fixed(value));
    }
  }
  /* A weight in a list: press it to give it a slider; drag it sideways, or use the arrow keys, to move it here. */
  buildRow(net, weight, other) {
    const { bench } = this;
    let from = null;
    const pull = (by) => bench.move(net, weight, net.offset(weight) + by, bench.neuron);   // and the list stays in view
    const row = button("", () => bench.pick(weight, bench.neuron), { "data-weight": weight,   // the neuron stays in view
      onpointerdown: (event) => { from = { x: event.clientX, by: net.offset(weight), dragged: false }; row.setPointerCapture(event.pointerId); },
      onpointermove: (event) => {
        if (!from || (!from.dragged && Math.abs(event.clientX - from.x) < 5)) return;
        from.dragged = true;
        pull(from.by + (event.clientX - from.x) / 100 - net.offset(weight));
      },
      onpointerup: () => { from = null; }, onpointercancel: () => { from = null; },
      onkeydown: (event) => {
        const by = { ArrowLeft: -0.02, ArrowRight: 0.02 }[event.key];
        if (by) { event.preventDefault(); pull(event.shiftKey ? 5 * by : by); }
      },
    }, make("span", { text: net.architecture.neuronName(...other) }), make("span", { class: "fer-bead" }), make("span", { class: "fer-number" }));
    return row;
  }

  // --- the large map ---
  get wanted() { return `${this.bench.active};${this.neuron};${this.bench.viewKey};`; }
  follow({ net }) {
    if (net === this.bench.net) this.shows = "";
  }
  draw() {
    const { net, lens, colours } = this.bench, at = this.neuron;
    if (!net.field || this.shows.startsWith(this.wanted)) return;
    const plane = lens ? lens.plane(net, ...at) : net.field.plane(...at, net.size * net.size);
    draw(this.bigMap, shadeAll(colours, plane.length, (i) => plane[i]), net.size);
    this.shows = `${this.wanted}small`;
    this.showFacts();
  }
  plan() {
    const { net } = this.bench;
    return net.field && this.shows.endsWith(";small") && !net.playing ? this.sharpen() : null;
  }
  *sharpen() {
    const { bench } = this, { net, full, lens, colours } = bench, [layer, neuron] = this.neuron, wanted = this.shows;
    const render = (model) => (net.remote || net.renderer).render(model, full, layer, [neuron]);
    const now = yield* render(net.model());
    const plane = lens ? yield* lens.fullPlane(net, now, render) : now;
    if (this.shows !== wanted) return;
    draw(this.bigMap, shadeAll(colours, plane.length, (i) => plane[i]), full);
    this.shows = wanted.replace(/small$/, "sharp");
  }
}
