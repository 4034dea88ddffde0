//! The functions of a context, which others each of them may call, and which values it makes: enough of a call graph to
//! tell what a use case can lead to.
//!
//! It goes by names. A method is looked for in the type of its receiver where that is written nearby (`self`, a field, a
//! parameter), behind a port in the adapters that implement it, and otherwise among the methods of the domain.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};

use crate::repository::SourceFile;

/// On what a method is called, as far as it can be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Receiver {
    Own,
    /// Every name in the type of the field or parameter, such as `Arc`, `dyn` aside, and `OrderStore`.
    Typed(Vec<String>),
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Call {
    Method(Receiver, String),
    /// The last two parts of a path: the type or module, if one is named, and the function.
    Path(Option<String>, String),
}

/// A function with a body.
pub struct Function {
    /// The file in which it stands.
    pub file: String,
    /// The type to which it belongs.
    pub owner: Option<String>,
    /// The trait of which it is a part.
    port: Option<String>,
    pub name: String,
    calls: BTreeSet<Call>,
    /// What it makes: `Enum::Variant`, or the name of a struct.
    pub makes: BTreeSet<String>,
}

/// All functions of a context, without those for tests.
pub struct Calls {
    functions: Vec<Function>,
    /// The names that each file brings in.
    imports: BTreeMap<String, BTreeSet<String>>,
}

impl Calls {
    pub fn of(sources: &[SourceFile]) -> Self {
        let files = sources.iter().filter(|source| !is_for_tests(&source.path)).map(|source| {
            let file = syn::parse_file(&source.text).unwrap_or_else(|error| panic!("{}: {error}", source.path));
            (source.path.as_str(), file)
        });
        let files: Vec<(&str, syn::File)> = files.collect();
        let mut fields = Fields::default();
        for (_, file) in &files {
            fields.visit_file(file);
        }
        let (mut functions, mut imports) = (Vec::new(), BTreeMap::new());
        for (path, file) in &files {
            let mut imported = Imports::default();
            imported.visit_file(file);
            imports.insert((*path).to_owned(), imported.0);
            let mut reader = Reader { path, fields: &fields, owner: None, port: None, found: &mut functions };
            reader.visit_file(file);
        }
        Self { functions, imports }
    }

    pub fn functions(&self) -> &[Function] {
        &self.functions
    }

    /// Everything that may run once one of these functions runs, themselves included.
    pub fn reached<'a>(&'a self, from: impl Iterator<Item = &'a Function>) -> Vec<&'a Function> {
        let position = |function: &Function| self.functions.iter().position(|it| std::ptr::eq(it, function));
        let mut waiting: Vec<usize> = from.filter_map(position).collect();
        let mut seen: BTreeSet<usize> = waiting.iter().copied().collect();
        while let Some(at) = waiting.pop() {
            let caller = &self.functions[at];
            let called = caller.calls.iter().flat_map(|call| self.resolve(caller, call));
            waiting.extend(called.filter(|index| seen.insert(*index)));
        }
        seen.into_iter().map(|index| &self.functions[index]).collect()
    }

    fn resolve(&self, caller: &Function, call: &Call) -> Vec<usize> {
        match call {
            Call::Method(Receiver::Own, name) => self.of_owner(caller.owner.as_deref(), name),
            Call::Method(Receiver::Typed(types), name) => {
                let known = self.all(|it| {
                    it.name == *name && [&it.owner, &it.port].into_iter().flatten().any(|of| types.contains(of))
                });
                // A closure's parameter may hide the one whose type was read.
                if known.is_empty() { self.of_any_value(caller, name) } else { known }
            }
            Call::Method(Receiver::Unknown, name) => self.of_any_value(caller, name),
            Call::Path(Some(of), name) if of == "Self" => self.of_owner(caller.owner.as_deref(), name),
            Call::Path(Some(of), name) if of.starts_with(char::is_uppercase) => self.of_owner(Some(of), name),
            Call::Path(Some(module), name) => self.all(|it| {
                let module_of = it.file.trim_end_matches("/mod.rs").trim_end_matches(".rs");
                it.name == *name && it.owner.is_none() && module_of.rsplit('/').next() == Some(module)
            }),
            Call::Path(None, name) => {
                let here = self.all(|it| it.name == *name && it.owner.is_none() && it.file == caller.file);
                let is_imported = self.imports.get(&caller.file).is_some_and(|names| names.contains(name));
                if here.is_empty() && is_imported {
                    self.all(|it| it.name == *name && it.owner.is_none())
                } else {
                    here
                }
            }
        }
    }

