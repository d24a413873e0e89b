//! A small fleet with every feature that an explanation has to follow.

use crate::support::World;

pub fn every_feature() -> World {
    World::of(FILES)
}

const FILES: &[(&str, &str)] = &[
    (
        "bayplan.yaml",
        r#"apiVersion: bayplan/v1
kind: Fleet
metadata: {name: everything}
spec:
  values:
    registry: registry.example.org
    team: nobody
  enforce:
    monitored: true
  patches:
    - target: {kind: Deployment}
      merge: {metadata: {annotations: {example.org/owner: platform}}}
  delivery: {kind: flux, url: "ssh://git@git.example.org/ops/fleet", interval: 30m}
"#,
    ),
    (
        "terraform/one.json",
        r#"{"address": {"sensitive": false, "type": "string", "value": "192.0.2.7"},
 "sizes": {"sensitive": false, "type": ["map", "string"], "value": {"small": "5Gi"}}}
"#,
    ),
    (
        "site-specs/clusters.yaml",
        r#"apiVersion: bayplan/v1
kind: Cluster
metadata: {name: one, labels: {region: north}}
spec:
  kubernetesVersion: "1.36"
  accepts: [testing, production]
  templates: [cluster-things]
  values:
    publicAddress: {fact: address}
    team: cluster-team
  facts: {terraformOutput: terraform/one.json}
---
apiVersion: bayplan/v1
kind: Cluster
metadata: {name: two, labels: {region: south}}
spec:
  kubernetesVersion: "1.35"
  accepts: [production]
  values: {publicAddress: 198.51.100.4}
  delivery: {kind: argocd}
"#,
    ),
    (
        "site-specs/environments.yaml",
        r#"apiVersion: bayplan/v1
kind: Environment
metadata: {name: production}
spec:
  tier: production
  clusters: [one, two]
  template: namespace-things
  values: {replicas: 3}
  patches:
    - target: {kind: Service}
      strategic: {spec: {ports: [{port: 80, appProtocol: http}]}}
---
apiVersion: bayplan/v1
kind: Environment
metadata: {name: testing}
spec:
  tier: testing
  cluster: one
  template: namespace-things
  namespace: "{{site.name}}-in-{{environment.name}}"
  protect: false
---
apiVersion: bayplan/v1
kind: Environment
metadata: {name: preview}
spec:
  tier: testing
  cluster: one
  like: testing
"#,
    ),
    (
        "site-specs/tenants.yaml",
        r#"apiVersion: bayplan/v1
kind: Tenant
metadata: {name: acme, labels: {cost: a-17}}
spec:
  values:
    team: acme-team
    env:
      - {name: LOG_LEVEL, value: info}
      - {name: TENANT_ONLY, value: "1"}
  enforce: {limits: {memory: 256Mi}}
  environments:
    production: {values: {banner: quiet, limits: {cpu: 500m}}}
"#,
    ),
    (
        "site-specs/sites.yaml",
        r#"apiVersion: bayplan/v1
kind: Site
metadata: {name: shop, labels: {audience: public}}
spec:
  tenant: acme
  template: app
  values:
    image: {repository: acme/shop}
    hosts: [shop.example.org, www.shop.example.org]
    extra: {first: one, second: "2"}
    env:
      - {name: LOG_LEVEL, value: warn}
      - {name: SHOP, value: open}
  namespace:
    values: {quota: 20}
    patches:
      - target: {kind: ResourceQuota}
        json: [{op: add, path: /spec/hard/pods, value: "40"}]
  patches:
    - target: {kind: Deployment, name: shop-web}
      strategic:
        spec:
          template:
            spec:
              containers:
                - name: web
                  env: [{name: PATCHED, value: by-the-site}]
                  resources: {limits: {memory: 300Mi}}
  environments:
    testing:
      values: {image: {tag: 1.1.0}, replicas: 1, mode: worker}
    preview:
      values: {banner: preview, obsolete: null}
    production:
      values:
        image: {tag: 1.0.0}
        hosts: [shop.example.org]
        env:
          - {name: TENANT_ONLY, $patch: delete}
      patches:
        - target: {kind: Deployment}
          json:
            - {op: replace, path: /spec/replicas, value: 4}
            - {op: copy, from: /metadata/labels/team, path: /metadata/labels/owner}
            - {op: remove, path: /metadata/annotations/example.org~1banner}
      clusters:
        one: {}
        two:
          values: {replicas: 5}
          patches:
            - target: {kind: ConfigMap}
              merge: {data: {cluster: second}}
"#,
    ),
    (
        "templates/app/template.yaml",
        r#"apiVersion: bayplan/v1
kind: Template
metadata: {name: app}
spec:
  scope: site
  values:
    schema:
      type: object
      properties:
        registry: {type: string}
        team: {type: string}
        monitored: {type: boolean}
        publicAddress: {type: string}
        replicas: {type: integer}
        banner: {type: string}
        obsolete: {type: string}
        mode: {enum: [web, worker]}
        image: {type: object, properties: {repository: {type: string}, tag: {type: string}}}
        hosts: {type: array, items: {type: string}}
        extra: {type: object, additionalProperties: {type: string}}
        limits: {type: object, properties: {memory: {type: string}, cpu: {type: string}}}
        env:
          type: array
          x-kubernetes-list-type: map
          x-kubernetes-list-map-keys: [name]
          items: {type: object, properties: {name: {type: string}, value: {type: string}}}
        jobs:
          type: array
          items:
            type: object
            properties:
              name: {type: string}
              schedule: {type: string}
              args: {type: array, items: {type: string}}
    defaults:
      replicas: 2
      mode: web
      banner: loud
      obsolete: old
      limits: {memory: 128Mi, cpu: 100m}
      env:
        - {name: LOG_LEVEL, value: debug}
        - {name: DEFAULT, value: "yes"}
      jobs:
        - {name: tidy, schedule: H H(1-4) * * *, args: [tidy, --all]}
        - {name: mail, schedule: "H/15 * * * *", args: [mail]}
  computed:
    - {name: image_reference, value: "{{registry}}/{{image.repository}}:{{image.tag}}"}
    - {name: size, value: "{{replicas}}"}
    - {name: title, value: "{{site.name}} of {{team}}{{#monitored}}, watched{{/monitored}}"}
    - {name: hosts_json, json: hosts}
"#,
    ),
    (
        "templates/app/web.yaml.mustache",
        r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{site.name}}-web
  labels:
    {{> labels}}
  annotations:
    example.org/banner: {{banner}}
    example.org/title: "{{title}}"
{{#obsolete}}
    example.org/obsolete: {{obsolete}}
{{/obsolete}}
spec:
  replicas: {{size}}
  selector: {matchLabels: {app: "{{site.name}}"}}
  template:
    metadata:
      labels: {app: "{{site.name}}"}
    spec:
      containers:
        - name: web
          image: {{image_reference}}
          args: ["--mode={{mode}}", "--verbose={{#mode.worker}}yes{{/mode.worker}}{{^mode.worker}}no{{/mode.worker}}"]
          env: {{env}}
          envFrom: [{configMapRef: {name: "{{site.name}}-settings"}}]
          resources:
            limits:
              <<: {{limits}}
              ephemeral-storage: 1Gi
          ports:
            - containerPort: 8080
{{^mode.worker}}
            - containerPort: 8443
              name: https
{{/mode.worker}}
---
apiVersion: v1
kind: Service
metadata:
  name: {{site.name}}
spec:
  selector: {app: "{{site.name}}"}
  ports:
    - port: 80
      name: http
      targetPort: 8080
    - port: 443
      name: https
      targetPort: 8443
"#,
    ),
    (
        "templates/app/settings.yaml.mustache",
        r#"apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: ConfigMap
    metadata: {name: "{{site.name}}-settings"}
    data:
      <<: {{extra}}
      address: {{publicAddress}}
      region: "{{cluster.labels.region}}"
      tier: {{environment.tier}}
      hosts.json: {{hosts_json}}
      price: "costs ${MONEY}"
      script: |
        # begins here
        {{> run.sh}}
        echo {{site.name}} in {{namespace}}
        {{#hosts}}
        serve {{.}}
        {{/hosts}}
{{#hosts.any}}
  - apiVersion: v1
    kind: ConfigMap
    metadata: {name: "{{site.name}}-hosts"}
    data:
{{#hosts}}
      {{.}}: "{{site.name}}"
{{/hosts}}
{{/hosts.any}}
"#,
    ),
    (
        "templates/app/jobs.yaml.mustache",
        r#"{{#jobs}}
---
apiVersion: batch/v1
kind: CronJob
metadata:
  name: {{site.name}}-{{name}}
  labels:
    {{> labels}}
spec:
  schedule: {{schedule}}
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: job
              image: {{image_reference}}
              args:
{{#args}}
                - {{.}}
{{/args}}
{{/jobs}}
---
apiVersion: batch/v1
kind: Job
metadata:
  name: {{site.name}}-deploy
  annotations: {bayplan/run: on-change}
spec:
  template:
    spec:
      restartPolicy: Never
      containers: [{name: deploy, image: "{{image_reference}}", command: [deploy, "{{team}}"]}]
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: "{{site.name}}-files"}
spec:
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 5Gi}}
"#,
    ),
    (
        "templates/app/rules.yaml",
        r#"apiVersion: v1
kind: ConfigMap
metadata: {name: rules}
data:
  rule: "{{ $labels.pod }} is down"
"#,
    ),
    (
        "templates/app/partials/labels.mustache",
        r#"app: {{site.name}}
team: {{team}}
{{> shared/more}}
"#,
    ),
    ("templates/app/partials/run.sh", "set -eu\necho {{not a tag}}\n"),
    (
        "templates/shared/more.mustache",
        r#"audience: {{site.labels.audience}}
cost: {{tenant.labels.cost}}
shared: "true"
"#,
    ),
    (
        "templates/namespace-things/template.yaml",
        r#"apiVersion: bayplan/v1
kind: Template
metadata: {name: namespace-things}
spec:
  scope: namespace
  values:
    schema: {type: object, properties: {quota: {type: integer}, team: {type: string}}}
    defaults: {quota: 10}
"#,
    ),
    (
        "templates/namespace-things/all.yaml.mustache",
        r#"apiVersion: v1
kind: Namespace
metadata:
  name: {{namespace}}
  labels: {team: "{{team}}"}
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: quota}
spec:
  hard:
    services: {{quota}}
"#,
    ),
    (
        "templates/cluster-things/template.yaml",
        r#"apiVersion: bayplan/v1
kind: Template
metadata: {name: cluster-things}
spec:
  scope: cluster
  values:
    schema: {type: object, properties: {publicAddress: {type: string}}}
"#,
    ),
    (
        "templates/cluster-things/all.yaml.mustache",
        r#"apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata:
  name: fast
  annotations: {address: "{{publicAddress}}", small: "{{facts.sizes.small}}"}
provisioner: example.org/{{cluster.name}}
"#,
    ),
];
