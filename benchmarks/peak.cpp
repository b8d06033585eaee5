// How fast this processor can be at best, in registers, on `threads` threads: multiply-adds, and the training kernel's
// own exp and sin with cos. For floor.py.

#include "../fer_utils/training/fused/functions.h"

#include <thread>
#include <vector>

constexpr int CHAINS = 12;  // enough independent sums that none waits for the one before
enum Work { MULTIPLY_ADD, EXP, SIN_AND_COS };

static vec once(int work, vec x) {
    if (work == MULTIPLY_ADD) return x * 0.999f + 0.999f;
    if (work == EXP) {
        const Exp e = exp_of(-x);  // of what comes out, so that x stays near 0.57
        return e.power + e.power * e.rest;
    }
    vec sine, cosine;
    sin_and_cos(x, sine, cosine);
    return sine + cosine;
}

template <int work> static float spin(long rounds) {
    vec values[CHAINS] = {};
    for (int n = 0; n < CHAINS; n++) values[n] += 0.1f * n;
    for (long r = 0; r < rounds; r++)
#pragma GCC unroll 12
        for (int n = 0; n < CHAINS; n++) values[n] = once(work, values[n]);
    float total = 0;
    for (const vec &value : values)
        for (int lane = 0; lane < LANES; lane++) total += value[lane];
    return total;
}

// Do `rounds` rounds on each thread; returns how many numbers were worked on.
extern "C" double fer_peak(int work, int threads, long rounds, float *sink) {
    float (*const job)(long) = work == EXP ? spin<EXP> : work == SIN_AND_COS ? spin<SIN_AND_COS> : spin<MULTIPLY_ADD>;
    std::vector<std::thread> others;
    for (int t = 1; t < threads; t++) others.emplace_back([=] { sink[t] = job(rounds); });
    sink[0] = job(rounds);
    for (auto &other : others) other.join();
    return double(LANES) * CHAINS * double(rounds) * threads;
}
