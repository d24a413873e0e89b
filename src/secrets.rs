//! Encrypted Secrets of sites: SOPS files and SealedSecrets, read and passed through byte for byte.
//!
//! Nothing that they hold is ever part of a message, and nothing is added to them: a changed byte would break their seal.

use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::load::{Specs, inputs};
use crate::pointer::Pointer;
use crate::resolve::{Deployment, Unit};
use crate::source::{FileId, Sources, Span};
use crate::spec::common::Layer;
use crate::spec::{SiteSpec, Spec};
use crate::yaml::Document;
use crate::yaml::read::{ReadOptions, read};
use crate::yaml::value::{Doubtful, to_value};
use serde_json::Value;
use std::collections::BTreeMap;

pub static SECRET_FILE: Code = Code {
    name: "secret-file",
    explanation: "A file under a site's `secrets` must be one document: a Secret with SOPS metadata whose data is encrypted, or a \
                  SealedSecret. Its clear name and namespace must be those of a deployment of the site. It is passed through \
                  byte for byte.",
};
pub static SOPS_ON_ARGOCD: Code = Code {
    name: "sops-on-argocd",
    explanation: "Argo CD cannot decrypt SOPS files. On its clusters use External Secrets (the cluster fetches the Secret) or \
                  Sealed Secrets (the cluster decrypts it).",
};

pub static CODES: &[&Code] = &[&SECRET_FILE, &SOPS_ON_ARGOCD];

/// One encrypted Secret.
pub struct SecretFile {
    pub file: FileId,
    pub document: Document,
    pub value: Value,
    pub layer: Layer,
    pub is_sops: bool,
    pub namespace: String,
    environments: Vec<String>,
    /// Where the site names it.
    named_at: Span,
}

/// The secret files of all sites, by site.
pub type SecretFiles = BTreeMap<String, Vec<SecretFile>>;

/// Reads the files that sites name. Those that are not sound are reported and left out.
pub fn read_all(specs: &Specs, sources: &Sources, diagnostics: &mut Diagnostics) -> SecretFiles {
    let mut files = SecretFiles::new();
    for site in specs.sites.values() {
        let own: Vec<SecretFile> = site
            .spec
            .secrets
            .iter()
            .enumerate()
            .filter_map(|(index, _)| read_one(site, index, sources, diagnostics))
            .collect();
        if !own.is_empty() {
            files.insert(site.name().to_owned(), own);
        }
    }
    files
}

fn read_one(
    site: &Spec<SiteSpec>,
    index: usize,
    sources: &Sources,
    diagnostics: &mut Diagnostics,
) -> Option<SecretFile> {
    let entry = site.spec.secrets.get(index)?;
    let named_at = site.at(&format!("/spec/secrets/{index}/file"));
    let file = sources.find(&entry.file)?;
    if !inputs::is_readable(sources.file(file)) {
        return None;
    }
    let refuse = |message: String, place: Span, help: &str, diagnostics: &mut Diagnostics| {
        diagnostics
            .push(Diagnostic::error(&SECRET_FILE, message).at(place, "").also(named_at, "named here").help(help));
        None
    };
    let before = diagnostics.len();
    let mut documents = read(file, &sources.file(file).bytes, ReadOptions::default(), diagnostics);
    if documents.len() != 1 {
        if diagnostics.len() > before {
            return None;
        }
        let message = format!("{} holds {} documents, one is due", entry.file, documents.len());
        return refuse(message, Span::file(file), "write one Secret a file", diagnostics);
    }
    let document = documents.pop()?;
    let mut found = Diagnostics::new();
    let value = to_value(&document, &document.root, Doubtful::Refuse, &mut found);
    let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let is_sops = match (text("/apiVersion"), text("/kind")) {
        ("v1", "Secret") => true,
        ("bitnami.com/v1alpha1", "SealedSecret") => false,
        (_, kind) => {
            let message = format!("{} holds a {kind}, not a Secret with SOPS metadata or a SealedSecret", entry.file);
            let place = document.locate(&Pointer::from_segments(["kind"]));
            return refuse(message, place, "encrypt a Secret with `sops --encrypt` or `kubeseal`", diagnostics);
        }
    };
    if is_sops && let Some((place, found)) = plain_data(&value, &document) {
        let help = "encrypt it with `sops --encrypt --in-place`, and change what was committed in plain text";
        return refuse(format!("{} {found}", entry.file), place, help, diagnostics);
    }
    // What other readers would take for something else is told of sealed files alone: the message holds the scalar.
    if !found.is_empty() {
        diagnostics.extend(found);
        return None;
    }
    for field in ["name", "namespace"] {
        let pointer = Pointer::from_segments(["metadata", field]);
        let found = pointer.get(&value).and_then(Value::as_str).unwrap_or_default();
        if found.is_empty() || found.starts_with("ENC[") {
            let message = format!("{} has no clear metadata.{field}", entry.file);
            let help = "set it in clear text: sops encrypts data and stringData alone with `encrypted_regex: ^(data|stringData)$`";
            return refuse(message, document.locate(&pointer), help, diagnostics);
        }
    }
    if let Some(layer) = entry.layer.filter(|layer| !matches!(layer, Layer::Services | Layer::Data)) {
        let message = format!("a secret file may be in the layers services and data, not in {}", layer.name());
        let place = site.at(&format!("/spec/secrets/{index}/layer"));
        diagnostics
            .push(Diagnostic::error(&SECRET_FILE, message).at(place, "this layer").help("leave it out for services"));
        return None;
    }
    let namespace = text("/metadata/namespace").to_owned();
    Some(SecretFile {
        file,
        document,
        layer: entry.layer.unwrap_or(Layer::Services),
        is_sops,
        namespace,
        environments: entry.environments.clone(),
        named_at,
        value,
    })
}

