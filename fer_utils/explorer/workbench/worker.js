/* What runs in the worker: passes of any renderer, one after the other, given up when nobody waits any more. */
function serve() {
  const renderers = new Map(), queue = [], dropped = new Set(), soon = new MessageChannel();
  let pass = null;
  const next = () => {
    while (!pass && queue.length) {
      const job = queue.shift();
      if (dropped.delete(job.id)) continue;
      if (!renderers.has(job.key)) renderers.set(job.key, new Renderer(new Architecture(job.architecture)));
      pass = { ...job, spent: 0, steps: renderers.get(job.key).render(job.model, job.size, job.layer, job.neurons, job.keep, job.share) };
    }
  };
  soon.port1.onmessage = () => {
    next();
    if (!pass) return;
    const begun = performance.now();
    let step = { done: false };
    if (dropped.delete(pass.id)) pass = null;
    else {
      while (!step.done && performance.now() - begun < 12) step = pass.steps.next();
      pass.spent += performance.now() - begun;
      if (step.done) { postMessage({ id: pass.id, planes: step.value, spent: pass.spent }, [step.value.buffer]); pass = null; }
    }
    soon.port2.postMessage(0);                   // after any message that has come meanwhile
  };
  onmessage = ({ data }) => {
    if (data.drop) dropped.add(data.drop);
    else { queue.push(data); soon.port2.postMessage(0); }
  };
}

/* The page's workers, made from the engine's own text, so that they need no file; none where workers are refused. */
const crew = { workers: null, waiting: new Map(), last: 0 };
const MOST_WORKERS = 4;
function workers() {
  if (crew.workers) return crew.workers;
  try {
    const text = `"use strict"; const { Architecture, Renderer } = (${engine})(); (${serve})();`;
    const href = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    crew.workers = count(clamp(navigator.hardwareConcurrency || 1, 1, MOST_WORKERS)).map(() => new Worker(href));
  } catch { crew.workers = []; }
  for (const worker of crew.workers) {
    worker.onmessage = ({ data }) => { const job = crew.waiting.get(data.id); if (job) job.reply = data; };
    worker.onerror = (event) => {                // a site's policy may refuse it only now
      event.preventDefault();
      crew.workers = [];
      crew.waiting.forEach((job) => { job.failed = true; });
    };
  }
  return crew.workers;
}

/* A renderer like the engine's, but elsewhere, each worker drawing its share of the pixels; while they work, its
   generator says "wait". */
let networksSent = 0;
class RemoteRenderer {
  constructor(local) { this.local = local; this.key = ++networksSent; }
  *render(model, size, layer, neurons, keep) {
    const pixels = size * size, helpers = workers(), part = Math.ceil(pixels / helpers.length);
    const jobs = helpers.map((worker, i) => this.send(worker, { model, size, layer, neurons, keep, share: [Math.min(i * part, pixels), Math.min((i + 1) * part, pixels)] }));
    try {
      while (!jobs.every((job) => job.reply) && !jobs.some((job) => job.failed)) yield "wait";
    } finally {
      for (const { id, worker, reply } of jobs) {
        crew.waiting.delete(id);
        if (!reply) worker.postMessage({ drop: id });
      }
    }
    if (!jobs.length || jobs.some((job) => job.failed)) return yield* this.local.render(model, size, layer, neurons, keep);
    this.spent = Math.max(...jobs.map((job) => job.reply.spent));
    return joined(jobs, neurons.length, pixels);
  }
  send(worker, task) {
    const job = { id: ++crew.last, worker, share: task.share };
    crew.waiting.set(job.id, job);
    worker.postMessage({ id: job.id, key: this.key, architecture: this.local.architecture.text, ...task });
    return job;
  }
}
/* The shares put together: whole planes, one after the other. */
function joined(jobs, planes, pixels) {
  const whole = new Float32Array(planes * pixels);
  for (const { share: [from, until], reply } of jobs)
    for (let k = 0; k < planes; k++) whole.set(reply.planes.subarray(k * (until - from), (k + 1) * (until - from)), k * pixels + from);
  return whole;
}
function equipped(net) {
  const genome = genomeOf(net);
  if (genome) for (const [at, node] of genome.nodeAt) if (at[0] !== "-" && !net.names.has(at)) net.names.set(at, node.label || node.id);
  net.remote = workers().length ? new RemoteRenderer(net.renderer) : null;
  return net;
}
