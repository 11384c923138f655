"""A PostgreSQL, servers and a stopwatch for the measures. Ends everything that it started."""

import json
import os
import random
import re
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / ".peers"
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Row:
    """One line of the answer. `ok` is None where there is no limit to hold."""

    what: str
    ours: str
    peer: str
    ratio: str
    limit: str
    ok: bool | None

    def verdict(self) -> str:
        return {True: "held", False: "**short**", None: ""}[self.ok]

    def plain(self) -> str:
        return f"{self.what}: {self.ours} | {self.peer} | {self.ratio} | {self.limit} | {self.verdict()}"

    @staticmethod
    def markdown(rows: list["Row"]) -> str:
        lines = ["| measure | Pianqu | peer in the same run | ratio | asked | |", "|---|---|---|---|---|---|"]
        lines += [f"| {r.what} | {r.ours} | {r.peer} | {r.ratio} | {r.limit} | {r.verdict()} |" for r in rows]
        return "\n".join(lines) + "\n"


class Server:
    """A program that answers HTTP."""

    def __init__(self, name: str, command: list[str], url: str, ready: str, log: Path, env: dict | None = None):
        self.url = url
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            command, stdout=log.open("w"), stderr=subprocess.STDOUT, env={**os.environ, **(env or {})}
        )
        deadline = time.monotonic() + 120
        while True:
            try:
                urllib.request.urlopen(url + ready, timeout=5).read()
                break
            except Exception:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"{name} did not start:\n{log.read_text()[-2000:]}")
                time.sleep(0.02)
        self.ready_after = time.monotonic() - self.started_at

    def cpu_seconds(self) -> float:
        return cpu_seconds(tree(self.process.pid))

    def memory_mib(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()


@dataclass
class Load:
    """What wrk saw."""

    requests: int
    seconds: float
    errors: int
    p99_ms: float

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds


class Lab:
    def __init__(self, seconds: int):
        self.seconds = seconds
        self.dir = Path(tempfile.mkdtemp(prefix="pianqu-bench-", dir="/tmp"))
        self.dir.chmod(0o755)
        self.pg_bin = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))[-1]
        self.pianqu = Path(os.environ.get("PIANQU", ROOT / "target/release/pianqu"))
        self.servers: list[Server] = []
        self.databases: dict[str, str] = {}

    def __enter__(self):
        self.pg = self.dir / "pg"
        if os.geteuid() == 0:
            shutil.chown(self.dir, "postgres")
        self.as_owner([self.pg_bin / "initdb", "-D", self.pg, "-U", "pianqu", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"])
        self.port = free_port()
        options = (
            f"-c listen_addresses=127.0.0.1 -c port={self.port} -c unix_socket_directories={self.dir} "
            "-c shared_buffers=1GB -c max_wal_size=4GB -c max_connections=100"
        )
        self.as_owner([self.pg_bin / "pg_ctl", "-D", self.pg, "-w", "-l", self.dir / "pg.log", "-o", options, "start"])
        return self

    def __exit__(self, *_):
        self.stop_servers()
        self.as_owner([self.pg_bin / "pg_ctl", "-D", self.pg, "-w", "-m", "immediate", "stop"])
        shutil.rmtree(self.dir, ignore_errors=True)

    def as_owner(self, command: list):
        words = [str(word) for word in command]
        if os.geteuid() == 0:
            words = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", *words]
        subprocess.run(words, check=True, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    # databases

    def url(self, database: str) -> str:
        return f"postgresql://pianqu@127.0.0.1:{self.port}/{database}"

    def psql(self, database: str, *words: str) -> str:
        command = ["psql", "--no-psqlrc", "-qAt", "-v", "ON_ERROR_STOP=1", self.url(database), *words]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout

    def database(self, name: str) -> str:
        """An empty database with our schema."""
        self.psql("postgres", "-c", f"create database {name}")
        self.run_pianqu("migrate", "--database-url", self.url(name))
        return self.url(name)

    def city(self, buildings: int, lines: int) -> str:
        """The name of a database with the benchmark city."""
        name = f"city_{buildings}_{lines}"
        if name not in self.databases:
            self.databases[name] = self.database(name)
            variables = ["-v", f"buildings={buildings}", "-v", f"lines={lines}"]
            self.psql(name, *variables, "-f", str(ROOT / "benches/city.sql"))
            self.psql(name, "-c", "checkpoint")
        return name

    # programs

    def run_pianqu(self, *words: str) -> str:
        command = [str(self.pianqu), *words]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}\n{done.stdout[-1000:]}{done.stderr[-2000:]}")
        return done.stdout

    def serve(self, database: str, **env: str) -> Server:
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        command = [str(self.pianqu), "serve", "--listen", f"127.0.0.1:{port}", "--database-url", self.url(database)]
        server = Server("pianqu", command, url, "/readyz", self.dir / "pianqu.log", {"PIANQU_LOG": "warn", **env})
        self.servers.append(server)
        return server

    def start(self, name: str, command: list[str], port: int, ready: str, env: dict | None = None) -> Server:
        server = Server(name, command, f"http://127.0.0.1:{port}", ready, self.dir / f"{name}.log", env)
        self.servers.append(server)
        return server

    def stop_servers(self):
        while self.servers:
            self.servers.pop().stop()

    def postgres_cpu(self) -> float:
        """CPU of PostgreSQL and its backends, those that ended included."""
        postmaster = int((self.pg / "postmaster.pid").read_text().split()[0])
        return cpu_seconds(tree(postmaster), with_children=True)

    # load

    def load(self, server: Server, paths: list[str], connections: int = 8, seconds: int | None = None, script: str = "paths.lua") -> Load:
        """Asks for these paths, one after the other and round again, from wrk; or for what `script` makes up."""
        listing = self.dir / "paths.txt"
        listing.write_text("\n".join(paths))
        script = ROOT / "benches" / script
        duration = seconds or self.seconds
        command = ["wrk", "-t1", f"-c{connections}", f"-d{duration}s", "--latency", "--timeout", "30s", "-s", str(script), server.url]
        out = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, "PATHS": str(listing)}).stdout
        seen = json.loads(out[out.rindex("{") :])
        return Load(seen["requests"], seen["duration_us"] / 1e6, seen["errors"], seen["p99_us"] / 1000)


