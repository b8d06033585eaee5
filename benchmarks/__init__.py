"""How fast it is, and against what: every number a ratio taken side by side in one run.

    make bench                          # everything; under ten minutes on two quiet cores
    make bench ONLY="steps sweeps"      # some sections
    python -m benchmarks --quick        # a few rounds of small things, to see that it works

What is compared runs in processes of its own, each held to the same cores, and they take turns (A B C A B C …), so that
a busy moment of the machine falls on all of them. Every sample is written, not only medians.

The modules: `measure` (turns and ratios), `machine` (what it ran on), `workers` (processes that take turns), `tables`;
a module for each section; `jax_step`, the same training step written plainly in JAX; `recipes`, a study of its own.
"""
