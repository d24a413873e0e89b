//! A fleet made of rows: each row is a site of its own, on a cluster that has what the row says of clusters.

use crate::pairwise;
use crate::support::Fleet;
use crate::switches::{Choice, SECRET_KEYS, Switch};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const TENANTS: [&str; 2] = ["north", "south"];
const SWITCHES_OF_CLUSTERS: [&str; 5] = ["minor", "delivery", "secrets", "routing", "cluster-base"];

/// A template with what every site of it says, its Secrets and its switches.
pub struct Subject {
    pub template: &'static str,
    pub values: Value,
    pub secrets: &'static [&'static str],
    pub switches: Vec<Switch>,
}

/// The fleet of all rows in which any two options of a template meet.
pub fn matrix(subject: &Subject) -> Fleet {
    let sizes: Vec<usize> = subject.switches.iter().map(|switch| switch.options.len()).collect();
    let rows = pairwise::rows(&sizes, &|row| is_sound(&subject.switches, row));
    let mut fleet = Fleet::read(&["templates"]);
    fleet.add(
        "bayplan.yaml",
        document(
            "Fleet",
            "matrix",
            &json!({"delivery": {"kind": "flux", "url": "ssh://git@git.example.org/ops/fleet"}}),
        ),
    );
    for tenant in TENANTS {
        fleet.add(&format!("site-specs/{tenant}.yaml"), document("Tenant", tenant, &json!({})));
    }
    let mut clusters: BTreeMap<String, Value> = BTreeMap::new();
    for (number, row) in rows.iter().enumerate() {
        let choices: Vec<(&str, &Choice)> =
            subject.switches.iter().zip(row).map(|(switch, option)| (switch.name, &switch.options[*option])).collect();
        let places = subject.switches.iter().zip(row).filter(|(switch, _)| SWITCHES_OF_CLUSTERS.contains(&switch.name));
        let cluster = format!("c{}", places.map(|(_, option)| option.to_string()).collect::<String>());
        clusters.entry(cluster.clone()).or_insert_with(|| {
            let first = json!({"accepts": ["testing"], "templates": ["cluster-base"], "values": {"domain": format!("{cluster}.example.org"), "hostingDomain": format!("{cluster}.example.org")}});
            choices.iter().fold(first, |spec, (_, choice)| merged(spec, &choice.cluster))
        });
        add_site(&mut fleet, subject, number, &cluster, &choices);
    }
    for (name, spec) in &clusters {
        fleet.add(&format!("site-specs/clusters/{name}.yaml"), document("Cluster", name, spec));
    }
    let environment =
        json!({"tier": "testing", "clusters": clusters.keys().collect::<Vec<_>>(), "template": "namespace-base"});
    fleet.add("site-specs/testing.yaml", document("Environment", "testing", &environment));
    fleet
}

fn add_site(fleet: &mut Fleet, subject: &Subject, number: usize, cluster: &str, choices: &[(&str, &Choice)]) {
    let site = format!("s{number:03}");
    let tenant = TENANTS[number % TENANTS.len()];
    let (mut spec, mut namespace, mut values) =
        (json!({"tenant": tenant, "template": subject.template}), json!({}), subject.values.clone());
    let mut needed: BTreeSet<&str> = subject.secrets.iter().copied().collect();
    let mut external: BTreeSet<String> = BTreeSet::new();
    for (_, choice) in choices {
        spec = merged(spec, &choice.site);
        values = merged(values, &choice.values);
        namespace = merged(namespace, &choice.namespace);
        needed.extend(choice.secrets);
        external.extend(choice.external.iter().map(|name| name.replace("SITE", &site)));
    }
    if values.pointer("/worker/enabled") == Some(&json!(false)) {
        needed.remove("broker");
    }
    let object_name = |secret: &str| {
        if secret.contains('-') && secret.starts_with("app-") { secret.to_owned() } else { format!("{site}-{secret}") }
    };
    let kind =
        choices.iter().find_map(|(_, choice)| choice.cluster.pointer("/values/secrets/kind")).and_then(Value::as_str);
    let mut files = Vec::new();
    for secret in needed {
        let (name, path) = (object_name(secret), format!("secrets/{site}-{secret}.yaml"));
        let text = match kind {
            Some("sops") => sops(&name, &format!("{tenant}-{site}-testing"), keys(secret)),
            Some("sealed-secrets") => sealed(&name, &format!("{tenant}-{site}-testing"), keys(secret)),
            Some("existing") => {
                external.insert(format!("Secret/{name}"));
                continue;
            }
            _ => continue,
        };
        fleet.add(&path, text);
        files.push(json!({"file": path, "environments": ["testing"], "layer": "data"}));
    }
    spec["values"] = values;
    spec["namespace"] = json!({"values": namespace});
    spec["secrets"] = json!(files);
    let external = external.iter().filter_map(|entry| entry.split_once('/'));
    spec["external"] = external.map(|(kind, name)| json!({"kind": kind, "name": name})).collect();
    spec["environments"] = json!({"testing": {"clusters": [cluster]}});
    fleet.add(&format!("site-specs/sites/{site}.yaml"), document("Site", &site, &spec).replace("SITE", &site));
}

