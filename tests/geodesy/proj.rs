//! PROJ's own vectors for the transverse Mercator on GRS 80, whose figure CGCS2000 shares.

use geo::Coord;
use pianqu::geodesy::GaussKruger;

const ZONE: GaussKruger = GaussKruger { central_meridian_deg: 0.0, false_easting_m: 0.0 };

/// The `accept`/`expect` pairs below an operation: forward, then inverse.
fn pairs(gie: &str, operation: &str) -> (Vec<[f64; 4]>, Vec<[f64; 4]>) {
    let start = gie.find(operation).unwrap_or_else(|| panic!("no «{operation}»")) + operation.len();
    let block = gie[start..].split("\noperation").next().unwrap();
    let (mut forward, mut inverse) = (Vec::new(), Vec::new());
    let (mut is_inverse, mut accepted) = (false, None);
    for line in block.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["direction", "inverse"] => is_inverse = true,
            ["accept", x, y] => accepted = Some((x.parse().unwrap(), y.parse().unwrap())),
            ["expect", x, y] => {
                let (a, b) = accepted.take().unwrap();
                let pair = [a, b, x.parse().unwrap(), y.parse().unwrap()];
                if is_inverse { inverse.push(pair) } else { forward.push(pair) }
            }
            _ => {}
        }
    }
    (forward, inverse)
}

#[test]
fn the_builtin_vectors_hold() {
    let Some(folder) = crate::support::shared_data("coord-transform-vectors") else { return };
    let gie = std::fs::read_to_string(folder.join("PROJ_builtins.gie")).unwrap();
    let operations = [
        // (operation, tolerance of the file in metres)
        ("operation +proj=etmerc   +ellps=GRS80\n", 50e-9),
        ("operation +proj=tmerc   +ellps=GRS80\n", 50e-9),
        ("operation +proj=tmerc +ellps=GRS80 +algo=poder_engsager\n", 1e-4),
    ];
    for (operation, tolerance_m) in operations {
        let (forward, inverse) = pairs(&gie, operation);
        assert!(forward.len() >= 6, "{operation}");
        for [lon, lat, east, north] in forward {
            let got = ZONE.to_plane(Coord { x: lon, y: lat });
            assert!(
                (got.x - east).abs() <= tolerance_m && (got.y - north).abs() <= tolerance_m,
                "{operation} {lon} {lat}: {got:?}"
            );
        }
        for [east, north, lon, lat] in inverse {
            let got = ZONE.to_lon_lat(Coord { x: east, y: north });
            // 50 nm on the ground is 4.5e-13°; beside the pole a degree of longitude is short.
            let tolerance_deg = 4.5e-13;
            let east_error = (got.x - lon).abs() * lat.to_radians().cos();
            assert!(
                east_error <= tolerance_deg && (got.y - lat).abs() <= tolerance_deg,
                "{operation} {east} {north}: {got:?} {lon} {lat}"
            );
        }
    }
}
