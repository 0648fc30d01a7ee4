import os
import re
from pathlib import Path

import pytest

from deep_oversampling.errors import InputError
from deep_oversampling.results_place import check_place, results_name


@pytest.mark.parametrize("there", ["data", "tables", "logs", "dag", "lost+found", ".trash"])
def test_a_place_of_results_or_of_nothing_is_accepted(tmp_path, there):
    (tmp_path / "results" / there).mkdir(parents=True)
    check_place(tmp_path / "results")


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
        ("docs", "docs has other files in it; name a new or an empty folder"),
        ("docs/page.md", "page.md leads to no folder; name another"),
        ("docs/page.md/results", "results leads to no folder; name another"),
    ],
)
def test_a_place_among_other_files_is_refused(tmp_path, monkeypatch, name, said):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "page.md").write_text("text")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=re.escape(said)) as refused:
        check_place(name)
    assert str(refused.value).startswith("config: results_dir: ")
