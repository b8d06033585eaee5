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
    write(this.note, graph && graph.problem ? graph.problem : "");
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
