//! Money that goes back: in parts, never more than came.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use shared_kernel::{Currency, Money, Timestamp};

use super::currency::{self, AmountRefused};
use super::intent::Intent;
use super::method::Behaviour;

/// Where a refund stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RefundStatus {
    /// Under way.
    Pending,
    /// Done; it may still fail later.
    Succeeded,
    /// It came back: the shop has the money again.
    Failed,
}

impl RefundStatus {
    /// Stripe's name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Refund {
    id: String,
    intent: String,
    charge: String,
    created: Timestamp,
    amount: Money,
    reason: Option<String>,
    metadata: BTreeMap<String, String>,
    status: RefundStatus,
    /// When the status changes, and into what.
    due: Option<(Timestamp, RefundStatus)>,
}

/// What the shop asks for.
#[derive(Debug, Clone)]
pub(crate) struct RefundAsk {
    /// The new refund's id.
    pub id: String,
    /// Minor units; all that is left if not said.
    pub amount: Option<i64>,
    /// One of Stripe's three reasons.
    pub reason: Option<String>,
    /// The shop's own notes.
    pub metadata: BTreeMap<String, String>,
    /// The present.
    pub now: Timestamp,
    /// How long a slow refund is under way.
    pub slow: Duration,
}

/// Why a refund cannot be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RefundRefused {
    /// No money ever came.
    NothingCaptured { intent: String },
    /// All of it went back before.
    AlreadyRefunded {
        /// The charge that took it.
        charge: String,
    },
    /// Not an amount of that currency.
    Amount {
        /// The rule that it breaks.
        refused: AmountRefused,
        /// Whose rule.
        currency: Currency,
    },
    /// More than is left.
    TooMuch {
        asked: Money,
        /// May go back.
        left: Money,
    },
}

/// Sends money back.
///
/// # Errors
/// [`RefundRefused`] when there is not that much; then nothing changes.
pub(crate) fn refund(intent: Intent, ask: RefundAsk) -> Result<(Intent, Refund), RefundRefused> {
    let Some(captured) = intent.captured() else {
        return Err(RefundRefused::NothingCaptured { intent: intent.id().to_owned() });
    };
    let charge = captured.charge.to_owned();
    if captured.left == 0 {
        return Err(RefundRefused::AlreadyRefunded { charge });
    }
    let currency = intent.amount().currency();
    // The whole remainder may be refunded, even below the present minimum.
    let amount = match ask.amount {
        Some(units) => {
            currency::refund(units, currency).map_err(|refused| RefundRefused::Amount { refused, currency })?
        }
        None => Money::new(captured.left, currency),
    };
    if amount.minor() > captured.left {
        return Err(RefundRefused::TooMuch { asked: amount, left: Money::new(captured.left, currency) });
    }
    let later = ask.now.plus(ask.slow);
    let (status, due) = match captured.method.behaviour() {
        Behaviour::RefundsLater => (RefundStatus::Pending, Some((later, RefundStatus::Succeeded))),
        Behaviour::RefundsFail => (RefundStatus::Succeeded, Some((later, RefundStatus::Failed))),
        Behaviour::Pays
        | Behaviour::Declines(_)
        | Behaviour::Authenticates
        | Behaviour::PaysLater
        | Behaviour::FailsLater
        | Behaviour::StaysUnderWay => (RefundStatus::Succeeded, None),
    };
    let RefundAsk { id, reason, metadata, now, .. } = ask;
    let refund =
        Refund { id, intent: intent.id().to_owned(), charge, created: now, amount, reason, metadata, status, due };
    Ok((intent.refunded_by(amount.minor()), refund))
}

/// Brings a refund that is due to its end; a failed one gives the money back to the shop. `None` when it is not due.
pub(crate) fn settle(intent: Intent, refund: Refund, now: Timestamp) -> Option<(Intent, Refund)> {
    let (_, status) = refund.due.filter(|(due, _)| *due <= now)?;
    let back = match status {
        RefundStatus::Failed => -refund.amount.minor(),
        RefundStatus::Pending | RefundStatus::Succeeded => 0,
    };
    Some((intent.refunded_by(back), Refund { status, due: None, ..refund }))
}

impl Refund {
    /// Such as `re_0199..`.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// The refund with more notes.
    pub(crate) fn noted(mut self, notes: &BTreeMap<String, String>) -> Self {
        self.metadata.extend(notes.clone());
        self
    }

