// The order of a network's sums. Neurons that only copy are linear, so a layer's sums need not wait for them: they are
// linear in the bending neurons of all layers since the last *station*, a layer whose neurons are all computed. Between
// two stations only the bending neurons cost anything for each pixel; their matrices are products of the weights, found
// once for each step. A network all of whose layers are stations is the plain layered one.

#pragma once

#include <cstdint>
#include <vector>

#include "functions.h"

namespace {

constexpr int INPUTS = 4, OUTPUTS = 3;

// Rows of a tile: the inputs, then what each stage makes. A stage reads the rows of its stretch: those of the station
// below (or the inputs), and of the stages since.
struct Stage {
    int layer;           // the network's depth for the readout
    bool first, full;    // the first after a station; a station itself, or the readout
    int base, here;      // it reads the rows from base up to here
    int rows;            // and makes these many, at here; the readout's are only among the pulls
    int readers;         // these many rows, from here + rows on, read from its own
    int stretch, local;  // its pulls stand in its stretch's buffer, from row local on
    int slope;           // the first of its rows of slopes
    size_t at, turned;   // where its matrix (here - base, rows) and its readers' (readers, rows) begin
    size_t sums;         // where its layer's full matrix (here - base, width) begins, for the composition
    std::vector<int> kinds, columns;  // of its rows: their function, and their column in the layer's matrix
    int window() const { return here - base; }
};

struct Plan {
    int depth, width = 0, rows = INPUTS, slopes = 0, most = OUTPUTS;  // most: rows of the largest stretch
    size_t weights, matrices = 0, turned = 0, sums = 0;               // numbers in all
    std::vector<int> kinds, bent;                                     // of a layer's neurons; those that bend
    std::vector<Stage> stages;

    Plan(int depth, int groups, const int32_t *group_kinds, const int32_t *counts, const int32_t *stations)
        : depth(depth) {
        for (int g = 0; g < groups; g++) kinds.insert(kinds.end(), counts[g], group_kinds[g]);
        width = int(kinds.size());
        weights = offset(depth) + size_t(width) * OUTPUTS;
        for (int n = 0; n < width; n++)
            if (kinds[n] != KEEP) bent.push_back(n);
        int base = 0, stretch = 0;
        for (int l = 0; l <= depth; l++) {
            const bool first = stages.empty() || stages.back().full, full = l == depth || stations[l];
            if (first && l) base = stages.back().here, stretch++;
            add(l, first, full, base, stretch);
        }
        for (size_t s = stages.size(); s-- > 0;) look_up(s);
    }

    size_t offset(int l) const { return l ? size_t(INPUTS) * width + size_t(l - 1) * width * width : 0; }
    int columns(const Stage &stage) const { return stage.layer < depth ? width : OUTPUTS; }

    // Find the matrices of all stages from the weights: `full` has room for `sums` numbers, `ready` for `matrices` and
    // `turned` after each other.
    void compose(const float *w, double *full, float *ready) const {
        for (size_t s = 0; s < stages.size(); s++) {
            const Stage &stage = stages[s];
            const int across = columns(stage);
            if (stage.first)
                for (int i = 0; i < stage.window() * across; i++) full[stage.sums + i] = w[offset(stage.layer) + i];
            else
                extend(stages[s - 1], w + offset(stage.layer), across, full + stage.sums, full);
            float *to = ready + stage.at;
            for (int i = 0; i < stage.window(); i++)
                for (int r = 0; r < stage.rows; r++) *to++ = float(full[stage.sums + i * across + stage.columns[r]]);
        }
        for (size_t s = 0; s + 1 < stages.size(); s++) turn(s, ready, ready + matrices + stages[s].turned);
    }

    // The chain rule back through `compose`: from the gradient by the stages' matrices to that by the weights.
    void chain(const float *w, const double *full, const double *gradient, std::vector<double> &total) const {
        std::vector<double> pull, above, exchanged(size_t(width) * (width > OUTPUTS ? width : OUTPUTS));
        total.assign(weights, 0.0);
        for (size_t s = stages.size(); s-- > 0; pull.swap(above)) {
            const Stage &stage = stages[s];
            const int across = columns(stage);
            pull.assign(size_t(stage.window()) * across, 0.0);
            if (!stage.full) send_down(stage, stages[s + 1], w, above, exchanged, pull);
            const double *from = gradient + stage.at;
            for (int i = 0; i < stage.window(); i++)
                for (int r = 0; r < stage.rows; r++) pull[i * across + stage.columns[r]] += *from++;
            double *to = total.data() + offset(stage.layer);
            if (stage.first)
                for (size_t i = 0; i < pull.size(); i++) to[i] = pull[i];
            else
                send_to_weights(stages[s - 1], full, pull, across, to);
        }
    }

