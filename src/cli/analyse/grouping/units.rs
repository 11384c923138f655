//! The question from files: communities with their outlines, or rows of a table with their neighbours.

use std::path::Path;

use anyhow::{Context, bail};
use gdal::Dataset;
use gdal::vector::{FieldValue, LayerAccess};
use geo::{Centroid, Coord, Geometry, InteriorPoint, Intersects, MapCoords, MultiPolygon};
use geozero::ToGeo;
use geozero::wkb::Wkb;

use super::tables::{self, Names, eligibility};
use super::{GroupingArgs, adjacency, refusal};
use crate::analysis::grouping::{Problem, Unit};
use crate::cli::analyse::table::refuse;
use crate::geodesy::GaussKruger;
use crate::http::analysis::grouping_order::GroupingOrder;

pub fn problem(path: &Path, args: &GroupingArgs, order: &GroupingOrder) -> anyhow::Result<Problem> {
    let is_table = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
    let (mut units, outlines) = if is_table { (tables::units(path, order)?, None) } else { features(path, order)? };
    if let Some(kept) = &order.communities {
        let kept: std::collections::HashSet<String> = kept.iter().map(ToString::to_string).collect();
        if let Some(missing) = kept.iter().find(|id| !units.iter().any(|unit| unit.id == **id)) {
            bail!("communities: there is no community «{missing}»");
        }
        if args.edges.is_some() {
            bail!("communities: cannot be chosen from a file with a table of edges; leave the rows out of both");
        }
        // Those outside are not asked about, so nobody walks through them in the widest walk either.
        let outside: Vec<bool> = units.iter().map(|unit| !kept.contains(&unit.id)).collect();
        let mut n = 0;
        units.retain(|_| {
            n += 1;
            !outside[n - 1]
        });
        let outlines =
            outlines.map(|all| all.into_iter().zip(&outside).filter(|one| !one.1).map(|one| one.0).collect());
        return finish(units, outlines, args, order);
    }
    finish(units, outlines, args, order)
}

fn finish(
    units: Vec<Unit>,
    outlines: Option<Vec<MultiPolygon<f64>>>,
    args: &GroupingArgs,
    order: &GroupingOrder,
) -> anyhow::Result<Problem> {
    let edges = match (&args.edges, outlines) {
        (Some(edges), _) => tables::edges(edges, &units)?,
        (None, Some(outlines)) => adjacency::touching(&outlines, &units, args.touch),
        (None, None) => bail!("a table has no outlines: give --edges with who is next to whom"),
    };
    let walks = match &args.walks {
        Some(walks) => {
            let rows = tables::edges(walks, &units)?;
            rows.iter().filter_map(|row| Some((row.a, row.b, row.walk_m?))).collect()
        }
        None => Vec::new(),
    };
    let mut problem = Problem::new(units, edges);
    problem.walks = walks;
    problem.keeps_bodies = order.same.as_deref().is_some_and(|name| name != "none");
    problem.attribute_names = order.attributes.clone();
    order.fill(&mut problem).map_err(refusal::told)?;
    Ok(problem)
}

/// Features with outlines on a plane, in metres.
fn features(path: &Path, order: &GroupingOrder) -> anyhow::Result<(Vec<Unit>, Option<Vec<MultiPolygon<f64>>>)> {
    let dataset = Dataset::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut layer = dataset.layer(0).with_context(|| format!("{} has no layer", path.display()))?;
    let columns: Vec<String> = layer.defn().fields().map(|field| field.name().to_lowercase()).collect();
    let names = Names::of(path, &columns, order)?;
    let is_degrees = layer.spatial_ref().is_some_and(|crs| crs.is_geographic());
    let mut faults = Vec::new();
    let (mut units, mut outlines) = (Vec::new(), Vec::new());
    for (n, feature) in layer.features().enumerate() {
        let mut fault = |detail: String| faults.push(format!("{} feature {}: {detail}", path.display(), n + 1));
        let value = |column: usize| feature.field(column).ok().flatten();
        let text = |column: usize| value(column).map(text).filter(|text| !text.is_empty());
        let Some(id) = text(names.id) else {
            fault(format!("«{}» is empty", columns[names.id]));
            continue;
        };
        let mut number = |column: usize| match text(column).map(|text| (text.parse::<f64>(), text)) {
            None => None,
            Some((Ok(number), _)) if number.is_finite() => Some(number),
            Some((_, text)) => {
                fault(format!("«{}» is «{text}», which is no number", columns[column]));
                None
            }
        };
        let households = names.households.and_then(&mut number);
        let building_year = names.year.and_then(&mut number);
        let attributes = names.attributes.iter().map(|&column| number(column)).collect();
        if households.is_some_and(|number| number < 0.0 || number.fract() != 0.0 || number > 1e12) {
            fault(format!("{} is no number of households", households.unwrap_or_default()));
            continue;
        }
        let is_eligible = match eligibility(&names.eligible.and_then(text).unwrap_or_default()) {
            Ok(is_eligible) => is_eligible,
            Err(detail) => {
                fault(detail);
                continue;
            }
        };
        let Some(outline) = feature.geometry().and_then(|geometry| areas(geometry)) else {
            fault("has no outline (an area)".to_owned());
            continue;
        };
        units.push(Unit {
            id,
            households: households.map(|number| number as u64),
            attributes,
            building_year,
            at: None,
            body: names.body.and_then(text),
            is_eligible,
        });
        outlines.push(outline);
    }
    refuse(faults)?;
    if is_degrees {
        let middle =
            outlines.iter().filter_map(Centroid::centroid).map(|at| at.x()).sum::<f64>() / outlines.len().max(1) as f64;
        let plane = GaussKruger::of_longitude(middle);
        outlines.iter_mut().for_each(|areas| *areas = areas.map_coords(|at: Coord<f64>| plane.to_plane(at)));
    }
    for (unit, outline) in units.iter_mut().zip(&outlines) {
        let centroid = outline.centroid().filter(|at| outline.intersects(at));
        unit.at = centroid.or_else(|| outline.interior_point()).map(|at| (at.x(), at.y()));
    }
    Ok((units, Some(outlines)))
}

fn text(value: FieldValue) -> String {
    match value {
        FieldValue::IntegerValue(number) => number.to_string(),
        FieldValue::Integer64Value(number) => number.to_string(),
        FieldValue::RealValue(number) => number.to_string(),
        FieldValue::StringValue(text) => text.trim().to_owned(),
        _ => String::new(),
    }
}

fn areas(geometry: &gdal::vector::Geometry) -> Option<MultiPolygon<f64>> {
    match Wkb(geometry.wkb().ok()?).to_geo().ok()? {
        Geometry::Polygon(area) => Some(MultiPolygon::new(vec![area])),
        Geometry::MultiPolygon(areas) if !areas.0.is_empty() => Some(areas),
        _ => None,
    }
}
