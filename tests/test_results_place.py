import os
import re
import subprocess
from pathlib import Path

import pytest

from deep_oversampling.errors import InputError
from deep_oversampling.results_place import CONTENTS, SOURCES, check_place, results_name

ROOT = Path(__file__).parents[1]
HARMLESS = [
    *("lost+found", ".Trash-1000", ".DS_Store", ".nfs0123", ".gitignore", ".snakemake_timestamp"),
    ".~lock.benchmarks.csv#",
]


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A working folder that is a checkout of the project."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    (folder / "Snakefile").write_text("")
    monkeypatch.chdir(folder)
    return folder


def assert_refused(name, said):
    with pytest.raises(InputError, match=re.escape(said)) as refused:
        check_place(name)
    assert str(refused.value).startswith("config: results_dir: ")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("there", [*CONTENTS, *HARMLESS])
def test_a_place_of_results_or_of_nothing_is_accepted(tmp_path, there):
    (tmp_path / "results" / there).mkdir(parents=True)
    check_place(tmp_path / "results")


@pytest.mark.parametrize("name", ["results", "results_smoke", "results_paper", "results_faults", "mine/results"])
def test_a_place_beside_the_projects_files_is_accepted(checkout, name):
    check_place(name)
    for there in CONTENTS:
        (checkout / name / there).mkdir(parents=True)
    check_place(name)
    check_place(checkout / name)


@pytest.mark.parametrize("name", [".git", ".snakemake", "resources", *SOURCES])
def test_a_place_among_the_projects_files_is_refused(checkout, name):
    said = "is among the project's own files; name a folder of its own"
    for place in (name, f"{name}/new", f"results/../{name}", checkout / name):
        assert_refused(place, said)
    (checkout / name / "figures").mkdir(parents=True)
    assert_refused(f"{name}/figures", said)
    (checkout / "link").symlink_to(name)
    assert_refused("link", said)


@pytest.mark.parametrize("name", ["deep_oversampling", "deep_oversampling/fid", "tests/new", "resources"])
def test_the_projects_own_files_are_kept_from_another_working_folder(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    assert_refused(ROOT / name, "is among the project's own files")
    assert_refused(ROOT, "has the project itself in it")
    assert_refused(ROOT.parent, "has the project itself in it")


def test_a_working_folder_elsewhere_may_have_results_under_a_name_of_the_project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        check_place("report")
        (tmp_path / "report" / "logs").mkdir(parents=True, exist_ok=True)
    assert_refused(".snakemake/results", "is among the project's own files")
    assert_refused("resources", "is among the project's own files")


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="no checkout of git's")
def test_every_folder_that_git_keeps_is_known():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {path.partition("/")[0] for path in listed.splitlines() if "/" in path} <= set(SOURCES)


@pytest.mark.parametrize("foreign", ["notes.txt", ".bashrc", ".git", "results", "__init__.py"])
def test_one_foreign_file_is_enough_to_refuse_until_a_run_has_begun(tmp_path, foreign):
    for there in ({*CONTENTS, *HARMLESS} | {foreign}) - {"logs"}:
        (tmp_path / "results" / there).mkdir(parents=True)
    assert_refused(tmp_path / "results", f"results has other files in it ({foreign}); name a new or an empty folder")
    (tmp_path / "results" / "logs").mkdir()
    check_place(tmp_path / "results")


def test_the_first_foreign_files_are_named(tmp_path):
    for name in "dacb":
        (tmp_path / name).write_text("")
    assert_refused(tmp_path, "has other files in it (a, b, c, …); name a new")


@pytest.mark.parametrize("name", ["new", "new/er", "empty", "../beside", "file.d"])
def test_a_place_of_its_own_is_accepted(tmp_path, monkeypatch, name):
    (tmp_path / "working" / "empty").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "working")
    check_place(name)
    check_place(tmp_path / "working" / name)


def test_links_that_lead_nowhere_are_refused(tmp_path):
    (tmp_path / "gone").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "elsewhere").mkdir()
    check_place(tmp_path / "gone")
    (tmp_path / "elsewhere").rmdir()
    with pytest.raises(InputError, match="gone leads to no folder"):
        check_place(tmp_path / "gone")
    with pytest.raises(InputError, match=r"loop (leads to no folder|cannot be looked into)"):
        check_place(tmp_path / "loop")


def test_a_place_one_may_not_look_into_is_refused(tmp_path, monkeypatch):
    def refuse(self):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "exists", refuse)
    with pytest.raises(InputError, match=r"cannot be looked into .*Permission denied"):
        check_place(tmp_path / "results")


def test_a_place_that_can_not_be_written_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda _, mode: mode != os.W_OK)
    with pytest.raises(InputError, match="cannot be written; make it writable, or name another folder"):
        check_place(tmp_path / "results")


@pytest.mark.parametrize(
    ("spelt", "name"),
    [
        ("results", "results"),
        ("./results/", "results"),
        ("a/../results//b/.", "results/b"),
        ("{here}/results", "results"),
        ("../other/results", "../other/results"),
        ("/data//results/", "/data/results"),
        ("..results", "..results"),
    ],
)
def test_a_folder_has_one_name(tmp_path, monkeypatch, spelt, name):
    monkeypatch.chdir(tmp_path)
    assert results_name(spelt.format(here=tmp_path)) == name


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (".", "has the project itself in it; name a folder of its own"),
        ("..", "has the project itself in it; name a folder of its own"),
        ("docs/..", "has the project itself in it; name a folder of its own"),
        ("docs", "docs has other files in it (page.md); name a new or an empty folder"),
        ("docs/page.md", "page.md leads to no folder; name another"),
        ("docs/page.md/results", "results leads to no folder; name another"),
    ],
)
def test_a_place_among_other_files_is_refused(tmp_path, monkeypatch, name, said):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "page.md").write_text("text")
    monkeypatch.chdir(tmp_path)
    assert_refused(name, said)
