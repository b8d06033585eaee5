const REST = 350;                                // milliseconds without a change that end one step

/* Undo and redo of weights and held neurons, by whole gestures. */
class History {
  constructor(bench) {
    Object.assign(this, { bench, at: 0, timer: 0, steps: [this.snapshot(bench)] });
    this.undoButton = button("Undo", () => this.go(-1), { title: "Ctrl+Z" });
    this.redoButton = button("Redo", () => this.go(1), { title: "Ctrl+Shift+Z" });
    this.resetButton = button("Reset all networks", () => this.reset());
    this.node = make("div", { class: "fer-segments", role: "group", "aria-label": "History" }, this.undoButton, this.redoButton);
    bench.box.addEventListener("keydown", (event) => this.key(event));
    this.refresh();
  }
  snapshot({ state }) { return JSON.stringify({ changes: state.changes, held: state.held }); }
  key(event) {
    if (!(event.ctrlKey || event.metaKey) || event.target.type === "number") return;
    const way = { z: event.shiftKey ? 1 : -1, y: 1 }[event.key.toLowerCase()];
    if (way) { event.preventDefault(); this.go(way); }
  }
  refresh() {
    clearTimeout(this.timer);
    if (!this.bench.nets.some((net) => net.playing)) this.timer = setTimeout(() => this.commit(), REST);
    this.show();
  }
  get isNew() { return this.snapshot(this.bench) !== this.steps[this.at]; }
  show() {
    const { undoButton: undo, redoButton: redo } = this, focused = document.activeElement;
    undo.disabled = this.at === 0 && !this.isNew;
    redo.disabled = this.at === this.steps.length - 1 || this.isNew;
    if (focused === undo && undo.disabled) redo.focus();   // a button that is put out of use must not take the keys with it
    if (focused === redo && redo.disabled) undo.focus();
  }
  commit() {
    if (!this.isNew) return;
    this.steps = [...this.steps.slice(Math.max(0, this.at - 200), this.at + 1), this.snapshot(this.bench)];
    this.at = this.steps.length - 1;
    this.show();
  }
  go(way) {
    this.bench.nets.forEach((net) => { net.playing = false; });
    this.commit();
    const to = this.at + way;
    if (!this.steps[to]) return;
    this.at = to;
    this.bench.state = JSON.parse(this.steps[to]);
    this.bench.changed = true;
    this.show();
    this.bench.say(way < 0 ? "Undone" : "Done again");
  }
  reset() {
    this.bench.nets.forEach((net) => { net.playing = false; net.setChanges({}); net.setHeld({}); });
    this.bench.refresh();
    this.bench.say("All networks are as they were");
  }
}
