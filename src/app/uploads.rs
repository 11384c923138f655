//! Files that were sent to be looked at and imported: each upload a folder of its own, for a day.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::fs;

/// How long an upload that nobody deletes is kept.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);
const LONGEST_NAME: usize = 200;
/// Files that hold a table and need no other.
const TABLES: &[&str] = &["csv", "tsv", "xlsx", "dbf"];
/// What belongs to a shapefile beside its .shp.
const SHAPEFILE_PARTS: &[&str] = &["dbf", "shx", "prj", "cpg", "sbn", "sbx", "qix", "qpj", "xml"];

/// Where uploads lie.
#[derive(Debug, Clone)]
pub struct Uploads {
    folder: PathBuf,
}

/// What an upload is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The only file, the .shp among the parts of a shapefile, or the first of two tables.
    pub file: PathBuf,
    /// The other of two tables, which are read together or not at all.
    pub second: Option<PathBuf>,
}

/// The files that came together.
#[derive(Debug, Clone)]
pub struct Upload {
    pub id: String,
    folder: PathBuf,
}

#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    #[error("«{0}» is no name for a file here")]
    Name(String),
    #[error("«{0}» came twice")]
    Twice(String),
    #[error("no file came")]
    Nothing,
    #[error("these are several files, and neither the parts of one shapefile nor the two tables of a survey of pipes: {}; send them one by one, or in a zip", .0.join(", "))]
    Several(Vec<String>),
    #[error(transparent)]
    Disk(#[from] io::Error),
}

impl Uploads {
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// A place for files that are made and gone with their request; what a killed program leaves there goes
    /// with the old uploads.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// An empty upload. What is older than a day goes on this occasion.
    pub async fn create(&self, id: String) -> Result<Upload, UploadError> {
        fs::create_dir_all(&self.folder).await?;
        self.tidy().await;
        let folder = self.folder.join(&id);
        fs::create_dir(&folder).await?;
        Ok(Upload { id, folder })
    }

    /// An upload by its id; `None` when it is gone, or the id is none.
    pub async fn find(&self, id: &str) -> Option<Upload> {
        let is_id = !id.is_empty() && id.bytes().all(|b| b.is_ascii_hexdigit());
        let folder = self.folder.join(id);
        (is_id && fs::metadata(&folder).await.is_ok_and(|meta| meta.is_dir()))
            .then(|| Upload { id: id.to_owned(), folder })
    }

    async fn tidy(&self) {
        let Ok(mut entries) = fs::read_dir(&self.folder).await else { return };
        while let Ok(Some(entry)) = entries.next_entry().await {
            let Ok(meta) = entry.metadata().await else { continue };
            let is_old = meta.modified().ok().and_then(|at| at.elapsed().ok()).is_some_and(|age| age > KEPT);
            if is_old && let Err(error) = fs::remove_dir_all(entry.path()).await {
                tracing::warn!(%error, path = %entry.path().display(), "an old upload cannot be removed");
            }
        }
    }
}

impl Upload {
    /// Makes an empty file of the name that a client gave. Its folders are not taken: a name cannot lead
    /// out of the upload.
    pub async fn new_file(&self, name: &str) -> Result<fs::File, UploadError> {
        let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
        let is_fit = !last.is_empty()
            && last != "."
            && last != ".."
            && last.len() <= LONGEST_NAME
            && !last.chars().any(|c| c.is_control());
        if !is_fit {
            return Err(UploadError::Name(name.chars().take(LONGEST_NAME).collect()));
        }
        let file = fs::OpenOptions::new().write(true).create_new(true).open(self.folder.join(last)).await;
        file.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => UploadError::Twice(last.to_owned()),
            _ => error.into(),
        })
    }

    /// Names and sizes, in the order of the names.
    pub async fn files(&self) -> Result<Vec<(String, u64)>, UploadError> {
        let mut files = Vec::new();
        let mut entries = fs::read_dir(&self.folder).await?;
        while let Some(entry) = entries.next_entry().await? {
            files.push((entry.file_name().to_string_lossy().into_owned(), entry.metadata().await?.len()));
        }
        files.sort();
        Ok(files)
    }

    /// What is to be opened.
    pub async fn sent(&self) -> Result<Sent, UploadError> {
        let names: Vec<String> = self.files().await?.into_iter().map(|(name, _)| name).collect();
        let (file, second) = read_from(names)?;
        Ok(Sent { file: self.folder.join(file), second: second.map(|name| self.folder.join(name)) })
    }

    pub async fn remove(self) -> Result<(), UploadError> {
        Ok(fs::remove_dir_all(self.folder).await?)
    }
}

