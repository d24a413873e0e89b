//! Diagnostic codes of the finishing steps.

use crate::diag::Code;

pub static NOT_AN_OBJECT: Code = Code {
    name: "not-an-object",
    explanation: "A rendered document is not a Kubernetes object: it is no map, or lacks `apiVersion`, `kind` or \
                  `metadata.name`. `metadata.generateName` is not supported: output must be the same every time.",
};
pub static CLUSTER_SCOPED: Code = Code {
    name: "cluster-scoped-object",
    explanation: "A site's template may not write objects without a namespace: they would reach beyond the tenant. Put them \
                  into a template of scope `cluster` or `namespace`.",
};
pub static FOREIGN_NAMESPACE: Code = Code {
    name: "foreign-namespace",
    explanation: "A site or namespace template may write into its own namespace only. Leave `metadata.namespace` out: the \
                  compiler sets it.",
};
pub static MISSING_NAMESPACE: Code = Code {
    name: "missing-namespace",
    explanation: "A namespaced object of a cluster's template must name its namespace, since no namespace is its own.",
};
pub static RESERVED_KEY: Code = Code {
    name: "reserved-key",
    explanation: "Labels and annotations that begin with `bayplan/` belong to the compiler. Templates may write the \
                  annotations `bayplan/layer` and `bayplan/run`, nothing else.",
};
pub static LAYER_NOT_ALLOWED: Code = Code {
    name: "layer-not-allowed",
    explanation: "Objects of a site go to the layers data, services, before, app or after; claims, volumes and snapshots are \
                  always in data; what namespace and cluster templates write is platform, or data for volumes. Moving a claim \
                  to another layer would have it deleted with that layer.",
};
pub static JOB_RUN: Code = Code {
    name: "job-run",
    explanation: "`bayplan/run` is `once` or `on-change` and stands on Jobs of sites. A Job that runs on change gets a suffix \
                  of 9 characters, so its name may have 52 at most.",
};
pub static SCHEDULE: Code = Code {
    name: "bad-schedule",
    explanation: "In a CronJob's schedule a field may be `H`, `H(a-b)` or `H/n`: a number from a hash of the job's name, so \
                  that not all jobs start at once.",
};

pub static CODES: &[&Code] = &[
    &NOT_AN_OBJECT,
    &CLUSTER_SCOPED,
    &FOREIGN_NAMESPACE,
    &MISSING_NAMESPACE,
    &RESERVED_KEY,
    &LAYER_NOT_ALLOWED,
    &JOB_RUN,
    &SCHEDULE,
];
