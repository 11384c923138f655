//! A basemap as the administrator writes it: `title|where|attribution=…`.
//!
//! A picture in GCJ-02 or BD-09 is refused, not shifted: its error grows and turns over the map, so
//! that streets would seem to fit here and be wrong there.

use std::path::PathBuf;
use std::str::FromStr;

use axum::http::Uri;

/// A map of somebody else's that may lie beneath the city's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basemap {
    pub title: String,
    pub source: BasemapSource,
    /// Whose map it is, and under which licence.
    pub attribution: String,
    /// Tiles are to be had up to this zoom; of PMTiles the file says it.
    pub max_zoom: u8,
    /// Edge of a tile in pixels.
    pub tile_size: u16,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BasemapSource {
    /// An address with `{z}`, `{x}` and `{y}`, or `{-y}` where rows count from the south.
    Xyz(String),
    PmtilesUrl(String),
    /// On this machine.
    PmtilesFile(PathBuf),
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BasemapError {
    #[error("a basemap is written title|where|attribution=…; the title is missing")]
    NoTitle,
    #[error("«{0}» does not say where its tiles are: an address with {{z}}, {{x}} and {{y}}, or PMTiles")]
    NoPlace(String),
    #[error("the address of «{0}» is none of http or https")]
    NoAddress(String),
    #[error("«{0}» has no attribution=…: whose map it is must stand on the screen and on paper")]
    NoAttribution(String),
    #[error("«{option}» of «{title}» is not attribution, datum, max-zoom (0 to 24) or tile-size (256 or 512)")]
    Option { title: String, option: String },
    #[error(
        "«{title}» is in {datum}: it would lie hundreds of metres beside the city, by another distance and another \
         way in every place. It is refused, because shifting a picture hides that error and does not mend it. Take \
         天地图 or another source in CGCS2000 or WGS-84"
    )]
    Shifted { title: String, datum: &'static str },
}

/// Hosts of maps that are known to be shifted.
const SHIFTED_HOSTS: [(&str, &str); 7] = [
    ("autonavi.com", "GCJ-02"),
    ("amap.com", "GCJ-02"),
    ("map.gtimg.com", "GCJ-02"),
    ("map.qq.com", "GCJ-02"),
    ("google.cn", "GCJ-02"),
    ("bdimg.com", "BD-09"),
    ("map.baidu.com", "BD-09"),
];

impl FromStr for Basemap {
    type Err = BasemapError;

    fn from_str(text: &str) -> Result<Self, BasemapError> {
        let mut parts = text.split('|').map(str::trim);
        let title = parts.next().filter(|title| !title.is_empty()).ok_or(BasemapError::NoTitle)?.to_owned();
        let place = parts.next().unwrap_or_default();
        let shifted = |datum| BasemapError::Shifted { title: title.clone(), datum };
        let (mut attribution, mut max_zoom, mut tile_size) = (String::new(), 18, 256);
        for option in parts {
            let wrong = || BasemapError::Option { title: title.clone(), option: option.to_owned() };
            let (name, value) = option.split_once('=').ok_or_else(wrong)?;
            match (name.trim(), value.trim()) {
                ("attribution", text) => attribution = text.to_owned(),
                ("datum", "wgs84" | "cgcs2000") => {}
                ("datum", "gcj02") => return Err(shifted("GCJ-02")),
                ("datum", "bd09") => return Err(shifted("BD-09")),
                ("max-zoom", zoom) => max_zoom = zoom.parse().ok().filter(|zoom| *zoom <= 24).ok_or_else(wrong)?,
                ("tile-size", "256") => tile_size = 256,
                ("tile-size", "512") => tile_size = 512,
                _ => return Err(wrong()),
            }
        }
        let source = BasemapSource::read(place, &title)?;
        if let Some(host) = source.uri().as_ref().and_then(Uri::host) {
            let is_of = |domain: &str| host == domain || host.ends_with(&format!(".{domain}"));
            if let Some((_, datum)) = SHIFTED_HOSTS.iter().find(|(domain, _)| is_of(domain)) {
                return Err(shifted(datum));
            }
        }
        if attribution.is_empty() {
            return Err(BasemapError::NoAttribution(title));
        }
        Ok(Self { title, source, attribution, max_zoom, tile_size })
    }
}

