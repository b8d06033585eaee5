/* <fer-explorer>: drag the weights of small image-drawing networks and watch every neuron follow.

   One classic script, no dependency, no build step: it works from a file on disk, in a static book and in JupyterLab.
   The data stand inline in a child <script type="application/json">; whatever else is inside the tag is the fallback
   for readers without JavaScript, and for print.

     {schema: "fer-explorer/1", title, size: 96, full: 256,          // pixels while dragging, and at rest
      networks: [{key, label, kind: "evolved" | "sgd" | ..., architecture: "12;cache:15,gaussian:4",
                  weights: base64 of little-endian float32, layers in numeric order, each (in, out) row-major,
                  names: {"7,15": "540_106"},                         // genome node of a neuron, where known
                  chosen: [{weight: [7, 15, 15], id: 4371, name: "mouth opening", low: -1, high: 1}]}],
      selected: {network: 0, weight: [7, 15, 15]}}

   Conventions that bite. A weight is [layer, row, column]: it leads from neuron `row` of the layer below to neuron
   `column` of `layer`. Layer -1 is the inputs x, y, d, b; layer `depth` is the outputs h, s, v. Weight *ids* count as
   in the paper: layers in the alphabetical order of their names (0, 1, 10, 11, 2, ...). `low` and `high` are offsets.

   For scripts and tests:
     element.state = {...}     any part of {selected: {network, weight}, weights: [weight of each network],
                               changes: [{"7,15,15": value} of each network], neuron: [layer, index], view}
     element.forward(network, size, changes)     {outputs: Float32Array (3 * size * size), image: RGBA bytes}
     element.settled()         a promise for the moment when every picture on the screen is drawn at full size
     event "fer-change"        after each change a reader makes; event.detail is the state

   In reading order: architecture, data, kernel, field, colour, network, element. */
