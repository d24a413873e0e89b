//! Objects that stay, with fields by which their data would be lost now or later.

use crate::edits::{
    CLAIMS, CRD, Case, DATABASE, ENVIRONMENTS, FLEET, NAMESPACE, PORTAL, SHOP, STORAGE, STORE, TENANTS, WEB, WIKI,
};
use crate::support::Op::{self, Append, Delete, Everywhere, Replace, Write};

const NAMESPACE_DOCUMENT: &str = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {{namespace}}\n  labels: {pod-security.kubernetes.io/enforce: baseline}\n---\n";

const SOPS: &str = "apiVersion: v1\nkind: Secret\nmetadata: {name: shop-credentials, namespace: globex-shop-production}\nstringData:\n  password: ENC[AES256_GCM,data:aGVsbG8=,iv:aGVsbG8=,tag:aGVsbG8=,type:str]\nsops:\n  age: [{recipient: age1example, enc: none}]\n  mac: ENC[AES256_GCM,data:aGVsbG8=,iv:aGVsbG8=,tag:aGVsbG8=,type:str]\n  lastmodified: \"2026-09-30T12:00:00Z\"\n  version: 3.10.2\n";
const SEALED: &str = "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: shop-credentials, namespace: globex-shop-production}\nspec:\n  encryptedData: {password: AgBy8h}\n  template: {metadata: {name: shop-credentials, namespace: globex-shop-production}}\n";

const SECRETS_OF_SHOP: &str = "  secrets: [{file: secrets/shop.yaml, environments: [production], layer: data}]\n";
const WITH_SECRETS: Op = Replace(
    SHOP,
    "  environments:\n",
    "  secrets: [{file: secrets/shop.yaml, environments: [production], layer: data}]\n  environments:\n",
);
const SOPS_OF_SHOP: &[Op] = &[Write("secrets/shop.yaml", SOPS), WITH_SECRETS];
const SEALED_OF_SHOP: &[Op] = &[Write("secrets/shop.yaml", SEALED), WITH_SECRETS];

