//! Names in `deploy/` and `docs/` that must be names in the program: settings, metrics, routes, consumers.

use std::collections::BTreeSet;

use crate::source;

/// Begin like settings and are none: a variable of the command line, and one of the tests.
const OTHERS: [&str; 2] = ["STORE_USER_PASSWORD", "STORE_TESTS_MUST_RUN"];

/// Words that begin with `STORE_`, wherever they stand; `STORE_<CONTEXT>_X` and the like are no names.
fn settings_named(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let names = words.filter(|word| word.starts_with("STORE_") && !word.ends_with('_'));
    names.filter(|word| word.chars().all(|c| !c.is_ascii_lowercase())).map(str::to_owned).collect()
}

fn metrics_asked(query: &str) -> BTreeSet<String> {
    let mut bare = String::new();
    let (mut depth, mut quoted) = (0, false);
    for c in query.chars() {
        match c {
            '"' => quoted = !quoted,
            '{' | '[' if !quoted => depth += 1,
            '}' | ']' if !quoted => depth -= 1,
            _ if quoted || depth > 0 => {}
            _ => bare.push(c),
        }
    }
    for keyword in ["by", "without", "on", "ignoring"] {
        for opening in [format!(" {keyword} ("), format!(" {keyword}(")] {
            while let Some(start) = bare.find(&opening) {
                let end = start + bare[start..].find(')').unwrap() + 1;
                bare.replace_range(start..end, " ");
            }
        }
    }
    let operators = ["and", "or", "unless", "offset", "bool"];
    let mut names = BTreeSet::new();
    for (start, word) in words(&bare) {
        let called = bare[start + word.len()..].trim_start().starts_with('(');
        if word.starts_with(|c: char| c.is_ascii_lowercase()) && !called && !operators.contains(&word) {
            names.insert(word.to_owned());
        }
    }
    names
}

fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let inside = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let found = text.split(move |c| !inside(c)).filter(|word| !word.is_empty());
    found.map(move |word| (word.as_ptr() as usize - text.as_ptr() as usize, word))
}

/// The values that queries compare a label with; of a pattern, each of its alternatives.
fn label_values(query: &str, label: &str) -> Vec<String> {
    let mut values = source::literals_after(query, &format!("{label}="));
    values.extend(source::literals_after(query, &format!("{label}=~")));
    values.into_iter().flat_map(|value| value.split('|')).map(str::to_owned).collect()
}

/// Every query of the dashboards and the alarms.
fn queries() -> Vec<String> {
    let mut all = Vec::new();
    for (_, text) in source::files("deploy/dashboards", ".json") {
        let board: serde_json::Value = serde_json::from_str(&text).unwrap();
        let panels = board["panels"].as_array().unwrap().iter();
        let targets = panels.filter_map(|panel| panel["targets"].as_array()).flatten();
        all.extend(targets.map(|target| target["expr"].as_str().unwrap().to_owned()));
    }
    for (_, text) in source::files("deploy/alarms", ".yaml") {
        for rule in text.split("expr:").skip(1) {
            let end = ["\n        for:", "\n        labels:"].iter().filter_map(|end| rule.find(end)).min().unwrap();
            all.push(rule[..end].trim_start_matches([' ', '|']).to_owned());
        }
    }
    assert!(all.len() > 25, "only {} queries were found", all.len());
    all
}

#[test]
fn every_setting_that_is_named_is_one() {
    let known = source::settings();
    let mut checked = 0;
    for (path, text) in ["deploy", "docs", "README.md"].into_iter().flat_map(|place| source::files(place, "")) {
        for name in settings_named(&text) {
            assert!(known.contains(&name) || OTHERS.contains(&name.as_str()), "{path} names {name}");
            checked += 1;
        }
    }
    assert!(checked > 50, "only {checked} names were found");
}

#[test]
fn every_metric_that_is_asked_for_is_told_by_the_program() {
    let mut known = source::metrics();
    known.insert("up".to_owned()); // Prometheus' own
    for query in queries() {
        let asked = metrics_asked(&query);
        assert!(!asked.is_empty(), "{query} asks for nothing");
        for name in asked {
            assert!(known.contains(&name), "{query} asks for {name}, which nobody tells");
        }
    }
}

#[test]
fn every_metric_of_the_program_can_be_seen_on_a_dashboard() {
    let seen: BTreeSet<String> = queries().iter().flat_map(|query| metrics_asked(query)).collect();
    let shown = |name: &String| name.ends_with("_sum") || name.ends_with("_count") || seen.contains(name);
    let unseen: Vec<_> = source::metrics().into_iter().filter(|name| !shown(name)).collect();
    assert!(unseen.is_empty(), "nobody looks at {unseen:?}");
}

#[test]
fn routes_and_consumers_that_queries_speak_of_are_there() {
    let routes: BTreeSet<String> = source::routes().into_iter().map(|(_, path)| path).collect();
    let contexts = source::files("contexts", ".rs");
    let consumers: BTreeSet<&str> =
        contexts.iter().flat_map(|(_, text)| source::literals_after(text, "ConsumerName::new(")).collect();
    let (mut named_routes, mut named_consumers) = (0, 0);
    for query in queries() {
        for route in label_values(&query, "route") {
            assert!(routes.contains(&route), "{query} speaks of {route}");
            named_routes += 1;
        }
        for consumer in label_values(&query, "consumer") {
            assert!(consumers.contains(consumer.as_str()), "{query} speaks of {consumer}");
            named_consumers += 1;
        }
    }
    assert!(named_routes >= 5 && named_consumers >= 3, "{named_routes} routes, {named_consumers} consumers");
}

#[test]
fn names_are_found_in_texts_and_queries() {
    let text = "STORE_LISTEN=x ${STORE_BASE_URL:-y} STORE_<CONTEXT>_DATABASE_URL, `STORE_STRIPE_*`, restore_it";
    assert_eq!(settings_named(text), ["STORE_BASE_URL", "STORE_LISTEN"].map(str::to_owned).into());
    let query = r#"sum by (le, x) (rate(a_bucket{y="z", b=~"up"}[5m])) / on (job) c > 1 and d:e unless f offset 5m"#;
    assert_eq!(metrics_asked(query), ["a_bucket", "c", "d:e", "f"].map(str::to_owned).into());
    assert_eq!(label_values(r#"a{route=~"/x|/y", job="z"}"#, "route"), ["/x", "/y"]);
}
