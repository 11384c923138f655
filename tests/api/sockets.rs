//! Where a real socket matters: other people's clients, many requests at once, clients that hang up.

use std::time::{Duration, Instant};

use pianqu::app::City;
use pianqu::domain::Viewer;
use pianqu::http::{AppState, Settings, router};
use pianqu::snapshot::Snapshot;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::support::sketch::{Sketch, at};

/// Starts the real server on a free port of the loopback; it ends with the test.
async fn start(snapshot: Snapshot) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let settings = Settings { anonymous_viewer: Viewer::Everything, ..Settings::default() };
    let app = router(AppState::new(City::new(snapshot).into(), settings));
    tokio::spawn(async { axum::serve(listener, app).await });
    base
}

fn facilities(count: i32) -> Snapshot {
    let place = |i: i32| at(f64::from(i % 200) * 20.0, f64::from(i / 200) * 20.0);
    (0..count).fold(Sketch::new(), |city, i| city.facility("诊所", "health_station", place(i))).snapshot()
}

/// What ogrinfo says, or `None`, told loudly, where it is not installed.
async fn ogrinfo(arguments: &[&str]) -> Option<String> {
    let run = Command::new("ogrinfo").args(arguments).output();
    match tokio::time::timeout(Duration::from_secs(60), run).await.unwrap() {
        Ok(output) => {
            let told = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(output.status.success(), "{told} {}", String::from_utf8_lossy(&output.stderr));
            Some(told)
        }
        Err(error) => {
            eprintln!("SKIPPED: ogrinfo cannot be run ({error}); install gdal-bin");
            None
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gdal_reads_every_page_and_asks_for_a_box() {
    let url = format!("OAPIF:{}/api", start(facilities(25)).await);
    let Some(told) = ogrinfo(&["-ro", "-al", "-oo", "PAGE_SIZE=4", &url, "facility"]).await else { return };
    assert_eq!(told.matches("OGRFeature(facility)").count(), 25, "{told}");
    assert!(told.contains("facility_kind (String) = health_station"), "{told}");
    assert!(told.contains("POINT (104.65 30.12)"), "{told}");
    let ((west, south), (east, north)) = (at(-5.0, -5.0), at(45.0, 5.0));
    let corners = [west, south, east, north].map(|n| n.to_string());
    let boxed = ["-ro", "-al", "-spat", &corners[0], &corners[1], &corners[2], &corners[3], &url, "facility"];
    let told = ogrinfo(&boxed).await.unwrap();
    assert_eq!(told.matches("OGRFeature(facility)").count(), 3, "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn small_answers_do_not_wait_behind_large_ones() {
    let base = start(facilities(20_000)).await;
    let client = reqwest::Client::new();
    let large = format!("{base}/api/collections/facility/items?limit=10000");
    let slow: Vec<_> = (0..32).map(|_| tokio::spawn(client.get(&large).send())).collect();
    tokio::time::sleep(Duration::from_millis(50)).await;
    let mut slowest = Duration::ZERO;
    for _ in 0..10 {
        let begun = Instant::now();
        let answer = client.get(format!("{base}/api/city")).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        slowest = slowest.max(begun.elapsed());
    }
    assert!(slow.iter().any(|request| !request.is_finished()), "the large answers were done before: nothing was shown");
    assert!(slowest < Duration::from_millis(500), "{slowest:?}");
    slow.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_hangs_up_frees_the_lane() {
    let base = start(facilities(20_000)).await;
    let address = base.strip_prefix("http://").unwrap();
    for _ in 0..64 {
        let mut socket = tokio::net::TcpStream::connect(address).await.unwrap();
        let request = format!("GET /api/collections/facility/items?limit=10000 HTTP/1.1\r\nHost: {address}\r\n\r\n");
        socket.write_all(request.as_bytes()).await.unwrap();
    }
    let begun = Instant::now();
    let answer = reqwest::get(format!("{base}/api/collections/facility/items?limit=1001")).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(begun.elapsed() < Duration::from_secs(3), "64 pages that nobody waits for: {:?}", begun.elapsed());
}
