//! This repository as the rules see it: crates and their dependencies, source files, migrations, folders.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, MetadataCommand};
use walkdir::WalkDir;

/// The bounded contexts.
pub const CONTEXTS: [&str; 5] = ["catalogue", "customer", "fulfilment", "order", "reports"];

/// The crates inside `chassis/`, by their folders.
pub const CHASSIS: [&str; 12] = [
    "http-client",
    "mail",
    "messaging",
    "platform",
    "security",
    "sql",
    "storefront-theme",
    "stripe-sandbox",
    "system",
    "telemetry",
    "testing",
    "web",
];

/// A source file: its path from the root, with slashes, and its text.
pub struct SourceFile {
    pub path: String,
    pub text: String,
}

/// One crate's dependency on another, whatever it is needed for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    pub from: String,
    pub to: String,
}

impl Edge {
    pub fn new(from: &str, to: &str) -> Self {
        Self { from: from.to_owned(), to: to.to_owned() }
    }
}

pub struct Repository {
    root: PathBuf,
}

impl Repository {
    /// The repository in which this test was built.
    pub fn open() -> Self {
        let start = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = start.ancestors().find(|folder| folder.join("shared-kernel").is_dir());
        Self { root: root.expect("no folder above has a shared-kernel").to_owned() }
    }

    /// Every dependency of every crate of the workspace, except that of a crate on itself. The tests of a part of the
    /// chassis may use all of it, and those of the whole shop look into its files.
    pub fn all_dependencies(&self) -> Vec<Edge> {
        let options = ["--offline".to_owned()];
        let manifest = self.root.join("Cargo.toml");
        let metadata = MetadataCommand::new().manifest_path(manifest).no_deps().other_options(options).exec().unwrap();
        let edges = metadata.packages.iter().flat_map(|package| {
            let is_part = package.name.as_str().starts_with("chassis");
            let has_wide_tests = is_part || package.name.as_str() == "app";
            let counts = move |kind| !has_wide_tests || kind != DependencyKind::Development;
            let dependencies = package.dependencies.iter().filter(move |dependency| counts(dependency.kind));
            dependencies.map(|dependency| Edge::new(package.name.as_str(), &dependency.name))
        });
        edges.filter(|edge| edge.from != edge.to).collect()
    }

    /// Those between crates of the workspace.
    pub fn edges(&self) -> Vec<Edge> {
        let all = self.all_dependencies();
        let own: BTreeSet<String> = all.iter().map(|edge| edge.from.clone()).collect();
        all.into_iter().filter(|edge| own.contains(&edge.to)).collect()
    }

    /// What one crate depends on, for its tests excepted.
    pub fn dependencies_of(&self, name: &str) -> Vec<String> {
        let manifest = fs::read_to_string(self.root.join(name).join("Cargo.toml")).unwrap();
        let section = manifest.split("[dependencies]").nth(1).expect("no dependencies");
        let lines = section.lines().skip(1).take_while(|line| !line.starts_with('['));
        let names = lines.filter_map(|line| line.split(['.', '=', ' ']).next());
        names.filter(|name| !name.is_empty() && !name.starts_with('#')).map(str::to_owned).collect()
    }

    /// What a rule finds in the sources (not the tests) of one crate.
    pub fn each_source_of(&self, owner: &str, mut rule: impl FnMut(&SourceFile) -> Vec<String>) -> Vec<String> {
        self.sources_of(owner).iter().flat_map(&mut rule).collect()
    }

    /// The sources (not the tests) of one crate.
    pub fn sources_of(&self, owner: &str) -> Vec<SourceFile> {
        let folder = folder_of(owner);
        let files = self.sources(&format!("{folder}/src"));
        assert!(!files.is_empty(), "{folder} has no sources");
        files
    }

    /// What a rule finds in all sources, tests included.
    pub fn each_source(&self, rule: impl FnMut(&SourceFile) -> Vec<String>) -> Vec<String> {
        let folders = ["app", "chassis", "contexts", "shared-kernel", "tests"];
        let files: Vec<SourceFile> = folders.iter().flat_map(|folder| self.sources(folder)).collect();
        assert!(files.len() > 100, "only {} sources were read", files.len());
        files.iter().flat_map(rule).collect()
    }

