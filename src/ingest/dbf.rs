//! Enough of dBASE to see in which encoding its texts are, before GDAL reads it.

/// The texts of a .dbf: column names and character values, without their padding.
pub struct Dbf<'a> {
    bytes: &'a [u8],
    header: usize,
    record: usize,
    /// Offset and width of each character column within a record.
    texts: Vec<(usize, usize)>,
    names: Vec<&'a [u8]>,
}

impl<'a> Dbf<'a> {
    /// `None` when the header is not one; GDAL then says what is wrong.
    pub fn new(bytes: &'a [u8]) -> Option<Self> {
        let short = |at: usize| Some(usize::from(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?)));
        let (header, record) = (short(8)?, short(10)?);
        let mut texts = Vec::new();
        let mut names = Vec::new();
        // The first byte of a record says whether it is deleted.
        let mut offset = 1;
        for descriptor in bytes.get(32..header.min(bytes.len()))?.chunks_exact(32) {
            if descriptor[0] == 0x0d {
                break;
            }
            names.push(descriptor[..11].split(|b| *b == 0).next().unwrap_or_default());
            let mut width = usize::from(descriptor[16]);
            if descriptor[11] == b'C' {
                // Wide character columns keep the high byte where numbers keep their decimals.
                width += usize::from(descriptor[17]) << 8;
                texts.push((offset, width));
            }
            offset += width;
        }
        (record > 0 && header > 32).then_some(Self { bytes, header, record, texts, names })
    }

    /// The encoding that the header's language byte declares.
    pub fn declared(&self) -> Option<&'static str> {
        match self.bytes[29] {
            0x4d | 0x7a => Some("936"),
            0x4f | 0x78 => Some("950"),
            _ => None,
        }
    }

    /// Names and values, each without trailing blanks.
    pub fn texts(&self) -> impl Iterator<Item = &'a [u8]> + Clone + '_ {
        let records = self.bytes.get(self.header..).unwrap_or_default().chunks_exact(self.record);
        let values = records
            .flat_map(move |record| self.texts.iter().filter_map(move |(at, width)| record.get(*at..at + width)))
            .map(|value| value.trim_ascii_end())
            .map(|value| value.split(|b| *b == 0).next().unwrap_or_default());
        self.names.iter().copied().chain(values)
    }
}
