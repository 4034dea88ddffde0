//! What the program says of itself: its routes, its settings, its metrics.
//!
//! Routes and metrics are read from the source as text, with no more understanding than needed; each reader refuses to
//! find nothing.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

/// The repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// A file of the repository.
pub fn text(path: &str) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The files below `folder` with this ending: path from the root, and text.
pub fn files(folder: &str, ending: &str) -> Vec<(String, String)> {
    let root = root();
    let found = WalkDir::new(root.join(folder)).sort_by_file_name().into_iter().map(Result::unwrap);
    let fitting = found.filter(|entry| entry.file_type().is_file());
    let fitting = fitting.filter(|entry| entry.file_name().to_string_lossy().ends_with(ending));
    let relative = |path: &Path| path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
    // Pictures among them are read as well as can be.
    let text = |path: &Path| String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
    fitting.map(|entry| (relative(entry.path()), text(entry.path()))).collect()
}

/// The text literals that directly follow `opening`.
pub fn literals_after<'a>(text: &'a str, opening: &str) -> Vec<&'a str> {
    text.split(opening).skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next()).collect()
}

/// Every path that a part serves, as its routes are written: (part, path).
pub fn routes() -> BTreeSet<(String, String)> {
    let mut routes = BTreeSet::new();
    for context in ["catalogue", "order", "fulfilment", "reports", "customer"] {
        let folder = format!("contexts/{context}/src/adapters");
        for (_, text) in files(&folder, ".rs") {
            routes.extend(paths(&text).map(|path| (context.to_owned(), path)));
        }
    }
    for (part, folder) in [("edge", "app/src"), ("sandbox", "chassis/stripe-sandbox/src")] {
        let of_tests = |name: &str| name.ends_with("/tests.rs") || name.contains("/tests/");
        for (_, text) in files(folder, ".rs").into_iter().filter(|(name, _)| !of_tests(name)) {
            routes.extend(paths(&text).map(|path| (part.to_owned(), path)));
        }
    }
    assert!(routes.len() > 80, "only {} routes were found", routes.len());
    routes
}

fn paths(text: &str) -> impl Iterator<Item = String> {
    let before_tests = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let openings = ["#[get(", "#[post(", "#[put(", "#[delete(", "web::resource(", ".route(", "web::scope("];
    let found = openings.into_iter().flat_map(|opening| literals_after(before_tests, opening));
    let constants = literals_after(before_tests, "const PATH: &str =");
    // Inside a scope they are relative, and begin with what no path of the whole shop begins with.
    let whole = found.chain(constants).filter(|path| !RELATIVE.iter().any(|start| path.starts_with(start)));
    whole.map(str::to_owned).collect::<Vec<_>>().into_iter()
}

/// The routes inside `/sandbox/v1` and `/api/ops/v1`.
pub const RELATIVE: [&str; 12] = [
    "/payment_intents",
    "/refunds",
    "/charges",
    "/disputes",
    "/checkout/sessions",
    "/events",
    "/test_helpers",
    "/counts",
    "/dead-letters",
    "/replays",
    "/security-log",
    "/topology",
];

/// The names of all settings, as environment variables.
pub fn settings() -> BTreeSet<String> {
    let names = app::config::settings::Settings::names().unwrap();
    assert!(names.len() > 50, "only {names:?} were found");
    names
}

/// The names of all metrics, as Prometheus sees them.
pub fn metrics() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let sources = ["chassis", "app/src", "contexts"].into_iter().flat_map(|folder| files(folder, ".rs"));
    for (_, text) in sources {
        // The puller counts under names that it is handed.
        for kind in ["counter!(", "gauge!(", "self.count(", "puller.count("] {
            names.extend(literals_after(&text, kind).into_iter().map(str::to_owned));
        }
        for name in literals_after(&text, "histogram!(") {
            names.extend(["bucket", "sum", "count"].map(|part| format!("{name}_{part}")));
        }
    }
    assert!(names.len() > 5, "only {names:?} were found");
    names
}

#[test]
fn routes_settings_and_metrics_are_read_off_the_source() {
    let routes = routes();
    for (part, path) in [
        ("catalogue", "/products/{handle}"),
        ("customer", "/api/customer/v1/me"),
        ("fulfilment", "/admin/digital-files"),
        ("edge", "/admin/errors"),
        ("sandbox", "/pay/{id}"),
        ("sandbox", "/sandbox/v1"),
    ] {
        assert!(routes.contains(&(part.to_owned(), path.to_owned())), "{path} of {part} was not found in {routes:?}");
    }
    assert!(settings().contains("STORE_TRUSTED_PROXIES"));
    assert!(metrics().contains("http_request_duration_seconds_bucket"));
}
