// Training steps of a layered network, for one processor and its vector unit: forward and backward for a tile of
// pixels at a time, so that the activations of all layers of the tile stay in the processor's own cache.
//
// Values lie as (neurons, pixels), so an activation's neurons are contiguous rows. Every sum has a fixed order: within
// a tile over the lanes, over the tiles of a part in float, over the parts in double. Threads take parts as they
// come, so neither their number nor the other networks of the call change a bit.

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <system_error>
#include <thread>
#include <vector>

#include "functions.h"
#include "products.h"

namespace {

constexpr int CHUNK = 128;  // pixels of a layer done from sums to values while they are in the first cache
constexpr int INPUTS = 4, OUTPUTS = 3;

// What Python hands over; engine.py has the same fields in the same order.
struct Task {
    int32_t job, depth, groups, networks, threads, tile, parts, adam, normalise;
    int64_t pixels, steps;
    double weight_l1, weight_l2, map_l1;  // penalties
    const int32_t *kinds, *counts;        // of the activation groups
    const float *inputs, *targets;        // pictures, each (4, pixels) or (3, pixels)
    const int64_t *input_at, *target_at;  // (networks, steps): where in them a step's own picture begins
    float *weights, *first, *second;      // (networks, n): weights and Adam's two running means
    const int64_t *ages;                  // (networks): updates done before
    const double *rates;                  // (networks, steps): learning rates
    double *losses;                       // (networks, steps): each before its step
    float *gradient;                      // (networks, n), for job GRADIENT: of the loss and the penalties
};
enum Job { TRAIN, GRADIENT, LOSS };

constexpr std::align_val_t LINE{64};
struct Free {
    void operator()(float *memory) const { ::operator delete(memory, LINE); }
};
using Floats = std::unique_ptr<float, Free>;
Floats floats(size_t count) { return Floats(static_cast<float *>(::operator new(count * sizeof(float), LINE))); }

// The network's shape, and a thread's own memory for one tile.
struct Tile {
    const Task &task;
    int width = 0, bent = 0, stride;
    Floats inputs, target, values, slopes, pulls, below;
    std::vector<double> total;  // the whole gradient, when this thread makes the step

    explicit Tile(const Task &task) : task(task), stride(task.tile + 16) {  // 16: rows must not all fall on one cache set
        for (int g = 0; g < task.groups; g++) {
            width += task.counts[g];
            if (keeps_slope(task.kinds[g])) bent += task.counts[g];
        }
        const size_t most = width > OUTPUTS ? width : OUTPUTS;
        inputs = floats(size_t(INPUTS) * stride), target = floats(size_t(OUTPUTS) * stride);
        values = floats(size_t(task.depth) * width * stride), slopes = floats(size_t(task.depth) * bent * stride + 1);
        pulls = floats(most * stride), below = floats(most * stride);
        total.resize(offset(task.depth) + size_t(width) * OUTPUTS);
    }

    float *layer(int l) const { return l < 0 ? inputs.get() : values.get() + size_t(l) * width * stride; }
    size_t offset(int l) const { return l ? size_t(INPUTS) * width + size_t(l - 1) * width * width : 0; }

    // Apply `work(kind, row, slope)` to the rows of one layer that are not just kept.
    template <class Work> void each_row(int l, Work work) const {
        float *slope = slopes.get() + size_t(l) * bent * stride;
        for (int g = 0, row = 0; g < task.groups; g++)
            for (int n = 0; n < task.counts[g]; n++, row++) {
                if (task.kinds[g] != KEEP) work(task.kinds[g], row, slope);
                if (keeps_slope(task.kinds[g])) slope += stride;
            }
    }

    // Forward and backward over the pixels from `start` of picture `look`; adds to the gradient, and returns the sum of
    // squared errors.
    double run(const float *weights, const float *turned, int64_t look, int64_t start, float *gradient) {
        const int real = int(std::min<int64_t>(task.tile, task.pixels - start));
        const int pixels = (real + BLOCK - 1) / BLOCK * BLOCK;
        fetch(task.inputs + task.input_at[look] + start, INPUTS, inputs.get(), real, pixels);
        fetch(task.targets + task.target_at[look] + start, OUTPUTS, target.get(), real, pixels);
        for (int l = 0; l < task.depth; l++) forward(weights + offset(l), l, pixels);
        product(weights + offset(task.depth), OUTPUTS, width, layer(task.depth - 1), pulls.get(), stride, pixels);
        const double error = colour(pulls.get(), target.get(), stride, pixels, real);
        for (int l = task.depth; gradient && l >= 0; l--) {
            const int rows = l ? width : INPUTS, columns = l < task.depth ? width : OUTPUTS;
            add_outer(layer(l - 1), rows, pulls.get(), columns, stride, pixels, gradient + offset(l));
            if (l) backward(turned + offset(l), l, columns, pixels, real);
        }
        return error;
    }

