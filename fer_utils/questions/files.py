"""Larger real sets, read from their own files: MNIST and CIFAR-10, downloaded once and pinned by SHA-256.

No chapter needs them by default. The readers take any folder that holds files of the same formats.
"""

from __future__ import annotations

import gzip
import tarfile
from pathlib import Path
from typing import Final

import numpy as np
import pooch
from numpy.typing import NDArray

from fer_utils.checks import BadInput, whole
from fer_utils.questions.sets import LabelledSet

MNIST_URL: Final = "https://storage.googleapis.com/cvdf-datasets/mnist/"
MNIST: Final = {
    "train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "t10k-images-idx3-ubyte.gz": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "t10k-labels-idx1-ubyte.gz": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
}
CIFAR10_URL: Final = "https://www.cs.toronto.edu/~kriz/"
# The archive without pickles.
CIFAR10: Final = {"cifar-10-binary.tar.gz": "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"}
CIFAR10_PARTS: Final = (*(f"data_batch_{number}.bin" for number in range(1, 6)), "test_batch.bin")
CIFAR10_RECORD: Final = 1 + 3 * 32 * 32  # a label, then red, green and blue rows
IDX_BYTES: Final = 0x08


def mnist(folder: str | Path | None = None) -> LabelledSet:
    """Read MNIST: 60,000 and 10,000 grey images of 28 × 28 handwritten digits, in [0, 1].

    Args:
        folder: Where its four files are; None for the user's cache, into which they are downloaded (11 MB).

    Raises:
        BadInput: A file is missing, cannot be downloaded, or is not of its format.

    Source: LeCun, Cortes and Burges.
    """
    train_x, train_y, test_x, test_y = (read_idx(_at_hand(folder, MNIST_URL, MNIST, name)) for name in MNIST)
    images = _as_floats(train_x[:, None]), _as_floats(test_x[:, None])
    return LabelledSet("MNIST", images[0], train_y.astype(int), images[1], test_y.astype(int), classes=10)


def cifar10(folder: str | Path | None = None) -> LabelledSet:
    """Read CIFAR-10: 50,000 and 10,000 colour images of 32 × 32 pixels in ten classes, in [0, 1].

    Args:
        folder: Where its archive is; None for the user's cache, into which it is downloaded (162 MB).

    Raises:
        BadInput: The archive is missing, cannot be downloaded, or is not of its format.

    Source: Krizhevsky 2009.
    """
    name = next(iter(CIFAR10))
    place = _at_hand(folder, CIFAR10_URL, CIFAR10, name)
    found = read_cifar10(place)
    x = [part[0] for part in found.values()]
    y = [part[1] for part in found.values()]
    return LabelledSet("CIFAR-10", np.concatenate(x[:-1]), np.concatenate(y[:-1]), x[-1], y[-1], classes=10)


def read_idx(path: Path) -> NDArray[np.uint8]:
    """Read a gzipped IDX file of bytes.

    Args:
        path: The file.

    Returns:
        An array of the shape that its head states.

    Raises:
        BadInput: It is no gzipped IDX file of bytes, or has another length than its head states.

    Source: the format's description by LeCun.
    """
    try:
        data = gzip.decompress(path.read_bytes())
    except (OSError, EOFError, gzip.zlib.error) as error:  # type: ignore[attr-defined]
        raise BadInput(f"{path} must be a gzipped IDX file, but it cannot be read: {error}.") from None
    if len(data) < 4 or data[:2] != b"\0\0" or data[2] != IDX_BYTES or len(data) < 4 + 4 * data[3]:
        raise BadInput(f"{path} must be an IDX file of bytes, but its head is {data[:4]!r}.")
    shape = tuple(int(n) for n in np.frombuffer(data, dtype=">u4", count=data[3], offset=4))
    rest = len(data) - 4 - 4 * data[3]
    if rest != int(np.prod(shape, dtype=object)):
        raise BadInput(f"{path} must hold {' × '.join(map(str, shape))} bytes, as its head states, got {rest}.")
    return np.frombuffer(data, dtype=np.uint8, offset=4 + 4 * data[3]).reshape(shape)


def read_cifar10(path: Path) -> dict[str, tuple[NDArray[np.float32], NDArray[np.int64]]]:
    """Read the parts of CIFAR-10's binary archive; nothing is unpacked onto the disk.

    Args:
        path: A tar file, compressed or not, with the six parts in any folder.

    Returns:
        For each part its ``(n, 3, 32, 32)`` images in [0, 1] and its ``(n,)`` labels.

    Raises:
        BadInput: It is no such archive, a part is missing, or one is not a whole number of records.

    Source: Krizhevsky 2009.
    """
    found = {}
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                name = Path(member.name).name
                stream = archive.extractfile(member) if name in CIFAR10_PARTS and member.isfile() else None
                if stream is not None:
                    found[name] = _records(path, name, stream.read())
    except (OSError, EOFError, tarfile.TarError) as error:
        raise BadInput(f"{path} must be CIFAR-10's binary archive, but it cannot be read: {error}.") from None
    if missing := [name for name in CIFAR10_PARTS if name not in found]:
        raise BadInput(f"{path} must hold the six parts of CIFAR-10, but {missing[0]} is missing.")
    return {name: found[name] for name in CIFAR10_PARTS}


def _records(path: Path, name: str, data: bytes) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    if not data or len(data) % CIFAR10_RECORD:
        raise BadInput(f"{name} in {path} must hold records of {CIFAR10_RECORD} bytes, got {len(data)} bytes.")
    rows = np.frombuffer(data, dtype=np.uint8).reshape(-1, CIFAR10_RECORD)
    whole(f"largest label in {name}", int(rows[:, 0].max()), least=0, most=9)
    return _as_floats(rows[:, 1:].reshape(-1, 3, 32, 32)), rows[:, 0].astype(np.int64)


def _as_floats(values: NDArray[np.uint8]) -> NDArray[np.float32]:
    return (values / 255).astype(np.float32)


def _at_hand(folder: str | Path | None, url: str, known: dict[str, str], name: str) -> Path:
    """Return a file in a folder of the reader's, or in the cache, where it is downloaded if need be."""
    if folder is not None:
        place = Path(folder) / name
        if not place.is_file():
            raise BadInput(f"folder must hold {name}, but there is no such file in {folder}.")
        return place
    try:
        return Path(
            pooch.retrieve(url + name, known_hash=known[name], path=pooch.os_cache("fer_utils") / "sets", fname=name)
        )
    except Exception as error:  # requests and urllib have many; the reader needs one sentence
        raise BadInput(f"{name} could not be downloaded from {url}: {error}") from None
