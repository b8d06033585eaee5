/* <fer-explorer>: drag the weights of small image-drawing networks and watch every neuron follow.

   Classic scripts, no dependency, no build step: they work from a file on disk, in a static book and in JupyterLab.
   This one holds the engine and the pictures with their sliders; workbench.js, which it fetches from its own folder where
   a page has an explorer, adds the map of all neurons and the tools. The data stand inline in a child
   <script type="application/json">; whatever else is inside the tag is for readers without JavaScript, and for print.

     {schema: "fer-explorer/1", title, size: 96, full: 256,          // pixels while dragging, and at rest
      shown: [0, 1], linked: false, colours: "red-blue" | "cividis", // all three may be left out
      networks: [{key, label, group, kind: "evolved" | "sgd" | ..., architecture: "12;cache:15,gaussian:4",
                  weights: base64 of little-endian float32, layers in numeric order, each (in, out) row-major,
                  names: {"7,15": "540_106"},                         // genome node of a neuron, where known
                  chosen: [{weight: [7, 15, 15], id: 4371, name: "mouth opening", low: -1, high: 1}],
                  graph}]}                                            // the genome, as workbench.js describes it

   Conventions that bite. A weight is [layer, row, column]: it leads from neuron `row` of the layer below to neuron
   `column` of `layer`. Layer -1 is the inputs x, y, d, b; layer `depth` is the outputs h, s, v. Weight *ids* count as
   in the paper: layers in the alphabetical order of their names (0, 1, 10, 11, 2, ...). `low` and `high` are offsets.

   For scripts and tests:
     element.state = {...}     any part of {selected: {network, weight}, weights: [weight of each network],
                               changes: [{"7,15,15": value} of each network], held: [{"7,15": value} of each network],
                               neuron: [layer, index], view, shown: [network, ...], linked, colours}
     element.forward(network, size, changes)     {outputs: Float32Array (3 * size * size), image: RGBA bytes}
     element.settled()         a promise for the moment when every picture on the screen is drawn at full size
     event "fer-change"        after each change a reader makes; event.detail is the state

   In reading order: engine (architecture, kernel, field, renderer, colour), data, colour maps, network, bench, element. */
(() => {
"use strict";
if (!window.customElements || customElements.get("fer-explorer")) return;
const home = document.currentScript && document.currentScript.src;

/* ======================================================================================================= engine
   All arithmetic, in one function that knows nothing of the page: a worker can be made from its text. */
function engine() {
const STRIP = 512;             // pixels in a strip: all neurons of a strip fit the processor's cache
const INPUTS = ["x", "y", "d", "b"], OUTPUTS = ["h", "s", "v"];
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const count = (n) => [...Array(n).keys()];

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
    this.text = text;
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
  /* Hidden neurons and outputs can be held at a value; inputs are what they are. */
  hasNeuron(layer, neuron) {
    return Number.isInteger(layer) && Number.isInteger(neuron) && layer >= 0 && layer <= this.depth && neuron >= 0 && neuron < this.columns(layer);
  }
  neuronName(layer, neuron) {
    if (layer < 0) return `input ${INPUTS[neuron]}`;
    if (layer === this.depth) return `output ${OUTPUTS[neuron]}`;
    const group = this.groups.find(({ end }) => neuron < end);
    return `L${layer} ${group.name} ${neuron - group.start}`;
  }
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
    this.held = new Map();                       // plane of a neuron that is held -> its value
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
  load(weights, held = []) {
    this.loaded = weights;
    this.held.clear();
    held.forEach((one) => this.hold(...one));
    this.ends.forEach((ends, layer) => ends.forEach((_, column) => this.loadColumn(layer, column)));
  }
  /* Knock a neuron out (0), hold it at any value, or let it go (null). */
  hold(layer, neuron, value) {
    if (value === null) this.held.delete(this.at(layer, neuron));
    else this.held.set(this.at(layer, neuron), value);
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
          const at = this.at(layer, column), held = this.held.size ? this.held.get(at) : undefined;
          if (held !== undefined) { this.values.fill(held, at + from, at + until); continue; }
          const terms = this.firstTerm + 2 * (a.offsets[layer] + column * a.rows(layer));
          this.sum(4 * at, 4 * terms, this.ends[layer][column], 4 * from, 4 * until);
          const activate = layer < a.depth ? ACTIVATE[a.kinds[column]] : null;
          if (activate) activate(this.values, at + from, at + until);
        }
      }
    }
  }
}

