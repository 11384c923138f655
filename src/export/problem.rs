//! Why nothing is exported.

use super::columns::DBF_TEXT;
use super::fit::CELL;
use super::format::{Format, TextEncoding, UnknownEncoding, UnknownFormat};

#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    Format(#[from] UnknownFormat),
    #[error(transparent)]
    Encoding(#[from] UnknownEncoding),
    #[error("{0} is always UTF-8; {1:?} is for shapefiles and CSV")]
    EncodingNotOfFormat(Format, TextEncoding),
    #[error("{0}")]
    Crs(String),
    #[error("{0} holds no table: shapes can be left out of XLSX and CSV only")]
    ShapesNeeded(Format),
    #[error("{format} cannot hold {count} of the values as they are; {}", in_words(.unfit, *.count))]
    Unfit { format: Format, unfit: Vec<Unfit>, count: usize },
    #[error("{features} features are more than the {most} rows of a sheet")]
    TooManyRows { features: usize, most: usize },
    #[error("GDAL on this machine cannot write {0}: its driver «{driver}» is missing", driver = .0.driver())]
    NoDriver(Format),
    #[error("{format} could not be written: {said}")]
    Write { format: Format, said: String },
    #[error("the disk: {0}")]
    Disk(#[from] std::io::Error),
    #[error("nobody waits for it any more")]
    Unwanted,
}

/// One value that would not come back from the file as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfit {
    pub feature_id: i64,
    pub column: String,
    pub why: Misfit,
}

/// Why a value does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    #[error("the control character U+{:04X} has no place in XML", u32::from(*.0))]
    Control(char),
    #[error("a cell holds {CELL} characters")]
    Cell,
    #[error("GBK has no «{0}» (U+{code:04X}); ask for UTF-8", code = u32::from(*.0))]
    NotInGbk(char),
    #[error("it has {bytes} bytes, a .dbf holds {DBF_TEXT}; leave the column out or take another format")]
    TooLong { bytes: usize },
    #[error("its shape takes {characters} characters, a cell holds {CELL}; leave shapes out or take another format")]
    ShapeInCell { characters: usize },
}

impl Misfit {
    /// Stable, for clients that say it in their own words.
    pub fn code(&self) -> &'static str {
        match self {
            Misfit::Control(_) => "control-character",
            Misfit::Cell => "cell-full",
            Misfit::NotInGbk(_) => "not-in-gbk",
            Misfit::TooLong { .. } => "text-too-long",
            Misfit::ShapeInCell { .. } => "shape-too-long",
        }
    }

    /// The character that the file cannot hold, where it is one.
    pub fn character(&self) -> Option<char> {
        match self {
            Misfit::Control(c) | Misfit::NotInGbk(c) => Some(*c),
            _ => None,
        }
    }
}

/// More than these are counted only.
pub const MOST_LISTED: usize = 20;

fn in_words(unfit: &[Unfit], count: usize) -> String {
    let list: Vec<String> =
        unfit.iter().map(|one| format!("feature {}, {}: {}", one.feature_id, one.column, one.why)).collect();
    let more = if count > unfit.len() { format!("; and {} more", count - unfit.len()) } else { String::new() };
    format!("{}{more}", list.join("; "))
}

impl ExportError {
    /// True when another request would do; false when this machine is at fault.
    pub fn is_about_the_request(&self) -> bool {
        !matches!(
            self,
            ExportError::NoDriver(_) | ExportError::Write { .. } | ExportError::Disk(_) | ExportError::Unwanted
        )
    }
}
