//! Reads well-known custom kinds out of the `kcr_*` crates, and adds to them what these lose.
//!
//! Those crates hold Rust types that kopium made of the real CRDs. From them are fields, types, what is required, enums, scope
//! and plural; patterns, lengths and bounds are from the kubernetes-models packages ([`crate::constraints`]), which know the Go
//! types; `supplement.json` says in our own words what neither has.

use crate::constraints::Modules;
use crate::fetch::Packages;
use bayplan::kubernetes::Scope;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;
use syn::{Fields, GenericArgument, Item, ItemEnum, ItemStruct, Lit, Meta, PathArguments, Type};

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
                    let package = packages.node_modules.join("@kubernetes-models").join(package);
                    constrain(&mut kind, &package, &mut modules)?;
                }
                kinds.push(kind);
            }
        }
    }
    supplement(&mut kinds)?;
    kinds.sort_by(|one, other| (&one.api_version, &one.kind).cmp(&(&other.api_version, &other.kind)));
    Ok(kinds)
}

fn read_version(folder: &Path) -> Result<Vec<CustomKind>, Box<dyn Error>> {
    let mut paths =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    let mut kinds = Vec::new();
    for path in paths.into_iter().filter(|path| !path.ends_with("mod.rs")) {
        let file = syn::parse_file(&fs::read_to_string(&path)?)?;
        let types = Types::of(&file.items);
        let roots = types.structs.values().filter_map(|item| Some((item, attribute(item, "kube", "kind")?)));
        for (item, kind) in roots {
            let text = |name: &str| attribute(item, "kube", name).ok_or(format!("{}: no {name}", path.display()));
            let mut schema =
                json!({"type": "object", "properties": {"spec": types.object(item)?}, "required": ["spec"]});
            if let Some(status) = attribute(item, "kube", "status").and_then(|name| types.structs.get(&name).copied()) {
                schema["properties"]["status"] = types.object(status)?;
            }
            kinds.push(CustomKind {
                api_version: format!("{}/{}", text("group")?, text("version")?),
                kind,
                plural: text("plural")?,
                scope: if has_word(item, "kube", "namespaced") { Scope::Namespaced } else { Scope::Cluster },
                schema,
            });
        }
    }
    Ok(kinds)
}

/// The types of one module of a `kcr_*` crate.
struct Types<'f> {
    structs: BTreeMap<String, &'f ItemStruct>,
    enums: BTreeMap<String, &'f ItemEnum>,
}

impl<'f> Types<'f> {
    fn of(items: &'f [Item]) -> Self {
        let mut types = Types { structs: BTreeMap::new(), enums: BTreeMap::new() };
        for item in items {
            match item {
                Item::Struct(item) => _ = types.structs.insert(item.ident.to_string(), item),
                Item::Enum(item) => _ = types.enums.insert(item.ident.to_string(), item),
                _ => {}
            }
        }
        types
    }

    fn object(&self, item: &ItemStruct) -> Result<Value, Box<dyn Error>> {
        let Fields::Named(fields) = &item.fields else {
            return Err(format!("{} has no named fields", item.ident).into());
        };
        let mut properties = Map::new();
        let mut required = Vec::new();
        for field in &fields.named {
            let ident = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
            let name = field.attrs.iter().find_map(|one| word(one, "serde", "rename"));
            let name = name.unwrap_or_else(|| ident.trim_start_matches("r#").to_owned());
            if generic(&field.ty, "Option").is_none() {
                required.push(json!(name));
            }
            properties.insert(name, self.value(&field.ty)?);
        }
        Ok(json!({"type": "object", "properties": properties, "required": required}))
    }

    fn value(&self, value: &Type) -> Result<Value, Box<dyn Error>> {
        if let Some(inner) = generic(value, "Option") {
            return self.value(inner);
        }
        if let Some(item) = generic(value, "Vec") {
            return Ok(json!({"type": "array", "items": self.value(item)?}));
        }
        if let Some(inner) = generic(value, "BTreeMap") {
            return Ok(json!({"type": "object", "additionalProperties": self.value(inner)?}));
        }
        let Type::Path(path) = value else { return Err("a type of an unknown form".into()) };
        let name = path.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
        Ok(match name.as_str() {
            "String" => json!({"type": "string"}),
            "bool" => json!({"type": "boolean"}),
            "i8" | "i16" | "i32" | "u8" | "u16" => json!({"type": "integer", "format": "int32"}),
            "u32" | "i64" | "u64" => json!({"type": "integer", "format": "int64"}),
            "f32" | "f64" => json!({"type": "number"}),
            "Value" => json!({"x-kubernetes-preserve-unknown-fields": true}),
            "IntOrString" => json!({"type": "int-or-string"}),
            "Condition" => json!({"$ref": "io.k8s.apimachinery.pkg.apis.meta.v1.Condition"}),
            "ObjectReference" => json!({"$ref": "io.k8s.api.core.v1.ObjectReference"}),
            _ if self.structs.contains_key(&name) => self.object(self.structs[&name])?,
            _ if self.enums.contains_key(&name) => enumeration(self.enums[&name]),
            _ => return Err(format!("type {name} is unknown").into()),
        })
    }
}

