//! The fleet of `tests/broken_fleets/pier`, in memory: small, and sound.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

/// Path and bytes of each file, in order.
pub fn files() -> &'static [(String, Vec<u8>)] {
    static FILES: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/broken_fleets/pier");
        let mut files = Vec::new();
        collect(&root, &root, &mut files);
        files.sort();
        files
    });
    &FILES
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).expect("the folder can be listed") {
        let path = entry.expect("the folder can be listed").path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path.strip_prefix(root).expect("lies below").to_str().expect("is UTF-8").to_owned();
            files.push((name, fs::read(&path).expect("can be read")));
        }
    }
}
