#!/usr/bin/env python3
"""Siting beside spopt in one run, on instances that a seed makes.

Beside spopt the time is of the same work, from a problem in memory to the answer; the whole command, with its tables, is
named beside it. Where there is no peer it is the whole command that counts.

    benches/siting.py [PROGRAM]     the rows alone, without the rest of the bench
"""

import json
import math
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lab import PEERS, ROOT, Row

# Seconds that spopt may take for one siting.
PATIENCE = 120


def instance(folder: Path, demands: int, sites: int | None, p: int, radius: float, cut: float = math.inf) -> Path:
    """Points in a square of 20 km; `sites` is None where every point is both. Pairs beyond `cut` have no row."""
    folder.mkdir()
    rng = random.Random(42)
    at = [(rng.uniform(0, 20000), rng.uniform(0, 20000)) for _ in range(demands)]
    weights = [rng.randint(1, 500) for _ in range(demands)]
    to = at if sites is None else [(rng.uniform(0, 20000), rng.uniform(0, 20000)) for _ in range(sites)]
    dense = []
    with open(folder / "costs.csv", "w") as costs:
        costs.write("demand_id,site_id,cost\n")
        for i, (x, y) in enumerate(at):
            row = [math.hypot(x - u, y - v) for u, v in to]
            costs.writelines(f"{i},{j},{cost!r}\n" for j, cost in enumerate(row) if cost <= cut)
            if demands * len(to) <= 2_000_000:
                dense.append(row)
    with open(folder / "demand.csv", "w") as demand:
        demand.write("demand_id,weight\n")
        demand.writelines(f"{i},{weight}\n" for i, weight in enumerate(weights))
    if dense:
        (folder / "instance.json").write_text(
            json.dumps({"costs": dense, "weights": weights, "p": p, "radius": radius})
        )
    return folder


def ours(program: Path, folder: Path, objective: str, p: int, radius: float, limit: float) -> tuple[float, dict]:
    words = [program, "analyse", "siting", "--costs", "costs.csv", "--demand", "demand.csv", "--objective", objective]
    words += ["--p", p, "--time-limit", limit, "--json", *(["--radius", radius] if objective == "mclp" else [])]
    start = time.perf_counter()
    done = subprocess.run([str(word) for word in words], cwd=folder, capture_output=True, check=True)
    return time.perf_counter() - start, json.loads(done.stdout)


def in_memory(program: Path, folder: Path, objective: str, p: int, radius: float) -> float:
    """Seconds of the answer alone, as the command says them."""
    words = [program, "analyse", "siting", "--costs", "costs.csv", "--demand", "demand.csv", "--objective", objective]
    words += ["--p", p, *(["--radius", radius] if objective == "mclp" else [])]
    done = subprocess.run([str(word) for word in words], cwd=folder, capture_output=True, check=True, text=True)
    return float(re.search(r"; ([0-9.]+) s$", done.stdout, re.MULTILINE)[1])


def spopt(folder: Path, objective: str, solver: str) -> dict | None:
    python = PEERS / "venv/bin/python"
    words = [python, ROOT / "benches/siting_spopt.py", folder / "instance.json", objective, solver, PATIENCE]
    if subprocess.run([python, "-c", "import spopt"], capture_output=True).returncode:
        print("   SKIPPED: spopt is not in .peers (make peers)", flush=True)
        return None
    try:
        done = subprocess.run([str(w) for w in words], capture_output=True, text=True, timeout=4 * PATIENCE)
    except subprocess.TimeoutExpired:
        return {"seconds": 4.0 * PATIENCE, "value": None, "status": "killed"}
    if done.returncode:
        return {"seconds": math.nan, "value": None, "status": "failed: " + done.stderr.strip().splitlines()[-1][:80]}
    return json.loads(done.stdout)


def proof(answer: dict) -> str:
    if answer["is_proved_optimal"]:
        return "proved"
    return f"gap {100 * answer['gap']:.2f} %" if answer["gap"] is not None else "no bound"


def rows(program: Path):
    with tempfile.TemporaryDirectory(prefix="pianqu-siting-") as name:
        yield from measure(program, Path(name))


def measure(program: Path, root: Path):
    small = instance(root / "small", 400, 200, 10, 2500.0)
    for objective in ("mclp", "p-median", "p-center"):
        runs = [ours(program, small, objective, 10, 2500.0, 60) for _ in range(3)]
        whole, answer = min(runs, key=lambda run: run[0])
        seconds = min(in_memory(program, small, objective, 10, 2500.0) for _ in range(3))
        asked = 3.0 if objective == "p-center" else None
        peers = {solver: spopt(small, objective, solver) for solver in ("CBC", "HiGHS")}
        known = {solver: peer for solver, peer in peers.items() if peer}
        said = "; ".join(
            f"spopt with {solver}: {peer['seconds']:.2f} s, said {peer['status']}"
            + ("" if peer["value"] is None else f", {off(answer['value'], peer['value']):.2f} % off")
            for solver, peer in known.items()
        )
        fastest = min((peer["seconds"] for peer in known.values()), default=math.nan)
        ratio = fastest / seconds
        held = seconds <= asked if asked else None if not known else ratio >= 10
        yield Row(
            f"siting {objective}, 400 × 200, p = 10, {proof(answer)}, s (best of 3; the whole command {whole:.2f})",
            f"{seconds:.3f}",
            said,
            f"{ratio:.0f}×" if known else "",
            "≤ 3 s" if asked else "≥ 10×",
            held and answer["is_proved_optimal"],
        )

    wide = instance(root / "wide", 3000, 400, 20, 1500.0, cut=1500.0)
    seconds, answer = min((ours(program, wide, "mclp", 20, 1500.0, 60) for _ in range(3)), key=lambda run: run[0])
    yield Row(
        f"siting mclp, 3,000 × 400, p = 20, {proof(answer)}, s (best of 3)",
        f"{seconds:.2f}", "", "", "≤ 1 s", seconds <= 1.0 and answer["is_proved_optimal"],
    )

    for count, p in ((2700, 50), (7700, 100)):
        radius = 0.9 * math.sqrt(4e8 * 0.8 / (p * math.pi))
        folder = instance(root / f"city{count}", count, None, p, radius, cut=radius)
        seconds, answer = ours(program, folder, "mclp", p, radius, 15)
        _, longer = ours(program, folder, "mclp", p, radius, 120)
        best = max(answer["value"], longer["value"])
        yield from large(f"mclp, {count:,} points", p, seconds, answer, best)
    folder = instance(root / "median2700", 2700, None, 50, 0.0)
    seconds, answer = ours(program, folder, "p-median", 50, 0.0, 15)
    _, longer = ours(program, folder, "p-median", 50, 0.0, 120)
    yield from large("p-median, 2,700 points", 50, seconds, answer, min(answer["value"], longer["value"]))


def large(what: str, p: int, seconds: float, answer: dict, best: float):
    distance = off(best, answer["value"])
    yield Row(
        f"siting {what}, each demand and site, p = {p}, % from the best of two minutes ({proof(answer)} beside it; {seconds:.0f} s in all)",
        f"{distance:.2f}", "", "", "≤ 0.25 % in 15 s", distance <= 0.25,
    )


def off(best: float, value: float) -> float:
    return 100 * abs(value - best) / abs(best)


if __name__ == "__main__":
    program = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "target/release/pianqu"
    for row in rows(program.resolve()):
        print(row.plain(), flush=True)