/// kopium makes an enum of the values of a field, of whole numbers too: their variants are `r#_301`.
fn enumeration(item: &ItemEnum) -> Value {
    let values: Vec<(String, String)> = item
        .variants
        .iter()
        .map(|variant| {
            let ident = variant.ident.to_string();
            let name = variant.attrs.iter().find_map(|one| word(one, "serde", "rename"));
            (name.unwrap_or_else(|| ident.clone()), ident)
        })
        .collect();
    let numbers: Option<Vec<i64>> =
        values.iter().map(|(name, ident)| name.parse().ok().filter(|_| ident.starts_with("r#_"))).collect();
    match numbers {
        Some(numbers) => json!({"type": "integer", "enum": numbers}),
        None => json!({"type": "string", "enum": values.into_iter().map(|(name, _)| name).collect::<Vec<_>>()}),
    }
}

/// The last type argument of a generic type of that name.
fn generic<'t>(value: &'t Type, name: &str) -> Option<&'t Type> {
    let Type::Path(path) = value else { return None };
    let segment = path.path.segments.last().filter(|segment| segment.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    arguments.args.iter().rev().find_map(|argument| match argument {
        GenericArgument::Type(inner) => Some(inner),
        _ => None,
    })
}

fn attribute(item: &ItemStruct, list: &str, name: &str) -> Option<String> {
    item.attrs.iter().find_map(|attribute| word(attribute, list, name))
}

/// The text of `name = "text"` in an attribute `list(...)`.
fn word(attribute: &syn::Attribute, list: &str, name: &str) -> Option<String> {
    entries(attribute, list).into_iter().find_map(|meta| match meta {
        Meta::NameValue(pair) if pair.path.is_ident(name) => match pair.value {
            syn::Expr::Lit(syn::ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    })
}

fn has_word(item: &ItemStruct, list: &str, name: &str) -> bool {
    let mut all = item.attrs.iter().flat_map(|attribute| entries(attribute, list));
    all.any(|meta| matches!(meta, Meta::Path(path) if path.is_ident(name)))
}

fn entries(attribute: &syn::Attribute, list: &str) -> Vec<Meta> {
    let parser = syn::punctuated::Punctuated::<Meta, syn::Token![,]>::parse_terminated;
    let parsed = attribute.path().is_ident(list).then(|| attribute.parse_args_with(parser).ok()).flatten();
    parsed.into_iter().flatten().collect()
}

/// Adds patterns, lengths, bounds and formats of the Go types, and the fields beside `spec` and `status`.
fn constrain(kind: &mut CustomKind, package: &Path, modules: &mut Modules) -> Result<(), Box<dyn Error>> {
    let entry = package.join(&kind.api_version).join(format!("{}.js", kind.kind));
    let Ok(text) = fs::read_to_string(&entry) else {
        return Ok(());
    };
    let import = regex::Regex::new(r#"_schemas/([A-Za-z0-9]+)\.js""#)?;
    let module = import.captures(&text).map(|found| found[1].to_owned());
    let module = module.ok_or_else(|| format!("{} imports no schema", entry.display()))?;
    let theirs = modules.schema(&package.join("_schemas").join(format!("{module}.js")))?;
    overlay(&mut kind.schema, &theirs);
    for (name, field) in theirs["properties"].as_object().into_iter().flatten() {
        if !matches!(name.as_str(), "apiVersion" | "kind" | "metadata") && kind.schema["properties"].get(name).is_none()
        {
            kind.schema["properties"][name] = field.clone();
        }
    }
    Ok(())
}

fn overlay(own: &mut Value, theirs: &Value) {
    let Some(schema) = own.as_object_mut() else { return };
    if schema.get("type") == theirs.get("type") {
        for key in [
            "pattern",
            "minimum",
            "maximum",
            "minLength",
            "maxLength",
            "minItems",
            "maxItems",
            "minProperties",
            "maxProperties",
            "format",
            "enum",
        ] {
            if let Some(value) = theirs.get(key) {
                schema.entry(key).or_insert_with(|| value.clone());
            }
        }
    }
    for below in ["items", "additionalProperties"] {
        if let (Some(own), Some(theirs)) = (schema.get_mut(below), theirs.get(below)) {
            overlay(own, theirs);
        }
    }
    for (name, field) in schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
        overlay(field, &theirs["properties"][name]);
    }
}

/// Adds what no package says.
fn supplement(kinds: &mut Vec<CustomKind>) -> Result<(), Box<dyn Error>> {
    let supplement: Value = serde_json::from_str(include_str!("supplement.json"))?;
    for entry in supplement["kinds"].as_array().into_iter().flatten() {
        let text = |name: &str| entry[name].as_str().map(str::to_owned).ok_or(format!("supplement.json: no {name}"));
        kinds.push(CustomKind {
            api_version: text("apiVersion")?,
            kind: text("kind")?,
            plural: text("plural")?,
            scope: if entry["scope"] == "Cluster" { Scope::Cluster } else { Scope::Namespaced },
            schema: entry["schema"].clone(),
        });
    }
    Ok(())
}
