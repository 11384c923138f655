//! Which column of a file is which field of a layer.

use super::problem::IngestError;
use super::report::ColumnReport;
use super::units;
use crate::domain::{Field, LayerDescription};

/// A column that is imported.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Position in the file.
    pub index: usize,
    /// Position in the layer's description.
    pub field: usize,
    /// From the unit in the column's heading to the field's.
    pub scale: f64,
}

pub struct Columns {
    pub mapped: Vec<Column>,
    pub report: Vec<ColumnReport>,
}

/// How sure a match is; the surest column gets the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Asked,
    Name,
    Title,
    Alias(usize),
    Shortened,
}

/// Finds a field for each column. `is_shapefile`: names are cut after ten bytes.
pub fn plan(
    layer: &LayerDescription,
    names: &[String],
    map: &[(String, String)],
    is_shapefile: bool,
) -> Result<Columns, IngestError> {
    let left_out = left_out(names, map)?;
    let asked = asked(layer, names, map)?;
    let mut matches: Vec<(Rank, usize, usize, f64)> = Vec::new();
    let mut unit_trouble = vec![None; names.len()];
    for (index, name) in names.iter().enumerate() {
        if left_out.contains(&index) {
            continue;
        }
        if let Some((_, field)) = asked.iter().find(|(column, _)| *column == index) {
            let scale = heading_unit(name).and_then(|unit| units::factor(unit, layer.fields[*field].unit));
            matches.push((Rank::Asked, index, *field, scale.unwrap_or(1.0)));
            continue;
        }
        for (position, field) in layer.fields.iter().enumerate() {
            let Some(rank) = rank(field, name, is_shapefile) else { continue };
            match heading_unit(name).map(|unit| (unit, units::factor(unit, field.unit))) {
                Some((unit, None)) => unit_trouble[index] = Some(format!("{unit} is no unit of «{}»", field.name)),
                scale => matches.push((rank, index, position, scale.and_then(|(_, f)| f).unwrap_or(1.0))),
            }
        }
    }
    matches.sort_by_key(|(rank, index, ..)| (*rank, *index));

    let mut mapped: Vec<Column> = Vec::new();
    let mut taken_by: Vec<Option<&str>> = vec![None; names.len()];
    for (_, index, field, scale) in matches {
        if mapped.iter().any(|column| column.index == index) {
            continue;
        }
        if mapped.iter().any(|column| column.field == field) {
            taken_by[index] = Some(layer.fields[field].name);
            continue;
        }
        mapped.push(Column { index, field, scale });
    }
    mapped.sort_by_key(|column| column.field);
    let report = names
        .iter()
        .enumerate()
        .map(|(index, name)| match mapped.iter().find(|column| column.index == index) {
            Some(column) => ColumnReport {
                column: name.clone(),
                field: Some(layer.fields[column.field].name),
                why: if column.scale == 1.0 { String::new() } else { format!("× {}", column.scale) },
                samples: Vec::new(),
            },
            None => ColumnReport {
                column: name.clone(),
                field: None,
                why: match (&unit_trouble[index], taken_by[index]) {
                    _ if left_out.contains(&index) => "left out, as asked".to_owned(),
                    (Some(trouble), _) => trouble.clone(),
                    (None, Some(field)) => format!("another column already holds «{field}»"),
                    (None, None) => "no field of this layer goes by this name".to_owned(),
                },
                samples: Vec::new(),
            },
        })
        .collect();
    Ok(Columns { mapped, report })
}

fn asked(
    layer: &LayerDescription,
    names: &[String],
    map: &[(String, String)],
) -> Result<Vec<(usize, usize)>, IngestError> {
    map.iter()
        .filter(|(_, field)| !field.is_empty())
        .map(|(column, field)| {
            let refuse = |why: String| IngestError::Map { column: column.clone(), field: field.clone(), why };
            let index = find(names, column).ok_or_else(|| no_such_column(names, column, field))?;
            let (position, _) = layer.field(field).ok_or_else(|| {
                let known: Vec<&str> = layer.fields.iter().map(|f| f.name).collect();
                refuse(format!("the layer has no such field; it has: {}", known.join(", ")))
            })?;
            Ok((index, position))
        })
        .collect()
}

