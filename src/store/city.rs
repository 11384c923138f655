//! The one row that names the city.

use super::{Store, StoreError};

/// Name and first view of the city.
#[derive(Debug, Clone, PartialEq)]
pub struct CityRow {
    pub name_zh: String,
    pub name_en: String,
    /// Degrees.
    pub center_lon: f64,
    pub center_lat: f64,
    /// Map zoom, 0 to 22.
    pub zoom: f64,
    /// True while what is shown is invented.
    pub is_sample: bool,
}

pub async fn find_city(store: &Store) -> Result<CityRow, StoreError> {
    Ok(sqlx::query_file_as!(CityRow, "sql/queries/city/find.sql").fetch_one(store.pool()).await?)
}

pub async fn update_city(store: &Store, city: &CityRow) -> Result<(), StoreError> {
    sqlx::query_file!(
        "sql/queries/city/update.sql",
        city.name_zh,
        city.name_en,
        city.center_lon,
        city.center_lat,
        city.zoom,
        city.is_sample
    )
    .execute(store.pool())
    .await?;
    Ok(())
}
