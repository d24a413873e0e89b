//! Kubernetes minor versions, such as 1.36.

use std::fmt;

/// A minor version of Kubernetes 1. Displays as `1.36`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Minor(u8);

/// Why a text names no Kubernetes version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MinorError {
    #[error("a Kubernetes version is written like \"1.36\", in quotes")]
    Malformed,
    #[error("there are no schemas for this Kubernetes version")]
    Unsupported,
}

impl Minor {
    /// The oldest minor with schemas.
    pub const OLDEST: Minor = Minor(29);
    /// The newest minor with schemas.
    pub const NEWEST: Minor = Minor(37);

    /// The minor `1.<number>`, supported or not: the history of served kinds is longer than that of their schemas.
    pub const fn new(number: u8) -> Self {
        Minor(number)
    }

    pub const fn number(self) -> u8 {
        self.0
    }

    /// Reads `1.36`, `v1.36` or `1.36.4`; the patch level does not matter. A version without schemas is an error.
    pub fn parse(text: &str) -> Result<Self, MinorError> {
        let mut parts = text.strip_prefix('v').unwrap_or(text).split('.');
        let (Some("1"), Some(minor)) = (parts.next(), parts.next()) else {
            return Err(MinorError::Malformed);
        };
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let patch = parts.next();
        if !is_number(minor) || !patch.is_none_or(is_number) || parts.next().is_some() {
            return Err(MinorError::Malformed);
        }
        match minor.parse::<u8>() {
            Ok(number) if (Self::OLDEST.0..=Self::NEWEST.0).contains(&number) => Ok(Minor(number)),
            _ => Err(MinorError::Unsupported),
        }
    }

    /// All minors with schemas, oldest first.
    pub fn supported() -> impl DoubleEndedIterator<Item = Minor> {
        (Self::OLDEST.0..=Self::NEWEST.0).map(Minor)
    }
}

impl fmt::Display for Minor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "1.{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_with_or_without_a_patch_level() {
        for text in ["1.36", "v1.36", "1.36.4"] {
            assert_eq!(Minor::parse(text), Ok(Minor::new(36)), "{text}");
        }
        for text in ["", "1", "2.36", "1.x", "1.36.", "1.36.x", "1.36.1.1", "1.-3", "1.+36"] {
            assert_eq!(Minor::parse(text), Err(MinorError::Malformed), "{text}");
        }
        for text in ["1.28", "1.38", "1.360"] {
            assert_eq!(Minor::parse(text), Err(MinorError::Unsupported), "{text}");
        }
    }
}