    fn of_owner(&self, owner: Option<&str>, name: &str) -> Vec<usize> {
        self.all(|it| it.name == name && it.owner.as_deref() == owner)
    }

    /// Methods of values: those of the domain, of what the use cases share, and of the same file.
    fn of_any_value(&self, caller: &Function, name: &str) -> Vec<usize> {
        let above_adapters = caller.file.contains("/application/");
        let is_use_case = |file: &str| file.contains("/commands/") || file.contains("/queries/");
        let is_shared = |file: &str| {
            file.contains("/domain/") || above_adapters && file.contains("/application/") && !is_use_case(file)
        };
        self.all(|it| it.name == name && it.owner.is_some() && (is_shared(&it.file) || it.file == caller.file))
    }

    fn all(&self, wanted: impl Fn(&Function) -> bool) -> Vec<usize> {
        let found = self.functions.iter().enumerate().filter(|(_, function)| wanted(function));
        found.map(|(index, _)| index).collect()
    }
}

fn is_for_tests(path: &str) -> bool {
    path.contains("/src/testing") || path.ends_with("tests.rs") || path.contains("/tests/")
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("test")
            || attribute.path().is_ident("cfg")
                && attribute.meta.require_list().is_ok_and(|list| list.tokens.to_string().contains("test"))
    })
}

/// The names that are brought in by `use`.
#[derive(Default)]
struct Imports(BTreeSet<String>);

impl<'ast> Visit<'ast> for Imports {
    fn visit_use_name(&mut self, name: &'ast syn::UseName) {
        self.0.insert(name.ident.to_string());
    }
}

/// The names in the types of the fields of structs.
#[derive(Default)]
struct Fields {
    types: BTreeMap<(String, String), Vec<String>>,
}

impl<'ast> Visit<'ast> for Fields {
    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        for field in &item.fields {
            if let Some(name) = &field.ident {
                self.types.insert((item.ident.to_string(), name.to_string()), names_in(&field.ty));
            }
        }
    }
}

fn names_in(ty: &syn::Type) -> Vec<String> {
    #[derive(Default)]
    struct Seen(Vec<String>);
    impl<'ast> Visit<'ast> for Seen {
        fn visit_path_segment(&mut self, segment: &'ast syn::PathSegment) {
            self.0.push(segment.ident.to_string());
            visit::visit_path_segment(self, segment);
        }
    }
    let mut seen = Seen::default();
    seen.visit_type(ty);
    seen.0
}

/// Reads the functions of one file.
struct Reader<'a> {
    path: &'a str,
    fields: &'a Fields,
    owner: Option<String>,
    port: Option<String>,
    found: &'a mut Vec<Function>,
}

