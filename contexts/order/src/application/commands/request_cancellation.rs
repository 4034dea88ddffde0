//! A buyer (or the staff for them) wants a paid order cancelled. Fulfilment is asked first; its answer ends the matter.

use std::sync::Arc;

use shared_kernel::{Clock, Identity, OrderId, StoreError};

use crate::application::may_see;
use crate::application::request_key::request_key;
use crate::domain::{CancelRefused, Order, Reason};
use crate::ports::{OrderStore, Refusal, Update, Updated};

/// What is asked for.
#[derive(Debug, Clone)]
pub struct RequestCancellationCommand {
    pub order: OrderId,
    /// Who asks.
    pub by: Identity,
    /// Why, in their words.
    pub reason: Option<Reason>,
    /// The `Idempotency-Key` of the request.
    pub key: String,
}

/// Why it was not taken up.
#[derive(Debug, thiserror::Error)]
pub enum RequestCancellationError {
    /// There is none of that id, or it is somebody else's.
    #[error("there is no order {0}")]
    NoSuchOrder(OrderId),
    /// The policy forbids it.
    #[error(transparent)]
    Refused(#[from] CancelRefused),
    /// The key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes cancellations up.
#[derive(Clone)]
pub struct RequestCancellation {
    orders: Arc<dyn OrderStore>,
    clock: Arc<dyn Clock>,
}

impl RequestCancellation {
    /// Puts the use case together.
    pub fn new(orders: Arc<dyn OrderStore>, clock: Arc<dyn Clock>) -> Self {
        Self { orders, clock }
    }

    /// Locks the order as `CANCEL_PENDING` and asks fulfilment. Answers with the order as it is now.
    pub async fn execute(&self, command: RequestCancellationCommand) -> Result<Order, RequestCancellationError> {
        let RequestCancellationCommand { order: id, by, reason, key } = command;
        let found = self.orders.find(id).await?;
        found.filter(|order| may_see(order, &by)).ok_or(RequestCancellationError::NoSuchOrder(id))?;
        let key = request_key(by.customer, &key, "cancel-order", &(id, reason.as_ref().map(Reason::as_str)))?;
        let reason = reason.unwrap_or_else(|| Reason::new("requested by customer"));
        let now = self.clock.now();
        let decide = Arc::new(move |order: Order| Ok(order.cancellation_requested(reason.clone(), now)?));
        match self.orders.update(Update { order: id, decide, cause: None, key: Some(key) }).await? {
            Updated::Changed(order) | Updated::Unchanged(order) => Ok(order),
            Updated::Refused(Refusal::Cancel(why)) => Err(why.into()),
            Updated::KeyReused => Err(RequestCancellationError::KeyReused),
            Updated::Missing | Updated::Refused(Refusal::Refund(_) | Refusal::Outdated) => {
                Err(RequestCancellationError::NoSuchOrder(id))
            }
        }
    }
}