(() => {
"use strict";
if (!window.customElements || customElements.get("fer-explorer")) return;

const INPUTS = ["x", "y", "d", "b"];
const OUTPUTS = ["h", "s", "v"];
const STRIP = 512;             // pixels in a strip: all neurons of a strip fit the processor's cache
const MOST_VALUES = 6e6;       // activations kept for one network while dragging (24 MB)
const QUIET = 140;             // milliseconds without a change before pictures are drawn at full size
const SLICE = 12;              // milliseconds of background work in one animation frame
const RANGES = [0.5, 1, 2, 4]; // multiples of a slider's own range
const VIEWS = ["now", "original", "difference"];

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const words = (value) => (typeof value === "string" ? value.slice(0, 200) : "");
const count = (n) => [...Array(n).keys()];
const parse = (key) => key.split(",").map(Number);
const finish = (generator) => { for (;;) { const step = generator.next(); if (step.done) return step.value; } };

// ---------------------------------------------------------------------------------------------- architecture

/* Every activation works in place on values[from, to). The two identities have nothing to do. */
const ACTIVATE = {
  cache: null,
  identity: null,
  sin(values, from, to) { for (let i = from; i < to; i++) values[i] = Math.sin(values[i]); },
  cos(values, from, to) { for (let i = from; i < to; i++) values[i] = Math.cos(values[i]); },
  tanh(values, from, to) { for (let i = from; i < to; i++) values[i] = Math.tanh(values[i]); },
  sigmoid(values, from, to) { for (let i = from; i < to; i++) values[i] = 2 / (1 + Math.exp(-values[i])) - 1; },
  gaussian(values, from, to) { for (let i = from; i < to; i++) values[i] = 2 * Math.exp(-values[i] * values[i]) - 1; },
  relu(values, from, to) { for (let i = from; i < to; i++) if (values[i] < 0) values[i] = 0; },
};

/* "12;cache:15,gaussian:4": depth, and the neurons of every hidden layer by activation. */
class Architecture {
  constructor(text) {
    const match = /^(\d{1,4});([a-z]+:\d{1,4}(?:,[a-z]+:\d{1,4})*)$/.exec(text);
    if (!match || +match[1] < 1) throw new Error(`"architecture" must read like "12;cache:15,sin:1"`);
    this.depth = +match[1];
    this.groups = [];
    this.kinds = [];
    for (const part of match[2].split(",")) {
      const [name, number] = part.split(":");
      if (!Object.hasOwn(ACTIVATE, name)) throw new Error(`the activation ${name} is not known`);
      this.groups.push({ name, start: this.kinds.length, end: this.kinds.length + +number });
      this.kinds.push(...Array(+number).fill(name));
    }
    this.width = this.kinds.length;
    if (this.width < 1) throw new Error(`"architecture" must have neurons`);
    this.offsets = [];         // first weight of each layer, in numeric order
    this.paperOffsets = [];    // ... and in the paper's order
    const add = (offsets) => (total, layer) => { offsets[layer] = total; return total + this.rows(layer) * this.columns(layer); };
    const layers = count(this.depth + 1);
    this.size = layers.reduce(add(this.offsets), 0);
    layers.sort((a, b) => (String(a) < String(b) ? -1 : 1)).reduce(add(this.paperOffsets), 0);
  }
  rows(layer) { return layer === 0 ? 4 : this.width; }
  columns(layer) { return layer < 0 ? 4 : layer === this.depth ? 3 : this.width; }
  index([layer, row, column]) { return this.offsets[layer] + row * this.columns(layer) + column; }
  id([layer, row, column]) { return this.paperOffsets[layer] + row * this.columns(layer) + column; }
  locate(id) {
    for (let layer = 0; layer <= this.depth; layer++) {
      const rest = id - this.paperOffsets[layer], columns = this.columns(layer);
      if (rest >= 0 && rest < this.rows(layer) * columns) return [layer, Math.floor(rest / columns), rest % columns];
    }
    return null;
  }
  holds(weight) {
    if (!Array.isArray(weight) || weight.length !== 3 || !weight.every((n) => Number.isInteger(n) && n >= 0)) return false;
    const [layer, row, column] = weight;
    return layer <= this.depth && row < this.rows(layer) && column < this.columns(layer);
  }
  neuronName(layer, neuron) {
    if (layer < 0) return `input ${INPUTS[neuron]}`;
    if (layer === this.depth) return `output ${OUTPUTS[neuron]}`;
    const group = this.groups.find(({ end }) => neuron < end);
    return `L${layer} ${group.name} ${neuron - group.start}`;
  }
}

// ------------------------------------------------------------------------------------------------------ data

/* Check the data once, here; all that follows may trust them. Every refusal is a sentence for a reader. */
function readData(text) {
  let data;
  try { data = JSON.parse(text); } catch { throw new Error("its data are not JSON"); }
  if (!data || data.schema !== "fer-explorer/1") throw new Error(`its data must carry the schema "fer-explorer/1"`);
  if (!Array.isArray(data.networks) || !data.networks.length) throw new Error("its data hold no network");
  const side = (value, usual) => (Number.isInteger(value) ? clamp(value, 16, 1024) : usual);
  const networks = data.networks.map(readNetwork);
  const { network, weight } = data.selected || {};
  const active = networks[network] ? +network : 0;
  networks.forEach((entry, i) => {
    const a = entry.architecture, first = entry.chosen[0];
    entry.selected = i === active && a.holds(weight) ? weight : first ? first.weight : [a.depth, 0, 2];
  });
  return { title: words(data.title), size: side(data.size, 96), full: side(data.full, 256), networks, active };
}

function readNetwork(raw, number) {
  if (!raw || typeof raw !== "object") throw new Error(`network ${number} is not an object`);
  const label = words(raw.label) || `network ${number}`, architecture = new Architecture(String(raw.architecture));
  let bytes;
  try { bytes = Uint8Array.from(atob(String(raw.weights)), (c) => c.charCodeAt(0)); }
  catch { throw new Error(`the weights of "${label}" are not base64`); }
  if (bytes.length !== 4 * architecture.size)
    throw new Error(`"${label}" must have ${architecture.size} weights, got ${bytes.length / 4}`);
  const view = new DataView(bytes.buffer);
  const weights = Float32Array.from({ length: architecture.size }, (_, i) => view.getFloat32(4 * i, true));
  if (!weights.every(Number.isFinite)) throw new Error(`the weights of "${label}" must be finite`);
  const chosen = (Array.isArray(raw.chosen) ? raw.chosen : []).map((item) => {
    if (!item || !architecture.holds(item.weight)) throw new Error(`a chosen weight of "${label}" does not exist`);
    const low = Number.isFinite(item.low) ? item.low : -1, high = Number.isFinite(item.high) ? item.high : 1;
    if (low >= high) throw new Error(`a chosen weight of "${label}" has no range`);
    return { weight: item.weight, name: words(item.name) || `weight ${architecture.id(item.weight)}`, low, high };
  });
  const names = new Map(Object.entries(raw.names || {}).map(([key, name]) => [key, words(name)]));
  return { label, kind: words(raw.kind), architecture, original: weights, names, chosen };
}

/* {"layer,row,column": value} to [[weight, value], ...]; what is no weight of this network is left out. */
function readChanges(architecture, changes) {
  return Object.entries(changes && typeof changes === "object" ? changes : {})
    .map(([key, value]) => [parse(key), value])
    .filter(([weight, value]) => Number.isFinite(value) && architecture.holds(weight));
}

// ---------------------------------------------------------------------------------------------------- kernel

/* The one hot loop: a neuron's sum over its sources, for many pixels. `sum(to, terms, end, from, until)` writes, for
   each byte offset p in [from, until), memory[to + p] = Σ weight · memory[source + p] over the terms (source, weight)
   that stand in [terms, end). Here it is in plain JavaScript ... */
function plainSum(buffer) {
  const floats = new Float32Array(buffer), integers = new Int32Array(buffer);
  return (to, terms, end, from, until) => {
    const first = (to + from) >> 2, last = (to + until) >> 2;
    floats.fill(0, first, last);
    for (let t = terms >> 2; t < end >> 2; t += 2) {
      const shift = (integers[t] - to) >> 2, weight = floats[t + 1];
      for (let i = first; i < last; i++) floats[i] += weight * floats[i + shift];
    }
  };
}

/* ... and here, several times quicker, in WebAssembly, sixteen pixels at a time in four lanes of four. The few dozen
   instructions are assembled in place, so that there is no binary to take on trust. */
function assemble() {
  const get = (i) => [0x20, i], set = (i) => [0x21, i], add = 0x6a, number = (n) => [0x41, ...(n < 64 ? [n] : [n | 0x80, 0])];
  const block = [0x02, 0x40], loop = [0x03, 0x40], end = 0x0b, again = [0x0c, 0];
  const leaveIf = (a, b) => [get(a), get(b), 0x4f, 0x0d, 1];          // a >= b: leave the enclosing block
  const load = (offset) => [0xfd, 0x00, 0, offset], store = (offset) => [0xfd, 0x0b, 0, offset];
  const times = [0xfd, 0xe6, 0x01], plus = [0xfd, 0xe4, 0x01], zero = [0xfd, 0x0c, Array(16).fill(0)];
  const [TO, TERMS, END, P, UNTIL, T, AT, W, SUM] = count(9);         // five arguments; SUM to SUM + 3 are four lanes
  const four = count(4);
  const body = [
    block, loop, leaveIf(P, UNTIL),
      four.map((k) => [zero, set(SUM + k)]),
      get(TERMS), set(T),
      block, loop, leaveIf(T, END),
        get(T), 0xfd, 0x09, 0, 4, set(W),                              // the weight, in every lane
        get(T), 0x28, 0, 0, get(P), add, set(AT),                      // where the source's pixels stand
        four.map((k) => [get(SUM + k), get(W), get(AT), load(16 * k), times, plus, set(SUM + k)]),
        get(T), number(8), add, set(T), again, end, end,
      get(TO), get(P), add, set(AT),
      four.map((k) => [get(AT), get(SUM + k), store(16 * k)]),
      get(P), number(64), add, set(P), again, end, end,
    end];
  const size = (n) => (n < 128 ? [n] : [(n & 127) | 128, n >> 7]);
  const sized = (...parts) => { const flat = parts.flat(Infinity); return [size(flat.length), flat]; };
  return Uint8Array.from([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,                                   // "\0asm", version 1
    1, sized(1, 0x60, 5, Array(5).fill(0x7f), 0),                      // one type: five integers in, nothing out
    2, sized(1, 1, 0x6d, 1, 0x6d, 2, 0, 1),                            // import the memory m.m
    3, sized(1, 0),
    7, sized(1, 3, 0x73, 0x75, 0x6d, 0, 0),                            // export the function as "sum"
    10, sized(1, sized(2, 2, 0x7f, 5, 0x7b, body)),                    // two integers and five vectors of its own
  ].flat(Infinity));
}

let compiled;                  // the WebAssembly module; null where the browser or the site's policy has none
function makeMemory(bytes) {
  const pages = Math.ceil(bytes / 65536);
  try {
    if (compiled === undefined) compiled = new WebAssembly.Module(assemble());
    if (compiled) {
      const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
      return { buffer: memory.buffer, sum: new WebAssembly.Instance(compiled, { m: { m: memory } }).exports.sum };
    }
  } catch { compiled = null; }
  const buffer = new ArrayBuffer(pages * 65536);
  return { buffer, sum: plainSum(buffer) };
}

// ----------------------------------------------------------------------------------------------------- field

/* The activations of every neuron of a network over consecutive pixels: of a whole small picture, or of one strip
   that moves through a large one. Each neuron is a plane of `stride` floats. */
class Field {
  constructor(architecture, pixels) {
    const a = (this.architecture = architecture);
    this.pixels = Math.ceil(pixels / 16) * 16;   // the kernel takes sixteen at a time; the last few may idle
    this.stride = this.pixels + 16;              // 64 bytes more, so that planes do not crowd the same cache lines
    this.firstTerm = (4 + a.depth * a.width + 3) * this.stride;
    const { buffer, sum } = makeMemory(4 * this.firstTerm + 8 * a.size);
    this.sum = sum;
    this.values = new Float32Array(buffer);
    this.integers = new Int32Array(buffer);
    this.ends = a.offsets.map((_, layer) => new Int32Array(a.columns(layer)));
    this.loaded = null;
  }
  /* Where a neuron's plane begins; one formula serves inputs (layer -1), hidden layers and outputs (layer `depth`). */
  at(layer, neuron) { return (layer < 0 ? neuron : 4 + layer * this.architecture.width + neuron) * this.stride; }
  plane(layer, neuron, pixels) { const i = this.at(layer, neuron); return this.values.subarray(i, i + pixels); }

  /* Lay x, y, d and b on the pixels from `first` on, of a picture of size × size, row by row from the top. */
  place(size, first) {
    const { values, stride } = this;
    for (let i = 0; i < this.pixels && first + i < size * size; i++) {
      const p = first + i, x = (2 * (p % size)) / (size - 1) - 1, y = (2 * Math.floor(p / size)) / (size - 1) - 1;
      values[i] = x;
      values[stride + i] = y;
      values[2 * stride + i] = 1.4 * Math.sqrt(x * x + y * y);
      values[3 * stride + i] = 1;
    }
  }
  load(weights) {
    this.loaded = weights;
    this.ends.forEach((ends, layer) => ends.forEach((_, column) => this.loadColumn(layer, column)));
  }
  /* Write the terms of one neuron's sum: its sources of weight other than zero. Evolved networks are sparse. */
  loadColumn(layer, column) {
    const a = this.architecture, rows = a.rows(layer), columns = a.columns(layer);
    let at = this.firstTerm + 2 * (a.offsets[layer] + column * rows);
    for (let row = 0; row < rows; row++) {
      const weight = this.loaded[a.offsets[layer] + row * columns + column];
      if (weight === 0) continue;
      this.integers[at] = 4 * this.at(layer - 1, row);
      this.values[at + 1] = weight;
      at += 2;
    }
    this.ends[layer][column] = 4 * at;
  }
  /* Compute the neurons listed by layer, strip by strip, so that each strip's planes are still at hand for the next. */
  compute(lists, firstLayer = 0) {
    const a = this.architecture;
    for (let from = 0; from < this.pixels; from += STRIP) {
      const until = Math.min(from + STRIP, this.pixels);
      for (let layer = firstLayer; layer < lists.length; layer++) {
        for (const column of lists[layer]) {
          const at = this.at(layer, column), terms = this.firstTerm + 2 * (a.offsets[layer] + column * a.rows(layer));
          this.sum(4 * at, 4 * terms, this.ends[layer][column], 4 * from, 4 * until);
          const activate = layer < a.depth ? ACTIVATE[a.kinds[column]] : null;
          if (activate) activate(this.values, at + from, at + until);
        }
      }
    }
  }
}

/* The neurons that change with the given ones, by layer: themselves and all they reach. Nothing else is computed
   again. A changed weight so costs one neuron in its own layer and what follows from it above; and as every sum is
   taken in the same order as ever, the result equals a whole new pass bit for bit. */
function followers(a, weights, changed) {
  let below = [];
  return a.offsets.map((first, layer) => {
    const columns = a.columns(layer), marks = new Uint8Array(columns);
    for (const [l, column] of changed) if (l === layer) marks[column] = 1;
    for (const row of below)
      for (let column = 0; column < columns; column++) if (weights[first + row * columns + column]) marks[column] = 1;
    return (below = count(columns).filter((column) => marks[column]));
  });
}

/* The neurons that some neurons of one layer are made of, by layer; inputs are made of nothing. */
function ancestors(a, weights, layer, neurons) {
  const lists = layer < 0 ? [] : a.offsets.slice(0, layer + 1);
  if (layer >= 0) lists[layer] = neurons;
  for (let l = layer; l > 0; l--) {
    const columns = a.columns(l), first = a.offsets[l];
    lists[l - 1] = count(a.width).filter((row) => lists[l].some((column) => weights[first + row * columns + column]));
  }
  return lists;
}

const everyNeuron = (a) => a.offsets.map((_, layer) => count(a.columns(layer)));

// ---------------------------------------------------------------------------------------------------- colour

/* Raw outputs h, s, v (`pixels` of each, one after the other) to RGBA: hsv2rgb((h + 1) mod 1, clip s, clip |v|). */
function colour(outputs, pixels) {
  const image = new Uint8ClampedArray(4 * pixels);
  for (let i = 0; i < pixels; i++) {
    const h = 6 * (outputs[i] - Math.floor(outputs[i]));
    const s = clamp(outputs[pixels + i], 0, 1), v = Math.min(Math.abs(outputs[2 * pixels + i]), 1);
    for (let k = 0; k < 3; k++) {
      const ramp = (5 - 2 * k + h) % 6;
      image[4 * i + k] = 255 * (v - v * s * clamp(Math.min(ramp, 4 - ramp), 0, 1));
    }
    image[4 * i + 3] = 255;
  }
  return image;
}

/* Feature maps: red -1, white 0, blue +1, beyond that as the ends. `shade` gives a pixel as one 32-bit number. */
const DIVERGING = new Uint32Array(511);
for (let i = 0; i < 511; i++) {
  const v = i / 255 - 1, bytes = [255 * Math.min(1, 1 - v), 255 * (1 - Math.abs(v)), 255 * Math.min(1, 1 + v), 255];
  DIVERGING[i] = new Uint32Array(new Uint8ClampedArray(bytes).buffer)[0];
}
const shade = (v) => DIVERGING[v >= 1 ? 510 : v > -1 ? (255.5 + 255 * v) | 0 : 0];
function shadeAll(pixels, valueAt) {
  const image = new Uint8ClampedArray(4 * pixels), target = new Uint32Array(image.buffer);
  for (let i = 0; i < pixels; i++) target[i] = shade(valueAt(i));
  return image;
}

// --------------------------------------------------------------------------------------------------- network

/* One network as the reader has changed it. Nothing in here is shared with another network. */
class Network {
  constructor(entry, size) {
    Object.assign(this, entry);                  // label, kind, architecture, original, names, chosen, selected
    const a = this.architecture;
    this.weights = this.original.slice();
    this.changes = new Map();                    // "layer,row,column" -> value
    this.range = 1;                              // multiple of the slider's own range
    this.play = null;                            // {since, phase} while the animation runs
    this.stale = true;                           // the small pictures are behind the weights
    this.pending = [];                           // [layer, column] of the neurons whose own weights changed since
    const most = Math.floor(Math.sqrt(MOST_VALUES / (7 + a.depth * a.width)) / 8) * 8;
    this.size = Math.max(32, Math.min(size, most));
    this.originals = new Map();                  // size -> RGBA of the unchanged picture
    this.sharp = null;                           // full-size RGBA of the picture as it is now
    this.sharpTime = Infinity;                   // milliseconds that took
    this.slow = 0;
  }
  get(weight) { return this.weights[this.architecture.index(weight)]; }
  getOriginal(weight) { return this.original[this.architecture.index(weight)]; }
  offset(weight = this.selected) { return this.get(weight) - this.getOriginal(weight); }
  set(weight, value) {
    const index = this.architecture.index(weight);
    if (this.weights[index] === Math.fround(value)) return;
    this.weights[index] = value;
    if (this.weights[index] === this.original[index]) this.changes.delete(String(weight));
    else this.changes.set(String(weight), this.weights[index]);
    this.pending.push([weight[0], weight[2]]);
    this.stale = true;
  }
  /* Make the changes exactly these. */
  setChanges(changes) {
    this.play = null;
    for (const key of [...this.changes.keys()]) this.set(parse(key), this.getOriginal(parse(key)));
    for (const [weight, value] of readChanges(this.architecture, changes)) this.set(weight, value);
  }
  choice(weight) {
    const name = `weight ${this.architecture.id(weight)}`;
    return this.chosen.find((item) => String(item.weight) === String(weight)) || { name, low: -1, high: 1 };
  }
  limits(range = this.range) {
    const { low, high } = this.choice(this.selected);
    return [low * range, high * range];
  }
  /* Swing from end to end in six seconds; where less motion is wished for, show five stills, one after the other. */
  swing(time) {
    const [low, high] = this.limits(), t = Math.max(0, time - this.play.since), step = Math.floor(t / 1500) % 8;
    const share = matchMedia("(prefers-reduced-motion: reduce)").matches
      ? (step < 5 ? step : 8 - step) / 4
      : (1 + Math.sin(this.play.phase + (2 * Math.PI * t) / 6000)) / 2;
    this.set(this.selected, this.getOriginal(this.selected) + low + (high - low) * share);
  }

  /* Bring the small field up to date with the weights. Returns the lists of the neurons computed. */
  follow() {
    const begun = performance.now();
    let lists = everyNeuron(this.architecture);
    if (this.field) {
      for (const [layer, column] of this.pending) this.field.loadColumn(layer, column);
      lists = followers(this.architecture, this.weights, this.pending);
    } else {
      this.field = new Field(this.architecture, this.size * this.size);
      this.field.place(this.size, 0);
      this.field.load(this.weights);
    }
    this.field.compute(lists);
    this.pending = [];
    this.stale = false;
    this.sharp = null;
    // A slow machine gets smaller pictures while dragging, and the same ones at rest.
    this.slow = performance.now() - begun > 90 ? this.slow + 1 : 0;
    if (this.slow < 5 || this.size <= 32) return lists;
    this.size = Math.max(32, Math.floor(this.size / 12) * 8);
    this.field = null;
    return this.follow();
  }
  smallPicture() {
    const pixels = this.size * this.size, raw = new Float32Array(3 * pixels);
    for (let k = 0; k < 3; k++) raw.set(this.field.plane(this.architecture.depth, k, pixels), k * pixels);
    return colour(raw, pixels);
  }

  /* Compute some neurons of one layer at any size, a strip at a time; yields between strips, so that a page never
     waits. Returns their planes one after the other. `keep` names a layer whose activations are worth keeping: the
     one below the weight that moves, where the next pass can start. */
  *render(weights, size, layer, neurons, keep = -1) {
    const a = this.architecture, pixels = size * size, planes = new Float32Array(neurons.length * pixels);
    const lists = ancestors(a, weights, layer, neurons);
    const strip = (this.strip = this.strip || new Field(a, STRIP));
    const floor = keep >= 0 ? this.usableFloor(weights, size, lists, keep) : null;
    const next = keep >= 0 && !(floor && floor.layer === keep)
      ? { layer: keep, size, weights: weights.slice(0, a.offsets[keep + 1]), list: lists[keep], data: new Float32Array(lists[keep].length * pixels) }
      : null;
    for (let first = 0; first < pixels; first += STRIP) {
      const long = Math.min(STRIP, pixels - first);
      if (strip.loaded !== weights) strip.load(weights);     // another pass may have used the strip meanwhile
      if (!floor) strip.place(size, first);
      else floor.list.forEach((neuron, i) =>
        strip.plane(floor.layer, neuron, long).set(floor.data.subarray(i * pixels + first, i * pixels + first + long)));
      strip.compute(lists, floor ? floor.layer + 1 : 0);
      if (next) next.list.forEach((neuron, i) => next.data.set(strip.plane(keep, neuron, long), i * pixels + first));
      neurons.forEach((neuron, i) => planes.set(strip.plane(layer, neuron, long), i * pixels + first));
      yield;
    }
    if (next) this.floor = next;
    return planes;
  }
  /* The kept layer serves as long as nothing up to it has changed and it holds every neuron that is needed. */
  usableFloor(weights, size, lists, keep) {
    const floor = this.floor;
    return floor && floor.size === size && floor.layer <= keep && floor.weights.every((value, i) => value === weights[i])
      && lists[floor.layer].every((neuron) => floor.list.includes(neuron)) ? floor : null;
  }
  *renderPicture(weights, size, keep) {
    const outputs = yield* this.render(weights, size, this.architecture.depth, [0, 1, 2], keep);
    return { outputs, image: colour(outputs, size * size) };
  }
  *sharpen(size) {
    const pass = this.renderPicture(this.weights.slice(), size, this.selected[0] - 1);
    for (let spent = 0; ; ) {
      const begun = performance.now(), step = pass.next();
      spent += performance.now() - begun;
      if (step.done) { this.sharp = step.value.image; this.sharpTime = spent; return; }
      yield;
    }
  }
  *sharpenOriginal(size) {
    this.originals.set(size, (yield* this.renderPicture(this.original, size)).image);
  }
}

// --------------------------------------------------------------------------------------------------- element

const fixed = (value) => (Math.abs(value) < 5e-4 ? "0.000" : value.toFixed(3)).replace("-", "\u2212");
const signed = (value) => (value >= 5e-4 ? "+" : "") + fixed(value);
const short = (value) => signed(value).replace(/\.?0+$/, "");

/* make("div", {class: "x", text: "..", onclick: f}, ...children); text and attributes are never read as HTML. */
function make(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "text") node.textContent = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}
const button = (text, onclick, properties = {}, ...children) => make("button", { type: "button", text, onclick, ...properties }, ...children);

/* A row of buttons of which one is pressed. */
function segments(label, names, onpick) {
  const buttons = names.map((name, i) => button(name, () => onpick(i)));
  const node = make("div", { class: "fer-segments", role: "group", "aria-label": label }, ...buttons);
  return { node, show: (index) => buttons.forEach((b, i) => b.setAttribute("aria-pressed", String(i === index))) };
}

function draw(canvas, image, size) {
  if (canvas.width !== size) canvas.width = canvas.height = size;
  canvas.getContext("2d").putImageData(new ImageData(image, size, size), 0, 0);
}

const place = (node, left, top, more = "") => { node.style.cssText = `left:${left}px;top:${top}px;${more}`; return node; };

class FerExplorer extends HTMLElement {
  #nets = null; #active = 0; #view = "now"; #neuron = [0, 0]; #hovered = null; #full = 256;
  #box; #panels = []; #layout = null; #observers = [];
  #awake = false; #request = 0; #lastChange = 0; #changed = false; #job = null; #waiting = [];
  #tilesBehind = null;         // by layer, inputs first, the tiles to draw again; null for all
  #bigMapShows = "";           // "network;layer,neuron;small" or "...;sharp"
  #said = 0; #sayTimer = 0;

  connectedCallback() {
    if (this.#nets) this.#watch();
    // While the page is still being read, the tag may stand here without its content.
    else if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => this.#start(), { once: true });
    else this.#start();
  }
  disconnectedCallback() {
    this.#observers.forEach((observer) => observer.disconnect());
    cancelAnimationFrame(this.#request);
    this.#request = 0;
    this.#awake = false;
  }

  // --- for scripts ---
  get state() {
    return {
      selected: { network: this.#active, weight: [...this.#net.selected] },
      weights: this.#nets.map((net) => [...net.selected]),
      changes: this.#nets.map((net) => Object.fromEntries(net.changes)),
      neuron: [...this.#neuron],
      view: this.#view,
    };
  }
  set state(wanted) {
    if (!this.#nets || !wanted || typeof wanted !== "object") return;
    const { selected, weights, changes, neuron, view } = wanted;
    if (selected && this.#nets[selected.network]) this.#active = +selected.network;
    this.#nets.forEach((net, i) => {
      if (Array.isArray(changes)) net.setChanges(changes[i]);
      if (Array.isArray(weights) && net.architecture.holds(weights[i])) this.#select(net, [...weights[i]]);
    });
    if (selected && this.#net.architecture.holds(selected.weight)) this.#select(this.#net, [...selected.weight]);
    if (Array.isArray(neuron) && neuron.length === 2 && neuron.every(Number.isInteger)) this.#neuron = [...neuron];
    if (VIEWS.includes(view)) this.#view = view;
    this.#refresh(false);
  }
  forward(network, size, changes = {}) {
    const net = this.#nets[network], weights = net.original.slice();
    for (const [weight, value] of readChanges(net.architecture, changes)) weights[net.architecture.index(weight)] = value;
    return finish(net.renderPicture(weights, size));
  }
  settled() {
    return new Promise((resolve) => { this.#waiting.push(resolve); this.#wake(); });
  }

  // --- building ---
  #start() {
    if (this.#nets || !this.isConnected) return;
    const source = this.querySelector('script[type="application/json"]');
    this.#box = make("div", { class: "fer-explorer", "data-lm-suppress-shortcuts": "true" });
    try {
      const data = readData(source ? source.textContent : "");
      this.#full = data.full;
      this.#active = data.active;
      this.#nets = data.networks.map((entry) => new Network(entry, data.size));
      this.#neuron = [this.#net.selected[0], this.#net.selected[2]];
      this.#build(data.title);
    } catch (error) {
      this.#nets = null;
      const text = `This explorer cannot be shown: ${error.message}.`;
      this.#box.replaceChildren(make("p", { class: "fer-message", role: "status", text }));
    }
    this.append(this.#box);
    if (!this.#nets) return;
    this.dataset.ready = "true";                 // from here on the styles hide the fallback
    this.#refresh(false);
    this.#watch();
  }

  #build(title) {
    const nets = this.#nets;
    this.#box.setAttribute("role", "group");
    this.#box.setAttribute("aria-label", title || "Weight explorer");
    // JupyterLab would take keys and clicks for its own; nothing outside needs them.
    for (const type of ["keydown", "keyup", "keypress", "mousedown", "dblclick", "contextmenu", "focusin", "focusout"])
      this.#box.addEventListener(type, (event) => event.stopPropagation());
    this.viewButtons = segments("What the pictures show", ["Now", "Original", "Difference"], (i) => { this.#view = VIEWS[i]; this.#refresh(); });
    this.networkButtons = segments("Network to look inside", nets.map((net) => net.label), (i) => { this.#active = i; this.#refresh(); });
    this.#panels = nets.map((net) => this.#buildPanel(net));
    this.live = make("div", { class: "fer-live", "aria-live": "polite" });
    this.#box.append(
      make("div", { class: "fer-bar" }, make("div", { class: "fer-title", text: title }), this.viewButtons.node),
      make("div", { class: "fer-panels", "data-count": nets.length }, ...this.#panels.map((panel) => panel.node)),
      this.#buildInside(), this.live);
  }

  /* A network's picture with its own slider. */
  #buildPanel(net) {
    const { depth, width, groups } = net.architecture, p = { net };
    const choose = () => { if (net !== this.#net) { this.#active = this.#nets.indexOf(net); this.#refresh(); } };
    p.canvas = make("canvas", { class: "fer-picture", role: "img", "aria-label": `The picture drawn by ${net.label}`, width: net.size, height: net.size });
    p.chips = make("div", { class: "fer-chips", role: "group", "aria-label": `Weights of ${net.label}` });
    p.route = make("div", { class: "fer-route" });
    p.place = make("div", { class: "fer-place" });
    p.slider = make("input", { type: "range", class: "fer-slider", oninput: () => this.#move(net, +p.slider.value) });
    [p.was, p.now, p.by] = count(3).map(() => make("span", { class: "fer-number" }));
    const figure = (name, node) => make("div", {}, make("span", { class: "fer-caption", text: name }), node);
    p.play = button("Play", () => this.#togglePlay(net));
    p.reset = button("Reset", () => this.#move(net, 0));
    p.resetAll = button("Reset all", () => { net.setChanges({}); this.#refresh(); });
    p.range = make("select", { "aria-label": `Range of the slider of ${net.label}`, onchange: () => { net.range = RANGES[p.range.selectedIndex]; this.#refresh(); } },
      ...RANGES.map(() => make("option")));
    p.node = make("section", { class: "fer-panel", "aria-label": net.label, onclick: choose, oninput: choose },
      make("div", { class: "fer-head" }, make("span", { class: "fer-label", text: net.label }),
        make("span", { class: "fer-shape", text: `${depth} × ${width} neurons`, title: groups.map((g) => `${g.end - g.start} ${g.name}`).join(", ") })),
      p.canvas,
      make("div", { class: "fer-controls" }, p.chips, make("div", { class: "fer-weight" }, p.route, p.place), p.slider,
        make("div", { class: "fer-values" }, figure("original", p.was), figure("now", p.now), figure("change", p.by)),
        make("div", { class: "fer-buttons" }, p.play, p.reset, p.resetAll, p.range)));
    return p;
  }

  /* The map of all neurons of one network, one neuron close up, and the search for a weight. */
  #buildInside() {
    const byPlace = () => this.#pick([this.layerInput, this.rowInput, this.columnInput].map((input) => input.valueAsNumber));
    const field = (label, name, onchange) =>
      make("label", {}, make("span", { text: label }), (this[name] = make("input", { type: "number", min: 0, step: 1, inputmode: "numeric", onchange })));
    const list = (name) => make("div", { class: "fer-list", role: "group", "aria-label": name });
    this.tiles = make("canvas", { class: "fer-tiles" });
    this.marks = make("div", { "aria-hidden": "true" });
    this.rings = Object.fromEntries(["link", "source", "target", "chosen", "hovered"].map((name) => [name, make("div", { class: `fer-ring fer-${name}` })]));
    this.map = make("div", { class: "fer-map", tabindex: "0", role: "application", "aria-roledescription": "neuron map",
      onkeydown: (event) => this.#mapKey(event),
      onpointermove: (event) => { if (event.pointerType !== "touch") this.#hover(this.#neuronAt(event)); },
      onpointerleave: () => this.#hover(null),
      onclick: (event) => { const at = this.#neuronAt(event); if (at) this.#look(at); },
    }, this.tiles, this.marks, ...Object.values(this.rings));
    this.scroller = make("div", { class: "fer-scroller" }, this.map);
    this.bigMap = make("canvas", { class: "fer-bigmap", role: "img", width: 96, height: 96 });
    this.neuronTitle = make("div", { class: "fer-neuron" });
    this.neuronFacts = make("div", { class: "fer-place" });
    this.incoming = list("Incoming weights");
    this.outgoing = list("Outgoing weights");
    this.problem = make("span", { class: "fer-problem", role: "status" });
    return make("section", { class: "fer-inside", "aria-label": "Inside the network" },
      make("div", { class: "fer-bar" }, make("div", { class: "fer-subtitle", text: "Every neuron" }), ...(this.#nets.length > 1 ? [this.networkButtons.node] : [])),
      make("div", { class: "fer-columns" },
        make("div", { class: "fer-left" }, this.scroller,
          make("div", { class: "fer-legend" }, make("span", { text: "\u22121" }), make("span", { class: "fer-scale" }), make("span", { text: "+1" }),
            make("span", { text: "ringed: joined by the current weight; faint: does not reach the picture" })),
          make("div", { class: "fer-find", role: "group", "aria-label": "Find a weight" },
            field("weight id", "idInput", () => this.#pick(this.#net.architecture.locate(this.idInput.valueAsNumber))),
            make("span", { class: "fer-or", text: "or" }),
            field("layer", "layerInput", byPlace), field("row", "rowInput", byPlace), field("column", "columnInput", byPlace), this.problem)),
        make("div", { class: "fer-right" },
          make("div", { class: "fer-close" }, this.bigMap, make("div", {}, this.neuronTitle, this.neuronFacts)),
          make("details", { open: "" }, make("summary", { text: "Incoming weights" }), this.incoming),
          make("details", {}, make("summary", { text: "Outgoing weights" }), this.outgoing))));
  }

  /* Compute only what is on the screen, and lay the map out anew when its place changes width. */
  #watch() {
    const seen = new IntersectionObserver((entries) => { this.#awake = entries[entries.length - 1].isIntersecting; this.#wake(); }, { rootMargin: "200px" });
    const sized = new ResizeObserver(() => this.#layMap());
    seen.observe(this.#box);
    sized.observe(this.scroller);
    this.#observers = [seen, sized];
  }

  // --- what a reader does ---
  get #net() { return this.#nets[this.#active]; }

  #select(net, weight) {
    net.selected = weight;
    net.play = null;
    const by = net.offset(), fits = (range) => { const [low, high] = net.limits(range); return by >= low && by <= high; };
    net.range = RANGES.find((range) => range >= net.range && fits(range)) || RANGES[RANGES.length - 1];
  }
  #pick(weight, neuron) {
    const net = this.#net;
    if (!weight || !net.architecture.holds(weight)) { this.problem.textContent = "there is no such weight"; return; }
    this.#select(net, weight);
    this.#neuron = neuron || [weight[0], weight[2]];
    this.#refresh();
    this.#say(`${net.label}, ${net.choice(weight).name}, ${fixed(net.get(weight))}`);
  }
  #move(net, by) {
    net.play = null;
    net.set(net.selected, by ? net.getOriginal(net.selected) + by : net.getOriginal(net.selected));
    this.#refresh();
    this.#say(`${net.label}, ${net.choice(net.selected).name}: ${fixed(net.get(net.selected))}, change ${signed(by)}`);
  }
  #togglePlay(net) {
    const [low, high] = net.limits(), phase = Math.asin(clamp((2 * net.offset() - low - high) / (high - low), -1, 1));
    net.play = net.play ? null : { since: performance.now(), phase };
    this.#refresh();
  }
  #look(neuron) {
    this.#neuron = neuron;
    this.#refresh();
    this.#say(`${this.#net.architecture.neuronName(...neuron)}, values ${this.#extent(neuron)}`);
  }
  #hover(neuron) {
    if (String(neuron) === String(this.#hovered)) return;
    this.#hovered = neuron;
    this.#showNeuron();
    this.#wake();
  }
  #mapKey(event) {
    const a = this.#net.architecture, [layer, neuron] = this.#neuron;
    const moves = {
      ArrowUp: [layer - 1, neuron], ArrowDown: [layer + 1, neuron], ArrowLeft: [layer, neuron - 1], ArrowRight: [layer, neuron + 1],
      Home: [layer, 0], End: [layer, a.width], PageUp: [-1, neuron], PageDown: [a.depth, neuron], Enter: [layer, neuron],
    };
    if (!Object.hasOwn(moves, event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const l = clamp(moves[event.key][0], -1, a.depth);
    this.#look([l, clamp(moves[event.key][1], 0, a.columns(l) - 1)]);
    if (event.key === "Enter") (this.incoming.querySelector("button") || this.map).focus();
  }
  /* Tell a screen reader, at most once a second, and always the last thing said. */
  #say(text) {
    const wait = Math.max(250, 1000 - (performance.now() - this.#said));
    clearTimeout(this.#sayTimer);
    this.#sayTimer = setTimeout(() => { this.#said = performance.now(); this.live.textContent = text; }, wait);
  }

  // --- showing ---
  /* Bring all text and controls up to date at once; pictures follow in the next frame. */
  #refresh(byReader = true) {
    const net = this.#net, a = net.architecture, [layer, row, column] = net.selected;
    const l = clamp(this.#neuron[0], -1, a.depth);
    this.#neuron = [l, clamp(this.#neuron[1], 0, a.columns(l) - 1)];
    if (byReader) this.#changed = true;
    this.#lastChange = performance.now();
    this.#job = null;
    this.viewButtons.show(VIEWS.indexOf(this.#view));
    this.networkButtons.show(this.#active);
    this.#panels.forEach((panel) => this.#showPanel(panel));
    this.problem.textContent = "";
    const fields = [[this.idInput, a.id(net.selected), a.size], [this.layerInput, layer, a.depth + 1], [this.rowInput, row, a.rows(layer)], [this.columnInput, column, a.columns(layer)]];
    for (const [input, value, end] of fields) { input.max = end - 1; input.value = value; }
    this.#layMap();
    this.#showNeuron();
    this.#wake();
  }
  #showPanel(p) {
    const { net } = p, a = net.architecture, weight = net.selected, [layer, row, column] = weight, [low, high] = net.limits();
    p.node.classList.toggle("fer-active", this.#nets.length > 1 && net === this.#net);
    this.#showChips(p);
    p.route.textContent = `${a.neuronName(layer - 1, row)} \u2192 ${a.neuronName(layer, column)}`;
    p.place.textContent = `weight ${a.id(weight)}: layer ${layer}, row ${row}, column ${column}`;
    Object.assign(p.slider, { min: low, max: high, step: (high - low) / 200, value: net.offset() });
    p.slider.value = net.offset();
    p.slider.setAttribute("aria-label", `${net.label}: ${net.choice(weight).name}`);
    p.slider.setAttribute("aria-valuetext", `${fixed(net.get(weight))}, change ${signed(net.offset())}`);
    p.slider.style.setProperty("--fer-zero", -low / (high - low));
    p.was.textContent = fixed(net.getOriginal(weight));
    p.now.textContent = fixed(net.get(weight));
    p.by.textContent = signed(net.offset());
    p.play.textContent = net.play ? "Pause" : "Play";
    p.reset.disabled = net.offset() === 0;
    p.resetAll.disabled = net.changes.size === 0;
    RANGES.forEach((range, i) => { p.range.options[i].textContent = net.limits(range).map(short).join(" to "); });
    p.range.selectedIndex = RANGES.indexOf(net.range);
  }
  /* One button for each chosen weight, and for each other weight that is current or has been moved. */
  #showChips({ net, chips }) {
    const keys = new Set([...net.chosen.map((item) => String(item.weight)), ...net.changes.keys(), String(net.selected)]);
    const shown = [...keys].join(";");
    if (chips.dataset.keys !== shown) {
      chips.dataset.keys = shown;
      chips.replaceChildren(...[...keys].map((key) =>
        button("", () => { this.#active = this.#nets.indexOf(net); this.#pick(parse(key)); }, { "data-weight": key },
          make("span", { text: net.choice(parse(key)).name }), make("span", { class: "fer-number" }))));
    }
    for (const chip of chips.children) {
      const by = net.offset(parse(chip.dataset.weight));
      chip.setAttribute("aria-pressed", String(chip.dataset.weight === String(net.selected)));
      chip.lastChild.textContent = by ? signed(by) : "";
    }
  }

  #extent([layer, neuron]) {
    const net = this.#net;
    if (!net.field) return "";
    let low = Infinity, high = -Infinity;
    for (const v of net.field.plane(layer, neuron, net.size * net.size)) { if (v < low) low = v; if (v > high) high = v; }
    return `${fixed(low)} to ${fixed(high)}`;
  }
  #showNeuron() {
    const net = this.#net, a = net.architecture, at = this.#hovered || this.#neuron, [layer, neuron] = at;
    const name = a.neuronName(layer, neuron), node = net.names.get(`${layer},${neuron}`);
    this.neuronTitle.textContent = name;
    this.neuronFacts.textContent = `${this.#extent(at)}${node ? `\ngenome node ${node}` : ""}`;
    this.bigMap.setAttribute("aria-label", `Feature map of ${name} of ${net.label}`);
    this.map.setAttribute("aria-label", `All neurons of ${net.label}, at ${name}; arrow keys move, Enter goes to the incoming weights`);
    this.#showList(this.incoming, layer < 0 ? [] : count(a.rows(layer)).map((row) => [layer, row, neuron]), ([l, row]) => [l - 1, row]);
    this.#showList(this.outgoing, layer === a.depth ? [] : count(a.columns(layer + 1)).map((column) => [layer + 1, neuron, column]), ([l, , column]) => [l, column]);
    this.#placeRings();
  }
  #showList(list, weights, other) {
    const net = this.#net, key = `${this.#active};${weights.join(";")}`;
    if (list.dataset.key !== key) {              // sorted by size once; while dragging, the order stays put
      list.dataset.key = key;
      weights.sort((a, b) => Math.abs(net.get(b)) - Math.abs(net.get(a)));
      list.replaceChildren(...weights.map((weight) =>
        button("", () => this.#pick(weight, this.#neuron), { "data-weight": weight },   // the neuron stays in view
          make("span", { text: net.architecture.neuronName(...other(weight)) }), make("span", { class: "fer-bead" }), make("span", { class: "fer-number" }))));
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

  // --- the map of all neurons ---
  #layMap() {
    const a = this.#net.architecture, columns = Math.max(a.width, 4), rows = a.depth + 2, ratio = window.devicePixelRatio || 1;
    const left = 30, top = 30, room = this.scroller.clientWidth - left - 8;
    if (room < 50) return;
    const pixel = Math.floor(clamp(room / columns, 11, 34) * ratio), cell = pixel / ratio, key = [this.#active, pixel, ratio].join();
    if (this.#layout && this.#layout.key === key) return;
    this.#layout = { key, cell, pixel, gap: Math.max(1, Math.round(ratio)), ratio, left, top };
    this.tiles.width = columns * pixel;
    this.tiles.height = rows * pixel;
    place(this.tiles, left, top, `width:${columns * cell}px;height:${rows * cell}px`);
    this.map.style.cssText = `width:${left + columns * cell}px;height:${top + rows * cell}px`;
    this.pixels = this.tiles.getContext("2d").createImageData(columns * pixel, rows * pixel);
    const mark = (text, x, y, kind, more) => place(make("span", { class: kind, text }), x, y, more);
    const layers = count(rows).map((row) => row - 1).filter((layer) => cell >= 14 || layer < 0 || layer === a.depth || layer % 4 === 0);
    const marks = layers.map((layer) => mark(layer < 0 ? "in" : layer === a.depth ? "out" : `L${layer}`, 0, top + (layer + 1.5) * cell, "fer-row"));
    const ends = [-1, -1];                       // two lines of labels, so that neighbours do not collide
    for (const { name, start } of a.groups) {
      const x = left + start * cell, line = x > ends[0] ? 0 : 1;
      ends[line] = x + 6.2 * name.length + 4;
      marks.push(mark(name, x, line ? 14 : 1, "fer-group", `--fer-drop:${line ? 2 : 15}px`));
    }
    for (const [names, row] of [[INPUTS, 0], [OUTPUTS, a.depth + 1]])
      if (a.width > names.length + 3) marks.push(mark(names.join(" "), left + names.length * cell + 5, top + (row + 0.5) * cell, "fer-ends"));
    this.marks.replaceChildren(...marks);
    this.#tilesBehind = null;
    this.#placeRings();
    this.#wake();
  }
  #neuronAt(event) {
    if (!this.#layout) return null;
    const frame = this.map.getBoundingClientRect(), { left, top, cell } = this.#layout, a = this.#net.architecture;
    const neuron = Math.floor((event.clientX - frame.left - left) / cell), layer = Math.floor((event.clientY - frame.top - top) / cell) - 1;
    return layer >= -1 && layer <= a.depth && neuron >= 0 && neuron < a.columns(layer) ? [layer, neuron] : null;
  }
  #placeRings() {
    if (!this.#layout) return;
    const { cell, left, top, gap, ratio } = this.#layout, [layer, row, column] = this.#net.selected, side = cell - gap / ratio;
    const put = (ring, at) => {
      ring.hidden = !at;
      if (at) place(ring, left + at[1] * cell, top + (at[0] + 1) * cell, `width:${side}px;height:${side}px`);
    };
    put(this.rings.source, [layer - 1, row]);
    put(this.rings.target, [layer, column]);
    put(this.rings.chosen, this.#neuron);
    put(this.rings.hovered, this.#hovered);
    // The link runs from edge to edge of the two tiles, along the line between their centres.
    const x = (column - row) * cell, long = Math.hypot(x, cell), edge = (cell / 2) * (long / Math.max(Math.abs(x), cell));
    place(this.rings.link, left + (row + 0.5) * cell, top + (layer + 0.5) * cell,
      `width:${Math.max(0, long - 2 * edge)}px;transform:rotate(${Math.atan2(cell, x)}rad) translate(${edge}px,-50%)`);
  }
  /* Draw the tiles of the neurons listed by layer (inputs first) into one image, and that onto the canvas. */
  #drawTiles(lists) {
    const net = this.#net, a = net.architecture, n = net.size, { pixel, gap } = this.#layout, side = pixel - gap, wide = this.pixels.width;
    const used = [count(4), ...ancestors(a, net.weights, a.depth, [0, 1, 2])].map((list) => new Set(list));
    const target = new Uint32Array(this.pixels.data.buffer), { values } = net.field;
    const pick = count(side).map((i) => Math.round((i * (n - 1)) / Math.max(1, side - 1)));
    lists.forEach((list, index) => {
      for (const neuron of list) {
        const at = net.field.at(index - 1, neuron), corner = index * pixel * wide + neuron * pixel;
        const ink = used[index].has(neuron) ? 0xffffffff : 0x2affffff;       // the topmost byte is the opacity
        for (let y = 0; y < side; y++) {
          const line = at + pick[y] * n, to = corner + y * wide;
          for (let x = 0; x < side; x++) target[to + x] = shade(values[line + pick[x]]) & ink;
        }
      }
    });
    const top = Math.max(0, lists.findIndex((list) => list.length)) * pixel;
    this.tiles.getContext("2d").putImageData(this.pixels, 0, 0, 0, top, wide, this.pixels.height - top);
  }

  // --- the clock ---
  #wake() {
    if (!this.#request && this.#awake) this.#request = requestAnimationFrame((time) => this.#frame(time));
  }
  #frame(time) {
    this.#request = 0;
    if (!this.#awake) return;
    const playing = this.#nets.filter((net) => net.play);
    playing.forEach((net) => net.swing(time));
    if (playing.some((net) => net.stale)) this.#refresh();
    this.#panels.forEach((panel) => {
      if (panel.net.stale) this.#follow(panel);
      else if (panel.view !== this.#view) this.#drawPicture(panel);
    });
    this.#showMaps();
    if (this.#changed) {
      this.#changed = false;
      this.dispatchEvent(new CustomEvent("fer-change", { bubbles: true, detail: this.state }));
    }
    if (this.#work() || playing.length) this.#wake();
    else this.#waiting.splice(0).forEach((resolve) => resolve());
  }
  #follow(panel) {
    const { net } = panel, lists = net.follow();
    if (net.sharpTime < 14) finish(net.sharpen(this.#full));       // quick enough to be sharp all the time
    if (net === this.#net) {
      if (this.#tilesBehind) this.#tilesBehind = [[], ...lists].map((list, i) => [...new Set([...list, ...(this.#tilesBehind[i] || [])])]);
      this.#bigMapShows = "";
      this.#showNeuron();
    }
    this.#drawPicture(panel);
  }
  #drawPicture(panel) {
    const { net, canvas } = panel, bare = this.#view === "now", sharp = Boolean(net.sharp) && (bare || net.originals.has(this.#full));
    const size = sharp ? this.#full : net.size;
    let image = sharp ? net.sharp : net.smallPicture();
    if (!bare) {
      if (!net.originals.has(size)) finish(net.sharpenOriginal(size));
      const was = net.originals.get(size), now = image, sum = (p, k) => p[k] + p[k + 1] + p[k + 2];
      image = this.#view === "original" ? was : shadeAll(size * size, (i) => (sum(now, 4 * i) - sum(was, 4 * i)) / 765);
    }
    draw(canvas, image, size);
    canvas.dataset.sharp = String(sharp);
    panel.view = this.#view;
  }
  /* The tiles that are behind, and the large map of the neuron looked at. */
  #showMaps() {
    const net = this.#net, at = this.#hovered || this.#neuron, shows = `${this.#active};${at};`;
    if (!net.field || !this.#layout) return;
    const lists = this.#tilesBehind || [count(4), ...everyNeuron(net.architecture)];
    if (lists.some((list) => list.length)) this.#drawTiles(lists);
    this.#tilesBehind = [];
    if (this.#bigMapShows.startsWith(shows)) return;
    const plane = net.field.plane(...at, net.size * net.size);
    draw(this.bigMap, shadeAll(plane.length, (i) => plane[i]), net.size);
    this.#bigMapShows = `${shows}small`;
    this.#showNeuron();
  }
  /* Draw at full size, in slices, once nothing has moved for a moment. Returns whether there is more to do. */
  #work() {
    this.#job = this.#job || this.#plan();
    if (!this.#job) return false;
    if (performance.now() - this.#lastChange < QUIET) return true;
    const until = performance.now() + SLICE;
    while (this.#job && performance.now() < until) if (this.#job.next().done) this.#job = this.#plan();
    return Boolean(this.#job);
  }
  #plan() {
    const behind = this.#panels.find(({ net }) => !net.play && !net.sharp);
    if (behind) return this.#thenDraw(behind, behind.net.sharpen(this.#full));
    const bare = this.#panels.find(({ net }) => this.#view !== "now" && !net.originals.has(this.#full));
    if (bare) return this.#thenDraw(bare, bare.net.sharpenOriginal(this.#full));
    return this.#bigMapShows.endsWith(";small") && !this.#net.play ? this.#sharpenBigMap() : null;
  }
  *#thenDraw(panel, work) {
    yield* work;
    this.#drawPicture(panel);
  }
  *#sharpenBigMap() {
    const net = this.#net, [layer, neuron] = this.#hovered || this.#neuron, shows = this.#bigMapShows;
    const pass = net.render(net.weights.slice(), this.#full, layer, [neuron]);
    for (let step = pass.next(); this.#bigMapShows === shows; step = pass.next()) {  // until the reader looks elsewhere
      if (!step.done) { yield; continue; }
      draw(this.bigMap, shadeAll(step.value.length, (i) => step.value[i]), this.#full);
      this.#bigMapShows = shows.replace("small", "sharp");
      return;
    }
  }
}

// What <fer-sweeps> (sweeps.js) is made of.
FerExplorer.parts = { Field, followers, everyNeuron, colour, readNetwork };

customElements.define("fer-explorer", FerExplorer);
})();
