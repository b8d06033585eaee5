// Loss and gradient of one layered network on a GPU: a block of threads takes a tile of pixels through all layers,
// forward and backward, and never leaves the chip but for the values that the way back needs again.
//
// Each thread has a few pixels. What its pixels are in a layer stands in shared memory, one column a thread: the
// products read their own column only, and the gradient of a matrix, a sum over pixels, reads everybody's. The rows of
// a matrix are read by all threads at once, four weights in one go. Every sum has a fixed order.
//
// gradient.py puts before this text what is known of the network: DEPTH, WIDTH, WEIGHTS, SLOPES (the rows whose slope
// must be kept) and GROUPS, a list of GROUP(kind, first row, end, first of its kept slopes); and how the work is cut:
// THREADS of a block, EACH thread's pixels, ROWS and COLS of a matrix's gradient in one thread's registers. Nothing here
// depends on how many threads a block has, one included; so a C++ compiler makes a slow but faithful copy of it for the
// tests.

enum Kind { KEEP, SIN, COS, TANH, SIGMOID, GAUSSIAN, RELU };
constexpr int INPUTS = 4, OUTPUTS = 3;
constexpr int PIXELS = EACH * THREADS, STRIDE = PIXELS + EACH;  // + EACH: a column must not fall on one memory bank

__host__ __device__ constexpr int padded(int rows) { return (rows + 3) / 4 * 4; }
__host__ __device__ constexpr int larger(int a, int b) { return a > b ? a : b; }
constexpr int TALL = larger(WIDTH, INPUTS);
constexpr int MATRIX = TALL * padded(TALL);
constexpr int FIRST = INPUTS * WIDTH, INNER = WIDTH * WIDTH, LAST = WIDTH * OUTPUTS;
static_assert(FIRST + (DEPTH - 1) * INNER + LAST == WEIGHTS, "the matrices are all the weights");

// The shared memory: two matrices in turn, values, pulls (gradients of the loss by the values), sums under way.
extern __shared__ float4 room[];
#define shared reinterpret_cast<float *>(room)
#define VALUES (shared + 2 * MATRIX)
#define PULLS (VALUES + TALL * STRIDE)
#define SUMS (PULLS + TALL * STRIDE)

// What a thread has of one row: its own pixels, next to each other.
struct __align__(4 * EACH) Few {
    float at[EACH];
};
__device__ inline Few &few_of(float *rows, int row, int column) {
    return reinterpret_cast<Few *>(rows + row * STRIDE)[column];
}
__device__ inline Few &mine(float *rows, int row) { return few_of(rows, row, threadIdx.x); }

__device__ inline float clip(float x) { return x < 0.0f ? 0.0f : x > 1.0f ? 1.0f : x; }  // NaN stays NaN
__device__ inline float sign(float x) { return x > 0.0f ? 1.0f : x < 0.0f ? -1.0f : 0.0f; }

// A matrix of (in, out) weights on its way to shared memory, with rows of whole fours; turned for the way back. Its
// weights are asked for early and put down late, so that nobody waits for them.
template <int IN, int OUT, bool TURNED> struct Matrix {
    static constexpr int lines = TURNED ? OUT : IN, across = TURNED ? IN : OUT, wide = padded(across);
    static constexpr int each = (lines * wide + THREADS - 1) / THREADS;
    float held[each];

    __device__ Matrix(const float *weights) {
#pragma unroll
        for (int some = 0; some < each; some++) {
            const int at = threadIdx.x + some * THREADS, line = at / wide, place = at % wide;
            const bool there = place < across && line < lines;
            held[some] = there ? weights[TURNED ? place * OUT + line : line * OUT + place] : 0.0f;
        }
    }
    __device__ void put(float *matrix) const {
#pragma unroll
        for (int some = 0; some < each; some++)
            if (const int at = threadIdx.x + some * THREADS; at < lines * wide) matrix[at] = held[some];
    }
};

