//! The table is read only as far as it is asked. This is a program of its own, since what is read stays read.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use bayplan::kubernetes::{Api, Catalogue, CustomKinds, Lookup, Minor, validate_object};
use serde_json::json;

#[test]
fn one_kind_inflates_only_what_it_needs() {
    assert!(!Catalogue::is_loaded());
    let (custom, _) = CustomKinds::read(&[]);
    assert!(!Catalogue::is_loaded(), "no CRD needs the table");
    let api = Api::new(Minor::NEWEST, custom.into());
    let inflated = || Catalogue::built_in().inflated().0;
    assert_eq!(inflated(), 0);
    let Lookup::Served(config_map) = api.kind("v1", "ConfigMap") else { panic!() };
    let mut violations = Vec::new();
    validate_object(
        config_map,
        &json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}),
        &mut violations,
    );
    assert_eq!(violations, []);
    assert!(inflated() <= 3, "{} chunks", inflated());
    let Lookup::Served(deployment) = api.kind("apps/v1", "Deployment") else { panic!() };
    assert!(deployment.schema.at("spec").is_some());
    let (now, all) = Catalogue::built_in().inflated();
    assert!(now <= 4 && all > 50, "{now} of {all} chunks");
}
