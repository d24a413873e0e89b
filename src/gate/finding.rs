//! What a gate found, folded to one diagnostic per code and namespace, with the ways out.

use super::codes::{
    CRD_REMOVED, DATA_DETACHED, DATA_REMOVED, DELIVERY_MOVED, GROWTH_DOUBTFUL, IMMUTABLE_CHANGED, JOB_RUNS_AGAIN,
    MASS_REMOVAL, NAMESPACE_REMOVED, OBJECT_MOVED, OWNER_CHANGED, PROTECTION_REMOVED, STORAGE_SHRUNK,
};
use super::condition::Condition;
use super::object::Published;
use crate::acknowledgement::{Date, Subject};
use crate::diag::{Code, Diagnostic, Severity};
use crate::finish::hash::{hex, sha256_of_text};
use crate::source::Span;
use std::collections::BTreeMap;

/// Objects named in one message; the rest are counted.
const MAX_NAMED: usize = 10;
/// So many days a printed acknowledgement counts.
const DAYS: i64 = 30;
const MAX_NAME: usize = 63;

/// One dangerous change of one object.
#[derive(Debug, Clone)]
pub struct Finding {
    pub code: &'static Code,
    pub severity: Severity,
    pub subject: Subject,
    /// What happens to it: one phrase that names it.
    pub what: String,
    /// A remark that is the same for all of a namespace, such as where its site went.
    pub because: Option<String>,
    /// The template that makes the new object.
    pub span: Option<Span>,
    /// The path of the new object, to find that template by.
    pub path: Option<String>,
    /// What must hold for it, beyond what its object tells.
    pub condition: Condition,
    /// What is left in the cluster, as arguments of `kubectl delete`.
    pub left_over: Option<String>,
}

impl Finding {
    /// An error about an object of the published tree.
    pub fn about(code: &'static Code, object: &Published, what: String) -> Self {
        Finding::error(code, object.subject(), what)
    }

    /// An error about what a subject names, whatever else holds.
    pub fn error(code: &'static Code, subject: Subject, what: String) -> Self {
        Finding {
            code,
            severity: Severity::Error,
            subject,
            what,
            because: None,
            span: None,
            path: None,
            condition: Condition::Always,
            left_over: None,
        }
    }
}

/// `PersistentVolumeClaim portal-files`.
pub fn plain(object: &Published) -> String {
    object.identity.to_string()
}

/// Folds findings that no acknowledgement lets through.
pub fn fold(findings: Vec<Finding>, today: Date) -> Vec<Diagnostic> {
    let mut folded: BTreeMap<(Severity, &str, String, String, String), Vec<Finding>> = BTreeMap::new();
    for finding in findings {
        let Subject { cluster, namespace, kind, name, .. } = &finding.subject;
        // What is about a whole cluster, environment or tenant stands alone.
        let alone = if finding.code.name == MASS_REMOVAL.name { format!("{kind} {name}") } else { String::new() };
        let key = (finding.severity, finding.code.name, cluster.clone(), namespace.clone(), alone);
        folded.entry(key).or_default().push(finding);
    }
    folded.into_values().filter_map(|group| diagnostic(&group, today)).collect()
}

fn diagnostic(group: &[Finding], today: Date) -> Option<Diagnostic> {
    let first = group.first()?;
    let place = place(&first.subject);
    let message = match group {
        [one] => format!("{}{place}", one.what),
        several => {
            let named: Vec<&str> = several.iter().take(MAX_NAMED).map(|finding| finding.what.as_str()).collect();
            let more = several.len() - named.len();
            let more = if more > 0 { format!("; and {more} more") } else { String::new() };
            let place = place.trim_start_matches(',').trim_start();
            format!("{} objects {place}: {}{more}", several.len(), named.join("; "))
        }
    };
    let mut diagnostic = Diagnostic::new(first.code, first.severity, message);
    if let Some(span) = group.iter().find_map(|finding| finding.span) {
        diagnostic = diagnostic.at(span, "made here");
    }
    for because in group.iter().filter_map(|finding| finding.because.as_ref()) {
        if !diagnostic.help.contains(because) {
            diagnostic.help.push(because.clone());
        }
    }
    let is_deleted = first.code.name == DATA_REMOVED.name && group.iter().all(|finding| finding.left_over.is_none());
    diagnostic = diagnostic.help(match is_deleted {
        true => "the cluster would delete the data with it",
        false => consequence(first.code, first.severity),
    });
    diagnostic = diagnostic.maybe_help(way_out(first.code, first.severity).map(str::to_owned));
    let left_over: Vec<String> = group
        .iter()
        .filter_map(|finding| finding.left_over.as_ref())
        .map(|what| format!("kubectl delete {what}"))
        .collect();
    if !left_over.is_empty() {
        diagnostic = diagnostic.help(format!("what stays is deleted by hand:\n{}", left_over.join("\n")));
    }
    if first.severity == Severity::Error {
        let acknowledgement = acknowledgement(group, today);
        diagnostic = diagnostic.help(format!("to go on all the same, add this to site-specs/:\n{acknowledgement}"));
    }
    Some(diagnostic)
}

fn place(subject: &Subject) -> String {
    let Subject { cluster, namespace, kind, .. } = subject;
    match namespace.as_str() {
        "" if kind == "Cluster" => String::new(),
        _ if kind == "Namespace" => format!(" on cluster {cluster}"),
        "" => format!(" on cluster {cluster}"),
        namespace => format!(", in namespace {namespace} on cluster {cluster}"),
    }
}

