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
    const state = [this.layout.key, net.selected, neuron, hovered, ...net.held.keys()].join(";");
    if (this.ringed === state) return;
    this.ringed = state;
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
