//! Requests for nothing cost no memory.

use crate::living::Server;
use crate::support::database;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn junk_requests_leave_nothing_in_the_cache() {
    let db = database().await;
    db.psql("insert into gate (geom) values (st_setsrid(st_point(104.65, 30.12), 4490))").await;
    let server = Server::start(&db.store).await;
    for i in 0..2_000u32 {
        let (status, ..) = server.get(&format!("/tiles/gate,street/18/{}/{}.mvt", i * 37, i * 91)).await;
        assert_eq!(status, 204);
        let (status, ..) = server.get(&format!("/tiles/nothing{i}/18/{i}/{i}.mvt")).await;
        assert_eq!(status, 404);
    }
    let (_, _, metrics) = server.get("/metrics").await;
    let metrics = String::from_utf8(metrics).unwrap();
    let cached = metrics
        .lines()
        .filter(|line| !line.starts_with('#') && line.contains("tile_cache") && line.contains("bytes"))
        .map(|line| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap())
        .fold(None, |sum: Option<f64>, bytes| Some(sum.unwrap_or(0.0) + bytes));
    assert_eq!(cached, Some(0.0), "{metrics}");
}
