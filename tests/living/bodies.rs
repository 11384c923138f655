//! Bodies that are too large, and clients that send nothing: told early, at no cost to others.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use crate::support::database;
use crate::support::node::Node;

const HUGE: usize = 200 << 20;

fn connect(node: &Node) -> TcpStream {
    let stream = TcpStream::connect(node.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

fn head(node: &Node, path: &str, media_type: &str, length: &str) -> String {
    let host = node.address();
    format!(
        "POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: {media_type}\r\nconnection: close\r\n{length}\r\n\r\n"
    )
}

fn answer_of(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    // What came before the server closed the connection counts.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_megabytes_are_refused_early_and_take_no_memory() {
    let db = database().await;
    let node = Node::on_database(db.store.url(), &["--max-upload-bytes", "1000000"]);
    let form = "multipart/form-data; boundary=x";
    let before = node.resident_kib();
    // Announced: refused before a byte of it was sent.
    for (path, media_type) in [
        ("/api/edits", "application/json"),
        ("/api/collections/gate/items", "application/geo+json"),
        ("/api/uploads", form),
    ] {
        let mut stream = connect(&node);
        stream.write_all(head(&node, path, media_type, &format!("content-length: {HUGE}")).as_bytes()).unwrap();
        let answer = answer_of(stream);
        assert!(answer.starts_with("HTTP/1.1 413"), "{path}: {answer}");
        assert!(answer.contains("/problems/body-too-large"), "{answer}");
    }
    // Not announced: refused at the limit, whatever still comes.
    let part = b"--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n";
    for (path, media_type, start) in
        [("/api/edits", "application/json", &b"{\"changes\":["[..]), ("/api/uploads", form, part)]
    {
        let mut stream = connect(&node);
        let listener = stream.try_clone().unwrap();
        let answer = std::thread::spawn(move || answer_of(listener));
        stream.write_all(head(&node, path, media_type, "transfer-encoding: chunked").as_bytes()).unwrap();
        let mut chunk = format!("{:x}\r\n", start.len()).into_bytes();
        chunk.extend(start);
        chunk.extend(b"\r\n");
        stream.write_all(&chunk).unwrap();
        let chunk = [b"10000\r\n".as_slice(), &[b' '; 0x10000], b"\r\n"].concat();
        let mut sent = 0;
        while sent < HUGE && stream.write_all(&chunk).is_ok() {
            sent += 0x10000;
        }
        let _ = stream.shutdown(Shutdown::Write);
        let answer = answer.join().unwrap();
        assert!(answer.starts_with("HTTP/1.1 413"), "{path}: {answer}");
        assert!(sent < 64 << 20, "it took {sent} bytes before it stopped listening");
    }
    let grown = node.resident_kib().saturating_sub(before);
    println!("{grown} KiB more after two hundred megabytes, five times");
    assert!(grown < 48 << 10, "{grown} KiB");
    assert_eq!(reqwest::get(format!("{}/api", node.url)).await.unwrap().status(), 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_stop_sending_hold_up_nobody_and_are_given_up() {
    let db = database().await;
    let node = Node::on_database(db.store.url(), &["--max-request-seconds", "2"]);
    let half = |path: &str| {
        let mut stream = connect(&node);
        let head = head(&node, path, "application/json", "content-length: 100");
        stream.write_all((head + "{\"changes\":[").as_bytes()).unwrap();
        stream
    };
    let slow: Vec<TcpStream> = (0..100).map(|_| half("/api/edits")).collect();
    let start = Instant::now();
    let body = r#"{"changes":[{"operation":"create","layer":"gate","feature":{"geometry":{"type":"Point","coordinates":[104.65,30.12]},"properties":{}}}]}"#;
    let written = reqwest::Client::new()
        .post(format!("{}/api/edits", node.url))
        .header("content-type", "application/json")
        .body(body)
        .send()
        .await
        .unwrap();
    assert_eq!(written.status(), 200);
    println!("an edit beside a hundred slow clients took {:?}", start.elapsed());
    for stream in slow {
        let answer = answer_of(stream);
        assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("/problems/too-slow"), "{answer}");
        assert!(answer.to_ascii_lowercase().contains("retry-after: 5"), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_send_no_whole_head_are_closed_and_long_answers_are_not() {
    let db = database().await;
    let node = Node::on_database(db.store.url(), &["--idle-seconds", "1"]);
    let host = node.address().to_owned();
    let open = |sent: &str| {
        let mut stream = connect(&node);
        stream.write_all(sent.as_bytes()).unwrap();
        stream
    };
    // It listens for longer than a connection may be silent.
    let mut events = open(&format!("GET /api/events HTTP/1.1\r\nhost: {host}\r\n\r\n"));
    let start = Instant::now();
    let silent: Vec<TcpStream> = (0..50).map(|_| open("")).collect();
    let half: Vec<TcpStream> = (0..50).map(|_| open(&format!("GET /api HTTP/1.1\r\nhost: {host}\r\nx-a: "))).collect();
    // A byte now and then is no head either.
    let mut dripping = open("GET /api HTTP/1.1\r\nx-a: ");
    let is_open = |stream: &mut TcpStream| {
        (0..100).all(|_| {
            std::thread::sleep(Duration::from_millis(100));
            stream.write_all(b"a").is_ok()
        })
    };
    assert!(!is_open(&mut dripping), "it drips on after {:?}", start.elapsed());
    for stream in silent.into_iter().chain(half) {
        assert_eq!(answer_of(stream), "", "closed without a word");
    }
    println!("101 silent connections were closed within {:?}", start.elapsed());
    assert!(start.elapsed() < Duration::from_secs(15));
    // Between two requests the same holds, and the first is answered.
    let kept = answer_of(open(&format!("GET /healthz HTTP/1.1\r\nhost: {host}\r\n\r\n")));
    assert!(kept.starts_with("HTTP/1.1 200"), "{kept}");
    let mut told = [0; 4096];
    let read = events.read(&mut told).unwrap();
    assert!(String::from_utf8_lossy(&told[..read]).starts_with("HTTP/1.1 200"), "{read}");
    events.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    let ended = (0..5).any(|_| matches!(events.read(&mut told), Ok(0)));
    assert!(!ended, "an answer that goes on is not cut off");
}
