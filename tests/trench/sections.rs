//! The three cross-sections that docs/trenches.md works out by hand from the tables.

use pianqu::analysis::trench::{Fit, Member, TrenchShape, fit};
use pianqu::domain::clearance::RoadPart;
use pianqu::domain::pipe::Pipe;

fn pipe(kind: &str, diameter_mm: Option<f64>) -> Pipe {
    Pipe { kind: kind.to_owned(), diameter_mm, ..Pipe::default() }
}

fn laid(lines: &[(Pipe, Option<f64>)], available_m: Option<f64>) -> Fit {
    let members: Vec<Member<'_>> =
        lines.iter().zip(1..).map(|((pipe, depth_m), id)| Member { id, pipe, depth_m: *depth_m }).collect();
    fit(&members, RoadPart::Carriageway, available_m, &TrenchShape::default())
}

fn assert_laid(fit: &Fit, centres: &[(usize, f64)], width: f64, depth: f64) {
    let near = |a: f64, b: f64| (a - b).abs() < 1e-9;
    let found: Vec<(usize, f64)> = fit.section.placed.iter().map(|one| (one.member, one.centre_m)).collect();
    assert_eq!(found.len(), centres.len(), "{found:?}");
    for (found, expected) in found.iter().zip(centres) {
        assert!(found.0 == expected.0 && near(found.1, expected.1), "{found:?} is not {expected:?}");
    }
    assert!(near(fit.section.width_m, width), "{} m wide, not {width}", fit.section.width_m);
    assert!(near(fit.section.depth_m, depth), "{} m deep, not {depth}", fit.section.depth_m);
}

#[test]
fn water_beside_a_foul_sewer() {
    let lines = [(pipe("foul_sewer", Some(400.0)), Some(2.0)), (pipe("water", Some(200.0)), Some(1.0))];
    let fit = laid(&lines, Some(12.0));
    assert_laid(&fit, &[(1, 0.5), (0, 1.8)], 2.4, 2.1);
    assert_eq!((fit.excess_m, fit.gives_way.len()), (Some(0.0), 0));
    let (soil, surface) = fit.section.saved_per_metre(&TrenchShape::default());
    assert!(soil.abs() < 1e-9 && (surface - 0.2).abs() < 1e-9, "{soil} {surface}");
}

#[test]
fn four_lines_in_a_lane_too_narrow_for_them() {
    let ducts = |kind| Pipe { ducts: Some(8), ..pipe(kind, None) };
    let gas = Pipe { pressure: Some("medium_a".to_owned()), ..pipe("gas", Some(160.0)) };
    let lines = [
        (ducts("power"), Some(0.7)),
        (ducts("telecom"), Some(0.9)),
        (pipe("water", Some(300.0)), Some(0.9)),
        (gas, Some(1.0)),
    ];
    let wide = laid(&lines, Some(12.0));
    assert_laid(&wide, &[(0, 0.55), (1, 2.85), (2, 4.15), (3, 4.88)], 5.36, 1.3);
    let narrow = laid(&lines, Some(5.0));
    assert!((narrow.full_width_m - 5.36).abs() < 1e-9);
    assert!(narrow.excess_m.is_some_and(|excess| (excess - 0.36).abs() < 1e-9));
    assert_eq!(narrow.gives_way, [0], "the power ducts: under no weight, they bend, and are smallest");
    assert_laid(&narrow, &[(1, 0.55), (2, 1.85), (3, 2.58)], 3.06, 1.3);
    assert_eq!(laid(&lines, None).excess_m, None, "nobody knows whether it fits");
}

#[test]
fn heat_storm_water_and_a_line_of_unknown_kind() {
    let lines = [
        (pipe("unknown", Some(200.0)), Some(1.0)),
        (pipe("storm_sewer", Some(600.0)), Some(2.5)),
        (pipe("heat", Some(250.0)), Some(1.2)),
        (pipe("water", Some(100.0)), None),
    ];
    let fit = laid(&lines, Some(12.0));
    assert_laid(&fit, &[(3, 0.45), (2, 2.125), (1, 4.05), (0, 4.95)], 5.45, 2.6);
    let water = fit.section.placed[0];
    assert!(water.is_depth_assumed && (water.top_m - 0.7).abs() < 1e-9, "{water:?}");
}
