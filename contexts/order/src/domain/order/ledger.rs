//! The provider's ledger of a payment, folded into our books.
//!
//! What is read is how things stand now: the intent, all its refunds and all its disputes. So neither the order in which
//! events about them came, nor their number, matters. Refunds are known by the provider's names for them; sums are never
//! entered. A failed refund stays failed, and the books never hold more refunds than the payment has brought.

use shared_kernel::{Money, Timestamp};

use super::{
    AttentionReason, DisputeReport, HistoryKind, IntentId, IntentReport, IntentStatus, Order, Payment, PaymentOrigin,
    PaymentState, Refund, RefundId, RefundReason, RefundReport, RefundState, ReportedRefund, Transition,
};

/// What the provider says of one payment, all at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentStatement {
    /// How the intent stands.
    pub intent: IntentReport,
    /// For which order we made it, if we did.
    pub origin: Option<PaymentOrigin>,
    /// Every refund of its money.
    pub refunds: Vec<RefundReport>,
    /// Every dispute about its money.
    pub disputes: Vec<DisputeReport>,
}

impl Order {
    /// The provider says how a payment, its refunds and its disputes stand.
    pub fn payment_stated(self, statement: PaymentStatement, now: Timestamp) -> Transition {
        let PaymentStatement { intent: report, mut refunds, disputes, .. } = statement;
        // What has failed makes room for what went through instead.
        refunds.sort_by_key(|refund| !matches!(refund.status, ReportedRefund::Failed { .. }));
        let intent = report.intent.clone();
        let start = self
            .received_compared(&report, now)
            .then(|order| order.intent_reported(report, now))
            .then(|order| order.sums_replaced(&intent, &refunds, now))
            .then(|order| order.publications_known(&intent, now));
        let start =
            refunds.into_iter().fold(start, |done, refund| done.then(|order| order.refund_reported(refund, now)));
        let start =
            disputes.into_iter().fold(start, |done, report| done.then(|order| order.dispute_stated(report, now)));
        start.then(|order| order.cancelled_if_returned(now))
    }

    /// The provider has never heard of this intent: no money can come through it, and what came is nowhere to be seen.
    pub fn payment_unknown(self, intent: &IntentId, now: Timestamp) -> Transition {
        let Some(payment) = self.payment(intent) else { return Transition::nothing(self) };
        let (open, detail) = (payment.is_open(), intent.to_string());
        let report = IntentReport { intent: intent.clone(), status: IntentStatus::Canceled };
        let alarm = |order: Self| order.needs_attention_about(AttentionReason::PaymentUnknown, &detail, &detail, now);
        if open {
            return self.intent_reported(report, now).then(alarm);
        }
        if matches!(payment.state, PaymentState::Canceled) { Transition::nothing(self) } else { alarm(self) }
    }

    /// Two statements of how much came cannot both be true.
    fn received_compared(self, report: &IntentReport, now: Timestamp) -> Transition {
        let captured = self.payment(&report.intent).and_then(Payment::captured);
        match (captured, &report.status) {
            (Some(captured), IntentStatus::Succeeded { received }) if captured != *received => {
                let (about, detail) = (report.intent.as_str(), format!("{captured} here, {received} at the provider"));
                self.needs_attention_about(AttentionReason::AmountDiffers, about, detail, now)
            }
            _ => Transition::nothing(self),
        }
    }

    /// The provider says how a refund stands. Refunds that were started there are taken into the books; one that bears a
    /// name of ours was asked for by us in a time that a restoration has made us forget, and a person has to look.
    pub fn refund_reported(mut self, report: RefundReport, now: Timestamp) -> Transition {
        let Some(index) = self.position_of(&report) else { return self.refund_from_outside(report, now) };
        let known = &self.refunds[index];
        // A refusal had no name at the provider; a refund that has failed there is final.
        if !known.holds_money() && known.provider_id.is_some() {
            return Transition::nothing(self);
        }
        let goes = !matches!(report.status, ReportedRefund::Failed { .. });
        if goes && !known.is_through() && !self.covers(&report, Some(index)) {
            return self.not_explained(&report, now);
        }
        let refund = &mut self.refunds[index];
        let named = refund.provider_id.is_none() && report.provider_id.is_some();
        if named {
            refund.provider_id = report.provider_id;
        }
        match (&refund.state, report.status) {
            (RefundState::Pending | RefundState::Failed { .. }, ReportedRefund::Succeeded) => {
                self.refund_through(index, now)
            }
            (RefundState::Pending | RefundState::Succeeded { .. }, ReportedRefund::Failed { reason }) => {
                self.refund_failed(index, &reason, now)
            }
            (RefundState::Failed { .. }, ReportedRefund::Pending) if named => {
                refund.state = RefundState::Pending;
                Transition::changed(self)
            }
            (RefundState::Pending | RefundState::Succeeded { .. } | RefundState::Failed { .. }, _) => {
                if named {
                    Transition::changed(self)
                } else {
                    Transition::nothing(self)
                }
            }
        }
    }

