//! What a client says of a file, in JSON.

use serde::Deserialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

use crate::app::uploads::Sent;
use crate::domain::LayerId;
use crate::http::problem::{Kind, Problem};
use crate::ingest::{self, OSM_LAYERS, Request, Survey};

/// How a file is to be read. Everything but the layer may be left out as long as the file itself says it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// The layer that the rows become; `all` takes every layer that OpenStreetMap feeds.
    layer: String,
    /// How the file is to be understood, where the format that it is written in does not say.
    format: Option<Format>,
    /// What becomes of a line of a survey that fails a check; `take` when left out.
    faulty_lines: Option<FaultyLines>,
    /// Layer, sheet or feature class of the source, where it holds several.
    source_layer: Option<String>,
    /// Reference system of the coordinates, `EPSG:4544`.
    crs: Option<String>,
    /// `wgs84`, `cgcs2000`, `gcj02` or `bd09`.
    datum: Option<String>,
    /// The first coordinate is the northing or the latitude.
    #[serde(default)]
    is_north_first: bool,
    /// `GBK`
    encoding: Option<String>,
    /// Column of the file to field of the layer; to nothing, `""`, leaves the column out.
    #[serde(default)]
    map: BTreeMap<String, String>,
    /// Field of the layer to the value of rows that have none.
    #[serde(default)]
    set: BTreeMap<String, String>,
    /// The column that identifies a row, so that a second import updates it.
    key: Option<String>,
    /// Name of the data set; the file's name when left out.
    source: Option<String>,
    /// Split lines where another line shares a vertex.
    #[serde(default)]
    is_noded: bool,
}

/// What tables mean beyond their rows.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// A survey of pipes by CJJ 61-2017: a table of points and one of lines, which become `utility_line`.
    Cjj61,
}

/// A line fails when its heights contradict its depth, its fall cannot be, or it is too long.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FaultyLines {
    /// It is taken, and the report tells what is wrong.
    Take,
    Refuse,
}

/// An import that is asked for.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct Order {
    pub upload_id: String,
    /// Do everything and keep nothing.
    #[serde(default)]
    pub is_dry_run: bool,
    pub reading: Reading,
}

impl Reading {
    /// The request for what was sent; `at` is the JSON pointer of this object.
    pub fn of(&self, sent: Sent, at: &str) -> Result<Request, Problem> {
        let refuse = |member: &str, why: String| Problem::at_pointer(Kind::InvalidBody, format!("{at}/{member}"), why);
        let layers = match self.layer.as_str() {
            "all" => OSM_LAYERS.to_vec(),
            name => vec![name.parse::<LayerId>().map_err(|error| refuse("layer", error.to_string()))?],
        };
        let datum = self.datum.as_deref().map(str::parse).transpose();
        let Sent { file, second } = sent;
        let survey = match self.format {
            Some(Format::Cjj61) => {
                self.refuse_beside_a_survey().map_err(|(member, why)| refuse(member, why.to_owned()))?;
                let faulty = match self.faulty_lines {
                    Some(FaultyLines::Refuse) => ingest::FaultyLines::Refuse,
                    Some(FaultyLines::Take) | None => ingest::FaultyLines::Take,
                };
                Some(Survey { lines: second, faulty })
            }
            None if second.is_some() => {
                return Err(refuse("format", "two tables came; «cjj61» reads them together".to_owned()));
            }
            None if self.faulty_lines.is_some() => {
                return Err(refuse("faulty_lines", "is for surveys, «format»: «cjj61»".to_owned()));
            }
            None => None,
        };
        Ok(Request {
            layers,
            source_layer: self.source_layer.clone(),
            crs: self.crs.clone(),
            datum: datum.map_err(|error: ingest::UnknownDatum| refuse("datum", error.to_string()))?,
            is_north_first: self.is_north_first,
            encoding: self.encoding.clone(),
            map: self.map.clone().into_iter().collect(),
            constants: self.set.clone().into_iter().collect(),
            key: self.key.clone(),
            source: self.source.clone(),
            is_noded: self.is_noded,
            survey,
            ..Request::new(file, LayerId::Community)
        })
    }

    /// What a survey settles by itself is not silently passed over: the member, and why it says nothing here.
    fn refuse_beside_a_survey(&self) -> Result<(), (&'static str, &'static str)> {
        if self.layer != LayerId::UtilityLine.name() {
            return Err(("layer", "a survey of pipes becomes utility_line"));
        }
        if self.source_layer.is_some() {
            return Err(("source_layer", "a survey is read from both of its tables"));
        }
        if self.is_north_first {
            return Err(("is_north_first", "in a survey X is the northing already"));
        }
        if self.key.is_some() {
            return Err(("key", "a line of a survey is recognised by the numbers of its two points"));
        }
        if self.is_noded {
            return Err(("is_noded", "lines of a survey meet in their points already"));
        }
        Ok(())
    }
}
