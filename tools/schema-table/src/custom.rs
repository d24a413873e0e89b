//! Reads well-known custom kinds out of the `kcr_*` crates, and adds to them what these lose.
//!
//! Those crates hold Rust types that kopium made of the real CRDs. From them are fields, types, what is required, enums, scope
//! and plural; patterns, lengths and bounds are from the kubernetes-models packages ([`crate::constraints`]), which know the Go
//! types; `supplement.json` says in our own words what neither has.

use crate::constraints::Modules;
use crate::fetch::Packages;
use crate::kopium::read_version;
use crate::supplement;
use bayplan::kubernetes::Scope;
use serde_json::{Value, json};
use std::error::Error;
use std::fs;
use std::path::Path;

/// A custom kind in one version.
#[derive(Debug, Clone)]
pub struct CustomKind {
    pub api_version: String,
    pub kind: String,
    pub plural: String,
    pub scope: Scope,
    pub schema: Value,
}

/// What is taken of a crate: its modules are API versions, and those are taken that the project's current release serves.
struct Selection {
    package: &'static str,
    versions: &'static [&'static str],
    /// The npm package with the constraints of these kinds, and its folder of schemas per group.
    constraints: Option<&'static str>,
    /// Kinds that are left out: made by controllers of other projects, or served no more.
    without: &'static [&'static str],
}

const SELECTIONS: &[Selection] = &[
    Selection {
        package: "kcr_argoproj_io",
        versions: &["v1alpha1"],
        constraints: Some("argo-cd"),
        without: &["ArgoCD", "ArgoCDExport"],
    },
    Selection {
        package: "kcr_bitnami_com",
        versions: &["v1alpha1"],
        constraints: Some("sealed-secrets"),
        without: &[],
    },
    Selection { package: "kcr_cert_manager_io", versions: &["v1"], constraints: Some("cert-manager"), without: &[] },
    Selection {
        package: "kcr_acme_cert_manager_io",
        versions: &["v1"],
        constraints: Some("cert-manager"),
        without: &[],
    },
    Selection {
        package: "kcr_external_secrets_io",
        versions: &["v1", "v1alpha1"],
        constraints: Some("external-secrets"),
        without: &["v1alpha1 ClusterSecretStore", "v1alpha1 ExternalSecret", "v1alpha1 SecretStore"],
    },
    Selection {
        package: "kcr_gateway_networking_k8s_io",
        versions: &["v1", "v1beta1"],
        constraints: Some("gateway-api"),
        without: &[],
    },
    Selection {
        package: "kcr_groupsnapshot_storage_k8s_io",
        versions: &["v1", "v1beta1", "v1beta2"],
        constraints: None,
        without: &[],
    },
    Selection {
        package: "kcr_kustomize_toolkit_fluxcd_io",
        versions: &["v1"],
        constraints: Some("flux-cd"),
        without: &[],
    },
    Selection { package: "kcr_snapshot_storage_k8s_io", versions: &["v1"], constraints: None, without: &[] },
    Selection {
        package: "kcr_source_toolkit_fluxcd_io",
        versions: &["v1"],
        constraints: Some("flux-cd"),
        without: &[],
    },
];

pub fn read(packages: &Packages) -> Result<Vec<CustomKind>, Box<dyn Error>> {
    let mut modules = Modules::new(&packages.node_modules);
    let models = packages.node_modules.join("@kubernetes-models");
    let mut kinds = Vec::new();
    for selection in SELECTIONS {
        let folder = packages.crates.iter().find(|((name, _), _)| name == selection.package).map(|(_, folder)| folder);
        let folder = folder.ok_or_else(|| format!("{} was not fetched", selection.package))?;
        for version in selection.versions {
            for mut kind in read_version(&folder.join("src").join(version))? {
                let named = format!("{version} {}", kind.kind);
                if selection.without.iter().any(|left_out| *left_out == kind.kind || *left_out == named) {
                    continue;
                }
                if let Some(package) = selection.constraints {
                    constrain(&mut kind, &models.join(package), &mut modules)?;
                }
                kinds.push(kind);
            }
        }
    }
    for (mut kind, package) in supplement::kinds()? {
        if let Some(package) = package {
            constrain(&mut kind, &models.join(package), &mut modules)?;
        }
        kinds.push(kind);
    }
    supplement::fields(&mut kinds)?;
    kinds.sort_by(|one, other| (&one.api_version, &one.kind).cmp(&(&other.api_version, &other.kind)));
    Ok(kinds)
}

