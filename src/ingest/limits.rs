//! How much of a file is taken before it is refused. Hostile files are big in small wrappings.

#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of a file, unpacked.
    pub file_bytes: u64,
    /// Bytes that a byte of an archive may unpack to; a trap of nothing but zeros gives a thousand.
    pub unpacked_per_byte: u64,
    /// Files in an archive.
    pub archive_files: usize,
    pub features: u64,
    pub vertices: usize,
    /// Bytes of a text file that is not UTF-8: it is decoded in memory.
    pub decoded_bytes: u64,
    /// Bytes of one text value.
    pub text_bytes: usize,
    /// Rows that the report lists one by one; the others are counted.
    pub listed_rows: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 8 << 30,
            unpacked_per_byte: 200,
            archive_files: 4096,
            features: 20_000_000,
            vertices: 1_000_000,
            decoded_bytes: 512 << 20,
            text_bytes: 1 << 20,
            listed_rows: 10_000,
        }
    }
}