/* The neurons that change with the given ones, by layer: themselves and all they reach. Nothing else is computed
   again: all below a changed weight is kept, in its own layer it costs one neuron's sum, and above only what follows
   from that neuron. As every sum is taken in the same order as ever, the result equals a whole new pass bit for bit. */
function followers(a, weights, changed, isHeld = () => false) {
  let below = [];
  return a.offsets.map((first, layer) => {
    const columns = a.columns(layer), marks = new Uint8Array(columns);
    for (const row of below)
      for (let column = 0; column < columns; column++) if (weights[first + row * columns + column] && !isHeld(layer, column)) marks[column] = 1;
    for (const [l, column] of changed) if (l === layer) marks[column] = 1;
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

// -------------------------------------------------------------------------------------------------- renderer

/* Computes some neurons of one layer at any size, a strip at a time, on this page or in workers. */
class Renderer {
  constructor(architecture) {
    this.architecture = architecture;
    this.strip = new Field(architecture, STRIP);
    this.floor = null;         // a layer kept from the last pass
  }
  /* The neurons' planes, one after the other; yields between strips, so that nobody ever waits. `model` is {weights,
     held: [[layer, neuron, value], ...]}. `keep` names a layer whose activations are worth keeping: the one below the
     weight that moves, where the next pass can start. `share` is the pixels wanted, from the first up to the last. */
  *render(model, size, layer, neurons, keep = -1, share = [0, size * size]) {
    const a = this.architecture, { strip } = this, [start, end] = share, pixels = end - start, planes = new Float32Array(neurons.length * pixels);
    const lists = ancestors(a, model.weights, layer, neurons), until = Math.min(keep, layer - 1);
    const shape = `${size};${share}`, floor = until >= 0 ? this.usableFloor(model, shape, lists, until) : null;
    const next = until >= 0 && !(floor && floor.layer === until) ? this.newFloor(model, shape, lists, until, pixels) : null;
    for (let first = 0; first < pixels; first += STRIP) {
      const long = Math.min(STRIP, pixels - first);
      if (this.loaded !== model) { strip.load(model.weights, model.held); this.loaded = model; }   // another pass may have come between
      if (!floor) strip.place(size, start + first);
      else floor.list.forEach((neuron, i) =>
        strip.plane(floor.layer, neuron, long).set(floor.data.subarray(i * pixels + first, i * pixels + first + long)));
      strip.compute(lists, floor ? floor.layer + 1 : 0);
      if (next) next.list.forEach((neuron, i) => next.data.set(strip.plane(until, neuron, long), i * pixels + first));
      neurons.forEach((neuron, i) => planes.set(strip.plane(layer, neuron, long), i * pixels + first));
      yield;
    }
    if (next) this.floor = next;
    return planes;
  }
  newFloor({ weights, held }, shape, lists, layer, pixels) {
    const list = lists[layer], below = weights.slice(0, this.architecture.offsets[layer + 1]);
    return { layer, shape, weights: below, held: heldUpTo(held, layer), list, data: new Float32Array(list.length * pixels) };
  }
  /* The kept layer serves as long as nothing up to it has changed and it holds every neuron that is needed. */
  usableFloor({ weights, held }, shape, lists, keep) {
    const { floor } = this;
    return floor && floor.shape === shape && floor.layer <= keep && floor.held === heldUpTo(held, floor.layer)
      && floor.weights.every((value, i) => value === weights[i])
      && lists[floor.layer].every((neuron) => floor.list.includes(neuron)) ? floor : null;
  }
}
const heldUpTo = (held, layer) => held.filter(([l]) => l <= layer).sort().join(";");

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

return { Architecture, Field, Renderer, followers, ancestors, everyNeuron, colour, STRIP };
}

const { Architecture, Field, Renderer, followers, ancestors, everyNeuron, colour } = engine();

const MOST_VALUES = 6e6;       // activations kept for one network while dragging (24 MB)
const QUIET = 140;             // milliseconds without a change before pictures are drawn at full size
const SLICE = 12;              // milliseconds of background work in one animation frame
const RANGES = [0.5, 1, 2, 4]; // multiples of a slider's own range
const VIEWS = ["now", "original", "difference", "even", "odd"];
const MOST_SHOWN = 4, MOST_LISTED = 12;

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const words = (value) => (typeof value === "string" ? value.slice(0, 200) : "");
const count = (n) => [...Array(n).keys()];
const parse = (key) => key.split(",").map(Number);
const finish = (generator) => { for (;;) { const step = generator.next(); if (step.done) return step.value; } };

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
  let shown = readShown(data.shown, networks);
  if (!shown.length) shown = count(Math.min(networks.length, MOST_SHOWN));
  const active = shown.includes(network) ? network : shown[0];
  if (networks[active].architecture.holds(weight)) networks[active].selected = weight;
  return { title: words(data.title), size: side(data.size, 96), full: side(data.full, 256), networks, shown, active,
    linked: data.linked === true, colours: isColours(data.colours) ? data.colours : "red-blue" };
}
const readShown = (shown, networks) =>
  [...new Set(Array.isArray(shown) ? shown : [])].filter((i) => Number.isInteger(i) && networks[i]).slice(0, MOST_SHOWN);

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
  const selected = chosen.length ? chosen[0].weight : [architecture.depth, 0, 2];
  return { key: words(raw.key) || String(number), label, group: words(raw.group), kind: words(raw.kind), architecture, original: weights, names, chosen, selected, graph: raw.graph };
}

