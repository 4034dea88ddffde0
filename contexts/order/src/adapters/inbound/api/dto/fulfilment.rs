//! What of an order was sent.

use serde::Serialize;
use shared_kernel::Sku;
use utoipa::ToSchema;

use super::FulfilmentWord;
use crate::domain::{Fulfilment, Shipment};

/// What was sent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Fulfilment)]
pub(crate) struct FulfilmentJson {
    /// Computed from the items that were processed; `partially_processed` when some have been sent and the others are to
    /// come.
    #[schema(value_type = FulfilmentWord)]
    pub status: String,
    /// Parcels and mails that left us.
    pub shipments: Vec<ShipmentJson>,
}

impl From<&Fulfilment> for FulfilmentJson {
    fn from(fulfilment: &Fulfilment) -> Self {
        Self {
            status: fulfilment.status().name().to_owned(),
            shipments: fulfilment.shipments().iter().map(ShipmentJson::from).collect(),
        }
    }
}

/// A parcel, or a mail, that left us.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Shipment)]
pub(crate) struct ShipmentJson {
    /// Who carries the parcel; nothing for e-mail.
    pub carrier: Option<String>,
    /// The parcel's number.
    pub tracking: Option<String>,
    /// RFC 3339.
    #[schema(format = DateTime)]
    pub shipped_at: String,
    /// What is in it.
    pub items: Vec<ShippedItemJson>,
}

impl From<&Shipment> for ShipmentJson {
    fn from(shipment: &Shipment) -> Self {
        let item = |(sku, quantity): &(Sku, u32)| ShippedItemJson { sku: sku.to_string(), quantity: *quantity };
        Self {
            carrier: shipment.tracking.carrier.clone(),
            tracking: shipment.tracking.number.clone(),
            shipped_at: shipment.at.to_string(),
            items: shipment.items.iter().map(item).collect(),
        }
    }
}

/// Quantity of one SKU.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ShippedItem)]
pub(crate) struct ShippedItemJson {
    /// The merchant's code.
    pub sku: String,
    /// How many.
    pub quantity: u32,
}
