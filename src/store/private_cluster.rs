//! A PostgreSQL of our own, for a machine where nobody runs one.
//!
//! It lives below the data directory, listens on a unix socket only, and runs as an unprivileged
//! user also when the program is started by root (PostgreSQL refuses root). It is a process of its
//! own: when the program is killed it goes on, and the next start finds it.

use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use xxhash_rust::xxh3::xxh3_64;

use super::percent;

/// A unix socket's path may have 107 bytes; this is what PostgreSQL adds to the directory.
const SOCKET_NAME: &str = "/.s.PGSQL.5432";
const LONGEST_SOCKET_PATH: usize = 107;
const DATABASE: &str = "pianqu";

#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    #[error(
        "PostgreSQL 15 or newer is not installed (looked in /usr/lib/postgresql and PATH); on Debian: apt-get install postgresql-15-postgis-3"
    )]
    NotInstalled,
    #[error("started by root, but there is no user «postgres» to run PostgreSQL as")]
    NoUnprivilegedUser,
    #[error("{action} {}: {source}", path.display())]
    File { action: &'static str, path: PathBuf, source: io::Error },
    #[error("{program} failed: {output}")]
    Program { program: String, output: String },
}

/// A private cluster that is running.
#[derive(Debug)]
pub struct PrivateCluster {
    programs: PathBuf,
    cluster: PathBuf,
    sockets: PathBuf,
    user: Option<User>,
    was_running: bool,
}

/// The account that PostgreSQL runs under when we are root.
#[derive(Debug, Clone, Copy)]
struct User {
    uid: u32,
    gid: u32,
}

impl PrivateCluster {
    /// Makes the cluster below `data_dir` if there is none, starts it if it is not running.
    /// Blocking, and slow the first time (seconds).
    pub fn start(data_dir: &Path) -> Result<Self, ClusterError> {
        let programs = find_programs().ok_or(ClusterError::NotInstalled)?;
        let user = unprivileged_user(data_dir)?;
        let home = home(data_dir, user)?;
        let cluster = home.join("postgres");
        let sockets = socket_dir(&home);
        let mut this = Self { programs, cluster, sockets, user, was_running: true };
        this.make_dir(&this.sockets)?;
        if !this.cluster.join("PG_VERSION").exists() {
            this.init()?;
        }
        if !this.is_running() {
            this.was_running = false;
            this.boot()?;
        }
        this.create_database()?;
        Ok(this)
    }

    /// True when it was running before [`Self::start`].
    pub fn was_running(&self) -> bool {
        self.was_running
    }

    /// How to reach it.
    pub fn url(&self) -> String {
        let host: String = self.sockets.as_os_str().as_bytes().iter().map(|b| percent(*b)).collect();
        format!("postgresql://pianqu@{host}/{DATABASE}")
    }

    /// Starts it again when it ended without us: killed, or with its disk full. Blocking. Returns
    /// whether there was anything to do.
    pub fn revive(&self) -> Result<bool, ClusterError> {
        if self.is_running() {
            return Ok(false);
        }
        self.boot()?;
        Ok(true)
    }

    /// Stops it: running transactions are rolled back, what is committed is safe.
    pub fn stop(&self) -> Result<(), ClusterError> {
        if !self.is_running() {
            return Ok(());
        }
        self.pg_ctl(&["stop", "-m", "fast", "-w"])
    }

    pub fn is_running(&self) -> bool {
        self.pg_ctl(&["status"]).is_ok()
    }

    fn init(&self) -> Result<(), ClusterError> {
        // A first start that was cut short leaves a folder that initdb refuses. Nothing was ever
        // stored in it: PG_VERSION is missing.
        if self.cluster.exists() {
            fs::remove_dir_all(&self.cluster).map_err(|e| file("remove", &self.cluster, e))?;
        }
        self.make_dir(&self.cluster)?;
        let cluster = self.cluster.to_string_lossy().into_owned();
        self.run(
            "initdb",
            &["-D", &cluster, "-U", "pianqu", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--data-checksums"],
        )?;
        let settings = format!(
            "# Written once by pianqu; yours to tune.\n\
             listen_addresses = ''\n\
             unix_socket_directories = '{}'\n\
             unix_socket_permissions = 0700\n\
             shared_buffers = '256MB'\n\
             max_wal_size = '2GB'\n\
             log_timezone = 'UTC'\n\
             timezone = 'UTC'\n",
            self.sockets.display()
        );
        let path = self.cluster.join("pianqu.conf");
        fs::write(&path, settings).map_err(|e| file("write", &path, e))?;
        let main = self.cluster.join("postgresql.conf");
        let mut text = fs::read_to_string(&main).map_err(|e| file("read", &main, e))?;
        text.push_str("\ninclude 'pianqu.conf'\n");
        fs::write(&main, text).map_err(|e| file("write", &main, e))?;
        self.give_away(&path)?;
        self.give_away(&main)
    }

    fn boot(&self) -> Result<(), ClusterError> {
        let log = self.cluster.join("server.log").to_string_lossy().into_owned();
        // The socket's place is said again: the folder may have been moved since it was made.
        let sockets = format!("-c unix_socket_directories='{}'", self.sockets.display());
        self.pg_ctl(&["start", "-w", "-t", "120", "-l", &log, "-o", &sockets])
    }

    fn create_database(&self) -> Result<(), ClusterError> {
        let host = self.sockets.to_string_lossy().into_owned();
        let query = format!("select 1 from pg_database where datname = '{DATABASE}'");
        let found = self.run("psql", &["-h", &host, "-U", "pianqu", "-d", "postgres", "-Atc", &query])?;
        if found.trim() != "1" {
            self.run("createdb", &["-h", &host, "-U", "pianqu", DATABASE])?;
        }
        Ok(())
    }

    fn pg_ctl(&self, words: &[&str]) -> Result<(), ClusterError> {
        let cluster = self.cluster.to_string_lossy().into_owned();
        let mut all = vec!["-D", cluster.as_str()];
        all.extend_from_slice(words);
        self.run("pg_ctl", &all).map(drop)
    }

    /// Runs one of PostgreSQL's programs to its end as the unprivileged user.
    fn run(&self, program: &str, words: &[&str]) -> Result<String, ClusterError> {
        let failed = |output: String| ClusterError::Program { program: program.to_owned(), output };
        // What the server writes later must not keep our pipe open, so output goes to a file.
        let output = self.sockets.join(format!(".{program}.out"));
        let sink = fs::File::create(&output).map_err(|e| file("create", &output, e))?;
        let twin = sink.try_clone().map_err(|e| file("create", &output, e))?;
        let mut command = Command::new(self.programs.join(program));
        command
            .args(words)
            .stdin(Stdio::null())
            .stdout(sink)
            .stderr(twin)
            .current_dir("/")
            // Debian's PostgreSQL would tell the service manager that *it* is ready.
            .env_remove("NOTIFY_SOCKET")
            .env_remove("PGHOST")
            .env_remove("PGPORT");
        // Ctrl-C goes to the whole group in front of the terminal; the server is not to hear it.
        command.process_group(0);
        if let Some(user) = self.user {
            command.uid(user.uid).gid(user.gid);
        }
        let status = command.status().map_err(|e| failed(e.to_string()))?;
        let text = fs::read_to_string(&output).unwrap_or_default();
        if status.success() { Ok(text) } else { Err(failed(text.trim().to_owned())) }
    }

    fn make_dir(&self, path: &Path) -> Result<(), ClusterError> {
        if !path.exists() {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|e| file("create", path, e))?;
            fs::set_permissions(path, fs::Permissions::from_mode(0o700)).map_err(|e| file("protect", path, e))?;
            self.give_away(path)?;
        }
        Ok(())
    }

