//! The answer of coverage as tables for office and GIS programs. What is not known is an empty cell, and the table
//! of states beside it says why.

use std::collections::HashMap;

use super::coverage_words::{Language, building_state, state, trust, verdict};
use crate::analysis::coverage::{Answer, AreaResult, RuleResult};
use crate::domain::{LayerId, Viewer};
use crate::export::{Holds, Table, TableCell, TableColumn, TableRow};
use crate::snapshot::{ShapeGeometry, Snapshot};

/// What else a reader of the tables has to know.
pub struct Circumstances<'a> {
    pub snapshot: &'a Snapshot,
    pub viewer: Viewer,
    pub language: Language,
    pub modifications: usize,
    /// The day of the export, RFC 3339.
    pub made_at: String,
}

/// The tables: about, rules, matrix of shares, matrix of states, gaps, and buildings where the answer lists them.
pub fn tables(answer: &Answer, of: &Circumstances<'_>) -> Vec<Table> {
    let mut tables = vec![
        about(answer, of),
        rules(answer, of),
        matrix(
            answer,
            of,
            "community_share",
            ["小区可达比例", "Communities, share"],
            Holds::Real,
            |rule, area| share(rule, area).map(|share| (share * 1e4).round() / 100.0).into(),
        ),
        matrix(answer, of, "community_state", ["小区状态", "Communities, state"], Holds::Text, |rule, area| {
            TableCell::Text(of.say(state(rule, area)).to_owned())
        }),
        gaps(answer, of),
    ];
    if !answer.building_ids.is_empty() {
        tables.push(buildings(answer, of));
    }
    tables
}

impl Circumstances<'_> {
    fn say<'t>(&self, [zh, en]: [&'t str; 2]) -> &'t str {
        match self.language {
            Language::Zh => zh,
            Language::En => en,
        }
    }

    fn column(&self, name: &str, title: [&str; 2], holds: Holds) -> TableColumn {
        TableColumn { name: name.to_owned(), title: self.say(title).to_owned(), holds }
    }

    fn shape(&self, layer: LayerId, id: i64) -> Option<ShapeGeometry> {
        let view = self.snapshot.layer(layer, self.viewer)?;
        view.find(id).map(|item| item.shape.geometry().clone())
    }
}

fn text(text: impl Into<String>) -> TableCell {
    TableCell::Text(text.into())
}

fn whole(n: f64) -> TableCell {
    TableCell::Real((n * 100.0).round() / 100.0)
}

/// Of the households that are known, those who reach a facility; `None` where that cannot be said.
fn share(rule: &RuleResult, area: &AreaResult) -> Option<f64> {
    let is_judged = rule.facilities > 0 && rule.reach_m.is_some() && area.all.households > 0.0;
    is_judged.then(|| 1.0 - area.not_reached.households / area.all.households)
}

/// What a rule's column is called: two rules may have one title.
fn rule_title(rule: &RuleResult, of: &Circumstances<'_>) -> String {
    match of.language {
        Language::Zh => format!("{}（{}）", rule.rule.title_zh, rule.rule.rule),
        Language::En => rule.rule.rule.clone(),
    }
}

fn about(answer: &Answer, of: &Circumstances<'_>) -> Table {
    let columns =
        vec![of.column("item", ["项目", "Item"], Holds::Text), of.column("value", ["内容", "Value"], Holds::Text)];
    let mut rows: Vec<([&str; 2], String)> = vec![
        (["数据版本", "Revision"], of.snapshot.revision.to_string()),
        (["导出时间", "Made at"], of.made_at.clone()),
        (["规则集", "Rule set"], answer.rule_set.to_owned()),
        (["情景修改项数", "Modifications of a scenario"], of.modifications.to_string()),
        (["搜索距离（米）", "Searched to (m)"], answer.limit_m.to_string()),
        (["步行速度（米/分钟）", "Speed (m/min)"], answer.metres_per_minute.to_string()),
        (["缺口总数", "Gaps in all"], answer.gap_count.to_string()),
        (["列出的缺口", "Gaps listed"], answer.gaps.len().to_string()),
    ];
    let empty = of.say([
        "空格表示未知或不适用，不是零；原因见“小区状态”。",
        "An empty cell is unknown or does not apply; it is no zero. The table of states says why.",
    ]);
    rows.push((["空格", "Empty cells"], empty.to_owned()));
    let counted = of.say([
        "距离沿路网步行量算，从楼栋代表点到设施，含两端，等于半径算在内。不开放的设施不计。比例按已知户数计算。",
        answer.note,
    ]);
    rows.push((["口径", "How it is counted"], counted.to_owned()));
    let rows = rows
        .into_iter()
        .map(|(item, value)| TableRow { cells: vec![text(of.say(item)), text(value)], shape: None })
        .collect();
    Table { name: "about", title: of.say(["说明", "About"]), columns, rows, has_shapes: false }
}

