//! Every setting, read once. The only place that reads the environment (through clap).

pub mod basemap;
pub mod file;
pub mod sources;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::domain::Viewer;
use basemap::Basemap;

/// Where the database is: somebody else's, or a private one below the data directory.
#[derive(Debug, Clone, Args)]
pub struct DatabaseArgs {
    /// Use this database instead of a private one: postgresql://user@host/name
    #[arg(long, env = "PIANQU_DATABASE_URL", hide_env_values = true, value_name = "URL", global = true)]
    pub database_url: Option<String>,

    /// Where the private database and the lock of this program are kept
    #[arg(long, env = "PIANQU_DATA_DIR", value_name = "DIR", default_value = ".pianqu", global = true)]
    pub data_dir: PathBuf,
}

/// What `pianqu serve` is told.
#[derive(Debug, Clone, Args)]
pub struct ServeArgs {
    /// Print every setting that holds and where it comes from, then stop
    #[arg(long)]
    pub print_config: bool,

    /// Where systemd wants to be told that the program is ready
    #[arg(long, env = "NOTIFY_SOCKET", hide = true)]
    pub notify_socket: Option<PathBuf>,

    /// Address and port to listen on
    #[arg(long, env = "PIANQU_LISTEN", value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,

    /// Load the files of this folder (one a layer, as `pianqu sample` writes them) when the
    /// database is still empty
    #[arg(long, env = "PIANQU_SAMPLE_DATA", value_name = "DIR")]
    pub sample_data: Option<PathBuf>,

    /// What a request without a token sees [default: everything on a loopback address, else public]
    #[arg(long, env = "PIANQU_ANONYMOUS_VIEWER", value_enum)]
    pub anonymous_viewer: Option<AnonymousViewer>,

    /// The bearer token that shows everything
    #[arg(long, env = "PIANQU_ADMIN_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    pub admin_token: Option<String>,

    /// The address that links carry, behind a proxy
    #[arg(long, env = "PIANQU_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,

    /// Web pages of these origins may read what is public: https://city.example.cn, or * for any
    /// [default: none]
    #[arg(long, env = "PIANQU_ALLOW_ORIGIN", value_name = "ORIGIN", value_delimiter = ',')]
    pub allow_origin: Vec<String>,

    /// Sources and licences of the city's data, as every printed map names them
    #[arg(long, env = "PIANQU_DATA_CREDIT", value_name = "TEXT")]
    pub data_credit: Option<String>,

    /// The key of 天地图 (tianditu.gov.cn), whose maps can then be chosen as basemaps. Whoever may use basemaps
    /// sees it in the browser
    #[arg(long, env = "PIANQU_TIANDITU_KEY", hide_env_values = true, value_name = "KEY")]
    pub tianditu_key: Option<String>,

    /// A basemap that can be chosen: title|where|attribution=…, where is an address with {z}, {x} and {y}, or a
    /// file or address of PMTiles; also datum=…, max-zoom=18, tile-size=256. In the environment one a line
    #[arg(long, env = "PIANQU_BASEMAP", hide_env_values = true, value_name = "BASEMAP", value_delimiter = '\n')]
    pub basemap: Vec<Basemap>,

    /// Who may use the basemaps
    #[arg(long, env = "PIANQU_BASEMAPS_FOR", value_enum, default_value = "everything")]
    pub basemaps_for: AnonymousViewer,

    /// Memory for encoded tiles, in MiB; 0 keeps none
    #[arg(long, env = "PIANQU_TILE_CACHE_MB", value_name = "MIB", default_value_t = 256)]
    pub tile_cache_mb: u64,

    /// Features on a page that does not say how many
    #[arg(long, env = "PIANQU_DEFAULT_PAGE", value_name = "N", default_value_t = 100, value_parser = at_least_one::<usize>)]
    pub default_page: usize,

    /// Features on a page at most
    #[arg(long, env = "PIANQU_MAX_PAGE", value_name = "N", default_value_t = 10_000, value_parser = at_least_one::<usize>)]
    pub max_page: usize,

    /// Bytes of a request body at most
    #[arg(long, env = "PIANQU_MAX_BODY_BYTES", value_name = "N", default_value_t = 4 << 20, value_parser = at_least_one::<usize>)]
    pub max_body_bytes: usize,

    /// Bytes of an address (path and query) at most
    #[arg(long, env = "PIANQU_MAX_URL_BYTES", value_name = "N", default_value_t = 8 << 10)]
    pub max_url_bytes: usize,

    /// Vertices of an area that a question is asked about at most
    #[arg(long, env = "PIANQU_MAX_AREA_VERTICES", value_name = "N", default_value_t = 20_000)]
    pub max_area_vertices: usize,

