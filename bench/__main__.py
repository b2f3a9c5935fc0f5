"""Run a benchmark by name, print its figures, and keep them in bench/RESULTS.md.

    python -m bench reader|desk|reporting|people|rules|all [--size small|full] [--json] [--no-keep]

With --json the last line is one object {"bench", "size", "machine", "figures"}.
"""

from __future__ import annotations

import argparse
import json
import sys
from importlib import import_module

from bench import machine, results

NAMES = ("reader", "desk", "reporting", "people", "rules")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="bench", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("name", choices=(*NAMES, "all"))
    parser.add_argument("--size", choices=("small", "full"), default="small")
    parser.add_argument("--json", action="store_true", help="print one JSON object last")
    parser.add_argument("--no-keep", action="store_true", help="do not write bench/RESULTS.md")
    asked = parser.parse_args()
    for name in NAMES if asked.name == "all" else (asked.name,):
        module = import_module(f"bench.{name}")
        found = module.run(size=asked.size, say=lambda text: print(text, file=sys.stderr, flush=True))
        for key, value in found.figures.items():
            print(f"{name}  {key:28} {value}", file=sys.stderr)
        if asked.size == "full" and not asked.no_keep:
            results.keep(name, asked.size, found)
        if asked.json:
            print(
                json.dumps(
                    {
                        "bench": name,
                        "size": asked.size,
                        "machine": machine.describe(),
                        "figures": found.figures,
                    }
                )
            )
    return 0


sys.exit(main())
