//! No circle of imports: inside a crate, files of different folders do not need each other in turn.
//!
//! A name that a `mod.rs` or `lib.rs` only passes on (`pub use`) counts for the file that defines it. Declarations of
//! modules and code for tests do not count. Files of one folder may name each other: they are read together.

use std::collections::{BTreeMap, BTreeSet};

use crate::named::Names;
use crate::repository::SourceFile;

/// The files of one crate, by the modules that they are.
struct Crate<'a> {
    files: BTreeMap<Vec<String>, File<'a>>,
}

struct File<'a> {
    path: &'a str,
    names: Names,
    /// What the file passes on: the name, and the path behind it as it is written.
    passed_on: BTreeMap<String, Vec<String>>,
    /// Modules of which it passes on everything.
    passed_on_whole: Vec<Vec<String>>,
    /// The items that stand in it.
    defined: BTreeSet<String>,
}

/// The module that a file is: `src/a/b.rs` and `src/a/b/mod.rs` are `a::b`. Nothing for tests and what helps them.
fn module_of(path: &str) -> Option<Vec<String>> {
    let (_, inside) = path.split_once("src/")?;
    let mut parts: Vec<String> = inside.strip_suffix(".rs")?.split('/').map(str::to_owned).collect();
    if parts.iter().any(|part| ["tests", "testing", "main"].contains(&part.as_str())) {
        return None;
    }
    parts.pop_if(|last| ["mod", "lib"].contains(&last.as_str()));
    Some(parts)
}

impl<'a> Crate<'a> {
    fn of(sources: &'a [SourceFile]) -> Self {
        let files = sources.iter().filter_map(|source| Some((module_of(&source.path)?, File::of(source))));
        Self { files: files.collect() }
    }

    /// The file that defines what `path`, written in `module`, names; `None` for what lies in other crates.
    fn resolve(&self, module: &[String], path: &[String], depth: usize) -> Option<&File<'a>> {
        let (mut at, mut rest) = self.start(module, path)?;
        while let Some((next, after)) = rest.split_first() {
            let below: Vec<String> = at.iter().chain([next]).cloned().collect();
            if !self.files.contains_key(&below) {
                break;
            }
            (at, rest) = (below, after);
        }
        let file = self.files.get(&at)?;
        match rest.split_first() {
            None => Some(file),
            Some(_) if depth == 0 => None,
            Some((name, after)) => self.passed_on(&at, file, name, after, depth - 1).or(Some(file)),
        }
    }

    fn passed_on(
        &self,
        module: &[String],
        file: &File<'a>,
        name: &str,
        after: &[String],
        depth: usize,
    ) -> Option<&File<'a>> {
        if let Some(target) = file.passed_on.get(name) {
            return self.resolve(module, &[target.as_slice(), after].concat(), depth);
        }
        let whole = file.passed_on_whole.iter().filter_map(|target| self.resolve(module, target, depth));
        whole.into_iter().find(|target| target.defined.contains(name))
    }

    /// Where a path begins, and what is left of it.
    fn start<'p>(&self, module: &[String], path: &'p [String]) -> Option<(Vec<String>, &'p [String])> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => Some((Vec::new(), rest)),
            "self" => Some((module.to_vec(), rest)),
            "super" => {
                let above = rest.iter().take_while(|part| *part == "super").count() + 1;
                Some((module[..module.len().checked_sub(above)?].to_vec(), &rest[above - 1..]))
            }
            _ => {
                let child: Vec<String> = module.iter().chain([first]).cloned().collect();
                self.files.contains_key(&child).then_some((child, rest))
            }
        }
    }

    /// Which file needs which others, by their paths.
    fn edges(&self) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
        let of = |(module, file): (&Vec<String>, &File<'a>)| (file.path, self.needed_by(module, file));
        self.files.iter().map(of).collect()
    }

    fn needed_by(&self, module: &[String], file: &File<'a>) -> BTreeSet<&'a str> {
        let written: Vec<Vec<String>> = file.names.paths.iter().map(|named| parts(&named.path)).collect();
        let imported: BTreeMap<&String, &Vec<String>> = written
            .iter()
            .filter(|path| path.len() > 1 && ["crate", "super", "self"].contains(&path[0].as_str()))
            .filter_map(|path| Some((path.last()?, path)))
            .collect();
        let passes_on = |path: &Vec<String>| file.passed_on.values().any(|target| target == path);
        let mut needed = BTreeSet::new();
        for path in written.iter().filter(|path| !passes_on(path)) {
            let through = path.first().and_then(|first| imported.get(first)).filter(|_| path.len() > 1);
            let whole = through.map(|import| [import.as_slice(), &path[1..]].concat());
            let path = whole.as_ref().unwrap_or(path);
            let found = self.resolve(module, path, 8);
            // A folder that is only named on the way to what lies in it is not needed itself.
            let on_the_way = |found: &File<'_>| found.path.ends_with("/mod.rs") && self.is_module(module, path);
            needed.extend(found.filter(|found| !on_the_way(found)).map(|found| found.path));
        }
        needed.remove(file.path);
        needed
    }

    fn is_module(&self, module: &[String], path: &[String]) -> bool {
        let path: Vec<String> = path.iter().filter(|part| *part != "*").cloned().collect();
        self.start(module, &path).is_some_and(|(at, rest)| self.files.contains_key(&[at.as_slice(), rest].concat()))
    }
}

