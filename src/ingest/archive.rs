//! Zips of the formats, read where they lie: nothing is unpacked to disk.

use std::path::{Component, Path};

use super::gdal_raw;
use super::limits::Limits;
use super::open::extension;
use super::problem::IngestError;
use super::zip_names;

const READABLE: &[&str] = &["shp", "gpkg", "geojson", "json", "kml", "dxf", "xlsx", "csv", "fgb", "osm", "pbf"];

/// The part of a shapefile that is a table by itself, where nothing else is in the zip.
const TABLE_OR_PART: &str = "dbf";

/// Below this an archive is no trap, however well it is packed.
const HARMLESS: u64 = 64 << 20;

/// What an archive unpacks to, file by file.
struct Weight<'a> {
    path: &'a Path,
    packed: u64,
    unpacked: u64,
    limits: &'a Limits,
}

impl<'a> Weight<'a> {
    fn of(path: &'a Path, packed: u64, limits: &'a Limits) -> Self {
        Self { path, packed, unpacked: 0, limits }
    }

    fn add(&mut self, bytes: u64) -> Result<(), IngestError> {
        self.unpacked = self.unpacked.saturating_add(bytes);
        let (found, allowed, path) = (self.unpacked, self.limits.file_bytes, self.path.to_owned());
        if found > allowed {
            return Err(IngestError::TooLarge { path, found, allowed, unit: "bytes unpacked" });
        }
        let most = self.limits.unpacked_per_byte;
        if found > HARMLESS && found > self.packed.saturating_mul(most) {
            let why = format!("its {} bytes unpack to {found}, more than {most} times as much", self.packed);
            return Err(IngestError::Archive { path, why });
        }
        Ok(())
    }
}

/// Refuses a workbook that is small on disk and enormous in memory: GDAL unpacks all of it.
pub fn weigh_workbook(path: &Path, target: &str, limits: &Limits) -> Result<(), IngestError> {
    let root = inside(target);
    // What is no zip GDAL will refuse in its own words.
    let Ok(entries) = gdal::vsi::read_dir(&root, true) else { return Ok(()) };
    let mut weight = Weight::of(path, gdal_raw::file_size(target).unwrap_or(0), limits);
    for entry in entries {
        weight.add(gdal_raw::file_size(&format!("{root}/{}", entry.display())).unwrap_or(0))?;
    }
    Ok(())
}

/// The GDAL path of the files within an archive of any name.
pub fn inside(archive: &str) -> String {
    format!("/vsizip/{{{archive}}}")
}

/// A file inside a zip.
pub struct Member {
    /// Its GDAL path.
    pub target: String,
    /// Its path in the zip as a person gave it.
    pub name: String,
}

/// The files of known formats in a zip, at least one; `None` for what is no zip.
pub fn members(path: &Path, limits: &Limits) -> Result<Option<Vec<Member>>, IngestError> {
    let shown = path.to_string_lossy();
    if extension(&shown) != "zip" {
        return Ok(None);
    }
    let refuse = |why: String| IngestError::Archive { path: path.to_owned(), why };
    let absolute = std::path::absolute(path).map_err(|error| refuse(error.to_string()))?;
    let root = format!("/vsizip/{}", absolute.display());
    let entries = gdal::vsi::read_dir(&root, true).map_err(|_| refuse("it is empty or no zip".to_owned()))?;
    if entries.len() > limits.archive_files {
        return Err(refuse(format!("{} files, more than {}", entries.len(), limits.archive_files)));
    }
    let mut weight = Weight::of(path, gdal_raw::file_size(&absolute.to_string_lossy()).unwrap_or(0), limits);
    let (mut files, mut tables): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for entry in &entries {
        let climbs = entry.components().any(|part| !matches!(part, Component::Normal(_) | Component::CurDir));
        if climbs || entry.to_string_lossy().contains('\\') {
            return Err(refuse(format!("the path «{}» in it leads out of the archive", entry.display())));
        }
        let name = entry.to_string_lossy().trim_end_matches('/').to_owned();
        weight.add(gdal_raw::file_size(&format!("{root}/{name}")).unwrap_or(0))?;
        // A FileGDB is a folder of files without a meaning of their own.
        let geodatabase = name.split('/').position(|part| part.to_lowercase().ends_with(".gdb"));
        let file = match geodatabase {
            Some(at) => name.split('/').take(at + 1).collect::<Vec<_>>().join("/"),
            None => name,
        };
        if file.starts_with("__MACOSX/") {
            continue;
        }
        let is_readable = geodatabase.is_some() || READABLE.contains(&extension(&file).as_str());
        if is_readable && !files.contains(&file) {
            files.push(file);
        } else if extension(&file) == TABLE_OR_PART {
            tables.push(file);
        }
    }
    if files.is_empty() {
        files = tables;
    }
    if files.is_empty() {
        return Err(refuse("no file of a known format is in it".to_owned()));
    }
    let member = |file: String| Member { target: format!("{root}/{file}"), name: zip_names::meant(&file) };
    Ok(Some(files.into_iter().map(member).collect()))
}

/// The names of files of which one must be chosen.
pub fn names(members: &[Member]) -> Vec<String> {
    members.iter().map(|member| member.name.clone()).collect()
}

/// The one file to be read inside a zip, and whether there are others; `None` for what is no zip.
///
/// `wanted` chooses by file name where there are several.
pub fn find_inside(path: &Path, wanted: Option<&str>, limits: &Limits) -> Result<Option<(Member, bool)>, IngestError> {
    let Some(mut members) = members(path, limits)? else { return Ok(None) };
    if members.len() == 1 {
        return Ok(members.pop().map(|only| (only, false)));
    }
    let is_wanted = |member: &Member| {
        let name = Path::new(&member.name);
        wanted.is_some_and(|w| name.file_name().is_some_and(|n| n == w) || name.file_stem().is_some_and(|n| n == w))
    };
    let whole = members.iter().position(|member| wanted == Some(member.name.as_str()));
    match whole.or_else(|| members.iter().position(is_wanted)) {
        Some(at) => Ok(Some((members.swap_remove(at), true))),
        None => Err(IngestError::WhichLayer(names(&members))),
    }
}
