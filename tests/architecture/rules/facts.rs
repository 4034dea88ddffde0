//! Which use case states which fact, read off the code: the commands from which code can be reached that makes the domain
//! event that `adapters/outbound/publish.rs` publishes under that type.
//!
//! "Can be reached" is by names ([`super::calls`]), so it is what a use case may state, not what it always does. What a
//! context declares beside that map is held against it, and against the golden files, so that no page shows anything else.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};

use super::calls::{Calls, Function};
use crate::repository::SourceFile;

/// Facts that are not made where they are decided: what makes them instead.
const MADE_BY: [(&str, &str); 2] = [
    // A commit compares each shelf that was put back with what it was.
    ("FulfilmentEvent::StockChanged", "StockTransaction::put_stock"),
    // A count is part of the change of a product, and no event of it.
    ("StockCount", "StockCount"),
];

/// How the declaration of a context (types of facts and their use cases) differs from its code and from the files of its
/// contract.
pub fn breaches(
    context: &str,
    declared: &[(&str, &[&str])],
    stated: &BTreeMap<String, BTreeSet<String>>,
    contract: &BTreeSet<String>,
) -> Vec<String> {
    let mut breaches = Vec::new();
    let names: BTreeSet<&str> = declared.iter().map(|(event_type, _)| *event_type).collect();
    for (event_type, stated_by) in declared {
        let stated_by: BTreeSet<String> = stated_by.iter().map(|name| (*name).to_owned()).collect();
        let found = stated.get(*event_type).cloned().unwrap_or_default();
        if stated_by != found || found.is_empty() {
            breaches.push(format!("{event_type} is declared as stated by {stated_by:?}, and the code says {found:?}"));
        }
    }
    let undeclared = stated.keys().filter(|event_type| !names.contains(event_type.as_str()));
    breaches.extend(undeclared.map(|event_type| format!("{context} states {event_type} without declaring it")));
    let files = names.iter().flat_map(|name| ["json", "schema.json"].map(|ending| format!("{name}.{ending}")));
    let files: BTreeSet<String> = files.collect();
    let differing = files.symmetric_difference(contract);
    breaches
        .extend(differing.map(|file| format!("{file} is either declared by {context} or in its contract, not both")));
    breaches
}

/// The use cases of a context (by the names of their files) that may state each type of fact.
pub fn stated(context: &str, sources: &[SourceFile]) -> BTreeMap<String, BTreeSet<String>> {
    let folder = format!("contexts/{context}/src/");
    let Some(publish) = sources.iter().find(|file| file.path == format!("{folder}adapters/outbound/publish.rs")) else {
        return BTreeMap::new();
    };
    let events = published(&publish.text);
    let nobody = |event_type: &String| (event_type.clone(), BTreeSet::new());
    let mut stated: BTreeMap<String, BTreeSet<String>> = events.values().map(nobody).collect();
    let calls = Calls::of(sources);
    let commands = format!("{folder}application/commands/");
    let files: BTreeSet<&str> = calls.functions().iter().filter_map(|it| it.file.strip_prefix(&commands)).collect();
    for file in files {
        let own = calls.functions().iter().filter(|it| it.file.strip_prefix(&commands) == Some(file));
        let reached = calls.reached(own.filter(|it| it.owner.is_some()));
        for (event, event_type) in &events {
            if reached.iter().any(|function| makes(function, event)) {
                let by = file.trim_end_matches(".rs").to_owned();
                stated.entry(event_type.clone()).or_default().insert(by);
            }
        }
    }
    stated
}

fn makes(function: &Function, event: &str) -> bool {
    match MADE_BY.iter().find(|(fact, _)| *fact == event) {
        Some((_, maker)) => {
            let name = function.owner.as_ref().map(|owner| format!("{owner}::{}", function.name));
            name.as_deref() == Some(maker) || function.makes.contains(*maker)
        }
        None => function.makes.contains(event),
    }
}

/// The type under which each domain event is published, by the total map of `publish.rs`.
fn published(text: &str) -> BTreeMap<String, String> {
    let file = syn::parse_file(text).unwrap_or_else(|error| panic!("publish.rs: {error}"));
    let mut arms = Arms::default();
    arms.visit_file(&file);
    let mut all = BTreeMap::new();
    for (events, mentions) in &arms.found {
        let types = arms.types_in(mentions, 4);
        for event in events {
            assert!(types.len() <= 1, "{event} is published as {types:?}");
            all.extend(types.iter().map(|event_type| (event.clone(), event_type.clone())));
        }
    }
    for (maker, mentions) in &arms.functions {
        for parameter in arms.parameters.get(maker).into_iter().flatten() {
            if MADE_BY.iter().any(|(fact, _)| fact == parameter) {
                all.extend(arms.types_in(mentions, 4).into_iter().map(|event_type| (parameter.clone(), event_type)));
            }
        }
    }
    all
}

/// Texts and names that occur in a piece of code.
#[derive(Default, Clone)]
struct Mentions {
    texts: BTreeSet<String>,
    names: BTreeSet<String>,
}

impl<'ast> Visit<'ast> for Mentions {
    fn visit_lit_str(&mut self, text: &'ast syn::LitStr) {
        self.texts.insert(text.value());
    }

    fn visit_expr_path(&mut self, expression: &'ast syn::ExprPath) {
        self.names.extend(expression.path.segments.last().map(|segment| segment.ident.to_string()));
    }
}

/// The arms of matches over domain events, and what they may lead to in the same file.
#[derive(Default)]
struct Arms {
    found: Vec<(BTreeSet<String>, Mentions)>,
    functions: BTreeMap<String, Mentions>,
    parameters: BTreeMap<String, BTreeSet<String>>,
    constants: BTreeMap<String, Mentions>,
}

