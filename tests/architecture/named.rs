//! Every path that a source file names: in `use`, in types and expressions, in attributes and inside macros.
//!
//! Code for tests only (`#[cfg(test)]`) is left out: tests may name what they like. Texts and comments are not names.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

/// One path, such as `chassis::sql::Tx`, and the line on which it stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    pub path: String,
    pub line: usize,
}

impl Named {
    /// The first part of the path.
    pub fn root(&self) -> &str {
        self.path.split("::").next().unwrap_or("")
    }

    /// Whether the path is this one or lies below it.
    pub fn is_in(&self, path: &str) -> bool {
        self.path.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    }

    /// Whether any part of the path has this name.
    pub fn has(&self, name: &str) -> bool {
        self.path.split("::").any(|part| part == name)
    }
}

/// What a file names, and which short names it brings in for itself.
#[derive(Default)]
pub struct Names {
    pub paths: Vec<Named>,
    /// Modules declared here, and names brought in from the crate itself.
    pub local: BTreeSet<String>,
    /// String literals that are not documentation, with their lines.
    pub texts: Vec<(String, usize)>,
    /// Lines on which something asynchronous stands.
    pub waits: Vec<usize>,
}

impl Names {
    /// Reads a source file.
    pub fn of(source: &str) -> Self {
        let file = syn::parse_file(source).unwrap_or_else(|error| panic!("not a source file: {error}"));
        let mut names = Self::default();
        names.visit_file(&file);
        names
    }

    fn add(&mut self, path: String, line: usize) {
        self.paths.push(Named { path, line });
    }

    fn tree(&mut self, tree: &syn::UseTree, before: &str, line: usize) {
        let joined = |name: String| if before.is_empty() { name } else { format!("{before}::{name}") };
        let own = ["crate", "self", "super"].contains(&before.split("::").next().unwrap_or(""));
        match tree {
            syn::UseTree::Path(path) => self.tree(&path.tree, &joined(path.ident.to_string()), line),
            syn::UseTree::Name(name) => {
                if own {
                    self.local.insert(name.ident.to_string());
                }
                self.add(joined(name.ident.to_string()), line);
            }
            syn::UseTree::Rename(name) => {
                if own {
                    self.local.insert(name.rename.to_string());
                }
                self.add(joined(name.ident.to_string()), line);
            }
            syn::UseTree::Glob(_) => self.add(joined("*".to_owned()), line),
            syn::UseTree::Group(group) => group.items.iter().for_each(|item| self.tree(item, before, line)),
        }
    }

    /// Paths inside tokens, which are not parsed: names joined by `::`.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Option<(String, usize)> = None;
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    let (name, line) = (ident.to_string(), ident.span().start().line);
                    path = match path.take() {
                        Some((before, start)) if colons == 2 => Some((format!("{before}::{name}"), start)),
                        other => {
                            self.end(other);
                            Some((name, line))
                        }
                    };
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                other => {
                    self.end(path.take());
                    colons = 0;
                    match other {
                        TokenTree::Group(group) => self.tokens(group.stream()),
                        TokenTree::Literal(literal) => self.literal(&literal),
                        TokenTree::Ident(_) | TokenTree::Punct(_) => {}
                    }
                }
            }
        }
        self.end(path);
    }

    fn end(&mut self, path: Option<(String, usize)>) {
        if let Some((path, line)) = path {
            self.add(path, line);
        }
    }

    fn literal(&mut self, literal: &proc_macro2::Literal) {
        if let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string()) {
            self.texts.push((text.value(), literal.span().start().line));
        }
    }
}

fn for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.meta.require_list().is_ok_and(|list| list.tokens.to_string() == "test")
    })
}

fn attributes_of(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Const(it) => &it.attrs,
        syn::Item::Fn(it) => &it.attrs,
        syn::Item::Impl(it) => &it.attrs,
        syn::Item::Mod(it) => &it.attrs,
        syn::Item::Static(it) => &it.attrs,
        syn::Item::Struct(it) => &it.attrs,
        syn::Item::Use(it) => &it.attrs,
        _ => &[],
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if !for_tests(attributes_of(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        self.local.insert(module.ident.to_string());
        visit::visit_item_mod(self, module);
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let line = item.use_token.span.start().line;
        self.tree(&item.tree, "", line);
    }

    fn visit_item_extern_crate(&mut self, item: &'ast syn::ItemExternCrate) {
        self.add(item.ident.to_string(), item.ident.span().start().line);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let line = path.segments.first().map_or(0, |segment| segment.ident.span().start().line);
        self.add(parts.join("::"), line);
        visit::visit_path(self, path);
    }

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        if attribute.path().is_ident("doc") {
            return;
        }
        visit::visit_attribute(self, attribute);
        if let syn::Meta::List(list) = &attribute.meta {
            self.tokens(list.tokens.clone());
        }
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        visit::visit_macro(self, call);
        self.tokens(call.tokens.clone());
    }

    fn visit_lit_str(&mut self, text: &'ast syn::LitStr) {
        self.texts.push((text.value(), text.span().start().line));
    }

    fn visit_signature(&mut self, signature: &'ast syn::Signature) {
        if signature.asyncness.is_some() {
            self.waits.push(signature.ident.span().start().line);
        }
        visit::visit_signature(self, signature);
    }

    fn visit_expr_await(&mut self, expression: &'ast syn::ExprAwait) {
        self.waits.push(expression.await_token.span.start().line);
        visit::visit_expr_await(self, expression);
    }
}

#[test]
fn a_name_is_found_wherever_it_stands() {
    let source = "
        use a::{b, c::{self, d as e}, f::*};
        #[derive(g::H)] struct S(i::J<k::L>);
        fn m(n: &dyn o::P) -> q::R { s::t(); let _: u::V; <w::X as y::Z>::one(); aa::bb!(cc::dd, [ee::ff(1)]) }
        extern crate gg;
        impl hh::Trait for S { const C: ii::T = jj::K; }";
    let paths: BTreeSet<String> = Names::of(source).paths.into_iter().map(|named| named.path).collect();
    for expected in [
        "a::b",
        "a::c::self",
        "a::c::d",
        "a::f::*",
        "g::H",
        "i::J",
        "k::L",
        "o::P",
        "q::R",
        "s::t",
        "u::V",
        "w::X",
        "y::Z::one",
        "aa::bb",
        "cc::dd",
        "ee::ff",
        "gg",
        "hh::Trait",
        "ii::T",
        "jj::K",
    ] {
        assert!(paths.contains(expected), "{expected} is not among {paths:?}");
    }
}

#[test]
fn what_only_tests_name_is_left_out() {
    let source = "
        #[cfg(test)] mod tests { use sqlx::Row; }
        #[cfg(test)] use tokio::time;
        #[cfg(feature = \"testing\")] use askama::Template;";
    let names = Names::of(source);
    let roots: Vec<&str> = names.paths.iter().map(Named::root).filter(|root| *root != "cfg").collect();
    assert!(roots.contains(&"askama") && !roots.contains(&"sqlx") && !roots.contains(&"tokio"), "{roots:?}");
}

#[test]
fn texts_are_found_and_documentation_is_not_a_text() {
    let names = Names::of("/// sqlx::Row\nfn f() { g(\"one\"); h!(\"two\", x = \"three\"); }");
    let texts: Vec<&str> = names.texts.iter().map(|(text, _)| text.as_str()).collect();
    assert_eq!(texts, ["one", "two", "three"]);
    assert!(names.paths.iter().all(|named| named.root() != "sqlx"));
}
