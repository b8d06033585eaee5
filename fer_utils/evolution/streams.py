"""Random numbers that are the same on every machine.

NumPy promises the same bits from `PCG64` and `SeedSequence` in every version, but not the same numbers from a
`Generator`; the system's own logarithms and cosines differ in their last bit from machine to machine; and neat-python
draws from Python's one global source. So all that is random here is made from PCG64's raw bits by whole numbers, sums
and products, which IEEE arithmetic fixes to the bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")


class Stream:
    """A stream of random numbers of its own, named by whole numbers.

    Args:
        *key: Whole numbers from 0 to 2**32 - 1, such as the seed, the generation and the place in it. Different keys of
            the same length give independent streams (zeros at the end of a key do not count, as NumPy has it).

    Source: ours; the generator is O'Neill's PCG64 as NumPy has it.
    """

    def __init__(self, *key: int) -> None:
        self._bits = np.random.PCG64(np.random.SeedSequence(key))

    def below(self, limit: int) -> int:
        """Draw a whole number from 0 to ``limit`` - 1, each as likely as any other."""
        # What lies above the last whole multiple of the limit would favour the small numbers.
        fair = 2**64 - 2**64 % limit
        while (raw := int(self._bits.random_raw())) >= fair:
            pass
        return raw % limit

    def uniform(self) -> float:
        """Draw a number in [0, 1), a multiple of 2 to the power of -53."""
        return (int(self._bits.random_raw()) >> 11) * 2.0**-53

    def bell(self) -> float:
        """Draw from a bell of mean 0 and variance 1, within (-6, 6): twelve uniform numbers less six."""
        total = -6.0
        for _ in range(12):
            total += self.uniform()
        return total

    def happens(self, chance: float) -> bool:
        """Say yes with this chance."""
        return self.uniform() < chance

    def pick(self, items: Sequence[T]) -> T:
        """Pick one item, each as likely as any other."""
        return items[self.below(len(items))]
