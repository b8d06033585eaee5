// What follows the tiles (tiles.cu): their findings are added up, and the step is made. Every sum has a fixed order.
//
// gradient.py puts before this text how many WEIGHTS there are, the THREADS of a block that gathers and of the TEAM that
// makes the step.

extern __shared__ double sums[];

// Add up what the blocks found: a block takes a few weights, its threads share out the rows.
extern "C" __global__ void __launch_bounds__(THREADS) gather(
    const float *partial, const double *errors, int blocks, int descend, float *gradient, float *loss) {
    constexpr int lanes = THREADS < 32 ? 1 : 32, slices = THREADS / lanes;
    const int lane = threadIdx.x % lanes, slice = threadIdx.x / lanes, weight = blockIdx.x * lanes + lane;
    double sum = 0;
    if (descend && weight < WEIGHTS)
#pragma unroll 8
        for (int block = slice; block < blocks; block += slices) sum += partial[block * (long long)WEIGHTS + weight];
    sums[slice * lanes + lane] = sum;
    __syncthreads();
    if (slice == 0 && descend && weight < WEIGHTS) {
        for (int other = 1; other < slices; other++) sum += sums[other * lanes + lane];
        gradient[weight] = float(sum);
    }
    if (blockIdx.x == 0 && threadIdx.x == 0) {
        double error = 0;
        for (int block = 0; block < blocks; block++) error += errors[block];
        *loss = float(error);
    }
}

// The step itself, by one block: the gradient with the weights' penalties, its norm, and Adam or plain descent, in the
// order of torch and optax. `step` and `slot` live on the GPU, so that the same launch can be replayed for every step.
extern "C" __global__ void __launch_bounds__(TEAM) update(
    const float *gradient, const float *loss, float *weights, float *first, float *second, double *step,
    long long *slot, float *losses, int adam, int normalise, double rate, double period, double l1, double l2) {
    const auto pull = [&](int at) {
        return double(gradient[at] + float(l1) * ((weights[at] > 0) - (weights[at] < 0)) + float(l2) * weights[at]);
    };
    double squares = 0;
    for (int at = threadIdx.x; normalise && at < WEIGHTS; at += TEAM) squares += pull(at) * pull(at);
    sums[threadIdx.x] = squares;
    for (int half = TEAM / 2; half > 0; half /= 2) {
        __syncthreads();
        if (threadIdx.x < half) sums[threadIdx.x] += sums[threadIdx.x + half];
    }
    __syncthreads();
    const double age = *step + 1, norm = normalise && sums[0] != 0 ? sqrt(sums[0]) : 1.0;
    if (period > 0) rate *= 0.5 * (1 + cos(3.141592653589793 * *step / period));
    const float far = float(rate / (1 - pow(0.9, age))), wide = float(1 - pow(0.999, age));
    for (int at = threadIdx.x; at < WEIGHTS; at += TEAM) {
        const float direction = float(pull(at) / norm);
        if (adam) {
            first[at] = 0.9f * first[at] + 0.1f * direction;
            second[at] = 0.999f * second[at] + 0.001f * direction * direction;
        }
        weights[at] -= adam ? far * first[at] / (sqrtf(second[at] / wide) + 1e-8f) : float(rate) * direction;
    }
    __syncthreads();
    if (threadIdx.x == 0) {
        losses[*slot] = *loss;
        *step = age, *slot += 1;
    }
}
