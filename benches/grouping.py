#!/usr/bin/env python3
"""Grouping beside spopt and pygeoda in one run, on the shared cases. Ours is the whole command: start, tables, answer.

    benches/grouping.py [PROGRAM]     the rows alone, without the rest of the bench

Every label list, ours and theirs, is judged by the same code: how many regions, how many of them below the floor or in
pieces, heterogeneity and squares of the z-scored attributes.
"""

import csv
import json
import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import combinations
from pathlib import Path

from lab import PEERS, ROOT, Row

FLOOR = 3000
ATTRIBUTES = ["age", "far", "elder", "income"]
# Seconds that a peer may take for one grouping.
PATIENCE = 600


def data() -> Path | None:
    roots = [os.environ.get("PIANQU_SHARED_DATA"), ROOT / "../shared/data", ROOT / "../../shared/data"]
    found = [Path(root) / "analysis-cases/synthetic_units" for root in roots if root]
    return next((path.resolve() for path in found if path.exists()), None)


class Case:
    """Units and edges of one file, and how a grouping of them is judged."""

    def __init__(self, folder: Path, count: int):
        self.folder, self.count = folder, count
        rows = list(csv.DictReader(open(folder / f"units_{count}.csv")))
        self.households = [int(row["hh"]) for row in rows]
        columns = [[float(row[name]) for row in rows] for name in ATTRIBUTES]
        self.columns = [self.scored(column) for column in columns]
        self.next = [set() for _ in rows]
        for row in csv.DictReader(open(folder / f"adj_{count}.csv")):
            i, j = int(row["i"]), int(row["j"])
            self.next[i].add(j)
            self.next[j].add(i)

    @staticmethod
    def scored(column: list[float]) -> list[float]:
        mean, deviation = statistics.fmean(column), statistics.pstdev(column)
        return [(value - mean) / deviation for value in column]

    def judge(self, groups: list[list[int]]) -> dict:
        assert sorted(unit for group in groups for unit in group) == list(range(self.count))
        return {
            "regions": len(groups),
            "below": sum(sum(self.households[unit] for unit in group) < FLOOR for group in groups),
            "in_pieces": sum(not self.hangs_together(group) for group in groups),
            "unlike": sum(self.city_block(group) for group in groups),
            "squares": sum(self.squares(group) for group in groups),
        }

    def hangs_together(self, group: list[int]) -> bool:
        left, stack = set(group[1:]), [group[0]]
        while stack:
            for other in self.next[stack.pop()] & left:
                left.remove(other)
                stack.append(other)
        return not left

    def city_block(self, group: list[int]) -> float:
        return sum(abs(column[a] - column[b]) for a, b in combinations(group, 2) for column in self.columns)

    def squares(self, group: list[int]) -> float:
        values = [[column[unit] for unit in group] for column in self.columns]
        return sum(sum(v * v for v in one) - sum(one) ** 2 / len(one) for one in values)


class Seconds(float):
    """By the clock, with the CPU's beside it: on a busy machine the clock says little."""

    def __new__(cls, clock: float, cpu: float):
        seconds = super().__new__(cls, clock)
        seconds.cpu = cpu
        return seconds

    def __format__(self, _: str) -> str:
        return str(self)

    def __str__(self) -> str:
        return f"{float(self):.1f} s ({self.cpu:.1f} s CPU)"


def cpu_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def ours(program: Path, case: Case, **params) -> tuple[Seconds, dict, dict]:
    question = {"min_households": FLOOR, "attributes": ATTRIBUTES, "without_placements": True, "proposals": 1, **params}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(question, file)
        file.flush()
        words = [program, "analyse", "grouping", "--units", case.folder / f"units_{case.count}.csv"]
        words += ["--edges", case.folder / f"adj_{case.count}.csv", "--params", file.name, "--json"]
        start, before = time.perf_counter(), cpu_of_children()
        done = subprocess.run([str(word) for word in words], capture_output=True, check=True)
        seconds = Seconds(time.perf_counter() - start, cpu_of_children() - before)
    answer = json.loads(done.stdout)
    judged = case.judge([group["members"] for group in answer["proposals"][0]["groups"]])
    assert judged["in_pieces"] == 0 and (judged["below"] == 0 or question["min_households"] < FLOOR), judged
    return seconds, answer, judged