impl Arms {
    fn types_in(&self, mentions: &Mentions, depth: usize) -> BTreeSet<String> {
        let mut types: BTreeSet<String> =
            mentions.texts.iter().filter(|text| text.starts_with("store.")).cloned().collect();
        for name in mentions.names.iter().filter(|_| depth > 0) {
            let further = self.functions.get(name).or_else(|| self.constants.get(name));
            types.extend(further.into_iter().flat_map(|further| self.types_in(further, depth - 1)));
        }
        types
    }
}

impl<'ast> Visit<'ast> for Arms {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        let mut mentions = Mentions::default();
        mentions.visit_block(&item.block);
        self.functions.insert(item.sig.ident.to_string(), mentions);
        let mut parameters = Names::default();
        item.sig.inputs.iter().for_each(|input| parameters.visit_fn_arg(input));
        self.parameters.insert(item.sig.ident.to_string(), parameters.0);
        visit::visit_item_fn(self, item);
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        let mut mentions = Mentions::default();
        mentions.visit_expr(&item.expr);
        self.constants.insert(item.ident.to_string(), mentions);
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        let mut names = Names::default();
        names.visit_pat(&arm.pat);
        let events: BTreeSet<String> = names.0.into_iter().filter(|name| name.contains("Event::")).collect();
        if !events.is_empty() {
            let mut mentions = Mentions::default();
            mentions.visit_expr(&arm.body);
            self.found.push((events, mentions));
        }
        visit::visit_arm(self, arm);
    }
}

/// Every path, by its last two parts.
#[derive(Default)]
struct Names(BTreeSet<String>);

impl<'ast> Visit<'ast> for Names {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.0.insert(parts[parts.len().saturating_sub(2)..].join("::"));
        visit::visit_path(self, path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shop() -> Vec<SourceFile> {
        let files = [
            (
                "domain/order.rs",
                "impl Order { pub fn place() -> Self { Made::now(OrderEvent::Placed) }
                    pub fn pay(self) -> Self { self.finish() }
                    fn finish(self) -> Self { Made::all(vec![OrderEvent::Paid { at: 1 }]) }
                    pub fn look(&self) -> bool { matches!(self.last, OrderEvent::Paid { .. }) } }",
            ),
            ("application/commands/place_order.rs", "impl PlaceOrder { pub fn execute(&self) { Order::place(); } }"),
            (
                "application/commands/record_payment.rs",
                "pub struct RecordPayment { orders: Arc<dyn OrderStore> }
                impl RecordPayment { pub fn execute(&self) { self.orders.update(|order| order.pay()); } }",
            ),
            (
                "application/commands/forget.rs",
                "pub struct Forget { orders: Arc<dyn OrderStore> }
                impl Forget { pub fn execute(&self, order: OrderId) { self.orders.erase(order); let pay = order; } }",
            ),
            ("application/commands/look.rs", "impl Look { pub fn execute(&self, order: &Order) { order.look(); } }"),
            (
                "adapters/outbound/sql.rs",
                "impl OrderStore for Sql { fn erase(&self, id: OrderId) { find(id).erased(); } fn update(&self) {} }
                impl Order { fn erased(self) { OrderEvent::Erased; } }
                #[cfg(test)] mod tests { fn every() { Order::place(); } }",
            ),
            (
                "adapters/outbound/publish.rs",
                "const PAID: &str = \"store.order.paid.v1\";
                pub fn published(event: &OrderEvent) -> Draft { match event {
                    OrderEvent::Placed => Draft::new(\"store.order.placed.v1\"),
                    OrderEvent::Paid { .. } => paid(),
                    OrderEvent::Erased => Draft::new(\"store.order.erased.v1\"),
                } }
                fn paid() -> Draft { Draft::new(PAID) }",
            ),
        ];
        let file = |(path, text): (&str, &str)| SourceFile {
            path: format!("contexts/order/src/{path}"),
            text: text.to_owned(),
        };
        files.map(file).into()
    }

    #[test]
    fn a_fact_is_traced_back_through_domain_ports_and_closures_to_its_use_cases() {
        let stated: Vec<(String, Vec<String>)> =
            stated("order", &shop()).into_iter().map(|(name, by)| (name, by.into_iter().collect())).collect();
        let expected = [("erased", "forget"), ("paid", "record_payment"), ("placed", "place_order")];
        assert_eq!(stated, expected.map(|(name, by)| (format!("store.order.{name}.v1"), vec![by.to_owned()])));
    }

    #[test]
    fn a_declaration_that_differs_from_code_or_contract_is_found() {
        let stated = stated("order", &shop());
        let contract: BTreeSet<String> = ["erased", "paid", "placed"]
            .iter()
            .flat_map(|name| ["json", "schema.json"].map(|ending| format!("store.order.{name}.v1.{ending}")))
            .collect();
        let right: [(&str, &[&str]); 3] = [
            ("store.order.erased.v1", &["forget"]),
            ("store.order.paid.v1", &["record_payment"]),
            ("store.order.placed.v1", &["place_order"]),
        ];
        assert_eq!(breaches("order", &right, &stated, &contract), Vec::<String>::new());
        assert_eq!(breaches("order", &right[1..], &stated, &contract).len(), 3, "undeclared, and two files");
        let more: [(&str, &[&str]); 3] = [right[0], ("store.order.paid.v1", &["record_payment", "look"]), right[2]];
        assert_eq!(breaches("order", &more, &stated, &contract).len(), 1, "a use case that cannot state it");
        let less: [(&str, &[&str]); 3] = [right[0], right[1], ("store.order.placed.v1", &[])];
        assert_eq!(breaches("order", &less, &stated, &contract).len(), 1, "a use case is missing");
    }
}
