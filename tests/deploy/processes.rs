//! Every process that Compose or Kubernetes would start is given settings that the program accepts: it reads them, with
//! new secrets, and gets as far as asking whether a shop listens.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use chassis::testing::{free_port, program, skip};

use crate::source;

type Variables = BTreeMap<String, String>;

/// New secrets, as `deploy/secrets.sh` makes them with this program.
fn secrets() -> Variables {
    let mut script = Command::new("sh");
    script.arg(source::root().join("deploy/secrets.sh")).env("BETTER_STORE", env!("CARGO_BIN_EXE_better-store"));
    let made = script.output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let lines = String::from_utf8(made.stdout).unwrap();
    lines.lines().map(|line| line.split_once('=').unwrap()).map(|(name, value)| (name.into(), value.into())).collect()
}

/// What the program says of these settings; nothing if it accepts them.
fn refusal(settings: &Variables) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let mut probe = Command::new(env!("CARGO_BIN_EXE_better-store"));
    probe.arg("probe").env_clear().envs(settings).current_dir(folder.path());
    let output = probe.env("STORE_LISTEN", format!("127.0.0.1:{}", free_port())).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    (!told.contains("nobody listens")).then_some(told)
}

/// `${NAME}`, `${NAME:-default}` and `${NAME:?reason}` in a value of Compose.
fn interpolated(value: &str, from: &Variables) -> String {
    let mut parts = value.split("${");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (asked, rest) = part.split_once('}').unwrap();
        let (name, default) = asked.split_once(":-").map_or((asked, None), |(name, default)| (name, Some(default)));
        let name = name.split(":?").next().unwrap();
        let value = from.get(name).map(String::as_str).or(default);
        text += value.unwrap_or_else(|| panic!("{name} is neither made by secrets.sh nor has it a default"));
        text += rest;
    }
    text
}

/// The `STORE_*` lines of a block of Compose.
fn store_lines<'a>(block: &'a str, from: &'a Variables) -> impl Iterator<Item = (String, String)> + 'a {
    let lines = block.lines().map(str::trim).filter(|line| line.starts_with("STORE_"));
    lines
        .filter_map(|line| line.split_once(": "))
        .map(move |(name, value)| (name.to_owned(), interpolated(value.trim_matches('"'), from)))
}

/// The processes of `deploy/compose/split.yaml`: name and variables.
fn composed(from: &Variables) -> Vec<(String, Variables)> {
    // A long value goes on in the next line after a backslash.
    let text = source::text("deploy/compose/split.yaml").replace("\\\n    ", "");
    let (head, services) = text.split_once("\nservices:\n").unwrap();
    let common: Variables = store_lines(head.split("x-common:").nth(1).unwrap(), from).collect();
    let blocks = services.split("\n\n").filter(|block| block.contains("<<: *process"));
    let named = blocks.map(|block| {
        let name = block.lines().find(|line| line.ends_with(':') && line.starts_with("  ")).unwrap();
        let own = store_lines(block, from);
        (name.trim().trim_end_matches(':').to_owned(), common.clone().into_iter().chain(own).collect())
    });
    named.collect()
}

/// What Kustomize makes of a variant, or nothing if it is not here.
fn built(variant: &str) -> Option<String> {
    let kustomize = program("kustomize").map(|program| (program, "build"));
    let Some((builder, verb)) = kustomize.or_else(|| program("kubectl").map(|program| (program, "kustomize"))) else {
        skip("neither kustomize nor kubectl is installed");
        return None;
    };
    let folder: PathBuf = source::root().join("deploy/kubernetes").join(variant);
    let output = Command::new(builder).arg(verb).arg(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

fn of_kind<'a>(objects: &'a str, kind: &str) -> Vec<&'a str> {
    let line = format!("\nkind: {kind}\n");
    objects.split("\n---\n").filter(|object| object.contains(&line)).collect()
}

