//! Work on the outside world, when the work succeeds and the commit does not, and the reverse: whatever breaks off, the
//! next run has each effect once, and a mail never stands between the buyer's money and the order.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use chassis::testing::{CountingIds, FixedClock, a_cause};
use order::application::tasks::{TaskError, TaskRun};
use order::application::{CloseIntent, OpenPayment, RecordPayment, SendReceipt, SendRefund};
use order::domain::{
    AttentionReason, IntentId, IntentReport, IntentStatus, Order, RefundId, RefundRequest, RefundState, Status,
};
use order::ports::{OrderStore, Update, Updated};
use order::testing::{FakeProvider, KeptReceipts, MemoryShop, an_order, nzd};
use shared_kernel::{Clock, OrderId, StoreError, Timestamp};

use crate::shop::{TestShop, intent_of};
use crate::storage::Storage;

/// A store whose next commits fail, as when the disk is full.
#[derive(Clone)]
struct FailingStore {
    inner: MemoryShop,
    failures: Arc<AtomicU32>,
}

#[async_trait]
impl OrderStore for FailingStore {
    async fn find(&self, id: OrderId) -> Result<Option<Order>, StoreError> {
        OrderStore::find(&self.inner, id).await
    }

    async fn find_by_intent(&self, intent: &IntentId) -> Result<Option<OrderId>, StoreError> {
        self.inner.find_by_intent(intent).await
    }

    async fn update(&self, update: Update) -> Result<Updated, StoreError> {
        let fails = self.failures.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        if fails {
            return Err(StoreError::unavailable("the disk is full"));
        }
        self.inner.update(update).await
    }

    async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<OrderId>, StoreError> {
        self.inner.due(now, limit).await
    }

    async fn with_open_money(
        &self,
        before: Timestamp,
        after: Option<OrderId>,
        limit: u32,
    ) -> Result<Vec<Order>, StoreError> {
        self.inner.with_open_money(before, after, limit).await
    }
}

struct Bench {
    store: FailingStore,
    orders: Arc<dyn OrderStore>,
    clock: Arc<dyn Clock>,
    provider: FakeProvider,
    receipts: KeptReceipts,
    order: OrderId,
}

impl Bench {
    fn with(order: Order) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(FixedClock::at("2026-11-22T12:00:00Z"));
        let inner = MemoryShop::new(Arc::clone(&clock), Arc::new(CountingIds::default()));
        let (provider, id) = (FakeProvider::default(), order.id());
        for payment in order.payments() {
            let captured = payment.captured().map(|received| IntentStatus::Succeeded { received });
            provider.set(&payment.intent, captured.unwrap_or(IntentStatus::Open { declined: None }));
        }
        inner.keeps(order);
        let store = FailingStore { inner, failures: Arc::default() };
        let (orders, receipts) = (Arc::new(store.clone()), KeptReceipts::default());
        Self { store, orders, clock, provider, receipts, order: id }
    }

    fn next_commits_fail(&self, times: u32) {
        self.store.failures.store(times, Ordering::SeqCst);
    }

    fn run(&self) -> TaskRun {
        TaskRun { cause: a_cause("task"), attempt: 1, asked_at: self.clock.now() }
    }

    async fn order(&self) -> Order {
        self.orders.find(self.order).await.unwrap().unwrap()
    }
}

fn store_failed(outcome: &Result<(), TaskError>) -> bool {
    matches!(outcome, Err(TaskError::Store(_)))
}

#[tokio::test]
async fn a_receipt_whose_commit_fails_is_the_same_mail_again_and_the_order_is_paid_all_the_while() {
    let bench = Bench::with(an_order(1).paid().build());
    let send = SendReceipt::new(bench.orders.clone(), Arc::new(bench.receipts.clone()), bench.clock.clone());
    bench.next_commits_fail(1);
    assert!(store_failed(&send.execute(bench.order, bench.run()).await));
    assert_eq!((bench.order().await.status(), bench.order().await.receipt().unwrap().sent_at), (Status::Paid, None));
    send.execute(bench.order, bench.run()).await.unwrap();
    send.execute(bench.order, bench.run()).await.unwrap();
    let ids: Vec<_> = bench.receipts.sent().iter().map(|letter| letter.id).collect();
    assert_eq!(ids, vec![bench.order().await.receipt().unwrap().id; 2], "one Message-ID, and no third mail");
}