    fn position_of(&self, report: &RefundReport) -> Option<usize> {
        let same = |refund: &Refund| refund.intent == report.intent && refund.amount == report.amount;
        let by_provider = |refund: &Refund| refund.provider_id.is_some() && refund.provider_id == report.provider_id;
        let by_name = |refund: &Refund| Some(refund.id) == report.id && refund.provider_id.is_none() && same(refund);
        let find = |test: &dyn Fn(&Refund) -> bool| self.refunds.iter().position(test);
        find(&by_provider).or_else(|| find(&by_name))
    }

    /// Whether the payment has brought enough for this refund beside those that the provider has named.
    fn covers(&self, report: &RefundReport, beside: Option<usize>) -> bool {
        let Some(captured) = self.payment(&report.intent).and_then(Payment::captured) else { return false };
        let counts = |(index, refund): &(usize, &Refund)| {
            let named = refund.provider_id.is_some() || matches!(refund.state, RefundState::Succeeded { .. });
            named && refund.holds_money() && refund.intent == report.intent && Some(*index) != beside
        };
        let others = self.refunds.iter().enumerate().filter(counts).map(|(_, refund)| refund.amount.minor());
        let all = others.fold(report.amount.minor(), i64::saturating_add);
        report.amount.currency() == captured.currency() && report.amount.minor() > 0 && all <= captured.minor()
    }

    fn not_explained(self, report: &RefundReport, now: Timestamp) -> Transition {
        let about = report.provider_id.clone().unwrap_or_else(|| report.intent.to_string());
        let detail = format!("{} of {}", report.amount, report.intent);
        self.needs_attention_about(AttentionReason::RefundNotExplained, about, detail, now)
    }

    fn refund_from_outside(mut self, report: RefundReport, now: Timestamp) -> Transition {
        let Some(provider_id) = report.provider_id.clone() else { return Transition::nothing(self) };
        if matches!(report.status, ReportedRefund::Failed { .. }) {
            let calmed = self.clear_attention_about(AttentionReason::RefundNotExplained, &provider_id);
            return if calmed { Transition::changed(self) } else { Transition::nothing(self) };
        }
        if !self.covers(&report, None) {
            return self.not_explained(&report, now);
        }
        self.clear_attention_about(AttentionReason::RefundNotExplained, &provider_id);
        let forgotten = report.id.is_some(); // our own name for it, but not in our books
        self.refunds.push(Refund {
            id: RefundId::of_provider(self.id, &provider_id),
            intent: report.intent,
            amount: report.amount,
            reason: RefundReason::Provider,
            note: None,
            provider_id: Some(provider_id),
            state: RefundState::Pending,
            requested_at: now,
            keys_used: 0,
            published: Some(false),
        });
        let index = self.refunds.len() - 1;
        let through = report.status == ReportedRefund::Succeeded;
        let decided = if through { self.refund_through(index, now) } else { Transition::changed(self) };
        if !forgotten {
            return decided;
        }
        decided.then(|order| order.needs_attention(AttentionReason::RefundForgotten, now))
    }

    fn refund_through(mut self, index: usize, now: Timestamp) -> Transition {
        // Money that never paid for the order is no sale, so its return is no correction of one.
        let of_sale = self.sale_intent() == Some(&self.refunds[index].intent);
        let refund = &mut self.refunds[index];
        refund.state = RefundState::Succeeded { at: now };
        refund.published = Some(of_sale);
        let refund = refund.clone();
        self.clear_attention_about(AttentionReason::RefundNotAccepted, &refund.id.to_string());
        self.failures_made_good(&refund);
        let decided = Transition::changed(self).with_history(HistoryKind::Refunded, refund.amount.to_string(), now);
        let decided = if of_sale { decided.event(refund.refunded(now)) } else { decided };
        decided.then(|order| order.cancelled_if_returned(now))
    }

    /// A failed refund needs nobody any more when it, or another of at least its amount, has gone through since, or when
    /// nothing of its payment is left to return.
    fn failures_made_good(&mut self, through: &Refund) {
        let nothing_left = self.payment(&through.intent).is_none_or(|payment| self.refundable(payment).is_none());
        let refunds = &self.refunds;
        let made_good = |about: Option<&str>| {
            let failed = refunds.iter().find(|refund| Some(refund.id.to_string().as_str()) == about);
            failed.map_or(nothing_left, |failed| {
                let replaced = through.amount == failed.amount || through.amount.minor() > failed.amount.minor();
                let later = through.requested_at >= failed.requested_at;
                failed.intent == through.intent && (failed.id == through.id || nothing_left || (replaced && later))
            })
        };
        let ended =
            |it: &super::Attention| it.reason == AttentionReason::RefundFailed && made_good(it.about.as_deref());
        self.attention.retain(|attention| !ended(attention));
    }

