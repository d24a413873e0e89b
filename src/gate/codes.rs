//! The codes of the gates: what each refuses and why, for `bayplan explain CODE`.

use crate::diag::Code;

pub static DATA_REMOVED: Code = Code {
    name: "data-removed",
    explanation: "A claim, volume, snapshot or other protected object was published and is not in the new tree: it was removed, \
                  renamed or moved to another namespace or cluster. The cluster keeps it, and nothing manages it any more; what \
                  takes its place begins empty. To delete data on purpose, publish `protect: false` first, let the cluster take \
                  it, then remove the site.",
};
pub static NAMESPACE_REMOVED: Code = Code {
    name: "namespace-removed",
    explanation: "A protected namespace was published and is not in the new tree. Renaming a site, a tenant or an environment \
                  renames namespaces, and volumes do not move with them. The cluster keeps the namespace and its claims and \
                  deletes the rest of what is in it. An Acknowledgement of it covers the claims.",
};
pub static CRD_REMOVED: Code = Code {
    name: "crd-removed",
    explanation: "A CustomResourceDefinition was published and is not in the new tree. The cluster deletes it, and with it every \
                  object of its kind in every namespace, whoever made them.",
};
pub static DATA_DETACHED: Code = Code {
    name: "data-detached",
    explanation: "A pod template no longer mounts a published claim that it mounted, or mounts something else in its place, or a \
                  StatefulSet with claim templates leaves, or the workload leaves and no other mounts the claim. The data is \
                  still there, and the application begins with nothing. A claim that the same container mounts at another \
                  path is warned of: the application must be told to look there.",
};
pub static STORAGE_SHRUNK: Code = Code {
    name: "storage-shrunk",
    explanation: "A claim asks for less storage than it was published with. Kubernetes refuses to shrink a volume, so Flux or \
                  Argo CD would fail and everything after it would wait.",
};
pub static GROWTH_DOUBTFUL: Code = Code {
    name: "growth-doubtful",
    explanation: "A claim asks for more storage, and the cluster may refuse: its storage class does not let volumes grow, or no \
                  published pod uses the claim, so that it may not be bound yet; Kubernetes resizes bound claims alone.",
};
pub static IMMUTABLE_CHANGED: Code = Code {
    name: "immutable-changed",
    explanation: "A field changes that Kubernetes does not let change once an object exists. Flux or Argo CD would fail with \
                  `field is immutable`. Give the object another name, or delete the one in the cluster by hand (a StatefulSet \
                  with `--cascade=orphan`) and acknowledge it.",
};
pub static OBJECT_MOVED: Code = Code {
    name: "object-moved",
    explanation: "An object moves to a later layer. The layer that had it is applied first and deletes it; the later one makes it \
                  anew. Data, StatefulSets and load balancers, whose address would change, are refused; others are warned of.",
};
pub static PROTECTION_REMOVED: Code = Code {
    name: "protection-removed",
    explanation: "What kept data from being deleted goes: `protect: false`, or a policy that said Retain. From then on, removing \
                  the object deletes its data. An Acknowledgement of it is the first of the two steps by which data is deleted.",
};
pub static OWNER_CHANGED: Code = Code {
    name: "owner-changed",
    explanation: "A namespace or protected data stays, and is another tenant's, environment's or site's from now on, as where two \
                  environments swap the patterns of their namespaces' names: whoever gets it finds the data of others in it. \
                  Where the old owner is gone and the new one is new, it is a rename and no more than a warning.",
};
pub static DELIVERY_MOVED: Code = Code {
    name: "delivery-moved",
    explanation: "A Kustomization of Flux or an Application of Argo CD leaves while objects that it applied stay, as where a \
                  cluster passes from one tool to the other or `delivery.namespace` changes. What it applied and is not kept is \
                  deleted with it, and made anew by another one later: a CustomResourceDefinition takes every object of its \
                  kind along, and a load balancer comes back at another address.",
};
pub static JOB_RUNS_AGAIN: Code = Code {
    name: "job-runs-again",
    explanation: "A Job that was to run once leaves, and a Job of the same site comes in its place under another name, or runs on \
                  each change from now on. The cluster takes it for a new one and runs it on the data that is there: an \
                  installer would begin from nothing.",
};
pub static MASS_REMOVAL: Code = Code {
    name: "mass-removal",
    explanation: "A cluster, an environment or a tenant leaves whole, or more than `publish.maxRemoval` of the protected objects \
                  of a cluster leave at once (10 at least). What `state: disabled` takes away is not counted.",
};
pub static EMPTY_OUTPUT: Code = Code {
    name: "empty-output",
    explanation: "The new tree holds no object outside of delivery, and the published one does: the clusters would be emptied. \
                  It cannot be acknowledged. To give up a fleet, suspend its delivery and delete the branch.",
};

pub static CODES: &[&Code] = &[
    &DATA_REMOVED,
    &NAMESPACE_REMOVED,
    &CRD_REMOVED,
    &DATA_DETACHED,
    &STORAGE_SHRUNK,
    &GROWTH_DOUBTFUL,
    &IMMUTABLE_CHANGED,
    &OBJECT_MOVED,
    &PROTECTION_REMOVED,
    &OWNER_CHANGED,
    &DELIVERY_MOVED,
    &JOB_RUNS_AGAIN,
    &MASS_REMOVAL,
    &EMPTY_OUTPUT,
];

/// Those that an Acknowledgement may name: all but the one that would leave nothing to be careful of.
pub fn acknowledgeable() -> impl Iterator<Item = &'static Code> {
    CODES.iter().copied().filter(|code| code.name != EMPTY_OUTPUT.name)
}
