//! The program itself as a process of its own, ended whatever happens.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// The program, with none of the settings that this machine or this shell may hold.
pub fn pianqu() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pianqu"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PIANQU_")) {
        command.env_remove(name);
    }
    command.env("PIANQU_CONFIG", "/dev/null");
    command
}

/// Sends a signal by its name. The shell's own kill: a program of that name is not everywhere.
pub fn signal(name: &str, pid: u32) {
    let status = Command::new("sh").args(["-c", &format!("kill -{name} {pid}")]).status().unwrap();
    assert!(status.success());
}

/// A `pianqu serve` on a free port.
pub struct Node {
    child: Child,
    /// `http://127.0.0.1:…`
    pub url: String,
}

impl Node {
    pub fn on_database(url: &str, words: &[&str]) -> Self {
        Self::start(pianqu().arg("serve").args(words).env("PIANQU_DATABASE_URL", url))
    }

    /// With a private PostgreSQL below `dir`.
    pub fn on_data_dir(dir: &Path, words: &[&str]) -> Self {
        Self::start(pianqu().arg("serve").args(words).env("PIANQU_DATA_DIR", dir))
    }

    fn start(command: &mut Command) -> Self {
        let command = command.env("PIANQU_LISTEN", "127.0.0.1:0").env("PIANQU_LOG", "warn").stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("Pianqu is at ").unwrap_or_else(|| panic!("it said «{line}»")).to_owned();
        Self { child, url }
    }

    /// Host and port.
    pub fn address(&self) -> &str {
        self.url.strip_prefix("http://").unwrap()
    }

    /// Memory that it holds now.
    pub fn resident_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// `TERM`, `INT`, `KILL`.
    pub fn signal(&self, name: &str) {
        signal(name, self.child.id());
    }

    /// How it ended; panics when it did not within `patience`.
    pub fn wait(&mut self, patience: Duration) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(start.elapsed() < patience, "the program still runs after {patience:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // It may have ended already; that is no fault.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
