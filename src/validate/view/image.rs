//! Names of container images, and the containers of a unit that have one.

use super::pod::{Container, Pod};
use super::text;
use crate::pointer::Pointer;

/// The image that a container names.
pub struct Image<'v, 'a> {
    pub text: &'a str,
    pod: &'v Pod<'a>,
    container: &'v Container<'a>,
}

impl<'v, 'a> Image<'v, 'a> {
    /// The images of pods, in order; nothing of containers that name none.
    pub fn of(pods: &'v [Pod<'a>]) -> impl Iterator<Item = Self> {
        let containers = pods.iter().flat_map(|pod| pod.containers.iter().map(move |container| (pod, container)));
        let images = containers.map(|(pod, container)| Image { text: text(container.value, "image"), pod, container });
        images.filter(|image| !image.text.is_empty())
    }

    /// Number of the object in the unit.
    pub fn object(&self) -> usize {
        self.pod.object
    }

    /// Where it is named in the object.
    pub fn field(&self) -> Pointer {
        self.container.pointer().child("image")
    }

    /// Whose it is: `container web of Deployment portal`.
    pub fn owner(&self) -> String {
        format!("{} of {}", self.container.title(), self.pod.of)
    }
}

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

/// What is wrong with a reference, as what to do; nothing if it is one. The grammar is that of the distribution project, which
/// container runtimes use.
pub fn fault(image: &str) -> Option<&'static str> {
    let (name, digest) = match image.split_once('@') {
        Some((name, digest)) => (name, Some(digest)),
        None => (image, None),
    };
    if image.contains("://") {
        return Some("begin with the registry's name, without a scheme such as https://");
    }
    if image.contains(char::is_whitespace) {
        return Some("remove the space");
    }
    if digest.is_some_and(|digest| !is_digest(digest)) {
        return Some("write the digest in full: `sha256:` and 64 hex digits");
    }
    let (path, tag) = match name.rfind(':').filter(|colon| !name[*colon..].contains('/')) {
        Some(colon) => (&name[..colon], Some(&name[colon + 1..])),
        None => (name, None),
    };
    if tag.is_some_and(|tag| !is_tag(tag)) {
        return Some("write a tag of at most 128 letters, digits, `.`, `_` and `-`, which begins with no `.` or `-`");
    }
    let is_registry = |first: &str| first.contains(['.', ':']) || first == "localhost";
    let path = match path.split_once('/') {
        Some((first, rest)) if is_registry(first) => {
            let (host, port) = first.split_once(':').map_or((first, None), |(host, port)| (host, Some(port)));
            let is_host = !host.is_empty()
                && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'[' | b']'));
            let is_port = port.is_none_or(|port| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()));
            if !is_host || !is_port {
                return Some("write the registry as HOST or HOST:PORT");
            }
            rest
        }
        _ => path,
    };
    let is_component = |component: &str| {
        let is_edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        let bytes = component.as_bytes();
        is_edge(bytes.first())
            && is_edge(bytes.last())
            && bytes.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(byte))
    };
    match path.split('/').all(is_component) {
        true => None,
        false if path.bytes().any(|byte| byte.is_ascii_uppercase()) => Some("write the path in lower case"),
        false if path.is_empty() => Some("name an image before the tag"),
        false => {
            Some("write a path of lower-case letters and digits, with `.`, `_` or `-` between them, parted by `/`")
        }
    }
}

fn is_tag(tag: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    tag.len() <= 128
        && tag.bytes().next().is_some_and(is_word)
        && tag.bytes().all(|byte| is_word(byte) || matches!(byte, b'.' | b'-'))
}

fn is_digest(digest: &str) -> bool {
    let Some((algorithm, hex)) = digest.split_once(':') else { return false };
    let length = match algorithm {
        "sha256" => hex.len() == 64,
        "sha512" => hex.len() == 128,
        _ => hex.len() >= 32,
    };
    length && !algorithm.is_empty() && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_follow_the_grammar_of_distribution() {
        let digest = format!("registry.example.org/a/b:1@sha256:{}", "0".repeat(64));
        let sound =
            ["nginx", "nginx:1.27", "localhost:5000/a__b/c-d:X_1.y-z", "Registry.Example.org/a.b", "a/b/c", &digest];
        for image in sound {
            assert_eq!(fault(image), None, "{image}");
        }
        let broken = [
            "https://registry.example.org/a",
            "registry.example.org/A:1",
            "a b",
            "a:",
            "a:-1",
            ":1",
            "a@sha256:ab",
            "a@0123",
            "a//b",
            "/a",
            "a/",
            "-a",
            "registry.example.org:port/a",
            "a:b:c",
        ];
        for image in broken {
            assert!(fault(image).is_some(), "{image}");
        }
    }

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
