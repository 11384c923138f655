#!/usr/bin/env python3
"""Puts the match of `cargo bench --bench trench -- --dump FOLDER` to PostGIS, on the same lines.

    benches/trench.py FOLDER DATABASE_URL

Loads the two tables into a schema of its own, which it drops again, asks for the same pairs and compares them.
The query is timed by PostgreSQL, without what comes over the wire.
"""
import json
import re
import subprocess
import sys
from pathlib import Path


def psql(url, script):
    done = subprocess.run(["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", url], input=script, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return done.stdout


def pairs(text):
    return {tuple(line.split("\t")[:2]) for line in text.splitlines()}


def main():
    folder, url = Path(sys.argv[1]), sys.argv[2]
    load = "drop schema if exists bench_trench cascade; create schema bench_trench; set search_path = bench_trench, public;\n"
    for table in ("works", "streets"):
        load += f"create table {table} (id bigint primary key, reach float8, geom geometry);\n"
        load += f"copy {table} from stdin;\n{(folder / f'{table}.tsv').read_text()}\\.\n"
        load += f"create index on {table} using gist (geom);\nanalyze {table};\n"
    psql(url, load)
    answer = {}
    for name, b, once in (("work_street", "streets", ""), ("work_work", "works", "and a.id < b.id")):
        join = f"from works a join {b} b on st_dwithin(a.geom, b.geom, b.reach) {once}"
        length = "st_length(st_intersection(a.geom, st_buffer(b.geom, b.reach)))"
        head = "set search_path = bench_trench, public;\n"
        theirs = pairs(psql(url, f"{head}copy (select a.id, b.id {join}) to stdout;"))
        ours = pairs((folder / f"{name}.tsv").read_text())
        answer[name] = {"pairs": len(ours), "same": ours == theirs, "differ": len(ours ^ theirs)}
        ends = [f"st_linelocatepoint({g}.geom, st_{e}point(st_geometryn(st_multi(i), {n})))"
                for g in "ab" for e, n in (("start", "1"), ("end", "st_numgeometries(st_multi(i))"))]
        # The stretch on both lines, as the program tells it.
        stretch = f"(select a.geom ag, b.geom bg, st_intersection(a.geom, st_buffer(b.geom, b.reach)) i {join}) one"
        located = " + ".join(end.replace("a.geom", "ag").replace("b.geom", "bg") for end in ends)
        asked = (
            ("pairs_s", f"select count(*) {join}"),
            ("lengths_s", f"select sum({length}) {join}"),
            ("stretches_s", f"select sum(st_length(i) + {located}) from {stretch} where st_dimension(i) = 1"),
        )
        for what, query in asked:
            told = psql(url, f"{head}set max_parallel_workers_per_gather = 0; explain (analyze, timing off) {query};")
            answer[name][what] = float(re.search(r"Execution Time: ([\d.]+) ms", told)[1]) / 1000
    psql(url, "drop schema bench_trench cascade;")
    print(json.dumps(answer))


main()
