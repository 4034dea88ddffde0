//! Random lives of an order: facts in any order, late, twice, and a provider that goes its own way. Whatever happens,
//! the books are right, and they balance when the work that was given out is done.

use proptest::prelude::*;

use super::*;

/// The provider, as far as money goes.
#[derive(Debug, Clone, Default)]
struct Provider {
    intents: Vec<(IntentId, IntentStatus)>,
    returned: Vec<(RefundId, IntentId, Money)>,
}

impl Provider {
    fn status(&mut self, intent: &IntentId) -> &mut IntentStatus {
        if !self.intents.iter().any(|(known, _)| known == intent) {
            self.intents.push((intent.clone(), IntentStatus::Open { declined: None }));
        }
        &mut self.intents.iter_mut().find(|(known, _)| known == intent).unwrap().1
    }

    fn report(&self, index: usize) -> Option<IntentReport> {
        let (intent, status) = self.intents.get(index % self.intents.len().max(1))?;
        Some(IntentReport { intent: intent.clone(), status: status.clone() })
    }

    fn refund(&mut self, refund: &Refund) -> ReportedRefund {
        if self.returned.iter().any(|(known, ..)| *known == refund.id) {
            return ReportedRefund::Succeeded; // the same key has its effect once
        }
        let received = match self.status(&refund.intent) {
            IntentStatus::Succeeded { received } => received.minor(),
            _ => panic!("asked to return money that never came"),
        };
        let gone: i64 =
            self.returned.iter().filter(|(_, of, _)| *of == refund.intent).map(|(.., sum)| sum.minor()).sum();
        assert!(gone + refund.amount.minor() <= received, "asked to return more than came");
        self.returned.push((refund.id, refund.intent.clone(), refund.amount));
        ReportedRefund::Succeeded
    }
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Reserved,
    Rejected,
    RunTask(usize),
    SecondIntent,
    BuyerPays { intent: usize, off: i64 },
    BuyerPaysInOtherMoney(usize),
    BuyerDeclined(usize),
    BuyerSlow(usize),
    Webhook(usize),
    StaleWebhook(usize),
    MinutesPass(u64),
    Superseded,
    CancelAsked,
    ShippingCreated,
    ItemSent(bool),
    ShippingDone,
    ShippingCancelled,
    CancelRefused,
    StaffRefund(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let index = 0_usize..4;
    let step = prop_oneof![
        4 => Just(Step::Reserved),
        1 => Just(Step::Rejected),
        10 => index.clone().prop_map(Step::RunTask),
        1 => Just(Step::SecondIntent),
        4 => (index.clone(), prop_oneof![8 => Just(0_i64), 1 => Just(-1_i64), 1 => Just(100_i64)])
            .prop_map(|(intent, off)| Step::BuyerPays { intent, off }),
        1 => index.clone().prop_map(Step::BuyerPaysInOtherMoney),
        2 => index.clone().prop_map(Step::BuyerDeclined),
        1 => index.clone().prop_map(Step::BuyerSlow),
        8 => index.clone().prop_map(Step::Webhook),
        3 => index.prop_map(Step::StaleWebhook),
        2 => (1_u64..40).prop_map(Step::MinutesPass),
        1 => Just(Step::Superseded),
        1 => Just(Step::CancelAsked),
        2 => Just(Step::ShippingCreated),
        2 => any::<bool>().prop_map(Step::ItemSent),
        1 => Just(Step::ShippingDone),
        1 => Just(Step::ShippingCancelled),
        1 => Just(Step::CancelRefused),
        2 => (1_i64..TOTAL).prop_map(Step::StaffRefund),
    ];
    prop::collection::vec(step, 1..60)
}

struct Life {
    order: Order,
    tasks: Vec<OrderTask>,
    provider: Provider,
    told: Vec<IntentReport>,
    now: Timestamp,
    asked: u128,
}

impl Life {
    fn new() -> Self {
        let lines = [("NOTE", Kind::Physical, 1, 10_000), ("PEN", Kind::Physical, 1, 10_000)];
        let (order, provider) = (placed_with(&lines), Provider::default());
        Self { order, tasks: vec![], provider, told: vec![], now: noon(), asked: 0 }
    }

    fn take(&mut self, decide: impl FnOnce(Order) -> Transition) {
        let before = self.order.clone();
        let decided = decide(before.clone());
        if !decided.has_changes() {
            assert_eq!(decided.order, before, "no events, yet something changed");
            assert!(decided.events.is_empty() && decided.tasks.is_empty());
        }
        if before.state().is_final() {
            assert_eq!(decided.order.state(), before.state(), "a final state has changed");
        }
        self.order = decided.order;
        self.tasks.extend(decided.tasks);
        self.check_step(&before);
        self.check();
    }

