//! Who is asking. Every read takes a viewer, so nothing can be read without the question.

use super::layer::{Audience, RowRule};
use super::value::Value;

/// The two viewers of today. Operators and responsible bodies become further variants; the tile
/// cache is keyed by this type, so a tile drawn for one viewer never reaches another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Viewer {
    /// Planners and administrators: every layer and every field.
    Everything,
    /// Anyone: no pipe, no trench, no internal field.
    Public,
}

impl Viewer {
    pub const ALL: [Viewer; 2] = [Viewer::Everything, Viewer::Public];

    /// True when something meant for `audience` may be shown to this viewer.
    pub fn may_see(self, audience: Audience) -> bool {
        match (self, audience) {
            (Viewer::Everything, _) => true,
            (Viewer::Public, Audience::Public) => true,
            (Viewer::Public, Audience::Staff) => false,
        }
    }

    /// True when no row of a layer with this rule is kept from this viewer.
    pub fn sees_every_row(self, rule: RowRule) -> bool {
        self == Viewer::Everything || rule == RowRule::All
    }

    /// True when a row may be shown to this viewer; `key` is the value of the field that the rule names.
    pub fn may_see_row(self, rule: RowRule, key: &Value) -> bool {
        match rule {
            _ if self.sees_every_row(rule) => true,
            RowRule::All => true,
            RowRule::PublicWhere { is, .. } => key.as_text().is_some_and(|code| is.contains(&code)),
        }
    }

    pub fn code(self) -> &'static str {
        match self {
            Viewer::Everything => "everything",
            Viewer::Public => "public",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_does_not_say_whose_it_is_is_not_the_publics() {
        let rule = RowRule::PublicWhere { field: "precinct_state", is: &["adopted"] };
        assert!(Viewer::Public.may_see_row(rule, &Value::Text("adopted".into())));
        for hidden in [Value::Text("draft".into()), Value::Null, Value::Boolean(true)] {
            assert!(!Viewer::Public.may_see_row(rule, &hidden), "{hidden:?}");
            assert!(Viewer::Everything.may_see_row(rule, &hidden));
            assert!(Viewer::Public.may_see_row(RowRule::All, &hidden));
        }
    }

    #[test]
    fn public_sees_only_what_is_public() {
        assert!(Viewer::Public.may_see(Audience::Public));
        assert!(!Viewer::Public.may_see(Audience::Staff));
        assert!(Viewer::Everything.may_see(Audience::Staff));
    }
}
