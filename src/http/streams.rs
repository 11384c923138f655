//! Event streams have no end of their own, so a server that stops must end them.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use futures_util::StreamExt;
use tokio::sync::watch;

/// Turns true when the server stops.
#[derive(Clone)]
pub struct Stopping(pub watch::Receiver<bool>);

impl Stopping {
    async fn begun(mut self) {
        // When nobody can say so any more, nobody serves either.
        let _ = self.0.wait_for(|is_stopping| *is_stopping).await;
    }
}

/// Ends the body of an event stream when the server stops. Browsers come back by themselves.
pub async fn end_streams(State(stopping): State<Stopping>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let media_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !media_type.is_some_and(|media_type| media_type.starts_with("text/event-stream")) {
        return response;
    }
    response.map(|body| Body::from_stream(body.into_data_stream().take_until(Box::pin(stopping.begun()))))
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::to_bytes;
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use futures_util::stream;
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn a_stream_ends_when_the_server_stops() {
        async fn endless() -> Response {
            let events = stream::iter([Ok::<_, std::io::Error>("data: 1\n\n")]).chain(stream::pending());
            ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(events)).into_response()
        }
        use axum::response::IntoResponse;
        let (sender, receiver) = watch::channel(false);
        let router = Router::new().route("/", get(endless)).layer(from_fn_with_state(Stopping(receiver), end_streams));
        let response = router.oneshot(Request::get("/").body(Body::empty()).expect("a request")).await.expect("one");
        let body = tokio::spawn(to_bytes(response.into_body(), 1000));
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        assert!(!body.is_finished(), "it goes on while the server does");
        sender.send_replace(true);
        let body = tokio::time::timeout(std::time::Duration::from_secs(5), body).await.expect("an end");
        assert_eq!(body.expect("no panic").expect("a body"), "data: 1\n\n");
    }
}
