// Training steps of a layered network, for one processor and its vector unit: forward and backward for a tile of
// pixels at a time (tile.h), in the order that the plan gives (plan.h), then the update.
//
// Every sum has a fixed order: within a tile over the lanes, over the tiles of a part in float, over the parts in
// double. Threads take parts as they come, so neither their number nor the other networks of the call change a bit.

#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <system_error>
#include <thread>
#include <vector>

#include "tile.h"

namespace {

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
    const Plan &plan;
    int64_t tiles, parts;        // a part is the run of tiles that a thread takes at a time
    Floats gradients;            // (networks, parts, plan.matrices): by the matrices that the plan composed
    Floats ready;                // (networks, plan.matrices + plan.turned): these matrices
    std::vector<double> full;    // (networks, plan.sums): what they were composed from
    std::vector<double> errors;  // (networks, parts)
    std::atomic<int64_t> next{0};
    std::atomic<int> team{0};
    Barrier barrier;

    Work(const Task &task, const Plan &plan) : task(task), plan(plan) {
        tiles = (task.pixels + task.tile - 1) / task.tile;
        parts = std::min<int64_t>(tiles, task.parts);
        if (task.job != LOSS) gradients = floats(task.networks * parts * plan.matrices);
        ready = floats(task.networks * (plan.matrices + plan.turned));
        full.resize(task.networks * plan.sums);
        errors.resize(task.networks * parts);
        for (int network = 0; network < task.networks; network++) compose(network);
    }

    float *weights(int64_t network) const { return task.weights + network * plan.weights; }
    float *matrices(int64_t network) const { return ready.get() + network * (plan.matrices + plan.turned); }
    void compose(int network) { plan.compose(weights(network), &full[network * plan.sums], matrices(network)); }

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
        float *gradient = task.job == LOSS ? nullptr : gradients.get() + item * plan.matrices;
        if (gradient) std::memset(gradient, 0, plan.matrices * sizeof(float));
        double error = 0;
        for (int64_t t = number * tiles / parts; t < (number + 1) * tiles / parts; t++)
            error += tile.run(matrices(network), look, t * task.tile, gradient);
        errors[item] = error;
    }

    void update(int network, int64_t step, Tile &tile) {
        double error = 0;
        for (int64_t number = 0; number < parts; number++) error += errors[network * parts + number];
        task.losses[network * task.steps + step] = error / (3.0 * double(task.pixels));
        if (task.job == LOSS) return;
        const float *const w = weights(network);
        gather(network, tile.composed);
        plan.chain(w, &full[network * plan.sums], tile.composed.data(), tile.total);
        std::vector<double> &total = tile.total;
        double squares = 0;
        for (size_t i = 0; i < plan.weights; i++) {
            total[i] *= 2.0 / (3.0 * double(task.pixels));
            total[i] += (task.weight_l1 * ((w[i] > 0) - (w[i] < 0)) + 2 * task.weight_l2 * w[i]) / double(plan.weights);
            squares += total[i] * total[i];
        }
        const double scale = task.normalise && squares != 0 ? 1 / std::sqrt(squares) : 1;
        if (task.job == GRADIENT)
            for (size_t i = 0; i < plan.weights; i++) task.gradient[network * plan.weights + i] = float(total[i]);
        else
            descend(network, step, total, scale);
        compose(network);
    }

    // Add the parts' gradients, one after the other.
    void gather(int network, std::vector<double> &sum) const {
        sum.assign(plan.matrices, 0.0);
        for (int64_t number = 0; number < parts; number++) {
            const float *some = gradients.get() + (network * parts + number) * plan.matrices;
            for (size_t i = 0; i < plan.matrices; i++) sum[i] += some[i];
        }
    }

    // Kingma and Ba 2015, algorithm 1, in the order of torch and optax; or plain descent.
    void descend(int network, int64_t step, const std::vector<double> &total, double scale) {
        const size_t count = plan.weights, start = network * count;
        float *const w = weights(network), *const m = task.first + start, *const v = task.second + start;
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
    const Plan plan(task->depth, task->groups, task->kinds, task->counts, task->stations);
    std::vector<std::unique_ptr<Tile>> tiles;
    for (int thread = 0; thread < task->threads; thread++) tiles.push_back(std::make_unique<Tile>(*task, plan));
    Work work(*task, plan);
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