  private:
    void add(int l, bool first, bool full, int base, int stretch) {
        Stage stage{};
        stage.layer = l, stage.first = first, stage.full = full, stage.base = base, stage.stretch = stretch;
        stage.here = rows, stage.local = first ? 0 : stages.back().local + stages.back().rows;
        for (int n = 0; n < (l < depth ? width : OUTPUTS); n++)
            if (full || kinds[n] != KEEP) stage.columns.push_back(n), stage.kinds.push_back(l < depth ? kinds[n] : KEEP);
        stage.rows = int(stage.columns.size()), stage.slope = slopes, stage.at = matrices, stage.sums = sums;
        for (int kind : stage.kinds) slopes += keeps_slope(kind);
        matrices += size_t(stage.window()) * stage.rows, sums += size_t(stage.window()) * (l < depth ? width : OUTPUTS);
        if (l < depth) rows += stage.rows;
        if (stage.local + stage.rows > most) most = stage.local + stage.rows;
        stages.push_back(stage);
    }

    void look_up(size_t s) {
        Stage &stage = stages[s];
        for (size_t t = s + 1; t < stages.size(); t++)
            if (stages[t].stretch == stage.stretch + stage.full) stage.readers += stages[t].rows;
        stage.turned = turned, turned += size_t(stage.readers) * stage.rows;
    }

    // A layer's sums from those of the layer below, which is no station: through its copying neurons, then its bending.
    void extend(const Stage &below, const float *w, int across, double *to, const double *full) const {
        const double *from = full + below.sums;
        for (int i = 0; i < below.window(); i++, to += across, from += width) {
            for (int o = 0; o < across; o++) to[o] = 0;
            for (int n = 0; n < width; n++)
                if (kinds[n] == KEEP)
                    for (int o = 0; o < across; o++) to[o] += from[n] * w[n * across + o];
        }
        for (int n : bent)
            for (int o = 0; o < across; o++) *to++ = w[n * across + o];
    }

    void turn(size_t s, const float *ready, float *to) const {
        const Stage &stage = stages[s];
        for (size_t t = s + 1; t < stages.size(); t++) {
            const Stage &reader = stages[t];
            if (reader.stretch != stage.stretch + stage.full) continue;
            const float *from = ready + reader.at + size_t(stage.here - reader.base) * reader.rows;
            for (int j = 0; j < reader.rows; j++)
                for (int r = 0; r < stage.rows; r++) *to++ = from[r * reader.rows + j];
        }
    }

    // The pull on the sums of the copying neurons, from the layer above.
    void send_down(const Stage &stage, const Stage &next, const float *w, const std::vector<double> &above,
                   std::vector<double> &exchanged, std::vector<double> &pull) const {
        const int across = columns(next);
        const float *const from = w + offset(next.layer);
        for (int n = 0; n < width; n++)
            for (int o = 0; o < across; o++) exchanged[o * width + n] = kinds[n] == KEEP ? from[n * across + o] : 0.0f;
        for (int i = 0; i < stage.window(); i++)
            for (int o = 0; o < across; o++)
                for (int n = 0; n < width; n++) pull[i * width + n] += above[i * across + o] * exchanged[o * width + n];
    }

    void send_to_weights(const Stage &below, const double *full, const std::vector<double> &pull, int across,
                         double *to) const {
        const double *from = full + below.sums, *each = pull.data();
        for (int i = 0; i < below.window(); i++, from += width, each += across)
            for (int n = 0; n < width; n++)
                if (kinds[n] == KEEP)
                    for (int o = 0; o < across; o++) to[n * across + o] += from[n] * each[o];
        for (int n : bent)
            for (int o = 0; o < across; o++) to[n * across + o] = *each++;
    }
};

}  // namespace
