//! What cannot be written as JSON, or read from it, is an error with a name and never quietly something else.
//!
//! Knows the calls of `serde_json` by their syntax alone. Reading may be given up with `.ok()`: what others send may be
//! anything, and a reader may take that for nothing.

use crate::repository::SourceFile;

const WRITING: [&str; 4] =
    ["serde_json::to_value", "serde_json::to_string", "serde_json::to_vec", "serde_json::to_writer"];
const READING: [&str; 3] = ["serde_json::from_value", "serde_json::from_str", "serde_json::from_slice"];

/// What may not follow a call that writes, and what may not follow one that reads.
const NOT_AFTER_WRITING: [&str; 2] = [".ok()", ".unwrap_or"];
const NOT_AFTER_READING: [&str; 2] = [".unwrap_or_default()", ".unwrap_or("];

/// Where a result of `serde_json` is thrown away. Tests may: they fail by what they compare.
pub fn breaches(file: &SourceFile) -> Vec<String> {
    if file.path.ends_with("tests.rs") || file.path.contains("/tests/") {
        return Vec::new();
    }
    let source = file.text.split("#[cfg(test)]\nmod tests {").next().unwrap_or("");
    let writing = swallowed(source, &WRITING, &NOT_AFTER_WRITING);
    let found = writing.into_iter().chain(swallowed(source, &READING, &NOT_AFTER_READING));
    found.map(|(line, call)| format!("{}:{line} swallows the error of {call}", file.path)).collect()
}

fn swallowed<'a>(source: &str, calls: &'a [&str], forbidden: &[&str]) -> Vec<(usize, &'a str)> {
    let of_call = |call: &'a &str| {
        let found = source.match_indices(*call).filter(|(start, _)| {
            after_call(&source[start + call.len()..])
                .is_some_and(|rest| forbidden.iter().any(|end| rest.starts_with(end)))
        });
        found.map(|(start, _)| (source[..start].lines().count().max(1), *call)).collect::<Vec<_>>()
    };
    calls.iter().flat_map(of_call).collect()
}

/// What follows the closing parenthesis of a call, from the rest of the name and the type on.
fn after_call(rest: &str) -> Option<&str> {
    let open = rest.find('(').filter(|open| !rest[..*open].contains([';', '{', '}']))?;
    let mut depth = 0_u32;
    for (index, letter) in rest[open..].char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(rest[open + index + 1..].trim_start());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        breaches(&SourceFile { path: "contexts/order/src/x.rs".to_owned(), text: text.to_owned() })
    }

    #[test]
    fn a_swallowed_error_is_found() {
        for breach in [
            "let a = serde_json::to_value(data).unwrap_or(serde_json::Value::Null);",
            "let a = serde_json::to_vec(&(a, b(c))).unwrap_or_default();",
            "let a = serde_json::to_string_pretty(&a)\n    .ok();",
            "let a = serde_json::to_string(&a).unwrap_or_else(|_| String::new());",
            "let a: X = serde_json::from_str(&text).unwrap_or_default();",
            "let a = serde_json::from_slice::<X>(&bytes).unwrap_or(x);",
        ] {
            assert_eq!(found(breach).len(), 1, "{breach}");
        }
        let at = found("fn a() {\n    serde_json::to_vec(&a).ok()\n}");
        assert_eq!(at, ["contexts/order/src/x.rs:2 swallows the error of serde_json::to_vec"]);
    }

    #[test]
    fn an_error_with_a_name_is_left_alone() {
        for right in [
            "serde_json::to_value(data).map_err(StoreError::unavailable)?",
            "serde_json::from_slice(&json).ok()",
            "use serde_json::to_value;\nfn a() { b().ok() }",
            "#[cfg(test)]\nmod tests { fn a() { serde_json::to_vec(&a).unwrap_or_default() } }",
        ] {
            assert_eq!(found(right), Vec::<String>::new(), "{right}");
        }
    }
}
