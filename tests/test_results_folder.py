"""On a small workflow of Snakemake's own, in a folder of its own."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pytest

from deep_oversampling import __version__
from deep_oversampling.provenance import Provenance
from deep_oversampling.results_folder import (
    bring_to_the_present,
    mark_altered,
    other_version,
    records,
    set_right,
)
from deep_oversampling.storage import read_table, write_table

SNAKEFILE = """
import zipfile
from pathlib import Path
import pyarrow as pa
from deep_oversampling.checksum import PLACE, seal
from deep_oversampling.provenance import Provenance
from deep_oversampling.storage import read_table, write_table

FOLDER = "results/a/rather/long/path/" + 10 * "that/takes/more/than/a/name/"

rule all:
    input: "results/page.html"

rule table:
    output: FOLDER + "table.parquet"
    params: settings={"rows": 1000, "shares": [0.5, None]}
    run:
        table = pa.table({"a": range(1000)})
        write_table(output[0], table, table.schema, Provenance("t", params.settings, versions={}))

rule model:
    output: "results/model.keras"
    params: settings={"epochs": 2}
    run:
        provenance = Provenance("m", params.settings, versions={})
        with zipfile.ZipFile(output[0], "w") as archive:
            archive.writestr(zipfile.ZipInfo("provenance.json"), provenance.to_json())
            archive.comment = PLACE
        Path(output[0]).write_bytes(seal(Path(output[0]).read_bytes()))

rule page:
    input: rules.table.output, rules.model.output
    output: "results/page.html"
    shell: "echo page >{output}"
"""


def snakemake(folder, *arguments):
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "--directory", folder, "--snakefile"]
    finished = subprocess.run(
        [*command, folder / "Snakefile", "--rerun-incomplete", *arguments], capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout + finished.stderr


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("project")
    (folder / "Snakefile").write_text(SNAKEFILE)
    snakemake(folder)
    return folder


@pytest.fixture
def project(finished, monkeypatch):
    """The finished workflow's folder, its files set right again afterwards."""
    written = [*finished.glob("results/**/*"), *finished.glob(".snakemake/metadata/**/*")]
    files = [path for path in written if path.is_file()]
    kept = [(path, path.read_bytes(), path.stat().st_mtime_ns) for path in files]
    monkeypatch.chdir(finished)
    yield finished
    for path, content, mtime in kept:
        path.write_bytes(content)
        os.utime(path, ns=(mtime, mtime))
    for marker in finished.glob(".snakemake/incomplete/**/*"):
        if marker.is_file():
            marker.unlink()


def found(folder, name):
    return next((folder / "results").rglob(name)).relative_to(folder)


def test_what_the_jobs_left_is_left_alone(project):
    assert mark_altered("results") == []


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("table.parquet", lambda content: content[:-9]),
        ("model.keras", lambda content: content[:60] + b"x" + content[61:]),
        ("page.html", lambda content: content[:3]),
    ],
)
def test_an_altered_file_is_made_anew(project, name, damage):
    path = found(project, name)
    content = path.read_bytes()
    path.write_bytes(damage(content))
    assert mark_altered("results") == [path]
    assert "ncomplete" in snakemake(project, "--dry-run")
    snakemake(project)
    assert path.read_bytes() == content
    assert mark_altered("results") == []


def test_a_file_that_was_altered_and_given_another_time_is_noticed(project):
    path = found(project, "table.parquet")
    path.write_bytes(b"")
    os.utime(path, (1e9, 1e9))
    assert mark_altered("results") == [path]


def test_copied_files_that_hold_a_checksum_are_recognised(project):
    for name in ("table.parquet", "model.keras"):
        os.utime(found(project, name), (2e9, 2e9))
    assert mark_altered("results") == []


def test_a_whole_file_of_other_settings_is_made_anew(project):
    path = found(project, "table.parquet")
    content = path.read_bytes()
    table = read_table(path)
    write_table(path, table, table.schema, Provenance("t", {"rows": 999, "shares": [0.5, None]}, versions={}))
    assert mark_altered("results") == [path]
    snakemake(project)
    assert path.read_bytes() == content


def test_files_that_are_missing_or_elsewhere_are_left_to_snakemake(project):
    found(project, "page.html").unlink()
    found(project, "model.keras").write_bytes(b"")
    assert mark_altered("other") == []
    assert mark_altered("results") == [found(project, "model.keras")]


def test_what_a_run_that_goes_on_may_be_writing_isn_t_judged(project):
    path, other = found(project, "page.html"), found(project, "table.parquet")
    path.write_text("half")
    other.write_bytes(b"half")
    lock = project / ".snakemake" / "locks" / "0.output.lock"
    lock.parent.mkdir(exist_ok=True)
    lock.write_text(f"{path}\nelsewhere/page.html\n")
    assert mark_altered("results") == [other]
    lock.unlink()
    assert mark_altered("results") == sorted([path, other])


@pytest.mark.parametrize("content", [b"", b"null", b"[]", b"\xff\xfe", b"{"])
def test_a_record_that_is_none_is_left_to_snakemake(project, content):
    path = found(project, "page.html")
    path.write_text("half")
    for record, output in records(Path(".snakemake/metadata")):
        if output == path:
            record.write_bytes(content)
    assert mark_altered("results") == []


def test_other_programs_files_among_the_records_are_none(project):
    strange = [project / ".snakemake" / "metadata" / name for name in (".nfs0001", ".DS_Store", "\u00e9")]
    for path in strange:
        path.write_bytes(b"x")
    assert mark_altered("results") == []
    for path in strange:
        path.unlink()


def test_a_folder_in_a_file_s_place_is_left_to_snakemake(project):
    path = found(project, "page.html")
    path.unlink()
    path.mkdir()
    try:
        assert mark_altered("results") == []
        assert bring_to_the_present() == 0
    finally:
        path.rmdir()


def test_a_record_that_was_cut_off_is_left_to_snakemake(project):
    for record in project.glob(".snakemake/metadata/**/*"):
        if record.is_file():
            text = record.read_text()
            record.write_text(text[:20])
    found(project, "page.html").write_text("half")
    assert mark_altered("results") == []


def test_files_from_the_future_are_brought_to_the_present(project):
    ahead = time.time() + 3600
    for path in ("table.parquet", "model.keras", "page.html"):
        os.utime(found(project, path), (ahead, ahead))
    found(project, "page.html").unlink()
    assert bring_to_the_present() == 2
    assert bring_to_the_present() == 0
    snakemake(project)
    assert found(project, "page.html").stat().st_mtime > found(project, "table.parquet").stat().st_mtime


def test_a_folder_where_nothing_ran_is_fine(tmp_path):
    assert set_right(tmp_path / "results") == []


def results_of(folder, version):
    path = Path(folder, "data", "mnist", "train.parquet")
    table = pa.table({"a": [1]})
    write_table(path, table, table.schema, Provenance("original", versions={"deep-oversampling": version}))


def test_another_version_s_results_are_recognised(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    results_of("results", "0.0.1")
    assert other_version("results") == "0.0.1"
    assert set_right("results") == [
        f"results was begun by deep-oversampling 0.0.1, this is {__version__}; what runs again are jobs whose code or"
        " settings have changed"
    ]
    results_of("results", __version__)
    assert set_right("results") == []


def test_a_damaged_data_set_says_no_version(tmp_path):
    results_of(tmp_path, "0.0.1")
    (tmp_path / "data" / "mnist" / "train.parquet").write_bytes(b"PAR1")
    assert other_version(tmp_path) is None
