//! Which OpenStreetMap tags make a feature of which layer. `docs/import.md` shows the same as a
//! table; a test compares nothing there, so change both.

use crate::domain::LayerId;

/// Only these tags are read; every one has a column of its own.
const TAGS: &[&str] = &[
    "name",
    "highway",
    "area",
    "foot",
    "access",
    "bridge",
    "tunnel",
    "width",
    "surface",
    "sidewalk",
    "service",
    "building",
    "building:levels",
    "height",
    "start_date",
    "building:flats",
    "barrier",
    "entrance",
    "motor_vehicle",
    "waterway",
    "natural",
    "landuse",
    "railway",
    "place",
    "amenity",
    "shop",
    "leisure",
    "healthcare",
    "social_facility",
    "social_facility:for",
    "office",
    "public_transport",
    "capacity",
    "operator",
    "addr:full",
];

/// The configuration of GDAL's OpenStreetMap reader.
pub fn gdal_config() -> String {
    let attributes = TAGS.join(",");
    let section = |name: &str| format!("\n[{name}]\nosm_id=yes\nattributes={attributes}\nother_tags=no\n");
    format!(
        "closed_ways_are_polygons=aeroway,amenity,boundary,building,craft,geological,historic,landuse,leisure,\
         military,natural,office,place,shop,sport,tourism,healthcare,social_facility,waterway=riverbank,\
         highway=platform,public_transport=platform\nattribute_name_laundering=no\n{}{}{}",
        section("points"),
        section("lines"),
        section("multipolygons")
    )
}

/// How OpenStreetMap knows the thing: a node, an open way, or an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Node,
    Line,
    Area,
}

/// The tags of one thing.
pub struct Tags<'a>(pub &'a dyn Fn(&str) -> Option<&'a str>);

impl<'a> Tags<'a> {
    pub fn get(&self, tag: &str) -> Option<&'a str> {
        (self.0)(tag)
    }

    fn is(&self, tag: &str, values: &[&str]) -> bool {
        self.get(tag).is_some_and(|value| values.contains(&value))
    }

    /// True when the tag is there and does not say no.
    fn has(&self, tag: &str) -> bool {
        self.get(tag).is_some_and(|value| value != "no")
    }
}

