//! What is linked comes from the public registry, and what `deny.toml` bans is not among it.

/// Where packages may come from.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// The crates that the bans name.
pub fn banned(deny: &str) -> Vec<String> {
    let bans = deny.split("[bans]").nth(1).unwrap_or("");
    let named = bans.split("{ crate = \"").skip(1);
    named.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

pub fn breaches(lock: &str, banned: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for package in lock.split("[[package]]").skip(1) {
        let value = |key: &str| {
            let line = package.lines().find_map(|line| line.strip_prefix(key));
            line.map(|rest| rest.trim_matches([' ', '=', '"']))
        };
        let name = value("name").unwrap_or("");
        if banned.iter().any(|ban| ban == name) {
            found.push(format!("{name} is banned"));
        }
        if let Some(source) = value("source").filter(|source| *source != REGISTRY) {
            found.push(format!("{name} comes from {source}"));
        }
    }
    found
}

#[test]
fn a_banned_crate_and_one_from_elsewhere_are_found() {
    let lock = "version = 4\n[[package]]\nname = \"openssl\"\nversion = \"0.10.1\"\n\
        source = \"registry+https://github.com/rust-lang/crates.io-index\"\n\
        [[package]]\nname = \"serde\"\nversion = \"1.0.0\"\nsource = \"git+https://example.org/serde\"\n\
        [[package]]\nname = \"order\"\nversion = \"0.1.0\"\n";
    let banned = banned(
        "[licenses]\nexceptions = [{ crate = \"webdriver\" }]\n[bans]\ndeny = [\n  { crate = \"openssl\", reason = \"x\" },\n]",
    );
    assert_eq!(banned, ["openssl"]);
    assert_eq!(breaches(lock, &banned), ["openssl is banned", "serde comes from git+https://example.org/serde"]);
}
