//! The JSON shapes of this API: what clients may rely on. More fields may come; none goes.
//!
//! Requests refuse fields that nobody asked for. Answers choose what to show of carts and orders, and compute nothing.

mod attention;
mod cart;
mod fulfilment;
mod money;
mod order;

use serde::Serialize;
use utoipa::ToSchema;

pub(super) use self::cart::{CartJson, NewCartBody, QuantityBody};
pub(super) use self::order::{
    CancelBody, OrderJson, OrderListJson, OrderListQuery, OrderTotalsJson, PlaceOrderBody, RefundBody,
};
use crate::domain::{AttentionReason, FulfilmentStatus, PaymentAxis, Status};

/// The path of everything here.
pub(super) const BASE: &str = "/api/order/v1";

chassis::api_words! {
    "Where an order stands; `INITIAL` is waiting for payment." StatusWord as "OrderStatus" = Status::ALL.map(Status::name);
    "Where the money of an order stands." PaymentWord as "PaymentStatus" = PaymentAxis::ALL.map(PaymentAxis::name);
    "What of an order was sent." FulfilmentWord as "FulfilmentStatus" = FulfilmentStatus::ALL.map(FulfilmentStatus::name);
    "Why somebody of the shop has to look at an order." AttentionWord as "AttentionCode" =
        AttentionReason::ALL.map(AttentionReason::name);
    "Where a refund stands." RefundWord as "RefundStatus" = ["pending", "succeeded", "failed"];
}

/// What may be done next.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = Links)]
pub(super) struct LinksJson {
    /// The thing itself.
    #[serde(rename = "self")]
    pub itself: LinkJson,
    /// POST orders it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<LinkJson>,
    /// POST cancels it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancel: Option<LinkJson>,
    /// A page on which it can be paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pay: Option<LinkJson>,
    /// POST gives money back (staff).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refund: Option<LinkJson>,
}

/// A link.
#[derive(Debug, Default, Clone, Serialize, ToSchema)]
#[schema(as = Link)]
pub(super) struct LinkJson {
    /// Where it leads.
    pub href: String,
}

impl LinkJson {
    /// A link to `href`.
    pub(super) fn to(href: impl Into<String>) -> Self {
        Self { href: href.into() }
    }
}
