//! Opens a file with GDAL: finds it, weighs it, looks into archives, and settles its encoding.

use std::ffi::OsStr;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use gdal::{Dataset, DatasetOptions, GdalOpenFlags};

use super::dbf::Dbf;
use super::encoding::{self, TextEncoding};
use super::gdal_raw::MemoryFile;
use super::limits::Limits;
use super::problem::IngestError;
use super::report::Report;
use super::{Request, archive, gdal_raw, osm_rules, said, utf8_text};

/// The formats that are read, and no other of GDAL's: some of those fetch from the network.
const DRIVERS: &[&str] = &[
    "ESRI Shapefile",
    "GPKG",
    "OpenFileGDB",
    "GeoJSON",
    "GeoJSONSeq",
    "TopoJSON",
    "LIBKML",
    "KML",
    "DXF",
    "XLSX",
    "CSV",
    "FlatGeobuf",
    "OSM",
];

/// Text formats that GDAL takes as UTF-8 without looking.
const TEXTS: &[&str] = &["csv", "tsv", "txt", "geojson", "json", "geojsonl", "geojsons", "kml", "topojson"];

/// Where a text says what it is written in.
const HEAD_BYTES: u64 = 200;
/// Files in a zip that are all opened to see what they are.
const MOST_TABLES: usize = 64;

const NO_MEMORY: &str = "GDAL does not take a file in memory";

pub struct Opened {
    pub dataset: Dataset,
    pub driver: String,
    pub path: PathBuf,
    /// The file in a zip that is read.
    pub member: Option<String>,
    /// The layer that is asked for, where that name has not already chosen the file in a zip.
    pub wanted: Option<String>,
    /// How texts come out of GDAL.
    pub text: TextEncoding,
    /// To be kept while the dataset is read; the files end with it.
    pub memory: Vec<MemoryFile>,
}

impl Opened {
    pub fn is_osm(&self) -> bool {
        self.driver == "OSM"
    }
}