/// Columns that are mapped to no field at all: not imported, whatever their name.
fn left_out(names: &[String], map: &[(String, String)]) -> Result<Vec<usize>, IngestError> {
    map.iter()
        .filter(|(_, field)| field.is_empty())
        .map(|(column, field)| find(names, column).ok_or_else(|| no_such_column(names, column, field)))
        .collect()
}

fn find(names: &[String], column: &str) -> Option<usize> {
    let exactly = names.iter().position(|name| name == column);
    exactly.or_else(|| names.iter().position(|name| plain(name) == plain(column)))
}

fn no_such_column(names: &[String], column: &str, field: &str) -> IngestError {
    let why = format!("the file has no such column; it has: {}", names.join(", "));
    IngestError::Map { column: column.to_owned(), field: field.to_owned(), why }
}

fn rank(field: &Field, column: &str, is_shapefile: bool) -> Option<Rank> {
    let spellings = [plain(column), plain(without_unit(column))];
    let is = |name: &str| {
        let name = plain(name);
        spellings.contains(&name)
    };
    if is(field.name) {
        return Some(Rank::Name);
    }
    if is(field.title.zh) || is(field.title.en) {
        return Some(Rank::Title);
    }
    if let Some(at) = field.aliases.iter().position(|alias| is(alias)) {
        return Some(Rank::Alias(at));
    }
    let is_shortened = is_shapefile && column.len() == 10 && field.name.len() > 10;
    (is_shortened && field.name.starts_with(&column.to_lowercase())).then_some(Rank::Shortened)
}

/// Lower case letters, digits and Chinese characters only.
pub fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// `建筑面积(m2)` is `建筑面积`.
fn without_unit(name: &str) -> &str {
    match heading_unit(name) {
        Some(_) => name.rfind(['(', '（', '[', '/', '／']).map_or(name, |at| &name[..at]),
        None => name,
    }
}

/// The unit in a heading: `m2` of `建筑面积(m2)`.
fn heading_unit(name: &str) -> Option<&str> {
    let at = name.rfind(['(', '（', '[', '/', '／'])?;
    let unit = name[at..].trim_matches(|c| matches!(c, '(' | '（' | '[' | ']' | ')' | '）' | '/' | '／' | ' '));
    units::is_unit(unit).then_some(unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::LayerId;

    fn fields(layer: LayerId, names: &[&str], map: &[(&str, &str)]) -> Vec<Option<&'static str>> {
        let names: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
        let map: Vec<_> = map.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        let plan = plan(layer.describe(), &names, &map, true).expect("a plan");
        plan.report.iter().map(|c| c.field).collect()
    }

    #[test]
    fn columns_are_known_by_chinese_and_english_names() {
        let found = fields(
            LayerId::Community,
            &["小区名称", "HOUSEHOLDS", "Built in", "建筑面积（㎡）", "总户数", "所属社区", "foo", "responsibl"],
            &[],
        );
        assert_eq!(
            found,
            [
                Some("name"),
                Some("households"),
                Some("built_year"),
                Some("floor_area_m2"),
                None, // households is taken by its own name
                Some("neighbourhood"),
                None,
                Some("responsible_body"),
            ]
        );
    }

    #[test]
    fn a_heading_unit_scales_or_is_refused() {
        let names = ["建筑面积(万平方米)".to_owned(), "投资估算(m)".to_owned()];
        let plan = plan(LayerId::Community.describe(), &names, &[], false).expect("a plan");
        assert_eq!(plan.mapped.len(), 1);
        assert_eq!(plan.mapped[0].scale, 1e4);
        assert!(plan.report[1].why.contains("no unit"));
    }

    #[test]
    fn a_column_mapped_to_nothing_is_left_out() {
        let plan = |map| fields(LayerId::Community, &["小区名称", "总户数", "户数"], map);
        assert_eq!(plan(&[]), [Some("name"), None, Some("households")]);
        assert_eq!(plan(&[("户数", "")]), [Some("name"), Some("households"), None]);
    }

    #[test]
    fn map_wins_and_is_checked() {
        assert_eq!(fields(LayerId::Community, &["a", "name"], &[("a", "name")]), [Some("name"), None]);
        let wrong = [("b".to_owned(), "name".to_owned())];
        assert!(plan(LayerId::Community.describe(), &["a".to_owned()], &wrong, false).is_err());
    }
}