// sums[out] = sum over in of matrix[in][out] rows[in], for this thread's pixels.
template <int IN, int OUT> __device__ void product(const float *matrix, float *rows, Few *sums) {
    constexpr int wide = padded(OUT);
#pragma unroll
    for (int out = 0; out < wide; out++)
        for (int p = 0; p < EACH; p++) sums[out].at[p] = 0.0f;
#pragma unroll 2
    for (int in = 0; in < IN; in++) {
        const Few y = mine(rows, in);
        const float4 *const line = reinterpret_cast<const float4 *>(matrix + in * wide);
#pragma unroll
        for (int four = 0; four < wide / 4; four++) {
            const float4 w = line[four];
            Few *const s = sums + 4 * four;
#pragma unroll
            for (int p = 0; p < EACH; p++) {
                s[0].at[p] += w.x * y.at[p], s[1].at[p] += w.y * y.at[p];
                s[2].at[p] += w.z * y.at[p], s[3].at[p] += w.w * y.at[p];
            }
        }
    }
}

// Gradient of a matrix: sum over the tile's pixels of values[in] pulls[out]. Threads share the pixels out among them,
// each with a small rectangle of the matrix in registers; the shares are then added in their order.
template <int IN, int OUT> __device__ void outer(float *gradient, bool more) {
    constexpr int down = (IN + ROWS - 1) / ROWS, across = (OUT + COLS - 1) / COLS, cells = down * across;
    constexpr int shares = larger(1, THREADS / cells);
    for (int job = threadIdx.x; job < cells * shares; job += THREADS) {
        const int cell = job % cells, share = job / cells, top = cell % down, left = cell / down;
        float sums[ROWS][COLS] = {};
        for (int column = share; column < THREADS; column += shares) {
            Few y[ROWS], g[COLS];
#pragma unroll
            for (int r = 0; r < ROWS; r++) y[r] = few_of(VALUES, min(top + r * down, IN - 1), column);
#pragma unroll
            for (int c = 0; c < COLS; c++) g[c] = few_of(PULLS, min(left + c * across, OUT - 1), column);
#pragma unroll
            for (int p = 0; p < EACH; p++)
#pragma unroll
                for (int r = 0; r < ROWS; r++)
#pragma unroll
                    for (int c = 0; c < COLS; c++) sums[r][c] += y[r].at[p] * g[c].at[p];
        }
#pragma unroll
        for (int r = 0; r < ROWS; r++)
#pragma unroll
            for (int c = 0; c < COLS; c++)
                if (top + r * down < IN && left + c * across < OUT)
                    SUMS[(share * IN + top + r * down) * OUT + left + c * across] = sums[r][c];
    }
    __syncthreads();
    for (int at = threadIdx.x; at < IN * OUT; at += THREADS) {
        float sum = more ? gradient[at] : 0.0f;
        for (int share = 0; share < shares; share++) sum += SUMS[share * IN * OUT + at];
        gradient[at] = sum;
    }
}

__host__ __device__ constexpr bool keeps_slope(int kind) { return kind == SIN || kind == COS || kind == GAUSSIAN; }

template <int KIND> __device__ float bend(float x, float &slope) {
    if (KIND == SIN || KIND == COS) {
        const float sine = sinf(x), cosine = cosf(x);
        slope = KIND == SIN ? cosine : -sine;
        return KIND == SIN ? sine : cosine;
    }
    if (KIND == TANH) return tanhf(x);
    if (KIND == SIGMOID) return tanhf(0.5f * x);
    if (KIND == RELU) return x < 0.0f ? 0.0f : x;
    const float bell = expf(-x * x);
    slope = -4.0f * x * bell;
    return 2.0f * bell - 1.0f;
}

template <int KIND> __device__ float slope_at(float y) {
    if (KIND == TANH) return 1.0f - y * y;
    if (KIND == SIGMOID) return 0.5f - 0.5f * y * y;
    return y > 0.0f ? 1.0f : 0.0f;
}

// Sums of a group's rows to values, and the slopes that do not follow from the values to where they are kept.
template <int KIND> __device__ void bend_rows(int first, int end, float *slopes) {
    if (KIND == KEEP) return;
    for (int row = first; row < end; row++, slopes += PIXELS) {
        Few &x = mine(VALUES, row), slope;
#pragma unroll
        for (int p = 0; p < EACH; p++) x.at[p] = bend<KIND>(x.at[p], slope.at[p]);
        if (keeps_slope(KIND)) reinterpret_cast<Few *>(slopes)[threadIdx.x] = slope;
    }
}

