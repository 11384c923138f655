//! The vectors of eviltransform's own test suites, in JavaScript and Matlab.

use geo::Coord;
use pianqu::geodesy::{bd09, gcj02, measure::distance_m};

/// The rows of four numbers between `begin` and the closing bracket: `(lat, lon, lat, lon)`.
fn rows(text: &str, begin: &str, end: &str) -> Vec<[f64; 4]> {
    let start = text.find(begin).unwrap_or_else(|| panic!("no «{begin}»")) + begin.len();
    let block = &text[start..start + text[start..].find(end).unwrap()];
    let numbers: Vec<f64> = block
        .lines()
        .map(|line| line.split(['%', '/']).next().unwrap())
        .flat_map(|line| line.split([',', ';', '[', ']', ' ', '\t']))
        .filter(|word| !word.is_empty())
        .map(|word| word.parse().unwrap())
        .collect();
    assert!(!numbers.is_empty() && numbers.len().is_multiple_of(4), "{begin}: {numbers:?}");
    numbers.chunks(4).map(|row| row.try_into().unwrap()).collect()
}

fn suite(file: &str) -> Option<String> {
    let folder = crate::support::shared_data("coord-transform-vectors")?;
    Some(std::fs::read_to_string(folder.join(file)).unwrap())
}

fn assert_near(got: Coord<f64>, lat: f64, lon: f64, tolerance_deg: f64) {
    assert!((got.x - lon).abs() <= tolerance_deg && (got.y - lat).abs() <= tolerance_deg, "{got:?} for {lat}, {lon}");
}

#[test]
fn the_javascript_vectors_hold() {
    let Some(text) = suite("eviltransform_javascript_test.js") else { return };
    let towns = rows(&text, "var tests = [", "];");
    assert_eq!(towns.len(), 3);
    for [lat, lon, gcj_lat, gcj_lon] in towns {
        assert_near(gcj02::from_wgs84(lon, lat), gcj_lat, gcj_lon, 1e-6);
        let back = gcj02::to_wgs84(gcj_lon, gcj_lat);
        assert!(distance_m(back, Coord { x: lon, y: lat }) < 0.5, "the suite asks half a metre of its exact inverse");
    }
    // eviltransform writes Baidu's wave with π where Baidu's maps follow 3000π/180 (as the Matlab
    // suite's vector from Baidu itself does, below), and inverts by one step only. With both the
    // vectors hold to the digit; our exact answer lies as far away as that difference, up to 45 m.
    for [bd_lat, bd_lon, lat, lon] in rows(&text, "var bdTests = [", "];") {
        assert_near(bd09_as_eviltransform(bd_lon, bd_lat), lat, lon, 1e-6);
        let apart_m = distance_m(bd09::to_wgs84(bd_lon, bd_lat), Coord { x: lon, y: lat });
        assert!((5.0..45.0).contains(&apart_m), "{apart_m}");
    }
}

fn bd09_as_eviltransform(lon: f64, lat: f64) -> Coord<f64> {
    use std::f64::consts::PI;
    let (x, y) = (lon - 0.0065, lat - 0.006);
    let radius = x.hypot(y) - 0.00002 * (y * PI).sin();
    let angle = y.atan2(x) - 0.000003 * (x * PI).cos();
    let gcj = Coord { x: radius * angle.cos(), y: radius * angle.sin() };
    gcj - (gcj02::from_wgs84(gcj.x, gcj.y) - gcj)
}

#[test]
fn the_matlab_vectors_hold() {
    let Some(text) = suite("eviltransform_matlab_test_testSuite.m") else { return };
    let towns = rows(&text, "TESTS =  [", "]");
    assert_eq!(towns.len(), 6);
    for [lat, lon, gcj_lat, gcj_lon] in towns {
        assert_near(gcj02::from_wgs84(lon, lat), gcj_lat, gcj_lon, 1e-6);
        // The suite allows its exact inverse a centimetre.
        assert!(distance_m(gcj02::to_wgs84(gcj_lon, gcj_lat), Coord { x: lon, y: lat }) < 0.01);
    }
    let start = text.find("function gcj2bdTest").unwrap();
    for [bd_lat, bd_lon, gcj_lat, gcj_lon] in rows(&text[start..], "TESTS_BD = [", "]") {
        assert_near(bd09::from_gcj02(gcj_lon, gcj_lat), bd_lat, bd_lon, 5e-5);
        assert_near(bd09::to_gcj02(bd_lon, bd_lat), gcj_lat, gcj_lon, 5e-5);
    }
}
