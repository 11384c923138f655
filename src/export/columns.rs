//! The columns of a file: which there are, what they are called and how each format keeps them.

use crate::domain::{Field, FieldKind, Title};

use super::format::Format;

/// The column that holds the number of the feature. Import takes it as the key of a row.
pub const ID: &str = "id";
/// The column that holds the shape as well-known text, in tables.
pub const SHAPE: &str = "wkt";
/// Bytes of a column's name in a .dbf.
const DBF_NAME: usize = 10;
/// Bytes of a text in a .dbf.
pub const DBF_TEXT: usize = 254;
/// Digits of a number in a .dbf, sign and point included.
const DBF_NUMBER: i32 = 24;

#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    pub name: String,
    /// What the layer calls it; the name may be a shortened one.
    pub field_name: &'static str,
    pub title: Title,
    pub unit: &'static str,
    pub content: Content,
    pub storage: Storage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    Id,
    /// Position in an item's values.
    Field(usize),
    Shape,
}

/// How a value is kept. Widths are those of a .dbf; elsewhere they are zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    Text,
    Integer { width: i32 },
    Real { width: i32, decimals: i32 },
    Boolean,
    Date,
}

/// The columns of a file with these fields.
pub fn plan(format: Format, fields: &[(usize, &'static Field)], with_shapes: bool) -> Vec<Column> {
    if format.is_drawing() {
        return Vec::new();
    }
    let mut columns = Vec::with_capacity(fields.len() + 2);
    // A GeoPackage keeps the number as the key of its table.
    if format != Format::GeoPackage {
        let width = if format == Format::Shapefile { 18 } else { 0 };
        columns.push(Column {
            name: ID.to_owned(),
            field_name: ID,
            title: Title { zh: "要素编号", en: "Feature id" },
            unit: "",
            content: Content::Id,
            storage: Storage::Integer { width },
        });
    }
    for (index, field) in fields {
        columns.push(Column {
            name: field.name.to_owned(),
            field_name: field.name,
            title: field.title,
            unit: field.unit,
            content: Content::Field(*index),
            storage: storage(format, field.kind),
        });
    }
    if format.is_table() && with_shapes {
        columns.push(Column {
            name: SHAPE.to_owned(),
            field_name: SHAPE,
            title: Title { zh: "图形", en: "Shape" },
            unit: "",
            content: Content::Shape,
            storage: Storage::Text,
        });
    }
    if format == Format::Shapefile {
        shorten(&mut columns);
    }
    columns
}

fn storage(format: Format, kind: FieldKind) -> Storage {
    let is_dbf = format == Format::Shapefile;
    match kind {
        FieldKind::Text { .. } | FieldKind::Choice(_) => Storage::Text,
        FieldKind::Integer { min, max } => {
            let digits = |n: i64| n.to_string().len() as i32;
            Storage::Integer { width: if is_dbf { digits(min).max(digits(max)).min(18) } else { 0 } }
        }
        FieldKind::Number { min, max } if is_dbf => {
            let digits = |n: f64| format!("{n:.0}").len() as i32;
            let whole = digits(min).max(digits(max));
            Storage::Real { width: DBF_NUMBER, decimals: (DBF_NUMBER - 1 - whole).clamp(0, 15) }
        }
        FieldKind::Number { .. } => Storage::Real { width: 0, decimals: 0 },
        // As the API writes it.
        FieldKind::Money if format == Format::GeoJson => Storage::Text,
        FieldKind::Money if is_dbf => Storage::Real { width: 18, decimals: 2 },
        FieldKind::Money => Storage::Real { width: 0, decimals: 0 },
        FieldKind::Boolean if format == Format::Csv => Storage::Text,
        FieldKind::Boolean => Storage::Boolean,
        FieldKind::Date => match format {
            Format::GeoPackage | Format::Shapefile | Format::Xlsx => Storage::Date,
            // What GDAL makes of a day there is 2026/03/31 or a moment.
            _ => Storage::Text,
        },
    }
}

/// Names of at most ten bytes, each different from the others whatever the case.
fn shorten(columns: &mut [Column]) {
    let mut taken: Vec<String> = Vec::with_capacity(columns.len());
    for column in columns {
        debug_assert!(column.name.is_ascii(), "names of fields are ASCII");
        let mut name: String = column.name.chars().take(DBF_NAME).collect();
        let mut next = 2;
        while taken.iter().any(|other| other.eq_ignore_ascii_case(&name)) {
            let number = format!("_{next}");
            name = column.name.chars().take(DBF_NAME - number.len()).chain(number.chars()).collect();
            next += 1;
        }
        taken.push(name.clone());
        column.name = name;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::LayerId;

    #[test]
    fn names_in_a_dbf_are_short_and_different_in_every_layer() {
        for id in LayerId::ALL {
            let fields: Vec<_> = id.describe().fields.iter().enumerate().collect();
            let columns = plan(Format::Shapefile, &fields, true);
            assert_eq!(columns.len(), fields.len() + 1);
            for (i, column) in columns.iter().enumerate() {
                assert!(column.name.len() <= 10 && !column.name.is_empty(), "{id}: {}", column.name);
                assert!(
                    columns[..i].iter().all(|c| !c.name.eq_ignore_ascii_case(&column.name)),
                    "{id}: {}",
                    column.name
                );
            }
        }
    }

    #[test]
    fn names_that_begin_alike_are_numbered() {
        let column = |name: &str| Column {
            name: name.to_owned(),
            field_name: "",
            title: Title { zh: "", en: "" },
            unit: "",
            content: Content::Id,
            storage: Storage::Text,
        };
        let mut columns = ["community_code", "community_name", "Community_", "communit_2"].map(column);
        shorten(&mut columns);
        assert_eq!(columns.map(|c| c.name), ["community_", "communit_2", "Communit_3", "communit_4"]);
    }

    #[test]
    fn the_largest_number_fits_its_width() {
        for id in LayerId::ALL {
            for field in id.describe().fields {
                let (FieldKind::Number { min, max }, Storage::Real { width, decimals }) =
                    (field.kind, storage(Format::Shapefile, field.kind))
                else {
                    continue;
                };
                for n in [min, max] {
                    let written = format!("{n:.*}", decimals as usize);
                    assert!(written.len() <= width as usize, "{id}.{}: {written}", field.name);
                    assert!(decimals >= 6, "{id}.{}", field.name);
                }
            }
        }
    }
}
