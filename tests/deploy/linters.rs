//! The tools that will read what is in `deploy/`, or their own checkers, read it.
//!
//! `tests/run` installs them; without it, a missing tool is reported and its test skipped.

use std::path::{Path, PathBuf};
use std::process::Command;

use chassis::testing::{program, skip};

use crate::source;
use crate::{gateway, nats};

/// The program called `name`, or a word about its absence.
fn tool(name: &str) -> Option<PathBuf> {
    let found = program(name);
    if found.is_none() {
        skip(&format!("{name} is not installed"));
    }
    found
}

/// Runs a checker in the repository; what it prints is the reason if it finds fault.
fn passes(checker: &Path, arguments: &[&str]) {
    let output = Command::new(checker).args(arguments).current_dir(source::root()).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{} {arguments:?}:\n{out}{err}", checker.display());
}

/// The files of `folder` with this ending.
fn paths(folder: &str, ending: &str) -> Vec<String> {
    let paths: Vec<String> = source::files(folder, ending).into_iter().map(|(path, _)| path).collect();
    assert!(!paths.is_empty(), "nothing in {folder} ends in {ending}");
    paths
}

#[test]
fn nginx_understands_the_gateway() {
    let Some(nginx) = tool("nginx") else { return };
    let folder = gateway::copy();
    let output = gateway::command(&nginx, folder.path()).args(["-t", "-q"]).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && told.is_empty(), "{told}");
}

#[test]
fn the_gateway_has_none_of_the_usual_holes() {
    let Some(gixy) = tool("gixy") else { return };
    let folder = gateway::copy();
    let config = folder.path().join("nginx.conf").display().to_string();
    // The contexts compare the host that was asked for with the form's origin, and build no address of it. How many
    // files a process may open is said by what starts it.
    passes(&gixy, &["--skips", "host_spoofing,worker_rlimit_nofile_vs_connections", &config]);
}

#[test]
fn nats_understands_its_settings() {
    let servers = nats::servers();
    for server in &servers {
        let config = nats::config_for(server);
        let mut check = Command::new(&server.program);
        let output = check.arg("-t").arg("-c").arg(config).envs(nats::passwords()).output().unwrap();
        assert!(output.status.success(), "{server:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn the_dockerfile_follows_good_practice() {
    let Some(hadolint) = tool("hadolint") else { return };
    passes(&hadolint, &["deploy/container/Dockerfile"]);
}

#[test]
fn compose_files_are_of_the_form_that_compose_reads() {
    let Some(checker) = tool("check-jsonschema") else { return };
    let files = paths("deploy/compose", ".yaml");
    let arguments: Vec<&str> =
        ["--builtin-schema", "vendor.compose-spec"].into_iter().chain(files.iter().map(String::as_str)).collect();
    passes(&checker, &arguments);
}

#[test]
fn kubernetes_objects_are_of_the_form_that_kubernetes_reads() {
    let Some(checker) = tool("kubernetes-validate") else { return };
    let kustomize = program("kustomize");
    let Some(builder) = kustomize.clone().or_else(|| tool("kubectl")) else { return };
    for variant in ["monolith", "split", "trial/monolith", "trial/split"] {
        let verb = if kustomize.is_some() { "build" } else { "kustomize" };
        let folder = source::root().join("deploy/kubernetes").join(variant);
        let built = Command::new(&builder).arg(verb).arg(&folder).output().unwrap();
        assert!(built.status.success(), "{variant}: {}", String::from_utf8_lossy(&built.stderr));
        let objects = tempfile::NamedTempFile::with_suffix(".yaml").unwrap();
        std::fs::write(objects.path(), &built.stdout).unwrap();
        passes(&checker, &["--strict", "--no-warn", &objects.path().display().to_string()]);
        let text = String::from_utf8(built.stdout).unwrap();
        assert!(!text.contains("name: part\n") && !text.contains("kind: Secret\n"), "{variant}");
        for budget in text.split("\n---\n").filter(|object| object.contains("kind: PodDisruptionBudget")) {
            let selects = budget.split("matchLabels:").nth(1).is_some_and(|labels| labels.contains("io/name: "));
            assert!(selects, "{variant} has a budget that is about no pods:\n{budget}");
        }
    }
}

#[test]
fn systemd_understands_the_units() {
    let Some(analyze) = tool("systemd-analyze") else { return };
    // The programs that units start need not be on this machine; that is checked where they are.
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in source::files("deploy", ".service") {
        let name = path.rsplit('/').next().unwrap().replace("@.", "@order.");
        let text = text.replace("/usr/local/bin/better-store ", "/bin/true ").replace("/usr/sbin/nginx ", "/bin/true ");
        let unit = folder.path().join(name);
        std::fs::write(&unit, text).unwrap();
        let output = Command::new(&analyze).args(["verify", "--man=no"]).arg(&unit).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        let ours: Vec<&str> = told.lines().filter(|line| line.contains("better-store")).collect();
        assert!(ours.is_empty(), "{path}: {told}");
    }
}

#[test]
fn prometheus_understands_the_alarms_and_they_are_raised_when_they_should_be() {
    let Some(promtool) = tool("promtool") else { return };
    for file in paths("deploy/alarms", ".yaml") {
        passes(&promtool, &["check", "rules", &file]);
    }
    passes(&promtool, &["test", "rules", "tests/deploy/alarms_test.yaml"]);
}

#[test]
fn dashboards_are_whole() {
    for (path, text) in source::files("deploy/dashboards", ".json") {
        let board: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert!(board["uid"].is_string() && board["title"].is_string(), "{path}");
        let panels = board["panels"].as_array().unwrap();
        let mut ids: Vec<i64> = panels.iter().map(|panel| panel["id"].as_i64().unwrap()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), panels.len(), "{path}: two panels share an id");
        for panel in panels.iter().filter(|panel| panel["type"] != "row") {
            let (title, place) = (&panel["title"], &panel["gridPos"]);
            let side = |name: &str| place[name].as_i64().unwrap();
            assert!(side("x") + side("w") <= 24 && side("h") > 0, "{path}: {title} does not fit");
            assert_eq!(panel["datasource"]["uid"], "${datasource}", "{path}: {title} is bound to one server");
            assert!(!panel["targets"].as_array().unwrap().is_empty(), "{path}: {title} shows nothing");
        }
        let taken = panels.iter().flat_map(|panel| cells(&panel["gridPos"]));
        let mut cells: Vec<(i64, i64)> = taken.collect();
        let all = cells.len();
        cells.sort_unstable();
        cells.dedup();
        assert_eq!(cells.len(), all, "{path}: two panels overlap");
    }
}

fn cells(place: &serde_json::Value) -> Vec<(i64, i64)> {
    let side = |name: &str| place[name].as_i64().unwrap();
    let rows = side("y")..side("y") + side("h");
    rows.flat_map(|y| (side("x")..side("x") + side("w")).map(move |x| (x, y))).collect()
}

#[test]
fn scripts_are_of_the_form_that_a_shell_reads() {
    for path in paths("deploy", ".sh") {
        passes(Path::new("sh"), &["-n", &path]);
    }
}
