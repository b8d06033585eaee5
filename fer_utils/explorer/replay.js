/* <fer-replay>: sessions of breeding, seen again step by step: what was shown, what was chosen, and why.

   The page holds no pictures but the gallery's small ones, and no genomes: only the records (seed, operators, choices).
   From these the browser breeds every generation anew, by the same arithmetic as fer_utils.evolution: whole numbers,
   sums and products of doubles, so that each weight is the same to the bit. Then it draws them.

     {schema: "fer-replay/1", selected: "jester",
      sessions: [a record, schema "fer-session/1"; its `start` is null or {nodes: [[key, activation]],
                 links: [[source, target, weight, innovation]]}],
      gallery: {side: 64, image: "data:image/webp;base64,...", names: ["acrobat", ...]}}   // side by side, in this order

   For scripts and tests: element.play (the session in play), element.place (generation shown), element.settled() (a promise
   for the moment when all that is in view is drawn), FerReplay.parts = {Stream, Play, paint}.

   In reading order: chance, genes, operators, session, drawing, element. */
(() => {
"use strict";
if (!window.customElements || customElements.get("fer-replay")) return;

const ACTIVATIONS = ["identity", "sin", "cos", "sigmoid", "gaussian", "tanh"];
const INPUTS = [-1, -2, -3, -4];   // x, y, d, b
const OUTPUTS = [0, 1, 2];         // h, s, v
const TRIES = 20;
const SIDE = 112, LARGE = 288, SMALL = 44;  // pixels of a picture in the sheet, enlarged, in the line of ancestors
const PACE = 1500;                 // milliseconds a generation stays while playing

// ---------------------------------------------------------------------------------------------- chance

const low64 = (value) => BigInt.asUintN(64, value), low128 = (value) => BigInt.asUintN(128, value);
const FACTOR = (2549297995355413924n << 64n) + 4865540595714422341n;

/* NumPy's SeedSequence for a key of up to four numbers: eight words of 32 bits. */
function seedWords(key) {
  let constant = 0x43b0d7e5;
  const hashed = (value) => {
    value = (value ^ constant) >>> 0;
    constant = Math.imul(constant, 0x931e8875) >>> 0;
    value = Math.imul(value, constant) >>> 0;
    return (value ^ (value >>> 16)) >>> 0;
  };
  const mixed = (x, y) => {
    const value = (Math.imul(x, 0xca01f9dd) - Math.imul(y, 0x4973f715)) >>> 0;
    return (value ^ (value >>> 16)) >>> 0;
  };
  const pool = [0, 1, 2, 3].map((i) => hashed(key[i] || 0));
  for (let from = 0; from < 4; from++)
    for (let to = 0; to < 4; to++) if (from !== to) pool[to] = mixed(pool[to], hashed(pool[from]));
  constant = 0x8b51f9dd;
  return Array.from({ length: 8 }, (_, i) => {
    let value = (pool[i % 4] ^ constant) >>> 0;
    constant = Math.imul(constant, 0x58f38ded) >>> 0;
    value = Math.imul(value, constant) >>> 0;
    return (value ^ (value >>> 16)) >>> 0;
  });
}

/* O'Neill's PCG64 as NumPy has it, and on it the numbers of fer_utils.evolution.streams. */
class Stream {
  constructor(...key) {
    const words = seedWords(key).map(BigInt), long = (i) => words[2 * i] | (words[2 * i + 1] << 32n);
    this.step = low128((((long(2) << 64n) | long(3)) << 1n) | 1n);
    this.state = low128(this.step + ((long(0) << 64n) | long(1)));
    this.state = low128(this.state * FACTOR + this.step);
  }
  raw() {
    this.state = low128(this.state * FACTOR + this.step);
    const high = this.state >> 64n, folded = high ^ low64(this.state), turn = high >> 58n;
    return low64((folded >> turn) | (folded << (64n - turn)));
  }
  below(limit) {
    const whole = BigInt(limit), fair = (1n << 64n) - (1n << 64n) % whole;
    let raw = this.raw();
    while (raw >= fair) raw = this.raw();
    return Number(raw % whole);
  }
  uniform() { return Number(this.raw() >> 11n) * 2 ** -53; }
  bell() { let total = -6; for (let i = 0; i < 12; i++) total += this.uniform(); return total; }
  happens(chance) { return this.uniform() < chance; }
  pick(items) { return items[this.below(items.length)]; }
}

// ---------------------------------------------------------------------------------------------- genes

const byNumber = (a, b) => a - b;

class Cppn {
  constructor(nodes = new Map(), links = new Map()) { this.nodes = nodes; this.genes = links; }
  copy() { return new Cppn(new Map(this.nodes), new Map([...this.genes].map(([key, gene]) => [key, { ...gene }]))); }
  gene(source, target) { return this.genes.get(`${source},${target}`); }
  add(source, target, weight, number, on = true) { this.genes.set(`${source},${target}`, { source, target, weight, number, on }); }
  links() { return [...this.genes.values()].filter((gene) => gene.on).sort((a, b) => a.number - b.number); }
  hidden() { return [...this.nodes.keys()].filter((key) => key > 2).sort(byNumber); }
  closesCycle(source, target) {
    const reached = new Set([target]), waiting = [target];
    while (waiting.length) {
      const key = waiting.pop();
      if (key === source) return true;
      for (const gene of this.genes.values())
        if (gene.source === key && !reached.has(gene.target)) { reached.add(gene.target); waiting.push(gene.target); }
    }
    return false;
  }
}

/* The same change in the same generation has the same number. */
class Innovations {
  constructor(links = 0, nodes = 2) { this.links = links; this.nodes = nodes; this.next(); }
  next() { this.joined = new Map(); this.split = new Map(); }
  link(source, target) {
    const key = `${source},${target}`;
    if (!this.joined.has(key)) this.joined.set(key, ++this.links);
    return this.joined.get(key);
  }
  node(number) {
    if (!this.split.has(number)) this.split.set(number, ++this.nodes);
    return this.split.get(number);
  }
}

// ---------------------------------------------------------------------------------------------- operators

const openOutputs = (operators) => (operators.colour ? OUTPUTS : [2]);
const fresh = (stream, operators) => (stream.uniform() - 0.5) * operators.weight_limit;

function scaled(operators, strength) {
  const bold = { ...operators, weight_power: operators.weight_power * strength };
  for (const name of ["add_node", "add_link", "activation", "weight_rate"]) bold[name] = Math.min(1, operators[name] * strength);
  return bold;
}

function begin(stream, innovations, operators) {
  const cppn = new Cppn(new Map(OUTPUTS.map((key) => [key, "identity"])));
  for (const key of openOutputs(operators)) cppn.nodes.set(key, stream.pick(ACTIVATIONS));
  const sure = stream.pick([-1, -2, -3]);
  for (const target of openOutputs(operators))
    for (const source of INPUTS) {
      const wanted = stream.happens(operators.start_link);
      if (wanted || (source === sure && target === 2)) {
        const weight = fresh(stream, operators);
        cppn.add(source, target, weight, innovations.link(source, target));
      }
    }
  return cppn;
}

function breed(parents, stream, innovations, operators) {
  const crossed = parents.length > 1 && stream.happens(operators.cross);
  const child = crossed ? cross(parents, stream) : stream.pick(parents).copy();
  mutate(child, stream, innovations, operators);
  return child;
}

function cross(parents, stream) {
  const child = new Cppn(), numbers = new Map();
  for (const key of [...new Set(parents.flatMap((one) => [...one.nodes.keys()]))].sort(byNumber))
    child.nodes.set(key, stream.pick(parents.filter((one) => one.nodes.has(key))).nodes.get(key));
  for (const parent of parents)
    for (const gene of parent.genes.values()) numbers.set(gene.number, [...(numbers.get(gene.number) || []), gene]);
  for (const number of [...numbers.keys()].sort(byNumber)) {
    const gene = stream.pick(numbers.get(number));
    if (!child.gene(gene.source, gene.target) && !child.closesCycle(gene.source, gene.target))
      child.add(gene.source, gene.target, gene.weight, gene.number, gene.on);
  }
  return child;
}

function mutate(cppn, stream, innovations, operators) {
  if (stream.happens(operators.add_node)) splitLink(cppn, stream, innovations);
  if (stream.happens(operators.add_link)) joinNodes(cppn, stream, innovations, operators);
  if (stream.happens(operators.activation)) {
    const open = openOutputs(operators);
    const key = stream.pick([...cppn.nodes.keys()].filter((one) => one > 2 || open.includes(one)).sort(byNumber));
    cppn.nodes.set(key, stream.pick(ACTIVATIONS.filter((name) => name !== cppn.nodes.get(key))));
  }
  moveWeights(cppn, stream, operators);
}

function splitLink(cppn, stream, innovations) {
  const links = cppn.links();
  if (!links.length) return;
  const old = stream.pick(links), node = innovations.node(old.number);
  if (cppn.nodes.has(node)) return;
  old.on = false;
  cppn.nodes.set(node, stream.pick(ACTIVATIONS));
  cppn.add(old.source, node, 1, innovations.link(old.source, node));
  cppn.add(node, old.target, old.weight, innovations.link(node, old.target));
}

function joinNodes(cppn, stream, innovations, operators) {
  const hidden = cppn.hidden(), sources = [...INPUTS, ...hidden], targets = [...openOutputs(operators), ...hidden];
  for (let i = 0; i < TRIES; i++) {
    const source = stream.pick(sources), target = stream.pick(targets), known = cppn.gene(source, target);
    if (known ? known.on : cppn.closesCycle(source, target)) continue;
    if (known) known.on = true;
    else {
      const weight = fresh(stream, operators);
      cppn.add(source, target, weight, innovations.link(source, target));
    }
    return;
  }
}

function moveWeights(cppn, stream, operators) {
  const links = cppn.links(), sure = links.length ? stream.pick(links) : null, limit = operators.weight_limit;
  for (const gene of links) {
    if (!stream.happens(operators.weight_rate) && gene !== sure) continue;
    const anew = stream.happens(operators.weight_fresh);
    const moved = anew ? fresh(stream, operators) : gene.weight + operators.weight_power * stream.bell();
    gene.weight = Math.min(Math.max(moved, -limit), limit);
  }
}

// ---------------------------------------------------------------------------------------------- session

/* A record in play: generations are bred when they are asked for, in their order, and kept. */
class Play {
  constructor(record) {
    this.record = record;
    this.steps = record.steps.map(([parents, strength, why]) => ({ parents: parents.split(" "), strength, why }));
    this.count = this.steps.length + 1;
    this.generations = [];
    const start = record.start;
    this.first = start && new Cppn(new Map(start.nodes), new Map());
    if (start) for (const link of start.links) this.first.add(...link);
    this.innovations = start ? new Innovations(Math.max(0, ...start.links.map((link) => link[3])), Math.max(...this.first.nodes.keys()))
      : new Innovations();
  }
  generation(wanted) {
    while (this.generations.length <= wanted) this.generations.push(this.#breed(this.generations.length));
    return this.generations[wanted];
  }
  #breed(number) {
    const { seed, shown, operators } = this.record, places = Array.from({ length: shown }, (_, i) => i);
    if (!number) return places.map((place) => this.#first(new Stream(seed, 0, place), place));
    const step = this.steps[number - 1], bold = scaled(operators, step.strength);
    const parents = step.parents.map((name) => this.cppn(name));
    this.innovations.next();
    return places.map((place) => breed(parents, new Stream(seed, number, place), this.innovations, bold));
  }
  #first(stream, place) {
    if (!this.first) return begin(stream, this.innovations, this.record.operators);
    const cppn = this.first.copy();
    if (place) mutate(cppn, stream, this.innovations, this.record.operators);
    return cppn;
  }
  cppn(name) { const [generation, place] = name.split(".").map(Number); return this.generation(generation)[place]; }
  parents(name) { const generation = parseInt(name, 10); return generation ? this.steps[generation - 1].parents : []; }
  /* Ancestors along the first parent of each, the oldest first. */
  line(name) {
    const line = [name];
    while (this.parents(line[0]).length) line.unshift(this.parents(line[0])[0]);
    return line;
  }
  /* The step that chose a picture, if one did. */
  choice(name) { return this.steps.findIndex((step) => step.parents.includes(name)); }
  title(name) { const found = this.record.published.find(([picture]) => picture === name); return found ? found[1] : ""; }
}

// ---------------------------------------------------------------------------------------------- drawing

/* Each works in place, in a loop of its own: one loop that calls any function would be several times slower. */
const APPLY = {
  identity: null,
  cache: null,
  sin(values) { for (let i = 0; i < values.length; i++) values[i] = Math.sin(values[i]); },
  cos(values) { for (let i = 0; i < values.length; i++) values[i] = Math.cos(values[i]); },
  tanh(values) { for (let i = 0; i < values.length; i++) values[i] = Math.tanh(values[i]); },
  sigmoid(values) { for (let i = 0; i < values.length; i++) values[i] = 2 / (1 + Math.exp(-values[i])) - 1; },
  gaussian(values) { for (let i = 0; i < values.length; i++) values[i] = 2 * Math.exp(-values[i] * values[i]) - 1; },
  relu(values) { for (let i = 0; i < values.length; i++) if (values[i] < 0) values[i] = 0; },
};
const grids = new Map();

function grid(size) {
  if (!grids.has(size)) {
    const [x, y, d, b] = [0, 1, 2, 3].map(() => new Float64Array(size * size)), gap = 2 / (size - 1);
    for (let row = 0, i = 0; row < size; row++)
      for (let column = 0; column < size; column++, i++) {
        x[i] = column * gap - 1;
        y[i] = row * gap - 1;
        d[i] = 1.4 * Math.sqrt(x[i] * x[i] + y[i] * y[i]);
        b[i] = 1;
      }
    grids.set(size, [x, y, d, b]);
  }
  return grids.get(size);
}

/* Evaluate a node and what it needs; `values` keeps what is known. */
function value(key, cppn, incoming, values, pixels) {
  if (values.has(key)) return values.get(key);
  const total = new Float64Array(pixels), apply = APPLY[cppn.nodes.get(key)];
  for (const { source, weight } of incoming.get(key) || []) {
    const from = value(source, cppn, incoming, values, pixels);
    for (let i = 0; i < pixels; i++) total[i] += weight * from[i];
  }
  if (apply) apply(total);
  values.set(key, total);
  return total;
}

/* Draw a picture: RGBA bytes. */
function paint(cppn, size) {
  const pixels = size * size, incoming = new Map(), values = new Map(grid(size).map((plane, i) => [INPUTS[i], plane]));
  for (const gene of cppn.links()) incoming.set(gene.target, [...(incoming.get(gene.target) || []), gene]);
  const [hues, saturations, brightnesses] = OUTPUTS.map((key) => value(key, cppn, incoming, values, pixels));
  const bytes = new Uint8ClampedArray(4 * pixels);
  for (let i = 0; i < pixels; i++) {
    const turn = hues[i] + 1, hue = 6 * (turn - Math.floor(turn));
    const s = Math.min(Math.max(saturations[i], 0), 1), v = Math.min(Math.abs(brightnesses[i]), 1);
    for (let k = 0; k < 3; k++) {
      const ramp = (5 - 2 * k + hue) % 6;
      bytes[4 * i + k] = 255 * (v - v * s * Math.min(Math.max(Math.min(ramp, 4 - ramp), 0), 1));
    }
    bytes[4 * i + 3] = 255;
  }
  return bytes;
}

// ---------------------------------------------------------------------------------------------- element

const make = (name, attributes = {}, ...children) => {
  const element = document.createElement(name);
  for (const [key, said] of Object.entries(attributes)) element.setAttribute(key, said);
  element.append(...children);
  return element;
};
const BY = { eye: "chosen by eye", random: "chosen by lot", novelty: "chosen by novelty search", "map-elites": "chosen by MAP-Elites",
  curiosity: "chosen by curiosity", objective: "chosen by likeness to a given picture" };
/* Scroll a row, and never the page, so that one of its children is in the middle. */
const centre = (row, child) => { if (child) row.scrollLeft = child.offsetLeft - row.offsetLeft - (row.clientWidth - child.offsetWidth) / 2; };
const many = (count, one, more = `${one}s`) => `${count.toLocaleString("en")} ${count === 1 ? one : more}`;

class FerReplay extends HTMLElement {
  #queue = []; #waiting = []; #timer = 0; #plays = new Map();

  connectedCallback() {
    if (this.body) return;
    // The parser may not have read what is inside the tag yet.
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => this.#start(), { once: true });
    else this.#start();
  }
  disconnectedCallback() { this.#stop(); }

  #start() {
    try {
      this.data = JSON.parse(this.querySelector("script[type='application/json']").textContent);
      if (this.data.schema !== "fer-replay/1") throw new Error('its data must carry the schema "fer-replay/1"');
      this.#build();
    } catch (error) {
      console.error(`fer-replay: ${error.message}`);
      return;                                                          // the fallback stays
    }
    this.select(this.data.selected);
    this.dataset.ready = "yes";
  }

  #build() {
    const button = (text, name, act) => {
      const made = make("button", { type: "button", "aria-label": name, title: name }, text);
      made.addEventListener("click", act);
      return made;
    };
    const { names, side, image } = this.data.gallery;
    this.gallery = make("div", { class: "fer-replay-gallery", role: "group", "aria-label": "Whose history" });
    names.forEach((name, i) => {
      const picture = make("span", { class: "fer-replay-icon", "aria-hidden": "true" });
      picture.style.backgroundImage = `url(${image})`;
      picture.style.backgroundSize = `${names.length * 100}% 100%`;
      picture.style.backgroundPosition = `${names.length > 1 ? (100 * i) / (names.length - 1) : 0}% 0`;
      const one = make("button", { type: "button", "data-name": name, "aria-pressed": "false" }, picture, name);
      one.addEventListener("click", () => this.select(name));
      this.gallery.append(one);
    });
    this.head = make("p", { class: "fer-replay-head" });
    this.toggle = button("▶", "Play", () => (this.#timer ? this.#stop() : this.#run()));
    this.slider = make("input", { type: "range", min: 0, step: 1, "aria-label": "Generation" });
    this.slider.addEventListener("input", () => { this.#stop(); this.go(Number(this.slider.value)); });
    this.bar = make("div", { class: "fer-replay-bar" },
      button("«", "First generation", () => this.#leap(0)), button("‹", "One generation back", () => this.#leap(this.place - 1)),
      this.toggle, button("›", "One generation on", () => this.#leap(this.place + 1)), this.slider);
    this.said = make("p", { class: "fer-replay-said", role: "status", "aria-live": "polite" });
    this.from = make("p", { class: "fer-replay-from" });
    this.sheet = make("div", { class: "fer-replay-sheet", role: "group", "aria-label": "What was shown" });
    this.why = make("p", { class: "fer-replay-why" });
    this.close = make("div", { class: "fer-replay-close" });
    this.ancestors = make("div", { class: "fer-replay-line", role: "group", "aria-label": "Ancestors, the oldest first" });
    this.lineHead = make("p", { class: "fer-replay-from" });
    this.body = make("div", { class: "fer-replay", tabindex: "-1", "data-lm-suppress-shortcuts": "true" }, this.gallery, this.head, this.bar, this.said,
      make("div", { class: "fer-replay-columns" }, make("div", {}, this.from, this.sheet, this.why), this.close), this.lineHead, this.ancestors);
    this.append(this.body);
    new ResizeObserver(() => this.#centre()).observe(this.body);
    this.body.addEventListener("keydown", (event) => this.#key(event));
    this.sheet.addEventListener("pointerdown", (event) => { this.touched = event.pointerType === "mouse" ? null : [event.clientX, event.clientY]; });
    this.sheet.addEventListener("pointerup", (event) => this.#swiped(event));
  }

  #key(event) {
    event.stopPropagation();
    if (event.ctrlKey || event.metaKey || event.altKey || event.target === this.slider) return;
    const to = { ArrowLeft: this.place - 1, ArrowRight: this.place + 1, Home: 0, End: this.play.count - 1 }[event.key];
    if (to !== undefined) this.#leap(to);
    else if (event.key === "p") this.toggle.click();
    else return;
    event.preventDefault();
  }
  #swiped(event) {
    if (!this.touched) return;
    const [x, y] = this.touched, across = event.clientX - x, down = event.clientY - y;
    this.touched = null;
    if (Math.abs(across) < 40 || Math.abs(across) < 2 * Math.abs(down)) return;
    this.swipedAt = Date.now();                                        // the click that follows is none
    this.#leap(this.place + (across < 0 ? 1 : -1));
  }

  #run() {
    if (this.place >= this.play.count - 1) this.go(0);
    this.toggle.textContent = "❚❚";
    this.toggle.setAttribute("aria-label", "Stop");
    this.toggle.title = "Stop";
    this.#timer = setInterval(() => (this.place < this.play.count - 1 ? this.go(this.place + 1) : this.#stop()), PACE);
  }
  #stop() {
    clearInterval(this.#timer);
    this.#timer = 0;
    if (!this.toggle) return;
    this.toggle.textContent = "▶";
    this.toggle.setAttribute("aria-label", "Play");
    this.toggle.title = "Play";
  }
  #leap(place) { this.#stop(); this.go(place); }

  /* Show a published picture's session, at the generation in which it was found. */
  select(name) {
    this.#stop();
    const record = this.data.sessions.find((one) => one.published.some(([, title]) => title === name));
    if (!this.#plays.has(record.name)) this.#plays.set(record.name, new Play(record));
    this.play = this.#plays.get(record.name);
    this.name = name;
    this.picture = record.published.find(([, title]) => title === name)[0];
    this.line = this.play.line(this.picture);
    for (const one of this.gallery.children) one.setAttribute("aria-pressed", String(one.dataset.name === name));
    const note = record.published.find(([, title]) => title === name)[3], age = this.line.length - 1;
    this.head.replaceChildren(make("b", {}, name), `, ${BY[record.chooser] || record.chooser}: `
      + `${many(age, "generation")} from the first, in a session of ${many(this.play.count * record.shown, "picture")} shown. ${note}`);
    this.slider.max = this.play.count - 1;
    this.lineHead.textContent = `The ancestors of ${name}, the oldest first:`;
    this.go(parseInt(this.picture, 10), this.picture);
    this.#layLine();
  }

  #centre() {
    centre(this.gallery, this.gallery.querySelector("[aria-pressed='true']"));
    centre(this.ancestors, this.ancestors.querySelector("[data-here]"));
  }

  /* Show a generation, and one of its pictures close up. */
  go(place, picture) {
    this.place = Math.min(Math.max(place, 0), this.play.count - 1);
    const step = this.play.steps[this.place], number = this.place, shown = this.play.record.shown;
    this.#queue = this.#queue.filter((job) => job.keep);
    this.slider.value = number;
    this.slider.setAttribute("aria-valuetext", `generation ${number}`);
    this.said.textContent = `Generation ${number} of ${this.play.count - 1}; ${many(shown * (number + 1), "picture")} shown so far`;
    this.#layParents(number);
    this.#layWhy(step);
    this.sheet.replaceChildren(...Array.from({ length: shown }, (_, i) => this.#tile(`${number}.${i}`, step)));
    const here = this.play.steps.flatMap((one) => one.parents).find((one) => parseInt(one, 10) === number);
    this.look(picture || (step && step.parents.find((one) => parseInt(one, 10) === number)) || here || `${number}.0`);
    for (const one of this.ancestors.children) one.toggleAttribute("data-here", parseInt(one.dataset.name, 10) === number);
    this.#centre();
    this.dispatchEvent(new CustomEvent("fer-replay-step", { detail: { place: number } }));
  }

  #layParents(number) {
    if (!number) {
      this.from.textContent = this.play.first ? "Where the session began: a given picture, and children of it."
        : "Where the session began: inputs, outputs, and a few connections by chance.";
      return;
    }
    const { parents, strength } = this.play.steps[number - 1];
    const back = parents.every((name) => parseInt(name, 10) < number - 1);
    const boldness = strength === 1 ? "" : `, with changes ${strength} times as bold as usual`;
    this.from.replaceChildren(back ? "Back to an ancestor: children of " : "Children of ", ...this.#names(parents), `${boldness}.`);
  }
  #names(names) {
    return names.flatMap((name, i) => {
      const link = make("button", { type: "button", class: "fer-replay-name" }, name);
      link.addEventListener("click", () => { this.#stop(); this.go(parseInt(name, 10), name); });
      return i ? [" and ", link] : [link];
    });
  }
  #layWhy(step) {
    if (!step) { this.why.textContent = "Here the session ended."; return; }
    const who = this.play.record.chooser === "eye" ? "The reason written down: " : "The chooser's own line: ";
    const back = step.parents.every((name) => parseInt(name, 10) < this.place) ? ", from an earlier generation" : "";
    this.why.replaceChildren("Chosen: ", ...this.#names(step.parents), `${back}. `, who, make("q", {}, step.why));
  }

  #tile(name, step) {
    const chosen = Boolean(step && step.parents.includes(name)), later = !chosen && this.play.choice(name) >= 0;
    const title = this.play.title(name), canvas = make("canvas", { width: SIDE, height: SIDE, "aria-hidden": "true" });
    const about = [`Picture ${name}`, chosen && "chosen", later && "chosen later", title && `published as ${title}`].filter(Boolean).join(", ");
    const tile = make("button", { type: "button", "data-name": name, "aria-label": about }, canvas);
    if (chosen || later) tile.dataset.chosen = chosen ? "now" : "later";
    if (title) tile.append(make("span", { class: "fer-replay-title" }, title));
    else if (chosen || later) tile.append(make("span", { class: "fer-replay-title" }, chosen ? "chosen" : "later"));
    tile.addEventListener("click", () => { if (Date.now() - (this.swipedAt || 0) > 400) { this.#stop(); this.look(name); } });
    this.#draw(canvas, name, SIDE, { first: chosen });
    return tile;
  }

  /* Show one picture of this generation close up, with what it is made of. */
  look(name) {
    this.close.dataset.name = name;
    for (const one of this.sheet.children) one.toggleAttribute("data-looked", one.dataset.name === name);
    const canvas = make("canvas", { width: LARGE, height: LARGE, role: "img", "aria-label": `Picture ${name}, enlarged` });
    const cppn = this.play.cppn(name), parents = this.play.parents(name), title = this.play.title(name);
    const links = cppn.links().length, hidden = cppn.hidden().length;
    const caption = make("p", {}, make("b", {}, title ? `${title} (${name})` : name), `: ${many(hidden, "hidden node")}, ${many(links, "connection")}. `);
    if (parents.length) caption.append(parents.length > 1 ? "Parents: " : "Parent: ", ...this.#names(parents), ".");
    this.close.replaceChildren(canvas, caption);
    this.#draw(canvas, name, LARGE, { first: true });
  }

  #layLine() {
    this.#queue = this.#queue.filter((job) => !job.keep);
    this.ancestors.replaceChildren(...this.line.map((name) => {
      const canvas = make("canvas", { width: SMALL, height: SMALL, "aria-hidden": "true" });
      const one = make("button", { type: "button", "data-name": name, "aria-label": `Ancestor ${name}`, title: name }, canvas, parseInt(name, 10));
      one.toggleAttribute("data-here", parseInt(name, 10) === this.place);
      one.addEventListener("click", () => { this.#stop(); this.go(parseInt(name, 10), name); });
      this.#draw(canvas, name, SMALL, { keep: true });
      return one;
    }));
    this.#centre();
  }

  /* Pictures are drawn one after another between frames, so that the page stays at the reader's command. */
  #draw(canvas, name, size, { first = false, keep = false } = {}) {
    const job = { canvas, name, size, keep, play: this.play };
    if (first) this.#queue.unshift(job); else this.#queue.push(job);
    if (!this.drawing) { this.drawing = true; requestAnimationFrame(() => this.#work()); }
  }
  #work() {
    const until = performance.now() + 14;
    while (this.#queue.length && performance.now() < until) {
      const { canvas, name, size, play } = this.#queue.shift();
      canvas.getContext("2d").putImageData(new ImageData(paint(play.cppn(name), size), size, size), 0, 0);
      canvas.dataset.drawn = "yes";
    }
    if (this.#queue.length) { requestAnimationFrame(() => this.#work()); return; }
    this.drawing = false;
    this.#waiting.splice(0).forEach((done) => done());
  }
  settled() { return this.drawing ? new Promise((done) => this.#waiting.push(done)) : Promise.resolve(); }
}

FerReplay.parts = { Stream, Play, paint };
customElements.define("fer-replay", FerReplay);
})();
