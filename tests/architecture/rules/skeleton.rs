//! One skeleton: the files of every context have the same names, a use case has the name of its file, and the layers
//! name only those below them.

use crate::named::Names;
use crate::repository::{CONTEXTS, SourceFile};

/// What stands directly in `src/`. A context with nothing to set has no `settings.rs`.
const ROOT: [&str; 7] = ["lib.rs", "module.rs", "settings.rs", "domain", "application", "ports", "adapters"];

/// What stands in `adapters/inbound/` of every context that needs it.
const INBOUND: [&str; 6] = ["mod.rs", "api", "pages", "consumers", "tasks.rs", "jobs.rs"];

/// What stands in `adapters/outbound/` of every context that needs it.
const OUTBOUND: [&str; 4] = ["mod.rs", "sql", "publish", "mail"];

/// What the inbound folders of every context that has them hold, beside the files named after what they serve.
const SERVED: [(&str, &[&str]); 2] =
    [("api", &["routes", "dto", "errors"]), ("pages", &["routes", "view_models", "messages"])];

/// What one context alone has in its adapters, and why.
const OWN: &[(&str, &str, &str)] = &[
    // Files of products come in through the API, a page and the command line.
    ("catalogue", "adapters/inbound/", "import"),
    ("catalogue", "adapters/inbound/", "csv"),
    // A cache and a filter before the database when products are read.
    ("catalogue", "adapters/outbound/", "listing"),
    // The payment provider is called and calls: one folder holds both directions.
    ("order", "adapters/", "stripe"),
    // Orders of a former shop come as a file.
    ("order", "adapters/inbound/", "import"),
    // API and pages of the reports give the same tables as files, and take the same parameters.
    ("reports", "adapters/inbound/", "csv"),
    ("reports", "adapters/inbound/", "params"),
    // The answer to "who is asking?", which the edge and the gateway want: neither API nor page.
    ("customer", "adapters/inbound/", "identity"),
    // Accounts come in by API and pages alike: what is read from both, and noted about both, is written once.
    ("customer", "adapters/inbound/", "caller"),
    ("customer", "adapters/inbound/", "fields"),
    ("customer", "adapters/inbound/", "security_log"),
    // Only this context stores passwords and is asked on every request.
    ("customer", "adapters/outbound/", "argon2"),
    ("customer", "adapters/outbound/", "identity_cache"),
];

/// The path inside `src/` of a context, and that context.
fn inside(path: &str) -> Option<(&str, &str)> {
    let (context, rest) = path.strip_prefix("contexts/")?.split_once("/src/")?;
    (!rest.starts_with("testing")).then_some((context, rest))
}

/// The first part of a path below `folder`, with `.rs` where it is a file.
fn part_below<'a>(path: &'a str, folder: &str) -> Option<&'a str> {
    path.strip_prefix(folder).map(|rest| rest.split('/').next().unwrap_or(rest))
}

fn stem(part: &str) -> &str {
    part.strip_suffix(".rs").unwrap_or(part)
}

/// Whether a file stands where every context has it.
pub fn place_breaches(path: &str) -> Vec<String> {
    let Some((context, rest)) = inside(path) else { return Vec::new() };
    let own = |folder: &str, part: &str| OWN.contains(&(context, folder, stem(part)));
    let known = |folder: &str, agreed: &[&str]| {
        part_below(rest, folder)
            .is_none_or(|part| agreed.iter().any(|name| stem(name) == stem(part)) || own(folder, part))
    };
    let publisher = part_below(rest, "adapters/inbound/consumers/")
        .is_none_or(|part| part == "mod.rs" || CONTEXTS.contains(&stem(part)));
    let fits = known("", &ROOT)
        && known("adapters/inbound/", &INBOUND)
        && known("adapters/outbound/", &OUTBOUND)
        && known("adapters/", &["mod.rs", "inbound", "outbound"])
        && publisher;
    if fits { Vec::new() } else { vec![format!("{path} is no file of the common skeleton")] }
}

/// The files that a context with an API or pages lacks.
pub fn missing(context: &str, has: impl Fn(&str) -> bool) -> Vec<String> {
    let served = SERVED.iter().flat_map(|(folder, parts)| {
        let folder = format!("contexts/{context}/src/adapters/inbound/{folder}");
        let (exists, parts) = (has(&folder), parts.iter());
        parts.filter(move |_| exists).map(move |part| format!("{folder}/{part}"))
    });
    let always = ["application/commands", "application/queries", "application/use_cases", "module"];
    let always = always.iter().map(|part| format!("contexts/{context}/src/{part}"));
    let wanted = served.chain(always);
    wanted.filter(|part| !has(part) && !has(&format!("{part}.rs"))).map(|part| format!("there is no {part}")).collect()
}