/* {"layer,row,column": value} to [[weight, value], ...]; what is no weight of this network is left out. */
const entries = (object) => Object.entries(object && typeof object === "object" ? object : {}).map(([key, value]) => [parse(key), value]);
const readChanges = (a, changes) => entries(changes).filter(([weight, value]) => Number.isFinite(Math.fround(value)) && typeof value === "number" && a.holds(weight));
const readHeld = (a, held) => entries(held).filter(([at, value]) => Number.isFinite(value) && at.length === 2 && a.hasNeuron(...at));

// ------------------------------------------------------------------------------------------------ colour maps

/* Feature maps: -1 to +1 in 511 steps, each one 32-bit number; beyond that as the ends. Red-white-blue is the paper's.
   The other one grows lighter all the way, so that it reads without colour too (the ends and middle of "cividis"). */
const mixed = (from, to, share) => from.map((v, k) => v + (to[k] - v) * share);
function table(low, middle, high) {
  return Uint32Array.from({ length: 511 }, (_, i) => {
    const v = i / 255 - 1, rgb = mixed(middle, v < 0 ? low : high, Math.abs(v));
    return new Uint32Array(new Uint8ClampedArray([...rgb, 255]).buffer)[0];
  });
}
const TABLES = {
  "red-blue": table([255, 0, 0], [255, 255, 255], [0, 0, 255]),
  cividis: table([0, 34, 78], [124, 123, 120], [254, 232, 56]),
};
const isColours = (name) => typeof name === "string" && Object.hasOwn(TABLES, name);
const step = (v) => (v >= 1 ? 510 : v > -1 ? (255.5 + 255 * v) | 0 : 0);
function shadeAll(colours, pixels, valueAt) {
  const image = new Uint8ClampedArray(4 * pixels), target = new Uint32Array(image.buffer), shades = TABLES[colours];
  for (let i = 0; i < pixels; i++) target[i] = shades[step(valueAt(i))];
  return image;
}

// --------------------------------------------------------------------------------------------------- network

