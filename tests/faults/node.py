"""The program under a supervisor that starts it again, as its systemd unit does."""

import os
import signal
import subprocess
import threading
import time
import urllib.request

RESTART_AFTER_S = 1.0


class Node:
    def __init__(self, program, data_dir, port, log_path, env=None):
        self.program, self.data_dir, self.port = program, data_dir, port
        self.url = f"http://127.0.0.1:{port}"
        self.log_path = log_path
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("PIANQU_")}
        self.env |= {"PIANQU_CONFIG": "/dev/null", "PIANQU_LOG": "info,pianqu::http=warn", **(env or {})}
        self.process = None
        self.starts = 0
        self.is_stopping = False
        self.keeper = threading.Thread(target=self._keep, daemon=True)
        self.keeper.start()

    def _keep(self):
        words = [self.program, "serve", "--listen", f"127.0.0.1:{self.port}", "--data-dir", self.data_dir]
        while not self.is_stopping:
            with open(self.log_path, "ab") as log:
                self.process = subprocess.Popen(words, stdout=log, stderr=log, env=self.env)
            self.starts += 1
            self.process.wait()
            if not self.is_stopping:
                time.sleep(RESTART_AFTER_S)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)

    def stop(self):
        """Asks it to stop; returns its exit status."""
        self.is_stopping = True
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.keeper.join(60)
        if self.keeper.is_alive():
            self.process.kill()
        return self.process.returncode

    def is_ready(self):
        try:
            with urllib.request.urlopen(self.url + "/readyz", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    def wait_ready(self, patience_s=90):
        start = time.monotonic()
        while not self.is_ready():
            if time.monotonic() - start > patience_s:
                raise SystemExit(f"faults: not ready after {patience_s} s; see {self.log_path}")
            time.sleep(0.05)
        return time.monotonic() - start

    def postmaster(self):
        """The process that the private PostgreSQL of this node began as."""
        with open(os.path.join(self.data_dir, "postgres/postmaster.pid")) as file:
            return int(file.readline())