template <int KIND> __device__ void unbend_rows(int first, int end, const float *slopes) {
    if (KIND == KEEP) return;
    for (int row = first; row < end; row++, slopes += PIXELS) {
        const Few y = keeps_slope(KIND) ? reinterpret_cast<const Few *>(slopes)[threadIdx.x] : mine(VALUES, row);
        Few &pull = mine(PULLS, row);
#pragma unroll
        for (int p = 0; p < EACH; p++) pull.at[p] *= keeps_slope(KIND) ? y.at[p] : slope_at<KIND>(y.at[p]);
    }
}

// One pixel's raw outputs in, their pulls out; returns its squared error. As images.colour has it under autograd: 0
// outside the clips, 1 on their borders.
__device__ float colour(float &h, float &s, float &v, const float *target, int pixels, float scale) {
    const float turn = h + 1.0f, hue = 6.0f * (turn - floorf(turn)), size = fabsf(v), sat = clip(s), val = clip(size);
    float total = 0.0f, to_hue = 0.0f, to_sat = 0.0f, to_val = 0.0f;
#pragma unroll
    for (int channel = 0; channel < 3; channel++) {
        float ramp = hue + (5.0f - 2.0f * channel);
        ramp = ramp >= 6.0f ? ramp - 6.0f : ramp;
        const float edge = ramp < 4.0f - ramp ? ramp : 4.0f - ramp, part = clip(edge);
        const float error = (val - val * sat * part) - target[channel * pixels];
        total += error * error;
        to_val += error * (1.0f - sat * part);
        to_sat -= error * val * part;
        const float to_edge = -6.0f * error * val * sat;
        if (edge >= 0.0f && edge <= 1.0f) to_hue += ramp < 2.0f ? to_edge : -to_edge;
    }
    to_val = v < 0.0f ? -to_val : to_val;
    h = scale * to_hue;
    s = s >= 0.0f && s <= 1.0f ? scale * to_sat : 0.0f;
    v = size <= 1.0f && size > 0.0f ? scale * to_val : 0.0f;
    return total;
}

// Keep this thread's values of one layer, or fetch them back.
__device__ void keep(float *values) {
#pragma unroll 8
    for (int row = 0; row < WIDTH; row++)
        reinterpret_cast<Few *>(values + row * PIXELS)[threadIdx.x] = mine(VALUES, row);
}
__device__ void fetch(const float *values) {
#pragma unroll 8
    for (int row = 0; row < WIDTH; row++)
        mine(VALUES, row) = reinterpret_cast<const Few *>(values + row * PIXELS)[threadIdx.x];
}

// Fill this thread's columns with x, y, d and b, and with zeros beyond the picture.
__device__ void look(const float *inputs, int first, int pixels) {
    for (int row = 0; row < INPUTS; row++)
        for (int p = 0; p < EACH; p++)
            mine(VALUES, row).at[p] = first + p < pixels ? inputs[row * pixels + first + p] : 0.0f;
}

template <int IN> __device__ void forward(const float *matrix, float *values, float *slopes) {
    Few sums[padded(WIDTH)];
    product<IN, WIDTH>(matrix, VALUES, sums);
#pragma unroll
    for (int row = 0; row < WIDTH; row++) mine(VALUES, row) = sums[row];
#define GROUP(kind, first, end, kept) bend_rows<kind>(first, end, slopes + kept * PIXELS);
    GROUPS
#undef GROUP
    keep(values);
}

// From the pulls on a layer's sums to those on the sums of the layer below it, whose values and slopes these are.
template <int OUT> __device__ void backward(const float *turned, const float *slopes, const Few &map_pull) {
    Few sums[padded(WIDTH)];
    product<OUT, WIDTH>(turned, PULLS, sums);
    __syncthreads();  // nobody reads the pulls any more
#pragma unroll
    for (int row = 0; row < WIDTH; row++) mine(PULLS, row) = sums[row];
    for (int row = 0; map_pull.at[0] != 0.0f && row < WIDTH; row++)
        for (int p = 0; p < EACH; p++) mine(PULLS, row).at[p] += sign(mine(VALUES, row).at[p]) * map_pull.at[p];
#define GROUP(kind, first, end, kept) unbend_rows<kind>(first, end, slopes + kept * PIXELS);
    GROUPS
#undef GROUP
}

