//! The values of one row, in the order of the layer's fields.

use chrono::NaiveDate;
use gdal::vector::{Feature, OGRFieldType};

use super::columns::{Column, Columns};
use super::encoding::{self, TextEncoding};
use super::problem::IngestError;
use super::report::Problem;
use super::values::{self, Raw};
use super::{Request, gdal_raw};
use crate::domain::{Field, LayerDescription, Value};

pub struct RowReader<'a> {
    pub layer: &'static LayerDescription,
    pub text: TextEncoding,
    columns: &'a [Column],
    kinds: &'a [OGRFieldType::Type],
    /// By field; for rows whose own value is missing.
    constants: Vec<Option<Value>>,
    text_bytes: usize,
}

impl<'a> RowReader<'a> {
    pub fn new(
        layer: &'static LayerDescription,
        columns: &'a Columns,
        kinds: &'a [OGRFieldType::Type],
        text: TextEncoding,
        request: &Request,
    ) -> Result<Self, IngestError> {
        let constants = constants(layer, &request.constants)?;
        let text_bytes = request.limits.text_bytes;
        Ok(Self { layer, text, columns: &columns.mapped, kinds, constants, text_bytes })
    }

    /// The values; what was emptied or cut is added to `problems`. An error refuses the row.
    pub fn values(&self, feature: &Feature<'_>, problems: &mut Vec<Problem>) -> Result<Vec<Value>, Problem> {
        let mut values: Vec<Value> = vec![Value::Null; self.layer.fields.len()];
        for column in self.columns {
            let field = &self.layer.fields[column.field];
            let (value, problem) = self.value(feature, column).unwrap_or_else(|problem| (Value::Null, Some(problem)));
            if let Some(problem) = problem {
                problems.push(if value.is_null() { emptied(field, problem)? } else { problem });
            }
            values[column.field] = value;
        }
        fill(self.layer, &self.constants, &mut values)?;
        Ok(values)
    }

    fn value(&self, feature: &Feature<'_>, column: &Column) -> Result<(Value, Option<Problem>), Problem> {
        let field = &self.layer.fields[column.field];
        let unreadable = |reason: String| Problem::new("unreadable", field.name, "", reason);
        let at = column.index;
        if !gdal_raw::is_set(feature, at) {
            return Ok((Value::Null, None));
        }
        // Numbers are asked for as such: GDAL would take longer to print one than to read the row.
        let number = match self.kinds[at] {
            OGRFieldType::OFTInteger | OGRFieldType::OFTInteger64 => {
                Some(Raw::Integer(gdal_raw::field_integer(feature, at)))
            }
            OGRFieldType::OFTReal => Some(Raw::Real(gdal_raw::field_real(feature, at))),
            _ => None,
        };
        if let Some(raw) = number {
            return Ok(values::parse(field, &raw, column.scale));
        }
        let Some(bytes) = gdal_raw::field_bytes(feature, at) else { return Ok((Value::Null, None)) };
        if bytes.len() > self.text_bytes {
            return Err(unreadable(format!("{} bytes, more than {}", bytes.len(), self.text_bytes)));
        }
        if let OGRFieldType::OFTDate | OGRFieldType::OFTDateTime = self.kinds[at] {
            // GDAL writes `2000/12/31 08:00:00+08`; the day is what is kept.
            let day = std::str::from_utf8(bytes).ok().and_then(|text| text.get(..10));
            return match day.and_then(|day| NaiveDate::parse_from_str(day, "%Y/%m/%d").ok()) {
                Some(day) => Ok(values::parse(field, &Raw::Date(day), column.scale)),
                None => Err(unreadable("not a date".to_owned())),
            };
        }
        let Some(text) = encoding::decode(self.text.encoding, bytes) else {
            let shown = bytes.escape_ascii().to_string();
            let reason = format!("not readable as {}", self.text.encoding.name());
            return Err(Problem::new("unreadable", field.name, &shown, reason));
        };
        Ok(values::parse(field, &Raw::Text(&text), column.scale))
    }
}

/// A value that could not be read leaves its field empty; a required one refuses the row.
pub fn emptied(field: &Field, problem: Problem) -> Result<Problem, Problem> {
    let said = |what: &str| format!("{}; {what}", problem.reason);
    if field.is_required {
        return Err(Problem { reason: said("the field is required, so the row is refused"), ..problem });
    }
    Ok(Problem { reason: said("left empty"), ..problem })
}

/// The values that were given for all rows, as the fields take them.
pub fn constants(
    layer: &'static LayerDescription,
    given: &[(String, String)],
) -> Result<Vec<Option<Value>>, IngestError> {
    let mut constants = vec![None; layer.fields.len()];
    for (name, text) in given {
        let refuse = |why: String| IngestError::Constant { field: name.clone(), value: text.clone(), why };
        let (position, field) = layer.field(name).ok_or_else(|| refuse("the layer has no such field".to_owned()))?;
        let (value, problem) = values::parse(field, &Raw::Text(text), 1.0);
        if let Some(problem) = problem {
            return Err(refuse(problem.reason));
        }
        constants[position] = Some(value);
    }
    Ok(constants)
}

/// Puts constants where values are missing; a required field that is still empty refuses the row.
pub fn fill(layer: &LayerDescription, constants: &[Option<Value>], values: &mut [Value]) -> Result<(), Problem> {
    for ((field, value), constant) in layer.fields.iter().zip(values).zip(constants) {
        if let (true, Some(constant)) = (value.is_null(), constant) {
            *value = constant.clone();
        }
        if value.is_null() && field.is_required {
            return Err(Problem::new(
                "required",
                field.name,
                "",
                format!("«{}» is required and empty", field.title.zh),
            ));
        }
    }
    Ok(())
}
