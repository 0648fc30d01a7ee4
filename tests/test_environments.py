"""The environments of `--sdm conda`: what the rules' scripts import, in the lock's versions, and nothing else."""

import ast
import os
import re
import subprocess
import sys
import venv
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from deep_oversampling.provenance import LIBRARIES

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENTS = sorted(path.name for path in (ROOT / "envs").iterdir())
CONFIGS = [ROOT / "config.yaml", *sorted((ROOT / "presets").glob("*.yaml"))]

# The scripts that build objects by name, and the keys of the config that name them.
NAMED_IN_CONFIG = {
    "oversample.py": {"sampler"},
    "train_generator.py": {"generator"},
    "sample_generator.py": {"generator"},
    "score_classifiers.py": {"sampler", "generator", "estimator"},
    "time_balancing.py": set(),
}

# Imports inside of functions and conditions that no job of the environment comes to.
NEVER_REACHED = {
    # The environments train on TensorFlow, whatever else Keras could.
    "training.yaml": {"deep_oversampling.training.backends.jax"},
}


def rules_with_scripts() -> Iterator[tuple[str, str, str | None]]:
    """Yield every rule's file, script and environment, as written there."""
    for path in sorted((ROOT / "rules").glob("*.smk")):
        for rule in re.split(r"^ *rule\b", path.read_text(), flags=re.MULTILINE)[1:]:
            script = re.search(r'^ +script:\s+"\.\./scripts/(.+)"', rule, re.MULTILINE)
            environment = re.search(r'^ +conda:\s+"\.\./envs/(.+)"', rule, re.MULTILINE)
            if script:
                yield path.name, script[1], environment and environment[1]


def scripts_of(environment: str) -> set[str]:
    return {script for _, script, name in rules_with_scripts() if name == environment}


def python_of(environment: str) -> str:
    return re.search(r"- python=([\d.]+)$", (ROOT / "envs" / environment).read_text(), re.MULTILINE)[1]


def pinned(environment: str) -> dict[str, str]:
    listed = yaml.safe_load((ROOT / "envs" / environment).read_text())["dependencies"]
    requirements = [Requirement(text) for entry in listed if isinstance(entry, dict) for text in entry["pip"]]
    return {requirement.name: str(requirement.specifier).removeprefix("==") for requirement in requirements}


def locked(python: str) -> dict[str, str]:
    lines = re.findall(r"^([\w.-]+==.+?) \\$", (ROOT / "requirements" / "cpu.lock").read_text(), re.MULTILINE)
    environment = {"python_full_version": f"{python}.0", "sys_platform": "linux"}
    return {
        requirement.name: str(requirement.specifier).removeprefix("==")
        for requirement in map(Requirement, lines)
        if requirement.marker is None or requirement.marker.evaluate(environment)
    }


def run_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what is below a node, less what only type checkers read."""
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"):
            yield child
            yield from run_nodes(child)


def names_in(node: ast.AST) -> list[str]:
    """Return what a node imports, modules and what is in them; modules of the library that a string names, too."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    if isinstance(node, ast.Constant) and re.fullmatch(r"deep_oversampling(\.\w+)+", str(node.value)):
        return [node.value]
    return []


@cache
def imported_by(source: Path) -> list[str]:
    return [name for node in run_nodes(ast.parse(source.read_text())) for name in names_in(node)]


def named_by_configs(keys: Iterable[str]) -> set[str]:
    configs = [yaml.safe_load(path.read_text()) for path in CONFIGS]
    kinds = [config.get(kind, {}) for config in configs for kind in ("samplers", "estimators")]
    definitions = [definition for kind in kinds for definition in kind.values()]
    return {definition[key] for definition in definitions for key in keys if key in definition}


def own_source(name: str) -> Path | None:
    path = ROOT.joinpath(*name.split("."))
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)


def with_packages(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:length]) for length in range(1, len(parts) + 1)]


def imports_of(script: str, never: Iterable[str] = ()) -> set[str]:
    """Return all that a script imports, itself, through the library or because a config names it."""
    found: set[str] = set()
    waiting = [*imported_by(ROOT / "scripts" / script), *named_by_configs(NAMED_IN_CONFIG.get(script, ()))]
    while waiting:
        names = with_packages(waiting.pop())
        if found.issuperset(names) or not set(names).isdisjoint(never):
            continue
        found.update(names)
        waiting += [name for source in filter(None, map(own_source, names)) for name in imported_by(source)]
    return found


def all_imports_of(environment: str) -> set[str]:
    never = NEVER_REACHED.get(environment, ())
    return set().union(*(imports_of(script, never) for script in scripts_of(environment)))


def packages_of(names: Iterable[str]) -> set[str]:
    modules = {name.partition(".")[0] for name in names} - {"deep_oversampling"} - sys.stdlib_module_names
    installed = packages_distributions()
    return {canonicalize_name(package) for module in modules for package in installed[module]}


def with_dependencies(packages: Iterable[str]) -> set[str]:
    found, waiting = set(), list(packages)
    while waiting:
        package = canonicalize_name(waiting.pop())
        if package not in found:
            found.add(package)
            waiting += [needed.name for needed in map(Requirement, requires(package) or []) if is_needed(needed)]
    return found


def is_needed(requirement: Requirement) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": ""})


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_versions_are_those_of_the_lock(environment):
    versions, lock = pinned(environment), locked(python_of(environment))
    assert versions == {package: lock.get(package) for package in versions}


def test_every_script_is_run_in_an_environment_and_every_environment_is_used():
    rules = list(rules_with_scripts())
    assert [rule for rule in rules if rule[2] not in ENVIRONMENTS] == []
    assert {script for _, script, _ in rules} == {path.name for path in (ROOT / "scripts").glob("*.py")}
    assert {environment for *_, environment in rules} == set(ENVIRONMENTS)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_an_environment_holds_what_its_scripts_import_and_nothing_else(environment):
    imported = packages_of(all_imports_of(environment))
    # Their results depend on these, so that their versions are recorded, and fixed, where something else brings them.
    recorded = with_dependencies(imported).intersection(LIBRARIES)
    needed = {{"tensorflow": "tensorflow-cpu"}.get(package, package) for package in imported | recorded}
    assert set(pinned(environment)) == needed


def test_the_scripts_that_build_objects_by_name_are_known():
    builders = {
        script for _, script, _ in rules_with_scripts() if "deep_oversampling.dotted_path" in imports_of(script)
    }
    assert builders == set(NAMED_IN_CONFIG)


@pytest.mark.slow
@pytest.mark.network
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_fresh_environment_imports_all_that_its_scripts_do(environment, tmp_path):
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    lock = locked(".".join(map(str, sys.version_info[:2])))
    packages = [f"{package}=={lock[package]}" for package in pinned(environment)]
    subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
    names = sorted(all_imports_of(environment))
    # resolve_name takes a module that can't be imported for an attribute, and doesn't say what it lacked.
    modules = [name for name in names if own_source(name)]
    program = (
        "import importlib, pkgutil\n"
        f"for name in {modules}: importlib.import_module(name)\n"
        f"for name in {names}: pkgutil.resolve_name(name)"
    )
    finished = subprocess.run(
        [python, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