impl<'a> File<'a> {
    fn of(source: &'a SourceFile) -> Self {
        let parsed = syn::parse_file(&source.text).unwrap_or_else(|error| panic!("{}: {error}", source.path));
        let mut file = Self {
            path: &source.path,
            names: Names::of(&source.text),
            passed_on: BTreeMap::new(),
            passed_on_whole: Vec::new(),
            defined: BTreeSet::new(),
        };
        for item in &parsed.items {
            match item {
                syn::Item::Use(it) if !matches!(it.vis, syn::Visibility::Inherited) => file.pass_on(&it.tree, &[]),
                syn::Item::Const(it) => drop(file.defined.insert(it.ident.to_string())),
                syn::Item::Enum(it) => drop(file.defined.insert(it.ident.to_string())),
                syn::Item::Fn(it) => drop(file.defined.insert(it.sig.ident.to_string())),
                syn::Item::Struct(it) => drop(file.defined.insert(it.ident.to_string())),
                syn::Item::Trait(it) => drop(file.defined.insert(it.ident.to_string())),
                syn::Item::Type(it) => drop(file.defined.insert(it.ident.to_string())),
                _ => {}
            }
        }
        file
    }

    fn pass_on(&mut self, tree: &syn::UseTree, before: &[String]) {
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        match tree {
            syn::UseTree::Path(path) => self.pass_on(&path.tree, &with(&path.ident)),
            syn::UseTree::Name(name) => drop(self.passed_on.insert(name.ident.to_string(), with(&name.ident))),
            syn::UseTree::Rename(name) => drop(self.passed_on.insert(name.rename.to_string(), with(&name.ident))),
            syn::UseTree::Glob(_) => self.passed_on_whole.push(before.to_vec()),
            syn::UseTree::Group(group) => group.items.iter().for_each(|item| self.pass_on(item, before)),
        }
    }
}

fn parts(path: &str) -> Vec<String> {
    path.split("::").map(str::to_owned).collect()
}

/// The circles of one crate that files of several folders are in, each as its files.
fn circles(sources: &[SourceFile]) -> Vec<Vec<String>> {
    let krate = Crate::of(sources);
    let edges = krate.edges();
    let reached: BTreeMap<&str, BTreeSet<&str>> = edges.keys().map(|file| (*file, reach(file, &edges))).collect();
    let mut found = BTreeSet::new();
    for (file, others) in &reached {
        let circle: BTreeSet<&str> = others.iter().filter(|other| reached[*other].contains(file)).copied().collect();
        let folders: BTreeSet<&str> = circle.iter().map(|file| folder(file)).collect();
        let modules: BTreeSet<&str> = circle.iter().map(|file| own_folder(file, sources)).collect();
        if folders.len() > 1 && modules.len() > 1 {
            found.insert(circle.into_iter().map(str::to_owned).collect());
        }
    }
    found.into_iter().collect()
}

fn reach<'a>(file: &'a str, edges: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> BTreeSet<&'a str> {
    let (mut seen, mut next) = (BTreeSet::new(), vec![file]);
    while let Some(file) = next.pop() {
        let needed = edges.get(file).into_iter().flatten();
        next.extend(needed.filter(|needed| seen.insert(**needed)));
    }
    seen
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The folder of what lies below a module, if anything does: `a/b.rs` belongs to `a/b/c.rs`.
fn own_folder<'a>(path: &'a str, sources: &[SourceFile]) -> &'a str {
    let below = path.trim_end_matches(".rs");
    if sources.iter().any(|source| folder(&source.path) == below) { below } else { folder(path) }
}

pub fn breaches(sources: &[SourceFile]) -> Vec<String> {
    let found = circles(sources).into_iter();
    found.map(|circle| format!("these files need each other: {}", circle.join(", "))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(files: &[(&str, &str)]) -> Vec<SourceFile> {
        let source =
            |(path, text): &(&str, &str)| SourceFile { path: format!("x/src/{path}"), text: (*text).to_owned() };
        files.iter().map(source).collect()
    }

    const TOURS: [(&str, &str); 3] = [
        ("lib.rs", "mod a; mod b;"),
        ("a/mod.rs", "mod one; pub use one::One;"),
        ("b/mod.rs", "mod two; pub use two::*;"),
    ];

    #[test]
    fn a_circle_through_names_that_are_passed_on_is_found() {
        let one = ("a/one.rs", "use crate::b; pub struct One(b::Two);");
        let two = ("b/two.rs", "pub struct Two; fn f() -> crate::a::One { todo!() }");
        let planted = sources(&[TOURS.as_slice(), &[one, two]].concat());
        assert_eq!(breaches(&planted), ["these files need each other: x/src/a/one.rs, x/src/b/two.rs"]);
    }

    #[test]
    fn what_goes_one_way_or_stays_in_a_folder_or_is_for_tests_is_no_circle() {
        let one = ("a/one.rs", "use crate::b::Two; use super::three::Three; pub struct One;");
        let two = ("b/two.rs", "pub struct Two; #[cfg(test)] mod tests { use crate::a::One; }");
        let three = ("a/three.rs", "use super::One; pub struct Three;");
        let right = sources(&[TOURS.as_slice(), &[one, two, three]].concat());
        assert_eq!(breaches(&right), Vec::<String>::new());
    }
}
