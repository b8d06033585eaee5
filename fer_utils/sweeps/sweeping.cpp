// Weight sweeps of a layered network, for one processor and its vector unit.
//
// A weight's new value moves one neuron. What it moves in turn is followed through the reduced network (reduced.py):
// only neurons that bend their sums are visited, each reading the moved neurons below it, however many copying layers
// lie between. A tile of pixels keeps the unchanged network's sums and values in the processor's own cache; every
// picture adds its moves to them. Each picture's pixels are computed by themselves: neither threads nor company change
// a bit.

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <new>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "../training/fused/products.h"
#include "bending.h"
#include "gathering.h"

namespace {

constexpr int INPUTS = 4, OUTPUTS = 3;
constexpr int TILE = 128, STRIDE = TILE + 16;  // pixels at a time; rows must not all fall on one cache set

// What Python hands over; compiled.py has the same fields in the same order.
struct Task {
    int32_t depth, width, weights, values, threads;
    int64_t pixels;
    const int32_t *kinds;      // (width): the activation of each neuron of a layer
    const float *inputs;       // (4, pixels)
    const float *matrices;     // all weights, layer after layer
    const int32_t *firsts;     // (depth + 2): layer l's kept neurons are firsts[l] to firsts[l + 1]; the outputs last
    const int32_t *kept;       // the kept neurons, as numbers within their layers
    const int32_t *columns;    // (depth): how many kept neurons above layer l its neurons may reach directly
    const float *reach;        // for each l, (width, columns[l]): weights into them
    const int32_t *places;     // (weights, 3): layer, row, column
    const float *changes;      // (weights, values): new value less old
    float *const *pictures;    // (weights): each (values, pixels, 3); or none
    double *effects;           // (weights); or none
    uint8_t *lost;             // (weights): becomes 1 where single precision does not hold the numbers
};

constexpr std::align_val_t LINE{64};
struct Free {
    void operator()(float *memory) const { ::operator delete(memory, LINE); }
};
using Floats = std::unique_ptr<float, Free>;
Floats rows_of_floats(size_t rows) {
    return Floats(static_cast<float *>(::operator new(rows * STRIDE * sizeof(float), LINE)));
}

// The kept neurons of one layer that a change reaches, and the moved rows each reads.
struct Step {
    int first = 0;              // row of the first of them
    std::vector<int> targets;   // which kept neurons
    std::vector<int> sources;   // rows
    std::vector<float> matrix;  // (sources, targets)
};

// All that a change of one neuron sets in motion, layer after layer. Row 0 is the neuron itself.
struct Course {
    std::vector<Step> steps;
    Step outputs;
    int rows = 1;
};

class Courses {
    const Task &task;
    std::vector<size_t> offsets{0};
    std::map<std::pair<int, int>, Course> known;

    // Add to a step the row that holds the move of a neuron of layer `from`.
    void read(Step &step, int row, int from, int neuron, int first) const {
        const int start = first - task.firsts[from + 1], across = int(step.targets.size());
        if (start >= task.columns[from]) return;
        const float *weight = task.reach + offsets[from] + size_t(neuron) * task.columns[from] + start;
        if (std::all_of(weight, weight + across, [](float w) { return w == 0; })) return;
        step.sources.push_back(row);
        step.matrix.insert(step.matrix.end(), weight, weight + across);
    }

    // Leave out the targets that nothing reaches.
    static void trim(Step &step) {
        const size_t across = step.targets.size(), depth = step.sources.size();
        Step small{step.first, {}, step.sources, {}};
        std::vector<size_t> reached;
        for (size_t r = 0; r < across; r++)
            for (size_t k = 0; k < depth; k++)
                if (step.matrix[k * across + r] != 0) {
                    reached.push_back(r);
                    break;
                }
        for (size_t r : reached) small.targets.push_back(step.targets[r]);
        for (size_t k = 0; k < depth; k++)
            for (size_t r : reached) small.matrix.push_back(step.matrix[k * across + r]);
        step = std::move(small);
    }

    Course follow(int layer, int column) const {
        Course course;
        std::vector<std::pair<int, int>> moved{{layer, column}};  // (layer, neuron) of each row
        for (int above = layer + 1; above <= task.depth; above++) {
            Step step;
            step.first = course.rows;
            for (int t = task.firsts[above]; t < task.firsts[above + 1]; t++) step.targets.push_back(t);
            for (int row = 0; row < course.rows; row++)
                read(step, row, moved[row].first, moved[row].second, task.firsts[above]);
            if (above == task.depth) {
                course.outputs = std::move(step);
                break;
            }
            trim(step);
            if (step.targets.empty()) continue;
            for (int t : step.targets) moved.emplace_back(above, task.kept[t]);
            course.rows += int(step.targets.size());
            course.steps.push_back(std::move(step));
        }
        if (layer == task.depth) {  // a weight of the readout moves its output
            course.outputs = {1, {0, 1, 2}, {0}, {0, 0, 0}};
            course.outputs.matrix[column] = 1;
        }
        return course;
    }

public:
    std::vector<const Course *> of;  // for each weight
    std::vector<int> order;          // the weights, those of one course together
    int rows = 1;

