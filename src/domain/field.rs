//! One field of a layer: its name, type, unit, titles, the column names that it is known by in
//! outside files, and who may see it.

use super::layer::Audience;

/// A text in the two languages of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Title {
    pub zh: &'static str,
    pub en: &'static str,
}

/// One of the known values of a [`FieldKind::Choice`].
///
/// `code` is what the database, the API and the tiles carry; `title` is what a person reads.
/// `aliases` are further spellings that outside files use (`DL` for 电力).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    pub code: &'static str,
    pub title: Title,
    pub aliases: &'static [&'static str],
}

/// What a field holds. The database has a check constraint for each bound named here.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FieldKind {
    /// Text of at most `max_chars` Unicode characters.
    Text {
        max_chars: usize,
    },
    /// A whole number, both bounds included.
    Integer {
        min: i64,
        max: i64,
    },
    /// A finite number, both bounds included, in the field's unit.
    Number {
        min: f64,
        max: f64,
    },
    /// Yuan, kept in fen (1/100 yuan); the API writes `"1234.50"`.
    Money,
    Boolean,
    /// A calendar day without a time of day.
    Date,
    Choice(&'static [Choice]),
}

/// What becomes of a value when its feature is split, or when several are merged into one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It holds for every piece; where features that are merged differ, a person decides.
    Plain,
    /// It stands for one feature alone: one of the pieces keeps it.
    Identifier,
    /// It counts what is inside: shared out among pieces, added up when merged.
    Quantity,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Field {
    /// Column, property and tile attribute name.
    pub name: &'static str,
    pub kind: FieldKind,
    pub title: Title,
    /// UCUM symbol of the unit (`m`, `m2`, `mm`, `a`), empty where there is none.
    pub unit: &'static str,
    /// Further names that this field goes by in outside files, compared without case and blanks.
    pub aliases: &'static [&'static str],
    /// An import refuses a row without it.
    pub is_required: bool,
    /// Carried in vector tiles, for style and label. Everything else is fetched on a click.
    pub in_tiles: bool,
    pub audience: Audience,
    pub role: Role,
}

impl Field {
    pub const fn new(name: &'static str, kind: FieldKind, zh: &'static str, en: &'static str) -> Self {
        Self {
            name,
            kind,
            title: Title { zh, en },
            unit: "",
            aliases: &[],
            is_required: false,
            in_tiles: false,
            audience: Audience::Public,
            role: Role::Plain,
        }
    }

    pub const fn unit(mut self, unit: &'static str) -> Self {
        self.unit = unit;
        self
    }

    pub const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    pub const fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    pub const fn in_tiles(mut self) -> Self {
        self.in_tiles = true;
        self
    }

    /// Stands for one feature alone.
    pub const fn identifier(mut self) -> Self {
        self.role = Role::Identifier;
        self
    }

    /// Counts what is inside.
    pub const fn quantity(mut self) -> Self {
        self.role = Role::Quantity;
        self
    }

    /// Hidden from the public and from operators.
    pub const fn internal(mut self) -> Self {
        self.audience = Audience::Staff;
        self
    }
}

pub const fn text(max_chars: usize) -> FieldKind {
    FieldKind::Text { max_chars }
}

pub const fn integer(min: i64, max: i64) -> FieldKind {
    FieldKind::Integer { min, max }
}

pub const fn number(min: f64, max: f64) -> FieldKind {
    FieldKind::Number { min, max }
}

/// A number of things: 0 to a billion.
pub const COUNT: FieldKind = integer(0, 1_000_000_000);
/// A year that a building, a pipe or a street can bear.
pub const YEAR: FieldKind = integer(1800, 2100);

pub const fn choice(code: &'static str, zh: &'static str, en: &'static str) -> Choice {
    Choice { code, title: Title { zh, en }, aliases: &[] }
}

impl Choice {
    pub const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }
}
