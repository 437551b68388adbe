//! Makes the table of the pages `accord explain` prints from the files in `compiler/source/codes`.

use std::fmt::Write;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let pages = Path::new(&std::env::var("CARGO_MANIFEST_DIR")?).join("../source/codes");
    println!("cargo::rerun-if-changed={}", pages.display());
    let mut files: Vec<PathBuf> = Vec::new();
    if pages.is_dir() {
        for entry in std::fs::read_dir(&pages)? {
            files.push(entry?.path().canonicalize()?);
        }
    }
    files.retain(|f| f.extension().is_some_and(|e| e == "md"));
    files.sort();
    let mut table = String::from("const PAGES: &[(&str, &str)] = &[\n");
    for file in files {
        let code = file.file_stem().unwrap_or_default().to_string_lossy();
        writeln!(table, "    ({code:?}, include_str!({:?})),", file.display().to_string())?;
    }
    table.push_str("];\n");
    std::fs::write(Path::new(&std::env::var("OUT_DIR")?).join("pages.rs"), table)?;
    Ok(())
}
