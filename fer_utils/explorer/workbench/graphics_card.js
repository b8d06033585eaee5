const SOFTWARE = /swiftshader|llvmpipe|software|basic render/i;

const VERTEX = `#version 300 es
in vec2 corner; void main() { gl_Position = vec4(corner, 0.0, 1.0); }`;

/* A whole network in one shader that loops over the layers: unrolled layers take minutes to compile. The weights are
   blocks of four by four, four texels each, one after the other; `kinds` holds four activations in each texel. */
const fragment = (blocks) => `#version 300 es
precision highp float; precision highp int; precision highp sampler2D;
uniform sampler2D weights; uniform sampler2D kinds; uniform sampler2D holds;
uniform int depth; uniform float size;
out vec4 colour;
vec4 activated(vec4 s, vec4 kind) {
  vec4 v = s;
  for (int k = 0; k < 4; k++) {
    int which = int(kind[k] + 0.5);
    if (which == 1) v[k] = sin(s[k]);
    else if (which == 2) v[k] = cos(s[k]);
    else if (which == 3) { float e = exp(-2.0 * abs(s[k])); v[k] = sign(s[k]) * (1.0 - e) / (1.0 + e); }
    else if (which == 4) v[k] = 2.0 / (1.0 + exp(-s[k])) - 1.0;
    else if (which == 5) v[k] = 2.0 * exp(-s[k] * s[k]) - 1.0;
    else if (which == 6) v[k] = max(s[k], 0.0);
  }
  return v;
}
void main() {
  vec4 below[${blocks}], above[${blocks}];
  float x = 2.0 * (gl_FragCoord.x - 0.5) / (size - 1.0) - 1.0, y = 2.0 * (gl_FragCoord.y - 0.5) / (size - 1.0) - 1.0;
  for (int i = 0; i < ${blocks}; i++) below[i] = vec4(0.0);
  below[0] = vec4(x, y, 1.4 * sqrt(x * x + y * y), 1.0);
  int wide = textureSize(weights, 0).x;
  for (int layer = 0; layer <= depth; layer++) {
    for (int to = 0; to < ${blocks}; to++) {
      vec4 sum = vec4(0.0);
      for (int from = 0; from < ${blocks}; from++) {
        int at = 4 * ((layer * ${blocks} + to) * ${blocks} + from);
        ivec2 p = ivec2(at % wide, at / wide);
        sum += mat4(texelFetch(weights, p, 0), texelFetch(weights, p + ivec2(1, 0), 0), texelFetch(weights, p + ivec2(2, 0), 0), texelFetch(weights, p + ivec2(3, 0), 0)) * below[from];
      }
      if (layer < depth) sum = activated(sum, texelFetch(kinds, ivec2(to, 0), 0));
      vec4 held = texelFetch(holds, ivec2(2 * to, layer), 0), value = texelFetch(holds, ivec2(2 * to + 1, layer), 0);
      above[to] = mix(sum, value, held);
    }
    for (int i = 0; i < ${blocks}; i++) below[i] = above[i];
  }
  vec3 hsv = below[0].xyz;
  float h = 6.0 * (hsv.x - floor(hsv.x)), s = clamp(hsv.y, 0.0, 1.0), v = min(abs(hsv.z), 1.0);
  vec3 ramp = mod(vec3(5.0, 3.0, 1.0) + h, 6.0);
  colour = vec4(v - v * s * clamp(min(ramp, 4.0 - ramp), 0.0, 1.0), 1.0);
}`;
const KIND_NUMBERS = { cache: 0, identity: 0, sin: 1, cos: 2, tanh: 3, sigmoid: 4, gaussian: 5, relu: 6 };
const WIDE = 1024;                               // texels in a row of the weights' texture; a multiple of four

/* Draws pictures at full size at once where there is a real graphics card. The page's own canvases stay what they are:
   the card draws on one of its own and the bytes are read back, so that a lost context costs no picture. */
