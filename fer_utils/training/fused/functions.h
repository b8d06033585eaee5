// Numbers in vectors; the activations and the colours on rows of them, with their slopes, to about 2 ulp.

#pragma once

#include <cmath>
#include <cstdint>

namespace {

#if defined(__AVX512F__)
constexpr int LANES = 16;
#elif defined(__AVX__)
constexpr int LANES = 8;
#else
constexpr int LANES = 4;
#endif
typedef float vec __attribute__((vector_size(4 * LANES), may_alias));
typedef int32_t ints __attribute__((vector_size(4 * LANES), may_alias));

enum Kind { KEEP, SIN, COS, TANH, SIGMOID, GAUSSIAN, RELU };

inline vec load(const float *from) { return *(const vec *)from; }
inline void store(float *to, vec value) { *(vec *)to = value; }
inline vec all(float value) { return vec{} + value; }
inline vec clip(vec x, float low, float high) {  // written so that NaN stays NaN
    x = x < low ? all(low) : x;
    return x > high ? all(high) : x;
}

constexpr float MAGIC = 12582912.0f;  // 1.5 * 2^23: adding it rounds to whole numbers, which then stand in the low bits

// exp(x) = power + power * rest, for x from -87 to 88; kept apart, they give exp(x) - 1 too without loss.
struct Exp {
    vec power, rest;
};
inline Exp exp_of(vec x) {
    x = clip(x, -87.0f, 88.0f);
    const vec shifted = x * 1.44269504f + MAGIC, whole = shifted - MAGIC;
    const vec r = (x - whole * 0.693359375f) + whole * 2.12194440e-4f;  // ln 2 in two parts; |r| < 0.35
    vec tail = 1.0f / 720 + r * (1.0f / 5040);  // Taylor: the next term is below 1e-8
    tail = 1.0f / 120 + r * tail;
    tail = 1.0f / 24 + r * tail;
    tail = 1.0f / 6 + r * tail;
    tail = 0.5f + r * tail;
    return {(vec)(((ints)shifted << 23) + 0x3f800000), r + r * r * tail};  // 2^whole, built in the exponent's bits
}

inline vec tanh_of_half(vec x) {
    const Exp e = exp_of(clip(x, -40.0f, 40.0f));
    const vec less_1 = e.power * e.rest + (e.power - 1.0f);
    return less_1 / (less_1 + 2.0f);
}

constexpr float MOST_ANGLE = 39000.0f;  // up to here the four parts of pi / 2 lose nothing

inline void sin_and_cos(vec x, vec &sine, vec &cosine) {
    const vec shifted = x * 0.636619772f + MAGIC, whole = shifted - MAGIC;  // quarter turns
    vec r = x - whole * 1.5703125f;
    r = r - whole * 4.8351287841796875e-4f;
    r = r - whole * 3.13855707645416259765625e-7f;
    r = r - whole * 6.0771006282767103810e-11f;
    const vec z = r * r;
    const vec s = r + r * z * (-1.0f / 6 + z * (1.0f / 120 + z * (-1.0f / 5040 + z * (1.0f / 362880))));
    const vec c = 1.0f - 0.5f * z + z * z * (1.0f / 24 + z * (-1.0f / 720 + z * (1.0f / 40320 - z * (1.0f / 3628800))));
    const ints turns = (ints)shifted, odd = (turns & 1) != 0;
    sine = (vec)((ints)(odd ? c : s) ^ ((turns & 2) << 30));
    cosine = (vec)((ints)(odd ? s : c) ^ (((turns + 1) & 2) << 30));
}

bool all_small(const float *row, int pixels) {
    ints large = {};
    for (int p = 0; p < pixels; p += LANES) {
        const vec x = load(row + p);
        large |= ~((x < MOST_ANGLE) & (x > -MOST_ANGLE));  // NaN counts as large
    }
    for (int lane = 1; lane < LANES; lane++) large[0] |= large[lane];
    return large[0] == 0;
}

void wave(float *row, float *slope, int pixels, bool is_cos) {
    if (!all_small(row, pixels)) {  // rare: leave it to the library
        for (int p = 0; p < pixels; p++) {
            const float x = row[p];
            row[p] = is_cos ? std::cos(x) : std::sin(x);
            slope[p] = is_cos ? -std::sin(x) : std::cos(x);
        }
        return;
    }
    for (int p = 0; p < pixels; p += LANES) {
        vec sine, cosine;
        sin_and_cos(load(row + p), sine, cosine);
        store(row + p, is_cos ? cosine : sine);
        store(slope + p, is_cos ? -sine : cosine);
    }
}

// Only these need room for their slope: the others' follows from the value.
constexpr bool keeps_slope(int kind) { return kind == SIN || kind == COS || kind == GAUSSIAN; }

// Turn a row of weighted sums into values.
void bend(int kind, float *row, float *slope, int pixels) {
    if (kind == SIN || kind == COS) return wave(row, slope, pixels, kind == COS);
    for (int p = 0; p < pixels; p += LANES) {
        const vec x = load(row + p);
        if (kind == TANH) store(row + p, tanh_of_half(2.0f * x));
        if (kind == SIGMOID) store(row + p, tanh_of_half(x));
        if (kind == RELU) store(row + p, x < 0.0f ? vec{} : x);
        if (kind == GAUSSIAN) {
            const Exp e = exp_of(-x * x);
            const vec bell = e.power + e.power * e.rest;
            store(row + p, 2.0f * bell - 1.0f);
            store(slope + p, -4.0f * x * bell);
        }
    }
}

// Multiply a row of pulls (gradients of the loss by the values) by the slope: the gradients by the sums.
void unbend(int kind, float *pull, const float *row, const float *slope, int pixels) {
    for (int p = 0; p < pixels; p += LANES) {
        const vec y = load(row + p), g = load(pull + p);
        if (kind == TANH) store(pull + p, g * (1.0f - y * y));
        if (kind == SIGMOID) store(pull + p, g * (0.5f - 0.5f * y * y));
        if (kind == RELU) store(pull + p, y > 0.0f ? g : vec{});
        if (keeps_slope(kind)) store(pull + p, g * load(slope + p));
    }
}

inline vec floor_of(vec x) {
    const vec near = (x + MAGIC) - MAGIC, low = near - (near > x ? all(1.0f) : vec{});
    return ((x < 4194304.0f) & (x > -4194304.0f)) ? low : x;  // beyond, floats have hardly a fraction
}

// Raw outputs (h, s, v) in; their pulls out, in the same place; returns the sum of squared errors. The gradient is that
// of images.colour under autograd: 0 outside the clips, 1 on their borders. `real` pixels count, the rest is padding.
double colour(float *raw, const float *target, int stride, int pixels, int real) {
    vec total = {};
    ints number;
    for (int lane = 0; lane < LANES; lane++) number[lane] = lane;
    for (int p = 0; p < pixels; p += LANES, number += LANES) {
        float *const h = raw + p, *const s = h + stride, *const v = s + stride;
        const vec turn = load(h) + 1.0f, hue = 6.0f * (turn - floor_of(turn));
        const vec bright = load(v), size = bright < 0.0f ? -bright : bright;
        const vec sat = clip(load(s), 0.0f, 1.0f), val = clip(size, 0.0f, 1.0f);
        vec to_hue = {}, to_sat = {}, to_val = {};
        for (int channel = 0; channel < 3; channel++) {
            vec ramp = hue + (5.0f - 2.0f * channel);
            ramp = ramp >= 6.0f ? ramp - 6.0f : ramp;
            const vec edge = ramp < 4.0f - ramp ? ramp : 4.0f - ramp, part = clip(edge, 0.0f, 1.0f);
            vec error = (val - val * sat * part) - load(target + channel * stride + p);
            error = number < real ? error : vec{};
            total += error * error;
            to_val += error * (1.0f - sat * part);
            to_sat -= error * val * part;
            const vec to_edge = -6.0f * error * val * sat;
            to_hue += ((edge >= 0.0f) & (edge <= 1.0f)) ? (ramp < 2.0f ? to_edge : -to_edge) : vec{};
        }
        store(h, to_hue);
        store(s, ((load(s) >= 0.0f) & (load(s) <= 1.0f)) ? to_sat : vec{});
        store(v, ((size <= 1.0f) & (size > 0.0f)) ? (bright < 0.0f ? -to_val : to_val) : vec{});
    }
    double sum = 0;
    for (int lane = 0; lane < LANES; lane++) sum += total[lane];
    return sum;
}

}  // namespace
