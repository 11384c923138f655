//! Units as column headings and values write them: `建筑面积(万平方米)`, `1.2 km`, `318万元`.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dimension {
    Length,
    Area,
    Money,
    Time,
    Year,
    Count,
}

use Dimension::{Area, Count, Length, Money, Time, Year};

/// Spelling, dimension, factor to metre, square metre, yuan, day, year or piece.
const UNITS: &[(&str, Dimension, f64)] = &[
    ("m", Length, 1.0),
    ("米", Length, 1.0),
    ("km", Length, 1000.0),
    ("公里", Length, 1000.0),
    ("千米", Length, 1000.0),
    ("cm", Length, 0.01),
    ("厘米", Length, 0.01),
    ("mm", Length, 0.001),
    ("毫米", Length, 0.001),
    ("m2", Area, 1.0),
    ("㎡", Area, 1.0),
    ("m²", Area, 1.0),
    ("平方米", Area, 1.0),
    ("平米", Area, 1.0),
    ("万平方米", Area, 1e4),
    ("万平米", Area, 1e4),
    ("万㎡", Area, 1e4),
    ("万m2", Area, 1e4),
    ("万m²", Area, 1e4),
    ("km2", Area, 1e6),
    ("平方公里", Area, 1e6),
    ("公顷", Area, 1e4),
    ("ha", Area, 1e4),
    ("亩", Area, 10_000.0 / 15.0),
    ("元", Money, 1.0),
    ("cny", Money, 1.0),
    ("万元", Money, 1e4),
    ("亿元", Money, 1e8),
    ("天", Time, 1.0),
    ("日", Time, 1.0),
    ("d", Time, 1.0),
    ("月", Time, 30.0),
    ("年", Year, 1.0),
    ("a", Year, 1.0),
    ("户", Count, 1.0),
    ("人", Count, 1.0),
    ("万人", Count, 1e4),
    ("栋", Count, 1.0),
    ("幢", Count, 1.0),
    ("层", Count, 1.0),
    ("个", Count, 1.0),
    ("孔", Count, 1.0),
    ("张", Count, 1.0),
    ("床", Count, 1.0),
    ("座", Count, 1.0),
];

fn unit(text: &str) -> Option<(Dimension, f64)> {
    let text = text.trim().to_lowercase();
    UNITS.iter().find(|(name, _, _)| *name == text).map(|(_, dimension, factor)| (*dimension, *factor))
}

/// What a number in `written` must be multiplied with to be in `wanted`, the unit of a field
/// (UCUM; empty for a count). `None` when `written` is no unit or one of another dimension.
pub fn factor(written: &str, wanted: &str) -> Option<f64> {
    let (dimension, factor) = unit(written)?;
    let (wanted, base) = if wanted.is_empty() { (Count, 1.0) } else { unit(wanted)? };
    (dimension == wanted).then_some(factor / base)
}

pub fn is_unit(text: &str) -> bool {
    unit(text).is_some()
}

/// A number and what follows it: `1,234.5 万元` is 1234.5 and `万元`. Blanks and separators of
/// thousands are allowed where people put them.
pub fn split_number(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let end = text
        .char_indices()
        .find(|(i, c)| {
            let exponent = matches!(c, 'e' | 'E')
                && *i > 0
                && text[i + 1..].starts_with(|n: char| n.is_ascii_digit() || n == '-' || n == '+');
            let sign = matches!(c, '-' | '+') && (*i == 0 || text[..*i].ends_with(['e', 'E']));
            !(c.is_ascii_digit() || matches!(c, '.' | ',') || exponent || sign)
        })
        .map_or(text.len(), |(i, _)| i);
    let (number, rest) = text.split_at(end);
    let number = if number.contains(',') { without_thousands(number)? } else { number.to_owned() };
    let value: f64 = number.parse().ok()?;
    value.is_finite().then_some((value, rest.trim()))
}

/// `1,234,567.8` without its commas; `None` where they do not part thousands (`1,5`).
fn without_thousands(number: &str) -> Option<String> {
    let whole = number.split('.').next().unwrap_or_default();
    let mut groups = whole.trim_start_matches(['-', '+']).split(',');
    let first = groups.next()?;
    ((1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3)).then(|| number.replace(',', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_units_and_thousands() {
        assert_eq!(split_number("1,234.5 万元"), Some((1234.5, "万元")));
        assert_eq!(split_number("-3m"), Some((-3.0, "m")));
        assert_eq!(split_number("1e3"), Some((1000.0, "")));
        assert_eq!(split_number("1,5"), None);
        assert_eq!(split_number("约20"), None);
        assert_eq!(split_number("-"), None);
        assert_eq!(split_number("1e999"), None);
    }

    #[test]
    fn factors_keep_dimensions_apart() {
        assert_eq!(factor("万平方米", "m2"), Some(1e4));
        assert_eq!(factor("m", "mm"), Some(1000.0));
        assert_eq!(factor("万元", "CNY"), Some(1e4));
        assert_eq!(factor("户", ""), Some(1.0));
        assert_eq!(factor("元", "m"), None);
    }
}
