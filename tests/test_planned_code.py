import os
import subprocess
import sys
import time

import pytest

from deep_oversampling.errors import InputError
from deep_oversampling.planned_code import (
    PLANNED_AGAIN,
    PLANNED_AT,
    begin_planning,
    named_fingerprint,
    refuse_other_code,
)

FILES = {
    "scripts/draw.py": "from deep_oversampling.pencil import draw\n\ndraw()\n",
    "scripts/count.py": "",
    "deep_oversampling/__init__.py": "",
    "deep_oversampling/pencil.py": "def draw():\n    return 1\n",
    "mine/brush.py": "WIDTH = 2\n",
}


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project whose plan has just been made."""
    for name in (PLANNED_AT, PLANNED_AGAIN):
        monkeypatch.setenv(name, "")
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    time.sleep(0.02)
    begin_planning(again=False)
    return tmp_path


def rewrite(path, content):
    """Write a file and give it an old time, as tools that keep times do."""
    time.sleep(0.02)
    path.write_text(content)
    os.utime(path, (1e9, 1e9))


PROGRAM = """
import sys
from pathlib import Path
from deep_oversampling.errors import InputError
from deep_oversampling.planned_code import refuse_other_code

try:
    refuse_other_code(sys.argv[1], Path(sys.argv[2]))
except InputError as error:
    print(error)
"""


def refusal(planned, project):
    """What a job says, which is a process of its own and has read none of the files before."""
    command = [sys.executable, "-c", PROGRAM, planned, str(project)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_names_stand_before_the_fingerprint(project):
    names, _, digest = named_fingerprint("draw", ["mine.brush.Brush"], project).partition(": ")
    assert names == "draw mine.brush.Brush"
    assert len(digest) == 16


def test_unchanged_code_may_run(project):
    refuse_other_code(named_fingerprint("draw", ["mine.brush.Brush"], project), project)


@pytest.mark.parametrize("name", ["scripts/draw.py", "deep_oversampling/pencil.py", "mine/brush.py"])
def test_changed_code_may_not(project, name):
    planned = named_fingerprint("draw", ["mine.brush.Brush"], project)
    rewrite(project / name, FILES[name] + "CHANGED = True\n")
    assert f"{name} has changed since this run was planned; run again" in refusal(planned, project)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("scripts/count.py", "CHANGED = True\n"),
        ("deep_oversampling/pencil.py", "# A remark.\n" + FILES["deep_oversampling/pencil.py"]),
    ],
    ids=["code of another job", "comment"],
)
def test_what_has_no_part_may_change(project, name, content):
    planned = named_fingerprint("draw", project=project)
    rewrite(project / name, content)
    assert refusal(planned, project) == ""


def test_where_it_isn_t_handed_on_when_the_run_was_planned_the_job_s_own_plan_counts(project, monkeypatch):
    begin_planning(again=True)
    monkeypatch.delenv(PLANNED_AT)
    planned = named_fingerprint("draw", project=project)
    assert refusal(planned, project) == ""
    rewrite(project / "scripts" / "draw.py", "CHANGED = True\n")
    assert "has changed since this run was planned" in refusal(planned, project)


def test_where_jobs_are_planned_again_their_own_plan_proves_nothing(project):
    rewrite(project / "deep_oversampling" / "pencil.py", "def draw():\n    return 2\n")
    planned_anew = named_fingerprint("draw", project=project)
    refuse_other_code(planned_anew, project)
    begin_planning(again=True)
    with pytest.raises(InputError, match=r"pencil\.py has changed since this run was planned; run again"):
        refuse_other_code(planned_anew, project)
    with pytest.raises(InputError, match=r"pencil\.py has changed"):
        refuse_other_code(named_fingerprint("draw", project=project), project)
