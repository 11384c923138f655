//! 责任主体: the bodies that answer for renewal in their area (plan 一(一)3).
//!
//! 高新区 and 临空经济区 have no division code, so a body is a layer with a code of our own.

use super::field::{Field, Title, text};
use super::layer::{Audience, GeometryKind, LayerDescription, LayerId, RowRule};

pub static LAYER: LayerDescription = LayerDescription {
    id: LayerId::ResponsibleBody,
    name: "responsible_body",
    plural: "responsible_bodies",
    title: Title { zh: "责任主体", en: "Responsible bodies" },
    description: Title {
        zh: "对辖区内老旧小区改造负总责的政府或管委会",
        en: "The governments and committees that answer for renewal in their area",
    },
    geometry: GeometryKind::Area,
    audience: Audience::Public,
    rows: RowRule::All,
    fields: &[
        Field::new("code", text(32), "代码", "Code")
            .identifier()
            .required()
            .in_tiles()
            .aliases(&["编码", "责任主体代码"]),
        Field::new("name", text(120), "名称", "Name").required().in_tiles().aliases(&["责任主体", "责任主体名称"]),
    ],
    label_field: Some("name"),
    time_fields: None,
};
