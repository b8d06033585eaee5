/* Which networks are side by side, whether they are linked, and networks from the reader's own files. */
class Networks {
  constructor(bench, status) {
    Object.assign(this, { bench, status });
    this.groups = [...new Set(bench.nets.map((net) => net.group).filter(Boolean))];
    this.pictures = segments("Picture", this.groups, (i) => this.showGroup(this.groups[i]));
    this.link = make("input", { type: "checkbox", onchange: () => { bench.linked = this.link.checked; bench.refresh(); } });
    this.linkBox = make("label", { class: "fer-check", title: "A weight moved in one network moves by as much in the others of the same shape" }, this.link, make("span", { text: "move together" }));
    this.more = button("Compare with \u2026", () => this.add());
    this.file = make("input", { type: "file", accept: ".json,application/json", hidden: "", "aria-label": "A network's file", onchange: () => this.open(this.file.files[0]) });
    this.opener = button("Open a file\u2026", () => this.file.click(), { title: "A network saved here or by fer_utils, as JSON" });
    for (const kind of ["dragover", "drop"]) bench.box.addEventListener(kind, (event) => {
      if (![...event.dataTransfer.types].includes("Files")) return;
      event.preventDefault();
      event.stopPropagation();
      if (kind === "drop") this.open(event.dataTransfer.files[0]);
    });
    this.node = make("div", { class: "fer-side" }, ...(this.groups.length > 1 ? [this.pictures.node] : []), this.more, this.linkBox, this.opener, this.file);
  }
  panel(panel) {
    const { net, head } = panel;
    panel.picker = select(`Network shown here: ${net.label}`, [], (i) => this.swap(panel, +i));
    panel.close = button("\u00d7", () => this.close(panel), { class: "fer-close-panel", "aria-label": `Put ${net.label} away` });
    head.prepend(panel.picker);
    head.append(panel.close);
  }
  /* The choice stands in the panels' heads; the label is enough where there is nothing to choose. */
  arranged() {
    const { bench } = this, all = bench.nets.length;
    for (const panel of bench.panels) {
      if (panel.offered !== all) { this.fill(panel); panel.offered = all; }
      panel.picker.value = bench.nets.indexOf(panel.net);
      panel.picker.hidden = all === bench.panels.length;
      panel.head.querySelector(".fer-label").hidden = !panel.picker.hidden;
      panel.close.hidden = bench.panels.length === 1 || panel.picker.hidden;
    }
    this.more.hidden = all === bench.panels.length || bench.panels.length > 3;
    this.linkBox.hidden = bench.panels.length < 2;
    this.link.checked = bench.linked;
    this.pictures.show(this.groups.indexOf(bench.net.group));
  }
  refresh() { this.link.checked = this.bench.linked; this.pictures.show(this.groups.indexOf(this.bench.net.group)); }
  fill({ picker }) {
    const places = new Map([["", picker]]);
    picker.replaceChildren();
    this.bench.nets.forEach((net, i) => {
      if (!places.has(net.group)) { places.set(net.group, make("optgroup", { label: net.group })); picker.append(places.get(net.group)); }
      places.get(net.group).append(option(i, net.label));
    });
  }
  show(shown, active) {
    const { bench } = this;
    Object.assign(bench, { shown, active, changed: true });
    bench.neuron = [bench.net.selected[0], bench.net.selected[2]];
    bench.arrange();
    bench.refresh();
    bench.say(`Side by side: ${bench.panels.map((panel) => panel.net.label).join(", ")}`);
  }
  /* A network that stands elsewhere already changes places. */
  swap(panel, wanted) {
    const { shown, nets } = this.bench, here = shown.indexOf(nets.indexOf(panel.net)), there = shown.indexOf(wanted), now = [...shown];
    if (there >= 0) now[there] = now[here];
    now[here] = wanted;
    this.show(now, wanted);
  }
  add() {
    const { shown, nets, net } = this.bench, left = count(nets.length).filter((i) => !shown.includes(i));
    const next = left.find((i) => nets[i].group === net.group) ?? left[0];
    this.show([...shown, next], next);
  }
  close(panel) {
    const rest = this.bench.shown.filter((i) => this.bench.nets[i] !== panel.net);
    this.show(rest, rest.includes(this.bench.active) ? this.bench.active : rest[0]);
  }
  showGroup(group) {
    const of = count(this.bench.nets.length).filter((i) => this.bench.nets[i].group === group);
    this.show(of.slice(0, Math.max(1, Math.min(this.bench.shown.length, of.length))), of[0]);
  }
  async open(file) {
    if (!file) return;
    this.file.value = "";
    try {
      if (file.size > 4e6) throw new Error("it is larger than 4 MB");
      const raw = JSON.parse(await file.text());
      if (!raw || raw.schema !== "fer-network/1") throw new Error(`it must carry the schema "fer-network/1"`);
      this.take({ ...raw, graph: null, key: `file:${words(file.name)}` });
      this.status(`Opened ${words(file.name)}.`);
    } catch (error) {
      const reason = error instanceof SyntaxError ? "it is not JSON" : error.message;
      this.status(`${words(file.name)} cannot be opened: ${reason}.`);
    }
  }
  take(raw) {
    const { bench } = this, entry = readNetwork(raw, bench.nets.length), number = bench.nets.length;
    bench.nets.push(equipped(new Network({ ...entry, label: `${entry.label} (file)` }, bench.nets[0].size)));
    this.show(bench.shown.length < 2 ? [...bench.shown, number] : [...bench.shown.slice(0, -1), number], number);
  }
}
