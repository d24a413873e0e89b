//! Reads the Rust types of a `kcr_*` crate, which kopium made of a CRD, back into a schema.

use crate::custom::CustomKind;
use bayplan::kubernetes::Scope;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;
use syn::{Fields, GenericArgument, Item, ItemEnum, ItemStruct, Lit, Meta, PathArguments, Type};

/// Reads all kinds of one version's module.
pub fn read_version(folder: &Path) -> Result<Vec<CustomKind>, Box<dyn Error>> {
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
            if attribute(item, "kube", "status").is_some() {
                // Nobody applies a status, so what is in it does not matter.
                schema["properties"]["status"] =
                    json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
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
            return Ok(match self.value(inner)? {
                any if any["type"].is_null() && any["$ref"].is_null() => {
                    json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true})
                }
                values => json!({"type": "object", "additionalProperties": values}),
            });
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