#[tokio::test]
async fn a_receipt_that_cannot_be_sent_is_not_noted_as_sent_and_touches_no_money() {
    let bench = Bench::with(an_order(1).paid().build());
    let before = bench.order().await;
    bench.receipts.is_down(true);
    let send = SendReceipt::new(bench.orders.clone(), Arc::new(bench.receipts.clone()), bench.clock.clone());
    assert!(matches!(send.execute(bench.order, bench.run()).await, Err(TaskError::Again(_))));
    assert_eq!(bench.order().await, before);
}

#[tokio::test]
async fn no_receipt_is_owed_before_the_payment_is_committed() {
    let bench = Bench::with(an_order(1).payable().build());
    let record = RecordPayment::new(bench.orders.clone(), bench.clock.clone());
    let order = bench.order().await;
    let report = IntentReport {
        intent: order.payments()[0].intent.clone(),
        status: IntentStatus::Succeeded { received: order.totals().gross },
    };
    bench.next_commits_fail(1);
    assert!(record.execute(report.clone(), None).await.is_err());
    assert_eq!((bench.order().await.status(), bench.store.inner.recorder().tasks().len()), (Status::Initial, 0));
    record.execute(report, None).await.unwrap();
    assert_eq!(bench.order().await.status(), Status::Paid);
    let tasks: Vec<_> = bench.store.inner.recorder().tasks().iter().map(|task| task.consumer.to_string()).collect();
    assert_eq!(tasks, ["mail-receipt"]);
    assert_eq!(bench.receipts.sent().len(), 0, "it is the task that sends it");
}

#[tokio::test]
async fn a_refund_whose_commit_fails_is_made_once() {
    let request = RefundRequest { id: RefundId::new(uuid::Uuid::from_u128(7)), amount: Some(nzd(500)), note: None };
    let asked = an_order(1).paid().build();
    let now = asked.placed_at();
    let bench = Bench::with(asked.refund_requested(request.clone(), now).unwrap().order);
    let gateway = Arc::new(bench.provider.clone());
    let send = SendRefund::new(bench.orders.clone(), gateway, bench.clock.clone());
    bench.provider.is_down(true);
    assert!(matches!(send.execute(bench.order, request.id, bench.run()).await, Err(TaskError::Again(_))));
    assert_eq!(bench.order().await.refunds()[0].state, RefundState::Pending);
    bench.provider.is_down(false);
    bench.next_commits_fail(1);
    assert!(store_failed(&send.execute(bench.order, request.id, bench.run()).await));
    assert_eq!(bench.order().await.refunds()[0].state, RefundState::Pending, "nobody has committed it");
    send.execute(bench.order, request.id, bench.run()).await.unwrap();
    assert!(bench.order().await.refunds()[0].is_through());
    assert_eq!(bench.provider.ledger().len(), 1);
}

#[tokio::test]
async fn a_payment_whose_commit_fails_is_prepared_once() {
    let order = an_order(1).build();
    let now = order.placed_at();
    let bench = Bench::with(order.stock_reserved(now).order);
    let open = OpenPayment::new(bench.orders.clone(), Arc::new(bench.provider.clone()), bench.clock.clone());
    bench.provider.is_down(true);
    assert!(matches!(open.execute(bench.order, bench.run()).await, Err(TaskError::Again(_))));
    assert_eq!(bench.order().await.payments(), []);
    bench.provider.is_down(false);
    bench.next_commits_fail(1);
    assert!(store_failed(&open.execute(bench.order, bench.run()).await));
    assert_eq!(bench.order().await.status(), Status::AwaitingStock);
    open.execute(bench.order, bench.run()).await.unwrap();
    assert_eq!((bench.order().await.status(), bench.order().await.payments().len()), (Status::Initial, 1));
}

