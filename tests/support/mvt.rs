//! Reads a vector tile for tests, straight from the specification and apart from the encoder.

use std::collections::BTreeMap;

#[derive(Debug, Default)]
pub struct DecodedLayer {
    pub name: String,
    pub extent: u64,
    pub version: u64,
    pub features: Vec<DecodedFeature>,
}

#[derive(Debug, Default, Clone, PartialEq)]
pub struct DecodedFeature {
    pub id: Option<u64>,
    pub kind: u64,
    /// Values as text: numbers and booleans as JSON writes them.
    pub values: BTreeMap<String, String>,
    pub parts: Vec<Vec<(i64, i64)>>,
}

impl DecodedFeature {
    /// How many features it stands for.
    pub fn count(&self) -> u64 {
        self.values.get("pq_count").map_or(1, |n| n.parse().unwrap())
    }
}

enum Field<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let (mut value, mut shift) = (0, 0);
    loop {
        let byte = bytes[0];
        *bytes = &bytes[1..];
        value |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte < 0x80 {
            return value;
        }
    }
}

fn fields(mut bytes: &[u8]) -> Vec<(u64, Field<'_>)> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let tag = varint(&mut bytes);
        let field = match tag & 7 {
            0 => Field::Number(varint(&mut bytes)),
            1 | 5 => {
                let (value, rest) = bytes.split_at(if tag & 7 == 1 { 8 } else { 4 });
                bytes = rest;
                Field::Bytes(value)
            }
            2 => {
                let length = varint(&mut bytes) as usize;
                let (value, rest) = bytes.split_at(length);
                bytes = rest;
                Field::Bytes(value)
            }
            other => panic!("wire type {other}"),
        };
        found.push((tag >> 3, field));
    }
    found
}

fn packed(mut bytes: &[u8]) -> Vec<u64> {
    let mut numbers = Vec::new();
    while !bytes.is_empty() {
        numbers.push(varint(&mut bytes));
    }
    numbers
}

fn unzigzag(n: u64) -> i64 {
    (n >> 1) as i64 ^ -((n & 1) as i64)
}

fn value(bytes: &[u8]) -> String {
    match fields(bytes).pop().unwrap() {
        (1, Field::Bytes(text)) => String::from_utf8(text.to_vec()).unwrap(),
        (3, Field::Bytes(double)) => f64::from_le_bytes(double.try_into().unwrap()).to_string(),
        (4 | 5, Field::Number(n)) => n.to_string(),
        (6, Field::Number(n)) => unzigzag(n).to_string(),
        (7, Field::Number(n)) => (n == 1).to_string(),
        (other, _) => panic!("value type {other}"),
    }
}

fn parts(commands: &[u64]) -> Vec<Vec<(i64, i64)>> {
    let (mut at, mut parts): (_, Vec<Vec<(i64, i64)>>) = ((0, 0), Vec::new());
    let mut commands = commands.iter();
    while let Some(command) = commands.next() {
        let (id, count) = (command & 7, command >> 3);
        assert!(matches!(id, 1 | 2 | 7), "command {id}");
        if id == 7 {
            continue;
        }
        for _ in 0..count {
            at.0 += unzigzag(*commands.next().unwrap());
            at.1 += unzigzag(*commands.next().unwrap());
            if id == 1 {
                parts.push(Vec::new());
            }
            parts.last_mut().unwrap().push(at);
        }
    }
    parts
}

pub fn decode(tile: &[u8]) -> Vec<DecodedLayer> {
    let layers = fields(tile).into_iter().map(|(number, field)| match field {
        Field::Bytes(bytes) if number == 3 => layer(bytes),
        _ => panic!("field {number} in a tile"),
    });
    layers.collect()
}

fn layer(bytes: &[u8]) -> DecodedLayer {
    let mut layer = DecodedLayer::default();
    let (mut keys, mut values, mut features) = (Vec::new(), Vec::new(), Vec::new());
    for (number, field) in fields(bytes) {
        match (number, field) {
            (1, Field::Bytes(name)) => layer.name = String::from_utf8(name.to_vec()).unwrap(),
            (2, Field::Bytes(feature)) => features.push(feature),
            (3, Field::Bytes(key)) => keys.push(String::from_utf8(key.to_vec()).unwrap()),
            (4, Field::Bytes(bytes)) => values.push(value(bytes)),
            (5, Field::Number(extent)) => layer.extent = extent,
            (15, Field::Number(version)) => layer.version = version,
            (other, _) => panic!("field {other} in a layer"),
        }
    }
    let distinct: std::collections::BTreeSet<&String> = keys.iter().collect();
    assert_eq!(distinct.len(), keys.len(), "a key stands twice: {keys:?}");
    for bytes in features {
        let mut feature = DecodedFeature::default();
        for (number, field) in fields(bytes) {
            match (number, field) {
                (1, Field::Number(id)) => feature.id = Some(id),
                (2, Field::Bytes(tags)) => {
                    for pair in packed(tags).chunks(2) {
                        feature.values.insert(keys[pair[0] as usize].clone(), values[pair[1] as usize].clone());
                    }
                }
                (3, Field::Number(kind)) => feature.kind = kind,
                (4, Field::Bytes(commands)) => feature.parts = parts(&packed(commands)),
                (other, _) => panic!("field {other} in a feature"),
            }
        }
        check(&feature);
        layer.features.push(feature);
    }
    layer
}

/// Panics where the specification is broken (4.3.3 and 4.3.4).
fn check(feature: &DecodedFeature) {
    assert!(!feature.parts.is_empty(), "a feature without geometry: {feature:?}");
    let shortest = [1, 2, 3][feature.kind as usize - 1];
    for part in &feature.parts {
        assert!(part.len() >= shortest, "too short: {feature:?}");
        assert!(part.windows(2).all(|pair| pair[0] != pair[1]), "a step to the same place: {feature:?}");
        if feature.kind == 3 {
            assert_ne!(part.first(), part.last(), "a ring does not repeat its beginning: {feature:?}");
            assert_ne!(twice_area(part), 0, "a ring has an area: {feature:?}");
        }
    }
    if feature.kind == 3 {
        assert!(twice_area(&feature.parts[0]) > 0, "the first ring is an outer one: {feature:?}");
    }
}

fn twice_area(ring: &[(i64, i64)]) -> i64 {
    ring.iter().zip(ring.iter().cycle().skip(1)).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum()
}
