//! `unknown-port`: probes, Services and routes that name a port which is not there.

use super::{Check, ERROR, Finding, Found, Rule, Standing};
use crate::diag::Code;
use crate::near;
use crate::object::Object;
use crate::pointer::Follow;
use crate::validate::view::path::Path;
use crate::validate::view::pod::Container;
use crate::validate::view::selector::has_all;
use crate::validate::view::{View, items, pointer, text};
use serde_json::Value;

pub static CODE: Code = Code {
    name: "unknown-port",
    explanation: "A probe or hook of a container calls a port by a name that none of the container's `ports` has; or the `targetPort` \
                  of a Service is a name that no container of the pods has that it selects; or an Ingress or HTTPRoute sends \
                  requests to a port that the Service does not have. The API server takes all of these, and nothing ever \
                  answers. Ports by number are judged in routes alone: a container may listen on one that it does not list.",
};

pub const RULE: Rule = Rule {
    code: &CODE,
    summary: "a probe, Service or route for a port that is not there",
    severity: ERROR,
    standing: Standing::Adjustable,
    check: Check::Unit(check),
};

fn check(view: &View<'_>, found: &mut Found) {
    for pod in &view.pods {
        for container in &pod.containers {
            handlers(view, pod.object, container, found);
        }
    }
    for (number, service) in view.of_kind("", "Service") {
        targets(view, number, service, found);
    }
    for (number, ingress) in view.of_kind("networking.k8s.io", "Ingress") {
        of_ingress(view, number, ingress, found);
    }
    for (number, route) in view.of_kind("gateway.networking.k8s.io", "HTTPRoute") {
        of_route(view, number, route, found);
    }
}

/// Names of the ports of a container.
fn port_names<'a>(container: &Container<'a>) -> impl Iterator<Item = &'a str> + use<'a> {
    items(container.value, "ports").map(|(_, port)| text(port, "name")).filter(|name| !name.is_empty())
}

fn handlers(view: &View<'_>, number: usize, container: &Container<'_>, found: &mut Found) {
    for path in ["/readinessProbe", "/livenessProbe", "/startupProbe", "/lifecycle/postStart", "/lifecycle/preStop"] {
        let Some(handler) = container.value.follow(path) else { continue };
        for action in ["httpGet", "tcpSocket"] {
            let Some(name) = handler.get(action).and_then(|action| named(action.get("port")?)) else { continue };
            if port_names(container).any(|known| known == name) {
                continue;
            }
            let owner = view.object(number).map(|object| object.identity().to_string()).unwrap_or_default();
            let field = container.pointer().join(&pointer(path)).child(action).child("port");
            let message = format!("{} of {owner} has no port called `{name}`", container.title());
            found.push(
                Finding::new(number, field, message, help(name, port_names(container), "the container")).sort(name),
            );
        }
    }
}

fn targets(view: &View<'_>, number: usize, service: &Object<'_>, found: &mut Found) {
    let Some(spec) = service.value.get("spec") else { return };
    let Some(selector) =
        spec.get("selector").filter(|selector| selector.as_object().is_some_and(|map| !map.is_empty()))
    else {
        return;
    };
    let namespace = service.namespace();
    let selected: Vec<_> =
        view.pods.iter().filter(|pod| pod.of.namespace == namespace && has_all(selector, pod.labels)).collect();
    let Some(first) = selected.first() else { return };
    let known: Vec<&str> = selected.iter().flat_map(|pod| &pod.containers).flat_map(port_names).collect();
    for (index, port) in items(spec, "ports") {
        let Some(name) = port.get("targetPort").and_then(named).filter(|name| !known.contains(name)) else { continue };
        let message = format!("{} sends to the port `{name}`, which no container of its pods has", service.identity());
        let field = pointer("/spec/ports").child(index).child("targetPort");
        let finding = Finding::new(number, field, message, help(name, known.iter().copied(), "a container"));
        let finding = finding.also(first.object, first.pointer("/spec/containers"), "its containers");
        found.push(finding.sort(name).of_absence());
    }
}