impl Reader<'_> {
    fn add(&mut self, signature: &syn::Signature, body: &syn::Block) {
        let parameters = signature.inputs.iter().filter_map(|input| match input {
            syn::FnArg::Typed(it) => match it.pat.as_ref() {
                syn::Pat::Ident(name) => Some((name.ident.to_string(), names_in(&it.ty))),
                _ => None,
            },
            syn::FnArg::Receiver(_) => None,
        });
        let mut reader = Body {
            fields: self.fields,
            owner: self.owner.as_deref(),
            parameters: parameters.collect(),
            calls: BTreeSet::new(),
            makes: BTreeSet::new(),
        };
        reader.visit_block(body);
        let Body { calls, makes, .. } = reader;
        let (file, owner, port) = (self.path.to_owned(), self.owner.clone(), self.port.clone());
        self.found.push(Function { file, owner, port, name: signature.ident.to_string(), calls, makes });
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if !is_test(&module.attrs) {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if !is_test(&item.attrs) {
            self.add(&item.sig, &item.block);
        }
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        self.owner = names_in(&item.self_ty).into_iter().next();
        let port = item.trait_.as_ref().and_then(|(_, path, _)| path.segments.last());
        self.port = port.map(|segment| segment.ident.to_string());
        visit::visit_item_impl(self, item);
        (self.owner, self.port) = (None, None);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.add(&item.sig, &item.block);
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.owner = Some(item.ident.to_string());
        visit::visit_item_trait(self, item);
        self.owner = None;
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(body) = &item.default {
            self.add(&item.sig, body);
        }
    }
}

/// Reads what one function calls and makes.
struct Body<'a> {
    fields: &'a Fields,
    owner: Option<&'a str>,
    parameters: BTreeMap<String, Vec<String>>,
    calls: BTreeSet<Call>,
    makes: BTreeSet<String>,
}

impl Body<'_> {
    fn receiver(&self, expression: &syn::Expr) -> Receiver {
        match expression {
            syn::Expr::Reference(it) => self.receiver(&it.expr),
            syn::Expr::Paren(it) => self.receiver(&it.expr),
            syn::Expr::Path(it) if it.path.is_ident("self") => Receiver::Own,
            syn::Expr::Path(it) => {
                let known = it.path.get_ident().and_then(|name| self.parameters.get(&name.to_string()));
                known.map_or(Receiver::Unknown, |types| Receiver::Typed(types.clone()))
            }
            syn::Expr::Field(it) => {
                let (syn::Member::Named(field), Receiver::Own) = (&it.member, self.receiver(&it.base)) else {
                    return Receiver::Unknown;
                };
                let key = (self.owner.unwrap_or_default().to_owned(), field.to_string());
                self.fields.types.get(&key).map_or(Receiver::Unknown, |types| Receiver::Typed(types.clone()))
            }
            _ => Receiver::Unknown,
        }
    }

    /// A path in an expression is a call, a function handed on, or a value that is made.
    fn path(&mut self, path: &syn::Path) {
        let parts: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let Some((last, before)) = parts.split_last() else { return };
        let before = before.last().cloned();
        if last.starts_with(char::is_uppercase) {
            let made = before.filter(|it| it.starts_with(char::is_uppercase));
            self.makes.insert(made.map_or_else(|| last.clone(), |of| format!("{of}::{last}")));
        } else {
            self.calls.insert(Call::Path(before, last.clone()));
        }
    }
}

impl<'ast> Visit<'ast> for Body<'_> {
    /// What a pattern names is taken apart, not made.
    fn visit_pat(&mut self, _: &'ast syn::Pat) {}

    fn visit_type(&mut self, _: &'ast syn::Type) {}

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let receiver = self.receiver(&call.receiver);
        self.calls.insert(Call::Method(receiver, call.method.to_string()));
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_path(&mut self, expression: &'ast syn::ExprPath) {
        // A single name is a variable, unless it is called.
        if expression.path.get_ident().is_none_or(|name| name.to_string().starts_with(char::is_uppercase)) {
            self.path(&expression.path);
        }
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let syn::Expr::Path(function) = call.func.as_ref() {
            self.path(&function.path);
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_struct(&mut self, expression: &'ast syn::ExprStruct) {
        self.path(&expression.path);
        visit::visit_expr_struct(self, expression);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        if call.path.is_ident("matches") {
            return;
        }
        let list = syn::punctuated::Punctuated::<syn::Expr, syn::Token![,]>::parse_terminated;
        for expression in call.parse_body_with(list).into_iter().flatten() {
            self.visit_expr(&expression);
        }
    }
}
