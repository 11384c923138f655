#!/usr/bin/env python3
"""Asks pandana and scipy what benches/walk.rs asks us, and prints seconds as JSON.

    .peers/venv/bin/python benches/walk_peers.py FOLDER

Both snap every building and facility to its nearest node: their answers are other answers than ours.
"""

import csv
import json
import sys
import time
from pathlib import Path

import numpy as np

folder = Path(sys.argv[1])


def table(name: str) -> list[dict]:
    with (folder / name).open() as file:
        return list(csv.DictReader(file))


def least(times: int, work) -> float:
    best = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


seconds: dict[str, float] = {}
start = time.perf_counter()
nodes, edges = table("nodes.csv"), table("edges.csv")
xy = np.array([(float(n["x"]), float(n["y"])) for n in nodes])
once = [e for e in edges if int(e["u"]) < int(e["v"])]
u, v = (np.array([int(e[end]) for e in once]) for end in "uv")
length = np.array([float(e["len"]) for e in once])
pois = [p for p in table("pois.csv")]
kind = pois[0]["cat"]
chosen = np.array([(float(p["x"]), float(p["y"])) for p in pois if p["cat"] == kind])
houses = np.array([(float(b["x"]), float(b["y"])) for b in table("buildings.csv")])
seconds["read_files"] = time.perf_counter() - start

try:
    import pandas as pd
    import pandana

    start = time.perf_counter()
    network = pandana.Network(
        pd.Series(xy[:, 0]), pd.Series(xy[:, 1]), pd.Series(u), pd.Series(v), pd.DataFrame({"m": length}), twoway=True
    )
    network.set_pois("kind", 100_000, 1, pd.Series(chosen[:, 0]), pd.Series(chosen[:, 1]))
    seconds["pandana_ready"] = time.perf_counter() - start
    at = network.get_node_ids(pd.Series(houses[:, 0]), pd.Series(houses[:, 1]))

    def nearest():
        found = network.nearest_pois(100_000, "kind", num_pois=1)
        assert found.loc[at].shape[0] == len(houses)

    seconds["pandana_nearest"] = least(3, nearest)
    origins, targets = at[:3000].to_numpy(), network.get_node_ids(
        pd.Series([float(p["x"]) for p in pois[:400]]), pd.Series([float(p["y"]) for p in pois[:400]])
    ).to_numpy()
    if "--matrix" in sys.argv:
        a, b = np.repeat(origins, len(targets)), np.tile(targets, len(origins))
        seconds["pandana_matrix"] = least(1, lambda: network.shortest_path_lengths(a, b))
except ImportError as error:
    print(f"SKIPPED pandana: {error}", file=sys.stderr)

try:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra
    from scipy.spatial import cKDTree

    start = time.perf_counter()
    n = len(xy)
    graph = coo_array((np.r_[length, length], (np.r_[u, v], np.r_[v, u])), shape=(n, n)).tocsr()
    tree = cKDTree(xy)
    starts, at = np.unique(tree.query(chosen)[1]), tree.query(houses)[1]
    seconds["scipy_ready"] = time.perf_counter() - start
    seconds["scipy_nearest"] = least(5, lambda: dijkstra(graph, directed=True, indices=starts, min_only=True)[at])
    sites = tree.query(np.array([(float(p["x"]), float(p["y"])) for p in pois[:400]]))[1]
    seconds["scipy_matrix"] = least(1, lambda: dijkstra(graph, directed=True, indices=sites)[:, at[:3000]])
except ImportError as error:
    print(f"SKIPPED scipy: {error}", file=sys.stderr)

print(json.dumps(seconds))
