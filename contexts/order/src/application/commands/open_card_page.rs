//! A buyer goes to the provider's page to type in their card.

use std::sync::Arc;

use shared_kernel::{Clock, Identity, OrderId, StoreError};

use crate::application::tasks::decide_on;
use crate::domain::{IntentId, IntentReport, IntentStatus, Order, Status};
use crate::ports::{CardPage, CardPageRequest, OrderStore, PaymentError};

/// Which order, and who pays.
#[derive(Debug, Clone)]
pub struct OpenCardPageQuery {
    pub order: OrderId,
    /// Its buyer.
    pub by: Identity,
}

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum OpenCardPageError {
    /// There is none of that id, or it is somebody else's.
    #[error("there is no order {0}")]
    NoSuchOrder(OrderId),
    /// It is not to be paid, or not yet.
    #[error("the order is {}", .0.name())]
    NotPayable(Status),
    /// The provider's.
    #[error(transparent)]
    Payment(#[from] PaymentError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Clone)]
pub struct OpenCardPage {
    orders: Arc<dyn OrderStore>,
    pages: Arc<dyn CardPage>,
    clock: Arc<dyn Clock>,
}

impl OpenCardPage {
    /// Puts the use case together.
    pub fn new(orders: Arc<dyn OrderStore>, pages: Arc<dyn CardPage>, clock: Arc<dyn Clock>) -> Self {
        Self { orders, pages, clock }
    }

    /// Where to send the buyer's browser. An intent of the page's own is kept with the order before anybody can pay
    /// through it; should the order have ended meanwhile, that has it closed again.
    pub async fn execute(&self, query: OpenCardPageQuery) -> Result<String, OpenCardPageError> {
        let found = self.orders.find(query.order).await?;
        let mine = |order: &Order| order.belongs_to(query.by.customer);
        let order = found.filter(mine).ok_or(OpenCardPageError::NoSuchOrder(query.order))?;
        let payment = order.payable().ok_or(OpenCardPageError::NotPayable(order.status()))?;
        let request = CardPageRequest {
            order: order.id(),
            number: order.number().clone(),
            intent: payment.intent.clone(),
            client_secret: payment.client_secret.clone(),
            amount: order.totals().gross,
            email: order.buyer().email.clone(),
        };
        let page = self.pages.open(&request).await?;
        if let Some(intent) = page.intent {
            self.keep(order.id(), intent).await?;
        }
        Ok(page.url)
    }

    async fn keep(&self, order: OrderId, intent: IntentId) -> Result<(), StoreError> {
        let report = IntentReport { intent, status: IntentStatus::Open { declined: None } };
        let now = self.clock.now();
        let decide = decide_on(move |order| order.intent_reported(report.clone(), now));
        self.orders.update(decide.caused(order, None)).await.map(|_| ())
    }
}