/* One network as the reader has changed it. Nothing in here is shared with another network. */
class Network {
  constructor(entry, size) {
    Object.assign(this, entry);                  // key, label, group, kind, architecture, original, names, chosen, selected, graph
    const a = this.architecture;
    this.weights = this.original.slice();
    this.changes = new Map();                    // "layer,row,column" -> value
    this.held = new Map();                       // "layer,neuron" -> value
    this.listed = new Set(this.chosen.map((item) => String(item.weight)));   // the weights that have a slider
    this.listed.add(String(this.selected));
    this.range = 1;                              // multiple of the sliders' own ranges
    this.playing = false;                        // a tool is moving it: no use in drawing at full size meanwhile
    this.stale = true;                           // the small pictures are behind the weights
    this.pending = [];                           // [layer, column] of the neurons whose own weights changed since
    const most = Math.floor(Math.sqrt(MOST_VALUES / (7 + a.depth * a.width)) / 8) * 8;
    this.size = Math.max(32, Math.min(size, most));
    this.renderer = new Renderer(a);
    this.remote = null;
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
  /* Hold a neuron at a value (0 knocks it out), or let it go (null). */
  hold(at, value) {
    if (value === null) this.held.delete(String(at));
    else this.held.set(String(at), value);
    if (this.field) this.field.hold(...at, value);
    this.pending.push(at);
    this.stale = true;
  }
  /* Make the changes, and the neurons that are held, exactly these. */
  setChanges(changes) {
    const wanted = readChanges(this.architecture, changes), keep = new Set(wanted.map(([weight]) => String(weight)));
    for (const key of [...this.changes.keys()]) if (!keep.has(key)) this.set(parse(key), this.getOriginal(parse(key)));
    for (const [weight, value] of wanted) this.set(weight, value);
    if (wanted.length <= MOST_LISTED) for (const key of keep) this.list(key);
  }
  setHeld(held) {
    const wanted = new Map(readHeld(this.architecture, held).map(([at, value]) => [String(at), value]));
    for (const key of [...this.held.keys()]) if (!wanted.has(key)) this.hold(parse(key), null);
    for (const [key, value] of wanted) if (this.held.get(key) !== value) this.hold(parse(key), value);
  }
  /* Give a weight a slider. Too many would bury the picture: the oldest that no one needs goes. */
  list(key) {
    this.listed.add(key);
    const idle = [...this.listed].filter((one) => one !== key && one !== String(this.selected) && !this.changes.has(one) && !this.isChosen(one));
    if (this.listed.size > MOST_LISTED && idle.length) this.listed.delete(idle[0]);
  }
  isChosen(key) { return this.chosen.some((item) => String(item.weight) === key); }
  choice(weight) {
    const name = `weight ${this.architecture.id(weight)}`;
    return this.chosen.find((item) => String(item.weight) === String(weight)) || { name, low: -1, high: 1 };
  }
  limits(weight = this.selected, range = this.range) {
    const { low, high } = this.choice(weight);
    return [low * range, high * range];
  }
  /* What a renderer needs to know, as it is at this moment. */
  model() { return { weights: this.weights.slice(), held: [...this.held].map(([key, value]) => [...parse(key), value]) }; }

  /* Bring the small field up to date with the weights. Returns the lists of the neurons computed. */
  follow() {
    const begun = performance.now();
    let lists = everyNeuron(this.architecture);
    if (this.field) {
      for (const [layer, column] of this.pending) this.field.loadColumn(layer, column);
      lists = followers(this.architecture, this.weights, this.pending, (layer, neuron) => this.held.has(`${layer},${neuron}`));
    } else {
      this.field = new Field(this.architecture, this.size * this.size);
      this.field.place(this.size, 0);
      this.field.load(this.weights, this.model().held);
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
  /* The picture at any size, by this page's own renderer or by a remote one (a worker). */
  *draw(model, size, keep = -1, renderer = this.renderer) {
    const outputs = yield* renderer.render(model, size, this.architecture.depth, [0, 1, 2], keep);
    return { outputs, image: colour(outputs, size * size) };
  }
  *sharpen(size, renderer = this.remote || this.renderer) {
    const pass = this.draw(this.model(), size, this.selected[0] - 1, renderer);
    for (let spent = 0; ; ) {
      const begun = performance.now(), { done, value } = pass.next();
      spent += performance.now() - begun;
      if (done) { this.sharp = value.image; this.sharpTime = renderer.spent || spent; return; }
      yield value;
    }
  }
}

// ----------------------------------------------------------------------------------------------------- bench

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
const write = (node, text) => { if (node.textContent !== text) node.textContent = text; };
const labelled = (text, node) => make("div", {}, make("span", { class: "fer-caption", text }), node);

/* A row of buttons of which one is pressed. */
function segments(label, names, onpick) {
  const buttons = names.map((name, i) => button(name, () => onpick(i)));
  const node = make("div", { class: "fer-segments", role: "group", "aria-label": label }, ...buttons);
  return { node, buttons, show: (index) => buttons.forEach((b, i) => b.setAttribute("aria-pressed", String(i === index))) };
}
function draw(canvas, image, size) {
  if (canvas.width !== size) canvas.width = canvas.height = size;
  canvas.getContext("2d").putImageData(new ImageData(image, size, size), 0, 0);
}
const place = (node, left, top, more = "") => { node.style.cssText = `left:${left}px;top:${top}px;${more}`; return node; };

/* Everything an element shows and does. Tools (workbench.js) hang themselves in; each may have
     panel(panel)      a panel was built           arranged()   other networks are side by side
     refresh()         text and controls are old   lay()        the place has changed width
     frame(time)       a new frame; true to go on  follow(panel, lists)   these neurons have new values
     draw()            all pictures are drawn      plan()       a generator with background work, or null */
class Bench {
  constructor(host, data, box) {
    Object.assign(this, { host, box, full: data.full, active: data.active, shown: data.shown, linked: data.linked, colours: data.colours });
    this.nets = data.networks.map((entry) => new Network(entry, data.size));
    this.view = "now";
    this.lens = null;            // a tool's way to show other than the plain values, see drawPicture and drawTiles
    this.quick = null;           // a tool's way to draw a sharp picture at once (a graphics card)
    this.neuron = [this.net.selected[0], this.net.selected[2]];
    this.tools = [];
    this.awake = false;          // on the screen
    this.request = 0;
    this.lastChange = 0;
    this.changed = false;
    this.job = null;
    this.waiting = [];
    this.said = this.sayTimer = 0;
    this.build(data.title);
    this.arrange();
  }
  tell(hook, ...facts) { return this.tools.filter((tool) => tool[hook] && tool[hook](...facts)).length; }
  get net() { return this.nets[this.active]; }

  // --- for scripts ---
  get state() {
    return {
      selected: { network: this.active, weight: [...this.net.selected] },
      weights: this.nets.map((net) => [...net.selected]),
      changes: this.nets.map((net) => Object.fromEntries(net.changes)),
      held: this.nets.map((net) => Object.fromEntries(net.held)),
      neuron: [...this.neuron], view: this.view, shown: [...this.shown], linked: this.linked, colours: this.colours,
    };
  }
  set state({ selected, weights, changes, held, neuron, view, shown, linked, colours }) {
    const wanted = readShown(shown, this.nets), was = this.active;
    if (wanted.length) { this.shown = wanted; if (!wanted.includes(this.active)) this.active = wanted[0]; }
    if (selected && Number.isInteger(selected.network) && this.nets[selected.network]) this.active = selected.network;
    this.nets.forEach((net, i) => {
      if (Array.isArray(changes)) net.setChanges(changes[i]);
      if (Array.isArray(held)) net.setHeld(held[i]);
      if (Array.isArray(weights) && net.architecture.holds(weights[i])) this.select(net, [...weights[i]]);
    });
    if (selected && this.net.architecture.holds(selected.weight)) this.select(this.net, [...selected.weight]);
    if (was !== this.active) this.neuron = [this.net.selected[0], this.net.selected[2]];
    if (Array.isArray(neuron) && neuron.length === 2 && neuron.every(Number.isInteger)) this.neuron = [...neuron];
    if (VIEWS.includes(view)) this.view = view;
    if (typeof linked === "boolean") this.linked = linked;
    if (isColours(colours)) this.colours = colours;
    this.arrange();
    this.refresh(false);
  }

  // --- building ---
  build(title) {
    this.box.setAttribute("role", "group");
    this.box.setAttribute("aria-label", title || "Weight explorer");
    // JupyterLab would take keys and clicks for its own; nothing outside needs them.
    for (const type of ["keydown", "keyup", "keypress", "mousedown", "dblclick", "contextmenu", "focusin", "focusout"])
      this.box.addEventListener(type, (event) => event.stopPropagation());
    this.live = make("div", { class: "fer-live", "aria-live": "polite" });
    this.bar = make("div", { class: "fer-bar" }, make("div", { class: "fer-title", text: title }));
    this.row = make("div", { class: "fer-panels" });
    this.box.append(this.bar, this.row, this.live);
  }
  /* Lay the panels of the networks shown side by side; each is built once. */
  arrange() {
    if (!this.shown.includes(this.active)) this.shown[this.shown.length - 1] = this.active;
    this.panels = this.shown.map((i) => (this.nets[i].panel = this.nets[i].panel || this.buildPanel(this.nets[i])));
    this.row.dataset.count = this.panels.length;
    const nodes = this.panels.map((panel) => panel.node);
    if (nodes.length !== this.row.children.length || nodes.some((node, i) => node !== this.row.children[i])) this.row.replaceChildren(...nodes);
    this.tell("arranged");
  }
  /* A network's picture with the sliders of its weights. */
  buildPanel(net) {
    const { depth, width, groups } = net.architecture, p = { net, rows: new Map() };
    const choose = () => this.activate(net);
    p.canvas = make("canvas", { class: "fer-picture", role: "img", "aria-label": `The picture drawn by ${net.label}`, width: net.size, height: net.size });
    p.mixer = make("div", { class: "fer-mixer", role: "group", "aria-label": `Weights of ${net.label}` });
    p.route = make("div", { class: "fer-route" });
    p.place = make("div", { class: "fer-place" });
    [p.was, p.now, p.by] = count(3).map(() => make("span", { class: "fer-number" }));
    p.reset = button("Reset", () => this.move(net, net.selected, 0));
    p.resetAll = button("Reset all", () => { net.setChanges({}); net.setHeld({}); this.refresh(); this.say(`${net.label}: all as it was`); });
    p.range = make("select", { "aria-label": `Range of the sliders of ${net.label}`, onchange: () => { net.range = RANGES[p.range.selectedIndex]; this.refresh(); } },
      ...RANGES.map(() => make("option")));
    p.head = make("div", { class: "fer-head" }, make("span", { class: "fer-label", text: net.label }),
      make("span", { class: "fer-shape", text: `${depth} × ${width} neurons`, title: groups.map((g) => `${g.end - g.start} ${g.name}`).join(", ") }));
    p.buttons = make("div", { class: "fer-buttons" }, p.reset, p.resetAll, p.range);
    p.node = make("section", { class: "fer-panel", "aria-label": net.label, onclick: choose, oninput: choose }, p.head, p.canvas,
      make("div", { class: "fer-controls" }, p.mixer, make("div", { class: "fer-weight" }, p.route, p.place),
        make("div", { class: "fer-values" }, labelled("original", p.was), labelled("now", p.now), labelled("change", p.by)), p.buttons));
    this.tell("panel", p);
    return p;
  }
  buildRow(net, key) {
    const weight = parse(key), pick = () => {
      if (net === this.net && String(net.selected) === key) return;
      this.active = this.nets.indexOf(net);
      this.pick(weight);
    };
    const slider = make("input", { type: "range", class: "fer-slider", oninput: () => this.move(net, weight, +slider.value), onfocus: pick });
    const number = make("span", { class: "fer-number" }), name = button(net.choice(weight).name, pick, { class: "fer-pick" });
    return { node: make("div", { class: "fer-row", "data-weight": key }, name, number, slider), name, slider, number, weight };
  }
  /* Compute only what is on the screen, and lay out anew when the place changes width. */
  watch() {
    const seen = new IntersectionObserver((found) => { this.awake = found[found.length - 1].isIntersecting; this.wake(); }, { rootMargin: "200px" });
    const sized = new ResizeObserver(() => this.tell("lay"));
    seen.observe(this.box);
    sized.observe(this.box);
    this.observers = [seen, sized];
  }
  sleep() {
    (this.observers || []).forEach((observer) => observer.disconnect());
    cancelAnimationFrame(this.request);
    this.request = 0;
    this.awake = false;
  }

  // --- what a reader does ---
  activate(net) {
    if (net === this.net) return;
    this.active = this.nets.indexOf(net);
    this.refresh();
  }
  select(net, weight) {
    net.selected = weight;
    net.list(String(weight));
    const by = net.offset(), fits = (range) => { const [low, high] = net.limits(weight, range); return by >= low && by <= high; };
    net.range = RANGES.find((range) => range >= net.range && fits(range)) || RANGES[RANGES.length - 1];
  }
  pick(weight, neuron) {
    const { net } = this;
    this.select(net, weight);
    this.neuron = neuron || [weight[0], weight[2]];
    this.refresh();
    this.say(`${net.label}, ${net.choice(weight).name}, ${fixed(net.get(weight))}`);
  }
  move(net, weight, by, neuron = [weight[0], weight[2]]) {
    net.playing = false;
    if (String(net.selected) !== String(weight)) { this.active = this.nets.indexOf(net); this.select(net, weight); this.neuron = neuron; }
    this.shift(net, weight, by);
    this.refresh();
    this.say(`${net.label}, ${net.choice(weight).name}: ${fixed(net.get(weight))}, change ${signed(by)}`);
  }
  /* Move a weight off its own value; linked networks of the same shape move theirs by as much. */
  shift(net, weight, by) {
    const twin = ({ net: other }) => other === net || (this.linked && other.architecture.text === net.architecture.text);
    for (const { net: other } of this.panels.filter(twin)) {
      if (other !== net) other.list(String(weight));
      other.set(weight, by ? other.getOriginal(weight) + by : other.getOriginal(weight));
    }
  }
  /* Tell a screen reader, at most once a second, and always the last thing said. */
  say(text) {
    const wait = Math.max(250, 1000 - (performance.now() - this.said));
    clearTimeout(this.sayTimer);
    this.sayTimer = setTimeout(() => { this.said = performance.now(); this.live.textContent = text; }, wait);
  }

  // --- showing ---
  /* Bring all text and controls up to date at once; pictures follow in the next frame. */
  refresh(byReader = true) {
    const a = this.net.architecture, l = clamp(this.neuron[0], -1, a.depth);
    this.neuron = [l, clamp(this.neuron[1], 0, a.columns(l) - 1)];
    if (byReader) this.changed = true;
    this.lastChange = performance.now();
    this.stopJob();
    this.box.dataset.colours = this.colours;
    this.panels.forEach((panel) => this.showPanel(panel));
    this.tell("refresh");
    this.wake();
  }
  showPanel(p) {
    const { net } = p, a = net.architecture, weight = net.selected, [layer, row, column] = weight;
    p.node.classList.toggle("fer-active", this.panels.length > 1 && net === this.net);
    this.showRows(p);
    write(p.route, `${a.neuronName(layer - 1, row)} \u2192 ${a.neuronName(layer, column)}`);
    write(p.place, `weight ${a.id(weight)}: layer ${layer}, row ${row}, column ${column}`);
    write(p.was, fixed(net.getOriginal(weight)));
    write(p.now, fixed(net.get(weight)));
    write(p.by, signed(net.offset()));
    p.reset.disabled = net.offset() === 0;
    p.resetAll.disabled = !net.changes.size && !net.held.size;
    RANGES.forEach((range, i) => write(p.range.options[i], net.limits(weight, range).map(short).join(" to ")));
    p.range.selectedIndex = RANGES.indexOf(net.range);
  }
  /* One slider for each weight listed. Rows stay the same nodes, so that a finger does not lose the one it drags. */
  showRows({ net, mixer, rows }) {
    for (const [key, row] of rows) if (!net.listed.has(key)) { row.node.remove(); rows.delete(key); }
    for (const key of net.listed) if (!rows.has(key)) { rows.set(key, this.buildRow(net, key)); mixer.append(rows.get(key).node); }
    for (const [key, row] of rows) {
      const { name, slider, number, weight } = row, by = net.offset(weight), [low, high] = net.limits(weight);
      const chosen = key === String(net.selected), state = [by, low, high, chosen].join();
      if (row.state === state) continue;           // what is written anew is laid out anew
      row.state = state;
      Object.assign(slider, { min: low, max: high, step: (high - low) / 200 });
      slider.value = by;
      slider.style.setProperty("--fer-zero", -low / (high - low));
      slider.setAttribute("aria-label", `${net.label}: ${net.choice(weight).name}`);
      slider.setAttribute("aria-valuetext", `${fixed(net.get(weight))}, change ${signed(by)}`);
      name.setAttribute("aria-pressed", String(chosen));
      number.textContent = by ? signed(by) : "";
    }
  }

  // --- the clock ---
  wake() {
    if (!this.request && this.awake) this.request = requestAnimationFrame((time) => this.frame(time));
  }
  frame(time) {
    this.request = 0;
    if (!this.awake) return;
    const moving = this.tell("frame", time);
    this.panels.forEach((panel) => {
      if (panel.net.stale) this.follow(panel);
      else if (panel.view !== this.viewKey) this.drawPicture(panel);
    });
    this.tell("draw");
    if (this.changed) {
      this.changed = false;
      this.host.dispatchEvent(new CustomEvent("fer-change", { bubbles: true, detail: this.state }));
    }
    if (this.work() || moving) this.wake();
    else this.waiting.splice(0).forEach((resolve) => resolve());
  }
  get viewKey() { return `${this.view};${this.colours}`; }
  follow(panel) {
    const { net } = panel, lists = net.follow();
    const image = this.quick && this.quick(net);
    if (image) net.sharp = image;
    else if (net.sharpTime < 14) finish(net.sharpen(this.full, net.renderer));   // quick enough to be sharp all the time
    this.tell("follow", panel, lists);
    this.drawPicture(panel);
  }
  drawPicture(panel) {
    const { net, canvas } = panel, size = net.sharp ? this.full : net.size;
    const drawn = { image: net.sharp || net.smallPicture(), size };
    const { image, size: side } = this.lens ? this.lens.picture(net, drawn) : drawn;
    draw(canvas, image, side);
    canvas.dataset.sharp = String(side === this.full);
    panel.view = this.viewKey;
  }
  /* Draw at full size, in slices, once nothing has moved for a moment. Returns whether there is more to do. */
  work() {
    this.job = this.job || this.plan();
    if (!this.job) return false;
    if (performance.now() - this.lastChange < QUIET) return true;
    const until = performance.now() + SLICE;
    while (this.job && performance.now() < until) {
      const { done, value } = this.job.next();
      if (done) this.job = this.plan();
      else if (value === "wait") break;          // for a worker
    }
    return Boolean(this.job);
  }
  stopJob() {
    if (this.job) this.job.return();
    this.job = null;
  }
  plan() {
    const behind = this.panels.find(({ net }) => !net.playing && !net.sharp);
    if (behind) return this.sharpen(behind);
    return this.tools.reduce((job, tool) => job || (tool.plan ? tool.plan() : null), null);
  }
  *sharpen(panel) {
    yield* panel.net.sharpen(this.full);
    this.drawPicture(panel);
  }
}

// --------------------------------------------------------------------------------------------------- element

const parts = { Field, followers, everyNeuron, colour, readNetwork };   // what <fer-sweeps> (sweeps.js) is made of
// ... and what the tools of workbench.js are made of; it sets parts.equip, which gives a bench its tools.
Object.assign(parts, { engine, Architecture, Network, VIEWS, TABLES, RANGES, make, button, segments, labelled, write, draw, place, step, shadeAll, clamp, count, parse, finish, fixed, signed, short, words, ancestors, readChanges, readHeld, benches: new Set() });

class FerExplorer extends HTMLElement {
  static parts = parts;
  #bench = null; #begun = false;

  connectedCallback() {
    if (this.#bench) this.#bench.watch();
    // While the page is still being read, the tag may stand here without its content.
    else if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => this.#start(), { once: true });
    else this.#start();
  }
  disconnectedCallback() { if (this.#bench) this.#bench.sleep(); }

  get state() { return this.#bench && this.#bench.state; }
  set state(wanted) { if (this.#bench && wanted && typeof wanted === "object") this.#bench.state = wanted; }
  forward(network, size, changes = {}) {
    const net = this.#bench.nets[network], weights = net.original.slice();
    for (const [weight, value] of readChanges(net.architecture, changes)) weights[net.architecture.index(weight)] = value;
    return finish(net.draw({ weights, held: [] }, size));
  }
  settled() {
    if (!this.#bench) return Promise.resolve();
    return new Promise((resolve) => { this.#bench.waiting.push(resolve); this.#bench.wake(); });
  }

  #start() {
    if (this.#begun || !this.isConnected) return;
    this.#begun = true;
    const source = this.querySelector('script[type="application/json"]');
    const box = make("div", { class: "fer-explorer", "data-lm-suppress-shortcuts": "true" });
    try {
      this.#bench = new Bench(this, readData(source ? source.textContent : ""), box);
    } catch (error) {
      const text = `This explorer cannot be shown: ${error.message}.`;
      box.replaceChildren(make("p", { class: "fer-message", role: "status", text }));
    }
    this.append(box);
    if (!this.#bench) return;
    this.dataset.ready = "true";                 // from here on the styles hide the fallback
    parts.benches.add(this.#bench);
    this.#bench.refresh(false);
    this.#bench.watch();
    if (parts.equip) parts.equip(this.#bench);
    else fetchTools();
  }
}

/* Fetch the tools from this script's own folder, once, and only where a page has an explorer. */
let asked = false;
function fetchTools() {
  if (asked || !home) return;
  asked = true;
  const beside = (name) => new URL(name + new URL(home).search, home).href;
  const script = make("script", { src: beside("workbench.js") });
  document.head.append(make("link", { rel: "stylesheet", href: beside("workbench.css") }), script);
}

customElements.define("fer-explorer", FerExplorer);
})();
