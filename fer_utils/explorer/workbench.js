/* The workbench of <fer-explorer>: the map of all neurons, and every tool.

   element.js must be loaded before; it fetches this script itself where a page has an explorer. Each tool is a class of
   its own that hangs itself into the bench (see `Bench` in element.js for the hooks) and knows nothing of the others,
   but for the map, whose side column the neuron uses, and the page's status line.

   A network may bring its genome, as Python's Genome.to_json() writes it, with each node's place and neurons:

     graph: {name, age, origin, note,
             nodes: [{id, kind, activation, label, layer, neurons: [[layer, neuron], ...]}],    // its own neuron first
             links: [{id, source, target, value, weight: [layer, row, column] | null}]}

   What the tools add to the element, for scripts and tests:
     element.undo(), redo(), reset()        as the buttons do
     element.link()                         an address that reopens this state
     element.networkJSON(network)           what "Save: network" writes, schema "fer-network/1"
     element.genomeJSON(network)            ... and "Save: genome", schema "fer-genome/1"; throws where there is none
     element.draw(network, size)            a promise of {image, by}: RGBA bytes of the picture as it is now

   In reading order: map, neuron, views, genome, animation, direction, history, networks, saving, link, worker, graphics
   card, equipment. */
(() => {
"use strict";
const explorer = window.customElements && customElements.get("fer-explorer");
if (!explorer || explorer.parts.equip) return;
const { parts } = explorer;
const { engine, Field, Network, VIEWS, TABLES, make, button, segments, labelled, draw, place, step, shadeAll, clamp, count, parse } = parts;
const { fixed, signed, short, words, ancestors, followers, everyNeuron, readNetwork, finish, readChanges, readHeld } = parts;

const INPUTS = ["x", "y", "d", "b"], OUTPUTS = ["h", "s", "v"];
const same = (a, b) => String(a) === String(b);
const option = (value, text) => make("option", { value, text });
const select = (label, options, onchange) => {
  const node = make("select", { "aria-label": label, onchange: () => onchange(node.value) }, ...options.map(([value, text]) => option(value, text)));
  return node;
};
const numberField = (text, onchange, more = {}) => {
  const input = make("input", { type: "number", min: 0, step: 1, inputmode: "numeric", onchange, ...more });
  return { input, node: make("label", {}, make("span", { text }), input) };
};

// ------------------------------------------------------------------------------------------------------- map

/* The map of all neurons of the active network: a tile each, a row for each layer. */
class NeuronMap {
  constructor(bench) {
    this.bench = bench;
    bench.hovered = null;
    this.layout = null;
    this.behind = null;          // by layer, inputs first, the tiles to draw again; null for all
    this.tiles = make("canvas", { class: "fer-tiles" });
    this.marks = make("div", { "aria-hidden": "true" });
    this.rings = Object.fromEntries(["link", "source", "target", "chosen", "hovered"].map((name) => [name, make("div", { class: `fer-ring fer-${name}` })]));
    this.others = make("div", { "aria-hidden": "true" });
    this.area = make("div", { class: "fer-map", tabindex: "0", role: "application", "aria-roledescription": "neuron map",
      onkeydown: (event) => this.key(event),
      onpointermove: (event) => { if (event.pointerType !== "touch") this.hover(this.neuronAt(event)); },
      onpointerleave: () => this.hover(null),
      onclick: (event) => { const at = this.neuronAt(event); if (at) this.look(at); },
    }, this.tiles, this.marks, this.others, ...Object.values(this.rings));
    this.scroller = make("div", { class: "fer-scroller" }, this.area);
    this.choices = make("div", { class: "fer-side" });
    this.bar = make("div", { class: "fer-bar" }, make("div", { class: "fer-subtitle", text: "Every neuron" }), this.choices);
    this.legend = make("div", { class: "fer-legend" }, make("span", { text: "\u22121" }), make("span", { class: "fer-scale" }), make("span", { text: "+1" }),
      make("span", { text: "ringed: the ends of the current weight; faint: without effect" }));
    this.left = make("div", { class: "fer-left" }, this.scroller, this.legend);
    this.right = make("div", { class: "fer-right" });
    this.columns = make("div", { class: "fer-columns" }, this.left, this.right);
    bench.live.before(make("section", { class: "fer-inside", "aria-label": "Inside the network" }, this.bar, this.columns));
    this.arranged();
  }
  /* One can look inside the networks whose pictures are shown. */
  arranged() {
    const nets = this.bench.panels.map((panel) => panel.net);
    const row = segments("Network to look inside", nets.map((net) => net.label), (i) => this.bench.activate(nets[i]));
    if (this.choice) this.choice.node.remove();
    this.choice = row;
    this.nets = nets;
    row.node.hidden = nets.length < 2;
    this.choices.prepend(row.node);
  }
  hover(neuron) {
    if (same(neuron, this.bench.hovered)) return;
    this.bench.hovered = neuron;
    this.bench.tell("hovered");
    this.placeRings();
    this.bench.wake();
  }
  look(neuron) {
    const { bench } = this;
    bench.neuron = neuron;
    bench.refresh();
    bench.say(`${bench.net.architecture.neuronName(...neuron)}, values ${extent(bench.net, neuron)}`);
  }
  refresh() {
    const { net, neuron } = this.bench;
    if (this.room === undefined) this.lay();
    this.arrangeTiles();
    this.choice.show(this.nets.indexOf(net));
    this.area.setAttribute("aria-label", `All neurons of ${net.label}, at ${net.architecture.neuronName(...neuron)}; arrow keys move, Enter goes to the incoming weights`);
    this.placeRings();
  }
  /* Note that these neurons have new values. */
  follow({ net }, lists) {
    if (net === this.bench.net && this.behind) this.behind = [[], ...lists].map((list, i) => [...new Set([...list, ...(this.behind[i] || [])])]);
  }
  /* Called when the place may have changed width: to ask for it in every frame would lay the whole page out anew. */
  lay() {
    this.room = this.scroller.clientWidth;
    this.arrangeTiles();
  }
  arrangeTiles() {
    const { bench } = this, a = bench.net.architecture, columns = Math.max(a.width, 4), rows = a.depth + 2, ratio = window.devicePixelRatio || 1;
    const left = 30, top = 30, room = this.room - left - 8;
    if (!(room > 50)) return;
    const pixel = Math.floor(clamp(room / columns, 11, 40) * ratio), cell = pixel / ratio, key = [bench.active, pixel, ratio, bench.viewKey].join();
    if (this.layout && this.layout.key === key) return;
    this.layout = { key, cell, pixel, gap: Math.max(1, Math.round(ratio)), ratio, left, top };
    this.tiles.width = columns * pixel;
    this.tiles.height = rows * pixel;
    place(this.tiles, left, top, `width:${columns * cell}px;height:${rows * cell}px`);
    this.area.style.cssText = `width:${left + columns * cell}px;height:${top + rows * cell}px`;
    this.pixels = this.tiles.getContext("2d").createImageData(columns * pixel, rows * pixel);
    this.label(a, cell, left, top);
    this.behind = null;
    this.placeRings();
    bench.wake();
  }
  label(a, cell, left, top) {
    const mark = (text, x, y, kind, more) => place(make("span", { class: kind, text }), x, y, more);
    const layers = count(a.depth + 2).map((row) => row - 1).filter((layer) => cell >= 14 || layer < 0 || layer === a.depth || layer % 4 === 0);
    const marks = layers.map((layer) => mark(layer < 0 ? "in" : layer === a.depth ? "out" : `L${layer}`, 0, top + (layer + 1.5) * cell, "fer-layer"));
    const ends = [-1, -1];                       // two lines of labels, so that neighbours do not collide
    for (const { name, start } of a.groups) {
      const x = left + start * cell, line = x > ends[0] ? 0 : 1;
      ends[line] = x + 6.2 * name.length + 4;
      marks.push(mark(name, x, line ? 14 : 1, "fer-group", `--fer-drop:${line ? 2 : 15}px`));
    }
    for (const [names, row] of [[INPUTS, 0], [OUTPUTS, a.depth + 1]])
      if (a.width > names.length + 3) marks.push(mark(names.join(" "), left + names.length * cell + 5, top + (row + 0.5) * cell, "fer-ends"));
    this.marks.replaceChildren(...marks);
  }
  neuronAt(event) {
    if (!this.layout) return null;
    const frame = this.area.getBoundingClientRect(), { left, top, cell } = this.layout, a = this.bench.net.architecture;
    const neuron = Math.floor((event.clientX - frame.left - left) / cell), layer = Math.floor((event.clientY - frame.top - top) / cell) - 1;
    return layer >= -1 && layer <= a.depth && neuron >= 0 && neuron < a.columns(layer) ? [layer, neuron] : null;
  }
  key(event) {
    const { bench } = this, a = bench.net.architecture, [layer, neuron] = bench.neuron;
    const moves = {
      ArrowUp: [layer - 1, neuron], ArrowDown: [layer + 1, neuron], ArrowLeft: [layer, neuron - 1], ArrowRight: [layer, neuron + 1],
      Home: [layer, 0], End: [layer, a.width], PageUp: [-1, neuron], PageDown: [a.depth, neuron], Enter: [layer, neuron],
    };
    if (!Object.hasOwn(moves, event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const l = clamp(moves[event.key][0], -1, a.depth);
    this.look([l, clamp(moves[event.key][1], 0, a.columns(l) - 1)]);
    if (event.key === "Enter") (this.right.querySelector(".fer-list button") || this.area).focus();
  }
  placeRings() {
    if (!this.layout) return;
    const { net, neuron, hovered } = this.bench, { cell, left, top, gap, ratio } = this.layout, [layer, row, column] = net.selected, side = cell - gap / ratio;
    const put = (ring, at) => {
      ring.hidden = !at;
      return at ? place(ring, left + at[1] * cell, top + (at[0] + 1) * cell, `width:${side}px;height:${side}px`) : ring;
    };
    put(this.rings.source, [layer - 1, row]);
    put(this.rings.target, [layer, column]);
    put(this.rings.chosen, neuron);
    put(this.rings.hovered, hovered);
    this.others.replaceChildren(...[...net.held.keys()].map((key) => put(make("div", { class: "fer-ring fer-held" }), parse(key))),
      ...kin(net, neuron).map((at) => put(make("div", { class: "fer-ring fer-kin" }), at)));
    // The link runs from edge to edge of the two tiles, along the line between their centres.
    const x = (column - row) * cell, long = Math.hypot(x, cell), edge = (cell / 2) * (long / Math.max(Math.abs(x), cell));
    place(this.rings.link, left + (row + 0.5) * cell, top + (layer + 0.5) * cell,
      `width:${Math.max(0, long - 2 * edge)}px;transform:rotate(${Math.atan2(cell, x)}rad) translate(${edge}px,-50%)`);
  }
  /* Draw the tiles that are behind into one image, and that onto the canvas. */
  draw() {
    const { net, lens, colours } = this.bench;
    if (!net.field || !this.layout) return;
    const a = net.architecture, lists = this.behind || [count(4), ...everyNeuron(a)];
    this.behind = [];
    if (!lists.some((list) => list.length)) return;
    const used = [count(4), ...ancestors(a, net.weights, a.depth, [0, 1, 2])].map((list) => new Set(list));
    const { pixel, gap } = this.layout, side = pixel - gap, n = net.size, spots = count(side).map((i) => Math.round((i * (n - 1)) / Math.max(1, side - 1)));
    lists.forEach((list, index) => list.forEach((neuron) => {
      const values = lens && lens.plane ? lens.plane(net, index - 1, neuron) : net.field.plane(index - 1, neuron, n * n);
      this.drawTile(values, spots, n, index, neuron, TABLES[colours], used[index].has(neuron) ? 0xffffffff : 0x2affffff);
    }));
    const top = Math.max(0, lists.findIndex((list) => list.length)) * pixel;
    this.tiles.getContext("2d").putImageData(this.pixels, 0, 0, 0, top, this.pixels.width, this.pixels.height - top);
  }
  /* `ink` is a mask whose topmost byte is the opacity. */
  drawTile(values, spots, n, row, column, shades, ink) {
    const target = new Uint32Array(this.pixels.data.buffer), wide = this.pixels.width, { pixel } = this.layout;
    for (let y = 0, to = row * pixel * wide + column * pixel; y < spots.length; y++, to += wide) {
      const line = spots[y] * n;
      for (let x = 0; x < spots.length; x++) target[to + x] = shades[step(values[line + spots[x]])] & ink;
    }
  }
}
/* The lowest and highest value of a neuron over the picture, in words. */
function extent(net, [layer, neuron]) {
  if (!net.field) return "";
  let low = Infinity, high = -Infinity;
  for (const v of net.field.plane(layer, neuron, net.size * net.size)) { if (v < low) low = v; if (v > high) high = v; }
  return `${fixed(low)} to ${fixed(high)}`;
}
/* The other neurons that carry the same node's value, where the genome is known. */
function kin(net, neuron) {
  const graph = genomeOf(net), node = graph && graph.nodeAt.get(String(neuron));
  return node ? node.neurons.filter((at) => !same(at, neuron)) : [];
}

// ---------------------------------------------------------------------------------------------------- neuron

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
    this.problem.textContent = "";
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
    this.title.textContent = name;
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
    this.facts.textContent = [values, ...(node ? [`genome node ${node}`] : [])].join("\n");
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
      list.replaceChildren(...weights.map((weight) => this.buildRow(net, weight, other(weight))));
      if (!weights.length) list.append(make("div", { class: "fer-place", text: "none" }));
      list.scrollTop = 0;
    }
    const most = Math.max(...weights.map((weight) => Math.abs(net.get(weight))), 1e-9);
    for (const row of list.querySelectorAll("button")) {
      const value = net.get(parse(row.dataset.weight)), [, bead, number] = row.children;
      row.setAttribute("aria-pressed", String(row.dataset.weight === String(net.selected)));
      row.classList.toggle("fer-zero", value === 0);
      bead.style.setProperty("--fer-share", Math.abs(value) / most);
      bead.classList.toggle("fer-minus", value < 0);
      number.textContent = value === 0 ? "0" : fixed(value);
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

// ----------------------------------------------------------------------------------------------------- views

const VIEW_NAMES = ["Now", "Original", "Difference", "Even", "Odd"];
const VIEW_HINTS = ["as it is now", "before any change", "now minus original: where did it change?",
  "the half that is the same left and right", "the half that turns over between left and right"];

/* Five ways to look at pictures and maps alike. As a lens it stands between the values and the colours. */
class Views {
  constructor(bench) {
    this.bench = bench;
    this.originals = new Map();                  // network -> {size: RGBA of its unchanged picture}
    this.before = new Map();                     // network -> small field of the unchanged network
    this.row = segments("What pictures and maps show", VIEW_NAMES, (i) => { bench.view = VIEWS[i]; bench.refresh(); bench.say(VIEW_HINTS[i]); });
    this.row.buttons.forEach((node, i) => { node.title = VIEW_HINTS[i]; });
    this.node = this.row.node;
  }
  refresh() {
    const { bench } = this;
    this.row.show(VIEWS.indexOf(bench.view));
    bench.lens = bench.view === "now" ? null : this;
  }
  get looksBack() { return ["original", "difference"].includes(this.bench.view); }
  /* The unchanged picture; at full size it may not be there yet. */
  original(net, size) {
    const known = this.originals.get(net) || {};
    this.originals.set(net, known);
    if (!known[size] && (size === net.size || size !== this.bench.full)) known[size] = finish(net.draw({ weights: net.original, held: [] }, size)).image;
    return known[size];
  }
  picture(net, { image, size }) {
    const { view, colours } = this.bench, sum = (p, k) => p[k] + p[k + 1] + p[k + 2], mirror = (i) => i - (i % size) + size - 1 - (i % size);
    if (view === "even") return { size, image: image.map((v, k) => (k % 4 === 3 ? 255 : (v + image[4 * mirror(k >> 2) + (k % 4)]) / 2)) };
    if (view === "odd") return { size, image: shadeAll(colours, size * size, (i) => (sum(image, 4 * i) - sum(image, 4 * mirror(i))) / 765) };
    const was = this.original(net, size);
    if (!was) return this.picture(net, { image: net.smallPicture(), size: net.size });
    return { size, image: view === "original" ? was : shadeAll(colours, size * size, (i) => (sum(image, 4 * i) - sum(was, 4 * i)) / 765) };
  }
  /* A neuron's values at the small size. */
  plane(net, layer, neuron) {
    const pixels = net.size * net.size, was = this.looksBack && this.unchanged(net).plane(layer, neuron, pixels);
    return this.combine(net.field.plane(layer, neuron, pixels), was, net.size);
  }
  unchanged(net) {
    let field = this.before.get(net);
    if (field && field.size === net.size) return field;
    field = Object.assign(new Field(net.architecture, net.size * net.size), { size: net.size });
    field.place(net.size, 0);
    field.load(net.original);
    field.compute(everyNeuron(net.architecture));
    this.before.set(net, field);
    return field;
  }
  *fullPlane(net, now, render) {
    return this.combine(now, this.looksBack ? yield* render({ weights: net.original, held: [] }) : null, this.bench.full);
  }
  combine(now, was, size) {
    const { view } = this.bench, mirror = (i) => i - (i % size) + size - 1 - (i % size);
    if (view === "original") return was;
    if (view === "difference") return now.map((v, i) => v - was[i]);
    const sign = view === "even" ? 1 : -1;
    return now.map((v, i) => (v + sign * now[mirror(i)]) / 2);
  }
  plan() {
    const panel = this.looksBack && this.bench.panels.find(({ net }) => !this.original(net, this.bench.full));
    return panel ? this.sharpen(panel) : null;
  }
  *sharpen(panel) {
    const { net } = panel, { full } = this.bench;
    const { image } = yield* net.draw({ weights: net.original, held: [] }, full, -1, net.remote || net.renderer);
    this.originals.get(net)[full] = image;
    this.bench.drawPicture(panel);
  }
}

// ---------------------------------------------------------------------------------------------------- genome

const known = new WeakMap();                     // network -> its genome as this page reads it, or null

/* The genome of a network, checked once: {raw, nodes, links, nodeAt, problem}; null where none came with it. */
function genomeOf(net) {
  if (!known.has(net)) {
    let read = null;
    try { read = net.graph ? readGraph(net.graph, net.architecture) : null; }
    catch (error) { read = { nodes: [], links: [], nodeAt: new Map(), problem: `The genome cannot be shown: ${error.message}.` }; }
    known.set(net, read);
  }
  return known.get(net);
}
function readGraph(raw, a) {
  if (!Array.isArray(raw.nodes) || !Array.isArray(raw.links)) throw new Error(`it must have "nodes" and "links"`);
  const isNeuron = (at) => Array.isArray(at) && at.length === 2 && (a.hasNeuron(...at) || (at[0] === -1 && [0, 1, 2, 3].includes(at[1])));
  const nodes = raw.nodes.map((node) => {
    if (!node || typeof node.id !== "string" || !Array.isArray(node.neurons) || !node.neurons.every(isNeuron)) throw new Error("a node lacks its id or its neurons");
    return { id: node.id, kind: words(node.kind), activation: words(node.activation), label: words(node.label), layer: node.layer, neurons: node.neurons };
  });
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const links = raw.links.map((link) => {
    if (!link || !byId.has(link.source) || !byId.has(link.target) || (link.weight && !a.holds(link.weight))) throw new Error("a link lacks its ends or its weight");
    return { id: words(link.id), source: byId.get(link.source), target: byId.get(link.target), weight: link.weight || null };
  });
  const drawn = nodes.filter((node) => Number.isInteger(node.layer) && node.neurons.length);
  return { raw, nodes: drawn, links: links.filter(({ source, target, weight }) => weight && drawn.includes(source) && drawn.includes(target)),
    nodeAt: new Map(drawn.flatMap((node) => node.neurons.map((at) => [String(at), node]))) };
}

/* Where each node goes: its layer says how high, its neighbours how far to the right. Returns Map(node -> 0..1). */
function spread({ nodes, links }) {
  const rows = new Map(), x = new Map(), near = new Map(nodes.map((node) => [node, []]));
  for (const { source, target } of links) { near.get(source).push(target); near.get(target).push(source); }
  for (const node of nodes) rows.set(node.layer, [...(rows.get(node.layer) || []), node]);
  const even = (row) => row.forEach((node, i) => x.set(node, (i + 0.5) / row.length));
  [...rows.values()].forEach(even);
  const widest = Math.max(...[...rows.values()].map((row) => row.length)), gap = 1 / Math.max(widest, 5);
  for (let round = 0; round < 40; round++) {
    for (const [layer, row] of rows) {
      if (layer < 0) continue;                   // x, y, d, b keep their order
      const aim = new Map(row.map((node) => [node, near.get(node).reduce((sum, other) => sum + x.get(other), 0) / (near.get(node).length || 1)]));
      row.sort((p, q) => aim.get(p) - aim.get(q));
      row.forEach((node, i) => x.set(node, Math.max(aim.get(node) || 0.5, i ? x.get(row[i - 1]) + gap : gap / 2)));
      const over = Math.max(0, x.get(row[row.length - 1]) - (1 - gap / 2));
      row.forEach((node, i) => x.set(node, clamp(x.get(node) - over, gap * (i + 0.5), 1)));
    }
  }
  return x;
}

const SVG = "http://www.w3.org/2000/svg";
const svg = (tag, properties) => {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(properties)) node.setAttribute(name, value);
  return node;
};
const nodeName = (node) => (node.kind === "input" || node.kind === "output" ? `${node.kind} ${node.label}` : node.label || node.id);

/* The genome's graph beside its layered form (paper, figure 11): live nodes, links in the colours of their signs. */
class GenomeView {
  constructor(bench, map) {
    this.bench = bench;
    this.map = map;
    this.mode = bench.box.clientWidth >= 900 ? "both" : "layers";
    this.modes = ["layers", "genome", "both"];
    this.row = segments("How to draw the network", ["Layers", "Genome", "Both"], (i) => { this.mode = this.modes[i]; bench.refresh(false); bench.tell("lay"); });
    this.area = make("div", { class: "fer-graph", role: "application", "aria-roledescription": "genome", "aria-label": "The genome; arrow keys walk from node to node", onkeydown: (event) => this.key(event) });
    this.note = make("div", { class: "fer-place", role: "status" });
    this.box = make("div", { class: "fer-graph-box" }, this.area, this.note);
    map.scroller.before(this.box);
    map.choices.append(this.row.node);
  }
  refresh() {
    const { net } = this.bench, graph = genomeOf(net), mode = graph ? this.mode : "layers", isNew = this.map.columns.dataset.mode !== mode;
    this.row.node.hidden = !graph;
    this.row.show(this.modes.indexOf(mode));
    this.box.hidden = mode === "layers";
    this.map.scroller.hidden = mode === "genome";
    this.map.columns.dataset.mode = mode;
    this.note.textContent = graph && graph.problem ? graph.problem : "";
    if (isNew) { this.map.lay(); this.wide = this.box.clientWidth; }
    if (mode === "layers" || graph.problem) { this.area.replaceChildren(); this.laid = this.buttons = null; return; }
    this.arrange();
    this.mark();
  }
  lay() {
    this.wide = this.box.clientWidth;
    this.arrange();
  }
  arrange() {
    const { wide, bench } = this, graph = genomeOf(bench.net), key = `${bench.active};${wide}`;
    if (!graph || graph.problem || this.box.hidden || this.laid === key || !(wide > 50)) return;
    this.laid = key;
    const x = spread(graph), layers = Math.max(...graph.nodes.map((node) => node.layer)) + 2, widest = 1 / this.narrowest(graph, x);
    const side = clamp(Math.floor((wide - 8) / (widest + 0.5)) - 4, 14, 36), step = clamp(Math.round(620 / layers), side + 6, side + 34);
    this.fine = side / 32;
    const high = (layers - 1) * step + side + 26;
    this.at = new Map(graph.nodes.map((node) => [node, { x: side / 2 + 4 + x.get(node) * (wide - side - 8), y: side / 2 + 16 + (node.layer + 1) * step }]));
    const lines = svg("svg", { width: wide, height: high, "aria-hidden": "true" });
    this.links = graph.links.map((link) => this.buildLink(link, lines, side));
    this.buttons = new Map(graph.nodes.map((node) => [node, this.buildNode(node, side)]));
    this.area.style.height = `${high}px`;
    this.area.replaceChildren(lines, ...this.buttons.values());
    this.behind = null;
    this.mark();
    bench.wake();
  }
  narrowest(graph, x) {
    const gaps = graph.nodes.flatMap((p) => graph.nodes.filter((q) => q !== p && q.layer === p.layer).map((q) => Math.abs(x.get(p) - x.get(q))));
    return Math.max(0.02, Math.min(0.25, ...gaps));
  }
  buildLink(link, lines, side) {
    const from = this.at.get(link.source), to = this.at.get(link.target), y0 = from.y + side / 2, y1 = to.y - side / 2, bend = (y1 - y0) / 2;
    const d = `M${from.x},${y0}C${from.x},${y0 + bend} ${to.x},${y1 - bend} ${to.x},${y1}`;
    const line = svg("path", { d, class: "fer-edge" }), hand = svg("path", { d, class: "fer-hand" }), title = svg("title", {});
    hand.addEventListener("click", () => this.bench.pick(link.weight));
    hand.append(title);
    lines.append(line, hand);
    return { link, line, title };
  }
  buildNode(node, side) {
    const { x, y } = this.at.get(node), canvas = make("canvas", { "aria-hidden": "true", width: side, height: side });
    const more = node.kind === "input" || node.kind === "output" ? [make("span", { class: "fer-node-name", text: node.label })] : [];
    const knob = button("", () => this.map.look(node.neurons[0]), { class: "fer-node", title: `${nodeName(node)}: ${node.activation}` }, canvas, ...more);
    return place(knob, x - side / 2, y - side / 2, `width:${side}px;height:${side}px`);
  }
  /* Text, widths and rings, as the weights and the selection are now. */
  mark() {
    const { net, neuron } = this.bench, graph = genomeOf(net), here = graph.nodeAt.get(String(neuron));
    const most = Math.max(...(this.links || []).map(({ link }) => Math.abs(net.get(link.weight))), 1e-9);
    for (const { link, line, title } of this.links || []) {
      const value = net.get(link.weight);
      line.setAttribute("class", `fer-edge${value < 0 ? " fer-minus" : ""}${same(link.weight, net.selected) ? " fer-now" : ""}${value === 0 ? " fer-zero" : ""}`);
      line.setAttribute("stroke-width", this.fine * (0.7 + (2.5 * Math.abs(value)) / most));
      title.textContent = `${nodeName(link.source)} \u2192 ${nodeName(link.target)}: ${fixed(value)}`;
    }
    for (const [node, knob] of this.buttons || []) {
      const held = net.held.get(String(node.neurons[0]));
      knob.setAttribute("aria-label", `${nodeName(node)}, ${node.activation}${held === undefined ? "" : `, held at ${fixed(held)}`}`);
      knob.setAttribute("aria-pressed", String(node === here));
      knob.classList.toggle("fer-stopped", held !== undefined);
      knob.tabIndex = node === (here || graph.nodes[0]) ? 0 : -1;
    }
  }
  follow({ net }, lists) {
    if (net !== this.bench.net || !this.behind) return;
    lists.forEach((list, layer) => list.forEach((neuron) => this.behind.add(`${layer},${neuron}`)));
  }
  /* Draw the nodes that are behind; null stands for all. */
  draw() {
    const { net, lens, colours, viewKey } = this.bench, all = !this.behind || this.drawn !== viewKey;
    if (!this.buttons || this.box.hidden || !net.field) return;
    for (const [node, { firstChild: canvas }] of this.buttons) {
      if (!all && !this.behind.has(String(node.neurons[0]))) continue;
      const n = net.size, side = canvas.width, values = lens ? lens.plane(net, ...node.neurons[0]) : net.field.plane(...node.neurons[0], n * n);
      const spot = (i) => Math.round((i * (n - 1)) / (side - 1));
      draw(canvas, shadeAll(colours, side * side, (i) => values[spot(Math.floor(i / side)) * n + spot(i % side)]), side);
    }
    this.behind = new Set();
    this.drawn = viewKey;
  }
  /* Arrow keys go to the nearest node in that direction. */
  key(event) {
    const ways = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }, way = ways[event.key];
    const here = [...this.buttons].find(([, knob]) => knob === document.activeElement);
    if (!way || !here) return;
    event.preventDefault();
    const from = this.at.get(here[0]);
    const far = ([, { x, y }]) => { const dx = x - from.x, dy = y - from.y, along = dx * way[0] + dy * way[1]; return along > 1 ? along + 2 * Math.abs(dx * way[1] + dy * way[0]) : Infinity; };
    const next = [...this.at].reduce((best, one) => (far(one) < far(best) ? one : best), [null, from]);
    if (!next[0]) return;
    this.map.look(next[0].neurons[0]);
    this.buttons.get(next[0]).focus();
  }
}

// ------------------------------------------------------------------------------------------------- animation

const SWING = 6000;                              // milliseconds there and back
const STILL = 1500;                              // ... for each still picture
/* From a time to a place between 0 and 1, there and back; `start` is where it begins. */
const EASINGS = {
  smooth: (t) => (1 - Math.cos(2 * Math.PI * t)) / 2,
  even: (t) => 1 - Math.abs(1 - 2 * t),
  stills: (t) => { const k = Math.floor(8 * t) % 8; return (k < 5 ? k : 8 - k) / 4; },
};
const START = { smooth: (s) => Math.acos(1 - 2 * s) / (2 * Math.PI), even: (s) => s / 2, stills: () => 0 };

/* Play: each network's current weight swings through its range, in the manner chosen. */
class Animation {
  constructor(bench) {
    this.bench = bench;
    this.buttons = new Map();
  }
  panel({ net, buttons }) {
    const play = button("Play", () => this.toggle(net));
    const easing = select(`How ${net.label} plays`, Object.keys(EASINGS).map((name) => [name, name]), (name) => { net.easing = name; if (net.playing) this.start(net); });
    net.easing = "smooth";
    buttons.prepend(play);
    buttons.append(easing);
    this.buttons.set(net, play);
  }
  toggle(net) {
    if (net.playing) net.playing = false;
    else this.start(net);
    this.bench.refresh();
    this.bench.say(`${net.label} ${net.playing ? "plays" : "pauses"}`);
  }
  /* Where less motion is wished for, five stills come one after the other, whatever was chosen. */
  easing(net) { return matchMedia("(prefers-reduced-motion: reduce)").matches ? "stills" : net.easing; }
  start(net) {
    const [low, high] = net.limits(), share = clamp((net.offset() - low) / (high - low), 0, 1);
    net.playing = true;
    net.since = performance.now() - START[this.easing(net)](share) * SWING;
  }
  refresh() { for (const [net, play] of this.buttons) play.textContent = net.playing ? "Pause" : "Play"; }
  frame(time) {
    const playing = this.bench.panels.map((panel) => panel.net).filter((net) => net.playing);
    for (const net of playing) {
      const [low, high] = net.limits(), easing = this.easing(net), period = easing === "stills" ? 8 * STILL : SWING;
      const share = EASINGS[easing]((Math.max(0, time - net.since) / period) % 1);
      this.bench.shift(net, net.selected, low + (high - low) * share);
    }
    if (playing.some((net) => net.stale)) this.bench.refresh();
    return playing.length > 0;
  }
}

// ------------------------------------------------------------------------------------------------- direction

/* Random numbers from a seed (mulberry32), as normal ones (Box and Muller). Not NumPy's: the same seed gives another
   direction than `fer.random_row_direction`, from the same distribution. */
function normals(seed, number) {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 4294967296;
  };
  return count(number).map(() => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()));
}
function unit(seed, number) {
  const values = normals(seed, number), length = Math.hypot(...values);
  return values.map((v) => v / length);
}

