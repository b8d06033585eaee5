// The activations and the colours without their slopes, for kernels that only go forward.

#pragma once

#include "../training/fused/functions.h"

namespace {

// 2 exp(-x x) - 1. Its errors count against 1, so the reduction needs one part only, and no upper clip.
inline vec bell(vec x) {
    vec t = x * x * -1.44269504f;
    t = t < -126.0f ? all(-126.0f) : t;  // NaN stays NaN
    const vec shifted = t + MAGIC, f = t - (shifted - MAGIC);
    vec part = 1.33999297e-3f + f * 1.53457921e-4f;  // 2^f, |f| <= 1/2, fitted for the least relative error: 1.6e-8
    part = 9.61848907e-3f + f * part;
    part = 5.55032864e-2f + f * part;
    part = 0.240226462f + f * part;
    part = 0.693147182f + f * part;
    part = 1.0f + f * part;
    return part * (vec)(((ints)shifted << 23) + 0x40000000) - 1.0f;  // 2^(whole + 1), built in the exponent's bits
}

template <int KIND> inline vec bent(vec x) {
    if constexpr (KIND == SIN || KIND == COS) {
        vec sine, cosine;
        sin_and_cos(x, sine, cosine);
        return KIND == SIN ? sine : cosine;
    }
    if constexpr (KIND == TANH) return tanh_of_half(2.0f * x);
    if constexpr (KIND == SIGMOID) return tanh_of_half(x);
    if constexpr (KIND == RELU) return x < 0.0f ? vec{} : x;
    if constexpr (KIND == GAUSSIAN) return bell(x);
    return x;
}

// Angles too large for `sin_and_cos`, or not numbers: rare, left to the library.
inline void large_waves(float *row, bool is_cos, int pixels) {
    for (int p = 0; p < pixels; p++) row[p] = is_cos ? std::cos(row[p]) : std::sin(row[p]);
}

template <int KIND> void bend_row(float *row, int pixels) {
    if constexpr (KIND == SIN || KIND == COS)
        if (!all_small(row, pixels)) return large_waves(row, KIND == COS, pixels);
    for (int p = 0; p < pixels; p += LANES) store(row + p, bent<KIND>(load(row + p)));
}

// A row holds by how much a neuron's sum moves; put in its place by how much the neuron's value moves.
template <int KIND> void move_row(float *row, const float *sum, const float *value, int pixels) {
    if constexpr (KIND == KEEP) return;
    if constexpr (KIND == SIN || KIND == COS) {
        for (int p = 0; p < pixels; p += LANES) store(row + p, load(row + p) + load(sum + p));
        bend_row<KIND>(row, pixels);
        for (int p = 0; p < pixels; p += LANES) store(row + p, load(row + p) - load(value + p));
    } else {
        for (int p = 0; p < pixels; p += LANES)
            store(row + p, bent<KIND>(load(row + p) + load(sum + p)) - load(value + p));
    }
}

using Bend = void (*)(float *, int);
using Move = void (*)(float *, const float *, const float *, int);
constexpr Bend BENDS[] = {bend_row<KEEP>,    bend_row<SIN>,      bend_row<COS>, bend_row<TANH>,
                          bend_row<SIGMOID>, bend_row<GAUSSIAN>, bend_row<RELU>};
constexpr Move MOVES[] = {move_row<KEEP>,    move_row<SIN>,      move_row<COS>, move_row<TANH>,
                          move_row<SIGMOID>, move_row<GAUSSIAN>, move_row<RELU>};

// Raw outputs (h, s, v) to red, green and blue, by the formula of images.colour.
inline void coloured(vec h, vec s, vec v, vec *channels) {
    const vec turn = h + 1.0f, hue = 6.0f * (turn - floor_of(turn));
    const vec sat = clip(s, 0.0f, 1.0f), val = clip(v < 0.0f ? -v : v, 0.0f, 1.0f), chroma = val * sat;
    for (int channel = 0; channel < 3; channel++) {
        vec ramp = hue + (5.0f - 2.0f * channel);
        ramp = ramp >= 6.0f ? ramp - 6.0f : ramp;
        channels[channel] = val - chroma * clip(ramp < 4.0f - ramp ? ramp : 4.0f - ramp, 0.0f, 1.0f);
    }
}

}  // namespace
