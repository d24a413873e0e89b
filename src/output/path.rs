//! Paths of the output tree: checked once, then trusted.

use std::fmt;

/// Longest path in bytes.
pub const MAX_PATH: usize = 4096;
/// Longest name of a file or folder in bytes.
pub const MAX_NAME: usize = 255;

/// A relative path of the output tree, `/` between components; empty for the root folder.
///
/// Components hold `a` to `z`, digits, `.`, `_`, `-` and `%` before two hex digits. That alone keeps out every disguise of
/// `.git`, control characters and Unicode look-alikes; what is left is refused by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OutputPath(Box<str>);

impl OutputPath {
    pub fn root() -> Self {
        OutputPath("".into())
    }

    pub fn parse(text: &str) -> Result<Self, PathFault> {
        if text.is_empty() {
            return Ok(OutputPath::root());
        }
        if text.len() > MAX_PATH {
            return Err(PathFault::Long);
        }
        text.as_bytes().split(|byte| *byte == b'/').try_for_each(check_name)?;
        Ok(OutputPath(text.into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the path of something below this folder is short enough.
    pub fn has_room_for(&self, below: &OutputPath) -> Result<(), PathFault> {
        if self.0.len() + 1 + below.0.len() > MAX_PATH { Err(PathFault::Long) } else { Ok(()) }
    }

    /// The path of something below this folder, as text.
    pub fn join(&self, below: &OutputPath) -> String {
        match (self.is_root(), below.is_root()) {
            (true, _) => below.0.to_string(),
            (false, true) => self.0.to_string(),
            (false, false) => format!("{}/{}", self.0, below.0),
        }
    }

    /// The folder that it lies in; none in the root.
    pub fn parent(&self) -> Option<&str> {
        self.0.bytes().rposition(|byte| byte == b'/').map(|end| &self.0[..end])
    }

    /// The folders above it, outermost first, without the root.
    pub fn parents(&self) -> impl Iterator<Item = &str> {
        self.0.match_indices('/').map(|(end, _)| &self.0[..end])
    }
}

impl fmt::Display for OutputPath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Why a path cannot be one of the output tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PathFault {
    #[error("it has an empty component")]
    Empty,
    #[error("a name may hold only lower-case letters, digits, `.`, `_`, `-`, and `%` before two hex digits")]
    Character,
    #[error("a name may not begin with `.` or `-`, nor end in `.`")]
    Edge,
    #[error("Windows has a device of that name")]
    Device,
    #[error("Flux leaves out files of that name")]
    Excluded,
    #[error("kustomize would read it as its own configuration")]
    Kustomization,
    #[error("a name is longer than {MAX_NAME} bytes, or the path longer than {MAX_PATH}")]
    Long,
}

fn check_name(name: &[u8]) -> Result<(), PathFault> {
    let (Some(first), Some(last)) = (name.first(), name.last()) else {
        return Err(PathFault::Empty);
    };
    if name.len() > MAX_NAME {
        return Err(PathFault::Long);
    }
    if matches!(first, b'.' | b'-') || *last == b'.' {
        return Err(PathFault::Edge);
    }
    check_characters(name)?;
    if is_device(name) {
        return Err(PathFault::Device);
    }
    if is_excluded_by_flux(name) {
        return Err(PathFault::Excluded);
    }
    if matches!(name, b"kustomization" | b"kustomization.yml") {
        return Err(PathFault::Kustomization);
    }
    Ok(())
}

fn check_characters(mut bytes: &[u8]) -> Result<(), PathFault> {
    while let Some((byte, rest)) = bytes.split_first() {
        bytes = match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-' => rest,
            b'%' => match rest {
                [high, low, rest @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => rest,
                _ => return Err(PathFault::Character),
            },
            _ => return Err(PathFault::Character),
        };
    }
    Ok(())
}

/// Names that Windows takes for devices, whatever the extension.
fn is_device(name: &[u8]) -> bool {
    match name.split(|byte| *byte == b'.').next().unwrap_or(name) {
        b"con" | b"prn" | b"aux" | b"nul" => true,
        [kind @ .., digit] => matches!(kind, b"com" | b"lpt") && digit.is_ascii_digit(),
        [] => false,
    }
}

/// The default exclusions of Flux's source-controller that do not begin with a dot (those are refused anyway).
fn is_excluded_by_flux(name: &[u8]) -> bool {
    const NAMES: [&[u8]; 4] = [b"appveyor.yml", b"cloudbuild.yaml", b"codeship-services.yml", b"codeship-steps.yml"];
    const ENDS: [&[u8]; 8] = [b".jpg", b".jpeg", b".gif", b".png", b".wmv", b".flv", b".tar.gz", b".zip"];
    NAMES.contains(&name) || ENDS.iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_something_would_trip_over_are_refused() {
        use PathFault::{Character, Device, Edge, Empty, Excluded, Kustomization, Long};
        let long_name = "a".repeat(256);
        let long_path = vec!["abcdefg"; 513].join("/");
        let table: &[(&str, PathFault)] = &[
            ("../prod", Edge),
            (".", Edge),
            ("a/..", Edge),
            ("a//b", Empty),
            ("/abs", Empty),
            ("a/", Empty),
            ("a\\b", Character),
            ("c:x", Character),
            (".git", Edge),
            (".GIT", Edge),
            ("git~1", Character),
            (".g\u{200c}it", Edge),
            ("a/.gitmodules", Edge),
            ("g\u{200c}it", Character),
            (".github", Edge),
            ("x.", Edge),
            ("x ", Character),
            ("Prod", Character),
            ("caf\u{e9}", Character),
            ("a\nb", Character),
            ("-rf", Edge),
            ("con", Device),
            ("nul.yaml", Device),
            ("com1.yml", Device),
            ("aux/x", Device),
            ("a/cloudbuild.yaml", Excluded),
            ("logo.png", Excluded),
            ("kustomization.yml", Kustomization),
            ("a%3", Character),
            ("a%zz", Character),
            (&long_name, Long),
            (&long_path, Long),
        ];
        for (path, fault) in table {
            assert_eq!(OutputPath::parse(path), Err(*fault), "{path}");
        }
        for path in
            ["stable/production/acme/app/clusterrole-system%3afoo.yaml", "kustomization.yaml", "console", "com10"]
        {
            assert!(OutputPath::parse(path).is_ok(), "{path}");
        }
    }

    #[test]
    fn joining_leaves_the_root_out() {
        let path = |text| OutputPath::parse(text).unwrap();
        assert_eq!(OutputPath::root().join(&path("a/b")), "a/b");
        assert_eq!(path("a").join(&path("b/c")), "a/b/c");
        assert_eq!(path("a/b/c").parents().collect::<Vec<_>>(), ["a", "a/b"]);
        assert_eq!(path(&vec!["abcdefg"; 512].join("/")).has_room_for(&path("b")), Err(PathFault::Long));
    }
}
