//! How wide streets are and what lies beside them.

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StreetClass {
    Expressway,
    Primary,
    Secondary,
    Tertiary,
    Residential,
    Service,
    Footway,
    Steps,
}

impl StreetClass {
    /// The code of the domain's `street_class`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Expressway => "expressway",
            Self::Primary => "primary",
            Self::Secondary => "secondary",
            Self::Tertiary => "tertiary",
            Self::Residential => "residential",
            Self::Service => "service",
            Self::Footway => "footway",
            Self::Steps => "steps",
        }
    }

    /// Width of the carriageway in metres.
    pub fn width_m(self) -> f64 {
        match self {
            Self::Expressway => 32.0,
            Self::Primary => 28.0,
            Self::Secondary => 20.0,
            Self::Tertiary => 12.0,
            Self::Residential => 7.0,
            Self::Service => 4.0,
            Self::Footway => 2.5,
            Self::Steps => 2.0,
        }
    }

    /// From the centre line to the edge of a plot, in metres: half the carriageway and a pavement.
    pub fn setback_m(self) -> f64 {
        self.width_m() / 2.0
            + match self {
                Self::Expressway => 14.0,
                Self::Primary => 7.0,
                Self::Secondary => 5.0,
                Self::Tertiary => 4.0,
                _ => 2.5,
            }
    }

    /// True for what cars drive through and pipes lie under.
    pub fn is_thoroughfare(self) -> bool {
        self <= Self::Residential
    }
}
