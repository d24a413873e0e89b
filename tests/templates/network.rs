//! Network policies, evaluated as the API says: each way that a pod needs is open, and none between tenants, to databases past their own
//! site, or to private networks.

use crate::support::{Fleet, Object, Rendered, items, selects, texts};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

#[test]
fn of_the_example_fleet() {
    judge(&Fleet::example().rendered());
}

/// One end of a connection.
#[derive(Clone)]
enum End {
    Pod(Pod),
    Address(Ipv4Addr),
}

#[derive(Clone, Default)]
struct Pod {
    name: String,
    namespace: String,
    labels: BTreeMap<String, String>,
    ports: BTreeMap<String, u64>,
    /// What its containers find in their environment, but for secrets.
    environment: BTreeMap<String, String>,
}

struct Namespace<'a> {
    name: &'a str,
    objects: &'a [&'a Object],
    policies: Vec<&'a Object>,
}

pub fn judge(rendered: &Rendered) {
    for ((_, name), objects) in rendered.namespaces() {
        let policies = objects.iter().copied().filter(|object| object.kind() == "NetworkPolicy").collect();
        let namespace = Namespace { name, objects: &objects, policies };
        let pods: Vec<Pod> = objects.iter().filter_map(|object| namespace.pod(object)).collect();
        for pod in &pods {
            namespace.judge_pod(pod, &pods);
        }
        namespace.judge_gateway(&pods);
    }
}