    fn give_away(&self, path: &Path) -> Result<(), ClusterError> {
        match self.user {
            Some(user) => chown(path, Some(user.uid), Some(user.gid)).map_err(|e| file("hand over", path, e)),
            None => Ok(()),
        }
    }
}

fn file(action: &'static str, path: &Path, source: io::Error) -> ClusterError {
    ClusterError::File { action, path: path.to_owned(), source }
}

/// The newest installed PostgreSQL: Debian keeps each version in a folder of its own.
pub(super) fn find_programs() -> Option<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(version, bin)| *version >= 15 && bin.join("initdb").exists())
        .collect();
    versions.sort();
    versions.pop().map(|(_, bin)| bin)
}

/// `None` when we are not root and PostgreSQL can run as ourselves.
fn unprivileged_user(data_dir: &Path) -> Result<Option<User>, ClusterError> {
    // The owner of a folder that we just made is who we are.
    fs::create_dir_all(data_dir).map_err(|e| file("create", data_dir, e))?;
    let is_root = fs::metadata("/proc/self").map(|meta| meta.uid() == 0).unwrap_or(false);
    if !is_root {
        return Ok(None);
    }
    let passwd = fs::read_to_string("/etc/passwd").map_err(|e| file("read", Path::new("/etc/passwd"), e))?;
    passwd
        .lines()
        .find_map(|line| {
            let fields: Vec<&str> = line.split(':').collect();
            (fields.first() == Some(&"postgres"))
                .then(|| Some(User { uid: fields.get(2)?.parse().ok()?, gid: fields.get(3)?.parse().ok()? }))?
        })
        .map(Some)
        .ok_or(ClusterError::NoUnprivilegedUser)
}

/// Where the cluster lives: the data directory, or, when the unprivileged user cannot reach that
/// (a checkout in root's home), a folder of its own below /var/lib/pianqu.
fn home(data_dir: &Path, user: Option<User>) -> Result<PathBuf, ClusterError> {
    let data_dir = data_dir.canonicalize().map_err(|e| file("find", data_dir, e))?;
    let Some(user) = user else { return Ok(data_dir) };
    let mut reach = Command::new("test");
    reach.arg("-x").arg(&data_dir).uid(user.uid).gid(user.gid).current_dir("/");
    if reach.status().is_ok_and(|status| status.success()) {
        return Ok(data_dir);
    }
    let elsewhere = Path::new("/var/lib/pianqu").join(format!("{:016x}", xxh3_64(data_dir.as_os_str().as_bytes())));
    fs::create_dir_all(&elsewhere).map_err(|e| file("create", &elsewhere, e))?;
    tracing::info!(data_dir = %data_dir.display(), cluster = %elsewhere.display(), "the user postgres cannot reach the data directory; the database is kept elsewhere");
    Ok(elsewhere)
}

fn socket_dir(home: &Path) -> PathBuf {
    let inside = home.join("run");
    if inside.as_os_str().len() + SOCKET_NAME.len() <= LONGEST_SOCKET_PATH {
        return inside;
    }
    PathBuf::from(format!("/tmp/pianqu-{:016x}", xxh3_64(home.as_os_str().as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_path_gets_a_short_socket() {
        let long = PathBuf::from(format!("/srv/{}", "x".repeat(120)));
        assert!(socket_dir(&long).as_os_str().len() + SOCKET_NAME.len() <= LONGEST_SOCKET_PATH);
        assert_eq!(socket_dir(Path::new("/srv/pianqu")), Path::new("/srv/pianqu/run"));
    }

    #[test]
    fn a_socket_path_is_written_safely_in_a_url() {
        let path: String = b"/srv/a b".iter().map(|b| percent(*b)).collect();
        assert_eq!(path, "%2Fsrv%2Fa%20b");
    }
}