/// The file to be opened, and the second table where two came.
fn read_from(mut names: Vec<String>) -> Result<(String, Option<String>), UploadError> {
    if names.len() <= 1 {
        return names.pop().map(|name| (name, None)).ok_or(UploadError::Nothing);
    }
    let extension = |name: &str| Path::new(name).extension().map(|e| e.to_string_lossy().to_lowercase());
    let (shapes, rest): (Vec<String>, Vec<String>) =
        names.iter().cloned().partition(|name| extension(name).as_deref() == Some("shp"));
    let is_part = |name: &String| extension(name).is_some_and(|e| SHAPEFILE_PARTS.contains(&e.as_str()));
    let is_table = |name: &String| extension(name).is_some_and(|e| TABLES.contains(&e.as_str()));
    match (shapes.as_slice(), names.as_slice()) {
        ([shape], _) if rest.iter().all(is_part) => Ok((shape.clone(), None)),
        (_, [first, second]) if is_table(first) && is_table(second) => Ok((first.clone(), Some(second.clone()))),
        _ => Err(UploadError::Several(names)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_only_file_is_opened_or_the_shape_or_two_tables_together() {
        let read = |names: &[&str]| read_from(names.iter().map(|n| (*n).to_owned()).collect());
        assert_eq!(read(&["a.gpkg"]).unwrap(), ("a.gpkg".to_owned(), None));
        assert_eq!(read(&["小区.DBF", "小区.prj", "小区.SHP", "小区.shp.xml"]).unwrap().0, "小区.SHP");
        assert_eq!(read(&["点.csv", "线.XLSX"]).unwrap(), ("点.csv".to_owned(), Some("线.XLSX".to_owned())));
        let several: [&[&str]; 4] = [
            &["a.shp", "b.shp", "a.dbf"],
            &["a.shp", "notes.docx"],
            &["a.csv", "b.csv", "c.csv"],
            &["a.csv", "b.gpkg"],
        ];
        for names in several {
            assert!(matches!(read(names), Err(UploadError::Several(_))), "{names:?}");
        }
        assert!(matches!(read(&[]), Err(UploadError::Nothing)));
    }

    #[tokio::test]
    async fn a_name_cannot_lead_out() {
        let folder = tempfile::tempdir().unwrap();
        let uploads = Uploads::new(folder.path().join("uploads"));
        let upload = uploads.create("ab12".into()).await.unwrap();
        for name in ["../../evil.csv", "..\\evil2.csv", "/etc/evil3.csv"] {
            upload.new_file(name).await.unwrap();
        }
        for name in ["..", "a/..", "", "a\0b", "a\nb"] {
            assert!(matches!(upload.new_file(name).await, Err(UploadError::Name(_))), "{name:?}");
        }
        assert!(matches!(upload.new_file("evil.csv").await, Err(UploadError::Twice(_))));
        let names: Vec<String> = upload.files().await.unwrap().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["evil.csv", "evil2.csv", "evil3.csv"]);
        assert!(uploads.find("../ab12").await.is_none() && uploads.find("").await.is_none());
        uploads.find("ab12").await.unwrap().remove().await.unwrap();
        assert!(uploads.find("ab12").await.is_none());
    }
}
