"""Take one measurement in a process of its own and print it as JSON."""

import argparse
import json
import resource
from importlib import import_module

from deep_oversampling.job import import_lightly


def main() -> None:
    """Run one function of one module of this package."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "module", choices=["ours", "keras_fit", "pytorch", "sgemm", "weight_search", "page", "start_up"]
    )
    parser.add_argument("function")
    parser.add_argument("arguments", help="keyword arguments as JSON")
    arguments = parser.parse_args()
    import_lightly()
    measure = getattr(import_module(f"benchmarks.{arguments.module}"), arguments.function)
    measured = measure(**json.loads(arguments.arguments))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({**measured, "peak_mib": peak}))


if __name__ == "__main__":
    main()
