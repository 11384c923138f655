//! A drawing of lines and texts in metres, as DXF. Layers are made as they are named.

use std::ffi::CString;
use std::path::Path;

use gdal::DriverManager;
use gdal::vector::{Feature, Geometry, LayerAccess, LayerOptions};
use gdal_sys::OGRwkbGeometryType;
use geo::{Coord, LineString, Point};
use geozero::{CoordDimensions, ToWkb};

use super::format::Format;
use super::gdal_raw;
use super::problem::ExportError;
use crate::ingest::said;

/// Something drawn, in metres of the drawing's plane: east, north.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// ASCII: what every CAD program takes as a name.
    pub layer: &'static str,
    /// `#rrggbb`
    pub colour: &'static str,
    pub what: Mark,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Mark {
    /// A closed one ends where it begins.
    Line(Vec<Coord<f64>>),
    /// From its lower left corner.
    Text { at: Coord<f64>, height_m: f64, text: String },
}

/// A circle as a line of so many corners that none is off by more than a four-hundredth of the radius.
pub fn circle(centre: Coord<f64>, radius_m: f64) -> Vec<Coord<f64>> {
    const CORNERS: u32 = 48;
    (0..=CORNERS)
        .map(|n| {
            let angle = f64::from(n % CORNERS) / f64::from(CORNERS) * std::f64::consts::TAU;
            Coord { x: centre.x + radius_m * angle.cos(), y: centre.y + radius_m * angle.sin() }
        })
        .collect()
}

/// Writes a drawing. `is_wanted` is asked now and then; false stops the work.
pub fn write_drawing(path: &Path, marks: &[Drawn], is_wanted: &dyn Fn() -> bool) -> Result<(), ExportError> {
    let failed = |error: &dyn std::fmt::Display| {
        let said = said::take_line();
        let said = if said.is_empty() { error.to_string() } else { format!("{error}: {said}") };
        ExportError::Write { format: Format::Dxf, said }
    };
    said::listen();
    let driver =
        DriverManager::get_driver_by_name(Format::Dxf.driver()).map_err(|_| ExportError::NoDriver(Format::Dxf))?;
    let mut dataset = driver.create_vector_only(path).map_err(|error| failed(&error))?;
    {
        let options = LayerOptions { name: "entities", srs: None, ty: OGRwkbGeometryType::wkbUnknown, options: None };
        let layer = dataset.create_layer(options).map_err(|error| failed(&error))?;
        const ASK_EVERY: usize = 256;
        for (n, mark) in marks.iter().enumerate() {
            if n % ASK_EVERY == 0 && !is_wanted() {
                return Err(ExportError::Unwanted);
            }
            let (shape, style) = match &mark.what {
                Mark::Line(line) => {
                    (geo::Geometry::LineString(LineString::from(line.clone())), format!("PEN(c:{})", mark.colour))
                }
                Mark::Text { at, height_m, text } => {
                    // A quotation mark would end the text.
                    let text = text.replace('"', "”");
                    (geo::Geometry::Point(Point(*at)), format!("LABEL(t:\"{text}\",s:{height_m}g,c:{})", mark.colour))
                }
            };
            let wkb = shape.to_wkb(CoordDimensions::xy()).map_err(|error| failed(&error))?;
            let geometry = Geometry::from_wkb(&wkb).map_err(|error| failed(&error))?;
            let style = CString::new(style).map_err(|error| failed(&error))?;
            let mut feature = Feature::new(layer.defn()).map_err(|error| failed(&error))?;
            feature.set_geometry(geometry).map_err(|error| failed(&error))?;
            // The first column of a drawing names the layer.
            feature.set_field_string(0, mark.layer).map_err(|error| failed(&error))?;
            gdal_raw::set_style(&mut feature, &style);
            feature.create(&layer).map_err(|error| failed(&error))?;
        }
    }
    let is_closed = gdal_raw::close(dataset);
    let said = said::take_line();
    if is_closed && said.is_empty() { Ok(()) } else { Err(ExportError::Write { format: Format::Dxf, said }) }
}