def get(url: str, **headers: str) -> tuple[int, bytes, float]:
    """Status, body as sent, seconds."""
    request = urllib.request.Request(url, headers={name.replace("_", "-"): value for name, value in headers.items()})
    start = time.perf_counter()
    with urllib.request.urlopen(request, timeout=120) as answer:
        body = answer.read()
        return answer.status, body, time.perf_counter() - start


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def tree(pid: int) -> list[int]:
    """A process and all below it."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, open_ = [], [pid]
    while open_:
        at = open_.pop()
        found.append(at)
        open_ += children.get(at, [])
    return found


def cpu_seconds(pids: list[int], with_children: bool = False) -> float:
    ticks = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12])
        if with_children:
            ticks += int(fields[13]) + int(fields[14])
    return ticks / TICKS


def tiles_over(west: float, south: float, east: float, north: float, zooms: range, count: int, seed: int = 1) -> list[tuple[int, int, int]]:
    """`count` different tiles of these zooms over a box, in a repeatable order."""
    from math import asinh, pi, radians, tan

    def at(lon: float, lat: float, z: int) -> tuple[int, int]:
        n = 2**z
        return int((lon + 180) / 360 * n), int((1 - asinh(tan(radians(lat))) / pi) / 2 * n)

    all_ = []
    for z in zooms:
        (x0, y1), (x1, y0) = at(west, south, z), at(east, north, z)
        all_ += [(z, x, y) for x in range(x0, x1 + 1) for y in range(y0, y1 + 1)]
    random.Random(seed).shuffle(all_)
    return all_[:count]