#[tokio::test]
async fn an_intent_whose_commit_fails_is_closed_all_the_same() {
    let order = an_order(1).payable().build();
    let deadline = order.expires_at();
    let bench = Bench::with(order.overdue(deadline).order);
    let intent = bench.order().await.payments()[0].intent.clone();
    let close = CloseIntent::new(bench.orders.clone(), Arc::new(bench.provider.clone()), bench.clock.clone());
    bench.next_commits_fail(1);
    assert!(store_failed(&close.execute(bench.order, intent.clone(), bench.run()).await));
    assert_eq!(bench.order().await.status(), Status::Initial, "the provider's word is not committed");
    close.execute(bench.order, intent.clone(), bench.run()).await.unwrap();
    assert_eq!(bench.order().await.status(), Status::Expired);
    assert_eq!(bench.provider.status(&intent), Some(IntentStatus::Canceled));
}

#[tokio::test]
async fn an_intent_that_the_provider_does_not_know_ends_the_order_and_a_person_is_told() {
    let order = an_order(1).payable().build();
    let deadline = order.expires_at();
    let bench = Bench::with(order.overdue(deadline).order);
    let intent = bench.order().await.payments()[0].intent.clone();
    bench.provider.forgets(&intent);
    let close = CloseIntent::new(bench.orders.clone(), Arc::new(bench.provider.clone()), bench.clock.clone());
    close.execute(bench.order, intent, bench.run()).await.unwrap();
    let order = bench.order().await;
    assert_eq!(order.status(), Status::Expired, "its goods are free again");
    assert_eq!(order.attention().unwrap().reason, AttentionReason::PaymentUnknown);
}

#[tokio::test]
async fn an_order_whose_payment_is_refused_ends_and_a_person_is_told_why() {
    let bench = Bench::with(an_order(1).build());
    bench.provider.refuses(true);
    let open = OpenPayment::new(bench.orders.clone(), Arc::new(bench.provider.clone()), bench.clock.clone());
    open.execute(bench.order, bench.run()).await.unwrap();
    let order = bench.order().await;
    assert_eq!(order.status(), Status::Expired, "its goods are free again");
    assert!(order.is_payment_impossible());
    assert_eq!(order.attention().unwrap().detail.as_deref(), Some("no: it refuses"));
}

#[tokio::test]
async fn a_refund_that_is_refused_or_fails_has_another_key_the_next_time() {
    let bench = Bench::with(an_order(1).paid().build());
    let refund = RefundId::new(uuid::Uuid::from_u128(7));
    let request = RefundRequest { id: refund, amount: Some(nzd(100)), note: None };
    let now = bench.clock.now();
    let asked = Update {
        order: bench.order,
        decide: Arc::new(move |order| Ok(order.refund_requested(request.clone(), now).unwrap())),
        cause: None,
        key: None,
    };
    bench.orders.update(asked).await.unwrap();
    let send = SendRefund::new(bench.orders.clone(), Arc::new(bench.provider.clone()), bench.clock.clone());
    bench.provider.refuses(true);
    for _ in 0..2 {
        assert!(send.execute(bench.order, refund, bench.run()).await.is_err());
    }
    assert_eq!(bench.order().await.refund(refund).unwrap().used_keys(), 2);
    bench.provider.refuses(false);
    send.execute(bench.order, refund, bench.run()).await.unwrap();
    assert_eq!(bench.provider.refunds()[0].keys_used, 2);
    assert_eq!(bench.order().await.refund(refund).unwrap().state, RefundState::Succeeded { at: now });
}

async fn a_mail_server_that_is_down_while_somebody_pays_delays_the_receipt_alone(on: Storage) {
    let shop = TestShop::open(on).await;
    shop.receipts.is_down(true);
    let order = shop.paid_order().await;
    assert_eq!(order.receipt().unwrap().sent_at, None);
    assert_eq!(shop.published(order.id()).await, ["placed", "paid"]);
    shop.minutes_pass(60);
    shop.settle().await;
    assert_eq!((shop.order(order.id()).await.status(), shop.receipts.sent().len()), (Status::Paid, 0));
    assert_eq!((shop.provider.ledger().len(), shop.dead_letters().await), (0, 0), "no money is touched");
    shop.receipts.is_down(false);
    shop.minutes_pass(61);
    shop.settle().await;
    let order = shop.order(order.id()).await;
    assert_eq!((shop.receipts.sent().len(), order.receipt().unwrap().sent_at.is_some()), (1, true));
    assert_eq!(shop.receipts.sent()[0].payment_reference, intent_of(&order).as_str());
}

on_both_engines! {
    a_mail_server_that_is_down_while_somebody_pays_delays_the_receipt_alone
}
