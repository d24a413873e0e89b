//! Names of container images.

/// The parts of a reference such as `registry.example.org:5000/team/app:1.4@sha256:…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImageName<'a> {
    pub tag: Option<&'a str>,
    pub digest: Option<&'a str>,
}

impl<'a> ImageName<'a> {
    pub fn of(image: &'a str) -> Self {
        let (name, digest) = match image.split_once('@') {
            Some((name, digest)) => (name, Some(digest)),
            None => (image, None),
        };
        // A colon before the last slash is that of a registry's port.
        let last = name.rsplit('/').next().unwrap_or(name);
        ImageName { tag: last.split_once(':').map(|(_, tag)| tag), digest }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_no_tags() {
        let rows = [
            ("nginx", None, None),
            ("nginx:1.27", Some("1.27"), None),
            ("localhost:5000/nginx", None, None),
            ("localhost:5000/team/nginx:1.27@sha256:ab", Some("1.27"), Some("sha256:ab")),
            ("nginx@sha256:ab", None, Some("sha256:ab")),
        ];
        for (image, tag, digest) in rows {
            assert_eq!(ImageName::of(image), ImageName { tag, digest }, "{image}");
        }
    }
}