fn of_ingress(view: &View<'_>, number: usize, ingress: &Object<'_>, found: &mut Found) {
    let Some(spec) = ingress.value.get("spec") else { return };
    let mut judge = |backend: Option<&Value>, at: Path| {
        let Some(service) = backend.and_then(|backend| backend.get("service")) else { return };
        let Some(port) = service.get("port") else { return };
        let at = at.child("/service/port");
        if let Some(name) = port.get("name").and_then(Value::as_str) {
            route(view, number, ingress, text(service, "name"), Wanted::Name(name), at.child("name"), found);
        } else if let Some(port) = port.get("number").and_then(Value::as_i64) {
            route(view, number, ingress, text(service, "name"), Wanted::Number(port), at.child("number"), found);
        }
    };
    judge(spec.get("defaultBackend"), Path::new("/spec/defaultBackend"));
    for (index, rule) in items(spec, "rules") {
        let Some(http) = rule.get("http") else { continue };
        for (path, entry) in items(http, "paths") {
            let at = Path::new("/spec/rules").child(index).child("/http/paths").child(path);
            judge(entry.get("backend"), at.child("backend"));
        }
    }
}

fn of_route(view: &View<'_>, number: usize, object: &Object<'_>, found: &mut Found) {
    let Some(spec) = object.value.get("spec") else { return };
    for (rule, entry) in items(spec, "rules") {
        for (index, backend) in items(entry, "backendRefs") {
            let is_own_service = matches!(text(backend, "kind"), "" | "Service")
                && text(backend, "group").is_empty()
                && matches!(text(backend, "namespace"), namespace if namespace.is_empty() || namespace == object.namespace());
            let Some(port) = backend.get("port").and_then(Value::as_i64).filter(|_| is_own_service) else { continue };
            let at = Path::new("/spec/rules").child(rule).child("backendRefs").child(index).child("port");
            route(view, number, object, text(backend, "name"), Wanted::Number(port), at, found);
        }
    }
}

/// The port of a Service that a route asks for.
enum Wanted<'a> {
    Name(&'a str),
    Number(i64),
}

fn route(
    view: &View<'_>,
    number: usize,
    object: &Object<'_>,
    service: &str,
    wanted: Wanted<'_>,
    field: Path,
    found: &mut Found,
) {
    // A Service that is not there is another rule's.
    let Some((other, service)) = view.find("", "Service", object.namespace(), service) else { return };
    let Some(spec) = service.value.get("spec").filter(|spec| text(spec, "type") != "ExternalName") else { return };
    let ports = || items(spec, "ports").map(|(_, port)| port);
    let names = || ports().map(|port| text(port, "name")).filter(|name| !name.is_empty());
    let numbers = || ports().filter_map(|port| port.get("port")?.as_i64());
    let (what, help) = match wanted {
        Wanted::Name(wanted) if names().any(|known| known == wanted) => return,
        Wanted::Number(wanted) if numbers().any(|known| known == wanted) => return,
        Wanted::Name(wanted) => (format!("called `{wanted}`"), help(wanted, names(), "the Service")),
        Wanted::Number(wanted) => {
            let known: Vec<String> = numbers().map(|known| known.to_string()).collect();
            (wanted.to_string(), format!("it has {}", known.join(", ")))
        }
    };
    let message = format!("{} sends to {}, which has no port {what}", object.identity(), service.identity());
    let finding = Finding::new(number, field.pointer(), message, help).also(other, pointer("/spec/ports"), "its ports");
    found.push(finding.sort(what).of_absence());
}

/// A port that is given by name.
fn named(port: &Value) -> Option<&str> {
    // A text of digits alone is a number to Kubernetes, too.
    port.as_str().filter(|name| !name.is_empty() && !name.bytes().all(|byte| byte.is_ascii_digit()))
}

fn help<'n>(name: &str, known: impl Iterator<Item = &'n str>, holder: &str) -> String {
    near::hint(name, known).unwrap_or_else(|| format!("give {holder} a port with this name, or write a number"))
}