/// What cannot be: rules of the product say so, each with a test of its own.
fn is_sound(switches: &[Switch], row: &[usize]) -> bool {
    let option = |name: &str| switches.iter().position(|switch| switch.name == name).map_or(0, |switch| row[switch]);
    let is_argocd_with_sops = option("delivery") == 1 && option("secrets") == 1;
    let is_scaled_on_one_node = option("files") == 1 && (option("scale") != 0 || option("worker") == 2);
    !is_argocd_with_sops && !is_scaled_on_one_node
}

fn keys(secret: &str) -> &'static [&'static str] {
    SECRET_KEYS.iter().find(|(name, _)| *name == secret).expect("the Secret is listed").1
}

fn sops(name: &str, namespace: &str, keys: &[&str]) -> String {
    let cipher = "ENC[AES256_GCM,data:2+J34cBwJd3DsUvOgtgCyg==,iv:tx1I7yghXc3fkRXDuR4OsC1hbh2aag1EjFsrEqFOO10=,tag:yqWTCSqLoAnfQbMLu6f0Kw==,type:str]";
    let data: Value =
        keys.iter().map(|key| ((*key).to_owned(), json!(cipher))).collect::<serde_json::Map<_, _>>().into();
    json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": namespace}, "stringData": data,
        "sops": {
            "age": [{"recipient": "age183y54y0dt6x09unjtduvtx6sljkdyjhxkzx6g68h405ddf9elf6stctlq3", "enc": "-----BEGIN AGE ENCRYPTED FILE-----\nAA==\n-----END AGE ENCRYPTED FILE-----\n"}],
            "lastmodified": "2026-09-30T12:00:00Z", "mac": cipher, "encrypted_regex": "^(data|stringData)$", "version": "3.10.2",
        },
    })
    .to_string()
}

fn sealed(name: &str, namespace: &str, keys: &[&str]) -> String {
    let data: Value = keys
        .iter()
        .map(|key| ((*key).to_owned(), json!("AgAyeZedFgCNFpshgZJFM4WYspRLhHgfmOuTwsfVPDA=")))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let metadata = json!({"name": name, "namespace": namespace});
    json!({
        "apiVersion": "bitnami.com/v1alpha1", "kind": "SealedSecret", "metadata": metadata,
        "spec": {"encryptedData": data, "template": {"metadata": metadata}},
    })
    .to_string()
}

/// A spec document; JSON is YAML.
fn document(kind: &str, name: &str, spec: &Value) -> String {
    json!({"apiVersion": "bayplan/v1", "kind": kind, "metadata": {"name": name}, "spec": spec}).to_string()
}

/// Maps merge by key, all else is replaced.
fn merged(mut under: Value, over: &Value) -> Value {
    match (&mut under, over) {
        (Value::Object(below), Value::Object(above)) => {
            for (key, value) in above {
                let old = below.remove(key).unwrap_or(json!({}));
                below.insert(key.clone(), merged(old, value));
            }
            under
        }
        _ => over.clone(),
    }
}
