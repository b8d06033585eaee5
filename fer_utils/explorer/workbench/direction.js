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
