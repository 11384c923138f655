//! Which of the tables that came is that of the points, and which that of the lines.

use super::{lines, points};
use crate::ingest::IngestError;
use crate::ingest::columns::plain;
use crate::ingest::look::SourceLayer;

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    Points,
    Lines,
}

/// The tables of a survey among those of a file or two, by their names; at least one is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SurveyTables {
    pub points: Option<String>,
    pub lines: Option<String>,
}

impl SurveyTables {
    pub fn is_whole(&self) -> bool {
        self.points.is_some() && self.lines.is_some()
    }
}

/// Headings that nothing but a survey of pipes has. One table alone is taken for half a survey by these only: a list of
/// streets has 起点 and 终点 too.
const SURE: &[&str] = &[
    "物探点号",
    "图上点号",
    "管点编号",
    "管点号",
    "管线点号",
    "起点物探点号",
    "终点物探点号",
    "起点点号",
    "终点点号",
    "起始点号",
    "终止点号",
    "连接点号",
    "管点特征",
];

/// Whether these are the tables of a survey, going by their columns.
pub fn survey_tables(layers: &[SourceLayer]) -> Option<SurveyTables> {
    let names: Vec<&str> = layers.iter().map(|layer| layer.name.as_str()).collect();
    let found = |table: Table| {
        let at = table.choose(&names, |at| layers[at].columns.clone())?;
        table.has(&layers[at].columns).then_some(at)
    };
    let is_sure = |at: usize| find(&layers[at].columns, SURE).is_some();
    let name = |at: usize| layers[at].name.clone();
    match (found(Table::Points), found(Table::Lines)) {
        (Some(points), Some(lines)) => Some(SurveyTables { points: Some(name(points)), lines: Some(name(lines)) }),
        (Some(points), None) if is_sure(points) => Some(SurveyTables { points: Some(name(points)), lines: None }),
        (None, Some(lines)) if is_sure(lines) => Some(SurveyTables { points: None, lines: Some(name(lines)) }),
        _ => None,
    }
}

impl Table {
    /// The only table that is called like this one, else the only one that has its columns. `columns` is asked for
    /// only where the names leave it open: GDAL reads a whole sheet to know its columns.
    pub fn choose(self, names: &[&str], columns: impl Fn(usize) -> Vec<String>) -> Option<usize> {
        if names.len() == 1 {
            return Some(0);
        }
        let called = (0..names.len()).filter(|at| self.is_called(names[*at]));
        only(called).or_else(|| only((0..names.len()).filter(|at| self.has(&columns(*at)))))
    }

    /// True for a sheet that is called like it. 管线点表 is of points.
    fn is_called(self, sheet: &str) -> bool {
        let name = sheet.to_lowercase();
        let is_of_points = name.contains('点') || name.contains("point");
        match self {
            Table::Points => is_of_points,
            Table::Lines => !is_of_points && (name.contains('线') || name.contains("line")),
        }
    }

    /// True for columns that it can be read from.
    pub fn fits(self, columns: &[String]) -> bool {
        let all = |needed: &[&[&str]]| needed.iter().all(|known| find(columns, known).is_some());
        match self {
            Table::Points => all(&[points::NUMBERS, points::NORTHINGS, points::EASTINGS]),
            Table::Lines => {
                all(&[lines::STARTS, lines::ENDS]) && find(columns, lines::STARTS) != find(columns, lines::ENDS)
            }
        }
    }

    /// True for columns of this table and not of the other.
    pub fn has(self, columns: &[String]) -> bool {
        self.fits(columns) && (self == Table::Lines || !Table::Lines.fits(columns))
    }

    fn name(self) -> &'static str {
        match self {
            Table::Points => "point table (管点表)",
            Table::Lines => "line table (管线表)",
        }
    }

    pub fn fault(self, why: String) -> IngestError {
        IngestError::SurveyTable { table: self.name(), why }
    }
}

/// The first column that goes by one of these names.
pub fn find(columns: &[String], known: &[&str]) -> Option<usize> {
    known.iter().find_map(|known| columns.iter().position(|name| plain(name) == plain(known)))
}

fn only(mut found: impl Iterator<Item = usize>) -> Option<usize> {
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(name: &str, columns: &str) -> SourceLayer {
        SourceLayer { name: name.to_owned(), rows: None, columns: columns.split(',').map(str::to_owned).collect() }
    }

    fn found(layers: &[SourceLayer]) -> Option<(Option<String>, Option<String>)> {
        survey_tables(layers).map(|tables| (tables.points, tables.lines))
    }

    #[test]
    fn tables_are_recognised_by_their_columns_whatever_they_are_called() {
        let (points, lines) = (layer("a", "物探点号,X,Y,地面高程"), layer("b", "起点点号,终点点号,管线类型"));
        let both = Some((Some("a".to_owned()), Some("b".to_owned())));
        assert_eq!(found(&[points.clone(), lines.clone()]), both);
        assert_eq!(found(&[layer("说明", "说明"), lines.clone(), points.clone()]), both);
        assert_eq!(found(std::slice::from_ref(&points)), Some((Some("a".to_owned()), None)));
        assert_eq!(found(std::slice::from_ref(&lines)), Some((None, Some("b".to_owned()))));
        // Both tables name 物探点号; only the lines have a point that it leads to.
        let exchange = layer("c", "物探点号,连接点号,X,Y");
        assert_eq!(found(&[exchange]), Some((None, Some("c".to_owned()))));
    }

    #[test]
    fn other_tables_are_not_taken_for_a_survey() {
        assert_eq!(found(&[layer("道路", "道路名称,起点,终点,宽度")]), None);
        assert_eq!(found(&[layer("树木", "点号,X,Y,树种")]), None);
        assert_eq!(found(&[layer("小区", "小区名称,户数"), layer("楼栋", "编号,层数")]), None);
        assert_eq!(found(&[]), None);
    }
}
