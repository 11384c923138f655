//! 街道: the street offices, by their division code (512002001 …).

use super::field::{Field, Title, text};
use super::layer::{Audience, GeometryKind, LayerDescription, LayerId, RowRule};

pub static LAYER: LayerDescription = LayerDescription {
    id: LayerId::Subdistrict,
    name: "subdistrict",
    plural: "subdistricts",
    title: Title { zh: "街道", en: "Subdistricts" },
    description: Title { zh: "街道办事处辖区", en: "The areas of the street offices" },
    geometry: GeometryKind::Area,
    audience: Audience::Public,
    rows: RowRule::All,
    fields: &[
        Field::new("code", text(32), "区划代码", "Division code").identifier().required().in_tiles().aliases(&[
            "代码",
            "街道代码",
            "行政区划代码",
        ]),
        Field::new("name", text(120), "名称", "Name").required().in_tiles().aliases(&[
            "街道",
            "街道名称",
            "街道办事处",
        ]),
    ],
    label_field: Some("name"),
    time_fields: None,
};
