//! Carts and orders as the JSON of this API. Chooses what to show, and computes nothing.

use chassis::Site;
use chassis::web::AddressView;
use shared_kernel::{Identity, Page, Role};

use super::dto::{
    AttentionJson, AttentionReasonJson, BuyerJson, CartJson, CartLineJson, CartTotalsJson, DisputeJson, FulfilmentJson,
    HistoryJson, LinkJson, LinksJson, OrderJson, OrderLineJson, OrderListJson, OrderSummaryJson, OrderTotalsJson,
    PaymentJson, RefundJson, ShipmentJson, ShippedItemJson,
};
use crate::application::{CartView, CartViewLine};
use crate::domain::{Attention, Buyer, Dispute, HistoryEntry, Order, OrderLine, Refund, RefundState, Shipment, Totals};

/// The path of everything here.
pub const BASE: &str = "/api/order/v1";

impl From<&CartView> for CartJson {
    fn from(cart: &CartView) -> Self {
        let order = (!cart.lines.is_empty()).then(|| LinkJson::to(format!("{BASE}/orders")));
        Self {
            id: cart.id.to_string(),
            lines: cart.lines.iter().map(CartLineJson::from).collect(),
            totals: CartTotalsJson {
                net: cart.totals.net.into(),
                tax: cart.totals.tax.into(),
                gross: cart.totals.gross.into(),
            },
            order_totals: OrderTotalsJson::from(&cart.order_totals),
            needs_address: cart.needs_address,
            not_payable: cart.not_chargeable.map(|why| why.to_string()),
            links: LinksJson {
                itself: LinkJson::to(format!("{BASE}/carts/{}", cart.id)),
                order,
                ..LinksJson::default()
            },
        }
    }
}

impl From<&CartViewLine> for CartLineJson {
    fn from(line: &CartViewLine) -> Self {
        Self {
            sku: line.sku.to_string(),
            title: line.title.clone(),
            quantity: u32::from(line.quantity.get()),
            unit_price: line.unit_price.into(),
            line_total: line.line_total.into(),
            for_sale: line.for_sale,
            in_stock: line.in_stock(),
            only_left: line.available.filter(|_| line.in_stock() == Some(false)),
            handle: line.listing.handle.clone(),
            image: line.listing.image.as_ref().map(|image| format!("/media/{image}")),
        }
    }
}

impl From<&Totals> for OrderTotalsJson {
    fn from(totals: &Totals) -> Self {
        Self {
            net: totals.net.into(),
            tax: totals.tax.into(),
            shipping: totals.shipping.into(),
            gross: totals.gross.into(),
        }
    }
}

impl OrderLineJson {
    fn of(line: &OrderLine, order: &Order) -> Self {
        Self {
            shipped_quantity: order.fulfilment().sent(&line.sku, line.kind),
            not_sent_quantity: order.fulfilment().left_out(&line.sku, line.kind),
            sku: line.sku.to_string(),
            title: line.title.clone(),
            kind: line.kind.name().to_owned(),
            quantity: line.quantity,
            unit_price: line.unit_gross.into(),
            line_total: line.gross.into(),
            net: line.net.into(),
            tax: line.tax.into(),
        }
    }
}

impl From<&Buyer> for BuyerJson {
    fn from(buyer: &Buyer) -> Self {
        Self {
            customer_id: buyer.customer.map(|id| id.to_string()),
            reference: buyer.reference.clone(),
            email: buyer.email.clone(),
            name: buyer.name.clone(),
        }
    }
}

fn attention_json(order: &Order) -> Option<AttentionJson> {
    order.attention().map(|first| AttentionJson {
        since: first.since.to_string(),
        reason: first.reason.words().to_owned(),
        code: first.reason.name().to_owned(),
        reasons: order.attentions().iter().map(AttentionReasonJson::from).collect(),
    })
}

impl From<&Attention> for AttentionReasonJson {
    fn from(attention: &Attention) -> Self {
        Self {
            since: attention.since.to_string(),
            code: attention.reason.name().to_owned(),
            reason: attention.reason.words().to_owned(),
            about: attention.about.clone(),
            detail: attention.detail.clone(),
        }
    }
}

impl From<&Dispute> for DisputeJson {
    fn from(dispute: &Dispute) -> Self {
        Self {
            id: dispute.id.clone(),
            status: dispute.status.name().to_owned(),
            amount: dispute.amount.into(),
            reason: dispute.reason.clone(),
            respond_by: dispute.respond_by.map(|deadline| deadline.to_string()),
            funds_withdrawn: dispute.withdrawn,
            opened_at: dispute.opened_at.to_string(),
        }
    }
}