fn rules(answer: &Answer, of: &Circumstances<'_>) -> Table {
    let real = |name: &str, title| of.column(name, title, Holds::Real);
    let words = |name: &str, title| of.column(name, title, Holds::Text);
    let columns = vec![
        words("rule", ["规则", "Rule"]),
        words("title", ["名称", "Title"]),
        real("reach_m", ["服务半径（米）", "Reach (m)"]),
        words("standard", ["标准", "Standard"]),
        words("clause", ["条款", "Clause"]),
        words("verified", ["数值核对", "Verified"]),
        words("source", ["数值出处", "Source"]),
        of.column("facilities", ["开放设施数", "Open facilities"], Holds::Integer),
        real("households", ["户数", "Households"]),
        real("enough_households", ["可达且规模够（户）", "Reached, enough"]),
        real("too_small_households", ["可达但规模不足（户）", "Reached, too small"]),
        real("not_reached_households", ["不可达（户）", "Not reached"]),
        real("size_unknown_households", ["规模未知（户）", "No data"]),
        real("mean_m", ["平均距离（米）", "Mean distance (m)"]),
        words("verdict", ["判断", "Verdict"]),
    ];
    let row = |result: &RuleResult| {
        let (rule, city) = (&result.rule, &result.city);
        let is_judged = result.facilities > 0 && result.reach_m.is_some() && city.all.households > 0.0;
        let households = |n: f64| if is_judged { whole(n) } else { TableCell::Empty };
        TableRow {
            cells: vec![
                text(rule.rule.as_str()),
                text(rule.title_zh.as_str()),
                result.reach_m.into(),
                text(rule.standard.as_str()),
                text(rule.clause.as_str()),
                text(of.say(trust(rule.verified))),
                text(rule.source.as_str()),
                TableCell::Integer(result.facilities as i64),
                if city.all.households > 0.0 { whole(city.all.households) } else { TableCell::Empty },
                households(city.reached_enough.households),
                households(city.reached_too_small.households),
                households(city.not_reached.households),
                households(city.no_data.households),
                city.mean_m.map(|m| (m * 10.0).round() / 10.0).into(),
                text(of.say(verdict(city.verdict))),
            ],
            shape: None,
        }
    };
    let rows = answer.results.iter().map(row).collect();
    Table { name: "rules", title: of.say(["规则", "Rules"]), columns, rows, has_shapes: false }
}