    fn tell(&mut self, report: IntentReport) {
        self.told.push(report.clone());
        let now = self.now;
        self.take(|order| order.intent_reported(report, now));
    }

    fn run_task(&mut self, index: usize) {
        if self.tasks.is_empty() {
            return;
        }
        let (task, now) = (self.tasks.remove(index % self.tasks.len()), self.now);
        match task {
            OrderTask::CreateIntent => {
                self.provider.status(&pi("pi_1"));
                let opened = OpenedIntent { intent: pi("pi_1"), client_secret: None };
                self.take(|order| order.intent_opened(opened, now));
            }
            OrderTask::CancelIntent { intent, .. } => {
                let status = self.provider.status(&intent);
                if matches!(status, IntentStatus::Open { .. }) {
                    *status = IntentStatus::Canceled;
                }
                let status = status.clone();
                self.tell(IntentReport { intent, status });
            }
            OrderTask::RefundPayment { refund } => {
                let Some(wanted) = self.order.sendable_refund(refund).cloned() else { return };
                let status = self.provider.refund(&wanted);
                let (intent, amount) = (wanted.intent, wanted.amount);
                let received = match self.provider.status(&intent) {
                    IntentStatus::Succeeded { received } => received.currency(),
                    _ => amount.currency(),
                };
                assert_eq!(amount.currency(), received, "returned in other money than came");
                let report =
                    RefundReport { id: Some(refund), provider_id: Some(refund.to_string()), intent, amount, status };
                self.take(|order| order.refund_reported(report, now));
            }
            OrderTask::MailReceipt => self.take(|order| order.receipt_sent(now)),
        }
    }

    fn at_provider(&mut self, index: usize, change: impl FnOnce(&mut IntentStatus)) {
        let count = self.provider.intents.len();
        if count > 0 {
            let status = &mut self.provider.intents[index % count].1;
            if matches!(status, IntentStatus::Open { .. } | IntentStatus::Processing) {
                change(status);
            }
        }
    }

    fn step(&mut self, step: Step) {
        let now = self.now;
        match step {
            Step::Reserved => self.take(|order| order.stock_reserved(now)),
            Step::Rejected => self.take(|order| order.stock_rejected(vec![sku("NOTE")], now)),
            Step::RunTask(index) => self.run_task(index),
            Step::SecondIntent => drop(self.provider.status(&pi("pi_2")).clone()),
            Step::BuyerPays { intent, off } => {
                self.at_provider(intent, |status| *status = IntentStatus::Succeeded { received: nzd(TOTAL + off) });
            }
            Step::BuyerPaysInOtherMoney(intent) => {
                let received = Money::new(TOTAL, Currency::parse("USD").unwrap());
                self.at_provider(intent, |status| *status = IntentStatus::Succeeded { received });
            }
            Step::BuyerDeclined(intent) => {
                self.at_provider(intent, |status| *status = IntentStatus::Open { declined: Some("no".into()) });
            }
            Step::BuyerSlow(intent) => self.at_provider(intent, |status| *status = IntentStatus::Processing),
            Step::Webhook(index) => {
                if let Some(report) = self.provider.report(index) {
                    self.tell(report);
                }
            }
            Step::StaleWebhook(index) => {
                if let Some(report) = self.told.get(index).cloned() {
                    self.tell(report);
                }
            }
            Step::MinutesPass(minutes) => {
                self.now = now.plus(Duration::from_mins(minutes));
                let now = self.now;
                self.take(|order| order.overdue(now));
            }
            Step::Superseded => self.take(|order| order.superseded(id(2), now)),
            Step::CancelAsked => self.take(|order| {
                let same = order.clone();
                order.cancellation_requested(Reason::new("x"), now).unwrap_or_else(|_| Transition::nothing(same))
            }),
            Step::ShippingCreated => self.take(|order| {
                let items = vec![pending("NOTE", Kind::Physical), pending("PEN", Kind::Physical)];
                order.shipping_order_created(items, now)
            }),
            Step::ItemSent(first) => {
                let code = if first { "NOTE" } else { "PEN" };
                self.take(|order| order.item_processed(processed(code, Kind::Physical), now));
            }
            Step::ShippingDone => self.take(|order| order.shipping_order_processed(now, None, now)),
            Step::ShippingCancelled => self.take(|order| order.shipping_cancelled(now)),
            Step::CancelRefused => self.take(|order| order.cancellation_refused("sent".into(), now)),
            Step::StaffRefund(minor) => {
                self.asked += 1;
                let request = RefundRequest {
                    id: RefundId::new(Uuid::from_u128(self.asked)),
                    amount: Some(nzd(minor)),
                    note: None,
                };
                self.take(|order| {
                    let same = order.clone();
                    order.refund_requested(request, now).unwrap_or_else(|_| Transition::nothing(same))
                });
            }
        }
    }