/* A walk along a random unit direction in one row of one weight matrix (paper, figure 25). */
class Direction {
  constructor(bench, map) {
    this.bench = bench;
    this.base = null;            // {key, values}: the row where the walk began
    const restart = () => { this.base = null; this.slider.value = 0; this.show(); };
    this.layer = numberField("layer of weights", restart);
    this.row = numberField("from neuron", restart);
    this.seed = numberField("seed", restart);
    this.seed.input.value = 1;
    this.slider = make("input", { type: "range", class: "fer-along", min: -3, max: 3, step: 0.03, "aria-label": "Distance along the random direction", oninput: () => this.walk(+this.slider.value) });
    this.slider.value = 0;
    this.distance = make("span", { class: "fer-number" });
    this.another = button("Another", () => { this.seed.input.value = this.seed.input.valueAsNumber + 1; restart(); });
    this.node = make("details", { class: "fer-direction" }, make("summary", { text: "Random direction" }),
      make("p", { class: "fer-hint", text: "All weights that leave one neuron move together, in a direction that nobody picked: it is drawn at random, and has length 1." }),
      make("div", { class: "fer-find" }, this.layer.node, this.row.node, this.seed.node, this.another), make("div", { class: "fer-walk" }, this.slider, this.distance));
    map.left.append(this.node);
  }
  place() {
    const a = this.bench.net.architecture, layer = clamp(this.layer.input.valueAsNumber || 0, 0, a.depth);
    return { net: this.bench.net, layer, row: clamp(this.row.input.valueAsNumber || 0, 0, a.rows(layer) - 1), seed: this.seed.input.valueAsNumber || 0 };
  }
  weights({ net, layer, row }) { return count(net.architecture.columns(layer)).map((column) => [layer, row, column]); }
  walk(distance) {
    const at = this.place(), weights = this.weights(at), along = unit(at.seed, weights.length);
    if (!this.base) this.base = { net: at.net, values: weights.map((weight) => at.net.get(weight)) };
    weights.forEach((weight, i) => at.net.set(weight, distance ? this.base.values[i] + distance * along[i] : this.base.values[i]));
    this.walked = weights.map((weight) => at.net.get(weight));
    this.bench.refresh();
    this.bench.say(`${at.net.label}, ${signed(distance)} along direction ${at.seed}`);
  }
  /* When anything else has moved these weights, the walk is over. */
  refresh() {
    const { net } = this.bench, [layer, row] = net.selected, at = this.place();
    const moved = this.base && (this.base.net !== net || this.weights(at).some((weight, i) => net.get(weight) !== this.walked[i]));
    if (moved) { this.base = null; this.slider.value = 0; }
    if (!this.base && document.activeElement !== this.layer.input && document.activeElement !== this.row.input && this.follows !== String(net.selected)) {
      this.layer.input.value = layer;
      this.row.input.value = row;
      this.follows = String(net.selected);
    }
    this.show();
  }
  show() {
    const { net, layer } = this.place();
    this.layer.input.max = net.architecture.depth;
    this.row.input.max = net.architecture.rows(layer) - 1;
    this.distance.textContent = signed(+this.slider.value);
    this.slider.setAttribute("aria-valuetext", signed(+this.slider.value));
  }
}