/// Adds what the Go types ask for and the crate lost.
fn constrain(kind: &mut CustomKind, package: &Path, modules: &mut Modules) -> Result<(), Box<dyn Error>> {
    // A kind that is stable now may be known there by an earlier version.
    let group = package.join(kind.api_version.split('/').next().unwrap_or_default());
    let earlier = ["v1beta1", "v1alpha3", "v1alpha2"].map(|version| group.join(version));
    let folders = [package.join(&kind.api_version)].into_iter().chain(earlier);
    let entry = folders.map(|folder| folder.join(format!("{}.js", kind.kind))).find(|entry| entry.exists());
    let Some(entry) = entry else { return Ok(()) };
    let text = fs::read_to_string(&entry)?;
    let import = regex::Regex::new(r#"_schemas/([A-Za-z0-9]+)\.js""#)?;
    let module = import.captures(&text).map(|found| found[1].to_owned());
    let module = module.ok_or_else(|| format!("{} imports no schema", entry.display()))?;
    let mut theirs = modules.schema(&package.join("_schemas").join(format!("{module}.js")))?;
    if let Some(fields) = theirs["properties"].as_object_mut() {
        fields.retain(|name, _| !matches!(name.as_str(), "apiVersion" | "kind" | "metadata" | "status"));
        for (name, field) in fields {
            // A field beside spec and status, which kopium does not see.
            if kind.schema["properties"][name].is_null() {
                kind.schema["properties"][name] = field.clone();
            }
        }
    }
    overlay(&mut kind.schema, &theirs);
    Ok(())
}

/// Both describe the same type in releases that may differ. Where they do, what either lets pass is let pass: values of both,
/// required only what both require; a limit that one of them knows counts. Fields of the Go types that the crate does not have
/// are experimental ones that the CRDs leave out, unless the crate has no fields at all.
fn overlay(own: &mut Value, theirs: &Value) {
    let (Some(schema), Some(known)) = (own.as_object_mut(), theirs.as_object()) else { return };
    if schema.get("type") != known.get("type") {
        return;
    }
    for key in [
        "format",
        "maxItems",
        "maxLength",
        "maxProperties",
        "maximum",
        "minItems",
        "minLength",
        "minProperties",
        "minimum",
        "pattern",
    ] {
        if let Some(value) = known.get(key) {
            schema.entry(key).or_insert_with(|| value.clone());
        }
    }
    match (schema.get_mut("enum").and_then(Value::as_array_mut), known.get("enum").and_then(Value::as_array)) {
        (Some(own), Some(theirs)) => {
            let new: Vec<Value> = theirs.iter().filter(|value| !own.contains(value)).cloned().collect();
            own.extend(new);
        }
        (None, Some(theirs)) => _ = schema.insert("enum".into(), json!(theirs)),
        (_, None) => {}
    }
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        let theirs = known.get("required").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let is_known =
            |name: &Value| known.get("properties").is_some_and(|fields| !fields[name.as_str().unwrap_or("")].is_null());
        required.retain(|name| theirs.contains(name) || !is_known(name));
    }
    for below in ["items", "additionalProperties"] {
        if let (Some(own), Some(theirs)) = (schema.get_mut(below), known.get(below)) {
            overlay(own, theirs);
        }
    }
    let theirs = known.get("properties").and_then(Value::as_object).into_iter().flatten();
    if let Some(fields) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        let has_none = fields.is_empty();
        for (name, field) in theirs {
            match fields.get_mut(name) {
                Some(own) => overlay(own, field),
                None if has_none => _ = fields.insert(name.clone(), field.clone()),
                None => {}
            }
        }
    }
}
