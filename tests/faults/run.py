#!/usr/bin/env python3
"""Faults under a steady load of reads and writes. Ends by itself within about three minutes, uses
only 127.0.0.1, and hurts only processes and files that it made.

    tests/faults/run.py [PROGRAM]        target/release/pianqu by default

Exit status 0: no acknowledged write was lost, no half write was seen, everything recovered by
itself. What cannot be tried on this machine is skipped, loudly.
"""

import glob
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from load import Load, halves
from node import Node

PROGRAM = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "target/release/pianqu")
DISK_MB = 700
BULK_ROWS = 4000
figures, skipped, broken = [], [], []


def say(text):
    print(f"[{time.monotonic() - BEGUN:6.1f} s] {text}", flush=True)


def must(is_so, what):
    if not is_so:
        broken.append(what)
        say(f"BROKEN: {what}")


class Disk:
    """A small disk of its own where that can be had (root), else a plain folder."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "disk")
        os.mkdir(self.path)
        self.is_small = False
        image = os.path.join(folder, "image")
        if os.geteuid() == 0:
            with open(image, "wb") as file:
                file.truncate(DISK_MB << 20)
            made = subprocess.run(["mkfs.ext4", "-q", "-m", "0", image], capture_output=True).returncode == 0
            loop = made and subprocess.run(["mount", "-o", "loop", image, self.path], capture_output=True).returncode == 0
            size = f"size={DISK_MB}m"
            self.kind = "ext4" if loop else "tmpfs"
            self.is_small = loop or subprocess.run(["mount", "-t", "tmpfs", "-o", size, "none", self.path]).returncode == 0
        os.chmod(self.path, 0o755)

    def free(self):
        state = os.statvfs(self.path)
        return state.f_bavail * state.f_frsize

    def fill(self, leave):
        with open(os.path.join(self.path, "ballast"), "wb") as file:
            while self.free() > leave:
                file.write(b"\0" * min(4 << 20, self.free() - leave))
                file.flush()
                os.fsync(file.fileno())

    def empty(self):
        os.remove(os.path.join(self.path, "ballast"))

    def release(self):
        if self.is_small and subprocess.run(["umount", self.path], capture_output=True).returncode:
            subprocess.run(["umount", "-l", self.path])


class Moment:
    """What happens from a fault on until everything is as before."""

    def __init__(self, load, node, name):
        self.load, self.node, self.name = load, node, name
        with load.lock:
            self.lost = sum(load.lost_reads.values())
            self.refused = sum(load.refused.values())
        self.at = time.monotonic()
        say(name)

    def recovered(self, patience_s=60, since=None):
        """Waits for reads, a write and readiness after now; notes how long it took since the fault."""
        since = since or self.at
        read = write = ready = None
        while not (read and write and ready):
            now = time.monotonic()
            if now - since > patience_s:
                must(False, f"{self.name}: not recovered after {patience_s} s (read {read}, write {write}, ready {ready})")
                break
            # What had been begun before the fault proves nothing; nor does a node that says that it
            # is ready because it has not noticed yet.
            with self.load.lock:
                read_begun, read_at = self.load.last_read
                acknowledged = [self.load.last_ack[way] for way in self.load.ways]
            read = read or (read_begun > since and read_at - since)
            # Each way of writing has to work again.
            if not write and all(begun > since for begun, _ in acknowledged):
                write = max(at for _, at in acknowledged) - since
            ready = ready or (write and self.node.is_ready() and time.monotonic() - since)
            time.sleep(0.02)
        with self.load.lock:
            lost = sum(self.load.lost_reads.values()) - self.lost
            refused = sum(self.load.refused.values()) - self.refused
        took = max(x or 0 for x in (read, write, ready))
        say(f"  whole again after {took:.1f} s (read {read or 0:.2f}, write {write or 0:.2f}, ready {ready or 0:.2f}); "
            f"{lost} reads failed, {refused} writes refused")
        figures.append((self.name, read, write, ready, lost, refused))
        return lost


def patiently(load, query):
    """The answer of a PostgreSQL that may just be starting."""
    for _ in range(60):
        try:
            return load.psql(query)
        except OSError as error:
            said = error
            time.sleep(0.5)
    raise SystemExit(f"faults: PostgreSQL does not come back: {said}")


def check(load, node, when):
    """Every acknowledged write is there, whole, in the database and in what the node shows."""
    with load.lock:
        acknowledged = set(load.acknowledged)
    names = set(patiently(load, "select name from gate where name is not null").split("\n"))
    missing = [f"{base}-{half}" for base in acknowledged for half in "ab" if f"{base}-{half}" not in names]
    must(not missing, f"{when}: {len(missing)} acknowledged writes are lost, e.g. {missing[:3]}")
    must(not halves(names), f"{when}: half writes in the database: {halves(names)[:3]}")
    with load.lock:
        must(not load.half_seen, f"{when}: half writes were shown: {load.half_seen[:3]}")
    return names


def kill_node(load, node):
    for _ in range(3):
        moment = Moment(load, node, "kill -9 of the node")
        node.kill()
        time.sleep(0.3)
        moment.recovered()
        check(load, node, "after kill -9 of the node")
        time.sleep(2)


def kill_postgresql(load, node):
    for _ in range(3):
        moment = Moment(load, node, "kill -9 of PostgreSQL")
        os.kill(node.postmaster(), signal.SIGKILL)
        time.sleep(0.3)
        lost = moment.recovered()
        must(lost == 0, f"{lost} reads failed while PostgreSQL was away")
        check(load, node, "after kill -9 of PostgreSQL")
        time.sleep(2)


def fill_disk(load, node, disk):
    if not disk.is_small:
        skipped.append("disk full: needs root, to mount a small disk of its own")
        return
    def write_many(nth):
        line = "st_multi(st_setsrid(st_makeline(st_point(104.6, 30 + i * 1e-5), st_point(104.7, 30)), 4490))"
        rows = f"select 'other', 'bulk-{nth}', {line} from generate_series(1, {BULK_ROWS}) i"
        load.psql(f"insert into barrier (barrier_kind, name, geom) {rows}", timeout_s=60)

    write_many(0)  # with room it is taken
    bulk, said = [0], ""
    moment = Moment(load, node, f"disk full ({disk.kind})")
    disk.fill(leave=12 << 20)
    for nth in range(1, 30):
        try:
            write_many(nth)
            bulk.append(nth)
        except (OSError, subprocess.TimeoutExpired) as error:
            said = str(error)
            break
    say(f"  refused after {len(bulk) - 1} large writes, {disk.free() >> 10} KiB free: {said}")
    must("No space left" in said or "connection" in said, f"the disk never became full: «{said}»")
    time.sleep(8)
    with load.lock:
        lost = sum(load.lost_reads.values()) - moment.lost
    must(lost == 0, f"{lost} reads failed while the disk was full")
    disk.empty()
    say("  there is room again")
    moment.recovered(since=time.monotonic())
    check(load, node, "after the disk was full")
    counts = dict(line.split("|") for line in load.psql("select name, count(*) from barrier group by 1").split())
    must(all(int(count) == BULK_ROWS for count in counts.values()), f"a large write is half there: {counts}")
    must(all(f"bulk-{nth}" in counts for nth in bulk), f"large writes are lost: {bulk} of {counts}")


def cut_connections(load, node):
    moment = Moment(load, node, "200 connections cut in mid-request")
    path, body = ("/api/edits", load._edit("w99-{}")) if load.api_writes else ("/api/statistics", json.dumps({"area": {}}))
    for nth in range(200):
        whole = body.replace("{}", str(nth)).encode()
        head = f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: {len(whole)}\r\n\r\n".encode()
        request = head + whole
        # In the head, in the body, and after the last byte but before the answer.
        upto = (len(head) // 2, len(head) + len(whole) // 2, len(request))[nth % 3]
        with socket.create_connection(("127.0.0.1", node.port), timeout=5) as connection:
            connection.sendall(request[:upto])
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    lost = moment.recovered()
    must(lost == 0, f"{lost} reads of others failed while connections were cut")
    time.sleep(1)
    check(load, node, "after connections were cut")


def steady(load, seconds):
    with load.lock:
        reads, writes = load.reads, len(load.acknowledged)
    time.sleep(seconds)
    with load.lock:
        say(f"  {(load.reads - reads) / seconds:.0f} reads/s, {(len(load.acknowledged) - writes) / seconds:.0f} acknowledged writes/s")


def set_clock_back(folder, data_dir, port, log):
    library = next(iter(glob.glob(os.environ.get("LIBFAKETIME", "/usr/lib/*/faketime/libfaketime.so.1"))), None)
    if not library:
        skipped.append("the clock set back: needs libfaketime (apt-get install libfaketime, or LIBFAKETIME=…/libfaketime.so.1)")
        return
    clock = os.path.join(folder, "clock")

    def set_clock(offset_s):
        with open(clock + ".new", "w") as file:
            file.write(f"{offset_s:+d}\n")
        os.chmod(clock + ".new", 0o644)
        os.rename(clock + ".new", clock)

    set_clock(0)
    node = Node(PROGRAM, data_dir, port, log, {
        "LD_PRELOAD": library, "FAKETIME_TIMESTAMP_FILE": clock, "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"})
    node.wait_ready()
    load = Load(port, os.path.join(data_dir, "run"))
    load.start()
    try:
        steady(load, 2)
        for offset, name in ((-3600, "the clock set back by an hour"), (0, "the clock set right again")):
            moment = Moment(load, node, name)
            set_clock(offset)
            told = load.psql("select extract(epoch from clock_timestamp())::bigint")
            must(abs(int(told) - time.time() - offset) < 30, "PostgreSQL's clock did not move: the fault did not happen")
            time.sleep(0.3)
            lost = moment.recovered()
            must(lost == 0, f"{lost} reads failed when the clock was set")
            steady(load, 4)
        load.stop()
        names = check(load, node, "after the clock was set back")
        compare(load, node, names)
    finally:
        load.is_over = True
        must(node.stop() == 0, "the node did not end well after the clock was set")


def compare(load, node, names):
    """What the node shows is what the database holds."""
    time.sleep(2)
    import urllib.request
    with urllib.request.urlopen(f"{node.url}/api/collections/gate/items?limit=10000") as answer:
        page = json.load(answer)
    shown = {feature["properties"].get("name") for feature in page["features"]}
    stored = set(load.psql("select name from gate where name is not null").split("\n"))
    must(shown - {None} == stored - {""}, f"the node shows {len(shown)} gates, the database holds {len(stored)}")


def main():
    folder = tempfile.mkdtemp(prefix="pianqu-faults-", dir="/tmp")
    os.chmod(folder, 0o755)  # the user postgres must reach the cluster inside
    disk, node = Disk(folder), None
    data_dir, log = os.path.join(disk.path, "data"), os.path.join(folder, "node.log")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    try:
        node = Node(PROGRAM, data_dir, port, log)
        node.wait_ready()
        load = Load(port, os.path.join(data_dir, "run"))
        say("writes: psql, imports" + (", edits" if load.api_writes else ""))
        if not load.api_writes:
            skipped.append("edits through the API: this program takes none")
        load.start()
        steady(load, 3)
        kill_node(load, node)
        kill_postgresql(load, node)
        cut_connections(load, node)
        fill_disk(load, node, disk)
        steady(load, 3)
        load.stop()
        compare(load, node, check(load, node, "at the end"))
        must(node.stop() == 0, "the node did not end well")
        acknowledged, reads = len(load.acknowledged), load.reads
        say(f"{acknowledged} acknowledged writes ({dict(load.ways)}), {reads} reads; refused {dict(load.refused)}; reads that failed {dict(load.lost_reads)}")
        # Other writers' names begin anew, so the gates are taken away first.
        node = Node(PROGRAM, data_dir, port, log)
        node.wait_ready()
        load.psql("delete from gate")
        node.stop()
        set_clock_back(folder, data_dir, port, log)
        print("\n| fault | reads again after | every way of writing after | ready after | reads failed | writes refused |\n|---|---|---|---|---|---|")
        for name, read, write, ready, lost, refused in figures:
            print(f"| {name} | {read or 0:.2f} s | {write or 0:.2f} s | {ready or 0:.2f} s | {lost} | {refused} |")
        for what in skipped:
            print(f"SKIPPED: {what}")
    finally:
        if node:
            node.is_stopping = True
            if node.process and node.process.poll() is None:
                node.stop()
        pid_file = os.path.join(data_dir, "postgres/postmaster.pid")
        if os.path.exists(pid_file):
            with open(pid_file) as file:
                postmaster = int(file.readline())
            if os.path.exists(f"/proc/{postmaster}"):
                os.kill(postmaster, signal.SIGQUIT)
                time.sleep(1)
        disk.release()
        if broken:
            print(f"the node's log is {log}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    if broken:
        raise SystemExit("faults: " + "; ".join(broken))
    print("faults: nothing acknowledged was lost, no half write was seen, everything recovered by itself")


BEGUN = time.monotonic()
main()
