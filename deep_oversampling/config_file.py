"""Checking a config file for what its readers would let pass."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from deep_oversampling.errors import InputError

_MERGE = "tag:yaml.org,2002:merge"


def check_config_file(path: str | Path) -> None:
    """Refuse a config file that says one key twice, of which YAML's readers take the last.

    Parameters
    ----------
    path : str or Path
        YAML that can be read, or JSON, of which that indented by tabs isn't YAML and is left alone.

    Raises
    ------
    InputError
        If a key stands twice in one place.
    """
    for key, line in _repeated_keys(_composed(path), set()):
        raise InputError(f"config: {path} has {key!r} a second time on line {line}; leave one out")


def _composed(path: str | Path) -> yaml.Node | None:
    try:
        return yaml.compose(Path(path).read_text())
    except yaml.YAMLError:
        return None


def _repeated_keys(node: yaml.Node | None, visited: set[yaml.Node]) -> Iterator[tuple[str, int]]:
    if not isinstance(node, yaml.CollectionNode) or node in visited:
        return
    visited.add(node)
    inner = node.value
    if isinstance(node, yaml.MappingNode):
        seen: set[Any] = set()
        for key, _ in node.value:
            if (key.tag, key.value) in seen and key.tag != _MERGE:
                yield key.value, key.start_mark.line + 1
            seen.add((key.tag, key.value))
        inner = [value for _, value in node.value]
    for part in inner:
        yield from _repeated_keys(part, visited)
