#!/usr/bin/env python3
"""Holds a rendered tree against kubernetes-validate and the schemas of CRDs, both strictly: a field that a schema does not know is an error.

    tools/strict-manifests.py TREE MINOR CRDS

A judge of another family than the product: PyYAML reads, jsonschema judges. It needs the packages kubernetes-validate and PyYAML.
"""

import sys
from pathlib import Path

import jsonschema
import kubernetes_validate
import yaml

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def documents(path):
    with path.open() as file:
        return [document for document in yaml.load_all(file, LOADER) if document]


def closed(schema):
    """The schema of a CRD as the API server takes it under strict field validation."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {key: closed(value) for key, value in schema.items()}
    if schema.get("x-kubernetes-int-or-string"):
        schema.pop("type", None)
    is_open = "additionalProperties" in schema or schema.get("x-kubernetes-preserve-unknown-fields")
    if schema.get("type") == "object" and "properties" in schema and not is_open:
        schema["additionalProperties"] = False
    return schema


def custom_kinds(folder):
    kinds = {}
    for path in sorted(path for path in folder.rglob("*") if path.suffix in (".yaml", ".yml", ".json")):
        for document in documents(path):
            if document.get("kind") != "CustomResourceDefinition":
                continue
            spec = document["spec"]
            for version in (version for version in spec["versions"] if version["served"]):
                schema = closed(version["schema"]["openAPIV3Schema"])
                schema["properties"].update(apiVersion={"type": "string"}, kind={"type": "string"}, metadata={"type": "object"})
                kinds[f"{spec['group']}/{version['name']}", spec["names"]["kind"]] = jsonschema.Draft202012Validator(schema)
    return kinds


def main():
    tree, minor, crds = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    kinds = custom_kinds(crds)
    judged = refused = 0
    for path in sorted(tree.rglob("*.yaml")):
        if path.name == "kustomization.yaml":
            continue
        for document in documents(path):
            judged += 1
            # Flux takes it away before it applies a Secret.
            document.pop("sops", None)
            try:
                custom = kinds.get((document["apiVersion"], document["kind"]))
                if custom:
                    custom.validate(document)
                else:
                    kubernetes_validate.validate(document, minor, strict=True)
            except Exception as error:
                refused += 1
                print(f"{path}: {type(error).__name__}: {str(error).splitlines()[0]}")
    print(f"{judged} objects, {refused} refused")
    sys.exit(1 if refused or not judged else 0)


if __name__ == "__main__":
    main()
