const pack = (value) => btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(value)))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const unpack = (text) => JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0))));
const mapped = (object, change) => Object.fromEntries(Object.entries(object).map(change));

/* The state in the address: copied on demand, read at the start and whenever the address changes. */
class Link {
  constructor(bench, status) {
    Object.assign(this, { bench, status });
    this.copy = button("Copy link", () => this.hand());
    this.field = make("input", { class: "fer-address", readonly: "", hidden: "", "aria-label": "Link to this state" });
    addEventListener("hashchange", () => { if (bench.host.isConnected) this.read(); });
    this.read();
  }
  get ordinal() { return [...document.querySelectorAll("fer-explorer")].indexOf(this.bench.host); }
  address() {
    const { bench } = this, { state, nets } = bench, keyed = (of) => Object.fromEntries(nets.map((net) => [net.key, of(net)]).filter(([, part]) => Object.keys(part).length));
    const packed = pack({ v: 1, n: this.ordinal, s: state.shown.map((i) => nets[i].key), a: bench.net.key, m: state.neuron, view: state.view, k: state.colours, l: +state.linked,
      w: Object.fromEntries(bench.panels.map(({ net }) => [net.key, net.architecture.id(net.selected)])),
      c: keyed((net) => mapped(Object.fromEntries(net.changes), ([key, value]) => [net.architecture.id(parse(key)), value])), h: keyed((net) => Object.fromEntries(net.held)) });
    return `${location.href.split("#")[0]}#fer=${packed}`;
  }
  async hand() {
    const url = this.address();
    history.replaceState(history.state, "", url);
    try {
      await navigator.clipboard.writeText(url);
      this.status("The link is copied; it opens this very state.");
    } catch {                                    // where the page may not write to the clipboard
      this.field.hidden = false;
      this.field.value = url;
      this.field.select();
      this.status("Copy the link from the field; it opens this very state.");
    }
  }
  read() {
    const match = /^#fer=([\w-]{1,200000})$/.exec(location.hash);
    if (!match) { if (location.hash.startsWith("#fer=")) this.status("The link to a state of this explorer cannot be read."); return; }
    try {
      const said = unpack(match[1]);
      if (!said || said.v !== 1) throw new Error("version");
      if ((said.n || 0) !== this.ordinal) return;
      this.apply(said);
    } catch { this.status("The link to a state of this explorer cannot be read."); }
  }
  apply({ s = [], a, w = {}, c = {}, h = {}, m, view, l, k }) {
    const { bench } = this, { nets } = bench, index = (key) => nets.findIndex((net) => net.key === key), places = (net, by) => mapped(by || {}, ([id, value]) => [net.architecture.locate(+id), value]);
    bench.state = { shown: s.map(index).filter((i) => i >= 0), selected: { network: index(a) },
      weights: nets.map((net) => (Object.hasOwn(w, net.key) ? net.architecture.locate(w[net.key]) : null)),
      changes: nets.map((net) => (Object.hasOwn(c, net.key) ? places(net, c[net.key]) : {})),
      held: nets.map((net) => (Object.hasOwn(h, net.key) ? h[net.key] : {})), neuron: m, view, linked: l === 1, colours: k };
    bench.box.scrollIntoView({ block: "nearest" });
  }
}