// Read the last layer, compare with the picture, put down the pulls; returns the sum of squared errors. Beyond the
// picture nothing counts.
__device__ float compare(const float *matrix, const float *target, int first, int pixels) {
    Few raw[padded(OUTPUTS)];
    float error = 0.0f;
    product<WIDTH, OUTPUTS>(matrix, VALUES, raw);
#pragma unroll
    for (int p = 0; p < EACH; p++) {
        float &h = raw[0].at[p], &s = raw[1].at[p], &v = raw[2].at[p];
        if (first + p < pixels) error += colour(h, s, v, target + first + p, pixels, 2.0f / (3.0f * pixels));
        else h = s = v = 0.0f;
    }
    for (int row = 0; row < OUTPUTS; row++) mine(PULLS, row) = raw[row];
    return error;
}

// Loss and gradient over the tiles that this block takes, one after the other.
//
// inputs (4, pixels) and target (3, pixels); values and slopes: room for each block's tile in all layers; partial
// (blocks, WEIGHTS) and errors (blocks): what gather adds up. Without `descend` there is no way back.
extern "C" __global__ void __launch_bounds__(THREADS) tiles(
    const float *weights, const float *inputs, const float *target, int pixels, int descend, double map_pull,
    float *values, float *slopes, float *partial, double *errors) {
    values += blockIdx.x * (long long)(DEPTH * WIDTH) * PIXELS;
    slopes += blockIdx.x * (long long)(DEPTH * SLOPES) * PIXELS;
    partial += blockIdx.x * (long long)WEIGHTS;
    const float *const inner = weights + FIRST, *const last = inner + (DEPTH - 1) * INNER;
    float error = 0.0f, *here = shared, *next = shared + MATRIX;
    const auto turn_over = [&] {
        float *const done = here;
        here = next, next = done;
    };
    for (int tile = blockIdx.x; tile * PIXELS < pixels; tile += gridDim.x) {
        const int first = tile * PIXELS + EACH * threadIdx.x;
        const bool more = tile != blockIdx.x;
        look(inputs, first, pixels);
        Matrix<INPUTS, WIDTH, false>(weights).put(here);
        __syncthreads();
        for (int layer = 0; layer < DEPTH - 1; layer++, turn_over()) {
            float *const its = values + layer * WIDTH * PIXELS, *const kept = slopes + layer * SLOPES * PIXELS;
            const Matrix<WIDTH, WIDTH, false> above(inner + layer * INNER);
            if (layer == 0) forward<INPUTS>(here, its, kept);
            else forward<WIDTH>(here, its, kept);
            above.put(next);
            __syncthreads();
        }
        float *kept = slopes + (DEPTH - 1) * SLOPES * PIXELS;
        Matrix<WIDTH, OUTPUTS, false>(last).put(next);
        if (DEPTH == 1) forward<INPUTS>(here, values, kept);
        else forward<WIDTH>(here, values + (DEPTH - 1) * WIDTH * PIXELS, kept);
        __syncthreads();
        turn_over();
        const Matrix<WIDTH, OUTPUTS, true> turned(last);
        error += compare(here, target, first, pixels);
        turned.put(next);
        __syncthreads();
        if (!descend) continue;
        turn_over();
        Few map;
        for (int p = 0; p < EACH; p++) map.at[p] = first + p < pixels ? float(map_pull) : 0.0f;
        if (DEPTH > 1) Matrix<WIDTH, WIDTH, true>(inner + (DEPTH - 2) * INNER).put(next);
        outer<WIDTH, OUTPUTS>(partial + FIRST + (DEPTH - 1) * INNER, more);
        backward<OUTPUTS>(here, kept, map);
        for (int layer = DEPTH - 1; layer > 0; layer--) {  // through the matrix below this layer
            turn_over();
            fetch(values + (layer - 1) * WIDTH * PIXELS);
            __syncthreads();
            const Matrix<WIDTH, WIDTH, true> below(inner + larger(layer - 2, 0) * INNER);
            outer<WIDTH, WIDTH>(partial + FIRST + (layer - 1) * INNER, more);
            below.put(next);
            backward<WIDTH>(here, slopes + (layer - 1) * SLOPES * PIXELS, map);
        }
        look(inputs, first, pixels);
        __syncthreads();
        outer<INPUTS, WIDTH>(partial, more);
        __syncthreads();
    }
    __syncthreads();
    SUMS[threadIdx.x] = error;
    __syncthreads();
    if (threadIdx.x == 0) {
        double sum = 0;
        for (int thread = 0; thread < THREADS; thread++) sum += SUMS[thread];
        errors[blockIdx.x] = sum / (3.0 * pixels);
    }
}