class GraphicsCard {
  constructor(bench) {
    this.bench = bench;
    this.programs = new Map();                   // blocks of four neurons -> program
    this.wish = bench.host.dataset.renderer || "auto";
    if (this.wish !== "cpu") this.open();
  }
  open() {
    this.canvas = make("canvas");
    this.gl = this.canvas.getContext("webgl2", { antialias: false, preserveDrawingBuffer: true, failIfMajorPerformanceCaveat: this.wish === "auto" });
    if (!this.gl || (this.wish === "auto" && !this.isReal())) { this.gl = null; return; }
    this.canvas.addEventListener("webglcontextlost", () => this.lose());
    this.bench.quick = (net) => this.picture(net, this.bench.full);
  }
  isReal() {
    const named = this.gl.getExtension("WEBGL_debug_renderer_info");
    return Boolean(named) && !SOFTWARE.test(this.gl.getParameter(named.UNMASKED_RENDERER_WEBGL));
  }
  /* Throw the dead canvas away and draw everything again on the processor; try a new one, once. */
  lose() {
    this.gl = this.bench.quick = null;
    this.programs.clear();
    this.bench.panels.forEach(({ net }) => { net.sharp = null; net.stale = true; });
    this.bench.host.dataset.drawnBy = "page";
    this.bench.wake();
    if (!this.lostBefore) { this.lostBefore = true; setTimeout(() => this.open(), 1000); }
  }
  picture(net, size) {
    const blocks = Math.ceil(Math.max(net.architecture.width, 4) / 4);
    const { gl } = this;
    if (!gl || gl.isContextLost() || size > gl.getParameter(gl.MAX_TEXTURE_SIZE)) return null;
    if (!this.programs.has(blocks)) this.programs.set(blocks, this.build(blocks));
    const program = this.programs.get(blocks);
    if (!program) return null;
    this.canvas.width = this.canvas.height = size;
    gl.viewport(0, 0, size, size);
    gl.useProgram(program);
    this.load(program, net, blocks, size);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    const image = new Uint8ClampedArray(4 * size * size);
    gl.readPixels(0, 0, size, size, gl.RGBA, gl.UNSIGNED_BYTE, image);   // its lowest row is the picture's top one
    this.bench.host.dataset.drawnBy = "gl";
    return gl.isContextLost() ? null : image;
  }
  build(blocks) {
    const { gl } = this, program = gl.createProgram();
    for (const [kind, text] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, fragment(blocks)]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, text);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) return null;
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([-1, -1, 3, -1, -1, 3]), gl.STATIC_DRAW);
    const corner = gl.getAttribLocation(program, "corner");
    gl.enableVertexAttribArray(corner);
    gl.vertexAttribPointer(corner, 2, gl.FLOAT, false, 0, 0);
    program.textures = [0, 1, 2].map(() => gl.createTexture());
    return program;
  }
  load(program, net, blocks, size) {
    const { gl } = this, a = net.architecture;
    const texture = (unit, name, data, wide, high) => {
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(gl.TEXTURE_2D, program.textures[unit]);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA32F, wide, high, 0, gl.RGBA, gl.FLOAT, data);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
      gl.uniform1i(gl.getUniformLocation(program, name), unit);
    };
    const rows = Math.ceil((4 * (a.depth + 1) * blocks * blocks) / WIDE);
    texture(0, "weights", blocked(net, blocks, WIDE * rows), WIDE, rows);
    texture(1, "kinds", Float32Array.from({ length: 4 * blocks }, (_, i) => KIND_NUMBERS[a.kinds[i]] || 0), blocks, 1);
    texture(2, "holds", heldBlocks(net, blocks), 2 * blocks, a.depth + 1);
    gl.uniform1i(gl.getUniformLocation(program, "depth"), a.depth);
    gl.uniform1f(gl.getUniformLocation(program, "size"), size);
  }
  /* The picture as it is now at any size, for scripts: by the card if there is one, else by the worker or the page. */
  async drawNow(net, size) {
    const image = this.bench.quick && this.picture(net, size);
    if (image) return { image, by: "gl" };
    const renderer = net.remote || net.renderer, drawn = await inSlices(net.draw(net.model(), size, -1, renderer));
    return { image: drawn.image, by: net.remote && workers().length ? "worker" : "page" };
  }
}
/* Block (layer, to, from) is a matrix of four columns, as GLSL has it: column c is what leaves neuron 4 from + c. */
function blocked({ architecture: a, weights }, blocks, texels) {
  const data = new Float32Array(4 * texels);
  for (let layer = 0; layer <= a.depth; layer++)
    for (let row = 0, columns = a.columns(layer); row < a.rows(layer); row++)
      for (let column = 0; column < columns; column++)
        data[16 * ((layer * blocks + (column >> 2)) * blocks + (row >> 2)) + 4 * (row & 3) + (column & 3)] = weights[a.offsets[layer] + row * columns + column];
  return data;
}
function heldBlocks({ architecture: a, held }, blocks) {
  const data = new Float32Array(8 * blocks * (a.depth + 1));
  for (const [key, value] of held) {
    const [layer, neuron] = parse(key), at = 8 * (layer * blocks + (neuron >> 2)) + (neuron & 3);
    data[at] = 1;
    data[at + 4] = value;
  }
  return data;
}
