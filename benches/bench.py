#!/usr/bin/env python3
"""Measures Pianqu beside its peers in one run and prints a table of ratios.

    benches/bench.py [--only NAME ...] [--seconds N] [--markdown FILE]

Needs target/release/pianqu, PostgreSQL with PostGIS, wrk and gdal-bin; peers below .peers (make
peers), each skipped loudly where it is missing. Everything runs on this machine and ends by itself.
"""

import argparse
import sys
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from lab import Lab, Row  # noqa: E402
import measures  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", help="names of measures")
    parser.add_argument("--seconds", type=int, default=8, help="length of each load")
    parser.add_argument("--markdown", type=Path, help="also write the table to this file")
    options = parser.parse_args()

    rows: list[Row] = []
    failed = False
    with Lab(options.seconds) as lab:
        for name, measure in measures.ALL.items():
            if options.only and name not in options.only:
                continue
            print(f"== {name}", flush=True)
            try:
                for row in measure(lab):
                    rows.append(row)
                    print("   " + row.plain(), flush=True)
            except Exception:
                failed = True
                traceback.print_exc()
            finally:
                lab.stop_servers()

    table = Row.markdown(rows)
    print("\n" + table)
    if options.markdown:
        options.markdown.write_text(table)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
