//! `pianqu serve`: the map and the API, following the database.

use std::sync::Arc;

use super::database;
use crate::app::{City, refresh};
use crate::config::{DatabaseArgs, ServeArgs};

pub async fn run(database_args: DatabaseArgs, args: ServeArgs) -> anyhow::Result<()> {
    let database = database::open(&database_args).await?;
    let (snapshot, position) = refresh::load(&database.store).await?;
    tracing::info!(features = snapshot.feature_count(), revision = snapshot.revision, "the city is in memory");
    let city = Arc::new(City::new(snapshot));
    tokio::spawn(refresh::follow(city.clone(), database.store.clone(), position));
    let listener = tokio::net::TcpListener::bind(args.listen).await?;
    axum::serve(listener, axum::Router::new()).await?;
    Ok(())
}
