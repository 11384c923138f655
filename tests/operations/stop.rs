//! Told to stop, the program takes nothing new, finishes what is under way, and ends.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixDatagram;
use std::time::{Duration, Instant};

use crate::support::database;
use crate::support::node::Node;
use crate::support::own_cluster::open_to_all;

const AREA: &str =
    r#"{"area":{"type":"Polygon","coordinates":[[[104.6,30.1],[104.7,30.1],[104.7,30.2],[104.6,30.1]]]}}"#;

/// Begins a request and keeps half of its body back.
fn half_a_request(node: &Node) -> (TcpStream, &'static str) {
    let mut stream = TcpStream::connect(node.address()).unwrap();
    let (first, rest) = AREA.split_at(AREA.len() / 2);
    let head = format!(
        "POST /api/statistics HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        node.address(),
        AREA.len()
    );
    stream.write_all((head + first).as_bytes()).unwrap();
    // The server has to have begun with it.
    std::thread::sleep(Duration::from_millis(300));
    (stream, rest)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_under_way_gets_its_answer() {
    let db = database().await;
    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().join("notify");
    let systemd = UnixDatagram::bind(&socket).unwrap();
    systemd.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let heard = || {
        let mut said = [0; 100];
        let length = systemd.recv(&mut said).unwrap();
        String::from_utf8(said[..length].to_vec()).unwrap()
    };
    let mut node = Node::on_database(db.store.url(), &["--notify-socket", socket.to_str().unwrap()]);
    assert_eq!(heard(), "READY=1");
    let (mut stream, rest) = half_a_request(&node);
    let mut idle = TcpStream::connect(node.address()).unwrap();
    node.signal("TERM");
    let start = Instant::now();
    while TcpStream::connect(node.address()).is_ok() {
        assert!(start.elapsed() < Duration::from_secs(10), "it still takes connections");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(heard(), "STOPPING=1");
    stream.write_all(rest.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let status = node.wait(Duration::from_secs(10));
    assert!(status.success(), "{status}");
    assert_eq!(idle.read(&mut [0; 1]).unwrap_or(0), 0, "an idle connection does not hold it up");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_without_end_is_cut_off() {
    let db = database().await;
    let mut node = Node::on_database(db.store.url(), &["--stop-within-seconds", "1"]);
    let (_stream, _) = half_a_request(&node);
    node.signal("INT");
    let start = Instant::now();
    let status = node.wait(Duration::from_secs(10));
    assert!(status.success() && start.elapsed() >= Duration::from_millis(900), "{status} after {:?}", start.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_private_postgresql_is_stopped_too() {
    let dir = tempfile::Builder::new().prefix("pianqu-stop-").tempdir_in("/tmp").unwrap();
    open_to_all(dir.path());
    let mut node = Node::on_data_dir(dir.path(), &[]);
    let pid_file = dir.path().join("postgres/postmaster.pid");
    assert!(pid_file.exists());
    node.signal("TERM");
    assert!(node.wait(Duration::from_secs(60)).success());
    assert!(!pid_file.exists(), "PostgreSQL still runs");
}
