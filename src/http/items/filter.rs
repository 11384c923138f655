//! Filters by property: `?street_class=primary`. Several are joined by «and».

use std::sync::Arc;

use crate::domain::LayerDescription;
use crate::domain::{Field, FieldKind, Value, Viewer};
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;
use crate::snapshot::Item;

/// The value that a field must have.
#[derive(Debug, Clone, PartialEq)]
pub struct Equals {
    /// Position of the field in an item's values.
    index: usize,
    value: Value,
}

impl Equals {
    pub fn meets(&self, item: &Item) -> bool {
        item.values[self.index] == self.value
    }
}

/// Takes every parameter that is a field of the layer that the viewer may see.
pub fn take_filters(
    parameters: &mut Parameters,
    layer: &'static LayerDescription,
    viewer: Viewer,
) -> Result<Vec<Equals>, Problem> {
    let mut filters = Vec::new();
    for (index, field) in layer.fields_for(viewer) {
        if let Some(text) = parameters.take(field.name)? {
            let value = parse(field, &text).map_err(|detail| Problem::parameter(field.name, detail))?;
            filters.push(Equals { index, value });
        }
    }
    Ok(filters)
}

/// The value that a text names in a field, or why it names none.
fn parse(field: &Field, text: &str) -> Result<Value, String> {
    let text = text.trim();
    match field.kind {
        FieldKind::Text { .. } => Ok(Value::Text(Arc::from(text))),
        FieldKind::Integer { .. } => {
            text.parse().map(Value::Integer).map_err(|_| format!("«{text}» is not a whole number"))
        }
        FieldKind::Number { .. } => match text.parse::<f64>() {
            Ok(n) if n.is_finite() => Ok(Value::Number(n)),
            _ => Err(format!("«{text}» is not a finite number")),
        },
        FieldKind::Money => {
            fen(text).map(Value::Money).ok_or_else(|| format!("«{text}» is not an amount in yuan (1234.50)"))
        }
        FieldKind::Boolean => {
            text.parse().map(Value::Boolean).map_err(|_| format!("«{text}» is neither true nor false"))
        }
        FieldKind::Date => text.parse().map(Value::Date).map_err(|_| format!("«{text}» is not a day (2026-05-01)")),
        FieldKind::Choice(choices) => match choices.iter().find(|choice| choice.code == text) {
            Some(choice) => Ok(Value::Text(Arc::from(choice.code))),
            None => {
                let codes: Vec<_> = choices.iter().map(|choice| choice.code).collect();
                Err(format!("«{text}» is not one of {}", codes.join(", ")))
            }
        },
    }
}

/// Yuan with at most two decimals, as whole fen.
fn fen(text: &str) -> Option<i64> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (yuan, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let is_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if yuan.is_empty() || decimals.len() > 2 || !is_digits(yuan) || !is_digits(decimals) {
        return None;
    }
    let fen: i64 = format!("{decimals:0<2}").parse().ok()?;
    yuan.parse::<i64>().ok()?.checked_mul(100)?.checked_add(fen)?.checked_mul(sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yuan_are_read_to_the_fen() {
        assert_eq!(fen("1234.5"), Some(123_450));
        assert_eq!(fen("1234.50"), Some(123_450));
        assert_eq!(fen("-0.05"), Some(-5));
        for bad in ["", "1.234", "1e3", ".5", "1.2.3", "99999999999999999999"] {
            assert_eq!(fen(bad), None, "{bad}");
        }
    }
}
