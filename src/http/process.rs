//! What this process uses, as the system tells it. NaN where it does not tell.

use std::fs;

/// USER_HZ, which Linux gives as 100 on every machine that this runs on.
const TICKS_PER_SECOND: f64 = 100.0;

/// Bytes of memory that are held.
pub fn resident_bytes() -> f64 {
    status_field("VmRSS:").map_or(f64::NAN, |kilobytes| kilobytes * 1024.0)
}

pub fn threads() -> f64 {
    status_field("Threads:").unwrap_or(f64::NAN)
}

/// Seconds of processor time since the start, the system's work for us included.
pub fn cpu_seconds() -> f64 {
    let ticks = fs::read_to_string("/proc/self/stat").ok().and_then(|stat| {
        // The second field is the program's name in brackets and may hold anything.
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        Some(fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?)
    });
    ticks.map_or(f64::NAN, |ticks| ticks / TICKS_PER_SECOND)
}

/// Open files and sockets.
pub fn open_files() -> f64 {
    fs::read_dir("/proc/self/fd").map_or(f64::NAN, |entries| entries.count() as f64)
}

fn status_field(name: &str) -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_tells() {
        let before = cpu_seconds();
        let start = std::time::Instant::now();
        while start.elapsed().as_millis() < 100 {
            std::hint::black_box(0);
        }
        assert!(cpu_seconds() > before, "a tenth of a second of work shows");
        assert!(resident_bytes() > 1e6 && threads() >= 1.0 && open_files() >= 3.0);
    }
}
