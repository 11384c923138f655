//! The few calls of GDAL that the `gdal` crate does not offer, behind safe functions.
//!
//! Needed because the crate decodes every text as lossy UTF-8 (a GBK column would be destroyed
//! before anyone could look at it), and knows neither curves nor virtual files.
#![expect(unsafe_code, reason = "GDAL is a C library; these calls have no safe form in the gdal crate")]

use std::ffi::{CStr, CString};

use gdal::vector::{Defn, Feature, Geometry};

/// A text field as bytes, in whatever encoding the file has. `None` when null or unset.
pub fn field_bytes<'a>(feature: &'a Feature<'_>, index: usize) -> Option<&'a [u8]> {
    // SAFETY: the feature is alive; an index beyond the definition is answered by GDAL with an
    // error and an empty string. The text lives in the feature, which the result borrows, and is
    // replaced only by another call for the same non-text field, which callers do not make.
    unsafe {
        let feature = feature.c_feature();
        if gdal_sys::OGR_F_IsFieldSetAndNotNull(feature, index as i32) == 0 {
            return None;
        }
        let text = gdal_sys::OGR_F_GetFieldAsString(feature, index as i32);
        (!text.is_null()).then(|| CStr::from_ptr(text).to_bytes())
    }
}

/// Whether the field has a value.
pub fn is_set(feature: &Feature<'_>, index: usize) -> bool {
    // SAFETY: the feature is alive; an index beyond the definition is answered with no.
    unsafe { gdal_sys::OGR_F_IsFieldSetAndNotNull(feature.c_feature(), index as i32) != 0 }
}

/// A whole number. To be asked only where [`is_set`] says yes.
pub fn field_integer(feature: &Feature<'_>, index: usize) -> i64 {
    // SAFETY: the feature is alive; an index beyond the definition is answered with zero.
    unsafe { gdal_sys::OGR_F_GetFieldAsInteger64(feature.c_feature(), index as i32) }
}

/// A number. To be asked only where [`is_set`] says yes.
pub fn field_real(feature: &Feature<'_>, index: usize) -> f64 {
    // SAFETY: the feature is alive; an index beyond the definition is answered with zero.
    unsafe { gdal_sys::OGR_F_GetFieldAsDouble(feature.c_feature(), index as i32) }
}

/// The names of the columns as bytes.
pub fn column_names(defn: &Defn) -> Vec<Vec<u8>> {
    // SAFETY: the definition is alive and the indices are within its count; the names are copied.
    unsafe {
        let defn = defn.c_defn();
        (0..gdal_sys::OGR_FD_GetFieldCount(defn))
            .map(|i| CStr::from_ptr(gdal_sys::OGR_Fld_GetNameRef(gdal_sys::OGR_FD_GetFieldDefn(defn, i))))
            .map(|name| name.to_bytes().to_vec())
            .collect()
    }
}

/// Reads these columns and no others from now on, with or without shapes. Formats that cannot leave
/// columns out read all.
pub fn read_only<L: gdal::vector::LayerAccess>(layer: &L, is_kept: impl Fn(usize) -> bool, with_shapes: bool) {
    let names = column_names(layer.defn());
    // GDAL is told by name, whatever the case, so a column is read when its namesake is.
    let is_wanted = |name: &[u8]| (0..names.len()).any(|at| is_kept(at) && names[at].eq_ignore_ascii_case(name));
    let mut left_out: Vec<CString> =
        names.iter().filter(|name| !is_wanted(name)).filter_map(|name| CString::new(name.as_slice()).ok()).collect();
    left_out.push(c"OGR_STYLE".to_owned());
    if !with_shapes {
        left_out.push(c"OGR_GEOMETRY".to_owned());
    }
    let mut names: Vec<*const std::ffi::c_char> = left_out.iter().map(|name| name.as_ptr()).collect();
    names.push(std::ptr::null());
    // SAFETY: the list ends with null and outlives the call, which copies it. Ignoring fields is
    // an optimisation: a refusal leaves the layer as it was.
    unsafe {
        gdal_sys::OGR_L_SetIgnoredFields(layer.c_layer(), names.as_mut_ptr());
    }
}

/// Reads all columns again.
pub fn read_all<L: gdal::vector::LayerAccess>(layer: &L) {
    // SAFETY: null is the empty list.
    unsafe {
        gdal_sys::OGR_L_SetIgnoredFields(layer.c_layer(), std::ptr::null_mut());
    }
}

/// The name of the column that holds the format's own row number; empty where there is none.
pub fn fid_column<L: gdal::vector::LayerAccess>(layer: &L) -> String {
    // SAFETY: the layer is alive; the name is copied.
    unsafe {
        let name = gdal_sys::OGR_L_GetFIDColumn(layer.c_layer());
        if name.is_null() { String::new() } else { CStr::from_ptr(name).to_string_lossy().into_owned() }
    }
}

/// True when arcs are in the shape.
pub fn has_curves(geometry: &Geometry) -> bool {
    // SAFETY: the geometry is alive.
    unsafe { gdal_sys::OGR_G_HasCurveGeometry(geometry.c_geometry(), 0) != 0 }
}

/// The same shape with arcs as lines, at GDAL's own step of 4 degrees.
pub fn linearised(geometry: &Geometry) -> Option<Geometry> {
    // SAFETY: the geometry is alive; the result is new and handed over whole by `adopt`.
    unsafe { adopt(gdal_sys::OGR_G_GetLinearGeometry(geometry.c_geometry(), 0.0, std::ptr::null_mut())) }
}

/// Ends every ring where it began.
pub fn close_rings(geometry: &mut Geometry) {
    // SAFETY: the geometry is alive and borrowed mutably.
    unsafe { gdal_sys::OGR_G_CloseRings(geometry.c_geometry()) }
}

