"""Run by every interpreter that finds it on its path: keeps the seconds that imports take in a file."""

import builtins
import importlib
import os
import time

_FOLDER = os.environ["IMPORT_SECONDS"]
_depth = 0
_total = 0.0


def _timed(function):
    def timed(*arguments, **named):
        global _depth, _total
        _depth += 1
        start = time.perf_counter()
        try:
            return function(*arguments, **named)
        finally:
            _depth -= 1
            if not _depth:
                _total += time.perf_counter() - start
                # At once, for a job ends without saying goodbye.
                if time.perf_counter() - start > 1e-3:
                    with open(f"{_FOLDER}/{os.getpid()}", "w") as file:
                        file.write(str(_total))

    return timed


builtins.__import__ = _timed(builtins.__import__)
importlib.import_module = _timed(importlib.import_module)
