//! What must hold of every file in `deploy/`, no matter who reads it.

use crate::source;

fn deployed(ending: &str) -> Vec<(String, String)> {
    let files = source::files("deploy", ending);
    assert!(!files.is_empty(), "nothing in deploy/ ends in {ending}");
    files
}

/// The images that a text names, with the line: `image: x` of manifests, `FROM x` of a Dockerfile.
fn images(text: &str) -> Vec<&str> {
    let named = |line| {
        let line: &str = str::trim_start(line);
        line.strip_prefix("image:").or_else(|| line.strip_prefix("- image:")).or_else(|| line.strip_prefix("FROM "))
    };
    text.lines().filter_map(named).filter_map(|rest| rest.split_whitespace().next()).collect()
}

/// Whether an image says which release it is, to the last digit.
fn is_pinned(image: &str) -> bool {
    let release = image.rsplit_once('/').map_or(image, |(_, name)| name).split_once(':').map_or("", |(_, tag)| tag);
    let numbers = release.split('-').next().unwrap_or_default().split('.');
    // PostgreSQL's versions have two numbers, all others three.
    let enough = if image.starts_with("postgres:") { 2 } else { 3 };
    numbers.clone().count() >= enough && numbers.clone().all(|number| number.parse::<u32>().is_ok())
}

#[test]
fn every_image_is_pinned_to_a_release() {
    let mut found = 0;
    for (path, text) in deployed(".yaml").into_iter().chain(deployed("Dockerfile")) {
        for image in images(&text) {
            assert!(image == "scratch" || is_pinned(image), "{path} takes {image}");
            found += 1;
        }
    }
    assert!(found >= 9, "only {found} images were found");
    assert!(!is_pinned("nginx:latest") && !is_pinned("nginx") && !is_pinned("nginx:1") && !is_pinned("a:5000/nginx"));
}

#[test]
fn our_own_image_is_of_the_release_that_is_built() {
    let version = format!("better-store:{}", env!("CARGO_PKG_VERSION"));
    for (path, text) in deployed(".yaml") {
        for image in images(&text).into_iter().filter(|image| image.starts_with("better-store")) {
            assert_eq!(image, version, "{path}");
        }
    }
    let label = format!("image.version=\"{}\"", env!("CARGO_PKG_VERSION"));
    assert!(source::text("deploy/container/Dockerfile").contains(&label));
}

/// `name: X` or `X:` with a value that is a secret's, written out.
#[test]
fn no_file_holds_a_secret() {
    let secret = |name: &str| {
        ["PASSWORD", "SECRET", "PRIVATE", "_KEY", "TOKEN"].iter().any(|part| name.contains(part))
            && !name.contains("PUBLIC")
    };
    for (path, text) in deployed(".yaml").into_iter().chain(deployed(".env")).chain(deployed(".conf")) {
        for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
            let (name, value) = line.split_once([':', '=']).unwrap_or((line, ""));
            let name = name.trim_start_matches(['-', ' ']).trim_start_matches("{name:").trim();
            let value = value.trim().trim_matches('"');
            let written_out = !value.is_empty() && !value.starts_with('$') && name == name.to_uppercase();
            assert!(!(secret(name) && written_out), "{path}: {line}");
        }
    }
    for (path, text) in deployed(".yaml") {
        for url in text.split("://").skip(1).filter_map(|rest| rest.split(['/', '"', ' ', '\n']).next()) {
            let password = url.split_once('@').and_then(|(user, _)| user.split_once(':')).map(|(_, password)| password);
            assert!(password.is_none_or(|password| password.starts_with('$')), "{path}: {url}");
        }
    }
}