/// Data that is not encrypted, or SOPS metadata that is not there.
fn plain_data(value: &Value, document: &Document) -> Option<(Span, String)> {
    if !value.get("sops").is_some_and(Value::is_object) {
        return Some((document.span(&document.root), "is a Secret without SOPS metadata".to_owned()));
    }
    for field in ["data", "stringData"] {
        for (key, entry) in value.get(field).and_then(Value::as_object).into_iter().flatten() {
            if !entry.as_str().is_some_and(|text| text.starts_with("ENC[")) {
                let place = document.locate_key(&Pointer::from_segments([field, key]));
                return Some((place, format!("has plain text in {field}.{key}")));
            }
        }
    }
    None
}

impl SecretFile {
    /// Whether it is for a deployment of its site in this namespace.
    pub fn is_for(&self, environment: &str, namespace: &str) -> bool {
        self.namespace == namespace && self.is_for_environment(environment)
    }

    fn is_for_environment(&self, environment: &str) -> bool {
        self.environments.is_empty() || self.environments.iter().any(|listed| listed == environment)
    }
}

/// Reports files whose namespace is that of none of their site's deployments.
///
/// Judged are those of sites all of whose deployments are among the units.
pub fn check_namespaces(
    files: &SecretFiles,
    units: &[Unit<'_>],
    is_whole: &dyn Fn(&str) -> bool,
    diagnostics: &mut Diagnostics,
) {
    let mut namespaces: BTreeMap<&str, Vec<(&Deployment<'_>, &str)>> = BTreeMap::new();
    for unit in units {
        for deployment in &unit.deployments {
            if files.contains_key(deployment.site.name()) {
                namespaces.entry(deployment.site.name()).or_default().push((deployment, &unit.namespace));
            }
        }
    }
    for (site, files) in files.iter().filter(|(site, _)| is_whole(site)) {
        let deployments = namespaces.get(site.as_str()).map(Vec::as_slice).unwrap_or_default();
        for file in files {
            let fits =
                deployments.iter().any(|(deployment, namespace)| file.is_for(deployment.environment.name(), namespace));
            if fits {
                continue;
            }
            let mut known: Vec<&str> = deployments
                .iter()
                .filter(|(deployment, _)| file.is_for_environment(deployment.environment.name()))
                .map(|(_, namespace)| *namespace)
                .collect();
            known.sort_unstable();
            known.dedup();
            let pointer = Pointer::from_segments(["metadata", "namespace"]);
            diagnostics.push(
                Diagnostic::error(
                    &SECRET_FILE,
                    format!(
                        "namespace `{}` is that of no deployment of site `{site}` that the file is for",
                        file.namespace
                    ),
                )
                .at(file.document.locate(&pointer), "this namespace")
                .also(file.named_at, "named here")
                .help(match known.as_slice() {
                    [] => "the site is deployed in none of the environments that the file is for".to_owned(),
                    [one] => format!("write `{one}`"),
                    many => format!("write one of {}", many.join(", ")),
                }),
            );
        }
    }
}