    fn sources(&self, folder: &str) -> Vec<SourceFile> {
        let found = WalkDir::new(self.root.join(folder)).sort_by_file_name().into_iter();
        let entries = found.filter_entry(|entry| entry.file_name() != "target").map(Result::unwrap);
        let rust = entries.filter(|entry| entry.path().extension().is_some_and(|kind| kind == "rs"));
        rust.map(|entry| SourceFile { path: self.relative(entry.path()), text: read(entry.path()) }).collect()
    }

    /// The templates of pages and mails.
    pub fn templates(&self) -> Vec<SourceFile> {
        let owners = ["app", "chassis"].iter().chain(&CHASSIS).chain(&CONTEXTS);
        let folders = owners.map(|owner| format!("{}/templates", folder_of(owner))).filter(|folder| self.has(folder));
        let entries = folders.flat_map(|folder| WalkDir::new(self.root.join(folder)).sort_by_file_name());
        let files = entries.map(Result::unwrap).filter(|entry| entry.file_type().is_file());
        files.map(|entry| SourceFile { path: self.relative(entry.path()), text: read(entry.path()) }).collect()
    }

    /// Everything written by hand that people read: sources, templates, contracts, features and documents. Without
    /// migrations, which must not change once they were applied, and without the demo's product texts.
    pub fn texts(&self) -> Vec<SourceFile> {
        const KINDS: [&str; 12] =
            ["rs", "html", "txt", "md", "json", "feature", "toml", "css", "yml", "yaml", "sh", "py"];
        let folders = ["app", "chassis", "contexts", "deploy", "docs", "shared-kernel", "tests"].iter();
        let entries = folders.flat_map(|folder| {
            let found = WalkDir::new(self.root.join(folder)).sort_by_file_name().into_iter();
            found
                .filter_entry(|entry| !["target", "demo", "node_modules"].iter().any(|name| entry.file_name() == *name))
        });
        let files = entries.map(Result::unwrap).filter(|entry| {
            entry.file_type().is_file()
                && entry.path().extension().is_some_and(|kind| KINDS.iter().any(|known| kind == *known))
        });
        let top = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "Cargo.toml"].iter();
        let top = top.map(|name| self.root.join(name)).filter(|path| path.exists());
        let paths = files.map(walkdir::DirEntry::into_path).chain(top);
        paths.map(|path| SourceFile { path: self.relative(&path), text: read(&path) }).collect()
    }

    fn relative(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap().to_string_lossy().replace('\\', "/")
    }

    /// The migrations of one owner, for every engine.
    pub fn migrations(&self, owner: &str) -> String {
        let own = if owner == "chassis" { "chassis/sql/migrations".to_owned() } else { format!("migrations/{owner}") };
        let found = WalkDir::new(self.root.join(own)).sort_by_file_name().into_iter().filter_map(Result::ok);
        let steps = found.filter(|entry| entry.path().extension().is_some_and(|kind| kind == "sql"));
        steps.map(|entry| read(entry.path())).collect::<Vec<_>>().join("\n")
    }

    /// The names of the files in which a context promises its events; none if it promises nothing.
    pub fn contract_of(&self, context: &str) -> BTreeSet<String> {
        let folder = fs::read_dir(self.root.join(format!("contexts/{context}/contract/events"))).into_iter().flatten();
        folder.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
    }

    /// The folders in a folder, without what version control leaves out.
    pub fn folders(&self, path: &str) -> Vec<String> {
        let ignored = fs::read_to_string(self.root.join(".gitignore")).unwrap_or_default();
        let ignored: Vec<&str> = ignored.lines().map(|line| line.trim().trim_matches('/')).collect();
        let entries = fs::read_dir(self.root.join(path)).unwrap().map(Result::unwrap);
        let folders = entries.filter(|entry| entry.file_type().unwrap().is_dir());
        let names = folders.map(|entry| entry.file_name().to_string_lossy().into_owned());
        let mut names: Vec<String> = names.filter(|name| name != ".git" && !ignored.contains(&name.as_str())).collect();
        names.sort();
        names
    }

    pub fn text(&self, path: &str) -> String {
        read(&self.root.join(path))
    }

    pub fn has(&self, path: &str) -> bool {
        self.root.join(path).exists()
    }
}

/// The folder of a crate.
pub fn folder_of(owner: &str) -> String {
    if CONTEXTS.contains(&owner) {
        format!("contexts/{owner}")
    } else if CHASSIS.contains(&owner) {
        format!("chassis/{owner}")
    } else {
        owner.to_owned()
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