def peer(case: Case, name: str, regions: int = 0) -> dict | None:
    """A grouping by a peer, judged; None where it is not installed or has no answer."""
    python = PEERS / "venv/bin/python"
    words = [python, ROOT / "benches/grouping_peers.py", case.folder, case.count, name, regions, FLOOR]
    try:
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=PATIENCE)
    except (FileNotFoundError, subprocess.TimeoutExpired) as error:
        print(f"   SKIPPED: {name} of {case.count}: {type(error).__name__}", flush=True)
        return None
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        print(f"   SKIPPED: {name} of {case.count}: {last[:160]}", flush=True)
        return None
    told = json.loads(done.stdout.splitlines()[-1])
    groups = {}
    for unit, label in enumerate(told["labels"]):
        groups.setdefault(label, []).append(unit)
    return {"name": name, "seconds": Seconds(told["seconds"], told["cpu"]), **case.judge(list(groups.values()))}


def rows(program: Path):
    folder = data()
    if folder is None:
        print("   SKIPPED: the shared data analysis-cases/synthetic_units is not here", flush=True)
        return
    for count, least, limit, patience in ((364, 70, 5, 2), (3000, 565, 30, 20)):
        case = Case(folder, count)
        seconds, answer, judged = ours(program, case, objective="max-p")
        peers = [peer(case, name) for name in ("spopt-maxp", "pygeoda-maxp-greedy", "pygeoda-maxp-tabu")]
        peers = [one for one in peers if one]
        said = "; ".join(f"{p['name']} {p['regions']} in {p['seconds']}" for p in peers)
        yield Row(
            f"grouping max-p, {count:,} communities, floor {FLOOR:,}: precincts (bound {answer['most_groups']}) in {seconds}",
            str(judged["regions"]), said, "", f"≥ {least} in {limit} s", judged["regions"] >= least and seconds <= limit,
        )
        for one in peers:
            if one["below"] or one["in_pieces"]:
                said = f"{one['name']}: {one['below']} below the floor, {one['in_pieces']} in pieces"
                print(f"   {said}", flush=True)
            seconds, _, judged = ours(program, case, objective="max-p", groups=one["regions"])
            yield Row(
                f"grouping {count:,} at the {one['regions']} precincts of {one['name']}: heterogeneity, {seconds}",
                f"{judged['unlike']:.0f}", f"{one['unlike']:.0f} in {one['seconds']}",
                f"{judged['unlike'] / one['unlike']:.2f}", "≤ 1", judged["unlike"] <= one["unlike"],
            )
        names = ["spopt-skater", "spopt-azp", "pygeoda-skater", "pygeoda-redcap", "pygeoda-azp"]
        # As many as max-p finds, of which half lie below a floor that nobody else keeps; and half as many, with ours kept.
        for regions, floor in ((61 if count == 364 else 478, 1), (30 if count == 364 else 250, FLOOR)):
            squares = {"objective": "max-p", "unlikeness": "squares", "min_households": floor}
            seconds, _, judged = ours(program, case, groups=regions, **squares)
            kept = f"floor {FLOOR:,} kept" if floor == FLOOR else f"no floor, {judged['below']} below {FLOOR:,}"
            for name in names:
                one = peer(case, name, regions)
                if one is None:
                    continue
                yield Row(
                    f"grouping {count:,} in {regions}, {kept}: sum of squares beside {name} "
                    f"({one['regions']} regions, {one['below']} below), {seconds}",
                    f"{judged['squares']:.0f}", f"{one['squares']:.0f} in {one['seconds']}",
                    f"{judged['squares'] / one['squares']:.2f}", "< 1", judged["squares"] < one["squares"],
                )
        weights = {"few_precincts": 1, "similar_attributes": 1, "equal_size": 0.2}
        seconds, answer, judged = ours(
            program, case, objective="planner", weights=weights, proposals=3, without_placements=False
        )
        yield Row(
            f"grouping {count:,} for a planner: three proposals with reasons ({len(answer['proposals'])} differ enough)",
            str(seconds), "", "", f"≤ {patience} s", seconds <= patience and not math.isnan(seconds),
        )


if __name__ == "__main__":
    program = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "target/release/pianqu"
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)
    for row in rows(program.resolve()):
        print(row.plain(), flush=True)
    print(f"load {os.getloadavg()[0]:.1f}", flush=True)
