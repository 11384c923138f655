//! Zips of the formats, read where they lie: nothing is unpacked to disk.

use std::path::{Component, Path};

use super::gdal_raw;
use super::limits::Limits;
use super::open::extension;
use super::problem::IngestError;

const READABLE: &[&str] = &["shp", "gpkg", "geojson", "json", "kml", "dxf", "xlsx", "csv", "fgb", "osm", "pbf"];

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
    let mut weight = Weight::of(path, gdal_raw::file_size(&absolute.to_string_lossy()).unwrap_or(0), limits);
    let mut found: Vec<String> = Vec::new();
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