    explicit Courses(const Task &task) : task(task), of(task.weights), order(task.weights) {
        for (int l = 0; l < task.depth; l++) offsets.push_back(offsets.back() + size_t(task.width) * task.columns[l]);
        for (int w = 0; w < task.weights; w++) {
            const std::pair<int, int> start{task.places[3 * w], task.places[3 * w + 2]};
            auto found = known.find(start);
            if (found == known.end()) found = known.emplace(start, follow(start.first, start.second)).first;
            of[w] = &found->second;
            rows = std::max(rows, found->second.rows);
            order[w] = w;
        }
        std::stable_sort(order.begin(), order.end(), [this](int a, int b) { return of[a] < of[b]; });
    }
};

// A thread's own memory for one tile: the unchanged network, and the moves of one picture.
class Tile {
    const Task &task;
    Floats inputs, values, sums, raw, unchanged, moves, outputs, colours, first, second;
    int64_t start = 0;
    int real = 0;
    bool unchanged_sound = true;

    float *layer(int l) const { return l < 0 ? inputs.get() : values.get() + size_t(l) * task.width * STRIDE; }

    // Colour the unchanged outputs, or those moved. Says whether the colours are numbers.
    bool colour(const float *move, float *to) const {
        ints lost = {};
        for (int p = 0; p < TILE; p += LANES) {
            vec channels[3], out[OUTPUTS];
            for (int c = 0; c < OUTPUTS; c++) {
                out[c] = load(raw.get() + c * STRIDE + p);
                if (move) out[c] += load(move + c * STRIDE + p);
            }
            coloured(out[0], out[1], out[2], channels);
            for (int c = 0; c < 3; c++) {
                store(to + c * STRIDE + p, channels[c]);
                lost |= channels[c] != channels[c];
            }
        }
        for (int lane = 1; lane < LANES; lane++) lost[0] |= lost[lane];
        return lost[0] == 0;
    }

    // Follow one change of one weight; its colours are then in `colours`. Says whether they are numbers.
    bool draw(const Course &course, const int32_t *place, float change) {
        const int l = place[0], column = place[2];
        const float *const read = layer(l - 1) + place[1] * STRIDE;
        float *const row = moves.get();
        for (int p = 0; p < TILE; p += LANES) store(row + p, load(read + p) * change);
        if (l < task.depth && task.kinds[column] != KEEP)
            MOVES[task.kinds[column]](row, sums.get() + size_t(l * task.width + column) * STRIDE,
                                      layer(l) + column * STRIDE, TILE);
        for (const Step &step : course.steps) {
            const int across = int(step.targets.size());
            gather(step.matrix.data(), across, step.sources, row, row + step.first * STRIDE, STRIDE, TILE);
            for (int r = 0; r < across; r++) {
                const size_t neuron = places[step.targets[r]];
                MOVES[task.kinds[neuron % task.width]](row + (step.first + r) * STRIDE, sums.get() + neuron * STRIDE,
                                                       values.get() + neuron * STRIDE, TILE);
            }
        }
        gather(course.outputs.matrix.data(), OUTPUTS, course.outputs.sources, row, outputs.get(), STRIDE, TILE);
        return colour(outputs.get(), colours.get());
    }

    // Put the colours side by side for each pixel.
    void write(const float *from, float *to) const {
        for (int p = 0; p < real; p++)
            to[3 * p] = from[p], to[3 * p + 1] = from[p + STRIDE], to[3 * p + 2] = from[p + 2 * STRIDE];
    }

    // Add one picture's distance from the unchanged one, and its square.
    void gather_spread(float *sum, float *square) const {
        for (int c = 0; c < 3; c++)
            for (int p = c * STRIDE; p < c * STRIDE + TILE; p += LANES) {
                const vec gap = load(colours.get() + p) - load(unchanged.get() + p);
                store(sum + p, load(sum + p) + gap);
                store(square + p, load(square + p) + gap * gap);
            }
    }

    // The variance over the sweep, summed over the tile's pixels and channels.
    double spread(const float *sum, const float *square) const {
        const float share = 1.0f / float(task.values);
        double total = 0;
        for (int c = 0; c < 3; c++)
            for (int p = c * STRIDE; p < c * STRIDE + real; p++) {
                const float mean = sum[p] * share, variance = square[p] * share - mean * mean;
                total += std::max(variance, 0.0f);
            }
        return total;
    }

public:
    std::vector<size_t> places;  // of each kept neuron: layer * width + neuron

