/* <fer-sweeps>: every sweep of one network, the strongest first, searchable, each drawn when it comes into view.

   No picture is stored: the page holds the weights and the order, and draws with the explorer's own engine (element.js,
   which must be loaded before). Inside the tag: a <script type="application/json">, and the fallback.

     {schema: "fer-sweeps/1", offsets: [-1, -0.5, 0, 0.5, 1], size: 56,
      network: {label, architecture, weights, names},                  // as in "fer-explorer/1"
      ids: base64 of little-endian uint32, the strongest first,        // the paper's numbers
      effects: base64 of little-endian float32, in the same order,
      known: {"4371": "mouth opening"}}                                // what some weights are known for */
(() => {
"use strict";
const explorer = window.customElements && customElements.get("fer-explorer");
if (!explorer || customElements.get("fer-sweeps")) return;
const { Field, followers, everyNeuron, colour, readNetwork } = explorer.parts;

const FIRST = 16, MORE = 48;   // rows shown at first, and with each "more"
const GAP = 4;
const ORDERS = { strong: "strongest first", weak: "weakest first", number: "by number" };

const make = (name, attributes = {}, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
};

function unpack(text, kind) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0)), view = new DataView(bytes.buffer);
  const read = kind === "uint" ? (i) => view.getUint32(4 * i, true) : (i) => view.getFloat32(4 * i, true);
  return Array.from({ length: bytes.length / 4 }, (_, i) => read(i));
}

/* Draws sweeps of one network: the unchanged network is computed once, each change only what follows from it. */
class Painter {
  constructor(entry, size, offsets) {
    this.architecture = entry.architecture;
    this.weights = entry.original.slice();
    this.offsets = offsets;
    this.size = size;
    this.field = new Field(this.architecture, size * size);
    this.field.place(size, 0);
    this.field.load(this.weights);
    this.field.compute(everyNeuron(this.architecture));
    this.unchanged = this.picture();
  }
  picture() {
    const pixels = this.size * this.size, outputs = new Float32Array(3 * pixels);
    for (let k = 0; k < 3; k++) outputs.set(this.field.plane(this.architecture.depth, k, pixels), k * pixels);
    return colour(outputs, pixels);
  }
  moved(weight, value) {
    this.weights[this.architecture.index(weight)] = value;
    this.field.loadColumn(weight[0], weight[2]);
    this.field.compute(followers(this.architecture, this.weights, [[weight[0], weight[2]]]));
  }
  sweep(weight) {
    const own = this.weights[this.architecture.index(weight)];
    const pictures = this.offsets.map((offset) => {
      if (offset === 0) return this.unchanged;
      this.moved(weight, Math.fround(own + offset));
      return this.picture();
    });
    this.moved(weight, own);
    return pictures;
  }
}

class FerSweeps extends HTMLElement {
  #rows = new Map(); #queue = new Set(); #busy = false; #limit = FIRST;

  connectedCallback() {
    if (this.body) return;
    // The parser may not have read what is inside the tag yet.
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => this.#start(), { once: true });
    else this.#start();
  }

