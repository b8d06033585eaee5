// The two matrix products of a layer, on rows of pixels, with their sums held in registers.

#pragma once

#include <array>
#include <utility>

#include "functions.h"

namespace {

#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int ROWS = 14, ABOVE = 6, BELOW = 4;  // sums held in 32 registers: ROWS x 2, or ABOVE x BELOW
#else
constexpr int ROWS = 6, ABOVE = 4, BELOW = 3;  // in 16 registers
#endif
constexpr int BLOCK = 2 * LANES;  // pixels that a product works on at once; rows are padded to a multiple

// Keep a value that is used several times in a register: GCC would fetch it from memory for each use.
#if defined(__x86_64__)
#define IN_REGISTER(value) asm("" : "+v"(value))
#else
#define IN_REGISTER(value)
#endif

// out(r, p) = sum over k of matrix(k, r) in(k, p), for R rows and all pixels, the sums held in registers.
template <int R>
void product_rows(const float *matrix, int across, int depth, const float *in, float *out, int stride, int pixels) {
    for (int p = 0; p < pixels; p += BLOCK) {
        vec left[R], right[R];
#pragma GCC unroll 16
        for (int r = 0; r < R; r++) left[r] = right[r] = vec{};
        for (int k = 0; k < depth; k++) {
            const vec a = load(in + k * stride + p), b = load(in + k * stride + p + LANES);
#pragma GCC unroll 16
            for (int r = 0; r < R; r++) {
                left[r] += a * matrix[k * across + r];
                right[r] += b * matrix[k * across + r];
            }
        }
#pragma GCC unroll 16
        for (int r = 0; r < R; r++) {
            store(out + r * stride + p, left[r]);
            store(out + r * stride + p + LANES, right[r]);
        }
    }
}

// Lanes FROM... of the lanes of a, followed by those of b.
template <int... FROM> inline vec picked(vec a, vec b) {
#if !defined(OLD_SHUFFLES) && (defined(__clang__) || __GNUC__ >= 12)
    return __builtin_shufflevector(a, b, FROM...);
#else
    return __builtin_shuffle(a, b, ints{FROM...});
#endif
}
// Add the lanes of N vectors: lane n of the result is the sum over the n-th. Halves of the lanes are added pair by pair.
template <int HALF, int... L> inline vec merged(vec a, vec b, std::integer_sequence<int, L...>) {
    return picked<(L & HALF ? L + LANES : L)...>(a, b) + picked<(L & HALF ? L + LANES - HALF : L + HALF)...>(a, b);
}
template <int N> inline vec lane_sums(const vec *vectors) {
    if constexpr (N == 1)
        return *vectors;
    else
        return merged<N / 2>(lane_sums<N / 2>(vectors), lane_sums<N / 2>(vectors + N / 2),
                             std::make_integer_sequence<int, LANES>());
}

// gradient(i, j) += sum over p of below(i, p) pull(j, p), for I x J weights, the sums held in registers.
template <int I, int J>
void outer_rows(const float *below, const float *pull, int stride, int pixels, float *gradient, int across) {
    constexpr int FULL = (I * J + LANES - 1) / LANES * LANES;
    vec sums[FULL];
#pragma GCC unroll 32
    for (int n = 0; n < FULL; n++) sums[n] = vec{};
    for (int p = 0; p < pixels; p += LANES) {
        vec a[I];
#pragma GCC unroll 16
        for (int i = 0; i < I; i++) a[i] = load(below + i * stride + p);
#pragma GCC unroll 16
        for (int j = 0; j < J; j++) {
            vec b = load(pull + j * stride + p);
            IN_REGISTER(b);
#pragma GCC unroll 16
            for (int i = 0; i < I; i++) sums[i * J + j] += a[i] * b;
        }
    }
    alignas(64) float flat[FULL];
#pragma GCC unroll 16
    for (int n = 0; n < FULL; n += LANES) store(flat + n, lane_sums<LANES>(sums + n));
    for (int i = 0; i < I; i++)
        for (int j = 0; j < J; j++) gradient[i * across + j] += flat[i * J + j];
}

using Product = void (*)(const float *, int, int, const float *, float *, int, int);
using Outer = void (*)(const float *, const float *, int, int, float *, int);
template <int... R> constexpr std::array<Product, ROWS> products(std::integer_sequence<int, R...>) {
    return {product_rows<R + 1>...};
}
template <int... N> constexpr std::array<Outer, ABOVE * BELOW> outers(std::integer_sequence<int, N...>) {
    return {outer_rows<N / ABOVE + 1, N % ABOVE + 1>...};
}
constexpr auto PRODUCTS = products(std::make_integer_sequence<int, ROWS>());
constexpr auto OUTERS = outers(std::make_integer_sequence<int, ABOVE * BELOW>());

// Cut `count` rows into as few blocks of at most `most` as possible, all of nearly the same size.
struct Blocks {
    int count, number;
    Blocks(int count, int most) : count(count), number((count + most - 1) / most) {}
    int start(int block) const { return block * count / number; }
    int size(int block) const { return start(block + 1) - start(block); }
};

void product(const float *matrix, int rows, int depth, const float *in, float *out, int stride, int pixels) {
    const Blocks blocks(rows, ROWS);
    for (int b = 0; b < blocks.number; b++) {
        const int r = blocks.start(b);
        PRODUCTS[blocks.size(b) - 1](matrix + r, rows, depth, in, out + r * stride, stride, pixels);
    }
}

void add_outer(const float *below, int rows, const float *pull, int columns, int stride, int pixels, float *gradient) {
    const Blocks down(rows, BELOW), right(columns, ABOVE);
    for (int r = 0; r < right.number; r++)  // the pulls of a block stay in the first cache, the values stream through
        for (int d = 0; d < down.number; d++) {
            const int i = down.start(d), j = right.start(r);
            OUTERS[(down.size(d) - 1) * ABOVE + right.size(r) - 1](
                below + i * stride, pull + j * stride, stride, pixels, gradient + i * columns + j, columns);
        }
}

}  // namespace
