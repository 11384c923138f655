#!/usr/bin/env python3
"""One grouping by spopt or pygeoda, timed: their solving alone, no files. Prints JSON.

    grouping_peers.py FOLDER COUNT NAME REGIONS FLOOR
"""

import json
import sys
import time

import geopandas as gpd
import numpy as np
import pandas as pd

ATTRIBUTES = ["age", "far", "elder", "income"]


def now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def since(start: tuple[float, float]) -> tuple[float, float]:
    return tuple(after - before for after, before in zip(now(), start))


def main() -> None:
    folder, count, name, regions, floor = sys.argv[1], *sys.argv[2:]
    regions, floor = int(regions), float(floor)
    table = pd.read_csv(f"{folder}/units_{count}.csv")
    outlines = gpd.read_file(f"{folder}/units_{count}.gpkg")
    frame = gpd.GeoDataFrame(table, geometry=outlines.geometry.values)
    for column in ATTRIBUTES:
        frame[column] = (frame[column] - frame[column].mean()) / frame[column].std(ddof=0)
    edges = pd.read_csv(f"{folder}/adj_{count}.csv")
    neighbours = {unit: [] for unit in range(len(frame))}
    for i, j in edges.itertuples(index=False):
        neighbours[i].append(j)
        neighbours[j].append(i)
    if name.startswith("spopt"):
        labels, seconds = spopt(name, frame, neighbours, regions, floor)
    else:
        labels, seconds = geoda(name, frame, neighbours, regions, floor)
    print(json.dumps({"seconds": seconds[0], "cpu": seconds[1], "labels": [int(label) for label in labels]}))


def spopt(name, frame, neighbours, regions, floor):
    from libpysal.weights import W
    from spopt import region

    np.random.seed(1)
    w = W(neighbours, silence_warnings=True)
    if name == "spopt-maxp":
        model = region.MaxPHeuristic(frame, w, ATTRIBUTES, "hh", floor, 2, max_iterations_construction=999)
    elif name == "spopt-skater":
        model = region.Skater(frame, w, ATTRIBUTES, n_clusters=regions)
    else:
        model = region.AZP(frame, w, ATTRIBUTES, n_clusters=regions, random_state=1)
    start = now()
    model.solve()
    return np.asarray(model.labels_), since(start)


def geoda(name, frame, neighbours, regions, floor):
    import pygeoda

    data = pygeoda.open(frame)
    # Its own rook edges, of the same outlines.
    w = pygeoda.rook_weights(data)
    columns = [list(map(float, frame[column])) for column in ATTRIBUTES]
    households = list(map(float, frame["hh"]))
    start = now()
    if name == "pygeoda-maxp-greedy":
        found = pygeoda.maxp_greedy(w, columns, households, floor, iterations=99)
    elif name == "pygeoda-maxp-tabu":
        found = pygeoda.maxp_tabu(w, columns, households, floor, tabu_length=10, conv_tabu=10, iterations=9)
    elif name == "pygeoda-skater":
        found = pygeoda.skater(regions, w, columns)
    elif name == "pygeoda-redcap":
        found = pygeoda.redcap(regions, w, columns, "fullorder-wardlinkage")
    else:
        found = pygeoda.azp_greedy(regions, w, columns)
    return found["Clusters"], since(start)


if __name__ == "__main__":
    main()
