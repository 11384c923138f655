//! The few calls of GDAL that the `gdal` crate does not offer, behind safe functions.
//!
//! Needed because the crate writes texts as UTF-8 only, knows no subtypes of columns and does not
//! tell when closing a file has failed.
#![expect(unsafe_code, reason = "GDAL is a C library; these calls have no safe form in the gdal crate")]

use std::ffi::{CStr, CString};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use gdal::Dataset;
use gdal::vector::{Feature, LayerAccess};
use gdal_sys::OGRFieldType;

/// A column to be made.
pub struct NewColumn<'a> {
    pub name: &'a str,
    /// What a person calls it, for formats that can say so.
    pub title: &'a str,
    pub kind: OGRFieldType::Type,
    pub is_boolean: bool,
    /// Zero: as the format has it.
    pub width: i32,
    pub precision: i32,
}

/// Adds a column; false when the format refuses it.
pub fn add_column<L: LayerAccess>(layer: &L, column: &NewColumn<'_>) -> bool {
    let (Ok(name), Ok(title)) = (CString::new(column.name), CString::new(column.title)) else { return false };
    // SAFETY: the definition is ours from creation to destruction, the layer is alive and copies it,
    // and the texts end with null.
    unsafe {
        let defn = gdal_sys::OGR_Fld_Create(name.as_ptr(), column.kind);
        gdal_sys::OGR_Fld_SetWidth(defn, column.width);
        gdal_sys::OGR_Fld_SetPrecision(defn, column.precision);
        gdal_sys::OGR_Fld_SetAlternativeName(defn, title.as_ptr());
        if column.is_boolean {
            gdal_sys::OGR_Fld_SetSubType(defn, gdal_sys::OGRFieldSubType::OFSTBoolean);
        }
        let done = gdal_sys::OGR_L_CreateField(layer.c_layer(), defn, 0);
        gdal_sys::OGR_Fld_Destroy(defn);
        done == gdal_sys::OGRErr::OGRERR_NONE
    }
}

/// Sets a text column to these bytes, whatever their encoding.
pub fn set_bytes(feature: &mut Feature<'_>, index: usize, bytes: &CStr) {
    // SAFETY: the feature is alive and copies the text; an index beyond the columns is told as an
    // error.
    unsafe { gdal_sys::OGR_F_SetFieldString(feature.c_feature(), index as i32, bytes.as_ptr()) }
}

pub fn set_date(feature: &mut Feature<'_>, index: usize, [year, month, day]: [i32; 3]) {
    // SAFETY: as in `set_bytes`; zone 0 is "not known".
    unsafe { gdal_sys::OGR_F_SetFieldDateTime(feature.c_feature(), index as i32, year, month, day, 0, 0, 0, 0) }
}

/// How a feature is drawn: colour of a line, text and size of a label.
pub fn set_style(feature: &mut Feature<'_>, style: &CStr) {
    // SAFETY: the feature is alive and copies the text.
    unsafe { gdal_sys::OGR_F_SetStyleString(feature.c_feature(), style.as_ptr()) }
}

/// The number of the row in formats that have one.
pub fn set_row_number(feature: &mut Feature<'_>, id: i64) {
    // SAFETY: the feature is alive; formats that take no number leave it.
    unsafe {
        gdal_sys::OGR_F_SetFID(feature.c_feature(), id);
    }
}

/// Writes what is left and closes; false when something of it failed.
pub fn close(dataset: Dataset) -> bool {
    // SAFETY: both only touch this thread's last error. Before GDAL 3.7 it is the one way to learn
    // that closing failed.
    unsafe { gdal_sys::CPLErrorReset() };
    let closed = dataset.close().is_ok();
    // SAFETY: as above.
    let worst = unsafe { gdal_sys::CPLGetLastErrorType() };
    closed && worst < gdal_sys::CPLErr::CE_Failure
}

/// Puts files into a new archive under their own names.
pub fn zip(archive: &Path, files: &[impl AsRef<Path>]) -> io::Result<()> {
    let root = format!("/vsizip/{}", archive.display());
    // The archive stays open while its files come and go; so GDAL adds instead of beginning anew.
    let whole = VirtualFile::create(&root)?;
    for file in files {
        let file = file.as_ref();
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let mut inside = VirtualFile::create(&format!("{root}/{name}"))?;
        let mut from = File::open(file)?;
        let mut buffer = vec![0; 1 << 20];
        loop {
            let count = from.read(&mut buffer)?;
            if count == 0 {
                break;
            }
            inside.write(&buffer[..count])?;
        }
        inside.close()?;
    }
    whole.close()
}

/// A file of GDAL's that is written.
struct VirtualFile(*mut gdal_sys::VSILFILE);

impl VirtualFile {
    fn create(path: &str) -> io::Result<Self> {
        let path = CString::new(path)?;
        // SAFETY: both texts end with null and outlive the call.
        let file = unsafe { gdal_sys::VSIFOpenL(path.as_ptr(), c"wb".as_ptr()) };
        if file.is_null() { Err(io::Error::other("GDAL does not open the archive")) } else { Ok(Self(file)) }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        // SAFETY: the file is open, and the buffer is as long as is said.
        let written = unsafe { gdal_sys::VSIFWriteL(bytes.as_ptr().cast(), 1, bytes.len(), self.0) };
        if written as usize == bytes.len() { Ok(()) } else { Err(io::Error::other("the archive could not be written")) }
    }

    fn close(self) -> io::Result<()> {
        let file = self.0;
        std::mem::forget(self);
        // SAFETY: opened by `create`, and closed only here, since `drop` is not run any more.
        let result = unsafe { gdal_sys::VSIFCloseL(file) };
        if result == 0 { Ok(()) } else { Err(io::Error::other("the archive could not be closed")) }
    }
}

impl Drop for VirtualFile {
    fn drop(&mut self) {
        // SAFETY: opened by `create`; `close` forgets the value instead of dropping it.
        unsafe {
            gdal_sys::VSIFCloseL(self.0);
        }
    }
}