// --------------------------------------------------------------------------------------------------- history

const REST = 350;                                // milliseconds without a change that end one step

/* Undo and redo of weights and held neurons, by whole gestures. */
class History {
  constructor(bench) {
    Object.assign(this, { bench, at: 0, timer: 0, steps: [this.snapshot(bench)] });
    this.undoButton = button("Undo", () => this.go(-1), { title: "Ctrl+Z" });
    this.redoButton = button("Redo", () => this.go(1), { title: "Ctrl+Shift+Z" });
    this.resetButton = button("Reset all networks", () => this.reset());
    this.node = make("div", { class: "fer-segments", role: "group", "aria-label": "History" }, this.undoButton, this.redoButton);
    bench.box.addEventListener("keydown", (event) => this.key(event));
    this.refresh();
  }
  snapshot({ state }) { return JSON.stringify({ changes: state.changes, held: state.held }); }
  key(event) {
    if (!(event.ctrlKey || event.metaKey) || event.target.type === "number") return;
    const way = { z: event.shiftKey ? 1 : -1, y: 1 }[event.key.toLowerCase()];
    if (way) { event.preventDefault(); this.go(way); }
  }
  refresh() {
    clearTimeout(this.timer);
    if (!this.bench.nets.some((net) => net.playing)) this.timer = setTimeout(() => this.commit(), REST);
    this.show();
  }
  get isNew() { return this.snapshot(this.bench) !== this.steps[this.at]; }
  show() {
    const { undoButton: undo, redoButton: redo } = this, focused = document.activeElement;
    undo.disabled = this.at === 0 && !this.isNew;
    redo.disabled = this.at === this.steps.length - 1 || this.isNew;
    if (focused === undo && undo.disabled) redo.focus();   // a button that is put out of use must not take the keys with it
    if (focused === redo && redo.disabled) undo.focus();
  }
  commit() {
    if (!this.isNew) return;
    this.steps = [...this.steps.slice(Math.max(0, this.at - 200), this.at + 1), this.snapshot(this.bench)];
    this.at = this.steps.length - 1;
    this.show();
  }
  go(way) {
    this.bench.nets.forEach((net) => { net.playing = false; });
    this.commit();
    const to = this.at + way;
    if (!this.steps[to]) return;
    this.at = to;
    this.bench.state = JSON.parse(this.steps[to]);
    this.bench.changed = true;
    this.show();
    this.bench.say(way < 0 ? "Undone" : "Done again");
  }
  reset() {
    this.bench.nets.forEach((net) => { net.playing = false; net.setChanges({}); net.setHeld({}); });
    this.bench.refresh();
    this.bench.say("All networks are as they were");
  }
}

