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

   The files of this folder are the bodies of one function, and share what this one names: shell.py puts them together,
   in the order of its WORKBENCH, as the one script workbench.js. */
const explorer = window.customElements && customElements.get("fer-explorer");
if (!explorer || explorer.parts.equip) return;
const { parts } = explorer;
const { engine, Field, Network, VIEWS, TABLES, make, button, segments, labelled, write, draw, place, step, shadeAll, clamp, count, parse } = parts;
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
