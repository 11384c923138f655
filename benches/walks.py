"""Walks: the network that is given as CSV, beside pandana, scipy and pgRouting in the same run."""

import json
import os
import subprocess
from pathlib import Path
from typing import Iterator

from lab import ROOT, Lab, Row

# Where the network lies: nodes.csv, edges.csv, buildings.csv, pois.csv.
NETWORK = "analysis-cases/synthetic_network"
NEW_YORK = "new-york"
PYTHON = ROOT / ".peers/venv/bin/python"


def shared(name: str) -> Path | None:
    folder = Path(os.environ.get("PIANQU_SHARED_DATA", ROOT.parent / "shared/data")) / name
    return folder if folder.is_dir() else None


def walks(lab: Lab) -> Iterator[Row]:
    folder = shared(NETWORK)
    if folder is None:
        print("   SKIPPED: no network; PIANQU_SHARED_DATA names the folder of shared data")
        return
    ours, peers, pgrouting = run(bench_program() + [str(folder)]), peers_on(folder), pgrouting_nearest(lab, folder)
    yield from beside_peers("50,176 nodes and 20,000 buildings", ours, peers, pgrouting)
    row = lambda what, name, limit: Row(what, f"{ours[name]:.3f}", "", "", f"≤ {limit} s", ours[name] <= limit)
    yield row("a gate opened and coverage recomputed, s", "gate_and_coverage", 0.5)
    yield row("a facility moved while dragging, 200,000 buildings, s", "what_if_at_200000_buildings", 0.1)
    for edit in ("street", "wall"):
        share = ours[f"{edit}_at_200000_buildings"] / ours["made_at_200000_buildings"]
        yield Row(f"a {edit} added at 200,000 buildings, s (all made anew: {ours['made_at_200000_buildings']:.2f})",
                  f"{ours[f'{edit}_at_200000_buildings']:.3f}", "", f"{100 * share:.0f} %", "≤ 20 %", share <= 0.2)
    yield from new_york(lab)


def new_york(lab: Lab) -> Iterator[Row]:
    """The same questions on New York."""
    source = shared(NEW_YORK)
    if source is None or not PYTHON.exists():
        print("   SKIPPED New York: its data or the peers are not here")
        return
    folder = lab.dir / "new_york"
    subprocess.run([str(PYTHON), str(ROOT / "benches/new_york.py"), str(source), str(folder)], check=True)
    count = lambda name: sum(1 for _ in open(folder / name)) - 1
    what = f"New York, {count('nodes.csv'):,} nodes and {count('buildings.csv'):,} buildings"
    ours = run(bench_program() + [str(folder), "--once"])
    yield from beside_peers(what, ours, peers_on(folder), pgrouting_nearest(lab, folder))
    yield Row(f"{what}: a gate opened and coverage recomputed, s", f"{ours['gate_and_coverage']:.3f}", "", "", "≤ 0.5 s",
              ours["gate_and_coverage"] <= 0.5)


def beside_peers(what: str, ours: dict, peers: dict, pgrouting: float | None) -> Iterator[Row]:
    def row(question: str, name: str, peer: str, seconds: float | None, limit: str, ok) -> Row:
        times = f"{seconds / ours[name]:.1f}×" if seconds else ""
        shown = f"{peer}: {seconds:.3f}" if seconds else ""
        return Row(f"{what}: {question}", f"{ours[name]:.3f}", shown, times, limit, ok(ours[name], seconds))

    within = lambda limit: lambda mine, _: mine <= limit
    beside = lambda least: lambda mine, theirs: None if theirs is None else theirs / mine >= least
    kind = "nearest facility of every building, legs and edges exact, s"
    yield row("from files to ready, s", "files_to_ready", "pandana", peers.get("pandana_ready"), "≤ 2 s", within(2.0))
    yield row(kind, "nearest_of_a_kind", "pandana, from nodes", peers.get("pandana_nearest"), "≥ 5×", beside(5))
    yield row(kind, "nearest_of_a_kind", "pgRouting, from nodes", pgrouting, "≥ 10×", beside(10))
    yield row(kind, "nearest_of_a_kind", "scipy, from nodes", peers.get("scipy_nearest"), "≤ 0.1 s", within(0.1))
    matrix = "distance matrix 3,000 × 400, s"
    yield row(matrix, "matrix_3000_x_400", "scipy, from nodes", peers.get("scipy_matrix"), "≤ 3 s", within(3.0))
    yield row(matrix, "matrix_3000_x_400", "pandana, from nodes", peers.get("pandana_matrix"), "", lambda *_: None)


def peers_on(folder: Path) -> dict:
    return run([str(PYTHON), str(ROOT / "benches/walk_peers.py"), str(folder)]) if PYTHON.exists() else {}


def bench_program() -> list[str]:
    given = os.environ.get("PIANQU_WALK_BENCH")
    return [given] if given else ["cargo", "bench", "--quiet", "--locked", "--bench", "walk", "--"]


def run(command: list[str]) -> dict:
    out = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout
    return json.loads(out[out.rindex("{"):])


def pgrouting_nearest(lab: Lab, folder: Path) -> float | None:
    """Seconds of the best of three queries for the nearest facility of every building's node."""
    lab.psql("postgres", "-c", "drop database if exists walks")
    lab.psql("postgres", "-c", "create database walks")
    try:
        lab.psql("walks", "-c", "create extension postgis; create extension pgrouting")
    except subprocess.CalledProcessError:
        print("   SKIPPED pgRouting: postgresql-15-pgrouting is not installed")
        return None
    lab.psql("walks", "-c", """
        create table node (id bigint, x float8, y float8);
        create table edge_in (source bigint, target bigint, cost float8);
        create table building (id bigint, x float8, y float8, hh float8);
        create table poi (id bigint, cat text, x float8, y float8, cap float8)""")
    for table, file in [("node", "nodes.csv"), ("edge_in", "edges.csv"), ("building", "buildings.csv"), ("poi", "pois.csv")]:
        lab.psql("walks", "-c", f"\\copy {table} from '{folder / file}' csv header")
    lab.psql("walks", "-c", """
        alter table node add geom geometry(point), add column is_kind boolean; update node set geom = st_point(x, y);
        create index on node using gist (geom);
        create table edge as
            select row_number() over () as id, source, target, cost, cost as reverse_cost from edge_in where source < target;
        create table start as
            select distinct (select n.id from node n order by n.geom <-> st_point(p.x, p.y) limit 1) as node
            from poi p where cat = (select cat from poi where id = 0);
        create table house as
            select b.id, (select n.id from node n order by n.geom <-> st_point(b.x, b.y) limit 1) as node from building b;
        insert into edge select 1000000 + node, -1, node, 0, 0 from start; analyze""")
    query = """select count(*) from house join pgr_drivingDistance(
        'select id, source, target, cost, reverse_cost from edge', -1, 1e9) d on d.node = house.node"""
    best = float("inf")
    for _ in range(3):
        said = lab.psql("walks", "-c", "\\timing on", "-c", query)
        best = min(best, float(said.split("Time: ")[1].split()[0]) / 1000)
    return best
