//! `If-Match`: which version of a feature a client has seen.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::{header, request::Parts};

/// The version that the client means to replace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfMatch {
    /// Nothing said: the last writer wins.
    Any,
    Version(i32),
    /// An ETag that no feature of ours ever had.
    Never,
}

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(match parts.headers.get(header::IF_MATCH) {
            None => IfMatch::Any,
            Some(given) => IfMatch::of(given.to_str().unwrap_or_default()),
        })
    }
}

impl IfMatch {
    /// `"v7-…"` of a GET in whatever encoding, `"v7"` of a write, or `*`. Only the version counts: the
    /// rest of the ETag is about bytes, and a PUT replaces the feature, not its bytes.
    fn of(given: &str) -> Self {
        if given.trim() == "*" {
            return IfMatch::Any;
        }
        let version = |tag: &str| {
            let digits = tag.trim().strip_prefix("\"v")?.strip_suffix('"')?.split('-').next()?;
            digits.parse().ok()
        };
        let mut versions = given.split(',').map(version);
        match (versions.next().flatten(), versions.next()) {
            (Some(version), None) => IfMatch::Version(version),
            // A feature has one version; whoever names several means none that we could hold him to.
            _ => IfMatch::Never,
        }
    }

    /// What the edit expects; versions count from 1, so 0 never holds.
    pub fn expected(self) -> Option<i32> {
        match self {
            IfMatch::Any => None,
            IfMatch::Version(version) => Some(version),
            IfMatch::Never => Some(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::IfMatch;

    #[test]
    fn only_the_version_counts() {
        assert_eq!(IfMatch::of("\"v7-0123abc-zstd\""), IfMatch::Version(7));
        assert_eq!(IfMatch::of("\"v7\""), IfMatch::Version(7));
        assert_eq!(IfMatch::of("*"), IfMatch::Any);
        for other in ["", "v7", "W/\"v7\"", "\"7\"", "\"v7\", \"v8\"", "\"vx\""] {
            assert_eq!(IfMatch::of(other), IfMatch::Never, "{other}");
        }
    }
}
