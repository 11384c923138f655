#!/usr/bin/env python3
"""New York's streets and buildings as the CSV tables that benches/walk.rs and its peers read.

    .peers/venv/bin/python benches/new_york.py FOLDER_OF_NEW_YORK TO

Streets share vertices and are not split where they meet: every vertex becomes a node. Metres are those of a plain map
around the middle, which is all that a measurement needs. Every 280th building holds a facility.
"""

import csv
import math
import sys
from pathlib import Path

import geopandas

FACILITY_EVERY = 280
EARTH_M = 6_378_137.0

source, target = Path(sys.argv[1]), Path(sys.argv[2])
target.mkdir(parents=True, exist_ok=True)
roads = geopandas.read_file(source / "nyc_roads.gpkg").geometry
buildings = geopandas.read_file(source / "nyc_buildings.gpkg").geometry
west, south, east, north = buildings.total_bounds
lon_0, lat_0 = (west + east) / 2, (south + north) / 2
cosine = math.cos(math.radians(lat_0))


def metres(lon: float, lat: float) -> tuple[float, float]:
    radians = math.radians
    return radians(lon - lon_0) * EARTH_M * cosine + 20_000, radians(lat - lat_0) * EARTH_M + 20_000


def write(name: str, head: list[str], rows) -> None:
    with (target / name).open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(head)
        table.writerows(rows)


nodes: dict[tuple[float, float], int] = {}
edges: dict[tuple[int, int], float] = {}
# Streets of all five boroughs, of which those around the buildings count.
for line in roads[roads.intersects(buildings.union_all().envelope.buffer(0.01))].explode(index_parts=False):
    ends = [nodes.setdefault((round(lon, 7), round(lat, 7)), len(nodes)) for lon, lat, *_ in line.coords]
    places = [metres(lon, lat) for lon, lat, *_ in line.coords]
    for u, v, a, b in zip(ends, ends[1:], places, places[1:]):
        if u != v:
            edges[min(u, v), max(u, v)] = min(math.dist(a, b), edges.get((min(u, v), max(u, v)), math.inf))

places = [metres(at.x, at.y) for at in buildings.centroid]
write("nodes.csv", ["id", "x", "y"], ((n, *metres(*at)) for at, n in nodes.items()))
write("edges.csv", ["u", "v", "len"], (row for (u, v), m in edges.items() for row in [(u, v, m), (v, u, m)]))
write("buildings.csv", ["id", "x", "y", "hh"], ((n, x, y, 10) for n, (x, y) in enumerate(places)))
write("pois.csv", ["id", "cat", "x", "y", "cap"],
      ((n, f"kind_{n % 7}", *at, 50) for n, at in enumerate(places[::FACILITY_EVERY])))