impl Namespace<'_> {
    fn pod(&self, object: &Object) -> Option<Pod> {
        let template = object.pod_template()?;
        let (mut ports, mut environment) = (BTreeMap::new(), BTreeMap::new());
        for container in items(&template["spec"]["containers"]) {
            for port in items(&container["ports"]) {
                let number = port["containerPort"].as_u64().expect("a port has a number");
                ports.insert(port["name"].as_str().unwrap_or("").to_owned(), number);
            }
            for source in items(&container["envFrom"]) {
                environment.extend(self.config_map(&source["configMapRef"]["name"]));
            }
            for variable in items(&container["env"]) {
                let reference = &variable["valueFrom"]["configMapKeyRef"];
                let referred =
                    reference["key"].as_str().and_then(|key| self.config_map(&reference["name"]).remove(key));
                let value = variable["value"].as_str().map(str::to_owned).or(referred);
                environment.extend(value.map(|value| (variable["name"].as_str().unwrap_or("").to_owned(), value)));
            }
        }
        let labels = texts(&template["metadata"]["labels"]);
        Some(Pod { name: object.name().to_owned(), namespace: self.name.to_owned(), labels, ports, environment })
    }

    fn config_map(&self, name: &Value) -> BTreeMap<String, String> {
        let found = self.objects.iter().find(|object| object.kind() == "ConfigMap" && object.name() == name);
        found.map(|object| texts(object.at("/data"))).unwrap_or_default()
    }

    fn services(&self) -> impl Iterator<Item = &Object> {
        self.objects.iter().copied().filter(|object| object.kind() == "Service")
    }

    /// The pods behind a Service, each with the number of the port there.
    fn behind<'p>(&self, service: &Object, port: u64, pods: &'p [Pod]) -> Vec<(&'p Pod, u64)> {
        let found = items(service.at("/spec/ports"))
            .find(|listed| listed["port"] == json!(port))
            .unwrap_or_else(|| panic!("{} has port {port}", service.path));
        let target = |pod: &Pod| match &found["targetPort"] {
            Value::String(name) => *pod.ports.get(name).unwrap_or_else(|| panic!("{} has a port {name}", pod.name)),
            number => number.as_u64().unwrap_or(port),
        };
        let selector = json!({"matchLabels": service.at("/spec/selector")});
        let behind: Vec<_> =
            pods.iter().filter(|pod| selects(&selector, &pod.labels)).map(|pod| (pod, target(pod))).collect();
        assert!(!behind.is_empty(), "{} selects nothing", service.path);
        behind
    }

    /// The Services that a pod's environment names, each with the port.
    fn needs(&self, pod: &Pod) -> Vec<(&Object, u64)> {
        let mut needs = Vec::new();
        for service in self.services() {
            for (key, value) in &pod.environment {
                let after_name = value.split_once(&format!("{}:", service.name())).map(|(_, rest)| rest);
                let in_url = after_name.filter(|_| value.contains("://")).and_then(|rest| rest.split('/').next());
                let beside = (value == service.name()).then(|| pod.environment.get(&key.replace("HOST", "PORT")));
                let port = in_url.or(beside.flatten().map(String::as_str)).and_then(|port| port.parse().ok());
                let only = items(service.at("/spec/ports")).next().and_then(|port| port["port"].as_u64());
                if in_url.is_some() || (value == service.name() && key.contains("HOST")) {
                    needs.push((service, port.or(only).expect("a Service has a port")));
                }
            }
        }
        needs
    }

    fn judge_pod(&self, pod: &Pod, pods: &[Pod]) {
        let from = End::Pod(pod.clone());
        let server =
            Pod { namespace: "kube-system".to_owned(), labels: labels(&[("k8s-app", "kube-dns")]), ..Pod::default() };
        assert!(
            self.leaves(&from, &End::Pod(server.clone()), 53, "UDP")
                && self.leaves(&from, &End::Pod(server), 53, "TCP"),
            "{}: {} cannot resolve names",
            self.name,
            pod.name
        );
        for (service, port) in self.needs(pod) {
            for (target, number) in self.behind(service, port, pods) {
                let to = End::Pod(target.clone());
                let is_open = self.leaves(&from, &to, number, "TCP") && self.enters(&from, &to, number, "TCP");
                assert!(is_open, "{}: {} cannot reach {} at {number}", self.name, pod.name, target.name);
            }
        }
        let is_server = pod.labels.contains_key("allow/clients");
        let calls_out = self.leaves(&from, &End::Address(Ipv4Addr::new(198, 51, 100, 7)), 443, "TCP");
        assert_eq!(calls_out, pod.labels.contains_key("allow/internet"), "{}: {}", self.name, pod.name);
        assert!(!is_server || !calls_out, "{}: {} calls out", self.name, pod.name);
        for (address, port) in [
            ([169, 254, 169, 254], 80),
            ([10, 96, 0, 1], 443),
            ([172, 16, 3, 4], 443),
            ([192, 168, 0, 1], 80),
            ([198, 51, 100, 7], 25),
        ] {
            let address = Ipv4Addr::from(address);
            assert!(
                !self.leaves(&from, &End::Address(address), port, "TCP"),
                "{}: {} reaches {address}:{port}",
                self.name,
                pod.name
            );
        }
        // The same pod of another namespace: neither goes to the other.
        let foreign = End::Pod(Pod { namespace: format!("{}-other", self.name), ..pod.clone() });
        for target in pods {
            let to = End::Pod(target.clone());
            for port in target.ports.values().copied().chain([9000, 8089]) {
                assert!(!self.enters(&foreign, &to, port, "TCP"), "{}: others reach {}:{port}", self.name, target.name);
                assert!(!self.leaves(&to, &foreign, port, "TCP"), "{}: {} reaches others", self.name, target.name);
                let is_needed = self.needs(pod).iter().any(|(service, number)| {
                    self.behind(service, *number, pods)
                        .iter()
                        .any(|(behind, at)| behind.name == target.name && *at == port)
                });
                let is_open = self.leaves(&from, &to, port, "TCP") && self.enters(&from, &to, port, "TCP");
                let is_client =
                    pod.labels.contains_key("allow/services") && target.labels.contains_key("allow/clients");
                assert!(
                    !is_open || is_needed || is_client,
                    "{}: {} reaches {}:{port}",
                    self.name,
                    pod.name,
                    target.name
                );
            }
        }
    }

    /// The gateway reaches what routes name, and nothing else; cert-manager's solvers too.
    fn judge_gateway(&self, pods: &[Pod]) {
        let Some(policy) = self.policies.iter().find(|policy| policy.name() == "gateway") else { return };
        let source = policy
            .at("/spec/ingress/0/from/0/namespaceSelector/matchExpressions/0/values/0")
            .as_str()
            .expect("the policy names a namespace");
        let gateway = End::Pod(Pod { namespace: source.to_owned(), ..Pod::default() });
        let mut routed: Vec<(String, u64)> = Vec::new();
        for object in self.objects {
            let by_route = items(object.at("/spec/rules"))
                .flat_map(|rule| items(&rule["backendRefs"]))
                .map(|backend| (backend["name"].clone(), backend["port"].clone()));
            let paths = items(object.at("/spec/rules"))
                .flat_map(|rule| items(&rule["http"]["paths"]))
                .map(|path| &path["backend"]["service"]);
            let number_or_name =
                |port: &'_ Value| if port["number"].is_null() { port["name"].clone() } else { port["number"].clone() };
            let by_ingress = paths.map(|service| (service["name"].clone(), number_or_name(&service["port"])));
            let backends: Vec<(Value, Value)> = match object.kind() {
                "HTTPRoute" => by_route.collect(),
                "Ingress" => by_ingress.collect(),
                _ => continue,
            };
            for (name, port) in backends {
                let service = self
                    .services()
                    .find(|service| Some(service.name()) == name.as_str())
                    .unwrap_or_else(|| panic!("{} routes to {name}", object.path));
                let listed = items(service.at("/spec/ports"))
                    .find(|listed| listed["port"] == port || listed["name"] == port)
                    .expect("the Service has that port");
                for (pod, number) in self.behind(service, listed["port"].as_u64().expect("a number"), pods) {
                    let to = End::Pod(pod.clone());
                    assert!(
                        self.enters(&gateway, &to, number, "TCP"),
                        "{}: the gateway cannot reach {}",
                        self.name,
                        pod.name
                    );
                    routed.push((pod.name.clone(), number));
                }
            }
        }
        for pod in pods {
            for port in pod.ports.values().copied().chain([9000]) {
                let is_routed = routed.contains(&(pod.name.clone(), port));
                assert_eq!(
                    self.enters(&gateway, &End::Pod(pod.clone()), port, "TCP"),
                    is_routed,
                    "{}: the gateway and {}:{port}",
                    self.name,
                    pod.name
                );
            }
        }
        let solver = Pod {
            namespace: self.name.to_owned(),
            labels: labels(&[("acme.cert-manager.io/http01-solver", "true")]),
            ..Pod::default()
        };
        let stranger = End::Pod(Pod { namespace: "elsewhere".to_owned(), ..Pod::default() });
        assert!(
            self.enters(&gateway, &End::Pod(solver.clone()), 8089, "TCP")
                && !self.enters(&stranger, &End::Pod(solver), 8089, "TCP"),
            "{}",
            self.name
        );
    }

    fn leaves(&self, from: &End, to: &End, port: u64, protocol: &str) -> bool {
        let End::Pod(pod) = from else { return true };
        self.is_open("Egress", pod, to, to, port, protocol)
    }

    fn enters(&self, from: &End, to: &End, port: u64, protocol: &str) -> bool {
        let End::Pod(pod) = to else { return true };
        self.is_open("Ingress", pod, from, to, port, protocol)
    }

    /// Whether the policies of a pod let it have to do with a peer: all, if no policy selects it, else what one of them allows.
    fn is_open(&self, direction: &str, pod: &Pod, peer: &End, target: &End, port: u64, protocol: &str) -> bool {
        let (rules, peers) = if direction == "Egress" { ("/spec/egress", "to") } else { ("/spec/ingress", "from") };
        let selecting: Vec<&&Object> = self
            .policies
            .iter()
            .filter(|policy| {
                items(policy.at("/spec/policyTypes")).any(|listed| listed == direction)
                    && selects(policy.at("/spec/podSelector"), &pod.labels)
            })
            .collect();
        assert!(!selecting.is_empty(), "{}: nothing is said of {}", self.name, pod.name);
        selecting.iter().flat_map(|policy| items(policy.at(rules))).any(|rule| {
            let is_peer = rule[peers].is_null() || items(&rule[peers]).any(|listed| self.is_peer(listed, peer));
            let is_port =
                rule["ports"].is_null() || items(&rule["ports"]).any(|listed| is_port(listed, target, port, protocol));
            is_peer && is_port
        })
    }

    fn is_peer(&self, listed: &Value, peer: &End) -> bool {
        match peer {
            End::Address(address) => {
                let block = &listed["ipBlock"];
                block["cidr"].as_str().is_some_and(|cidr| is_within(*address, cidr))
                    && !items(&block["except"]).any(|cidr| cidr.as_str().is_some_and(|cidr| is_within(*address, cidr)))
            }
            End::Pod(pod) => {
                let by_namespace = match &listed["namespaceSelector"] {
                    Value::Null => listed["podSelector"].is_object() && pod.namespace == self.name,
                    selector => selects(selector, &labels(&[("kubernetes.io/metadata.name", &pod.namespace)])),
                };
                by_namespace && (listed["podSelector"].is_null() || selects(&listed["podSelector"], &pod.labels))
            }
        }
    }
}

fn is_port(listed: &Value, target: &End, port: u64, protocol: &str) -> bool {
    let number = match (&listed["port"], target) {
        (Value::String(name), End::Pod(pod)) => pod.ports.get(name).copied(),
        (number, _) => number.as_u64(),
    };
    listed["protocol"].as_str().unwrap_or("TCP") == protocol && number == Some(port)
}

fn is_within(address: Ipv4Addr, cidr: &str) -> bool {
    let Some((base, bits)) = cidr.split_once('/') else { return false };
    let (Ok(base), Ok(bits)) = (base.parse::<Ipv4Addr>(), bits.parse::<u32>()) else { return false };
    let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
    u32::from(base) & mask == u32::from(address) & mask
}

fn labels(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}
