//! The parts of a shop that one process can hold: all of them, or some while others run elsewhere.

use std::collections::BTreeSet;

use anyhow::Context as _;

/// A part of the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// What the shop offers.
    Catalogue,
    /// Carts, orders, payments.
    Order,
    /// Stock and parcels.
    Fulfilment,
    /// Sales figures.
    Reports,
    /// Accounts.
    Customer,
    /// Pages and API that join contexts: home, back office, errors, mail, site map, the API's description.
    Edge,
    /// The payment sandbox.
    Sandbox,
}

impl Part {
    pub const ALL: [Self; 7] =
        [Self::Catalogue, Self::Order, Self::Fulfilment, Self::Reports, Self::Customer, Self::Edge, Self::Sandbox];

    /// Those that are contexts: each has a database, states facts and hears those of others.
    pub const CONTEXTS: [Self; 5] = [Self::Catalogue, Self::Order, Self::Fulfilment, Self::Reports, Self::Customer];

    /// The name in settings; a context's is also its database's and the source of its events.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Catalogue => "catalogue",
            Self::Order => "order",
            Self::Fulfilment => "fulfilment",
            Self::Reports => "reports",
            Self::Customer => "customer",
            Self::Edge => "edge",
            Self::Sandbox => "sandbox",
        }
    }

    pub fn parse(name: &str) -> anyhow::Result<Self> {
        let found = Self::ALL.into_iter().find(|part| part.name() == name);
        found.with_context(|| format!("there is no part {name:?}; there are {}", Self::ALL.map(Self::name).join(", ")))
    }
}

/// The parts that a process holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts(BTreeSet<Part>);

impl Parts {
    /// The whole shop.
    pub fn all() -> Self {
        Self(Part::ALL.into())
    }

    /// Reads `order,fulfilment`.
    ///
    /// # Errors
    /// Names the part that does not exist.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
        let parts = names.map(Part::parse).collect::<anyhow::Result<BTreeSet<Part>>>()?;
        anyhow::ensure!(!parts.is_empty(), "it names no part");
        Ok(Self(parts))
    }

    /// Whether this is one of them.
    pub fn contains(&self, part: Part) -> bool {
        self.0.contains(&part)
    }

    /// Whether this is the only one.
    pub fn is_exactly(&self, part: Part) -> bool {
        self.0.len() == 1 && self.contains(part)
    }

    /// The contexts among them.
    pub fn contexts(&self) -> impl Iterator<Item = Part> {
        Part::CONTEXTS.into_iter().filter(|part| self.contains(*part))
    }

    /// Whether no context and no joining page runs in another process: then identities need not be signed for other
    /// processes. Where the payment sandbox runs does not matter for that; it is an external service to the shop.
    pub fn is_single_process(&self) -> bool {
        self.contains(Part::Edge) && self.contains_all_contexts()
    }

    /// Whether facts need not leave this process to reach all contexts.
    pub fn contains_all_contexts(&self) -> bool {
        Part::CONTEXTS.into_iter().all(|part| self.contains(part))
    }
}

impl std::fmt::Display for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.iter().map(|part| part.name()).collect::<Vec<_>>().join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_named_in_any_order_and_a_wrong_name_is_refused_with_the_right_ones() {
        let parts = Parts::parse(" fulfilment, order ,").unwrap();
        assert_eq!(parts.to_string(), "order,fulfilment");
        assert!(parts.contains(Part::Order) && !parts.contains(Part::Edge) && !parts.is_single_process());
        let refused = Parts::parse("order,payment").unwrap_err().to_string();
        assert!(refused.contains("\"payment\"") && refused.contains("catalogue, order, fulfilment"), "{refused}");
        assert!(Parts::parse(" , ").is_err());
    }

    #[test]
    fn a_shop_whose_sandbox_runs_elsewhere_is_whole() {
        assert!(Parts::all().is_single_process());
        assert!(Parts::parse("catalogue,order,fulfilment,reports,customer,edge").unwrap().is_single_process());
        let without_edge = Parts::parse("catalogue,order,fulfilment,reports,customer").unwrap();
        assert!(!without_edge.is_single_process() && without_edge.contains_all_contexts());
    }
}
