// Forward and backward for a tile of pixels, so that what all stages make of the tile stays in the processor's cache.

#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>

#include "functions.h"
#include "plan.h"
#include "products.h"

namespace {

constexpr int CHUNK = 128;  // pixels of a stage done from sums to values while they are in the first cache

// What Python hands over; engine.py has the same fields in the same order.
struct Task {
    int32_t job, depth, groups, networks, threads, tile, parts, adam, normalise;
    int64_t pixels, steps;
    double weight_l1, weight_l2, map_l1;        // penalties
    const int32_t *kinds, *counts, *stations;   // of the activation groups; for each layer whether it is a station
    const float *inputs, *targets;              // pictures, each (4, pixels) or (3, pixels)
    const int64_t *input_at, *target_at;        // (networks, steps): where in them a step's own picture begins
    float *weights, *first, *second;            // (networks, n): weights and Adam's two running means
    const int64_t *ages;                        // (networks): updates done before
    const double *rates;                        // (networks, steps): learning rates
    double *losses;                             // (networks, steps): each before its step
    float *gradient;                            // (networks, n), for job GRADIENT: of the loss and the penalties
};
enum Job { TRAIN, GRADIENT, LOSS };

constexpr std::align_val_t LINE{64};
struct Free {
    void operator()(float *memory) const { ::operator delete(memory, LINE); }
};
using Floats = std::unique_ptr<float, Free>;
Floats floats(size_t count) { return Floats(static_cast<float *>(::operator new(count * sizeof(float), LINE))); }

// A thread's own memory for one tile. Values lie as (rows, pixels), so an activation's neurons are contiguous rows.
struct Tile {
    const Task &task;
    const Plan &plan;
    int stride;
    Floats target, values, slopes, pulls[2];  // pulls: of a stretch and of the one above it, in turn
    std::vector<double> composed, total;      // the whole gradient, when this thread makes the step

    Tile(const Task &task, const Plan &plan)
        : task(task), plan(plan), stride(task.tile + 16) {  // 16: rows must not all fall on one cache set
        target = floats(size_t(OUTPUTS) * stride), values = floats(size_t(plan.rows) * stride);
        slopes = floats(size_t(plan.slopes) * stride + 1);
        for (Floats &some : pulls) some = floats(size_t(plan.most) * stride);
        composed.resize(plan.matrices), total.resize(plan.weights);
    }

    float *value(int row) const { return values.get() + size_t(row) * stride; }
    float *pull(const Stage &stage) const { return pulls[stage.stretch % 2].get() + size_t(stage.local) * stride; }
    // The pulls of the rows that read from a stage: those after it in its stretch, or all of the next one's.
    float *readers(const Stage &stage) const {
        return stage.full ? pulls[(stage.stretch + 1) % 2].get() : pull(stage) + size_t(stage.rows) * stride;
    }

    // Apply `work(kind, row, slope)` to the rows of a stage that are not just kept.
    template <class Work> void each_row(const Stage &stage, Work work) const {
        float *slope = slopes.get() + size_t(stage.slope) * stride;
        for (int row = 0; row < stage.rows; row++) {
            if (stage.kinds[row] != KEEP) work(stage.kinds[row], row, slope);
            if (keeps_slope(stage.kinds[row])) slope += stride;
        }
    }

    // Forward and backward over the pixels from `start` of picture `look`, with the matrices that the plan composed;
    // adds to their gradient, and returns the sum of squared errors.
    double run(const float *ready, int64_t look, int64_t start, float *gradient) {
        const int real = int(std::min<int64_t>(task.tile, task.pixels - start));
        const int pixels = (real + BLOCK - 1) / BLOCK * BLOCK;
        fetch(task.inputs + task.input_at[look] + start, INPUTS, values.get(), real, pixels);
        fetch(task.targets + task.target_at[look] + start, OUTPUTS, target.get(), real, pixels);
        for (const Stage &stage : plan.stages)
            if (stage.layer < plan.depth) forward(stage, ready + stage.at, pixels);
        const Stage &last = plan.stages.back();
        product(ready + last.at, OUTPUTS, last.window(), value(last.base), pull(last), stride, pixels);
        const double error = colour(pull(last), target.get(), stride, pixels, real);
        for (size_t s = plan.stages.size(); gradient && s-- > 0;) {
            const Stage &stage = plan.stages[s];
            if (s + 1 < plan.stages.size()) backward(stage, ready + plan.matrices + stage.turned, pixels, real);
            add_outer(value(stage.base), stage.window(), pull(stage), stage.rows, stride, pixels, gradient + stage.at);
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

    void forward(const Stage &stage, const float *matrix, int pixels) {
        for (int p = 0; p < pixels; p += CHUNK) {
            const int some = std::min(CHUNK, pixels - p);
            float *const out = value(stage.here) + p;
            product(matrix, stage.rows, stage.window(), value(stage.base) + p, out, stride, some);
            each_row(stage, [&](int kind, int row, float *slope) { bend(kind, out + row * stride, slope + p, some); });
        }
    }

    void backward(const Stage &stage, const float *turned, int pixels, int real) {
        for (int p = 0; p < pixels; p += CHUNK) {
            const int some = std::min(CHUNK, pixels - p);
            float *const out = pull(stage) + p;
            const float *const made = value(stage.here) + p;
            product(turned, stage.rows, stage.readers, readers(stage) + p, out, stride, some);
            if (task.map_l1 != 0) add_signs(out, made, stage.rows, std::min(some, real - p));
            each_row(stage, [&](int kind, int row, float *slope) {
                unbend(kind, out + row * stride, made + row * stride, slope + p, some);
            });
        }
    }

    // The penalty on activations pulls every value towards 0. (The pulls are in units of 2 / (3 pixels): see update.)
    void add_signs(float *out, const float *made, int rows, int pixels) const {
        const float each = float(task.map_l1 * 1.5 / (double(plan.depth) * plan.width));
        for (int row = 0; row < rows; row++)
            for (int p = 0; p < pixels; p++) {
                const float y = made[row * stride + p];
                out[row * stride + p] += y > 0 ? each : y < 0 ? -each : 0.0f;
            }
    }
};

}  // namespace
