const SWING = 6000;                              // milliseconds there and back
const STILL = 1500;                              // ... for each still picture
/* From a time to a place between 0 and 1, there and back; `start` is where it begins. */
const EASINGS = {
  smooth: (t) => (1 - Math.cos(2 * Math.PI * t)) / 2,
  even: (t) => 1 - Math.abs(1 - 2 * t),
  stills: (t) => { const k = Math.floor(8 * t) % 8; return (k < 5 ? k : 8 - k) / 4; },
};
const START = { smooth: (s) => Math.acos(1 - 2 * s) / (2 * Math.PI), even: (s) => s / 2, stills: () => 0 };

/* Play: each network's current weight swings through its range, in the manner chosen. */
class Animation {
  constructor(bench) {
    this.bench = bench;
    this.buttons = new Map();
  }
  panel({ net, buttons }) {
    const play = button("Play", () => this.toggle(net));
    const easing = select(`How ${net.label} plays`, Object.keys(EASINGS).map((name) => [name, name]), (name) => { net.easing = name; if (net.playing) this.start(net); });
    net.easing = "smooth";
    buttons.prepend(play);
    buttons.append(easing);
    this.buttons.set(net, play);
  }
  toggle(net) {
    if (net.playing) net.playing = false;
    else this.start(net);
    this.bench.refresh();
    this.bench.say(`${net.label} ${net.playing ? "plays" : "pauses"}`);
  }
  /* Where less motion is wished for, five stills come one after the other, whatever was chosen. */
  easing(net) { return matchMedia("(prefers-reduced-motion: reduce)").matches ? "stills" : net.easing; }
  start(net) {
    const [low, high] = net.limits(), share = clamp((net.offset() - low) / (high - low), 0, 1);
    net.playing = true;
    net.since = performance.now() - START[this.easing(net)](share) * SWING;
  }
  refresh() { for (const [net, play] of this.buttons) write(play, net.playing ? "Pause" : "Play"); }
  frame(time) {
    const playing = this.bench.panels.map((panel) => panel.net).filter((net) => net.playing);
    for (const net of playing) {
      const [low, high] = net.limits(), easing = this.easing(net), period = easing === "stills" ? 8 * STILL : SWING;
      const share = EASINGS[easing]((Math.max(0, time - net.since) / period) % 1);
      this.bench.shift(net, net.selected, low + (high - low) * share);
    }
    if (playing.some((net) => net.stale)) this.bench.refresh();
    return playing.length > 0;
  }
}