impl From<&HistoryEntry> for HistoryJson {
    fn from(entry: &HistoryEntry) -> Self {
        let words = entry.kind.words();
        let text = entry.note.as_ref().map_or_else(|| words.to_owned(), |note| format!("{words}: {note}"));
        Self { at: entry.at.to_string(), what: entry.kind.name().to_owned(), text }
    }
}

impl From<&Shipment> for ShipmentJson {
    fn from(shipment: &Shipment) -> Self {
        let item =
            |(sku, quantity): &(shared_kernel::Sku, u32)| ShippedItemJson { sku: sku.to_string(), quantity: *quantity };
        Self {
            carrier: shipment.carrier.clone(),
            tracking: shipment.tracking.clone(),
            shipped_at: shipment.at.to_string(),
            items: shipment.items.iter().map(item).collect(),
        }
    }
}

impl From<&Refund> for RefundJson {
    fn from(refund: &Refund) -> Self {
        let status = match refund.state {
            RefundState::Pending => "pending",
            RefundState::Succeeded { .. } => "succeeded",
            RefundState::Failed { .. } => "failed",
        };
        Self {
            id: refund.id.to_string(),
            status: status.to_owned(),
            amount: refund.amount.into(),
            reason: refund.note.clone().unwrap_or_else(|| refund.reason.words().to_owned()),
            requested_at: refund.requested_at.to_string(),
        }
    }
}

/// The order as `who` may see it: what pays for it is for its buyer alone.
pub fn order_json(order: &Order, who: &Identity, site: &Site) -> OrderJson {
    let fulfilment = order.fulfilment();
    let disputes = if who.is(Role::Staff) { order.disputes() } else { &[] };
    OrderJson {
        id: order.id().to_string(),
        number: order.number().to_string(),
        status: order.status().name().to_owned(),
        needs_attention: attention_json(order),
        lines: order.lines().iter().map(|line| OrderLineJson::of(line, order)).collect(),
        delivery_address: order.address().map(AddressView::from),
        buyer: BuyerJson::from(order.buyer()),
        country: order.country().map(str::to_owned),
        anonymised_at: order.anonymised_at().map(|at| at.to_string()),
        totals: OrderTotalsJson::from(order.totals()),
        payment: payment_json(order, who, site),
        fulfilment: FulfilmentJson {
            status: fulfilment.status().name().to_owned(),
            shipments: fulfilment.shipments().iter().map(ShipmentJson::from).collect(),
        },
        refunds: order.refunds().iter().map(RefundJson::from).collect(),
        disputes: disputes.iter().map(DisputeJson::from).collect(),
        placed_at: order.placed_at().to_string(),
        expires_at: order.expires_at().to_string(),
        history: order.history().iter().map(HistoryJson::from).collect(),
        links: links(order, who, site),
    }
}

fn payment_json(order: &Order, who: &Identity, site: &Site) -> PaymentJson {
    let payable = order.payable();
    let own = order.belongs_to(who.customer);
    let paid_with = order.state().paid_by().and_then(|paid| paid.intent.as_ref());
    let latest = payable.or(order.payments().last()).map(|payment| &payment.intent);
    PaymentJson {
        status: order.payment_axis().name().to_owned(),
        intent_id: paid_with.or(latest).map(ToString::to_string),
        client_secret: payable.filter(|_| own).and_then(|payment| payment.client_secret.clone()),
        hosted_url: payable.map(|_| pay_url(order, site)),
    }
}

fn links(order: &Order, who: &Identity, site: &Site) -> LinksJson {
    let path = format!("{BASE}/orders/{}", order.id());
    let refundable = who.is(Role::Staff) && order.refundable_by_staff().is_some();
    LinksJson {
        cancel: order.may_be_cancelled().is_ok().then(|| LinkJson::to(format!("{path}/cancel"))),
        pay: order.payable().map(|_| LinkJson::to(pay_url(order, site))),
        refund: refundable.then(|| LinkJson::to(format!("{path}/refunds"))),
        itself: LinkJson::to(path),
        order: None,
    }
}

fn pay_url(order: &Order, site: &Site) -> String {
    format!("{}/orders/{}/pay", site.base_url, order.id())
}

/// A page of a list.
pub fn order_list(page: &Page<Order>) -> OrderListJson {
    let summary = |order: &Order| OrderSummaryJson {
        id: order.id().to_string(),
        number: order.number().to_string(),
        status: order.status().name().to_owned(),
        fulfilment_status: order.fulfilment().status().name().to_owned(),
        payment_status: order.payment_axis().name().to_owned(),
        needs_attention: attention_json(order),
        totals: OrderTotalsJson::from(order.totals()),
        placed_at: order.placed_at().to_string(),
        links: LinksJson { itself: LinkJson::to(format!("{BASE}/orders/{}", order.id())), ..LinksJson::default() },
    };
    OrderListJson { items: page.items.iter().map(summary).collect(), next_cursor: page.next_cursor.clone() }
}
