//! `file:` URIs and paths.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// The path of a `file:` URI of this machine; nothing for other URIs, such as those of unnamed buffers.
pub fn to_path(uri: &str) -> Option<PathBuf> {
    let (scheme, rest) = uri.split_once(':')?;
    if !scheme.eq_ignore_ascii_case("file") {
        return None;
    }
    let path = match rest.strip_prefix("//") {
        Some(rest) => {
            let slash = rest.find('/')?;
            let host = &rest[..slash];
            (host.is_empty() || host.eq_ignore_ascii_case("localhost")).then(|| &rest[slash..])?
        }
        None => rest,
    };
    let path = path.split(['?', '#']).next()?;
    if !path.starts_with('/') {
        return None;
    }
    let bytes = decoded(path.as_bytes())?;
    (!bytes.contains(&0)).then(|| PathBuf::from(OsString::from_vec(bytes)))
}

/// The URI of an absolute path, everything odd escaped.
pub fn of_path(path: &Path) -> String {
    let mut uri = "file://".to_owned();
    for byte in path.as_os_str().as_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(byte) {
            uri.push(char::from(*byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

fn decoded(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, behind)) = rest.split_first() {
        if *first == b'%' {
            let digits = std::str::from_utf8(behind.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &behind[2..];
        } else {
            bytes.push(*first);
            rest = behind;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_paths_go_there_and_back() {
        for path in ["/a b/c%d/é😀#?.yaml", "/", "/x/[y]{z}:w+v"] {
            assert_eq!(to_path(&of_path(Path::new(path))).as_deref(), Some(Path::new(path)), "{path}");
        }
        assert_eq!(to_path("file:///a%20b/c+d"), Some("/a b/c+d".into()));
        assert_eq!(to_path("file://localhost/a"), Some("/a".into()));
        assert_eq!(to_path("file:/a"), Some("/a".into()));
        assert_eq!(to_path("file:///%C3%A9/é"), Some("/é/é".into()));
    }

    #[test]
    fn what_is_no_local_file_has_no_path() {
        for uri in [
            "untitled:Untitled-1",
            "file://other/a",
            "file:a",
            "",
            "file://",
            "file:///a%",
            "file:///a%zz",
            "file:///a%00b",
            "git:/a",
        ] {
            assert_eq!(to_path(uri), None, "{uri}");
        }
    }
}