    /// What must hold when an order comes to its end.
    fn check_step(&self, before: &Order) {
        match (before.state(), self.order.state()) {
            (OrderState::AwaitingPayment { .. }, OrderState::Expired { superseded_by: None }) => {
                assert!(!self.order.has_open_intent(), "expired while money could still come");
            }
            (OrderState::CancelPending { .. }, OrderState::Cancelled { .. }) => {
                assert!(self.order.is_returned(), "cancelled before the money was returned");
            }
            _ => {}
        }
    }

    /// What must hold at every moment.
    fn check(&self) {
        let order = &self.order;
        if let Some(paid) = order.state().paid_by() {
            let payment = order.payment(paid.intent.as_ref().unwrap()).unwrap();
            assert_eq!(payment.captured(), Some(order.totals().gross), "paid with something else than the total");
        }
        for payment in order.payments() {
            let of_it = |refund: &&Refund| refund.intent == payment.intent;
            let live = order
                .refunds()
                .iter()
                .filter(of_it)
                .filter(|refund| !matches!(refund.state, RefundState::Failed { .. }));
            let returned: i64 = live.clone().map(|refund| refund.amount.minor()).sum();
            assert!(returned <= payment.captured().map_or(0, Money::minor), "more is returned than came");
            let automatic = live.filter(|refund| refund.reason != RefundReason::Staff).count();
            assert!(automatic <= 1, "a payment is returned twice");
            let accepted = order.state().paid_by().is_some_and(|paid| paid.intent.as_ref() == Some(&payment.intent));
            let cancelling = order.status() == Status::CancelPending;
            assert!(!accepted || cancelling || automatic == 0, "the payment that counts is returned");
        }
        assert_eq!(order.details.check(), Ok(()), "it can be restored");
    }

    /// The world calms down: all work is done, all webhooks arrive, and time passes.
    fn settle(&mut self) {
        for round in 0..20 {
            while !self.tasks.is_empty() {
                self.run_task(0);
            }
            for index in 0..self.provider.intents.len() {
                // A slow method comes to its end in time.
                if round > 1 && self.provider.intents[index].1 == IntentStatus::Processing {
                    self.provider.intents[index].1 = IntentStatus::Open { declined: Some("too slow".into()) };
                }
                self.step(Step::Webhook(index));
            }
            self.step(Step::MinutesPass(31));
        }
        assert!(self.tasks.is_empty());
    }

    /// What must hold when everything is through.
    fn balance(&self) {
        let order = &self.order;
        let came = |intent: &IntentId| order.payment(intent).and_then(Payment::captured).map_or(0, Money::minor);
        let gone = |intent: &IntentId| {
            let of_it = self.provider.returned.iter().filter(|(_, of, _)| of == intent);
            of_it.map(|(.., amount)| amount.minor()).sum::<i64>()
        };
        for (intent, status) in &self.provider.intents {
            let received = if let IntentStatus::Succeeded { received } = status { received.minor() } else { 0 };
            assert_eq!(came(intent), received, "our books and the provider's differ on {intent}");
            let accepted = order.state().paid_by().and_then(|paid| paid.intent.as_ref()) == Some(intent);
            if !accepted {
                assert_eq!(received, gone(intent), "money of {intent} was kept for nothing, order {:?}", order.state());
            }
            assert!(!matches!(status, IntentStatus::Open { .. } | IntentStatus::Processing), "{intent} was left open");
        }
        assert!(order.state().is_final() || order.state().paid_by().is_some(), "it hangs in {:?}", order.state());
        let waits_for_others = match order.state() {
            OrderState::Paid(_) => !order.fulfilment().is_started(),
            state => state.status() == Status::CancelPending,
        };
        assert!(!waits_for_others || order.attention().is_some(), "nobody knows that it waits");
        assert!(!matches!(order.state(), OrderState::CancelPending { step: CancelStep::Refund, .. }), "not cancelled");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_books_are_right_and_balance_in_the_end(steps in steps()) {
        let mut life = Life::new();
        for step in steps {
            life.step(step);
        }
        life.settle();
        life.balance();
    }
}
