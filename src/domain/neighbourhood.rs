//! 社区: the residents' committees below a subdistrict.

use super::field::{Field, Title, text};
use super::layer::{Audience, GeometryKind, LayerDescription, LayerId, RowRule};

pub static LAYER: LayerDescription = LayerDescription {
    id: LayerId::Neighbourhood,
    name: "neighbourhood",
    plural: "neighbourhoods",
    title: Title { zh: "社区", en: "Neighbourhoods" },
    description: Title { zh: "社区居委会辖区", en: "The areas of the residents' committees" },
    geometry: GeometryKind::Area,
    audience: Audience::Public,
    rows: RowRule::All,
    fields: &[
        Field::new("code", text(32), "代码", "Code").identifier().aliases(&["社区代码"]),
        Field::new("name", text(120), "名称", "Name").required().in_tiles().aliases(&["社区", "社区名称"]),
        Field::new("subdistrict_code", text(32), "所属街道代码", "Subdistrict code").aliases(&["街道代码", "街道"]),
    ],
    label_field: Some("name"),
    time_fields: None,
};
