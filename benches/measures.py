"""The measures: each a function of the lab that yields rows."""

import concurrent.futures
import gzip
import json
import os
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import grouping
import siting
from lab import PEERS, ROOT, Lab, Row, free_port, get, tiles_over
from walks import walks

# The middle of the benchmark city of 200,000 buildings: every tile of it has something to draw.
CITY = (104.41, 29.96, 104.50, 30.04)
COLUMNS = {
    "building": {"name": "text", "building_use": "text", "floors": "int8"},
    "utility_line": {"utility_kind": "text", "diameter_mm": "float8", "quality_level": "text"},
}


def skip(what: str):
    print(f"   SKIPPED: {what}", flush=True)


def martin(lab: Lab, database: str):
    """Martin with the same columns, its cache off."""
    program = PEERS / "bin/martin"
    if not program.exists():
        return None
    tables = "".join(
        f"""
    {layer}:
      schema: public
      table: {layer}
      srid: 4490
      geometry_column: geom
      id_column: {layer}_id
      geometry_type: {"MULTIPOLYGON" if layer == "building" else "MULTILINESTRING"}
      extent: 4096
      buffer: 64
      clip_geom: true
      properties: {json.dumps(columns)}"""
        for layer, columns in COLUMNS.items()
    )
    port = free_port()
    config = lab.dir / "martin.yaml"
    config.write_text(
        f"""listen_addresses: 127.0.0.1:{port}
worker_processes: 2
cache_size_mb: 0
cache:
  size_mb: 0
postgres:
  connection_string: {lab.url(database)}
  pool_size: 8
  auto_publish: false
  tables:{tables}
"""
    )
    return lab.start("martin", [str(program), "--config", str(config)], port, "/health", {"RUST_LOG": "warn"})


def tile_speed(lab: Lab):
    """Uncached z14-z16 tiles with buildings and lines, and the CPU that each costs."""
    database = lab.city(200_000, 100_000)
    tiles = tiles_over(*CITY, range(14, 17), 2000)
    layers = "building,utility_line"
    seen = {}
    for name in ("pianqu", "martin"):
        if name == "pianqu":
            server = lab.serve(database, PIANQU_TILE_CACHE_MB="0")
            paths = [f"/tiles/{layers}/{z}/{x}/{y}.mvt" for z, x, y in tiles]
        else:
            server = martin(lab, database)
            if server is None:
                skip("Martin is not installed (make peers)")
                continue
            paths = [f"/{layers}/{z}/{x}/{y}" for z, x, y in tiles]
        lab.load(server, paths, seconds=2)  # connections and caches of PostgreSQL are warm
        cpu = server.cpu_seconds() + lab.postgres_cpu()
        load = lab.load(server, paths)
        cpu = (server.cpu_seconds() + lab.postgres_cpu() - cpu) / load.requests * 1000
        assert load.errors == 0, f"{name}: {load.errors} errors"
        seen[name] = (load, cpu)
        if name == "pianqu":
            sizes = [len(get(server.url + path, Accept_Encoding="gzip")[1]) for path in paths[:100]]
            mean_kb = sum(sizes) / len(sizes) / 1000
        lab.stop_servers()
    ours, our_cpu = seen["pianqu"]
    peer = seen.get("martin")
    yield Row(
        f"uncached z14–z16 tiles, 200,000 buildings + 100,000 lines (mean {mean_kb:.0f} kB gzip), requests/s",
        f"{ours.per_second:.0f}",
        f"Martin 1.14: {peer[0].per_second:.0f}" if peer else "not installed",
        f"{ours.per_second / peer[0].per_second:.1f}×" if peer else "",
        "≥ 5×",
        ours.per_second >= 5 * peer[0].per_second if peer else None,
    )
    yield Row(
        "CPU of one such request, server and PostgreSQL together, ms",
        f"{our_cpu:.2f}",
        f"Martin 1.14: {peer[1]:.2f}" if peer else "not installed",
        f"{peer[1] / our_cpu:.1f}×" if peer else "",
        "≤ 2.5 ms",
        our_cpu <= 2.5,
    )


