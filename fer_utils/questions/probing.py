"""What a classifier still holds: every factor read off every layer, with straight cuts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fer_utils.checks import one_of, whole
from fer_utils.questions.factors import FACTORS, FactorImages
from fer_utils.questions.models import stages
from fer_utils.questions.sets import Examples, Labels


def layers(model: nn.Module, x: Examples) -> dict[str, NDArray[np.float64]]:
    """Return what each layer of a classifier made of `build` says of some examples.

    Args:
        model: Of any of the three kinds.
        x: ``(n, channels, *space)``.

    Returns:
        "input", then "layer 1", ... after each layer, then "answer": each ``(n, numbers)``.

    Raises:
        BadInput: The model is no sequence of layers.

    Source: ours.
    """
    parts = stages(model)
    model.eval()
    value = torch.from_numpy(x)
    found: dict[str, Tensor] = {"input": value}
    with torch.no_grad():
        for number, part in enumerate(parts, 1):
            value = part(value)
            found[f"layer {number}" if number < len(parts) else "answer"] = value
    return {name: numbers.flatten(1).double().numpy() for name, numbers in found.items()}


def probe(features: NDArray[np.float64], labels: Labels, *, seed: int, most: int = 100) -> float:
    """Say how well a factor can be read off some numbers with straight cuts.

    Half of the examples teach, half test. More than `most` numbers are first reduced to as many principal components.

    Args:
        features: ``(n, numbers)``.
        labels: ``(n,)`` the factor.
        seed: Of the halves.
        most: Components at most.

    Returns:
        The share of right answers on the half that did not teach.

    Source: Alain and Bengio 2017.
    """
    from sklearn.linear_model import LogisticRegression  # slow to import, and only wanted here

    halves = _Halves.of(features, seed=seed, most=most)
    return halves.score(LogisticRegression(C=0.1, max_iter=500), labels)


def probe_measure(features: NDArray[np.float64], values: NDArray[np.generic], *, seed: int, most: int = 100) -> float:
    """Say how well a measure, such as a place or a size, can be read off some numbers along a straight line.

    Args:
        features: ``(n, numbers)``; more than `most` are first reduced to as many principal components.
        values: ``(n,)`` the measure.
        seed: Of the halves.
        most: Components at most.

    Returns:
        R² on the half that did not teach: 1 is exact, 0 no better than the mean, below 0 worse.

    Source: Alain and Bengio 2017, for numbers in the place of labels.
    """
    from sklearn.linear_model import Ridge  # slow to import, and only wanted here

    return _Halves.of(features, seed=seed, most=most).score(Ridge(10.0), values)


@dataclass(frozen=True)
class _Halves:
    """One half to teach, one to test, both reduced to components of the first; made once for all factors of a layer."""

    teach: NDArray[np.intp]
    test: NDArray[np.intp]
    taught: NDArray[np.float64]
    tested: NDArray[np.float64]

    @classmethod
    def of(cls, features: NDArray[np.float64], *, seed: int, most: int = 100) -> _Halves:
        from sklearn.decomposition import PCA
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        order = np.random.Generator(np.random.PCG64(whole("seed", seed, least=0))).permutation(len(features))
        teach, test = np.array_split(order, 2)
        few = min(most, features.shape[1], len(teach) - 1)
        reduce = make_pipeline(StandardScaler(), PCA(few, svd_solver="full"), StandardScaler())
        return cls(teach, test, reduce.fit_transform(features[teach]), reduce.transform(features[test]))

    def score(self, reader: Any, wanted: NDArray[np.generic]) -> float:
        return float(reader.fit(self.taught, wanted[self.teach]).score(self.tested, wanted[self.test]))


def probes(
    model: nn.Module, images: FactorImages, *, seed: int, factors: Iterable[str] = tuple(FACTORS)
) -> dict[str, dict[str, float]]:
    """Probe every layer of a classifier for every factor.

    Args:
        model: Of any of the three kinds.
        images: In which the factors are independent.
        seed: Of the halves.
        factors: Categories.

    Returns:
        For each factor and layer the share of right answers.

    Source: ours; after Alain and Bengio 2017, and Hermann and Lampinen 2020.
    """
    from sklearn.linear_model import LogisticRegression  # slow to import, and only wanted here

    made = {name: _Halves.of(numbers, seed=seed) for name, numbers in layers(model, images.images).items()}
    return {
        one_of("factor", factor, tuple(FACTORS)): {
            name: halves.score(
                LogisticRegression(C=0.1, max_iter=500), np.asarray(images.factors[factor], dtype=np.int64)
            )
            for name, halves in made.items()
        }
        for factor in factors
    }


def readable(rows: Mapping[str, Mapping[str, Sequence[float]]], factor: str) -> NDArray[np.float64]:
    """Return how well a factor is read off, ``(seeds, layers)``, of what `probe_study` gives."""
    return np.array(list(rows[one_of("factor", factor, tuple(rows))].values())).T