    /// The intent whose money goes back.
    pub(crate) fn intent(&self) -> &str {
        &self.intent
    }

    /// The charge that took it.
    pub(crate) fn charge(&self) -> &str {
        &self.charge
    }

    /// When it was asked for.
    pub(crate) const fn created(&self) -> Timestamp {
        self.created
    }

    /// How much.
    pub(crate) const fn amount(&self) -> Money {
        self.amount
    }

    /// Why.
    pub(crate) fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// The shop's own notes.
    pub(crate) const fn metadata(&self) -> &BTreeMap<String, String> {
        &self.metadata
    }

    /// Where it stands.
    pub(crate) const fn status(&self) -> RefundStatus {
        self.status
    }

    /// When the status changes by itself.
    pub(crate) fn due(&self) -> Option<Timestamp> {
        self.due.map(|(due, _)| due)
    }
}

#[cfg(test)]
mod tests {
    use super::super::attempt::Attempt;
    use super::super::intent::Details;
    use super::super::method::Method;
    use super::*;

    const AMOUNTS: [i64; 11] = [1, 999, 1_000, 2_000, 2_999, 3_000, 3_001, 5_999, 6_000, 6_001, i64::MAX];

    fn noon() -> Timestamp {
        Timestamp::parse("2026-11-22T12:00:00Z").unwrap()
    }

    fn nzd(minor: i64) -> Money {
        Money::new(minor, Currency::NZD)
    }

    fn an_intent() -> Intent {
        Intent::create("pi_1".into(), "secret".into(), nzd(6_000), Details::default(), noon()).intent
    }

    fn paid_with(name: &str) -> Intent {
        let attempt = Attempt { charge_id: "ch_1".into(), now: noon(), slow: Duration::from_secs(5), return_url: None };
        an_intent().confirm(Method::named(name, "pm_1".into()), attempt).unwrap().intent
    }

    fn ask(amount: Option<i64>) -> RefundAsk {
        let (id, slow) = ("re_1".to_owned(), Duration::from_secs(5));
        RefundAsk { id, amount, reason: None, metadata: BTreeMap::new(), now: noon(), slow }
    }

    #[test]
    fn parts_add_up_to_no_more_than_came() {
        for first in AMOUNTS {
            for second in AMOUNTS {
                let mut intent = paid_with("pm_card_visa");
                let mut back = 0_i128;
                for amount in [first, second] {
                    if let Ok((after, refund)) = refund(intent.clone(), ask(Some(amount))) {
                        intent = after;
                        back += i128::from(refund.amount().minor());
                    }
                }
                assert!(back <= 6_000, "{first} and {second} were both refunded");
                assert_eq!(i128::from(intent.captured().unwrap().left), 6_000 - back);
            }
        }
    }

    #[test]
    fn without_an_amount_all_that_is_left_goes_back_once() {
        let (intent, _) = refund(paid_with("pm_card_visa"), ask(Some(1_000))).unwrap();
        let (intent, rest) = refund(intent, ask(None)).unwrap();
        assert_eq!(rest.amount(), nzd(5_000));
        assert_eq!(refund(intent, ask(None)), Err(RefundRefused::AlreadyRefunded { charge: "ch_1".into() }));
    }

    #[test]
    fn money_that_never_came_does_not_go_back() {
        assert_eq!(refund(an_intent(), ask(None)), Err(RefundRefused::NothingCaptured { intent: "pi_1".into() }));
    }

    #[test]
    fn a_refund_that_fails_later_may_be_tried_again() {
        let (intent, first) = refund(paid_with("pm_card_refundFail"), ask(None)).unwrap();
        assert_eq!(first.status(), RefundStatus::Succeeded);
        assert_eq!(settle(intent.clone(), first.clone(), noon()), None);
        let (intent, failed) = settle(intent, first, noon().plus(Duration::from_secs(5))).unwrap();
        assert_eq!((failed.status(), failed.due()), (RefundStatus::Failed, None));
        assert_eq!(intent.captured().unwrap().left, 6_000);
    }

    #[test]
    fn a_slow_refund_is_pending_and_then_done() {
        let (intent, slow) = refund(paid_with("pm_card_pendingRefund"), ask(Some(500))).unwrap();
        assert_eq!(slow.status(), RefundStatus::Pending);
        let (intent, done) = settle(intent, slow, noon().plus(Duration::from_secs(9))).unwrap();
        assert_eq!((done.status(), intent.captured().unwrap().left), (RefundStatus::Succeeded, 5_500));
    }
}