#[test]
fn every_pod_keeps_to_what_was_agreed() {
    let mut pods = 0;
    for (path, text) in deployed(".yaml").into_iter().filter(|(_, text)| text.contains("\n      containers:\n")) {
        // A patch of a pod says only what is different.
        if path.ends_with("kustomization.yaml") {
            continue;
        }
        pods += 1;
        for agreed in [
            "enableServiceLinks: false",
            "automountServiceAccountToken: false",
            "runAsNonRoot: true",
            "seccompProfile: {type: RuntimeDefault}",
            "allowPrivilegeEscalation: false",
            "readOnlyRootFilesystem: true",
            "capabilities: {drop: [ALL]}",
            "requests: {cpu:",
            "limits: {cpu:",
            "startupProbe:",
            "readinessProbe:",
            "livenessProbe:",
            "terminationGracePeriodSeconds:",
        ] {
            assert!(text.contains(agreed), "{path} does not say {agreed}");
        }
        if text.contains("kind: Deployment") {
            assert!(text.contains("rollingUpdate: {maxUnavailable: 0, maxSurge: 1}"), "{path} leaves a gap");
            assert!(text.contains("preStop:"), "{path} stops while it is still sent requests");
        }
    }
    assert_eq!(pods, 4, "a part of the shop, the gateway, PostgreSQL and NATS");
}

/// In its container nginx may write nowhere else, and it makes the folders of what it never uses, too.
#[test]
fn the_gateway_writes_below_its_own_folder_and_its_cache_leaves_room_there() {
    let gateway = source::text("deploy/gateway/nginx.conf");
    for written in
        ["client_body_temp_path", "proxy_temp_path", "fastcgi_temp_path", "uwsgi_temp_path", "scgi_temp_path"]
    {
        let path = gateway.lines().find_map(|line| line.trim().strip_prefix(written)?.strip_suffix(';'));
        assert!(path.is_some_and(|path| !path.trim().starts_with('/')), "{written} is {path:?}");
    }
    let megabytes = |text: &str, opening: &str| -> u32 {
        let rest = text.split(opening).nth(1).unwrap_or_else(|| panic!("nothing says {opening}"));
        rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap()
    };
    let room = megabytes(&source::text("deploy/compose/split.yaml"), "/run/gateway:size=");
    assert!(2 * megabytes(&gateway, "max_size=") < room, "the cache can fill {room} MB");
}

#[test]
fn a_part_is_given_long_enough_to_close_in_order() {
    let server = source::text("app/src/http/server.rs");
    let drain = server.split("const DRAIN_TIMEOUT: Duration = Duration::from_secs(").nth(1).unwrap();
    let drain: u32 = drain.split(')').next().unwrap().parse().unwrap();
    let number_after = |path: &str, opening: &str| -> u32 {
        let text = source::text(path);
        let rest = text.split(opening).nth(1).unwrap_or_else(|| panic!("{path} does not say {opening}"));
        rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap()
    };
    // The door's requests, then what runs behind them.
    let closing = 2 * drain;
    let part = "deploy/kubernetes/part/deployment.yaml";
    let before = number_after(part, "sleep: {seconds: ");
    assert!(number_after(part, "terminationGracePeriodSeconds: ") > before + closing);
    for unit in ["deploy/better-store.service", "deploy/better-store@.service"] {
        assert!(number_after(unit, "TimeoutStopSec=") > closing, "{unit}");
    }
    for compose in ["deploy/compose/monolith.yaml", "deploy/compose/split.yaml"] {
        assert!(number_after(compose, "stop_grace_period: ") > closing, "{compose}");
    }
}

#[test]
fn kubernetes_is_given_every_file_of_the_gateway_and_of_the_messages_server() {
    let listed = source::text("deploy/gateway/kustomization.yaml");
    for (path, _) in source::files("deploy/gateway", ".conf") {
        let name = path.rsplit('/').next().unwrap();
        let replaced = name == "listen.conf" || name == "upstreams.conf";
        assert!(replaced || listed.contains(name), "{name} is not given to Kubernetes");
    }
    assert!(listed.contains("upstreams.conf=upstreams.containers.conf"));
    let nats = source::text("deploy/nats/kustomization.yaml");
    for included in source::literals_after(&source::text("deploy/nats/nats.conf"), "include ") {
        assert!(nats.contains(included), "{included} is not given to Kubernetes");
    }
}

#[test]
fn the_gateway_knows_the_same_parts_in_every_place() {
    let names = |path: &str| -> Vec<String> {
        let text = source::text(path);
        let lines = text.lines().filter_map(|line| line.strip_prefix("upstream "));
        lines.map(|rest| rest.trim_end_matches(" {").to_owned()).collect()
    };
    assert_eq!(names("deploy/gateway/upstreams.conf"), crate::gateway::PARTS);
    assert_eq!(names("deploy/gateway/upstreams.containers.conf"), crate::gateway::PARTS);
}
