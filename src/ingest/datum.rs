//! The datum of degrees: what a column called "longitude" really means.

use std::str::FromStr;

use crate::geodesy::{bd09, gcj02};

/// WGS-84 is taken as CGCS2000: the two differ by centimetres at today's epoch, less than any
/// source of this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Datum {
    Wgs84,
    Cgcs2000,
    /// 火星坐标: the offset degrees of Chinese map services.
    Gcj02,
    /// Baidu's further offset of GCJ-02.
    Bd09,
}

impl Datum {
    /// CGCS2000 degrees of a position in this datum.
    pub fn to_cgcs2000(self, lon: f64, lat: f64) -> (f64, f64) {
        match self {
            Datum::Wgs84 | Datum::Cgcs2000 => (lon, lat),
            Datum::Gcj02 => gcj02::to_wgs84(lon, lat).x_y(),
            Datum::Bd09 => bd09::to_wgs84(lon, lat).x_y(),
        }
    }

    /// The position in this datum of CGCS2000 degrees: the exact inverse of [`Datum::to_cgcs2000`].
    pub fn of_cgcs2000(self, lon: f64, lat: f64) -> (f64, f64) {
        match self {
            Datum::Wgs84 | Datum::Cgcs2000 => (lon, lat),
            Datum::Gcj02 => gcj02::from_wgs84(lon, lat).x_y(),
            Datum::Bd09 => bd09::from_wgs84(lon, lat).x_y(),
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Datum::Wgs84 => "WGS-84",
            Datum::Cgcs2000 => "CGCS2000",
            Datum::Gcj02 => "GCJ-02",
            Datum::Bd09 => "BD-09",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("«{0}» is no datum; give wgs84, cgcs2000, gcj02 or bd09")]
pub struct UnknownDatum(String);

impl FromStr for Datum {
    type Err = UnknownDatum;

    fn from_str(text: &str) -> Result<Self, UnknownDatum> {
        match text.to_lowercase().replace(['-', '_'], "").as_str() {
            "wgs84" => Ok(Datum::Wgs84),
            "cgcs2000" => Ok(Datum::Cgcs2000),
            "gcj02" => Ok(Datum::Gcj02),
            "bd09" => Ok(Datum::Bd09),
            _ => Err(UnknownDatum(text.to_owned())),
        }
    }
}