    fn refund_failed(mut self, index: usize, reason: &str, now: Timestamp) -> Transition {
        let before = self.refunds[index].clone();
        let published = self.is_published(&before);
        let (about, detail) = (before.id.to_string(), format!("{}: {reason}", before.amount));
        self.refunds[index].state = RefundState::Failed { reason: reason.to_owned() };
        self.refunds[index].published = Some(false);
        self.clear_attention_about(AttentionReason::RefundNotAccepted, &about);
        let decided = Transition::changed(self).with_history(HistoryKind::RefundFailed, reason.to_owned(), now);
        let decided = match before.state {
            RefundState::Succeeded { at: refunded_at } if published => {
                decided.event(before.taken_back(reason, refunded_at, now))
            }
            RefundState::Succeeded { .. } | RefundState::Pending | RefundState::Failed { .. } => decided,
        };
        decided.then(|order| order.needs_attention_about(AttentionReason::RefundFailed, about, detail, now))
    }

    /// Whether the world was told that this refund went through, and nothing since.
    fn is_published(&self, refund: &Refund) -> bool {
        let of_sale = || self.sale_intent() == Some(&refund.intent);
        let through = matches!(refund.state, RefundState::Succeeded { .. });
        refund.published.unwrap_or_else(|| through && of_sale())
    }

    /// Versions before this one entered running totals as refunds without a name. The provider's own records take their
    /// place: one of the same amount gives such an entry its name, any other entry is taken back.
    fn sums_replaced(mut self, intent: &IntentId, stated: &[RefundReport], now: Timestamp) -> Transition {
        let nameless = |refund: &Refund| {
            let entered = refund.reason == RefundReason::Provider && refund.provider_id.is_none();
            entered && refund.intent == *intent && refund.holds_money()
        };
        let (mut changed, mut events) = (false, Vec::new());
        while let Some(index) = self.refunds.iter().position(nameless) {
            changed = true;
            let amount = self.refunds[index].amount;
            let fits = |report: &&RefundReport| {
                let goes = !matches!(report.status, ReportedRefund::Failed { .. });
                goes && report.provider_id.is_some() && report.amount == amount && self.position_of(report).is_none()
            };
            if let Some(report) = stated.iter().find(fits) {
                self.refunds[index].provider_id.clone_from(&report.provider_id);
                continue;
            }
            let before = self.refunds[index].clone();
            let reason = "a running total, replaced by the refunds that make it";
            if let (true, RefundState::Succeeded { at: refunded_at }) = (self.is_published(&before), &before.state) {
                events.push(before.taken_back(reason, *refunded_at, now));
            }
            self.refunds[index].state = RefundState::Failed { reason: reason.to_owned() };
            self.refunds[index].published = Some(false);
        }
        let start = if changed { Transition::changed(self) } else { Transition::nothing(self) };
        events.into_iter().fold(start, Transition::event)
    }

    /// Rows of versions before this one do not say what was published, and those versions did not tell when a refund failed
    /// after it had gone through. The history shows it: it has more refunds of an amount than have remained.
    fn publications_known(mut self, intent: &IntentId, now: Timestamp) -> Transition {
        let of_sale = self.sale_intent() == Some(intent);
        let (mut changed, mut events) = (false, Vec::new());
        for index in 0..self.refunds.len() {
            let refund = &self.refunds[index];
            if refund.intent != *intent || refund.published.is_some() || refund.state == RefundState::Pending {
                continue;
            }
            let through = refund.is_through();
            if let RefundState::Failed { reason } = &refund.state
                && let Some(refunded_at) = self.told_and_gone(refund.amount).filter(|_| of_sale)
            {
                events.push(refund.taken_back(reason, refunded_at, now));
            }
            self.refunds[index].published = Some(of_sale && through);
            changed = true;
        }
        let start = if changed { Transition::changed(self) } else { Transition::nothing(self) };
        events.into_iter().fold(start, Transition::event)
    }

    fn told_and_gone(&self, amount: Money) -> Option<Timestamp> {
        let note = amount.to_string();
        let told = |entry: &&super::HistoryEntry| {
            entry.kind == HistoryKind::Refunded && entry.note.as_deref() == Some(note.as_str())
        };
        let remained = |refund: &&Refund| {
            refund.amount == amount
                && (matches!(refund.state, RefundState::Succeeded { .. }) || refund.published.is_some())
        };
        let remained = self.refunds.iter().filter(remained).count();
        self.history.iter().filter(told).nth(remained).map(|entry| entry.at)
    }
}