/// The shop's own containers among what was built: name and variables.
fn deployed(objects: &str, secrets: &Variables) -> Vec<(String, Variables)> {
    let value = |line: &str| line.trim().trim_matches(['"', '\'']).to_owned();
    let settings =
        of_kind(objects, "ConfigMap").into_iter().find(|object| object.contains("\n  name: settings-")).unwrap();
    let common = settings.lines().filter(|line| line.starts_with("  STORE_")).filter_map(|line| line.split_once(": "));
    let common: Variables = common.map(|(name, text)| (name.trim().to_owned(), value(text))).collect();
    let ours = of_kind(objects, "Deployment").into_iter().filter(|object| object.contains("image: better-store:"));
    let named = ours.map(|object| {
        let name = object.split("\nmetadata:").nth(1).unwrap().split("\n  name: ").nth(1).unwrap();
        let list = object.split("- env:\n").nth(1).unwrap().split("\n        envFrom:").next().unwrap();
        let mut variables = common.clone();
        for entry in list.split("- name: ").skip(1) {
            let (name, rest) = entry.split_once('\n').unwrap();
            if let Some(text) = rest.trim().strip_prefix("value: ") {
                let text = variables
                    .iter()
                    .fold(value(text), |text, (name, value)| text.replace(&format!("$({name})"), value));
                variables.insert(name.to_owned(), text);
                continue;
            }
            let key = rest.split("key: ").nth(1).unwrap().lines().next().unwrap().trim();
            match secrets.get(key) {
                Some(secret) => drop(variables.insert(name.to_owned(), secret.clone())),
                None => assert!(rest.contains("optional: true"), "secrets.sh does not make {key}"),
            }
        }
        (name.lines().next().unwrap().to_owned(), variables)
    });
    named.collect()
}

fn all_are_accepted(place: &str, processes: &[(String, Variables)], expected: &[&str]) {
    let mut names: Vec<&str> = processes.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, expected, "{place}");
    for (name, variables) in processes {
        let unresolved = variables.values().find(|value| value.contains("$("));
        assert_eq!(unresolved, None, "{place}: {name}");
        assert_eq!(refusal(variables), None, "{place}: {name} with {:?}", variables.keys());
    }
}

const PARTS: [&str; 6] = ["catalogue", "customer", "edge", "fulfilment", "order", "reports"];
const PARTS_AND_SANDBOX: [&str; 7] = ["catalogue", "customer", "edge", "fulfilment", "order", "reports", "sandbox"];

#[test]
fn the_processes_of_compose_are_set_up_well() {
    all_are_accepted("compose", &composed(&secrets()), &PARTS_AND_SANDBOX);
}

#[test]
fn the_pods_of_kubernetes_are_set_up_well() {
    let mut secrets = secrets();
    for (variant, expected) in [("trial/monolith", &["shop"][..]), ("trial/split", &PARTS_AND_SANDBOX)] {
        let Some(objects) = built(variant) else { return };
        all_are_accepted(variant, &deployed(&objects, &secrets), expected);
    }
    // A shop that is found by https takes real payments.
    secrets.insert("STORE_STRIPE_SECRET_KEY".to_owned(), "sk_live_x".to_owned());
    for (variant, expected) in [("monolith", &["shop"][..]), ("split", &PARTS)] {
        let Some(objects) = built(variant) else { return };
        all_are_accepted(variant, &deployed(&objects, &secrets), expected);
    }
}

#[test]
fn settings_that_make_no_sense_are_noticed_here() {
    let mut order = composed(&secrets()).into_iter().find(|(name, _)| name == "order").unwrap().1;
    assert_eq!(refusal(&order), None);
    order.remove("STORE_NATS_URL");
    assert!(refusal(&order).unwrap().contains("STORE_NATS_URL"));
}

#[test]
fn only_the_customer_context_can_sign_who_somebody_is() {
    let with_key = |processes: Vec<(String, Variables)>| -> Vec<String> {
        let holders =
            processes.into_iter().filter(|(_, variables)| variables.contains_key("STORE_IDENTITY_PRIVATE_KEY"));
        holders.map(|(name, _)| name).collect()
    };
    let secrets = secrets();
    assert_eq!(with_key(composed(&secrets)), ["customer"]);
    let Some(objects) = built("trial/split") else { return };
    assert_eq!(with_key(deployed(&objects, &secrets)), ["customer"]);
}
