//! Who changes something: a handler that writes takes an [`Author`] out of the request, or a [`Contributor`] where
//! an operator or a body may write what is its own.

use axum::extract::FromRequestParts;
use axum::http::{HeaderName, request::Parts};

use super::AppState;
use super::caller::{Caller, is_reading};
use super::problem::{Kind, Problem};
use crate::domain::Viewer;

pub const ACTOR: HeaderName = HeaderName::from_static("pianqu-actor");
const LONGEST_NAME: usize = 80;

/// Somebody of the city who may write, under the name that goes into the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// Empty where the request names nobody: the history then has the name of the database user.
    pub name: String,
}

/// Somebody who may write what is its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contributor {
    /// As an [`Author`]'s.
    pub name: String,
    /// Whose rows it may write.
    pub viewer: Viewer,
}

/// Somebody who looks at what was written: the city at all of it, an operator or a body at what its account wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// The account's name; empty for the city, which asks for everybody's.
    pub name: String,
    pub viewer: Viewer,
}

/// - Only who sees everything may write; an account that only reads may ask what is the city's own.
/// - An account signs with its name. For others `Pianqu-Actor` names the person, percent-encoded UTF-8 as headers
///   carry nothing else.
impl FromRequestParts<AppState> for Author {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        if Viewer::from_request_parts(parts, state).await? != Viewer::Everything {
            return Err(Problem::new(Kind::NotAllowed, "That is for the planners of the city."));
        }
        let caller = Caller::from_request_parts(parts, state).await?;
        if !caller.may_write && !is_reading(&parts.method) {
            return Err(Problem::new(Kind::NotAllowed, "This account reads; it changes nothing."));
        }
        Ok(Self { name: name(parts, &caller)? })
    }
}

impl FromRequestParts<AppState> for Contributor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let viewer = Viewer::from_request_parts(parts, state).await?;
        let caller = Caller::from_request_parts(parts, state).await?;
        if viewer == Viewer::Public {
            return Err(Problem::new(Kind::NotAllowed, "The public reads; it changes nothing."));
        }
        // A look through somebody's eyes is no writing with their hands.
        if !caller.may_write || viewer != caller.viewer {
            return Err(Problem::new(Kind::NotAllowed, "This account reads; it changes nothing."));
        }
        Ok(Self { name: name(parts, &caller)?, viewer })
    }
}

impl FromRequestParts<AppState> for Witness {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let viewer = Viewer::from_request_parts(parts, state).await?;
        if viewer == Viewer::Everything {
            return Ok(Self { name: String::new(), viewer });
        }
        let caller = Caller::from_request_parts(parts, state).await?;
        // What somebody wrote is told to whoever is that person, not to who looks through such eyes.
        match &caller.person {
            Some(person) if viewer != Viewer::Public && viewer == caller.viewer => {
                Ok(Self { name: person.name.clone(), viewer })
            }
            _ => Err(Problem::new(Kind::NotAllowed, "Who changed what is told to whoever did it, and to the city.")),
        }
    }
}

fn name(parts: &Parts, caller: &Caller) -> Result<String, Problem> {
    if let Some(person) = &caller.person {
        return Ok(person.name.clone());
    }
    let Some(given) = parts.headers.get(ACTOR) else { return Ok(String::new()) };
    let refuse = |why: &str| Problem::at_parameter(Kind::InvalidParameter, "Pianqu-Actor", why);
    let name = decode(given.as_bytes()).ok_or_else(|| refuse("is not percent-encoded UTF-8"))?;
    if name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(refuse("a name has 80 characters at most and no control characters"));
    }
    Ok(name.trim().to_owned())
}

fn decode(bytes: &[u8]) -> Option<String> {
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter();
    while let Some(byte) = rest.next() {
        if *byte == b'%' {
            let digits = [*rest.next()?, *rest.next()?];
            let digits = std::str::from_utf8(&digits).ok().filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))?;
            decoded.push(u8::from_str_radix(digits, 16).ok()?);
        } else {
            decoded.push(*byte);
        }
    }
    String::from_utf8(decoded).ok()
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn names_come_percent_encoded() {
        assert_eq!(decode(b"%E6%9D%8E%E5%B7%A5").as_deref(), Some("李工"));
        assert_eq!(decode(b"li gong").as_deref(), Some("li gong"));
        for broken in [b"%E6%9D".as_slice(), b"%zz", b"%4", b"%+1"] {
            assert_eq!(decode(broken), None, "{broken:?}");
        }
    }
}
