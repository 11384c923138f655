//! Two folders are taken into the program: the migrations and the web build.

use std::fs;
use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=sql/migrations");
    println!("cargo::rerun-if-changed=web/dist");
    // A checkout in which the front end was not built yet must still compile. The server says so
    // when it finds no index.html.
    if !Path::new("web/dist").exists()
        && let Err(error) = fs::create_dir_all("web/dist")
    {
        println!("cargo::warning=web/dist could not be made: {error}");
    }
}
