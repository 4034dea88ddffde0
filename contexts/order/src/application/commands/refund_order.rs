//! The staff returns money of an order, in part or in full. Goods and state are not touched.

use std::sync::Arc;

use shared_kernel::{Clock, Identity, Ids, Money, OrderId, Role, StoreError};

use crate::application::request_key::request_key;
use crate::domain::{Order, Reason, RefundId, RefundRefused, RefundRequest};
use crate::ports::{OrderStore, Refusal, Update, Updated};

/// What is asked for.
#[derive(Debug, Clone)]
pub struct RefundOrderCommand {
    pub order: OrderId,
    /// Who asks; must be of the staff.
    pub by: Identity,
    /// How much; everything that is left when `None`.
    pub amount: Option<Money>,
    /// Why.
    pub reason: Option<Reason>,
    /// The `Idempotency-Key` of the request.
    pub key: String,
}

/// Why it was not taken up.
#[derive(Debug, thiserror::Error)]
pub enum RefundOrderError {
    /// Only the staff may.
    #[error("only the staff may refund")]
    Forbidden,
    /// There is none of that id.
    #[error("there is no order {0}")]
    NoSuchOrder(OrderId),
    /// The money for it is not here.
    #[error(transparent)]
    Refused(#[from] RefundRefused),
    /// The key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes refunds up.
#[derive(Clone)]
pub struct RefundOrder {
    orders: Arc<dyn OrderStore>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
}

impl RefundOrder {
    /// Puts the use case together.
    pub fn new(orders: Arc<dyn OrderStore>, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Self {
        Self { orders, clock, ids }
    }

    /// Enters the refund; a task has the provider return the money. The sum of refunds never passes what was captured:
    /// that is decided inside the write transaction. Answers with the order as it is now.
    pub async fn execute(&self, command: RefundOrderCommand) -> Result<Order, RefundOrderError> {
        let RefundOrderCommand { order: id, by, amount, reason, key } = command;
        if !by.is(Role::Staff) {
            return Err(RefundOrderError::Forbidden);
        }
        let key = request_key(by.customer, &key, "refund-order", &(id, amount, reason.as_ref().map(Reason::as_str)))?;
        let request = RefundRequest { id: RefundId::new(self.ids.uuid()), amount, note: reason };
        let now = self.clock.now();
        let decide = Arc::new(move |order: Order| Ok(order.refund_requested(request.clone(), now)?));
        match self.orders.update(Update { order: id, decide, cause: None, key: Some(key) }).await? {
            Updated::Changed(order) | Updated::Unchanged(order) => Ok(order),
            Updated::Refused(Refusal::Refund(why)) => Err(why.into()),
            Updated::KeyReused => Err(RefundOrderError::KeyReused),
            Updated::Missing | Updated::Refused(Refusal::Cancel(_) | Refusal::Outdated) => {
                Err(RefundOrderError::NoSuchOrder(id))
            }
        }
    }
}
