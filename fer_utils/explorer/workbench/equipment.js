/* Give a bench its tools, and its element the methods that go with them. */
function equip(bench) {
  const note = make("div", { class: "fer-note", role: "status" }), status = (text) => { note.textContent = text; };
  bench.nets.forEach(equipped);
  const map = new NeuronMap(bench), history = new History(bench), views = new Views(bench), networks = new Networks(bench, status);
  const genome = new GenomeView(bench, map), animation = new Animation(bench), saving = new Saving(bench, status), card = new GraphicsCard(bench);
  const colours = select("Colours of the maps", [["red-blue", "red to blue"], ["cividis", "blue to yellow"]], (name) => { bench.colours = name; bench.refresh(); });
  const tools = [views, animation, networks, saving, card, map, genome, new NeuronPanel(bench, map), new Direction(bench, map), history,
    { refresh: () => { colours.value = bench.colours; } }];
  bench.tools.push(...tools);
  for (const net of bench.nets) if (net.panel) for (const tool of tools) if (tool.panel) tool.panel(net.panel);
  map.legend.append(colours);
  networks.arranged();
  const link = new Link(bench, status);
  bench.bar.append(make("div", { class: "fer-side" }, history.node, history.resetButton, link.copy));
  bench.bar.after(make("div", { class: "fer-bar" }, networks.node, views.node), note, link.field);
  Object.assign(bench.host, {
    undo: () => history.go(-1), redo: () => history.go(1), reset: () => history.reset(), link: () => link.address(),
    networkJSON: (i) => networkJSON(bench.nets[i]), genomeJSON: (i) => genomeJSON(bench.nets[i]), draw: (i, size) => card.drawNow(bench.nets[i], size),
  });
  bench.host.dataset.workbench = "true";
  bench.refresh(false);
}
parts.equip = equip;
parts.benches.forEach(equip);