/// A row for each community, a column for each rule.
fn matrix(
    answer: &Answer,
    of: &Circumstances<'_>,
    name: &'static str,
    title: [&'static str; 2],
    holds: Holds,
    cell: impl Fn(&RuleResult, &AreaResult) -> TableCell,
) -> Table {
    let mut columns = vec![
        of.column("community_id", ["小区编号", "Community id"], Holds::Integer),
        of.column("community", ["小区", "Community"], Holds::Text),
        of.column("households", ["户数", "Households"], Holds::Real),
    ];
    columns.extend(answer.results.iter().map(|result| TableColumn {
        name: result.rule.rule.replace('/', "_"),
        title: rule_title(result, of),
        holds,
    }));
    let Some(first) = answer.results.first() else {
        return Table { name, title: of.say(title), columns, rows: Vec::new(), has_shapes: true };
    };
    let by_id: Vec<HashMap<Option<i64>, &AreaResult>> =
        answer.results.iter().map(|result| result.communities.iter().map(|area| (area.id, area)).collect()).collect();
    let row = |area: &AreaResult| {
        let households = if area.all.households > 0.0 { whole(area.all.households) } else { TableCell::Empty };
        let mut cells = vec![TableCell::Integer(area.id.unwrap_or_default()), text(area.name.as_str()), households];
        cells.extend(answer.results.iter().zip(&by_id).map(|(result, areas)| match areas.get(&area.id) {
            Some(area) => cell(result, area),
            None => TableCell::Empty,
        }));
        TableRow { cells, shape: area.id.and_then(|id| of.shape(LayerId::Community, id)) }
    };
    let rows = first.communities.iter().map(row).collect();
    Table { name, title: of.say(title), columns, rows, has_shapes: true }
}

fn gaps(answer: &Answer, of: &Circumstances<'_>) -> Table {
    let real = |name: &str, title| of.column(name, title, Holds::Real);
    let columns = vec![
        of.column("rule", ["规则", "Rule"], Holds::Text),
        of.column("rule_title", ["规则名称", "Title"], Holds::Text),
        of.column("community_id", ["小区编号", "Community id"], Holds::Integer),
        of.column("community", ["小区", "Community"], Holds::Text),
        real("households_affected", ["受影响户数", "Households affected"]),
        real("households_not_reached", ["不可达户数", "Not reached"]),
        real("households_too_small", ["规模不足户数", "Too small"]),
        of.column("buildings_affected", ["受影响楼栋数", "Buildings affected"], Holds::Integer),
        of.column("worst_building_id", ["最差楼栋编号", "Worst building"], Holds::Integer),
        real("worst_m", ["最差距离（米）", "Worst distance (m)"]),
        of.column("nearest_facility_id", ["最近设施编号", "Nearest facility"], Holds::Integer),
        real("reach_m", ["服务半径（米）", "Reach (m)"]),
    ];
    let titles: HashMap<&str, &str> =
        answer.results.iter().map(|result| (result.rule.rule.as_str(), result.rule.title_zh.as_str())).collect();
    let rows = answer
        .gaps
        .iter()
        .map(|gap| TableRow {
            cells: vec![
                text(gap.rule.as_str()),
                text(titles.get(gap.rule.as_str()).copied().unwrap_or_default()),
                TableCell::Integer(gap.community_id),
                text(gap.community.as_str()),
                whole(gap.households_affected),
                whole(gap.households_not_reached),
                whole(gap.households_too_small),
                TableCell::Integer(gap.buildings_affected as i64),
                TableCell::Integer(gap.worst_building_id),
                gap.worst_m.into(),
                gap.nearest_facility_id.map_or(TableCell::Empty, TableCell::Integer),
                TableCell::Real(gap.reach_m),
            ],
            shape: of.shape(LayerId::Community, gap.community_id),
        })
        .collect();
    Table { name: "gaps", title: of.say(["缺口", "Gaps"]), columns, rows, has_shapes: true }
}

/// A row for each building; for each rule its distance, and what is true of it in words.
fn buildings(answer: &Answer, of: &Circumstances<'_>) -> Table {
    let mut columns = vec![
        of.column("building_id", ["楼栋编号", "Building id"], Holds::Integer),
        of.column("households", ["户数", "Households"], Holds::Real),
    ];
    for result in &answer.results {
        let (code, title) = (result.rule.rule.replace('/', "_"), rule_title(result, of));
        let column = |name: &str, what: [&str; 2], holds| TableColumn {
            name: format!("{code}_{name}"),
            title: format!("{title}{}", of.say(what)),
            holds,
        };
        columns.push(column("m", ["距离（米）", " distance (m)"], Holds::Real));
        columns.push(column("state", ["状态", " state"], Holds::Text));
        columns.push(column("facility_id", ["最近设施编号", " nearest facility"], Holds::Integer));
    }
    let row = |(n, id): (usize, &i64)| {
        let mut cells = vec![TableCell::Integer(*id), answer.households[n].into()];
        for result in &answer.results {
            let buildings = &result.buildings;
            cells.push(buildings.distance_m[n].into());
            cells.push(text(of.say(building_state(result, n))));
            cells.push(buildings.facility_id[n].map_or(TableCell::Empty, TableCell::Integer));
        }
        TableRow { cells, shape: of.shape(LayerId::Building, *id) }
    };
    let rows = answer.building_ids.iter().enumerate().map(row).collect();
    Table { name: "buildings", title: of.say(["楼栋", "Buildings"]), columns, rows, has_shapes: true }
}