/// Field names with the text that the field's own parser reads.
pub type Values = Vec<(&'static str, String)>;

/// The layers that OpenStreetMap feeds, in the order in which they are written.
pub const LAYERS: &[LayerId] =
    &[LayerId::Community, LayerId::Building, LayerId::Gate, LayerId::Facility, LayerId::Street, LayerId::Barrier];

/// The values of a feature of `layer`, or `None` where the tags do not make one.
pub fn values(layer: LayerId, form: Form, tags: &Tags<'_>) -> Option<Values> {
    let mut values = match (layer, form) {
        (LayerId::Community, Form::Area) => community(tags)?,
        (LayerId::Building, Form::Area) => building(tags)?,
        (LayerId::Gate, Form::Node) => gate(tags)?,
        (LayerId::Facility, Form::Node | Form::Area) => facility(tags)?,
        (LayerId::Street, Form::Line) => street(tags)?,
        (LayerId::Barrier, Form::Line | Form::Area) => barrier(tags, form)?,
        _ => return None,
    };
    if let Some(name) = tags.get("name") {
        values.push(("name", name.to_owned()));
    }
    Some(values)
}

/// Named residential land, and named places that are drawn as an area.
fn community(tags: &Tags<'_>) -> Option<Values> {
    let is_residential = tags.is("landuse", &["residential"]);
    let is_place = tags.is("place", &["neighbourhood", "quarter", "city_block", "residential"]);
    if !(is_residential || is_place) || tags.get("name").is_none() {
        return None;
    }
    let mut values = Vec::new();
    if let Some(address) = tags.get("addr:full") {
        values.push(("address", address.to_owned()));
    }
    if let Some(year) = year(tags.get("start_date")) {
        values.push(("built_year", year));
    }
    Some(values)
}

/// True for residential land without a name: no community can be made of it, and it is told.
pub fn is_nameless_community(form: Form, tags: &Tags<'_>) -> bool {
    form == Form::Area && tags.is("landuse", &["residential"]) && tags.get("name").is_none()
}

fn building(tags: &Tags<'_>) -> Option<Values> {
    let kind = tags.get("building").filter(|kind| !matches!(*kind, "no" | "construction" | "proposed" | "ruins"))?;
    let mut values: Values = vec![("building_use", building_use(kind, tags).to_owned())];
    for (tag, field) in [("building:levels", "floors"), ("height", "height_m"), ("building:flats", "households")] {
        if let Some(number) = leading_number(tags.get(tag)) {
            values.push((field, number));
        }
    }
    if let Some(year) = year(tags.get("start_date")) {
        values.push(("built_year", year));
    }
    Some(values)
}

fn building_use(kind: &str, tags: &Tags<'_>) -> &'static str {
    match kind {
        "residential" | "apartments" | "house" | "dormitory" | "terrace" | "detached" | "semidetached_house"
        | "bungalow" => "residential",
        "commercial" | "retail" | "office" | "hotel" | "supermarket" | "kiosk" => "commercial",
        "school" | "hospital" | "university" | "college" | "kindergarten" | "civic" | "government" | "public"
        | "train_station" | "sports_hall" | "sports_centre" | "stadium" | "temple" | "church" | "mosque"
        | "library" | "museum" | "fire_station" | "toilets" => "public",
        "industrial" | "warehouse" | "factory" | "manufacture" => "industrial",
        _ if tags.is(
            "amenity",
            &["school", "hospital", "university", "college", "kindergarten", "library", "townhall", "police"],
        ) =>
        {
            "public"
        }
        _ if tags.has("shop")
            || tags.has("office")
            || tags.is("amenity", &["restaurant", "bank", "cafe", "fast_food"]) =>
        {
            "commercial"
        }
        _ => "other",
    }
}

/// A way through a fence or wall. Whether an `entrance` lies on the edge of a compound or on a
/// building is decided by the caller, who knows the outlines.
fn gate(tags: &Tags<'_>) -> Option<Values> {
    let by_barrier = tags.is(
        "barrier",
        &["gate", "lift_gate", "swing_gate", "sliding_gate", "entrance", "turnstile", "kissing_gate", "wicket_gate"],
    );
    if !by_barrier && !is_entrance(tags) {
        return None;
    }
    let mut values = Values::new();
    let kind = match () {
        () if tags.is("barrier", &["turnstile", "kissing_gate", "wicket_gate"])
            || tags.is("motor_vehicle", &["no"]) =>
        {
            Some("pedestrian")
        }
        () if tags.is("foot", &["no"]) => Some("vehicle"),
        () if tags.is("foot", &["yes", "designated"]) && tags.has("motor_vehicle") => Some("both"),
        () => None,
    };
    if let Some(kind) = kind {
        values.push(("gate_kind", kind.to_owned()));
    }
    match tags.get("foot").or_else(|| tags.get("access")) {
        Some("yes" | "public" | "permissive" | "designated") => values.push(("is_open", "yes".to_owned())),
        Some("no") => values.push(("is_open", "no".to_owned())),
        _ => {}
    }
    Some(values)
}

/// An entrance that is a gate only when it lies on a compound's edge.
pub fn is_entrance(tags: &Tags<'_>) -> bool {
    tags.is("entrance", &["main", "yes", "secondary", "service"]) && tags.get("barrier").is_none()
}

/// Areas whose edge an entrance must lie on to be a gate.
pub fn is_compound(tags: &Tags<'_>) -> bool {
    tags.is("landuse", &["residential", "education", "institutional"])
        || tags.is("amenity", &["school", "university", "college", "kindergarten", "hospital"])
        || tags.is("barrier", &["wall", "fence"])
}

pub fn is_building(tags: &Tags<'_>) -> bool {
    tags.has("building")
}

/// Tag, values, facility kind; the first that fits.
const FACILITIES: &[(&str, &[&str], &str)] = &[
    ("amenity", &["kindergarten"], "kindergarten"),
    ("amenity", &["childcare"], "nursery"),
    ("amenity", &["hospital"], "health_center"),
    ("amenity", &["clinic", "doctors"], "health_station"),
    ("healthcare", &["clinic", "doctor", "centre"], "health_station"),
    ("healthcare", &["hospital"], "health_center"),
    ("amenity", &["nursing_home"], "nursing_home"),
    ("amenity", &["pharmacy"], "pharmacy"),
    ("shop", &["chemist"], "pharmacy"),
    ("amenity", &["marketplace"], "wet_market"),
    ("shop", &["greengrocer", "farm", "seafood", "butcher"], "wet_market"),
    ("shop", &["supermarket"], "supermarket"),
    ("shop", &["convenience", "kiosk"], "convenience_store"),
    ("shop", &["laundry", "dry_cleaning"], "housekeeping"),
    ("amenity", &["post_office", "post_box", "parcel_locker"], "parcel"),
    ("amenity", &["community_centre", "arts_centre"], "culture_station"),
    ("amenity", &["library"], "culture_center"),
    ("amenity", &["police"], "police_station"),
    ("amenity", &["toilets"], "public_toilet"),
    ("amenity", &["recycling"], "recycle_point"),
    ("amenity", &["waste_transfer_station"], "waste_station"),
    ("amenity", &["parking"], "parking"),
    ("leisure", &["fitness_station"], "outdoor_fitness"),
    ("leisure", &["pitch"], "small_sports_ground"),
    ("leisure", &["sports_centre"], "medium_sports_ground"),
    ("leisure", &["playground"], "child_elder_play"),
    ("leisure", &["park", "garden"], "green"),
    ("highway", &["bus_stop"], "bus_stop"),
];

fn facility(tags: &Tags<'_>) -> Option<Values> {
    let kind = match () {
        () if tags.is("amenity", &["school"]) => school(tags.get("name").unwrap_or_default()),
        () if tags.is("amenity", &["social_facility"]) || tags.has("social_facility") => social_facility(tags),
        // A garden of a house and a private pitch are nobody's facility.
        () if tags.is("access", &["private", "no"]) && tags.has("leisure") => return None,
        () => FACILITIES.iter().find(|(tag, values, _)| tags.is(tag, values)).map(|(.., kind)| *kind)?,
    };
    let mut values: Values = vec![("facility_kind", kind.to_owned())];
    if let Some(capacity) = leading_number(tags.get("capacity")) {
        values.push(("capacity", capacity));
    }
    if let Some(operator) = tags.get("operator") {
        values.push(("operator", operator.to_owned()));
    }
    Some(values)
}

/// OpenStreetMap does not tell the stages of a school; its name does.
fn school(name: &str) -> &'static str {
    match () {
        () if name.contains("幼儿园") => "kindergarten",
        () if name.contains("小学") => "primary_school",
        () if name.contains("中学") || name.contains("初中") => "junior_school",
        () if name.to_lowercase().contains("primary") || name.to_lowercase().contains("elementary") => "primary_school",
        () => "other",
    }
}

fn social_facility(tags: &Tags<'_>) -> &'static str {
    match tags.get("social_facility") {
        Some("nursing_home" | "assisted_living" | "group_home") => "nursing_home",
        Some("day_care") => "elder_daycare",
        Some("soup_kitchen" | "food_bank") => "canteen",
        _ => "other",
    }
}

/// Kinds of `highway` that are a street, with its class.
fn street_class(highway: &str) -> Option<&'static str> {
    Some(match highway {
        "motorway" | "motorway_link" | "trunk" | "trunk_link" => "expressway",
        "primary" | "primary_link" => "primary",
        "secondary" | "secondary_link" => "secondary",
        "tertiary" | "tertiary_link" | "unclassified" => "tertiary",
        "residential" | "living_street" | "road" => "residential",
        "service" | "track" => "service",
        "footway" | "pedestrian" | "path" | "corridor" => "footway",
        "steps" => "steps",
        "cycleway" | "bridleway" => "cycleway",
        _ => return None,
    })
}

fn street(tags: &Tags<'_>) -> Option<Values> {
    let highway = tags.get("highway")?;
    let class = street_class(highway)?;
    let yes = |claim: bool| if claim { "yes" } else { "no" }.to_owned();
    let may_walk = match tags.get("foot") {
        Some("no" | "private" | "use_sidepath") => false,
        Some(_) => true,
        None => {
            let is_fast =
                class == "expressway" && !matches!(tags.get("sidewalk"), Some("both" | "left" | "right" | "yes"));
            !is_fast && !tags.is("access", &["no"])
        }
    };
    let mut values: Values = vec![
        ("street_class", class.to_owned()),
        ("is_walkable", yes(may_walk)),
        ("is_bridge", yes(tags.has("bridge"))),
        ("is_tunnel", yes(tags.has("tunnel"))),
    ];
    if let Some(width) = leading_number(tags.get("width")) {
        values.push(("width_m", width));
    }
    let surface = tags.get("surface").map(|surface| match surface {
        "asphalt" => "asphalt",
        "concrete" | "concrete:plates" | "concrete:lanes" => "concrete",
        "paving_stones" | "sett" | "cobblestone" | "bricks" | "unhewn_cobblestone" | "paved" => "paving",
        "unpaved" | "gravel" | "fine_gravel" | "dirt" | "ground" | "earth" | "compacted" | "grass" | "sand" | "mud"
        | "pebblestone" => "unpaved",
        _ => "other",
    });
    if let Some(surface) = surface {
        values.push(("surface", surface.to_owned()));
    }
    Some(values)
}

fn barrier(tags: &Tags<'_>, form: Form) -> Option<Values> {
    // What runs below the ground or in a pipe stops nobody.
    let is_below = tags.has("tunnel");
    let kind = match () {
        () if is_below => return None,
        () if form == Form::Line && tags.is("waterway", &["river", "canal", "stream"]) => "river",
        () if form == Form::Area
            && (tags.is("natural", &["water"])
                || tags.is("waterway", &["riverbank"])
                || tags.is("landuse", &["reservoir", "basin"])) =>
        {
            "river"
        }
        () if form == Form::Line
            && !tags.has("bridge")
            && tags.is("railway", &["rail", "light_rail", "subway", "tram", "narrow_gauge", "monorail"]) =>
        {
            "railway"
        }
        () if tags.is("barrier", &["wall", "fence", "retaining_wall", "city_wall", "hedge", "guard_rail"]) => "wall",
        () if form == Form::Line && !tags.has("bridge") && tags.is("highway", &["motorway", "motorway_link"]) => {
            "expressway"
        }
        () if form == Form::Line && tags.is("natural", &["cliff"]) => "cliff",
        () => return None,
    };
    Some(vec![("barrier_kind", kind.to_owned())])
}

/// True where the edge of an area is the barrier, not the area: a walled compound.
pub fn is_edge_barrier(tags: &Tags<'_>) -> bool {
    tags.is("barrier", &["wall", "fence", "retaining_wall", "city_wall", "hedge", "guard_rail"])
}

/// `12 m` is 12 and `5;6` is 5: OpenStreetMap's own habits, which a field's parser need not know.
fn leading_number(text: Option<&str>) -> Option<String> {
    let text = text?.trim().trim_start_matches('~');
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let number: f64 = text[..end].parse().ok()?;
    let unit = text[end..].trim();
    // Feet and inches are left out rather than read as metres.
    (unit.is_empty() || unit == "m" || unit.starts_with(';') || unit.starts_with('-')).then(|| number.to_string())
}

fn year(text: Option<&str>) -> Option<String> {
    let text = text?;
    let digits = text.get(..4)?;
    let is_plain = text.len() == 4 || text.as_bytes().get(4) == Some(&b'-');
    (is_plain && digits.bytes().all(|b| b.is_ascii_digit())).then(|| digits.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(layer: LayerId, form: Form, tags: &[(&'static str, &'static str)]) -> Option<Values> {
        let find = |tag: &str| tags.iter().find(|(key, _)| *key == tag).map(|(_, value)| *value);
        values(layer, form, &Tags(&find))
    }

    fn value(values: &Values, field: &str) -> Option<String> {
        values.iter().find(|(name, _)| *name == field).map(|(_, value)| value.clone())
    }

    #[test]
    fn every_rule_names_a_field_and_a_choice_that_exist() {
        let facility = LayerId::Facility.describe();
        let (_, field) = facility.field("facility_kind").expect("a field");
        let crate::domain::FieldKind::Choice(choices) = field.kind else { panic!("a choice") };
        for (tag, values, kind) in FACILITIES {
            assert!(TAGS.contains(tag) && !values.is_empty());
            assert!(choices.iter().any(|choice| choice.code == *kind), "{kind}");
        }
    }

    #[test]
    fn streets() {
        let street =
            read(LayerId::Street, Form::Line, &[("highway", "trunk"), ("bridge", "viaduct"), ("width", "12 m")])
                .expect("a street");
        assert_eq!(value(&street, "street_class").as_deref(), Some("expressway"));
        assert_eq!(value(&street, "is_walkable").as_deref(), Some("no"));
        assert_eq!(value(&street, "is_bridge").as_deref(), Some("yes"));
        assert_eq!(value(&street, "width_m").as_deref(), Some("12"));
        assert!(read(LayerId::Street, Form::Line, &[("highway", "construction")]).is_none());
        assert!(read(LayerId::Street, Form::Area, &[("highway", "pedestrian")]).is_none());
    }

    #[test]
    fn barriers_below_ground_stop_nobody() {
        assert!(read(LayerId::Barrier, Form::Line, &[("railway", "rail")]).is_some());
        assert!(read(LayerId::Barrier, Form::Line, &[("railway", "subway"), ("tunnel", "yes")]).is_none());
        assert!(read(LayerId::Barrier, Form::Line, &[("railway", "rail"), ("bridge", "yes")]).is_none());
        assert!(read(LayerId::Barrier, Form::Area, &[("natural", "water")]).is_some());
        assert!(read(LayerId::Barrier, Form::Line, &[("railway", "abandoned")]).is_none());
    }

    #[test]
    fn communities_need_a_name() {
        assert!(read(LayerId::Community, Form::Area, &[("landuse", "residential")]).is_none());
        assert!(read(LayerId::Community, Form::Area, &[("landuse", "residential"), ("name", "和平路小区")]).is_some());
    }

    #[test]
    fn schools_are_told_by_name() {
        let kind = |name| {
            let school =
                read(LayerId::Facility, Form::Node, &[("amenity", "school"), ("name", name)]).expect("a facility");
            value(&school, "facility_kind")
        };
        assert_eq!(kind("雁江区第一小学").as_deref(), Some("primary_school"));
        assert_eq!(kind("资阳中学").as_deref(), Some("junior_school"));
        assert_eq!(kind("驾校").as_deref(), Some("other"));
    }
}