// -------------------------------------------------------------------------------------------------- networks

/* Which networks are side by side, whether they are linked, and networks from the reader's own files. */
class Networks {
  constructor(bench, status) {
    Object.assign(this, { bench, status });
    this.groups = [...new Set(bench.nets.map((net) => net.group).filter(Boolean))];
    this.pictures = segments("Picture", this.groups, (i) => this.showGroup(this.groups[i]));
    this.link = make("input", { type: "checkbox", onchange: () => { bench.linked = this.link.checked; bench.refresh(); } });
    this.linkBox = make("label", { class: "fer-check", title: "A weight moved in one network moves by as much in the others of the same shape" }, this.link, make("span", { text: "move together" }));
    this.more = button("Compare with \u2026", () => this.add());
    this.file = make("input", { type: "file", accept: ".json,application/json", hidden: "", "aria-label": "A network's file", onchange: () => this.open(this.file.files[0]) });
    this.opener = button("Open a file\u2026", () => this.file.click(), { title: "A network saved here or by fer_utils, as JSON" });
    for (const kind of ["dragover", "drop"]) bench.box.addEventListener(kind, (event) => {
      if (![...event.dataTransfer.types].includes("Files")) return;
      event.preventDefault();
      event.stopPropagation();
      if (kind === "drop") this.open(event.dataTransfer.files[0]);
    });
    this.node = make("div", { class: "fer-side" }, ...(this.groups.length > 1 ? [this.pictures.node] : []), this.more, this.linkBox, this.opener, this.file);
  }
  panel(panel) {
    const { net, head } = panel;
    panel.picker = select(`Network shown here: ${net.label}`, [], (i) => this.swap(panel, +i));
    panel.close = button("\u00d7", () => this.close(panel), { class: "fer-close-panel", "aria-label": `Put ${net.label} away` });
    head.prepend(panel.picker);
    head.append(panel.close);
  }
  /* The choice stands in the panels' heads; the label is enough where there is nothing to choose. */
  arranged() {
    const { bench } = this, all = bench.nets.length;
    for (const panel of bench.panels) {
      if (panel.offered !== all) { this.fill(panel); panel.offered = all; }
      panel.picker.value = bench.nets.indexOf(panel.net);
      panel.picker.hidden = all === bench.panels.length;
      panel.head.querySelector(".fer-label").hidden = !panel.picker.hidden;
      panel.close.hidden = bench.panels.length === 1 || panel.picker.hidden;
    }
    this.more.hidden = all === bench.panels.length || bench.panels.length > 3;
    this.linkBox.hidden = bench.panels.length < 2;
    this.link.checked = bench.linked;
    this.pictures.show(this.groups.indexOf(bench.net.group));
  }
  refresh() { this.link.checked = this.bench.linked; this.pictures.show(this.groups.indexOf(this.bench.net.group)); }
  fill({ picker }) {
    const places = new Map([["", picker]]);
    picker.replaceChildren();
    this.bench.nets.forEach((net, i) => {
      if (!places.has(net.group)) { places.set(net.group, make("optgroup", { label: net.group })); picker.append(places.get(net.group)); }
      places.get(net.group).append(option(i, net.label));
    });
  }
  show(shown, active) {
    const { bench } = this;
    Object.assign(bench, { shown, active, changed: true });
    bench.neuron = [bench.net.selected[0], bench.net.selected[2]];
    bench.arrange();
    bench.refresh();
    bench.say(`Side by side: ${bench.panels.map((panel) => panel.net.label).join(", ")}`);
  }
  /* A network that stands elsewhere already changes places. */
  swap(panel, wanted) {
    const { shown, nets } = this.bench, here = shown.indexOf(nets.indexOf(panel.net)), there = shown.indexOf(wanted), now = [...shown];
    if (there >= 0) now[there] = now[here];
    now[here] = wanted;
    this.show(now, wanted);
  }
  add() {
    const { shown, nets, net } = this.bench, left = count(nets.length).filter((i) => !shown.includes(i));
    const next = left.find((i) => nets[i].group === net.group) ?? left[0];
    this.show([...shown, next], next);
  }
  close(panel) {
    const rest = this.bench.shown.filter((i) => this.bench.nets[i] !== panel.net);
    this.show(rest, rest.includes(this.bench.active) ? this.bench.active : rest[0]);
  }
  showGroup(group) {
    const of = count(this.bench.nets.length).filter((i) => this.bench.nets[i].group === group);
    this.show(of.slice(0, Math.max(1, Math.min(this.bench.shown.length, of.length))), of[0]);
  }
  async open(file) {
    if (!file) return;
    this.file.value = "";
    try {
      if (file.size > 4e6) throw new Error("it is larger than 4 MB");
      const raw = JSON.parse(await file.text());
      if (!raw || raw.schema !== "fer-network/1") throw new Error(`it must carry the schema "fer-network/1"`);
      this.take({ ...raw, graph: null, key: `file:${words(file.name)}` });
      this.status(`Opened ${words(file.name)}.`);
    } catch (error) {
      const reason = error instanceof SyntaxError ? "it is not JSON" : error.message;
      this.status(`${words(file.name)} cannot be opened: ${reason}.`);
    }
  }
  take(raw) {
    const { bench } = this, entry = readNetwork(raw, bench.nets.length), number = bench.nets.length;
    bench.nets.push(equipped(new Network({ ...entry, label: `${entry.label} (file)` }, bench.nets[0].size)));
    this.show(bench.shown.length < 2 ? [...bench.shown, number] : [...bench.shown.slice(0, -1), number], number);
  }
}

