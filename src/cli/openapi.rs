//! `pianqu openapi`

pub fn run() -> anyhow::Result<()> {
    println!("{}", crate::http::openapi().to_pretty_json()?);
    Ok(())
}