/// A folder name in GDAL's memory that no other import uses.
fn memory_folder() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("/vsimem/pianqu-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

pub fn open(request: &Request, report: &mut Report) -> Result<Opened, IngestError> {
    weigh(request, report)?;
    open_weighed(request, report)
}

/// The file, or each of the files in a zip that holds several, with a report that begins with it.
pub fn open_each(request: &Request, report: &mut Report) -> Result<Vec<(Opened, Report)>, IngestError> {
    weigh(request, report)?;
    let members = match &request.source_layer {
        Some(_) => None,
        None => archive::members(&request.path, &request.limits)?,
    };
    let names: Vec<Option<String>> = match members.as_deref().map(archive::names) {
        Some(files) if files.len() > MOST_TABLES => return Err(IngestError::WhichLayer(files)),
        Some(files) if files.len() > 1 => files.into_iter().map(Some).collect(),
        _ => vec![request.source_layer.clone()],
    };
    let mut opened = Vec::with_capacity(names.len());
    for name in names {
        let mut told = report.clone();
        let one = open_weighed(&Request { source_layer: name, ..request.clone() }, &mut told);
        opened.push(match one {
            Ok(one) => (one, told),
            Err(error) => {
                *report = told;
                return Err(error);
            }
        });
    }
    Ok(opened)
}

/// Begins the report: what file it is, and its fingerprint.
fn weigh(request: &Request, report: &mut Report) -> Result<(), IngestError> {
    let path = &request.path;
    report.listed_rows = request.limits.listed_rows;
    let name = path.file_name().unwrap_or(OsStr::new("file")).to_string_lossy().into_owned();
    report.file = name.clone();
    report.source = request.source.clone().unwrap_or(name);
    report.file_hash = weigh_and_hash(path, &request.limits)?;
    Ok(())
}

fn open_weighed(request: &Request, report: &mut Report) -> Result<Opened, IngestError> {
    said::listen();
    let path = &request.path;
    // Set for this thread only; the reading stays in it.
    for (key, value) in [
        ("OGR_XLSX_HEADERS", "FORCE"),
        ("SHAPE_ENCODING", ""),
        ("CPL_VSIL_DEFLATE_CHUNK_SIZE", "1M"),
        ("GDAL_HTTP_MAX_RETRY", "0"),
        ("OGR_SQLITE_STATIC_VIRTUAL_OGR", "NO"),
    ] {
        gdal::config::set_thread_local_config_option(key, value).map_err(|e| unreadable(path, e))?;
    }
    let inner = archive::find_inside(path, request.source_layer.as_deref(), &request.limits)?;
    let target = match &inner {
        Some((member, _)) => member.target.clone(),
        None => path.to_string_lossy().into_owned(),
    };
    let mut opened = open_target(&target, request, report)?;
    if let Some((member, are_several)) = inner {
        if are_several {
            opened.wanted = None;
        }
        opened.member = Some(member.name);
    }
    Ok(opened)
}

fn open_target(target: &str, request: &Request, report: &mut Report) -> Result<Opened, IngestError> {
    let mut memory = Vec::new();
    let mut target = target.to_owned();
    let mut text = match &request.encoding {
        Some(name) => encoding::asked(name)?,
        None => TextEncoding { encoding: encoding_rs::UTF_8, by: "as the format demands" },
    };
    let extension = extension(&target);
    let mut options: Vec<&str> = Vec::new();
    let osm_config = format!("{}.ini", memory_folder());
    let osm_option = format!("CONFIG_FILE={osm_config}");
    match extension.as_str() {
        "shp" | "dbf" | "shx" => {
            options.push("ENCODING=");
            text = shapefile_encoding(&target, request)?;
            rebuild_index(&mut target, request, report, &mut memory)?;
        }
        "xlsx" => {
            archive::weigh_workbook(&request.path, &target, &request.limits)?;
            // A workbook is a zip itself; GDAL reads one that lies in another only when told so.
            if target.starts_with("/vsizip/") {
                target = archive::inside(&target);
            }
        }
        "csv" | "tsv" | "txt" => options.extend(["AUTODETECT_TYPE=NO", "EMPTY_STRING_AS_NULL=YES"]),
        "osm" | "pbf" => {
            let config = osm_rules::gdal_config().into_bytes();
            memory.push(MemoryFile::new(&osm_config, config).ok_or_else(|| unreadable(&request.path, NO_MEMORY))?);
            options.push(&osm_option);
        }
        _ => {}
    }
    let mut found = text;
    if TEXTS.contains(&extension.as_str()) {
        found = as_utf8(&mut target, request, &mut memory)?;
        // GDAL now reads the decoded text.
        text.encoding = encoding_rs::UTF_8;
    }
    let dataset = Dataset::open_ex(
        &target,
        DatasetOptions {
            open_flags: GdalOpenFlags::GDAL_OF_VECTOR | GdalOpenFlags::GDAL_OF_VERBOSE_ERROR,
            allowed_drivers: Some(DRIVERS),
            open_options: (!options.is_empty()).then_some(options.as_slice()),
            sibling_files: None,
        },
    );
    let said = said::take_line();
    let dataset = dataset.map_err(|_| IngestError::UnknownFormat { path: request.path.clone(), said })?;
    let driver = dataset.driver().short_name();
    report.format.clone_from(&driver);
    report.encoding = format!("{} ({})", found.encoding.name(), found.by);
    let (path, wanted) = (request.path.clone(), request.source_layer.clone());
    Ok(Opened { dataset, driver, path, member: None, wanted, text, memory })
}

pub fn unreadable(path: &Path, error: impl std::fmt::Display) -> IngestError {
    IngestError::Unreadable { path: path.to_owned(), why: error.to_string() }
}

pub fn extension(path: &str) -> String {
    Path::new(path).extension().unwrap_or_default().to_string_lossy().to_lowercase()
}

/// The fingerprint of a file or of all files in a folder (FileGDB).
fn weigh_and_hash(path: &Path, limits: &Limits) -> Result<String, IngestError> {
    let mut files = Vec::new();
    let meta = std::fs::metadata(path).map_err(|e| unreadable(path, e))?;
    if meta.is_dir() {
        for entry in std::fs::read_dir(path).map_err(|e| unreadable(path, e))? {
            let entry = entry.map_err(|e| unreadable(path, e))?;
            if entry.file_type().map_err(|e| unreadable(path, e))?.is_file() {
                files.push(entry.path());
            }
        }
        files.sort();
    } else if meta.is_file() {
        files.push(path.to_owned());
    } else {
        return Err(unreadable(path, "neither a file nor a folder"));
    }
    let mut size = 0;
    let mut hash = xxhash_rust::xxh3::Xxh3::new();
    let mut buffer = vec![0; 1 << 20];
    for file in &files {
        let mut reader = std::fs::File::open(file).map_err(|e| unreadable(file, e))?;
        loop {
            let read = reader.read(&mut buffer).map_err(|e| unreadable(file, e))?;
            if read == 0 {
                break;
            }
            size += read as u64;
            if size > limits.file_bytes {
                let (found, allowed) = (size, limits.file_bytes);
                return Err(IngestError::TooLarge { path: path.to_owned(), found, allowed, unit: "bytes" });
            }
            hash.update(&buffer[..read]);
        }
    }
    Ok(format!("{:032x}", hash.digest128()))
}

/// The file beside another: `streets.cpg` of `streets.shp`, whatever the case.
fn beside(target: &str, extension: &str, limits: &Limits) -> Option<Vec<u8>> {
    let stem = target.rsplit_once('.').map_or(target, |(stem, _)| stem);
    [extension.to_owned(), extension.to_uppercase()]
        .iter()
        .find_map(|ext| gdal_raw::read_file(&format!("{stem}.{ext}"), limits.file_bytes))
}

fn shapefile_encoding(target: &str, request: &Request) -> Result<TextEncoding, IngestError> {
    let nothing = TextEncoding { encoding: encoding_rs::UTF_8, by: "no texts" };
    let Some(bytes) = beside(target, "dbf", &request.limits) else { return Ok(nothing) };
    let Some(dbf) = Dbf::new(&bytes) else { return Ok(nothing) };
    let cpg = beside(target, "cpg", &request.limits).map(|text| String::from_utf8_lossy(&text).into_owned());
    let found = encoding::detect(dbf.texts());
    let declared = match (&request.encoding, &cpg, dbf.declared()) {
        (Some(name), ..) => Some(encoding::asked(name)?),
        (None, Some(name), _) => {
            let encoding = encoding::by_name(name).ok_or_else(|| IngestError::EncodingUnknown(name.clone()))?;
            Some(TextEncoding { encoding, by: "declared by .cpg" })
        }
        (None, None, Some(name)) => {
            encoding::by_name(name).map(|encoding| TextEncoding { encoding, by: "declared by the .dbf header" })
        }
        (None, None, None) => None,
    };
    let Some(declared) = declared else {
        return found.ok_or_else(|| IngestError::EncodingContradicted {
            declared: "UTF-8 or GB18030".to_owned(),
            by: "tried, as none is declared",
            place: "some text is neither".to_owned(),
            reads_as: None,
        });
    };
    match dbf.texts().find(|text| encoding::decode(declared.encoding, text).is_none()) {
        None => Ok(declared),
        Some(text) => Err(IngestError::EncodingContradicted {
            declared: declared.encoding.name().to_owned(),
            by: declared.by,
            place: format!("«{}»", text.escape_ascii()),
            reads_as: found.map(|found| found.encoding.name()),
        }),
    }
}

/// A shapefile without its .shx is read from memory, where GDAL may write a new one.
fn rebuild_index(
    target: &mut String,
    request: &Request,
    report: &mut Report,
    memory: &mut Vec<MemoryFile>,
) -> Result<(), IngestError> {
    if extension(target) != "shp" || beside(target, "shx", &request.limits).is_some() {
        return Ok(());
    }
    let folder = memory_folder();
    for ext in ["shp", "dbf", "prj", "cpg"] {
        if let Some(bytes) = beside(target, ext, &request.limits) {
            let file = MemoryFile::new(&format!("{folder}/file.{ext}"), bytes);
            memory.push(file.ok_or_else(|| unreadable(&request.path, NO_MEMORY))?);
        }
    }
    memory.extend(MemoryFile::to_be_written(&format!("{folder}/file.shx")));
    gdal::config::set_thread_local_config_option("SHAPE_RESTORE_SHX", "YES")
        .map_err(|e| unreadable(&request.path, e))?;
    report.note("index_rebuilt", "the .shx beside the .shp is missing; it was rebuilt in memory");
    *target = format!("{folder}/file.shp");
    Ok(())
}

/// Text that is not UTF-8 is decoded into memory, so that GDAL reads what it expects; what is UTF-8 stays where it lies.
fn as_utf8(target: &mut String, request: &Request, memory: &mut Vec<MemoryFile>) -> Result<TextEncoding, IngestError> {
    let utf8 = encoding_rs::UTF_8;
    let cannot_be_read = || unreadable(&request.path, "the file cannot be read");
    let mut head = Vec::new();
    let file = gdal_raw::open_file(target).ok_or_else(cannot_be_read)?;
    file.take(HEAD_BYTES).read_to_end(&mut head).map_err(|error| unreadable(&request.path, error))?;
    let marked = encoding_rs::Encoding::for_bom(&head).map(|(encoding, _)| encoding);
    let asked = request.encoding.as_deref().map(encoding::asked).transpose()?;
    let xml = (extension(target) == "kml").then(|| xml_encoding(&head)).flatten();
    let is_said = asked.map(|asked| asked.encoding).or(marked).or(xml);
    let throughout = match is_said.is_none_or(|encoding| encoding == utf8) {
        true => utf8_text::throughout(gdal_raw::open_file(target).ok_or_else(cannot_be_read)?),
        false => None,
    };
    if let Some(is_ascii) = throughout {
        let by = match (&asked, marked, xml) {
            (Some(asked), ..) => asked.by,
            (None, Some(_), _) => "byte order mark",
            (None, None, Some(_)) => "declared by the XML",
            (None, None, None) if is_ascii => "nothing but ASCII",
            (None, None, None) => "not declared, found by trial",
        };
        return Ok(TextEncoding { encoding: utf8, by });
    }
    let (size, allowed) = (gdal_raw::file_size(target).ok_or_else(cannot_be_read)?, request.limits.decoded_bytes);
    if size > allowed {
        let (path, unit) = (request.path.clone(), "bytes of text that is not UTF-8");
        return Err(IngestError::TooLarge { path, found: size, allowed, unit });
    }
    let bytes = gdal_raw::read_file(target, allowed).ok_or_else(cannot_be_read)?;
    let found = match (asked, marked) {
        (Some(asked), _) => asked,
        (None, Some(encoding)) => TextEncoding { encoding, by: "byte order mark" },
        (None, None) => match xml {
            Some(encoding) => TextEncoding { encoding, by: "declared by the XML" },
            None => encoding::detect(std::iter::once(bytes.as_slice())).ok_or_else(|| {
                IngestError::EncodingContradicted {
                    declared: "UTF-8 or GB18030".to_owned(),
                    by: "tried, as none is declared",
                    place: "some text is neither".to_owned(),
                    reads_as: None,
                }
            })?,
        },
    };
    let (text, _, is_wrong) = found.encoding.decode(&bytes);
    if is_wrong {
        let reads_as = encoding::detect(std::iter::once(bytes.as_slice())).map(|e| e.encoding.name());
        return Err(IngestError::EncodingContradicted {
            declared: found.encoding.name().to_owned(),
            by: found.by,
            place: "some bytes are no text in it".to_owned(),
            reads_as: reads_as.filter(|name| *name != found.encoding.name()),
        });
    }
    let text = match xml {
        Some(_) => text
            .split_once("?>")
            .map_or(text.to_string(), |(_, rest)| format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{rest}")),
        None => text.into_owned(),
    };
    let name = format!("{}/file.{}", memory_folder(), extension(target));
    memory.push(MemoryFile::new(&name, text.into_bytes()).ok_or_else(|| unreadable(&request.path, NO_MEMORY))?);
    *target = name;
    Ok(found)
}

/// `<?xml version="1.0" encoding="GB2312"?>`
fn xml_encoding(bytes: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
    let head = head.split_once("?>")?.0.to_owned();
    let after = head.split_once("encoding=")?.1;
    encoding::by_name(after.trim_start_matches(['"', '\'']).split(['"', '\'']).next()?)
}
