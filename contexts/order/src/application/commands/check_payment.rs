//! Asks the provider how a payment, its refunds and its disputes stand, and takes the answer in. All that is known of
//! money beyond "it has come" is learned here, no matter who asks: an event, reconciliation, or somebody of the staff.

use std::sync::Arc;

use shared_kernel::{Cause, Clock, Identity, OrderId, Role, StoreError};

use crate::domain::{IntentId, IntentStatus, Order, OrderNumber, PaymentOrigin, PaymentStatement, Transition};
use crate::ports::{OrderStore, PaymentError, PaymentGateway, Refusal, Update, Updated};

/// How often the provider is asked again because the order has changed while it answered.
const MAX_ATTEMPTS: u32 = 5;

/// Why a payment could not be compared.
#[derive(Debug, thiserror::Error)]
pub enum CheckPaymentError {
    /// Only the staff may ask.
    #[error("only the staff may do this")]
    Forbidden,
    #[error("there is no order {0}")]
    NoSuchOrder(OrderId),
    /// Neither our books nor the provider say that we made it: another program shares the provider's account.
    #[error("the payment is not one of ours")]
    NotOurs,
    /// We made it, and the order is not in our books any more. Money never gets lost over that: a person has to look.
    #[error("there is no order {order} ({number}), which a payment of ours names")]
    Forgotten {
        order: OrderId,
        /// What people called it.
        number: OrderNumber,
    },
    /// The provider does not say.
    #[error(transparent)]
    Provider(#[from] PaymentError),
    /// The order was changed again and again while the provider answered.
    #[error("the order is changing too fast to be compared")]
    Busy,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The order as it is now.
    pub order: Order,
    /// What was new, in words; nothing when the books agreed.
    pub changes: Vec<String>,
}

/// Compares payments with the provider's books.
#[derive(Clone)]
pub struct CheckPayment {
    orders: Arc<dyn OrderStore>,
    gateway: Arc<dyn PaymentGateway>,
    clock: Arc<dyn Clock>,
    number_prefix: String,
}

/// The order in our books, if it is there, and the provider's word.
struct OrderAndIntent {
    order: Option<Order>,
    statement: Result<PaymentStatement, PaymentError>,
}

impl CheckPayment {
    /// Puts the use case together. Numbers of our orders begin with `number_prefix`.
    pub fn new(
        orders: Arc<dyn OrderStore>,
        gateway: Arc<dyn PaymentGateway>,
        clock: Arc<dyn Clock>,
        number_prefix: String,
    ) -> Self {
        Self { orders, gateway, clock, number_prefix }
    }

    /// Compares every payment of an order, because somebody of the staff wants to know.
    pub async fn of_order(&self, id: OrderId, by: &Identity) -> Result<Checked, CheckPaymentError> {
        if !by.is(Role::Staff) {
            return Err(CheckPaymentError::Forbidden);
        }
        let order = self.orders.find(id).await?.ok_or(CheckPaymentError::NoSuchOrder(id))?;
        let mut checked = Checked { order: order.clone(), changes: Vec::new() };
        for payment in order.payments() {
            let Checked { order, changes } = self.execute(&payment.intent, None).await?;
            checked.order = order;
            checked.changes.extend(changes);
        }
        Ok(checked)
    }

    /// Compares one payment. What the provider says counts only if the order has not changed since it was asked: an older
    /// answer never overwrites a newer one.
    pub async fn execute(&self, intent: &IntentId, cause: Option<Cause>) -> Result<Checked, CheckPaymentError> {
        for _ in 0..MAX_ATTEMPTS {
            let OrderAndIntent { order, statement } = self.load(intent).await?;
            let statement = match statement {
                Ok(statement) => Some(statement),
                Err(error) if error.is_unknown() && order.is_some() => None,
                Err(error) if error.is_unknown() => return Err(CheckPaymentError::NotOurs),
                Err(error) => return Err(error.into()),
            };
            let order = order.ok_or_else(|| self.of_nobody(statement.as_ref()))?;
            let seen = order.history().len();
            match self.orders.update(self.apply_report(&order, intent, statement, cause.clone())).await? {
                Updated::Changed(order) => return Ok(Checked { changes: new_history(&order, seen), order }),
                Updated::Unchanged(order) => return Ok(Checked { order, changes: Vec::new() }),
                Updated::Refused(_) | Updated::KeyReused => {}
                Updated::Missing => return Err(CheckPaymentError::NoSuchOrder(order.id())),
            }
        }
        Err(CheckPaymentError::Busy)
    }

    /// The order first, then the provider: so the answer is newer than what the order knows.
    async fn load(&self, intent: &IntentId) -> Result<OrderAndIntent, StoreError> {
        let known = match self.orders.find_by_intent(intent).await? {
            Some(order) => self.orders.find(order).await?,
            None => None,
        };
        let statement = self.gateway.statement(intent).await;
        let (None, Ok(PaymentStatement { origin: Some(origin), .. })) = (&known, &statement) else {
            return Ok(OrderAndIntent { order: known, statement });
        };
        let named = self.orders.find(origin.order).await?;
        let order = named.filter(|order| *order.number() == origin.number);
        Ok(OrderAndIntent { order, statement })
    }

    /// Of an order that we have forgotten only its money matters.
    fn of_nobody(&self, statement: Option<&PaymentStatement>) -> CheckPaymentError {
        let paid = |it: &&PaymentStatement| matches!(it.intent.status, IntentStatus::Succeeded { .. });
        match statement.filter(paid).and_then(|statement| statement.origin.clone()) {
            Some(PaymentOrigin { order, number }) if number.as_str().starts_with(&self.number_prefix) => {
                CheckPaymentError::Forgotten { order, number }
            }
            Some(_) | None => CheckPaymentError::NotOurs,
        }
    }

    fn apply_report(
        &self,
        order: &Order,
        intent: &IntentId,
        statement: Option<PaymentStatement>,
        cause: Option<Cause>,
    ) -> Update {
        let (id, version, now) = (order.id(), order.version(), self.clock.now());
        let intent = intent.clone();
        let decide = move |order: Order| -> Result<Transition, Refusal> {
            if order.version() != version {
                return Err(Refusal::Outdated);
            }
            Ok(match statement.clone() {
                Some(statement) => order.payment_stated(statement, now),
                None => order.payment_unknown(&intent, now),
            })
        };
        Update { order: id, decide: Arc::new(decide), cause, key: None }
    }
}

/// What the order's history has gained.
fn new_history(order: &Order, seen: usize) -> Vec<String> {
    let gained = order.history().iter().skip(seen);
    gained
        .map(|entry| {
            let words = entry.kind.words();
            entry.note.as_ref().map_or_else(|| words.to_owned(), |note| format!("{words}: {note}"))
        })
        .collect()
}
