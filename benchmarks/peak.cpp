// How fast this processor can be at best: multiply-adds in registers, on `threads` threads. For floor.py.

#include <thread>
#include <vector>

#if defined(__AVX512F__)
constexpr int LANES = 16;
#elif defined(__AVX__)
constexpr int LANES = 8;
#else
constexpr int LANES = 4;
#endif
typedef float vec __attribute__((vector_size(4 * LANES)));
constexpr int CHAINS = 12;  // enough independent sums that none waits for the one before

static float spin(long rounds) {
    vec sums[CHAINS] = {}, factor = vec{} + 0.999f;
    for (int n = 0; n < CHAINS; n++) sums[n] += float(n);
    for (long r = 0; r < rounds; r++)
#pragma GCC unroll 12
        for (int n = 0; n < CHAINS; n++) sums[n] = sums[n] * factor + factor;
    float total = 0;
    for (const vec &sum : sums)
        for (int lane = 0; lane < LANES; lane++) total += sum[lane];
    return total;
}

// Do `rounds` rounds on each thread; returns the operations done (a multiply-add counts two).
extern "C" double fer_peak(int threads, long rounds, float *sink) {
    std::vector<std::thread> others;
    for (int t = 1; t < threads; t++) others.emplace_back([=] { sink[t] = spin(rounds); });
    sink[0] = spin(rounds);
    for (auto &other : others) other.join();
    return 2.0 * LANES * CHAINS * double(rounds) * threads;
}