/// Whether a command or a query is called like its file.
pub fn use_case_breaches(file: &SourceFile) -> Vec<String> {
    let Some((_, rest)) = inside(&file.path) else { return Vec::new() };
    let folders = ["application/commands/", "application/queries/"];
    let Some(name) = folders.iter().find_map(|folder| rest.strip_prefix(folder)) else { return Vec::new() };
    if name.contains('/') || name == "mod.rs" {
        return Vec::new();
    }
    let wanted: String = stem(name).split('_').map(capitalised).collect();
    let declared = |line: &str| {
        let rest = line.strip_prefix("pub struct ").unwrap_or("");
        rest.strip_prefix(wanted.as_str()).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
    };
    let has = file.text.lines().any(declared);
    if has { Vec::new() } else { vec![format!("{} holds no use case {wanted}", file.path)] }
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}

/// Whether a file names a layer above it, or the other side of the adapters.
pub fn edge_breaches(file: &SourceFile) -> Vec<String> {
    let Some((_, rest)) = inside(&file.path) else { return Vec::new() };
    let above: &[&str] = match rest {
        _ if rest.ends_with("tests.rs") || rest.contains("/tests/") => return Vec::new(),
        _ if rest.starts_with("domain") => &["crate::application", "crate::ports", "crate::adapters", "crate::module"],
        _ if rest.starts_with("ports") => &["crate::application", "crate::adapters", "crate::module"],
        _ if rest.starts_with("application") => &["crate::adapters", "crate::module"],
        _ if rest.starts_with("adapters/inbound") => &["crate::adapters::outbound", "crate::module"],
        _ if rest.starts_with("adapters/outbound") => &["crate::adapters::inbound", "crate::module"],
        _ if rest.starts_with("adapters/") => &["crate::module"],
        _ => return Vec::new(),
    };
    let names = Names::of(&file.text);
    let wrong = names.paths.iter().filter(|named| above.iter().any(|layer| named.is_in(layer)));
    wrong.map(|named| format!("{}:{} names {}", file.path, named.line, named.path)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> SourceFile {
        SourceFile { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn a_file_outside_the_skeleton_is_found() {
        for path in [
            "contexts/order/src/use_cases.rs",
            "contexts/order/src/adapters/inbound/events/catalogue.rs",
            "contexts/order/src/adapters/inbound/consumers/order_paid.rs",
            "contexts/order/src/adapters/outbound/printer.rs",
            "contexts/order/src/adapters/postal/client.rs",
        ] {
            assert_eq!(place_breaches(path), [format!("{path} is no file of the common skeleton")]);
        }
        for path in [
            "contexts/order/src/lib.rs",
            "contexts/order/src/adapters/inbound/consumers/catalogue.rs",
            "contexts/order/src/adapters/inbound/consumers/order/paid.rs",
            "contexts/order/src/adapters/inbound/pages/checkout.rs",
            "contexts/order/src/adapters/outbound/sql/rows.rs",
            "contexts/order/src/testing/memory.rs",
        ] {
            assert_eq!(place_breaches(path), Vec::<String>::new());
        }
    }

    #[test]
    fn a_context_without_a_file_of_the_skeleton_is_found() {
        let found = missing("order", |path| {
            !path.ends_with("pages") && !path.starts_with("contexts/order/src/adapters/inbound/api/dto")
        });
        assert_eq!(found, ["there is no contexts/order/src/adapters/inbound/api/dto"]);
    }

    #[test]
    fn a_use_case_with_another_name_than_its_file_is_found() {
        let path = "contexts/order/src/application/commands/place_order.rs";
        assert_eq!(use_case_breaches(&file(path, "pub struct PlaceOrder {}")), Vec::<String>::new());
        for other in ["pub struct Place {}", "pub struct PlaceOrderCommand {}", "struct PlaceOrder {}"] {
            assert_eq!(use_case_breaches(&file(path, other)), [format!("{path} holds no use case PlaceOrder")]);
        }
    }

    #[test]
    fn a_layer_that_names_one_above_it_is_found() {
        for (path, text) in [
            ("contexts/order/src/domain/cart.rs", "use crate::ports::CartStore;"),
            ("contexts/order/src/ports/carts.rs", "use crate::application::CreateCart;"),
            ("contexts/order/src/application/commands/create_cart.rs", "use crate::adapters::outbound::sql::SqlCarts;"),
            ("contexts/order/src/adapters/inbound/api/carts.rs", "use crate::adapters::outbound::sql::SqlCarts;"),
            ("contexts/order/src/adapters/inbound/pages/cart.rs", "use crate::module::OrderModule;"),
            ("contexts/order/src/adapters/outbound/publish.rs", "use crate::adapters::inbound::pages::words;"),
        ] {
            assert_eq!(edge_breaches(&file(path, text)).len(), 1, "{path}");
        }
        let right = file("contexts/order/src/module.rs", "use crate::adapters::outbound::sql::SqlCarts;");
        assert_eq!(edge_breaches(&right), Vec::<String>::new());
    }
}