// ---------------------------------------------------------------------------------------------------- saving

/* Let a generator of work run in slices, aside from the pictures on the screen. */
async function inSlices(work) {
  for (;;) {
    const until = performance.now() + 12;
    do {
      const { done, value } = work.next();
      if (done) return value;
      if (value === "wait") break;
    } while (performance.now() < until);
    await new Promise((resolve) => setTimeout(resolve));
  }
}
const base64 = (floats) => {
  const bytes = new Uint8Array(4 * floats.length), view = new DataView(bytes.buffer);
  floats.forEach((value, i) => view.setFloat32(4 * i, value, true));
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
};

/* The weights with every held neuron written into them, so that the saved network computes what is on the screen: a
   neuron at 0 has nothing leading on; one at another value can be written only where its function gives a constant for
   no input (gaussian, cos), or in the first layer, which the bias reaches. */
function foldedWeights(net) {
  const a = net.architecture, weights = net.weights.slice();
  const put = (weight, change) => { const i = a.index(weight); weights[i] = change(weights[i]); };
  for (const [key, value] of net.held) {
    const [layer, neuron] = parse(key), ways = count(a.rows(layer)).map((row) => [layer, row, neuron]);
    const on = layer < a.depth ? count(a.columns(layer + 1)).map((column) => [layer + 1, neuron, column]) : [];
    const kind = layer < a.depth ? a.kinds[neuron] : "identity", constant = { gaussian: 1, cos: 1 }[kind];
    if (value === 0 && layer < a.depth) on.forEach((weight) => put(weight, () => 0));
    else if (value === 0 || constant) {
      ways.forEach((weight) => put(weight, () => 0));
      on.forEach((weight) => put(weight, (w) => w * value));
    } else if (layer === 0 && LINEAR.includes(kind)) ways.forEach((weight) => put(weight, () => (weight[1] === 3 ? value : 0)));
    else throw new Error(`${a.neuronName(layer, neuron)} is held at ${fixed(value)}, which weights alone cannot express; let it go, or knock it out`);
  }
  return weights;
}
function networkJSON(net) {
  const { architecture, label, kind, names, key, changes } = net;
  return { schema: "fer-network/1", label, kind, architecture: architecture.text, weights: base64(foldedWeights(net)), names: Object.fromEntries(names),
    origin: { key, changes: Object.fromEntries(changes) } };
}
/* The genome with the weights changed here; it has no place for weights where it has no link. */
function genomeJSON(net) {
  const { graph } = net, read = genomeOf(net);
  if (!read || read.problem) throw new Error(`${net.label} came without its genome`);
  const places = new Map(graph.links.filter((link) => link.weight).map((link) => [String(link.weight), link]));
  const stray = [...net.changes.keys()].find((key) => !places.has(key));
  if (stray || net.held.size) throw new Error(stray ? `weight ${net.architecture.id(parse(stray))} is no link of the genome; save the network instead` : "a genome cannot hold a neuron still; save the network instead");
  const value = (link) => (link.weight && net.changes.has(String(link.weight)) ? net.get(link.weight) : link.value);
  return { schema: "fer-genome/1", name: graph.name, age: graph.age ?? null, origin: graph.origin || "", note: graph.note || "",
    nodes: graph.nodes.map(({ id, kind, activation, label }) => ({ id, kind, activation, label })),
    connections: graph.links.map((link) => ({ id: link.id, source: link.source, target: link.target, weight: value(link) })) };
}

