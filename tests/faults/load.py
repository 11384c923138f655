"""Steady reads and writes that remember what was acknowledged.

A write is one transaction of two gates, «name-a» and «name-b»: one without the other is half a
write. It goes through the API where that takes writes, and through psql beside it always, as
another client's.
"""

import collections
import http.client
import json
import random
import re
import subprocess
import threading
import time

from api_import import import_gates

PSQL = "/usr/lib/postgresql/15/bin/psql"
PAIR = re.compile(r"^(w\d+-\d+)-([ab])$")


def halves(names):
    """The pairs of which only one half is among the names."""
    found = collections.defaultdict(set)
    for name in names:
        match = PAIR.match(name or "")
        if match:
            found[match[1]].add(match[2])
    return [base for base, parts in found.items() if len(parts) != 2]


class Load:
    def __init__(self, port, sockets):
        self.port, self.sockets = port, sockets
        self.lock = threading.Lock()
        self.is_over = False
        self.acknowledged = set()
        self.ways = collections.Counter()
        self.refused = collections.Counter()
        self.reads = 0
        self.lost_reads = collections.Counter()
        self.half_seen = []
        # When the latest request that succeeded was begun, and when its answer came.
        self.last_read = (0.0, 0.0)
        self.last_ack = collections.defaultdict(lambda: (0.0, 0.0))
        self.api_writes = self._api_takes_writes()
        self.threads = []

    def start(self):
        work = [self._read] * 3 + [self._watch_pairs, self._write_psql, self._write_import]
        if self.api_writes:
            work.append(self._write_api)
        for nth, task in enumerate(work):
            thread = threading.Thread(target=task, args=(nth,), daemon=True)
            thread.start()
            self.threads.append(thread)

    def stop(self):
        self.is_over = True
        for thread in self.threads:
            thread.join(60)

    # reads

    def get(self, connection, path):
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()

    def _read(self, nth):
        paths = ["/tiles/gate/12/3238/1685.mvt", "/api/collections/gate/items?limit=20", "/api/search?q=w", "/api/layers"]
        connection = None
        while not self.is_over:
            path, begun = random.choice(paths), time.monotonic()
            try:
                connection = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
                status, _ = self.get(connection, path)
                good = status in (200, 204)
                reason = f"status {status}"
            except (OSError, http.client.HTTPException) as error:
                good, reason, connection = False, type(error).__name__, None
            with self.lock:
                if good:
                    self.reads += 1
                    self.last_read = (begun, time.monotonic())
                else:
                    self.lost_reads[reason] += 1
            time.sleep(0.01 if good else 0.05)

    def _watch_pairs(self, nth):
        while not self.is_over:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
                status, body = self.get(connection, "/api/collections/gate/items?limit=10000")
                if status == 200:
                    page = json.loads(body)
                    assert page["numberMatched"] <= 10000, "more gates than on a page"
                    found = halves(f["properties"].get("name") for f in page["features"])
                    with self.lock:
                        self.half_seen += found
            except (OSError, http.client.HTTPException):
                pass  # counted by the readers
            time.sleep(0.5)

    # writes

    def acknowledge(self, name, way, begun):
        with self.lock:
            self.acknowledged.add(name)
            self.ways[way] += 1
            self.last_ack[way] = (begun, time.monotonic())

    def psql(self, statements, timeout_s=20):
        """Runs statements as another client would. Returns what it says, or raises."""
        words = [PSQL, "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", self.sockets, "-U", "pianqu", "-d", "pianqu", "-c", statements]
        done = subprocess.run(words, capture_output=True, text=True, timeout=timeout_s)
        if done.returncode != 0:
            raise OSError(done.stderr.strip().splitlines()[0] if done.stderr.strip() else "psql failed")
        return done.stdout

    def _write_psql(self, nth):
        count = 0
        while not self.is_over:
            count += 1
            name, begun = f"w{nth}-{count}", time.monotonic()
            lon, lat = 104.6 + random.random() * 0.1, 30.1 + random.random() * 0.1
            insert = "insert into gate (name, geom) values ('{}', st_setsrid(st_point({}, {}), 4490));"
            try:
                self.psql("begin;" + "".join(insert.format(f"{name}-{half}", lon, lat) for half in "ab") + "commit")
                self.acknowledge(name, "psql", begun)
            except (OSError, subprocess.TimeoutExpired) as error:
                with self.lock:
                    self.refused[f"psql: {type(error).__name__}"] += 1
            time.sleep(0.05)

    def _pair(self, name):
        at = [104.6 + random.random() * 0.1, 30.1 + random.random() * 0.1]
        return [{"type": "Feature", "geometry": {"type": "Point", "coordinates": at},
                 "properties": {"name": f"{name}-{half}"}} for half in "ab"]

    def _edit(self, name):
        changes = [{"operation": "create", "layer": "gate", "feature": feature} for feature in self._pair(name)]
        return json.dumps({"changes": changes})

    def _write_import(self, nth):
        count, connection = 0, None
        while not self.is_over:
            count += 1
            name, begun = f"w{nth}-{count}", time.monotonic()
            try:
                connection = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
                import_gates(connection, name, self._pair(name))
                self.acknowledge(name, "import", begun)
            except (OSError, http.client.HTTPException) as error:
                connection = None
                with self.lock:
                    self.refused[f"import: {type(error).__name__}"] += 1
            time.sleep(0.1)

    def _api_takes_writes(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("POST", "/api/edits", "{}", {"content-type": "application/json"})
        return connection.getresponse().status not in (404, 405)

    def _write_api(self, nth):
        count, connection = 0, None
        while not self.is_over:
            count += 1
            name, begun = f"w{nth}-{count}", time.monotonic()
            try:
                connection = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
                connection.request("POST", "/api/edits", self._edit(name), {"content-type": "application/json"})
                answer = connection.getresponse()
                answer.read()
                good, reason = answer.status == 200, f"status {answer.status}"
            except (OSError, http.client.HTTPException) as error:
                good, reason, connection = False, type(error).__name__, None
            if good:
                self.acknowledge(name, "API", begun)
            else:
                with self.lock:
                    self.refused[f"API: {reason}"] += 1
            time.sleep(0.05)
