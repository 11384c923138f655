//! Bytes and a media type become a response: the one place that negotiates an encoding, makes the
//! ETag of that encoding and answers 304.
//!
//! Source: RFC 9110 (8.8.3 ETag, 12.5.3 Accept-Encoding, 13.1.2 If-None-Match, 15.4.5 304).

use std::convert::Infallible;
use std::io::Write;

use axum::extract::FromRequestParts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use xxhash_rust::xxh3::xxh3_128;

use super::problem::{Kind, Problem};

/// Below this a body travels as it is: the header of a compressed form would eat the gain.
pub const SMALLEST_COMPRESSED: usize = 512;

/// The encodings that we speak, the one we like best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    Zstd,
    Brotli,
    Gzip,
    Identity,
}

impl Encoding {
    pub const ALL: [Encoding; 4] = [Encoding::Zstd, Encoding::Brotli, Encoding::Gzip, Encoding::Identity];

    /// The token of the Content-Encoding header.
    pub fn token(self) -> &'static str {
        match self {
            Encoding::Zstd => "zstd",
            Encoding::Brotli => "br",
            Encoding::Gzip => "gzip",
            Encoding::Identity => "identity",
        }
    }

    /// As small as it gets in a second or so, for bytes that are encoded once and sent for ever.
    pub fn encode_well(self, body: &Bytes) -> Bytes {
        match self {
            Encoding::Identity => body.clone(),
            Encoding::Gzip => gzip(body, 9).into(),
            Encoding::Zstd => zstd(body, 17).into(),
            Encoding::Brotli => brotli(body, 9).into(),
        }
    }

    /// The bytes in this encoding. Levels are those at which a tile costs about a millisecond.
    pub fn encode(self, body: &Bytes) -> Bytes {
        match self {
            Encoding::Identity => body.clone(),
            Encoding::Gzip => gzip(body, 4).into(),
            Encoding::Zstd => zstd(body, 3).into(),
            Encoding::Brotli => brotli(body, 4).into(),
        }
    }
}

fn zstd(body: &[u8], level: i32) -> Vec<u8> {
    zstd::bulk::compress(body, level).expect("zstd compresses into a buffer of its bound")
}

fn gzip(body: &[u8], level: i32) -> Vec<u8> {
    let level = libdeflater::CompressionLvl::new(level).expect("a level of libdeflate");
    let mut compressor = libdeflater::Compressor::new(level);
    let mut out = vec![0; compressor.gzip_compress_bound(body.len())];
    let length = compressor.gzip_compress(body, &mut out).expect("the buffer is as large as the bound");
    out.truncate(length);
    out
}

fn brotli(body: &[u8], quality: u32) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() / 4 + 64);
    let mut writer = brotli::CompressorWriter::new(&mut out, 32 * 1024, quality, 20);
    writer.write_all(body).and_then(|()| writer.flush()).expect("a Vec takes every byte");
    drop(writer);
    out
}

/// What the client asks of the form of an answer.
#[derive(Debug, Clone, Default)]
pub struct Wishes {
    accept_encoding: Option<String>,
    if_none_match: Option<String>,
    is_conditional: bool,
}

impl Wishes {
    pub fn of(method: &Method, headers: &HeaderMap) -> Self {
        Self {
            accept_encoding: joined(headers, header::ACCEPT_ENCODING),
            if_none_match: joined(headers, header::IF_NONE_MATCH),
            is_conditional: method == Method::GET || method == Method::HEAD,
        }
    }

    /// The best acceptable encoding for a body of `length` bytes, `None` where the client forbids
    /// every one.
    pub fn encoding(&self, length: usize) -> Option<Encoding> {
        let accepted = self.accept_encoding.as_deref();
        let quality = |encoding| quality(accepted, encoding);
        if length < SMALLEST_COMPRESSED && quality(Encoding::Identity) > 0 {
            return Some(Encoding::Identity);
        }
        // The first of the best: `max_by_key` would take the last.
        let best = Encoding::ALL.into_iter().rev().max_by_key(|encoding| quality(*encoding))?;
        (quality(best) > 0).then_some(best)
    }

    /// True when the client already holds the representation with this strong ETag.
    pub fn holds(&self, etag: &str) -> bool {
        let Some(list) = self.if_none_match.as_deref().filter(|_| self.is_conditional) else { return false };
        list.trim() == "*" || list.split(',').any(|tag| tag.trim().trim_start_matches("W/") == etag)
    }
}

