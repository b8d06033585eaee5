// Weighted sums of some rows, wherever in a block of rows they lie.

#pragma once

#include <vector>

#include "../training/fused/products.h"

namespace {

constexpr int SIDE = 4;  // vectors of pixels that a sum works on at once
constexpr int SUMS = ROWS * 2 / SIDE;

// out(r, p) = sum over k of matrix(k, r) in(rows[k], p), for R rows and all pixels, the sums held in registers.
template <int R>
void gather_rows(const float *matrix, int across, const int *rows, int depth, const float *in, float *out, int stride,
                 int pixels) {
    for (int p = 0; p < pixels; p += SIDE * LANES) {
        vec sums[R][SIDE];
#pragma GCC unroll 16
        for (int r = 0; r < R; r++)
#pragma GCC unroll 16
            for (int s = 0; s < SIDE; s++) sums[r][s] = vec{};
        for (int k = 0; k < depth; k++) {
            const float *const from = in + rows[k] * stride + p;
            vec some[SIDE];
#pragma GCC unroll 16
            for (int s = 0; s < SIDE; s++) some[s] = load(from + s * LANES);
#pragma GCC unroll 16
            for (int r = 0; r < R; r++) {
                const float weight = matrix[k * across + r];
#pragma GCC unroll 16
                for (int s = 0; s < SIDE; s++) sums[r][s] += some[s] * weight;
            }
        }
#pragma GCC unroll 16
        for (int r = 0; r < R; r++)
#pragma GCC unroll 16
            for (int s = 0; s < SIDE; s++) store(out + r * stride + p + s * LANES, sums[r][s]);
    }
}

using Gather = void (*)(const float *, int, const int *, int, const float *, float *, int, int);
template <int... R> constexpr std::array<Gather, SUMS> gathers(std::integer_sequence<int, R...>) {
    return {gather_rows<R + 1>...};
}
constexpr auto GATHERS = gathers(std::make_integer_sequence<int, SUMS>());

// The same for any number of rows.
void gather(const float *matrix, int across, const std::vector<int> &rows, const float *in, float *out, int stride,
            int pixels) {
    const Blocks blocks(across, SUMS);
    for (int b = 0; b < blocks.number; b++) {
        const int r = blocks.start(b);
        GATHERS[blocks.size(b) - 1](matrix + r, across, rows.data(), int(rows.size()), in, out + r * stride, stride,
                                    pixels);
    }
}

}  // namespace
