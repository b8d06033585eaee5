"""Three rotations of a whitened space: the sparsest, the most independent, the most symmetric.

Each function returns a ``(k, k)`` orthogonal matrix whose rows are the new axes.
"""

from __future__ import annotations

import warnings

import numpy as np

from fer_utils.images import Array
from fer_utils.rotations.space import Order, Space, mirroring

STARTS = 4  # the sparsest rotation is searched from the principal axes and from random ones
STEPS = 500
SAME = 1e-6  # even shares closer than this are one


def random_turns(k: int, count: int, seed: int) -> Array:
    """Draw ``(count, k, k)`` rotations, all equally likely (Haar): QR of Gaussian matrices, signs made fair."""
    q, r = np.linalg.qr(np.random.default_rng(seed).normal(size=(count, k, k)))
    return np.asarray(q * np.where(np.diagonal(r, axis1=1, axis2=2) < 0, -1.0, 1.0)[:, None, :])


def varimax_turn(space: Space, *, seed: int) -> Array:
    """Search the rotation whose maps are sparsest: a few strong pixels, many weak ones (varimax).

    Varimax raises the variance of squared values, summed over the maps. As every map has mean square 1, that is the
    sum of fourth powers, a convex function of the rotation: going to the rotation closest to its gradient can only
    raise it. The summit reached depends on the start, so the best of several is kept. Whitened maps are turned, not
    the raw components: there, the strongest component would rule the sum, and maps would become correlated.

    Args:
        space: A layer's whitened space.
        seed: Of the random starts.

    Source: ours; Kaiser 1958.
    """
    k = len(space.whitened)
    if k < 2:
        return np.eye(k)
    climbed = [_climb(space.whitened, start) for start in (np.eye(k), *random_turns(k, STARTS - 1, seed))]
    return max(climbed, key=lambda turn: _fourth(turn @ space.whitened))


def _climb(maps: Array, turn: Array) -> Array:
    """Raise the sum of fourth powers step by step until the rotation stands still."""
    for _ in range(STEPS):
        left, _, right = np.linalg.svd(_cubed(turn @ maps) @ maps.T)
        turn, before = left @ right, turn
        if np.abs(turn - before).max() < 1e-6:
            break
    return turn


def _cubed(values: Array) -> Array:
    return values * values * values  # many times as fast as ** 3


def _fourth(values: Array) -> float:
    return float(np.square(values * values).mean())


def ica_turn(space: Space, *, seed: int) -> Array:
    """Search the rotation whose maps are most independent (FastICA, all at once, log cosh).

    Args:
        space: A layer's whitened space.
        seed: Of the first guess.

    Source: ours; scikit-learn's FastICA.
    """
    from sklearn.decomposition import FastICA
    from sklearn.exceptions import ConvergenceWarning

    k = len(space.whitened)
    if k < 2:
        return np.eye(k)
    search = FastICA(whiten=False, fun="logcosh", max_iter=STEPS, tol=1e-5, random_state=seed)
    with warnings.catch_warnings():
        # Where several rotations are as good as each other the search does not come to rest; any of them will do.
        warnings.simplefilter("ignore", ConvergenceWarning)
        search.fit(space.whitened.T)
    return np.asarray(search.components_)


def symmetric_turn(space: Space, order: Order) -> Array:
    """Compute the rotation whose maps are purest: each as symmetric or as antisymmetric as can be. No search.

    Let Z be the whitened maps and R the symmetry, which undoes itself. R is then a symmetric matrix, (1 + R) / 2 is
    its own square, and the even part of a Z has the share a'(1 + K)a / 2 in it, where K = Z R Z' / pixels and a is
    a unit vector. K is symmetric with eigenvalues in [-1, 1], so it has an orthonormal basis of eigenvectors: these
    are the axes, and (1 + eigenvalue) / 2 are their even shares.

    Why none is better. For any other orthonormal axes the values a'Ka are the diagonal of a rotated K, which its
    eigenvalues majorise (Schur). Hence for every convex f the sum of f(share) is largest at the eigenvectors:
    for |2 share - 1|, the purity, and with the sign turned for the mixing 4 share (1 - share). This holds among
    *uncorrelated* components of this space. Neurons may be correlated, and then can be purer on the average, by
    saying nearly the same pure thing many times; but no map of the space at all, and so no neuron that lies in it,
    has a larger share than the first of these or a smaller one than the last (Courant and Fischer).

    Where shares are equal, as among many purely even maps, any rotation among those is as good; the axes are then
    the principal ones, by variance of the layer.

    Args:
        space: A layer's whitened space.
        order: The symmetry as an order of pixels.

    Source: ours.
    """
    values, vectors = np.linalg.eigh(mirroring(space, order))
    turn = vectors.T
    groups = np.cumsum(np.diff(values, prepend=values[:1]) > 2 * SAME)
    for group in np.unique(groups):
        alike = turn[groups == group]
        _, inner = np.linalg.eigh((alike * space.deviations**2) @ alike.T)
        turn[groups == group] = inner.T @ alike
    return turn
