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
