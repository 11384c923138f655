//! The formats that are written, and what each of them can hold.

use std::fmt;
use std::str::FromStr;

use encoding_rs::{Encoding, GBK, UTF_8};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    GeoJson,
    GeoPackage,
    Shapefile,
    Xlsx,
    Csv,
    Kml,
    Dxf,
    FlatGeobuf,
}

/// A name that is none of [`Format::ALL`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("«{0}» is no format that is written; there are {known}", known = Format::ALL.map(Format::name).join(", "))]
pub struct UnknownFormat(pub String);

impl Format {
    pub const ALL: [Format; 8] = [
        Format::GeoJson,
        Format::GeoPackage,
        Format::Shapefile,
        Format::Xlsx,
        Format::Csv,
        Format::Kml,
        Format::Dxf,
        Format::FlatGeobuf,
    ];

    /// What a request calls it; also the ending of its file.
    pub fn name(self) -> &'static str {
        match self {
            Format::GeoJson => "geojson",
            Format::GeoPackage => "gpkg",
            Format::Shapefile => "shp",
            Format::Xlsx => "xlsx",
            Format::Csv => "csv",
            Format::Kml => "kml",
            Format::Dxf => "dxf",
            Format::FlatGeobuf => "fgb",
        }
    }

    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Format::GeoJson => "GeoJSON",
            Format::GeoPackage => "GeoPackage",
            Format::Shapefile => "Shapefile",
            Format::Xlsx => "XLSX",
            Format::Csv => "CSV",
            Format::Kml => "KML",
            Format::Dxf => "DXF",
            Format::FlatGeobuf => "FlatGeobuf",
        }
    }

    /// The short name of GDAL's driver.
    pub fn driver(self) -> &'static str {
        match self {
            Format::GeoPackage => "GPKG",
            Format::Shapefile => "ESRI Shapefile",
            Format::Kml => "LIBKML",
            other => other.title(),
        }
    }

    /// Of the file that a client gets; a shapefile travels as a zip.
    pub fn media_type(self) -> &'static str {
        match self {
            Format::GeoJson => "application/geo+json",
            Format::GeoPackage => "application/geopackage+sqlite3",
            Format::Shapefile => "application/zip",
            Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Format::Csv => "text/csv",
            Format::Kml => "application/vnd.google-earth.kml+xml",
            Format::Dxf => "image/vnd.dxf",
            Format::FlatGeobuf => "application/octet-stream",
        }
    }

    /// Rows of cells, where a shape is one more column.
    pub fn is_table(self) -> bool {
        matches!(self, Format::Xlsx | Format::Csv)
    }

    /// Shapes without fields.
    pub fn is_drawing(self) -> bool {
        self == Format::Dxf
    }

    pub fn holds(self, encoding: TextEncoding) -> bool {
        encoding == TextEncoding::Utf8 || matches!(self, Format::Shapefile | Format::Csv)
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        let plain = name.trim().to_lowercase();
        Self::ALL.into_iter().find(|format| format.name() == plain).ok_or_else(|| UnknownFormat(name.to_owned()))
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TextEncoding {
    #[default]
    Utf8,
    Gbk,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("«{0}» is no encoding that is written; there are utf-8 and gbk")]
pub struct UnknownEncoding(pub String);

impl TextEncoding {
    pub fn encoding(self) -> &'static Encoding {
        match self {
            TextEncoding::Utf8 => UTF_8,
            TextEncoding::Gbk => GBK,
        }
    }
}

impl FromStr for TextEncoding {
    type Err = UnknownEncoding;

    fn from_str(name: &str) -> Result<Self, UnknownEncoding> {
        match name.trim().to_lowercase().replace(['-', '_'], "").as_str() {
            "utf8" => Ok(TextEncoding::Utf8),
            "gbk" | "gb2312" | "cp936" | "936" => Ok(TextEncoding::Gbk),
            _ => Err(UnknownEncoding(name.to_owned())),
        }
    }
}