    Tile(const Task &task, int rows) : task(task) {
        const size_t all = size_t(task.depth) * task.width;
        inputs = rows_of_floats(INPUTS), values = rows_of_floats(all), sums = rows_of_floats(all);
        raw = rows_of_floats(OUTPUTS), unchanged = rows_of_floats(3), moves = rows_of_floats(rows);
        outputs = rows_of_floats(OUTPUTS), colours = rows_of_floats(3);
        first = rows_of_floats(3), second = rows_of_floats(3);
        for (int l = 0; l < task.depth; l++)
            for (int t = task.firsts[l]; t < task.firsts[l + 1]; t++)
                places.push_back(size_t(l) * task.width + task.kept[t]);
    }

    // Run the unchanged network over the pixels from `from`.
    void begin(int64_t from) {
        start = from, real = int(std::min<int64_t>(TILE, task.pixels - from));
        for (int row = 0; row < INPUTS; row++) {
            std::memset(inputs.get() + row * STRIDE, 0, TILE * sizeof(float));
            std::memcpy(inputs.get() + row * STRIDE, task.inputs + row * task.pixels + from, real * sizeof(float));
        }
        const float *matrix = task.matrices;
        for (int l = 0; l < task.depth; l++) {
            float *const sum = sums.get() + size_t(l) * task.width * STRIDE;
            product(matrix, task.width, l ? task.width : INPUTS, layer(l - 1), sum, STRIDE, TILE);
            std::memcpy(layer(l), sum, size_t(task.width) * STRIDE * sizeof(float));
            for (int row = 0; row < task.width; row++) BENDS[task.kinds[row]](layer(l) + row * STRIDE, TILE);
            matrix += (l ? task.width : INPUTS) * task.width;
        }
        product(matrix, OUTPUTS, task.width, layer(task.depth - 1), raw.get(), STRIDE, TILE);
        unchanged_sound = colour(nullptr, unchanged.get());
    }

    void sweep(int weight, const Course &course, double *effect) {
        const int32_t *const place = task.places + 3 * weight;
        const float *const changes = task.changes + int64_t(weight) * task.values;
        if (effect)
            for (Floats *spare : {&first, &second}) std::memset(spare->get(), 0, 3 * STRIDE * sizeof(float));
        bool sound = unchanged_sound;
        for (int value = 0; value < task.values; value++) {
            const bool moves = changes[value] != 0 && !course.outputs.sources.empty();
            if (moves) sound &= draw(course, place, changes[value]);
            if (effect && moves) gather_spread(first.get(), second.get());
            if (!effect)
                write(moves ? colours.get() : unchanged.get(),
                      task.pictures[weight] + 3 * (value * task.pixels + start));
        }
        if (effect) *effect = spread(first.get(), second.get());
        if (!sound) __atomic_store_n(task.lost + weight, uint8_t(1), __ATOMIC_RELAXED);
    }
};

// All tiles of all weights. A thread takes a tile, and some of the weights where the tiles alone are too few.
struct Work {
    const Task &task;
    const Courses &courses;
    int64_t tiles, parts;
    std::vector<double> effects;  // (weights, tiles)
    std::atomic<int64_t> next{0};

    Work(const Task &task, const Courses &courses) : task(task), courses(courses) {
        tiles = (task.pixels + TILE - 1) / TILE;
        parts = std::max<int64_t>(1, std::min<int64_t>(task.weights, (4 * task.threads - 1) / tiles));
        if (task.effects) effects.resize(task.weights * tiles);
    }

    void run(Tile &tile) {
        for (int64_t item; (item = next.fetch_add(1)) < tiles * parts;) {
            const int64_t number = item / parts, part = item % parts;
            tile.begin(number * TILE);
            for (int64_t n = part * task.weights / parts; n < (part + 1) * task.weights / parts; n++) {
                const int weight = courses.order[n];
                tile.sweep(weight, *courses.of[weight], task.effects ? &effects[weight * tiles + number] : nullptr);
            }
        }
    }

    void finish() {
        for (int weight = 0; task.effects && weight < task.weights; weight++) {
            double total = 0;
            for (int64_t t = 0; t < tiles; t++) total += effects[weight * tiles + t];
            task.effects[weight] = total / (3.0 * double(task.pixels));
        }
    }
};

}  // namespace

// Do the task. Returns 0, or 1 when there is not enough memory.
extern "C" int fer_sweep_run(const Task *task) try {
    const Courses courses(*task);
    Work work(*task, courses);
    std::vector<std::unique_ptr<Tile>> tiles;
    const int64_t team = std::min<int64_t>(task->threads, work.tiles * work.parts);
    for (int64_t thread = 0; thread < team; thread++) tiles.push_back(std::make_unique<Tile>(*task, courses.rows));
    std::vector<std::thread> others;
    others.reserve(team);
    try {
        for (int64_t thread = 1; thread < team; thread++)
            others.emplace_back([&work, &tiles, thread] { work.run(*tiles[thread]); });
    } catch (const std::system_error &) {
        // The system grants no more threads: those there are give the same bits, later.
    }
    work.run(*tiles[0]);
    for (auto &other : others) other.join();
    work.finish();
    return 0;
} catch (const std::bad_alloc &) {
    return 1;
}