    /// Vertices of a geometry that is written, at most
    #[arg(long, env = "PIANQU_MAX_GEOMETRY_VERTICES", value_name = "N", default_value_t = 100_000, value_parser = at_least_one::<usize>)]
    pub max_geometry_vertices: usize,

    /// Features that one edit changes at most
    #[arg(long, env = "PIANQU_MAX_CHANGES", value_name = "N", default_value_t = 10_000, value_parser = at_least_one::<usize>)]
    pub max_changes: usize,

    /// Bytes of files that are sent to be imported, at most
    #[arg(long, env = "PIANQU_MAX_UPLOAD_BYTES", value_name = "N", default_value_t = 512 << 20)]
    pub max_upload_bytes: u64,

    /// Where files lie between being sent and being imported [default: uploads in the data directory]
    #[arg(long, env = "PIANQU_UPLOAD_DIR", value_name = "DIR")]
    pub upload_dir: Option<PathBuf>,

    /// Requests under way at most; the next is told to come again
    #[arg(long, env = "PIANQU_MAX_REQUESTS", value_name = "N", default_value_t = 512, value_parser = at_least_one::<usize>)]
    pub max_requests_under_way: usize,

    /// Event streams that are open at a time; the next is told to come again
    #[arg(long, env = "PIANQU_MAX_FOLLOWERS", value_name = "N", default_value_t = 1000)]
    pub max_followers: usize,

    /// Hours that somebody stays logged in
    #[arg(long, env = "PIANQU_SESSION_HOURS", value_name = "H", default_value_t = 12, value_parser = session_hours)]
    pub session_hours: u64,

    /// Seconds that a request may take
    #[arg(long, env = "PIANQU_MAX_REQUEST_SECONDS", value_name = "S", default_value_t = 30, value_parser = at_least_one::<u64>)]
    pub max_request_seconds: u64,

    /// Seconds that a connection may be silent before the head of a request has come
    #[arg(long, env = "PIANQU_IDLE_SECONDS", value_name = "S", default_value_t = 75, value_parser = at_least_one::<u64>)]
    pub idle_seconds: u64,

    /// Seconds that requests under way are given to finish when the program is told to stop
    #[arg(long, env = "PIANQU_STOP_WITHIN_SECONDS", value_name = "S", default_value_t = 20)]
    pub stop_within_seconds: u64,
}

/// From an hour to a month.
fn session_hours(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(hours) if (1..=744).contains(&hours) => Ok(hours),
        Ok(_) => Err("it must be from 1 to 744".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// A limit of nothing would refuse everything.
fn at_least_one<T: std::str::FromStr + Default + PartialEq>(text: &str) -> Result<T, String>
where
    T::Err: std::fmt::Display,
{
    match text.parse::<T>() {
        Ok(number) if number == T::default() => Err("it must be at least 1".to_owned()),
        Ok(number) => Ok(number),
        Err(error) => Err(error.to_string()),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AnonymousViewer {
    Everything,
    Public,
}

impl ServeArgs {
    /// The key of 天地图. What could not be one is refused without being told, for logs are read by many.
    pub fn tianditu_key(&self) -> Result<Option<String>, &'static str> {
        match self.tianditu_key.as_deref().map(str::trim) {
            None | Some("") => Ok(None),
            Some(key) if key.bytes().all(|byte| byte.is_ascii_alphanumeric()) => Ok(Some(key.to_owned())),
            Some(_) => Err("the key of 天地图 has letters and digits only"),
        }
    }

    /// What a request without a token sees. On a loopback address only the people of this machine ask.
    pub fn anonymous_viewer(&self) -> Viewer {
        match self.anonymous_viewer {
            Some(AnonymousViewer::Everything) => Viewer::Everything,
            Some(AnonymousViewer::Public) => Viewer::Public,
            None if self.listen.ip().is_loopback() => Viewer::Everything,
            None => Viewer::Public,
        }
    }
}

/// The file that settings are read from.
#[derive(Debug, Clone, Args)]
pub struct FileArgs {
    /// Read settings from this file (TOML; a key is a flag with _ for -) [default:
    /// /etc/pianqu/pianqu.toml when it exists]
    #[arg(long, env = "PIANQU_CONFIG", value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
}

/// How the program tells what it does, on stderr.
#[derive(Debug, Clone, Args)]
pub struct LogArgs {
    /// What is told: error, warn, info, debug, or by module (pianqu::http=debug)
    #[arg(
        long,
        env = "PIANQU_LOG",
        value_name = "FILTER",
        default_value = "info,sqlx=warn,highs=error",
        global = true
    )]
    pub log: String,

    /// For people or for a log collector
    #[arg(long, env = "PIANQU_LOG_FORMAT", value_enum, default_value = "text", global = true)]
    pub log_format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}