def warm_tiles(lab: Lab):
    """Cached tiles against fixed bytes of the same size from the same server."""
    server = lab.serve(lab.city(200_000, 100_000))
    z, x, y = tiles_over(*CITY, range(15, 16), 1)[0]
    path = f"/tiles/building,utility_line/{z}/{x}/{y}.mvt"
    size = len(get(server.url + path, Accept_Encoding="gzip")[1])
    fixed = f"/healthz?bytes={size}"
    assert len(get(server.url + fixed)[1]) == size
    rates = {"tile": [], "fixed": []}
    for _ in range(3):
        rates["tile"].append(lab.load(server, [path], connections=16, seconds=max(2, lab.seconds // 2)).per_second)
        rates["fixed"].append(lab.load(server, [fixed], connections=16, seconds=max(2, lab.seconds // 2)).per_second)
    tile, bytes_ = max(rates["tile"]), max(rates["fixed"])
    yield Row(
        f"warm tile of {size / 1000:.0f} kB, requests/s",
        f"{tile:.0f}",
        f"fixed bytes, same server: {bytes_:.0f}",
        f"{tile / bytes_:.0%}",
        "≥ 80 %",
        tile >= 0.8 * bytes_,
    )


FILTERS = [
    "floors > 3 AND building_use <> 'industrial'",
    "name LIKE '%a%' OR (floors BETWEEN 2 AND 20 AND height_m IS NULL)",
    "S_INTERSECTS(geometry, POLYGON((104.4 29.9, 104.52 29.9, 104.5 30.06, 104.4 30.05, 104.4 29.9))) AND floors >= 0",
]


def filtered_tiles(lab: Lab):
    """Tiles of what passes a filter against the same tiles of everything, cache off."""
    server = lab.serve(lab.city(200_000, 100_000), PIANQU_TILE_CACHE_MB="0")
    tiles = [f"/tiles/building/{z}/{x}/{y}.mvt" for z, x, y in tiles_over(*CITY, range(13, 17), 200)]
    whole = lab.load(server, tiles).per_second
    for text in FILTERS:
        filtered = lab.load(server, [f"{tile}?filter={quote(text)}" for tile in tiles]).per_second
        yield Row(
            f"tiles with `{text[:40]}…`, requests/s",
            f"{filtered:.0f}",
            f"without: {whole:.0f}",
            f"{whole / filtered:.2f}× the cost",
            "≤ 2×",
            whole <= 2 * filtered,
        )


def low_zoom(lab: Lab):
    """A z10 tile over everything, cold."""
    server = lab.serve(lab.city(200_000, 100_000), PIANQU_TILE_CACHE_MB="0")
    z, x, y = tiles_over(*CITY, range(10, 11), 1)[0]
    url = f"{server.url}/tiles/building/{z}/{x}/{y}.mvt"
    times, size = [], 0
    for _ in range(9):
        _, body, seconds = get(url, Accept_Encoding="gzip")
        size = len(body)
        times.append(seconds * 1000)
    median = sorted(times)[len(times) // 2]
    assert gzip.decompress(body)
    yield Row("z10 tile over 200,000 buildings, cold, ms (median of 9; worst)", f"{median:.0f} ({max(times):.0f})", "", "", "≤ 300 ms", max(times) <= 300)
    yield Row("the same tile, kB gzip", f"{size / 1000:.0f}", "", "", "≤ 500 kB", size <= 500_000)


# What ogr2ogr must be told to fill our table by COPY: the columns with a default too, else it inserts
# row by row.
INTO_OUR_TABLE = """
    select cast(fid as text) as source_key, 'nyc_buildings.gpkg' as source, cast(osm_id as text) as code, name,
           height as height_m, 1 as version, current_timestamp as created_at, 'bench' as created_by,
           current_timestamp as updated_at, 'bench' as updated_by, geom
    from buildings"""


def ogr2ogr(lab: Lab, database: str, file: Path, *words: str) -> float:
    start = time.perf_counter()
    subprocess.run(
        ["ogr2ogr", "-f", "PostgreSQL", f"PG:{lab.url(database)}", str(file), "--config", "PG_USE_COPY", "YES",
         "-nlt", "PROMOTE_TO_MULTI", "-nln", "building", *words],
        check=True, capture_output=True,
    )
    return time.perf_counter() - start


def import_speed(lab: Lab):
    """New York's buildings through our import and through ogr2ogr with COPY."""
    file = Path(os.environ.get("PIANQU_SHARED_DATA", ROOT / "../shared/data")) / "new-york/nyc_buildings.gpkg"
    if not file.exists():
        skip(f"{file} is not here")
        return
    seconds = {"ours": [], "own table": [], "our table": []}
    rows = {}
    for _ in range(3):
        for way, times in seconds.items():
            name = "import_" + way.replace(" ", "_")
            if way == "own table":
                lab.psql("postgres", "-c", f"create database {name}")
                lab.psql(name, "-c", "create extension postgis")
                times.append(ogr2ogr(lab, name, file))
            elif way == "our table":
                lab.database(name)
                times.append(ogr2ogr(lab, name, file, "-append", "-sql", INTO_OUR_TABLE))
            else:
                lab.database(name)
                start = time.perf_counter()
                lab.run_pianqu("import", str(file), "--layer", "building", "--database-url", lab.url(name))
                times.append(time.perf_counter() - start)
            rows[way] = int(lab.psql(name, "-c", "select count(*) from building"))
            lab.psql("postgres", "-c", f"drop database {name} with (force)")
    assert len(set(rows.values())) == 1, rows
    us = min(seconds["ours"])
    for way, what, limit in (
        ("own table", "into a table of its own", "≥ 2×"),
        ("our table", "into our table, same constraints, indexes and triggers", ""),
    ):
        them = min(seconds[way])
        yield Row(
            f"import of New York's {rows['ours']:,} buildings, s (best of 3), beside ogr2ogr {what}",
            f"{us:.2f}", f"ogr2ogr, COPY: {them:.2f}", f"{them / us:.1f}×", limit, us * 2 <= them if limit else None,
        )


def start_up(lab: Lab):
    """From start to ready with 300,000 features."""
    database = lab.city(200_000, 100_000)
    times = []
    for _ in range(3):
        server = lab.serve(database)
        times.append(server.ready_after)
        lab.stop_servers()
    yield Row("start to ready with 300,000 features, s (worst of 3)", f"{max(times):.2f}", "", "", "< 5 s", max(times) < 5)


def memory(lab: Lab):
    """What a million features take."""
    database = lab.city(700_000, 300_000)
    server = lab.serve(database)
    rss = server.memory_mib()
    yield Row("memory with 1,000,000 features (700,000 buildings, 300,000 lines), MiB", f"{rss:.0f}", "", f"{rss * 1024 * 1024 / 1e6:.0f} bytes a feature", "stated", None)
    yield Row("start to ready with them, s", f"{server.ready_after:.1f}", "", "", "", None)


def feature_pages(lab: Lab):
    """items?bbox&limit=100 against tipg."""
    database = lab.city(200_000, 100_000)
    boxes = [f"{lon / 1e4:.4f},{lat / 1e4:.4f},{lon / 1e4 + 0.01:.4f},{lat / 1e4 + 0.01:.4f}" for lon in range(1044100, 1044900, 90) for lat in range(299600, 300300, 90)]
    server = lab.serve(database)
    ours = lab.load(server, [f"/api/collections/building/items?bbox={box}&limit=100" for box in boxes])
    assert ours.errors == 0, ours
    lab.stop_servers()
    uvicorn = PEERS / "venv/bin/uvicorn"
    peer = None
    if uvicorn.exists():
        port = free_port()
        tipg = lab.start(
            "tipg", [str(uvicorn), "tipg.main:app", "--port", str(port), "--log-level", "warning"], port, "/healthz",
            {"DATABASE_URL": lab.url(database)},
        )
        paths = [f"/collections/public.building/items?bbox={box}&limit=100" for box in boxes]
        get(tipg.url + paths[0])
        peer = lab.load(tipg, paths)
        assert peer.errors == 0, peer
    else:
        skip("tipg is not installed (make peers)")
    yield Row(
        "items?bbox&limit=100, requests/s", f"{ours.per_second:.0f}", f"tipg: {peer.per_second:.0f}" if peer else "not installed",
        f"{ours.per_second / peer.per_second:.0f}×" if peer else "", "≥ 5×", ours.per_second >= 5 * peer.per_second if peer else None,
    )


def patience(lab: Lab):
    """A z16 tile while 32 clients ask for the slowest tile there is."""
    server = lab.serve(lab.city(200_000, 100_000), PIANQU_TILE_CACHE_MB="0")
    layers = "building,utility_line"
    slow = f"{server.url}/tiles/{layers}/" + "/".join(map(str, tiles_over(*CITY, range(10, 11), 1)[0])) + ".mvt"
    quick = [f"{server.url}/tiles/{layers}/{z}/{x}/{y}.mvt" for z, x, y in tiles_over(*CITY, range(16, 17), 20)]
    with concurrent.futures.ThreadPoolExecutor(32) as clients:
        waiting = [clients.submit(get, slow, Accept_Encoding="gzip") for _ in range(32)]
        time.sleep(0.1)
        times = [get(url, Accept_Encoding="gzip")[2] * 1000 for url in quick]
        behind = sum(not one.done() for one in waiting)
        statuses = {one.result()[0] for one in waiting}
    assert statuses == {200}, statuses
    yield Row(
        f"z16 tile behind 32 z10 tiles, ms (worst of 20; {behind} still waiting at the end)",
        f"{max(times):.0f}", "", "", "≤ 500 ms", max(times) <= 500,
    )


def junk(lab: Lab):
    """Memory after a million requests for tiles that nobody asks for twice."""
    budget = 32
    server = lab.serve(lab.city(200_000, 100_000), PIANQU_TILE_CACHE_MB=str(budget))
    lab.load(server, [], connections=16, seconds=1, script="junk.lua")
    before, asked, errors = server.memory_mib(), 0, 0
    while asked < 1_000_000:
        load = lab.load(server, [], connections=16, seconds=10, script="junk.lua")
        asked, errors = asked + load.requests, errors + load.errors
    grown = server.memory_mib() - before
    assert errors == 0, errors
    yield Row(
        f"memory gained by {asked:,} junk tile requests with a cache of {budget} MiB, MiB",
        f"{grown:.0f}", "", "", f"≤ {budget} + 20", grown <= budget + 20,
    )


def freshness(lab: Lab):
    """From a commit by psql to the tile that shows it."""
    database = lab.city(200_000, 100_000)
    server = lab.serve(database)
    z, x, y = tiles_over(*CITY, range(16, 17), 1)[0]
    url = f"{server.url}/tiles/building/{z}/{x}/{y}.mvt"
    target = f"(select building_id from building where geom && st_transform(st_tileenvelope({z}, {x}, {y}), 4490) limit 1)"
    times = []
    for floors in range(101, 111):
        before = get(url)[1]
        lab.psql(database, "-c", f"update building set floors = {floors} where building_id = {target}")
        start = time.perf_counter()
        while get(url)[1] == before:
            if time.perf_counter() - start > 10:
                raise RuntimeError("the tile stays as it was")
        times.append((time.perf_counter() - start) * 1000)
    yield Row("commit by psql to changed tile, 300,000 features, ms (worst of 10)", f"{max(times):.0f}", "", "", "≤ 1000 ms", max(times) <= 1000)


def siting_speed(lab: Lab):
    """Sites from tables, beside spopt."""
    yield from siting.rows(ROOT / "target/release/pianqu")


def grouping_quality(lab: Lab):
    """Precincts from tables, beside spopt and pygeoda."""
    yield from grouping.rows(ROOT / "target/release/pianqu")


ALL = {
    "tiles": tile_speed,
    "warm": warm_tiles,
    "filters": filtered_tiles,
    "low-zoom": low_zoom,
    "import": import_speed,
    "start-up": start_up,
    "features": feature_pages,
    "patience": patience,
    "freshness": freshness,
    "junk": junk,
    "memory": memory,
    "siting": siting_speed,
    "grouping": grouping_quality,
    "walks": walks,
}
