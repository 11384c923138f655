//! A pipe or cable as the clearance tables see it: the classes that it may belong to. What is not known leaves
//! several classes, and a check then rests on all of them.

use super::utility_kind::UTILITY_KINDS;

/// What is known of a buried line.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pipe {
    /// Code of the kind: `water`.
    pub kind: String,
    /// Nominal, taken for the outer diameter; `None` for cables and what is not known.
    pub diameter_mm: Option<f64>,
    pub ducts: Option<i64>,
    /// Code of the pressure class of gas.
    pub pressure: Option<String>,
    /// Code of the way of burial.
    pub burial: Option<String>,
}

/// Pressure classes in the order of their classes G1 to G5 in table 4.1.9; higher ones are not in it.
const GAS: [(&str, &str); 5] =
    [("low", "G1"), ("medium_b", "G2"), ("medium_a", "G3"), ("sub_high_b", "G4"), ("sub_high_a", "G5")];

/// Water pipes above this are class W2 of table 4.1.9.
const W2_ABOVE_MM: f64 = 200.0;

impl Pipe {
    pub fn is_known_kind(&self) -> bool {
        self.kind != "unknown" && UTILITY_KINDS.iter().any(|kind| kind.code == self.kind)
    }

    /// Flows by its own weight: others give way to it.
    pub fn is_gravity(&self) -> bool {
        self.kind.ends_with("_sewer")
    }

    pub fn is_cable(&self) -> bool {
        matches!(self.kind.as_str(), "power" | "street_light" | "telecom" | "broadcast")
    }

    pub fn diameter_m(&self) -> Option<f64> {
        self.diameter_mm.filter(|mm| *mm > 0.0).map(|mm| mm / 1000.0)
    }

    /// False for a line that lies in no soil: no clearance of the tables is asked of it.
    pub fn is_in_soil(&self) -> bool {
        !matches!(self.burial.as_deref(), Some("overhead" | "surface" | "utility_tunnel" | "in_manhole" | "underwater"))
    }

    /// The classes of GB 50289-2016 table 4.1.9 that it may belong to; none when the table does not know its kind.
    pub fn horizontal_classes(&self) -> Vec<&'static str> {
        if self.burial.as_deref() == Some("trench") {
            return vec!["D"];
        }
        match self.kind.as_str() {
            "water" => match self.diameter_mm {
                Some(mm) if mm <= W2_ABOVE_MM => vec!["W1"],
                Some(_) => vec!["W2"],
                None => vec!["W1", "W2"],
            },
            "reclaimed_water" => vec!["R"],
            "storm_sewer" | "foul_sewer" | "combined_sewer" => vec!["S"],
            "gas" => match self.pressure.as_deref() {
                None => GAS.map(|(_, class)| class).to_vec(),
                Some(pressure) => GAS.iter().filter(|(code, _)| *code == pressure).map(|(_, class)| *class).collect(),
            },
            "heat" => vec!["H"],
            "power" | "street_light" => self.direct_or_ducted("E1", "E2"),
            "telecom" | "broadcast" => self.direct_or_ducted("T1", "T2"),
            _ => Vec::new(),
        }
    }

    /// The classes of table 4.1.14 that it may belong to.
    pub fn vertical_classes(&self) -> Vec<&'static str> {
        let mut classes: Vec<&'static str> = self
            .horizontal_classes()
            .into_iter()
            .map(|class| match class {
                "W1" | "W2" => "W",
                "G1" | "G2" | "G3" | "G4" | "G5" => "G",
                other => other,
            })
            .collect();
        classes.dedup();
        classes
    }

    /// The rows of table 4.1.1 that it may belong to.
    pub fn cover_rows(&self) -> Vec<&'static str> {
        if self.burial.as_deref() == Some("trench") {
            return vec!["管沟"];
        }
        match self.kind.as_str() {
            "water" => vec!["给水"],
            "reclaimed_water" => vec!["再生水"],
            "storm_sewer" | "foul_sewer" | "combined_sewer" => vec!["排水"],
            "gas" => vec!["燃气"],
            "heat" => vec!["直埋热力"],
            "power" | "street_light" => self.direct_or_ducted("电力 直埋", "电力 保护管"),
            // What the duct is made of is not on record: steel has a row of its own.
            "telecom" | "broadcast" => vec!["通信 直埋及塑料、混凝土保护管", "通信 钢保护管"],
            _ => Vec::new(),
        }
    }

    fn direct_or_ducted(&self, direct: &'static str, ducted: &'static str) -> Vec<&'static str> {
        match (self.burial.as_deref(), self.ducts) {
            (Some("direct"), _) => vec![direct],
            (Some("pipe" | "duct_bank" | "passage" | "trenchless"), _) | (None, Some(1..)) => vec![ducted],
            _ => vec![direct, ducted],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pipe(kind: &str) -> Pipe {
        Pipe { kind: kind.to_owned(), ..Pipe::default() }
    }

    #[test]
    fn what_is_not_known_leaves_every_class_it_could_be() {
        assert_eq!(pipe("water").horizontal_classes(), ["W1", "W2"]);
        assert_eq!(Pipe { diameter_mm: Some(200.0), ..pipe("water") }.horizontal_classes(), ["W1"]);
        assert_eq!(Pipe { diameter_mm: Some(201.0), ..pipe("water") }.horizontal_classes(), ["W2"]);
        assert_eq!(pipe("gas").horizontal_classes().len(), 5);
        assert_eq!(pipe("gas").vertical_classes(), ["G"]);
        assert_eq!(pipe("power").horizontal_classes(), ["E1", "E2"]);
        assert_eq!(Pipe { ducts: Some(6), ..pipe("power") }.horizontal_classes(), ["E2"]);
        assert!(pipe("unknown").horizontal_classes().is_empty() && !pipe("unknown").is_known_kind());
        let high = Pipe { pressure: Some("high_a".to_owned()), ..pipe("gas") };
        assert!(high.horizontal_classes().is_empty(), "the table ends at 1.6 MPa");
    }
}