/// What the cluster would do.
fn consequence(code: &Code, severity: Severity) -> &'static str {
    match code.name {
        name if name == DATA_REMOVED.name => "the cluster would keep it, unmanaged; what takes its place begins empty",
        name if name == NAMESPACE_REMOVED.name => {
            "the cluster would keep the namespace and the claims in it, unmanaged, and delete everything else there"
        }
        name if name == CRD_REMOVED.name => {
            "the cluster would delete it and every object of its kind, in all namespaces"
        }
        name if name == DATA_DETACHED.name && severity == Severity::Error => {
            "the data would stay where it is, and the application would begin with nothing"
        }
        name if name == DATA_DETACHED.name => "an application that looks at the old path would begin with nothing",
        name if name == GROWTH_DOUBTFUL.name => "Flux or Argo CD would fail on a claim that may not grow",
        name if name == STORAGE_SHRUNK.name => "Kubernetes shrinks no volume: Flux or Argo CD would fail on this claim",
        name if name == IMMUTABLE_CHANGED.name => "Flux would fail with: field is immutable",
        name if name == OBJECT_MOVED.name && severity == Severity::Error => {
            "the layer that had it would delete it before the later one makes it anew"
        }
        name if name == OBJECT_MOVED.name => "it would be deleted and then made anew, and be gone in between",
        name if name == OWNER_CHANGED.name && severity == Severity::Error => {
            "whoever has it from then on would find the data of others in it"
        }
        name if name == OWNER_CHANGED.name => "it looks like a rename: the data stays, under the new owner's name",
        name if name == DELIVERY_MOVED.name => {
            "what it applied and is not kept would be deleted with it, and made anew by others later"
        }
        name if name == JOB_RUNS_AGAIN.name => {
            "the cluster would run it on the data that is there: an installer begins anew"
        }
        name if name == PROTECTION_REMOVED.name => "from then on, removing it from the specs would delete its data",
        _ => "everything of it would leave the clusters in one go",
    }
}

/// What to do instead.
fn way_out(code: &Code, severity: Severity) -> Option<&'static str> {
    Some(match code.name {
        name if name == DATA_REMOVED.name || name == NAMESPACE_REMOVED.name => {
            "put it back; to delete the data for good, publish `protect: false` first, then remove it"
        }
        name if name == DATA_DETACHED.name && severity == Severity::Warning => {
            "see that the application is told of the new path"
        }
        name if name == DATA_DETACHED.name => "mount the claim as before, or copy the data over first",
        name if name == GROWTH_DOUBTFUL.name => {
            "let the class say `allowVolumeExpansion: true`, or wait until a pod uses the claim"
        }
        name if name == STORAGE_SHRUNK.name => {
            "ask for the old size or more; to have less, copy the data to a new claim"
        }
        name if name == IMMUTABLE_CHANGED.name => {
            "undo the change, give the object another name, or delete the one in the cluster by hand \
             (a StatefulSet with --cascade=orphan)"
        }
        name if name == OBJECT_MOVED.name => "leave it in its layer",
        name if name == OWNER_CHANGED.name && severity == Severity::Error => {
            "leave each namespace to those who have it, and give others one of their own"
        }
        name if name == DELIVERY_MOVED.name => {
            "first make those in the cluster let go of what they applied: `deletionPolicy: Orphan` on a Kustomization, no \
             finalizer on an Application"
        }
        name if name == JOB_RUNS_AGAIN.name => "leave its name and `bayplan/run: once` as they are",
        name if name == CRD_REMOVED.name || name == PROTECTION_REMOVED.name => return None,
        name if name == MASS_REMOVAL.name => "`state: disabled` stops sites and keeps their data",
        _ => return None,
    })
}

/// The Acknowledgement that lets all of a group through, and as little else as one can.
fn acknowledgement(group: &[Finding], today: Date) -> String {
    let Some(first) = group.first() else { return String::new() };
    let Subject { cluster, environment, tenant, namespace, kind, name, .. } = &first.subject;
    let mut object = vec![format!("cluster: {cluster}")];
    let same_kind = group.iter().all(|finding| finding.subject.kind == *kind);
    let same_name = same_kind && group.iter().all(|finding| finding.subject.name == *name);
    match (first.code.name, kind.as_str()) {
        (code, "Environment") if code == MASS_REMOVAL.name => object.push(format!("environment: {environment}")),
        (code, "Tenant") if code == MASS_REMOVAL.name => object.push(format!("tenant: {tenant}")),
        (code, _) if code == NAMESPACE_REMOVED.name => object.push(format!("namespace: {namespace}")),
        _ => {
            if !namespace.is_empty() {
                object.push(format!("namespace: {namespace}"));
            }
            if same_kind {
                object.push(format!("kind: {kind}"));
            }
            if same_name {
                object.push(format!("name: {}", scalar(name)));
            }
        }
    }
    let about = if namespace.is_empty() { name } else { namespace };
    format!(
        "apiVersion: bayplan/v1\nkind: Acknowledgement\nmetadata:\n  name: {}\nspec:\n  change: {}\n  object: {{{}}}\n  \
         reason: say why, for the reviewer\n  expires: \"{}\"",
        spec_name(&format!("{}-{cluster}-{about}", first.code.name)),
        first.code.name,
        object.join(", "),
        today.plus_days(DAYS),
    )
}

/// Names such as `123` or `on` are strings all the same.
fn scalar(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// A DNS label: dots and colons become dashes, and a long one is cut and ends in a hash of the whole.
fn spec_name(text: &str) -> String {
    let name: String = text
        .chars()
        .map(|character| if character.is_ascii_alphanumeric() { character.to_ascii_lowercase() } else { '-' })
        .collect();
    let name = name.trim_matches('-').to_owned();
    if name.len() <= MAX_NAME {
        return name;
    }
    let digits = hex(&sha256_of_text(&name), 8);
    format!("{}-{digits}", name[..MAX_NAME - 1 - digits.len()].trim_end_matches('-'))
}
