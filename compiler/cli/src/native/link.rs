//! The shared library: what the machine's C compiler links of the object.

use crate::output::{Readers, create};
use crate::trouble::Trouble;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the machine's C compiler is called.
const CC: &str = "cc";

/// The file of a shared library of a name.
pub fn named(name: &str) -> String {
    format!("{}{name}{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX)
}

/// The bytes of a shared library of an object; `None` where there is no C compiler.
pub fn shared(folder: &Path, name: &str, object: &[u8]) -> Result<Option<Vec<u8>>, Trouble> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let aside = |what: &str| folder.join(format!(".{name}.{}.{what}", std::process::id()));
    let (from, to) = (aside("o"), aside("so"));
    let linked = create(&from, object, Readers::Any)
        .map_err(|e| Trouble::io("write into", folder, &e))
        .and_then(|()| link(&from, &to, name));
    for file in [&from, &to] {
        // What was never made need not go.
        drop(std::fs::remove_file(file));
    }
    linked
}

fn link(from: &PathBuf, to: &PathBuf, name: &str) -> Result<Option<Vec<u8>>, Trouble> {
    let mut command = Command::new(CC);
    command.arg("-shared").arg("-o").arg(to).arg(from);
    if cfg!(target_os = "linux") {
        // The object needs nothing, so nothing of this machine is linked in, and the bytes depend on the linker alone.
        command.args(["-nostdlib", "-Wl,-z,noexecstack", "-Wl,--build-id=none"]);
        command.arg(format!("-Wl,-soname,{}", named(name)));
    }
    match command.output() {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Trouble::io("run", Path::new(CC), &error)),
        Ok(done) if done.status.success() => std::fs::read(to).map(Some).map_err(|e| Trouble::io("read", to, &e)),
        Ok(done) => {
            let said = String::from_utf8_lossy(&done.stderr).trim().to_owned();
            Err(Trouble::new(format!("`{CC}` could not link the library: {said}"))
                .help("nothing was written; see whether `cc -shared` works on this machine"))
        }
    }
}