const SIZES = [256, 512, 1024, 2048];

/* Files for the reader: the picture up to 2048 pixels, the network, and the genome where there is one. */
class Saving {
  constructor(bench, status) { Object.assign(this, { bench, status }); }
  panel(panel) {
    const { net } = panel, json = (name, make) => button(name, () => this.attempt(net, () => this.offer(net, `${name}.json`, new Blob([JSON.stringify(make(net))], { type: "application/json" }))));
    const save = make("details", { class: "fer-save" }, make("summary", { text: "Save" }), make("div", { class: "fer-buttons" },
      ...SIZES.map((size) => button(`${size} px`, () => this.attempt(net, () => this.picture(net, size)), { "aria-label": `${size} px: save the picture of ${net.label}` })),
      json("network", networkJSON), ...(net.graph ? [json("genome", genomeJSON)] : [])));
    panel.buttons.after(save);
  }
  async attempt(net, act) {
    try { await act(); } catch (error) { this.status(`${net.label} cannot be saved: ${error.message}.`); }
  }
  async picture(net, size) {
    this.status(`Drawing ${net.label} at ${size} pixels \u2026`);
    const { image } = await inSlices(net.draw(net.model(), size, -1, net.remote || net.renderer));
    const canvas = make("canvas");
    draw(canvas, image, size);
    this.offer(net, `${size}.png`, await new Promise((resolve) => canvas.toBlob(resolve, "image/png")));
  }
  offer(net, ending, blob) {
    const name = `fer-${net.label.replace(/[^\p{L}\p{N}]+/gu, "-")}-${ending}`, href = URL.createObjectURL(blob);
    make("a", { href, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(href), 10000);
    this.status(`Saved ${name}.`);
  }
}

// ------------------------------------------------------------------------------------------------------ link

const pack = (value) => btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(value)))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const unpack = (text) => JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0))));
const mapped = (object, change) => Object.fromEntries(Object.entries(object).map(change));

