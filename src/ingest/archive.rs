//! Zips of the formats, read where they lie: nothing is unpacked to disk.

use std::path::{Component, Path};

use super::gdal_raw;
use super::limits::Limits;
use super::open::extension;
use super::problem::IngestError;

const READABLE: &[&str] = &["shp", "gpkg", "geojson", "json", "kml", "dxf", "xlsx", "csv", "fgb", "osm", "pbf"];

/// The GDAL path of the one file to be read inside a zip, or `None` for what is no zip.
///
/// `wanted` chooses by file name where there are several.
pub fn find_inside(path: &Path, wanted: Option<&str>, limits: &Limits) -> Result<Option<String>, IngestError> {
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
    let mut size = 0;
    let mut found: Vec<String> = Vec::new();
    for entry in &entries {
        let climbs = entry.components().any(|part| !matches!(part, Component::Normal(_) | Component::CurDir));
        if climbs || entry.to_string_lossy().contains('\\') {
            return Err(refuse(format!("the path «{}» in it leads out of the archive", entry.display())));
        }
        let name = entry.to_string_lossy().trim_end_matches('/').to_owned();
        size += gdal_raw::file_size(&format!("{root}/{name}")).unwrap_or(0);
        if size > limits.file_bytes {
            let (found, allowed) = (size, limits.file_bytes);
            return Err(IngestError::TooLarge { path: path.to_owned(), found, allowed, unit: "bytes unpacked" });
        }
        // A FileGDB is a folder of files without a meaning of their own.
        let geodatabase = name.split('/').position(|part| part.to_lowercase().ends_with(".gdb"));
        let file = match geodatabase {
            Some(at) => name.split('/').take(at + 1).collect::<Vec<_>>().join("/"),
            None => name,
        };
        let is_hidden = file.starts_with("__MACOSX/");
        let is_readable = geodatabase.is_some() || READABLE.contains(&extension(&file).as_str());
        if is_readable && !is_hidden && !found.contains(&file) {
            found.push(file);
        }
    }
    let is_wanted = |file: &String| {
        let name = Path::new(file);
        wanted.is_some_and(|w| {
            name.file_name().is_some_and(|n| n == w) || name.file_stem().is_some_and(|n| n == w) || file == w
        })
    };
    let chosen = match found.as_slice() {
        [] => return Err(refuse("no file of a known format is in it".to_owned())),
        [one] => one,
        several => match several.iter().find(|file| is_wanted(file)) {
            Some(file) => file,
            None => return Err(IngestError::WhichLayer(several.to_vec())),
        },
    };
    Ok(Some(format!("{root}/{chosen}")))
}
