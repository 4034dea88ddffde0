//! The folders are those agreed on, the same in every context.

/// The folders at the top.
const TOP: [&str; 9] = [".ci", "app", "chassis", "contexts", "deploy", "docs", "migrations", "shared-kernel", "tests"];

/// What every context has.
const LAYOUT: [&str; 9] = [
    "Cargo.toml",
    "src/lib.rs",
    "src/domain",
    "src/application",
    "src/ports",
    "src/adapters/inbound",
    "src/adapters/outbound",
    "src/testing",
    "contract",
];

pub fn top_level_breaches(found: &[String]) -> Vec<String> {
    list_breaches("the repository", found, &TOP)
}

pub fn list_breaches(place: &str, found: &[String], agreed: &[&str]) -> Vec<String> {
    let unknown = found.iter().filter(|name| !agreed.contains(&name.as_str()));
    let unknown = unknown.map(|name| format!("{place} has a folder {name} that nobody agreed on"));
    let missing = agreed.iter().filter(|name| !found.iter().any(|known| known == *name));
    unknown.chain(missing.map(|name| format!("{place} has no folder {name}"))).collect()
}

pub fn layout_breaches(context: &str, has: impl Fn(&str) -> bool) -> Vec<String> {
    let missing = LAYOUT.iter().filter(|part| !has(&format!("contexts/{context}/{part}")));
    missing.map(|part| format!("contexts/{context} has no {part}")).collect()
}

#[test]
fn a_folder_too_many_and_a_folder_too_few_are_found() {
    let mut folders: Vec<String> = TOP.iter().map(ToString::to_string).collect();
    assert_eq!(top_level_breaches(&folders), Vec::<String>::new());
    folders[8] = "utils".to_owned();
    let found = top_level_breaches(&folders);
    assert_eq!(
        found,
        ["the repository has a folder utils that nobody agreed on", "the repository has no folder tests"]
    );
}

#[test]
fn a_context_without_a_layer_is_found() {
    let found = layout_breaches("order", |path| path != "contexts/order/src/ports");
    assert_eq!(found, ["contexts/order has no src/ports"]);
}