  #start() {
    const source = this.querySelector("script[type='application/json']");
    try {
      const data = JSON.parse(source.textContent);
      if (data.schema !== "fer-sweeps/1") throw new Error("its data must carry the schema \"fer-sweeps/1\"");
      this.entry = readNetwork({ ...data.network, chosen: [] }, 0);
      this.offsets = data.offsets;
      this.size = data.size;
      this.known = data.known || {};
      this.ids = unpack(data.ids, "uint");
      this.effects = new Map(unpack(data.effects, "float").map((value, i) => [this.ids[i], value]));
      this.rank = new Map(this.ids.map((id, i) => [id, i + 1]));
    } catch (error) {
      console.error(`fer-sweeps: ${error.message}`);
      return;                                                          // the fallback stays
    }
    this.#build();
    this.#list();
  }

  #build() {
    this.box = make("input", { type: "search", placeholder: "4371, or 7 15 15, or sin", autocomplete: "off" });
    this.order = make("select", { "aria-label": "Order" },
      ...Object.entries(ORDERS).map(([value, text]) => make("option", { value }, text)));
    this.said = make("span", { class: "fer-sweeps-count", role: "status" });
    this.listing = make("ol", { class: "fer-sweeps-rows" });
    this.more = make("button", { type: "button" }, "More");
    this.body = make("div", { class: "fer-sweeps" },
      make("div", { class: "fer-finder-bar" }, make("label", {}, "Find a weight ", this.box), this.order, this.said),
      this.listing, this.more);
    this.replaceChildren(this.querySelector("script"), this.body);
    this.watch = new IntersectionObserver((entries) => this.#seen(entries), { rootMargin: "200px 0px" });
    const again = () => { this.#limit = FIRST; this.#list(); };
    this.box.addEventListener("input", again);
    this.order.addEventListener("change", again);
    this.more.addEventListener("click", () => { this.#limit += MORE; this.#list(); });
  }

  /* The weights that the search names: one number is the paper's, more are layer, row and column; words are looked for
     in the names of the neurons and in what the weight is known for. */
  #wanted() {
    const a = this.entry.architecture;
    const typed = this.box.value.toLowerCase().replace(/(\d),(?=\d{3}\b)/g, "$1").split(/[\s,;()]+/).filter(Boolean);
    const numbers = typed.filter((word) => /^\d+$/.test(word)).map(Number), texts = typed.filter((word) => !/^\d+$/.test(word));
    let ids = this.order.value === "number" ? [...this.ids].sort((x, y) => x - y)
      : this.order.value === "weak" ? [...this.ids].reverse() : this.ids;
    if (numbers.length === 1) ids = ids.filter((id) => id === numbers[0]);
    if (numbers.length > 1) ids = ids.filter((id) => numbers.every((n, i) => i > 2 || a.locate(id)[i] === n));
    return texts.length ? ids.filter((id) => texts.every((text) => this.#words(id).toLowerCase().includes(text))) : ids;
  }
  #words(id) {
    const a = this.entry.architecture, [layer, row, column] = a.locate(id);
    return `${a.neuronName(layer - 1, row)} → ${a.neuronName(layer, column)} ${this.known[id] || ""}`;
  }

  #list() {
    const ids = this.#wanted(), shown = ids.slice(0, this.#limit);
    this.watch.disconnect();
    this.#queue.clear();
    this.listing.replaceChildren(...shown.map((id) => this.#row(id)));
    for (const row of this.listing.children) if (!row.dataset.drawn) this.watch.observe(row);
    this.more.hidden = shown.length === ids.length;
    const all = this.ids.length.toLocaleString("en");
    this.said.textContent = ids.length === this.ids.length ? `${shown.length} of ${all} sweeps`
      : ids.length ? `${ids.length.toLocaleString("en")} of ${all} sweeps` : `none of ${all} sweeps`;
  }

  #row(id) {
    if (this.#rows.has(id)) return this.#rows.get(id);
    const { architecture: a, original } = this.entry, weight = a.locate(id);
    const value = original[a.index(weight)];
    const name = `${a.neuronName(weight[0] - 1, weight[1])} → ${a.neuronName(weight[0], weight[2])}`, known = this.known[id];
    const canvas = make("canvas", { width: this.offsets.length * (this.size + GAP) - GAP, height: this.size, role: "img",
      "aria-label": `Weight ${id}: the picture as the weight goes from ${(value + this.offsets[0]).toFixed(2)} to ${(value + this.offsets.at(-1)).toFixed(2)}` });
    const row = make("li", { "data-id": id }, canvas, make("div", {},
      make("b", {}, known ? `${known}, weight ${id}` : `weight ${id}`), ` (${weight.join(", ")})`, make("br"), name, make("br"),
      `${value >= 0 ? "+" : "−"}${Math.abs(value).toFixed(3)} · effect ${this.effects.get(id).toExponential(1)} · ${this.rank.get(id)}.`));
    this.#rows.set(id, row);
    return row;
  }

  #seen(entries) {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) this.#queue.add(target);
      else this.#queue.delete(target);
    }
    if (!this.#busy && this.#queue.size) { this.#busy = true; requestAnimationFrame(() => this.#paint()); }
  }

  /* One strip a frame, so that the page stays at the reader's command. */
  #paint() {
    const [row] = this.#queue;
    if (!row) { this.#busy = false; return; }
    this.#queue.delete(row);
    this.watch.unobserve(row);
    this.painter ||= new Painter(this.entry, this.size, this.offsets);
    const ink = row.querySelector("canvas").getContext("2d");
    this.painter.sweep(this.entry.architecture.locate(Number(row.dataset.id))).forEach((picture, i) =>
      ink.putImageData(new ImageData(picture, this.size, this.size), i * (this.size + GAP), 0));
    row.dataset.drawn = "yes";
    requestAnimationFrame(() => this.#paint());
  }
}

customElements.define("fer-sweeps", FerSweeps);
})();