/// Makes the first coordinate the second.
pub fn swap_axes(geometry: &mut Geometry) {
    // SAFETY: the geometry is alive and borrowed mutably.
    unsafe { gdal_sys::OGR_G_SwapXY(geometry.c_geometry()) }
}

/// A point inside the area.
pub fn point_inside(geometry: &Geometry) -> Option<Geometry> {
    // SAFETY: the geometry is alive; the result is new and handed over whole by `adopt`.
    unsafe { adopt(gdal_sys::OGR_G_PointOnSurface(geometry.c_geometry())) }
}

/// A closed line as an area, or patches as areas.
pub fn to_multi_polygon(geometry: &Geometry) -> Option<Geometry> {
    // SAFETY: the clone is ours; the call consumes it and returns the result.
    unsafe { adopt(gdal_sys::OGR_G_ForceToMultiPolygon(gdal_sys::OGR_G_Clone(geometry.c_geometry()))) }
}

/// # Safety
/// `raw` is null or a geometry that nobody else owns.
unsafe fn adopt(raw: gdal_sys::OGRGeometryH) -> Option<Geometry> {
    if raw.is_null() {
        return None;
    }
    // The crate cannot be given a pointer to own; its collections can. The geometry goes into a
    // collection as the sole member, whose clone is an owned geometry of the crate.
    let collection = Geometry::empty(gdal_sys::OGRwkbGeometryType::wkbGeometryCollection).ok()?;
    // SAFETY: both are alive; on success the collection owns `raw`.
    unsafe {
        if gdal_sys::OGR_G_AddGeometryDirectly(collection.c_geometry(), raw) != gdal_sys::OGRErr::OGRERR_NONE {
            gdal_sys::OGR_G_DestroyGeometry(raw);
            return None;
        }
    }
    let member = collection.get_geometry(0).clone();
    Some(member)
}

/// Size of a file, also inside an archive (`/vsizip/…`).
pub fn file_size(path: &str) -> Option<u64> {
    VirtualFile::open(path).map(|mut file| file.size())
}

/// A file to be read on and on, also inside an archive. A file that cannot be read on ends.
pub fn open_file(path: &str) -> Option<impl std::io::Read + use<>> {
    VirtualFile::open(path)
}

/// The bytes of a file, also inside an archive; `None` when it cannot be read or is larger.
pub fn read_file(path: &str, most: u64) -> Option<Vec<u8>> {
    let mut file = VirtualFile::open(path)?;
    let size = file.size();
    if size > most {
        return None;
    }
    let mut bytes = vec![0u8; usize::try_from(size).ok()?];
    // SAFETY: the file is open, and the buffer is as long as is said.
    let read = unsafe { gdal_sys::VSIFReadL(bytes.as_mut_ptr().cast(), 1, bytes.len(), file.0) };
    bytes.truncate(read);
    Some(bytes)
}

/// A file in GDAL's memory that ends with this value. Whatever reads it must end before.
pub struct MemoryFile {
    name: CString,
    /// Lent to GDAL, which must not free it: it was not allocated there.
    _bytes: Vec<u8>,
}

impl MemoryFile {
    /// `None` for a name with a null in it.
    pub fn new(name: &str, mut bytes: Vec<u8>) -> Option<Self> {
        // GDAL takes a null for the address of an empty file, not the address of nothing.
        bytes.reserve(1);
        let name = CString::new(name).ok()?;
        // SAFETY: the bytes stay where they are as long as this value lives, and `drop` takes the
        // file away before they go. GDAL is told not to own them.
        let file = unsafe { gdal_sys::VSIFileFromMemBuffer(name.as_ptr(), bytes.as_mut_ptr(), bytes.len() as u64, 0) };
        if file.is_null() {
            return None;
        }
        // SAFETY: opened just now; closing the handle leaves the file.
        unsafe { gdal_sys::VSIFCloseL(file) };
        Some(Self { name, _bytes: bytes })
    }

    /// A name at which GDAL itself will write a file.
    pub fn to_be_written(name: &str) -> Option<Self> {
        Some(Self { name: CString::new(name).ok()?, _bytes: Vec::new() })
    }
}

impl Drop for MemoryFile {
    fn drop(&mut self) {
        // SAFETY: the name ends with null. A file that is not there is no fault.
        unsafe {
            gdal_sys::VSIUnlink(self.name.as_ptr());
        }
    }
}

/// An open file of GDAL's, closed with this value.
struct VirtualFile(*mut gdal_sys::VSILFILE);

impl VirtualFile {
    fn open(path: &str) -> Option<Self> {
        let path = CString::new(path).ok()?;
        // SAFETY: both texts end with null and outlive the call.
        let file = unsafe { gdal_sys::VSIFOpenL(path.as_ptr(), c"rb".as_ptr()) };
        (!file.is_null()).then(|| Self(file))
    }

    /// Goes to the end to see where it is, and back.
    fn size(&mut self) -> u64 {
        const FROM_START: i32 = 0;
        const FROM_END: i32 = 2;
        // SAFETY: the file is open.
        unsafe {
            gdal_sys::VSIFSeekL(self.0, 0, FROM_END);
            let size = gdal_sys::VSIFTellL(self.0);
            gdal_sys::VSIFSeekL(self.0, 0, FROM_START);
            size
        }
    }
}

impl std::io::Read for VirtualFile {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        // SAFETY: the file is open, and the buffer is as long as is said.
        Ok(unsafe { gdal_sys::VSIFReadL(buffer.as_mut_ptr().cast(), 1, buffer.len(), self.0) })
    }
}

impl Drop for VirtualFile {
    fn drop(&mut self) {
        // SAFETY: opened by `open`, closed only here.
        unsafe {
            gdal_sys::VSIFCloseL(self.0);
        }
    }
}