    // Copy rows of a picture, and fill up with zeros: what stood there before must not matter.
    void fetch(const float *from, int rows, float *to, int real, int pixels) const {
        for (int row = 0; row < rows; row++, from += task.pixels, to += stride) {
            std::memcpy(to, from, real * sizeof(float));
            std::memset(to + real, 0, (pixels - real) * sizeof(float));
        }
    }

    void forward(const float *matrix, int l, int pixels) {
        for (int p = 0; p < pixels; p += CHUNK) {
            const int some = std::min(CHUNK, pixels - p);
            float *const out = layer(l) + p;
            product(matrix, width, l ? width : INPUTS, layer(l - 1) + p, out, stride, some);
            each_row(l, [&](int kind, int row, float *slope) { bend(kind, out + row * stride, slope + p, some); });
        }
    }

    void backward(const float *turned, int l, int columns, int pixels, int real) {
        for (int p = 0; p < pixels; p += CHUNK) {
            const int some = std::min(CHUNK, pixels - p);
            float *const out = below.get() + p;
            const float *const value = layer(l - 1) + p;
            product(turned, width, columns, pulls.get() + p, out, stride, some);
            if (task.map_l1 != 0) add_signs(out, value, std::min(some, real - p));
            each_row(l - 1, [&](int kind, int row, float *slope) {
                unbend(kind, out + row * stride, value + row * stride, slope + p, some);
            });
        }
        std::swap(pulls, below);
    }

    // The penalty on activations pulls every value towards 0. (The pulls are in units of 2 / (3 pixels): see update.)
    void add_signs(float *out, const float *value, int pixels) const {
        const float pull = float(task.map_l1 * 1.5 / (double(task.depth) * width));
        for (int row = 0; row < width; row++)
            for (int p = 0; p < pixels; p++) {
                const float y = value[row * stride + p];
                out[row * stride + p] += y > 0 ? pull : y < 0 ? -pull : 0.0f;
            }
    }
};

// Wait until all threads are here. Yields, so that a busy machine is not held up by the waiting.
struct Barrier {
    std::atomic<int> waiting{0}, round{0};
    void wait(int team) {
        const int now = round.load();
        if (waiting.fetch_add(1) + 1 == team) {
            waiting = 0;
            round = now + 1;
        }
        for (int spins = 0; round.load() == now; spins++)
            if (spins > 2000) std::this_thread::yield();
    }
};

// The steps of all networks. The threads take parts, wait, make the updates, wait, and begin again.
struct Work {
    const Task &task;
    size_t count;                // weights of one network
    int64_t tiles, parts;        // a part is the run of tiles that a thread takes at a time
    Floats gradients;            // (networks, parts, count)
    Floats turned;               // (networks, count): every matrix with rows and columns exchanged
    std::vector<double> errors;  // (networks, parts)
    std::atomic<int64_t> next{0};
    std::atomic<int> team{0};
    Barrier barrier;

    Work(const Task &task, const Tile &shape) : task(task), count(shape.total.size()) {
        tiles = (task.pixels + task.tile - 1) / task.tile;
        parts = std::min<int64_t>(tiles, task.parts);
        if (task.job != LOSS) gradients = floats(task.networks * parts * count);
        turned = floats(task.networks * count);
        errors.resize(task.networks * parts);
        for (int network = 0; network < task.networks; network++) turn(network, shape);
    }

    void turn(int network, const Tile &shape) {
        for (int l = 0; l <= task.depth; l++) {
            const int rows = l ? shape.width : INPUTS, columns = l < task.depth ? shape.width : OUTPUTS;
            const float *from = task.weights + network * count + shape.offset(l);
            float *to = turned.get() + network * count + shape.offset(l);
            for (int i = 0; i < rows; i++)
                for (int j = 0; j < columns; j++) to[j * rows + i] = from[i * columns + j];
        }
    }

    void run(int thread, Tile &tile) {
        for (int64_t step = 0; step < task.steps; step++) {
            for (int64_t item; (item = next.fetch_add(1)) < task.networks * parts;) part(item, step, tile);
            barrier.wait(team);
            for (int network = thread; network < task.networks; network += team) update(network, step, tile);
            if (thread == 0) next = 0;
            barrier.wait(team);
        }
    }

