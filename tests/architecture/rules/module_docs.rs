//! Every module opens with `//!`: its role, and what it deliberately does not do.

pub fn breaches(path: &str, source: &str) -> Vec<String> {
    let first = source.lines().next().unwrap_or("");
    let said = first.strip_prefix("//!").map_or("", str::trim);
    if said.len() >= 10 { Vec::new() } else { vec![format!("{path} does not open with `//!` and its role")] }
}

#[test]
fn a_module_without_its_role_is_found() {
    for breach in ["", "use a::b;", "\n//! Late.", "//!", "//! x", "/// Documents something else."] {
        assert_eq!(breaches("x.rs", breach).len(), 1, "{breach:?}");
    }
    assert_eq!(breaches("x.rs", "//! Keeps orders.\nuse a::b;"), Vec::<String>::new());
}
