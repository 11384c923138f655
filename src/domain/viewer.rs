//! Who is asking. Every read takes a viewer, so nothing can be read without the question.

use super::layer::Audience;

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
    fn public_sees_only_what_is_public() {
        assert!(Viewer::Public.may_see(Audience::Public));
        assert!(!Viewer::Public.may_see(Audience::Staff));
        assert!(Viewer::Everything.may_see(Audience::Staff));
    }
}