    void part(int64_t item, int64_t step, Tile &tile) {
        const int64_t network = item / parts, number = item % parts, look = network * task.steps + step;
        float *gradient = task.job == LOSS ? nullptr : gradients.get() + item * count;
        if (gradient) std::memset(gradient, 0, count * sizeof(float));
        const float *const weights = task.weights + network * count, *const exchanged = turned.get() + network * count;
        double error = 0;
        for (int64_t t = number * tiles / parts; t < (number + 1) * tiles / parts; t++)
            error += tile.run(weights, exchanged, look, t * task.tile, gradient);
        errors[item] = error;
    }

    void update(int network, int64_t step, Tile &shape) {
        double error = 0;
        for (int64_t number = 0; number < parts; number++) error += errors[network * parts + number];
        task.losses[network * task.steps + step] = error / (3.0 * double(task.pixels));
        if (task.job == LOSS) return;
        std::vector<double> &total = shape.total;
        total.assign(count, 0.0);
        float *const w = task.weights + network * count;
        for (int64_t number = 0; number < parts; number++) {
            const float *some = gradients.get() + (network * parts + number) * count;
            for (size_t i = 0; i < count; i++) total[i] += some[i];
        }
        double squares = 0;
        for (size_t i = 0; i < count; i++) {
            total[i] *= 2.0 / (3.0 * double(task.pixels));
            total[i] += (task.weight_l1 * ((w[i] > 0) - (w[i] < 0)) + 2 * task.weight_l2 * w[i]) / double(count);
            squares += total[i] * total[i];
        }
        const double scale = task.normalise && squares != 0 ? 1 / std::sqrt(squares) : 1;
        if (task.job == GRADIENT)
            for (size_t i = 0; i < count; i++) task.gradient[network * count + i] = float(total[i]);
        else
            descend(network, step, total, scale);
        turn(network, shape);
    }

    // Kingma and Ba 2015, algorithm 1, in the order of torch and optax; or plain descent.
    void descend(int network, int64_t step, const std::vector<double> &total, double scale) {
        float *w = task.weights + network * count, *m = task.first + network * count, *v = task.second + network * count;
        const double age = double(task.ages[network] + step + 1), rate = task.rates[network * task.steps + step];
        const float mean = float(rate / (1 - std::pow(0.9, age))), spread = float(1 / (1 - std::pow(0.999, age)));
        for (size_t i = 0; i < count; i++) {
            const float g = float(total[i] * scale);
            if (!task.adam) {
                w[i] -= float(rate) * g;
                continue;
            }
            m[i] = 0.9f * m[i] + 0.1f * g;
            v[i] = 0.999f * v[i] + 0.001f * g * g;
            w[i] -= mean * m[i] / (std::sqrt(v[i] * spread) + 1e-8f);
        }
    }
};

}  // namespace

// Do the task. Returns 0, or 1 when there is not enough memory.
extern "C" int fer_fused_run(const Task *task) try {
    std::vector<std::unique_ptr<Tile>> tiles;
    for (int thread = 0; thread < task->threads; thread++) tiles.push_back(std::make_unique<Tile>(*task));
    Work work(*task, *tiles[0]);
    std::vector<std::thread> others;
    others.reserve(task->threads);
    try {
        for (int thread = 1; thread < task->threads; thread++)
            others.emplace_back([&work, &tiles, thread] {
                while (work.team == 0) std::this_thread::yield();
                work.run(thread, *tiles[thread]);
            });
    } catch (const std::system_error &) {
        // The system grants no more threads: those there are give the same bits, later.
    }
    work.team = int(others.size()) + 1;
    work.run(0, *tiles[0]);
    for (auto &other : others) other.join();
    return 0;
} catch (const std::bad_alloc &) {
    return 1;
}

// Apply one activation to `count` numbers and give its slopes where it keeps them; for the tests.
extern "C" void fer_fused_bend(int kind, float *values, float *slopes, int64_t count) {
    alignas(64) float row[LANES], slope[LANES] = {};
    for (int64_t start = 0; start < count; start += LANES) {
        const size_t bytes = std::min<int64_t>(LANES, count - start) * sizeof(float);
        std::memset(row, 0, sizeof row);
        std::memcpy(row, values + start, bytes);
        bend(kind, row, slope, LANES);
        std::memcpy(values + start, row, bytes);
        std::memcpy(slopes + start, slope, bytes);
    }
}
