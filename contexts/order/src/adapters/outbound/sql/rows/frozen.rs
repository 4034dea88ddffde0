//! Column `frozen`: what placement fixed, as JSON. It changes once more at most, when the order is anonymised.

use serde::{Deserialize, Serialize};
use shared_kernel::{Address, CustomerId, Money, OrderId, Sku, Timestamp};

use super::names;
use crate::domain::{Buyer, Country, Kind, Order, OrderDetails, OrderLine, Origin, ShippingItem, Totals};

#[derive(Serialize, Deserialize)]
pub(super) struct FrozenJson {
    buyer: BuyerJson,
    #[serde(with = "names")]
    pub(super) origin: Origin,
    lines: Vec<LineJson>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shipping: Option<ShippingJson>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<Address>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    country: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    replaces: Option<OrderId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) anonymised_at: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
struct BuyerJson {
    customer: Option<CustomerId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    email: Option<String>,
    name: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct LineJson {
    sku: Sku,
    title: String,
    #[serde(with = "names")]
    kind: Kind,
    quantity: u32,
    unit_gross: Money,
    gross: Money,
    net: Money,
    tax: Money,
}

#[derive(Serialize, Deserialize)]
struct ShippingJson {
    title: String,
    gross: Money,
    net: Money,
    tax: Money,
}

/// What columns of their own keep of the details.
#[derive(Clone, Copy)]
pub(super) struct DetailColumns {
    pub(super) totals: Totals,
    pub(super) placed_at: Timestamp,
    pub(super) expires_at: Timestamp,
}

impl FrozenJson {
    pub(super) fn of(order: &Order) -> Self {
        let OrderDetails { buyer, lines, shipping, address, country, replaces, .. } = order.details().clone();
        let Buyer { customer, reference, email, name } = buyer;
        Self {
            buyer: BuyerJson { customer, reference, email, name },
            origin: order.origin(),
            lines: lines.into_iter().map(LineJson::from).collect(),
            shipping: shipping.map(|ShippingItem { title, gross, net, tax }| ShippingJson { title, gross, net, tax }),
            address,
            country: country.map(|country| country.as_str().to_owned()),
            replaces,
            anonymised_at: order.anonymised_at(),
        }
    }

    pub(super) fn details(self, columns: DetailColumns) -> OrderDetails {
        let DetailColumns { totals, placed_at, expires_at } = columns;
        let BuyerJson { customer, reference, email, name } = self.buyer;
        let shipping =
            self.shipping.map(|ShippingJson { title, gross, net, tax }| ShippingItem { title, gross, net, tax });
        OrderDetails {
            buyer: Buyer { customer, reference, email, name },
            lines: self.lines.into_iter().map(OrderLine::from).collect(),
            shipping,
            totals,
            address: self.address,
            country: self.country.map(Country::recorded),
            placed_at,
            expires_at,
            replaces: self.replaces,
        }
    }
}

impl From<OrderLine> for LineJson {
    fn from(line: OrderLine) -> Self {
        let OrderLine { sku, title, kind, quantity, unit_gross, gross, net, tax } = line;
        Self { sku, title, kind, quantity, unit_gross, gross, net, tax }
    }
}

impl From<LineJson> for OrderLine {
    fn from(line: LineJson) -> Self {
        let LineJson { sku, title, kind, quantity, unit_gross, gross, net, tax } = line;
        Self { sku, title, kind, quantity, unit_gross, gross, net, tax }
    }
}
