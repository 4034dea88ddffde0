//! Statements are constants, and stand in the SQL adapters and nowhere else.
//!
//! A statement that is not a constant could carry a user's input into the SQL. The type of `Tx::execute` prevents that;
//! this rule closes the ways around it.

use proc_macro2::TokenStream;
use syn::visit::{self, Visit};

use super::tables::HOME;
use crate::named::Names;

/// Methods that take a statement as their first argument.
const RUN: [&str; 5] = ["execute", "fetch", "fetch_optional", "fetch_for_update", "script"];
/// What makes a text out of others, or makes any text look like a constant.
const MADE: [&str; 5] = ["format", "leak", "concat_idents", "to_owned", "to_string"];
/// How a statement begins.
const VERBS: [&str; 8] =
    ["SELECT ", "INSERT INTO ", "INSERT OR ", "UPDATE ", "DELETE FROM ", "CREATE TABLE ", "PRAGMA ", "WITH RECURSIVE "];

pub fn breaches(path: &str, source: &str) -> Vec<String> {
    let file = syn::parse_file(source).unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut calls = Calls { path, found: Vec::new() };
    calls.visit_file(&file);
    let astray = Names::of(source).texts.into_iter().filter(|(text, _)| is_statement(text) && !at_home(path));
    let astray = astray.map(|(_, line)| format!("{path}:{line} is a statement outside the SQL adapters"));
    calls.found.into_iter().chain(astray).collect()
}

/// Contexts keep their statements in one folder; the chassis is made of them; the payment sandbox keeps its own records.
fn at_home(path: &str) -> bool {
    let homes = [
        "chassis/sql/src",
        "chassis/messaging/src",
        "chassis/security/src",
        "chassis/testing/src",
        "chassis/stripe-sandbox/src",
    ];
    path.contains(HOME) || homes.iter().any(|home| path.starts_with(home))
}

fn is_statement(text: &str) -> bool {
    let text = text.trim_start();
    VERBS.iter().any(|verb| text.starts_with(verb))
}

struct Calls<'a> {
    path: &'a str,
    found: Vec<String>,
}

impl<'ast> Visit<'ast> for Calls<'_> {
    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let first = call.args.first().filter(|_| RUN.contains(&call.method.to_string().as_str()));
        if first.is_some_and(is_made) {
            let line = call.method.span().start().line;
            self.found.push(format!("{}:{line} runs a statement that is made, not written", self.path));
        }
        visit::visit_expr_method_call(self, call);
    }
}

fn is_made(statement: &syn::Expr) -> bool {
    struct Made(bool);
    impl<'ast> Visit<'ast> for Made {
        fn visit_ident(&mut self, name: &'ast proc_macro2::Ident) {
            self.0 |= MADE.contains(&name.to_string().as_str());
        }
        fn visit_macro(&mut self, call: &'ast syn::Macro) {
            visit::visit_macro(self, call);
            self.0 |= names_one_of_made(call.tokens.clone());
        }
    }
    let mut made = Made(false);
    made.visit_expr(statement);
    made.0
}

fn names_one_of_made(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        proc_macro2::TokenTree::Ident(name) => MADE.contains(&name.to_string().as_str()),
        proc_macro2::TokenTree::Group(group) => names_one_of_made(group.stream()),
        proc_macro2::TokenTree::Punct(_) | proc_macro2::TokenTree::Literal(_) => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: &str = "contexts/order/src/adapters/outbound/sql/store.rs";

    #[test]
    fn a_statement_that_is_put_together_is_found() {
        for breach in [
            "fn f(tx: &mut Tx) { tx.execute(&format!(\"DELETE FROM {table}\"), params![]); }",
            "fn f(tx: &mut Tx) { tx.fetch(String::leak(sql), params![]); }",
            "fn f(tx: &mut Tx) { tx.fetch_optional(Box::leak(sql.into_boxed_str()), params![]); }",
            "async fn f(tx: &mut Tx) { tx.execute(wrap!(format!(\"x\")), params![]).await; }",
        ] {
            assert_eq!(breaches(HERE, breach).len(), 1, "{breach}");
        }
    }

    #[test]
    fn constants_are_fine_and_so_are_made_parameters() {
        let fine =
            "fn f(tx: &mut Tx) { tx.execute(KEEP, params![format!(\"{a}%\")]); tx.fetch(\"SELECT 1\", params![]); }";
        assert_eq!(breaches(HERE, fine), Vec::<String>::new());
    }

    #[test]
    fn a_statement_outside_the_adapters_is_found() {
        let source = "fn f(tx: &mut Tx) { tx.fetch(\"SELECT id FROM orders\", params![]); }";
        assert_eq!(breaches("contexts/order/src/application/pay.rs", source).len(), 1);
        assert_eq!(breaches("app/src/pages/home.rs", source).len(), 1);
        assert_eq!(breaches(HERE, source), Vec::<String>::new());
        assert_eq!(breaches("app/src/cli.rs", "const HELP: &str = \"Select a product\";"), Vec::<String>::new());
    }
}