pub const CASES: &[Case] = &[
    // Layers of values.
    Case {
        name: "a value shrinks claims",
        base: &[],
        edit: &[Replace(PORTAL, "size: 20Gi", "size: 5Gi")],
        due: &["storage-shrunk"],
    },
    Case {
        name: "a lower layer shrinks claims of many sites",
        base: &[],
        edit: &[Replace("bayplan.yaml", "size: 10Gi", "size: 10G")],
        due: &["immutable-changed", "storage-shrunk", "storage-shrunk", "storage-shrunk"],
    },
    Case {
        name: "a patch of an environment changes the storage class",
        base: &[],
        edit: &[Replace(
            ENVIRONMENTS,
            "tier: staging",
            "tier: staging\n  patches:\n    - target: {kind: PersistentVolumeClaim, name: \"*-database\"}\n      merge: {spec: {storageClassName: slow}}",
        )],
        due: &["immutable-changed"],
    },
    Case {
        name: "a claim is to be made from a snapshot",
        base: &[],
        edit: &[Replace(
            CLAIMS,
            "  storageClassName: fast\n",
            "  storageClassName: fast\n  dataSource: {apiGroup: snapshot.storage.k8s.io, kind: VolumeSnapshot, name: yesterday}\n",
        )],
        due: &["immutable-changed", "immutable-changed", "immutable-changed", "immutable-changed"],
    },
    Case {
        name: "a fleet enforces a smaller size",
        base: &[],
        edit: &[
            Replace(FLEET, "  values: {size: 10Gi}\n", "  values: {size: 10Gi}\n  enforce: {size: 4Gi}\n"),
            Replace(PORTAL, "      values: {size: 20Gi}\n", "      values: {}\n"),
        ],
        due: &["immutable-changed", "storage-shrunk", "storage-shrunk", "storage-shrunk", "storage-shrunk"],
    },
    Case {
        name: "an environment starts from another one than before",
        base: &[
            Replace(PORTAL, "    staging: {}", "    staging: {}\n    preview: {values: {greeting: hi}}"),
            Replace(ENVIRONMENTS, "template: ns\n  protect: false\n", "template: ns\n  like: production\n"),
        ],
        edit: &[Replace(ENVIRONMENTS, "like: production", "like: staging")],
        due: &["storage-shrunk"],
    },
    // Protection.
    Case {
        name: "an environment is no longer protected",
        base: &[],
        edit: &[Replace(ENVIRONMENTS, "tier: staging", "tier: staging\n  protect: false")],
        due: &["protection-removed"],
    },
    Case {
        name: "a site's environment is no longer protected",
        base: &[],
        edit: &[Replace(PORTAL, "    staging: {}", "    staging: {protect: false}")],
        due: &["protection-removed"],
    },
    Case {
        name: "a volume may be deleted with its claim",
        base: &[],
        edit: &[Replace(STORAGE, "persistentVolumeReclaimPolicy: Retain", "persistentVolumeReclaimPolicy: Delete")],
        due: &["protection-removed"],
    },
    Case {
        name: "a StatefulSet deletes its claims when it leaves",
        base: &[],
        edit: &[Replace(
            STORE,
            "  replicas: {{replicas}}\n",
            "  replicas: {{replicas}}\n  persistentVolumeClaimRetentionPolicy: {whenDeleted: Delete, whenScaled: Retain}\n",
        )],
        due: &["protection-removed"],
    },
    Case {
        name: "a site is no longer protected",
        base: &[],
        edit: &[Replace(SHOP, "  template: web\n", "  template: web\n  protect: false\n")],
        due: &["protection-removed"],
    },
    Case {
        name: "a tenant's environment is no longer protected",
        base: &[],
        edit: &[Replace(
            TENANTS,
            "metadata: {name: acme}\nspec: {}",
            "metadata: {name: acme}\nspec: {environments: {staging: {protect: false}}}",
        )],
        due: &["protection-removed"],
    },
    Case {
        name: "protection is taken off, and a claim renamed in the same step",
        base: &[],
        edit: &[
            Replace(SHOP, "  template: web\n", "  template: web\n  protect: false\n"),
            Everywhere("{{site.name}}-files", "{{site.name}}-media"),
        ],
        due: &["data-removed", "data-removed", "data-removed", "protection-removed"],
    },
    Case {
        name: "the limit of removals is lifted, and a site removed",
        base: &[],
        edit: &[Replace(FLEET, "maxRemoval: 20%", "maxRemoval: 100%"), Delete(WIKI)],
        due: &["namespace-removed"],
    },
    // Layers of the output.
    Case {
        name: "a StatefulSet moves to a later layer",
        base: &[],
        edit: &[Replace(
            STORE,
            "kind: StatefulSet\nmetadata:\n  name: {{site.name}}-store\n  annotations: {bayplan/layer: services}",
            "kind: StatefulSet\nmetadata:\n  name: {{site.name}}-store",
        )],
        due: &["object-moved"],
    },
    Case {
        name: "a load balancer moves to a later layer",
        base: &[],
        edit: &[Replace(
            DATABASE,
            "  name: {{site.name}}-door\n  annotations: {bayplan/layer: services}",
            "  name: {{site.name}}-door",
        )],
        due: &["object-moved", "object-moved", "object-moved", "object-moved"],
    },
    Case {
        name: "the Namespace leaves its template",
        base: &[],
        edit: &[Replace(NAMESPACE, NAMESPACE_DOCUMENT, "")],
        due: &["namespace-removed", "namespace-removed", "namespace-removed", "namespace-removed"],
    },
    // Data that is no claim.
    Case {
        name: "a ConfigMap that was data is so no longer",
        base: &[Replace(
            WEB,
            "metadata: {name: \"{{site.name}}-settings\"}",
            "metadata: {name: \"{{site.name}}-settings\", annotations: {bayplan/layer: data}}",
        )],
        edit: &[Replace(WEB, ", annotations: {bayplan/layer: data}", "")],
        due: &["object-moved", "object-moved", "object-moved"],
    },
    Case {
        name: "a snapshot leaves",
        base: &[Append(
            CLAIMS,
            "---\napiVersion: snapshot.storage.k8s.io/v1\nkind: VolumeSnapshot\nmetadata: {name: \"{{site.name}}-before\"}\nspec: {source: {persistentVolumeClaimName: \"{{site.name}}-files\"}}\n",
        )],
        edit: &[Replace(CLAIMS, "{{site.name}}-before", "{{site.name}}-after")],
        due: &["data-removed", "data-removed", "data-removed"],
    },
    Case {
        name: "a snapshot is of another claim",
        base: &[Append(
            CLAIMS,
            "---\napiVersion: snapshot.storage.k8s.io/v1\nkind: VolumeSnapshot\nmetadata: {name: before}\nspec: {source: {persistentVolumeClaimName: \"{{site.name}}-files\"}}\n",
        )],
        edit: &[Replace(
            CLAIMS,
            "persistentVolumeClaimName: \"{{site.name}}-files\"",
            "persistentVolumeClaimName: \"{{site.name}}-database\"",
        )],
        due: &["immutable-changed", "immutable-changed", "immutable-changed", "immutable-changed"],
    },
    Case {
        name: "the credentials of a database leave with their SOPS file",
        base: SOPS_OF_SHOP,
        edit: &[Replace(SHOP, SECRETS_OF_SHOP, ""), Delete("secrets/shop.yaml")],
        due: &["data-removed"],
    },
    Case {
        name: "the credentials of a database leave the layer of data",
        base: SOPS_OF_SHOP,
        edit: &[Replace(SHOP, ", layer: data}]", "}]")],
        due: &["object-moved"],
    },
    Case {
        name: "sealed credentials of a database leave",
        base: SEALED_OF_SHOP,
        edit: &[Replace(SHOP, SECRETS_OF_SHOP, ""), Delete("secrets/shop.yaml")],
        due: &["data-removed"],
    },
    Case {
        name: "sealed credentials of a database leave the layer of data",
        base: SEALED_OF_SHOP,
        edit: &[Replace(SHOP, ", layer: data}]", "}]")],
        due: &["object-moved"],
    },
    // The cluster's own.
    Case {
        name: "a CRD is renamed",
        base: &[],
        edit: &[Replace(CRD, "backups", "copies"), Replace(CRD, "singular: backup", "singular: copy")],
        due: &["crd-removed"],
    },
    Case {
        name: "the version of a CRD leaves that objects are stored in",
        base: &[],
        edit: &[Replace(CRD, "- name: v1", "- name: v2")],
        due: &["immutable-changed"],
    },
    Case {
        name: "a storage class deletes volumes from now on",
        base: &[],
        edit: &[Replace(STORAGE, "reclaimPolicy: Retain\nallow", "reclaimPolicy: Delete\nallow")],
        due: &["immutable-changed"],
    },
    Case {
        name: "a volume is another folder of the server",
        base: &[],
        edit: &[Replace(STORAGE, "path: /archive", "path: /attic")],
        due: &["immutable-changed"],
    },
    Case {
        name: "the class of snapshots deletes them from now on",
        base: &[Append(
            STORAGE,
            "---\napiVersion: snapshot.storage.k8s.io/v1\nkind: VolumeSnapshotClass\nmetadata: {name: keep}\ndriver: cinder.csi.openstack.org\ndeletionPolicy: Retain\n",
        )],
        edit: &[Replace(STORAGE, "deletionPolicy: Retain", "deletionPolicy: Delete")],
        due: &["protection-removed"],
    },
];