impl<S: Sync> FromRequestParts<S> for Wishes {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.method, &parts.headers))
    }
}

fn joined(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    let values: Vec<&str> = headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
    (!values.is_empty()).then(|| values.join(","))
}

/// The quality in thousandths that an Accept-Encoding header gives to an encoding.
fn quality(accepted: Option<&str>, encoding: Encoding) -> u16 {
    // Without the header anything may be sent, but what the client can read is not known.
    let is_identity = encoding == Encoding::Identity;
    let Some(accepted) = accepted else { return if is_identity { 1000 } else { 0 } };
    let mut wildcard = None;
    for entry in accepted.split(',') {
        let mut parts = entry.split(';').map(str::trim);
        let token = parts.next().unwrap_or_default();
        let q = parts
            .find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")))
            .map_or(1000, |q| (q.trim().parse::<f32>().unwrap_or(0.0).clamp(0.0, 1.0) * 1000.0) as u16);
        let is_meant = token.eq_ignore_ascii_case(encoding.token())
            || (encoding == Encoding::Gzip && token.eq_ignore_ascii_case("x-gzip"));
        if is_meant {
            return q;
        }
        if token == "*" {
            wildcard = Some(q);
        }
    }
    match wildcard {
        Some(q) => q,
        // Identity is always acceptable unless it is excluded, yet anything named is liked better.
        None => u16::from(is_identity),
    }
}

/// The ETag of one encoding of a body whose identity form has the tag `stem`.
pub fn etag(stem: &str, encoding: Encoding) -> String {
    match encoding {
        Encoding::Identity => format!("\"{stem}\""),
        other => format!("\"{stem}-{}\"", other.token()),
    }
}

/// A stem that changes whenever a byte changes.
pub fn stem_of(body: &[u8]) -> String {
    format!("{:032x}", xxh3_128(body))
}

