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