/* The state in the address: copied on demand, read at the start and whenever the address changes. */
class Link {
  constructor(bench, status) {
    Object.assign(this, { bench, status });
    this.copy = button("Copy link", () => this.hand());
    this.field = make("input", { class: "fer-address", readonly: "", hidden: "", "aria-label": "Link to this state" });
    addEventListener("hashchange", () => { if (bench.host.isConnected) this.read(); });
    this.read();
  }
  get ordinal() { return [...document.querySelectorAll("fer-explorer")].indexOf(this.bench.host); }
  address() {
    const { bench } = this, { state, nets } = bench, keyed = (of) => Object.fromEntries(nets.map((net) => [net.key, of(net)]).filter(([, part]) => Object.keys(part).length));
    const packed = pack({ v: 1, n: this.ordinal, s: state.shown.map((i) => nets[i].key), a: bench.net.key, m: state.neuron, view: state.view, k: state.colours, l: +state.linked,
      w: Object.fromEntries(bench.panels.map(({ net }) => [net.key, net.architecture.id(net.selected)])),
      c: keyed((net) => mapped(Object.fromEntries(net.changes), ([key, value]) => [net.architecture.id(parse(key)), value])), h: keyed((net) => Object.fromEntries(net.held)) });
    return `${location.href.split("#")[0]}#fer=${packed}`;
  }
  async hand() {
    const url = this.address();
    history.replaceState(history.state, "", url);
    try {
      await navigator.clipboard.writeText(url);
      this.status("The link is copied; it opens this very state.");
    } catch {                                    // where the page may not write to the clipboard
      this.field.hidden = false;
      this.field.value = url;
      this.field.select();
      this.status("Copy the link from the field; it opens this very state.");
    }
  }
  read() {
    const match = /^#fer=([\w-]{1,200000})$/.exec(location.hash);
    if (!match) { if (location.hash.startsWith("#fer=")) this.status("The link to a state of this explorer cannot be read."); return; }
    try {
      const said = unpack(match[1]);
      if (!said || said.v !== 1) throw new Error("version");
      if ((said.n || 0) !== this.ordinal) return;
      this.apply(said);
    } catch { this.status("The link to a state of this explorer cannot be read."); }
  }
  apply({ s = [], a, w = {}, c = {}, h = {}, m, view, l, k }) {
    const { bench } = this, { nets } = bench, index = (key) => nets.findIndex((net) => net.key === key), places = (net, by) => mapped(by || {}, ([id, value]) => [net.architecture.locate(+id), value]);
    bench.state = { shown: s.map(index).filter((i) => i >= 0), selected: { network: index(a) },
      weights: nets.map((net) => (Object.hasOwn(w, net.key) ? net.architecture.locate(w[net.key]) : null)),
      changes: nets.map((net) => (Object.hasOwn(c, net.key) ? places(net, c[net.key]) : {})),
      held: nets.map((net) => (Object.hasOwn(h, net.key) ? h[net.key] : {})), neuron: m, view, linked: l === 1, colours: k };
    bench.box.scrollIntoView({ block: "nearest" });
  }
}

// ---------------------------------------------------------------------------------------------------- worker

/* What runs in the worker: passes of any renderer, one after the other, given up when nobody waits any more. */
function serve() {
  const renderers = new Map(), queue = [], dropped = new Set(), soon = new MessageChannel();
  let pass = null;
  const next = () => {
    while (!pass && queue.length) {
      const job = queue.shift();
      if (dropped.delete(job.id)) continue;
      if (!renderers.has(job.key)) renderers.set(job.key, new Renderer(new Architecture(job.architecture)));
      pass = { ...job, spent: 0, steps: renderers.get(job.key).render(job.model, job.size, job.layer, job.neurons, job.keep, job.share) };
    }
  };
  soon.port1.onmessage = () => {
    next();
    if (!pass) return;
    const begun = performance.now();
    let step = { done: false };
    if (dropped.delete(pass.id)) pass = null;
    else {
      while (!step.done && performance.now() - begun < 12) step = pass.steps.next();
      pass.spent += performance.now() - begun;
      if (step.done) { postMessage({ id: pass.id, planes: step.value, spent: pass.spent }, [step.value.buffer]); pass = null; }
    }
    soon.port2.postMessage(0);                   // after any message that has come meanwhile
  };
  onmessage = ({ data }) => {
    if (data.drop) dropped.add(data.drop);
    else { queue.push(data); soon.port2.postMessage(0); }
  };
}

/* The page's workers, made from the engine's own text, so that they need no file; none where workers are refused. */
const crew = { workers: null, waiting: new Map(), last: 0 };
const MOST_WORKERS = 4;
function workers() {
  if (crew.workers) return crew.workers;
  try {
    const text = `"use strict"; const { Architecture, Renderer } = (${engine})(); (${serve})();`;
    const href = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    crew.workers = count(clamp(navigator.hardwareConcurrency || 1, 1, MOST_WORKERS)).map(() => new Worker(href));
  } catch { crew.workers = []; }
  for (const worker of crew.workers) {
    worker.onmessage = ({ data }) => { const job = crew.waiting.get(data.id); if (job) job.reply = data; };
    worker.onerror = (event) => {                // a site's policy may refuse it only now
      event.preventDefault();
      crew.workers = [];
      crew.waiting.forEach((job) => { job.failed = true; });
    };
  }
  return crew.workers;
}

/* A renderer like the engine's, but elsewhere, each worker drawing its share of the pixels; while they work, its
   generator says "wait". */
let networksSent = 0;
class RemoteRenderer {
  constructor(local) { this.local = local; this.key = ++networksSent; }
  *render(model, size, layer, neurons, keep) {
    const pixels = size * size, helpers = workers(), part = Math.ceil(pixels / helpers.length);
    const jobs = helpers.map((worker, i) => this.send(worker, { model, size, layer, neurons, keep, share: [Math.min(i * part, pixels), Math.min((i + 1) * part, pixels)] }));
    try {
      while (!jobs.every((job) => job.reply) && !jobs.some((job) => job.failed)) yield "wait";
    } finally {
      for (const { id, worker, reply } of jobs) {
        crew.waiting.delete(id);
        if (!reply) worker.postMessage({ drop: id });
      }
    }
    if (!jobs.length || jobs.some((job) => job.failed)) return yield* this.local.render(model, size, layer, neurons, keep);
    this.spent = Math.max(...jobs.map((job) => job.reply.spent));
    return joined(jobs, neurons.length, pixels);
  }
  send(worker, task) {
    const job = { id: ++crew.last, worker, share: task.share };
    crew.waiting.set(job.id, job);
    worker.postMessage({ id: job.id, key: this.key, architecture: this.local.architecture.text, ...task });
    return job;
  }
}
/* The shares put together: whole planes, one after the other. */
function joined(jobs, planes, pixels) {
  const whole = new Float32Array(planes * pixels);
  for (const { share: [from, until], reply } of jobs)
    for (let k = 0; k < planes; k++) whole.set(reply.planes.subarray(k * (until - from), (k + 1) * (until - from)), k * pixels + from);
  return whole;
}
function equipped(net) {
  const genome = genomeOf(net);
  if (genome) for (const [at, node] of genome.nodeAt) if (at[0] !== "-" && !net.names.has(at)) net.names.set(at, node.label || node.id);
  net.remote = workers().length ? new RemoteRenderer(net.renderer) : null;
  return net;
}

// --------------------------------------------------------------------------------------------- graphics card

const SOFTWARE = /swiftshader|llvmpipe|software|basic render/i;

const VERTEX = `#version 300 es
in vec2 corner; void main() { gl_Position = vec4(corner, 0.0, 1.0); }`;

/* A whole network in one shader that loops over the layers: unrolled layers take minutes to compile. The weights are
   blocks of four by four, four texels each, one after the other; `kinds` holds four activations in each texel. */
const fragment = (blocks) => `#version 300 es
precision highp float; precision highp int; precision highp sampler2D;
uniform sampler2D weights; uniform sampler2D kinds; uniform sampler2D holds;
uniform int depth; uniform float size;
out vec4 colour;
vec4 activated(vec4 s, vec4 kind) {
  vec4 v = s;
  for (int k = 0; k < 4; k++) {
    int which = int(kind[k] + 0.5);
    if (which == 1) v[k] = sin(s[k]);
    else if (which == 2) v[k] = cos(s[k]);
    else if (which == 3) { float e = exp(-2.0 * abs(s[k])); v[k] = sign(s[k]) * (1.0 - e) / (1.0 + e); }
    else if (which == 4) v[k] = 2.0 / (1.0 + exp(-s[k])) - 1.0;
    else if (which == 5) v[k] = 2.0 * exp(-s[k] * s[k]) - 1.0;
    else if (which == 6) v[k] = max(s[k], 0.0);
  }
  return v;
}
void main() {
  vec4 below[${blocks}], above[${blocks}];
  float x = 2.0 * (gl_FragCoord.x - 0.5) / (size - 1.0) - 1.0, y = 2.0 * (gl_FragCoord.y - 0.5) / (size - 1.0) - 1.0;
  for (int i = 0; i < ${blocks}; i++) below[i] = vec4(0.0);
  below[0] = vec4(x, y, 1.4 * sqrt(x * x + y * y), 1.0);
  int wide = textureSize(weights, 0).x;
  for (int layer = 0; layer <= depth; layer++) {
    for (int to = 0; to < ${blocks}; to++) {
      vec4 sum = vec4(0.0);
      for (int from = 0; from < ${blocks}; from++) {
        int at = 4 * ((layer * ${blocks} + to) * ${blocks} + from);
        ivec2 p = ivec2(at % wide, at / wide);
        sum += mat4(texelFetch(weights, p, 0), texelFetch(weights, p + ivec2(1, 0), 0), texelFetch(weights, p + ivec2(2, 0), 0), texelFetch(weights, p + ivec2(3, 0), 0)) * below[from];
      }
      if (layer < depth) sum = activated(sum, texelFetch(kinds, ivec2(to, 0), 0));
      vec4 held = texelFetch(holds, ivec2(2 * to, layer), 0), value = texelFetch(holds, ivec2(2 * to + 1, layer), 0);
      above[to] = mix(sum, value, held);
    }
    for (int i = 0; i < ${blocks}; i++) below[i] = above[i];
  }
  vec3 hsv = below[0].xyz;
  float h = 6.0 * (hsv.x - floor(hsv.x)), s = clamp(hsv.y, 0.0, 1.0), v = min(abs(hsv.z), 1.0);
  vec3 ramp = mod(vec3(5.0, 3.0, 1.0) + h, 6.0);
  colour = vec4(v - v * s * clamp(min(ramp, 4.0 - ramp), 0.0, 1.0), 1.0);
}`;
const KIND_NUMBERS = { cache: 0, identity: 0, sin: 1, cos: 2, tanh: 3, sigmoid: 4, gaussian: 5, relu: 6 };
const WIDE = 1024;                               // texels in a row of the weights' texture; a multiple of four