/// A complete answer before it is encoded.
#[derive(Debug, Clone)]
pub struct Representation {
    media_type: HeaderValue,
    body: Bytes,
    cache_control: HeaderValue,
    vary: HeaderValue,
    stem: Option<String>,
    is_compressible: bool,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Representation {
    pub fn new(media_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self {
            media_type: HeaderValue::from_static(media_type),
            body: body.into(),
            // A browser keeps it and asks each time whether it still holds.
            cache_control: HeaderValue::from_static("private, no-cache"),
            vary: HeaderValue::from_static("Accept-Encoding, Authorization, Cookie"),
            stem: None,
            is_compressible: true,
            headers: Vec::new(),
        }
    }

    /// Of a media type that is not known beforehand; junk becomes `application/octet-stream`.
    pub fn typed(media_type: &str, body: impl Into<Bytes>) -> Self {
        let unknown = Self::new("application/octet-stream", body);
        match HeaderValue::from_str(media_type) {
            Ok(media_type) => Self { media_type, ..unknown },
            Err(_) => unknown,
        }
    }

    /// JSON of plain data.
    pub fn json(media_type: &'static str, data: &impl serde::Serialize) -> Self {
        Self::new(media_type, serde_json::to_vec(data).expect("plain data with text keys is JSON"))
    }

    pub fn cache_control(mut self, value: &'static str) -> Self {
        self.cache_control = HeaderValue::from_static(value);
        self
    }

    pub fn vary(mut self, value: &'static str) -> Self {
        self.vary = HeaderValue::from_static(value);
        self
    }

    /// A tag that is known without the bytes; otherwise it is made of them.
    pub fn stem(mut self, stem: impl Into<String>) -> Self {
        self.stem = Some(stem.into());
        self
    }

    /// For media that are compressed already.
    pub fn incompressible(mut self) -> Self {
        self.is_compressible = false;
        self
    }

    pub fn header(mut self, name: HeaderName, value: impl TryInto<HeaderValue>) -> Self {
        let Ok(value) = value.try_into() else { panic!("the value of {name} is no header") };
        self.headers.push((name, value));
        self
    }

    /// The response that meets the client's wishes: 200, 304 or 406.
    pub fn answer(self, wishes: &Wishes) -> Response {
        self.answer_encoded_by(wishes, Encoding::encode)
    }

    /// The same, where somebody else keeps the encoded bytes. `encode` is asked only when they are
    /// sent.
    pub fn answer_encoded_by(self, wishes: &Wishes, encode: impl FnOnce(Encoding, &Bytes) -> Bytes) -> Response {
        let encoding = if self.is_compressible { wishes.encoding(self.body.len()) } else { Some(Encoding::Identity) };
        let Some(encoding) = encoding else {
            return Problem::new(
                Kind::NotAcceptable,
                "Accept-Encoding forbids every encoding that there is, identity included.",
            )
            .into_response();
        };
        let stem = self.stem.unwrap_or_else(|| stem_of(&self.body));
        let etag = etag(&stem, encoding);
        let is_held = wishes.holds(&etag);

        let mut response = if is_held {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            // axum drops the body of an answer to HEAD and keeps its length.
            encode(encoding, &self.body).into_response()
        };
        let headers = response.headers_mut();
        headers.remove(header::CONTENT_TYPE);
        if !is_held {
            headers.insert(header::CONTENT_TYPE, self.media_type);
            if encoding != Encoding::Identity {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding.token()));
            }
        }
        headers.insert(header::ETAG, HeaderValue::try_from(etag).expect("a stem is visible ASCII"));
        headers.insert(header::CACHE_CONTROL, self.cache_control);
        headers.insert(header::VARY, self.vary);
        for (name, value) in self.headers {
            headers.insert(name, value);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wishes(accept_encoding: Option<&str>, if_none_match: Option<&str>) -> Wishes {
        let mut headers = HeaderMap::new();
        for (name, value) in [(header::ACCEPT_ENCODING, accept_encoding), (header::IF_NONE_MATCH, if_none_match)] {
            if let Some(value) = value {
                headers.insert(name, value.parse().expect("a header"));
            }
        }
        Wishes::of(&Method::GET, &headers)
    }

    #[test]
    fn the_client_decides_and_we_break_ties() {
        let table = [
            (None, Some(Encoding::Identity)),
            (Some(""), Some(Encoding::Identity)),
            (Some("gzip"), Some(Encoding::Gzip)),
            (Some("gzip, deflate, br, zstd"), Some(Encoding::Zstd)),
            (Some("gzip, deflate, br"), Some(Encoding::Brotli)),
            (Some("gzip;q=1.0, zstd;q=0.5"), Some(Encoding::Gzip)),
            (Some("GZIP;Q=0.5"), Some(Encoding::Gzip)),
            (Some("*"), Some(Encoding::Zstd)),
            (Some("zstd;q=0, *;q=0.1"), Some(Encoding::Brotli)),
            (Some("identity, gzip;q=0.5"), Some(Encoding::Identity)),
            (Some("deflate"), Some(Encoding::Identity)),
            (Some("deflate, identity;q=0"), None),
            (Some("*;q=0"), None),
            (Some("gzip;q=0"), Some(Encoding::Identity)),
        ];
        for (accept, expected) in table {
            assert_eq!(wishes(accept, None).encoding(10_000), expected, "{accept:?}");
        }
    }

    #[test]
    fn a_small_body_travels_as_it_is_unless_that_is_forbidden() {
        assert_eq!(wishes(Some("gzip"), None).encoding(100), Some(Encoding::Identity));
        assert_eq!(wishes(Some("gzip, identity;q=0"), None).encoding(100), Some(Encoding::Gzip));
    }

    #[test]
    fn every_encoding_decodes_to_the_body() {
        let body = Bytes::from("片区 ".repeat(3000));
        let mut gzip = vec![0; body.len()];
        libdeflater::Decompressor::new().gzip_decompress(&Encoding::Gzip.encode(&body), &mut gzip).expect("gzip");
        assert_eq!(gzip, body);
        let zstd = zstd::bulk::decompress(&Encoding::Zstd.encode(&body), body.len()).expect("zstd");
        assert_eq!(zstd, body);
        let mut brotli = Vec::new();
        brotli::BrotliDecompress(&mut Encoding::Brotli.encode(&body).as_ref(), &mut brotli).expect("brotli");
        assert_eq!(brotli, body);
    }

    #[test]
    fn if_none_match_compares_weakly_and_takes_lists() {
        let tag = "\"abc-gzip\"";
        for (list, expected) in [
            ("\"abc-gzip\"", true),
            ("W/\"abc-gzip\"", true),
            ("\"x\", \"abc-gzip\"", true),
            ("*", true),
            ("\"abc\"", false),
            ("\"abc-zstd\"", false),
            ("abc-gzip", false),
        ] {
            assert_eq!(wishes(None, Some(list)).holds(tag), expected, "{list}");
        }
    }
}