impl BasemapSource {
    fn read(place: &str, title: &str) -> Result<Self, BasemapError> {
        let is_pmtiles = place.split('?').next().is_some_and(|path| path.ends_with(".pmtiles"));
        let source = if is_pmtiles && place.contains("://") {
            Self::PmtilesUrl(place.to_owned())
        } else if is_pmtiles {
            return Ok(Self::PmtilesFile(PathBuf::from(place)));
        } else {
            let is_template = ["{z}", "{x}"].iter().all(|part| place.contains(part))
                && (place.contains("{y}") || place.contains("{-y}"))
                && place.matches('{').count() == 3;
            if !is_template {
                return Err(BasemapError::NoPlace(title.to_owned()));
            }
            Self::Xyz(place.to_owned())
        };
        match source.origin() {
            Some(_) => Ok(source),
            None => Err(BasemapError::NoAddress(title.to_owned())),
        }
    }

    fn uri(&self) -> Option<Uri> {
        let text = match self {
            Self::Xyz(text) | Self::PmtilesUrl(text) => text,
            Self::PmtilesFile(_) => return None,
        };
        text.replace(['{', '}'], "").parse().ok()
    }

    /// `https://tiles.example.cn`, for a page's policy; `None` where everything comes from this server.
    pub fn origin(&self) -> Option<String> {
        let uri = self.uri()?;
        let scheme = uri.scheme_str().filter(|scheme| matches!(*scheme, "http" | "https"))?;
        let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'))?;
        Some(format!("{scheme}://{authority}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Basemap, String> {
        text.parse().map_err(|error: BasemapError| error.to_string())
    }

    #[test]
    fn three_kinds_are_known() {
        let xyz = read("影像 | https://tiles.example.cn:8443/{z}/{x}/{-y}.png?k=1 | attribution=© 某局 | max-zoom=19")
            .unwrap();
        assert_eq!((xyz.title.as_str(), xyz.attribution.as_str(), xyz.max_zoom), ("影像", "© 某局", 19));
        assert_eq!(xyz.source.origin().as_deref(), Some("https://tiles.example.cn:8443"));
        let url = read("a|https://h.example/m.pmtiles?sig=x|attribution=A|datum=wgs84").unwrap();
        assert_eq!(url.source.origin().as_deref(), Some("https://h.example"));
        let file = read("b|/srv/ziyang.pmtiles|attribution=© OpenStreetMap|tile-size=512").unwrap();
        assert_eq!(file.source, BasemapSource::PmtilesFile(PathBuf::from("/srv/ziyang.pmtiles")));
        assert_eq!((file.source.origin(), file.tile_size), (None, 512));
    }

    #[test]
    fn a_shifted_map_is_refused_and_told_why() {
        for text in [
            "高德|https://webrd01.is.autonavi.com/appmaptile?x={x}&y={y}&z={z}|attribution=高德",
            "a|https://h.example/{z}/{x}/{y}|attribution=A|datum=gcj02",
            "b|https://h.example/{z}/{x}/{y}|attribution=A|datum=bd09",
            "c|https://online1.map.bdimg.com/tile/?x={x}&y={y}&z={z}|attribution=B",
        ] {
            let told = read(text).unwrap_err();
            assert!(told.contains("hundreds of metres") && told.contains("天地图"), "{told}");
        }
        assert!(read("d|https://not-amap.com/{z}/{x}/{y}|attribution=A").is_ok());
    }

    #[test]
    fn what_is_missing_is_told() {
        for (text, words) in [
            ("|https://h/{z}/{x}/{y}", "the title is missing"),
            ("a|https://h/{z}/{x}", "does not say where"),
            ("a|https://{s}.h/{z}/{x}/{y}|attribution=A", "does not say where"),
            ("a|ftp://h/{z}/{x}/{y}|attribution=A", "none of http"),
            ("a|https://user:secret@h/{z}/{x}/{y}|attribution=A", "none of http"),
            ("a|https://h/{z}/{x}/{y}", "no attribution"),
            ("a|https://h/{z}/{x}/{y}|attribution=A|max-zoom=99", "max-zoom=99"),
            ("a|https://h/{z}/{x}/{y}|attribution=A|colour=red", "colour=red"),
        ] {
            let told = read(text).unwrap_err();
            assert!(told.contains(words), "{text}: {told}");
        }
    }
}