/* Draws pictures at full size at once where there is a real graphics card. The page's own canvases stay what they are:
   the card draws on one of its own and the bytes are read back, so that a lost context costs no picture. */
class GraphicsCard {
  constructor(bench) {
    this.bench = bench;
    this.programs = new Map();                   // blocks of four neurons -> program
    this.wish = bench.host.dataset.renderer || "auto";
    if (this.wish !== "cpu") this.open();
  }
  open() {
    this.canvas = make("canvas");
    this.gl = this.canvas.getContext("webgl2", { antialias: false, preserveDrawingBuffer: true, failIfMajorPerformanceCaveat: this.wish === "auto" });
    if (!this.gl || (this.wish === "auto" && !this.isReal())) { this.gl = null; return; }
    this.canvas.addEventListener("webglcontextlost", () => this.lose());
    this.bench.quick = (net) => this.picture(net, this.bench.full);
  }
  isReal() {
    const named = this.gl.getExtension("WEBGL_debug_renderer_info");
    return Boolean(named) && !SOFTWARE.test(this.gl.getParameter(named.UNMASKED_RENDERER_WEBGL));
  }
  /* Throw the dead canvas away and draw everything again on the processor; try a new one, once. */
  lose() {
    this.gl = this.bench.quick = null;
    this.programs.clear();
    this.bench.panels.forEach(({ net }) => { net.sharp = null; net.stale = true; });
    this.bench.host.dataset.drawnBy = "page";
    this.bench.wake();
    if (!this.lostBefore) { this.lostBefore = true; setTimeout(() => this.open(), 1000); }
  }
  picture(net, size) {
    const blocks = Math.ceil(Math.max(net.architecture.width, 4) / 4);
    const { gl } = this;
    if (!gl || gl.isContextLost() || size > gl.getParameter(gl.MAX_TEXTURE_SIZE)) return null;
    if (!this.programs.has(blocks)) this.programs.set(blocks, this.build(blocks));
    const program = this.programs.get(blocks);
    if (!program) return null;
    this.canvas.width = this.canvas.height = size;
    gl.viewport(0, 0, size, size);
    gl.useProgram(program);
    this.load(program, net, blocks, size);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    const image = new Uint8ClampedArray(4 * size * size);
    gl.readPixels(0, 0, size, size, gl.RGBA, gl.UNSIGNED_BYTE, image);   // its lowest row is the picture's top one
    this.bench.host.dataset.drawnBy = "gl";
    return gl.isContextLost() ? null : image;
  }
  build(blocks) {
    const { gl } = this, program = gl.createProgram();
    for (const [kind, text] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, fragment(blocks)]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, text);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) return null;
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([-1, -1, 3, -1, -1, 3]), gl.STATIC_DRAW);
    const corner = gl.getAttribLocation(program, "corner");
    gl.enableVertexAttribArray(corner);
    gl.vertexAttribPointer(corner, 2, gl.FLOAT, false, 0, 0);
    program.textures = [0, 1, 2].map(() => gl.createTexture());
    return program;
  }
  load(program, net, blocks, size) {
    const { gl } = this, a = net.architecture;
    const texture = (unit, name, data, wide, high) => {
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(gl.TEXTURE_2D, program.textures[unit]);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA32F, wide, high, 0, gl.RGBA, gl.FLOAT, data);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
      gl.uniform1i(gl.getUniformLocation(program, name), unit);
    };
    const rows = Math.ceil((4 * (a.depth + 1) * blocks * blocks) / WIDE);
    texture(0, "weights", blocked(net, blocks, WIDE * rows), WIDE, rows);
    texture(1, "kinds", Float32Array.from({ length: 4 * blocks }, (_, i) => KIND_NUMBERS[a.kinds[i]] || 0), blocks, 1);
    texture(2, "holds", heldBlocks(net, blocks), 2 * blocks, a.depth + 1);
    gl.uniform1i(gl.getUniformLocation(program, "depth"), a.depth);
    gl.uniform1f(gl.getUniformLocation(program, "size"), size);
  }
  /* The picture as it is now at any size, for scripts: by the card if there is one, else by the worker or the page. */
  async drawNow(net, size) {
    const image = this.bench.quick && this.picture(net, size);
    if (image) return { image, by: "gl" };
    const renderer = net.remote || net.renderer, drawn = await inSlices(net.draw(net.model(), size, -1, renderer));
    return { image: drawn.image, by: net.remote && workers().length ? "worker" : "page" };
  }
}
/* Block (layer, to, from) is a matrix of four columns, as GLSL has it: column c is what leaves neuron 4 from + c. */
function blocked({ architecture: a, weights }, blocks, texels) {
  const data = new Float32Array(4 * texels);
  for (let layer = 0; layer <= a.depth; layer++)
    for (let row = 0, columns = a.columns(layer); row < a.rows(layer); row++)
      for (let column = 0; column < columns; column++)
        data[16 * ((layer * blocks + (column >> 2)) * blocks + (row >> 2)) + 4 * (row & 3) + (column & 3)] = weights[a.offsets[layer] + row * columns + column];
  return data;
}
function heldBlocks({ architecture: a, held }, blocks) {
  const data = new Float32Array(8 * blocks * (a.depth + 1));
  for (const [key, value] of held) {
    const [layer, neuron] = parse(key), at = 8 * (layer * blocks + (neuron >> 2)) + (neuron & 3);
    data[at] = 1;
    data[at + 4] = value;
  }
  return data;
}

// ------------------------------------------------------------------------------------------------- equipment

/* Give a bench its tools, and its element the methods that go with them. */
function equip(bench) {
  const note = make("div", { class: "fer-note", role: "status" }), status = (text) => { note.textContent = text; };
  bench.nets.forEach(equipped);
  const map = new NeuronMap(bench), history = new History(bench), views = new Views(bench), networks = new Networks(bench, status);
  const genome = new GenomeView(bench, map), animation = new Animation(bench), saving = new Saving(bench, status), card = new GraphicsCard(bench);
  const colours = select("Colours of the maps", [["red-blue", "red to blue"], ["cividis", "blue to yellow"]], (name) => { bench.colours = name; bench.refresh(); });
  const tools = [views, animation, networks, saving, card, map, genome, new NeuronPanel(bench, map), new Direction(bench, map), history,
    { refresh: () => { colours.value = bench.colours; } }];
  bench.tools.push(...tools);
  for (const net of bench.nets) if (net.panel) for (const tool of tools) if (tool.panel) tool.panel(net.panel);
  map.legend.append(colours);
  networks.arranged();
  const link = new Link(bench, status);
  bench.bar.append(make("div", { class: "fer-side" }, history.node, history.resetButton, link.copy));
  bench.bar.after(make("div", { class: "fer-bar" }, networks.node, views.node), note, link.field);
  Object.assign(bench.host, {
    undo: () => history.go(-1), redo: () => history.go(1), reset: () => history.reset(), link: () => link.address(),
    networkJSON: (i) => networkJSON(bench.nets[i]), genomeJSON: (i) => genomeJSON(bench.nets[i]), draw: (i, size) => card.drawNow(bench.nets[i], size),
  });
  bench.host.dataset.workbench = "true";
  bench.refresh(false);
}
parts.equip = equip;
parts.benches.forEach(equip);
})();
