//! Properties are fields of the domain, within their bounds; counts are those asked for.

use std::collections::{BTreeMap, BTreeSet};

use geo::{Geometry, Validation};
use pianqu::domain::{FieldKind, GeometryKind, LayerId, Value};
use pianqu::sample::{City, Params};

#[test]
fn every_property_is_a_known_value_of_its_field() {
    for (_, city) in super::cities() {
        for id in LayerId::ALL {
            let layer = id.describe();
            let mut codes = BTreeSet::new();
            for feature in city.layer(id) {
                for (name, value) in &feature.properties {
                    let (_, field) = layer.field(name).unwrap_or_else(|| panic!("{id} has no field {name}"));
                    assert!(holds(field.kind, value), "{id}.{name}: {value:?}");
                }
                for field in layer.fields.iter().filter(|field| field.is_required) {
                    assert!(feature.value(field.name).is_some(), "{id} without {}", field.name);
                }
                let names: BTreeSet<_> = feature.properties.iter().map(|(name, _)| name).collect();
                assert_eq!(names.len(), feature.properties.len(), "{id}: a property twice");
                assert!(codes.insert(feature.text("code").unwrap().to_owned()), "{id}: a code twice");
            }
        }
    }
}

fn holds(kind: FieldKind, value: &Value) -> bool {
    match (kind, value) {
        (FieldKind::Text { max_chars }, Value::Text(text)) => !text.is_empty() && text.chars().count() <= max_chars,
        (FieldKind::Integer { min, max }, Value::Integer(n)) => (min..=max).contains(n),
        (FieldKind::Number { min, max }, Value::Number(n)) => (min..=max).contains(n),
        (FieldKind::Money, Value::Money(fen)) => *fen >= 0,
        (FieldKind::Boolean, Value::Boolean(_)) => true,
        (FieldKind::Date, Value::Date(_)) => true,
        (FieldKind::Choice(choices), Value::Text(code)) => choices.iter().any(|choice| choice.code == code.as_ref()),
        _ => false,
    }
}

#[test]
fn every_geometry_is_valid_and_of_a_stored_type() {
    for (_, city) in super::cities() {
        for id in LayerId::ALL {
            for feature in city.layer(id) {
                let geometry = &feature.geometry;
                assert!(geometry.is_valid(), "{id} {:?}: {:?}", feature.text("code"), geometry.validation_errors());
                let fits = matches!(
                    (id.describe().geometry, geometry),
                    (GeometryKind::Point, Geometry::Point(_))
                        | (GeometryKind::Line | GeometryKind::LineOrArea, Geometry::MultiLineString(_))
                        | (GeometryKind::Area | GeometryKind::LineOrArea, Geometry::MultiPolygon(_))
                );
                assert!(fits, "{id}: {geometry:?}");
            }
        }
    }
}

#[test]
fn counts_are_those_asked_for() {
    for (params, city) in super::cities() {
        assert_eq!(city.layer(LayerId::Community).len(), params.communities);
        assert_eq!(city.layer(LayerId::Building).len(), params.buildings);
        assert_eq!(city.layer(LayerId::UtilityLine).len(), params.utility_lines);
        assert_eq!(city.layer(LayerId::UtilityWork).len(), params.utility_works);
        assert_eq!(city.layer(LayerId::Subdistrict).len(), 5);
        assert_eq!(city.layer(LayerId::ResponsibleBody).len(), 3);
    }
    let too_few = Params { communities: 100, buildings: 100, ..Params::default() };
    assert!(City::generate(&too_few).is_err());
}

#[test]
fn communities_sum_up_their_buildings() {
    for (_, city) in super::cities() {
        let mut sums: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
        for building in city.layer(LayerId::Building) {
            if let Some(code) = building.text("community_code") {
                let sum = sums.entry(code).or_default();
                sum.0 += building.value("households").and_then(Value::as_f64).unwrap_or(0.0);
                sum.1 += 1.0;
            }
        }
        for community in city.layer(LayerId::Community) {
            let number = |field| community.value(field).and_then(Value::as_f64).unwrap();
            let expected = (number("households"), number("building_count"));
            assert_eq!(sums.get(community.text("code").unwrap()), Some(&expected));
            assert!(expected.1 >= 1.0);
        }
    }
}

#[test]
fn every_window_of_a_work_can_hold_it() {
    for (_, city) in super::cities() {
        for work in city.layer(LayerId::UtilityWork) {
            let (Some(Value::Date(start)), Some(Value::Date(end))) =
                (work.value("window_start"), work.value("window_end"))
            else {
                panic!("a work without a window")
            };
            assert!((2020..=2025).contains(&chrono::Datelike::year(start)) && chrono::Datelike::year(end) <= 2025);
            let days = work.value("duration_days").and_then(Value::as_f64).unwrap();
            assert!(days > 0.0 && days <= (*end - *start).num_days() as f64);
        }
    }
}
