//! The answer of a transition: the order as it is now, the facts, and the work that follows.

use shared_kernel::{Sku, Timestamp};

use super::{CartId, HistoryEntry, HistoryKind, IntentId, Order, OrderEvent, OrderTask};

/// What was decided. It is committed as one: order, facts and work, or none of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    /// The order as it is from now on.
    pub order: Order,
    /// Facts, in the order in which they came about.
    pub events: Vec<OrderEvent>,
    /// Work on the outside world.
    pub tasks: Vec<OrderTask>,
    /// Intents that were not known to belong to this order before.
    pub new_intents: Vec<IntentId>,
    news: bool,
}

impl Transition {
    /// Nothing changes: a repeated fact, or one that does not matter any more.
    pub const fn nothing(order: Order) -> Self {
        Self { order, events: Vec::new(), tasks: Vec::new(), new_intents: Vec::new(), news: false }
    }

    pub const fn changed(order: Order) -> Self {
        Self { order, events: Vec::new(), tasks: Vec::new(), new_intents: Vec::new(), news: true }
    }

    /// Whether there is anything to keep.
    pub const fn has_changes(&self) -> bool {
        self.news
    }

    /// The lines that leave the buyer's cart, because this change paid for them.
    pub fn paid_cart_lines(&self) -> Option<(CartId, Vec<(Sku, u32)>)> {
        let paid = self.events.iter().any(|event| matches!(event, OrderEvent::Paid { .. }));
        let cart = self.order.cart().filter(|_| paid)?;
        Some((cart, self.order.lines().iter().map(|line| (line.sku.clone(), line.quantity)).collect()))
    }

    pub(super) fn event(mut self, event: OrderEvent) -> Self {
        self.events.push(event);
        self
    }

    pub(super) fn task(mut self, task: OrderTask) -> Self {
        self.tasks.push(task);
        self
    }

    pub(super) fn with_history(mut self, kind: HistoryKind, note: impl Into<Option<String>>, now: Timestamp) -> Self {
        self.order.history.push(HistoryEntry { at: now, kind, note: note.into() });
        self
    }

    pub(super) fn found_intent(mut self, intent: IntentId) -> Self {
        self.new_intents.push(intent);
        self
    }

    /// Goes on deciding with the order as it is now, keeping what was decided so far.
    pub(super) fn then(mut self, next: impl FnOnce(Order) -> Self) -> Self {
        let after = next(self.order);
        self.events.extend(after.events);
        self.tasks.extend(after.tasks);
        self.new_intents.extend(after.new_intents);
        Self { order: after.order, news: self.news || after.news, ..self }
    }
}
