//! No file is longer than can be read at once: 500 lines, tests 800.

const MAX_LINES: usize = 500;
const MAX_TEST_LINES: usize = 800;

fn longest(path: &str) -> usize {
    let test = path.starts_with("tests/")
        || path.contains("/tests/")
        || path.ends_with("_tests.rs")
        || path.ends_with("/tests.rs");
    if test { MAX_TEST_LINES } else { MAX_LINES }
}

pub fn breaches(path: &str, source: &str) -> Vec<String> {
    let (lines, longest) = (source.lines().count(), longest(path));
    if lines <= longest { Vec::new() } else { vec![format!("{path} has {lines} lines, {longest} is the most")] }
}

#[test]
fn a_file_that_is_too_long_is_found() {
    let lines = |count| "//! x\n".repeat(count);
    assert_eq!(breaches("app/src/x.rs", &lines(500)), Vec::<String>::new());
    assert_eq!(breaches("app/src/x.rs", &lines(501)), ["app/src/x.rs has 501 lines, 500 is the most"]);
    assert_eq!(breaches("contexts/order/tests/contract.rs", &lines(800)), Vec::<String>::new());
    assert_eq!(breaches("tests/fault_injection/main.rs", &lines(801)).len(), 1);
}
